"""Forecasts as signals of the store, by how far ahead of its time a value was known.

Kept as weather is (docs/adr/0009-what-was-known.md): ``load_p50_lead24h`` is the newest forecast
of a slot that was issued at least 24 hours before it began; so nobody who asks for what was known
a day ahead can see what came later. The signal ``load_ahead_lead24h`` says how many hours ahead
that was: time less that is the time of issue.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from core.forecast_cases import base_of
from core.ledger import Commit, SourceRow, open_ledger
from core.levels import HOUR
from core.measures import FORECAST_GROUP as GROUP
from core.pyramid import DeviceSession
from core.signals import Signal
from core.weather_names import LEADS, lead_name

LEADS_H = tuple(lead for lead in LEADS if lead < 48)
COLUMNS = ("expected", "p10", "p50", "p90", "ahead")
_NAME = re.compile(r"([a-z0-9_.]+?)_(expected|p10|p50|p90|ahead)_lead(\d+)h")


def forecast_device(device: str) -> str:
    """The device of the store that forecasts of a device are signals of."""
    return f"{device}.forecast"


def signal_name(quantity: str, column: str, lead_h: int) -> str:
    """Name of the signal of a column and a class of lead."""
    return lead_name(f"{quantity}_{column}", lead_h)


def parts_of_name(name: str) -> tuple[str, str, int] | None:
    """Quantity, column and hours of a forecast signal; None of any other."""
    found = _NAME.fullmatch(name)
    return (found.group(1), found.group(2), int(found.group(3))) if found else None


def by_lead(forecast: pd.DataFrame, issue: int) -> dict[tuple[str, int], pd.DataFrame]:
    """Values to keep by column and class of lead: frames `ts` [µs UTC], `value`."""
    ts = forecast["ts"].to_numpy(np.int64)
    ahead = (ts - issue) / HOUR
    values = {name: forecast[name].to_numpy() for name in COLUMNS[:-1]} | {"ahead": ahead}
    found = {}
    for lead in LEADS_H:
        # Known six hours ahead is known zero hours ahead too.
        inside = ahead >= lead
        for name, column in values.items():
            good = inside & np.isfinite(column)
            if good.any():
                found[name, lead] = pd.DataFrame({"ts": ts[good], "value": column[good]})
    return found


def write_forecast(
    root: Path,
    device: str,
    quantity: str,
    unit: str,
    forecast: pd.DataFrame,
    issue: int,
    *,
    synthetic: bool,
    facts: Mapping[str, object],
) -> int:
    """Put a forecast into the store; returns the number of readings.

    Parameters
    ----------
    forecast : frame `ts` [µs UTC], `expected`, `p10`, `p50`, `p90` [unit].
    issue : time of issue [µs UTC].
    facts : what the forecast's device says of itself.

    Raises
    ------
    StoreError : the store cannot be written now.
    """
    name = forecast_device(device)
    pieces = by_lead(forecast, issue)
    source = SourceRow(
        f"forecast:{device}/{quantity}", name, kind=GROUP, status="new", declared=f"issue={issue}"
    )
    rows = 0
    signals = sorted((signal_name(quantity, column, lead), column, lead) for column, lead in pieces)
    with (
        open_ledger(root) as ledger,
        DeviceSession(ledger, name, GROUP, synthetic=synthetic) as session,
    ):
        with ledger.transaction() as commit:
            number = commit.put_source(source)
        for signal_id, column, lead in signals:
            frame = pieces[column, lead]
            meaning = (
                Signal(signal_id, "forecast_lead", "h")
                if column == "ahead"
                else Signal(signal_id, f"{base_of(quantity)}_forecast", unit)
            )
            ts = frame["ts"].to_numpy(np.int64)
            levels = session.levels(signal_id, ts)
            readings = (ts, frame["value"].to_numpy(), np.full(len(ts), number, np.int64))
            for chunk in session.chunks(meaning, readings, levels=levels):
                session.append(meaning, chunk, levels)
            rows += len(ts)

        def record(commit: Commit) -> None:
            commit.put_facts(name, dict(facts))
            commit.put_source(
                SourceRow(
                    source.path, name, kind=GROUP, declared=source.declared,
                    signals=tuple(one[0] for one in signals), rows=rows,
                    first=int(forecast["ts"].min()), last=int(forecast["ts"].max()),
                    read_at=time.time_ns() // 1000,
                )
            )  # fmt: skip

        session.commit(record)
    return rows
