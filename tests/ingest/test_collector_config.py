"""What a configuration of the collector cannot say: told with line and expectation."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DeclarationError
from ingest.checks import checked_host, checked_name
from ingest.collector_config import CollectorConfig, load_collector

BASE = """[collector]
settle_s = 300
metrics = "127.0.0.1:9464"

[[site]]
name = "Home"
altitude_m = 40

[[device]]
name = "D"
transport = "modbus"
host = "127.0.0.1"
period_s = 5
timeout_s = 1
enabled = true

[[device.point]]
signal = "power"
quantity = "active_power"
unit = "kW"
address = 100
type = "int32"

[[device.derived]]
signal = "half"
terms = { power = 0.5 }

[[device]]
name = "E"
transport = "mqtt"
host = "broker.local"
client_id = "one"
topic = "a/+"
device_from = 2

[[device.point]]
signal = "power"

[[device]]
name = "F"
transport = "mqtt"
host = "broker.local"
client_id = "two"
topic = "b"

[[device.point]]
signal = "power"
"""


def taken(folder: Path, text: str) -> CollectorConfig:
    path = folder / "collector.toml"
    path.write_text(text, "utf-8")
    return load_collector(path)


def test_the_base_is_taken(tmp_path: Path) -> None:
    assert [one.name for one in taken(tmp_path, BASE).devices] == ["D", "E", "F"]


@pytest.mark.parametrize(
    ("find", "put", "why"),
    [
        ("period_s = 5", "period_s = inf", "finite"),
        ("period_s = 5", "period_s = 1e300", "less than or equal to 86400"),
        ("period_s = 5", "period_s = 1e-9", "greater than or equal to 0.05"),
        ("period_s = 5", 'period_s = "5"', "expected a number without quotes"),
        ("period_s = 5", "period_s = true", "expected a number"),
        ("enabled = true", 'enabled = "false"', "expected true or false"),
        ("enabled = true", "enabled = 1", "expected true or false"),
        ("timeout_s = 1", "timeout_s = inf", "finite"),
        ("settle_s = 300", "settle_s = inf", "finite"),
        ("altitude_m = 40", "altitude_m = nan", "finite"),
        ('"127.0.0.1:9464"', '"999.1.1.1:9000"', "expected a host name"),
        ('host = "127.0.0.1"', 'host = "not a host"', "expected a host name"),
        ('host = "127.0.0.1"', 'host = "127.0.0.1:5020"', "port has its own key"),
        ('client_id = "two"', 'client_id = "one"', "device 'E' at the same broker"),
        ("device_from = 2", "device_from = 9", "at most 2"),
        ("terms = { power", "terms = { powr", "no signal of this device; expected power"),
        ('signal = "half"', 'signal = "power"  # again', "twice"),
        ('unit = "kW"', 'unit = "V"', "active_power is measured in kW"),
        ('signal = "power"', 'signal = "a/../b"', "without /"),
        ("address = 100", "address = 65535", "outside 0 to 65535"),
        ('name = "D"', 'name = ".."', "without /"),
        ('name = "D"', 'name = "a\\nb\\u0000"', "cannot be printed"),
        ('name = "D"', f'name = "{"x" * 400}"', "400 characters"),
        ('name = "E"', 'name = "d "', "ends with a space"),
        ('name = "E"', 'name = "d"', "'d' twice"),
    ],
)
def test_what_cannot_be_names_line_and_expectation(
    tmp_path: Path, find: str, put: str, why: str
) -> None:
    text = BASE.replace(find, put, 1)
    assert text != BASE
    with pytest.raises(DeclarationError, match=why) as caught:
        taken(tmp_path, text)
    pairs = zip(BASE.splitlines(), text.splitlines(), strict=True)
    line = next(number for number, (a, b) in enumerate(pairs, 1) if a != b)
    if "address" in put:  # the point is named, of which the address is one part
        line -= 3
    assert caught.value.line == line


@pytest.mark.parametrize(
    "host", ["", "192.168.1.20", "fe80::1", "::1", "meter-1.local", "wechselrichter_süd", "a.b.c."]
)
def test_hosts(host: str) -> None:
    assert checked_host(host) == host


@pytest.mark.parametrize("host", ["1.2.3", "256.1.1.1", "-a", "a..b", "a b", "h:1", "http://h"])
def test_no_hosts(host: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        checked_host(host)


@given(st.text(max_size=150))
def test_a_name_is_a_name_wherever_it_stands(text: str) -> None:
    """What is taken can stand in a path, a log line and a table as it is."""
    try:
        checked_name(text)
    except ValueError:
        return
    assert text == text.strip() and text.isprintable() and 0 < len(text) <= 120
    assert Path("/store", text).resolve() == Path("/store") / text
