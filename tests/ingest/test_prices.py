"""Prices as markets publish them."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from core.errors import SourceError
from core.levels import HOUR, MINUTE
from core.query import open_store
from ingest.documents import Document, form_of, read_document
from ingest.look import look
from ingest.sources import source_file
from tests.stores import run, settle, us


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    settle(path)
    return path


def document(path: Path) -> Document:
    form = form_of(path)
    assert form is not None
    return read_document(source_file(path), form)


def berlin(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    return round(moment.timestamp()) * 1_000_000


# --- SMARD --------------------------------------------------------------------------------------


@pytest.mark.shared
def test_smard_as_it_comes(tmp_path: Path, shared: Path) -> None:
    folder = tmp_path / "src" / "price"
    folder.mkdir(parents=True)
    for path in (shared / "data" / "price").glob("SMARD*.csv"):
        settle(Path(shutil.copy(path, folder)))
    assert run(tmp_path).failed == []
    assert run(tmp_path).unchanged == 2
    store = open_store(tmp_path / "store")
    (device,) = store.devices()
    assert (device.name, device.group) == ("SMARD", "price")
    assert device.facts["price"]["currency"] == "EUR"
    assert device.facts["price"]["known"]["local_time"] == "13:00"
    info = store.signal("SMARD", "price_day_ahead")
    assert (info.quantity, info.unit) == ("price", "EUR/MWh")
    start, end = berlin("2024-01-01"), berlin("2025-01-01")
    ts, value = store.raw("SMARD", "price_day_ahead", start, end)
    assert len(ts) == 8784
    assert (np.diff(ts) == HOUR).all()  # neither clock change leaves a gap or a double
    assert value.mean() == pytest.approx(78.512, abs=5e-4)
    assert (value < 0).sum() == 457
    spring = store.raw("SMARD", "price_day_ahead", us("2024-03-31 00:00"), us("2024-03-31 03:00"))
    assert spring[1].tolist() == [66.71, 64.98, 60.48]
    autumn = store.raw("SMARD", "price_day_ahead", us("2024-10-27 00:00"), us("2024-10-27 03:00"))
    assert autumn[1].tolist() == [82.23, 80.43, 79.41]
    names = {one.name for one in store.signals("SMARD")}
    assert "price_day_ahead_fr" in names
    assert "price_day_ahead_de_at_lu" not in names  # "-" in all rows
    store.close()


def test_a_declaration_beside_it_goes_before(tmp_path: Path) -> None:
    head = "Datum von;Datum bis;Deutschland/Luxemburg [€/MWh] Originalauflösungen\n"
    rows = "".join(f"01.06.2024 {h:02d}:00;01.06.2024 {h + 1:02d}:00;{h},5\n" for h in range(9))
    path = put(tmp_path / "src" / "price" / "SMARD.csv", head + rows)
    layout = look(source_file(path, tmp_path / "src"))
    assert [(one.signal, one.unit) for one in layout.columns] == [("price_day_ahead", "EUR/MWh")]
    put(path.with_name("source.toml"), '[[source]]\nfiles = "SMARD*"\ndevice = "exchange"\n')
    run(tmp_path)
    store = open_store(tmp_path / "store")
    assert store.signal("exchange", "price_day_ahead").rows == 9
    store.close()


def test_a_week_of_smard_chart_data(tmp_path: Path) -> None:
    first = us("2023-12-24 23:00")
    series = [[first // 1000, 12.5], [(first + HOUR) // 1000, None]]
    text = json.dumps({"meta_data": {"version": 1, "created": 1}, "series": series})
    found = document(put(tmp_path / "4169_DE-LU_hour_1703458800000.json", text))
    (track,) = found.tracks
    assert (track.signal, track.unit, track.ts.tolist()) == (
        "price_day_ahead", "EUR/MWh", [first, first + HOUR],
    )  # fmt: skip
    assert track.value[0] == 12.5
    assert np.isnan(track.value[1])
    with pytest.raises(SourceError, match="own name"):
        document(put(tmp_path / "week.json", text))
    with pytest.raises(SourceError, match="410 is no price"):
        document(put(tmp_path / "410_DE_hour_1703458800000.json", text))


# --- ENTSO-E ------------------------------------------------------------------------------------


def entsoe(*periods: str, curve: str = "A03", kind: str = "A44", currency: str = "EUR") -> str:
    """A publication document; each period is a time series of its own."""
    series = "".join(
        f"""<TimeSeries><mRID>{n}</mRID><auction.type>A01</auction.type>
        <businessType>A62</businessType>
        <in_Domain.mRID codingScheme="A01">10Y1001A1001A82H</in_Domain.mRID>
        <out_Domain.mRID codingScheme="A01">10Y1001A1001A82H</out_Domain.mRID>
        <currency_Unit.name>{currency}</currency_Unit.name>
        <price_Measure_Unit.name>MWH</price_Measure_Unit.name>
        <curveType>{curve}</curveType>{period}</TimeSeries>"""
        for n, period in enumerate(periods, 1)
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
    <Publication_MarketDocument
      xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3">
      <mRID>x</mRID><type>{kind}</type>{series}</Publication_MarketDocument>"""


def period(start: str, end: str, resolution: str, prices: dict[int, float | str]) -> str:
    points = "".join(
        f"<Point><position>{k}</position><price.amount>{v}</price.amount></Point>"
        for k, v in prices.items()
    )
    return f"""<Period><timeInterval><start>{start}</start><end>{end}</end></timeInterval>
    <resolution>{resolution}</resolution>{points}</Period>"""


DAY = ("2024-01-31T23:00Z", "2024-02-01T03:00Z")


def test_left_out_positions_repeat_the_one_before(tmp_path: Path) -> None:
    text = entsoe(period(*DAY, "PT60M", {1: 10.0, 3: -5.5}))
    (track,) = document(put(tmp_path / "a.xml", text)).tracks
    assert track.ts[0] == us("2024-01-31 23:00")
    assert track.value.tolist() == [10.0, 10.0, -5.5, -5.5]


def test_by_another_curve_type_a_gap_stays_a_gap(tmp_path: Path) -> None:
    text = entsoe(period(*DAY, "PT60M", {1: 10.0, 3: -5.5}), curve="A01")
    (track,) = document(put(tmp_path / "a.xml", text)).tracks
    assert np.isnan(track.value).tolist() == [False, True, False, True]


def test_a_first_position_left_out_is_no_price(tmp_path: Path) -> None:
    text = entsoe(period(*DAY, "PT60M", {2: 10.0, 9: 1.0, 3: "x"}))
    found = document(put(tmp_path / "a.xml", text))
    assert np.isnan(found.tracks[0].value).tolist() == [True, False, False, False]
    assert [cell.text for cell in found.bad] == ["position 9: 1.0", "position 3: x"]


def test_quarter_hours_and_both_lengths_of_interval(tmp_path: Path) -> None:
    quarters = period(*DAY, "PT15M", {1: 1.0, 16: 2.0})
    (alone,) = document(put(tmp_path / "a.xml", entsoe(quarters))).tracks
    assert (alone.signal, len(alone.ts), np.diff(alone.ts)[0]) == (
        "price_day_ahead", 16, 15 * MINUTE,
    )  # fmt: skip
    text = entsoe(quarters, period(*DAY, "PT60M", {1: 7.0}))
    both = {one.signal: one for one in document(put(tmp_path / "b.xml", text)).tracks}
    assert both["price_day_ahead"].value.tolist() == [7.0] * 4
    assert len(both["price_day_ahead_15min"].ts) == 16


REFUSAL = """<?xml version="1.0"?><Acknowledgement_MarketDocument xmlns="urn:x">
<Reason><code>999</code><text>No matching data found</text></Reason>
</Acknowledgement_MarketDocument>"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (REFUSAL, "No matching data found"),
        (entsoe(period(*DAY, "PT60M", {1: 1.0}))[:-40], "no complete XML"),
        (entsoe(period(*DAY, "PT60M", {1: 1.0}), kind="A61"), "type A44"),
        (entsoe(period(*DAY, "PT7H", {1: 1.0})), "does not fit"),
        (entsoe(period("now", DAY[1], "PT60M", {1: 1.0})), "no time"),
        (entsoe(), "one zone"),
    ],
)
def test_what_is_no_document_is_refused_in_words(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        document(put(tmp_path / "a.xml", text))


# --- OPCOM and AEMO -----------------------------------------------------------------------------


def opcom(count: int, name: str = "Pret de Inchidere a Pietei [lei/MWh]") -> str:
    head = f'"PIP si volum tranzactionat"\n\n"Zona","Interval","{name}","Volum [MWh]"\n'
    return head + "".join(f'"Romania","{k}","{100 + k}.5","7"\n' for k in range(1, count + 1))


@pytest.mark.parametrize(
    ("day", "count", "step"),
    [("2024-02-27", 24, 60), ("2025-10-26", 100, 15), ("2024-03-31", 23, 60)],
)
def test_a_day_of_opcom(tmp_path: Path, day: str, count: int, step: int) -> None:
    found = document(put(tmp_path / f"opcom_{day}.csv", opcom(count)))
    (track,) = found.tracks
    assert (track.unit, len(track.ts)) == ("RON/MWh", count)
    assert track.ts[0] == berlin(day)
    assert (np.diff(track.ts) == step * MINUTE).all()
    assert found.facts["price"]["currency"] == "RON"


def test_a_day_of_opcom_that_is_not_whole(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="do not fill 2024-02-27"):
        document(put(tmp_path / "opcom_2024-02-27.csv", opcom(23)))
    with pytest.raises(SourceError, match="no day of delivery"):
        document(put(tmp_path / "opcom.csv", opcom(24)))
    other = document(put(tmp_path / "rezultatePZU_2_27_2024.csv", opcom(24)))
    assert other.tracks[0].ts[0] == berlin("2024-02-27")


AEMO = """REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE
SA1,2021/09/30 23:30:00,1379.47,141.48,TRADE
SA1,2021/10/01 00:00:00,1367.61,-100.5,TRADE
SA1,2021/10/01 00:05:00,1379.99,142.05,TRADE
SA1,2021/10/01 00:10:00,x,y,TRADE
SA1,2021/10/01 00:30:00,1379.99,90,TRADE
"""


def test_aemo_labels_the_end_of_half_hours_and_of_five_minutes(tmp_path: Path) -> None:
    found = document(put(tmp_path / "a.csv", AEMO))
    price = found.tracks[0]
    assert (price.signal, price.unit) == ("price_spot", "AUD/MWh")
    assert price.ts.tolist() == [
        us("2021-09-30 13:00"), us("2021-09-30 13:30"), us("2021-09-30 14:00"),
        us("2021-09-30 14:25"),
    ]  # fmt: skip
    assert found.bad[0].line == 5
    with pytest.raises(SourceError, match="one region"):
        document(put(tmp_path / "b.csv", AEMO.replace("SA1,2021/10", "NSW1,2021/10")))


def test_markets_become_devices(tmp_path: Path) -> None:
    folder = tmp_path / "src" / "price"
    put(folder / "PRICE_AND_DEMAND_202110_SA1.csv", AEMO)
    put(folder / "opcom_2024-02-27.csv", opcom(24))
    put(folder / "opcom_2024-02-28.csv", opcom(24))
    put(folder / "de.xml", entsoe(period(*DAY, "PT60M", {1: 1.0})))
    assert run(tmp_path).failed == []
    store = open_store(tmp_path / "store")
    assert [(one.name, one.group) for one in store.devices()] == [
        ("AEMO SA1", "price"), ("ENTSO-E 10Y1001A1001A82H", "price"), ("OPCOM", "price"),
    ]  # fmt: skip
    assert store.signal("OPCOM", "price_day_ahead").rows == 48
    store.close()
