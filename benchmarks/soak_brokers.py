"""What the soak has around its brokers: publishers that wait for confirms, and a bad network.

Values follow from device and number of the message. A message that the broker did not confirm is
sent again until it does; it tells its own time, so it is the same reading however often it comes.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime

from core.errors import Unreachable
from ingest.simulate_feed import Broker, Sender, sender_of

MOODS = ("open", "cut", "slow", "silent", "nonsense")
SIGNALS = ("power", "energy")
SPACING_US = 1000
# No message that a broker carries may keep it from carrying the next.
NONSENSE = (
    b"", b"{", b"\xff\xfe\xfd", b"null", b"[]", b'{"power": 1}', b"[" * 5000,
    b'{"time": "yesterday", "power": 77, "energy": 77}',
    b'{"time": "1960-01-01T00:00:00Z", "power": 77, "energy": 77}',
    b'{"time": "2026-01-01T00:00:00Z", "power": "many", "energy": {}}',
)  # fmt: skip


def values(device: str, number: int) -> tuple[float, float]:
    """Of the signals, in the message of that number."""
    phase = float(sum(device.encode()) % 100)
    return round(1000 * math.sin(0.01 * number + phase), 3), 0.25 * number + phase


class Publisher:
    """Meters that publish to one broker, `rate` messages a second together.

    Attributes
    ----------
    sent, confirmed : time [µs UTC] of each message, and its number, by device.
    """

    def __init__(self, broker: Broker, rate: float, devices: int, seed: int) -> None:
        self.devices = [f"{broker.kind}-{at}" for at in range(devices)]
        self.sent: dict[str, dict[int, int]] = {name: {} for name in self.devices}
        self.confirmed: dict[str, dict[int, int]] = {name: {} for name in self.devices}
        self.nonsense = 0
        self.failures = 0
        self._broker, self._rate, self._random = broker, rate, random.Random(seed)
        self._last = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until told to stop, and then until all is confirmed."""
        sender = sender_of(self._broker)
        waiting: deque[tuple[str, int, int]] = deque()
        number, due = 0, time.monotonic()
        while waiting or not stop.is_set():
            while not stop.is_set() and due <= time.monotonic():
                name = self.devices[number % len(self.devices)]
                self._last = max(self._last + SPACING_US, time.time_ns() // SPACING_US // 1000 *
                                 SPACING_US)  # fmt: skip
                waiting.append((name, self._last, number))
                number, due = number + 1, due + 1 / self._rate
            try:
                while waiting:
                    await self._send(sender, *waiting[0])
                    waiting.popleft()
            except Unreachable:
                self.failures += 1
                await sender.close()
                await asyncio.sleep(0.5)
            await asyncio.sleep(max(0.0, min(due - time.monotonic(), 0.2)))
        await sender.close()

    async def _send(self, sender: Sender, name: str, ts: int, number: int) -> None:
        if self._random.random() < 0.01:
            await sender.send(name, self._random.choice(NONSENSE))
            self.nonsense += 1
        moment = datetime.fromtimestamp(ts / 1e6, UTC).isoformat(timespec="milliseconds")
        said = dict(zip(SIGNALS, values(name, number), strict=True))
        self.sent[name][ts] = number
        await sender.send(name, json.dumps({"time": moment, **said}).encode())
        self.confirmed[name][ts] = number


class Relay:
    """The network between collector and broker, in some mood."""

    def __init__(self, port: int, target: int, seed: int) -> None:
        self.port, self._target, self._random = port, target, random.Random(seed)
        self.mood = "open"
        self._talks: set[asyncio.Task[None]] = set()

    def turn(self, mood: str) -> None:
        """Change the mood. What cuts a connection never does so within an answer of nonsense."""
        self.mood = mood
        if mood in ("cut", "nonsense"):
            for task in self._talks:
                task.cancel()

    async def serve(self) -> None:
        """Relay until cancelled."""
        async with await asyncio.start_server(self._accepted, "127.0.0.1", self.port) as server:
            await server.serve_forever()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other: asyncio.StreamWriter | None = None
        try:
            if self.mood == "cut":
                return
            if self.mood == "nonsense":
                writer.write(self._random.randbytes(self._random.randint(1, 400)))
                await writer.drain()
                await asyncio.sleep(self._random.uniform(0.0, 2.0))
                return
            back, other = await asyncio.open_connection("127.0.0.1", self._target)
            ways = {
                asyncio.create_task(self._pass(reader, other)),
                asyncio.create_task(self._pass(back, writer)),
            }
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            return  # the broker is away
        finally:
            for one in (writer, other):
                if one is not None:
                    one.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                while self.mood == "silent":
                    await asyncio.sleep(0.1)
                if self.mood == "slow":
                    await asyncio.sleep(self._random.uniform(0.0, 0.8))
                writer.write(data)
                await writer.drain()
