"""Any table to canonical batches: shapes of files, unusable cells, growth, and real data."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import SourceError
from core.levels import HOUR, MINUTE
from ingest.csv_files import (
    BadCell,
    Batch,
    Layout,
    Reader,
    ReadState,
    SourceFile,
    declaration_for,
    find_sources,
    grown,
    read_batches,
    source_file,
)
from ingest.look import look

BERLIN = "Europe/Berlin"


class Table:
    """All batches of one file, put together."""

    def __init__(self, batches: list[Batch], layout: Layout, state: ReadState) -> None:
        self.layout, self.state = layout, state
        self.ts = np.concatenate([b.ts for b in batches]) if batches else np.empty(0, np.int64)
        names = dict.fromkeys(name for b in batches for name in b.values)
        self.values = {
            n: np.concatenate([b.values.get(n, np.full(len(b.ts), np.nan)) for b in batches])
            for n in names
        }
        self.bad = [cell for b in batches for cell in b.bad]
        self.lines = [b.line_of(i) for b in batches for i in range(len(b.ts))]

    def times(self, zone: str = BERLIN) -> list[str]:
        index = pd.to_datetime(self.ts, unit="us", utc=True).tz_convert(zone)
        return [t.strftime("%Y-%m-%d %H:%M:%S") for t in index]


def read(
    path: Path, root: Path | None = None, *, block: int = 1 << 21, zone: str = BERLIN, **more: Any
) -> Table:
    source = source_file(path, root)
    layout = look(source, declaration_for(source))
    reader = Reader(source, layout, zone=zone, block=block, **more)
    batches = list(reader)
    return Table(batches, layout, reader.state)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def put(content: str | bytes, name: str = "meter.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


Write = Callable[..., Path]
PLAIN = "ts,x\n2024-01-01 00:00:00,1\n2024-01-01 00:01:00,2.5\n2024-01-01 00:02:00,-3\n"


# --- names of devices and signals ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "header", "device", "group", "signal"),
    [
        ("meter/m4/fa1_SmokeFlag.csv", "ts,fa1_SmokeFlag", "m4", "meter", "fa1_SmokeFlag"),
        ("m4/pos_ae.csv", "ts,pos_ae", "m4", "", "pos_ae"),
        ("m4/pos_ae.csv", "ts,value", "m4", "", "pos_ae"),
        ("m4/pos_ae.2024-01.csv", "ts,pos_ae", "m4", "", "pos_ae"),
        ("m4/jan.csv", "ts,pos_ae", "jan", "m4", "pos_ae"),
        ("m4.csv", "ts,value", "m4", "", "m4"),
    ],
)
def test_device_and_signal(
    write: Write, tmp_path: Path, name: str, header: str, device: str, group: str, signal: str
) -> None:
    path = write(PLAIN.replace("ts,x", header), name)
    layout = look(source_file(path, tmp_path))
    assert (layout.device, layout.group) == (device, group)
    assert [c.signal for c in layout.columns] == [signal]


def test_repeated_names_and_units(write: Write) -> None:
    path = write("ts,P [kW],P [kW],T\n2024-01-01 00:00,1,2,3\n2024-01-01 00:01,1,2,3\n")
    layout = look(source_file(path))
    assert [c.signal for c in layout.columns] == ["P [kW]", "P [kW] (2)", "T"]
    assert [c.unit for c in layout.columns] == ["kW", "kW", None]


def test_a_single_file_from_its_own_folder(write: Write, tmp_path: Path) -> None:
    path = write(PLAIN.replace("ts,x", "ts,pos_ae"), "m4/pos_ae.csv")
    assert look(source_file(path)).device == "m4"


# --- shapes --------------------------------------------------------------------------------------
SHAPES = {
    "plain": PLAIN,
    "crlf": PLAIN.replace("\n", "\r\n"),
    "cr only": PLAIN.replace("\n", "\r"),
    "no last newline": PLAIN[:-1],
    "bom": "\ufeff" + PLAIN,
    "semicolon, decimal comma": PLAIN.replace(",", ";").replace(".", ","),
    "tab": PLAIN.replace(",", "\t"),
    "quoted": 'ts,x\n"2024-01-01 00:00:00","1"\n"2024-01-01 00:01:00","2.5"\n'
    '"2024-01-01 00:02:00","-3"\n',
    "T and fraction": PLAIN.replace(" 00", "T00").replace(":00,", ":00.000,"),
    "offset": PLAIN.replace(":00,", ":00+01:00,"),
    "zulu": "ts,x\n2023-12-31T23:00:00Z,1\n2023-12-31T23:01:00Z,2.5\n2023-12-31T23:02:00Z,-3\n",
    "comments and blank lines": "# export of today\n\n" + PLAIN.replace("\n", "\n\n"),
    "block before the header": "Plant;A\nSerial;12;3\n\n" + PLAIN,
    "units line": PLAIN.replace("ts,x\n", "ts,x\n ,kW\n"),
    "no header": PLAIN.removeprefix("ts,x\n"),
    "german dates": "Datum;x\n01.01.2024 00:00;1\n01.01.2024 00:01;2,5\n01.01.2024 00:02;-3\n",
    "date and time apart": "Datum,Zeit,x\n01.01.2024,0:00,1\n01.01.2024,0:01,2.5\n"
    "01.01.2024,0:02,-3\n",
    "am and pm": "time,x\n01/13/2024 12:00 AM,1\n01/13/2024 12:01 AM,2.5\n01/13/2024 12:02 AM,-3\n",
    "epoch seconds": "time,x\n1704063600,1\n1704063660,2.5\n1704063720,-3\n",
    "epoch milliseconds": "ts,x\n1704063600000,1\n1704063660000,2.5\n1704063720000,-3\n",
    "trailing delimiter": PLAIN.replace("\n", ",\n"),
    "trailing delimiter but in the header": PLAIN.replace("\n", ",\n").replace("x,\n", "x\n"),
    "spaces": PLAIN.replace(",", " , "),
    "plus signs": PLAIN.replace(",1", ",+1"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(write: Write, shape: str) -> None:
    table = read(write(SHAPES[shape]))
    assert table.bad == []
    day = "2024-01-13" if shape == "am and pm" else "2024-01-01"
    assert table.times() == [f"{day} 00:0{k}:00" for k in range(3)]
    (values,) = table.values.values()
    np.testing.assert_array_equal(values, [1, 2.5, -3])


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_encodings(write: Write, encoding: str) -> None:
    table = read(write(PLAIN.replace("ts,x", "ts,Außentemperatur °C").encode(encoding)))
    assert list(table.values) == ["Außentemperatur °C"]
    assert len(table.ts) == 3 and table.bad == []


def test_thousands_separators(write: Write) -> None:
    german = read(write("ts;x\n2024-01-01 00:00;1.234,5\n2024-01-01 00:01;-2.000.000,25\n"))
    english = read(write('ts,x\n2024-01-01 00:00,"1,234.5"\n2024-01-01 00:01,"-2,000,000.25"\n'))
    assert list(german.values["x"]) == list(english.values["x"]) == [1234.5, -2000000.25]


def test_thousands_that_could_be_decimals_are_not_guessed(write: Write) -> None:
    table = read(write("ts;x\n2024-01-01 00:00;1,5\n2024-01-01 00:01;1.234\n"))
    assert [(b.line, b.text, b.reason) for b in table.bad] == [(3, "1.234", "not a number")]


def test_booleans(write: Write) -> None:
    table = read(write("ts,on\n2024-01-01 00:00,True\n2024-01-01 00:01,false\n2024-01-01 00:02,\n"))
    np.testing.assert_array_equal(table.values["on"], [1, 0, np.nan])


def test_missing_markers_are_no_value_and_not_bad(write: Write) -> None:
    marks = ["", "-", "NA", "NaN", "nan", "null", "None", "n/a"]
    rows = "".join(f"2024-01-01 00:{k:02d},{m}\n" for k, m in enumerate(marks))
    table = read(write("ts,x\n2024-01-01 01:00,7\n" + rows))
    assert table.bad == []
    assert np.isnan(table.values["x"][1:]).all() and len(table.ts) == 9


def test_text_columns_are_skipped_and_noted(write: Write) -> None:
    path = write("ts,id,x\n2024-01-01 00:00,abc,1\n2024-01-01 00:01,def,2\n")
    table = read(path)
    assert list(table.values) == ["x"]
    assert "column id skipped: text" in table.layout.notes


def test_column_that_gets_its_first_value_late(write: Write) -> None:
    rows = [f"2024-01-01 {k // 60 % 24:02d}:{k % 60:02d},1,\n" for k in range(30_000)]
    rows[15_000] = rows[15_000].replace(",\n", ",5\n")
    table = read(write("ts,x,y\n" + "".join(rows)), block=1 << 14)
    assert [c.signal for c in table.layout.columns] == ["x"]
    assert [c.signal for c in table.layout.empty] == ["y"]
    assert np.nansum(table.values["y"]) == 5


def test_a_ragged_row_near_the_top_does_not_hide_the_header(write: Write) -> None:
    rows = "".join(f"2024-01-01 00:{k:02d},{k}\n" for k in range(40))
    table = read(write("ts,x\n" + rows[:38] + "1,2,3\n?,\n" + rows[38:]))
    assert table.layout.header_line == 1
    assert len(table.ts) == 40 and len(table.bad) == 2
    assert list(table.values) == ["x"]


def test_columns_named_by_numbers(write: Write) -> None:
    table = read(write("Messpunkt,1,2\n2024-01-01 00:00,5,6\n2024-01-01 00:01,7,8\n"))
    assert list(table.values) == ["1", "2"] and table.bad == []


def test_header_far_down_is_found_by_declaration(write: Write) -> None:
    write("[[source]]\nheader = 1001\n", "source.toml")
    assert len(read(write("nothing to see\n" * 1000 + PLAIN)).ts) == 3


def test_file_that_got_its_first_row(write: Write) -> None:
    table = read(write("Datum;x\n"))
    path = write("Datum;x\n01.02.2024 00:00;1\n")
    assert grown(source_file(path), table.layout, table.state) is None


def test_midnight_written_as_24(write: Write) -> None:
    table = read(write("Zeit;x\n31.12.2024 23:45;1\n31.12.2024 24:00;2\n01.01.2025 00:15;3\n"))
    assert table.times()[1] == "2025-01-01 00:00:00"


# --- order of day and month ----------------------------------------------------------------------
def series(form: str, start: str, step: str, rows: int, name: str = "time") -> str:
    index = pd.date_range(start, periods=rows, freq=step)
    return f"{name},x\n" + "".join(f"{t.strftime(form)},{k % 7}\n" for k, t in enumerate(index))


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"])
def test_day_and_month_are_told_apart(write: Write, form: str) -> None:
    # From 3 to 20 February: the days that decide stand in the middle and at the end only.
    table = read(write(series(form, "2024-02-03", "1h", 24 * 17)))
    assert table.layout.time_format == form
    assert table.times("Europe/Berlin")[0] == "2024-02-03 00:00:00"


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"])
def test_regular_steps_decide_where_no_day_does(write: Write, form: str) -> None:
    table = read(write(series(form, "2024-02-03", "1h", 24 * 3)))
    assert table.layout.time_format == form
    assert any("only so are the steps regular" in note for note in table.layout.notes)


def test_undecidable_order_is_said(write: Write) -> None:
    table = read(write(series("%d/%m/%Y %H:%M", "2024-02-03", "1h", 20)))
    assert table.times()[0] == "2024-02-03 00:00:00"
    assert any("day first assumed" in note for note in table.layout.notes)


# --- labels --------------------------------------------------------------------------------------
def test_end_labels_are_found_by_looking(write: Write) -> None:
    table = read(write(series("%Y-%m-%d %H:%M", "2024-01-01 00:15", "15min", 96 * 3)))
    assert (table.layout.label, table.layout.interval_us) == ("end", 15 * MINUTE)
    assert table.times()[0] == "2024-01-01 00:00:00"
    assert "label END: regular 15 min, first 00:15, last 00:00" in table.layout.notes


@pytest.mark.parametrize(
    ("start", "step", "rows"),
    [("2024-01-01 00:00", "15min", 96), ("2024-01-01 00:30", "15min", 95),
     ("2024-01-01 00:01", "1min", 1440), ("2024-01-01 05:45", "15min", 40)],
)  # fmt: skip
def test_other_labels_are_starts(write: Write, start: str, step: str, rows: int) -> None:
    assert look(source_file(write(series("%Y-%m-%d %H:%M", start, step, rows)))).label == "start"


@pytest.mark.parametrize("rows", [40, 90, 95, 96, 97, 101, 288, 2000])
def test_the_label_does_not_depend_on_where_the_file_is_cut(write: Write, rows: int) -> None:
    layout = look(source_file(write(series("%Y-%m-%d %H:%M", "2024-01-01 00:15", "15min", rows))))
    assert (layout.label, layout.interval_us) == ("end", 15 * MINUTE)
    doubted = any("if labels name starts, declare label" in note for note in layout.notes)
    assert doubted == (rows % 96 != 0)


@pytest.mark.parametrize(
    ("start", "step", "rows", "doubted"),
    [("2024-01-01 05:45", "15min", 200, True), ("2024-01-01 00:00", "15min", 96, False),
     ("2024-01-01 00:00", "15min", 97, True), ("2024-01-01 05:45", "5min", 200, False)],
)  # fmt: skip
def test_labels_that_could_be_either_say_so(
    write: Write, start: str, step: str, rows: int, doubted: bool
) -> None:
    layout = look(source_file(write(series("%Y-%m-%d %H:%M", start, step, rows))))
    assert any("label START assumed" in note for note in layout.notes) == doubted


def test_a_counter_has_no_interval(write: Write) -> None:
    index = pd.date_range("2024-01-01 00:15", periods=192, freq="15min")
    rows = "".join(f"{t},{k}\n" for k, t in enumerate(index))
    assert look(source_file(write("ts,kwh\n" + rows))).label == "start"


def test_start_and_end_columns(write: Write) -> None:
    path = write("Datum von;Datum bis;x\n01.01.2024 00:00;01.01.2024 01:00;1,5\n"
                 "01.01.2024 01:00;01.01.2024 02:00;2,5\n")  # fmt: skip
    table = read(path)
    assert table.layout.time_columns == ("Datum von",)
    assert (table.layout.label, table.layout.interval_us) == ("start", HOUR)
    assert list(table.values) == ["x"]


# --- what cannot be used -------------------------------------------------------------------------
def test_every_unusable_cell_is_named_by_its_physical_line(write: Write) -> None:
    path = write(
        "# a comment\n"  # 1
        "ts,x,y\n"  # 2
        "2024-01-01 00:00:00,1,1\n"  # 3
        "2024-01-01 00:01:00,inf,2\n"  # 4
        "\n"  # 5
        "2024-01-01 00:02:00,broken,3\n"  # 6
        "not a time,4,4\n"  # 7
        ",5,5\n"  # 8
        "2024-01-01 00:05:00,6\n"  # 9
        "2024-01-01 00:06:00,7,7,7\n"  # 10
        "2024-02-30 00:00:00,8,8\n"  # 11
        "2024-01-01 00:08:00,9,\x00\x00\n"  # 12
        '2024-01-01 00:09:00,"10,10\n'  # 13
        "# another comment\n"  # 14
        "2024-01-01 00:10:00,11,11\n"  # 15
    )
    table = read(path)
    assert table.bad == [
        BadCell(4, "x", "inf", "not a number"),
        BadCell(6, "x", "broken", "not a number"),
        BadCell(7, "ts", "not a time", "no time stamp"),
        BadCell(8, "ts", "", "no time stamp"),
        BadCell(9, "", "2024-01-01 00:05:00,6", "2 fields instead of 3"),
        BadCell(10, "", "2024-01-01 00:06:00,7,7,7", "4 fields instead of 3"),
        BadCell(11, "ts", "2024-02-30 00:00:00", "no time stamp"),
        BadCell(12, "", "2024-01-01 00:08:00,9,\x00\x00", "NUL bytes"),
        BadCell(13, "", '2024-01-01 00:09:00,"10,10', "0 fields instead of 3"),
    ]
    assert table.lines == [3, 4, 6, 15]
    np.testing.assert_array_equal(table.values["x"], [1, np.nan, np.nan, 11])
    np.testing.assert_array_equal(table.values["y"], [1, 2, 3, 11])


@pytest.mark.parametrize("block", [64, 200, 1 << 21])
def test_bad_cells_do_not_depend_on_blocks(write: Write, block: int) -> None:
    rows = [f"2024-01-01 {k // 60:02d}:{k % 60:02d}:00,{k}\n" for k in range(600)]
    for k in (0, 17, 300, 599):
        rows[k] = rows[k].replace(",", ",?")
    table = read(write("ts,x\n" + "".join(rows)), block=block)
    assert [b.line for b in table.bad] == [2, 19, 302, 601]
    assert len(table.ts) == 600
    assert table.lines == list(range(2, 602))


def test_blank_lines_count_as_lines(write: Write) -> None:
    table = read(write("ts,x\n2024-01-01 00:00,1\n\n\n2024-01-01 00:01,2\n\n"))
    assert table.lines == [2, 5] and table.bad == []


def test_a_time_without_offset_among_times_that_have_one(write: Write) -> None:
    rows = "".join(f"2024-01-01 00:{k:02d}:00+02:00,{k}\n" for k in range(9))
    table = read(write("ts,x\n" + rows + "2024-01-01 00:09:00,9\n"))
    assert [(b.line, b.reason) for b in table.bad] == [(11, "no time stamp")]
    assert table.times("UTC")[0] == "2023-12-31 22:00:00"


def test_impossible_dates_do_not_slip_into_the_next_month(write: Write) -> None:
    table = read(write("Datum;x\n29.04.2024 00:00;1\n31.04.2024 00:00;2\n01.05.2024 00:00;3\n"))
    assert [(b.line, b.text) for b in table.bad] == [(3, "31.04.2024 00:00")]


def test_spring_hour(write: Write) -> None:
    path = write(series("%Y-%m-%d %H:%M", "2024-03-31 00:00", "30min", 12))
    table = read(path)
    assert [(b.line, b.text, b.reason) for b in table.bad] == [
        (6, "2024-03-31 02:00:00", "time does not exist in Europe/Berlin"),
        (7, "2024-03-31 02:30:00", "time does not exist in Europe/Berlin"),
    ]
    assert table.lines == [2, 3, 4, 5, *range(8, 14)]
    moved = read(path, nonexistent="shift")
    assert moved.bad == [] and len(moved.ts) == 12


def test_damaged_gzip_gives_what_is_readable(write: Write) -> None:
    rows = "".join(f"2024-01-01 {k // 60:02d}:{k % 60:02d}:00,{k * k % 977}\n" for k in range(1400))
    packed = gzip.compress(("ts,x\n" + rows).encode())
    whole = read(write(packed, "a.csv.gz"))
    assert len(whole.ts) == 1400 and whole.bad == [] and whole.layout.compression == "gzip"
    cut = read(write(packed[: len(packed) // 2], "b.csv.gz"))
    assert 0 < len(cut.ts) < 1400
    np.testing.assert_array_equal(cut.ts[:-1], whole.ts[: len(cut.ts) - 1])
    assert "truncated gzip archive" in cut.bad[-1].reason


def test_several_gzip_parts_in_one_file(write: Write) -> None:
    head, tail = PLAIN[:40].encode(), PLAIN[40:].encode()
    table = read(write(gzip.compress(head) + gzip.compress(tail), "x.csv.gz"))
    assert len(table.ts) == 3 and table.bad == []


def test_zip_members(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("meter/m1/pos_ae.csv", PLAIN.replace(",x", ",pos_ae"))
        archive.writestr("__MACOSX/._pos_ae.csv", "junk")
    (source,) = find_sources([tmp_path])
    layout = look(source)
    assert (source.member, layout.device, layout.group) == ("meter/m1/pos_ae.csv", "m1", "meter")
    reader = read_batches(source, layout, zone=BERLIN)
    assert sum(len(batch.ts) for batch in reader) == 3
    assert reader.state.end_offset == source.size


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (bytes(range(256)) * 40, "junk.csv", "is not text"),
        (b"PK\x03\x04 and no more", "a.zip", "damaged zip archive"),
        (b"PAR1 and no more", "a.parquet", "not a readable Parquet file"),
        ("time,x\n0.0,1\n1800.0,2\n3600.0,3\n", "a.csv", "origin = "),
        ("a,b\n1,2\n3,4\n", "a.csv", "start and step"),
        ("name,city\nx,y\n", "a.csv", "no time column"),
    ],
)
def test_files_that_are_no_source(write: Write, content: str | bytes, name: str, says: str) -> None:
    path = write(content, name)
    with pytest.raises(SourceError, match=re.escape(says)) as caught:
        look(source_file(path))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", ["", "ts,x\n", "ts,x", "\n\n"])
def test_files_without_rows(write: Write, content: str) -> None:
    table = read(write(content))
    assert len(table.ts) == 0 and table.bad == []


# --- declared ------------------------------------------------------------------------------------
def test_declared_origin_start_and_columns(write: Write) -> None:
    write(
        '[[source]]\nfiles = "counted.csv"\norigin = "2024-01-01 00:00:00"\ntime_unit = "h"\n'
        '[[source]]\nfiles = "steady.csv"\nstart = "2024-03-30 23:00:00"\nstep = "1h"\n'
        'zone = "UTC"\ndevice = "D"\ngroup = "G"\n[source.columns]\n'
        'P = { signal = "p_grid", unit = "W", sign = -1, scale = 1000 }\nQ = false\n',
        "source.toml",
    )
    counted = read(write("Time,x\n0,1\n0.5,2\n24,3\n", "counted.csv"))
    assert counted.times() == ["2024-01-01 00:00:00", "2024-01-01 00:30:00", "2024-01-02 00:00:00"]
    summer = read(write("Time,x\n0,1\n4368,2\n4369,3\n", "counted.csv"))  # 26 weeks later
    assert summer.times()[1] == "2024-07-01 01:00:00"
    torn = read(write("P,Q,R\n1,2,3\n4,5\n7,8,9\n", "steady.csv"), block=8)
    assert torn.times("UTC")[1:] == ["2024-03-31 01:00:00"]
    steady = read(write("P,Q,R\n1,2,3\n4,5,6\n7,8,9\n", "steady.csv"), block=8)
    assert (steady.layout.device, steady.layout.group) == ("D", "G")
    assert steady.times("UTC")[1:] == ["2024-03-31 00:00:00", "2024-03-31 01:00:00"]
    assert sorted(steady.values) == ["R", "p_grid"]
    np.testing.assert_array_equal(steady.values["p_grid"], [-1000, -4000, -7000])


def test_declared_text_wins_over_looking(write: Write) -> None:
    write(
        '[[source]]\ndelimiter = "|"\ndecimal = ","\nheader = 2\ntime = ["day", "clock"]\n'
        'format = "%y%m%d %H:%M"\nzone = "America/New_York"\nmissing = ["999"]\nonly = ["b"]\n',
        "source.toml",
    )
    path = write("made by hand\nday|clock|a|b\n240701|00:00|1|1,5\n240701|00:30|2|999\n")
    table = read(path)
    assert list(table.values) == ["b"]
    np.testing.assert_array_equal(table.values["b"], [1.5, np.nan])
    assert table.times("America/New_York")[1] == "2024-07-01 00:30:00"


def test_declared_column_that_is_not_there(write: Write) -> None:
    write('[[source]]\ntime = "when"\n', "source.toml")
    path = write(PLAIN)
    with pytest.raises(SourceError, match="no column 'when'"):
        look(source_file(path), declaration_for(source_file(path)))


# --- finding -------------------------------------------------------------------------------------
def test_find_sources(write: Write, tmp_path: Path) -> None:
    for name in ("b/x.csv", "a/y.CSV", "a/z.csv.gz", "a/t.parquet", "a/.hidden.csv", "a/q.csv.part",
                 "a/w.tmp", "a/readme.md", ".git/c.csv"):  # fmt: skip
        write("ts,x\n", name)
    (tmp_path / "a/gone.csv").symlink_to(tmp_path / "nowhere.csv")
    skipped: list[tuple[Path, str]] = []
    found = find_sources([tmp_path, tmp_path / "b"], skipped)
    assert [s.path.relative_to(tmp_path).as_posix() for s in found] == [
        "a/t.parquet", "a/y.CSV", "a/z.csv.gz", "b/x.csv",
    ]  # fmt: skip
    assert skipped == [(tmp_path / "a/gone.csv", "link to nowhere")]
    with pytest.raises(SourceError, match="no such file"):
        find_sources([tmp_path / "nowhere"])


# --- growth --------------------------------------------------------------------------------------
def resume(source: SourceFile, layout: Layout, state: ReadState, block: int) -> Table:
    # The ledger keeps both as JSON.
    state = ReadState.from_dict(json.loads(json.dumps(state.as_dict())))
    layout = Layout.from_dict(json.loads(json.dumps(layout.as_dict())))
    digest = grown(source, layout, state)
    assert digest is not None
    reader = Reader(
        source, layout, zone=BERLIN, offset=state.end_offset, line=state.end_line,
        clock=state.clock, digest=digest, block=block,
    )  # fmt: skip
    return Table(list(reader), layout, reader.state)


AUTUMN = series("%Y-%m-%d %H:%M:%S", "2024-10-26 20:00", "10min", 30, "ts") + "".join(
    f"2024-10-27 {h}:{m:02d}:00,{m}\n" for h in ("02", "02", "03") for m in range(0, 60, 10)
)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(5, len(AUTUMN) - 1), block=st.sampled_from([50, 333, 1 << 20]))
def test_a_file_that_grew_reads_like_one_read_at_once(
    tmp_path_factory: pytest.TempPathFactory, cut: int, block: int
) -> None:
    path = tmp_path_factory.mktemp("grow") / "x.csv"
    path.write_text(AUTUMN)
    whole = read(path)
    layout = whole.layout
    path.write_text(AUTUMN[:cut])
    reader = Reader(source_file(path), layout, zone=BERLIN, block=block)
    first = Table([b for b in reader if not b.provisional], layout, reader.state)
    path.write_text(AUTUMN)
    if first.state.rows:
        second = resume(source_file(path), layout, first.state, block)
    else:  # looked at before there was a row: read from the beginning
        assert grown(source_file(path), layout, first.state) is None
        second = read(path, block=block)
    np.testing.assert_array_equal(np.concatenate([first.ts, second.ts]), whole.ts)
    assert first.lines + second.lines == whole.lines
    assert second.state.sample == whole.state.sample
    assert second.state.end_offset == len(AUTUMN)
    assert second.state.clock == whole.state.clock


def test_unfinished_last_line_is_read_and_read_again(write: Write) -> None:
    path = write(PLAIN[:-1])
    table = read(path)
    assert len(table.ts) == 3
    assert table.state.end_offset == PLAIN.rindex("2024")
    path.write_text(PLAIN[:-1] + ".75\n")
    again = resume(source_file(path), table.layout, table.state, 1 << 20)
    np.testing.assert_array_equal(again.values["x"], [-3.75])


def test_a_changed_file_has_not_grown(write: Write) -> None:
    path = write(PLAIN)
    table = read(path)
    assert grown(source_file(path), table.layout, table.state) is None
    path.write_text(PLAIN.replace("2.5", "2.6") + "2024-01-01 00:03:00,4\n")
    assert grown(source_file(path), table.layout, table.state) is None


# --- the slow readable twin ----------------------------------------------------------------------
CELLS = st.sampled_from(
    ["1", "-2.5", "+3", "1e3", "", "NA", "inf", "x", " 7 ", "nan", ".5", "5.", "1,2"]
)
STAMPS = st.sampled_from(["2024-01-01 00:00:00", "2024-01-01T00:01", "2024-02-30 00:00:00", "", "?",
                          "2024-06-01 12:00:00.25", "2024-06-01 12:00:00Z"])  # fmt: skip


def slow_twin(rows: list[tuple[str, str]]) -> tuple[list[datetime], list[float], set[int]]:
    """Time in UTC and value of each usable row, and the lines with something unusable."""
    times, values, bad = [], [], set()
    for line, (stamp, cell) in enumerate(rows, 2):
        try:
            moment = datetime.fromisoformat(stamp)
        except ValueError:
            moment = None
        if cell.count(","):
            bad.add(line)
            continue
        value = float("nan")
        if cell.strip() not in ("", "NA", "nan"):
            try:
                value = float(cell)
            except ValueError:
                bad.add(line)
            if value in (float("inf"), float("-inf")):
                bad.add(line)
                value = float("nan")
        if moment is None:
            bad.add(line)
            continue
        zone = ZoneInfo(BERLIN) if moment.tzinfo is None else moment.tzinfo
        times.append(moment.replace(tzinfo=zone).astimezone(UTC))
        values.append(value)
    return times, values, bad


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(STAMPS, CELLS), max_size=12), block=st.sampled_from([40, 1 << 20]))
def test_agrees_with_the_slow_twin(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], block: int
) -> None:
    assume(rows[:1] != [("", "x")])  # below the header that is a line of units
    rows = [*rows, *[("2024-03-01 00:00:00", "4.25")] * (len(rows) + 1)]
    path = tmp_path_factory.mktemp("twin") / "x.csv"
    path.write_text("ts,x\n" + "".join(f"{stamp},{cell}\n" for stamp, cell in rows))
    table = read(path, block=block)
    times, values, bad = slow_twin(rows)
    assert [pd.Timestamp(t, unit="us", tz="UTC") for t in table.ts] == times
    np.testing.assert_array_equal(table.values["x"], values)
    assert {cell.line for cell in table.bad} == bad


# --- Parquet -------------------------------------------------------------------------------------
def test_long_parquet(tmp_path: Path) -> None:
    ts = pd.date_range("2024-01-01", periods=4, freq="1min", tz="UTC").repeat(2)
    frame = pd.DataFrame({"signal": ["a", "b"] * 4, "ts": ts, "value": np.arange(8.0)})
    frame.loc[5, "value"] = np.inf
    path = tmp_path / "plant.parquet"
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, row_group_size=3)
    table = read(path)
    assert table.layout.long == ("signal", "value")
    np.testing.assert_array_equal(table.values["a"][~np.isnan(table.values["a"])], [0, 2, 4, 6])
    assert [(b.line, b.column) for b in table.bad] == [(6, "b")]


def test_wide_parquet_with_naive_times(tmp_path: Path) -> None:
    naive = pd.to_datetime(["2024-10-27 01:30", "2024-10-27 02:30", "2024-10-27 02:30", "NaT"])
    frame = pd.DataFrame({"time": naive, "P": [1, 2, 3, 4], "name": list("abcd")})
    path = tmp_path / "m.parquet"
    frame.to_parquet(path)
    table = read(path)
    assert np.diff(table.ts).tolist() == [HOUR, HOUR]
    np.testing.assert_array_equal(table.values["P"], [1, 2, 3])
    assert [b.reason for b in table.bad] == ["no time stamp"]


# --- real data -----------------------------------------------------------------------------------
def count_rows(path: Path, delimiter: str, header: int) -> int:
    """Rows below the header by the csv module: those with a first cell that begins with a digit."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.reader(file.read().splitlines(), delimiter=delimiter))
    return sum(1 for row in rows[header:] if row and row[0][:1].isdigit() and len(row) > 1)


REAL: dict[str, tuple[str, str, int, str]] = {
    # folder or file: (glob, delimiter, lines before the data, declaration)
    "raw_layout/BESS": ("**/*.csv", ",", 1, ""),
    "raw_layout/meter": ("**/*.csv", ",", 1, ""),
    "meter": ("NO*.csv", ",", 1, 'zone = "UTC"\n'),
    "meter/": ("ha*.csv", ",", 1, ""),
    "price": ("*.csv", ";", 1, ""),
    "pv/pvanalytics": ("*.csv", ",", 1, ""),
    "pv/kaggle": ("*.csv", ",", 1, ""),
    "pv/pvcaptest": ("nrel*.csv", ",", 1, 'zone = "-07:00"\n'),
    "pv/pvcaptest/": ("example*.csv", ",", 1, 'zone = "-07:00"\n'),
    "pv/pvcaptest/pvsyst": ("pvsyst*.csv", ";", 12, 'zone = "-06:00"\n'),
    "pv/pvcaptest/reg": ("reg*.csv", ",", 1, 'start = "2020-01-01"\nstep = "15min"\n'),
    "thermal/armadillo": ("armadillo*.csv", ",", 1, 'origin = "2020-01-01"\ntime_unit = "s"\n'),
    "thermal/armax": ("armax*.csv", ",", 1, ""),
    "thermal/jameshanlon": ("**/[dsz]*.csv", ";", 2, 'zone = "UTC"\n'),
    "thermal/jameshanlon/": ("**/e*.csv", ";", 3, ""),
    "hackathon": ("Lastgang*.csv", ",", 1, ""),
    "hackathon/raw_heads": ("*.csv", ",", 1, ""),
}


@pytest.mark.parametrize("group", REAL)
def test_real_files_keep_every_row(shared: Path, tmp_path: Path, group: str) -> None:
    glob, delimiter, header, declared = REAL[group]
    (tmp_path / "source.toml").write_text("[[source]]\n" + declared)
    folder = shared / "data" / group
    while not folder.is_dir():
        folder = folder.parent
    paths = sorted(folder.glob(glob))
    assert paths
    for path in paths:
        link = tmp_path / path.relative_to(shared)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
        table = read(link, tmp_path)
        assert len(table.ts) == count_rows(path, delimiter, header), path
        assert table.bad == [], (path, table.bad[:3])
        assert table.values and all(len(v) == len(table.ts) for v in table.values.values())


def local_days(ts: np.ndarray) -> pd.Series:
    index = pd.to_datetime(ts, unit="us", utc=True).tz_convert(BERLIN)
    return pd.Series(1, index=index)


@pytest.mark.parametrize(
    "name", ["raw_layout/meter/lastgang/com_ap.csv", "hackathon/Lastgang 2024.csv"]
)
def test_lastgang(shared: Path, name: str) -> None:
    known = json.loads((shared / "reference/expected_numbers.json").read_text())["lastgang"]
    table = read(shared / "data" / name, shared / "data")
    assert table.bad == [] and len(table.ts) == known["rows"]
    (power,) = table.values.values()
    frame = local_days(table.ts) * power
    assert frame.sum() * 0.25 == known["energy_kwh"]
    days = frame.resample("D").size()
    assert (days["2024-03-31"], days["2024-10-27"]) == (92, 100)
    assert sorted(set(days) - {92, 96, 100}) == []
    months = frame.resample("MS").sum() * 0.25
    assert {t.strftime("%Y-%m"): v for t, v in months.items()} == known["by_local_month_kwh"]
    assert (np.diff(table.ts) == 15 * MINUTE).all()


@pytest.mark.parametrize("year", [2024, 2025])
def test_smard(shared: Path, year: int) -> None:
    numbers = json.loads((shared / "reference/expected_numbers.json").read_text())
    known = numbers[f"smard_{year}_DE_LU"]
    table = read(shared / f"data/price/SMARD_market_price_{year}.csv")
    price = table.values["price_day_ahead"]
    assert table.bad == [] and len(table.ts) == known["rows"]
    assert round(float(price.mean()), 4) == known["mean"]
    assert (price.min(), price.max()) == (known["min"], known["max"])
    assert int((price < 0).sum()) == known["negative_rows"]
    assert (np.diff(table.ts) == HOUR).all()
    assert table.layout.interval_us == HOUR
    columns = table.layout.columns
    empty = {c.name for c in columns if np.isnan(table.values[c.signal]).all()}
    assert {name for name, n in known["dash_cells_by_col"].items() if n == known["rows"]} == empty


def test_offsets_in_the_text(shared: Path) -> None:
    table = read(shared / "data/pv/pvanalytics/serf_east_1min_ac_power.csv")
    assert table.layout.zone == "text"
    assert table.times("UTC")[0] == "2022-03-18 11:33:00"
