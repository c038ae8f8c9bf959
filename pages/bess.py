"""A battery storage system: charge, cycles, efficiency, cells, availability, statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core import (
    battery_charts,
    bess,
    bess_bands,
    bess_cells,
    bess_flags,
    bess_health,
    bess_operation,
    bess_summary,
    query,
    value_statistics,
)
from core.analytics import battery
from core.battery_charts import Lane
from core.bess_cells import Spread
from core.bess_efficiency import Efficiency
from core.bess_operation import Operation
from core.bess_summary import Summary
from pages.shared import address, chart, data, numbers, pickers, states, table, theme, window
from pages.shared.chart import KeyFigure
from pages.shared.numbers import NBSP
from pages.shared.texts import current_language, t
from pages.shared.window import Window, pick_window

SECTIONS = ("operation", "cycles", "efficiency", "cells", "systems", "availability", "statistics")
COMPARABLE = 0.05  # coverage may differ by this much from that of the period before
SURE_OF_SIGN = 0.5
MOST_LANES = 20
LISTED = 8  # rows of a table of extremes
LONGEST_RUNS = 12
LANE_PIXELS = 1200
DAY_US = 86_400_000_000
SHORT_COVERAGE = 0.9
Curve = tuple["pd.Series[Any]", "pd.Series[Any]"]  # times [µs] and values
SPREADS: tuple[Spread, ...] = ("cell_voltage", "cell_temperature")
LOSS_HUES = {"converter_charge": "import", "battery": "battery", "converter_discharge": "other",
             "auxiliaries": "load"}  # fmt: skip
CONFIG = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}


def main() -> None:
    """The page."""
    store = states.require_store()
    devices = in_order(store, states.require_devices(store))
    st.title(t("nav.bess"))
    section = address.get("section")
    section = section if section in SECTIONS else SECTIONS[0]
    with pickers.bar():
        device = pickers.pick_device(devices)
        signals = data.signals(store, device.name)
        chosen = pick_chosen(signals, section) if bess.is_battery(signals) else []
    if not bess.is_battery(signals):
        no_battery(store, device, devices)
        return
    span = pick_window([device], store.zone, default="30d")
    chart.show_synthetic_ribbon([device])
    summary = data.report(store, bess_summary.summary_report, device.name, *span.view)
    if summary is None:
        say_empty(device, signals, span)
        return
    chart.show_key_figures(key_figures(store, device, summary, span.view))
    say_sign(device, summary)
    st.segmented_control(
        t("bess.section"),
        SECTIONS,
        format_func=lambda name: t(f"bess.section.{name}"),
        required=True,
        label_visibility="collapsed",
        **address.bound("section", section),
    )
    if section not in ("operation", "systems"):
        say_zoom(span)
    page = Page(store, device, signals, span)
    if section == "operation":
        page.show_operation(chosen)
    elif section == "efficiency":
        page.show_efficiency(summary.efficiency)
    elif section == "statistics":
        page.show_statistics(chosen)
    else:
        shows: dict[str, Callable[[], None]] = {
            "cycles": page.show_cycles,
            "cells": page.show_cells,
            "systems": page.show_systems,
            "availability": page.show_availability,
        }
        shows[section]()


# --- choices ------------------------------------------------------------------------------------


def in_order(store: query.Store, devices: Sequence[query.Device]) -> list[query.Device]:
    """Batteries first."""
    return sorted(
        devices,
        key=lambda one: (not bess.is_battery(data.signals(store, one.name)), one.name),
    )


def pick_chosen(signals: Sequence[query.SignalInfo], section: str) -> list[query.SignalInfo]:
    """Signals of the chart and the statistics; only asked for where these are shown."""
    known = [one for group in bess.grouped_signals(signals).values() for one in group]
    if section not in ("operation", "statistics") or not known:
        return []
    first = [
        bess.of_quantity(signals, "soc")[:1],
        bess.of_quantity(signals, "pcs_power", "battery_power", "battery_current", "pack_current",
                         "battery_voltage")[:1],
    ]  # fmt: skip
    default = [one.name for some in first for one in some]
    return pickers.pick_signals(known, default=default or [known[0].name])


def no_battery(store: query.Store, device: query.Device, devices: Sequence[query.Device]) -> None:
    """Say that the device is no battery, and which are."""
    others = [one.name for one in devices if bess.is_battery(data.signals(store, one.name))]
    mend = t("bess.none.mend", names=", ".join(others)) if others else t("bess.none.nowhere")
    states.notice(t("bess.none", device=device.name), detail=mend)


def say_empty(device: query.Device, signals: Sequence[query.SignalInfo], span: Window) -> None:
    """Say that the window holds no reading of the system, and where there are some."""
    known = [one for group in bess.grouped_signals(signals).values() for one in group]
    firsts = [one.first for one in known if one.first is not None]
    lasts = [one.last for one in known if one.last is not None]
    mend = ""
    if firsts and lasts:
        first, last = (numbers.moment(edge, span.zone) for edge in (min(firsts), max(lasts)))
        mend = t("bess.empty.mend", first=first, last=last)
    words = numbers.span(*span.view, span.zone)
    states.notice(t("bess.empty", device=device.name, span=words), detail=mend)


def say_zoom(span: Window) -> None:
    """Say what the page is zoomed to, and offer the way back."""
    if span.zoom is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = t("bess.zoomed", span=numbers.span(*span.view, span.zone))
        st.html(f'<span class="zg-caption">{escape(words)}</span>', width="content")
        st.button(t("chart.reset"), on_click=window.zoom_out, args=(span,), key="zoom-out")


def say_sign(device: query.Device, summary: Summary) -> None:
    """Say that current or power runs against the SOC."""
    for key, r in (("bess.sign", summary.current_sign), ("bess.sign.power", summary.power_sign)):
        if r < -SURE_OF_SIGN:
            words = t(key, device=device.name, r=numbers.number(r, 2))
            states.notice(words, detail=t("bess.sign.mend"), state="warning")


# --- the answer ---------------------------------------------------------------------------------


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


def efc_number(efc: float) -> str:
    """Full cycles: to a hundredth while they are few."""
    return numbers.number(efc, 2 if abs(efc) < 10 else 1)


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


def refusal_words(trip: battery.RoundTrip) -> str:
    """Why there is no efficiency."""
    if trip.refusal == "few_windows":
        least = numbers.number(battery.LEAST_WINDOWS)
        return t("bess.refusal.few_windows", count=numbers.number(trip.n), least=least)
    return t(f"bess.refusal.{trip.refusal}")


def trip_words(trip: battery.RoundTrip) -> str:
    """Interval and number of windows."""
    low, high = (numbers.number(100 * edge, 2) for edge in (trip.low, trip.high))
    return t("bess.rte.note", low=low, high=f"{high}{NBSP}%", count=numbers.number(trip.n))


# --- pieces of every section --------------------------------------------------------------------


def show_figure(figure: go.Figure, key: str) -> None:
    """A chart that does not fetch when zoomed."""
    st.plotly_chart(figure, key=key, theme=None, config=CONFIG)


def say_missing(key: str) -> None:
    """One quiet sentence in the place of a figure that cannot be."""
    st.html(f'<span class="zg-caption">{escape(t(key))}</span>')


def show_below(
    words: Sequence[str],
    key: str,
    frame: pd.DataFrame,
    *,
    name: str,
    zone: str,
    units: dict[str, str] | None = None,
) -> None:
    """The quiet line below a figure, and its export."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        text = escape(" · ".join(one for one in words if one))
        st.html(f'<span class="zg-caption">{text}</span>', width="content")
        chart.show_export(key, frame, name=name, zone=zone, units=units)


def level_words(level: str) -> str:
    """The level figures were computed from."""
    if level == "raw":
        return t("chart.raw")
    return t("chart.buckets", step=numbers.level(level))


def local(ts: object, zone: str) -> pd.DatetimeIndex:
    """Times with their offset, for export."""
    return pd.to_datetime(np.asarray(ts, np.int64), unit="us", utc=True).tz_convert(zone)


class Page:
    """The sections of one device and window."""

    def __init__(
        self,
        store: query.Store,
        device: query.Device,
        signals: Sequence[query.SignalInfo],
        span: Window,
    ) -> None:
        self.store, self.device, self.signals, self.span = store, device, signals, span
        self.zone = store.zone
        self.view = span.view
        self.look: dict[str, Any] = {"theme": theme.kind(), "language": current_language()}

    # --- operation ------------------------------------------------------------------------------
    def show_operation(self, chosen: Sequence[query.SignalInfo]) -> None:
        """Course of SOC and power, energy by period, time by SOC and power."""
        if chosen:
            chart.show_series(
                "course", self.store, chosen, self.span, title=course_title, whole_page=True,
                height=420,
            )  # fmt: skip
        found = self.operation()
        if not found.terminals:
            say_missing("bess.throughput.none")
            return
        left, right = st.columns(2, gap="medium")
        with left:
            self.show_throughput(found)
        with right:
            self.show_plane(found)

    def operation(self) -> Operation:
        """Cached report of the window."""
        found = data.report(
            self.store, bess_operation.operation_report, self.device.name, *self.view
        )
        assert found is not None  # the summary found readings
        return found

    def show_throughput(self, found: Operation) -> None:
        """Energy charged and discharged per period."""
        rows = found.periods
        figure = battery_charts.build_throughput_figure(
            rows["start"], rows["end"], rows["charged"], rows["discharged"],
            zone=self.zone, labels=(t("bess.charged"), t("bess.discharged")),
            title=t(
                "bess.throughput.title",
                charged=numbers.energy(found.charged_kwh),
                discharged=numbers.energy(found.discharged_kwh),
            ),
            marked=rows["coverage_ratio"] < SHORT_COVERAGE, height=360, **self.look,
        )  # fmt: skip
        show_figure(figure, "throughput")
        counted = ""
        if found.counted_kwh is not None:
            into, out = (numbers.energy(kwh) for kwh in found.counted_kwh)
            counted = t("bess.throughput.counter", charged=into, discharged=out)
        table_ = rows.assign(
            start=local(rows["start"], self.zone), end=local(rows["end"], self.zone)
        )
        words = [
            t(f"bess.period.{found.every}"),
            t(f"bess.throughput.{found.terminals}"),
            counted,
            t("bess.coverage", ratio=numbers.percent(found.coverage_ratio)),
            level_words(found.level),
        ]
        show_below(
            words, "throughput", table_, name=f"{self.device.name}_energy", zone=self.zone,
            units={"charged": "kWh", "discharged": "kWh", "efc": "1"},
        )  # fmt: skip

    def show_plane(self, found: Operation) -> None:
        """Hours by SOC and power."""
        if found.plane is None:
            say_missing("bess.plane.none")
            return
        hours = found.plane.hours
        figure = battery_charts.build_time_map_figure(
            hours, x_edges=100 * bess_bands.SOC_BANDS, y_edges=found.power_edges,
            x_title=t("bess.plane.x"), y_title=t("bess.plane.y"),
            title=plane_title(hours, found.power_edges), height=360, **self.look,
        )  # fmt: skip
        show_figure(figure, "plane")
        words = [
            t("bess.coverage", ratio=numbers.percent(found.plane.coverage_ratio)),
            level_words(found.level),
        ]
        frame = band_frame(hours, "soc", bess_bands.SOC_BANDS, "power_kw", found.power_edges)
        show_below(
            words, "plane", frame, name=f"{self.device.name}_soc_power", zone=self.zone,
            units={"hours": "h"},
        )  # fmt: skip

    # --- cycles ---------------------------------------------------------------------------------
    def show_cycles(self) -> None:
        """Depths, C-rates, full cycles per period."""
        found = self.operation()
        left, right = st.columns(2, gap="medium")
        with left:
            self.show_depths(found)
        with right:
            self.show_rates(found)
        self.show_full_cycles(found)

    def show_depths(self, found: Operation) -> None:
        """Cycles by depth and the full cycles in them."""
        depth = found.depth
        if depth is None:
            say_missing("bess.depth.none")
            return
        if not found.cycle_count:
            say_missing("bess.depth.still")
            return
        efc = depth["efc"].to_numpy()
        deep = float(efc[depth["low"].to_numpy() >= 0.5 - 1e-9].sum() / efc.sum())
        figure = battery_charts.build_band_bars_figure(
            100 * np.append(depth["low"], depth["high"].iloc[-1]), depth["count"],
            second=efc, labels=(t("bess.depth.count"), t("bess.depth.efc")),
            x_title=t("bess.depth.x"), y_title="",
            title=t("bess.depth.title", share=numbers.percent(deep, 0),
                    depth=numbers.percent(0.5, 0)),
            height=360, **self.look,
        )  # fmt: skip
        show_figure(figure, "depth")
        note = t(
            "bess.depth.note",
            count=numbers.number(found.cycle_count),
            deep=numbers.percent(found.largest),
        )
        show_below(
            [note, level_words(found.level)], "depth", depth,
            name=f"{self.device.name}_depth", zone=self.zone, units={"low": "1", "high": "1"},
        )  # fmt: skip

    def show_rates(self, found: Operation) -> None:
        """Time by C-rate; rest is not drawn, for it would drown the others."""
        if found.rates is None:
            say_missing("bess.rate.none")
            return
        edges, hours = found.rate_edges, found.rates.copy()
        rest = (edges[:-1] <= 0) & (edges[1:] > 0)
        resting = float(hours[rest].sum())
        hours[rest] = 0.0
        points = found.rate_points
        most = max(points["charge"], points["discharge"])
        ran = np.isfinite(points["median"])
        title = t(
            "bess.rate.title",
            median=numbers.number(points["median"], 2),
            most=numbers.number(most, 2),
        )
        figure = battery_charts.build_band_bars_figure(
            edges, hours, x_title=t("bess.rate.x"), y_title=t("bess.rate.y"),
            title=title if ran else t("bess.rate.rest"), height=360, **self.look,
        )  # fmt: skip
        show_figure(figure, "rates")
        note = t(
            "bess.rate.note",
            capacity=numbers.quantity(found.capacity_ah, "Ah"),
            rest=numbers.number(resting, 0),
            **{name: numbers.number(points[name], 2) for name in ("p95", "charge", "discharge")},
        )
        frame = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "hours": found.rates})
        show_below(
            [note], "rates", frame, name=f"{self.device.name}_c_rate", zone=self.zone,
            units={"low": "1/h", "high": "1/h", "hours": "h"},
        )  # fmt: skip

    def show_full_cycles(self, found: Operation) -> None:
        """Full cycles per period."""
        rows = found.periods
        if not rows["efc"].notna().any():
            say_missing("bess.efc.none")
            return
        total = float(rows["efc"].sum())
        days = (self.view[1] - self.view[0]) / DAY_US * max(found.coverage_ratio, 1e-9)
        figure = battery_charts.build_throughput_figure(
            rows["start"], rows["end"], rows["efc"], np.full(len(rows), np.nan),
            zone=self.zone, labels=("EFC", ""), unit="",
            title=t("bess.cycles.title", efc=efc_number(total), per_day=numbers.number(
                total / days, 2)),
            marked=rows["coverage_ratio"] < SHORT_COVERAGE, height=260, **self.look,
        )  # fmt: skip
        show_figure(figure, "full-cycles")
        words = [
            t(f"bess.period.{found.every}"),
            t("bess.efc.current", capacity=numbers.quantity(found.capacity_ah, "Ah")),
            t("bess.coverage", ratio=numbers.percent(found.coverage_ratio)),
            level_words(found.level),
        ]
        frame = rows[["start", "end", "efc", "coverage_ratio"]]
        frame = frame.assign(**{n: local(rows[n], self.zone) for n in ("start", "end")})
        show_below(
            words, "full-cycles", frame, name=f"{self.device.name}_efc", zone=self.zone,
        )  # fmt: skip

    # --- efficiency and health ------------------------------------------------------------------
    def show_efficiency(self, found: Efficiency) -> None:
        """Round trips over closed windows, where the rest went, and SOH beside capacity."""
        rows = found.windows
        pooled = {
            t(f"bess.rte.{name}"): (trip.value, trip.low, trip.high)
            for name, trip in (("ac", found.ac), ("dc", found.dc))
            if not trip.refusal
        }
        if pooled:
            shown = {t(f"bess.rte.{n}"): rows[n] for n in ("ac", "dc") if rows[n].notna().any()}
            figure = battery_charts.build_windows_figure(
                rows["end"], shown, pooled, zone=self.zone, span=self.view,
                y_title=t("bess.rte.axis"), title=trips_title(found), height=340, **self.look,
            )  # fmt: skip
            show_figure(figure, "windows")
        else:
            states.notice(t("bess.rte.title.none"), detail=refusal_words(found.ac))
        if len(rows):
            closed = (
                t("bess.rte.full")
                if found.anchor == "full"
                else t("bess.rte.level", soc=numbers.percent(found.soc, 0))
            )
            frame = rows.assign(**{n: local(rows[n], self.zone) for n in ("start", "end")})
            show_below(
                [closed], "windows", frame, name=f"{self.device.name}_round_trips",
                zone=self.zone, units=dict.fromkeys(("ac_in", "ac_out", "dc_in", "dc_out", "aux"),
                                                    "kWh"),
            )  # fmt: skip
        show_trips(found)
        left, right = st.columns(2, gap="medium")
        with left:
            self.show_losses(found)
        with right:
            self.show_health()

    def show_losses(self, found: Efficiency) -> None:
        """Where the energy of closed windows went."""
        parts = {name: kwh for name, kwh in found.losses.items() if kwh > 0}
        total = sum(parts.values())
        if not parts:
            say_missing("bess.loss.none")
            return
        share = parts.get("auxiliaries")
        title = (
            t(
                "bess.loss.title",
                total=numbers.energy(total),
                share=numbers.percent(share / total, 0),
            )
            if share is not None
            else t("bess.loss.title.plain", total=numbers.energy(total))
        )
        figure = battery_charts.build_parts_figure(
            {t(f"bess.loss.{name}"): kwh for name, kwh in parts.items()},
            unit="kWh", title=title, height=190,
            states={t(f"bess.loss.{name}"): hue for name, hue in LOSS_HUES.items()}, **self.look,
        )  # fmt: skip
        show_figure(figure, "losses")
        frame = pd.DataFrame({"part": list(parts), "loss": list(parts.values())})
        words = [
            f"{t(f'bess.loss.{name}')} {numbers.percent(kwh / total, 0)}"
            for name, kwh in parts.items()
        ]
        show_below(
            words, "losses", frame, name=f"{self.device.name}_losses", zone=self.zone,
            units={"loss": "kWh"},
        )  # fmt: skip

    def show_health(self) -> None:
        """SOH of the BMS beside capacity from counted charge."""
        found = data.report(self.store, bess_health.health_report, self.device.name, *self.view)
        measured = found.measured
        told = found.told
        if told.empty and (measured is None or measured.refusal):
            why = t("bess.health.no_told")
            states.notice(t("bess.health.none", why=f"{why}, {self.why_unmeasured(found)}"))
            return
        lines: dict[str, Curve] = {}
        if len(told):
            lines[t("bess.health.told")] = (told["ts"], 100 * told["soh"])
        if len(found.ledger):
            good = found.ledger[found.ledger["qualifies"]]
            lines[t("bess.health.measured")] = (
                good["end"], 100 * good["capacity_ah"] / found.rated_ah,
            )  # fmt: skip
        figure = battery_charts.build_lines_figure(
            lines, zone=self.zone, unit=t("bess.health.axis"), span=self.view,
            title=self.health_title(found), markers=(t("bess.health.measured"),), height=360,
            **self.look,
        )  # fmt: skip
        show_figure(figure, "health")
        words = [self.why_unmeasured(found)]
        if measured is not None and not measured.refusal:
            words = [
                t(
                    "bess.health.note",
                    value=numbers.number(measured.value, 1),
                    half=numbers.number((measured.high - measured.low) / 2, 1),
                    rated=numbers.number(found.rated_ah),
                    count=numbers.number(measured.n),
                )
            ]
        ledger = found.ledger
        if len(ledger):
            ledger = ledger.assign(**{n: local(ledger[n], self.zone) for n in ("start", "end")})
        show_below(
            words, "health", ledger if len(ledger) else told,
            name=f"{self.device.name}_capacity", zone=self.zone,
        )  # fmt: skip

    def why_unmeasured(self, found: bess_health.Health) -> str:
        """Why no capacity was measured."""
        if found.missing:
            return t(f"bess.health.{found.missing}")
        count = found.measured.n if found.measured is not None else 0
        return t("bess.health.few", count=numbers.number(count))

    def health_title(self, found: bess_health.Health) -> str:
        """What the BMS says and what was counted."""
        told = numbers.percent(float(found.told["soh"].iloc[-1]), 0) if len(found.told) else ""
        measured = found.measured
        if measured is None or measured.refusal:
            return t("bess.health.title.told", told=told)
        share = numbers.percent(measured.value / found.rated_ah)
        if not told:
            return t("bess.health.title.measured", measured=share)
        return t("bess.health.title", told=told, measured=share)

    # --- cells ----------------------------------------------------------------------------------
    def show_cells(self) -> None:
        """Spread of voltage and temperature, cells at the ends, dwell."""
        left, right = st.columns(2, gap="medium")
        for place, quantity in ((left, SPREADS[0]), (right, SPREADS[1])):
            with place:
                self.show_spread(quantity)
        self.show_dwell()

    def show_spread(self, quantity: Spread) -> None:
        """Spread at each instant, at the ends, and the cells there."""
        found = data.report(
            self.store, bess_cells.spread_report, self.device.name, quantity, *self.view
        )  # fmt: skip
        frame, ends = found.frame, found.ends
        if frame.empty and ends.empty:
            measured = bess.of_quantity(self.signals, quantity, *bess_cells.OF_CELLS[quantity])
            say_missing("bess.spread.empty" if measured else f"bess.spread.none.{quantity}")
            return
        unit, factor = ("mV", 1000.0) if found.unit == "V" else (found.unit, 1.0)
        if len(frame) and found.greatest_ts is not None:
            title = t(
                f"bess.spread.{quantity}",
                most=numbers.quantity(round(found.greatest * factor, 1), unit),
            )
            lines = {
                t("bess.spread.greatest"): (frame["ts"], frame["greatest"] * factor),
                t("bess.spread.mean"): (frame["ts"], frame["mean"] * factor),
            }
            self.show_lines(lines, unit, title, f"spread-{quantity}", frame)
            moment = numbers.moment(found.greatest_ts, self.zone, seconds=True)
            words = [
                t(f"bess.spread.{found.source}", cells=numbers.number(found.cells)),
                t("bess.spread.when", moment=moment),
            ]
            show_below(
                words, f"spread-{quantity}", frame.assign(ts=local(frame["ts"], self.zone)),
                name=f"{self.device.name}_{quantity}_spread", zone=self.zone,
                units={"mean": found.unit, "greatest": found.unit},
            )  # fmt: skip
        # What temperatures reach says no more than their spread at each instant.
        if len(ends) and (frame.empty or quantity == "cell_voltage"):
            lines = {
                t("bess.spread.top"): (ends["ts"], ends["at_top"] * factor),
                t("bess.spread.bottom"): (ends["ts"], ends["at_bottom"] * factor),
            }
            title = t("bess.spread.ends", cells=numbers.number(found.cells))
            self.show_lines(lines, unit, title, f"ends-{quantity}", ends)
            words = t(
                "bess.spread.buckets",
                cells=numbers.number(found.cells),
                level=numbers.level(found.level),
            )
            show_below(
                [words, t("chart.stands_for", count=numbers.number(found.stands_for, 0))],
                f"ends-{quantity}", ends.assign(ts=local(ends["ts"], self.zone)),
                name=f"{self.device.name}_{quantity}_ends", zone=self.zone,
            )  # fmt: skip
        self.show_extremes(found, quantity)

    def show_lines(
        self, lines: Mapping[str, Curve], unit: str, title: str, key: str,
        frame: pd.DataFrame,
    ) -> None:  # fmt: skip
        """Two curves with their gaps open."""
        steps = np.diff(frame["ts"].to_numpy(np.int64))
        gap = int(4 * np.median(steps)) if len(steps) else None
        figure = battery_charts.build_lines_figure(
            lines, zone=self.zone, unit=unit, span=self.view, title=title, gap_us=gap,
            from_zero=True, height=280, **self.look,
        )  # fmt: skip
        show_figure(figure, key)

    def show_extremes(self, found: bess_cells.SpreadReport, quantity: Spread) -> None:
        """The cells that are most often at an end."""
        end = "lowest" if quantity == "cell_voltage" else "highest"
        other = "highest" if end == "lowest" else "lowest"
        cells = found.extremes.sort_values([f"{end}_ratio", f"{other}_ratio"], ascending=False)
        cells = cells[cells[f"{end}_ratio"] > 0].head(LISTED)
        if cells.empty:
            return
        st.markdown(f"**{t(f'bess.extremes.{quantity}')}**")
        rows = [
            [
                numbers.number(one["pack"], 0),
                numbers.number(one["cell"], 0),
                numbers.percent(one[f"{end}_ratio"]),
                numbers.percent(one[f"{other}_ratio"]),
            ]
            for one in cells.to_dict("records")
        ]
        titles = [t(f"bess.col.{name}") for name in ("pack", "cell", end, other)]
        table.show_table(titles, rows, numeric=(0, 1, 2, 3))
        chart.show_export(
            f"extremes-{quantity}", found.extremes,
            name=f"{self.device.name}_{quantity}_extremes", zone=self.zone,
        )  # fmt: skip

    def show_dwell(self) -> None:
        """Time by temperature and SOC."""
        found = data.report(self.store, bess_cells.dwell_report, self.device.name, *self.view)
        if found.dwell is None:
            say_missing(f"bess.dwell.{found.missing}")
            return
        hours, edges = found.dwell.hours, found.temp_edges
        by_temp = hours.sum(axis=1)
        most = int(by_temp.argmax())
        figure = battery_charts.build_time_map_figure(
            hours.T, x_edges=100 * bess_bands.SOC_TENTHS, y_edges=edges,
            x_title=t("bess.dwell.x"), y_title=t("bess.dwell.y"),
            title=t(
                "bess.dwell.title",
                share=numbers.percent(by_temp[most] / by_temp.sum(), 0),
                low=numbers.number(edges[most]),
                high=numbers.number(edges[most + 1]),
                most=numbers.number(found.warmest, 1),
            ),
            height=340, **self.look,
        )  # fmt: skip
        show_figure(figure, "dwell")
        source = (
            t("bess.dwell.cell_temperature") if found.source == "cell_temperature" else found.source
        )
        words = [
            t("bess.dwell.of", source=source),
            t("bess.coverage", ratio=numbers.percent(found.dwell.coverage_ratio)),
        ]
        frame = band_frame(hours, "temperature", edges, "soc", bess_bands.SOC_TENTHS)
        show_below(
            words, "dwell", frame, name=f"{self.device.name}_dwell", zone=self.zone,
            units={"hours": "h", "temperature_low": "°C", "temperature_high": "°C"},
        )  # fmt: skip

    # --- converter, auxiliaries, climate, safety ------------------------------------------------
    def show_systems(self) -> None:
        """A chart for each group around the battery."""
        groups = bess.grouped_signals(self.signals)
        around = [name for name in bess.GROUPS if name != "battery"]
        for name in around:
            members = [
                one for one in groups.get(name, []) if one.kind == "analog"
            ][:6]  # fmt: skip
            if members:
                chart.show_series(
                    f"group-{name}", self.store, members, self.span, whole_page=True,
                    title=t("bess.group.title", group=t(f"bess.group.{name}"), names=", ".join(
                        one.name for one in members)),
                    height=150 + 90 * len({one.unit for one in members}),
                )  # fmt: skip
        lacking = [t(f"bess.group.{name}") for name in around if name not in groups]
        if lacking:
            words = t("bess.group.missing", groups=", ".join(lacking))
            st.html(f'<span class="zg-caption">{escape(words)}</span>')

    # --- availability and flags -----------------------------------------------------------------
    def show_availability(self) -> None:
        """Time by state with causes, swim lanes, longest runs."""
        flags = [one.name for one in bess.state_signals(self.signals)]
        faults = self.pick_faults(flags)
        found = data.report(
            self.store, bess_flags.availability_report, self.device.name, *self.view, tuple(faults)
        )
        if found.found is None:
            say_missing("bess.available.none")
        else:
            self.show_causes(found)
        self.show_lanes(flags, faults, found.gaps)

    def pick_faults(self, flags: Sequence[str]) -> list[str]:
        """Flags that stand for an outage; at first those whose name says so."""
        if not flags:
            return []
        asked = [name for name in address.get_all("fault") if name in flags]
        usual = [name for name in flags if bess.means_outage(name)]
        chosen: list[str] = st.multiselect(
            t("bess.available.faults"), flags, width=520, **address.bound("fault", asked or usual)
        )
        return chosen

    def show_causes(self, found: bess_flags.AvailabilityReport) -> None:
        """A bar of the window by state, and the table of causes."""
        assert found.found is not None
        causes = found.found.causes
        hours = causes.groupby("state", sort=False)["hours"].sum()
        looks = {"charge": "battery", "discharge": "export", "idle": "border", "fault": "error",
                 "no_data": "muted"}  # fmt: skip
        blind = numbers.number(float(hours["no_data"]), 1)
        title = (
            t(
                "bess.available.title",
                ratio=numbers.percent(found.found.ratio, 2),
                down=numbers.number(float(hours.get("fault", 0.0)), 1),
                blind=blind,
            )
            if found.faults
            else t("bess.available.title.no_flag", blind=blind)
        )
        words = {state: t(f"bess.state.{state}") for state in hours.index}
        figure = battery_charts.build_parts_figure(
            {words[state]: float(size) for state, size in hours.items()},
            unit="h", title=title,
            states={words[s]: look for s, look in looks.items() if s in words},
            height=170, **self.look,
        )  # fmt: skip
        show_figure(figure, "causes")
        note = t(
            "bess.available.note",
            what=t(f"bess.available.{found.activity}"),
            limit=numbers.quantity(found.idle_below, found.unit),
            source=t(f"bess.available.{found.idle_source}"),
            least=numbers.percent(found.found.least_ratio, 2),
        )
        show_below(
            [note, level_words(found.level)], "causes", causes,
            name=f"{self.device.name}_availability", zone=self.zone,
            units={"hours": "h", "longest_h": "h"},
        )  # fmt: skip
        rows = [
            [
                t(f"bess.state.{one['state']}"),
                str(one["cause"]),
                numbers.number(one["hours"], 1),
                numbers.percent(one["share"], 2),
                numbers.number(one["events"], 0),
                numbers.number(one["longest_h"], 1),
            ]
            for one in causes.to_dict("records")
        ]
        titles = ("state", "cause", "hours", "share", "events", "longest")
        table.show_table([t(f"bess.col.{name}") for name in titles], rows, numeric=(2, 3, 4, 5))

    def show_lanes(self, flags: Sequence[str], faults: Sequence[str], gaps: pd.DataFrame) -> None:
        """A lane per flag, and the longest runs as a table."""
        if not flags:
            say_missing("bess.lanes.none")
            return
        found = data.report(self.store, bess_flags.lanes_report, self.device.name, *self.view)
        shown = [*found.runs, *found.quiet]
        shown.sort(key=lambda name: (name not in faults, name not in found.runs, name))
        lanes = [
            self.lane(name, found.runs.get(name), "error" if name in faults else "warning")
            for name in shown[:MOST_LANES]
        ]
        lanes.append(self.lane(t("bess.lanes.no_data"), gaps.assign(value=0.0), "unknown"))
        figure = battery_charts.build_lanes_figure(
            lanes, zone=self.zone, span=self.view, title=lanes_title(found), **self.look
        )
        show_figure(figure, "lanes")
        step = max((one.step_us for one in bess.state_signals(self.signals)), default=0)
        words = [t("bess.lanes.note", step=numbers.duration(step)), t("bess.lanes.merged")]
        if found.silent:
            words.append(t("bess.lanes.silent", names=", ".join(found.silent)))
        runs = runs_frame(found)
        export = runs.assign(**{n: local(runs[n], self.zone) for n in ("start", "end")})
        show_below(words, "lanes", export, name=f"{self.device.name}_flags", zone=self.zone)
        if len(runs):
            self.show_runs(runs, faults)

    def lane(self, name: str, runs: pd.DataFrame | None, state: str) -> Lane:
        """Runs of one flag as bars, those closer than a pixel joined."""
        if runs is None or runs.empty:
            return Lane(name, [], [], [], state)
        gap = (self.view[1] - self.view[0]) // LANE_PIXELS
        joined = battery.coalesce_runs(runs, gap)
        words = []
        for start, end, value, count in joined.itertuples(index=False):
            span = numbers.span(int(start), int(end), self.zone)
            words.append(
                t("bess.lanes.runs", name=name, count=numbers.number(count), span=span)
                if count > 1
                else t(
                    "bess.lanes.run",
                    name=name,
                    value=numbers.number(value),
                    span=span,
                    length=numbers.duration(int(end - start)),
                )
            )
        return Lane(name, joined["start"], joined["end"], words, state)

    def show_runs(self, runs: pd.DataFrame, faults: Sequence[str]) -> None:
        """The longest runs with their times, those of outages first."""
        longest = runs.assign(
            length=runs["end"] - runs["start"], outage=runs["flag"].isin(list(faults))
        ).sort_values(["outage", "length"], ascending=False)
        longest = longest.head(LONGEST_RUNS)
        st.markdown(f"**{t('bess.runs')}**")
        rows = [
            [
                str(one["flag"]),
                numbers.number(one["value"]),
                numbers.moment(int(one["start"]), self.zone, seconds=True),
                numbers.moment(int(one["end"]), self.zone, seconds=True),
                numbers.duration(int(one["length"])),
            ]
            for one in longest.to_dict("records")
        ]
        titles = [t(f"bess.col.{name}") for name in ("flag", "code", "from", "to", "length")]
        table.show_table(titles, rows, numeric=(1,))

    # --- statistics -----------------------------------------------------------------------------
    def show_statistics(self, chosen: Sequence[query.SignalInfo]) -> None:
        """Statistics of the signals chosen, and the values that their chart shows."""
        shown = [data.series(self.store, one.device, one.name, *self.view) for one in chosen]
        if not any(chart.has_readings(one) for one in shown):
            chart.show_empty(shown, chosen, self.view)
            return
        span = numbers.span(*self.view, self.zone)
        st.markdown(f"**{t('bess.stat.title', span=span)}**")
        reports = {
            one: data.report(
                self.store, value_statistics.statistics_report, one.device, one.name, *self.view
            )
            for one in chosen
        }
        rows = [statistics_row(one, report) for one, report in reports.items()]
        shares = [float(q) for q in next(iter(reports.values())).percentiles["q"]]
        titles = [
            *(t(f"bess.stat.{c}") for c in ("signal", "unit", "count", "mean", "std", "min")),
            *(f"{numbers.number(100 * q)}{NBSP}%" for q in shares),
            t("bess.stat.max"),
        ]
        table.show_table(titles, rows, numeric=range(2, len(titles)))
        chart.show_export(
            "statistics", pd.DataFrame(rows, columns=titles),
            name=f"{self.device.name}_statistics", zone=self.zone,
        )  # fmt: skip
        self.show_values(shown)

    def show_values(self, shown: Sequence[query.Series]) -> None:
        """Rows that the chart of the signals draws, as a table."""
        frame = chart.export_frame(shown)
        st.markdown(f"**{t('bess.values')}**")
        stamp = "%d.%m.%Y %H:%M:%S" if current_language() == "de" else "%Y-%m-%d %H:%M:%S"
        text = {t("bess.col.time"): frame["time"].dt.strftime(stamp),
                t("bess.col.signal"): frame["signal"]}  # fmt: skip
        # A reading is its own least, greatest and mean.
        whole = all(one.level == "raw" for one in shown)
        for name in ("mean",) if whole else ("min", "mean", "max"):
            title = t("bess.col.value" if whole else f"bess.col.{name}")
            text[title] = [numbers.number(value) for value in frame[name]]
        right = {name: st.column_config.TextColumn(alignment="right") for name in list(text)[2:]}
        st.dataframe(pd.DataFrame(text), hide_index=True, height=420, column_config=right)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            count = t("bess.rows", count=numbers.number(len(frame)))
            st.html(
                f'<span class="zg-caption">{escape(count)} · {chart.caption(shown)}</span>',
                width="content",
            )
            chart.show_export(
                "values", frame, name=f"{self.device.name}_values", zone=self.zone,
                behind=lambda: chart.readings_frame(self.store, shown),
                behind_rows=sum(one.stands_for for one in shown),
            )  # fmt: skip


# --- words and tables ---------------------------------------------------------------------------


def course_title(shown: list[query.Series]) -> str:
    """Range of the SOC where it is drawn, else what is."""
    device = shown[0].device
    for one in shown:
        if one.signal.quantity == "soc" and chart.has_readings(one):
            low, high = (
                numbers.quantity(float(edge), one.signal.unit, 1)
                for edge in (one.frame["min"].min(), one.frame["max"].max())
            )
            return t("bess.course.title", device=device, low=low, high=high)
    names = ", ".join(one.signal.name for one in shown)
    return t("bess.course.plain", device=device, names=names)


def plane_title(hours: np.ndarray, power_edges: np.ndarray) -> str:
    """Where the system rested longest and at which power it ran most."""
    middle = (power_edges[:-1] + power_edges[1:]) / 2
    rest = int(np.abs(middle).argmin())
    running = hours.sum(axis=0)
    running[rest] = 0.0
    if not running.any() or not hours[:, rest].any():
        return t("bess.plane.title.run")
    soc = int(hours[:, rest].argmax())
    bands = bess_bands.SOC_BANDS
    around = f"{numbers.number(100 * bands[soc], 0)}–{numbers.percent(bands[soc + 1], 0)}"
    return t(
        "bess.plane.title",
        soc=around,
        power=numbers.quantity(float(middle[running.argmax()]), "kW"),
    )


def trips_title(found: Efficiency) -> str:
    """Efficiencies in a sentence."""
    known = {n: trip for n, trip in (("ac", found.ac), ("dc", found.dc)) if not trip.refusal}
    values = {name: numbers.percent(trip.value) for name, trip in known.items()}
    if len(values) == 2:
        return t("bess.rte.title", **values)
    name, value = next(iter(values.items()))
    return t("bess.rte.title.one", value=value, what=t(f"bess.rte.{name}"))


def show_trips(found: Efficiency) -> None:
    """Table of the efficiencies, with intervals or reasons."""
    rows = []
    for name, trip in (("ac", found.ac), ("net", found.ac_net), ("dc", found.dc)):
        if trip.refusal:
            rows.append([t(f"bess.rte.{name}"), numbers.NOTHING, refusal_words(trip), "", "", ""])
            continue
        interval = f"{numbers.number(100 * trip.low, 2)} – {numbers.percent(trip.high, 2)}"
        rows.append(
            [
                t(f"bess.rte.{name}"),
                numbers.percent(trip.value, 2),
                interval,
                numbers.number(trip.n, 0),
                numbers.energy(trip.charged),
                numbers.energy(trip.discharged),
            ]
        )
    titles = [t(f"bess.col.{c}") for c in ("what", "value", "interval", "windows", "in", "out")]
    table.show_table(titles, rows, numeric=(1, 3, 4, 5))


def lanes_title(found: bess_flags.Lanes) -> str:
    """How often flags came up."""
    counts = {name: len(runs) for name, runs in found.runs.items()}
    if not counts:
        return t("bess.lanes.title.quiet")
    busiest = max(counts, key=lambda name: counts[name])
    total = numbers.number(sum(counts.values()))
    if len(counts) == 1:
        return t("bess.lanes.title.one", count=total, busiest=busiest)
    return t(
        "bess.lanes.title", count=total, flags=numbers.number(len(counts)), busiest=busiest
    )  # fmt: skip


def runs_frame(found: bess_flags.Lanes) -> pd.DataFrame:
    """All runs of all flags, by start [µs]."""
    if not found.runs:
        none = np.empty(0, np.int64)
        return pd.DataFrame({"flag": [], "start": none, "end": none, "value": []})
    pieces = [runs.assign(flag=name) for name, runs in found.runs.items()]
    every = pd.concat(pieces, ignore_index=True).sort_values("start", ignore_index=True)
    return every[["flag", "start", "end", "value", "readings"]]


def band_frame(
    hours: np.ndarray, x: str, x_edges: np.ndarray, y: str, y_edges: np.ndarray
) -> pd.DataFrame:
    """Hours by bands in long form."""
    at_x, at_y = (place.ravel() for place in np.indices(hours.shape))
    return pd.DataFrame(
        {
            f"{x}_low": x_edges[at_x],
            f"{x}_high": x_edges[at_x + 1],
            f"{y}_low": y_edges[at_y],
            f"{y}_high": y_edges[at_y + 1],
            "hours": hours.ravel(),
        }
    )


def statistics_row(one: query.SignalInfo, report: value_statistics.StatisticsReport) -> list[str]:
    """Statistics of one signal as text."""
    return [
        one.name,
        "" if one.unit == "1" else one.unit,
        numbers.number(report.count, 0),
        numbers.number(report.mean),
        between(report.std_low, report.std_high),
        numbers.number(report.minimum),
        *(between(q["low"], q["high"]) for q in report.percentiles.to_dict("records")),
        numbers.number(report.maximum),
    ]


def between(low: float, high: float) -> str:
    """One number, or the two the truth lies between."""
    first, second = numbers.number(low), numbers.number(high)
    return first if first == second else f"{first} .. {second}"


main()
