"""What a screen shows of control: mode, state, actuators, last commands."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.config import Settings
from core.control_config import Actuator, control_file, load_control
from core.control_store import ALIVE_EVERY_S, Command, ControlStore, Override

SHOWN = 50


@dataclass(frozen=True)
class ControlView:
    """How control stands.

    Attributes
    ----------
    mode : as the file says: ``off advisory armed``.
    working : the mode of a controller at work; None where none is.
    seen : when one was at work last [µs UTC]; None for never.
    issued : of the plan it follows [µs UTC].
    faults : why safe values are sent: reason and what it names, by actuator or device.
    may_override : who may; empty for everybody who is signed in.
    """

    mode: str
    actuators: tuple[Actuator, ...]
    working: str | None
    seen: int | None
    issued: int | None
    faults: Mapping[str, Mapping[str, Any]]
    overrides: Mapping[str, Override]
    commands: tuple[Command, ...]
    may_override: tuple[str, ...]

    def may(self, *names: str) -> bool:
        """Whether one of the names a person goes by may override."""
        return not self.may_override or any(name in self.may_override for name in names)


def control_view(settings: Settings, limit: int = SHOWN) -> ControlView:
    """What is known now.

    Raises
    ------
    DeclarationError : control.toml is wrong; names the line.
    StoreError : the audit cannot be read.
    """
    config = load_control(control_file(settings))
    now = time.time_ns() // 1000
    with ControlStore(settings.store) as store:
        state = store.state() or {}
        commands, overrides = tuple(store.commands(limit)), store.overrides(now)
    seen = state.get("at")
    silent = seen is None or now - seen > 4e6 * max(ALIVE_EVERY_S, config.options.period_s)
    working = None if silent or state.get("ended") else str(state["mode"])
    faults = {} if working is None else {**state.get("plan", {}), **state.get("devices", {})}
    return ControlView(
        config.options.mode, config.actuators, working, seen, state.get("issued"), faults,
        overrides, commands, config.options.may_override,
    )  # fmt: skip
