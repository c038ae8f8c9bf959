"""Words of the Dispatch page; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
DISPATCH: dict[str, tuple[str, str]] = {
    "nav.dispatch": ("Dispatch", "Einsatzplan"),
}
