"""Sites and devices: what reports, what needs attention, energy of the day."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from core import measures
from core.alert_store import Alert, open_alerts
from core.alert_views import severities_by_device
from core.analytics.alerts import SEVERITIES
from core.analytics.energy import MIN_COVERAGE
from core.charts import colour_of, with_alpha
from core.fleet import (
    STALE_LEAST_US,
    STALE_STEPS,
    DayEnergy,
    DeviceHealth,
    day_energy,
    fleet_report,
    with_alerts,
)
from pages.shared import address, chart, data, numbers, states, table, theme
from pages.shared.chart import KeyFigure
from pages.shared.numbers import NBSP
from pages.shared.texts import TEXTS, t
from pages.shared.window import Window, pick_window

MOST_CARDS = 24
LONGEST_NAME = 28  # of a device in the table, whose last columns must stay on the screen
SPARK = (240, 56)  # width and height of a sparkline [px]; the width follows the card
SUMMARY_STATE = {"failed": "error", "stale": "error", "coverage": "warning",
                 "quarantine": "warning", "alert_critical": "critical", "alert_error": "error",
                 "alert_warning": "warning"}  # fmt: skip

ALERT_STATE = {"info": "unknown", "warning": "warning", "error": "error", "critical": "critical"}

_STYLE = """<style>
.st-key-fleet { display: grid; gap: 0.6rem; padding-top: 0.4rem;
  grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); }
.st-key-fleet > div, .st-key-fleet [class*="st-key-card-"] { width: 100%; min-width: 0; }
.st-key-fleet [class*="st-key-card-"] { padding: 0.45rem 0.7rem 0.5rem; gap: 0.15rem;
  background: var(--zg-surface); }
.st-key-fleet [data-testid="stPageLink"] p { font-weight: 600; }
.st-key-fleet [data-testid="stPageLink"] a { padding: 0; min-height: 0; }
.zg-card { font-size: 0.8rem; color: var(--zg-muted); font-variant-numeric: tabular-nums; }
.zg-card b { font-size: 1.15rem; font-weight: 600; color: var(--zg-text); }
.zg-card div { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.zg-card .zg-wrap { white-space: normal; }
.zg-card .zg-split { display: flex; justify-content: space-between; align-items: baseline;
  gap: 0.6em; }
.zg-card img, .zg-card .zg-blank { display: block; width: 100%; height: 56px;
  margin: 0.15rem 0; }
.zg-card .zg-blank { display: flex; align-items: center; border-bottom: 1px dashed
  var(--zg-border); }
</style>"""


def main() -> None:
    """The page."""
    store = states.require_store()
    devices = measures.measured_devices(states.require_devices(store))
    st.title(t("nav.overview"))
    reach = [measures.measured_reach(data.signals(store, one.name)) for one in devices]
    window = pick_window(reach, store.zone)
    chart.show_synthetic_ribbon(devices)
    going = open_alerts_now()
    fleet = data.report(store, fleet_report, window.start, window.end)
    fleet = with_alerts(fleet, severities_by_device(going))
    figures = key_figures(fleet, data.report(store, day_energy), window)
    chart.show_key_figures([*figures, open_alerts_figure(going)])
    st.subheader(headline(fleet))
    show_fleet(fleet, window)
    st.subheader(t("overview.table"))
    show_devices(fleet, window.zone)


# --- the answer ---------------------------------------------------------------------------------


def state_of(one: DeviceHealth) -> str:
    """State of a device by its gravest reason."""
    return SUMMARY_STATE[one.reasons[0]] if one.reasons else "good"


def key_figures(
    fleet: Sequence[DeviceHealth], day: DayEnergy | None, window: Window
) -> list[KeyFigure]:
    """Devices up to date, newest reading, and the energy of the last day."""
    calling = [one for one in fleet if one.reasons]
    fresh = sum(not {"stale", "failed"} & set(one.reasons) for one in fleet)
    worst = next(
        (s for s in ("critical", "error", "warning") if s in map(state_of, calling)), "good"
    )
    attention = counted("overview.attention", len(calling))
    newest = max((one.device.last for one in fleet if one.device.last is not None),
                 default=window.newest)  # fmt: skip
    age = time.time_ns() // 1000 - newest
    figures = [
        KeyFigure(
            t("overview.fresh"),
            t("overview.of", part=numbers.number(fresh), all=numbers.number(len(fleet))),
            state=worst,
            note=attention,
        ),
        KeyFigure(
            t("overview.newest"),
            numbers.day(newest, window.zone),
            note=f"{numbers.moment(newest, window.zone).rsplit(' ', 1)[1]} · "
            + t("overview.old", age=numbers.duration(age)),
        ),
    ]
    if day is None:
        return figures
    name = numbers.day(day.start, window.zone)
    meters = (
        counted("overview.grid" if day.by_role else "overview.sum", len(day.meters),
                names=day.meters[0])
        if day.meters
        else t("overview.no_meter")
    )  # fmt: skip
    if day.coverage_ratio < MIN_COVERAGE:
        meters += f" · {t('overview.covered', ratio=numbers.percent(day.coverage_ratio))}"
    exported = t("overview.exported", energy=f"{numbers.energy(day.exported)}{NBSP}kWh")
    figures.append(
        KeyFigure(
            t("overview.import", day=name), numbers.energy(day.imported), "kWh",
            # A row holds five figures: beside a generation the export goes below the import.
            note=f"{exported} · {meters}" if day.plants else meters,
        )
    )  # fmt: skip
    if day.plants:
        plants = counted("overview.plants", len(day.plants), names=day.plants[0])
        label, energy, note = t("overview.generation", day=name), day.generated, plants
    else:
        label, energy, note = t("overview.export", day=name), day.exported, meters
    figures.append(KeyFigure(label, numbers.energy(energy), "kWh", note=note))
    return figures


def open_alerts_now() -> list[Alert]:
    """Alerts that are open."""
    with open_alerts(data.settings().store) as alerts:
        return alerts.alerts(only_open=True)


def open_alerts_figure(going: Sequence[Alert]) -> KeyFigure:
    """How many alerts are open, and how many of them nobody acknowledged."""
    unseen = sum(one.acknowledged is None for one in going)
    worst = max((one.severity for one in going), key=SEVERITIES.index, default="")
    return KeyFigure(
        t("overview.alerts"), numbers.number(len(going)), state=ALERT_STATE.get(worst, "good"),
        note=t("alerts.figure.unseen", count=numbers.number(unseen)) if going else "",
    )  # fmt: skip


def counted(key: str, count: int, **values: str) -> str:
    """Text of a number of things: ``key.0``, ``key.1`` or ``key.n``."""
    exact = f"{key}.{count}"
    return t(exact if exact in TEXTS else f"{key}.n", count=numbers.number(count), **values)


def headline(fleet: Sequence[DeviceHealth]) -> str:
    """One sentence on the fleet."""
    calling = [one for one in fleet if one.reasons]
    if not calling:
        key = "overview.fleet.one" if len(fleet) == 1 else "overview.fleet.calm"
        return t(key, count=numbers.number(len(fleet)))
    return t(
        "overview.fleet.some",
        count=numbers.number(len(calling)),
        all=numbers.number(len(fleet)),
        name=calling[0].device.name,
    )


def reasons(one: DeviceHealth) -> str:
    """Why a device needs attention, in words."""

    def alerts() -> str:
        return counted("overview.open_alerts", one.alerts)

    words = {
        "alert_critical": alerts,
        "alert_error": alerts,
        "alert_warning": alerts,
        "failed": lambda: counted("overview.failed", one.failed),
        "stale": lambda: (
            t("overview.empty")
            if one.behind_us is None
            else t("overview.stale", time=numbers.duration(one.behind_us))
        ),
        "coverage": lambda: t("overview.coverage", ratio=numbers.percent(one.coverage_ratio)),
        "quarantine": lambda: counted("overview.quarantine", one.quarantined),
    }
    return " · ".join(words[reason]() for reason in one.reasons)


# --- small multiples ----------------------------------------------------------------------------


def show_fleet(fleet: Sequence[DeviceHealth], window: Window) -> None:
    """A card per device, those that need attention first."""
    st.html(_STYLE)
    with st.container(key="fleet"):
        for one in fleet[:MOST_CARDS]:
            with st.container(border=True, key=f"card-{one.device.name}"):
                show_card(one, window)
    if len(fleet) > MOST_CARDS:
        st.caption(
            t(
                "overview.more",
                shown=numbers.number(MOST_CARDS),
                all=numbers.number(len(fleet)),
            )
        )


def show_card(one: DeviceHealth, window: Window) -> None:
    """Name, state, newest value, sparkline, energy."""
    page = fitting_page(one)
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        if page:
            st.page_link(
                f"pages/{page}.py", label=one.device.name, query_params=link_parameters(one)
            )
        else:
            st.markdown(f"**{one.device.name}**")
        st.html(
            f'<span class="zg-caption">{chart.state_html(state_of(one))}</span>', width="content"
        )
    last = one.device.last
    when = numbers.moment(last, window.zone) if last is not None else ""
    value = numbers.quantity(one.value, one.unit)
    st.html(
        '<div class="zg-card">'
        f'<div class="zg-split"><span>{escape(what(one))}</span></div>'
        f'<div class="zg-split"><b>{escape(value)}</b><span>{escape(when)}</span></div>'
        f"{spark(one, window)}"
        f'<div class="zg-wrap">{escape(energies(one))}</div>'
        f'<div class="zg-wrap">{escape(reasons(one) or coverage_words(one))}</div></div>'
    )


def coverage_words(one: DeviceHealth) -> str:
    """Coverage of a device that needs no attention."""
    return t("overview.coverage", ratio=numbers.percent(one.coverage_ratio))


def what(one: DeviceHealth) -> str:
    """Name of the main quantity."""
    if not one.main:
        return ""
    key = f"overview.quantity.{one.main[0].quantity}"
    words = t(key) if key in TEXTS else one.main[0].name
    if len(one.main) == 1:
        return words
    return t("overview.summed", what=words, count=numbers.number(len(one.main)))


def energies(one: DeviceHealth) -> str:
    """Energy in the window, in words."""
    battery = any(info.quantity in ("soc", "pcs_power") for info in one.main)
    kinds = {
        "overview.charged" if battery else "overview.imported": one.energy.imported,
        "overview.discharged" if battery else "overview.exported": one.energy.exported,
        "overview.generated": one.energy.generated,
    }
    words = [
        t(key, energy=f"{numbers.energy(kwh)}{NBSP}kWh")
        for key, kwh in kinds.items()
        if np.isfinite(kwh) and (kwh or key == "overview.imported")
    ]
    if not words:
        return t("overview.no_energy")
    return " · ".join(words if one.energy.by_counter else [*words, t("overview.by_power")])


def spark(one: DeviceHealth, window: Window) -> str:
    """Sparkline over the window with its range, as an image."""
    rows = one.spark
    known = np.isfinite(rows["mean"].to_numpy(np.float64))
    if not known.any():
        return f'<div class="zg-blank">{escape(t("overview.empty"))}</div><div>{NBSP}</div>'
    low, high = float(rows["min"].min()), float(rows["max"].max())
    words = t(
        "overview.range",
        low=numbers.quantity(low, one.unit),
        high=numbers.quantity(high, one.unit),
    )
    image = b64encode(spark_svg(one, window, low, high).encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{image}" alt="{escape(what(one))}: {escape(words)}">'
        f"<div>{escape(words)}</div>"
    )


def spark_svg(one: DeviceHealth, window: Window, low: float, high: float) -> str:
    """Band from least to greatest, mean line, and zero where it lies inside."""
    width, height = SPARK
    ts, mean, least, most = (
        one.spark[name].to_numpy(np.float64) for name in ("ts", "mean", "min", "max")
    )
    x = (ts - window.start) / window.length_us * width
    span = (high - low) or 1.0

    def y(values: np.ndarray) -> np.ndarray:
        return 2 + (height - 4) * (high - values) / span

    colour = colour_of(one.main[0].quantity, theme.kind())
    known = np.isfinite(mean)
    cuts = np.flatnonzero(np.diff(known.astype(np.int8))) + 1
    runs = [run for run in np.split(np.arange(len(mean)), cuts) if len(run) and known[run[0]]]
    bands, lines = [], []
    for run in runs:
        upper = points(x[run], y(most[run]))
        lower = points(x[run][::-1], y(least[run][::-1]))
        bands.append(f"M{upper}L{lower}Z")
        # A run of one reading has no length; a dash of a pixel shows it.
        lines.append(f"M{points(x[run], y(mean[run]))}" + ("h1" if len(run) == 1 else ""))
    zero = (
        f'<path d="M0,{y(np.zeros(1))[0]:.1f}H{width}" stroke="{theme.token("border")}"/>'
        if low < 0 < high
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' preserveAspectRatio="none" width="{width}" height="{height}" fill="none"'
        ' stroke-width="1"><style>path{vector-effect:non-scaling-stroke}</style>'
        f'{zero}<path d="{"".join(bands)}" fill="{with_alpha(colour, 0.25)}"'
        f' stroke="{with_alpha(colour, 0.35)}"/>'
        f'<path d="{"".join(lines)}" stroke="{colour}" stroke-width="1.4"/></svg>'
    )


def points(x: np.ndarray, y: np.ndarray) -> str:
    """Corners of a path."""
    return "L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


# --- table and links ----------------------------------------------------------------------------


def fitting_page(one: DeviceHealth) -> str | None:
    """The page that shows a device best, of those there are."""
    has = {info.quantity for info in one.main}
    wanted = []
    if has & {"soc", "pcs_power", "battery_current"} or one.device.group == "BESS":
        wanted.append("bess")
    if "pv_power" in has or one.device.group == "PV":
        wanted.append("pv")
    if any(info.unit in measures.KILO for info in one.main) or np.isfinite(one.energy.imported):
        wanted.append("meters")
    folder = Path(__file__).parent
    return next((n for n in (*wanted, "data") if (folder / f"{n}.py").is_file()), None)


def link_parameters(one: DeviceHealth) -> dict[str, str]:
    """Language and window go along; the device is this one."""
    return {**address.carried(), "device": one.device.name}


def show_devices(fleet: Sequence[DeviceHealth], zone: str) -> None:
    """Table of all devices with what is stored of them."""
    columns = [
        "device", "group", "state", "signals", "rows", "coverage", "quarantine", "failed",
        "first", "newest", "open",
    ]  # fmt: skip
    rows = []
    for one in fleet:
        device, page = one.device, fitting_page(one)
        first, last = (
            numbers.moment(edge, zone) if edge is not None else numbers.NOTHING
            for edge in (device.first, device.last)
        )
        opened = table.link(t(f"nav.{page}"), page, link_parameters(one)) if page else ""
        rows.append([
            table.cut(device.name, most=LONGEST_NAME), table.cut(device.group, most=LONGEST_NAME),
            table.state(state_of(one)),
            numbers.number(device.signals), numbers.number(device.rows),
            numbers.percent(one.coverage_ratio), numbers.number(one.quarantined),
            numbers.number(one.failed), first, last, opened,
        ])  # fmt: skip
    table.show_table([t(f"overview.col.{c}") for c in columns], rows, numeric=(3, 4, 5, 6, 7))
    st.caption(
        t(
            "overview.coverage_note",
            steps=numbers.number(STALE_STEPS),
            least=numbers.duration(STALE_LEAST_US),
        )
    )


main()
