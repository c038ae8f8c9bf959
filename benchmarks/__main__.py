"""Print every figure: ``python -m benchmarks [build|query|...] [--full]``; see `BENCHES`.

``soak --minutes 5 --seed 2`` says how long and which trouble; ``packs --full --keep DIR`` keeps the
stores it writes, and takes those it finds there.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import (
    bench_alerts,
    bench_build,
    bench_collect,
    bench_diagnosis,
    bench_dispatch,
    bench_downsample,
    bench_forecast,
    bench_journal,
    bench_packs,
    bench_pv,
    bench_query,
    bench_soak,
)
from benchmarks.measure import Figure


class Asked(NamedTuple):
    """Options of the command line; None where one is not given."""

    full: bool
    minutes: float | None
    seed: int
    keep: Path | None


def _downsample(_: Asked) -> Iterator[Figure]:
    bench_downsample.main()  # prints a table of its own
    return iter(())


BENCHES: dict[str, Callable[[Asked], Iterator[Figure]]] = {
    "build": lambda asked: bench_build.figures(share=1.0 if asked.full else 0.25),
    "query": lambda asked: bench_query.figures(),
    "downsample": _downsample,
    "journal": lambda asked: bench_journal.figures(full=asked.full),
    "packs": lambda asked: bench_packs.figures(full=asked.full, keep=asked.keep),
    "pv": lambda asked: bench_pv.figures(),
    "alerts": lambda asked: bench_alerts.figures(),
    "diagnosis": lambda asked: bench_diagnosis.figures(seeds=20 if asked.full else 7),
    "collect": lambda asked: bench_collect.figures(minutes=asked.minutes or bench_collect.MINUTES),
    "soak": lambda asked: bench_soak.figures(
        minutes=asked.minutes or bench_soak.MINUTES, seed=asked.seed, keep=asked.keep
    ),
    "dispatch": lambda asked: bench_dispatch.figures(),
    "forecast": lambda asked: bench_forecast.figures(full=asked.full),
}
LONG = ("pv", "diagnosis", "collect", "soak", "forecast")  # only where asked for
OPTIONS = ("--minutes", "--seed", "--keep")  # that a value follows


def main(arguments: list[str]) -> int:
    """Run what is asked for; the exit code counts figures that fall short."""
    given = dict(itertools.pairwise(arguments))
    told = {name: given[name] for name in OPTIONS if name in given}
    names = [one for one in arguments if not one.startswith("-") and one not in told.values()]
    unknown = [one for one in names if one not in BENCHES]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    asked = Asked(
        "--full" in arguments,
        float(told["--minutes"]) if "--minutes" in told else None,
        int(told.get("--seed", 1)),
        Path(told["--keep"]) if "--keep" in told else None,
    )
    short = 0
    for name, figures in BENCHES.items():
        if name in names or (not names and name not in LONG):
            for figure in figures(asked):
                print(figure, flush=True)
                short += figure.reached is False
    return min(short, 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
