"""The Data page in a browser: what the store holds, downloads, uploads, two visitors at once."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from playwright.sync_api import FilePayload, Page, expect

from core.query import open_store
from tests.browser.reading import run_over
from tests.pages.test_data_page import FIRST, quarters, write_meter

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage, Serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What an attempt uploads stays; the next one takes another device.
ATTEMPTS = itertools.count(1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one meter, with two unusable rows and one file that is no table."""
    return write_meter(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def address(serve: Serve, store: Path) -> Iterator[str]:
    """A server that takes uploads of one megabyte."""
    os.environ["ZIGGURAT_UPLOAD_LIMIT_MB"] = "1"
    try:
        yield serve(store)
    finally:
        del os.environ["ZIGGURAT_UPLOAD_LIMIT_MB"]


def ready(page: Page) -> Page:
    page.locator(".zg-figures").first.wait_for()
    return page


def office_file(hours: int = 24) -> bytes:
    """Semicolons, decimal commas, d.m.Y, and a line without a time at the end."""
    lines = [f"{ts:%d.%m.%Y %H:%M};{(100 + i % 8) / 2:.1f}" for i, ts in enumerate(quarters(hours))]
    text = "Datum;Wirkleistung [kW]\n" + "\n".join(lines).replace(".0", ",0").replace(".5", ",5")
    for wrong, right in ((",03", ".03"), (",01", ".01"), (",02", ".02")):
        text = text.replace(wrong, right)
    return (text + "\nSumme;1,0\n").encode()


def choose_new_device(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Device").first.click()
    page.get_by_role("option", name="New device ...").click()
    page.get_by_label("Name of the new device").fill(name)
    # A file sent while the page still runs for the name would be lost.
    with run_over(page):
        page.keyboard.press("Enter")


def send(page: Page, name: str, content: bytes) -> None:
    payload: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
    chooser = page.locator("input[type=file]")
    expect(chooser).to_have_count(1)  # that of the run before stands beside it for a moment
    chooser.set_input_files(payload)


def test_sources_quarantine_and_language(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/data"))
    expect(page.locator("h3").first).to_have_text(
        "1 of 2 sources could not be read; they stand first"
    )
    first = page.locator(".zg-table tbody tr").first
    expect(first).to_contain_text("meter/notes.csv")
    expect(first).to_contain_text("no time column")
    second = page.locator(".zg-table tbody tr").nth(1)
    expect(second).to_contain_text("381")
    expect(second).to_contain_text("com_ap [kW], soc [%]")

    page.get_by_role("radio", name="Quarantine").click()
    table = page.locator(".zg-table").last
    expect(table).to_contain_text("outside -5.0 .. 105.0")
    expect(table.locator("tbody tr").first).to_contain_text("12")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download as CSV").click()
    rows = pd.read_csv(caught.value.path(), comment="#")
    assert rows["line"].tolist() == [12, 13]
    assert rows["column_name"].tolist() == ["ts", "soc"]


def test_upload_is_previewed_and_then_counts(
    open_page: OpenPage, address: str, store: Path
) -> None:
    page = ready(open_page(f"{address}/data?section=upload"))
    name = f"halle{next(ATTEMPTS)}"
    choose_new_device(page, name)
    send(page, "Lastgang Halle.csv", office_file())
    expect(
        page.locator("h3", has_text="Lastgang_Halle.csv brings 96 readings of one signal")
    ).to_be_visible()
    body = page.locator(".stMain")
    expect(body).to_contain_text("decimal comma")
    expect(body).to_contain_text("wall clock of the site (Europe/Berlin)")
    expect(body).to_contain_text("1 Mar 2025 00:00:00")
    expect(body).to_contain_text("28 Feb 2025 23:00:00")
    expect(body).to_contain_text("1 cells or rows cannot be used")
    assert name not in {one.name for one in open_store(store).devices()}, "it counted too early"

    page.get_by_role("button", name="Add to the store").click()
    done = page.locator(".zg-notice", has_text="Lastgang_Halle.csv is in the store")
    expect(done).to_contain_text(f"96 readings of {name}")
    expect(done).to_contain_text("1 in quarantine")
    found = open_store(store).series(name, "Wirkleistung [kW]")
    assert (found.stands_for, float(found.frame["max"].max())) == (96, 53.5)

    send(page, "Lastgang Halle.csv", office_file())
    expect(
        page.locator(".zg-notice", has_text="has been read for this device before")
    ).to_be_visible()

    meters = ready(open_page(f"{address}/meters?device={name}&range=all"))
    expect(meters.locator(".zg-figures")).to_contain_text("53.5")


def test_what_cannot_be_taken_is_said(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/data?section=upload&device=m1"))
    notice = page.locator(".zg-notice")
    for name, content, words in (
        ("empty.csv", b"", "The file is empty."),
        ("program.exe", b"MZ", "Files with this ending cannot be read."),
        ("junk.csv", bytes(range(256)) * 40, "is not text"),
        ("plain.csv", b"a,b\n1,2\n3,4\n", "The file has no column of time stamps."),
    ):
        send(page, name, content)
        expect(notice).to_contain_text(words)
        expect(page.get_by_role("button", name="Add to the store")).to_have_count(0)
    send(page, "large.csv", b"ts,v\n" + b"0" * 1_200_000)
    expect(page.locator("[data-testid=stFileUploader]")).to_contain_text(
        re.compile("1.0 ?MB or smaller")
    )
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_two_visitors_at_once(open_page: OpenPage, address: str, store: Path) -> None:
    name = f"both{next(ATTEMPTS)}"
    pages = [
        ready(open_page(f"{address}/data?section=upload", other=other)) for other in (False, True)
    ]
    for number, page in enumerate(pages):
        choose_new_device(page, name)
        start = FIRST + pd.Timedelta(days=number)
        rows = "\n".join(f"{ts.isoformat()},{number + 1}" for ts in quarters(24, start))
        send(page, f"part{number}.csv", f"ts,com_ap\n{rows}\n".encode())
    for page in pages:
        expect(page.get_by_role("button", name="Add to the store")).to_be_visible()
    for page in pages:
        page.get_by_role("button", name="Add to the store").click()
    for page in pages:
        expect(page.locator(".zg-notice", has_text="is in the store")).to_be_visible()
    found = open_store(store).series(name, "com_ap")
    assert (found.stands_for, float(found.frame["max"].max())) == (192, 2.0)
