"""The file of a plan: setpoints by actuator and step, for a controller to follow.

::

    {"format": "ziggurat-plan", "version": 1,
     "issued": "2026-07-01T10:00:00Z", "start": "2026-07-01T10:00:00Z",
     "step_s": 900, "horizon_s": 172800,
     "setpoints_kw": {"battery": [2.5, 2.5, -1.0]}}

Times are UTC. A setpoint holds from the start of its step to the start of the next; battery
charge, grid import and what a device takes are positive.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import PlanError

FORMAT, VERSION = "ziggurat-plan", 1
MOST_STEPS = 100_000
_KEYS = frozenset(
    {"format", "version", "issued", "start", "step_s", "horizon_s", "setpoints_kw"}
)  # fmt: skip


@dataclass(frozen=True)
class ControlPlan:
    """Setpoints over time.

    Attributes
    ----------
    issued : when it was made [µs UTC]. start : of the first step [µs UTC]. step_us : of all steps.
    setpoints_kw : by actuator, one for each step [kW].
    """

    issued: int
    start: int
    step_us: int
    setpoints_kw: Mapping[str, tuple[float, ...]]

    @property
    def end(self) -> int:
        """End of the last step [µs UTC]."""
        return self.start + self.step_us * len(next(iter(self.setpoints_kw.values())))

    def at(self, actuator: str, ts: int) -> float | None:
        """Setpoint of an actuator at a moment [kW]; None where the plan has none."""
        values = self.setpoints_kw.get(actuator)
        place = (ts - self.start) // self.step_us
        return None if values is None or not 0 <= place < len(values) else values[place]


def plan_text(plan: ControlPlan) -> str:
    """The file's contents.

    Raises
    ------
    PlanError : the plan is one that could not be read again.
    """
    told = {
        "format": FORMAT, "version": VERSION, "issued": _told(plan.issued),
        "start": _told(plan.start), "step_s": plan.step_us / 1e6,
        "horizon_s": (plan.end - plan.start) / 1e6 if plan.setpoints_kw else 0,
        "setpoints_kw": {name: list(values) for name, values in plan.setpoints_kw.items()},
    }  # fmt: skip
    text = json.dumps(told, indent=1)
    parse_plan(text, "plan")
    return text + "\n"


def parse_plan(text: str, name: str) -> ControlPlan:
    """A plan from the contents of its file, whose name errors begin with.

    Raises
    ------
    PlanError : says what is wrong.
    """
    try:
        told = json.loads(text)
    except ValueError as error:
        raise PlanError(f"{name}: is no JSON: {error}") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise PlanError(f"{name}: is no plan; expected format {FORMAT!r}")
    if told.get("version") != VERSION:
        raise PlanError(f"{name}: has version {told.get('version')!r}; expected {VERSION}")
    odd = set(told) ^ _KEYS
    if odd:
        missing = sorted(odd - set(told))
        what = "lacks" if missing else "has unknown"
        raise PlanError(f"{name}: {what} {', '.join(missing or sorted(odd))}")
    step_us = round(1e6 * _number(told["step_s"], name, "step_s"))
    if step_us <= 0:
        raise PlanError(f"{name}: step_s is {told['step_s']}; expected more than 0")
    plan = ControlPlan(
        _moment(told["issued"], name, "issued"), _moment(told["start"], name, "start"), step_us,
        _setpoints(told["setpoints_kw"], name),
    )  # fmt: skip
    if plan.start + round(1e6 * _number(told["horizon_s"], name, "horizon_s")) != plan.end:
        raise PlanError(
            f"{name}: horizon_s is {told['horizon_s']}, the steps make "
            f"{(plan.end - plan.start) / 1e6:g}"
        )
    return plan


def _setpoints(told: Any, name: str) -> dict[str, tuple[float, ...]]:
    if not isinstance(told, dict) or not told:
        raise PlanError(f"{name}: setpoints_kw names no actuator")
    found: dict[str, tuple[float, ...]] = {}
    for actuator, values in told.items():
        if not isinstance(values, list) or not 0 < len(values) <= MOST_STEPS:
            raise PlanError(f"{name}: setpoints_kw.{actuator} is no list of setpoints")
        found[actuator] = tuple(_number(v, name, f"setpoints_kw.{actuator}") for v in values)
    if len({len(values) for values in found.values()}) > 1:
        raise PlanError(f"{name}: actuators have different numbers of steps")
    return found


def _number(told: Any, name: str, key: str) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        raise PlanError(f"{name}: {key} has {told!r}; expected a finite number")
    return float(told)


def _moment(told: Any, name: str, key: str) -> int:
    try:
        moment = datetime.fromisoformat(told)
    except (TypeError, ValueError) as error:
        raise PlanError(f"{name}: {key} is {told!r}; expected e.g. 2026-07-01T10:00:00Z") from error
    if moment.tzinfo is None:
        raise PlanError(f"{name}: {key} is {told!r}, without a zone; expected UTC, with Z")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _told(ts: int) -> str:
    return pd.Timestamp(ts, unit="us", tz="UTC").isoformat().replace("+00:00", "Z")


def write_plan(path: Path, plan: ControlPlan) -> None:
    """Write a plan beside its place, sync it and rename it: a reader finds a whole one.

    Raises
    ------
    PlanError : as `plan_text`.
    """
    text = plan_text(plan)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_plan(path: Path) -> ControlPlan:
    """The plan of a file, or of the newest ``*.json`` in a folder.

    Raises
    ------
    PlanError : there is none, or it cannot be read.
    """
    file = newest_plan(path)
    try:
        return parse_plan(file.read_text("utf-8"), file.name)
    except OSError as error:
        raise PlanError(f"{file.name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PlanError(f"{file.name}: is not UTF-8 text") from error


def newest_plan(path: Path) -> Path:
    """The file itself, or the one of a folder that was written last.

    Raises
    ------
    PlanError : the folder holds none.
    """
    if not path.is_dir():
        return path
    found = []
    for one in path.glob("*.json"):
        try:
            found.append((one.stat().st_mtime_ns, one.name, one))
        except FileNotFoundError:
            continue  # replaced meanwhile
    if not found:
        raise PlanError(f"{path.name}: holds no plan (*.json)")
    return max(found)[2]


def plan_of_flows(
    flows: pd.DataFrame, *, issued: int, start: int, step_us: int, battery: str = "battery",
    others: Mapping[str, Sequence[float]] | None = None,
) -> ControlPlan:  # fmt: skip
    """A plan for the battery from the flows of a dispatch plan, with other actuators beside.

    Parameters
    ----------
    flows : with columns `charge_kw` and `discharge_kw`, a row for each step.
    battery : name of its actuator.
    others : setpoints by actuator [kW]: heating relays, charging points.
    """
    power = (flows["charge_kw"] - flows["discharge_kw"]).to_numpy(float)
    given = {battery: power, **(others or {})}
    told = {name: tuple(float(v) for v in values) for name, values in given.items()}
    return ControlPlan(issued, start, step_us, told)
