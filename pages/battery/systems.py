"""Converter, auxiliaries, climate and safety around the battery."""

from __future__ import annotations

from functools import partial

from core import bess
from pages.battery.context import Context, draw_notes
from pages.shared import chart
from pages.shared.texts import t


def show(ctx: Context) -> None:
    """A chart for each group around the battery."""
    groups = bess.grouped_signals(ctx.signals)
    around = [name for name in bess.GROUPS if name != "battery"]
    for name in around:
        members = [
            one for one in groups.get(name, []) if one.kind == "analog"
        ][:6]  # fmt: skip
        if members:
            chart.show_series(
                f"group-{name}", ctx.store, members, ctx.span, whole_page=True,
                over=partial(draw_notes, ctx),
                title=t("bess.group.title", group=t(f"bess.group.{name}"), names=", ".join(
                    one.name for one in members)),
                height=150 + 90 * len({one.unit for one in members}),
            )  # fmt: skip
    lacking = [t(f"bess.group.{name}") for name in around if name not in groups]
    if lacking:
        chart.show_caption(t("bess.group.missing", groups=", ".join(lacking)))
