"""What the Dispatch page starts with: the saving, and how far it may be believed."""

from __future__ import annotations

from core.analytics.dispatch_conflicts import Conflict
from core.dispatch_choice import with_battery_in
from core.dispatch_readings import STEP_US
from core.dispatch_report import PlanReport
from core.errors import Infeasible
from core.query import Store
from pages.shared import numbers, states
from pages.shared.chart import KeyFigure
from pages.shared.texts import t

EURO = "€"
KELVIN_HOURS = "K·h"


def euro(value: float) -> str:
    """An amount to the cent while it is small."""
    return numbers.number(value, 2 if abs(value) < 1000 else 0)


def key_figures(report: PlanReport, zone: str) -> list[KeyFigure]:
    """Savings of the plan and of perfect foresight, cost, peak, energy through the battery."""
    nothing, bound, planned = (report.headline_eur(way) for way in ("nothing", "perfect", "plan"))
    saved, most = nothing - planned, nothing - bound
    given_up = report.gives_up_comfort
    state = "warning" if given_up or saved < -0.005 else "good" if saved > 0.005 else None
    kind = "past" if report.choice.past else "ahead"
    wear = "dispatch.wear.note" + ("" if report.choice.past else ".ahead")
    span = numbers.span(report.start, int(report.ts[-1]) + STEP_US, zone)
    reach = t("dispatch.saving.note", most=f"{euro(most)} {EURO}")
    if given_up:
        reach = t("dispatch.saving.comfort", **outside(report))
    before = f"{numbers.number(report.saving.peak_before_kw, 1)} kW"
    return [
        KeyFigure(t(f"dispatch.saving.{kind}"), euro(saved), EURO, state=state, note=reach),
        KeyFigure(
            t(f"dispatch.cost.{kind}"), euro(planned), EURO,
            note=t("dispatch.cost.note", nothing=f"{euro(nothing)} {EURO}"),
        ),
        KeyFigure(
            t("dispatch.peak"), numbers.number(report.saving.peak_after_kw, 1), "kW",
            note=t("dispatch.peak.note", before=before),
        ),
        KeyFigure(
            t("dispatch.discharged"), numbers.number(report.saving.discharged_kwh, 0), "kWh",
            note=t(wear, wear=f"{euro(report.saving.wear_eur)} {EURO}"),
        ),
        *comfort_figures(report),
        KeyFigure(t(f"dispatch.window.{kind}"), str(report.choice.hours), "h", note=span),
    ]  # fmt: skip


def outside(report: PlanReport) -> dict[str, str]:
    """Kelvin hours outside the comfort bands, by the plan and by thermostats."""
    return {
        name: numbers.quantity(report.costs[way].comfort_kh, KELVIN_HOURS, 1)
        for name, way in (("missed", "plan"), ("before", "nothing"))
    }


def comfort_figures(report: PlanReport) -> list[KeyFigure]:
    """What rooms are outside their comfort bands, beside what thermostats leave."""
    if not report.behind.rooms:
        return []
    missed = numbers.number(report.costs["plan"].comfort_kh, 1)
    state = "warning" if report.gives_up_comfort else None
    note = t("dispatch.comfort.note", before=outside(report)["before"])
    return [KeyFigure(t("dispatch.comfort"), missed, KELVIN_HOURS, state=state, note=note)]


def say_honestly(report: PlanReport, store: Store) -> None:
    """What the plan knew, and where it does worse than a simpler way."""
    words = [*said_of_outlook(report), *said_of_prices(report), *said_of_peak(report, store.zone)]
    words += [
        t("dispatch.at_connection", device=one) for one in with_battery_in(store, report.choice)
    ]
    if not report.soc_known:
        words.append(t("dispatch.soc.assumed"))
    if report.behind.rooms:
        words.append(t(f"dispatch.outdoor.{report.behind.outdoor}"))
        count = len(report.behind.rooms)
        words.append(
            t("dispatch.rooms.measured", count=str(report.behind.measured), all=str(count))
        )
    if report.bridged:
        words.append(t("dispatch.bridged", count=numbers.number(report.bridged)))
    key = "dispatch.behind" if report.choice.past else "dispatch.behind.ahead"
    if report.cheaper is not None:
        way, less = report.cheaper
        said = t(key, way=t(f"dispatch.way.{way}"), amount=f"{euro(less)} {EURO}")
        if report.behind.rooms:
            left = numbers.quantity(report.costs[way].comfort_kh, KELVIN_HOURS, 1)
            said += " " + t("dispatch.behind.comfort", left=left, missed=outside(report)["missed"])
        states.notice(said, detail=" ".join(words), state="warning")
    else:
        states.notice(t("dispatch.basis"), detail=" ".join(words))
    if report.choice.capacity_kwh == 0:
        states.notice(t("dispatch.no_battery"), detail=t("dispatch.no_battery.mend"))


def said_of_outlook(report: PlanReport) -> list[str]:
    """By what load and sun are expected, and what the figures are then worth."""
    served = [one for one in report.sources if one.served]
    others = [one.device for one in report.sources if not one.served]
    words = []
    if served:
        by = ", ".join(
            one.device if one.served == "model" else
            t("dispatch.known.baseline", device=one.device, name=t(f"ahead.baseline.{one.served}"))
            for one in served
        )  # fmt: skip
        words.append(t("dispatch.known.model", devices=by))
        if others:
            words.append(t("dispatch.known.rest", devices=", ".join(others)))
    else:
        words.append(t("dispatch.known.naive"))
    words += [
        t("dispatch.known.unfit", device=one.device, why=one.why)
        for one in report.sources if one.why and not one.served
    ]  # fmt: skip
    if report.rule != "powers":
        words.append(t(f"dispatch.known.{report.rule}"))
    if not report.choice.past:
        return [*words, t("dispatch.known.ahead")]
    return [*words, t("dispatch.known.once" if report.behind.relays else "dispatch.known.past")]


def said_of_prices(report: PlanReport) -> list[str]:
    """Where prices are from."""
    prices = report.prices
    if prices.device is None:
        return [t("dispatch.price.fixed")]
    words = [t("dispatch.price.spot", device=prices.device)]
    repeated = report.expected_prices.repeated
    if repeated:
        hours = numbers.number(repeated / 4, 0 if repeated % 4 == 0 else 2)
        kind = "past" if report.choice.past else "ahead"
        words.append(t(f"dispatch.price.repeated.{kind}", hours=hours))
    return words


def said_of_peak(report: PlanReport, zone: str) -> list[str]:
    """The import that a demand charge is already owed for, and since when it was looked for."""
    tariff = report.plan.site.tariff
    if not tariff.demand_eur_kw:
        return []
    peak = numbers.quantity(tariff.peak_so_far_kw, "kW", 1)
    span = numbers.span(report.peak_since, report.start, zone)
    none = report.peak_since >= report.start
    words = [t("dispatch.peak.none") if none else t("dispatch.peak.so_far", peak=peak, span=span)]
    if report.demand_aside:
        saved = f"{euro(report.saving.peak_eur)} {EURO}"
        words.append(t("dispatch.peak.aside", saved=saved))
    if len(tariff.owed()) > 1:
        words.append(t("dispatch.peak.new_year"))
    return words


def say_conflicts(error: Infeasible, zone: str) -> None:
    """Which limits are in the way of every plan."""
    states.notice(
        t("dispatch.infeasible"), detail=" ".join(conflict_words(error, zone)), state="error"
    )


def conflict_words(error: Infeasible, zone: str) -> list[str]:
    """The limits in the way, and which of them would have to give way together."""
    lines = []
    for way in dict.fromkeys(one.way for one in error.conflicts):
        mine = [one for one in error.conflicts if one.way == way]
        lines += [_conflict(one, error.start, zone) for one in mine]
        if len(mine) > 1:
            lines.append(t("dispatch.conflict.together"))
        elif mine[0].alone:
            lines.append(t("dispatch.conflict.alone"))
    return lines


def _conflict(one: Conflict, start: int | None, zone: str) -> str:
    if start is None:
        when = t("dispatch.conflict.after", hours=numbers.number(one.step * 0.25, 2))
    else:
        when = t("dispatch.conflict.at", time=numbers.moment(start + one.step * STEP_US, zone))
    return t(
        f"dispatch.conflict.{one.kind}", amount=numbers.quantity(one.amount, one.unit), when=when,
        name=one.name, needed=numbers.quantity(one.needed_kwh, "kWh"),
        hours=numbers.number(one.hours), power=numbers.quantity(one.plug_kw, "kW"),
        most=numbers.quantity(one.plug_kwh, "kWh"),
    )  # fmt: skip
