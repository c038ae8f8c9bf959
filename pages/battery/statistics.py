"""Statistics of the signals chosen, and the values that their chart shows."""

from __future__ import annotations

from pages.battery.context import Context
from pages.shared import values


def show(ctx: Context) -> None:
    """Tables of the signals chosen."""
    values.show_statistics(ctx.store, ctx.chosen, ctx.span)
