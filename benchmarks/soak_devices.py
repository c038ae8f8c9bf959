"""Modbus devices of the soak: what they serve is a known function of time, and written down first.

``python -m benchmarks.soak_devices FIRST_PORT COUNT ORIGIN_US FOLDER SEED``. Every value follows
from one number, the milliseconds since `ORIGIN_US` at which a question came in. The number goes to
a file before the answer goes to the collector, so whatever is stored can be held against it. Moods
come by standard input, a word a line.
"""

from __future__ import annotations

import asyncio
import os
import random
import struct
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

MOODS = ("well", "slow", "nonsense")
POISON = 0x7FFF_FFFF  # never a number of milliseconds: what answers hold that must not be taken
# What a signal is at a number of milliseconds.
VALUES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "tick": lambda tick: tick.astype(float),
    "saw": lambda tick: 0.1 * (tick * 7 % 60_000),
    "fall": lambda tick: 1e9 - tick,
    "real": lambda tick: np.float32(tick / 1000).astype(float),
    "turn": lambda tick: (tick * 31 % 64_000 - 32_000).astype(float),
    "half": lambda tick: 0.5 * tick,
}
TEMPLATE = """
name = "soak"
vendor = "simulated"
models = ["soak"]
transport = "modbus"
source = "made for this benchmark"
group = "soak"

[[point]]
signal = "tick"
address = 0
type = "uint32"

[[point]]
signal = "saw"
address = 2
scale = 0.1

[[point]]
signal = "fall"
address = 3
type = "int32"

[[point]]
signal = "real"
address = 5
type = "float32"

[[point]]
signal = "turn"
address = 7
type = "int16"

[[derived]]
signal = "half"
terms = {tick = 0.5}
"""


def registers(tick: int) -> bytes:
    """The eight registers at a number of milliseconds."""
    return struct.pack(
        ">IHifh", tick, tick * 7 % 60_000, 10**9 - tick, tick / 1000, tick * 31 % 64_000 - 32_000
    )


def served(folder: Path, port: int) -> np.ndarray:
    """Numbers that a device has answered with."""
    path = folder / f"served-{port}"
    return np.fromfile(path, np.int64) if path.exists() else np.empty(0, np.int64)


class Devices:
    """Devices of one process, in one mood."""

    def __init__(self, origin: int, folder: Path, seed: int) -> None:
        self.mood = "well"
        self._origin, self._folder, self._random = origin, folder, random.Random(seed)

    async def serve(self, port: int) -> None:
        """Answer at a port until cancelled."""
        note = os.open(self._folder / f"served-{port}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await self._talk(reader, writer, note)
            except (OSError, EOFError):
                return  # whoever asked has gone
            finally:
                writer.close()

        async with await asyncio.start_server(talk, "127.0.0.1", port) as server:
            await server.serve_forever()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note: int
    ) -> None:
        while True:
            head = await reader.readexactly(12)
            turn, _, _, unit, function, start, count = struct.unpack(">HHHBBHH", head)
            tick = (time.time_ns() // 1000 - self._origin) // 1000
            if self.mood == "slow":
                await asyncio.sleep(self._random.uniform(0.0, 2.5))
            if self.mood == "nonsense":
                answer = self._nonsense((turn, unit, function, start, count))
                if answer is None:
                    return
            else:
                os.write(note, struct.pack("<q", tick))
                answer = _answer(turn, unit, function, registers(tick)[2 * start :][: 2 * count])
            writer.write(answer)
            await writer.drain()

    def _nonsense(self, asked: tuple[int, int, int, int, int]) -> bytes | None:
        """What no collector may take for an answer; None hangs up."""
        turn, unit, function, start, count = asked
        poison = registers(POISON)[2 * start :][: 2 * count]
        kinds: list[Callable[[], bytes | None]] = [
            lambda: None,
            lambda: self._random.randbytes(self._random.randint(1, 300)),
            lambda: _answer(turn ^ 0x5A5A, unit, function, poison),  # to a question nobody asked
            lambda: _answer(turn, unit ^ 0x11, function, poison),  # of another device
            lambda: _answer(turn, unit, 4 if function == 3 else 3, poison),  # of another table
            lambda: _answer(turn, unit, function, poison[:-2]),  # too short
            lambda: _answer(turn, unit, function, poison + b"\0\0"),  # too long
            lambda: _answer(turn, unit, function, poison)[:9],  # broken off
            lambda: struct.pack(">HHHBBB", turn, 0, 3, unit, function | 0x80, 6),  # busy
            lambda: struct.pack(">HHHBBB", turn, 0, 3, unit, function | 0x80, 4),  # failure
        ]
        return self._random.choice(kinds)()


def _answer(turn: int, unit: int, function: int, words: bytes) -> bytes:
    return struct.pack(">HHHBBB", turn, 0, 3 + len(words), unit, function, len(words)) + words


async def main(first: int, count: int, origin: int, folder: Path, seed: int) -> None:
    """Serve until standard input ends."""
    devices = Devices(origin, folder, seed)
    tasks = [asyncio.create_task(devices.serve(first + at)) for at in range(count)]
    words = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    while line := await words.readline():
        mood = line.decode().strip()
        if mood not in MOODS:
            raise ValueError(f"{mood!r} is not one of {', '.join(MOODS)}")
        devices.mood = mood
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(
        main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]),
             int(sys.argv[5]))
    )  # fmt: skip
