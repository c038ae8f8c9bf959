"""What the store holds and how good it is; the one page that writes to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

import ingest.manual as manual
from core import coverage, export, measures, query
from core.charts import build_heatmap_figure
from core.errors import SourceError, StoreError, ZigguratError
from core.signals import described
from pages.shared import address, chart, data, numbers, pickers, states, table, theme
from pages.shared.chart import KeyFigure
from pages.shared.plant_form import show_plants
from pages.shared.table import cut
from pages.shared.texts import TEXTS, current_language, t
from pages.shared.window import Window, pick_window
from pages.shared.wording import in_language, refusal_detail

SECTIONS = ("sources", "coverage", "quarantine", "upload", "entry", "plants")
MOST_ROWS = 200
MOST_SOURCES = 50
MOST_HISTORY = 100
MOST_QUALITY = timedelta(days=92) // timedelta(microseconds=1)
GROUPS = ("meter", "PV", "BESS", "weather", "price")
ROW_PX = 20
FLAGS = (
    "gap", "stale", "spike", "out_of_range", "duplicate", "out_of_order", "clock_shift",
    "counter_reset", "quantised",
)  # fmt: skip

# What `manual` refuses has words in both languages; other sentences are shown as they are.
REFUSED = {
    manual.Refusal.EMPTY: "data.refused.empty",
    manual.Refusal.TOO_LARGE: "data.refused.too_large",
    manual.Refusal.PATH: "data.refused.name",
    manual.Refusal.HIDDEN: "data.refused.name",
    manual.Refusal.ENDING: "data.refused.ending",
    manual.Refusal.SYNTHETIC: "data.refused.synthetic",
    manual.Refusal.DEVICE: "data.refused.device",
    manual.Refusal.SIGNAL: "data.refused.signal",
    manual.Refusal.NOT_FINITE: "data.refused.number",
    manual.Refusal.RANGE: "data.refused.range",
    manual.Refusal.FUTURE: "data.refused.future",
    manual.Refusal.PAST: "data.refused.past",
    manual.Refusal.FACT: "data.refused.fact",
    manual.Refusal.MOMENT: "data.refused.moment",
    manual.Refusal.SKIPPED: "data.refused.skipped",
    manual.Refusal.TWICE: "data.refused.twice",
    manual.Refusal.MISSING: "data.refused.missing",
    manual.Refusal.AMBIGUOUS: "data.refused.ambiguous",
    manual.Refusal.ALIKE: "data.refused.alike",
    manual.Refusal.JUMP: "data.refused.jump",
}
_CHOOSER = """
[data-testid="stFileUploaderDropzone"] > span button p,
[data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; }
[data-testid="stFileUploaderDropzone"] > span button p::after { content: "%s"; font-size: 0.93rem; }
[data-testid="stFileUploaderDropzoneInstructions"] span::after { content: "%s";
  font-size: 0.8rem; }
"""
# What `manual` calls a field that is empty.
FIELDS = {"time": "data.col.time", "value": "data.col.value"}


def main() -> None:
    """The page."""
    store = states.require_store()
    st.title(t("nav.data"))
    devices = data.devices(store)
    chart.show_synthetic_ribbon(devices)
    sources = data.report(store, query.Store.sources)
    chart.show_key_figures(key_figures(store, devices, sources))
    section = pick_section()
    if section == "sources":
        show_sources(store, sources)
    elif section == "coverage":
        show_coverage(store, devices)
    elif section == "quarantine":
        show_quarantine(store)
    elif section == "upload":
        show_upload(store, devices)
    elif section == "plants":
        show_plants(store)
    else:
        show_entry(store, devices)


def key_figures(
    store: query.Store, devices: Sequence[query.Device], sources: Sequence[query.SourceRow]
) -> list[KeyFigure]:
    """Sources, readings, quarantine, size, newest reading."""
    failed = sum(one.status == "failed" for one in sources)
    bad = sum(row["rows"] for row in data.report(store, query.Store.quarantine_counts))
    levels = data.report(store, coverage.storage_report)
    size, unit = bytes_of(float(levels["bytes"].sum()))
    newest = max((one.last for one in devices if one.last is not None), default=None)
    clock = numbers.moment(newest, store.zone).rsplit(" ", 1)[1] if newest is not None else ""
    return [
        KeyFigure(
            t("data.sources"),
            numbers.number(len(sources)),
            state="error" if failed else "good",
            note=t("data.failed", count=numbers.number(failed)),
        ),
        KeyFigure(
            t("data.readings"),
            numbers.number(sum(one.rows for one in devices)),
            note=t("data.of_devices", count=numbers.number(len(devices))),
        ),
        KeyFigure(
            t("data.quarantined"),
            numbers.number(bad),
            state="warning" if bad else "good",
            note=t("data.quarantined.note"),
        ),
        KeyFigure(
            t("data.size"), size, unit,
            note=t("data.files", count=numbers.number(int(levels["files"].sum()))),
        ),
        KeyFigure(
            t("data.newest"),
            numbers.day(newest, store.zone) if newest is not None else numbers.NOTHING,
            note=clock,
        ),
    ]  # fmt: skip


def pick_section() -> str:
    """Section of the page, from the URL."""
    asked = address.get("section")
    now = asked if asked in SECTIONS else SECTIONS[0]
    chosen = st.segmented_control(
        t("data.section"),
        SECTIONS,
        format_func=lambda name: t(f"data.section.{name}"),
        required=True,
        label_visibility="collapsed",
        **address.bound("section", now),
    )
    return str(chosen)


def bytes_of(count: float) -> tuple[str, str]:
    """Number and unit of a size, in powers of ten."""
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= size:
            return numbers.number(count / size, 1), unit
    return numbers.number(count, 0), "B"


def when(us: int | None, zone: str) -> str:
    """A time, or a dash."""
    return numbers.NOTHING if us is None else numbers.moment(us, zone)


def on_day(us: int | None, zone: str) -> str:
    """A day, or a dash."""
    return numbers.NOTHING if us is None else numbers.day(us, zone)


def show_refusal(error: ZigguratError) -> None:
    """Say why something was refused, and what would be right."""
    if isinstance(error, SourceError):
        key = REFUSED.get(error.why, "")
        if error.why == manual.Refusal.MISSING and str(error.path) in FIELDS:
            field = t("data.entry.field", field=t(FIELDS[str(error.path)]))
            states.notice(f"{t(key)} {field}.", state="error")
            return
        detail = refusal_detail(error, said=bool(key))
        if not key:
            key = "data.refused.no_time" if "no time column" in error.why else "data.refused"
        states.notice(t(key), detail=detail, state="error")
    else:
        states.explain(error)


# --- sources ------------------------------------------------------------------------------------


def show_sources(store: query.Store, sources: Sequence[query.SourceRow]) -> None:
    """Table of sources with filter, one of them in detail, levels."""
    if not sources:
        states.notice(t("data.no_sources"), commands=(states.BUILD, states.DEMO))
        return
    with pickers.bar():
        words = st.text_input(
            t("data.filter"), placeholder=t("data.filter.example"), width=320,
            **address.bound("filter", address.get("filter") or ""),
        )  # fmt: skip
    found = [one for one in sources if matches(one, words)]
    found.sort(key=lambda one: (one.status != "failed", one.path, one.member))
    st.subheader(sources_title(sources, found, words))
    if found:
        table.show_table(
            [t(f"data.col.{name}") for name in SOURCE_COLUMNS],
            [source_cells(store, one) for one in found[:MOST_SOURCES]],
            numeric=(3, 4),
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            caption(t("data.shown", shown=numbers.number(min(len(found), MOST_SOURCES)),
                      all=numbers.number(len(found))))  # fmt: skip
            chart.show_export("sources", sources_frame(found, store.zone), name="sources",
                              zone=store.zone)  # fmt: skip
        show_one_source(store, found)
    st.subheader(t("data.levels"))
    show_levels(store)


SOURCE_COLUMNS = (
    "source", "device", "status", "readings", "again", "first", "last", "read_at",
    "layout", "units",
)  # fmt: skip


def sources_title(
    sources: Sequence[query.SourceRow], found: Sequence[query.SourceRow], words: str
) -> str:
    """A sentence about what the table shows."""
    if words:
        return t("data.title.filtered", shown=numbers.number(len(found)),
                 all=numbers.number(len(sources)), words=words)  # fmt: skip
    failed = [one for one in sources if one.status == "failed"]
    if failed:
        return t("data.title.failed", count=numbers.number(len(failed)),
                 all=numbers.number(len(sources)))  # fmt: skip
    return t("data.title.read", all=numbers.number(len(sources)))


def matches(one: query.SourceRow, words: str) -> bool:
    """Whether all words stand in path, device, status or error."""
    text = f"{one.path} {one.member} {one.device} {one.status} {one.kind} {one.error}".lower()
    return all(word in text for word in words.lower().split())


def short_path(one: query.SourceRow) -> str:
    """The last two parts of a path, the member of an archive behind it."""
    parts = PurePath(one.path).parts
    text = one.path if len(parts) <= 2 else "…/" + "/".join(parts[-2:])
    return f"{text} · {one.member}" if one.member else text


def source_cells(store: query.Store, one: query.SourceRow) -> list[str]:
    """Cells of a source's row."""
    if one.status == "failed":
        why = cut(said_of(one), one.error, 60)
        status: str = table.Markup(f"{table.state('error')} {why}")
    else:
        status = t(f"data.status.{one.status}") if f"data.status.{one.status}" in TEXTS else (
            one.status
        )  # fmt: skip
    return [
        cut(short_path(one), one.path, 44), one.device, status, numbers.number(one.rows),
        f"{numbers.number(one.repeated)} / {numbers.number(one.replaced)}",
        on_day(one.first, store.zone), on_day(one.last, store.zone),
        on_day(one.read_at, store.zone), cut(found_how(one), "", 28),
        cut(", ".join(units_of(store, one)), "", 24),
    ]  # fmt: skip


def said_of(one: query.SourceRow) -> str:
    """Why a source could not be read, without its path."""
    text = one.error.removeprefix(one.path).lstrip(": ")
    why, _, expected = text.partition("; expected ")
    line, _, rest = why.partition(": ")
    # A line number stands before the reason.
    words = f"{line}: {in_language(rest)}" if line.isdigit() and rest else in_language(why)
    if not expected:
        return words
    return f"{words}; {t('wording.expected', expected=in_language(expected))}"


def notes_words(notes: Sequence[str]) -> str:
    """How a layout was found, in the page's language."""
    return "; ".join(map(in_language, notes))


def found_how(one: query.SourceRow) -> str:
    """How the layout of a source was found."""
    if one.kind == "file":
        return notes_words(one.layout.get("notes", ())) or numbers.NOTHING
    key = f"data.kind.{one.kind}"
    return t(key) if key in TEXTS else one.kind


def units_of(store: query.Store, one: query.SourceRow) -> list[str]:
    """Signals of a source with unit and sign in use."""
    if one.device not in {device.name for device in data.devices(store)}:
        return []
    signs = {column["signal"]: column["sign"] for column in one.layout.get("columns", ())}
    known = {info.name: info for info in data.signals(store, one.device)}
    return [
        described(name, known[name].unit or "?") + (" × −1" if signs.get(name) == -1 else "")
        for name in one.signals
        if name in known
    ]


def sources_frame(found: Sequence[query.SourceRow], zone: str) -> pd.DataFrame:
    """The table for export, paths in full."""
    frame = pd.DataFrame(
        {
            "path": [one.path for one in found],
            "member": [one.member for one in found],
            "device": [one.device for one in found],
            "kind": [one.kind for one in found],
            "status": [one.status for one in found],
            "error": [one.error for one in found],
            "readings": [one.rows for one in found],
            "repeated": [one.repeated for one in found],
            "replaced": [one.replaced for one in found],
            "layout": [found_how(one) for one in found],
        }
    )
    for name in ("first", "last", "read_at"):
        moments = pd.array([getattr(one, name) for one in found], dtype="Int64")
        utc = pd.to_datetime(pd.Series(moments), unit="us", utc=True)
        frame[name] = utc.dt.tz_convert(zone)
    return frame


def show_one_source(store: query.Store, found: Sequence[query.SourceRow]) -> None:
    """All that is known of one source."""
    by_name = {f"{one.path} {one.member}".strip(): one for one in found[:MOST_ROWS]}
    with st.expander(t("data.one_source")):
        name = st.selectbox(t("data.col.source"), list(by_name), key="one-source")
        one = by_name[name]
        layout = one.layout
        lines = [
            (t("data.col.source"), name),
            (t("data.col.read_at"), when(one.read_at, store.zone)),
            (t("data.col.layout"), found_how(one)),
        ]
        if one.error:
            lines.append((t("data.error"), said_of(one)))
        if layout:
            lines += [
                (
                    t("data.found.span"),
                    f"{when(one.first, store.zone)} – {when(one.last, store.zone)}",
                ),
                (t("data.found.time"), ", ".join(layout["time_columns"]) or numbers.NOTHING),
                (t("data.found.zone"), zone_words(layout["zone"], store.zone)),
                (t("data.found.label"), label_words(layout["label"], layout["interval_us"])),
            ]
        lines.append((t("data.col.units"), ", ".join(units_of(store, one)) or numbers.NOTHING))
        facts = next((d.facts for d in data.devices(store) if d.name == one.device), {})
        if facts.get("sign"):
            lines.append((t("data.sign"), str(facts["sign"])))
        table.show_table(
            ["", ""],
            [[what, table.Markup(f'<span style="white-space: normal">{escape(said)}</span>')]
             for what, said in lines],
        )  # fmt: skip


def zone_words(found: str, site: str) -> str:
    """Zone of a source's time stamps in words."""
    if found == "site":
        return t("data.zone.site", zone=site)
    return t("data.zone.text") if found == "text" else found


def label_words(label: str, interval_us: int | None) -> str:
    """What a time stamp names, in words."""
    words = t(f"data.label.{label}")
    return f"{words}, {numbers.duration(interval_us)}" if interval_us else words


def show_levels(store: query.Store) -> None:
    """Rows and bytes by level."""
    levels = data.report(store, coverage.storage_report)
    rows = []
    for one in levels.itertuples():
        size, unit = bytes_of(float(one.bytes))
        per_row = numbers.number(one.bytes / one.rows, 1) if one.rows else numbers.NOTHING
        name = t("pick.level.raw") if one.level == "raw" else numbers.level(one.level)
        rows.append(
            [name, numbers.number(int(one.files)), numbers.number(int(one.rows)),
             f"{size} {unit}", per_row]
        )  # fmt: skip
    titles = [t(f"data.col.{name}") for name in ("level", "files", "rows", "bytes", "per_row")]
    table.show_table(titles, rows, numeric=(1, 2, 3, 4))


def caption(words: str) -> None:
    """The quiet line."""
    st.html(f'<span class="zg-caption">{escape(words)}</span>', width="content")


# --- coverage and quality -----------------------------------------------------------------------


def show_coverage(store: query.Store, devices: Sequence[query.Device]) -> None:
    """Heatmap of coverage, table by day, flags of one signal."""
    filled = [one for one in devices if one.signals]
    if not filled:
        states.notice(t("empty.no_readings"), commands=(states.BUILD,))
        return
    with pickers.bar():
        device = pickers.pick_device(filled)
    reach = measures.measured_reach(data.signals(store, device.name))
    window = pick_window([reach], store.zone, default="30d")
    # Days before the first reading and after the last are not missing: nothing was recorded then.
    start = max(window.start, device.first or window.start)
    end = min(window.end, (device.last or window.end) + 1)
    if start >= end:
        states.notice(t("data.no_coverage", device=device.name), state="warning")
        return
    with st.spinner(t("data.reading"), show_time=False):
        grid = data.report(store, coverage.coverage_grid, device.name, start, end)
    figure = build_heatmap_figure(
        grid.to_numpy(np.float64) * 100,
        unit="%",
        rows=list(grid.index),
        columns=[day_text(day) for day in grid.columns],
        title=coverage_title(device.name, grid),
        theme=theme.kind(),
        language=current_language(),
        bounds=(0.0, 100.0),
        height=90 + ROW_PX * max(len(grid), 4),
    )
    figure.update_yaxes(dtick=1, automargin=True)
    st.plotly_chart(figure, key="coverage", theme=None, config={"displaylogo": False})
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        caption(t("data.coverage.note", zone=store.zone))
        chart.show_export("coverage", coverage_frame(grid), name=f"{device.name}_coverage",
                          zone=store.zone)  # fmt: skip
    show_days(grid)
    show_quality(store, device, window)


def day_text(day: Any) -> str:
    """A date as the language writes it, short."""
    return day.strftime("%d.%m.%y") if current_language() == "de" else day.strftime("%d %b %y")


def coverage_title(device: str, grid: pd.DataFrame) -> str:
    """Coverage in a sentence: of all, and the day that has least."""
    by_day = grid.mean(axis=0)
    worst = by_day.idxmin()
    return t(
        "data.coverage.title",
        device=device,
        ratio=numbers.percent(float(by_day.mean())),
        day=day_text(worst),
        least=numbers.percent(float(by_day.min())),
    )


def coverage_frame(grid: pd.DataFrame) -> pd.DataFrame:
    """The heatmap in long form."""
    long = grid.rename_axis(index="signal").reset_index()
    return long.melt("signal", var_name="day", value_name="coverage_ratio")


def show_days(grid: pd.DataFrame) -> None:
    """Table by day, newest first: mean, least covered signal."""
    rows = []
    for day in reversed(list(grid.columns)):
        column = grid[day]
        poor = int((column < 0.9).sum())
        rows.append(
            [day_text(day), numbers.percent(float(column.mean())),
             numbers.percent(float(column.min())), str(column.idxmin()), numbers.number(poor)]
        )  # fmt: skip
    names = ("day", "coverage", "least", "least_signal", "poor")
    with st.expander(t("data.by_day")):
        table.show_table([t(f"data.col.{name}") for name in names], rows, numeric=(1, 2, 4))


def show_quality(store: query.Store, device: query.Device, window: Window) -> None:
    """Flags by day of one signal, counts in words."""
    infos = data.signals(store, device.name)
    names = [one.name for one in infos]
    asked = address.get("signal")
    now = asked if asked in names else names[0]
    st.subheader(t("data.quality"))
    with st.container(horizontal=True):
        name = st.selectbox(t("pick.signal"), names, width=320, **address.bound("signal", now))
    # Of a window that reaches beyond the readings, the end that holds some.
    start, end = window.start, min(window.end, (device.last or window.end) + 1)
    if end - start > MOST_QUALITY:
        start = end - MOST_QUALITY
        caption(t("data.quality.cut", span=numbers.span(start, end, store.zone)))
    try:
        with st.spinner(t("data.reading"), show_time=False):
            days = data.report(store, coverage.quality_report, device.name, name, start, end)
    except ZigguratError as error:
        states.notice(t("data.quality.none", signal=name), detail=str(error))
        return
    flags = [flag for flag in FLAGS if int(days[flag].sum())]
    serious = [flag for flag in flags if flag != "quantised"]
    states.notice(quality_words(name, days, flags), state="warning" if serious else "good")
    if serious:
        rows = [
            [day_text(row["day"]), numbers.number(int(row["rows"])),
             *(numbers.number(int(row[flag])) for flag in flags)]
            for row in days[::-1].to_dict("records")
            # Every day the sentence above counts, so that the columns add up to it.
            if any(row[flag] for flag in flags)
        ]  # fmt: skip
        titles = [t("data.col.day"), t("data.col.rows"), *(t(f"data.flag.{f}") for f in flags)]
        table.show_table(titles, rows[:MOST_ROWS], numeric=range(1, len(titles)))
    chart.show_export("quality", days, name=f"{device.name}_{name}_quality", zone=store.zone)


def quality_words(signal: str, days: pd.DataFrame, flags: Sequence[str]) -> str:
    """Counts of flags in a sentence."""
    total = numbers.number(int(days["rows"].sum()))
    if not flags:
        return t("data.quality.good", signal=signal, rows=total)
    parts = [
        f"{numbers.number(int(days[flag].sum()))} × {t(f'data.flag.{flag}')}" for flag in flags
    ]
    return t("data.quality.flags", signal=signal, rows=total, flags=", ".join(parts))


# --- quarantine ---------------------------------------------------------------------------------


def show_quarantine(store: query.Store) -> None:
    """Counts by source and reason, the rows, and all of them as CSV."""
    counts = data.report(store, query.Store.quarantine_counts)
    if not counts:
        states.notice(t("data.quarantine.empty"), state="good")
        return
    total = sum(row["rows"] for row in counts)
    sources = len({(row["path"], row["member"]) for row in counts})
    st.subheader(t("data.quarantine.title", rows=numbers.number(total),
                   sources=numbers.number(sources)))  # fmt: skip
    table.show_table(
        [t(f"data.col.{name}") for name in ("source", "device", "reason", "rows")],
        [[cut(short(row), row["path"], 60), row["device"], in_language(row["reason"]),
          numbers.number(row["rows"])] for row in counts[:MOST_ROWS]],
        numeric=(3,),
    )  # fmt: skip
    rows = data.report(store, query.Store.quarantine)
    devices = sorted({row["device"] for row in rows})
    reasons = sorted({row["reason"] for row in rows})
    with pickers.bar():
        device = choose("q-device", t("pick.device"), devices)
        reason = choose("reason", t("data.col.reason"), reasons, in_language)
    shown = [
        row for row in rows
        if device in ("", row["device"]) and reason in ("", row["reason"])
    ]  # fmt: skip
    st.subheader(t("data.quarantine.rows", count=numbers.number(sum(r["rows"] for r in shown))))
    table.show_table(
        [t(f"data.col.{name}") for name in ("source", "line", "column", "text", "reason", "rows")],
        [[cut(short(row), row["path"], 48), line_of(row), row["column_name"],
          cut(row["text"], "", 60), in_language(row["reason"]), numbers.number(row["rows"])]
         for row in shown[:MOST_ROWS]],
        numeric=(1, 5),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        caption(t("data.shown", shown=numbers.number(min(len(shown), MOST_ROWS)),
                  all=numbers.number(len(shown))))  # fmt: skip
        st.download_button(
            t("data.quarantine.download"),
            data=lambda: export.csv_bytes(pd.DataFrame(shown), {"store": str(store.root)}),
            file_name="quarantine.csv",
            mime="text/csv",
            key="quarantine-csv",
            on_click="ignore",
        )


def short(row: dict[str, Any]) -> str:
    """Path of a quarantined row, shortened as a source's."""
    return short_path(query.SourceRow(row["path"], row["device"], row["member"]))


def line_of(row: dict[str, Any]) -> str:
    """Line of a quarantined row, a dash where only their number is known."""
    return numbers.NOTHING if row["line"] is None else numbers.number(row["line"])


def choose(
    parameter: str, label: str, options: Sequence[str], words: Callable[[str], str] = str
) -> str:
    """One of the options, or all of them (empty)."""
    asked = address.get(parameter) or ""
    chosen = st.selectbox(
        label, ["", *options], format_func=lambda one: words(one) if one else t("data.every"),
        width=260,
        **address.bound(parameter, asked if asked in options else ""),
    )  # fmt: skip
    return str(chosen)


# --- upload -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """Device something is brought to; `group` counts where it is new."""

    device: str
    group: str


def pick_target(devices: Sequence[query.Device], key: str) -> Target | None:
    """A device there is, or the name of a new one; None until it has a name."""
    names = [one.name for one in devices]
    asked = address.get("device")
    options = [*names, ""]
    place = options.index(asked) if asked in names else 0
    name = st.selectbox(
        t("pick.device"), options, index=place, width=240, key=f"{key}-device",
        format_func=lambda one: one or t("data.new_device"),
    )  # fmt: skip
    if name:
        return Target(name, next(one.group for one in devices if one.name == name))
    fresh = st.text_input(t("data.new_device.name"), width=240, key=f"{key}-name")
    group = st.selectbox(t("data.new_device.group"), GROUPS, width=160, key=f"{key}-group")
    return Target(fresh.strip(), group) if fresh.strip() else None


def refuse_synthetic(devices: Sequence[query.Device]) -> bool:
    """Say that nothing is added to a store of synthetic data; whether it is one."""
    if not any(one.synthetic for one in devices):
        return False
    states.notice(
        t("data.refused.synthetic"), detail=t("data.refused.synthetic.why"),
        commands=("ZIGGURAT_STORE=data/own " + states.BUILD,), state="warning",
    )  # fmt: skip
    return True


def show_upload(store: query.Store, devices: Sequence[query.Device]) -> None:
    """A file, what was found in it, and the button that makes it count."""
    done = st.session_state.pop("upload-done", None)
    if done is not None:
        show_accepted(done)
    if refuse_synthetic(devices):
        return
    settings = data.settings()
    st.subheader(t("data.upload.title"))
    with pickers.bar():
        target = pick_target(devices, "upload")
    # The chooser has its words in English alone: they give way to those of the page.
    st.html(f"<style>{_CHOOSER % (t('data.upload.choose'), t('data.upload.drop'))}</style>")
    # A new key after each file taken: the chooser is empty again.
    turn = st.session_state.get("upload-turn", 0)
    file = st.file_uploader(
        t("data.upload.file", endings=", ".join(manual.ENDINGS),
          limit=numbers.number(settings.upload_limit_mb)),
        max_upload_size=settings.upload_limit_mb,
        key=f"upload-{turn}",
    )  # fmt: skip
    if file is None:
        caption(t("data.upload.where", folder=str(manual.uploads_folder(settings.store))))
        return
    if target is None:
        states.notice(t("data.upload.no_device"), state="warning")
        return
    content = file.getvalue()
    try:
        found = previewed(target, file.name, file.file_id, content, {})
        rules = show_found(found)
        if rules:
            found = previewed(target, file.name, file.file_id, content, rules)
        show_preview(found)
        if st.button(t("data.upload.add"), type="primary", key="upload-add"):
            add_upload(target, file.name, content, rules)
    except (SourceError, StoreError) as error:
        show_refusal(error)


def previewed(
    target: Target, name: str, file_id: str, content: bytes, rules: dict[str, manual.ColumnRule]
) -> manual.Preview:
    """What the file would bring; looked at once, then remembered by this session."""
    stamp = (target, name, file_id, repr(sorted(rules.items())))
    held: dict[Any, manual.Preview] = st.session_state.setdefault("upload-previews", {})
    if stamp not in held:
        with st.spinner(t("data.upload.looking"), show_time=False):
            found = manual.preview_upload(
                data.settings(), target.device, target.group, name, content, rules
            )
        while len(held) > 3:
            held.pop(next(iter(held)))
        held[stamp] = found
    return held[stamp]


def show_found(found: manual.Preview) -> dict[str, manual.ColumnRule]:
    """What was found by looking; the rules for columns that were changed by hand."""
    signals = sum(len(one.columns) for one in found.tables)
    key = "data.found.title.one" if signals == 1 else "data.found.title"
    st.subheader(
        t(key, name=found.name, count=numbers.number(found.readings),
          signals=numbers.number(signals))
    )  # fmt: skip
    if found.known:
        states.notice(t("data.upload.known"), state="warning")
    for one in found.tables[:6]:
        if one.error:
            states.notice(
                one.member or found.name, detail=in_language(one.error), state="error"
            )  # fmt: skip
            continue
        table.show_table(
            ["", ""],
            [
                [t("data.found.time"), ", ".join(one.time_columns) or numbers.NOTHING],
                [t("data.found.zone"), zone_words(one.zone, found.zone)],
                [t("data.found.label"), label_words(one.label, one.interval_us)],
                [t("data.found.span"), f"{when(one.first, found.zone)} – "
                                       f"{when(one.last, found.zone)}"],
                [t("data.found.rows"), numbers.number(one.rows)],
                [t("data.col.layout"), table.Markup(
                    f'<span style="white-space: normal">{escape(notes_words(one.notes))}</span>')],
            ],
        )  # fmt: skip
    if not found.renameable:
        return {}
    return edited_columns(found.tables[0].columns)


def edited_columns(columns: Sequence[manual.FoundColumn]) -> dict[str, manual.ColumnRule]:
    """Table of columns to correct: signal, unit, quantity, sign."""
    frame = pd.DataFrame(
        {
            "column": [one.name for one in columns],
            "signal": [one.signal for one in columns],
            "quantity": [one.quantity for one in columns],
            "unit": [one.unit for one in columns],
            "sign": ["+" if one.sign == 1 else "−" for one in columns],
        }
    )
    words = {name: t(f"data.col.{name}") for name in frame.columns}
    edited = st.data_editor(
        frame,
        hide_index=True,
        disabled=["column"],
        column_config={
            **words,
            "sign": st.column_config.SelectboxColumn(words["sign"], options=["+", "−"]),
        },
        height=min(38 + 35 * len(frame), 320),
        key="upload-columns",
    )
    caption(t("data.found.editable"))
    rules = {}
    for one, row in zip(columns, edited.to_dict("records"), strict=True):
        now = (row["signal"], row["quantity"], row["unit"], row["sign"])
        if now != (one.signal, one.quantity, one.unit, "+" if one.sign == 1 else "−"):
            rules[one.name] = manual.ColumnRule(
                signal=row["signal"] or one.signal,
                unit=row["unit"] if row["unit"] and row["unit"] != one.unit else None,
                quantity=row["quantity"]
                if row["quantity"] and row["quantity"] != one.quantity
                else None,
                sign=-1 if row["sign"] == "−" else None,
            )
    return rules


def show_preview(found: manual.Preview) -> None:
    """First rows in both clocks, and the rows that cannot be used."""
    ts = found.head["ts"].to_numpy(np.int64)
    values = [name for name in found.head.columns if name != "ts"][:8]
    local, utc = t("data.found.local", zone=found.zone), "UTC"
    rows = [
        [numbers.moment(int(ts[i]), found.zone, seconds=True),
         numbers.moment(int(ts[i]), "UTC", seconds=True),
         *(numbers.number(float(found.head[name].iloc[i])) for name in values)]
        for i in range(len(ts))
    ]  # fmt: skip
    st.caption(t("data.found.head"))
    table.show_table([local, utc, *values], rows, numeric=range(2, 2 + len(values)))
    if not found.bad_rows:
        caption(t("data.found.no_bad"))
        return
    states.notice(t("data.found.bad", count=numbers.number(found.bad_rows)), state="warning")
    table.show_table(
        [t(f"data.col.{name}") for name in ("line", "column", "text", "reason", "rows")],
        [[line_of(row), row["column_name"], cut(row["text"], "", 60), in_language(row["reason"]),
          numbers.number(row["rows"])] for row in found.bad[:20]],
        numeric=(0, 4),
    )  # fmt: skip


def add_upload(
    target: Target, name: str, content: bytes, rules: dict[str, manual.ColumnRule]
) -> None:
    """Make a file count, then show the page anew."""
    with st.spinner(t("data.upload.adding"), show_time=False):
        done = manual.accept_upload(
            data.settings(), target.device, target.group, name, content, rules
        )
    st.session_state["upload-done"] = (done, target.device)
    st.session_state["upload-turn"] = st.session_state.get("upload-turn", 0) + 1
    st.session_state.pop("upload-previews", None)
    address.put({"device": target.device})
    st.rerun()


def show_accepted(done: tuple[manual.Accepted, str]) -> None:
    """What became of the file."""
    accepted, device = done
    if accepted.known:
        states.notice(t("data.upload.known"), detail=str(accepted.path), state="warning")
        return
    summary = accepted.summary
    failed = [why for path, why in summary.failed if path == str(accepted.path)]
    if failed:
        states.notice(t("data.upload.failed"), detail=in_language(failed[0]), state="error")
        return
    states.notice(
        t("data.upload.done", name=accepted.path.name, device=device,
          rows=numbers.number(summary.rows)),
        detail=t("data.upload.summary", repeated=numbers.number(summary.repeated),
                 replaced=numbers.number(summary.replaced),
                 quarantined=numbers.number(summary.quarantined), path=str(accepted.path)),
        state="good",
    )  # fmt: skip


# --- manual entry -------------------------------------------------------------------------------


def show_entry(store: query.Store, devices: Sequence[query.Device]) -> None:
    """Readings and facts by hand, and what has been entered so far."""
    done = st.session_state.pop("entry-done", None)
    if done is not None:
        states.notice(done, state="good")
    if refuse_synthetic(devices):
        show_history(store)
        return
    st.subheader(t("data.entry.title"))
    with pickers.bar():
        target = pick_target(devices, "entry")
    if target is None:
        states.notice(t("data.upload.no_device"), state="warning")
    else:
        reading, facts = st.columns(2, gap="large")
        with reading:
            enter_reading(store, target)
        with facts:
            enter_facts(devices, target)
    show_history(store)


def enter_reading(store: query.Store, target: Target) -> None:
    """Form for one reading."""
    known = {one.name for one in data.devices(store)}
    infos = data.signals(store, target.device) if target.device in known else []
    by_name = {one.name: one for one in infos}
    st.caption(t("data.entry.reading"))
    # What a device is there for, rather than what comes first in the alphabet.
    usual = measures.main_signals(infos)
    name = st.selectbox(
        t("pick.signal"), [*by_name, ""], key=f"entry-signal-{target.device}",
        index=list(by_name).index(usual[0].name) if usual else 0,
        format_func=lambda one: one or t("data.entry.new_signal"),
    )  # fmt: skip
    unit = by_name[name].unit if name else ""
    with st.form("entry-reading", border=True):
        if not name:
            left, right = st.columns([3, 1])
            name = left.text_input(t("data.entry.signal_name"), placeholder="com_ap").strip()
            unit = right.text_input(t("data.col.unit"), placeholder="kW").strip()
        moment = st.text_input(t("data.entry.moment", zone=store.zone),
                               placeholder="2025-06-13 12:00")  # fmt: skip
        shown = unit if unit not in ("", "1") else t("data.entry.no_unit")
        value = st.text_input(t("data.entry.value", unit=shown), placeholder=f"12{decimal()}5")
        note = st.text_input(t("data.col.note"), max_chars=200)
        submitted = st.form_submit_button(t("data.entry.add"), type="primary")
    typed = (target.device, target.group, name, unit, moment, value, note)
    # A refusal that can be overruled stays, with the button to do so, until something changes.
    before, refusal = st.session_state.get("entry-jump", (None, None))
    confirmed = False
    if before == typed and not submitted:
        show_refusal(refusal)
        confirmed = st.button(t("data.entry.confirm"), key="entry-confirm")
    if not submitted and not confirmed:
        return
    st.session_state.pop("entry-jump", None)
    try:
        ts = manual.parse_moment(moment, store.zone)
        entered = manual.enter_reading(
            data.settings(), target.device, target.group, name, ts,
            manual.parse_value(value, decimal()), note, unit=unit or None, confirmed=confirmed,
        )  # fmt: skip
    except (SourceError, StoreError) as error:
        show_refusal(error)
        if isinstance(error, SourceError) and error.why == manual.Refusal.JUMP:
            st.session_state["entry-jump"] = (typed, error)
            st.button(t("data.entry.confirm"), key="entry-confirm")
        return
    st.session_state["entry-done"] = entered_words(entered, store.zone)
    st.rerun()


def decimal() -> str:
    """Decimal mark of the page's language."""
    return "," if current_language() == "de" else "."


def entered_words(entered: manual.Entered, zone: str) -> str:
    """What stands now, and what is kept as history."""
    unit = entered.signal.unit
    values = {
        "device": entered.device,
        "signal": entered.signal.name,
        "moment": numbers.moment(entered.ts, zone, seconds=True),
        "value": numbers.exact(entered.value, unit),
    }
    if entered.before is None:
        return t("data.entry.done", **values)
    return t("data.entry.corrected", before=numbers.exact(entered.before, unit), **values)


def enter_facts(devices: Sequence[query.Device], target: Target) -> None:
    """Form for the facts of a device; what is left empty is taken away."""
    held = next((one.facts for one in devices if one.name == target.device), {})
    st.caption(t("data.entry.facts"))
    with st.form("entry-facts", border=True):
        left, right = st.columns(2)
        typed: dict[str, str] = {}
        for i, fact in enumerate(manual.facts_of(target.group)):
            words = t(f"data.fact.{fact.key}") + (f" [{fact.unit}]" if fact.unit else "")
            typed[fact.key] = (left, right)[i % 2].text_input(
                words, value=fact_text(held, fact), key=f"fact-{target.device}-{fact.key}",
                placeholder="2024-05-07" if fact.kind == "date" else "",
            )  # fmt: skip
        note = st.text_input(t("data.col.note"), max_chars=200, key="fact-note")
        if not st.form_submit_button(t("data.entry.save"), type="primary"):
            return
    changed: dict[str, Any] = {}
    try:
        for fact in manual.facts_of(target.group):
            text = typed[fact.key].strip()
            if text == fact_text(held, fact):
                continue
            number = fact.kind == "number" and text
            changed[fact.key] = manual.parse_value(text, decimal()) if number else text or None
        manual.enter_facts(data.settings(), target.device, target.group, changed, note)
    except (SourceError, StoreError) as error:
        show_refusal(error)
        return
    key = "data.entry.facts_done.one" if len(changed) == 1 else "data.entry.facts_done"
    st.session_state["entry-done"] = t(
        key, device=target.device, count=numbers.number(len(changed))
    )  # fmt: skip
    st.rerun()


def fact_text(facts: dict[str, Any], fact: manual.Fact) -> str:
    """A fact as the form shows it; empty where it is not known."""
    outer, _, inner = fact.key.partition(".")
    value = facts.get(outer)
    if inner:
        value = (value or {}).get(inner)
    if value is None:
        return ""
    text = str(value).removesuffix(".0")
    return text.replace(".", decimal()) if fact.kind == "number" else text


def show_history(store: query.Store) -> None:
    """What was entered, newest first, and which of it stands."""
    entries = data.report(store, query.Store.entries)
    st.subheader(t("data.history"))
    if not entries:
        states.notice(t("data.history.empty"))
        return
    standing: set[tuple[Any, ...]] = set()
    rows = []
    for one in entries:
        place = (one["device"], one["name"], one["ts"])
        stands = one["kind"] != "before" and place not in standing
        standing.add(place)
        key = "data.history.stands" if stands else f"data.history.{one['kind']}"
        rows.append(
            [to_second(one["entered_at"], store.zone), one["device"], name_words(one),
             to_second(one["ts"], store.zone), entry_value(store, one),
             t(key), cut(one["note"], "", 60)]
        )  # fmt: skip
    names = ("entered_at", "device", "what", "time", "value", "state", "note")
    table.show_table([t(f"data.col.{n}") for n in names], rows[:MOST_HISTORY], numeric=(4,))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        caption(t("data.shown", shown=numbers.number(min(len(rows), MOST_HISTORY)),
                  all=numbers.number(len(rows))))  # fmt: skip
        chart.show_export("history", history_frame(store, entries), name="entries",
                          zone=store.zone)  # fmt: skip


def to_second(us: int | None, zone: str) -> str:
    """A time to the second, or a dash."""
    return numbers.NOTHING if us is None else numbers.moment(us, zone, seconds=True)


def history_frame(store: query.Store, entries: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Entries for export: times of the site with their offset, values with their unit."""
    frame = pd.DataFrame(entries).drop(columns="id", errors="ignore")
    for name in ("ts", "entered_at"):
        utc = pd.to_datetime(pd.Series(pd.array(frame[name], "Int64")), unit="us", utc=True)
        frame[name] = utc.dt.tz_convert(store.zone)
    frame.insert(list(frame.columns).index("value") + 1, "unit",
                 [unit_of(store, one) for one in entries])  # fmt: skip
    return frame


def name_words(one: dict[str, Any]) -> str:
    """Signal, or fact in words."""
    key = f"data.fact.{one['name']}"
    return t(key) if one["ts"] is None and key in TEXTS else str(one["name"])


def entry_value(store: query.Store, one: dict[str, Any]) -> str:
    """Value of an entry with its unit."""
    if one["ts"] is None:
        return str(one["value"]) or numbers.NOTHING
    return numbers.exact(float(one["value"]), unit_of(store, one))


def unit_of(store: query.Store, one: dict[str, Any]) -> str:
    """Unit of the signal or fact of an entry."""
    if one["ts"] is None:
        return next((fact.unit for fact in manual.FACTS if fact.key == one["name"]), "")
    known = {device.name for device in data.devices(store)}
    infos = data.signals(store, one["device"]) if one["device"] in known else []
    return next((info.unit for info in infos if info.name == one["name"]), "")


main()
