"""What a rule watches in a store: devices, signals found by quantity, and their reference."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from core.alert_rules import Maintenance
from core.analytics.alert_measures import LEAST_PEERS
from core.analytics.alerts import Rule
from core.pv_plant import facts_of, find_signals
from core.query import Device, SignalInfo, Store
from core.sites import site_of

_NUMBER = re.compile(r"\d+")
AMPERE = {"mA": 1e-3, "A": 1.0, "kA": 1e3}
KILOWATT = {"W": 1e-3, "kW": 1.0, "MW": 1e3}


@dataclass(frozen=True)
class Subject:
    """One rule on one device, or on a part of it whose signals are compared with each other.

    Attributes
    ----------
    part : empty, or what the names of the part's signals have in common.
    reference : signal the others are held against; gate : signal of `Rule.when`.
    place : ``latitude`` and ``longitude`` [°] where known and the rule is for the day only.
    scale : see `core.analytics.alert_evaluation.Readings`.
    expected : what is needed to say what a plant should yield.
    closed : maintenance, [start, end) [µs UTC].
    """

    rule: Rule
    device: str
    signals: tuple[SignalInfo, ...]
    part: str = ""
    reference: SignalInfo | None = None
    gate: SignalInfo | None = None
    place: Mapping[str, float] | None = None
    scale: float = 1.0
    integrate: bool = False
    expected: Expected | None = None
    closed: tuple[tuple[int, int], ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """Names it among all."""
        return self.rule.name, self.device, self.part

    @property
    def unit(self) -> str:
        """Unit of what the limits speak of."""
        if self.rule.condition == "missing":
            return "s"
        if self.rule.condition == "reset" or (
            self.rule.condition == "deviation" and self.rule.relative
        ):
            return "1"
        if self.rule.condition == "stuck":
            return "1" if self.scale != 1 or not self.reference else self.reference.unit
        return self.signals[0].unit if self.signals else ""


@dataclass(frozen=True)
class Expected:
    """Irradiance and module temperature of a plant, and its nominal power.

    Attributes
    ----------
    pdc0_kw : nominal power [kWp]; gamma_pdc : temperature coefficient [1/K].
    """

    irradiance: SignalInfo
    temperature: SignalInfo | None
    pdc0_kw: float
    gamma_pdc: float


@dataclass(frozen=True)
class Unwatched:
    """A rule that fits a device but cannot be held there; `missing` says what it lacks."""

    rule: str
    device: str
    missing: str  # peers movement expected gate reference, or the fact that is lacking


def find_subjects(
    store: Store, rules: Sequence[Rule], maintenance: Sequence[Maintenance] = (),
    devices: Sequence[str] | None = None,
) -> tuple[list[Subject], list[Unwatched]]:  # fmt: skip
    """All that rules watch, and what they cannot watch though it is there.

    Raises
    ------
    UnknownDevice : one of `devices` is not in the store.
    """
    wanted = store.devices() if devices is None else [store.device(name) for name in devices]
    found: list[Subject] = []
    lost: list[Unwatched] = []
    for device in wanted:
        every = [one for one in store.signals(device.name) if one.rows]
        closed = tuple(
            (one.start, one.end) for one in maintenance
            if fnmatchcase(device.name, one.device) and fnmatchcase(site_of(device), one.site)
        )  # fmt: skip
        for rule in rules:
            if not rule.enabled or not _fits(rule, device):
                continue
            subjects, missing = _of_device(rule, device, every, closed)
            found += subjects
            if missing:
                lost.append(Unwatched(rule.name, device.name, missing))
    return found, lost


def _fits(rule: Rule, device: Device) -> bool:
    scopes = ((rule.devices, device.name), (rule.groups, device.group),
              (rule.sites, site_of(device)))  # fmt: skip
    return all(not wanted or _matches(name, wanted) for wanted, name in scopes)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    folded = name.casefold()
    return any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns)


def _of_device(
    rule: Rule, device: Device, every: Sequence[SignalInfo], closed: tuple[tuple[int, int], ...]
) -> tuple[list[Subject], str]:
    """Subjects of a rule on a device, or what it lacks for one."""
    place = place_of(device) if rule.day_only else None
    signals = [
        one for one in every
        if (not rule.quantities or one.quantity in rule.quantities)
        and (not rule.signals or _matches(one.name, rule.signals))
    ]  # fmt: skip
    if not signals:
        return [], ""
    if rule.condition == "missing":
        return [Subject(rule, device.name, tuple(signals), place=place, closed=closed)], ""
    gate = None
    if rule.when is not None:
        gate = _first(every, rule.when.quantity)
        if gate is None:
            return [], "gate"
    if rule.condition == "stuck":
        return _stuck(rule, device, signals, every, place, closed)
    if rule.condition == "deviation" and rule.against == "expected":
        found = _expected(device, every)
        if found is None:
            return [], "expected"
        output, expected = found
        return [
            Subject(rule, device.name, output, expected=expected, place=place, gate=gate,
                    closed=closed)
        ], ""  # fmt: skip
    reference = None
    if rule.condition == "deviation" and rule.against != "peers":
        reference = _first(every, rule.against)
        if reference is None:
            return [], "reference"
    families = _families(rule, signals)
    lacks = "peers" if rule.against == "peers" and not families else ""
    return [
        Subject(rule, device.name, tuple(members), part, reference, gate, place, closed=closed)
        for part, members in families.items()
    ], lacks


def _stuck(
    rule: Rule, device: Device, signals: Sequence[SignalInfo], every: Sequence[SignalInfo],
    place: Mapping[str, float] | None, closed: tuple[tuple[int, int], ...],
) -> tuple[list[Subject], str]:  # fmt: skip
    """Current moves charge, power its changes, as shares of capacity and nominal power."""
    other = _first(every, rule.against)
    if other is None:
        return [], "movement"
    integrate = other.unit in AMPERE
    told, factor = {
        True: ("capacity_ah", AMPERE.get(other.unit, 1.0)),
        False: ("kwp", KILOWATT.get(other.unit, 1.0)),
    }[integrate]
    scale = 1.0
    if integrate or other.unit in KILOWATT:
        size = device.facts.get(told) if integrate else facts_of(device.facts).kwp
        if not isinstance(size, int | float) or not size > 0:
            return [], told
        scale = float(size) / factor
    return [
        Subject(
            rule, device.name, tuple(signals), "", other, None, place, scale, integrate,
            closed=closed,
        )
    ], ""  # fmt: skip


def _families(rule: Rule, signals: Sequence[SignalInfo]) -> dict[str, list[SignalInfo]]:
    """Signals that are compared with each other; all together where none are."""
    if rule.condition == "spread":
        whole = [one for one in signals if one.pack is None]
        if len(whole) > 1:
            return {"": whole}
        packs: dict[str, list[SignalInfo]] = {}
        for one in signals:
            if one.pack is not None:
                packs.setdefault(f"pack {one.pack}", []).append(one)
        return {name: members for name, members in packs.items() if len(members) > 1}
    if rule.condition != "deviation" or rule.against != "peers":
        return {"": list(signals)}
    alike: dict[str, list[SignalInfo]] = {}
    for one in signals:
        alike.setdefault(f"{_NUMBER.sub('#', one.name)} [{one.unit}]", []).append(one)
    return {name: members for name, members in alike.items() if len(members) >= LEAST_PEERS}


def _first(signals: Sequence[SignalInfo], quantity: str) -> SignalInfo | None:
    return next((one for one in signals if one.quantity == quantity), None)


def _expected(
    device: Device, every: Sequence[SignalInfo]
) -> tuple[tuple[SignalInfo, ...], Expected] | None:
    """Powers that make up a plant's output, and what tells how large that should be."""
    facts = facts_of(device.facts)
    plant = find_signals(every, facts)
    output = plant.units if plant.complete or plant.meter is None else (plant.meter,)
    if not output or not plant.poa or facts.kwp is None or not facts.kwp > 0:
        return None
    warm = next(iter(plant.temp_module), None)
    return output, Expected(plant.poa[0], warm, facts.kwp, facts.gamma_pdc)


def place_of(device: Device) -> Mapping[str, float] | None:
    """Latitude and longitude of a device [°], where told."""
    facts = facts_of(device.facts)
    if facts.latitude is None or facts.longitude is None:
        return None
    return {"latitude": facts.latitude, "longitude": facts.longitude}
