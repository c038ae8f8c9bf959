"""Print every figure: ``python -m benchmarks [build|query|...] [--full]``; see `NAMES`.

``soak --minutes 5 --seed 2`` says how long and which trouble.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

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

NAMES = (
    "build",
    "query",
    "downsample",
    "journal",
    "packs",
    "pv",
    "alerts",
    "diagnosis",
    "collect",
    "soak",
    "dispatch",
    "forecast",
)
LONG = ("pv", "diagnosis", "collect", "soak", "forecast")  # only where asked for
OPTIONS = ("--minutes", "--seed", "--keep")  # that a value follows


def main(arguments: list[str]) -> int:
    """Run what is asked for; the exit code counts figures that fall short."""
    given = dict(itertools.pairwise(arguments))
    told = {name: given[name] for name in OPTIONS if name in given}
    asked = [one for one in arguments if not one.startswith("-") and one not in told.values()]
    asked = asked or [name for name in NAMES if name not in LONG]
    short = 0
    if "build" in asked:
        share = 1.0 if "--full" in arguments else 0.25
        for figure in bench_build.figures(share=share):
            print(figure, flush=True)
            short += figure.reached is False
    if "query" in asked:
        for figure in bench_query.figures():
            print(figure, flush=True)
            short += figure.reached is False
    if "downsample" in asked:
        bench_downsample.main()
    if "journal" in asked:
        for figure in bench_journal.figures(full="--full" in arguments):
            print(figure, flush=True)
            short += figure.reached is False
    if "packs" in asked:
        for figure in bench_packs.figures(full="--full" in arguments):
            print(figure, flush=True)
            short += figure.reached is False
    if "pv" in asked:
        for figure in bench_pv.figures():
            print(figure, flush=True)
            short += figure.reached is False
    if "alerts" in asked:
        for figure in bench_alerts.figures():
            print(figure, flush=True)
            short += figure.reached is False
    if "diagnosis" in asked:
        for figure in bench_diagnosis.figures(seeds=20 if "--full" in arguments else 7):
            print(figure, flush=True)
            short += figure.reached is False
    if "dispatch" in asked:
        for figure in bench_dispatch.figures():
            print(figure, flush=True)
            short += figure.reached is False
    if "collect" in asked:
        minutes = float(told.get("--minutes", bench_collect.MINUTES))
        for figure in bench_collect.figures(minutes=minutes):
            print(figure, flush=True)
            short += figure.reached is False
    if "forecast" in asked:
        for figure in bench_forecast.figures(full="--full" in arguments):
            print(figure, flush=True)
            short += figure.reached is False
    if "soak" in asked:
        minutes = float(told.get("--minutes", bench_soak.MINUTES))
        seed = int(told.get("--seed", 1))
        keep = Path(told["--keep"]) if "--keep" in told else None
        for figure in bench_soak.figures(minutes=minutes, seed=seed, keep=keep):
            print(figure, flush=True)
            short += figure.reached is False
    return min(short, 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
