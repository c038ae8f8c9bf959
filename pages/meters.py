"""Power and energy of one device: course, sums, profile, duration curve, statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from core import charts, loads, measures, query, windows
from core.analytics.energy import MIN_COVERAGE
from core.charts import Bars, Curve
from core.energies import EnergyReport, Every, energy_by_period, highest_period
from core.loads import LoadReport
from pages.shared import address, chart, data, numbers, pickers, states, table, theme, values
from pages.shared.chart import KeyFigure
from pages.shared.numbers import NBSP
from pages.shared.texts import TEXTS, current_language, t
from pages.shared.window import Window, pick_window

SECTIONS = ("power", "energy", "profile", "duration", "statistics")
PERIODS: dict[Every, float] = {  # days
    "1h": 1 / 24, "1d": 1.0, "1w": 7.0, "1mo": 30.4, "1y": 365.25,
}  # fmt: skip
MOST_BARS = 800
YEARS_FROM = 2 * 365  # bars of a year are offered from this many days on
OVERLAID = 2  # so many signals of one quantity can still be told apart in one panel
LEAST_READINGS = 2  # a mean over its peak says nothing of fewer
COMPARABLE = 0.05  # coverage may differ by this much from that of the period before
NAMED_GAPS = 3
DAY_US = 86_400_000_000


def main() -> None:
    """The page."""
    store = states.require_store()
    devices = in_order(store, states.require_meters(store))
    st.title(t("nav.meters"))
    section = address.get("section")
    section = section if section in SECTIONS else SECTIONS[0]
    with pickers.bar():
        device = pickers.pick_device(devices)
        signals = data.signals(store, device.name)
        powers, counters = measures.power_signals(signals), measures.energy_counters(signals)
        if powers or counters:
            chosen = pickers.pick_signals(
                [*powers, *counters, *(s for s in signals if s not in powers + counters)],
                default=[one.name for one in measures.main_signals(powers) or counters],
            )
            power = pick_power(powers, chosen)
            options = pick_drawing(chosen) if section == "power" else {}
    if not powers and not counters:
        no_energy(store, device, devices)
        return
    span = pick_window([measures.measured_reach(signals)], store.zone)
    chart.show_synthetic_ribbon([device])
    sources = Sources(store, device.name, power, counters)
    chart.show_key_figures(key_figures(sources, *span.view))
    st.segmented_control(
        t("meters.section"),
        SECTIONS,
        format_func=lambda name: t(f"meters.section.{name}"),
        required=True,
        label_visibility="collapsed",
        **address.bound("section", section),
    )
    if section == "power":
        separate = bool(options["separate"])
        chart.show_series(
            "power", store, chosen, span, title=lambda shown: power_title(shown, separate),
            whole_page=True, height=420, **options,
        )  # fmt: skip
        return
    chart.say_zoom(span)
    if section == "energy":
        show_energy(sources, span)
    elif section == "statistics":
        values.show_statistics(store, chosen, span)
    elif power is None:
        states.notice(t("meters.no_power", device=device.name))
    elif (load := sources.load(*span.view)).peak_ts is None:
        say_empty(power, span)
    elif section == "profile":
        show_profile(sources, load, power)
    else:
        show_duration(sources, load, span)


# --- choices ------------------------------------------------------------------------------------


def in_order(store: query.Store, devices: Sequence[query.Device]) -> list[query.Device]:
    """Meters first, then what else measures energy, then the rest."""

    def rank(device: query.Device) -> tuple[bool, bool, str]:
        signals = data.signals(store, device.name)
        found = measures.power_signals(signals) or measures.energy_counters(signals)
        return not measures.is_meter(signals), not found, device.name

    return sorted(devices, key=rank)


def pick_power(
    powers: Sequence[query.SignalInfo], chosen: Sequence[query.SignalInfo]
) -> query.SignalInfo | None:
    """The power that figures and sections look at; asked for only where several are chosen."""
    among = [one for one in chosen if one in powers] or list(powers[:1])
    if len(among) < 2:
        return among[0] if among else None
    by_name = {one.name: one for one in among}
    asked = address.get("of")
    name = st.selectbox(
        t("meters.of"),
        list(by_name),
        width=200,
        **address.bound("of", asked if asked in by_name else among[0].name),
    )
    return by_name[name]


def pick_drawing(chosen: Sequence[query.SignalInfo]) -> dict[str, object]:
    """Level, value axis and period before, for the chart of the signals."""
    return {
        "separate": pick_separate(chosen),
        "level": pickers.pick_level(chosen),
        "y_range": pickers.pick_y_range(),
        "previous": pickers.pick_previous(),
    }


def pick_separate(chosen: Sequence[query.SignalInfo]) -> bool:
    """Whether each signal gets a panel; at first where lines of one quantity would hide others."""
    if len(chosen) < 2:
        return False
    quantities = [one.quantity for one in chosen]
    crowded = max(map(quantities.count, quantities)) > OVERLAID
    views = ("overlay", "multiples")
    asked = address.get("view")
    now = asked if asked in views else views[crowded]
    chosen_view = st.selectbox(
        t("comparison.view"),
        views,
        format_func=lambda name: t(f"comparison.view.{name}"),
        width=140,
        **address.bound("view", now),
    )
    return chosen_view == "multiples"


def no_energy(store: query.Store, device: query.Device, devices: Sequence[query.Device]) -> None:
    """Say that the device measures no energy, and which do."""
    others = [
        one.name
        for one in devices
        if measures.power_signals(data.signals(store, one.name))
        or measures.energy_counters(data.signals(store, one.name))
    ]
    mend = t("meters.none.mend", names=", ".join(others)) if others else t("meters.none.nowhere")
    states.notice(t("meters.none", device=device.name), detail=mend)


def say_empty(power: query.SignalInfo, span: Window) -> None:
    """Say that the window holds no reading, and where there are some."""
    mend = ""
    if power.first is not None and power.last is not None:
        first, last = (numbers.moment(edge, span.zone) for edge in (power.first, power.last))
        mend = t("meters.empty.mend", first=first, last=last)
    words = numbers.span(*span.view, span.zone)
    states.notice(
        t("meters.empty", device=power.device, signal=power.name, span=words), detail=mend
    )


# --- where figures come from --------------------------------------------------------------------


class Sources:
    """Reports of one device, cached; power and energy may come from different signals."""

    def __init__(
        self,
        store: query.Store,
        device: str,
        power: query.SignalInfo | None,
        counters: Sequence[query.SignalInfo],
    ) -> None:
        self.store, self.device, self.power, self.counters = store, device, power, counters
        asked = address.get("energy")
        kinds = (["counter"] if counters else []) + (["power"] if power else [])
        self.kinds = kinds
        self.kind = asked if asked in kinds else kinds[0]
        powers = measures.power_signals(data.signals(store, device))
        self.several = len([one for one in powers if one.quantity == powers[0].quantity]) > 1
        self.who = f"{device} {power.name}" if power and self.several else device

    def load(self, start: int, end: int) -> LoadReport:
        """Load of the power looked at."""
        assert self.power is not None
        return data.report(self.store, loads.load_report, self.device, self.power.name, start, end)

    def energies(
        self, start: int, end: int, every: Every
    ) -> list[tuple[query.SignalInfo, EnergyReport]]:
        """Energy per period by counter, or from the power looked at."""
        chosen = self.counters if self.kind == "counter" else [self.power]
        return [
            (
                one,
                data.report(self.store, energy_by_period, self.device, one.name, start, end, every),
            )
            for one in chosen
            if one is not None
        ]

    def newest(self, start: int, end: int) -> tuple[int, float] | None:
        """Newest reading of the power looked at."""
        assert self.power is not None
        return data.report(
            self.store, windows.newest_reading, self.device, self.power.name, start, end
        )

    @property
    def is_battery(self) -> bool:
        """Whether what flows in is charge."""
        signals = data.signals(self.store, self.device)
        return bool({"soc", "pcs_power"} & {one.quantity for one in signals})

    def label(self, info: query.SignalInfo, report: EnergyReport) -> str:
        """What an energy is called."""
        battery = self.is_battery
        if info.quantity in ("pv_power", "energy_generation"):
            return t("meters.generation")
        if info.quantity == "energy_import":
            return t("meters.charged" if battery else "meters.import")
        if info.quantity == "energy_export":
            return t("meters.discharged" if battery else "meters.export")
        return t("meters.balance" if report.export_kwh > 0 else "meters.energy")


# --- the answer ---------------------------------------------------------------------------------


def key_figures(sources: Sources, start: int, end: int) -> list[KeyFigure]:
    """Figures of the window, each against the period before."""
    before = query.previous_period(start, end)
    now, then = (sources.energies(*edges, "1d") for edges in ((start, end), before))
    energies = [
        energy_figure(sources, info, report, old)
        for (info, report), (_, old) in zip(now, then, strict=True)
    ]
    zone = sources.store.zone
    if sources.power is None:
        newest = max(one.last for one in sources.counters if one.last is not None)
        return [
            *energies[:3],
            highest_hour(sources, start, end),
            KeyFigure(
                t("meters.newest"),
                numbers.day(newest, zone),
                note=numbers.moment(newest, zone).rsplit(" ", 1)[1],
            ),
        ]
    load, old = sources.load(start, end), sources.load(*before)
    if load.coverage_ratio * (end - start) < LEAST_READINGS * sources.power.step_us:
        load = replace(load, load_factor=float("nan"))
    by_power = [
        newest_figure(sources, (start, end), before),
        *load_figures(load, old, zone),
    ]
    if sources.several:
        # Of several inverters each is looked at alone; the energy is that of the device.
        by_power = [replace(one, label=f"{one.label}, {sources.power.name}") for one in by_power]
    if load.two_way:
        # A sum of what flowed in and out says little, and less of a load; each way says it all.
        ways = energies[:2] if sources.kind == "counter" else way_figures(sources, now, then)
        return [by_power[0], *ways, *by_power[1:]]
    return [by_power[0], energies[0], *by_power[1:]]


def way_figures(
    sources: Sources,
    now: Sequence[tuple[query.SignalInfo, EnergyReport]],
    then: Sequence[tuple[query.SignalInfo, EnergyReport]],
) -> list[KeyFigure]:
    """Energy that flowed in and energy that flowed out, of a power."""
    report, old = now[0][1], then[0][1]
    coverage = (report.coverage_ratio, old.coverage_ratio)
    keys = ("charged", "discharged") if sources.is_battery else ("import", "export")
    pairs = ((report.import_kwh, old.import_kwh), (report.export_kwh, old.export_kwh))
    return [
        KeyFigure(
            t(f"meters.{key}"), numbers.energy(one), "kWh",
            change=compared(one, before, coverage), note=coverage_words(*coverage),
        )
        for key, (one, before) in zip(keys, pairs, strict=True)
    ]  # fmt: skip


def points(now: float, then: float, coverage: tuple[float, float]) -> str:
    """Change of a ratio in points of percent, where the period before was covered alike."""
    alike = coverage[1] > 0 and abs(coverage[0] - coverage[1]) <= COMPARABLE
    if not alike or not np.isfinite(now - then):
        return ""
    words = numbers.number(100 * (now - then), 1)
    return t("meters.points", change=f"+{words}" if now > then else words)


def compared(now: float, then: float, coverage: tuple[float, float]) -> str:
    """Change, or nothing where the period before was not covered alike."""
    alike = coverage[1] > 0 and abs(coverage[0] - coverage[1]) <= COMPARABLE
    words = numbers.change(now, then) if alike else numbers.NOTHING
    return "" if words == numbers.NOTHING else words


def energy_figure(
    sources: Sources, info: query.SignalInfo, now: EnergyReport, then: EnergyReport
) -> KeyFigure:
    """Energy of the window, of a counter or from power."""
    return KeyFigure(
        sources.label(info, now),
        numbers.energy(now.total_kwh),
        "kWh",
        change=compared(now.total_kwh, then.total_kwh, (now.coverage_ratio, then.coverage_ratio)),
        note=coverage_words(now.coverage_ratio, then.coverage_ratio),
    )


def coverage_words(now: float, then: float) -> str:
    """Coverage, and that of the period before where it forbids to compare."""
    ratio = numbers.percent(now)
    if then > 0 and abs(now - then) > COMPARABLE:
        return t("meters.coverage.both", ratio=ratio, before=numbers.percent(then))
    return t("meters.coverage", ratio=ratio)


def newest_figure(sources: Sources, window_: tuple[int, int], before: tuple[int, int]) -> KeyFigure:
    """Newest power in the window."""
    assert sources.power is not None
    now, then = sources.newest(*window_), sources.newest(*before)
    value, unit = numbers.scaled(now[1] if now else None, sources.power.unit)
    alike = (1.0, 1.0 if then else 0.0)
    return KeyFigure(
        t("meters.now"),
        value,
        unit,
        change=compared(now[1], then[1], alike) if now and then else "",
        note=numbers.moment(now[0], sources.store.zone) if now else "",
    )


def peaks(sources: Sources, start: int, end: int) -> pd.DataFrame:
    """The highest readings of the power looked at."""
    assert sources.power is not None
    return data.report(
        sources.store, loads.highest_peaks, sources.device, sources.power.name, start, end
    )


def load_figures(load: LoadReport, old: LoadReport, zone: str) -> list[KeyFigure]:
    """Peak, load factor and base load; only the peak where power flows both ways."""
    peak_ts = load.peak_ts
    coverage = (load.coverage_ratio, old.coverage_ratio)
    peak, peak_unit = numbers.scaled(load.peak_kw, "kW")
    base, base_unit = numbers.scaled(load.base_load_kw, "kW", None)
    factor = numbers.percent(load.load_factor)
    mean = numbers.quantity(load.mean_kw, "kW")
    whole = load.coverage_ratio >= MIN_COVERAGE
    figures = [
        KeyFigure(
            t("meters.peak"), peak, peak_unit,
            change=compared(load.peak_kw, old.peak_kw, coverage),
            note=numbers.moment(peak_ts, zone) if peak_ts is not None else "",
        ),
        KeyFigure(
            t("meters.load_factor"),
            factor.removesuffix(f"{NBSP}%"), "" if factor == numbers.NOTHING else "%",
            change=points(load.load_factor, old.load_factor, coverage),
            note="" if peak_ts is None
            else t("meters.load_factor.note", mean=mean) if whole
            else t("meters.load_factor.part", mean=mean,
                   ratio=numbers.percent(load.coverage_ratio)),
        ),
        KeyFigure(
            t("meters.base_load"), base, base_unit,
            change=compared(load.base_load_kw, old.base_load_kw, coverage),
            note=t("meters.base_load.note", days=numbers.number(load.base_load_days))
            if load.base_load_days
            else t("meters.base_load.none"),
        ),
    ]  # fmt: skip
    return figures[:1] if load.two_way else figures


def highest_hour(sources: Sources, start: int, end: int) -> KeyFigure:
    """The hour with the most energy by the first counter."""
    _, report = sources.energies(start, end, "1h")[0]
    if report.frame["energy"].isna().all():
        return KeyFigure(t("meters.highest_hour"), numbers.NOTHING, "kWh")
    most = highest_period(report)
    return KeyFigure(
        t("meters.highest_hour"),
        numbers.energy(float(most["energy"])),
        "kWh",
        note=numbers.moment(int(most["start"]), sources.store.zone),
    )


# --- power --------------------------------------------------------------------------------------


def power_title(shown: Sequence[query.Series], separate: bool = False) -> str:
    """What the chart shows, in a sentence."""
    one = shown[0]
    if len(shown) > 1:
        several = len({series.signal.unit for series in shown}) > 1
        key = "panels" if separate else "several" if several else "one_axis"
        return t(f"meters.power.{key}", count=numbers.number(len(shown)), device=one.device)
    low, high = (
        numbers.quantity(float(bound), one.signal.unit)
        for bound in (one.frame["min"].min(), one.frame["max"].max())
    )
    return t(
        "meters.power.one_signal", signal=one.signal.name, device=one.device, low=low, high=high
    )


# --- energy -------------------------------------------------------------------------------------


def pick_every(span: Window) -> Every:
    """Hour, day, week or month; at first what gives some dozen bars."""
    start, end = span.view
    days = (end - start) / DAY_US
    fitting = [
        every
        for every, length in PERIODS.items()
        if days / length <= MOST_BARS and (every != "1y" or days > YEARS_FROM)
    ]
    usual = next((every for every in fitting if days / PERIODS[every] <= 35), fitting[-1])
    asked = address.get("every")
    chosen: Every = st.segmented_control(
        t("meters.every"),
        fitting,
        format_func=lambda every: t(f"meters.every.{every}"),
        required=True,
        **address.bound("every", asked if asked in fitting else usual),
    )
    return chosen


def pick_source(sources: Sources) -> None:
    """Counter or power, where a device has both."""
    if len(sources.kinds) < 2 or sources.power is None:
        return
    names = {"counter": t("meters.source.counter"), "power": sources.power.name}
    st.segmented_control(
        t("meters.source"),
        sources.kinds,
        format_func=names.__getitem__,
        required=True,
        **address.bound("energy", sources.kind),
    )


def show_energy(sources: Sources, span: Window) -> None:
    """Bars of energy per period, what is behind them in words, and the table."""
    with st.container(horizontal=True, gap="medium", key="energy-choices"):
        every = pick_every(span)
        pick_source(sources)
    found = sources.energies(*span.view, every)
    if not any(report.frame["energy"].notna().any() for _, report in found):
        say_empty(found[0][0], span)
        return
    labels = [sources.label(*pair) for pair in found]
    bars = [
        Bars(
            label, info.quantity, "kWh", report.frame["start"], report.frame["end"],
            report.frame["energy"], report.frame["marked"],
        )
        for label, (info, report) in zip(labels, found, strict=True)
    ]  # fmt: skip
    figure = charts.build_bars_figure(
        bars,
        zone=span.zone,
        title=energy_title(labels[0], found[0][1], every, span.zone),
        theme=theme.kind(),
        language=current_language(),
        height=360,
    )
    chart.show_figure(figure, "energy")
    frame = energy_table(labels, found, span.zone)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        words = escape(" · ".join(energy_words(sources, labels, found, span)))
        st.html(f'<span class="zg-caption">{words}</span>', width="content")
        chart.show_export(
            "energy", frame, name=f"{sources.device}_energy_{every}", zone=span.zone,
            units=dict.fromkeys(labels, "kWh"),
        )  # fmt: skip
    for label, (_, report) in zip(labels, found, strict=True):
        for sentence in gap_sentences(label, report, span.zone):
            st.caption(sentence)
    show_energy_table(labels, found, every, span.zone)


def period_name(start: int, every: Every, zone: str) -> str:
    """A period by its beginning, as exactly as its length asks."""
    return numbers.moment(start, zone) if every == "1h" else numbers.day(start, zone)


def energy_title(label: str, report: EnergyReport, every: Every, zone: str) -> str:
    """Total and the period with the most."""
    most = highest_period(report)
    return t(
        "meters.energy.title",
        what=label,
        total=numbers.energy(report.total_kwh),
        when=period_name(int(most["start"]), every, zone),
        most=numbers.energy(float(most["energy"])),
    )


def energy_words(
    sources: Sources,
    labels: Sequence[str],
    found: Sequence[tuple[query.SignalInfo, EnergyReport]],
    span: Window,
) -> list[str]:
    """Parts of the quiet line: totals, source, coverage, marks, flags, zone."""
    words = [
        f"{label} {numbers.energy(report.total_kwh)}{NBSP}kWh"
        for label, (_, report) in zip(labels, found, strict=True)
    ]
    info, first = found[0]
    if sources.kind == "power" and first.export_kwh > 0:
        words.append(
            t(
                "meters.energy.import_export",
                imported=numbers.energy(first.import_kwh),
                exported=numbers.energy(first.export_kwh),
            )
        )
    words.append(
        t("meters.energy.by_counter")
        if sources.kind == "counter"
        else t("meters.energy.by_power", signal=info.name)
    )
    words.append(t("meters.coverage", ratio=numbers.percent(first.coverage_ratio)))
    marked = int(max(report.frame["marked"].sum() for _, report in found))
    if marked:
        words.append(counted("meters.energy.marked", marked))
    for label, (_, report) in zip(labels, found, strict=True):
        flags = [
            counted(f"meters.flag.{flag}", count)
            for flag, count in report.flags.items()
            if f"meters.flag.{flag}.n" in TEXTS
        ]
        if flags:
            words.append(f"{label}: {', '.join(flags)}")
    return [*words, span.zone]


def counted(key: str, count: int) -> str:
    """Text of a number of things: ``key.1`` or ``key.n``."""
    return t(f"{key}.{'1' if count == 1 else 'n'}", count=numbers.number(count))


def gap_sentences(label: str, report: EnergyReport, zone: str) -> list[str]:
    """What a counter counted while nothing was read."""
    gaps = report.gaps[report.gaps["energy"] > 0]
    named = [
        t(
            "meters.energy.gap",
            what=label,
            energy=numbers.energy(gap["energy"]),
            span=numbers.span(gap["start"], gap["end"], zone),
        )
        for gap in gaps.head(NAMED_GAPS).to_dict("records")
    ]
    rest = gaps.iloc[NAMED_GAPS:]
    if len(rest):
        total = numbers.energy(float(rest["energy"].sum()))
        count = numbers.number(len(rest))
        named.append(t("meters.energy.gaps_more", what=label, count=count, energy=total))
    return named


def energy_table(
    labels: Sequence[str], found: Sequence[tuple[query.SignalInfo, EnergyReport]], zone: str
) -> pd.DataFrame:
    """Periods with their energies and coverage, for export."""
    first = found[0][1].frame
    edges = {
        name: pd.to_datetime(first[name].to_numpy(), unit="us", utc=True).tz_convert(zone)
        for name in ("start", "end")
    }
    energies = {
        label: report.frame["energy"] for label, (_, report) in zip(labels, found, strict=True)
    }
    return pd.DataFrame({**edges, **energies, "coverage_ratio": first["coverage_ratio"]})


def show_energy_table(
    labels: Sequence[str],
    found: Sequence[tuple[query.SignalInfo, EnergyReport]],
    every: Every,
    zone: str,
) -> None:
    """Periods as a table, the newest first."""
    first = found[0][1].frame
    rows = [
        [
            period_name(int(first["start"].iloc[at]), every, zone),
            *(numbers.energy(float(report.frame["energy"].iloc[at])) for _, report in found),
            numbers.percent(float(first["coverage_ratio"].iloc[at])),
        ]
        for at in reversed(range(len(first)))
    ]
    titles = [t("meters.col.period"), *(f"{label} [kWh]" for label in labels)]
    with st.container(height=420 if len(rows) > 12 else "content", border=False):
        table.show_table(
            [*titles, t("meters.col.coverage")], rows, numeric=range(1, len(labels) + 2)
        )


# --- profile ------------------------------------------------------------------------------------


def show_profile(sources: Sources, load: LoadReport, power: query.SignalInfo) -> None:
    """Mean day of each weekday with its band, and the week as a heatmap."""
    profile = load.profile
    quarters = np.unique(profile["quarter"])
    days = sorted(set(profile["weekday"]))
    by_day = {day: rows.set_index("quarter") for day, rows in profile.groupby("weekday")}
    by_day = {day: rows.reindex(quarters) for day, rows in by_day.items()}
    shapes = {
        t(f"weekday.{day}"): (by_day[day]["mean"], by_day[day]["p10"], by_day[day]["p90"])
        for day in days
    }
    most = profile.iloc[int(profile["mean"].argmax())]
    clock = f"{int(most['quarter']) // 4:02d}:{int(most['quarter']) % 4 * 15:02d}"
    figure = charts.build_profile_figure(
        quarters / 4,
        shapes,
        unit="kW",
        quantity=power.quantity,
        title=t(
            "meters.profile.title",
            device=sources.who,
            day=t(f"weekday.{int(most['weekday'])}"),
            clock=clock,
            power=numbers.quantity(float(most["mean"]), "kW"),
        ),
        hour_title=t("chart.hour") if len(days) < 4 else "h",
        height=320,
        theme=theme.kind(),
        language=current_language(),
    )
    chart.show_figure(figure, "profile")
    count = profile["count"]
    words = [
        t("meters.profile.note"),
        t("meters.profile.days" if count.min() < count.max() else "meters.profile.days.same",
          least=numbers.number(int(count.min())), most=numbers.number(int(count.max()))),
        t("meters.coverage", ratio=numbers.percent(load.coverage_ratio)),
    ]  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(f'<span class="zg-caption">{escape(" · ".join(words))}</span>', width="content")
        chart.show_export(
            "profile", profile, name=f"{power.device}_{power.name}_profile",
            zone=sources.store.zone, units=dict.fromkeys(("mean", "p10", "p90"), "kW"),
        )  # fmt: skip
    grid = loads.profile_by_hour(load)
    low, high = (numbers.quantity(float(edge), "kW") for edge in (np.nanmin(grid), np.nanmax(grid)))
    heat = charts.build_heatmap_figure(
        grid,
        unit="kW",
        rows=[t(f"weekday.{day}") for day in range(7)],
        title=t("meters.profile.heat", low=low, high=high),
        column_title=t("chart.hour"),
        centre=0.0 if np.nanmin(grid) < 0 < np.nanmax(grid) else None,
        height=300,
        theme=theme.kind(),
        language=current_language(),
    )
    chart.show_figure(heat, "profile-heat")


# --- duration curve -----------------------------------------------------------------------------


def show_duration(sources: Sources, load: LoadReport, span: Window) -> None:
    """Duration curve with base load, its figures, and the highest readings."""
    power = sources.power
    assert power is not None
    curve = loads.duration_curve(load)
    figure = charts.build_duration_figure(
        [Curve(power.name, power.quantity, "kW", curve["share"], curve["power"])],
        title=t(
            "meters.duration.title",
            device=sources.who,
            half=numbers.quantity(loads.power_exceeded(load, 0.5), "kW"),
            top=numbers.quantity(loads.power_exceeded(load, 0.01), "kW"),
        ),
        theme=theme.kind(),
        language=current_language(),
        share_title=t("chart.share"),
        height=400,
    )
    if np.isfinite(load.base_load_kw) and load.peak_kw > 0:
        factor, _ = charts.fit_unit(load.peak_kw, "kW")
        figure.add_hline(
            load.base_load_kw * factor,
            line={"width": 1, "dash": "dot", "color": theme.token("muted")},
            annotation={
                "text": t("meters.duration.base", power=numbers.quantity(load.base_load_kw, "kW")),
                "font": {"size": 12, "color": theme.token("muted")},
            },
            annotation_position="top left",
        )
    left, right = st.columns([5, 3], gap="medium")
    with left:
        chart.show_figure(figure, "duration")
        hours = numbers.number(load.utilisation_hours, 0)
        mean = numbers.quantity(load.mean_kw, "kW")
        utilisation = f"{t('meters.utilisation')} {hours}{NBSP}h ({t('meters.utilisation.note')})"
        words = [
            *([] if load.two_way else [utilisation]),
            f"{t('meters.mean')} {mean}",
            f"{t('meters.peak')} {numbers.quantity(load.peak_kw, 'kW')}",
            t("meters.coverage", ratio=numbers.percent(load.coverage_ratio)),
            t("chart.raw") if load.level == "raw" else t(
                "chart.buckets", step=numbers.level(load.level)),
        ]  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.html(f'<span class="zg-caption">{escape(" · ".join(words))}</span>', width="content")
            chart.show_export(
                "duration", load.duration, name=f"{power.device}_{power.name}_duration",
                zone=span.zone, units={"hours": "h", "power": "kW"},
            )  # fmt: skip
    with right:
        show_peaks(sources, load, span)


def show_peaks(sources: Sources, load: LoadReport, span: Window) -> None:
    """The highest readings with their times."""
    found = peaks(sources, *span.view)
    st.markdown(f"**{t('meters.peaks')}**")
    digits = 1 if load.peak_kw >= 100 else 2 if load.peak_kw >= 10 else 3
    rows = [
        [
            numbers.number(place),
            numbers.moment(one["ts"], span.zone),
            numbers.number(one["power"], digits),
            numbers.percent(one["power"] / load.peak_kw) if load.peak_kw > 0 else "",
        ]
        for place, one in enumerate(found.to_dict("records"), 1)
    ]
    titles = [t(f"meters.col.{name}") for name in ("rank", "time", "power", "of_peak")]
    titles[2] += " [kW]"
    table.show_table(titles, rows, numeric=(0, 2, 3))
    time = pd.to_datetime(found["ts"].to_numpy(), unit="us", utc=True).tz_convert(span.zone)
    chart.show_export(
        "peaks", pd.DataFrame({"time": time, "power": found["power"]}),
        name=f"{sources.device}_peaks", zone=span.zone, units={"power": "kW"},
    )  # fmt: skip


main()
