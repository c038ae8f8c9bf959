"""A Streamlit server per script and store, and a Chromium that tells where it went."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

REPO = Path(__file__).resolve().parents[2]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
START_S = 60.0
# A busy machine makes a page late, not wrong.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS / 2)
# What a page is drawn with; nothing of it is tested, and without it a page costs a fifth less.
CHEAPER = (
    "--in-process-gpu", "--disable-smooth-scrolling", "--disable-threaded-animation",
    "--disable-features=PaintHolding,BackForwardCache",
)  # fmt: skip

Serve = Callable[..., str]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """``serve(store, script=app.py)``: address of a server of its own, one per pair."""
    running: dict[tuple[str, str], tuple[subprocess.Popen[bytes], str]] = {}

    def start(store: Path | str = "data/none", script: Path = REPO / "app.py") -> str:
        pair = (str(store), str(script))
        if pair not in running:
            log = tmp_path_factory.mktemp("server") / "log.txt"
            running[pair] = _start(*pair, log)
        return running[pair][1]

    yield start
    for process, _ in running.values():
        _stop(process)


def _start(store: str, script: str, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    port = _free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", script,
        "--server.port", str(port), "--server.address", "127.0.0.1",
        "--server.fileWatcherType", "none", "--server.headless", "true",
    ]  # fmt: skip
    path = os.pathsep.join([str(REPO), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = os.environ | {"ZIGGURAT_STORE": store, "PYTHONPATH": path}
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=REPO, env=env, stdout=out, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return process, address
        except OSError:
            time.sleep(0.2)
    _stop(process)
    raise RuntimeError(f"no server on {address}:\n{log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server by its process id."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    if not CHROMIUM.is_file():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[*CHEAPER, "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """``open_page(url, theme="light")``; the test fails if a page asks another host."""
    contexts = []
    strangers: list[str] = []

    def open_one(url: str, *, theme: str = "light", height: int = 1100) -> Page:
        context = chromium.new_context(
            viewport={"width": 1440, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        home = urlsplit(url).netloc

        def note(request_url: str) -> None:
            parts = urlsplit(request_url)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != home:
                strangers.append(request_url)

        page.on("request", lambda request: note(request.url))
        page.on("websocket", lambda socket: note(socket.url))
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not strangers, f"asked other hosts: {strangers}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a browser test try again: a busy machine draws late, and a fault stays a fault."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=2))
