"""Thermal models of rooms fitted to what was measured, or why there are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import forecast_charts, query, room_fits
from core.analytics.room_trial import Trial
from core.dispatch_settings import read_dispatch_settings, settings_path
from core.errors import QueryError
from core.levels import HOUR
from core.room_fits import RoomReport
from pages.shared import address, chart, data, numbers, states, table, theme
from pages.shared.texts import current_language, t
from pages.shared.wording import in_language

DAYS = (14, 30, 60)
SHOWN_BEFORE_H = 48  # of what was fitted, beside what was not
BAND = "P10 … P90"


def show(store: query.Store) -> None:
    """One room at a time: its course, parameters, whiteness, and lines for the settings."""
    told = read_dispatch_settings(settings_path(store.root))
    names = [one.name for one in room_fits.room_sources(store, told)]
    if not names:
        states.notice(t("rooms.none"), detail=t("rooms.none.mend"))
        return
    asked = address.get("room")
    asked = asked if asked in names else names[0]
    with st.container(horizontal=True, gap="small"):
        name = st.selectbox(t("rooms.room"), names, width=280, **address.bound("room", asked))
        days = st.selectbox(
            t("rooms.days"), DAYS, index=1, width=160, key="rooms-days",
            format_func=lambda one: t("dispatch.sizing.span", days=str(one)),
        )  # fmt: skip
    try:
        with st.spinner(t("rooms.busy")):
            report = data.report(store, room_fits.room_report, told, name, int(days))
    except QueryError as error:
        states.notice(t("rooms.refused"), detail=in_language(str(error)))
        return
    if report.refusal:
        states.notice(t("rooms.refused"), detail=t(f"rooms.refusal.{report.refusal}"))
        return
    if report.best is None:
        states.notice(t("rooms.refused"), detail=t("rooms.refused.note"), state="warning")
    elif report.best.course is not None:
        show_course(report, report.best, store.zone)
    show_models(report)
    show_source(report, store.zone)
    if report.best is not None:
        chart.show_caption(t("rooms.lines"))
        st.code(room_fits.settings_lines(report), language="toml")


def show_course(report: RoomReport, best: Trial, zone: str) -> None:
    """The hours that were not fitted beside what was measured."""
    assert best.course is not None
    first = best.first
    before = max(first - round(SHOWN_BEFORE_H * HOUR / report.step_us), 0)
    course = pd.DataFrame(
        {"ts": report.ts[first:], "expected": best.course.middle, "p10": best.course.low,
         "p90": best.course.high}
    )  # fmt: skip
    actual = pd.DataFrame({"ts": report.ts[before:], "value": report.measured[before:]})
    hours = numbers.number(len(course) * report.step_us / HOUR, 0)
    figure = forecast_charts.build_forecast_figure(
        course, actual, issue=int(report.ts[first]), quantity="room_temperature", unit="°C",
        step_us=report.step_us, zone=zone, theme=theme.kind(), language=current_language(),
        words={"expected": t("rooms.simulated"), "band": BAND, "actual": t("rooms.measured"),
               "issue": t("rooms.begin")},
        title=t("rooms.title", name=report.source.name, hours=hours,
                rmse=numbers.number(best.rmse, 2)),
    )  # fmt: skip
    figure.update_yaxes(rangemode="normal")
    chart.show_figure(figure, "room-course")
    chart.show_caption(t("rooms.course.note", inside=numbers.number(100 * best.inside_ratio, 0)))


def show_models(report: RoomReport) -> None:
    """Parameters with intervals; of a model that is refused the reason."""
    rows = []
    for one in report.trials:
        fit = one.fit
        kind = f"{fit.kind} *" if one is report.best else fit.kind
        if not fit.stands:
            why = ", ".join(fit.detail.values())
            said = t(f"ahead.room.{fit.refusal}") + (f" ({why})" if why else "")
            rows.append([kind, t("rooms.model.refused", why=said), "", "", ""])
            continue
        rows += [
            [kind, t(f"rooms.parameter.{part.name}"), _value(part.value),
             t("rooms.floor") if np.isnan(part.low) else
             f"{_value(part.low)} … {_value(part.high)}", part.unit]
            for part in fit.parameters
        ]  # fmt: skip
    heads = [t(f"rooms.column.{one}") for one in ("model", "parameter", "value", "interval",
                                                  "unit")]  # fmt: skip
    table.show_table(heads, rows, numeric=(2, 3))
    for one in report.trials:
        fit, white = one.fit, one.fit.whiteness
        if fit.stands and white is not None:
            words = t(
                "rooms.errors", kind=fit.kind, step=numbers.number(fit.one_step_rmse, 3),
                rmse=numbers.number(fit.rmse, 2), p=numbers.number(white.p_value, 3),
                departure=numbers.number(white.departure, 3), band=numbers.number(white.band, 3),
                white=t(f"ahead.room.white.{'yes' if white.white else 'no'}"),
            )  # fmt: skip
            chart.show_caption(words)


def _value(value: float) -> str:
    """A positive value with four significant digits."""
    return numbers.number(value, min(max(3 - int(np.floor(np.log10(value))), 0), 4))


def show_source(report: RoomReport, zone: str) -> None:
    """What it was fitted to."""
    source = report.source
    assert source.outdoor is not None  # else it is refused
    words = t(
        "rooms.source", signal=f"{source.temperature.device}/{source.temperature.name}",
        heat=_heat_words(source), outdoor=source.outdoor.name,
        span=numbers.span(int(report.ts[0]), int(report.ts[-1]) + report.step_us, zone),
        count=numbers.number(len(report.ts)), minutes=numbers.number(report.step_us / 60e6, 0),
    )  # fmt: skip
    chart.show_caption(words if source.sun is None else f"{words} {t('rooms.sun')}")


def _heat_words(source: room_fits.RoomSource) -> str:
    """What heats a room, and how much heat its energy gives where that is another amount."""
    names = ", ".join(one.name for one in source.heat)
    if source.heat_per_power == 1:
        return names
    return t("rooms.heat", names=names, factor=numbers.number(source.heat_per_power, 2))
