"""Export: what leaves the store says the same, with zone and unit inside."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import core.export
from core.errors import BadWindow, LevelMissing, QueryError, UnknownSignal
from core.export import csv_bytes, excel_bytes, export_frames, parquet_bytes, write_frames
from core.levels import DAY, HOUR, SECOND
from core.query import Store, open_store
from tests.stores import run, scratch, us, write_csv

START = us("2024-02-27T00:10")
STEP = 10 * 60 * SECOND
COUNT = 60 * 144  # sixty days, the clock change among them
ABOUT = {"device": "m1", "zone": "Asia/Kolkata"}


@pytest.fixture(scope="module", params=["Europe/Berlin", "Asia/Kolkata"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Sixty days of two signals."""
    with scratch() as here:
        for name, sign in (("com_ap", 1), ("y", -1)):
            rows = [(START + i * STEP, [sign * i / 8]) for i in range(COUNT)]
            write_csv(here / "src" / "m1" / f"{name}.csv", [name], rows)
        run(here, zone=request.param)
        opened = open_store(here / "store")
        yield opened
        opened.close()


def together(store: Store, start: int, end: int, level: str) -> pd.DataFrame:
    return pd.concat(export_frames(store, "m1", ["com_ap", "y"], start, end, level))


@pytest.mark.parametrize("level", ["raw", "1h", "1d"])
def test_frames_hold_every_row_once(store: Store, level: str) -> None:
    window = (START + 3 * HOUR + 1, START + 50 * DAY)
    table = together(store, *window, level)
    for name, rows in table.groupby("signal"):
        wanted = store.buckets("m1", str(name), *window, level)
        ts = rows["ts"].astype("int64").to_numpy()
        np.testing.assert_array_equal(ts, wanted.ts)
        if level == "raw":
            np.testing.assert_array_equal(rows["value"], wanted.sum)
        else:
            np.testing.assert_array_equal(rows["count"], wanted.count)
            np.testing.assert_array_equal(rows["max"], wanted.max)
            np.testing.assert_allclose(rows["mean"], wanted.sum / wanted.count)
    assert set(table["unit"]) == {"kW", ""}
    assert str(table["ts"].dt.tz) == store.zone
    assert not table.duplicated(["signal", "ts"]).any()


def test_a_window_without_rows_gives_nothing(store: Store) -> None:
    assert list(export_frames(store, "m1", ["y"], START - 9 * DAY, START, "raw")) == []
    assert list(export_frames(store, "m1", [], START, START + DAY, "raw")) == []


def test_errors_are_those_of_the_store(store: Store) -> None:
    for level, name, kind in (("1min", "y", LevelMissing), ("raw", "z", UnknownSignal)):
        with pytest.raises(kind):
            list(export_frames(store, "m1", [name], START, START + DAY, level))
    with pytest.raises(BadWindow):
        list(export_frames(store, "m1", ["y"], START + DAY, START, "raw"))


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_files_say_what_the_store_says(store: Store, suffix: str, tmp_path: Path) -> None:
    window = (us("2024-03-29T00:00"), us("2024-04-02T00:00"))
    table = together(store, *window, "1h")
    path = tmp_path / f"out{suffix}"
    frames = export_frames(store, "m1", ["com_ap", "y"], *window, "1h")
    assert write_frames(frames, path, ABOUT) == len(table)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    if suffix == ".csv":
        found = pd.read_csv(path, comment="#")
        assert path.read_text().startswith("# device: m1\n# zone: Asia/Kolkata\nsignal,unit,ts,")
        found["ts"] = pd.to_datetime(found["ts"], utc=True)
    elif suffix == ".parquet":
        file = pq.read_table(path)
        assert file.schema.metadata[b"zone"] == b"Asia/Kolkata"
        found = file.to_pandas()
    else:
        with zipfile.ZipFile(path) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            texts = book.read("xl/sharedStrings.xml").decode()
            names = re.findall(r'<sheet name="(\w+)"', book.read("xl/workbook.xml").decode())
        assert names == ["data", "about"]
        assert sheet.count("<row ") == 1 + len(table) and "Asia/Kolkata" in texts
        highest = re.findall(r'<c r="G\d+"[^>]*><v>([^<]*)</v>', sheet)
        np.testing.assert_array_equal(np.array(highest[1:], float), table["max"])
        return
    np.testing.assert_array_equal(found["max"], table["max"])
    np.testing.assert_array_equal(found["count"], table["count"])
    assert (pd.to_datetime(found["ts"], utc=True).array == table["ts"].dt.tz_convert("UTC")).all()


def test_a_file_appears_whole_or_not_at_all(store: Store, tmp_path: Path) -> None:
    def torn() -> Iterator[pd.DataFrame]:
        yield next(iter(export_frames(store, "m1", ["y"], START, START + DAY, "raw")))
        raise KeyError

    for suffix in (".csv", ".parquet", ".xlsx"):
        old = tmp_path / f"old{suffix}"
        old.write_text("kept")
        with pytest.raises(KeyError):
            write_frames(torn(), old, ABOUT)
        with pytest.raises(QueryError, match="nothing to export"):
            write_frames([], old, ABOUT)
        assert old.read_text() == "kept"
    assert len(list(tmp_path.iterdir())) == 3


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    with pytest.raises(QueryError, match=r"\.parquet"):
        write_frames([frame], tmp_path / "a.doc", ABOUT)
    with pytest.raises(QueryError, match="no such folder"):
        write_frames([frame], tmp_path / "none" / "a.csv", ABOUT)
    with (
        mock.patch.object(core.export, "EXCEL_ROWS", 2),
        pytest.raises(QueryError, match="3 rows do not fit"),
    ):
        excel_bytes(frame, ABOUT)


def test_frames_as_bytes(tmp_path: Path) -> None:
    ts = pd.to_datetime([0, 3600], unit="s", utc=True).tz_convert("Europe/Berlin")
    frame = pd.DataFrame({"signal": ["=1+1", "x"], "ts": ts, "value": [1.5, np.nan]})
    assert csv_bytes(frame, {"zone": "Europe/Berlin"}).decode().splitlines() == [
        "# zone: Europe/Berlin", "signal,ts,value", "=1+1,1970-01-01 01:00:00+01:00,1.5",
        "x,1970-01-01 02:00:00+01:00,",
    ]  # fmt: skip
    (tmp_path / "a.parquet").write_bytes(parquet_bytes(frame, ABOUT))
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.schema.metadata[b"device"] == b"m1" and table.num_rows == 2
    assert excel_bytes(frame, ABOUT)[:2] == b"PK"
    assert frame["ts"].dt.tz is not None  # the caller's frame is left as it was
