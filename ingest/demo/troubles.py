"""What goes wrong between a device and its store: lost polls, dead lines, replaced meters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingest.demo.clock import Bools, Clock, Ints
from ingest.demo.options import DemoOptions

LOST_POLLS = 0.002
JITTER_S = 4  # polls begin this many seconds late at most
SLIP_MINUTES = 3000  # how long the poller keeps its phase, on average


@dataclass(frozen=True)
class Troubles:
    """Planted troubles of one device; days count from the start of the span.

    Parameters
    ----------
    outages : spans [start, end] without any reading.
    counter_gaps : spans in which only the counters are missing.
    counter_reset_day : the counters start again at zero.
    stuck : (signal, start, end): the signal repeats its value.
    """

    outages: tuple[tuple[float, float], ...] = ()
    counter_gaps: tuple[tuple[float, float], ...] = ()
    counter_reset_day: float | None = None
    stuck: tuple[tuple[str, float, float], ...] = ()


def plan_troubles(options: DemoOptions, device: str) -> Troubles:
    """Draw the troubles of one device: hours for most, days for some."""
    rng = options.rng(f"{device} troubles")
    days = float(options.days)
    longest = {"m3": 1.3, "m6": 2.6, "BESS-2": 1.1}.get(device, 0.25)
    outages = []
    for share, length in ((0.33, longest), (0.71, 0.12)):
        start = days * (share + float(rng.uniform(-0.05, 0.05)))
        outages.append((round(start, 4), round(start + min(length, 0.05 * days), 4)))
    gap = days * 0.47
    stuck = []
    if device.startswith("BESS"):
        places = rng.permutation(options.packs * options.cells)  # no cell sticks twice
        for at, place in zip((0.22, 0.58, 0.86), places.tolist(), strict=False):
            name = f"bms1_p{place // options.cells + 1}_v{place % options.cells + 1}"
            start = days * at
            stuck.append((name, round(start, 4), round(start + min(0.8, 0.05 * days), 4)))
    return Troubles(
        outages=tuple(outages),
        counter_gaps=((round(gap, 4), round(gap + min(4.0, 0.1 * days), 4)),)
        if device == "m4"
        else (),
        counter_reset_day=round(days * 0.61, 4) if device == "m2" else None,
        stuck=tuple(stuck),
    )


def span_mask(clock: Clock, spans: tuple[tuple[float, float], ...]) -> Bools:
    """Minutes inside any of the spans [days]."""
    inside = np.zeros(clock.size, dtype=bool)
    for start, end in spans:
        inside[clock.index_of(start) : clock.index_of(end)] = True
    return inside


@dataclass(frozen=True)
class Poller:
    """Which minutes a device was polled in, and at which instant [µs, UTC]."""

    ts: Ints
    heard: Bools

    def minutes(self, every: int, also: Bools | None = None) -> Ints:
        """Minutes polled every `every` minutes and heard (and in `also`)."""
        picked = np.arange(0, self.ts.size, every)
        keep = self.heard[picked] if also is None else self.heard[picked] & also[picked]
        return picked[keep]


def build_poller(options: DemoOptions, clock: Clock, device: str, troubles: Troubles) -> Poller:
    """Poll times of a device: whole seconds late, the same for all its signals.

    The lateness stays for days and changes when the poller slips, as pollers do.
    """
    rng = options.rng(f"{device} poller")
    slips = np.cumsum(rng.random(clock.size) < 1 / SLIP_MINUTES)
    late = rng.integers(0, JITTER_S + 1, int(slips[-1]) + 1)[slips]
    heard = (rng.random(clock.size) >= LOST_POLLS) & ~span_mask(clock, troubles.outages)
    return Poller(ts=clock.ts + late * 1_000_000, heard=heard)
