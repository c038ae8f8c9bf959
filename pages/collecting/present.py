"""Devices by site, and one quantity over all of them: now."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import sites
from core.analytics.aggregate import Over
from core.errors import QueryError
from core.query import Store
from core.sites import Present, Site
from pages.collecting.answer import age
from pages.shared import address, chart, numbers, states, table
from pages.shared.texts import t

OVERS: tuple[Over, ...] = ("sum", "mean", "min", "max")


def show_sites(store: Store, now: int) -> None:
    """Sites with what their devices sum up to, and each device of them."""
    st.subheader(t("sites.title"))
    offered = sites.quantities(store)
    if not offered:
        chart.show_caption(t("sites.none"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        quantity = pick_quantity(offered)
        over = pick_over()
    try:
        found = sites.present(store, quantity, now, over)
    except QueryError as error:
        states.notice(t("sites.units"), detail=str(error))
        return
    st.markdown(f"**{headline(found)}**")
    show_table(sites.sites(store), found)
    several = any(len(names) > 1 for names in found.signals.values())
    words = t("sites.present.note")
    chart.show_caption(f"{words} · {t('sites.present.several')}" if several else words)


def pick_quantity(offered: list[str]) -> str:
    """The quantity, from the URL."""
    asked = address.get("quantity")
    return str(
        st.selectbox(
            t("sites.quantity"), offered, width=240, format_func=lambda one: t(f"quantity.{one}"),
            **address.bound("quantity", asked if asked in offered else offered[0]),
        )
    )  # fmt: skip


def pick_over() -> Over:
    """What is made of the devices, from the URL."""
    asked = address.get("over")
    chosen: Over = st.selectbox(
        t("sites.over"), OVERS, width=160, format_func=lambda one: t(f"sites.over.{one}"),
        **address.bound("over", asked if asked in OVERS else OVERS[0]),
    )  # fmt: skip
    return chosen


def headline(found: Present) -> str:
    """The value over all devices, or who is missing."""
    what = t(f"quantity.{found.quantity}")
    if not found.values:
        return t("sites.headline.nothing", what=what)
    if found.missing:
        return t(
            "sites.headline.missing", what=what[:1].upper() + what[1:],
            names=", ".join(found.missing),
            count=numbers.number(len(found.values)),
            value=shown(found.partial, found.unit),
        )  # fmt: skip
    return t(
        "sites.headline.all", what=what, over=t(f"sites.over.{found.over}"),
        count=numbers.number(len(found.values)), value=shown(found.total, found.unit),
    )  # fmt: skip


def shown(value: float, unit: str) -> str:
    """A value in its canonical unit; a ratio in percent."""
    return numbers.percent(value) if unit == "1" else numbers.quantity(value, unit)


def bare(value: float, unit: str) -> str:
    """The same for a column that names the unit."""
    return numbers.number(100 * value if unit == "1" else value)


def show_table(places: list[Site], found: Present) -> None:
    """A row per site and one per device below it."""
    rows = []
    for site in places:
        mine = [name for name in site.devices if name in found.signals]
        if not mine:
            continue
        gone = [name for name in mine if name in found.missing]
        value = found.sites.get(site.name, np.nan)
        rows.append([
            table.Markup(f"<b>{table.escape(site.name or t('sites.unnamed'))}</b>"),
            "", site.zone if site.name else "", place(site), bare(value, found.unit), "",
            t("live.figure.of", part=numbers.number(len(mine) - len(gone)),
              all=numbers.number(len(mine))),
            table.state("warning", ", ".join(gone)) if gone else numbers.NOTHING,
        ])  # fmt: skip
        for name in mine:
            rows.append([
                "", table.cut(name, most=28), "", "",
                bare(found.values.get(name, np.nan), found.unit), age(found.ages[name]), "",
                table.state("warning", t("live.parts.absent")) if name in gone else "",
            ])  # fmt: skip
    names = ("site", "device", "zone", "place", "value", "age", "of", "missing")
    over, unit = t(f"sites.over.{found.over}"), "%" if found.unit == "1" else found.unit
    table.show_table(
        [t(f"sites.col.{name}", over=over, unit=unit) if name == "value"
         else t(f"sites.col.{name}") for name in names],
        rows, numeric=(4, 5, 6),
    )  # fmt: skip


def place(site: Site) -> str:
    """Where a site is, in degrees."""
    if site.latitude is None or site.longitude is None:
        return ""
    return f"{numbers.number(site.latitude, 3)}°, {numbers.number(site.longitude, 3)}°"
