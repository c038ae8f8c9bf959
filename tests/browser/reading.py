"""What a person reads on a page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

TRIES, PAUSE_MS = 300, 300


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
