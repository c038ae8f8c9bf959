"""What a live device is: points, template, transport. The one contract of all transports.

A device of the collector's configuration names a template, a TOML file that says what to ask
and what the answers mean. A template names a transport, a module of this package that knows a
protocol and nothing else. A new device is data; a new protocol is one class with the members of
`Polled` or `Pushed`.
"""

from __future__ import annotations

import difflib
import importlib
import itertools
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Protocol, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from core.errors import ConfigError
from core.readings import Batch, Quality, Reading
from core.signals import Signal
from core.toml_file import TomlFile, read_toml, what_is_wrong
from ingest.checks import DAY_S, Name, Seconds, Unit

TEMPLATES = Path(__file__).with_name("templates")
REQUIREMENTS = "requirements-collect.txt"
LONGEST_STALE_S = 366 * DAY_S
# Where each protocol is spoken: module and class. Modules are loaded when a device needs them.
TRANSPORTS = {
    "modbus": "ingest.modbus:Modbus",
    "sunspec": "ingest.sunspec:SunSpec",
    "mqtt": "ingest.mqtt:Mqtt",
    "amqp": "ingest.amqp:Amqp",
    "opcua": "ingest.opcua:OpcUa",
    "opcua-subscribe": "ingest.opcua:OpcUaSubscription",
    "bacnet": "ingest.bacnet:Bacnet",
    "iec61850": "ingest.iec61850_mms:Iec61850",
    "iec61850-report": "ingest.iec61850_mms:Iec61850Reports",
    "http": "ingest.http_json:HttpJson",
    "sml": "ingest.sml:Sml",
}


class _Table(BaseModel):
    """A table of a TOML file: frozen, and keys that are not known are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Describe(Protocol):
    """What a name means, as `core.signals.Catalogue.describe` says."""

    def __call__(
        self, name: str, *, unit: str | None = None, quantity: str | None = None
    ) -> Signal: ...


class Point(_Table):
    """One value of a device that becomes a signal. Transports add what finds it there.

    The stored value is ``sign * (scale * raw + offset)`` in `unit`. Battery charge, grid import
    and generation are positive: a device that counts otherwise has ``sign = -1`` here.

    Attributes
    ----------
    invalid : raw values by which the device says that it has none.
    low, high : plausible range [unit].
    unit, quantity, kind : as in `core.signals.Signal`; an empty quantity leaves the meaning to
        the rules for names.
    each : ``{pack = [1, 5], cell = [1, 52]}`` repeats the point for all combinations, the last
        name fastest. Texts may name the numbers, ``bms1_p{pack}_v{cell}``; `pack` and `cell`
        become the position in the battery.
    """

    signal: Name
    quantity: str = ""
    unit: Unit = ""
    kind: Literal["analog", "counter", "state", "setpoint"] = "analog"
    scale: float = 1.0
    offset: float = 0.0
    sign: Literal[1, -1] = 1
    invalid: tuple[Annotated[float, Field(allow_inf_nan=True)], ...] = ()
    low: float | None = None
    high: float | None = None
    pack: int | None = None
    cell: int | None = None
    each: dict[str, tuple[int, int]] = Field(default_factory=dict)

    @field_validator("scale")
    @classmethod
    def _scales(cls, scale: float) -> float:
        if not math.isfinite(scale) or scale == 0:
            raise ValueError("scale must be a number other than 0")
        return scale

    @model_validator(mode="after")
    def _ranges(self) -> Point:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        for name, (first, last) in self.each.items():
            if first > last:
                raise ValueError(f"each.{name} goes from {first} to {last}")
        return self

    def shifted(self, place: Mapping[str, int]) -> dict[str, Any]:
        """Fields of a transport that move with the numbers of `each`; none here."""
        return {}

    def expanded(self) -> Iterator[Point]:
        """The points that `each` stands for, or this one."""
        if not self.each:
            yield self
            return
        names = list(self.each)
        spans = [range(first, last + 1) for first, last in self.each.values()]
        for numbers in itertools.product(*spans):
            place = dict(zip(names, numbers, strict=True))
            texts = {
                key: value.format(**place)
                for key, value in self
                if isinstance(value, str) and "{" in value
            }
            position = {key: number for key, number in place.items() if key in ("pack", "cell")}
            changed: dict[str, Any] = {"each": {}, **texts, **position, **self.shifted(place)}
            yield self.model_copy(update=changed)

    def meaning(self, catalogue: Describe) -> Signal:
        """The signal as the store knows it; `catalogue` describes a bare name.

        A plausible range that is not told here is that of the quantity.
        """
        named = catalogue(self.signal)
        low, high = named.low, named.high
        quantity, unit, kind = named.quantity, named.unit, named.kind
        if self.quantity or self.unit:
            known = catalogue(self.signal, unit=self.unit or None, quantity=self.quantity or None)
            low, high = (known.low, known.high) if self.unit else (None, None)
            quantity, unit, kind = known.quantity, self.unit, self.kind
        return Signal(
            self.signal, quantity, unit, kind,
            low if self.low is None else self.low, high if self.high is None else self.high,
            named.pack if self.pack is None else self.pack,
            named.cell if self.cell is None else self.cell,
        )  # fmt: skip

    def means_none(self, raw: float) -> bool:
        """Whether the device says by this raw value that it has none; ``nan`` can be one."""
        return raw in self.invalid or (math.isnan(raw) and any(map(math.isnan, self.invalid)))

    def reading(self, raw: float | None, ts: int, factor: float = 1.0) -> Reading:
        """The reading that a raw value stands for; None is one that could not be decoded.

        `factor` is a scale that the device itself tells beside the value.
        """
        if raw is not None and self.means_none(raw):
            return Reading(self.signal, ts, math.nan, Quality.NO_VALUE)
        if raw is None or not math.isfinite(raw):
            return Reading(self.signal, ts, math.nan, Quality.DECODE_ERROR)
        value = self.sign * (self.scale * raw * factor + self.offset)
        return Reading(self.signal, ts, value, self.judged(value))

    def judged(self, value: float) -> Quality:
        """Whether a value in the signal's unit is plausible."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return Quality.GOOD if low <= value <= high else Quality.OUT_OF_RANGE

    def raw_of(self, value: float) -> float:
        """The raw value that stands for a stored one; what a simulator serves."""
        return (self.sign * value - self.offset) / self.scale


class Derived(_Table):
    """A signal made from others of the same poll: the sum of `terms` times their factors.

    Without a good reading of every term there is none; its time is the oldest of theirs.
    """

    signal: Name
    terms: dict[str, float] = Field(min_length=1)
    quantity: str = ""
    unit: Unit = ""
    kind: Literal["analog", "counter", "state", "setpoint"] = "analog"
    low: float | None = None
    high: float | None = None

    def as_point(self) -> Point:
        """The same as a point, for its meaning and its range."""
        return Point(**self.model_dump(exclude={"terms"}))

    def reading(self, readings: Mapping[str, Reading]) -> Reading | None:
        """From good readings by signal; None where a term is missing."""
        found = [readings[name] for name in self.terms if name in readings]
        if len(found) < len(self.terms):
            return None
        value = sum(self.terms[one.signal] * one.value for one in found)
        ts = min(one.ts for one in found)
        return Reading(self.signal, ts, value, self.as_point().judged(value))


class TransportSettings(_Table):
    """What a transport must know of a device; each adds its own (host, topic, security...)."""

    def spoken(self, transport: str) -> str:
        """The transport to use where a setting chooses between two ways of one protocol."""
        return transport


class Identity(_Table):
    """The head of a template: what it is for and where its map is from."""

    name: str = Field(min_length=1)
    vendor: str = Field(min_length=1)
    models: tuple[str, ...] = Field(min_length=1)
    transport: str
    source: str = Field(min_length=1)
    group: str = ""
    period_s: Seconds = 10.0
    timeout_s: Seconds = 3.0
    stale_after_s: float | None = Field(default=None, gt=0, le=LONGEST_STALE_S)

    @field_validator("transport")
    @classmethod
    def _is_known(cls, transport: str) -> str:
        if transport not in TRANSPORTS:
            raise ValueError(f"is {transport!r}, not one of {', '.join(TRANSPORTS)}")
        return transport


@dataclass(frozen=True)
class Template:
    """A device model as its file says; `defaults` are settings of the transport by key."""

    identity: Identity
    points: tuple[Point, ...]
    derived: tuple[Derived, ...]
    defaults: dict[str, Any]


@dataclass(frozen=True)
class DeviceSpec:
    """A device, checked and ready to be opened.

    Attributes
    ----------
    zone : of the device's clock, where it tells local time.
    stale_after_s : age above which a reading of the device's clock is stale; None for no limit.
    synthetic : what it says is made up, by a simulator; its readings are shown as such.
    """

    name: str
    group: str
    site: str
    zone: str
    transport: str
    settings: Any  # the transport's own subclass of TransportSettings
    points: tuple[Any, ...]  # the transport's own subclass of Point
    derived: tuple[Derived, ...] = ()
    period_s: float = 10.0
    timeout_s: float = 3.0
    stale_after_s: float | None = None
    synthetic: bool = False

    def complete(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings of a poll with those derived from them."""
        good = {one.signal: one for one in readings if one.quality is Quality.GOOD}
        made = [found for one in self.derived if (found := one.reading(good)) is not None]
        return [*readings, *made]

    def plausible(self, readings: Sequence[Reading], ranges: Mapping[str, Signal]) -> list[Reading]:
        """The readings, good ones outside the range of their signal marked."""
        return [
            one._replace(quality=Quality.OUT_OF_RANGE)
            if one.quality is Quality.GOOD and not in_range(one.value, ranges.get(one.signal))
            else one
            for one in readings
        ]  # fmt: skip

    def meanings(self, catalogue: Describe) -> list[Signal]:
        """All its signals as the store knows them."""
        every = [*self.points, *(one.as_point() for one in self.derived)]
        return [point.meaning(catalogue) for point in every]


def in_range(value: float, signal: Signal | None) -> bool:
    """Whether a value lies within the plausible range of its signal, where that has one."""
    if signal is None:
        return True
    low = -math.inf if signal.low is None else signal.low
    return low <= value <= (math.inf if signal.high is None else signal.high)


class _Spoken(Protocol):
    """What all transports have. Made from a spec without any contact; `open` makes contact."""

    Settings: ClassVar[type[TransportSettings]]
    Point: ClassVar[type[Point]]

    def __init__(self, device: DeviceSpec) -> None: ...

    async def open(self) -> None:
        """Connect.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer
        """
        ...

    async def close(self) -> None:
        """Disconnect; never raises, also where `open` failed."""
        ...


class Polled(_Spoken, Protocol):
    """A transport that is asked."""

    async def poll(self) -> list[Reading]:
        """One reading of every point, good or not.

        Raises
        ------
        Unreachable, NoAnswer : the collector closes, waits and opens again.
        BadAnswer : the collector counts it and asks again at the next turn.
        """
        ...


# Takes batches and returns when the journal has them on disk; only then may they be acknowledged.
Deliver: TypeAlias = Callable[[Sequence[Batch]], Awaitable[None]]


class Pushed(_Spoken, Protocol):
    """A transport that is told: a broker or a subscription.

    One that can read what it has missed has a method ``resume(since)``, called before `listen`
    with the time of the newest good reading that is kept [µs UTC], where there is one.
    """

    async def listen(self, deliver: Deliver) -> None:
        """Hand on what comes, until cancelled; acknowledge what `deliver` has returned from.

        Raises
        ------
        Unreachable : the collector closes, waits and opens again.
        """
        ...


Transport: TypeAlias = Polled | Pushed


def transport_class(name: str) -> Any:
    """Class that speaks a protocol.

    Raises
    ------
    ConfigError : no such transport, or the package it needs is not installed.
    """
    if name not in TRANSPORTS:
        raise ConfigError(f"transport {name!r} is not one of {', '.join(TRANSPORTS)}")
    module, _, found = TRANSPORTS[name].partition(":")
    try:
        return getattr(importlib.import_module(module), found)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.split(".")[0] in ("ingest", "core"):
            raise
        raise ConfigError(
            f"transport {name!r} needs the package {error.name!r}, which is not installed: "
            f"pip install -r {REQUIREMENTS}"
        ) from error


def template_names() -> list[str]:
    """Names of the templates that come with the project."""
    return sorted(path.stem for path in TEMPLATES.glob("*.toml"))


def load_template(name: str, beside: Path | None = None) -> Template:
    """Template by name, or by path relative to the folder `beside` where it ends in ``.toml``.

    Raises
    ------
    ConfigError : there is no such template, or a package of its transport is missing.
    DeclarationError : its file is wrong; names the line.
    """
    if name.endswith(".toml"):
        return parse_template(read_toml((beside or Path()) / name))
    path = TEMPLATES / f"{name}.toml"
    if name not in template_names():
        raise ConfigError(f"no template {name!r}; there are: {', '.join(template_names())}")
    return parse_template(read_toml(path))


def parse_template(file: TomlFile) -> Template:
    """Template from its file: head, ``[settings]``, ``[[point]]`` and ``[[derived]]`` tables.

    Raises
    ------
    DeclarationError, ConfigError : as `load_template`.
    """
    tables = {key: file.plain.get(key) for key in ("point", "derived", "settings")}
    head = {key: value for key, value in file.plain.items() if key not in tables}
    identity = file.check(Identity, head, "")
    points = parse_points(file, identity.transport, "point", tables["point"] or [])
    return Template(
        identity,
        points,
        parse_derived(file, points, "derived", tables["derived"] or []),
        dict(tables["settings"] or {}),
    )


def parse_derived(
    file: TomlFile,
    points: Sequence[Point],
    table: str,
    plain: Sequence[Mapping[str, Any]],
    start: int = 0,
) -> tuple[Derived, ...]:
    """Signals made from those of points, from the tables of that name.

    Raises
    ------
    DeclarationError : one is wrong, or has a term that no point gives.
    """
    known = {point.signal for point in points}
    made: list[Derived] = []
    for number, entry in enumerate(plain, start):
        one = file.check(Derived, entry, table, number)
        missing = [term for term in one.terms if term not in known]
        if missing:
            near = difflib.get_close_matches(missing[0], known)
            raise file.fail(
                f"term {missing[0]!r} of {one.signal!r} is no signal of this device", table,
                number, "terms", ", ".join(near) or "the signal of a point",
            )  # fmt: skip
        if one.signal in {*known, *(other.signal for other in made)}:
            raise file.fail(f"signal {one.signal!r} twice", table, number, "signal")
        made.append(one)
    return tuple(made)


def parse_points(
    file: TomlFile, transport: str, table: str, plain: Sequence[Mapping[str, Any]], start: int = 0
) -> tuple[Point, ...]:
    """Points of a transport from the tables of that name, repeated ones spelled out.

    Raises
    ------
    DeclarationError : a point is wrong, or two have one signal.
    """
    model = transport_class(transport).Point
    points: list[Point] = []
    seen: set[str] = set()
    for number, entry in enumerate(plain, start):
        try:
            found = list(file.check(model, entry, table, number).expanded())
        except (KeyError, IndexError) as error:
            raise file.fail(
                f"signal names {error} which each does not give", table, number, "signal"
            ) from error
        for point in found:
            if point.signal in seen:
                raise file.fail(f"signal {point.signal!r} twice", table, number, "signal")
            seen.add(point.signal)
            points.append(point)
    return tuple(points)


def checked_settings(model: Any, settings: Mapping[str, Any], whose: str) -> Any:
    """Settings of a transport that stand in no file.

    Raises
    ------
    ConfigError : one is missing, unknown or cannot be; begins with `whose`.
    """
    try:
        return model.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors()[0]
        told = " ".join([".".join(str(part) for part in first["loc"]), what_is_wrong(first)])
        raise ConfigError(f"{whose}: {told.strip()}") from error


def make_device(
    template: Template,
    name: str,
    settings: Mapping[str, Any],
    *,
    group: str | None = None,
    site: str = "",
    zone: str = "UTC",
    period_s: float | None = None,
    timeout_s: float | None = None,
    stale_after_s: float | None = None,
) -> DeviceSpec:
    """A device of a template; `settings` of its transport go before those of the template.

    Raises
    ------
    ConfigError : a setting is missing, unknown or cannot be.
    """
    identity = template.identity
    model = transport_class(identity.transport).Settings
    checked = checked_settings(model, {**template.defaults, **settings}, f"device {name}")
    return DeviceSpec(
        name,
        identity.group if group is None else group,
        site,
        zone,
        checked.spoken(identity.transport),
        checked,
        template.points,
        template.derived,
        period_s or identity.period_s,
        timeout_s or identity.timeout_s,
        stale_after_s or identity.stale_after_s,
    )
