"""Capacity, resistance and dQ/dV, each with its interval or the reason why it has none."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from core import cell_charts, dossier_charts
from core.analytics.capacity import CapacityEstimate
from core.analytics.quality import Float
from core.analytics.verdicts import NOT_DISTINGUISHABLE, Trend
from core.annotations import Annotation
from core.capacity_report import (
    RECENT_DAYS,
    CapacityReport,
    StringCapacity,
    capacity_report,
)
from core.charts import to_wall_ms
from core.dossier_charts import Band, CurveLine, EventLine, PeakCourse, Points
from core.ica_report import IcaDirection, ica_report
from core.resistance_report import ResistanceReport, resistance_report
from pages.packs import context, kept, series
from pages.packs.context import DAY_US, Context
from pages.shared import address, chart, data, numbers, states, table, theme
from pages.shared.chart import KeyFigure
from pages.shared.numbers import NBSP, NOTHING
from pages.shared.texts import current_language, t

LISTED = 15
YEAR = 365.25
# A projection to more times the cycles seen than this is no statement.
MOST_STRETCH = 10.0
GOALS = (5000, 10000)
EXPORTED_UNITS = {
    "charge_ah": "Ah", "delta_soc": "1", "capacity_ah": "Ah", "error_ah": "Ah", "gain_ah": "Ah",
    "offset_ah": "Ah", "sampling_ah": "Ah", "anchor_ah": "Ah", "temp": "°C", "rate": "1/h",
}  # fmt: skip
RESISTANCE_UNITS = {
    "ohm": "Ω", "low": "Ω", "high": "Ω", "pack_median": "Ω", "relative": "1", "growth": "1/year",
}  # fmt: skip
COMMON_REFUSALS = (
    "no_current", "no_capacity", "current_sign", "current_zero", "cells_clock", "resistance_sign",
    "all_still",
)  # fmt: skip


def show(ctx: Context) -> None:
    """The tab."""
    notes = series.read_notes(ctx)
    report = data.shared_report(
        ctx.store, capacity_report, ctx.device, ctx.start, ctx.end,
        series.declared(ctx, notes),
    )  # fmt: skip
    assert report is not None  # the page has asked for a battery already
    show_capacity(ctx, report, notes)
    show_resistance(ctx)
    show_ica(ctx)


def why(name: str, part: str) -> str:
    """Words of a refusal, those that all of the page shares first."""
    shared = name in COMMON_REFUSALS
    return t(f"packpulse.refusal.{name}" if shared else f"packpulse.capacity.{part}.{name}")


# --- capacity -----------------------------------------------------------------------------------


def show_capacity(ctx: Context, report: CapacityReport, notes: Sequence[Annotation]) -> None:
    """What the string holds, since when, beside what others say of it."""
    one = pick_string(report)
    if one.refusal:
        states.notice(t("packpulse.capacity.none"), detail=refusal_words(ctx, one))
        return
    chart.show_key_figures(capacity_figures(ctx, report, one))
    figure = ledger_figure(ctx, report, one, notes)
    chart.show_figure(figure, "ledger")
    chart.show_caption(ledger_caption(ctx, one))
    chart.show_caption(prior_caption(ctx, report))
    chart.show_caption(trend_caption(one))
    with st.expander(t("packpulse.capacity.ledger", count=numbers.number(len(one.ledger)))):
        show_ledger(ctx, one)
        show_projection(one)


def pick_string(report: CapacityReport) -> StringCapacity:
    """String of the URL where there are several."""
    names = [str(one.number) for one in report.strings]
    if len(names) == 1:
        return report.strings[0]
    asked = address.get("string")
    now = asked if asked in names else names[0]
    chosen: str = st.selectbox(
        t("packpulse.capacity.string"), names, width=140, **address.bound("string", now)
    )
    return report.strings[names.index(chosen)]


def refusal_words(ctx: Context, one: StringCapacity) -> str:
    """Why there is no capacity; a current of the wrong sign explains missing ends."""
    if one.refusal != "no_anchors":
        return why(str(one.refusal), "refusal")
    if context.load_weak(ctx).refusal == "current_sign":
        return t("packpulse.refusal.current_sign")
    limits = ctx.battery.chemistry
    return t(
        "packpulse.capacity.refusal.no_anchors", low=numbers.number(limits.discharge_cutoff, 2),
        high=numbers.number(limits.charge_cutoff, 2),
    )  # fmt: skip


def capacity_figures(ctx: Context, report: CapacityReport, one: StringCapacity) -> list[KeyFigure]:
    """Capacity now, against rated, beside the BMS; its change; what is left."""
    rated = ctx.battery.capacity_ah
    ways = t(
        "packpulse.capacity.ways", n=numbers.number(one.recent.n), days=recent_days(report)
    )  # fmt: skip
    if one.recent.refusal:
        ways = t("packpulse.capacity.segments_few", n=numbers.number(one.recent.n))
    told = told_soh(report)
    return [
        KeyFigure(
            t("packpulse.capacity.now"), estimate_words(one.recent), "Ah", note=ways,
            state="unknown" if one.recent.refusal else None,
        ),
        KeyFigure(
            t(f"packpulse.capacity.rated.{ctx.battery.capacity_from}"),
            series.plus_minus(
                *(100 * ah / rated for ah in (one.recent.value, one.recent.low, one.recent.high)),
                sign=False,
            ),
            "%",
            note=t("packpulse.capacity.rated.note", capacity=numbers.quantity(rated, "Ah")),
        ),
        KeyFigure(
            t("packpulse.capacity.bms"),
            numbers.number(100 * told, 1),
            "%",
            note=t("packpulse.capacity.bms.note", ah=numbers.quantity(told * rated, "Ah", 1))
            if math.isfinite(told)
            else t("packpulse.capacity.bms.none"),
        ),
        trend_figure(one.trend),
        life_figure(one),
    ]  # fmt: skip


def recent_days(report: CapacityReport) -> str:
    """How many days of the window the capacity now is of."""
    first, last = max(report.start, report.battery.first), min(report.end, report.battery.last + 1)
    days = math.ceil((last - first) / DAY_US)
    return numbers.number(max(1, min(RECENT_DAYS, days)))


def estimate_words(found: CapacityEstimate) -> str:
    """``251.0 ± 5.8``."""
    return series.plus_minus(found.value, found.low, found.high, sign=False)


def told_soh(report: CapacityReport) -> float:
    """Newest state of health that the BMS tells, 0..1; NaN without."""
    known = report.told["soh"].dropna()
    return float(known.iloc[-1]) if len(known) else float("nan")


def trend_figure(trend: Trend) -> KeyFigure:
    """Change of the capacity per year, or why it is not told."""
    label = t("packpulse.capacity.change")
    if trend.refusal:
        note = trend_refusal(trend)
        return KeyFigure(label, NOTHING, state="unknown", note=note)
    value = series.plus_minus(trend.pct, trend.pct_low, trend.pct_high)
    note = t(f"packpulse.capacity.verdict.{trend.verdict}")
    return KeyFigure(label, value, t("packpulse.trend.unit"), note=note)


def trend_refusal(trend: Trend) -> str:
    """Why a series of capacities has no verdict."""
    return t(
        f"packpulse.capacity.trend.{trend.refusal}",
        n=numbers.number(trend.n), span=numbers.number(trend.span, 0),
    )  # fmt: skip


def life_figure(one: StringCapacity) -> KeyFigure:
    """Years until 80 %, or why they are not told."""
    label, life = t("packpulse.capacity.life"), one.projection.life
    if life.refusal:
        known = "span_short" if one.trend.refusal else life.refusal
        note = t(f"packpulse.capacity.life.{known}", span=numbers.number(life.span, 0))
        return KeyFigure(label, NOTHING, state="unknown", note=note)
    high = numbers.number(life.high, 1) if math.isfinite(life.high) else "∞"
    note = t(
        "packpulse.capacity.life.note",
        low=numbers.number(life.low, 1), high=high, limit=numbers.quantity(life.limit, "Ah", 0),
    )  # fmt: skip
    return KeyFigure(label, numbers.number(life.value, 1), t("packpulse.capacity.years"), note=note)


# --- the chart of the ledger --------------------------------------------------------------------


def ledger_figure(
    ctx: Context, report: CapacityReport, one: StringCapacity, notes: Sequence[Annotation]
) -> go.Figure:
    """Every way, with what the BMS and the ageing of such cells would say."""
    ledger, rated = one.ledger, ctx.battery.capacity_ah
    good = ledger[ledger["qualifies"]]
    ways = [
        way_points(ctx, good[good["direction"] == name], t(f"packpulse.capacity.{name}"))
        for name in ("discharge", "charge")
    ]
    bad = ledger[~ledger["qualifies"] & (ledger["capacity_ah"] > 0)]
    refused = way_points(ctx, bad, t("packpulse.capacity.not_counted")) if len(bad) else None
    told = None
    if len(report.told):
        stamps = to_wall_ms(report.told["ts"].to_numpy(np.int64), ctx.window.zone)
        told = Points(t("packpulse.capacity.bms"), stamps, rated * report.told["soh"].to_numpy())
    prior = None
    if report.prior.refusal is None:
        prior = Band(
            t("packpulse.capacity.prior"), cell_charts.day_ms(report.prior.day - 0.5),
            report.prior.value, report.prior.low, report.prior.high,
        )  # fmt: skip
    return kept.drawn(
        dossier_charts.build_ledger_figure,
        [way for way in ways if len(np.asarray(way.x))], refused,
        told=told, prior=prior, trend=trend_bands(ctx, one), rated=rated,
        rated_label=t(
            "packpulse.capacity.rated.line"
            if ctx.battery.capacity_from == "fact"
            else "packpulse.capacity.rated.line.counted",
            capacity=numbers.quantity(rated, "Ah"),
        ),
        events=event_lines(ctx, notes),
        span=wall_span(ctx),
        y_title=t("packpulse.capacity.axis"),
        title=capacity_title(report, one, rated),
        theme=theme.kind(), language=current_language(),
    )  # fmt: skip


def capacity_title(report: CapacityReport, one: StringCapacity, rated: float) -> str:
    """What is seen, in a sentence."""
    told = told_soh(report)
    if one.recent.refusal:
        few = numbers.number(one.recent.n)
        return t("packpulse.capacity.title.few", n=few, days=recent_days(report))
    value = estimate_words(one.recent)
    if not math.isfinite(told):
        return t("packpulse.capacity.title", value=value, days=recent_days(report))
    return t(
        "packpulse.capacity.title.bms", value=value, days=recent_days(report),
        told=numbers.quantity(told * rated, "Ah", 0),
    )  # fmt: skip


def way_points(ctx: Context, rows: pd.DataFrame, label: str) -> Points:
    """Ways of a ledger as points with 95 % intervals, in their middle."""
    middle = (rows["start"].to_numpy(np.int64) + rows["end"].to_numpy(np.int64)) // 2
    value, error = rows["capacity_ah"].to_numpy(), 1.96 * rows["error_ah"].to_numpy()
    lang = current_language()  # looked up once for all of them
    words = [
        t(
            "packpulse.capacity.hover", lang=lang, ah=numbers.number(abs(charge), 1, lang),
            soc=numbers.percent(depth, 0, lang), rate=numbers.number(rate, 2, lang),
        )
        for charge, depth, rate in zip(
            *(rows[name].tolist() for name in ("charge_ah", "delta_soc", "rate")), strict=True
        )
    ]  # fmt: skip
    return Points(
        label, to_wall_ms(middle, ctx.window.zone), value, value - error, value + error, words
    )


def trend_bands(ctx: Context, one: StringCapacity) -> list[Band]:
    """The verdict's line in each regime; with its interval in the last, which it is told for."""
    if one.trend.refusal or one.projection.by_day is None:
        return []
    bands = []
    ray = one.projection.by_day
    for number in np.unique(one.code):
        mine = one.code == number
        x = np.linspace(one.day[mine][0], one.day[mine][-1], 30)
        level = float(one.value[mine].mean())
        mid = level + one.trend.value / YEAR * (x - float(one.day[mine].mean()))
        low = high = mid
        if number == one.code[-1]:
            mid, low, high = (np.interp(x, ray.x, part) for part in (ray.mid, ray.low, ray.high))
        bands.append(
            Band(t("packpulse.capacity.line"), from_days(ctx, x), mid, low, high)
        )  # fmt: skip
    return bands


def from_days(ctx: Context, day: Float) -> Float:
    """Days since the epoch (UTC) as moments of the wall clock [ms]."""
    return to_wall_ms((day * DAY_US).astype(np.int64), ctx.window.zone)


def wall_span(ctx: Context) -> tuple[float, float]:
    """First and last moment of the window that has readings [wall ms]."""
    edges = [max(ctx.start, ctx.battery.first), min(ctx.end, ctx.battery.last + 1)]
    first, last = to_wall_ms(edges, ctx.window.zone)
    return float(first), float(last)


def event_lines(ctx: Context, notes: Sequence[Annotation]) -> list[EventLine]:
    """Notes as upright lines, named by their kind."""
    lines = []
    for one in notes:
        at = float(to_wall_ms([one.at], ctx.window.zone)[0])
        until = None
        if one.until is not None:
            until = float(to_wall_ms([one.until], ctx.window.zone)[0])
        lines.append(EventLine(at, until, t(f"packpulse.dossier.kind.{one.kind}")))
    return lines


# --- words below the chart ----------------------------------------------------------------------


def ledger_caption(ctx: Context, one: StringCapacity) -> str:
    """How many ways count, how sure a single one is, and of what."""
    good = one.ledger[one.ledger["qualifies"]]
    parts = [
        t(
            "packpulse.capacity.counted", n=numbers.number(len(good)),
            all=numbers.number(len(one.ledger)),
        )
    ]  # fmt: skip
    if len(good):
        share = good["error_ah"] / good["capacity_ah"]
        parts.append(
            t("packpulse.capacity.sure", error=numbers.percent(float(share.median()), 1))
        )  # fmt: skip
    ends = one.ends
    if math.isfinite(ends.charge_ah):
        zero = t("packpulse.capacity.ends.zero")
        soc = numbers.percent(ends.empty_soc, 1)
        parts.append(
            t(
                "packpulse.capacity.means", ah=numbers.number(ends.charge_ah, 1),
                low=numbers.number(ends.low_v, 3), high=numbers.number(ends.high_v, 3),
                delta=numbers.percent(ends.delta_soc, 1),
                ends=t("packpulse.capacity.ends.told", soc=soc)
                if math.isfinite(ends.empty_soc) else zero,
            )
        )  # fmt: skip
    return " · ".join([*parts, ctx.window.zone])


def prior_caption(ctx: Context, report: CapacityReport) -> str:
    """What the band of such cells supposes, or why it is not drawn."""
    prior = report.prior
    if prior.refusal:
        return why(prior.refusal, "prior")
    return t(
        "packpulse.capacity.prior.about",
        age=context.between(prior.age_days[0] / YEAR, prior.age_days[1] / YEAR, 1),
        before=numbers.number(prior.before_high, 0),
    )


def trend_caption(one: StringCapacity) -> str:
    """What the change per year rests on."""
    if one.trend.refusal:
        return t("packpulse.capacity.trend.none", why=trend_refusal(one.trend))
    parts = [
        t(
            "packpulse.capacity.trend.basis", n=numbers.number(one.trend.n),
            span=numbers.number(one.trend.span + 1, 0), regimes=numbers.number(one.trend.regimes),
        )
    ]  # fmt: skip
    return " ".join([*parts, *(t(f"packpulse.capacity.trend.{key}") for key in one.trend.notes)])


def show_ledger(ctx: Context, one: StringCapacity) -> None:
    """Newest ways as a table, all of them as a file."""
    rows = one.ledger.sort_values("start", ascending=False)
    columns = ("start", "end", "way", "anchors", "charge", "delta", "capacity", "temp", "rate",
               "counts")  # fmt: skip
    table.show_table(
        [t(f"packpulse.capacity.column.{name}") for name in columns],
        [ledger_row(ctx, row) for _, row in rows.head(LISTED).iterrows()],
        numeric=(4, 5, 6, 7, 8),
    )
    if len(rows) > LISTED:
        chart.show_caption(
            t("packpulse.capacity.more", count=numbers.number(len(rows) - LISTED))
        )  # fmt: skip
    chart.show_export(
        "ledger", ledger_frame(ctx, one), name=f"{ctx.device}_capacity", zone=ctx.window.zone,
        units=EXPORTED_UNITS,
    )  # fmt: skip


def ledger_row(ctx: Context, row: pd.Series) -> tuple[str, ...]:
    """One way as text."""
    capacity = series.plus_minus(
        row["capacity_ah"], row["capacity_ah"] - 1.96 * row["error_ah"],
        row["capacity_ah"] + 1.96 * row["error_ah"], sign=False,
    )  # fmt: skip
    ends = (t(f"packpulse.capacity.anchor.{row[side]}") for side in ("start_kind", "end_kind"))
    reason = str(row["reason"])
    return (
        numbers.moment(int(row["start"]), ctx.window.zone),
        numbers.moment(int(row["end"]), ctx.window.zone),
        t(f"packpulse.capacity.{row['direction']}"),
        " → ".join(ends),
        context.signed(row["charge_ah"], 1),
        numbers.percent(row["delta_soc"], 0),
        capacity,
        numbers.number(row["temp"], 1),
        numbers.number(row["rate"], 2),
        t(f"packpulse.capacity.reason.{reason}") if reason else t("packpulse.capacity.reason.yes"),
    )


def ledger_frame(ctx: Context, one: StringCapacity) -> pd.DataFrame:
    """The ledger for a file: moments with their offset."""
    frame = one.ledger.copy()
    for name in ("start", "end"):
        utc = pd.to_datetime(frame[name], unit="us", utc=True)
        frame[name] = utc.dt.tz_convert(ctx.window.zone)
    return frame


def show_projection(string: StringCapacity) -> None:
    """Capacity after many cycles, as far as that can be said."""
    if string.trend.refusal:
        return
    st.markdown(f"**{t('packpulse.capacity.projection')}**")
    rows = []
    for found in string.projection.at_cycles:
        name = numbers.number(found.cycles, 0)
        if found.refusal:
            rows.append((name, NOTHING, NOTHING, t("packpulse.capacity.projection.no_cycles")))
            continue
        far = found.stretch > MOST_STRETCH
        low, high = (numbers.percent(one, 0) for one in (found.ratio_low, found.ratio_high))
        span = f"{low} … {high}"
        word = t("packpulse.capacity.projection.far" if far else "packpulse.capacity.projection.ok",
                 times=numbers.number(found.stretch, 0))  # fmt: skip
        rows.append(
            (name, NOTHING if far else numbers.percent(found.ratio, 0), NOTHING if far else span,
             word)
        )  # fmt: skip
    columns = ("cycles", "ratio", "interval", "note")
    table.show_table(
        [t(f"packpulse.capacity.projection.{name}") for name in columns], rows, numeric=(0, 1, 2)
    )


# --- resistance ---------------------------------------------------------------------------------


def show_resistance(ctx: Context) -> None:
    """Resistance of all cells against their pack, and how it grows."""
    st.subheader(t("packpulse.capacity.ohm"))
    report = data.shared_report(
        ctx.store, resistance_report, ctx.device, ctx.start, ctx.end
    )  # fmt: skip
    assert report is not None
    if report.refusal:
        states.notice(t("packpulse.capacity.ohm.none"), detail=why(report.refusal, "ohm"))
        return
    faults = context.faults_of(ctx, context.load_weak(ctx))
    mine = report.table[report.table["pack"].isin(ctx.packs)]
    left, right = st.columns(2, gap="medium")
    with left:
        show_level(report, mine, faults[mine.index.to_numpy()])
    with right:
        show_growth(mine, faults[mine.index.to_numpy()])
    chart.show_caption(ohm_caption(ctx, report))
    chart.show_export(
        "resistance", report.table, name=f"{ctx.device}_resistance", zone=ctx.window.zone,
        units=RESISTANCE_UNITS,
    )  # fmt: skip


def show_level(report: ResistanceReport, mine: pd.DataFrame, faults: NDArray[np.str_]) -> None:
    """Resistance over the pack, a dot a cell."""
    if not np.isfinite(mine["relative"]).any():
        few = t(
            "packpulse.capacity.ohm.steps_few", n=numbers.number(int(mine["n"].max())),
            days=context.on_days(int(mine["days"].max())),
        )  # fmt: skip
        states.notice(t("packpulse.capacity.ohm.level.none"), detail=few)
        return
    top = mine.loc[mine["relative"].idxmax()]
    title = t(
        "packpulse.capacity.ohm.title", cell=context.cell_name(top["pack"], top["cell"]),
        ratio=context.signed(100 * (top["relative"] - 1), 0),
    )  # fmt: skip
    strip(
        "ohm-level", mine, 100 * (mine["relative"] - 1), faults, title=title, unit="%", digits=1,
        axis=t("packpulse.capacity.ohm.axis"),
    )  # fmt: skip


def show_growth(mine: pd.DataFrame, faults: NDArray[np.str_]) -> None:
    """Growth per year, a dot a cell."""
    growth = mine["growth"]
    if not np.isfinite(growth).any():
        reasons = mine["growth_refusal"].replace("", np.nan).dropna()
        key = str(reasons.iloc[0]) if len(reasons) else "span_short"
        detail = t(
            f"packpulse.capacity.growth.{key}", weeks=numbers.number(int(mine["weeks"].max())),
            span=numbers.number(float(mine["span_days"].max()), 0),
        )  # fmt: skip
        states.notice(t("packpulse.capacity.growth.none"), detail=detail)
        return
    sure = int((mine["growth_low"] > 0).sum())
    title = t(
        "packpulse.capacity.growth.title", usual=context.signed(100 * float(growth.median()), 1),
        count=numbers.number(sure), all=numbers.number(int(growth.notna().sum())),
    )  # fmt: skip
    strip(
        "ohm-growth", mine, 100 * growth, faults, title=title, unit=t("packpulse.trend.unit"),
        digits=1, axis=t("packpulse.capacity.growth.axis"),
    )  # fmt: skip


def strip(
    key: str,
    mine: pd.DataFrame,
    values: pd.Series,
    faults: NDArray[np.str_],
    *,
    title: str,
    unit: str,
    digits: int,
    axis: str,
) -> None:
    """One figure of a value a cell."""
    figure = kept.drawn(
        cell_charts.build_strip_figure,
        mine["pack"], mine["cell"], values, faults.tolist(),
        fault_names=context.fault_names(),
        pack_names={int(one): context.pack_name(one) for one in mine["pack"].unique()},
        y_title=axis, unit=unit, digits=digits, title=title,
        theme=theme.kind(), language=current_language(), legend=False,
    )  # fmt: skip
    context.show_cells_chart(key, figure)


def ohm_caption(ctx: Context, report: ResistanceReport) -> str:
    """From how many steps, at which temperature, how sure."""
    level = report.table["ohm"]
    used = sum(len(one.ts) for one in report.steps)
    parts = [
        t(
            "packpulse.capacity.ohm.basis", n=numbers.number(used),
            days=context.on_days(report.days_read), all=numbers.number(report.steps_seen),
        )
    ]  # fmt: skip
    if level.notna().any():
        half = (report.table["high"] - report.table["low"]).median() / 2
        middle = float(level.median())
        parts.append(
            t(
                "packpulse.capacity.ohm.median",
                ohm=series.plus_minus(
                    1000 * middle, 1000 * (middle - half), 1000 * (middle + half), sign=False
                ),
            )
        )
        relative = (report.table["relative_high"] - report.table["relative_low"]).median() / 2
        parts.append(
            t("packpulse.capacity.ohm.relative", half=numbers.number(100 * float(relative), 1))
        )  # fmt: skip
    if not report.temperature:
        parts.append(t("packpulse.capacity.ohm.no_temperature"))
    elif report.steps:
        one = report.steps[0].conditions
        parts.append(
            t(
                f"packpulse.capacity.ohm.{one.source}",
                span=context.between(one.temp_low, one.temp_high, 0),
                energy=numbers.number(one.activation / 1000, 0),
                error=numbers.number(one.error / 1000, 0),
            )
        )  # fmt: skip
    return " · ".join(parts)


# --- incremental capacity -----------------------------------------------------------------------


def show_ica(ctx: Context) -> None:
    """dQ/dV and dV/dQ of slow charges or discharges, and where the peaks stand over time."""
    st.subheader(t("packpulse.capacity.ica"))
    report = data.shared_report(ctx.store, ica_report, ctx.device, ctx.start, ctx.end)
    assert report is not None
    if report.refusal:
        states.notice(t("packpulse.capacity.ica.none"), detail=why(report.refusal, "ica"))
        return
    shown = [one for one in report.directions if one.first is not None]
    for one in shown:
        figure = ica_figure(ctx, one)
        st.plotly_chart(figure, key=f"ica-{one.string}-{one.direction}", theme=None,
                        config=chart.CONFIG)  # fmt: skip
        chart.show_caption(ica_caption(ctx, one))
    for one in report.directions:
        if one.first is None:
            states.notice(
                t(f"packpulse.capacity.ica.none.{one.direction}", n=numbers.number(one.seen)),
                detail=refused_words(one),
            )


def refused_words(one: IcaDirection) -> str:
    """How many ways were refused, and why."""
    parts = [
        t(f"packpulse.capacity.ica.reason.{name}", n=numbers.number(count))
        for name, count in sorted(one.refused.items(), key=lambda pair: -pair[1])
    ]
    return "; ".join(parts) or t("packpulse.capacity.ica.reason.nothing")


def ica_figure(ctx: Context, one: IcaDirection) -> go.Figure:
    """Earlier and later curves, and peaks over time."""
    assert one.first is not None
    curves = [CurveLine(span_name(ctx, one, "first"), one.first.voltage, one.first.dq_dv)]
    if one.last is not None:
        curves.append(CurveLine(span_name(ctx, one, "last"), one.last.voltage, one.last.dq_dv))
    slopes = [
        CurveLine(line.label, one.dva_ah, 1000 * slope)
        for line, slope in zip(curves, one.dva, strict=False)
    ]
    peaks, marks = [], []
    for number, place in enumerate(one.expected["position"].to_numpy(np.float64), 1):
        name = t("packpulse.capacity.ica.peak", number=str(number))
        marks.append((float(place), str(number)))
        mine = one.peaks[one.peaks["peak"] == number - 1]
        where = mine["position"].to_numpy(np.float64)
        peaks.append(
            PeakCourse(
                f"{name}, {numbers.number(float(place), 3)}{NBSP}V",
                to_wall_ms(mine["time"].to_numpy(np.int64), ctx.window.zone),
                1000 * (where - np.median(where)) if len(where) else where,
            )
        )
    return kept.drawn(
        dossier_charts.build_ica_figure,
        curves, slopes, peaks, marks=marks,
        names=[t(f"packpulse.capacity.ica.panel.{name}") for name in ("dqdv", "dvdq", "peaks")],
        axes=[
            t(f"packpulse.capacity.ica.axis.{name}")
            for name in ("volts", "dqdv", "below", "dvdq", "away")
        ],
        title=ica_title(one), theme=theme.kind(), language=current_language(),
    )  # fmt: skip


def span_name(ctx: Context, one: IcaDirection, which: str) -> str:
    """``first 10, 4 Oct – 2 Nov``."""
    curve = one.first if which == "first" else one.last
    assert curve is not None
    first, last = (numbers.day(us, ctx.window.zone) for us in (curve.start, curve.end))
    return t(
        f"packpulse.capacity.ica.{which}", n=numbers.number(curve.curves), start=first, end=last
    )


def ica_title(one: IcaDirection) -> str:
    """What may be said of the peaks, in a sentence."""
    name = t(f"packpulse.capacity.ica.of.{one.direction}", n=numbers.number(len(one.curves)))
    told = [trend for trend in one.trends if trend.refusal is None]
    moving = [trend for trend in told if trend.verdict != NOT_DISTINGUISHABLE]
    if not len(one.expected):
        return t("packpulse.capacity.ica.title.no_peak", name=name)
    if not told:
        return t("packpulse.capacity.ica.title.short", name=name,
                 peaks=numbers.number(len(one.expected)))  # fmt: skip
    key = "moving" if moving else "still"
    return t(f"packpulse.capacity.ica.title.{key}", name=name)


def ica_caption(ctx: Context, one: IcaDirection) -> str:
    """Verdict on each peak, and what was left out."""
    parts = []
    for number, trend in enumerate(one.trends, 1):
        name = t("packpulse.capacity.ica.peak", number=str(number))
        if trend.refusal:
            words = trend_refusal(trend)
        else:
            rate = series.plus_minus(1000 * trend.value, 1000 * trend.low, 1000 * trend.high)
            words = (
                f"{rate}{NBSP}{t('packpulse.capacity.mv_year')} "
                f"({t(f'packpulse.capacity.verdict.{trend.verdict}')})"
            )
        parts.append(f"{name}: {words}")
    parts.append(t("packpulse.capacity.ica.means", cells=numbers.number(one.series)))
    if one.refused:
        parts.append(t("packpulse.capacity.ica.left_out", why=refused_words(one)))
    return " · ".join([*parts, ctx.window.zone])
