"""The window of times of issue that were tested."""

from __future__ import annotations

from core.levels import DAY
from core.measures import Reach
from pages.ahead.context import Context
from pages.shared.window import pick_window


def pick_tested(ctx: Context, default: str = "all") -> tuple[int, int]:
    """Window within what the backtest spans [µs UTC]."""
    said = ctx.manifest["backtest"]
    reach = Reach(int(said["start"]), int(said["end"]))
    return pick_window([reach], ctx.zone, default=default).view


def days(span: tuple[int, int]) -> float:
    """Length of a window [d]."""
    return (span[1] - span[0]) / DAY
