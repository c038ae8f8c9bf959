"""How a plant's output changes over years, year on year, with an interval it can be held to.

The method is RdTools': each day's temperature-corrected performance against that of the same day a
year before, and the median of all such changes. Comparing equal seasons needs no model of the
season; the median needs no list of outages. RdTools draws its interval from the changes as if they
were independent; days are not (soil stays until rain), so whole stretches of days are drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analytics.quality import Float, Int

YEAR_DAYS = 365
LEAST_DAYS = 730
LEAST_PAIRS = 180
FIRST_YEAR = 365
OUTLIER_MADS = 5.0  # away from the median of its month around
LEAST_SCATTER = 0.01  # of the performance: days nearer than this are never outliers
AROUND_DAYS = 31
BLOCK_DAYS = 60  # soil stays for weeks
DRAWS = 400
LEAST_SHARE = 0.5  # of what is usual around: a day below had an outage, not wear
LEAST_INSOLATION = 0.3  # of the median day's: dull days tell noise
MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Degradation:
    """Change of the performance per year, relative to the first year.

    Attributes
    ----------
    rate : median [1/year], negative where output falls; low, high : 95 % interval.
    pairs : days compared with the same day a year before; days : days that count.
    span_days : from the first to the last day that counts.
    changes : each pair's change [1/year]; day : the later day of each pair.
    base : median performance of the first year.
    refusal : why there is none: ``short`` (under two years), ``few_pairs``; else empty.
    """

    rate: float
    low: float
    high: float
    pairs: int
    days: int
    span_days: int
    changes: Float
    day: Int
    base: float
    refusal: str = ""

    @property
    def verdict(self) -> str:
        """``declines``, ``rises`` or ``not_distinguishable`` from no change."""
        if self.refusal:
            return self.refusal
        return "declines" if self.high < 0 else "rises" if self.low > 0 else "not_distinguishable"


def filter_days(performance: Float, insolation: Float) -> Float:
    """Daily performance with days left out that tell of weather or outages: NaN.

    Parameters
    ----------
    performance : float64[n], a value per calendar day, NaN without.
    insolation : float64[n] [kWh/m²].
    """
    usual = np.nanmedian(insolation) if np.isfinite(insolation).any() else np.nan
    kept = np.where(insolation >= LEAST_INSOLATION * usual, performance, np.nan)
    around = pd.Series(kept).rolling(AROUND_DAYS, center=True, min_periods=5)
    middle = around.median().to_numpy()
    away = np.abs(kept - middle)
    spread = pd.Series(away).rolling(4 * AROUND_DAYS, center=True, min_periods=5).median()
    limit = np.maximum(OUTLIER_MADS * MAD_TO_SIGMA * spread.to_numpy(), LEAST_SCATTER * middle)
    with np.errstate(invalid="ignore"):
        good = (away <= limit) & (kept >= LEAST_SHARE * middle)
    return np.where(good, kept, np.nan)


def estimate_degradation(
    performance: Float, insolation: Float, *, level: float = 0.95, seed: int = 1
) -> Degradation:
    """Change per year of a daily performance.

    Parameters
    ----------
    performance : float64[n], temperature-corrected, a value per calendar day without a break in
        the calendar; NaN where there is none.
    insolation : float64[n] [kWh/m²].

    Source: Jordan et al., Prog. Photovolt. 26 (2018) 691; RdTools `degradation_year_on_year`;
    intervals by circular blocks of residuals (Politis and Romano, 1992).
    """
    kept = filter_days(performance, insolation)
    known = np.flatnonzero(np.isfinite(kept))
    days = len(known)
    span = int(known[-1] - known[0]) + 1 if days else 0
    if span < LEAST_DAYS:
        return _refused("short", 0, days, span)
    kept = kept[known[0] : known[-1] + 1]
    base, changes = _year_on_year(kept)
    paired = np.flatnonzero(np.isfinite(changes))
    later = paired + YEAR_DAYS + known[0]
    if len(paired) < LEAST_PAIRS:
        return _refused("few_pairs", len(paired), days, span)
    rate = float(np.median(changes[paired]))
    low, high = _interval(kept / base, rate, level, seed)
    return Degradation(rate, low, high, len(paired), days, span, changes[paired], later, base)


def wear_rate(kept: Float) -> float:
    """Change per year of filtered days without its interval; NaN where it is refused."""
    known = np.flatnonzero(np.isfinite(kept))
    if not len(known) or known[-1] - known[0] + 1 < LEAST_DAYS:
        return np.nan
    _, changes = _year_on_year(kept[known[0] : known[-1] + 1])
    told = changes[np.isfinite(changes)]
    return float(np.median(told)) if len(told) >= LEAST_PAIRS else np.nan


def _year_on_year(kept: Float) -> tuple[float, Float]:
    """Median of the first year, and each day's change against the same day a year before."""
    base = float(np.nanmedian(kept[:FIRST_YEAR]))
    return base, (kept[YEAR_DAYS:] - kept[:-YEAR_DAYS]) / base


def _refused(why: str, pairs: int, days: int, span: int) -> Degradation:
    none = np.empty(0)
    return Degradation(
        np.nan, np.nan, np.nan, pairs, days, span, none, none.astype(np.int64), np.nan, why
    )


def _interval(relative: Float, rate: float, level: float, seed: int) -> tuple[float, float]:
    """Interval of the median change, from circular blocks of what trend and season leave over."""
    n = len(relative)
    day = np.arange(n)
    flat = relative - rate * day / 365.25
    season = _season(flat)
    left = flat - season
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, n, size=(DRAWS, -(-n // BLOCK_DAYS)))
    at = (starts[:, :, None] + np.arange(BLOCK_DAYS)).reshape(DRAWS, -1)[:, :n] % n
    drawn = left[at]
    changes = drawn[:, YEAR_DAYS:] - drawn[:, :-YEAR_DAYS]
    medians = _medians(changes)
    tail = (1 - level) / 2
    low, high = np.quantile(medians - np.median(medians), [tail, 1 - tail])
    wider = _small_sample(n, tail)
    return rate + wider * float(low), rate + wider * float(high)


def _small_sample(n: int, tail: float) -> float:
    """Factor for what few years hide.

    A season taken from Y years takes 1/Y of what is slow in the residuals along; and of few blocks
    the tails are those of Student's t.
    """
    from scipy import stats

    years = n / 365.25
    blocks = max(n / BLOCK_DAYS, 2.0)
    student = stats.t.ppf(1 - tail, blocks - 1) / stats.norm.ppf(1 - tail)
    return float(student * np.sqrt(years / (years - 1)))


def _medians(rows: Float) -> Float:
    """Median of each row without its NaN; `np.nanmedian` takes ten times as long."""
    ordered = np.sort(rows, axis=1)  # NaN come last
    count = np.isfinite(rows).sum(axis=1)
    row = np.arange(len(rows))
    lower, upper = ordered[row, (count - 1) // 2], ordered[row, count // 2]
    return np.asarray((lower + upper) / 2)


def _season(values: Float) -> Float:
    """What returns every year: median by day of the year, over a month around it."""
    n, place = len(values), np.arange(len(values)) % YEAR_DAYS
    by_day = pd.Series(values).groupby(place).median().reindex(range(YEAR_DAYS)).to_numpy()
    ring = pd.Series(np.tile(by_day, 3)).rolling(AROUND_DAYS, center=True, min_periods=1).median()
    smooth = ring.to_numpy()[YEAR_DAYS : 2 * YEAR_DAYS]
    return np.asarray(np.nan_to_num(smooth)[place[:n]])
