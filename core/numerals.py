"""Numbers, days and moments as each language writes them; the language is always named."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from core.zones import zone_info

Language = Literal["de", "en"]

NBSP = "\u00a0"
MINUS = "−"
NOTHING = "–"
MONTHS: dict[Language, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"),
}
SEPARATORS: dict[Language, tuple[str, str]] = {  # thousands, decimal
    "en": (NBSP, "."), "de": (".", ","),
}  # fmt: skip
_TO: dict[Language, str] = {"en": "to", "de": "bis"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DECIMALS = 9


def decimals(values: Iterable[float], figures: int = 4, most: int = _MOST_DECIMALS) -> int:
    """Decimals that give the largest value `figures` significant digits, but none in vain.

    ``0.5`` and ``0.25`` need two, whole numbers none, nothing more than `most`.
    """
    finite = [abs(value) for value in values if math.isfinite(value)]
    largest = max(finite, default=0.0)
    if largest == 0:
        return 0
    digits = min(most, max(0, figures - 1 - math.floor(math.log10(largest))))
    # Beside thousands a quarter is still not nothing.
    digits = max(digits, int(any(0 < value < 1 for value in finite)))
    rounded = [round(value, digits) for value in finite]
    while digits and all(round(value, digits - 1) == value for value in rounded):
        digits -= 1
    return digits


def number(value: float | None, digits: int | None, language: Language) -> str:
    """``1.234,5`` or ``1 234.5`` with `digits` decimals; a dash where there is no value.

    Without `digits`, four significant digits, whole numbers whole.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    thousands, decimal = SEPARATORS[language]
    text = f"{abs(value):,.{decimals([value]) if digits is None else digits}f}"
    sign = MINUS if value < 0 and text.strip("0.,") else ""
    return sign + text.replace(",", "\0").replace(".", decimal).replace("\0", thousands)


def between(low: float | None, high: float | None, digits: int | None, language: Language) -> str:
    """``−2,1 bis −0,4``; a dash where neither end is known."""
    ends = [number(low, digits, language), number(high, digits, language)]
    return NOTHING if ends == [NOTHING, NOTHING] else f" {_TO[language]} ".join(ends)


def day(us: int, zone: str, language: Language) -> str:
    """``13 Jun 2025`` or ``13.06.2025``, local day of the zone."""
    local = local_time(us, zone)
    if language == "de":
        return local.strftime("%d.%m.%Y")
    return f"{local.day} {MONTHS['en'][local.month - 1]} {local.year}"


def moment(us: int, zone: str, language: Language, *, seconds: bool = False) -> str:
    """``13 Jun 2025 23:59`` or ``13.06.2025 23:59``, wall time of the zone."""
    clock = "%H:%M:%S" if seconds else "%H:%M"
    return f"{day(us, zone, language)} {local_time(us, zone).strftime(clock)}"


def span(start: int, end: int, zone: str, language: Language) -> str:
    """``1 Mar 2025 – 13 Jun 2025``: from the day of `start` to the day of `end` [µs UTC]."""
    first, last = day(start, zone, language), day(end, zone, language)
    return first if first == last else f"{first} – {last}"


def local_time(us: int, zone: str) -> datetime:
    """A moment [µs UTC] on the clock of a zone."""
    return (_EPOCH + timedelta(microseconds=int(us))).astimezone(zone_info(zone))
