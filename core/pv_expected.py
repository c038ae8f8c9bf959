"""Expected against actual of the plant that a device is part of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.energies import Every
from core.errors import QueryError
from core.expected_report import PERIODS, ExpectedReport, expected_report
from core.known_plants import known_plants, plants_by_facts
from core.pv_plant import NO_FILE, plants_stamp
from core.query import Store

__all__ = ["PERIODS", "Production", "production"]


@dataclass(frozen=True)
class Production:
    """Expected against actual, or why there is none.

    Attributes
    ----------
    report : None where it cannot be told.
    lacks : ``plant`` (its description is not complete) or ``weather``; empty where it can be told.
    detail : what is missing, and what mends it.
    """

    report: ExpectedReport | None
    lacks: str = ""
    detail: str = ""


@dataclass(frozen=True)
class YieldExpected:
    """Expected yield [kWh/kWp] of the steps with weather and power, and actual / expected."""

    specific_yield: float
    ratio: float


def yield_expected(
    store: Store, device: str, start: int, end: int, stamp: tuple[str, int] | None = None
) -> YieldExpected | None:
    """What a plant should have given in [start, end) [µs UTC]; None where it cannot be told.

    Raises
    ------
    DeclarationError : the file of plants is wrong.
    UnknownDevice, UnknownSignal, BadWindow
    """
    found = production(store, device, start, end, "1mo", stamp).report
    if found is None:
        return None
    expected, actual = (float(found.periods[name].sum()) for name in ("expected", "actual"))
    if not expected > 0:
        return None
    return YieldExpected(expected / found.plant.kwp, actual / expected)


def production(
    store: Store,
    device: str,
    start: int,
    end: int,
    every: Every,
    stamp: tuple[str, int] | None = None,
) -> Production:
    """Expected against actual in [start, end) [µs UTC] by local periods, one of `PERIODS`.

    Raises
    ------
    DeclarationError : the file of plants is wrong.
    UnknownDevice, UnknownSignal, BadWindow
    """
    stamp = stamp or plants_stamp(store)
    known = plants_by_facts(store) if stamp == NO_FILE else known_plants(store, Path(stamp[0]))
    plant = known.of_device(device)
    if plant is None:
        return Production(None, "plant", known.refused.get(device, ""))
    try:
        return Production(expected_report(store, plant, start, end, every))
    except QueryError as error:
        return Production(None, "weather", str(error))
