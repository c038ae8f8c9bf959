"""Fetching, against a server of this test that fails in all the ways services do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from core.errors import BadAnswer, ConfigError, NoAnswer, Unreachable
from core.query import open_store
from ingest.fetch import CACHE, Patience, Request, ask
from ingest.fetch_services import Desk, Place, fetch_prices, fetch_weather
from tests.stores import run

NOW = datetime(2026, 6, 10, 5, 59, 30, tzinfo=UTC).timestamp()
HOME = Place("Home", 48.37, 10.9)


class Service:
    """A server on a free port; answers by script, in order, the last one for ever."""

    def __init__(self) -> None:
        self.script: list[tuple[int, bytes, dict[str, str], float]] = []
        self.by_path: dict[str, bytes] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                status, body, headers, wait = outer.next(urlsplit(self.path).path)
                if wait:
                    outer.released.wait(wait)
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that left
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def next(self, path: str) -> tuple[int, bytes, dict[str, str], float]:
        if path in self.by_path:
            return 200, self.by_path[path], {}, 0
        if not self.script:
            return 404, b"nothing here", {}, 0
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def will(
        self, status: int = 200, body: Any = b"", *, wait: float = 0, **headers: str
    ) -> Service:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        self.script.append((status, content, named, wait))
        return self

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    yield found
    found.close()


def forecast(day: str = "2026-06-10") -> dict[str, Any]:
    times = [f"{day}T{hour:02d}:00" for hour in range(24)]
    return {
        "latitude": 48.38, "longitude": 10.9, "generationtime_ms": 0.2, "utc_offset_seconds": 0,
        "timezone": "GMT", "timezone_abbreviation": "GMT", "elevation": 490.0,
        "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
        "hourly": {"time": times, "temperature_2m": [20.0] * 24},
    }  # fmt: skip


class Waited(list[float]):
    """Pauses that were asked for; nobody waits."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def desk(folder: Path, service: Service, waited: Waited | None = None, **told: Any) -> Desk:
    patience = Patience(**{"attempts": 4, "timeout_s": 5.0, "sleep": waited or Waited()} | told)
    return Desk(folder, service.url, patience, NOW)


def request(service: Service, fresh_s: float = 0) -> Request:
    return Request("Open-Meteo", service.url, {"latitude": "48.37"}, ("open_meteo",), fresh_s)


# --- failures -----------------------------------------------------------------------------------


def test_what_passes_is_waited_out(tmp_path: Path, service: Service) -> None:
    waited = Waited()
    service.will(500).will(429, Retry_After="7").will(503).will(200, forecast())
    patience = Patience(attempts=4, timeout_s=5, sleep=waited)
    answer = ask(request(service), tmp_path, patience, NOW)
    assert json.loads(answer.content) == forecast()
    assert waited == [1.0, 7.0, 14.0]  # doubled, and as long as the service asked for
    assert len(service.asked) == 4


def test_a_pause_has_an_end(tmp_path: Path, service: Service) -> None:
    waited = Waited()
    service.will(429, Retry_After="86400").will(200, forecast())
    ask(request(service), tmp_path, Patience(sleep=waited), NOW)
    assert waited == [60.0]


@pytest.mark.parametrize(
    ("status", "body", "asked", "says"),
    [
        (429, {"error": True, "reason": "Limit exceeded"}, 3, "Limit exceeded.*later"),
        (500, b"oops", 3, "HTTP 500"),
        (400, {"error": True, "reason": "Parameter out of range"}, 1, "Parameter out of range"),
        (200, b"<html>captive portal</html>", 1, "something else .*captive portal"),
        (200, b"", 1, "something else"),
        (200, {"error": True, "reason": "No data"}, 1, "No data"),
        (404, b"gone", 1, "HTTP 404"),
    ],
)  # fmt: skip
def test_what_stays_wrong_is_said_in_words(
    tmp_path: Path, service: Service, status: int, body: Any, asked: int, says: str
) -> None:
    service.will(status, body)
    with pytest.raises(BadAnswer, match=says):
        fetch_weather(desk(tmp_path, service, attempts=3), "forecast", HOME)
    assert len(service.asked) == asked
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_answer_that_breaks_off_is_not_kept(tmp_path: Path, service: Service) -> None:
    service.will(200, json.dumps(forecast()).encode()[:-30])
    with pytest.raises(BadAnswer, match="no complete JSON"):
        fetch_weather(desk(tmp_path, service), "forecast", HOME)
    assert [path for path in (tmp_path / "Home-forecast").rglob("*.json")] == []


def test_no_answer_in_time(tmp_path: Path, service: Service) -> None:
    service.will(200, forecast(), wait=5)
    with pytest.raises(NoAnswer, match=r"within 0\.1 s"):
        fetch_weather(desk(tmp_path, service, attempts=2, timeout_s=0.1), "forecast", HOME)
    service.released.set()
    assert len(service.asked) == 2


def test_no_network(tmp_path: Path, service: Service) -> None:
    service.close()
    with pytest.raises(Unreachable, match="Is there a network"):
        fetch_weather(desk(tmp_path, service, attempts=2), "forecast", HOME)


# --- what is kept -------------------------------------------------------------------------------


def test_a_fresh_answer_is_not_asked_for_again(tmp_path: Path, service: Service) -> None:
    service.will(200, forecast())
    first = ask(request(service, 3600), tmp_path, Patience(), NOW)
    again = ask(request(service, 3600), tmp_path, Patience(), NOW + 3599)
    later = ask(request(service, 3600), tmp_path, Patience(), NOW + 3601)
    assert (first.kept, again.kept, later.kept) == (False, True, False)
    assert (again.content, again.at) == (first.content, NOW)
    assert len(service.asked) == 2


def test_a_failure_says_what_stands(tmp_path: Path, service: Service) -> None:
    service.will(200, forecast()).will(500)
    ask(request(service), tmp_path, Patience(sleep=Waited()), NOW)
    with pytest.raises(BadAnswer, match="2026-06-10 05:59 UTC stands"):
        ask(request(service), tmp_path, Patience(sleep=Waited()), NOW + 9999)


# --- weather ------------------------------------------------------------------------------------


def test_a_forecast_bears_the_minute_it_was_known(tmp_path: Path, service: Service) -> None:
    service.will(200, forecast())
    folder = tmp_path / "src" / "weather"
    done = fetch_weather(desk(folder, service), "forecast", HOME)
    (path,) = done.written
    assert path.name == "open-meteo_known_20260610T0600Z.json"  # rounded up
    query = parse_qs(urlsplit(service.asked[0]).query)
    assert query["timezone"] == ["GMT"]
    assert "direct_normal_irradiance" in query["hourly"][0]
    assert fetch_weather(desk(folder, service), "forecast", HOME).unchanged == 1
    assert run(tmp_path).failed == []
    store = open_store(tmp_path / "store")
    assert [one.name for one in store.devices()] == ["Home-forecast"]
    assert store.signal("Home-forecast", "temp_air_lead0h").rows == 1
    store.close()


def test_past_weather_comes_by_months_and_once(tmp_path: Path, service: Service) -> None:
    service.will(200, forecast("2026-01-15"))
    one = desk(tmp_path, service)
    done = fetch_weather(one, "archive", HOME, date(2026, 1, 20), date(2026, 3, 5))
    assert [path.name for path in done.written] == [
        "open-meteo_2026-01.json", "open-meteo_2026-02.json", "open-meteo_2026-03.json",
    ]  # fmt: skip
    days = [parse_qs(urlsplit(path).query) for path in service.asked]
    assert [(d["start_date"][0], d["end_date"][0]) for d in days] == [
        ("2026-01-20", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-05"),
    ]  # fmt: skip
    again = fetch_weather(one, "archive", HOME, date(2026, 1, 20), date(2026, 3, 5))
    assert (again.unchanged, len(service.asked)) == (3, 3)
    with pytest.raises(ConfigError, match="--from"):
        fetch_weather(one, "archive", HOME)


def test_a_typical_year(tmp_path: Path, service: Service) -> None:
    body = (
        "Latitude (decimal degrees): 48.37\nLongitude (decimal degrees): 10.9\n"
        "Elevation (m): 490.0\nmonth,year\n1,2015\ntime(UTC),T2m,G(h)\n20150101:0000,0.2,0.0\n"
    )
    service.will(200, body.encode())
    (path,) = fetch_weather(desk(tmp_path, service), "typical", HOME).written
    assert path.parent.name == "Home"
    assert urlsplit(service.asked[0]).path == "/v1/tmy"


# --- prices -------------------------------------------------------------------------------------


def chart(week: int) -> bytes:
    series = [[week + 3_600_000 * hour, float(hour)] for hour in range(168)]
    return json.dumps({"meta_data": {"version": 1, "created": week}, "series": series}).encode()


def test_weeks_of_smard(tmp_path: Path, service: Service) -> None:
    weeks = [1_717_970_400_000 + 604_800_000 * n for n in range(4)]  # Monday, 10 June 2024, Berlin
    root = "/v1/4169/DE-LU"
    service.by_path[f"{root}/index_hour.json"] = json.dumps({"timestamps": weeks}).encode()
    for week in weeks:
        service.by_path[f"{root}/4169_DE-LU_hour_{week}.json"] = chart(week)
    folder = tmp_path / "src" / "price"
    done = fetch_prices(desk(folder, service), "smard", date(2024, 6, 18), date(2024, 6, 19))
    assert [path.name for path in done.written] == [f"4169_DE-LU_hour_{weeks[1]}.json"]
    assert run(tmp_path).failed == []
    store = open_store(tmp_path / "store")
    assert store.signal("SMARD", "price_day_ahead").rows == 168
    store.close()


def test_a_token_stands_nowhere(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk(tmp_path, service, attempts=1)
    days = (date(2024, 2, 1), date(2024, 2, 1))
    monkeypatch.delenv("ENTSOE_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="ENTSOE_TOKEN"):
        fetch_prices(one, "entsoe", *days)
    monkeypatch.setenv("ENTSOE_TOKEN", "secret-token")
    refused = b"<html><text>token secret-token is not valid</text></html>"
    service.will(401, refused)
    with pytest.raises(BadAnswer) as caught:
        fetch_prices(one, "entsoe", *days)
    assert "secret-token" not in str(caught.value)
    assert "is not valid" in str(caught.value)
    assert "securityToken=secret-token" in service.asked[0]
    service.script.clear()
    body = (
        '<Publication_MarketDocument xmlns="urn:x"><type>A44</type><TimeSeries>'
        "<in_Domain.mRID>10Y1001A1001A82H</in_Domain.mRID>"
        "<currency_Unit.name>EUR</currency_Unit.name><curveType>A03</curveType><Period>"
        "<timeInterval><start>2024-01-31T23:00Z</start><end>2024-02-01T23:00Z</end></timeInterval>"
        "<resolution>PT60M</resolution><Point><position>1</position>"
        "<price.amount>5</price.amount></Point></Period></TimeSeries></Publication_MarketDocument>"
    )
    service.will(200, body.encode())
    done = fetch_prices(one, "entsoe", *days)
    assert len(done.written) == 1
    for path in tmp_path.rglob("*"):
        assert "secret" not in path.name
        assert not path.is_file() or b"secret" not in path.read_bytes()


def test_days_of_opcom_and_months_of_aemo(tmp_path: Path, service: Service) -> None:
    rows = "".join(f'"Romania","{k}","{k}.5"\n' for k in range(1, 25))
    service.will(200, f'"Zona","Interval","Pret [lei/MWh]"\n{rows}'.encode())
    one = desk(tmp_path, service)
    done = fetch_prices(one, "opcom", date(2024, 2, 27), date(2024, 2, 28))
    assert [path.name for path in done.written] == [
        "opcom_2024-02-27.csv", "opcom_2024-02-28.csv",
    ]  # fmt: skip
    assert service.asked[0] == "/v1/27/2/2024/ro"
    service.script.clear()
    service.will(200, b"REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n"
                      b"SA1,2025/01/01 00:05:00,1379.47,141.48,TRADE\n")  # fmt: skip
    done = fetch_prices(one, "aemo", date(2025, 1, 5), date(2025, 1, 6), "SA1")
    assert service.asked[-1] == "/v1/PRICE_AND_DEMAND_202501_SA1.csv"
    with pytest.raises(ConfigError, match="region"):
        fetch_prices(one, "aemo", date(2025, 1, 5), date(2025, 1, 6))
    assert (tmp_path / CACHE).is_dir()


def test_the_command_line(tmp_path: Path, service: Service) -> None:
    from typer.testing import CliRunner

    from ingest.__main__ import app

    service.will(200, forecast())
    plants = tmp_path / "store_plants.toml"
    plants.write_text(
        '[[plant]]\nname = "Home"\nlatitude = 48.37\nlongitude = 10.9\n'
        "[[plant.array]]\ntilt = 30\nazimuth = 180\nkwp = 5\n"
    )
    told = ["fetch", "weather", "--url", service.url, "--store", str(tmp_path / "store"), "--into",
            str(tmp_path / "weather")]  # fmt: skip
    found = CliRunner().invoke(app, [*told, "--site", "Home"])
    assert (found.exit_code, "1 files written" in found.output) == (0, True)
    assert "latitude=48.37" in service.asked[0]
    good = plants.read_text()
    plants.write_text(f'[[plant]]\nname = "Barn"\nlatitude = 148\n{good}')
    beside = CliRunner().invoke(app, [*told, "--site", "Home"])
    assert (beside.exit_code, "Home, forecast" in beside.output) == (
        0,
        True,
    )  # a wrong plant is no other's
    for site in (["--site", "Barn"], []):
        barn = CliRunner().invoke(app, [*told, *site])
        assert "store_plants.toml:3: latitude" in str(barn.exception)
    plants.write_text(good)
    wrong = CliRunner().invoke(app, [*told, "--site", "Nowhere"])
    assert isinstance(wrong.exception, ConfigError)
    assert "there are: Home" in str(wrong.exception)
