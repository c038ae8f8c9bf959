"""``control.toml``: whether plans are followed, by which actuators, and within which limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.config import Settings
from core.errors import DeclarationError
from core.toml_file import TomlFile, read_toml

MODES = ("off", "advisory", "armed")
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\s/\\]+$")]
_HEAD = ("device", "actuator")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ControlOptions(_Table):
    """What stands before the first table.

    Attributes
    ----------
    mode : ``off`` does nothing, ``advisory`` writes setpoint signals, ``armed`` commands devices.
    plan_age_s : age above which a plan is not followed.
    period_s : how often is looked. repeat_s : how often an unchanged command is sent again.
    release_s : how long a device must confirm safe values before a plan is followed again.
    signals_of : device of the store that bears the setpoint signals.
    may_override : e-mail addresses of those who may override on the page; empty for everybody who
        is signed in.
    """

    mode: Literal["off", "advisory", "armed"] = "off"
    plan_age_s: float = Field(default=5400.0, gt=0, le=7 * 86_400)
    period_s: float = Field(default=5.0, ge=0.02, le=3600)
    repeat_s: float = Field(default=300.0, gt=0, le=86_400)
    release_s: float = Field(default=900.0, ge=0, le=86_400)
    signals_of: Name = "control"
    may_override: tuple[str, ...] = ()


class ControlDevice(BaseModel):
    """A device that is commanded; other keys are settings of its transport."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Name
    template: str = Field(min_length=1)
    timeout_s: float = Field(default=3.0, gt=0, le=60)

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of its transport."""
        return dict(self.model_extra or {})


class Actuator(_Table):
    """What a setpoint of a plan moves.

    Attributes
    ----------
    name : as the plan names it.
    device, setpoint : of the configuration, and of that device's template.
    place : numbers and names for the gaps in the template's topics: ``{room = "living"}``.
    min_kw, max_kw : limits. A switch is off at `min_kw` and on at `max_kw`.
    rate_kw_per_min : how fast it may move. hold_s : how long a value stands at least.
    safe_kw : what is sent when there is nothing to follow.
    plan_age_s : instead of that of all.
    confirm : whether the device must read back what was sent. tolerance_kw : how near.
    within_s : how soon.
    """

    name: Name
    device: str
    setpoint: str
    place: dict[str, str | int] = Field(default_factory=dict)
    min_kw: float
    max_kw: float
    rate_kw_per_min: float | None = Field(default=None, gt=0)
    hold_s: float | None = Field(default=None, ge=0, le=86_400)
    safe_kw: float
    plan_age_s: float | None = Field(default=None, gt=0, le=7 * 86_400)
    confirm: bool = True
    tolerance_kw: float = Field(default=0.05, ge=0)
    within_s: float = Field(default=30.0, gt=0, le=3600)

    @model_validator(mode="after")
    def _holds_together(self) -> Actuator:
        if self.min_kw >= self.max_kw:
            raise ValueError(f"min_kw {self.min_kw:g} is not below max_kw {self.max_kw:g}")
        if not self.min_kw <= self.safe_kw <= self.max_kw:
            raise ValueError(
                f"safe_kw {self.safe_kw:g} is outside {self.min_kw:g} .. {self.max_kw:g}"
            )
        if self.rate_kw_per_min is None and self.hold_s is None:
            raise ValueError("has no rate limit; expected rate_kw_per_min or hold_s")
        return self


@dataclass(frozen=True)
class ControlConfig:
    """The configuration, checked but for what templates say."""

    path: Path
    options: ControlOptions
    devices: tuple[ControlDevice, ...]
    actuators: tuple[Actuator, ...]
    file: TomlFile | None = None

    def plan_age_s(self, actuator: Actuator) -> float:
        """Age above which an actuator does not follow a plan [s]."""
        return actuator.plan_age_s or self.options.plan_age_s


def control_file(settings: Settings) -> Path:
    """Where the file stands: as set, or ``<store>_control.toml`` beside the store."""
    if settings.control is not None:
        return settings.control
    return settings.store.with_name(f"{settings.store.name}_control.toml")


def load_control(path: Path) -> ControlConfig:
    """The configuration; where there is no file, control is off.

    Raises
    ------
    DeclarationError : the file is wrong; names the line.
    """
    if not path.exists():
        return ControlConfig(path, ControlOptions(), (), ())
    file = read_toml(path)
    head = {key: value for key, value in file.plain.items() if key not in _HEAD}
    options = file.check(ControlOptions, head, "")
    devices = tuple(
        file.check(ControlDevice, table, "device", number)
        for number, table in enumerate(_tables(file, "device"))
    )
    actuators = tuple(
        file.check(Actuator, table, "actuator", number)
        for number, table in enumerate(_tables(file, "actuator"))
    )
    _check_names(file, "device", [one.name for one in devices])
    _check_names(file, "actuator", [one.name for one in actuators])
    known = {one.name for one in devices}
    for number, one in enumerate(actuators):
        if one.device not in known:
            raise file.fail(
                f"device {one.device!r} is not described", "actuator", number, "device",
                ", ".join(sorted(known)) or "a [[device]] table",
            )  # fmt: skip
    if options.mode != "off" and not actuators:
        raise file.fail(
            f"mode is {options.mode!r} but there is no actuator", "", 0, "mode",
            "an [[actuator]] table",
        )  # fmt: skip
    return ControlConfig(path, options, devices, actuators, file)


def _tables(file: TomlFile, name: str) -> list[Any]:
    found = file.plain.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise DeclarationError(
            file.path, f"{name} is no list of tables", line=file.line(name),
            expected=f"[[{name}]]",
        )  # fmt: skip
    return found


def _check_names(file: TomlFile, table: str, names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise file.fail(f"{table} {name!r} twice", table, number, "name")
