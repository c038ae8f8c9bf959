"""One quantity over devices and sites in a window, on a common grid; part of Comparison."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core import sites
from core.charts import build_series_figure
from core.errors import QueryError
from core.query import Device, Series, SignalInfo, Store
from core.sites import Course
from pages.collecting.present import bare, pick_over, pick_quantity, shown
from pages.shared import chart, data, numbers, pickers, states, table, theme
from pages.shared.texts import current_language, t
from pages.shared.window import Window, pick_window

MOST_LINES = 6


def show_course(store: Store, devices: Sequence[Device]) -> None:
    """Choices, chart and table."""
    offered = sites.quantities(store)
    if not offered:
        states.notice(t("sites.none"))
        return
    with pickers.bar():
        quantity = pick_quantity(offered)
        over = pick_over()
    measured = sites.measuring(store, quantity)
    mine = [one for one in devices if one.name in measured]
    window = pick_window(mine, store.zone)
    chart.show_synthetic_ribbon(mine)
    try:
        found = data.report(store, sites.course, quantity, *window.view, over)
    except QueryError as error:
        states.notice(t("sites.units"), detail=str(error))
        return
    show_chart(found, window)
    show_table(store, found)


def site_name(name: object) -> str:
    """A site as lines and tables call it."""
    return str(name) or t("sites.unnamed")


def show_chart(found: Course, window: Window) -> None:
    """The value over all devices, and over each site or, of a single site, each device."""
    parts = found.sites if found.sites.shape[1] > 1 else found.found.frame[[*found.found.devices]]
    lines = [line(found, t("sites.total"), found.found.frame["value"], window)]
    lines += [line(found, site_name(name), parts[name], window) for name in parts][:MOST_LINES]
    figure = build_series_figure(
        lines,
        title=title(found),
        theme=theme.kind(),
        language=current_language(),
        span=window.view,
        labels=[one.signal.name for one in lines],
        height=380,
    )
    chart.show_figure(figure, "sites")
    frame = found.found.frame
    whole = float(np.isfinite(frame["value"]).mean())
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        words = t("sites.course.note", step=numbers.duration(found.step_us),
                  count=numbers.number(len(found.found.devices)),
                  ratio=numbers.percent(whole))  # fmt: skip
        st.html(f'<span class="zg-caption">{words} · {window.zone}</span>', width="content")
        chart.show_export(
            "sites", export_frame(found, window.zone), name=f"sites_{found.quantity}",
            zone=window.zone, units={found.quantity: found.found.unit},
        )  # fmt: skip
    reach = sites.reach(found)
    if reach is not None and 2 * (reach[1] - reach[0]) < found.end - found.start:
        chart.show_caption(
            t("sites.course.reach", time=numbers.duration(reach[1] - reach[0]),
              span=numbers.span(*reach, window.zone),
              window=numbers.duration(found.end - found.start))
        )  # fmt: skip
    gone = found.found.missing()
    if gone:
        names = ", ".join(
            t("sites.course.gone", name=name, count=numbers.number(count))
            for name, count in gone.items()
        )
        chart.show_caption(t("sites.course.missing", names=names))


def line(found: Course, name: str, values: pd.Series, window: Window) -> Series:
    """A column of the grid as a chart draws it; a cell without a value is a gap."""
    scale, unit = (100.0, "%") if found.found.unit == "1" else (1.0, found.found.unit)
    column = values.to_numpy(np.float64) * scale
    columns = dict.fromkeys(("first", "last", "min", "max", "mean"), column)
    frame = pd.DataFrame({"ts": found.sites.index.to_numpy(np.int64), **columns, "count": 1.0})
    signal = SignalInfo(
        name, name, found.quantity, unit, "analog", None, None, None, None, 0, found.step_us, ()
    )
    return Series(
        name, signal, found.start, found.end, window.zone, "", (), 0, False, None, "",
        found.step_us, frame,
    )  # fmt: skip


def title(found: Course) -> str:
    """What the value over all devices is on average."""
    what = t(f"quantity.{found.quantity}")
    value = found.found.frame["value"]
    count = numbers.number(len(found.found.devices))
    if not value.notna().any():
        return t("sites.course.title.none", what=what, count=count)
    mean = shown(float(value.mean()), found.found.unit)
    over = t(f"sites.over.{found.found.over}")
    return t("sites.course.title", what=what, over=over, count=count, mean=mean)


def show_table(store: Store, found: Course) -> None:
    """Sites and devices: mean, smallest, greatest, coverage, cells without a value."""
    frame = found.found.frame
    unit = "%" if found.found.unit == "1" else found.found.unit
    common = sites.common_cells(found)
    rows = [row(found, t("sites.total"), "", "", frame["value"], common, bold=True)]
    for site in sites.sites(store):
        mine = [name for name in site.devices if name in found.found.devices]
        if not mine:
            continue
        name = site_name(site.name)
        rows.append(row(found, name, "", site.zone if site.name else "", found.sites[site.name],
                        common, bold=True))  # fmt: skip
        rows += [row(found, "", one, "", frame[one], common) for one in mine]
    names = ("site", "device", "zone", "mean", "least", "most", "coverage", "gone")
    units = ("mean", "least", "most")
    table.show_table(
        [t(f"sites.col.{n}", unit=unit) if n in units else t(f"sites.col.{n}") for n in names],
        rows, numeric=(3, 4, 5, 6, 7),
    )  # fmt: skip
    count = int(common.sum())
    chart.show_caption(
        t("sites.course.common", count=numbers.number(count), all=numbers.number(len(common)))
        if count
        else t("sites.course.apart")
    )


def row(
    found: Course, site: str, device: str, zone: str, values: pd.Series, common: np.ndarray, *,
    bold: bool = False,
) -> list[str]:  # fmt: skip
    """What the table says of a column of the grid."""
    told = sites.column_figures(values, common)
    return [
        table.Markup(f"<b>{table.escape(site)}</b>") if bold else site,
        table.cut(device, most=28), zone,
        *(bare(one, found.found.unit) for one in (told.mean, told.least, told.most)),
        numbers.percent(told.coverage_ratio),
        numbers.number(told.missing),
    ]  # fmt: skip


def export_frame(found: Course, zone: str) -> pd.DataFrame:
    """The grid with all its columns."""
    frame = found.found.frame.rename(columns={"value": found.quantity})
    utc = pd.to_datetime(frame.index.to_numpy(np.int64), unit="us", utc=True)
    frame = frame.reset_index(drop=True)
    frame.insert(0, "time", utc.tz_convert(zone))
    return frame
