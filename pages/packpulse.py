"""Cells of a battery: which are weak and why, how they change, and what cannot be said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import streamlit as st

from core import packs, query
from core.cell_days import CellDays
from core.cell_views import calendar_of_charges
from core.resistance_report import resistance_report
from core.weak_cells import WeakCells
from pages.packs import context, series
from pages.packs.context import Context
from pages.shared import address, chart, data, numbers, pickers, states
from pages.shared.chart import KeyFigure
from pages.shared.texts import t
from pages.shared.window import format_time, pick_window

TABS = (
    "overview", "heatmap", "trends", "degradation", "weak", "capacity", "dossier", "hindsight",
    "report",
)  # fmt: skip
OHM_TABS = ("capacity", "dossier")  # that show resistances
FOLDER = Path(__file__).parent / "packs"


def main() -> None:
    """The page."""
    store = states.require_store()
    devices = states.require_meters(store)
    st.title(t("nav.packpulse"))
    with pickers.bar():
        device = pickers.pick_device(with_cells(store, devices), "mend.choose.cells")
        battery = data.shared_report(store, packs.load_battery, device.name)
        shown = context.pick_packs(battery) if battery else ()
    if battery is None:
        no_cells(store, device, devices)
        return
    context.say_unread_packs(battery, shown)
    window = pick_window([battery], store.zone, default="all")
    chart.show_synthetic_ribbon([device])
    ctx = context.read_context(store, battery, window, shown)
    days = context.load_days(ctx)
    if not len(days.day):
        say_empty(ctx)
        return
    say_whole_days(ctx, days)
    tab = asked_tab()
    if tab in OHM_TABS:
        # It takes longest of all, and mostly waits for files: made beside the key figures.
        data.ask_ahead(store, resistance_report, ctx.device, ctx.start, ctx.end)
    chart.show_key_figures(key_figures(ctx, days, context.load_weak(ctx)))
    say_unknown_cell(ctx)
    context.say_cautions(ctx, days)
    pick_tab(tab)
    import_module(f"pages.packs.{tab}").show(ctx)


# --- choices ------------------------------------------------------------------------------------


def has_cells(store: query.Store, device: query.Device) -> bool:
    """Whether a device measures voltages of single cells."""
    found = data.signals(store, device.name, quantity="cell_voltage")
    return any(one.rows and one.pack is not None and one.cell is not None for one in found)


def with_cells(store: query.Store, devices: Sequence[query.Device]) -> list[query.Device]:
    """Devices with cells, and the one that the URL asks for though it has none."""
    asked = address.get("device")
    found = [one for one in devices if has_cells(store, one)]
    found += [one for one in devices if one.name == asked and one not in found]
    return found or list(devices[:1])


def tabs_there() -> list[str]:
    """Tabs that the page has."""
    return [name for name in TABS if (FOLDER / f"{name}.py").is_file()]


def asked_tab() -> str:
    """Tab of the URL, else the first."""
    tabs, asked = tabs_there(), address.get("tab")
    return asked if asked in tabs else tabs[0]


def pick_tab(tab: str) -> None:
    """Choice of another tab, which stands in the URL."""
    st.segmented_control(
        t("packpulse.tab"),
        tabs_there(),
        format_func=lambda name: t(f"packpulse.tab.{name}"),
        required=True,
        label_visibility="collapsed",
        **address.bound("tab", tab),
    )


def no_cells(store: query.Store, device: query.Device, devices: Sequence[query.Device]) -> None:
    """Say that the device has no cells, and which do."""
    others = [one.name for one in devices if has_cells(store, one)]
    mend = t("packpulse.none.mend", names=", ".join(others)) if others else ""
    states.notice(
        t("packpulse.none", device=device.name), detail=mend or t("packpulse.none.nowhere")
    )


def say_empty(ctx: Context) -> None:
    """Say that the window holds no reading, and where there are some."""
    zone = ctx.window.zone
    first, last = (numbers.moment(us, zone) for us in (ctx.battery.first, ctx.battery.last))
    states.notice(
        t("packpulse.empty", device=ctx.device, span=numbers.span(ctx.start, ctx.end, zone)),
        detail=t("chart.empty.mend", first=first, last=last),
    )


def say_whole_days(ctx: Context, days: CellDays) -> None:
    """Name the days meant where the window begins or ends within one."""
    zone, end = ctx.window.zone, ctx.window.end
    begins = max(ctx.window.start, ctx.battery.first) > int(days.ts[0])
    begins &= ctx.window.start > ctx.battery.first
    last = format_time(end, zone)[11:]
    ends = end <= ctx.battery.last and last not in ("", "00:00", "00:00:00")
    if begins or ends:
        first, newest = (context.day_name(int(days.day[at])) for at in (0, -1))
        span = first if first == newest else f"{first} – {newest}"
        context.show_caption(t("packpulse.whole_days", span=span))


def say_unknown_cell(ctx: Context) -> None:
    """Say so where the URL names a cell that the battery lacks."""
    asked = address.get("cell")
    if asked and ctx.cell is None:
        states.notice(
            t("packpulse.unknown_cell", device=ctx.device, cell=asked[:20]), state="warning",
            detail=t("packpulse.unknown_cell.mend", example=context.cell_name(
                ctx.battery.pack[0], ctx.battery.cell[0])),
        )  # fmt: skip


# --- the answer ---------------------------------------------------------------------------------


def key_figures(ctx: Context, days: CellDays, weak: WeakCells) -> list[KeyFigure]:
    """Verdict on the SAT voltage, weak cells, what can be won back, charges that count, cycles."""
    return [
        trend_figure(ctx, days),
        weak_figure(weak),
        recoverable_figure(weak),
        charges_figure(days),
        cycles_figure(ctx, days),
    ]


def trend_figure(ctx: Context, days: CellDays) -> KeyFigure:
    """Whether the SAT voltage of the battery declines, with its interval."""
    label = t("packpulse.trend")
    one = series.load_report(ctx, series.read_notes(ctx)).system
    if one.refusal:
        why = one.refusal if days.charges.complete.any() else "incomplete_charges"
        return KeyFigure(
            label, numbers.NOTHING, state="unknown", note=t(f"packpulse.trend.refusal.{why}")
        )
    half = (one.pct_high - one.pct_low) / 2
    value = f"{context.signed(one.pct, 1)} ± {numbers.number(half, 1)}"
    note = t(f"packpulse.trend.{one.verdict}", days=numbers.number(one.n))
    return KeyFigure(label, value, t("packpulse.trend.unit"), note=note)


def weak_figure(weak: WeakCells) -> KeyFigure:
    """So many of so many cells are weak, and the one that costs most."""
    label = t("packpulse.weak_cells")
    if weak.refusal:
        note = t(f"packpulse.refusal.{weak.refusal}.short")
        return KeyFigure(label, numbers.NOTHING, state="unknown", note=note)
    faulty = context.ranked(weak)
    known = int((weak.table["fault"] != "unknown").sum())
    note = t("packpulse.weakest.none")
    if len(faulty):
        first = faulty.iloc[0]
        note = t(
            "packpulse.weakest",
            cell=context.cell_name(first["pack"], first["cell"]),
            fault=t(f"packpulse.fault.{first['fault']}"),
        )
    return KeyFigure(
        label,
        t("packpulse.of", part=numbers.number(len(faulty)), all=numbers.number(known)),
        state="warning" if len(faulty) else "good",
        note=note,
    )


def recoverable_figure(weak: WeakCells) -> KeyFigure:
    """Energy that balancing and replacing would bring back."""
    label, gain = t("packpulse.recoverable"), weak.recoverable
    if gain is None or not math.isfinite(gain.balance_kwh + gain.replace_kwh):
        why = f"packpulse.refusal.{weak.refusal}.short" if weak.refusal else ""
        return KeyFigure(label, numbers.NOTHING, note=t(why or "packpulse.recoverable.unknown"))
    total = gain.balance_kwh + gain.replace_kwh
    note = t(
        "packpulse.recoverable.parts",
        balance=context.least(numbers.number(gain.balance_kwh, 1), gain.balance_least),
        replace=context.least(numbers.number(gain.replace_kwh, 1), gain.replace_least),
    )
    bound = gain.balance_least or gain.replace_least
    return KeyFigure(label, context.least(numbers.number(total, 1), bound), "kWh", note=note)


def charges_figure(days: CellDays) -> KeyFigure:
    """Days whose charge was complete."""
    complete = int(days.charges.complete.sum())
    count = len(calendar_of_charges(days))
    return KeyFigure(
        t("packpulse.charges"),
        t("packpulse.of", part=numbers.number(complete), all=numbers.number(count)),
        note=t(f"packpulse.charges.by.{days.charges.by}"),
    )


def cycles_figure(ctx: Context, days: CellDays) -> KeyFigure:
    """Equivalent full cycles counted in the window."""
    label, counted = t("packpulse.cycles"), float(days.cycles[-1])
    if not math.isfinite(counted):
        strings = ctx.battery.strings
        why = "no_capacity" if any(one.current for one in strings) else "no_current"
        why = "current_zero" if any(one.dead for one in strings) else why
        return KeyFigure(label, numbers.NOTHING, note=t(f"packpulse.refusal.{why}.short"))
    capacity = numbers.quantity(ctx.battery.capacity_ah, "Ah")
    note = t(f"packpulse.cycles.{ctx.battery.capacity_from}", capacity=capacity)
    return KeyFigure(label, numbers.number(counted, 0 if counted >= 10 else 1), note=note)


main()
