"""Names of weather signals: what was known when, and what is typical.

``ghi`` is known afterwards; ``ghi_lead24h`` was known at least 24 hours before its time;
``ghi_typical`` is of a typical year, which never happened (docs/adr/0009-what-was-known.md).
"""

from __future__ import annotations

import re

GROUP = "weather"
# Hours ahead at which a new class begins.
LEADS = (0, 1, 3, 6, 12, 18, 24, 36, 48, 72, 96, 120, 144, 168, 192, 240, 288, 336, 384)
TYPICAL = "_typical"
NOMINAL_YEAR = 1990  # no leap year, long before any plant of today; that of pvlib's readers too
_LEAD = re.compile(r"(.+)_lead(\d+)h")


def lead_name(signal: str, lead_h: int) -> str:
    """Name of what is said of a quantity at least `lead_h` hours ahead."""
    return f"{signal}_lead{lead_h}h"


def lead_of(name: str) -> tuple[str, int] | None:
    """Quantity and hours of a signal that is kept by lead; None of any other."""
    found = _LEAD.fullmatch(name)
    return (found.group(1), int(found.group(2))) if found else None
