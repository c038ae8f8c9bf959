"""The fleet at a glance: state, energy and course of every device, and the day's energy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from core.analytics import energy
from core.energies import energy_by_period
from core.levels import HOUR
from core.measures import (
    GRID_ROLES,
    POWER_UNITS,
    ended_us,
    energy_counters,
    is_meter,
    main_signals,
    measured_devices,
    newest_reading,
    power_signals,
)
from core.query import Device, SignalInfo, Store
from core.windows import aligned, bucket_widths, fine_level

STALE_STEPS = 4
STALE_LEAST_US = HOUR
Reason = Literal[
    "alert_critical", "failed", "stale", "alert_error", "coverage", "alert_warning", "quarantine"
]  # fmt: skip
GRAVE: tuple[Reason, ...] = get_args(Reason)  # the gravest first


@dataclass(frozen=True)
class DeviceEnergy:
    """Energy of a device in a window [kWh]; NaN where it measures none of that kind.

    `by_counter` says what it was taken from: counters, or power integrated.
    """

    imported: float
    exported: float
    generated: float
    coverage_ratio: float
    by_counter: bool


@dataclass(frozen=True)
class DeviceHealth:
    """How a device stands in a window.

    Attributes
    ----------
    main : signals of its main quantity; several are summed (inverters of a plant).
    unit : unit of `value` and `spark`.
    value : newest value of the main quantity, whenever that was; NaN without any.
    behind_us : how far its newest reading lies behind the newest of all devices.
    coverage_ratio : share of the window, from its first reading on, with readings of its
        counters, or else of its main quantity.
    quarantined, failed : rows in quarantine, sources that could not be read.
    reasons : why it needs attention, the gravest first.
    spark : ts [µs UTC], mean, min, max; a row of NaN is a gap.
    alerts : how many alerts of it are open.
    """

    device: Device
    main: tuple[SignalInfo, ...]
    unit: str
    value: float
    behind_us: int | None
    coverage_ratio: float
    quarantined: int
    failed: int
    reasons: tuple[Reason, ...]
    energy: DeviceEnergy
    spark: pd.DataFrame
    alerts: int = 0


@dataclass(frozen=True)
class DayEnergy:
    """Sums over devices of one local day [start, end) [µs UTC], in kWh; NaN where none measures.

    `meters` and `plants` are the devices summed with readings on that day. Where devices are told
    to be grid connections (fact `role` = "grid"), `meters` are these alone and `by_role` holds;
    else all meters that are neither battery nor plant, some of which may lie behind others.
    `coverage_ratio` is the least of the devices summed, 1 where there is none.
    """

    start: int
    end: int
    imported: float
    exported: float
    generated: float
    meters: tuple[str, ...]
    plants: tuple[str, ...]
    by_role: bool = False
    coverage_ratio: float = 1.0


def fleet_report(store: Store, start: int, end: int, points: int = 600) -> list[DeviceHealth]:
    """How every device stands in [start, end) [µs UTC], those that need attention first.

    Raises
    ------
    BadWindow
    """
    devices = measured_devices(store.devices())
    newest = newest_reading(devices)
    bad: dict[str, int] = {}
    for row in store.quarantine_counts():
        bad[row["device"]] = bad.get(row["device"], 0) + row["rows"]
    failed: dict[str, int] = {}
    for source in store.sources():
        if source.status == "failed":
            failed[source.device] = failed.get(source.device, 0) + 1
    found = [
        _health(store, device, (start, end), newest, bad.get(device.name, 0),
                failed.get(device.name, 0), points)
        for device in devices
    ]  # fmt: skip
    return _by_gravity(found)


def with_alerts(
    fleet: Sequence[DeviceHealth], going: Mapping[str, Sequence[str]]
) -> list[DeviceHealth]:
    """The fleet with what is open of it, those that need attention first.

    Parameters
    ----------
    going : severities of the open alerts of each device. One of ``info`` asks for nothing.
    """
    found = []
    for one in fleet:
        severities = going.get(one.device.name, ())
        told = [reason for reason in GRAVE if reason.removeprefix("alert_") in severities]
        reasons = sorted({*one.reasons, *told[:1]}, key=GRAVE.index)
        found.append(replace(one, reasons=tuple(reasons), alerts=len(severities)))
    return _by_gravity(found)


def _by_gravity(fleet: Sequence[DeviceHealth]) -> list[DeviceHealth]:
    return sorted(
        fleet,
        key=lambda one: (
            min([GRAVE.index(reason) for reason in one.reasons], default=len(GRAVE)),
            one.coverage_ratio,
            one.device.name,
        ),
    )


def _health(
    store: Store,
    device: Device,
    window: tuple[int, int],
    newest: int | None,
    quarantined: int,
    failed: int,
    points: int,
) -> DeviceHealth:
    signals = store.signals(device.name)
    main = main_signals(signals)
    used = device_energy(store, device.name, *window)
    # Before its first reading a device cannot have missed any.
    begin = max(window[0], min(device.first or window[0], window[1] - 1))
    since = (window[1] - window[0]) / (window[1] - begin)
    # What measures energy has been looked through already.
    coverage = min(used.coverage_ratio * since, 1.0) or max(
        (_coverage(store, info, begin, window[1]) for info in main), default=0.0
    )
    behind = newest - device.last if newest is not None and device.last is not None else None
    step = min((info.step_us for info in signals), default=0)
    gone = ended_us(device.facts, store.zone)
    over = gone is not None and newest is not None and gone <= newest
    late = not over and (behind is None or behind > max(STALE_STEPS * step, STALE_LEAST_US))
    why: dict[Reason, bool] = {
        "failed": failed > 0,
        "stale": late,
        "coverage": coverage < energy.MIN_COVERAGE and not ((late or over) and coverage == 0),
        "quarantine": quarantined > 0,
    }
    return DeviceHealth(
        device, tuple(main), main[0].unit if main else "", _newest_value(store, main), behind,
        coverage, quarantined, failed, tuple(reason for reason, holds in why.items() if holds),
        used, _spark(store, main, *window, points),
    )  # fmt: skip


def _newest_value(store: Store, main: Sequence[SignalInfo]) -> float:
    """Sum of the newest readings; NaN without any."""
    values = [
        float(store.raw(info.device, info.name, info.last, info.last + 1)[1][-1])
        for info in main
        if info.last is not None
    ]
    return sum(values) if values else np.nan


def _coverage(store: Store, info: SignalInfo, start: int, end: int) -> float:
    """Share of the window that the readings of a signal stand for."""
    level = fine_level(store, info, start, end, 900_000_000)
    rows = store.buckets(info.device, info.name, start, end, level)
    step = energy.steps_in_effect(rows.ts, rows.count, typical_us=info.step_us)
    width = bucket_widths(store, rows, level) if level != "raw" and len(rows.ts) else step
    parts = energy.power_intervals(
        rows.ts, rows.sum, rows.count, width, expected_step_us=step, start=start, end=end
    )
    covered = ((parts["end"] - parts["start"]) * parts["coverage_ratio"]).sum()
    return min(float(covered) / (end - start), 1.0)


def _spark(
    store: Store, main: Sequence[SignalInfo], start: int, end: int, points: int
) -> pd.DataFrame:
    """Few points of a signal, or of the sum of several of one unit."""
    if not main:
        return pd.DataFrame({"ts": [], "mean": [], "min": [], "max": []})
    if len(main) > 1:
        frame, _ = aligned(store, [(info.device, info.name) for info in main], start, end, points)
        total = frame.sum(axis=1, min_count=len(main)).to_numpy()
        return pd.DataFrame({"ts": frame.index, "mean": total, "min": total, "max": total})
    info = main[0]
    series = store.series(info.device, info.name, start, end, max_points=points)
    frame = series.frame[["ts", "mean", "min", "max"]]
    return frame.assign(mean=series.frame["last"]) if info.kind == "counter" else frame


def device_energy(store: Store, device: str, start: int, end: int) -> DeviceEnergy:
    """Energy a device took, gave and generated, from its counters or else from its power.

    Raises
    ------
    UnknownDevice, BadWindow
    """
    signals = store.signals(device)
    counters = energy_counters(signals)
    chosen = counters or [
        info for info in main_signals(signals) if info.unit in POWER_UNITS
    ] or power_signals(signals)[:1]  # fmt: skip
    total = {"imported": np.nan, "exported": np.nan, "generated": np.nan}
    coverage = [0.0]

    def add(kind: str, kwh: float) -> None:
        if np.isfinite(kwh):
            total[kind] = kwh if np.isnan(total[kind]) else total[kind] + kwh

    for info in chosen:
        report = energy_by_period(store, device, info.name, start, end, "1d")
        coverage.append(report.coverage_ratio if np.isfinite(report.total_kwh) else 0.0)
        if info.quantity in ("pv_power", "energy_generation"):
            add("generated", report.total_kwh)
        elif info.quantity == "energy_export":
            add("exported", report.total_kwh)
        elif np.isfinite(report.total_kwh):
            add("imported", report.import_kwh)
            if not counters:
                add("exported", report.export_kwh)
    return DeviceEnergy(**total, coverage_ratio=max(coverage), by_counter=bool(counters))


def day_energy(store: Store) -> DayEnergy | None:
    """Energy of the last local day that a meter or a plant has readings of; None without any."""
    signals = {
        device.name: store.signals(device.name) for device in measured_devices(store.devices())
    }
    grid = [
        device.name for device in measured_devices(store.devices())
        if str(device.facts.get("role", "")).strip().lower() in GRID_ROLES
    ]  # fmt: skip
    meters = grid or [name for name in signals if is_meter(signals[name])]
    plants = [
        name for name in signals
        if any(info.quantity in ("pv_power", "energy_generation") for info in signals[name])
    ]  # fmt: skip
    lasts = [last for name in (*meters, *plants) if (last := store.device(name).last) is not None]
    if not lasts:
        return None
    # A reading at midnight closes the day before.
    start, end = (int(edge) for edge in energy.local_periods(
        max(lasts) - 1, max(lasts), store.zone, "1d"))  # fmt: skip
    used = {name: device_energy(store, name, start, end) for name in {*meters, *plants}}

    def total(names: Sequence[str], kind: str) -> tuple[float, tuple[str, ...]]:
        values = {name: getattr(used[name], kind) for name in names}
        known = {name: kwh for name, kwh in values.items() if np.isfinite(kwh)}
        return (sum(known.values()) if known else np.nan), tuple(known)

    imported, counted = total(meters, "imported")
    generated, generating = total(plants, "generated")
    # Inverters are silent at night: a day of theirs is never covered in full.
    coverage = min((used[name].coverage_ratio for name in counted), default=1.0)
    return DayEnergy(
        start, end, imported, total(meters, "exported")[0], generated, counted, generating,
        bool(grid), coverage,
    )  # fmt: skip
