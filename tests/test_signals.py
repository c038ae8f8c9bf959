"""What names mean, by the built-in rules and by one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigError
from core.signals import (
    BUILT_IN_RULES,
    KINDS,
    UNKNOWN,
    described,
    load_catalogue,
    parse_rule,
    read_rules,
)


@pytest.mark.parametrize(
    ("name", "quantity", "unit", "kind", "place"),
    [
        ("bms1_p3_v17", "cell_voltage", "V", "analog", (3, 17)),
        ("BMS2_P1_T4", "cell_temperature", "°C", "analog", (1, 4)),
        ("bms1_p3_bal17", "cell_balancing", "1", "state", (3, 17)),
        ("bms1_p3_c", "pack_current", "A", "analog", (3, None)),
        ("bms1_p3_v", "pack_voltage", "V", "analog", (3, None)),
        ("bms1_soc", "soc", "%", "analog", (None, None)),
        ("com_ap", "active_power", "kW", "analog", (None, None)),
        ("Wirkleistung [kW]", "active_power", "kW", "analog", (None, None)),
        ("pos_ae", "energy_import", "kWh", "counter", (None, None)),
        ("neg_ae", "energy_export", "kWh", "counter", (None, None)),
        ("fa1_SmokeFlag", "flag", "1", "state", (None, None)),
        ("xbms1_p3_v17", UNKNOWN, "", "analog", (None, None)),
        ("Leistung [kW]", "active_power", "kW", "analog", (None, None)),
        ("Leistung [W]", "active_power", "W", "analog", (None, None)),
        ("Leistung [%]", UNKNOWN, "%", "analog", (None, None)),
        ("Energie [kWh]", UNKNOWN, "kWh", "analog", (None, None)),
        ("Energy (kWh)", UNKNOWN, "kWh", "analog", (None, None)),
        ("flow [l/min]", UNKNOWN, "l/min", "analog", (None, None)),
        ("flow (l/min) ", UNKNOWN, "l/min", "analog", (None, None)),
        ("anything", UNKNOWN, "", "analog", (None, None)),
        ("relay_7_state", "relay", "1", "state", (None, None)),
        ("heating_relay_kitchen", "relay", "1", "state", (None, None)),
        ("relay_fault", "flag", "1", "state", (None, None)),
        ("bms1_relay_status", "flag", "1", "state", (None, None)),
        ("dishwasher_power [W]", "appliance_power", "W", "analog", (None, None)),
        ("heat_pump_power", "appliance_power", "kW", "analog", (None, None)),
        ("battery_power", "battery_power", "kW", "analog", (None, None)),
        ("heater_power_bath", "heating_power", "kW", "analog", (None, None)),
    ],
)
def test_built_in_rules(
    name: str, quantity: str, unit: str, kind: str, place: tuple[int | None, int | None]
) -> None:
    signal = load_catalogue().describe(name)
    assert signal.name == name
    assert (signal.quantity, signal.unit, signal.kind) == (quantity, unit, kind)
    assert (signal.pack, signal.cell) == place
    assert load_catalogue().describe(name) == signal


def test_a_declared_unit_or_quantity_stands_above_the_rule() -> None:
    catalogue = load_catalogue()
    watts = catalogue.describe("com_ap", unit="W")
    assert (watts.quantity, watts.unit) == ("active_power", "W")
    price = catalogue.describe("spot", quantity="price")
    assert (price.quantity, price.unit, price.name) == ("price", "€/MWh", "spot")
    own = catalogue.describe("spot [ct]", quantity="tariff")
    assert (own.quantity, own.unit) == ("tariff", "ct")
    cell = catalogue.describe("bms1_p3_v17", quantity="cell_voltage", unit="mV")
    assert (cell.pack, cell.cell, cell.unit) == (3, 17, "mV")
    assert catalogue.describe("com_ap").unit == "kW"


def test_power_and_energy_have_a_range_in_every_unit() -> None:
    catalogue = load_catalogue()
    assert (catalogue.describe("com_ap").low, catalogue.describe("com_ap").high) == (-1e6, 1e6)
    for name, unit, low, high in (
        ("com_ap", "W", -1e9, 1e9),
        ("com_ap", "MW", -1e3, 1e3),
        ("pos_ae", "Wh", 0.0, 1e15),
        ("com_ae", "kWh", -1e12, 1e12),
        ("Messung 3 [kW]", "kW", -1e6, 1e6),
        ("Messung 4 [kWh]", "kWh", -1e12, 1e12),
        ("bms1_p3_v17", "mV", 100.0, 5000.0),
        ("com_ap", "V", -1e6, 1e6),
        ("reactive_power", "var", -1e9, 1e9),
        ("temp_air", "K", None, None),
    ):
        signal = catalogue.describe(name, unit=unit)
        assert (signal.low, signal.high) == (low, high), name
    for rule in read_rules(BUILT_IN_RULES):
        if rule.unit in ("W", "kW", "Wh", "kWh"):
            assert rule.low is not None and rule.high is not None, rule.quantity


def test_an_energy_that_only_rises_is_a_counter() -> None:
    catalogue = load_catalogue()
    counter = catalogue.describe("Energie [kWh]", unit="kWh", rising=True)
    assert (counter.quantity, counter.kind, counter.unit) == ("energy_total", "counter", "kWh")
    assert catalogue.describe("Energie [kWh]", unit="kWh").kind == "analog"
    assert catalogue.describe("Leistung [kW]", rising=True).kind == "analog"


def test_a_unit_is_shown_once() -> None:
    assert described("com_ap", "kW") == "com_ap [kW]"
    assert described("Leistung [kW]", "kW") == "Leistung [kW]"
    assert described("Leistung [W]", "kW") == "Leistung [W] [kW]"
    assert described("pf", "1") == described("pf", "") == "pf"


def test_own_rules_are_asked_first(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[rule]]\nmatch = "com_ap"\nquantity = "pv_power"\nunit = "W"\nlow = 0\n')
    catalogue = load_catalogue(own)
    assert catalogue.describe("COM_AP").quantity == "pv_power"
    assert catalogue.describe("COM_AP").low == 0
    assert catalogue.describe("pos_ae").kind == "counter"
    assert load_catalogue().describe("com_ap").quantity == "active_power"


def test_every_built_in_rule_holds_together() -> None:
    rules = read_rules(BUILT_IN_RULES)
    assert len(rules) > 20
    for rule in rules:
        assert rule.kind in KINDS and rule.quantity == rule.quantity.lower()
        assert rule.low is None or rule.high is None or rule.low < rule.high


def test_every_quantity_of_the_rules_is_in_the_nomenclature() -> None:
    told = (BUILT_IN_RULES.parents[1] / "docs" / "nomenclature.md").read_text("utf-8")
    assert [
        one.quantity for one in read_rules(BUILT_IN_RULES) if f"`{one.quantity}`" not in told
    ] == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"match": "x"}, "quantity"),
        ({"match": "x", "quantity": "y", "color": "red"}, "color"),
        ({"match": "x", "quantity": "y", "kind": "vector"}, "vector"),
        ({"match": "(", "quantity": "y"}, "regular expression"),
    ],
)
def test_a_rule_that_is_wrong_is_named(entry: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        parse_rule(entry, "own.toml, rule 3")
    assert "own.toml, rule 3" in str(refused.value)


@pytest.mark.parametrize("text", ["[[rule]\n", "[[rule]]\nmatch = 'x'\n"])
def test_a_file_that_is_wrong_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"own\.toml"):
        read_rules(path)
    with pytest.raises(ConfigError, match=r"none\.toml"):
        read_rules(tmp_path / "none.toml")


def test_a_cell_at_zero_volts_was_not_read() -> None:
    signal = load_catalogue().describe("bms1_p1_v3")
    assert signal.low is not None and 0.0 < signal.low < 1.0
