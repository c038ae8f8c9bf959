"""Patterns of appliances and their steps in the load, on courses whose truth is planted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analytics.forecast.appliances import (
    Appliance,
    Switching,
    describe_appliances,
    starts_and_runs,
    switching_of_power,
)
from core.analytics.forecast.grid import DAY_US, Floats, Grid
from core.analytics.forecast.load_steps import load_steps
from core.config import load_settings
from core.errors import QueryError
from core.forecast_appliances import appliance_patterns
from core.forecast_cases import find_target
from core.query import open_store
from ingest.build import build
from tests.forecast.courses import moment
from tests.stores import scratch

MINUTE = 60_000_000
HELD = 5 * MINUTE


def minutes(days: int, start: str = "2024-02-26") -> Grid:
    """Minutes of some days from a Monday."""
    return Grid(moment(start), MINUTE, days * 1440, "Europe/Berlin", "DE")


def planted(grid: Grid, seed: int, *, often: float, length: float) -> np.ndarray:
    """Minutes an appliance is on: `often` runs a day of about `length` minutes."""
    rng = np.random.default_rng(seed)
    on = np.zeros(grid.count, bool)
    for begin in rng.integers(0, grid.count, round(often * grid.count / 1440)):
        on[begin : begin + max(int(rng.normal(length, length / 10)), 2)] = True
    return on


def house(grid: Grid, seed: int = 9) -> Floats:
    """What else a house draws [kW]: a course of the day, noise, and kettles nobody tells of."""
    noise = np.random.default_rng(seed).normal(0, 0.05, grid.count)
    unknown = 2.0 * planted(grid, seed + 1, often=6, length=5)
    return 0.4 + 0.3 * np.sin(grid.hour / 24 * 2 * np.pi) + noise + unknown


def by_name(found: list[Appliance]) -> dict[str, Appliance]:
    return {one.name: one for one in found}


def test_power_share_and_runs_of_planted_relays() -> None:
    grid = minutes(42)
    boiler = planted(grid, 1, often=4, length=30)
    heater = planted(grid, 2, often=8, length=60)
    load = house(grid) + 1.8 * boiler + 18.12 * heater
    every = {"boiler": boiler, "heater": heater}
    told = {name: Switching(grid.ts, on, HELD) for name, on in every.items()}
    found = by_name(describe_appliances(grid, load, told))
    for name, kw, on in (("boiler", 1.8, boiler), ("heater", 18.12, heater)):
        one = found[name]
        assert (one.refusal, one.power_refusal) == ("", "")
        assert one.power.low < kw < one.power.high
        assert one.power.value == pytest.approx(kw, rel=0.02)
        assert one.share.value == pytest.approx((kw * on).sum() / load.sum(), rel=0.03)
        assert one.share.low < one.share.value < one.share.high
        assert one.on_ratio == pytest.approx(on.mean(), abs=1e-4)
        starts = int((np.diff(on.astype(int)) == 1).sum())
        assert one.starts == starts
        assert one.starts_per_day.value == pytest.approx(starts / 42, rel=0.02)
        edges = np.flatnonzero(np.diff(on.astype(int)))
        whole = np.diff(edges)[0 if not on[0] else 1 :: 2] / 60
        assert one.run_h.value == pytest.approx(np.median(whole))
        assert one.run_kwh.value == pytest.approx(kw * whole.mean(), rel=0.02)


def test_a_pattern_by_weekday_and_hour() -> None:
    grid = minutes(28, "2024-03-11")  # with the change of clocks in the third week
    on = (grid.weekday < 5) & (grid.hour >= 6) & (grid.hour < 6.5)
    one = describe_appliances(grid, house(grid) + on, {"fan": Switching(grid.ts, on, HELD)})[0]
    assert one.starts_by_hour is not None
    assert one.starts_by_hour[:5, 6] == pytest.approx(1.0)
    assert np.delete(one.starts_by_hour[:5], 6, axis=1).sum() == 0
    assert one.starts_by_hour[5:].sum() == 0
    assert one.run_h.value == pytest.approx(0.5)
    assert one.starts == 20
    assert one.power_refusal == "scheduled"


def test_the_usual_course_of_the_hour_is_no_appliance() -> None:
    # Quarter hours of a load that rises by 10 kW at six, when a pump of nothing is switched on.
    grid = Grid(moment("2024-01-01"), 15 * MINUTE, 96 * 90, "Europe/Berlin", "DE")
    load = 5 + 10.0 * ((grid.hour >= 6) & (grid.hour < 18))
    load = load + np.random.default_rng(0).normal(0, 0.3, grid.count)
    day = (grid.day % 2 == 0) & (grid.hour >= 6) & (grid.hour < 18)
    power, _, steps, said = load_steps(grid, load, day[:, None].astype(float))[0]
    assert steps > 80
    assert said == "unseen"
    assert power.low < 0 < power.high


def test_slots_coarser_than_the_runs() -> None:
    fine = minutes(60)
    on = planted(fine, 5, often=6, length=20)
    load = house(fine) + 3.0 * on
    grid = Grid(fine.start, 15 * MINUTE, fine.count // 15, "Europe/Berlin", "DE")
    quarters = load.reshape(-1, 15).mean(axis=1)
    one = describe_appliances(grid, quarters, {"pump": Switching(fine.ts, on, HELD)})[0]
    assert one.power.low < 3.0 < one.power.high
    assert one.power.value == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize(
    ("days", "often", "why"),
    [(10, 5.0, "few_days"), (30, 0.1, "few_runs"), (30, 0.0, "never"), (30, None, "always")],
)
def test_what_the_readings_do_not_carry_is_refused(days: int, often: float, why: str) -> None:
    grid = minutes(days)
    on = np.ones(grid.count, bool) if often is None else planted(grid, 0, often=often, length=9)
    one = describe_appliances(grid, house(grid), {"a": Switching(grid.ts, on, HELD)})[0]
    assert one.refusal == why
    assert np.isnan(one.share.value)


def test_what_switches_together_or_is_not_in_the_load_is_refused() -> None:
    grid = minutes(30)
    on, other = planted(grid, 1, often=5, length=30), planted(grid, 2, often=5, length=30)
    every = {name: Switching(grid.ts, course, HELD)
             for name, course in (("a", on), ("b", on), ("c", other))}  # fmt: skip
    found = by_name(describe_appliances(grid, house(grid) + 2.0 * on, every))
    assert found["a"].power_refusal == found["b"].power_refusal == "tied"
    assert found["c"].power_refusal == "unseen"
    assert found["a"].starts_per_day.value > 0
    assert np.isnan(found["c"].share.value)


def test_a_load_that_is_hardly_read_tells_no_power() -> None:
    grid = minutes(30)
    on = planted(grid, 1, often=5, length=30)
    load = np.where(np.arange(grid.count) < 2000, house(grid) + on, np.nan)
    one = describe_appliances(grid, load, {"a": Switching(grid.ts, on, HELD)})[0]
    assert one.power_refusal == "few_steps"


def test_an_appliance_that_tells_its_power() -> None:
    grid = minutes(30)
    on = planted(grid, 4, often=3, length=90)
    # Standby of 3 W; while it works now and then little for less than ten minutes.
    power = np.where(on, 2.0, 0.003)
    power[on & (np.arange(grid.count) % 40 < 5)] = 0.05
    one = switching_of_power(grid.ts, power, HELD)
    load = house(grid) + power
    found = describe_appliances(grid, load, {"washer": one})[0]
    assert found.share.value == pytest.approx(power.sum() / load.sum(), rel=0.01)
    assert found.own_power == pytest.approx(2.0)
    # It steps to 2 kW from standby, and from its pauses by 1.95 kW.
    assert 1.95 <= found.power.value <= 1.997
    rises = np.flatnonzero(np.diff(on.astype(int)) == 1)
    falls = np.flatnonzero(np.diff(on.astype(int)) == -1)
    assert found.starts == 1 + int((rises[1:] - falls[: len(rises) - 1] > 10).sum())
    assert found.run_kwh.value == pytest.approx(power[on].sum() / 60 / found.starts, rel=0.05)


def test_a_gap_begins_and_ends_no_run() -> None:
    ts = np.array([0, 1, 2, 3, 20, 21, 22, 23, 24, 25], np.int64) * MINUTE
    on = np.array([0, 1, 1, 1, 1, 0, 1, 1, 0, 0], bool)
    starts, runs = starts_and_runs(Switching(ts, on, HELD))
    assert (starts // MINUTE).tolist() == [1, 22]
    assert (runs // MINUTE).tolist() == [[22, 24]]


@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), min_size=2, max_size=60),
       st.integers(0, 6))  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_runs_and_integrals_are_those_of_a_walk(steps: list[tuple[int, bool]], pause: int) -> None:
    ts = np.cumsum([gap for gap, _ in steps]) * MINUTE
    on = np.array([state for _, state in steps])
    one = Switching(ts, on, HELD)
    begin: int | None = None
    starts, runs, time = [], [], 0
    for k in range(1, len(ts)):
        time += min(ts[k] - ts[k - 1], HELD) * on[k - 1]
        if ts[k] - ts[k - 1] > HELD:
            begin = None
        elif on[k] and not on[k - 1]:
            begin = int(ts[k])
            starts.append(begin)
        elif on[k - 1] and not on[k] and begin is not None:
            runs.append([begin, int(ts[k])])
            begin = None
    found, whole = starts_and_runs(one)
    assert found.tolist() == starts
    assert whole.tolist() == runs
    edges = np.array([ts[0] - DAY_US, ts[0] + 3 * MINUTE, ts[-1] + DAY_US])
    assert one.whole(edges, on.astype(float)).sum() == pytest.approx(time)
    merged = starts_and_runs(one, pause * MINUTE)
    assert len(merged[0]) <= len(starts)
    assert set(merged[0].tolist()) <= set(starts)


def test_a_real_heater_switched_within_a_real_load(shared: Path) -> None:
    """The heater of the Armadillo house as it was switched, 18.12 kW of it in the Lastgang load.

    Its five days tell no pattern; repeated six times they do.
    """
    folder = shared / "data"
    heat = pd.read_csv(folder / "thermal" / "armadillo_data_H2.csv")["P_hea"].to_numpy() > 0
    raw = pd.read_csv(folder / "hackathon" / "Lastgang 2024.csv")
    load = pd.to_numeric(raw["Wirkleistung [kW]"], errors="coerce").to_numpy(np.float64)
    for times, refusal in ((1, "few_days"), (6, "")):
        on = np.tile(np.repeat(heat, 2), times)
        grid = Grid(moment("2024-01-01"), 15 * MINUTE, len(on), "Europe/Berlin", "DE")
        values = load[: grid.count] + 18.12 * on
        found = describe_appliances(grid, values, {"P_hea": Switching(grid.ts, on, 30 * MINUTE)})[0]
        assert found.refusal == refusal
    assert found.starts == int((np.diff(on.astype(int)) == 1).sum())
    assert found.power.low < 18.12 < found.power.high
    assert found.power.high - found.power.low < 18


def test_appliances_of_a_store() -> None:
    """A relay told only when it switches, one of another device, and a power in watts."""
    grid = minutes(30)
    courses = [planted(grid, seed, often=5, length=40) for seed in (1, 2, 3)]
    load = house(grid) + courses[0] + 2.0 * courses[1] + 0.5 * courses[2]
    changed = np.r_[True, np.diff(courses[0].astype(int)) != 0]
    wanted = {
        "house/load_power": (grid.ts, load),
        "house/relay_1": (grid.ts[changed], courses[0][changed].astype(int)),
        "house/dryer_power [W]": (grid.ts, 2000 * courses[1]),
        "plugs/plug_3": (grid.ts, courses[2].astype(int)),
        "empty/load_power": (grid.ts[:100], load[:100]),
    }
    with scratch() as root:
        for name, (ts, values) in wanted.items():
            path = root / "raw" / "meter" / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            utc = pd.to_datetime(ts, unit="us", utc=True).strftime("%Y-%m-%dT%H:%M:%SZ")
            frame = pd.DataFrame({"ts": utc, path.stem: values})
            frame.to_csv(path, index=False, float_format="%.4f")
        build(load_settings(store=root / "store", sources=(root / "raw" / "meter",)))
        store = open_store(root / "store")
        target = find_target(store, "house", "load")
        until = grid.start + grid.count * grid.step
        found = {one["name"]: one for one in appliance_patterns(store, target, until, ("plugs",))}
        with pytest.raises(QueryError, match="empty tells of no relay"):
            appliance_patterns(store, target, until, ("empty",))
        assert appliance_patterns(store, find_target(store, "empty"), until) == []
    assert set(found) == {"relay_1", "dryer_power [W]", "plugs/plug_3"}
    for name, kw in (("relay_1", 1.0), ("dryer_power [W]", 2.0), ("plugs/plug_3", 0.5)):
        assert found[name]["power"]["value"] == pytest.approx(kw, rel=0.03), name
        assert found[name]["load_step_us"] == MINUTE
    assert found["dryer_power [W]"]["own_power"] == pytest.approx(2.0)
    assert found["relay_1"]["starts"] == int((np.diff(courses[0].astype(int)) == 1).sum())
