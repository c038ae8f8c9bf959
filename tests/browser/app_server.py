"""A Streamlit server for the browser: one at a time, always on the same port.

On one port the browser keeps the scripts of Streamlit from one server to the next. A server is
forked from a process that has imported the project: those imports are most of what a start costs.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import urllib.request
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.servers import free_port

REPO = Path(__file__).resolve().parents[2]
START_S = 120.0
# Not the pages: what Streamlit caches for them belongs to a server that runs.
IMPORTED = [
    "streamlit.web.bootstrap", "ingest.manual",
    *(f"core.{module.stem}" for module in sorted((REPO / "core").glob("*.py"))),
]  # fmt: skip


def run_streamlit(script: str, port: int, environment: Mapping[str, str], log: Path) -> None:
    """What ``streamlit run`` does, in the process that calls this."""
    with log.open("wb") as out:
        os.dup2(out.fileno(), sys.stdout.fileno())
        os.dup2(out.fileno(), sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(REPO)
    sys.argv = [
        "streamlit", "run", script, "--server.port", str(port), "--server.address", "127.0.0.1",
        "--server.fileWatcherType", "none", "--server.headless", "true",
    ]  # fmt: skip
    from streamlit.web.cli import main

    main()


class AppServer:
    """The one server of a process that runs tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._running: tuple[tuple[str, ...], BaseProcess] | None = None
        self._imported = multiprocessing.get_context("forkserver")
        self._imported.set_forkserver_preload(IMPORTED)
        self._blank = multiprocessing.get_context("spawn")

    def serve(self, store: str, script: Path, *, imported: bool = True) -> str:
        """Address of a server of this store; the one before it ends.

        Without `imported` it has imported nothing yet, like one that a person starts.
        """
        address = f"http://127.0.0.1:{self._port}"
        wanted = (store, str(script), str(imported))
        if self._running is not None:
            if self._running[0] == wanted:
                return address
            self.stop()
        environment = os.environ | {"ZIGGURAT_STORE": store}
        log = self._folder / f"server-{time.monotonic_ns()}.log"
        log.touch()
        process = (self._imported if imported else self._blank).Process(
            target=run_streamlit, args=(str(script), self._port, environment, log), daemon=True
        )
        process.start()
        self._running = wanted, process
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and process.is_alive():
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                    return address
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"no server on {address}:\n{log.read_text()}")

    def stop(self) -> None:
        """End the server by its process id, at once: nobody looks at it any more."""
        if self._running is not None:
            _, process = self._running
            self._running = None
            process.kill()
            process.join()
