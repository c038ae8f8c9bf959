"""Numbers, dates and durations in the language of the page, written by `core.numerals`."""

from __future__ import annotations

import math
from decimal import Decimal

from core import numerals
from core.charts import fit_unit
from pages.shared.texts import current_language

NBSP, MINUS, NOTHING = numerals.NBSP, numerals.MINUS, numerals.NOTHING
MOST_DECIMALS = 40  # of a page's numbers; a report has fewer
# Symbols of the SI brochure, the same in both languages.
_PARTS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
_LEVELS = {"1min": 60, "5min": 300, "15min": 900, "1h": 3600, "1d": 86_400}


def number(value: float | None, digits: int | None = None, lang: str | None = None) -> str:
    """``887 833`` or ``887.833``; four significant digits unless `digits` decimals are asked for.

    Whole numbers keep all their digits; NaN and None become a dash.
    """
    if digits is None and value is not None and math.isfinite(value):
        digits = numerals.decimals([value], most=MOST_DECIMALS)
    return numerals.number(value, digits, _language(lang))


def scaled(
    value: float | None, unit: str, digits: int | None = None, lang: str | None = None
) -> tuple[str, str]:
    """Number and unit apart, the SI prefix chosen to fit: 1234 kW becomes 1.234 and MW."""
    if value is None or not math.isfinite(value):
        return NOTHING, unit
    factor, fitted = fit_unit(value, unit)
    value = (
        round(value * factor, numerals.decimals([value * factor], most=MOST_DECIMALS))
        if digits is None
        else value * factor
    )
    return number(value, digits, lang), "" if fitted == "1" else fitted


def quantity(
    value: float | None, unit: str, digits: int | None = None, lang: str | None = None
) -> str:
    """Number with its unit, kept together: ``1.234 MW``."""
    text, fitted = scaled(value, unit, digits, lang)
    return f"{text}{NBSP}{fitted}" if fitted else text


def in_unit(value: float | None, unit: str) -> str:
    """Number in the unit it has, for tables whose rows have one in common: ``0.85 kW``."""
    known = value is not None and math.isfinite(value)
    return f"{number(value)}{NBSP}{unit}" if known and unit not in ("", "1") else number(value)


def energy(kwh: float | None, lang: str | None = None) -> str:
    """An energy in kWh whatever its size, as on a bill: ``287.17``, ``1 091 945``."""
    if kwh is None or not math.isfinite(kwh):
        return NOTHING
    return number(kwh, 2 if abs(kwh) < 1000 else 0, lang)


def exact(value: float, unit: str = "", lang: str | None = None) -> str:
    """All digits of a number, in the unit it has: ``7 450.76934375 kWh``."""
    if not math.isfinite(value):
        return NOTHING
    thousands, decimal = numerals.SEPARATORS[_language(lang)]
    digits = repr(abs(float(value))).removesuffix(".0")
    if "e" in digits and 1e-9 <= abs(value) < 1e15:
        digits = f"{Decimal(digits):f}"
    whole, dot, rest = digits.partition(".")
    if whole.isdigit():
        whole = f"{int(whole):,}".replace(",", thousands)
    text = (MINUS if value < 0 else "") + whole + (decimal + rest if dot else "")
    return f"{text}{NBSP}{unit}" if unit not in ("", "1") else text


def percent(ratio: float | None, digits: int = 1, lang: str | None = None) -> str:
    """A ratio (0..1) in percent."""
    if ratio is None or not math.isfinite(ratio):
        return NOTHING
    return f"{number(100 * ratio, digits, lang)}{NBSP}%"


def change(now: float, before: float, lang: str | None = None) -> str:
    """Relative change with its sign, a dash where `before` gives no base."""
    if not (math.isfinite(now) and math.isfinite(before)) or before == 0:
        return NOTHING
    ratio = (now - before) / abs(before)
    text = percent(ratio, 1, lang)
    return text if text.startswith(MINUS) or ratio <= 0 else f"+{text}"


def moment(us: int, zone: str, lang: str | None = None, *, seconds: bool = False) -> str:
    """``13 Jun 2025 23:59`` or ``13.06.2025 23:59``, wall time of the zone."""
    return numerals.moment(us, zone, _language(lang), seconds=seconds)


def day(us: int, zone: str, lang: str | None = None) -> str:
    """``13 Jun 2025`` or ``13.06.2025``."""
    return numerals.day(us, zone, _language(lang))


def span(start: int, end: int, zone: str, lang: str | None = None) -> str:
    """From and to, the day named once where both lie in it; as finely as their distance asks."""
    seconds = end - start < 600_000_000
    first = moment(start, zone, lang, seconds=seconds)
    last = moment(end, zone, lang, seconds=seconds)
    if end - start < 10_000_000:
        decimal = numerals.SEPARATORS[_language(lang)][1]
        digits = 3 if start % 1000 == end % 1000 == 0 else 6
        first, last = (
            f"{text}{decimal}{us % 1_000_000:06d}"[: len(text) + 1 + digits]
            for text, us in ((first, start), (last, end))
        )
    if day(start, zone, lang) == day(end, zone, lang):
        last = last.rsplit(" ", 1)[1]
    return f"{first} – {last}"


def duration(us: int, lang: str | None = None) -> str:
    """The two largest parts: ``3 h 20 min``, ``2 d 4 h``."""
    lang = lang or current_language()
    if 0 < us < 1_000_000:
        return f"{number(us / 1000, None, lang)}{NBSP}ms"
    rest = round(us / 1_000_000)
    parts = []
    for name, size in _PARTS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{number(count, 0, lang)}{NBSP}{name}")
        elif parts:
            break
    return " ".join(parts[:2]) or f"0{NBSP}s"


def level(name: str, lang: str | None = None) -> str:
    """``1h`` as ``1 h``."""
    return duration(_LEVELS[name] * 1_000_000, lang) if name in _LEVELS else name


def _language(lang: str | None) -> numerals.Language:
    """Language asked for, else that of the page."""
    return "de" if (lang or current_language()) == "de" else "en"
