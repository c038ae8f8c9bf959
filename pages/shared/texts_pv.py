"""Words of the PV page and of plants; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
PV: dict[str, tuple[str, str]] = {
    "nav.pv": ("PV", "PV"),
}
