"""SunSpec devices: recorded dumps against values worked out by hand, and all models both ways."""

from __future__ import annotations

import asyncio
import json
import math
import struct
import zipfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from core.errors import BadAnswer, ConfigError, DeclarationError, Unreachable
from core.readings import Quality, Reading
from core.toml_file import read_toml
from ingest.devices import Template, make_device, parse_template
from ingest.simulate_device import SimulatedDevice
from ingest.sunspec import SunSpec, SunSpecSettings, scan
from ingest.sunspec_image import model_words
from ingest.sunspec_models import END, MARK, lay_out, scaled, values_of

HEAD = """
name = "test"
vendor = "test"
models = ["test"]
transport = "sunspec"
source = "made for this test"
"""
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# The models that the program promises to read.
PROMISED = (
    1, 101, 102, 103, 111, 112, 113, 120, 121, 122, 123, 124, 160, 201, 202, 203, 204,
    *range(701, 715), 802, 803, 804,
)  # fmt: skip


@pytest.fixture
def template(tmp_path: Path):
    def make(*points: dict[str, Any]) -> Template:
        path = tmp_path / "t.toml"
        tables = [
            "\n[[point]]\n" + "\n".join(f"{key} = {json.dumps(told)}" for key, told in one.items())
            for one in points
        ]
        path.write_text((HEAD + "\n".join(tables)).replace(": ", " = "), "utf-8")
        return parse_template(read_toml(path))

    return make


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


async def asked(sim: SimulatedDevice) -> dict[str, Reading]:
    async with sim.served() as spec:
        device = SunSpec(spec)
        await device.open()
        try:
            return {one.signal: one for one in await device.poll()}
        finally:
            await device.close()


def dumped(path: Path) -> list[int]:
    """Registers of a recorded device, written by the SunSpec Alliance's own library."""
    library = pytest.importorskip("sunspec2.file.client", reason="needs pysunspec2")
    text = path.read_text("utf-8")
    device = library.FileClientDevice()
    device.filename = None
    words = list(MARK)
    for model in json.loads(text)["models"]:
        if model["ID"] == END:
            continue
        made = library.FileClientModel(model["ID"], data=model)
        packed = made.get_mb()
        own = list(struct.unpack(f">{len(packed) // 2}H", packed))
        own[:2] = [model["ID"], len(own) - 2]
        words += own
    return [*words, END, 0]


def point(signal: str, models: list[int], value: str, **more: Any) -> dict[str, Any]:
    return {"signal": signal, "models": models, "value": value, **more}


def served(sim: SimulatedDevice, words: list[int], base: int = 40000) -> SimulatedDevice:
    sim.image = {("holding", at): word for at, word in enumerate(words, base)}
    return sim


@pytest.mark.shared
def test_recorded_1547_device(template, shared: Path) -> None:
    words = dumped(shared / "data/protocol/sunspec_devices/device_1547.json")
    sim = SimulatedDevice(
        template(
            point("w", [103, 701], "W"),
            point("a", [701], "A"),
            point("pf", [701], "PF"),
            point("hz", [701], "Hz"),
            point("wh", [701], "TotWhInj"),
            point("tmp", [701], "TmpAmb", scale=0.5, sign=-1),
            point("v2", [705], "Crv[1].Pt[2].V"),
            point("none", [713], "SoC"),
            point("absent", [802], "SoC"),
            point("fifth", [705], "Crv[9].Pt[1].V"),
        )
    )
    sim.strict = True
    found = run(asked(served(sim, words)))
    told = json.loads((shared / "data/protocol/sunspec_devices/device_1547.json").read_text())
    model = next(one for one in told["models"] if one["ID"] == 705)
    volts = model["Crv"][0]["Pt"][1]["V"] * 10.0 ** model["V_SF"]
    values = {name: one.value for name, one in found.items() if one.quality is Quality.GOOD}
    # 411 at 10^-1, 985 and 60010 at 10^-3, 150 at 10^3, 450 at 10^-1.
    assert values == pytest.approx(
        {"w": 9800, "a": 41.1, "pf": 0.985, "hz": 60.01, "wh": 150e3, "tmp": -22.5, "v2": volts}
    )
    assert {found[one].quality for one in ("none", "absent", "fifth")} == {Quality.NO_VALUE}


@pytest.mark.shared
def test_recorded_home_assistant_device(template, shared: Path) -> None:
    folder = shared / "data/protocol/sunspec_devices"
    points = (
        point("w", [103], "W"),
        point("wh", [103], "WH"),
        point("first", [701], "W"),
        point("second", [701], "W", instance=2),
        point("s{n}_w", [160], "module[{n}].DCW", each={"n": [1, 3]}),
        point("s{n}_t", [160], "module[{n}].Tmp", each={"n": [1, 3]}),
    )
    for name, counter in (
        ("ha_sunspec_inverter", 100000.0),
        ("ha_sunspec_inverter_secondreading", None),
    ):
        sim = SimulatedDevice(template(*points))
        found = run(asked(served(sim, dumped(folder / f"{name}.json"))))
        values = {key: one.value for key, one in found.items() if one.quality is Quality.GOOD}
        expected = {
            "w": 800, "first": 9800, "second": 9700,
            "s1_w": 900, "s2_w": 920, "s1_t": 20, "s2_t": 22,
        }  # fmt: skip
        if counter is not None:
            expected["wh"] = counter
        assert values == expected  # a counter of 0 is "not accumulated"
        assert found["s3_w"].quality is Quality.NO_VALUE


@pytest.mark.shared
@pytest.mark.parametrize("base", [40000, 50000, 0])
def test_scan_finds_models_at_each_base(template, shared: Path, base: int) -> None:
    words = dumped(shared / "data/protocol/sunspec_devices/ha_sunspec_inverter.json")
    sim = served(SimulatedDevice(template(point("w", [103], "W"))), words, base)
    sim.strict = True

    async def scanned():
        async with sim.served() as spec:
            return await scan(spec.settings)

    found = run(scanned())
    assert [one.number for one in found][:6] == [1, 304, 103, 701, 701, 702]
    common = {value.path: told for value, told in found[0].told()}
    assert (common["Mn"], common["Md"], common["DA"]) == ("SunSpecTest", "Test-1547-1", 1)
    inverter = {value.path: told for value, told in found[2].told()}
    assert (inverter["W"], inverter["WH"], inverter["Evt2"]) == (800, 100000, None)
    tilts = {value.path: told for value, told in found[1].told()}
    assert tilts["incl[3].Incly"] == 51.0  # 5100 at the fixed power 10^-2
    assert found[2].name == "inverter_three_phase"


@pytest.mark.shared
@pytest.mark.parametrize("number", PROMISED)
def test_layout_is_that_of_the_alliances_library(shared: Path, number: int) -> None:
    library = pytest.importorskip("sunspec2.device", reason="needs pysunspec2")
    told = json.loads(
        (shared / f"data/protocol/sunspec_models/model_{number}.json").read_text("utf-8")
    )
    names = [one["name"] for one in told["group"]["points"]]
    words = model_words(number, blocks=2)
    placed = values_of(number, words)
    assert [path for path in placed if "." not in path] == names
    packed = struct.pack(f">{len(words)}H", *words)
    model = library.Model(number, model_len=len(words) - 2, data=packed)
    assert {one.path: (one.start, one.count) for one in placed.values()} == library_places(model)


def _cells(row: ElementTree.Element, texts: list[str]) -> list[str]:
    """Texts of a row's cells, those that are empty left out."""
    found = []
    for cell in row:
        value = cell.find(f"{SHEET}v")
        if value is not None and value.text is not None:
            found.append(texts[int(value.text)] if cell.get("t") == "s" else value.text)
    return found


@pytest.mark.shared
def test_layout_is_that_of_abbs_register_map(shared: Path) -> None:
    """Offsets and sizes in the map of the VSN300, for the models that have not changed since."""
    with zipfile.ZipFile(shared / "data/protocol/SunSpec_VSN300register_map.xlsx") as book:
        strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(part.text or "" for part in one.iter(f"{SHEET}t")) for one in strings]
        sheets = [
            [
                _cells(row, texts)
                for row in ElementTree.fromstring(book.read(name)).iter(f"{SHEET}row")
            ]
            for name in book.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    checked = []
    for rows in sheets:
        heads = [row for row in rows if row[:1] == ["Header"] and "ID" in row]
        number = next((int(cell) for row in heads for cell in row[4:] if cell.isdigit()), None)
        if number not in (
            101,
            103,
            111,
            112,
            113,
            120,
            121,
            122,
            123,
            124,
            201,
            202,
            203,
            204,
        ):
            continue
        placed = lay_out(number, lambda *_: 1)
        fixed = [row for row in rows if row[:1] == ["Fixed Block"]]
        for row in fixed:
            start, _, size, name = row[1:5]
            assert (placed[name].start, placed[name].count) == (int(start), int(size)), (
                number,
                name,
            )
        checked.append((number, len(fixed)))
    assert len(checked) == 14  # it has no inverter of two phases
    assert dict(checked)[101] == 43


def library_places(group: Any, path: str = "") -> dict[str, tuple[int, int]]:
    """Registers of each value as the library lays them out."""
    places = {path + name: (one.offset, one.len) for name, one in group.points.items()}
    for name, inner in group.groups.items():
        if not isinstance(inner, list):
            places |= library_places(inner, f"{path}{name}.")
            continue
        for index, one in enumerate(inner, 1):
            places |= library_places(one, f"{path}{name}[{index}].")
    return places


@pytest.mark.parametrize("number", PROMISED)
def test_every_number_of_every_model_comes_back(template, number: int) -> None:
    numbers = [
        one for one in lay_out(number, lambda *_: 2).values()
        if one.is_number and one.path not in ("ID", "L")
    ]  # fmt: skip
    free = [
        one for one in numbers
        if one.type not in ("sunssf", "count") and not one.path.endswith((".N", "NPt", "NCtl"))
        and one.path not in ("N", "NCrv", "NPt", "NStr", "NMod", "NPrt", "NCtl", "NCrvSet")
    ]  # fmt: skip
    if not free:
        pytest.fail(f"model {number} has no numbers")
    sim = SimulatedDevice(template(*(point(one.path, [number], one.path) for one in free)))
    values = {one.path: float(1 + at % 100) for at, one in enumerate(free)}
    sim.put(values)
    found = run(asked(sim))
    assert {name: one.value for name, one in found.items()} == pytest.approx(values, rel=1e-6)
    sim.put(dict.fromkeys(values))
    try:
        readings = run(asked(sim))
    except BadAnswer:  # where even the counts of blocks are gone, nothing is left
        return
    assert {one.quality for one in readings.values()} == {Quality.NO_VALUE}


def test_cells_by_string_and_module(template) -> None:
    value = "lithium_ion_string_module[{cell}].ModCellVAvg"
    each = {"pack": [1, 2], "cell": [1, 3]}
    sim = SimulatedDevice(
        template(point("bms1_p{pack}_v{cell}", [804], value, each=each, instance="pack"))
    )
    values = {
        f"bms1_p{pack}_v{cell}": 3.0 + pack / 10 + cell / 100
        for pack in (1, 2)
        for cell in (1, 2, 3)
    }
    sim.put(values)
    found = run(asked(sim))
    assert {name: one.value for name, one in found.items()} == pytest.approx(values)
    assert (sim.spec.points[4].pack, sim.spec.points[4].cell) == (2, 2)


def test_power_of_ten_may_change_between_polls(template) -> None:
    sim = SimulatedDevice(template(point("w", [103], "W")))

    async def growing():
        told = []
        async with sim.served() as spec:
            device = SunSpec(spec)
            await device.open()
            for watts in (1.5, 12345.0, 2.5e9, -1.0):
                sim.put({"w": watts})
                told.append((await device.poll())[0].value)
            await device.close()
        return told

    assert run(growing()) == pytest.approx([1.5, 12345.0, 2.5e9, -1.0], rel=1e-4)


def test_model_of_an_older_edition_has_fewer_values() -> None:
    full = values_of(103, [103, 50, *[1] * 50])
    short = values_of(103, [103, 40, *[1] * 40])
    assert set(short) < set(full)
    assert all(one.start + one.count <= 42 for one in short.values())


@pytest.mark.parametrize(
    ("number", "exponent", "value"),
    [(411, -1, 41.1), (60010, -3, 60.01), (150, 3, 150e3), (7, None, 7), (2304, -1, 230.4)],
)
def test_scaled(number: float, exponent: int | None, value: float) -> None:
    assert scaled(number, exponent) == value


def test_nonsense_scale_factor_is_no_value(template) -> None:
    sim = SimulatedDevice(template(point("w", [103], "W")))
    place = lay_out(103, lambda *_: 0)["W_SF"].start
    sim.write("holding", 40000 + 2 + 68 + place, 77)
    assert run(asked(sim))["w"].quality is Quality.DECODE_ERROR


def test_no_sunspec_device(template) -> None:
    sim = SimulatedDevice(template(point("w", [103], "W")))
    with pytest.raises(BadAnswer, match="no mark at 40000, 50000, 0"):
        run(asked(served(sim, [0] * 10)))
    sim.strict = True
    with pytest.raises(BadAnswer, match="no SunSpec device"):
        run(asked(served(sim, [])))


def test_other_models_than_asked_for(template) -> None:
    sim = SimulatedDevice(template(point("w", [103], "W")))
    words = [*MARK, 1, 65, *[0] * 65, 802, 0, END, 0]
    with pytest.raises(BadAnswer, match="models 1, 802"):
        run(asked(served(sim, words)))


def test_chain_that_does_not_end(template) -> None:
    sim = SimulatedDevice(template(point("w", [103], "W")))
    with pytest.raises(BadAnswer, match="does not end"):
        run(asked(served(sim, [*MARK, *[7, 0] * 400])))


def test_server_gone(template) -> None:
    sim = SimulatedDevice(template(point("w", [103], "W")))

    async def gone():
        async with sim.served() as spec:
            device = SunSpec(spec)
            await device.open()
        with pytest.raises(Unreachable):
            await device.poll()
        await device.close()
        async with sim.served(port=sim.port) as spec:
            again = SunSpec(spec)
            await again.open()
            found = await again.poll()
            await again.close()
            return found

    assert run(gone())[0].quality is Quality.GOOD


def test_wrong_points(template) -> None:
    with pytest.raises(DeclarationError, match="model 9999 has no definition") as caught:
        template(point("w", [9999], "W"))
    assert caught.value.line is not None
    spec = make_device(template(point("w", [103], "Watt")), "d", {"host": "h"})
    with pytest.raises(ConfigError, match="model 103 has no Watt"):
        SunSpec(spec)


def test_settings() -> None:
    assert SunSpecSettings(host="h").base == (40000, 50000, 0)
    assert not math.isnan(SunSpecSettings(host="h").max_gap)
