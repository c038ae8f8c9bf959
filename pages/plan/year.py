"""What the battery would save in a year, with perfect foresight and without."""

from __future__ import annotations

import streamlit as st

from core import dispatch_year, query
from core.dispatch_choice import Choice, for_days
from core.dispatch_year import YearReport
from core.errors import PlanError, QueryError
from pages.plan.answer import EURO, euro
from pages.plan.sizing import pick_days
from pages.shared import chart, data, numbers, states, table
from pages.shared.chart import KeyFigure
from pages.shared.texts import t
from pages.shared.wording import in_language


def show(store: query.Store, choice: Choice) -> None:
    """Yearly saving with its parts; the one without foresight when it is asked for."""
    asked = for_days(choice, pick_days(365))
    try:
        with st.spinner(t("dispatch.year.busy")):
            best = data.report(store, dispatch_year.foresight_year, asked)
        planned = None
        if st.toggle(t("dispatch.year.compare"), key="year-compare"):
            with st.spinner(t("dispatch.year.busy.planned")):
                planned = data.report(store, dispatch_year.planned_year, asked)
    except QueryError as error:
        states.notice(t("dispatch.few"), detail=in_language(str(error)))
        return
    except PlanError as error:
        states.notice(t("dispatch.infeasible"), detail=in_language(str(error)), state="error")
        return
    chart.show_key_figures(figures(best, planned))
    show_parts(best, planned)
    span = numbers.span(best.start, best.end, store.zone)
    words = [t("dispatch.year.caption", span=span, days=numbers.number(best.days, 1))]
    if best.price_device is None:
        words.append(t("dispatch.price.fixed"))
    else:
        words.append(t("dispatch.price.spot", device=best.price_device))
    if best.bridged:
        words.append(t("dispatch.bridged", count=numbers.number(best.bridged)))
    if choice.house.vehicle or choice.house.relay:
        words.append(t("dispatch.year.alone"))
    chart.show_caption(" ".join(words))


def figures(best: YearReport, planned: YearReport | None) -> list[KeyFigure]:
    """Saving with foresight, without, and the peak."""
    one = best.saving
    found = [
        KeyFigure(
            t("dispatch.year.saving"), euro(one.total_eur), f"{EURO}/a",
            note=t("dispatch.year.bill", bill=f"{euro(best.bill_eur)} {EURO}"),
        )
    ]  # fmt: skip
    if planned is not None:
        peak = numbers.quantity(planned.saving.peak_after_kw, "kW", 1)
        found.append(
            KeyFigure(
                t("dispatch.year.planned"), euro(planned.saving.total_eur), f"{EURO}/a",
                note=t("dispatch.year.planned.note", peak=peak),
            )
        )  # fmt: skip
    before = numbers.quantity(one.peak_before_kw, "kW", 1)
    found += [
        KeyFigure(
            t("dispatch.year.peak"), numbers.number(one.peak_after_kw, 1), "kW",
            note=t("dispatch.year.peak.note", before=before),
        ),
        KeyFigure(
            t("dispatch.discharged"), numbers.number(one.discharged_kwh, 0), "kWh",
            note=t("dispatch.wear.note", wear=f"{euro(one.wear_eur)} {EURO}"),
        ),
    ]  # fmt: skip
    return found


def show_parts(best: YearReport, planned: YearReport | None) -> None:
    """Parts of the saving, side by side."""
    ways = [one.saving for one in (best, planned) if one is not None]
    rows = [
        [t(f"dispatch.saved.{name}"), *(euro(sign * getattr(one, field)) for one in ways)]
        for name, field, sign in (
            ("peak", "peak_eur", 1), ("arbitrage", "arbitrage_eur", 1),
            ("own", "self_consumption_eur", 1), ("wear", "wear_eur", -1),
            ("stored", "stored_eur", 1), ("total", "total_eur", 1),
        )
    ]  # fmt: skip
    heads = [t("dispatch.saved.part"), t("dispatch.year.with"), t("dispatch.year.without")]
    table.show_table(heads[: 1 + len(ways)], rows, numeric=tuple(range(1, 1 + len(ways))))
