"""What every section of the Forecasts page knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import query
from core.forecast_report import Ahead
from pages.shared import theme
from pages.shared.texts import current_language, t


@dataclass(frozen=True)
class Context:
    """A device, what of it is forecast, and the forecast."""

    store: query.Store
    device: query.Device
    quantity: str
    stamp: str
    ahead: Ahead

    @property
    def manifest(self) -> dict[str, Any]:
        return self.ahead.stored.manifest

    @property
    def served(self) -> str:
        return self.ahead.forecast.served

    @property
    def unit(self) -> str:
        return self.ahead.forecast.target.unit

    @property
    def zone(self) -> str:
        return self.store.zone

    @property
    def who(self) -> str:
        """What is forecast, in words."""
        return quantity_words(self.quantity)

    @property
    def look(self) -> dict[str, Any]:
        """Theme and language of a figure."""
        return {"theme": theme.kind(), "language": current_language()}

    @property
    def band_words(self) -> dict[str, str]:
        """Names of what a figure of a forecast shows."""
        return {name: t(f"ahead.line.{name}") for name in ("expected", "band", "actual", "issue")}


def quantity_words(quantity: str) -> str:
    """What is forecast, in words; of several rooms with the signal's name."""
    base, _, room = quantity.partition(".")
    words = t(f"ahead.quantity.{base}")
    return f"{words} ({room})" if room else words
