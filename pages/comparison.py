"""Devices, or periods of one device, against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core import charts, comparison, measures, query
from core.charts import Bars, build_bars_figure, build_series_figure
from core.comparison import DifferenceReport, Overlay, Side, SideReport
from core.signals import described
from pages.collecting.course import show_course
from pages.shared import address, chart, data, numbers, pickers, states, table, theme, zoom
from pages.shared.chart import KeyFigure
from pages.shared.texts import current_language, t
from pages.shared.window import Window, as_iso, day_text, pick_window

MOST = 6
MOST_EXTRA = 4
MOST_DAYS = 400
MOST_RATIO = 10
EQUAL_LEAST = 0.15  # share of a scatter's axes that the line of equal values must run over
PATTERN = date(2025, 6, 13)  # a day as the fields show how to write one
# A quantity of each hue: the first side has the hue of its own quantity, others the next free one.
HUES = ("active_power", "import", "pcs_power", "price", "pv_power", "other", "export")


@dataclass(frozen=True)
class Choice:
    """What is compared, and how it is drawn.

    `sides` lie over the first; `hues` are quantities that stand for a colour each.
    """

    sides: tuple[Side, ...]
    hues: tuple[str, ...]
    separate: bool
    per_peak: bool
    ghost: bool
    extra: tuple[query.SignalInfo, ...]


def main() -> None:
    """The page."""
    store = states.require_store()
    every = states.require_devices(store)
    devices = measures.metered_devices(every)
    st.title(t("nav.comparison"))
    able = [one for one in devices if data.report(store, comparison.compared_power, one.name)]
    if not able:
        states.notice(t("comparison.none"), commands=(states.DEMO,))
        return
    mode = pick_mode(len(able))
    if mode == "sites":
        show_course(store, measures.measured_devices(every))
        return
    with pickers.bar():
        chosen = pick_sides_of(mode, able, devices)
        separate, per_peak, ghost = pick_drawing(mode)
    if mode == "devices" and len(chosen) < 2:
        states.notice(t("comparison.two"))
        return
    reach = [measures.measured_reach(data.signals(store, one.name)) for one in chosen]
    window = pick_window(reach, store.zone)
    chart.show_synthetic_ribbon(chosen)
    sides = device_sides(chosen, window) if mode == "devices" else (
        period_sides(chosen[0], window)
    )  # fmt: skip
    reports = {one.label: data.report(store, comparison.side_report, one.device, one.start, one.end)
               for one in sides}  # fmt: skip
    filled = tuple(one for one in sides if reports[one.label].peak_ts is not None)
    say_missing(sides, filled, window)
    if len(filled) < 2:
        return
    extra = pick_extra(store, chosen) if mode == "devices" else ()
    choice = Choice(filled, hues_of(store, filled), separate, per_peak, ghost, extra)
    a, b = pick_pair(filled)
    over = data.report(store, comparison.overlay, list(filled))
    gap = comparison.difference_report(over, a, b)
    pairs = comparison.correlation_report(over)
    chart.show_key_figures(key_figures(a, b, reports, gap, pairs, over.step_us))
    show_power(store, choice, reports, window)
    show_energy(store, choice, reports, window)
    show_table(filled, reports, store.zone)
    show_difference(store, gap, a, b, window)
    show_correlation(choice, over, pairs, a, b)


# --- choices ------------------------------------------------------------------------------------


def pick_mode(able: int) -> str:
    """Devices against each other, periods of one, or sites summed up."""
    modes = ("devices", "periods", "sites")
    asked = address.get("mode")
    now = asked if asked in modes else modes[0 if able > 1 else 1]
    return str(
        st.segmented_control(
            t("comparison.mode"),
            modes,
            format_func=lambda name: t(f"comparison.mode.{name}"),
            required=True,
            label_visibility="collapsed",
            **address.bound("mode", now, also_clear=("a", "b")),
        )
    )


def pick_sides_of(
    mode: str, able: Sequence[query.Device], devices: Sequence[query.Device]
) -> list[query.Device]:
    """The devices compared; one for periods."""
    if mode == "periods":
        names = {one.name for one in able}
        asked = address.get("device")
        # A link from a device without power leads to one that has it.
        if asked in {one.name for one in devices} - names:
            st.toast(t("comparison.without", names=str(asked)))
            address.put({"device": None})
        device = pickers.pick_device(able)
        pick_count()
        return [device]
    asked_all = address.get_all("devices")
    without = [one.name for one in devices if one not in able and one.name in asked_all]
    if without:
        st.toast(t("comparison.without", names=", ".join(without)))
        address.put({"devices": [name for name in asked_all if name not in without]})
    return pickers.pick_devices(able, most=MOST)


def pick_count() -> None:
    """How many periods, or the days they start on; both stand in the URL."""
    asked = address.get("count") or "2"
    options = [str(count) for count in range(2, MOST + 1)]
    st.selectbox(
        t("comparison.count"), options, width=120,
        **address.bound("count", asked if asked in options else "2", also_clear=("start",)),
    )  # fmt: skip
    with st.popover(t("comparison.starts")), st.form("starts", border=False):
        held = [day_text(day) for text in address.get_all("start") if (day := read_day(text))]
        typed = [
            st.text_input(t("comparison.start", number=str(i + 1)),
                          held[i] if i < len(held) else "", placeholder=day_text(PATTERN))
            for i in range(MOST - 1)
        ]  # fmt: skip
        if st.form_submit_button(t("window.apply")):
            texts = [as_iso(text) for text in typed if text.strip()]
            wrong = [text for text in texts if read_day(text) is None]
            if wrong:
                st.warning(t("comparison.no_day", text=wrong[0][:40]))
            else:
                address.put({"start": texts})
                st.rerun()


def read_day(text: str) -> date | None:
    """A date of the URL, None where it is none or too far away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2199 else None


def pick_drawing(mode: str) -> tuple[bool, bool, bool]:
    """Small multiples, normalised, ghost of the period before."""
    view = option("view", ("overlay", "multiples"), "comparison.view")
    scale = option("scale", ("absolute", "peak"), "comparison.scale")
    if mode == "periods":
        return view == "multiples", scale == "peak", False
    ghost = option("ghost", ("on", "off"), "comparison.ghost")
    return view == "multiples", scale == "peak", ghost == "on"


def option(name: str, options: Sequence[str], key: str) -> str:
    """One of a few words, from the URL."""
    asked = address.get(name)
    return str(
        st.selectbox(
            t(key), options, format_func=lambda one: t(f"{key}.{one}"), width=165,
            **address.bound(name, asked if asked in options else options[0]),
        )
    )  # fmt: skip


def device_sides(devices: Sequence[query.Device], window: Window) -> list[Side]:
    """A side per device, all in the window."""
    return [Side(one.name, one.name, window.start, window.end) for one in devices]


def period_sides(device: query.Device, window: Window) -> list[Side]:
    """The window and earlier ones of equal length, or those that start on chosen days."""
    count = int(address.get("count") or 2) if (address.get("count") or "2").isdigit() else 2
    sides = comparison.previous_sides(
        device.name, window.start, window.end, window.zone, min(max(count, 2), MOST)
    )
    days = [day for text in address.get_all("start") if (day := read_day(text))]
    if days:
        sides = [sides[0], *comparison.sides_at(sides[0], window.zone, days[: MOST - 1])]
    return [replace(one, label=span_words(one, window.zone)) for one in sides]


def span_words(side: Side, zone: str) -> str:
    """A period in words: by days where it is at least two of them."""
    if side.end - side.start < 2 * 86_400_000_000:
        return numbers.span(side.start, side.end, zone)
    return f"{numbers.day(side.start, zone)} – {numbers.day(side.end - 1, zone)}"


def pick_extra(store: query.Store, devices: Sequence[query.Device]) -> tuple[query.SignalInfo, ...]:
    """Further signals of the devices; those of another unit get a panel of their own."""
    by_name = {
        f"{one.device}/{one.name}": one
        for device in devices
        for one in data.signals(store, device.name)
        if one.cell is None
    }
    asked = [name for name in dict.fromkeys(address.get_all("also")) if name in by_name]
    names = st.multiselect(
        t("comparison.also"), list(by_name), max_selections=MOST_EXTRA, width=460,
        placeholder=t("pick.choose"), select_all=False, wrap=True,
        format_func=lambda name: described(name, by_name[name].unit or "?"),
        **address.bound("also", asked[:MOST_EXTRA]),
    )  # fmt: skip
    return tuple(by_name[name] for name in names)


def pick_pair(sides: Sequence[Side]) -> tuple[str, str]:
    """The two sides that figures, difference and scatter are about."""
    labels = [one.label for one in sides]
    if len(labels) == 2:
        return labels[0], labels[1]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        a = pair_member("a", t("comparison.a"), labels, 0)
        b = pair_member("b", t("comparison.b"), [one for one in labels if one != a], 0)
    return a, b


def pair_member(name: str, words: str, labels: Sequence[str], place: int) -> str:
    """One of the labels, from the URL."""
    asked = address.get(name)
    return str(
        st.selectbox(
            words, labels, width=260,
            **address.bound(name, asked if asked in labels else labels[place]),
        )
    )  # fmt: skip


def hues_of(store: query.Store, sides: Sequence[Side]) -> tuple[str, ...]:
    """A quantity per side whose colour no other side has, its own where it is free."""
    free = list(HUES)
    found = []
    for side in sides:
        own = data.report(store, comparison.compared_power, side.device)[0].quantity
        colour = charts.colour_of(own, "light")
        hue = next((h for h in free if charts.colour_of(h, "light") == colour), free[0])
        free.remove(hue)
        found.append(hue)
    return tuple(found)


def say_missing(sides: Sequence[Side], filled: Sequence[Side], window: Window) -> None:
    """Say which sides have no reading, and what can be done."""
    missing = [one.label for one in sides if one not in filled]
    if missing:
        first = numbers.moment(window.first, window.zone)
        last = numbers.moment(window.newest, window.zone)
        states.notice(
            t("comparison.missing", names=", ".join(missing)),
            detail=t("chart.empty.mend", first=first, last=last),
            state="unknown" if len(filled) > 1 else "warning",
        )


# --- the answer ---------------------------------------------------------------------------------


def signed(value: float, unit: str) -> tuple[str, str]:
    """Number and unit, a rise with its plus."""
    text, fitted = numbers.scaled(value, unit)
    return (f"+{text}" if value > 0 else text), fitted


def key_figures(
    a: str,
    b: str,
    reports: Mapping[str, SideReport],
    gap: DifferenceReport,
    pairs: pd.DataFrame,
    step_us: int,
) -> list[KeyFigure]:
    """Differences of energy and peak, who is above, correlation, coverage."""
    one, other = reports[a], reports[b]
    pair = next(p for p in pairs.itertuples() if {p.first, p.second} == {a, b})
    least = min(one.coverage_ratio, other.coverage_ratio)

    def both(first: float, second: float, unit: str) -> str:
        words = t("comparison.both", a=numbers.quantity(first, unit),
                  b=numbers.quantity(second, unit))  # fmt: skip
        # A ratio of a balance near zero, or of two signs, says nothing.
        telling = first > 0 and second > 0 and first < MOST_RATIO * second
        return f"{words} · {numbers.change(first, second)}" if telling else words

    return [
        KeyFigure(
            t("comparison.energy"),
            # Of the same hours: of all, what one side lacks would count as a difference.
            *signed(gap.energy_kwh, "kWh"),
            note=t("comparison.energy.note", hours=numbers.number(gap.hours, 0),
                   both=both(one.energy_kwh, other.energy_kwh, "kWh")),
        ),
        KeyFigure(
            t("comparison.peak"),
            *signed(one.peak_kw - other.peak_kw, "kW"),
            note=both(one.peak_kw, other.peak_kw, "kW"),
        ),
        KeyFigure(
            t("comparison.above"),
            *signed(gap.above_kwh, "kWh"),
            note=t("comparison.below", energy=numbers.quantity(gap.below_kwh, "kWh")),
        ),
        KeyFigure(
            t("comparison.r"),
            numbers.number(float(pair.pearson), 2),
            note=t("comparison.n", count=numbers.number(int(pair.n)),
                   step=numbers.duration(step_us)),
        ),
        KeyFigure(
            t("comparison.coverage"),
            numbers.percent(least, 1).replace(f"{numbers.NBSP}%", ""),
            "%",
            note=t("comparison.coverage.note"),
        ),
    ]  # fmt: skip


def pair_words(a: str, b: str) -> str:
    """The pair as charts name it."""
    return t("comparison.less", a=a, b=b)


# --- charts -------------------------------------------------------------------------------------


def show_power(
    store: query.Store, choice: Choice, reports: Mapping[str, SideReport], window: Window
) -> None:
    """Power of all sides, zoomable."""
    shown: list[query.Series] = []
    read: list[query.Series] = []

    def load(side: Side, hue: str, start: int, end: int) -> query.Series:
        # Not the peak of the table: of means over a quarter of an hour a minute can be 130 %.
        peak = data.report(store, comparison.highest_power, side) if choice.per_peak else None
        found = data.report(store, comparison.side_series, side, start, end, peak or None)
        read.append(found)
        # The colour of a figure follows the quantity, small multiples find ghosts by name.
        signal = replace(found.signal, quantity=hue, name=f"{found.signal.name} {side.label}")
        return replace(found, signal=signal)

    def build(start: int, end: int) -> tuple[go.Figure | None, str]:
        read.clear()
        pairs = list(zip(choice.sides, choice.hues, strict=True))
        shown[:] = [load(side, hue, start, end) for side, hue in pairs]
        before = []
        if choice.ghost:
            # One ghost in an overlay: six would hide what they are to be compared with.
            ghosts = pairs if choice.separate else pairs[:1]
            for side, hue in ghosts:
                earlier = comparison.previous_sides(side.device, start, end, store.zone, 2)[1]
                before.append(load(replace(earlier, label=side.label), hue, start, end))
        extra = [data.series(store, s.device, s.name, start, end) for s in choice.extra]
        labels = [side.label for side in choice.sides]
        figure = build_series_figure(
            [*shown, *extra],
            title=power_title(choice, reports),
            theme=theme.kind(),
            language=current_language(),
            span=(start, end),
            labels=[*labels, *(f"{one.device} {one.signal.name}" for one in extra)],
            previous=before,
            previous_label=t("comparison.before") if choice.separate
            else t("comparison.before.of", name=labels[0]),
            separate=choice.separate,
            height=380,
        )  # fmt: skip
        if choice.per_peak:
            figure.for_each_yaxis(
                lambda axis: axis.update(title_text=t("comparison.of_peak"))
                if axis.title.text == "%" and not choice.extra else None
            )  # fmt: skip
        zoomed = (start, end) != (window.start, window.end)
        return figure, chart.caption([*shown, *extra], zoomed=zoomed)

    def offer() -> None:
        frames = [
            one.frame.loc[one.frame["last"].notna(), ["ts", "min", "max", "mean", "count"]].assign(
                side=side.label,
                device=one.device,
                unit=one.signal.unit,
                level=one.level,
                row_s=np.nan if one.step_us is None else one.step_us / 1e6,
            )
            for side, one in zip(choice.sides, shown, strict=True)
        ]
        table_of = pd.concat(frames, ignore_index=True)
        utc = pd.to_datetime(table_of.pop("ts").to_numpy(np.int64), unit="us", utc=True)
        table_of.insert(0, "time", utc.tz_convert(store.zone))
        name = "comparison_" + "_".join(dict.fromkeys(one.device for one in choice.sides))
        chart.show_export("power", table_of, name=name, zone=store.zone)

    zoom.zoomable_chart("comparison", build, window, below=offer)


def power_title(choice: Choice, reports: Mapping[str, SideReport]) -> str:
    """Who used most and who had the highest peak, in a sentence."""
    most = max(choice.sides, key=lambda one: reports[one.label].energy_kwh).label
    peak = max(choice.sides, key=lambda one: reports[one.label].peak_kw).label
    values = {
        "energy": numbers.quantity(reports[most].energy_kwh, "kWh"),
        "peak": numbers.quantity(reports[peak].peak_kw, "kW"),
    }
    if any(reports[one.label].two_way for one in choice.sides):
        # What flowed in less what flowed out is no amount that one could have most of.
        return t("comparison.title.peak", name=peak, peak=values["peak"])
    if most == peak:
        return t("comparison.title.one", name=most, **values)
    return t("comparison.title.two", most=most, name=peak, **values)


def show_energy(
    store: query.Store, choice: Choice, reports: Mapping[str, SideReport], window: Window
) -> None:
    """Energy by local day, sides beside each other."""
    laid = comparison.laid_daily(store, choice.sides, [reports[s.label] for s in choice.sides])
    # Days before the first energy and after the last would only press the others together.
    filled = np.flatnonzero(laid.filter(like="energy ").notna().any(axis=1))
    laid = laid.iloc[filled[0] : filled[-1] + 1] if len(filled) else laid
    laid = laid.head(MOST_DAYS)
    bars = [
        Bars(
            side.label, hue, "kWh", laid["start"], laid["end"], laid[f"energy {i}"],
            laid[f"marked {i}"],
        )
        for i, (side, hue) in enumerate(zip(choice.sides, choice.hues, strict=True))
    ]  # fmt: skip
    figure = build_bars_figure(
        bars,
        zone=store.zone,
        title=t("comparison.daily"),
        theme=theme.kind(),
        language=current_language(),
        height=290,
    )
    chart.show_figure(figure, "daily")
    named = {"start": "day"}
    for i, side in enumerate(choice.sides):
        named[f"energy {i}"] = f"{side.label} [kWh]"
    frame = laid[list(named)].rename(columns=named)
    utc = pd.to_datetime(frame["day"].to_numpy(np.int64), unit="us", utc=True)
    frame["day"] = utc.tz_convert(store.zone)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        caption(t("comparison.daily.note", zone=store.zone))
        chart.show_export("daily", frame, name="comparison_days", zone=store.zone)


def show_table(sides: Sequence[Side], reports: Mapping[str, SideReport], zone: str) -> None:
    """Figures of every side, and how far they are from the first."""
    first = reports[sides[0].label]
    rows = []
    for side in sides:
        one = reports[side.label]
        when = numbers.moment(one.peak_ts, zone) if one.peak_ts is not None else numbers.NOTHING
        of = f" ({numbers.duration(one.peak_of_us)})" if one.peak_of_us else ""
        rows.append([
            side.label,
            energy_words(one),
            of_first(one.energy_kwh, first.energy_kwh,
                     side == sides[0] or one.two_way or first.two_way),
            numbers.quantity(one.peak_kw, "kW") + of,
            of_first(one.peak_kw, first.peak_kw, side == sides[0]),
            when,
            numbers.quantity(one.mean_kw, "kW"),
            numbers.percent(one.load_factor),
            numbers.percent(one.coverage_ratio),
        ])  # fmt: skip
    names = ("side", "energy", "of_first", "peak", "of_first", "at", "mean", "factor", "coverage")
    table.show_table([t(f"comparison.col.{name}") for name in names], rows,
                     numeric=(1, 2, 3, 4, 6, 7, 8))  # fmt: skip


def energy_words(one: SideReport) -> str:
    """Energy of a side, with what flowed each way where it flowed both."""
    net, taken, given = (
        numbers.quantity(kwh, "kWh") for kwh in (one.energy_kwh, one.import_kwh, one.export_kwh)
    )
    return t("comparison.ways", net=net, taken=taken, given=given) if one.two_way else net


def of_first(value: float, first: float, is_first: bool) -> str:
    """Change to the first side, a dash where a ratio says nothing."""
    telling = value > 0 and first > 0 and value < MOST_RATIO * first
    return numbers.NOTHING if is_first or not telling else numbers.change(value, first)


def show_difference(
    store: query.Store, gap: DifferenceReport, a: str, b: str, window: Window
) -> None:
    """Line of a less b."""
    if not gap.hours:
        states.notice(t("comparison.apart", a=a, b=b))
        return
    step = int(np.diff(gap.line["ts"])[0]) if len(gap.line) > 1 else None
    columns = dict.fromkeys(("first", "last", "min", "max", "mean"), gap.line["power"])
    frame = pd.DataFrame({"ts": gap.line["ts"], **columns, "count": 1.0})
    signal = query.SignalInfo(
        a, pair_words(a, b), "other", "kW", "analog", None, None, None, None, 0, 1, ()
    )
    line = query.Series(
        a, signal, window.start, window.end, store.zone, "", (), 0, False, None, "", step, frame
    )
    figure = build_series_figure(
        [line],
        title=t("comparison.difference", pair=pair_words(a, b),
                energy=numbers.quantity(gap.energy_kwh, "kWh"),
                hours=numbers.number(gap.hours, 0)),
        theme=theme.kind(),
        language=current_language(),
        span=(window.start, window.end),
        height=230,
    )  # fmt: skip
    # No side's colour: this line belongs to neither.
    figure.update_traces(line_color=theme.token("text"))
    figure.add_hline(y=0, line={"width": 1, "color": theme.token("muted")})
    chart.show_figure(figure, "difference")
    caption(t("comparison.difference.note", step=numbers.duration(step or 0)))


def show_correlation(choice: Choice, over: Overlay, pairs: pd.DataFrame, a: str, b: str) -> None:
    """Table of correlations, and one pair as a cloud of points."""
    st.subheader(t("comparison.correlation"))
    labels = [one.label for one in choice.sides]
    left, right = st.columns([3, 2], gap="large")
    with left:
        rows = [
            [pair.first, pair.second, numbers.number(float(pair.pearson), 3),
             numbers.number(float(pair.spearman), 3), numbers.number(int(pair.n))]
            for pair in pairs.itertuples()
        ]  # fmt: skip
        names = ("first", "second", "pearson", "spearman", "n")
        table.show_table([t(f"comparison.col.{name}") for name in names], rows, numeric=(2, 3, 4))
        caption(t("comparison.correlation.note", step=numbers.duration(over.step_us)))
    with right:
        hue = choice.hues[labels.index(a)]
        figure = scatter_figure(over.frame, a, b, charts.colour_of(hue, theme.kind()))
        chart.show_figure(figure, "scatter")


def scatter_figure(frame: pd.DataFrame, a: str, b: str, colour: str) -> go.Figure:
    """Power of `a` over power of `b`, and where they are equal."""
    both = frame[[a, b]].dropna()
    peak = float(both.abs().max().max()) if len(both) else 0.0
    factor, unit = charts.fit_unit(peak, "kW")
    x, y = both[b].to_numpy() * factor, both[a].to_numpy() * factor
    figure = go.Figure(
        go.Scatter(
            x=x, y=y, mode="markers", name="",
            marker={"size": 4, "color": charts.with_alpha(colour, 0.45)},
            hovertemplate=f"{escape(b)}: %{{x:,.4~g}} {unit}<br>"
                          f"{escape(a)}: %{{y:,.4~g}} {unit}<extra></extra>",
        )
    )  # fmt: skip
    ends = equal_from_to(x, y)
    if ends is not None:
        line = {"width": 1.75, "dash": "dash", "color": theme.token("text")}
        figure.add_scatter(x=ends, y=ends, mode="lines", line=line, hoverinfo="skip", name="")
    figure.update_layout(
        template=charts.template(theme.kind(), current_language()),
        title_text=t("comparison.scatter" if ends is not None else "comparison.scatter.apart"),
        showlegend=False,
        height=320,
        xaxis_title=f"{escape(b)} [{unit}]",
        yaxis_title=f"{escape(a)} [{unit}]",
    )
    return figure


def equal_from_to(x: np.ndarray, y: np.ndarray) -> tuple[float, float] | None:
    """Where both are equal within what the points reach over; None where that is next to nothing.

    A line through an edge of the picture, off all points, would explain nothing.
    """
    if not len(x):
        return None
    low, high = max(x.min(), y.min()), min(x.max(), y.max())
    least = EQUAL_LEAST * max(float(np.ptp(x)), float(np.ptp(y)))
    return (float(low), float(high)) if high - low > least else None


def caption(words: str) -> None:
    """The quiet line."""
    st.html(f'<span class="zg-caption">{escape(words)}</span>', width="content")


main()
