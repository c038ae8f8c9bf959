"""Faults planted into cells: which, when, how big; and what they do to a cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingest.demo.options import DemoOptions

# Charge faults and capacity faults hide each other at the end of charge (the string stops at
# whichever comes first), so each battery has its own sort.
HOME = {
    "capacity": "BESS-1",
    "resistance": "BESS-1",
    "offset_high": "BESS-2",
    "offset_low": "BESS-2",
    "self_discharge": "BESS-2",
}
SIZE = {
    "capacity": -0.05,
    "offset_high": 5.0,
    "offset_low": -5.0,
    "resistance": 1.0,
    "self_discharge": 0.03,
}
UNIT = {
    "capacity": "share of the cell's capacity",
    "offset_high": "Ah",
    "offset_low": "Ah",
    "resistance": "share of the cell's resistance",
    "self_discharge": "Ah/day",
}
# start and length of the onset as shares of the span
ONSET = {
    "capacity": (0.20, 0.25),
    "offset_high": (0.12, 0.0),
    "offset_low": (0.0, 0.0),
    "resistance": (0.30, 0.10),
    "self_discharge": (0.15, 0.0),
}
SHORT_SPAN_DAYS = 20  # in shorter spans every fault is there from the first day


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Parameters
    ----------
    device : battery. pack, cell : 1-based, as in the signal names.
    kind : one of the option's kinds. size, unit : full size of the fault.
    start_day : days after the start of the span. ramp_days : until it has its full size.
    """

    device: str
    pack: int
    cell: int
    kind: str
    size: float
    unit: str
    start_day: float
    ramp_days: float

    def share(self, day: float) -> float:
        """Share of the full size reached on `day`, 0..1."""
        if day < self.start_day:
            return 0.0
        return 1.0 if self.ramp_days == 0 else min(1.0, (day - self.start_day) / self.ramp_days)


def plan_faults(options: DemoOptions) -> list[Fault]:
    """Draw the faulty cells: no cell has two faults."""
    rng = options.rng("faults")
    slots = {
        name: list(rng.permutation(options.packs * options.cells)) for name in ("BESS-1", "BESS-2")
    }
    short = options.days < SHORT_SPAN_DAYS
    faults = []
    for kind, count in options.fault_counts().items():
        for _ in range(count):
            place = int(slots[HOME[kind]].pop())
            start, length = (0.0, 0.0) if short else ONSET[kind]
            faults.append(
                Fault(
                    device=HOME[kind],
                    pack=place // options.cells + 1,
                    cell=place % options.cells + 1,
                    kind=kind,
                    size=round(SIZE[kind] * float(rng.uniform(0.96, 1.04)), 5),
                    unit=UNIT[kind],
                    start_day=float(round(start * options.days)),
                    ramp_days=float(round(length * options.days)),
                )
            )
    return faults


def fault_vector(faults: list[Fault], kind: str, day: float, cells: int, size: int) -> np.ndarray:
    """Effect of all faults of `kind` on each cell of the string on `day`, 0 where none."""
    effect = np.zeros(size)
    for fault in faults:
        if fault.kind == kind:
            effect[(fault.pack - 1) * cells + fault.cell - 1] += fault.size * fault.share(day)
    return effect
