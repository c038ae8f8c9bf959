"""What a rule watches in a store: devices, signals found by quantity, and their reference."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from core.alert_rules import AlertConfig, Maintenance
from core.analytics.alert_measures import LEAST_PEERS
from core.analytics.alerts import Rule
from core.analytics.expected import PlantModel
from core.errors import ConfigError, DeclarationError, UnknownDevice, UnknownSignal
from core.expected_model import lights_all, model_by_size, model_of, sensor_columns
from core.forecast_signals import forecast_device, parts_of_name, signal_name
from core.measures import FORECAST_GROUP, ended_us
from core.plant_facts import plant_of_device
from core.plants import Plant
from core.pv_facts import PlantFacts, facts_of
from core.pv_load import usual_output
from core.pv_plant import describe, plant_in_file, plants_stamp
from core.pv_signals import PlantSignals, find_signals
from core.query import Device, SignalInfo, Store
from core.signals import load_catalogue
from core.sites import site_of

_NUMBER = re.compile(r"\d+")
AMPERE = {"mA": 1e-3, "A": 1.0, "kA": 1e3}
KILOWATT = {"W": 1e-3, "kW": 1.0, "MW": 1e3}
CAPACITY, NOMINAL = "capacity", "kwp"  # units of movement while a value stands: shares of these
# Groups whose devices are fetched or kept by somebody, not read: silence is none of theirs.
FETCHED = ("weather", "price", "archive", FORECAST_GROUP)
# What is measured of what is forecast; of a load the first that is there.
_FORECAST_OF = {
    "pv": ("pv_power",), "load": ("load_power", "active_power", "grid_power"),
    "net": ("load_power", "active_power", "grid_power"),
    "room_temperature": ("room_temperature",),
    "cell_temperature": ("cell_temperature", "battery_temperature"),
}  # fmt: skip
FORECAST_LEAD_H = 24  # what was known a day ahead; of a forecast without it the longest there is


@dataclass(frozen=True)
class Subject:
    """One rule on one device, or on a part of it whose signals are compared with each other.

    Attributes
    ----------
    part : empty, or what the names of the part's signals have in common.
    reference : signal the others are held against; gate : signal of `Rule.when`.
    place : ``latitude`` and ``longitude`` [°] where known and the rule is for the day only.
    scale : see `core.analytics.alert_evaluation.Readings`.
    whole : the signals are summed before they are held against the reference.
    factor : what readings of the reference are multiplied by to be in the unit of the signals.
    expected : what is needed to say what a plant should yield.
    closed : maintenance, [start, end) [µs UTC].
    gone : when the device ended for good, by its facts [µs UTC]; None where it has not.
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
    gone: int | None = None
    whole: bool = False
    factor: float = 1.0

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
            moved = "" if self.reference is None else self.reference.unit
            return CAPACITY if self.integrate else NOMINAL if moved in KILOWATT else moved
        return self.signals[0].unit if self.signals else ""


@dataclass(frozen=True)
class Expected:
    """A plant and the signals that tell its light and temperature, by column of its weather.

    Attributes
    ----------
    model : what the report of expected production computes with, too.
    """

    model: PlantModel
    columns: Mapping[str, tuple[SignalInfo, ...]]


@dataclass(frozen=True)
class Unwatched:
    """A rule that fits a device but cannot be held there; `missing` says what it lacks.

    `why` is the error that kept a file from telling it, empty without.
    """

    rule: str
    device: str
    missing: str  # peers movement expected gate reference forecast, or the fact that is lacking
    why: str = ""


@dataclass(frozen=True)
class Doubt:
    """What a file of rules names and nothing answers to.

    Attributes
    ----------
    kind : ``quantity``, ``device``, ``site`` or ``group``.
    where : name of the rule, or empty of a maintenance; near : what may be meant, or empty.
    """

    kind: str
    where: str
    name: str
    near: str = ""

    def __str__(self) -> str:
        place = f"rule {self.where!r}" if self.where else "maintenance"
        near = f"; did you mean {self.near}?" if self.near else ""
        return f"{place}: no {self.kind} {self.name!r} is known{near}"


def find_doubts(store: Store, config: AlertConfig) -> list[Doubt]:
    """Quantities, devices, sites and groups that are named and that neither store nor rules know.

    What a store does not have yet may come, so these are doubts and no errors.
    """
    devices = store.devices()
    measured = {one.quantity for device in devices for one in store.signals(device.name)}
    known = {
        "quantity": measured | load_catalogue().quantities,
        "device": {one.name for one in devices},
        "site": {site_of(one) for one in devices},
        "group": {one.group for one in devices} | set(FETCHED),
    }
    named: list[tuple[str, str, str]] = []
    for rule in config.active:
        told = [*rule.quantities, *([] if rule.when is None else [rule.when.quantity])]
        if rule.against not in ("", "peers", "expected", "forecast"):
            told.append(rule.against)
        named += [(rule.name, "quantity", one) for one in told]
        for kind, names in (("device", rule.devices), ("site", rule.sites),
                            ("group", rule.groups)):  # fmt: skip
            named += [(rule.name, kind, one) for one in names]
    for one in config.maintenance:
        named += [("", "device", one.device), ("", "site", one.site)]
    found = []
    for where, kind, name in named:
        answers = (
            name in known[kind]
            if kind == "quantity"
            else any(_matches(one, [name]) for one in known[kind])
        )
        if not answers:
            near = ", ".join(get_close_matches(name, sorted(known[kind]), 1))
            found.append(Doubt(kind, where, name, near))
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class _Plant:
    """A device's plant by the file of plants, or where that is wrong by its facts."""

    facts: PlantFacts
    signals: PlantSignals
    why: str = ""
    expected: Expected | None = None

    def first(self, quantity: str) -> SignalInfo | None:
        """The signal of the plant that tells a quantity, on whichever device."""
        told = {"pv_power": self.signals.powers, "poa_global": self.signals.poa}
        return next(iter(told.get(quantity, ())), None)


def find_subjects(
    store: Store, rules: Sequence[Rule], maintenance: Sequence[Maintenance] = (),
    devices: Sequence[str] | None = None, plants: Path | None = None,
) -> tuple[list[Subject], list[Unwatched]]:  # fmt: skip
    """All that rules watch, and what they cannot watch though it is there.

    Parameters
    ----------
    plants : the setting `plants`: the file of plants, where it does not lie beside the store.

    Raises
    ------
    UnknownDevice : one of `devices` is not in the store.
    """
    wanted = store.devices() if devices is None else [store.device(name) for name in devices]
    found: list[Subject] = []
    lost: list[Unwatched] = []
    stamp = plants_stamp(store, plants)
    for device in wanted:
        every = [one for one in store.signals(device.name) if one.rows]
        plant = _plant_of(store, device, stamp)
        closed = tuple(
            (one.start, one.end) for one in maintenance
            if fnmatchcase(device.name, one.device) and fnmatchcase(site_of(device), one.site)
        )  # fmt: skip
        for rule in rules:
            if not rule.enabled or not _fits(rule, device):
                continue
            subjects, missing = _of_device(store, rule, device, every, plant, closed)
            found += subjects
            if missing:
                why = plant.why if missing in ("expected", "kwp") else ""
                lost.append(Unwatched(rule.name, device.name, missing, why))
    return found, lost


def _plant_of(store: Store, device: Device, stamp: tuple[str, int]) -> _Plant:
    """What is told of a device's plant; a wrong file leaves its facts."""
    try:
        facts, signals = describe(store, device.name, stamp)
        plant = plant_in_file(store, device.name, stamp)
        return _Plant(facts, signals, "", _expected_of(store, device, plant, facts, signals))
    except (DeclarationError, UnknownSignal, UnknownDevice) as error:
        facts = facts_of(device.facts)
        signals = find_signals(store.signals(device.name), facts)
        expected = _expected_of(store, device, None, facts, signals)
        return _Plant(facts, signals, str(error), expected)


def _expected_of(
    store: Store, device: Device, plant: Plant | None, facts: PlantFacts, signals: PlantSignals
) -> Expected | None:
    """What a plant's expectation is computed from; None where light or size is not known."""
    if not signals.powers:
        return None
    if plant is None:
        try:
            every = store.signals(device.name)
            plant = plant_of_device(device.name, device.facts, every, store.zone)
        except ConfigError:
            if not signals.poa or facts.kwp is None or not facts.kwp > 0:
                return None
            warm = {"temp_module": signals.temp_module, "temp_air": signals.temp_air}
            known = {name: infos[:1] for name, infos in warm.items() if infos}
            return Expected(
                model_by_size(facts.kwp, facts.gamma_pdc), {"poa_global": signals.poa[:1], **known}
            )
    columns = sensor_columns(store, plant)
    told = {name: infos for name, infos in columns.items() if any(one.rows for one in infos)}
    return Expected(model_of(plant), told) if lights_all(plant, set(told)) else None


def _fits(rule: Rule, device: Device) -> bool:
    scopes = ((rule.devices, device.name), (rule.groups, device.group),
              (rule.sites, site_of(device)))  # fmt: skip
    return all(not wanted or _matches(name, wanted) for wanted, name in scopes)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    folded = name.casefold()
    return any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns)


def _of_device(
    store: Store, rule: Rule, device: Device, every: Sequence[SignalInfo], plant: _Plant,
    closed: tuple[tuple[int, int], ...],
) -> tuple[list[Subject], str]:  # fmt: skip
    """Subjects of a rule on a device, or what it lacks for one."""
    place = place_of(plant.facts) if rule.day_only else None
    signals = [
        one for one in every
        if (not rule.quantities or one.quantity in rule.quantities)
        and (not rule.signals or _matches(one.name, rule.signals))
    ]  # fmt: skip
    if not signals:
        return [], ""
    if rule.condition == "missing":
        if _sends_no_more(rule, device):
            return [], ""
        gone = ended_us(device.facts, store.zone)
        return [
            Subject(rule, device.name, tuple(signals), place=place, closed=closed, gone=gone)
        ], ""
    gate = None
    if rule.when is not None:
        gate = _first(every, rule.when.quantity)
        if gate is None:
            return [], "gate"
    if rule.condition == "stuck":
        return _stuck(rule, device, signals, every, plant, place, closed)
    if rule.condition == "deviation" and rule.against == "forecast":
        subject = _forecast(store, rule, device, signals, closed)
        if subject is None:
            # Of a forecast itself none is made.
            return [], "" if device.group in FETCHED else "forecast"
        return [replace(subject, place=place, gate=gate)], ""
    if rule.condition == "deviation" and rule.against == "expected":
        if plant.expected is None:
            return [], "expected"
        if plant.signals.powers[0].device != device.name:
            return [], ""  # a plant of several devices is watched once
        output = usual_output(store, plant.signals)
        return [
            Subject(rule, device.name, output, expected=plant.expected, place=place, gate=gate,
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
    plant: _Plant, place: Mapping[str, float] | None, closed: tuple[tuple[int, int], ...],
) -> tuple[list[Subject], str]:  # fmt: skip
    """Current moves charge, power its changes, as shares of capacity and nominal power."""
    other = _first(every, rule.against) or plant.first(rule.against)
    if other is None:
        return [], "movement"
    integrate = other.unit in AMPERE
    told, factor = {
        True: ("capacity_ah", AMPERE.get(other.unit, 1.0)),
        False: ("kwp", KILOWATT.get(other.unit, 1.0)),
    }[integrate]
    scale = 1.0
    if integrate or other.unit in KILOWATT:
        size = device.facts.get(told) if integrate else plant.facts.kwp
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


def _sends_no_more(rule: Rule, device: Device) -> bool:
    """Whether a device's silence is none: archives, and what is fetched, unless a rule names it."""
    return device.group in FETCHED and not (rule.devices or rule.groups)


def _forecast(
    store: Store, rule: Rule, device: Device, signals: Sequence[SignalInfo],
    closed: tuple[tuple[int, int], ...],
) -> Subject | None:  # fmt: skip
    """A device against the median of its forecast; None where none is kept of what is watched."""
    name = forecast_device(device.name)
    if name not in [one.name for one in store.devices()]:
        return None
    kept = {one.name: one for one in store.signals(name) if one.rows}
    leads: dict[str, list[int]] = {}
    for quantity, column, lead in filter(None, map(parts_of_name, kept)):
        if column == "p50":
            leads.setdefault(quantity, []).append(lead)
    for quantity, known in leads.items():
        measured = next(
            (same for one in _FORECAST_OF.get(quantity, ())
             if (same := tuple(info for info in signals if info.quantity == one))), (),
        )  # fmt: skip
        if quantity != "pv":
            measured = measured[:1]
        if not measured:
            continue
        lead = FORECAST_LEAD_H if FORECAST_LEAD_H in known else max(known)
        reference = kept[signal_name(quantity, "p50", lead)]
        factor = KILOWATT.get(reference.unit, 1.0) / KILOWATT.get(measured[0].unit, 1.0)
        return Subject(
            rule, device.name, measured, reference=reference, closed=closed, whole=True,
            factor=factor,
        )  # fmt: skip
    return None


def place_of(facts: PlantFacts) -> Mapping[str, float] | None:
    """Latitude and longitude of a plant [°], where told."""
    if facts.latitude is None or facts.longitude is None:
        return None
    return {"latitude": facts.latitude, "longitude": facts.longitude}
