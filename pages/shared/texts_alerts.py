"""Words of the Alerts page; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
ALERTS: dict[str, tuple[str, str]] = {
    "nav.alerts": ("Alerts", "Alarme"),
}
