"""A Streamlit server per script and store, and a Chromium that tells where it went."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.app_server import REPO, AppServer

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
# A busy machine makes a page late, not wrong.
PATIENCE_MS = 90_000
LONGEST_S = 600
expect.set_options(timeout=PATIENCE_MS)
# What a page is drawn with and the window around it; nothing of it is tested. An omnibox alone
# costs a second of each page. Of two lists of features Chromium takes the last.
WITHOUT = (
    "PaintHolding", "BackForwardCache", "AimEnabled", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup", "PreloadTopChromeWebUI", "SpareRendererForSitePerProcess",
    "OptimizationHints", "MediaRouter", "HttpsUpgrades",
)  # fmt: skip
CHEAPER = (
    "--in-process-gpu", "--process-per-site",
    "--disable-smooth-scrolling", "--disable-threaded-animation",
    f"--disable-features={','.join(WITHOUT)}",
    # Libraries look at the stack of an error; V8 then reads megabytes of script once more.
    "--js-flags=--no-enable-lazy-source-positions",
)  # fmt: skip

Serve = Callable[..., str]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The server of this process."""
    found = AppServer(tmp_path_factory.mktemp("server"))
    yield found
    found.stop()


@pytest.fixture(scope="session")
def serve(server: AppServer) -> Serve:
    """``serve(store, script=app.py)``: address of a server of it; the one before it ends.

    With ``imported=False`` it has imported nothing yet.
    """

    def start(
        store: Path | str = "data/none", script: Path = REPO / "app.py", *, imported: bool = True
    ) -> str:
        return server.serve(str(store), script, imported=imported)

    return start


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


def _context(chromium: Browser) -> BrowserContext:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    return context


@pytest.fixture(scope="session")
def visitor(chromium: Browser) -> BrowserContext:
    """One visitor for all tests of this process: scripts are fetched and compiled once.

    What pages keep is forgotten after each test.
    """
    return _context(chromium)


@pytest.fixture
def open_page(chromium: Browser, visitor: BrowserContext) -> Iterator[OpenPage]:
    """``open_page(url, theme="light")``; the test fails if a page asks another host.

    ``other=True`` opens it as a visitor of its own, with cookies and storage of its own.
    """
    pages: list[Page] = []
    others: list[BrowserContext] = []
    strangers: list[str] = []

    def open_one(
        url: str, *, theme: str = "light", height: int = 1100, other: bool = False
    ) -> Page:
        context = visitor
        if other:
            context = _context(chromium)
            others.append(context)
        home = urlsplit(url).netloc
        if not context.pages:
            # Chromium forgets compiled scripts with the last page of a site; this one stays.
            context.new_page().goto(f"http://{home}/_stcore/health")
        page = context.new_page()
        pages.append(page)
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_viewport_size({"width": 1440, "height": height})

        def note(request_url: str) -> None:
            parts = urlsplit(request_url)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != home:
                strangers.append(request_url)

        page.on("request", lambda request: note(request.url))
        page.on("websocket", lambda socket: note(socket.url))
        page.goto(url)
        return page

    yield open_one
    for page in pages:
        _forget(page)
        page.close()
    for context in others:
        context.close()
    assert not strangers, f"asked other hosts: {strangers}"


def _forget(page: Page) -> None:
    """Take away what the page kept in the browser, but not the scripts it fetched."""
    page.context.clear_cookies()
    parts = urlsplit(page.url)
    page.context.new_cdp_session(page).send(
        "Storage.clearDataForOrigin",
        {
            "origin": f"{parts.scheme}://{parts.netloc}",
            "storageTypes": "cookies,local_storage,indexeddb",
        },
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a browser test try again: a busy machine draws late, and a fault stays a fault."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=2))
            item.add_marker(pytest.mark.timeout(LONGEST_S))
