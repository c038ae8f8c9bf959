"""One cell on one page: what is wrong with it and why, its whole course, and what people noted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import streamlit as st

from core import dossier_charts, errors, pack_trends
from core.analytics.contrasts import Contrast
from core.analytics.diagnosis import told_when_full
from core.analytics.verdicts import NOT_DISTINGUISHABLE
from core.annotations import KINDS, LONGEST_NAME, LONGEST_TEXT, Annotation, Note, open_annotations
from core.cell_charts import day_ms
from core.cell_days import local_days
from core.cell_history import CellHistory, cell_history, latest_apart, load_histories
from core.charts import to_wall_ms
from core.dossier_charts import EventLine, Panel, Points, Trace
from core.pack_trends import TrendReport
from core.resistance_report import ResistanceReport, resistance_report
from core.weak_cells import WeakCells
from pages.packs import context, kept, series
from pages.packs.context import Context
from pages.shared import address, chart, data, numbers, states, table, theme
from pages.shared.chart import KeyFigure
from pages.shared.numbers import NBSP, NOTHING
from pages.shared.texts import current_language, t
from pages.shared.window import format_time, parse_time

RECENT_DAYS = 30
SCOPES = ("cell", "pack", "device")
STATES = {"healthy": "good", "unknown": "unknown"}
AUTHOR, WRITTEN, PROBLEM = "note-author", "notes-written", "note-problem"
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2100, 12, 30)


def show(ctx: Context) -> None:
    """The tab."""
    pack, cell = pick_cell(ctx)
    notes = read_notes(ctx, pack, cell)
    weak = context.load_weak(ctx)
    histories = data.shared_report(
        ctx.store, load_histories, ctx.device, ctx.start, ctx.end
    )  # fmt: skip
    assert histories is not None  # the page has asked for a battery already
    resistances = data.shared_report(ctx.store, resistance_report, ctx.device, ctx.start, ctx.end)
    history = cell_history(histories, resistances, pack, cell)
    report = series.load_report(ctx, series.read_notes(ctx))
    say_diagnosis(ctx, weak, history)
    chart.show_key_figures(figures(weak, history, resistances, report))
    say_trend(report, pack, cell)
    show_courses(ctx, history, notes)
    show_neighbours(ctx, weak, history, resistances)
    show_notes(ctx, report, notes, pack, cell)


# --- which cell ---------------------------------------------------------------------------------


def pick_cell(ctx: Context) -> tuple[int, int]:
    """Cell of the URL, with the ones before and after it at hand."""
    every = series.cells_of(ctx)
    names = [context.cell_name(*pair) for pair in every]
    now = every.index(ctx.cell or series.default_cell(ctx))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="dossier"):
        chosen: str = st.selectbox(
            t("packpulse.dossier.cell"), names, width=140,
            **address.bound("cell", names[now], also_clear=("note",)),
        )  # fmt: skip
        for label, step in (("before", -1), ("after", 1)):
            st.button(
                t(f"packpulse.dossier.{label}"),
                key=f"dossier-{label}",
                disabled=not 0 <= now + step < len(names),
                on_click=address.put,
                args=({"cell": names[(now + step) % len(names)], "note": None},),
            )
    return every[names.index(chosen)]


def read_notes(ctx: Context, pack: int, cell: int) -> list[Annotation]:
    """Notes about the cell, its pack or the whole device, by time."""
    try:
        with open_annotations(ctx.store.root) as kept:
            return kept.of(ctx.device, pack, cell)
    except errors.StoreError as error:
        states.notice(t("packpulse.dossier.unread"), detail=str(error), state="warning")
        return []


# --- the answer ---------------------------------------------------------------------------------


def row_of(weak: WeakCells, history: CellHistory) -> pd.Series | None:
    """The cell's line among the diagnoses, None where nothing could be said."""
    return None if weak.refusal or not len(weak.table) else weak.table.iloc[history.place]


def say_diagnosis(ctx: Context, weak: WeakCells, history: CellHistory) -> None:
    """Which fault it is, in a sentence, and what says so."""
    name = t("packpulse.series.name.cell", pack=str(history.pack), cell=str(history.cell))
    row = row_of(weak, history)
    if row is None:
        states.notice(
            t("packpulse.dossier.unjudged", name=name),
            detail=t(f"packpulse.refusal.{weak.refusal}"),
        )
        return
    fault = str(row["fault"])
    sentence = t(f"packpulse.dossier.is.{fault}", name=name)
    parts = evidence(row)
    if row["reason"]:
        parts.append(t(f"packpulse.reason.{row['reason']}"))
    limits = context.limits_words(row)
    if limits != NOTHING:
        parts.append(t("packpulse.dossier.limits", limits=limits))
    parts.append(t("packpulse.overview.weakest.judged", span=context.judged_span(ctx, weak)))
    states.notice(sentence, detail=" · ".join(parts), state=STATES.get(fault, "warning"))


def evidence(row: pd.Series) -> list[str]:
    """What a diagnosis rests on: both ends, drift, resistance, as far as known."""
    parts = []
    for end in ("empty", "full"):
        ah, mv = float(row[f"{end}_ah"]), float(row[f"{end}_rest_mv"])
        if math.isfinite(ah):
            charge = f"{context.signed(ah, 1)}{NBSP}Ah"
            if end == "full":
                charge = context.full_words(row)
            parts.append(t(f"packpulse.dossier.{end}", ah=charge, mv=context.signed(mv, 0)))
    if math.isfinite(row["drift_ah_day"]):
        parts.append(
            t(
                "packpulse.dossier.drift",
                drift=series.plus_minus(
                    30 * row["drift_ah_day"], 30 * row["drift_low"], 30 * row["drift_high"]
                ),
            )
        )
    if row["fault"] in ("resistance", "undecided") and math.isfinite(row["resistance_ratio"]):
        parts.append(
            t("packpulse.dossier.ohm", ratio=context.signed(100 * row["resistance_ratio"], 0))
        )  # fmt: skip
    return parts


def figures(
    weak: WeakCells,
    history: CellHistory,
    resistances: ResistanceReport | None,
    report: TrendReport,
) -> list[KeyFigure]:
    """Where the cell stands now: at both ends, against its pack, its resistance, its trend."""
    apart = latest_apart(history, RECENT_DAYS)
    row = row_of(weak, history)
    short = "" if weak.refusal is None else t(f"packpulse.refusal.{weak.refusal}.short")
    found = [
        KeyFigure(
            t("packpulse.dossier.figure.sat"), context.signed(apart, 0), "mV",
            note=t("packpulse.dossier.figure.sat.note", days=str(RECENT_DAYS)),
        )
    ]  # fmt: skip
    for end in ("empty", "full"):
        ah = float(row[f"{end}_ah"]) if row is not None else float("nan")
        value = full_words(row) if end == "full" else context.signed(ah, 1)
        note = short or t(f"packpulse.dossier.figure.{end}.note")
        found.append(KeyFigure(t(f"packpulse.dossier.figure.{end}"), value, "Ah", note=note))
    found.append(ohm_figure(history, resistances))
    found.append(trend_figure(report, history))
    return found


def ohm_figure(history: CellHistory, resistances: ResistanceReport | None) -> KeyFigure:
    """Resistance against the pack, with its interval."""
    label = t("packpulse.dossier.figure.ohm")
    if resistances is None or resistances.refusal:
        key = resistances.refusal if resistances else "no_readings"
        note = t(f"packpulse.dossier.ohm.short.{key}")
        return KeyFigure(label, NOTHING, "%", note=note)
    row = resistances.table[resistances.table.index == history.place].iloc[0]
    value = series.plus_minus(
        *(100 * (row[name] - 1) for name in ("relative", "relative_low", "relative_high"))
    )
    note = t(
        "packpulse.dossier.ohm.short.steps_few", n=numbers.number(int(row["n"])),
        days=context.on_days(int(row["days"])),
    )  # fmt: skip
    if math.isfinite(row["ohm"]):
        note = t("packpulse.dossier.figure.ohm.note", ohm=numbers.number(1000 * row["ohm"], 3))
    return KeyFigure(label, value, "%", note=note)


def trend_figure(report: TrendReport, history: CellHistory) -> KeyFigure:
    """Trend of the SAT voltage against the pack."""
    label, trend = t("packpulse.dossier.figure.trend"), report.apart[history.place]
    if trend.refusal:
        note = t(f"packpulse.trend.refusal.{trend.refusal}")
        return KeyFigure(label, NOTHING, state="unknown", note=note)
    value = series.plus_minus(1000 * trend.value, 1000 * trend.low, 1000 * trend.high)
    note = t(f"packpulse.series.word.{trend.verdict}")
    if trend.verdict == NOT_DISTINGUISHABLE and not trend.low <= 0 <= trend.high:
        note = t(
            "packpulse.dossier.figure.trend.by_chance", cells=numbers.number(len(report.apart)),
            adjusted=series.p_words(trend.p_adjusted),
        )  # fmt: skip
    return KeyFigure(label, value, t("packpulse.dossier.mv_year"), note=note)


def say_trend(report: TrendReport, pack: int, cell: int) -> None:
    """The verdicts on the cell's SAT voltage and on its distance from the pack, in words."""
    name = t("packpulse.series.name.cell", pack=str(pack), cell=str(cell))
    for relative in (True, False):
        found = pack_trends.detail(report, pack, cell, relative=relative)
        words = series.sentence(name, found.trend, relative=relative)
        if found.trend.refusal:
            # the same reason twice helps nobody
            reason = series.refusal_words(found.trend, report, series.read_options())
            chart.show_caption(reason, lead=f"{words}.")
            return
        basis = series.basis(found.trend, len(report.apart))
        chart.show_caption(f"· {basis}", lead=words)


# --- courses ------------------------------------------------------------------------------------


def show_courses(ctx: Context, history: CellHistory, notes: Sequence[Annotation]) -> None:
    """All that was measured of the cell, over one axis of time."""
    panels = [
        panel
        for panel in (
            sat_panel(history), apart_panel(history), charge_panel(ctx, history),
            ohm_panel(ctx, history), temp_panel(history),
        )
        if panel is not None
    ]  # fmt: skip
    first, last = float(day_ms(history.day[0] - 0.5)), float(day_ms(history.day[-1] + 0.5))
    figure = kept.drawn(
        dossier_charts.build_dossier_figure,
        panels,
        events=event_lines(ctx, notes),
        span=(first, last),
        theme=theme.kind(),
        language=current_language(),
    )
    chart.show_figure(figure, "courses")
    days = context.load_days(ctx)
    chart.show_caption(context.caption(ctx, days, t("packpulse.dossier.courses")))
    for key in missing(history):
        chart.show_caption(key)


def missing(history: CellHistory) -> list[str]:
    """What has no panel, and why."""
    words = []
    if history.rests_refusal:
        words.append(t(f"packpulse.refusal.{history.rests_refusal}"))
    elif not np.isfinite(np.concatenate([history.empty_ah, history.full_ah])).any():
        words.append(t("packpulse.dossier.no_rests"))
    if not len(history.ohm_ts):
        words.append(t("packpulse.dossier.no_steps"))
    if history.temp_apart is None:
        words.append(t("packpulse.dossier.no_temperature"))
    return words


def sat_panel(history: CellHistory) -> Panel:
    """SAT voltage with the pack's, and the highest voltage of days without a full charge."""
    x = day_ms(history.day)
    name = t(
        "packpulse.dossier.panel.sat", n=numbers.number(int(np.isfinite(history.sat).sum())),
        all=numbers.number(len(history.day)),
    )  # fmt: skip
    traces = [
        Trace(Points(t("packpulse.dossier.pack_median"), x, history.pack_median), "faint"),
        Trace(Points(t("packpulse.dossier.this"), x, history.sat), "line"),
    ]
    count = int(np.isfinite(history.incomplete).sum())
    if count:
        label = t("packpulse.dossier.incomplete", count=numbers.number(count))
        points = Points(label, x, history.incomplete, hollow=True)
        traces.append(Trace(points, "hollow", symbol="triangle-down"))
    full = (history.sat, history.pack_median)
    spans = full if np.isfinite(history.sat).any() else ()
    return Panel(name, "V", "V", 3, traces, limits_of=spans)


def apart_panel(history: CellHistory) -> Panel:
    """Highest and lowest voltage of the day against the pack."""
    x = day_ms(history.day)
    name = t("packpulse.dossier.panel.apart", mv=context.signed(latest_apart(history), 0))
    return Panel(
        name, "mV", "mV", 1,
        [
            Trace(Points(t("packpulse.dossier.this"), x, history.apart_mv), "line"),
            Trace(Points(t("packpulse.dossier.low_apart"), x, history.low_apart_mv), "other"),
        ],
        zero=True,
    )  # fmt: skip


def charge_panel(ctx: Context, history: CellHistory) -> Panel | None:
    """Charge ahead of the pack at rest, empty and full."""
    if not np.isfinite(np.concatenate([history.empty_ah, history.full_ah])).any():
        return None
    traces = []
    for label, ts, ah, look in (
        ("empty", history.empty_ts, history.empty_ah, "other"),
        ("full", history.full_ts, history.full_ah, "dots"),
    ):
        sure = np.isfinite(ah) & ~(
            history.full_bound if label == "full" else np.zeros(len(ah), bool)
        )
        points = Points(
            t(f"packpulse.dossier.when.{label}"), to_wall_ms(ts[sure], ctx.window.zone), ah[sure]
        )
        traces.append(Trace(points, look, joined=False))  # type: ignore[arg-type]
    bound = history.full_bound & np.isfinite(history.full_ah)
    if bound.any():
        points = Points(
            t("packpulse.dossier.when.bound"),
            to_wall_ms(history.full_ts[bound], ctx.window.zone), history.full_ah[bound],
            hollow=True,
        )  # fmt: skip
        traces.append(Trace(points, "hollow", joined=False))
    name = t(
        "packpulse.dossier.panel.charge", empty=numbers.number(len(history.empty_ts)),
        full=numbers.number(len(history.full_ts)),
    )  # fmt: skip
    return Panel(name, "Ah", "Ah", 2, traces, zero=True)


def ohm_panel(ctx: Context, history: CellHistory) -> Panel | None:
    """Resistance over the pack's, every step and the mean of each month."""
    known = np.isfinite(history.share)
    if not known.any():
        return None
    x = to_wall_ms(history.ohm_ts[known], ctx.window.zone)
    months = history.months
    traces = [
        Trace(
            Points(t("packpulse.dossier.steps"), x, 100 * (history.share[known] - 1), hollow=True),
            "hollow", symbol="square",
        ),
        Trace(
            Points(
                t("packpulse.dossier.months"), day_ms(months["day"]), 100 * (months["share"] - 1),
                100 * (months["low"] - 1), 100 * (months["high"] - 1),
            ),
            "means",
        ),
    ]  # fmt: skip
    name = t("packpulse.dossier.panel.ohm", n=numbers.number(int(known.sum())))
    return Panel(name, "%", "%", 1, traces, zero=True)


def temp_panel(history: CellHistory) -> Panel | None:
    """Mean temperature of the day against the pack."""
    away = history.temp_apart
    if away is None or not np.isfinite(away).any():
        return None
    name = t("packpulse.dossier.panel.temp", kelvin=context.signed(float(np.nanmedian(away)), 1))
    points = Points(t("packpulse.dossier.temp_apart"), day_ms(history.day), away)
    return Panel(name, "K", "K", 2, [Trace(points, "line")], zero=True)


def event_lines(ctx: Context, notes: Sequence[Annotation]) -> list[EventLine]:
    """Notes of the window as upright lines, numbered as the list below numbers them."""
    lines = []
    for number, one in enumerate(notes, 1):
        if not ctx.start <= one.at < ctx.end:
            continue
        until = None
        if one.until is not None:
            until = float(to_wall_ms([min(one.until, ctx.end)], ctx.window.zone)[0])
        at = float(to_wall_ms([one.at], ctx.window.zone)[0])
        lines.append(EventLine(at, until, f"N{number}"))
    return lines


# --- neighbours ---------------------------------------------------------------------------------


def show_neighbours(
    ctx: Context, weak: WeakCells, history: CellHistory, resistances: ResistanceReport | None
) -> None:
    """The cells beside, above and below, and the cell itself."""
    st.markdown(f"**{t('packpulse.dossier.neighbours')}**")
    columns = ("where", "cell", "fault", "sat", "empty", "full", "ohm")
    rows = [neighbour_row(ctx, weak, resistances, t("packpulse.dossier.side.self"), history.place)]
    rows += [
        neighbour_row(ctx, weak, resistances, t(f"packpulse.dossier.side.{one.side}"), one.place)
        for one in history.neighbours
    ]
    table.show_table(
        [t(f"packpulse.dossier.column.{name}") for name in columns], rows, numeric=(3, 4, 5, 6)
    )
    chart.show_caption(t("packpulse.dossier.neighbours.caption"))


def neighbour_row(
    ctx: Context, weak: WeakCells, resistances: ResistanceReport | None, where: str, place: int
) -> tuple[str, ...]:
    """One cell as text."""
    days = context.load_days(ctx)
    pack, cell = ctx.battery.pack[place], ctx.battery.cell[place]
    recent = days.day > days.day[-1] - RECENT_DAYS
    mine = np.array(ctx.battery.pack) == pack
    part = days.valid[recent]
    apart = float("nan")
    if np.isfinite(part[:, place]).any():
        known = np.isfinite(part[:, place])
        apart = float(np.median(part[known, place] - np.nanmedian(part[known][:, mine], axis=1)))
    row = weak.table.iloc[place] if len(weak.table) else None
    share = float("nan")
    if resistances is not None and len(resistances.table):
        share = float(resistances.table.loc[place, "relative"]) - 1
    return (
        where,
        context.dossier_link(ctx, pack, cell),
        t(f"packpulse.fault.{row['fault'] if row is not None else 'unknown'}"),
        context.signed(1000 * apart, 0),
        context.signed(float(row["empty_ah"]), 1) if row is not None else NOTHING,
        full_words(row),
        context.signed(100 * share, 0),
    )


def full_words(row: pd.Series | None) -> str:
    """Charge ahead when full [Ah], marked where it is a bound; nothing where it says nothing."""
    if row is None or not math.isfinite(row["full_ah"]):
        return NOTHING
    marks = {"exact": "", "least": f"≥{NBSP}", "most": f"≤{NBSP}"}
    told = told_when_full(float(row["full_ah"]), bool(row["full_bound"]))
    return NOTHING if told == "flat" else marks[told] + context.signed(float(row["full_ah"]), 1)


# --- notes --------------------------------------------------------------------------------------


def show_notes(
    ctx: Context, report: TrendReport, notes: Sequence[Annotation], pack: int, cell: int
) -> None:
    """What people noted, with a form to add, change or remove; what came before and after."""
    st.markdown(f"**{t('packpulse.dossier.notes', count=numbers.number(len(notes)))}**")
    if notes:
        columns = ("number", "at", "kind", "about", "text", "author")
        rows = [note_row(ctx, number, one) for number, one in enumerate(notes, 1)]
        table.show_table([t(f"packpulse.dossier.note.{name}") for name in columns], rows)
    else:
        chart.show_caption(t("packpulse.dossier.notes.none"))
    chosen = pick_note(notes)
    if chosen is not None:
        say_effect(report, chosen, pack, cell, ctx.store.zone)
    with st.expander(
        t("packpulse.dossier.form.change" if chosen else "packpulse.dossier.form.add"),
        expanded=chosen is not None,
    ):
        show_form(ctx, chosen, pack, cell)
    if chosen is not None:
        show_revisions(ctx, chosen)


def note_row(ctx: Context, number: int, one: Annotation) -> tuple[str, ...]:
    """A note as text."""
    zone = ctx.window.zone
    when = numbers.moment(one.at, zone)
    if one.until is not None:
        when = numbers.span(one.at, one.until, zone)
    outside = "" if ctx.start <= one.at < ctx.end else f" ({t('packpulse.dossier.outside')})"
    return (
        f"N{number}", when + outside, t(f"packpulse.dossier.kind.{one.kind}"), about(one),
        wrapped(one.text), one.author,
    )  # fmt: skip


def wrapped(text: str) -> table.Markup:
    """A text that may take several lines in a table."""
    style = "white-space: pre-wrap; min-width: 12rem; max-width: 32rem"
    return table.Markup(f'<div style="{style}">{escape(text)}</div>')


def about(one: Note) -> str:
    """Cell, pack or the whole device."""
    if one.pack is None:
        return t("packpulse.dossier.scope.device")
    if one.cell is None:
        return context.pack_name(one.pack)
    return context.cell_name(one.pack, one.cell)


def pick_note(notes: Sequence[Annotation]) -> Annotation | None:
    """Note of the URL, None for a new one."""
    if not notes:
        return None
    names = {"": t("packpulse.dossier.form.add")} | {
        str(one.id): f"N{number} · {t(f'packpulse.dossier.kind.{one.kind}')}"
        for number, one in enumerate(notes, 1)
    }
    asked = address.get("note") or ""
    now = asked if asked in names else ""
    chosen: str = st.selectbox(
        t("packpulse.dossier.choose"), list(names), format_func=names.__getitem__,
        **address.bound("note", now),
    )  # fmt: skip
    return next((one for one in notes if str(one.id) == chosen), None)


def say_effect(report: TrendReport, note: Annotation, pack: int, cell: int, zone: str) -> None:
    """Before and after the note, of the cell against its pack and of the whole battery."""
    day = float(local_days(np.array([note.at], np.int64), zone)[0])
    found = pack_trends.event_effect(report, day, pack, cell)
    st.markdown(t("packpulse.dossier.effect"))
    for name, one in (("apart", found.apart), ("cell", found.cell), ("system", found.system)):
        if one is not None:
            chart.show_caption(effect_words(name, one))
    chart.show_caption(t("packpulse.dossier.effect.caption"))


def effect_words(name: str, one: Contrast) -> str:
    """One difference in a sentence."""
    what = t(f"packpulse.dossier.effect.{name}")
    counts = t(
        "packpulse.dossier.effect.n", before=numbers.number(one.n_before),
        after=numbers.number(one.n_after),
    )  # fmt: skip
    if one.refusal:
        return f"{what}: {t(f'packpulse.dossier.effect.{one.refusal}')} · {counts}"
    step = series.plus_minus(1000 * one.value, 1000 * one.low, 1000 * one.high)
    sure = one.low > 0 or one.high < 0
    verdict = t("packpulse.dossier.effect.sure" if sure else "packpulse.dossier.effect.unsure")
    return f"{what}: {step}{NBSP}mV, {verdict} · {counts}"


def show_form(ctx: Context, note: Annotation | None, pack: int, cell: int) -> None:
    """Fields of a note, new or there already."""
    zone, key = ctx.store.zone, f"note-{note.id if note else new_form()}-{pack}.{cell}"
    at = format_time(note.at if note else min(ctx.end, ctx.battery.last) - 1, zone)
    scope = "cell" if note is None or note.cell is not None else "pack" if note.pack else "device"
    with st.form(key, border=False):
        with st.container(horizontal=True, gap="small"):
            kind: str = st.selectbox(
                t("packpulse.dossier.note.kind"), KINDS, width=170,
                index=KINDS.index(note.kind) if note else 0,
                format_func=lambda one: t(f"packpulse.dossier.kind.{one}"),
            )  # fmt: skip
            about_what: str = st.selectbox(
                t("packpulse.dossier.note.about"), SCOPES, width=170, index=SCOPES.index(scope),
                format_func=lambda one: scope_name(ctx, one, pack, cell),
            )  # fmt: skip
        form = "DD.MM.YYYY" if current_language() == "de" else "YYYY-MM-DD"
        hour = time.fromisoformat(at[11:16]) if note else time(0)
        with st.container(horizontal=True, gap="small"):
            day = st.date_input(
                t("packpulse.dossier.note.day"), date.fromisoformat(at[:10]), FIRST_DAY, LAST_DAY,
                width=170, format=form,
            )  # fmt: skip
            clock = st.time_input(
                t("packpulse.dossier.note.clock"), hour, width=130, step=timedelta(minutes=5)
            )
            end = st.date_input(
                t("packpulse.dossier.note.until"), until_day(note, zone), FIRST_DAY, LAST_DAY,
                width=190, format=form,
            )  # fmt: skip
        text = st.text_area(
            t("packpulse.dossier.note.text"), note.text if note else "", max_chars=LONGEST_TEXT
        )
        author = st.text_input(
            t("packpulse.dossier.note.by" if note else "packpulse.dossier.note.author"),
            st.session_state.get(AUTHOR, ""), max_chars=LONGEST_NAME, width=260,
        )  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            saved = st.form_submit_button(t("packpulse.dossier.save"), type="primary")
            removed = bool(note) and st.form_submit_button(t("packpulse.dossier.remove"))
    if not (saved or removed):
        say_problem(key)
        return
    moment = moment_of(day, clock, zone)
    if note is not None and (day.isoformat(), clock) == (at[:10], hour):
        moment = note.at  # the fields know no seconds
    until = None if end is None else moment_of(end + timedelta(days=1), time(0), zone) - 1_000_000
    if note is not None and end == until_day(note, zone):
        until = note.until
    written = Note(
        ctx.device, kind, moment, text, author,
        pack if about_what != "device" else None, cell if about_what == "cell" else None, until,
    )  # fmt: skip
    st.session_state[AUTHOR] = author
    problem = keep(ctx, note, written, removed=removed)
    st.session_state[PROBLEM] = (key, *problem) if problem else None
    if problem:
        say_problem(key)
        return
    st.session_state[WRITTEN] = st.session_state.get(WRITTEN, 0) + 1
    if removed:
        address.put({"note": None})
    st.rerun()


def say_problem(form: str) -> None:
    """What kept the form's last note from being kept; it stands until the next try."""
    about_form, sentence, detail = st.session_state.get(PROBLEM) or ("", "", "")
    if about_form == form:
        states.notice(sentence, detail=detail, state="warning")


def new_form() -> str:
    """Name of the form for a new note; another after each note, so that it is empty again."""
    return f"new-{st.session_state.get(WRITTEN, 0)}"


def keep(
    ctx: Context, note: Annotation | None, written: Note, *, removed: bool
) -> tuple[str, str] | None:
    """Keep what the form says; where that cannot be done, a sentence and a detail that say why."""
    blank = "author" if not written.author.strip() else "text" if not written.text.strip() else ""
    if blank and not (removed and blank == "text"):
        return t(f"packpulse.dossier.missing.{blank}"), ""
    try:
        with open_annotations(ctx.store.root) as kept:
            if note is None:
                kept.add(written)
            elif removed:
                kept.remove(note.id, written.author)
            else:
                kept.change(note.id, written, written.author)
    except errors.ZigguratError as error:
        return t("packpulse.dossier.unkept"), str(error)
    return None


def moment_of(day: date, clock: time, zone: str) -> int:
    """A day and a time of the site as µs UTC."""
    return parse_time(datetime.combine(day, clock).isoformat(timespec="seconds"), zone)


def until_day(note: Annotation | None, zone: str) -> date | None:
    """Last day of a note that lasted."""
    if note is None or note.until is None:
        return None
    return datetime.fromtimestamp(note.until / 1e6, ZoneInfo(zone)).date()


def scope_name(ctx: Context, scope: str, pack: int, cell: int) -> str:
    """``Cell 3.22``, ``Pack 3``, the device."""
    if scope == "cell":
        return t("packpulse.dossier.scope.cell", cell=context.cell_name(pack, cell))
    return context.pack_name(pack) if scope == "pack" else ctx.device


def show_revisions(ctx: Context, note: Annotation) -> None:
    """Every revision of a note, newest first."""
    try:
        with open_annotations(ctx.store.root) as kept:
            every = kept.history(note.id)
    except errors.ZigguratError as error:
        states.notice(t("packpulse.dossier.unread"), detail=str(error), state="warning")
        return
    with st.expander(t("packpulse.dossier.revisions", count=numbers.number(len(every)))):
        columns = ("revision", "changed", "by", "at", "kind", "about", "text")
        zone = ctx.window.zone
        rows = [
            (
                numbers.number(one.revision), numbers.moment(one.changed, zone, seconds=True),
                one.changed_by, numbers.moment(one.at, zone),
                t(f"packpulse.dossier.kind.{one.kind}"), about(one), wrapped(one.text),
            )
            for one in reversed(every)
        ]  # fmt: skip
        table.show_table([t(f"packpulse.dossier.note.{name}") for name in columns], rows)
