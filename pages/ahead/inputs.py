"""What the model looks at, and what it was trained on."""

from __future__ import annotations

from pages.ahead.context import Context
from pages.shared import numbers, table
from pages.shared.texts import t


def show(ctx: Context) -> None:
    """Inputs, window and libraries of the model."""
    said = ctx.manifest
    start, end = said["window"]
    rows = [
        [t("ahead.input.window"), numbers.span(start, end, ctx.zone)],
        [t("ahead.input.signals"), ", ".join(said["signals"])],
        [t("ahead.input.holidays"), said["region"] or numbers.NOTHING],
        [t("ahead.input.weather"), t(f"ahead.weather.{said['weather'] or 'none'}")],
        [
            t("ahead.input.libraries"),
            ", ".join(f"{name} {number}" for name, number in said["libraries"].items()),
        ],
    ]
    table.show_table([t("ahead.col.what"), t("ahead.col.value")], rows)
