"""The command line, run as a user runs it."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import pandas as pd
import pyarrow.parquet as pq
import pytest

import preprocess
from core.errors import StoreDamaged
from core.levels import SECOND
from core.query import open_store
from tests.conftest import REPO
from tests.stores import append_csv, scratch, us, write_csv, write_text

START = us("2024-03-30T23:00")  # midnight in Berlin, before the short day
MINUTE = 60 * SECOND


def clean(env: dict[str, str] | None) -> dict[str, str]:
    """The environment without settings of the one who runs the tests, with those given."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ZIGGURAT_", "METER_"))}
    return kept | (env or {})


def process(
    where: Path, *arguments: str | Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run preprocess.py in a folder."""
    return subprocess.run(
        [sys.executable, REPO / "preprocess.py", *map(str, arguments)], cwd=where, env=clean(env),
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


def cli(
    where: Path, *arguments: str | Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The same, within this process: it has imported everything already."""
    words = ["preprocess.py", *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        chdir(where),
        mock.patch.dict(os.environ, clean(env), clear=True),
        mock.patch.object(sys, "argv", words),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            preprocess.main()
        except SystemExit as end:
            code = end.code or 0
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def built() -> Iterator[Path]:
    """A folder with sources of two devices and a store built from them."""
    with scratch() as folder:
        for device in ("m1", "m2"):
            rows = [(START + i * MINUTE, [i / 4]) for i in range(2000)]
            write_csv(folder / "src" / device / "com_ap.csv", ["com_ap"], rows)
        done = process(folder, "build", "--source", "src", "--store", "st")
        assert done.returncode == 0, done.stderr
        assert "2 of 2 sources read, 0 unchanged, 0 failed; 4000 readings" in done.stdout
        shutil.copytree(folder, folder / "kept")
        yield folder


@pytest.fixture
def here(built: Path) -> Path:
    """The folder, with whatever an earlier test did to it undone."""
    for path in built.iterdir():
        if path.name != "kept":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(built / "kept", built, dirs_exist_ok=True)
    return built


def test_build_again_status_and_verify(here: Path) -> None:
    again = cli(here, "--source", "src", "--store", "st")  # without a command
    assert again.returncode == 0 and "0 of 2 sources read, 2 unchanged" in again.stdout
    told = cli(here, "status", "--store", "st", "--json")
    content = json.loads(told.stdout)
    assert told.returncode == 0
    assert [device["device"] for device in content["devices"]] == ["m1", "m2"]
    assert [device["readings"] for device in content["devices"]] == [2000, 2000]
    assert content["devices"][0]["first"] == "2024-03-31T00:00:00+01:00"
    assert content["zone"] == "Europe/Berlin" and content["sources"] == {"read": 2}
    assert set(content["levels"]) == {"raw", "5min", "15min", "1h", "1d"}
    plain = cli(here, "status", "--store", "st")
    assert plain.returncode == 0 and "m2: 1 signals, 2000 readings" in plain.stdout
    checked = cli(here, "verify", "--store", "st")
    assert checked.returncode == 0 and "2 devices verified" in checked.stdout
    write_text(here / "st_plants.toml", '[[plant]]\nname = "Barn"\nlatitude = 148\n')
    told = cli(here, "status", "--store", "st").stdout
    (here / "st_plants.toml").unlink()
    assert "wrong plant: st_plants.toml:3: latitude" in told and "degrees north, -90 to 90" in told


def test_a_device_is_named_as_status_prints_it(here: Path) -> None:
    shutil.copytree(here / "src" / "m1", here / "grouped" / "meter" / "ha1")
    assert cli(here, "build", "--source", "grouped", "--store", "sg").returncode == 0
    told = cli(here, "status", "--store", "sg")
    assert "  ha1 (meter): 1 signals, 2000 readings" in told.stdout
    for name in ("ha1", "meter/ha1"):
        done = cli(here, "export", "--device", name, "--out", "x.csv", "--store", "sg")
        assert done.returncode == 0, done.stderr
    refused = cli(here, "export", "--device", "PV/ha1", "--out", "x.csv", "--store", "sg")
    assert refused.returncode == 2 and "there are: ha1" in refused.stderr


def test_a_source_that_cannot_be_read_is_exit_1_and_the_rest_is_built(here: Path) -> None:
    write_text(here / "src" / "m1" / "broken.csv", "\0\1\2" * 300)
    append_csv(here / "src" / "m2" / "com_ap.csv", [(START + 2000 * MINUTE, [1.5])])
    write_text(here / "src" / "m2" / "com_ap.csv", "2024-04-02 10:00:00Z,many\n", mode="a")
    done = cli(here, "build", "--source", "src", "--store", "st")
    assert done.returncode == 1
    assert "broken.csv" in done.stderr and "1 of 3 sources read, 1 unchanged" in done.stdout
    assert "1 rows or cells quarantined" in done.stdout
    content = json.loads(cli(here, "status", "--store", "st", "--json").stdout)
    assert content["sources"] == {"failed": 1, "read": 2}
    assert content["failed"][0]["path"].endswith("broken.csv")
    assert content["quarantine"][0] | {"path": ""} == {
        "path": "", "member": "", "device": "m2", "reason": "not a number", "rows": 1,
    }  # fmt: skip
    again = process(here, "build", "--source", "src", "--store", "st")
    assert again.returncode == 1 and "has not changed" in again.stderr


def test_the_environment_names_the_folders(here: Path) -> None:
    env = {"METER_ROOTS": f"src/m1, {here / 'src' / 'm2'}", "ZIGGURAT_STORE": "other"}
    done = cli(here, env=env)
    assert done.returncode == 0 and "other: 2 of 2 sources read" in done.stdout


def test_wrong_use_is_exit_2(here: Path) -> None:
    assert process(here).returncode == 2  # no folder given
    for arguments, said in (
        (("build", "--source", "nowhere"), "nowhere"),
        (("build", "--source", "src", "--zone", "Mars/Base"), "Mars/Base"),
        (("build", "--source", "src", "--rules", "7min"), "7min"),
        (("unknown",), "unknown"),
        (("export", "--store", "st", "--device", "m9", "--out", "x.csv"), "m1, m2"),
        (("export", "--store", "st", "--device", "m1", "--out", "no/x.csv"), "no"),
        (
            ("export", "--store", "st", "--device", "m1", "--start", "soon", "--out", "x.csv"),
            "soon",
        ),
    ):
        done = cli(here, *arguments)
        assert done.returncode == 2, (arguments, done.stdout, done.stderr)
        assert said in done.stderr and "Traceback" not in done.stderr
    assert sorted(path.name for path in here.iterdir()) == ["kept", "src", "st"]


def test_help_names_commands_and_exit_codes(here: Path) -> None:
    told = process(here, "--help")
    assert told.returncode == 0
    for word in ("build", "status", "verify", "export", "demo", "Exit codes"):
        assert word in told.stdout
    assert cli(here, "build", "--help").returncode == 0


def imported_by(where: Path, *arguments: str) -> set[str]:
    """Top-level modules that a successful run of preprocess.py imports."""
    command = [sys.executable, "-X", "importtime", REPO / "preprocess.py", *arguments]
    done = subprocess.run(
        command, cwd=where, capture_output=True, text=True, timeout=200, check=True
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_a_command_imports_only_what_it_needs(here: Path) -> None:
    """Some of these take a second to import; another command's are not to be waited for."""
    others = {"duckdb", "pandas", "plotly", "pvlib", "scipy", "sklearn", "streamlit"}
    helped = imported_by(here, "--help")
    assert helped & {*others, "ingest", "numpy", "pyarrow", "pydantic"} == set()
    told = imported_by(here, "status", "--store", "st")
    assert "core" in told and told & {*others, "ingest"} == set()


def test_a_store_that_is_missing_or_of_another_kind_is_exit_3(here: Path) -> None:
    missing = process(here, "status", "--store", "none")
    assert missing.returncode == 3 and "Traceback" not in missing.stderr
    assert "preprocess.py build" in missing.stderr
    other = cli(here, "build", "--source", "src", "--store", "st", "--zone", "UTC")
    assert other.returncode == 3 and "keep Europe/Berlin" in other.stderr
    with sqlite3.connect(here / "st" / "ledger.sqlite") as ledger:
        ledger.execute("PRAGMA user_version = 77")
    ledger.close()
    for command in (("status",), ("verify",), ("build", "--source", "src")):
        done = cli(here, *command, "--store", "st")
        assert done.returncode == 3
        assert "format version 77" in done.stderr and "--store NEW_FOLDER" in done.stderr


@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.9])
def test_a_ledger_that_is_cut_off_is_exit_3(here: Path, kept: float) -> None:
    path = here / "st" / "ledger.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept if kept >= 1 or not kept else kept * len(whole))])
    done = cli(here, "status", "--store", "st")
    assert done.returncode == 3, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr and "NEW_FOLDER" in done.stderr


def test_a_ledger_that_is_gone_is_exit_3(here: Path) -> None:
    (here / "st" / "ledger.sqlite").unlink()
    for command in (("status",), ("build", "--source", "src")):
        done = cli(here, *command, "--store", "st")
        assert done.returncode == 3 and "ledger.sqlite" in done.stderr


def test_a_parquet_file_that_is_gone_is_exit_4(here: Path) -> None:
    lost = next((here / "st" / "level=1h" / "device=m1").glob("*.parquet"))
    lost.unlink()
    done = process(here, "verify", "--store", "st")
    assert done.returncode == 4
    assert str(lost.relative_to(here / "st")) in done.stdout and "1 differences" in done.stderr
    store = open_store(here / "st")
    with pytest.raises(StoreDamaged, match="level=1h"):
        store.series("m1", "com_ap", level="1h")
    assert store.series("m2", "com_ap", level="1h").stands_for == 2000
    store.close()


def test_a_level_that_says_something_else_is_exit_4(here: Path) -> None:
    path = next((here / "st" / "level=1h" / "device=m1").glob("*.parquet"))
    table = pq.read_table(path, partitioning=None)
    at = table.schema.get_field_index("max")
    values = table["max"].to_pylist()
    values[3] += 1.0
    field = table.schema.field("max")
    pq.write_table(table.set_column(at, field, [values]), path)
    with sqlite3.connect(here / "st" / "ledger.sqlite") as ledger:
        ledger.execute(
            "UPDATE part SET bytes = ? WHERE path = ?",
            (path.stat().st_size, str(path.relative_to(here / "st"))),
        )
    ledger.close()
    done = cli(here, "verify", "--store", "st")
    assert done.returncode == 4
    assert "m1/com_ap 1h: max differs in 1 buckets, first at 2024-03-31 02:00" in done.stdout


def test_export_to_every_format(here: Path) -> None:
    day = ("--start", "2024-03-31", "--end", "2024-04-01")
    base = ("export", "--store", "st", "--device", "m1", *day)
    done = cli(here, *base, "--level", "1h", "--out", "a.csv")
    assert done.returncode == 0 and "23 rows of 1 signals" in done.stdout
    text = (here / "a.csv").read_text()
    assert "# zone: Europe/Berlin" in text
    hours = pd.read_csv(here / "a.csv", comment="#")
    assert hours["count"].sum() == 23 * 60 and hours["unit"].unique().tolist() == ["kW"]
    assert hours["ts"][0] == "2024-03-31 00:00:00+01:00"
    assert hours["ts"][2] == "2024-03-31 03:00:00+02:00"
    assert cli(here, *base, "--out", "a.parquet").returncode == 0
    raw = pq.read_table(here / "a.parquet")
    assert raw.num_rows == 23 * 60 and raw.schema.metadata[b"zone"] == b"Europe/Berlin"
    assert raw["value"].to_pylist() == [i / 4 for i in range(23 * 60)]
    assert cli(here, *base, "--level", "1d", "--out", "a.xlsx").returncode == 0
    assert (here / "a.xlsx").stat().st_size > 1000
    empty = cli(
        here, "export", "--store", "st", "--device", "m1", "--start", "2030-01-01", "--end",
        "2030-01-02", "--out", "b.csv",
    )  # fmt: skip
    assert empty.returncode == 2 and "nothing to export" in empty.stderr
    assert not list(here.glob("*b.csv*"))
