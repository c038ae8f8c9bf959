"""What the Data page says of its sources, of gaps, and of values typed in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.config import load_settings
from ingest.build import build
from tests.pages.apps import (
    Show,
    bodies,
    headline,
    notices,
    pages_of,
    press,
    specs,
    tables,
    titles,
)

FIRST = pd.Timestamp("2025-03-01", tz="Europe/Berlin")


def quarters(hours: int, start: pd.Timestamp = FIRST) -> pd.DatetimeIndex:
    """Stamps of quarter hours."""
    return pd.date_range(start, periods=4 * hours, freq="15min")


def write_meter(folder: Path) -> Path:
    """A store of one meter, with two unusable rows and one file that is no table."""
    raw = folder / "raw" / "meter"
    raw.mkdir(parents=True)
    rows = [f"{ts.isoformat()},{10 + i % 4},{50}" for i, ts in enumerate(quarters(48))]
    rows[10] = "never,1,2"
    rows[11] = rows[11].rsplit(",", 1)[0] + ",400"
    (raw / "m1.csv").write_text("ts,com_ap,soc\n" + "\n".join(rows) + "\n")
    (raw / "notes.csv").write_text("only words\nno table\n")
    build(load_settings(store=folder / "store", sources=(folder / "raw",), zone="Europe/Berlin"))
    return folder / "store"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Show]:
    with pages_of(write_meter(tmp_path)) as show:
        yield lambda **asked: show("data", **asked)


def test_the_address_brings_filter_and_language(page: Show) -> None:
    app = page(filter="m1.csv", lang="de")
    assert headline(app) == "1 von 2 Quellen passen zu „m1.csv“"
    assert any("fehlerhaft" in body for body in bodies(app) if "zg-figures" in body)


def test_coverage_and_quality(page: Show) -> None:
    app = page(section="coverage", device="m1", signal="com_ap")
    assert specs(app)[0]["data"][0]["type"] == "heatmap"
    assert re.match(r"m1 has 99\.\d %? ?of its readings; 01 Mar 25 has least", titles(app)[0])
    assert any("191 readings of com_ap" in one for one in notices(app))


def enter(app: AppTest, moment: str, value: str, note: str) -> AppTest:
    """The page after a reading was typed and sent."""
    fields = {one.label: one for one in app.text_input if one.key != "fact-note"}
    fields["Time, Europe/Berlin"].set_value(moment)
    fields["Value [kW]"].set_value(value)
    fields["Note"].set_value(note)
    return press(app, "Enter")


def test_entry_and_correction_keep_their_history(page: Show) -> None:
    app = enter(page(section="entry", device="m1"), "2025-03-01 06:00", "77,5", "read again")
    assert "77.5 kW stands; 10 kW is kept as history" in notices(app)[0]
    app = enter(app, "01.03.2025 06:00", "78", "")
    assert "78 kW stands; 77.5 kW is kept as history" in notices(app)[0]
    rows = tables(app)[0]
    for row, words in enumerate((("78 kW", "stands"), ("77.5 kW", "earlier entry", "read again"),
                                 ("10 kW", "before the entry", "m1.csv"))):  # fmt: skip
        for word in words:
            assert word in " ".join(rows[row])
    app = enter(app, "2025-03-30 02:30", "1", "")
    assert "The clock skips this time in spring." in notices(app)[0]

    (power,) = [one for one in app.text_input if one.label == "Nominal power [kW]"]
    power.set_value("120")
    app = press(app, "Save facts")
    assert "One fact of m1 changed." in notices(app)[0]
    assert "Nominal power" in " ".join(tables(app)[0][0])
