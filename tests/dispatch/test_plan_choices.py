"""What a plan is asked for: settings that cannot be, devices that are none, figures on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from streamlit.testing.v1 import AppTest

from core.dispatch_choice import check_devices
from core.dispatch_settings import read_dispatch_settings, settings_path
from core.errors import DeclarationError, QueryError, UnknownDevice
from core.query import Device, SignalInfo, Store, open_store
from pages.shared import wording
from tests.dispatch.plant import SETTINGS, write_plant
from tests.pages.apps import pages_of, run
from tests.stores import scratch

Pick = Callable[..., AppTest]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("[battery]\nsoc_min = 0.9\nsoc_max = 0.1\n", 1, "battery has soc_min above soc_max"),
        ('strategy = "economics"\n', 1, "strategy must be 'economic', 'comfort', "),
        ('pv = []\nstrategy = "xeconomic"\n', 2, "strategy must be "),
        ('pv = []\nload = "m1"\n', 2, "load must be a list in brackets"),
        ("pv = []\ntariff = 5\n", 2, "tariff must be a table"),
        ("[tariff]\nlow_eur_kwh = 0.1\nlow_from_h = 6\n", 1, "low_from_h equal to low_to_h"),
        ("[tariff]\nexport_eur_kwh = 9\n", 2, "export_eur_kwh must be less than or equal to 5"),
    ],
)
def test_settings_that_cannot_be_name_file_and_line(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    file = tmp_path / "store_dispatch.toml"
    file.write_text(text)
    with pytest.raises(DeclarationError) as raised:
        read_dispatch_settings(file)
    assert (raised.value.path, raised.value.line) == (file, line)
    assert why in str(raised.value)
    assert "Input" not in str(raised.value)
    assert wording.in_language(raised.value.why, "de") != raised.value.why


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch() as found:
        write_plant(found)
        yield found


def test_devices_that_are_none_are_refused(folder: Path) -> None:
    store = open_store(folder / "store")
    check_devices(store, ["m1"], ["pv1"])
    with pytest.raises(QueryError, match="m1 is named twice"):
        check_devices(store, ["m1", "m1"], [])
    with pytest.raises(QueryError, match="m1 is named twice"):
        check_devices(store, ["m1"], ["m1"])
    with pytest.raises(QueryError, match="m1 has no signal of generation"):
        check_devices(store, [], ["m1"])
    with pytest.raises(QueryError, match="pv1 has no signal that is a power: it is no load"):
        check_devices(store, ["pv1"], [])
    with pytest.raises(UnknownDevice):
        check_devices(store, ["zz"], [])


class AtConnection:
    """A store whose meter m1 is at the connection of the site."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def device(self, name: str) -> Device:
        found = self.store.device(name)
        return replace(found, facts={"role": "Grid"}) if name == "m1" else found

    def signals(self, name: str) -> list[SignalInfo]:
        return self.store.signals(name)


def test_a_meter_at_the_connection_stands_alone(folder: Path) -> None:
    store = cast(Store, AtConnection(open_store(folder / "store")))
    check_devices(store, ["m1"], [])
    for loads, plants in ((["m1"], ["pv1"]),):
        with pytest.raises(QueryError, match=r"m1 measures the connection .* pv1 is in") as it:
            check_devices(store, loads, plants)
        german = wording.in_language(str(it.value), "de")
        assert german.startswith("m1 misst den Netzanschluss")


def picked() -> None:
    """A page of the choices alone."""
    import streamlit as st

    from pages.plan import choices
    from pages.shared import states

    store = states.require_store()
    devices = states.require_devices(store)
    by_name = {one.name: one for one in devices}
    with states.guarded():
        found = choices.pick(store, [by_name["m1"]], [by_name["pv1"]], devices)
        st.session_state["found"] = found[0] if found else None


@pytest.fixture(scope="module")
def pick(folder: Path) -> Iterator[Pick]:
    with pages_of(folder / "store"):

        def show(told: str, **parameters: str) -> AppTest:
            settings_path(folder / "store").write_text(told)
            app = AppTest.from_function(picked, default_timeout=60)
            app.session_state["framed"] = True
            return run(app, **parameters)

        yield show
        settings_path(folder / "store").write_text(SETTINGS)


def test_zero_is_a_limit_and_a_price_may_be_below_zero(pick: Pick) -> None:
    told = SETTINGS.replace("0.30", "-0.1") + "\n[connection]\nimport_kw = 0\nexport_kw = 0\n"
    choice = pick(told).session_state["found"]
    assert (choice.import_kw, choice.export_kw) == (0.0, 0.0)
    assert choice.import_eur_kwh == -0.1
    assert choice.low_eur_kwh is None
    choice = pick(SETTINGS).session_state["found"]
    assert (choice.import_kw, choice.export_kw) == (None, None)
    low = SETTINGS.replace("import_eur", "low_eur_kwh = 0.0\nimport_eur")
    assert pick(low).session_state["found"].low_eur_kwh == 0.0
    assert pick(low, low="–").session_state["found"].low_eur_kwh is None
    linked = pick(SETTINGS, **{"limit-in": "0", "import": "-0.05"}).session_state["found"]
    assert (linked.import_kw, linked.import_eur_kwh) == (0.0, -0.05)


def test_errors_are_said_in_the_language_of_the_page(pick: Pick) -> None:
    app = pick("[battery]\nsoc_min = 0.9\nsoc_max = 0.1\n", lang="de")
    said = " ".join(str(one.proto.body) for one in app.get("html"))
    assert "Eine Einstellungsdatei" in said
    assert "Zeile 1: battery: soc_min liegt über soc_max" in said
    app = pick('load = ["zz"]\n')
    assert "zz" in " ".join(str(one.proto.body) for one in app.get("html"))
