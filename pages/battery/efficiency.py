"""Round trips over closed windows, and where the rest went."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core import battery_charts
from core.bess_efficiency import Efficiency
from pages.battery.context import Context, refusal_words, say_missing, show_dated
from pages.battery.health import show_health
from pages.shared import chart, numbers, states, table
from pages.shared.texts import t

LOSS_HUES = {"converter_charge": "import", "battery": "battery", "converter_discharge": "other",
             "auxiliaries": "load"}  # fmt: skip


def show(ctx: Context) -> None:
    """Round trips over closed windows, where the rest went, and SOH beside capacity."""
    found = ctx.summary.efficiency
    rows = found.windows
    pooled = {
        t(f"bess.rte.{name}"): (trip.value, trip.low, trip.high)
        for name, trip in (("ac", found.ac), ("dc", found.dc))
        if not trip.refusal
    }
    if pooled:
        shown = {t(f"bess.rte.{n}"): rows[n] for n in ("ac", "dc") if rows[n].notna().any()}
        figure = battery_charts.build_windows_figure(
            rows["end"], shown, pooled, zone=ctx.zone, span=ctx.view,
            y_title=t("bess.rte.axis"), title=trips_title(found), height=340, **ctx.look,
        )  # fmt: skip
        show_dated(ctx, figure, "windows")
    else:
        states.notice(t("bess.rte.title.none"), detail=refusal_words(found.ac))
    if len(rows):
        closed = (
            t("bess.rte.full")
            if found.anchor == "full"
            else t("bess.rte.level", soc=numbers.percent(found.soc, 0))
        )
        frame = rows.assign(**{n: chart.local_times(rows[n], ctx.zone) for n in ("start", "end")})
        chart.show_below(
            [closed], "windows", frame, name=f"{ctx.device.name}_round_trips",
            zone=ctx.zone, units=dict.fromkeys(("ac_in", "ac_out", "dc_in", "dc_out", "aux"),
                                                "kWh"),
        )  # fmt: skip
    show_trips(found)
    left, right = st.columns(2, gap="medium")
    with left:
        show_losses(ctx, found)
    with right:
        show_health(ctx)


def show_losses(ctx: Context, found: Efficiency) -> None:
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
        states={t(f"bess.loss.{name}"): hue for name, hue in LOSS_HUES.items()}, **ctx.look,
    )  # fmt: skip
    chart.show_figure(figure, "losses")
    frame = pd.DataFrame({"part": list(parts), "loss": list(parts.values())})
    words = [
        f"{t(f'bess.loss.{name}')} {numbers.percent(kwh / total, 0)}" for name, kwh in parts.items()
    ]
    chart.show_below(
        words, "losses", frame, name=f"{ctx.device.name}_losses", zone=ctx.zone,
        units={"loss": "kWh"},
    )  # fmt: skip


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
