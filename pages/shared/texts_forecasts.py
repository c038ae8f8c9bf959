"""Words of the Forecasts page; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
FORECASTS: dict[str, tuple[str, str]] = {
    "nav.forecasts": ("Forecasts", "Prognosen"),
}
