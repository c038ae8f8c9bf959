"""Print every figure: ``python -m benchmarks [build|query|...] [--full]``; see `NAMES`."""

from __future__ import annotations

import sys

from benchmarks import (
    bench_build,
    bench_diagnosis,
    bench_downsample,
    bench_journal,
    bench_packs,
    bench_query,
)

NAMES = ("build", "query", "downsample", "journal", "packs", "diagnosis")


def main(arguments: list[str]) -> int:
    """Run what is asked for; the exit code counts figures that fall short."""
    asked = [name for name in arguments if not name.startswith("-")]
    asked = asked or [*NAMES[:-1]]  # planting faults takes its time
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
    if "diagnosis" in asked:
        for figure in bench_diagnosis.figures(seeds=20 if "--full" in arguments else 7):
            print(figure, flush=True)
            short += figure.reached is False
    return min(short, 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
