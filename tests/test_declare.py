"""`source.toml`: what it may say, how mistakes are named, which one speaks of a file."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from core.errors import DeclarationError
from core.levels import MINUTE
from ingest.declare import KEYS, declaration_for, load_declarations
from ingest.sources import SourceFile, source_file

FULL = """
[[source]]
files = "*.csv"
device = "Meter-1"
group = "meter"
delimiter = ";"
decimal = ","
encoding = "cp1252"
header = 3
comment = "%"
time = ["Datum", "Zeit"]
format = "%d.%m.%Y %H:%M"
zone = "Europe/Vienna"
label = "end"
interval = "15min"
missing = ["--", "999"]
only = ["P", "Q"]

[source.columns]
"P" = { signal = "com_ap", unit = "kW", sign = -1, scale = 0.001, quantity = "active_power" }
"Q" = false
"R" = "com_rp"
"""


def write(folder: Path, text: str, name: str = "source.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def a_source(root: Path, name: str) -> SourceFile:
    write(root, "ts,x\n", name)
    return source_file(root / name, root)


def test_every_key(tmp_path: Path) -> None:
    (found,) = load_declarations(write(tmp_path, FULL))
    assert (found.device, found.group, found.delimiter, found.decimal) == (
        "Meter-1", "meter", ";", ",",
    )  # fmt: skip
    assert found.time == ("Datum", "Zeit")
    assert found.interval_us == 15 * MINUTE
    assert found.only == ("P", "Q")
    rule = found.rule("P")
    assert rule is not None
    assert (rule.signal, rule.unit, rule.sign, rule.scale) == ("com_ap", "kW", -1, 0.001)
    skipped, renamed = found.rule("Q"), found.rule("R")
    assert skipped is not None and skipped.skip
    assert renamed is not None and renamed.signal == "com_rp"
    assert found.rule("S") is None


def test_examples_of_the_documentation(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "source-toml.md").read_text("utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 6
    for example in examples:
        assert load_declarations(write(tmp_path, example))


def test_documentation_names_every_key() -> None:
    text = (Path(__file__).parents[1] / "docs" / "source-toml.md").read_text("utf-8")
    table = text.split("## Keys")[1].split("##")[0]
    named = re.findall(r"`([a-z_]+)`", "\n".join(re.findall(r"^\| ([^|]+) \|", table, re.M)))
    assert set(named) == set(KEYS)


def test_origin_and_start(tmp_path: Path) -> None:
    counted, steady = load_declarations(
        write(
            tmp_path,
            '[[source]]\norigin = 2024-01-01\ntime_unit = "h"\n'
            '[[source]]\nstart = "2024-01-01 00:00"\nstep = "30s"\n',
        )
    )
    assert counted.origin == datetime(2024, 1, 1)
    assert steady.start == datetime(2024, 1, 1)
    assert steady.step_us == 30_000_000


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[[source]]\nfiles = '*'\ncolour = 'red'\n", 3, "unknown keys: colour"),
        ("title = 'x'\n", 1, "unknown keys: title"),
        ("[[source]]\nlabel = 'middle'\n", 2, "label = 'middle'"),
        ("[[source]]\n\nzone = 'Mars/Olympus'\n", 3, "Mars/Olympus"),
        ("[[source]]\ndelimiter = ';;'\n", 2, "one character"),
        ("[[source]]\nheader = -1\n", 2, "header = -1"),
        ("[[source]]\ninterval = '15'\n", 2, "interval = '15'"),
        ("[[source]]\nstart = 2024-01-01\n", 2, "start and step belong together"),
        ("[[source]]\norigin = 'epoch'\n", 2, "origin and time_unit"),
        ("[[source]]\norigin = 'yesterday'\ntime_unit = 's'\n", 2, "yesterday"),
        ("[[source]]\nheader = 1\nskip_lines = 0\n", 3, "one of them"),
        ("[[source]]\nencoding = 'klingon'\n", 2, "klingon"),
        ("[[source]]\n[[source]]\nfiles = 'a'\ntime = 3\n", 4, "time = 3"),
        ("[[source]]\n[source.columns]\nP = { sing = -1 }\n", 3, "unknown keys sing"),
        ("[[source]]\n[source.columns]\nP = { sign = 2 }\n", 3, "1 or -1"),
        ("[[source]]\n[source.columns]\nP = { scale = 0 }\n", 3, "not 0"),
        ("[[source]]\nfiles = \n", 2, "not TOML"),
    ],
)
def test_mistakes_are_named_with_their_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(DeclarationError) as caught:
        load_declarations(path)
    assert caught.value.line == line
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_nearest_declaration_that_matches_wins(tmp_path: Path) -> None:
    write(tmp_path, "[[source]]\ndevice = 'top'\n")
    write(tmp_path / "a", "[[source]]\nfiles = 'x*.csv'\ndevice = 'near'\n")
    near = declaration_for(a_source(tmp_path, "a/b/x1.csv"))
    top = declaration_for(a_source(tmp_path, "a/b/y1.csv"))
    assert near is not None and near.device == "near"
    assert top is not None and top.device == "top"


def test_declarations_stop_at_the_root(tmp_path: Path) -> None:
    write(tmp_path, "[[source]]\ndevice = 'outside'\n")
    assert declaration_for(a_source(tmp_path / "root", "x.csv")) is None


def test_declaration_by_hand_comes_first(tmp_path: Path) -> None:
    write(tmp_path / "data", "[[source]]\ndevice = 'beside'\n")
    extra = load_declarations(
        write(tmp_path, "[[source]]\nfiles = 'a/*.csv'\ndevice = 'by hand'\n", "other.toml")
    )
    given = declaration_for(a_source(tmp_path / "data", "a/x.csv"), extra)
    beside = declaration_for(a_source(tmp_path / "data", "b/x.csv"), extra)
    assert given is not None and given.device == "by hand"
    assert beside is not None and beside.device == "beside"
