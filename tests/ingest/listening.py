"""What tests of brokers share: devices of points, and a collector reduced to keeping."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import DeviceError, NoAnswer
from core.readings import Batch, Quality, Reading
from ingest.devices import DeviceSpec, Identity, Template, make_device, transport_class

T0 = 1_790_000_000  # seconds; a moment in 2026


def device(
    transport: str, settings: dict[str, Any], points: Sequence[dict[str, Any]], **known: Any
) -> DeviceSpec:
    """A device without a template file."""
    identity = Identity(name="test", vendor="test", models=("test",), transport=transport,
                        source="test")  # fmt: skip
    model = transport_class(transport).Point
    made = tuple(one for point in points for one in model(**point).expanded())
    return make_device(Template(identity, made, (), {}), "dev", settings, **known)


@dataclass
class Kept:
    """A journal in memory: what `deliver` has returned from."""

    batches: list[Batch] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    pause_s: float = 0.0

    async def deliver(self, batches: Sequence[Batch]) -> None:
        """Keep."""
        await asyncio.sleep(self.pause_s)
        self.batches += batches
        self.changed.set()

    @property
    def readings(self) -> list[tuple[str, Reading]]:
        """All with their device."""
        return [(batch.device, one) for batch in self.batches for one in batch.readings]

    def values(self) -> set[tuple[str, str, int, float]]:
        """Device, signal, time and value of good readings, each once as in a journal."""
        return {
            (name, one.signal, one.ts, one.value)
            for name, one in self.readings
            if one.quality is Quality.GOOD
        }

    async def until(self, holds: Callable[[], bool], seconds: float = 60) -> None:
        """Return as soon as something holds of what is kept."""
        async with asyncio.timeout(seconds):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


async def listen_once(spec: DeviceSpec, kept: Kept, failed: list[DeviceError]) -> None:
    """Open, listen until it fails, close: one turn of a collector."""
    transport = transport_class(spec.transport)(spec)
    try:
        async with asyncio.timeout(spec.timeout_s):
            await transport.open()
        kept.opened.set()
        await transport.listen(kept.deliver)
    except (DeviceError, TimeoutError) as error:
        # A new error: the trace of the old one would hold on to everything that failed.
        kind = type(error) if isinstance(error, DeviceError) else NoAnswer
        failed.append(kind(str(error)))
    finally:
        await transport.close()


async def collect(spec: DeviceSpec, kept: Kept, failed: list[DeviceError]) -> None:
    """Listen, and open again after every failure, until cancelled."""
    while True:
        await listen_once(spec, kept, failed)
        await asyncio.sleep(0.1)


def listening(
    spec: DeviceSpec, during: Callable[[Kept], Awaitable[None]], kept: Kept | None = None
) -> tuple[Kept, list[DeviceError]]:
    """Collect from a device while something else goes on; what was kept, and what failed."""
    failed: list[DeviceError] = []

    async def run() -> Kept:
        held = kept or Kept()
        task = asyncio.create_task(collect(spec, held, failed))
        try:
            await during(held)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return held

    return asyncio.run(run()), failed
