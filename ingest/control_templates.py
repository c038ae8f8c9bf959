"""Templates of control: how a setpoint is told to a device, and where it reads back.

A file of ``ingest/templates/control`` has a head as a device template, ``[settings]`` of its
transport and a ``[[setpoint]]`` table for each thing that can be told.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from core.control_config import Actuator, ControlConfig, ControlDevice
from core.errors import ConfigError
from core.toml_file import read_toml
from ingest.devices import TEMPLATES, DeviceSpec, _Table, checked_settings, transport_class
from ingest.modbus import ModbusPoint
from ingest.mqtt import Settings as MqttSettings
from ingest.registers import NumberType, Order, is_float, limits

FOLDER = TEMPLATES / "control"
MOST_DECIMALS = 6
_GAP = re.compile(r"{(\w+)}")


class Setpoint(_Table):
    """Something that can be told. The stored unit is kW: raw = sign · kW / scale.

    Attributes
    ----------
    name : by which a configuration asks for it.
    scale, sign : as of a point that is read.
    fall_back_s : time without a command after which the device falls back by itself.
    """

    name: str = Field(min_length=1)
    scale: float = Field(default=1.0, gt=0)
    sign: Literal[1, -1] = 1
    fall_back_s: float | None = Field(default=None, gt=0)

    def step(self) -> float:
        """Least difference of two values that the device takes [kW]; 0 for none."""
        return 0.0

    def raw(self, kw: float) -> float:
        """What stands for a value, in the device's own unit."""
        return self.sign * kw / self.scale

    def kw(self, raw: float) -> float:
        """The value that a raw one stands for [kW]."""
        return self.sign * raw * self.scale

    def is_switch(self) -> bool:
        """Whether it is on or off and nothing between."""
        return False

    def as_sent(self, kw: float, actuator: Actuator) -> float:
        """A value as the device takes it, never outside the limits of the actuator [kW]."""
        low, high = actuator.min_kw, actuator.max_kw
        if self.is_switch():
            return high if kw > (low + high) / 2 else low
        step = self.step()
        if not step:
            return kw
        value = round(kw / step)
        value = min(max(value, math.ceil(low / step - 1e-9)), math.floor(high / step + 1e-9))
        return value * step


class MqttSetpoint(Setpoint):
    """A value that is published.

    Attributes
    ----------
    topic : with gaps in braces, which the `place` of an actuator fills.
    payload : text with ``{value}`` in it. decimals : of the value.
    on, off : payloads of a switch, instead of `payload`.
    state_topic : where the device says what it took; empty for nowhere.
    state_path : of the value in a JSON message, ``a.b``; empty where the message is the value.
    retain : the broker keeps the command for a device that comes later.
    will : the broker publishes the safe value when the connection of the controller ends.
    """

    topic: str = Field(min_length=1)
    payload: str = "{value}"
    decimals: int = Field(default=3, ge=0, le=MOST_DECIMALS)
    on: str = ""
    off: str = ""
    state_topic: str = ""
    state_path: str = ""
    retain: bool = False
    will: bool = False

    @model_validator(mode="after")
    def _holds_together(self) -> MqttSetpoint:
        if bool(self.on) != bool(self.off) or (self.on and self.on == self.off):
            raise ValueError("on and off must be two payloads")
        if not self.on and self.payload.count("{value}") != 1:
            raise ValueError("payload must hold {value} once")
        for topic in (self.topic, self.state_topic):
            if set(_GAP.sub("", topic)) & set("+#\0{}"):
                raise ValueError(f"topic {topic!r} has + # or a single brace in it")
        return self

    def is_switch(self) -> bool:
        """Whether it has payloads for on and off."""
        return bool(self.on)

    def step(self) -> float:
        """The last decimal [kW]."""
        return float(self.scale * 10.0**-self.decimals)

    def message(self, kw: float, actuator: Actuator) -> str:
        """What is published for a value that `as_sent` gave."""
        if self.on:
            return self.on if kw == actuator.max_kw else self.off
        number = f"{self.raw(kw):.{self.decimals}f}"
        if float(number) == 0:
            number = number.removeprefix("-")
        return self.payload.replace("{value}", number)

    def told(self, message: bytes, actuator: Actuator) -> float | None:
        """The value that a message of the state topic tells [kW]; None where it tells none."""
        try:
            text = message.decode("utf-8").strip()
            if self.state_path:
                found: Any = json.loads(text)
                for part in self.state_path.split("."):
                    found = found[part]
                text = found if isinstance(found, str) else json.dumps(found)
            if self.on:
                pair = {self.on: actuator.max_kw, self.off: actuator.min_kw}
                return pair.get(text)
            value = self.kw(float(text))
        except (ValueError, KeyError, TypeError):
            return None
        return value if math.isfinite(value) else None

    def placed(self, actuator: Actuator) -> MqttSetpoint:
        """The setpoint with the gaps of its topics filled.

        Raises
        ------
        ConfigError : the actuator does not say all of them, or says others.
        """
        gaps = {name for text in (self.topic, self.state_topic) for name in _GAP.findall(text)}
        if gaps != set(actuator.place):
            told = ", ".join(sorted(gaps)) or "none"
            raise ConfigError(
                f"actuator {actuator.name}: place has {', '.join(actuator.place) or 'nothing'}; "
                f"expected {told}"
            )
        for value in map(str, actuator.place.values()):
            if not value or set(value) & set("/+#\0"):
                raise ConfigError(f"actuator {actuator.name}: place {value!r} is no topic level")
        changed = {
            key: _GAP.sub(lambda gap: str(actuator.place[gap[1]]), text)
            for key, text in (("topic", self.topic), ("state_topic", self.state_topic))
        }
        return self.model_copy(update=changed)


class Word(_Table):
    """A register with a fixed value, written before every command.

    A mode that must be set, or the time after which a device falls back by itself.
    """

    address: int = Field(ge=0, le=65535)
    value: int = Field(ge=0, le=65535)


class ModbusSetpoint(Setpoint):
    """A value that is written to registers.

    Attributes
    ----------
    address : of the first register, as the vendor's list counts.
    registers : ``holding``, or ``coil`` for a switch.
    many : write one register too by the function for many (16), for devices that know only that.
    confirm_... : where the device says what it took; as the setpoint where not told.
    also : registers written before.
    """

    address: int = Field(ge=0, le=65536)
    registers: Literal["holding", "coil"] = "holding"
    type: NumberType = "int16"
    word_order: Order = "big"
    byte_order: Order = "big"
    many: bool = False
    confirm_address: int | None = Field(default=None, ge=0, le=65536)
    confirm_registers: Literal["holding", "input", "coil", "discrete"] | None = None
    confirm_type: NumberType | None = None
    confirm_scale: float | None = Field(default=None, gt=0)
    confirm_sign: Literal[1, -1] | None = None
    also: tuple[Word, ...] = ()

    def is_switch(self) -> bool:
        """Whether it is a coil."""
        return self.registers == "coil"

    def step(self) -> float:
        """One of the register's unit [kW]; 0 for floating numbers."""
        return 0.0 if is_float(self.type) else self.scale

    def point(self) -> ModbusPoint:
        """Where it is written."""
        return ModbusPoint(
            signal=self.name, address=self.address, registers=self.registers, type=self.type,
            word_order=self.word_order, byte_order=self.byte_order, scale=self.scale,
            sign=self.sign,
        )  # fmt: skip

    def confirm_point(self) -> ModbusPoint:
        """Where it is read back."""
        address = self.address if self.confirm_address is None else self.confirm_address
        changed = {
            "address": address, "registers": self.confirm_registers or self.registers,
            "type": self.confirm_type or self.type, "scale": self.confirm_scale or self.scale,
            "sign": self.confirm_sign or self.sign,
        }  # fmt: skip
        return self.point().model_copy(update=changed)


MODELS: dict[str, type[Setpoint]] = {"mqtt": MqttSetpoint, "modbus": ModbusSetpoint}


class ControlIdentity(_Table):
    """The head of a template of control."""

    name: str = Field(min_length=1)
    vendor: str = Field(min_length=1)
    models: tuple[str, ...] = Field(min_length=1)
    transport: Literal["mqtt", "modbus"]
    source: str = Field(min_length=1)


@dataclass(frozen=True)
class ControlTemplate:
    """What a device can be told."""

    identity: ControlIdentity
    defaults: Mapping[str, Any]
    setpoints: Mapping[str, Setpoint]


@dataclass(frozen=True)
class Commanded:
    """A device with its actuators, each with the setpoint that moves it."""

    spec: DeviceSpec
    actuators: tuple[Actuator, ...]
    setpoints: Mapping[str, Setpoint]


def control_template_names() -> list[str]:
    """Names of the templates of control that come with the project."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_control_template(name: str, beside: Path | None = None) -> ControlTemplate:
    """Template by name, or by path relative to `beside` where it ends in ``.toml``.

    Raises
    ------
    ConfigError : there is no such template.
    DeclarationError : its file is wrong; names the line.
    """
    if not name.endswith(".toml") and name not in control_template_names():
        known = ", ".join(control_template_names())
        raise ConfigError(f"no template of control {name!r}; there are: {known}")
    path = (beside or Path()) / name if name.endswith(".toml") else FOLDER / f"{name}.toml"
    file = read_toml(path)
    head = {k: v for k, v in file.plain.items() if k not in ("settings", "setpoint")}
    identity = file.check(ControlIdentity, head, "")
    setpoints: dict[str, Setpoint] = {}
    for number, table in enumerate(file.plain.get("setpoint", [])):
        one = file.check(MODELS[identity.transport], table, "setpoint", number)
        if one.name in setpoints:
            raise file.fail(f"setpoint {one.name!r} twice", "setpoint", number, "name")
        setpoints[one.name] = one
    return ControlTemplate(identity, dict(file.plain.get("settings", {})), setpoints)


def commanded(config: ControlConfig) -> list[Commanded]:
    """The devices of a configuration with what moves them; nothing is opened.

    Raises
    ------
    ConfigError, DeclarationError : a template or a setting is wrong.
    """
    return [_commanded(config, device) for device in config.devices]


def _commanded(config: ControlConfig, device: ControlDevice) -> Commanded:
    template = load_control_template(device.template, config.path.parent)
    transport = template.identity.transport
    model = MqttSettings if transport == "mqtt" else transport_class(transport).Settings
    told = {**template.defaults, **device.settings}
    settings = checked_settings(model, told, f"{config.path}: device {device.name}")
    spec = DeviceSpec(
        device.name, "", "", "UTC", transport, settings, (), timeout_s=device.timeout_s
    )
    mine = tuple(one for one in config.actuators if one.device == device.name)
    return Commanded(spec, mine, {one.name: _setpoint(config, template, one) for one in mine})


def _setpoint(config: ControlConfig, template: ControlTemplate, actuator: Actuator) -> Setpoint:
    number = config.actuators.index(actuator)
    assert config.file is not None
    if actuator.setpoint not in template.setpoints:
        raise config.file.fail(
            f"setpoint {actuator.setpoint!r} is not in template {template.identity.name!r}",
            "actuator", number, "setpoint", ", ".join(template.setpoints),
        )  # fmt: skip
    found = template.setpoints[actuator.setpoint]
    if isinstance(found, MqttSetpoint):
        found = found.placed(actuator)
        if actuator.confirm and not found.state_topic:
            raise config.file.fail(
                f"setpoint {found.name!r} has no topic to read back", "actuator", number, "confirm",
                "confirm = false, if the device is to be trusted",
            )  # fmt: skip
    elif actuator.place:
        raise config.file.fail("registers have no place", "actuator", number, "place")
    if found.is_switch() and actuator.safe_kw not in (actuator.min_kw, actuator.max_kw):
        raise config.file.fail(
            f"safe_kw is {actuator.safe_kw:g}, but it is a switch", "actuator", number, "safe_kw",
            "min_kw (off) or max_kw (on)",
        )  # fmt: skip
    _check_reach(config, found, actuator, number)
    return found


def _check_reach(
    config: ControlConfig, setpoint: Setpoint, actuator: Actuator, number: int
) -> None:
    """Limits must fit into the registers: what does not fit must not be found out at work."""
    assert config.file is not None
    repeat_s, fall_back_s = config.options.repeat_s, setpoint.fall_back_s
    if fall_back_s is not None and repeat_s >= fall_back_s:
        raise config.file.fail(
            f"repeat_s is {repeat_s:g}, but {actuator.name} falls back {fall_back_s:g} s after a "
            "command", "", 0, "repeat_s", f"less than {fall_back_s:g}",
        )  # fmt: skip
    step = 0.0 if setpoint.is_switch() else setpoint.step()
    if step and math.ceil(actuator.min_kw / step - 1e-9) > math.floor(
        actuator.max_kw / step + 1e-9
    ):
        raise config.file.fail(
            f"the device takes steps of {step:g} kW, and none is within the limits", "actuator",
            number, "min_kw",
        )  # fmt: skip
    if not isinstance(setpoint, ModbusSetpoint) or setpoint.is_switch():
        return
    low, high = limits(setpoint.type)
    for key in ("min_kw", "max_kw"):
        raw = setpoint.raw(getattr(actuator, key))
        if not low <= round(raw) <= high:
            raise config.file.fail(
                f"{key} is {raw:g} in the register, which takes {low:g} .. {high:g}", "actuator",
                number, key,
            )  # fmt: skip
