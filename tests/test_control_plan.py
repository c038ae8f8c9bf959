"""The file of a plan, and the rules by which an actuator is told something."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.control_config import Actuator
from core.control_plan import (
    ControlPlan,
    parse_plan,
    plan_of_flows,
    plan_text,
    read_plan,
    write_plan,
)
from core.control_rules import Ramp, Why, Wish, next_command, plan_fault, wished
from core.control_store import Override
from core.errors import PlanError

S = 1_000_000
T0 = 1_780_000_000 * S
PLAN = ControlPlan(T0, T0, 900 * S, {"battery": (1.0, -2.0), "relay": (0.0, 18.12)})
BATTERY = Actuator(
    name="battery", device="d", setpoint="s", min_kw=-5, max_kw=5, rate_kw_per_min=6, safe_kw=-1
)


def test_a_plan_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_plan(tmp_path / "plans" / "a.json", PLAN)
    assert read_plan(tmp_path / "plans") == PLAN
    told = json.loads((tmp_path / "plans" / "a.json").read_text())
    assert told["issued"] == "2026-05-28T20:26:40Z"
    assert told["horizon_s"] == 1800
    assert [one.name for one in (tmp_path / "plans").iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    ("at", "setpoint"),
    [(-1, None), (0, 1.0), (899, 1.0), (900, -2.0), (1799, -2.0), (1800, None)],
)
def test_a_setpoint_holds_for_its_step(at: int, setpoint: float | None) -> None:
    assert PLAN.at("battery", T0 + at * S) == setpoint
    assert PLAN.at("car", T0 + at * S) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "x"}, "is no plan"),
        ({"version": 2}, "has version 2; expected 1"),
        ({"issued": "2026-05-28T20:26:40"}, "without a zone"),
        ({"issued": 17}, "issued is 17"),
        ({"step_s": 0}, "step_s is 0"),
        ({"step_s": True}, "step_s has True"),
        ({"horizon_s": 1}, "horizon_s is 1, the steps make 1800"),
        ({"setpoints_kw": {}}, "names no actuator"),
        ({"setpoints_kw": {"battery": [1, None]}}, "has None; expected a finite number"),
        ({"setpoints_kw": {"battery": [1, 2], "relay": [1]}}, "different numbers of steps"),
        ({"note": "x"}, "has unknown note"),
    ],
)
def test_a_plan_that_is_none_says_why(change: dict[str, object], words: str) -> None:
    told = {**json.loads(plan_text(PLAN)), **change}
    with pytest.raises(PlanError, match=words):
        parse_plan(json.dumps(told), "p.json")


@pytest.mark.parametrize(
    "text", ["", "{", '{"format": "ziggurat-plan", "version": 1}', "[]", "NaN"]
)
def test_half_a_plan_is_none(text: str) -> None:
    with pytest.raises(PlanError):
        parse_plan(text, "p.json")


def test_not_a_number_cannot_be_written() -> None:
    with pytest.raises(PlanError):
        plan_text(replace(PLAN, setpoints_kw={"battery": (float("nan"),)}))


def test_flows_of_a_dispatch_plan_become_setpoints() -> None:
    flows = pd.DataFrame({"charge_kw": [2.0, 0.0], "discharge_kw": [0.0, 3.0]})
    made = plan_of_flows(flows, issued=T0, start=T0, step_us=S, others={"relay": [0, 18.12]})
    assert made.setpoints_kw == {"battery": (2.0, -3.0), "relay": (0.0, 18.12)}


@pytest.mark.parametrize(
    ("now", "key"),
    [
        (T0 - 61 * S, "safe_plan_ahead"), (T0 - 59 * S, "safe_plan_not_begun"), (T0, None),
        (T0 + 600 * S, None), (T0 + 601 * S, "safe_plan_old"),
    ],
)  # fmt: skip
def test_when_a_plan_is_followed(now: int, key: str | None) -> None:
    fault = plan_fault(PLAN, "", 600, now)
    assert (fault and fault.key) == key


def test_an_ended_or_missing_plan_is_not_followed() -> None:
    ended = plan_fault(PLAN, "", 1e6, T0 + 1800 * S)
    assert ended is not None
    assert ended.key == "safe_plan_ended"
    missing = plan_fault(None, "gone", 600, T0)
    assert missing == Why("safe_no_plan", {"error": "gone"})


def test_who_goes_first() -> None:
    """A device in doubt, then a person, then the plan; else the safe value."""
    hand = Override(1, T0, "battery", 3.0, T0 + S, "ada", "test")
    old, doubt = Why("safe_plan_old"), Why("safe_unconfirmed")
    assert wished(BATTERY, PLAN, None, None, None, T0).kw == 1.0
    assert wished(BATTERY, PLAN, None, hand, None, T0).kw == 3.0
    assert wished(BATTERY, PLAN, old, hand, None, T0).kw == 3.0
    assert wished(BATTERY, PLAN, old, None, None, T0) == Wish(-1, old)
    assert wished(BATTERY, PLAN, None, hand, doubt, T0) == Wish(-1, doubt)
    other = BATTERY.model_copy(update={"name": "car"})
    assert wished(other, PLAN, None, None, None, T0).why.key == "safe_not_in_plan"


asked = st.floats(-100, 100, allow_nan=False)


@given(st.lists(st.tuples(asked, st.floats(0, 30), st.booleans()), min_size=1, max_size=30))
def test_no_command_leaves_its_limits_or_outruns_its_rate(
    turns: list[tuple[float, float, bool]],
) -> None:
    ramp, now, before = Ramp(BATTERY.safe_kw, 0.0), 0.0, BATTERY.safe_kw
    for kw, seconds, safe in turns:
        now += seconds
        wish = Wish(BATTERY.safe_kw, Why("safe_stop")) if safe else Wish(kw, Why("plan"))
        value, cut = next_command(BATTERY, wish, ramp, now, 10.0, lambda one: one)
        assert -5 <= value <= 5
        if safe:
            assert value == BATTERY.safe_kw  # at once
        else:
            assert abs(value - before) <= 0.1 * min(seconds, 10.0) + 1e-9
            assert (value == kw) == (cut == ())
        before = value


def test_a_slow_ramp_moves_in_the_steps_of_its_device() -> None:
    """0.01 kW a turn, where the device takes 0.1 kW: the ramp does not stand still."""
    ramp, sent = Ramp(0.0, 0.0), []
    slow = BATTERY.model_copy(update={"rate_kw_per_min": 0.6})
    for turn in range(1, 25):
        value, _ = next_command(
            slow, Wish(5, Why("plan")), ramp, float(turn), 10.0, lambda kw: round(10 * kw) / 10
        )
        sent.append(value)
    assert sent[-1] == pytest.approx(0.2)
    assert sorted(sent) == sent


def test_a_switch_stands_for_its_holding_time() -> None:
    relay = Actuator(name="r", device="d", setpoint="s", min_kw=0, max_kw=2, hold_s=60, safe_kw=0)
    ramp = Ramp(0.0, 0.0)

    def told(now: float, kw: float, key: str = "plan") -> tuple[float, tuple[str, ...]]:
        wish = Wish(kw, Why(key))
        return next_command(relay, wish, ramp, now, 10.0, lambda one: 2.0 if one > 1 else 0.0)

    assert told(0, 2) == (2.0, ())
    assert told(59, 0) == (2.0, ("hold",))
    assert told(60, 0) == (0.0, ())
    assert told(61, 2) == (0.0, ("hold",))
    assert told(125, 2) == (2.0, ())
    assert told(126, 0, "safe_stop") == (0.0, ())  # what is safe does not wait
