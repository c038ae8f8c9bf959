"""JSON over HTTP against a web server of the standard library, with recorded Fronius answers."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from core.errors import BadAnswer, ConfigError, NoAnswer, Unreachable
from core.readings import Quality, Reading
from core.signals import load_catalogue
from ingest.devices import DeviceSpec, load_template, make_device
from ingest.http_json import HttpJson
from tests.ingest.listening import device
from tests.servers import Certificates, free_port, trusted_server


class Web:
    """A server that answers as a function says, and remembers what it was asked."""

    def __init__(
        self, answer: Callable[[str, dict[str, str]], Any], port: int = 0, **tls: Any
    ) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                web.asked.append((parts.path, query, dict(self.headers)))
                given = answer(parts.path, query)
                code, body = given if isinstance(given, tuple) else (200, given)
                if not isinstance(body, bytes):
                    body = json.dumps(body).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        if tls:
            self.server.socket = trusted_server(**tls).wrap_socket(
                self.server.socket, server_side=True
            )
        self.port = self.server.server_address[1]

    def __enter__(self) -> Web:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def poll(spec: DeviceSpec, times: int = 1) -> list[Reading]:
    """Readings of the last of some polls."""

    async def run() -> list[Reading]:
        transport = HttpJson(spec)
        try:
            await transport.open()
            for _ in range(times):
                readings = await transport.poll()
            return readings
        finally:
            await transport.close()

    return asyncio.run(run())


# --- Fronius ------------------------------------------------------------------------------------


@pytest.fixture
def recorded(shared: Path) -> Iterator[Callable[[str, dict[str, str]], Any]]:
    """The recorded answers, each at its address."""
    folder = shared / "data/protocol/fronius/test_structure/v1"

    def answer(path: str, query: dict[str, str]) -> Any:
        for file in folder.glob(path[1:] + "*"):
            _, _, asked = file.name.partition("___")
            if dict(parse_qsl(asked)) == query:
                return file.read_bytes()
        return 404, b"<html>not here</html>"

    yield answer


def us(text: str) -> int:
    """Microseconds of a moment."""
    return round(datetime.fromisoformat(text).timestamp() * 1e6)


@pytest.mark.shared
def test_recorded_fronius_answers(recorded: Any) -> None:
    with Web(recorded) as web:
        spec = make_device(load_template("fronius_solar_api"), "roof", {"url": web.url})
        readings = {one.signal: one for one in poll(spec)}
    assert list(readings) == [point.signal for point in spec.points]
    # read by eye from the recorded files
    good = {
        "grid_power": (0.367722145, "2019-01-10T23:33:12+01:00"),
        "load_power": (0.367722145, "2019-01-10T23:33:12+01:00"),
        "energy_total": (26213.502, "2019-01-10T23:33:15+01:00"),
        "status_state": (3.0, "2019-01-10T23:33:15+01:00"),
        "error_state": (523.0, "2019-01-10T23:33:15+01:00"),
        "voltage_l1": (231.87258911132812, "2025-03-30T15:54:07+00:00"),
        "voltage_l2": (231.79225158691406, "2025-03-30T15:54:07+00:00"),
        "voltage_l3": (230.89854431152344, "2025-03-30T15:54:07+00:00"),
        "current_l1": (0.9297204613685608, "2025-03-30T15:54:07+00:00"),
        "current_l2": (0.9273123741149902, "2025-03-30T15:54:07+00:00"),
        "current_l3": (0.931899011135101, "2025-03-30T15:54:07+00:00"),
        "smart_meter_power": (-0.367722145, "2019-01-10T23:33:14+01:00"),
        "meter_location": (1.0, "2019-01-10T23:33:14+01:00"),
        "soc": (8.0, "2022-01-05T18:10:02+01:00"),
        "battery_voltage": (0.0, "2022-01-05T18:10:02+01:00"),
        "battery_temp": (19.7, "2022-01-05T18:10:02+01:00"),
    }
    for signal, (value, moment) in good.items():
        one = readings.pop(signal)
        assert (one.quality, one.ts) == (Quality.GOOD, us(moment)), signal
        assert one.value == pytest.approx(value, rel=1e-7), signal
    # at night null or left out
    assert {one.quality for one in readings.values()} == {Quality.NO_VALUE}
    assert all(math.isnan(one.value) for one in readings.values())
    # one request for all points of an address
    assert len(web.asked) == 5


@pytest.mark.shared
def test_fronius_without_a_battery_and_with_another_inverter(recorded: Any) -> None:
    def answer(path: str, query: dict[str, str]) -> Any:
        if "Storage" in path:
            told = {"Code": 12, "Reason": "Transfer timeout.", "UserMessage": ""}
            return {"Body": {"Data": {}}, "Head": {"Status": told, "Timestamp": "x"}}
        if query.get("DeviceId") == "7":
            told = {"Code": 255, "Reason": "no such inverter", "UserMessage": ""}
            return {"Body": {"Data": {}}, "Head": {"Status": told, "Timestamp": "x"}}
        return recorded(path, query)

    with Web(answer) as web:
        names = {"inverter": 7, "meter": 0, "storage": 0}
        template = load_template("fronius_solar_api")
        spec = make_device(template, "roof", {"url": web.url, "names": names})
        found = {one.signal: one.quality for one in poll(spec)}
        assert found["soc"] is Quality.NO_VALUE
        assert found["energy_total"] is found["voltage_l1"] is Quality.DECODE_ERROR
        assert found["grid_power"] is Quality.GOOD
        with pytest.raises(ConfigError, match="storage"):
            poll(
                make_device(
                    template, "roof", {"url": web.url, "names": {"inverter": 1, "meter": 0}}
                )
            )


def test_a_status_that_is_no_success_is_a_bad_answer() -> None:
    told = {"Head": {"Status": {"Code": 8, "Reason": "LNRequestTimeout"}}}
    with Web(lambda *_: told) as web:
        spec = make_device(load_template("fronius_solar_api"), "roof", {"url": web.url})
        with pytest.raises(BadAnswer, match="status 8 LNRequestTimeout"):
            poll(spec)


def test_signals_of_the_template_mean_what_the_store_knows() -> None:
    spec = make_device(load_template("fronius_solar_api"), "roof", {"url": "http://h"})
    found = {one.name: (one.quantity, one.unit) for one in spec.meanings(load_catalogue().describe)}
    assert found["grid_power"] == ("active_power", "kW")
    assert found["soc"] == ("soc", "%")


# --- any JSON -----------------------------------------------------------------------------------

POINTS = [
    {"signal": "power", "url": "/api/now", "query": {"part": "a"}, "path": "meters[1].p",
     "scale": 2},
    {"signal": "volt", "url": "/api/now", "query": {"part": "a"}, "path": '["u.rms"]'},
    {"signal": "temp", "url": "/temp"},
]  # fmt: skip
NOW = {"t": 1_790_000_000_500, "meters": [{"p": 1}, {"p": 2}], "u.rms": 230.5}


def test_paths_queries_headers_and_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVICE_TOKEN", "t0ken")
    monkeypatch.setenv("DEVICE_KEY", "k3y")
    monkeypatch.setenv("DEVICE_USER", "me")
    monkeypatch.setenv("DEVICE_PASSWORD", "pass")
    with Web(lambda path, query: NOW if path == "/api/now" else b"-3.5") as web:
        told = {"url": web.url + "/", "query": {"all": 1}, "headers": {"Accept": "text/x"},
                "secret_headers": {"X-Key": "DEVICE_KEY"}}  # fmt: skip
        before = time.time_ns() // 1000
        readings = poll(device("http", {**told, "token_env": "DEVICE_TOKEN"}, POINTS))
        assert [one.value for one in readings] == [4.0, 230.5, -3.5]
        assert all(before <= one.ts <= time.time_ns() // 1000 for one in readings)
        assert [(path, query) for path, query, _ in web.asked] == [
            ("/api/now", {"all": "1", "part": "a"}), ("/temp", {"all": "1"}),
        ]  # fmt: skip
        headers = {key.lower(): value for key, value in web.asked[0][2].items()}
        assert headers["authorization"] == "Bearer t0ken"
        assert headers["x-key"] == "k3y" and headers["accept"] == "text/x"
        poll(device("http", {**told, "user_env": "DEVICE_USER", "password_env": "DEVICE_PASSWORD"},
                    POINTS))  # fmt: skip
        assert web.asked[-1][2]["Authorization"] == "Basic bWU6cGFzcw=="
        timed = device("http", {**told, "time": "t", "time_format": "ms"}, POINTS[:2])
        assert {one.ts for one in poll(timed)} == {1_790_000_000_500_000}


def test_tls_is_believed_from_the_right_authority_only(certificates: Certificates) -> None:
    tls = {"certificates": certificates}
    with Web(lambda *_: 7, **tls) as web:
        point = [{"signal": "x"}]
        url = f"https://127.0.0.1:{web.port}"
        ours = {"certificate": certificates.certificate("client"),
                "key": certificates.key("client")}  # fmt: skip
        spec = device("http", {"url": url, "tls": True, "ca": certificates.ca, **ours}, point)
        assert poll(spec)[0].value == 7
        for told in ({"tls": True, "ca": certificates.stranger, **ours}, {}):
            with pytest.raises(Unreachable, match="certificate"):
                poll(device("http", {"url": url, **told}, point))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((500, b"oops"), "500"),
        (b"<html>", "no JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        ((302, b""), "302"),
        ({"t": "yesterday"}, "no number"),
        ({"u": 1}, "tells no time"),
        (b"[" * 200_000, "deep"),
        (b" " * 1_100_000, "bytes"),
    ],
)
def test_nonsense_is_a_bad_answer(answer: Any, told: str) -> None:
    with Web(lambda *_: answer) as web:
        spec = device("http", {"url": web.url, "time": "t", "time_format": "s"}, [{"signal": "x"}])
        with pytest.raises(BadAnswer, match=told):
            poll(spec)


def test_missing_values_are_marked() -> None:
    points = [{"signal": "a", "path": "a"}, {"signal": "b", "path": "b", "optional": True},
              {"signal": "c", "path": "c"},
              {"signal": "d", "path": "d", "invalid": [-1]},
              ]  # fmt: skip
    with Web(lambda *_: {"c": [1], "d": -1}) as web:
        found = [one.quality for one in poll(device("http", {"url": web.url}, points))]
    assert found == [
        Quality.DECODE_ERROR, Quality.NO_VALUE, Quality.DECODE_ERROR, Quality.NO_VALUE,
    ]  # fmt: skip


def test_slow_dead_garbled_and_restarted_servers() -> None:
    slow = threading.Event()
    with Web(lambda *_: slow.wait(3) and 1) as web:
        with pytest.raises(NoAnswer, match=r"0\.2 s"):
            poll(device("http", {"url": web.url}, [{"signal": "x"}], timeout_s=0.2))
        slow.set()
    nobody = device("http", {"url": f"http://127.0.0.1:{free_port()}"}, [{"signal": "x"}])
    with pytest.raises(Unreachable):
        poll(nobody)
    with socket.create_server(("127.0.0.1", 0)) as raw:

        def speak() -> None:
            connection, _ = raw.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")

        threading.Thread(target=speak, daemon=True).start()
        garbled = {"url": f"http://127.0.0.1:{raw.getsockname()[1]}"}
        with pytest.raises(BadAnswer):
            poll(device("http", garbled, [{"signal": "x"}]))


def test_a_server_that_was_restarted_is_asked_again() -> None:
    async def run() -> None:
        web = Web(lambda *_: 5)
        spec = device("http", {"url": web.url}, [{"signal": "x"}])
        transport = HttpJson(spec)
        await transport.open()
        with web:
            assert (await transport.poll())[0].value == 5
        with pytest.raises(Unreachable):
            await transport.poll()
        with Web(lambda *_: 6, web.port):
            assert (await transport.poll())[0].value == 6
        await transport.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"url": "ftp://x"}, "url"),
        ({"url": "http://me:secret@x"}, "environment"),
        ({"status": "a..b"}, "status"),
        ({"tls": True}, "tls is on"),
        ({"token_env": "A", "user_env": "B"}, "one way"),
        ({"tokens": "A"}, "tokens"),
    ],
)
def test_wrong_settings_name_their_field(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        device("http", {"url": "http://h", **changed}, [{"signal": "x"}])
