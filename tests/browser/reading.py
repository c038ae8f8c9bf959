"""What a person reads on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Page, TimeoutError, expect

TRIES, PAUSE_MS = 300, 300
# A run may be over before the browser has drawn that it began.
BEGINS_MS = 10_000
WATCH_RUNS = """() => {
  const app = document.querySelector(".stApp");
  window.ran = false;
  new MutationObserver(() => { window.ran = true; })
    .observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
}"""


def plain(text: str) -> str:
    """Text with single plain blanks, whatever kind the page uses."""
    return " ".join(text.replace("\u00a0", " ").split())


def words(page: Page) -> str:
    """All text of the page beside its sidebar."""
    return plain(page.locator(".stMain").inner_text())


def say(page: Page, text: str) -> None:
    """Wait until the page says it: a chart is drawn after what stands around it."""
    for _ in range(TRIES):
        if text in words(page):
            return
        page.wait_for_timeout(PAUSE_MS)
    assert text in words(page)


def settled(page: Page) -> None:
    """Wait until the page does not run any more; what was just pressed makes it run soon."""
    page.wait_for_timeout(PAUSE_MS)
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")


@contextmanager
def run_over(page: Page) -> Iterator[None]:
    """Do what makes the page run, and wait until that run is over."""
    page.evaluate(WATCH_RUNS)
    yield
    with suppress(TimeoutError):
        page.wait_for_function("() => window.ran", timeout=BEGINS_MS)
    settled(page)
