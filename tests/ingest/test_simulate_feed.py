"""Simulated meters over real brokers, the roof beside them, and the CSV of each day."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.errors import ConfigError
from core.journal import FILE, open_journal
from core.query import open_store
from ingest.daily_csv import DailyCsv
from ingest.simulate_feed import COLUMNS, parse_broker
from ingest.simulate_house import MOST_LOAD_W, PEAK_PV_W, house_power, pv_power
from tests.servers import Mosquitto, Rabbit, wait_until

REPO = Path(__file__).parents[2]
ZONE = ZoneInfo("Europe/Berlin")
SECOND = 1_000_000


def us(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1e6)


def run(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "ingest", "simulate", *words], cwd=REPO, env=os.environ,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finished(process: subprocess.Popen[bytes], seconds: float = 60) -> str:
    said, wrong = process.communicate(timeout=seconds)
    assert process.returncode == 0, wrong.decode()
    return said.decode()


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    process.send_signal(how)
    process.communicate(timeout=60)


def rows_of(folder: Path) -> dict[tuple[str, str], list[list[str]]]:
    """Rows by meter and day, the header checked and left out."""
    found = {}
    for path in sorted(folder.glob("*/*.csv")):
        with path.open(newline="") as file:
            header, *rows = list(csv.reader(file))
        assert tuple(header) == COLUMNS
        meter, _, day = path.stem.rpartition("_")
        found[meter, day] = rows
    return found


def count(folder: Path) -> int:
    return sum(len(rows) for rows in rows_of(folder).values())


# --- what is simulated --------------------------------------------------------------------------


def test_power_of_a_house_over_a_day() -> None:
    start = us("2026-06-22T00:00")
    day = [house_power("A", start + k * 600 * SECOND) for k in range(144)]
    assert min(day) >= 0 and max(day) <= MOST_LOAD_W
    night, evening = sum(day[6:30]) / 24, sum(day[108:132]) / 24
    assert evening > 1.5 * night  # people are at home and awake
    assert day == [house_power("A", start + k * 600 * SECOND) for k in range(144)]
    assert day != [house_power("B", start + k * 600 * SECOND) for k in range(144)]


def test_the_roof_follows_the_sun() -> None:
    summer = [pv_power(us("2026-06-22T00:00") + k * 600 * SECOND) for k in range(144)]
    winter = [pv_power(us("2026-12-22T00:00") + k * 600 * SECOND) for k in range(144)]
    assert max(summer) <= PEAK_PV_W and min(summer) == 0.0
    assert summer[0] == summer[143] == 0.0  # midnight
    assert sum(summer) > 2 * sum(winter) > 0


# --- the files ----------------------------------------------------------------------------------


def test_rows_of_a_day_roll_at_local_midnight_and_come_once(tmp_path: Path) -> None:
    files = DailyCsv(tmp_path, COLUMNS, "Europe/Berlin")
    midnight = us("2026-03-29T00:00")  # the day on which the clock goes forward
    rows = [(midnight + k * 3600 * SECOND, (1.0, 2.0, 3.0, -1.0)) for k in range(-1, 24)]
    assert files.append("A", rows) == 25
    assert files.append("A", rows[3:9]) == 0
    found = rows_of(tmp_path)
    assert {key: len(rows) for key, rows in found.items()} == {
        ("A", "2026-03-28"): 1, ("A", "2026-03-29"): 23, ("A", "2026-03-30"): 1,
    }  # fmt: skip
    assert found["A", "2026-03-29"][2][0] == "2026-03-29T03:00:00.000+02:00"


def test_half_a_row_of_a_killed_writer_is_taken_back(tmp_path: Path) -> None:
    noon = us("2026-06-22T12:00")
    files = DailyCsv(tmp_path, COLUMNS, "Europe/Berlin")
    files.append("A", [(noon, (1.0, 2.0, 3.0, -1.0))])
    path = files.path("A", noon)
    whole = path.read_bytes()
    for half in range(1, 40):
        path.write_bytes(whole + b"2026-06-22T12:00:10.000+02:00,1,2,3,-1"[:half])
        assert (
            DailyCsv(tmp_path, COLUMNS, "Europe/Berlin").append(
                "A", [(noon + 10 * SECOND, (1.0, 2.0, 3.0, -1.0))]
            )
            == 1
        )
        assert path.read_bytes() == whole + b"2026-06-22T12:00:10.000+02:00,1,2,3,-1\n"


def test_a_file_with_other_columns_is_left_alone(tmp_path: Path) -> None:
    files = DailyCsv(tmp_path, COLUMNS, "Europe/Berlin")
    path = files.path("A", us("2026-06-22T12:00"))
    path.parent.mkdir(parents=True)
    path.write_text("mine,own\n1,2\n")
    with pytest.raises(ConfigError, match="has other columns"):
        files.append("A", [(us("2026-06-22T12:00"), (1.0, 2.0, 3.0, -1.0))])
    assert path.read_text() == "mine,own\n1,2\n"


@pytest.mark.parametrize(
    "url", ["http://x/q", "mqtt:///q", "amqp://u:p@x/q", "mqtt://x:port/q", "nonsense"]
)
def test_addresses_that_cannot_be(url: str) -> None:
    with pytest.raises(ConfigError):
        parse_broker(url)


# --- over brokers -------------------------------------------------------------------------------


def test_amqp_two_consumers_share_and_one_is_killed(rabbit: Rabbit, tmp_path: Path) -> None:
    url = f"amqp://127.0.0.1:{rabbit.port}/meters"
    out, store = tmp_path / "csv", tmp_path / "store"
    common = ("--broker", url, "--out", str(out), "--store", str(store))
    consumers = [run("pv", *common, "--name", f"pv-{k}") for k in (1, 2)]
    begin = us("2026-06-21T23:50")
    said = finished(
        run("meter", "--broker", url, "--houses", "A,B", "--interval", "10", "--rounds", "120",
            "--start", "2026-06-21T23:50", "--pace", "0.01")
    )  # fmt: skip
    assert said == "240 readings confirmed by the broker\n"
    wait_until(lambda: out.exists() and count(out) >= 40, what="the first rows")
    stop(consumers[0], signal.SIGKILL)
    wait_until(lambda: count(out) == 240, what="all rows")
    stop(consumers[1])
    found = rows_of(out)
    assert {key: len(rows) for key, rows in found.items()} == {
        ("A", "2026-06-21"): 60, ("A", "2026-06-22"): 60,
        ("B", "2026-06-21"): 60, ("B", "2026-06-22"): 60,
    }  # fmt: skip
    for (meter, _), rows in found.items():
        for told, load, roof, total, net in rows:
            ts = round(datetime.fromisoformat(told).timestamp() * 1e6)
            assert float(load) == house_power(meter, ts)
            assert float(roof) == pv_power(ts)
            assert float(total) == pytest.approx(float(load) + float(roof))
            assert float(net) == pytest.approx(float(load) - float(roof))
    with open_journal(store / FILE) as journal:
        assert {one.device: one.readings for one in journal.backlog() if one.readings} == {
            "A": 480, "B": 480,
        }  # fmt: skip
    with_store = open_store(store)
    ts, value = with_store.raw("A", "load_power", 0, 2**60)
    assert list(value) == [house_power("A", begin + k * 10 * SECOND) for k in range(120)]
    assert all(one.synthetic for one in with_store.devices())
    with_store.close()


def times_of(folder: Path) -> set[tuple[str, str]]:
    """Meter and time of every row."""
    return {(meter, row[0]) for (meter, _), rows in rows_of(folder).items() for row in rows}


def test_mqtt_two_consumers_share_and_one_is_killed(mosquitto: Mosquitto, tmp_path: Path) -> None:
    url, store = f"mqtt://127.0.0.1:{mosquitto.port}/meters", tmp_path / "store"
    outs = {name: tmp_path / name for name in ("pv-1", "pv-2")}

    def consume(name: str) -> subprocess.Popen[bytes]:
        return run("pv", "--broker", url, "--out", str(outs[name]), "--store", str(store),
                   "--name", name)  # fmt: skip

    consumers = {name: consume(name) for name in outs}
    wait_until((store / FILE).exists, what="the journal")
    with open_journal(store / FILE, read_only=True) as journal:
        wait_until(lambda: {one.device for one in journal.states() if one.polls} >= set(outs),
                   what="both subscriptions")  # fmt: skip
    meters = run("meter", "--broker", url, "--houses", "A,B", "--interval", "10", "--rounds",
                 "120", "--start", "2026-06-22T12:00", "--pace", "0.02")  # fmt: skip
    wait_until(lambda: all(out.exists() and count(out) >= 15 for out in outs.values()),
               what="rows of both")  # fmt: skip
    stop(consumers["pv-1"], signal.SIGKILL)
    assert finished(meters) == "240 readings confirmed by the broker\n"
    consumers["pv-1"] = consume("pv-1")
    with open_journal(store / FILE, read_only=True) as journal:

        def kept() -> dict[str, int]:
            return {one.device: one.readings for one in journal.backlog() if one.readings}

        wait_until(lambda: kept() == {"A": 480, "B": 480}, what="all readings")
    for process in consumers.values():
        stop(process)
    first, second = (times_of(out) for out in outs.values())
    assert len(first | second) == 240
    assert not first & second  # each has worked on its part


def test_mqtt_the_broker_restarts_and_nothing_is_lost(mosquitto: Mosquitto, tmp_path: Path) -> None:
    url = f"mqtt://127.0.0.1:{mosquitto.port}/site/houses"
    out, store = tmp_path / "csv", tmp_path / "store"
    consumer = run("pv", "--broker", url, "--out", str(out), "--store", str(store))
    wait_until((store / FILE).exists, what="the journal")
    with open_journal(store / FILE, read_only=True) as journal:
        wait_until(lambda: any(one.polls for one in journal.states()), what="the subscription")
    meters = run("meter", "--broker", url, "--houses", "A,B,C", "--interval", "10", "--rounds",
                 "60", "--start", "2026-06-22T12:00", "--pace", "0.03")  # fmt: skip
    wait_until(lambda: out.exists() and count(out) >= 20, what="the first rows")
    # Not killed: Mosquitto may then lose what it has acknowledged and not yet written.
    mosquitto.stop()
    mosquitto.start()
    said = finished(meters)
    assert said == "180 readings confirmed by the broker\n"
    wait_until(lambda: count(out) == 180, what="all rows")
    stop(consumer)
    noon = us("2026-06-22T12:00")
    assert {key: len(rows) for key, rows in rows_of(out).items()} == {
        (meter, "2026-06-22"): 60 for meter in "ABC"
    }
    assert {row[0] for row in rows_of(out)["C", "2026-06-22"]} == {
        (datetime.fromtimestamp(noon / 1e6, ZONE) + timedelta(seconds=10 * k)).isoformat(
            timespec="milliseconds"
        )
        for k in range(60)
    }
