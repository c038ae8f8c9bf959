"""What simulators build: JSON documents out of paths, and telegrams byte by byte."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("httpx", reason="needs httpx: pip install -r requirements-collect.txt")
pytest.importorskip("smllib", reason="needs smllib: pip install -r requirements-collect.txt")

from core.errors import ConfigError
from ingest.devices import load_template, make_device
from ingest.simulate_device import moving
from ingest.simulate_http import SimulatedHttp, documents, put_at
from ingest.simulate_sml import telegram
from ingest.sml import Decoder, ObisPoint
from tests.ingest.listening import device


def built(*pairs: tuple[str, Any]) -> Any:
    document: Any = None
    for path, value in pairs:
        document = put_at(document, path, value)
    return document


def test_documents_out_of_paths() -> None:
    assert built(("a.b[1].c", 1), ("a.b[0]", 2), ('a["x.y"]', 3)) == {
        "a": {"b": [2, {"c": 1}], "x.y": 3}
    }
    assert built(("", 7)) == 7
    assert built(("[-1].p", 7)) == [{"p": 7}]
    for pairs in ((("a", 1), ("a.b", 2)), (("a", 1), ("a", 2)), (("a[0]", 1), ("a.b", 2))):
        with pytest.raises(ConfigError, match="path 'a"):
            built(*pairs)


def test_the_envelope_that_a_template_asks_for() -> None:
    spec = make_device(load_template("fronius_solar_api"), "X", {"url": "http://h"})
    simulated = SimulatedHttp(spec)
    simulated.tell(moving(spec, 0.0) | {"battery_power": 1.5})
    asked = "/solar_api/v1/GetPowerFlowRealtimeData.fcgi"
    body = simulated.answer(asked, "", 1_790_000_000_000_000)
    assert body is not None
    told = json.loads(body)
    assert told["Head"]["Timestamp"] == "2026-09-21T14:13:20.000+00:00"
    assert told["Head"]["Status"] == {"Code": 0, "Reason": ""}
    assert told["Body"]["Data"]["Site"]["P_Akku"] == -1500.0  # charge is negative there
    assert simulated.answer(asked, "Scope=Device", 0) is None


@pytest.mark.parametrize(
    ("form", "told"), [("ms", 1_790_000_000_500), ("%d.%m.%Y %H:%M:%S", "21.09.2026 16:13:20")]
)
def test_times_and_words_as_a_device_tells_them(form: str, told: Any) -> None:
    spec = device(
        "http", {"url": "http://h", "time": "t", "time_format": form},
        [{"signal": "on", "path": "v", "texts": {"off": 0.0, "on": 1.0}}], zone="Europe/Berlin",
    )  # fmt: skip
    made = documents(spec, {"on": 1.0}, 1_790_000_000_500_000)
    assert made == {("/", frozenset()): {"t": told, "v": "on"}}


def test_a_telegram_by_hand() -> None:
    """1234.5 W import: 12 345 000 ten-thousandths are 0x00BC5EA8."""
    point = ObisPoint(signal="p", obis="1-0:16.7.0", told="W", scale=0.001)
    data = telegram([point], {"p": 1.2345})
    assert data.startswith(bytes.fromhex("1b1b1b1b 01010101 76 0201"))
    assert bytes.fromhex("77 070100100700ff 01 01 621b 52fc 590000000000bc5ea8 01") in data
    assert len(data) % 4 == 0
    (values,) = Decoder().feed(data)
    assert values["1-0:16.7.0*255"].number == pytest.approx(1234.5)


def test_telegrams_with_the_escape_in_them_and_of_another_checksum() -> None:
    point = ObisPoint(signal="e", obis="1-0:1.8.0", told="Wh")
    escape = 0x1B1B1B1B / 1e4
    for crc in ("x25", "kermit"):
        decoder = Decoder(crc)
        (values,) = decoder.feed(telegram([point], {"e": escape}, crc))
        assert values["1-0:1.8.0*255"].number == pytest.approx(escape)
    assert list(Decoder("x25").feed(telegram([point], {"e": 1.0}, "kermit"))) == []
    with pytest.raises(ConfigError, match="e: 1e\\+20 is too large"):
        telegram([point], {"e": 1e20})
