"""Follows plans: decides every few seconds what each actuator is told, tells it, and checks.

Each device has a task of its own, so that one that hangs holds up no other. What is decided is in
`core.control_rules`; here is when it is sent, what became of it, and what follows from that.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.control_config import Actuator, ControlConfig
from core.control_plan import ControlPlan, newest_plan, read_plan
from core.control_rules import Why, Wish, clipped, plan_fault, wished
from core.control_store import (
    ALIVE_EVERY_S,
    ControlStore,
    Override,
)
from core.control_words import reason_words
from core.errors import ConfigError, DeviceError, PlanError, StoreError
from core.journal import Journal
from core.readings import Batch, Reading
from core.signals import Signal
from ingest.control_device import DeviceRunner, now_us
from ingest.control_outlets import Outlet, make_outlet
from ingest.control_templates import Commanded

LOG = logging.getLogger(__name__)
GROUP = "control"


class PlanSource:
    """The newest plan of a file or folder; read again when it was written again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[Any, ...] | None = None
        self.plan: ControlPlan | None = None
        self.error = ""

    def look(self) -> None:
        """Read what is new; `plan` is None and `error` says why where nothing can be read."""
        try:
            file = newest_plan(self._path)
            found = file.stat()
            seen = (file, found.st_mtime_ns, found.st_size, found.st_ino)
            if seen == self._seen:
                return
            self.plan, self.error = read_plan(file), ""
            self._seen = seen
        except PlanError as error:
            self.plan, self.error, self._seen = None, str(error), None
        except OSError as error:
            told = f"{self._path.name}: {error.strerror}"
            self.plan, self.error, self._seen = None, told, None


class Controller:
    """All devices of a configuration.

    Parameters
    ----------
    outlets : makes the outlet of a device; None for advisory control, which tells nothing.
    """

    def __init__(
        self, config: ControlConfig, devices: Sequence[Commanded], plan: Path,
        store: ControlStore, journal: Journal | None = None,
        outlets: Callable[[Commanded], Outlet] | None = None,
    ) -> None:  # fmt: skip
        self.config, self.ending = config, asyncio.Event()
        self._plans, self._store, self._journal = PlanSource(plan), store, journal
        self._armed = outlets is not None
        self.runners = [
            DeviceRunner(self, one, outlets(one) if outlets else None) for one in devices
        ]
        self._faults: dict[str, Why] = {}
        self._known_overrides: dict[str, Override] = {}
        self._failed: StoreError | None = None
        self._told: dict[str, Any] = {}
        self._told_at = float("-inf")

    async def run(self) -> None:
        """Control until `ending` is set; then safe values.

        Raises
        ------
        StoreError : commands could not be kept any more; safe values were sent first.
        DeviceError : a safe value was not confirmed, or could not be sent.
        """
        self.note("", "started", Why("started", {"mode": self._mode()}))
        self._describe()
        self._plans.look()
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(self._tell_state())
            runners = [group.create_task(one.run()) for one in self.runners]
            await asyncio.wait(runners)
            telling.cancel()
        self.note("", "ended", None)
        self._put_state(ended=True)
        if self._failed is not None:
            raise self._failed
        unsafe = [name for one in self.runners for name in one.unsafe()] if self._armed else []
        if unsafe:
            names = ", ".join(unsafe)
            raise DeviceError(f"control ended, but the safe value of {names} was not confirmed")

    async def pause(self) -> None:
        """Until the next turn, or the end."""
        try:
            async with asyncio.timeout(self.config.options.period_s):
                await self.ending.wait()
        except TimeoutError:
            return

    def _mode(self) -> str:
        return "armed" if self._armed else "advisory"

    # --- deciding -------------------------------------------------------------------------------
    def overrides(self) -> dict[str, Override]:
        """What people want now; where that cannot be read, what they wanted."""
        try:
            self._known_overrides = self._store.overrides(now_us())
        except StoreError as error:
            LOG.error("overrides not read", extra={"error": str(error)})
            now = now_us()
            self._known_overrides = {
                name: one for name, one in self._known_overrides.items() if now < one.until
            }
        return self._known_overrides

    def wish(
        self, actuator: Actuator, override: Override | None, fault: Why | None, now: int
    ) -> Wish:  # fmt: skip
        """What an actuator is asked for."""
        self._plans.look()
        no_plan = plan_fault(
            self._plans.plan, self._plans.error, self.config.plan_age_s(actuator), now
        )  # fmt: skip
        self._note_plan(actuator, no_plan)
        return wished(actuator, self._plans.plan, no_plan, override, fault, now)

    def _note_plan(self, actuator: Actuator, fault: Why | None) -> None:
        """Tell once, not by actuator, when a plan cannot be followed and when it can again."""
        before = {one.key for one in self._faults.values()}
        if fault is None:
            self._faults.pop(actuator.name, None)
        else:
            self._faults[actuator.name] = fault
        if fault is not None and fault.key not in before:
            self.note("", "watchdog", fault)
        elif before and not self._faults:
            self.note("", "released", None)

    # --- keeping --------------------------------------------------------------------------------
    def keep_command(
        self, actuator: Actuator, wish: Wish, value: float, cut: Sequence[str]
    ) -> int:  # fmt: skip
        """Number of a command that may be sent now; 0 of a safe value that could not be kept."""
        try:
            number = self._store.command(
                actuator.name, wish.kw, value, wish.why.key, wish.why.facts, cut
            )
        except StoreError as error:
            # Nothing is commanded that is not kept, but for what makes safe.
            LOG.error("command not kept", extra={"actuator": actuator.name, "error": str(error)})
            self._failed = error
            self.ending.set()
            if not wish.why.safe:
                raise
            return 0
        words = reason_words(wish.why.key, wish.why.facts, cut)
        told = {"actuator": actuator.name, "asked": wish.kw, "sent": value, "reason": words}
        LOG.info("command", extra=told)
        return number

    def keep_answer(
        self, numbers: Sequence[int], outcome: str, kw: float | None = None, error: str = ""
    ) -> None:
        """Keep what became of commands."""
        try:
            self._store.answer([one for one in numbers if one], outcome, kw, error)
        except StoreError as failure:
            LOG.error("answer not kept", extra={"error": str(failure)})

    def note(self, subject: str, kind: str, why: Why | None) -> None:
        """Keep what happened, and log it."""
        words = "" if why is None else reason_words(why.key, why.facts)
        level = logging.WARNING if kind == "watchdog" else logging.INFO
        LOG.log(level, kind, extra={"subject": subject, "reason": words})
        try:
            facts = {} if why is None else {"reason": why.key, **why.facts}
            self._store.event(subject, kind, facts)
        except StoreError as error:
            LOG.error("event not kept", extra={"error": str(error)})

    def _describe(self) -> None:
        if self._journal is None:
            return
        signals = [
            Signal(signal_name(one.name), "power_setpoint", "kW", "setpoint")
            for one in self.config.actuators
        ]
        try:
            self._journal.describe(self.config.options.signals_of, GROUP, "", signals)
        except StoreError as error:
            LOG.error("signals not described", extra={"error": str(error)})

    def signal(self, actuator: Actuator, value: float) -> None:
        """Write a setpoint as a reading."""
        if self._journal is None:
            return
        reading = Reading(signal_name(actuator.name), now_us(), value)
        try:
            self._journal.append([Batch(self.config.options.signals_of, [reading])])
        except StoreError as error:
            LOG.error("setpoint not written", extra={"error": str(error)})

    async def _tell_state(self) -> None:
        while True:
            self._put_state()
            await asyncio.sleep(self.config.options.period_s)

    def _put_state(self, *, ended: bool = False) -> None:
        plan = self._plans.plan
        told: dict[str, Any] = {
            "mode": self._mode(), "ended": ended, "issued": plan.issued if plan else None,
            "plan": {name: _plain(why) for name, why in self._faults.items()},
            "devices": {
                one.device: _plain(one.fault) for one in self.runners if one.fault is not None
            },
        }  # fmt: skip
        now = time.monotonic()
        if told == self._told and now - self._told_at < ALIVE_EVERY_S:
            return
        try:
            self._store.put_state(told)
            self._told, self._told_at = told, now
        except StoreError as error:
            LOG.error("state not kept", extra={"error": str(error)})


def _plain(why: Why) -> dict[str, Any]:
    return {"reason": why.key, **why.facts}


def signal_name(actuator: str) -> str:
    """Name of the signal that bears an actuator's setpoint."""
    return f"{actuator}_setpoint"


def check_arming(config: ControlConfig, arm: bool) -> bool:
    """Whether devices are commanded: the file and the command line must both say so.

    Raises
    ------
    ConfigError : one says so and the other does not.
    """
    mode = config.options.mode
    if mode == "armed" and not arm:
        raise ConfigError(
            f'{config.path} says mode = "armed", but --arm is missing: both are needed to command '
            'devices. Add --arm, or set mode = "advisory"; nothing was sent'
        )
    if arm and mode != "armed":
        raise ConfigError(
            f'--arm is given, but {config.path} says mode = "{mode}": both are needed to command '
            'devices. Set mode = "armed" there, or leave out --arm; nothing was sent'
        )
    return mode == "armed"


@dataclass(frozen=True)
class DryLine:
    """What would be sent to an actuator now."""

    actuator: str
    asked: float
    value: float
    words: str


def dry_run(
    config: ControlConfig, devices: Sequence[Commanded], plan: Path, store: ControlStore
) -> list[DryLine]:
    """What each actuator would come to by the plan and overrides of now, rates left aside.

    Nothing is opened but the plan, nothing is sent and nothing is written.
    """
    source, now = PlanSource(plan), now_us()
    source.look()
    overrides = store.overrides(now)
    lines = []
    for device in devices:
        for one in device.actuators:
            no_plan = plan_fault(source.plan, source.error, config.plan_age_s(one), now)
            wish = wished(one, source.plan, no_plan, overrides.get(one.name), None, now)
            target, cut = clipped(one, wish.kw)
            value = device.setpoints[one.name].as_sent(target, one)
            words = reason_words(wish.why.key, wish.why.facts, cut)
            lines.append(DryLine(one.name, wish.kw, value, words))
    return lines


async def control(
    config: ControlConfig, devices: Sequence[Commanded], plan: Path, store: ControlStore,
    journal: Journal, *, armed: bool,
) -> None:  # fmt: skip
    """Control until SIGTERM or SIGINT.

    Raises
    ------
    StoreError : commands could not be kept any more; safe values were sent first.
    DeviceError : a safe value was not confirmed, or could not be sent.
    """
    controller = Controller(config, devices, plan, store, journal, make_outlet if armed else None)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, controller.ending.set)
    await controller.run()
