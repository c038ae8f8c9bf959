"""Public holidays of Germany, computed."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

STATES = (
    "BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH",
)  # fmt: skip
REGIONS = ("DE", *(f"DE-{state}" for state in STATES))
# Day and month, states, first year in law where it was added lately.
_FIXED = (
    (1, 6, ("BW", "BY", "ST"), 0),  # Epiphany
    (3, 8, ("BE",), 2019), (3, 8, ("MV",), 2023),  # Women's Day
    (8, 15, ("SL",), 0),  # Assumption
    (9, 20, ("TH",), 2019),  # Children's Day
    (10, 31, ("BB", "MV", "SN", "ST", "TH"), 0), (10, 31, ("HB", "HH", "NI", "SH"), 2018),
    (11, 1, ("BW", "BY", "NW", "RP", "SL"), 0),  # All Saints
)  # fmt: skip
_CORPUS_CHRISTI = ("BW", "BY", "HE", "NW", "RP", "SL")


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar.

    Source: Meeus, Astronomical Algorithms, chapter 8.
    """
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * j) // 433
    month = (h + j - 7 * m + 90) // 25
    return date(year, month, (h + j - 7 * m + 33 * month + 19) % 32)


@cache
def public_holidays(region: str, year: int) -> frozenset[date]:
    """Public holidays of a year; none for an empty region.

    Parameters
    ----------
    region : ``DE`` for those of all states, ``DE-BY`` for those of one, or empty.

    Raises
    ------
    ValueError : no such region.
    """
    if not region:
        return frozenset()
    if region not in REGIONS:
        raise ValueError(f"no holidays known for {region!r}; there are: {', '.join(REGIONS)}")
    state = region.removeprefix("DE").removeprefix("-")
    easter = easter_sunday(year)
    days = {date(year, 1, 1), date(year, 5, 1), date(year, 10, 3), date(year, 12, 25),
            date(year, 12, 26)}  # fmt: skip
    days |= {easter + timedelta(days=n) for n in (-2, 1, 39, 50)}
    days |= {date(year, m, d) for m, d, where, since in _FIXED if state in where and year >= since}
    if state in _CORPUS_CHRISTI:
        days.add(easter + timedelta(days=60))
    if state == "BB":
        days |= {easter, easter + timedelta(days=49)}
    if year == 2017:
        days.add(date(2017, 10, 31))  # 500 years of the Reformation, in all states
    if state == "SN":
        before = date(year, 11, 22)  # the Wednesday before 23 November
        days.add(before - timedelta(days=(before.weekday() - 2) % 7))
    if state == "BE":
        days |= {date(2020, 5, 8), date(2025, 5, 8)} & {date(year, 5, 8)}
    return frozenset(days)
