"""A device of the demo site: its name, its facts, its readings one signal at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ingest.demo.clock import Bools, Floats, Ints, Singles
from ingest.demo.troubles import Poller

Reading = tuple[Ints, Floats]
Source = Callable[[], Reading]


@dataclass(frozen=True)
class DemoDevice:
    """A generated device.

    Parameters
    ----------
    name : as in the store. group : ``"meter"``, ``"PV"`` or ``"BESS"``.
    facts : what its type plate and its owner say, JSON-ready.
    """

    name: str
    group: str
    facts: dict[str, Any]
    _sources: Callable[[], dict[str, Source]] = field(repr=False, compare=False)

    def signals(self) -> Iterator[tuple[str, Ints, Floats]]:
        """Readings signal by signal: name, time stamps [µs, UTC, rising], values.

        Names rise in plain string order; each signal is made when it is asked for.
        """
        sources = self._sources()
        for name in sorted(sources):
            ts, values = sources[name]()
            yield name, ts, values


def sampled(
    poller: Poller,
    values: Floats | Singles,
    every: int,
    decimals: int,
    also: Bools | None = None,
) -> Source:
    """Source of `values` [minutes] polled every `every` minutes, rounded to `decimals`."""
    seen = values[poller.minutes(every, also)]  # at once: nothing then holds the whole span

    def read() -> Reading:
        exact = seen.astype(np.float64)
        return poller.ts[poller.minutes(every, also)], exact.round(
            decimals
        ) + 0.0  # -0.0 becomes 0.0

    return read
