"""The way from the light to the meter of a plant, as far as its readings tell it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analytics import pv, pv_losses
from core.analytics.pv_losses import Loss, Usual, nearest_days
from core.analytics.pv_soiling import Soiling
from core.analytics.quality import Bool, Float
from core.pv_history import DailyHistory, undisturbed
from core.pv_report import PlantReport, running_share

LEAST_SHARES = 5  # days that tell a unit's usual share of its peers
USUAL_DAYS = 30  # nearest the window that tell the usual performance and share
SAME_LIGHT = 0.95  # of the irradiation must have DC power, for the way to pass by the DC side


@dataclass(frozen=True)
class Way:
    """Yields and losses in order, from the reference yield to the final yield.

    Attributes
    ----------
    parts : see `pv_losses.Loss`.
    usual : performance that missed energy is reckoned by; of days that nothing disturbed.
    covered : share of the bright time with all that the way needs.
    """

    parts: tuple[Loss, ...]
    usual: Usual
    covered: float

    def of(self, name: str) -> Loss:
        """One part."""
        return next(one for one in self.parts if one.name == name)


def loss_way(report: PlantReport, history: DailyHistory | None, dirt: Soiling | None) -> Way | None:
    """Losses of a window; None where light or nominal power is not known.

    Parameters
    ----------
    history, dirt : of the whole life of the plant. What is usual is learnt from it: a window may
        be an outage from end to end. Soiling, and what is reckoned by the usual, are left out
        without them.
    """
    course, kwp = report.course, report.course.facts.kwp
    if kwp is None or report.window is None or not np.isfinite(report.window["yr"]):
        return None
    frame = course.frame
    poa, ac, dc = (frame[name].to_numpy() for name in ("poa_global", "ac_kw", "dc_kw"))
    hours = frame["hours"].to_numpy()
    paired = pv.counting(poa, ac, (frame["good"] & frame["lit"]).to_numpy())
    with_dc = paired & np.isfinite(dc)
    light = float((poa * hours)[paired].sum())
    by_dc = float((poa * hours)[with_dc].sum()) > SAME_LIGHT * light
    used = with_dc if by_dc else paired
    yr = float((poa * hours)[used].sum()) / pv.STANDARD
    yf = float((ac * hours)[used].sum()) / kwp
    usual = usual_of(report, history)
    capture = [
        _temperature(report, used),
        _soiling(report, history, dirt, used),
        *(_missed(report, name, used, usual) for name in ("snow", "clipping", "curtailment")),
        _outage(report, history),
    ]
    end = float((dc * hours)[used].sum()) / kwp if by_dc else yf
    capture.append(Loss("unexplained" if by_dc else "rest", pv_losses.remainder(yr - end, capture)))
    parts = [Loss("yr", yr, total=True), *capture]
    if by_dc:
        parts += [Loss("ya", end, total=True), *_converted(report, used, end, yf)]
    else:
        parts.append(Loss("inverter", np.nan, reason=report.refusals.get("ya", "dc_short")))
    covered = float(hours[used].sum()) / max(float(hours[paired].sum()), 1e-9)
    share = float(report.window["paired_ratio"]) * covered
    return Way((*parts, Loss("yf", yf, total=True)), usual, share)


def _temperature(report: PlantReport, used: Bool) -> Loss:
    course = report.course
    if not course.temp_source:
        return Loss("temperature", np.nan, reason="temp")
    frame = course.frame
    return Loss(
        "temperature",
        pv_losses.temperature_hours(
            frame["poa_global"].to_numpy(), frame["temp_cell"].to_numpy(),
            frame["hours"].to_numpy(), used, course.facts.gamma_pdc,
        ),
    )  # fmt: skip


def _soiling(
    report: PlantReport, history: DailyHistory | None, dirt: Soiling | None, used: Bool
) -> Loss:
    """What dirt kept from the cells in this window, by the slopes of the whole life."""
    if history is None or dirt is None:
        return Loss("soiling", np.nan, reason="short")
    if dirt.refusal:
        return Loss("soiling", np.nan, reason=dirt.refusal)
    frame = report.course.frame
    ts = frame["ts"].to_numpy()
    place = np.searchsorted(history.frame["start"].to_numpy(), ts, side="right") - 1
    gone = 1 - dirt.ratio[np.clip(place, 0, len(dirt.ratio) - 1)]
    light = _corrected_light(report)
    value = float(np.nansum((gone * light)[used]))
    # Slopes are uncertain alike for all days: the interval keeps the proportions of the whole.
    low, high = (value * edge / dirt.loss if dirt.loss > 0 else np.nan for edge in
                 (dirt.low, dirt.high))  # fmt: skip
    return Loss("soiling", value, low, high)


def _corrected_light(report: PlantReport) -> Float:
    """G/1000 · C · h of each cell [h]; C is 1 without a temperature."""
    frame = report.course.frame
    temp = frame["temp_cell"].fillna(pv.STANDARD_TEMP).to_numpy()
    factor = pv.temperature_factor(temp, report.course.facts.gamma_pdc)
    light: Float = (frame["poa_global"] * frame["hours"]).to_numpy() / pv.STANDARD * factor
    return light


def _missed(report: PlantReport, name: str, used: Bool, usual: Usual) -> Loss:
    """What flagged intervals would have given at the usual performance."""
    where = report.flags[name].to_numpy() & used
    if not where.any():
        return Loss(name, 0.0)
    if not np.isfinite(usual.value):
        return Loss(name, np.nan, reason="few_days")
    frame, facts = report.course.frame, report.course.facts
    assert facts.kwp is not None
    # What units that are down would have given is the outage's.
    light = frame["poa_global"].to_numpy() * running_share(report.course)
    value, low, high = (
        pv_losses.missed_hours(
            frame["ac_kw"].to_numpy(), light,
            frame["temp_cell"].to_numpy(), frame["hours"].to_numpy(), where, facts.kwp,
            facts.gamma_pdc, one,
        )
        for one in (usual.value, usual.low, usual.high)
    )  # fmt: skip
    return Loss(name, value, low, high)


def usual_of(report: PlantReport, history: DailyHistory | None) -> Usual:
    """The plant's performance on the undisturbed days nearest to the window."""
    if history is None:
        return pv_losses.usual_performance(np.empty(0))
    return pv_losses.usual_performance(
        nearest_days(undisturbed(history), *_days_of(report, history), USUAL_DAYS)
    )


def _days_of(report: PlantReport, history: DailyHistory) -> tuple[int, int]:
    """First and last day of a window, as places in the history."""
    edges = np.array([report.course.start, report.course.end - 1])
    first, last = np.searchsorted(history.frame["start"].to_numpy(), edges, side="right") - 1
    return int(first), int(last)


def _outage(report: PlantReport, history: DailyHistory | None) -> Loss:
    """What units missed while they did not run, as their peers or the light tell."""
    lost, kwp = report.units["lost_kwh"].to_numpy(), report.course.facts.kwp
    if np.isnan(lost).any():
        return Loss("outage", np.nan, reason="no_peers")
    assert kwp is not None
    if not lost.any():
        return Loss("outage", 0.0)
    if history is None:
        return Loss("outage", np.nan, reason="few_days")
    place = _days_of(report, history)
    edges = np.array(
        [_usual_share(nearest_days(history.shares[at].to_numpy(), *place, USUAL_DAYS))
         for at in range(len(lost))]
    )  # fmt: skip
    if np.isnan(edges[lost > 0]).any():
        return Loss("outage", np.nan, reason="few_days")
    value, low, high = (float(part) for part in (lost[:, None] * np.nan_to_num(edges)).sum(axis=0))
    return Loss("outage", value / kwp, low / kwp, high / kwp)


def _usual_share(daily: Float) -> tuple[float, float, float]:
    """What a unit gives of its median peer when it runs: middle and range of 95 % of its days."""
    if len(daily) < LEAST_SHARES:
        return np.nan, np.nan, np.nan
    middle, low, high = np.quantile(daily, [0.5, 0.025, 0.975])
    return float(middle), float(low), float(high)


def _converted(report: PlantReport, used: Bool, ya: float, yf: float) -> list[Loss]:
    """Losses from the DC side to the output, by the inverters and behind them."""
    frame, kwp = report.course.frame, report.course.facts.kwp
    if report.course.output == "inverters":
        return [Loss("inverter", ya - yf), Loss("ac", np.nan, reason="no_meter")]
    inside = frame["inverters_kw"].to_numpy()
    both = used & np.isfinite(inside)
    if both.sum() < used.sum():
        return [Loss("conversion", ya - yf)]
    out = float((inside * frame["hours"].to_numpy())[used].sum()) / (kwp or 1.0)
    return [Loss("inverter", ya - out), Loss("ac", out - yf)]
