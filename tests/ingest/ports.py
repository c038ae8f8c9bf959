"""A line between two ends on loopback that a test can cut, choke or garble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.servers import free_port


class Line:
    """A TCP line to a server; `open` is cleared to choke it, `garble` makes answers nonsense."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self.open = asyncio.Event()
        self.open.set()
        self.garble = False
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what a client says to the server, and back."""
        self._writers.append(writer)
        try:
            far, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self._writers.append(back)
        for source, sink, answers in ((reader, back, False), (far, writer, True)):
            task = asyncio.create_task(self._carry(source, sink, answers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, answers: bool
    ) -> None:
        try:
            while data := await source.read(65536):
                await self.open.wait()
                sink.write(b"\x07" * len(data) if answers and self.garble else data)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()

    def cut(self) -> None:
        """Break all connections at once."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def end(self) -> None:
        """Break all connections and forget them."""
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def line_to(target: int) -> AsyncIterator[Line]:
    """A line on its own port to the server at `target`."""
    line = Line(free_port(), target)
    server = await asyncio.start_server(line.accept, "127.0.0.1", line.port)
    try:
        yield line
    finally:
        server.close()
        await line.end()
