"""What the tabs of PackPulse share: the battery on view, its days, its weak cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from core import cell_days, pack_cautions, query, weak_cells
from core.analytics.diagnosis import DiagnosisOptions, told_when_full
from core.analytics.quality import Bool
from core.cell_days import CellDays
from core.packs import Battery
from core.weak_cells import WeakCells
from pages.shared import address, chart, data, numbers, states, table
from pages.shared.texts import TEXTS, t
from pages.shared.window import Window, format_time, parse_time

DAY_US = 86_400_000_000
FEW_PACKS = 12  # up to so many stand side by side


@dataclass(frozen=True)
class Context:
    """The view that the URL names.

    Attributes
    ----------
    packs : numbers of the packs shown, ascending.
    cell : pack and cell chosen, None if none is.
    start, end : the window widened to whole local days at its beginning [µs UTC].
    """

    store: query.Store
    device: str
    battery: Battery
    window: Window
    packs: tuple[int, ...]
    cell: tuple[int, int] | None
    start: int
    end: int


def read_context(
    store: query.Store, battery: Battery, window: Window, shown: Sequence[int]
) -> Context:
    """The view, with the cell of the URL if the battery has it."""
    begin = format_time(window.start, window.zone)[:10]
    return Context(
        store, battery.device, battery, window, tuple(shown), read_cell(battery),
        parse_time(begin, window.zone), window.end,
    )  # fmt: skip


# --- choices in the URL -------------------------------------------------------------------------


def pick_packs(battery: Battery) -> tuple[int, ...]:
    """Packs to show, ``pack=1,3`` in the URL; none chosen means all."""
    every = sorted(set(battery.pack))
    asked = {part.strip() for part in (address.get("pack") or "").split(",")}
    chosen = [one for one in every if str(one) in asked]
    if len(every) < 2:
        return tuple(every)
    st.session_state["url-pack"] = chosen

    def changed() -> None:
        now = sorted(st.session_state["url-pack"])
        address.put({"pack": ",".join(map(str, now)) if len(now) < len(every) else None})

    if len(every) <= FEW_PACKS:
        st.pills(
            t("packpulse.packs"), every, selection_mode="multi", key="url-pack", on_change=changed,
            help=t("packpulse.packs.help"),
        )  # fmt: skip
    else:
        st.multiselect(
            t("packpulse.packs"), every, key="url-pack", on_change=changed, width=360,
            placeholder=t("packpulse.packs.all"),
        )  # fmt: skip
    return tuple(chosen or every)


def read_cell(battery: Battery) -> tuple[int, int] | None:
    """Cell of the URL, ``cell=3.17``; None if there is none such."""
    pack, _, cell = (address.get("cell") or "").partition(".")
    if not (pack.isdecimal() and cell.isdecimal()):
        return None
    wanted = (int(pack), int(cell))
    return wanted if wanted in set(zip(battery.pack, battery.cell, strict=True)) else None


def say_unread_packs(battery: Battery, shown: Sequence[int]) -> None:
    """Say where the URL asks for packs that the battery lacks."""
    every = {str(one) for one in battery.pack}
    if {part.strip() for part in (address.get("pack") or "").split(",")} - every - {""}:
        names = ", ".join(map(str, shown))
        say_unread("pack", names, t("packpulse.unread.packs", packs=names))


def say_unread(name: str, used: str, now: str) -> None:
    """Say where a parameter of the URL could not be used, and what is shown instead.

    Parameters
    ----------
    used : value as the URL would write it. now : the same in words.
    """
    asked = (address.get(name) or "")[:20]
    if asked in ("", used):
        return
    states.notice(
        t("packpulse.unread", name=name, asked=asked), detail=t("packpulse.unread.now", now=now),
        state="warning",
    )  # fmt: skip


def open_dossier(pack: int, cell: int) -> None:
    """Write the cell and the tab of its dossier into the URL; the next run shows it."""
    address.put({"cell": f"{pack}.{cell}", "tab": "dossier"})


def cell_name(pack: int, cell: int) -> str:
    """``3.17``, as everywhere on the page."""
    return f"{int(pack)}.{int(cell)}"


# Thresholds of the diagnosis in the URL: field, factor to its unit there, least, greatest, step.
THRESHOLDS: dict[str, tuple[str, float, float, float, float]] = {
    "weeks": ("recent_days", 1 / 7, 2.0, 52.0, 1.0),
    "charge": ("charge_ratio", 100.0, 0.1, 10.0, 0.1),
    "ohm": ("resistance_ratio", 100.0, 5.0, 200.0, 5.0),
    "drift": ("drift_ratio_day", 30 * 100.0, 0.01, 5.0, 0.005),
    "sigmas": ("sigmas", 1.0, 1.0, 10.0, 0.5),
}


def read_options() -> DiagnosisOptions:
    """Thresholds of the URL; what it does not name, or names badly, stays as it is by default."""
    changed: dict[str, Any] = {}
    for name, (field, factor, least, greatest, _) in THRESHOLDS.items():
        try:
            value = float(address.get(f"w-{name}") or "nan")
        except ValueError:
            continue
        if least <= value <= greatest:
            changed[field] = value / factor
    return DiagnosisOptions(**changed)


# --- data ---------------------------------------------------------------------------------------


def load_days(ctx: Context) -> CellDays:
    """Cells by day in the window, all packs; cached."""
    found = data.shared_report(ctx.store, cell_days.load_days, ctx.device, ctx.start, ctx.end)
    assert found is not None  # the page has asked for a battery already
    return found


def load_weak(ctx: Context) -> WeakCells:
    """Diagnosis by the last weeks of the window with the URL's thresholds, all packs; cached."""
    found = data.shared_report(
        ctx.store, weak_cells.weak_cells, ctx.device, ctx.end, read_options()
    )
    assert found is not None
    return found


def is_weak(fault: pd.Series) -> pd.Series:
    """Which cells bear a fault, an undecided one included."""
    return ~fault.isin(["healthy", "unknown"])


def ranked(weak: WeakCells) -> pd.DataFrame:
    """Weak cells of all packs, the one that limits most first."""
    if not len(weak.table):
        return weak.table
    return weak.table[is_weak(weak.table["fault"])].sort_values("rank")


def faults_of(ctx: Context, weak: WeakCells) -> NDArray[np.str_]:
    """Fault of every cell on the flat axis; ``unknown`` where nothing could be said."""
    if weak.found is None:
        return np.full(len(ctx.battery.names), "unknown")
    return weak.found.fault


def in_packs(ctx: Context) -> Bool:
    """Which places of the flat cell axis belong to the packs shown [cell]."""
    return np.isin(ctx.battery.pack, ctx.packs)


# --- clicks -------------------------------------------------------------------------------------


def show_cells_chart(key: str, figure: go.Figure) -> None:
    """A chart whose markers are cells: a click opens the dossier of the cell."""

    def clicked() -> None:
        points = st.session_state[key].selection.points
        if points and points[0].get("customdata"):
            pack, cell = points[0]["customdata"][:2]
            open_dossier(int(pack), int(cell))

    st.plotly_chart(
        figure, key=key, theme=None, config=chart.CONFIG, on_select=clicked, selection_mode="points"
    )


# --- words --------------------------------------------------------------------------------------


def day_name(day: int, *, lang: str | None = None) -> str:
    """A number of a local day as a date."""
    return numbers.day(int(day) * DAY_US, "UTC", lang)


def on_days(count: int) -> str:
    """``6 days`` as it stands after "on" (German: "an 6 Tagen"); ``1 day``."""
    if count == 1:
        return t("packpulse.days.1")
    return t("packpulse.days", count=numbers.number(count))


def between(low: float, high: float, digits: int) -> str:
    """``1.3 to 1.8``; one number where both read alike."""
    first, last = numbers.number(low, digits), numbers.number(high, digits)
    return first if first == last else t("packpulse.between", low=first, high=last)


def pack_name(pack: int) -> str:
    """``Pack 3``."""
    return t("packpulse.pack", pack=str(pack))


def fault_names() -> dict[str, str]:
    """Words of each fault."""
    start = "packpulse.fault."
    return {key.removeprefix(start): t(key) for key in TEXTS if key.startswith(start)}


def evidence(row: pd.Series) -> str:
    """The strongest figure for a cell's fault, in a few words."""
    if row["fault"] == "resistance":
        ratio = numbers.percent(row["resistance_ratio"], 0)
        return t("packpulse.evidence.resistance", ratio=ratio)
    if row["fault"] == "self_discharge":
        drift = signed(30 * row["drift_ah_day"], 2)
        return t("packpulse.evidence.drift", drift=drift)
    if row["fault"] == "sensor":
        return t("packpulse.evidence.sensor")
    full = row["fault"] == "capacity" and row["full_ah"] > abs(row["empty_ah"])
    if full:
        return t("packpulse.evidence.full", ah=full_words(row))
    return t("packpulse.evidence.empty", ah=signed(row["empty_ah"], 1))


def full_words(row: pd.Series) -> str:
    """``≥ +9.8 Ah``: charge ahead when full, marked where it is only a bound."""
    if not np.isfinite(row["full_ah"]):
        return numbers.NOTHING
    told = told_when_full(float(row["full_ah"]), bool(row["full_bound"]))
    return t(f"packpulse.full.{told}", ah=signed(float(row["full_ah"]), 1))


def least(text: str, bound: bool) -> str:
    """``≥ 5.5`` where a figure is only the least it can be."""
    return f"≥{numbers.NBSP}{text}" if bound else text


def signed(value: float, digits: int) -> str:
    """A difference, with its sign."""
    text = numbers.number(value, digits)
    return text if value < 0 or not value or not np.isfinite(value) else f"+{text}"


def limits_words(row: pd.Series) -> str:
    """Which end of the charge a cell limits, and how often."""
    parts = [
        t(f"packpulse.limits.{end}", share=numbers.percent(row[f"limits_{end}_ratio"], 0))
        for end in ("empty", "full")
        if row[f"limits_{end}_ratio"] >= 0.005
    ]
    return " · ".join(parts) or numbers.NOTHING


def dossier_link(ctx: Context, pack: int, cell: int) -> table.Markup:
    """Link to the dossier of a cell, the view kept."""
    name = cell_name(pack, cell)
    kept = {key: value for key in ("lang", "range", "from", "to") if (value := address.get(key))}
    where = {"device": ctx.device, "tab": "dossier", "cell": name, **kept}
    return table.link(name, "packpulse", where)


def say_refusal(weak: WeakCells) -> None:
    """Say that nothing can be said of weak cells, why, and what would mend it."""
    states.notice(t("packpulse.refusal"), detail=t(f"packpulse.refusal.{weak.refusal}"))


def say_cautions(ctx: Context, days: CellDays) -> None:
    """Say what is wrong with the readings, and what is left out for it."""
    zone = ctx.window.zone
    for one in pack_cautions.cautions(days):
        values = {name: numbers.number(value) for name, value in one.values}
        if one.cell is not None:
            values["cell"] = cell_name(*one.cell)
        if one.start is not None and one.end is not None:
            values["start"] = numbers.day(one.start, zone)
            values["end"] = numbers.day(one.end - 1, zone)
        states.notice(t(f"packpulse.caution.{one.key}", **values), state="warning")


def judged_span(ctx: Context, weak: WeakCells) -> str:
    """First and last day that weak cells were judged by."""
    zone = ctx.window.zone
    begin = max(weak.start, weak.end - round(read_options().recent_days * DAY_US))
    return f"{numbers.day(begin, zone)} – {numbers.day(weak.end - 1, zone)}"


def caption(ctx: Context, days: CellDays, *parts: str) -> str:
    """The quiet line below a chart of daily values."""
    words = [
        t("chart.buckets", step=numbers.level("1d")),
        t("chart.stands_for", count=numbers.number(days.stands_for, 0)),
        *parts,
        ctx.window.zone,
        t("chart.newest", moment=numbers.moment(ctx.battery.last, ctx.window.zone)),
    ]
    return " · ".join(words)
