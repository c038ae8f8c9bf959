"""The figures that the BESS page starts with."""

from __future__ import annotations

from core import bess_summary, query
from core.analytics import battery
from core.bess_efficiency import Efficiency
from core.bess_summary import Summary
from pages.battery.context import efc_number, refusal_words
from pages.shared import data, numbers
from pages.shared.chart import KeyFigure
from pages.shared.numbers import NBSP
from pages.shared.texts import t

COMPARABLE = 0.05  # coverage may differ by this much from that of the period before


def key_figures(
    store: query.Store, device: query.Device, summary: Summary, view: tuple[int, int]
) -> list[KeyFigure]:
    """SOC, power, SOH, full cycles and efficiency of the window."""
    zone = store.zone
    return [
        ratio_figure(t("bess.soc"), summary.soc, zone, t("bess.no_signal")),
        power_figure(summary, zone),
        ratio_figure(
            t("bess.soh"), summary.soh, zone, t("bess.health.no_told"), "bess.soh.note", 0
        ),
        cycles_figure(store, device, summary, view),
        efficiency_figure(summary.efficiency),
    ]


def ratio_figure(
    label: str, reading: tuple[int, float] | None, zone: str, missing: str, note: str = "",
    digits: int = 1,
) -> KeyFigure:  # fmt: skip
    """A newest ratio in percent, with its time."""
    if reading is None:
        return KeyFigure(label, numbers.NOTHING, note=missing)
    ts, value = reading
    moment = numbers.moment(ts, zone)
    text = numbers.number(100 * value, digits)
    return KeyFigure(label, text, "%", note=t(note, moment=moment) if note else moment)


def power_figure(summary: Summary, zone: str) -> KeyFigure:
    """Newest power, and what the system does."""
    if summary.power_kw is None:
        return KeyFigure(t("bess.power"), numbers.NOTHING, note=t("bess.no_signal"))
    ts, value = summary.power_kw
    does = "charge" if value > 0 else "discharge" if value < 0 else "rest"
    number, unit = numbers.scaled(value, "kW")
    note = f"{t(f'bess.power.{does}')} · {numbers.moment(ts, zone)}"
    return KeyFigure(t("bess.power"), number, unit, note=note)


def cycles_figure(
    store: query.Store, device: query.Device, summary: Summary, view: tuple[int, int]
) -> KeyFigure:
    """Full cycles of the window against those of the one before."""
    cycles = summary.cycles
    if cycles.refusal:
        return KeyFigure(t("bess.efc"), numbers.NOTHING, note=t(f"bess.refusal.{cycles.refusal}"))
    before = data.report(
        store, bess_summary.cycles_report, device.name, *query.previous_period(*view)
    )
    change = ""
    if before is not None and abs(before[1] - summary.coverage_ratio) <= COMPARABLE:
        words = numbers.change(cycles.efc, before[0].efc)
        change = "" if words == numbers.NOTHING else words
    note = (
        t("bess.efc.current", capacity=numbers.quantity(cycles.capacity_ah, "Ah"))
        if cycles.source == "current" and not change
        else t("bess.efc.soc") if cycles.source == "soc" else ""
    )  # fmt: skip
    return KeyFigure(t("bess.efc"), efc_number(cycles.efc), change=change, note=note)


def efficiency_figure(found: Efficiency) -> KeyFigure:
    """The efficiency that can be given, AC first, or why none can."""
    which, trip = (
        ("dc", found.dc) if found.ac.refusal and not found.dc.refusal else ("ac", found.ac)
    )
    if trip.refusal:
        return KeyFigure(t(f"bess.rte.{which}"), numbers.NOTHING, note=refusal_words(trip))
    return KeyFigure(
        t(f"bess.rte.{which}"), numbers.number(100 * trip.value, 1), "%", note=trip_words(trip)
    )


def trip_words(trip: battery.RoundTrip) -> str:
    """Interval and number of windows."""
    low, high = (numbers.number(100 * edge, 2) for edge in (trip.low, trip.high))
    return t("bess.rte.note", low=low, high=f"{high}{NBSP}%", count=numbers.number(trip.n))
