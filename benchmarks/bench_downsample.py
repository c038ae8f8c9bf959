"""What reducing a window to 2000 points costs, beside summing it and beside the lttb package.

Run: python -m benchmarks.bench_downsample
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import lttb
import numpy as np

from core.downsample import REDUCERS, SECOND, Floats, Ints, m4_columns, reduce_indices

SIZES = (100_000, 1_000_000)
POINTS = 2000
ROUNDS = 15


def best_seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Shortest of several runs [s]: on a shared machine the least disturbed one."""
    shortest = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest


def walk(n: int) -> tuple[Ints, Floats]:
    """A random walk, one reading a second."""
    ts = 1_704_067_200 * SECOND + np.arange(n, dtype=np.int64) * SECOND
    return ts, np.random.default_rng(0).normal(size=n).cumsum()


def outages(ts: Ints, value: Floats) -> tuple[Ints, Floats]:
    """The same with a hundred outages, and twenty readings without a value."""
    lost = np.zeros(len(ts), dtype=np.bool_)
    for begin in np.linspace(0, len(ts), 102)[1:-1].astype(int):
        lost[begin : begin + len(ts) // 1000] = True
    value = value.copy()
    value[:: len(ts) // 20] = np.nan
    return ts[~lost], value[~lost]


def cases(n: int) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    ts, value = walk(n)
    holed_ts, holed = outages(ts, value)
    pairs = np.column_stack(((ts - ts[0]) / SECOND, value))
    work: dict[str, Callable[[], object]] = {"lttb package": lambda: lttb.downsample(pairs, POINTS)}
    for method in REDUCERS:
        work[method] = partial(reduce_indices, ts, value, POINTS, method)
    for method in REDUCERS:
        work[f"{method}, outages"] = partial(reduce_indices, holed_ts, holed, POINTS, method)
    window = (int(ts[0]), int(ts[-1]) + 1)
    work["m4 by column"] = lambda: m4_columns(ts, value, *window, POINTS // 4)
    return work


def main() -> None:
    """Print milliseconds and ratios for every size and method."""
    for n in SIZES:
        _, value = walk(n)
        floor = best_seconds(value.sum, 10 * ROUNDS)
        work = cases(n)
        package = best_seconds(work["lttb package"])
        print(f"{n} samples to {POINTS} points; floor, a sum: {floor * 1e3:.3f} ms")
        print(f"{'':24}{'ms':>10}{'x floor':>10}{'x faster than lttb':>22}")
        for name, run in work.items():
            took = best_seconds(run)
            ms, floors, faster = took * 1e3, took / floor, package / took
            print(f"{name:24}{ms:10.2f}{floors:10.1f}{faster:22.1f}")


if __name__ == "__main__":
    main()
