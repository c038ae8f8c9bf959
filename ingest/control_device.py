"""One device under control: what was sent, what it confirmed, and whether it is in doubt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.control_config import Actuator
from core.control_rules import Ramp, Why, Wish, next_command
from core.control_store import (
    CONFIRMED,
    FAILED,
    NOT_CONFIRMED,
    SUPERSEDED,
    UNCHECKED,
    Override,
)
from core.errors import DeviceError, StoreError
from ingest.control_outlets import Outlet
from ingest.control_templates import Commanded

if TYPE_CHECKING:
    from ingest.control import Controller

MISSED_TURNS = 2.0  # a ramp makes up for so many turns at most


def now_us() -> int:
    """The time [µs UTC]."""
    return time.time_ns() // 1000


@dataclass
class _Sent:
    """A command that waits for its confirmation; times [s, monotonic]."""

    number: int
    kw: float
    at: float
    deadline: float


@dataclass
class _Course:
    """How an actuator goes."""

    ramp: Ramp
    key: str = ""  # reason of the last command
    sent: float | None = None  # what the device was told last, as far as is known
    sent_at: float = float("-inf")
    signalled_at: float = float("-inf")
    waiting: list[_Sent] = field(default_factory=list)
    safe_confirmed: bool = False
    override: int | None = None  # number of the one in force


class DeviceRunner:
    """One device with its actuators."""

    def __init__(self, controller: Controller, device: Commanded, outlet: Outlet | None) -> None:
        self._controller, self._device, self._outlet = controller, device, outlet
        now = time.monotonic()
        self.courses = {
            one.name: _Course(Ramp(one.safe_kw, now)) for one in device.actuators
        }  # fmt: skip
        self.device = device.spec.name
        self.fault: Why | None = None
        self._safe_since: float | None = None

    async def run(self) -> None:
        """Take turns until the controller ends; then, whatever ended it, safe values."""
        controller = self._controller
        try:
            while not controller.ending.is_set():
                await self.turn()
                await controller.pause()
        except StoreError:
            pass  # the controller has noted it, and ends
        finally:
            if self._outlet is not None:
                await self.make_safe(Why("safe_stop"))

    async def turn(self) -> None:
        """Check what was sent, decide, and send what is due."""
        if self._outlet is not None:
            await self._check()
            self._release()
        now = now_us()
        overrides = self._controller.overrides()
        for actuator in self._device.actuators:
            wish = self._controller.wish(actuator, overrides.get(actuator.name), self.fault, now)
            self._note_override(actuator, overrides.get(actuator.name))
            await self._tell(actuator, wish)

    def unsafe(self) -> list[str]:
        """Actuators of which it is not known that they have their safe value."""
        return [name for name, course in self.courses.items() if not course.safe_confirmed]

    async def make_safe(self, why: Why) -> None:
        """Send safe values and wait for their confirmation as long as that may take."""
        for actuator in self._device.actuators:
            await self._tell(actuator, Wish(actuator.safe_kw, why))
        while any(course.waiting for course in self.courses.values()):
            await asyncio.sleep(min(0.1, self._controller.config.options.period_s))
            await self._check()
        assert self._outlet is not None
        await self._outlet.close()

    # --- telling --------------------------------------------------------------------------------
    async def _tell(self, actuator: Actuator, wish: Wish) -> None:
        course, now = self.courses[actuator.name], time.monotonic()
        options = self._controller.config.options
        # A device in doubt is told again as soon as it could have answered.
        doubt = self.fault is not None
        repeat_s = min(options.repeat_s, actuator.within_s) if doubt else options.repeat_s
        setpoint = self._device.setpoints[actuator.name]
        value, cut = next_command(
            actuator, wish, course.ramp, now, MISSED_TURNS * options.period_s,
            lambda kw: setpoint.as_sent(kw, actuator),
        )  # fmt: skip
        changed = value != course.sent or wish.why.key != course.key
        if changed or now - course.signalled_at >= options.repeat_s:
            course.signalled_at = now
            self._controller.signal(actuator, value)
        if self._outlet is None:
            course.sent, course.key = value, wish.why.key
        elif changed or now - course.sent_at >= repeat_s:
            course.sent, course.key, course.sent_at = value, wish.why.key, now
            await self._send(actuator, wish, value, cut)

    async def _send(self, actuator: Actuator, wish: Wish, value: float, cut: Sequence[str]) -> None:
        """Keep the command, hand it over, keep what became of it."""
        assert self._outlet is not None
        controller, course = self._controller, self.courses[actuator.name]
        number = controller.keep_command(actuator, wish, value, cut)
        at = time.monotonic()
        try:
            await self._outlet.send(actuator, value)
        except DeviceError as error:
            controller.keep_answer([number], FAILED, error=str(error))
            course.safe_confirmed = False
            if not wish.why.safe:
                course.sent = None  # not known
            self._trip(Why("safe_unreachable", {"error": str(error)}))
            return
        if actuator.confirm:
            deadline = at + actuator.within_s
            course.waiting.append(_Sent(number, value, at, deadline))
        else:
            controller.keep_answer([number], UNCHECKED)
            course.safe_confirmed = wish.why.safe

    # --- checking -------------------------------------------------------------------------------
    async def _check(self) -> None:
        assert self._outlet is not None
        for actuator in self._device.actuators:
            course = self.courses[actuator.name]
            lost = self._outlet.lost(actuator)
            if lost is not None and course.sent is not None and self.fault is None:
                course.sent = None
                self._trip(Why("safe_unreachable", {"error": str(lost)}))
            if course.waiting:
                await self._check_one(actuator, course)

    async def _check_one(self, actuator: Actuator, course: _Course) -> None:
        assert self._outlet is not None
        told, error = None, ""
        try:
            told = await self._outlet.told(actuator)
        except DeviceError as failure:
            error = str(failure)
        if told is not None:
            self._confirm(actuator, course, told.kw, told.at)
        now = time.monotonic()
        if not course.waiting or now < course.waiting[0].deadline:
            return
        first = course.waiting[0]
        kw = None if told is None else told.kw
        numbers = [one.number for one in course.waiting]
        self._controller.keep_answer(numbers, NOT_CONFIRMED, kw, error)
        course.waiting.clear()
        course.safe_confirmed = False
        facts = {"actuator": actuator.name, "kw": f"{first.kw:g}", "within_s": actuator.within_s}
        self._trip(Why("safe_unconfirmed", facts))

    def _confirm(self, actuator: Actuator, course: _Course, kw: float, at: float) -> None:
        """The newest command that a device's word fits is confirmed, older ones are behind it."""
        fits = [
            place for place, one in enumerate(course.waiting)
            if at >= one.at and abs(kw - one.kw) <= actuator.tolerance_kw + 1e-9
        ]  # fmt: skip
        if not fits:
            return
        *older, fitting = course.waiting[: fits[-1] + 1]
        del course.waiting[: fits[-1] + 1]
        self._controller.keep_answer([fitting.number], CONFIRMED, kw)
        if older:
            self._controller.keep_answer([one.number for one in older], SUPERSEDED)
        safe = self._device.setpoints[actuator.name].as_sent(actuator.safe_kw, actuator)
        course.safe_confirmed = fitting.kw == safe

    # --- watchdog -------------------------------------------------------------------------------
    def _trip(self, why: Why) -> None:
        """From now on safe values; told once."""
        self._safe_since = None
        if self.fault is not None:
            return
        self.fault = why
        for course in self.courses.values():
            course.safe_confirmed = False
            course.key = ""  # each is told its safe value, also where it has it
        self._controller.note(self._device.spec.name, "watchdog", why)

    def _release(self) -> None:
        """Follow plans again when the device has done as told for long enough."""
        if self.fault is None:
            return
        now = time.monotonic()
        if not all(course.safe_confirmed for course in self.courses.values()):
            self._safe_since = None
            return
        self._safe_since = self._safe_since or now
        if now - self._safe_since >= self._controller.config.options.release_s:
            self.fault = self._safe_since = None
            self._controller.note(self._device.spec.name, "released", None)

    def _note_override(self, actuator: Actuator, found: Override | None) -> None:
        course = self.courses[actuator.name]
        number = None if found is None else found.number
        if number == course.override:
            return
        before, course.override = course.override, number
        course.key = ""  # what one person changed is told again, also with the same value
        if before is not None and found is None:
            self._controller.note(actuator.name, "override_ended", None)
