"""What people bring by hand: looked at first, then in the store like any other source."""

from __future__ import annotations

import gzip
import io
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core import comparison, query
from core.config import Settings, load_settings
from core.errors import SourceError, StoreError, StoreLocked, StoreMissing
from core.ledger import create_ledger, open_ledger
from core.pyramid import device_lock
from core.upkeep import verify_device
from ingest import manual
from ingest.build import build
from ingest.manual import ColumnRule, Refusal

BERLIN = "Europe/Berlin"
QUARTER = 900_000_000
# 1 March 2025 00:00 in Berlin
START = 1_740_783_600_000_000


def wide(rows: int = 96, first: float = 10.0) -> bytes:
    """A wide file as an office makes it: semicolons, decimal commas, d.m.Y."""
    lines = [
        f"{1 + i // 96:02d}.03.2025 {i % 96 // 4:02d}:{i % 4 * 15:02d};{first + i % 7:.1f};{i % 50}"
        for i in range(rows)
    ]
    text = "Datum;Wirkleistung [kW];SOC\n" + "\n".join(lines) + "\n"
    return text.replace(".0;", ",0;").encode()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty store."""
    store = tmp_path / "store"
    create_ledger(store, zone=BERLIN, rules="15min,1h,1d").close()
    return load_settings(store=store, zone=BERLIN, rules="15min,1h,1d")


def opened(settings: Settings) -> query.Store:
    return query.open_store(settings.store)


def verified(settings: Settings, device: str) -> None:
    with open_ledger(settings.store) as ledger:
        assert list(verify_device(ledger, device)) == []


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("lastgang.csv", "lastgang.csv"),
        ("Lastgang Halle ä (2024).CSV", "Lastgang_Halle_ae_2024_.csv"),
        ("Größe.csv.gz", "Groesse.csv.gz"),
        ("日本.parquet", "upload.parquet"),
        ("-rf.txt", "rf.txt"),
        ("a" * 300 + ".csv", "a" * 116 + ".csv"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert manual.safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/x.csv", Refusal.PATH),
        ("..\\x.csv", Refusal.PATH),
        ("/etc/passwd", Refusal.PATH),
        ("x\0.csv", Refusal.PATH),
        ("..", Refusal.PATH),
        ("", Refusal.PATH),
        (".source.csv", Refusal.HIDDEN),
        ("x.exe", Refusal.ENDING),
        ("source.toml", Refusal.ENDING),
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: str, why: str) -> None:
    with pytest.raises(SourceError) as caught:
        manual.safe_name(name)
    assert caught.value.why == why


@given(st.text(max_size=200), st.sampled_from(manual.ENDINGS))
def test_a_name_never_leaves_its_folder(stem: str, ending: str) -> None:
    try:
        name = manual.safe_name(stem + ending)
    except SourceError:
        return
    assert Path(name).name == name
    assert not name.startswith((".", "-"))
    assert name.isascii() and len(name) <= manual.LONGEST_NAME and name.endswith(ending)


@pytest.mark.parametrize("device", ["", ".hidden", "a/b", "..", "x\ny", "a" * 65, " m1", "_m"])
def test_names_of_devices_that_cannot_be(settings: Settings, device: str) -> None:
    with pytest.raises(SourceError) as caught:
        manual.preview_upload(settings, device, "meter", "x.csv", wide())
    assert caught.value.why == Refusal.DEVICE
    with pytest.raises(SourceError):
        manual.enter_reading(settings, device, "meter", "com_ap", START, 1.0)
    with pytest.raises(SourceError):
        manual.enter_facts(settings, device, "meter", {"rated_kw": 1})


# --- preview ------------------------------------------------------------------------------------


def test_preview_says_what_was_found_and_touches_nothing(settings: Settings) -> None:
    content = wide() + b"kaputt;1,0;2\n02.03.2025 00:00;abc;300\n"
    before = opened(settings).version
    found = manual.preview_upload(settings, "halle", "meter", "Halle 1.csv", content)
    (one,) = found.tables
    assert found.name == "Halle_1.csv"
    assert one.time_columns == ("Datum",)
    assert (one.zone, one.label) == ("site", "start")
    assert "decimal comma" in one.notes
    assert [(c.signal, c.quantity, c.unit) for c in one.columns] == [
        ("Wirkleistung [kW]", "active_power", "kW"),
        ("SOC", "soc", "%"),
    ]
    assert (one.rows, one.readings, found.readings) == (97, 192, 192)
    assert (one.first, one.last) == (START, START + 95 * QUARTER)
    assert found.bad_rows == 3
    assert [(row["line"], row["reason"]) for row in found.bad] == [
        (98, "no time stamp"), (99, "not a number"), (99, "outside -5.0 .. 105.0"),
    ]  # fmt: skip
    assert found.head["ts"].tolist()[:2] == [START, START + QUARTER]
    assert found.head["Wirkleistung [kW]"].tolist()[:3] == [10.0, 11.0, 12.0]
    assert not found.known and found.renameable
    assert opened(settings).version == before
    assert not manual.uploads_folder(settings.store).exists()


def test_first_rows_of_a_preview_are_those_that_would_count(settings: Settings) -> None:
    lines = [b"never;1,0;2", b"01.03.2025 00:00;abc;300", b"01.03.2025 00:15;5,0;300"]
    content = wide().replace(b"SOC\n", b"SOC\n" + b"\n".join(lines) + b"\n", 1)
    content = content.replace(b"01.03.2025 00:00;10,0", b"28.02.2025 23:45;10,0")
    content = content.replace(b"01.03.2025 00:15;11,0;1\n", b"")
    head = manual.preview_upload(settings, "halle", "meter", "x.csv", content).head
    assert head["ts"].tolist()[:2] == [START + QUARTER, START - QUARTER]
    assert head["Wirkleistung [kW]"].tolist()[:2] == [5.0, 10.0]
    assert np.isnan(head["SOC"].iloc[0]), "300 % goes to the quarantine"
    assert len(head) == manual.HEAD_ROWS


def test_a_folder_of_uploads_is_called_as_its_device(settings: Settings) -> None:
    done = manual.accept_upload(settings, "Zähler 1", "meter", "a.csv", wide())
    assert done.path.parent.name == "Zähler 1"
    # A folder that an earlier version named stays in use.
    older = manual.uploads_folder(settings.store) / "Z%C3%A4hler 2"
    older.mkdir()
    assert manual.accept_upload(settings, "Zähler 2", "meter", "a.csv", wide()).path.parent == older


def zipped(names: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.csv", b"", Refusal.EMPTY),
        ("x.csv", bytes(range(256)) * 50, "is not text"),
        ("x.csv", b"a,b\n1,2\n3,4\n", "no time column"),
        ("x.csv", b"just words\nmore words\n", "no time column and no row of numbers"),
        ("x.csv", b"ts,v\n2025-01-01,nope\n", Refusal.NOTHING),
        ("x.csv", b"ts,soc\n2025-01-01,900\n", f"{Refusal.NOTHING}: outside -5.0 .. 105.0"),
        ("x.zip", b"PK\x03\x04junk", "damaged zip archive, or one without a table in it"),
        ("x.zip", zipped({"readme.md": b"no table"}), Refusal.NOTHING),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    settings: Settings, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(SourceError) as caught:
        manual.preview_upload(settings, "m1", "meter", name, content)
    assert caught.value.why == why
    assert "ziggurat-" not in str(caught.value), "the scratch folder shows"


@pytest.mark.parametrize("name", ["x.parquet", "x.csv.gz"])
def test_junk_under_a_good_ending(settings: Settings, name: str) -> None:
    with pytest.raises(SourceError):
        manual.preview_upload(settings, "m1", "meter", name, b"PAR1\x1f\x8b junk")


def test_too_large_names_the_limit_and_the_way_out(settings: Settings) -> None:
    small = settings.model_copy(update={"upload_limit_mb": 1})
    with pytest.raises(SourceError) as caught:
        manual.preview_upload(small, "m1", "meter", "x.csv", b"ts,v\n" + b"#" * 1_000_000)
    assert caught.value.why == Refusal.TOO_LARGE
    assert "1 MB" in str(caught.value) and "preprocess.py build" in str(caught.value)


@pytest.mark.parametrize("name", ["x.csv.gz", "x.zip"])
def test_an_archive_may_not_unpack_without_bounds(settings: Settings, name: str) -> None:
    small = settings.model_copy(update={"upload_limit_mb": 1})
    bomb = b"ts,v\n2025-01-01,1\n" + b"\n" * 21_000_000
    packed = gzip.compress(bomb, 1) if name.endswith("gz") else zipped({"x.csv": bomb})
    assert len(packed) < 1_000_000
    with pytest.raises(SourceError) as caught:
        manual.preview_upload(small, "m1", "meter", name, packed)
    assert caught.value.why == Refusal.TOO_LARGE
    assert "20 MB unpacked" in str(caught.value)


def test_no_store(tmp_path: Path) -> None:
    nowhere = load_settings(store=tmp_path / "none", zone=BERLIN)
    with pytest.raises(StoreMissing):
        manual.preview_upload(nowhere, "m1", "meter", "x.csv", wide())


# --- accepted -----------------------------------------------------------------------------------


def test_an_accepted_file_is_a_source_like_any_other(settings: Settings) -> None:
    done = manual.accept_upload(settings, "halle", "meter", "Halle 1.csv", wide())
    assert done.path == manual.uploads_folder(settings.store) / "halle" / "Halle_1.csv"
    assert done.path.read_bytes() == wide()
    assert (done.summary.read, done.summary.rows) == (1, 192)
    store = opened(settings)
    assert store.device("halle").group == "meter"
    _, value = store.raw("halle", "Wirkleistung [kW]", START, START + 3 * QUARTER)
    assert value.tolist() == [10.0, 11.0, 12.0]
    verified(settings, "halle")
    # Built again from the folder of uploads, nothing is new; a new store holds the same.
    again = settings.model_copy(update={"sources": (manual.uploads_folder(settings.store),)})
    assert build(again).unchanged == 1
    fresh = again.model_copy(update={"store": settings.store.with_name("fresh")})
    build(fresh)
    other = query.open_store(fresh.store).raw("halle", "SOC", START, START + 96 * QUARTER)
    assert np.array_equal(other[1], store.raw("halle", "SOC", START, START + 96 * QUARTER)[1])


def test_same_content_is_told_and_other_content_gets_a_number(settings: Settings) -> None:
    first = manual.accept_upload(settings, "halle", "meter", "a.csv", wide())
    assert manual.preview_upload(settings, "halle", "meter", "a.csv", wide()).known
    again = manual.accept_upload(settings, "halle", "meter", "a.csv", wide())
    assert again.known and again.path == first.path
    other = manual.accept_upload(settings, "halle", "meter", "a.csv", wide(first=20.0))
    assert other.path.name == "a-2.csv" and not other.known
    assert first.path.read_bytes() == wide(), "an upload was overwritten"
    assert other.summary.replaced == 96
    _, value = opened(settings).raw("halle", "Wirkleistung [kW]", START, START + QUARTER)
    assert value.tolist() == [20.0], "the later stands"
    assert manual.accept_upload(settings, "halle", "meter", "a.csv", wide(first=20.0)).known
    names = {path.name for path in first.path.parent.iterdir()}
    assert names == {"a.csv", "a-2.csv", "source.toml", ".lock"}


def test_a_numbered_name_does_not_rename_the_signal(settings: Settings) -> None:
    one = b"ts,value\n2025-03-01 00:00,1\n2025-03-01 01:00,2\n"
    two = b"ts,value\n2025-03-02 00:00,3\n2025-03-02 01:00,4\n"
    for content in (one, two):
        manual.accept_upload(settings, "m1", "meter", "com_ap.csv", content)
    (info,) = opened(settings).signals("m1")
    assert (info.name, info.quantity, info.rows) == ("com_ap", "active_power", 4)


def test_columns_can_be_corrected_before_and_after(settings: Settings) -> None:
    content = b"ts,a\n2025-03-01 00:00,5\n2025-03-01 01:00,6\n"
    rule = ColumnRule(signal='P "netz"', unit="kW", quantity="active_power", sign=-1)
    found = manual.preview_upload(settings, "m1", "meter", "a.csv", content, {"a": rule})
    assert found.tables[0].columns[0].sign == -1
    manual.accept_upload(settings, "m1", "meter", "a.csv", content, {"a": rule})
    store = opened(settings)
    assert store.raw("m1", 'P "netz"', START, START + QUARTER)[1].tolist() == [-5.0]
    # The same file under another name of the signal is read anew; the first reading is gone.
    done = manual.accept_upload(
        settings, "m1", "meter", "a.csv", content, {"a": ColumnRule(signal="com_ap")}
    )
    assert not done.known
    assert [info.name for info in opened(settings).signals("m1")] == ["com_ap"]
    assert store.raw("m1", "com_ap", START, START + QUARTER)[1].tolist() == [5.0]
    verified(settings, "m1")


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip"])
def test_packed_files(settings: Settings, name: str) -> None:
    packed = gzip.compress(wide()) if name.endswith("gz") else zipped({"sub/a.csv": wide()})
    done = manual.accept_upload(settings, "halle", "meter", name, packed)
    assert done.summary.rows == 192
    assert manual.accept_upload(settings, "halle", "meter", name, packed).known
    assert opened(settings).device("halle").rows == 192


def test_uploads_into_synthetic_stores_are_refused(settings: Settings) -> None:
    with open_ledger(settings.store) as ledger, ledger.transaction() as commit:
        commit.put_device("m1", "meter", synthetic=True)
    for device in ("m1", "halle"):
        with pytest.raises(SourceError) as caught:
            manual.accept_upload(settings, device, "meter", "a.csv", wide())
        assert caught.value.why == Refusal.SYNTHETIC
        assert "ZIGGURAT_STORE" in str(caught.value)
        with pytest.raises(SourceError) as caught:
            manual.enter_reading(settings, device, "meter", "com_ap", START, 1.0)
        assert caught.value.why == Refusal.SYNTHETIC
        with pytest.raises(SourceError) as caught:
            manual.enter_facts(settings, device, "meter", {"rated_kw": 1})
        assert caught.value.why == Refusal.SYNTHETIC
    assert not manual.uploads_folder(settings.store).exists()
    assert not opened(settings).entries()


def test_names_that_differ_in_capitals_alone_are_one_device(settings: Settings) -> None:
    manual.accept_upload(settings, "t_dec", "meter", "a.csv", wide())
    for name in ("T_DEC", "T_dec"):
        with pytest.raises(SourceError) as caught:
            manual.accept_upload(settings, name, "meter", "b.csv", wide(first=20.0))
        assert (caught.value.why, caught.value.expected) == (Refusal.ALIKE, "t_dec")
        with pytest.raises(SourceError):
            manual.enter_reading(settings, name, "meter", "com_ap", START, 1.0)
        with pytest.raises(SourceError):
            manual.enter_facts(settings, name, "meter", {"rated_kw": 1})
    manual.accept_upload(settings, "t_dec", "meter", "b.csv", wide(first=20.0))
    assert [one.name for one in opened(settings).devices()] == ["t_dec"]


def test_uploads_at_once_all_arrive(settings: Settings) -> None:
    failed: list[BaseException] = []

    def add(name: str, first: float) -> None:
        try:
            manual.accept_upload(settings, "halle", "meter", name, wide(first=first))
        except StoreError as error:
            failed.append(error)

    threads = [
        threading.Thread(target=add, args=(name, first))
        for name, first in (("a.csv", 1.0), ("a.csv", 2.0), ("b.csv", 3.0))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    folder = manual.uploads_folder(settings.store) / "halle"
    assert {path.name for path in folder.glob("*.csv")} == {"a.csv", "a-2.csv", "b.csv"}
    assert {row.status for row in opened(settings).sources("halle")} == {"read"}
    verified(settings, "halle")


def test_a_locked_device_is_told_and_nothing_is_lost(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manual, "PATIENCE_S", 0.2)
    with device_lock(settings.store, "halle"):
        with pytest.raises(StoreLocked):
            manual.accept_upload(settings, "halle", "meter", "a.csv", wide())
        with pytest.raises(StoreLocked):
            manual.enter_reading(settings, "halle", "meter", "com_ap", START, 1.0)
    done = manual.accept_upload(settings, "halle", "meter", "a.csv", wide())
    assert (done.path.name, done.summary.rows) == ("a.csv", 192)


# --- readings -----------------------------------------------------------------------------------


def test_a_correction_stands_and_keeps_what_was_there(settings: Settings) -> None:
    manual.accept_upload(settings, "halle", "meter", "a.csv", wide())
    name, at = "Wirkleistung [kW]", START + QUARTER
    first = manual.enter_reading(settings, "halle", "", name, at, 77.0, "meter was read again")
    assert first.before == 11.0
    second = manual.enter_reading(settings, "halle", "", name, at, 78.0)
    assert second.before == 77.0
    store = opened(settings)
    assert store.raw("halle", name, at, at + 1)[1].tolist() == [78.0]
    kept = [(e["kind"], e["value"], e["note"]) for e in store.entries("halle")]
    assert kept == [
        ("reading", "78.0", ""),
        ("reading", "77.0", "meter was read again"),
        ("before", "11.0", "a.csv"),
    ]
    # Every level follows: the quarter hour and the hour hold the corrected value.
    hour = store.buckets("halle", name, START, START + 4 * QUARTER, "1h")
    assert (hour.max.tolist(), hour.sum.tolist()) == ([78.0], [10.0 + 78.0 + 12.0 + 13.0])
    verified(settings, "halle")
    row = next(row for row in store.sources("halle") if row.kind == "manual")
    assert (row.path, row.status, row.rows, row.replaced) == ("manual:halle", "read", 2, 2)


def test_a_correction_outlives_the_next_upload(settings: Settings) -> None:
    manual.accept_upload(settings, "halle", "meter", "a.csv", wide())
    manual.enter_reading(settings, "halle", "", "SOC", START, 99.0)
    later = wide().replace(b".03.2025", b".04.2025")
    assert manual.accept_upload(settings, "halle", "meter", "b.csv", later).summary.unchanged == 1
    assert opened(settings).raw("halle", "SOC", START, START + 1)[1].tolist() == [99.0]


def test_a_correction_outlives_a_change_of_its_file(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "raw" / "halle" / "p.csv"
    path.parent.mkdir(parents=True)
    path.write_text("ts,p\n2025-03-01 00:00:00,1\n2025-03-01 00:01:00,2\n")
    from_folder = settings.model_copy(update={"sources": (tmp_path / "raw",)})
    build(from_folder)
    at = opened(settings).signal("halle", "p").first
    assert at is not None
    manual.enter_reading(settings, "halle", "", "p", at, 77.0, "read again")
    path.write_text("ts,p\n2025-03-01 00:00:00,1\n2025-03-01 00:01:00,3\n")
    build(from_folder)
    _, value = opened(settings).raw("halle", "p", at, at + 3600 * 10**6)
    assert value.tolist() == [77.0, 3.0]


def test_a_counter_stands_between_its_neighbours(settings: Settings) -> None:
    """A meter at 7450 kWh that gains 1 kWh each quarter hour."""
    lines = [f"2025-03-01 {i // 4:02d}:{i % 4 * 15:02d},{7450 + i}" for i in range(96) if i != 8]
    content = ("ts,Stand_kWh\n" + "\n".join(lines) + "\n").encode()
    rules = {"Stand_kWh": ColumnRule(signal="Stand", unit="kWh", quantity="energy_import")}
    manual.accept_upload(settings, "halle", "meter", "a.csv", content, rules)

    def enter(at: int, value: float, confirmed: bool = False) -> manual.Entered:
        return manual.enter_reading(
            settings, "halle", "", "Stand", at, value, confirmed=confirmed
        )  # fmt: skip

    for at, value in ((8, 12.5), (8, 7457.0 - 1e-3), (8, 7459.1), (96, 12.5), (96, 1e6)):
        with pytest.raises(SourceError) as caught:
            enter(START + at * QUARTER, value)
        assert caught.value.why == Refusal.JUMP
    with pytest.raises(SourceError) as caught:
        enter(START + 8 * QUARTER, 12.5)
    assert caught.value.expected == "7457 .. 7459 kWh"
    assert enter(START + 8 * QUARTER, 7458.0).before is None
    # Before the first reading anything up to it can be; after the last, what its pace allows.
    assert enter(START - QUARTER, 7449.5).before is None
    assert enter(START + 96 * QUARTER, 7546.0).before is None
    assert enter(START + 97 * QUARTER, 0.0, confirmed=True).before is None
    # Beside a step back there is nothing to stand between.
    assert enter(START + 96 * QUARTER + 60_000_000, 12.5).before is None


def test_a_reading_makes_device_and_signal(settings: Settings) -> None:
    entered = manual.enter_reading(
        settings, "Zähler 7", "meter", "Stand", START, 1234.5, unit="kWh",
        quantity="energy_import",
    )  # fmt: skip
    assert entered.before is None
    (info,) = opened(settings).signals("Zähler 7")
    assert (info.name, info.unit, info.kind, info.rows) == ("Stand", "kWh", "counter", 1)


@hypothesis_settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-1e6, 1e6)), min_size=1, max_size=4))
def test_of_any_entries_the_last_of_each_time_stands(entries: list[tuple[int, float]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        chosen = load_settings(store=Path(folder, "store"), zone=BERLIN, rules="1h,1d")
        create_ledger(chosen.store, zone=BERLIN, rules="1h,1d").close()
        for place, value in entries:
            manual.enter_reading(chosen, "m", "meter", "x", START + place * QUARTER, value)
        ts, values = opened(chosen).raw("m", "x", START, START + 5 * QUARTER)
        places = ((ts - START) // QUARTER).tolist()
        assert dict(zip(places, values.tolist(), strict=True)) == dict(entries)
        assert len(opened(chosen).entries("m")) == len(entries)
        verified(chosen, "m")


@pytest.mark.parametrize(
    ("signal", "ts", "value", "why"),
    [
        ("soc", START, 900.0, Refusal.RANGE),
        ("soc", START, float("nan"), Refusal.NOT_FINITE),
        ("com_ap", START, float("inf"), Refusal.NOT_FINITE),
        ("com_ap", 0, 1.0, Refusal.PAST),
        ("", START, 1.0, Refusal.SIGNAL),
        ("a\nb", START, 1.0, Refusal.SIGNAL),
    ],
)
def test_readings_that_cannot_be(
    settings: Settings, signal: str, ts: int, value: float, why: str
) -> None:
    with pytest.raises(SourceError) as caught:
        manual.enter_reading(settings, "m1", "meter", signal, ts, value)
    assert caught.value.why == why
    if why == Refusal.RANGE:
        assert "-5.0 .. 105.0 %" in str(caught.value)
    assert opened(settings).devices() == []


def test_the_future_is_refused(settings: Settings) -> None:
    soon = time.time_ns() // 1000 + 60_000_000
    with pytest.raises(SourceError) as caught:
        manual.enter_reading(settings, "m1", "meter", "com_ap", soon, 1.0)
    assert caught.value.why == Refusal.FUTURE


# --- facts --------------------------------------------------------------------------------------


def test_facts_are_merged_and_their_history_kept(settings: Settings) -> None:
    manual.enter_facts(settings, "m1", "meter", {"rated_kw": 100, "location.latitude": 48.4})
    held = manual.enter_facts(
        settings, "m1", "meter", {"rated_kw": 120, "commissioned": "2024-05-07"}, "new plate"
    )
    assert held == {
        "rated_kw": 120.0, "location": {"latitude": 48.4}, "commissioned": "2024-05-07",
    }  # fmt: skip
    assert manual.enter_facts(settings, "m1", "meter", {"location.latitude": None}) == {
        "rated_kw": 120.0, "commissioned": "2024-05-07",
    }  # fmt: skip
    store = opened(settings)
    assert store.device("m1").facts["rated_kw"] == 120.0
    rated = [e["value"] for e in store.entries("m1") if e["name"] == "rated_kw"]
    assert rated == ["120.0", "100.0"]


def test_facts_from_elsewhere_are_kept_as_history(settings: Settings) -> None:
    with open_ledger(settings.store) as ledger, ledger.transaction() as commit:
        commit.put_device("b1", "BESS", synthetic=False)
        commit.put_facts("b1", {"capacity_ah": 280.0, "packs": 5})
    manual.enter_facts(settings, "b1", "BESS", {"capacity_ah": 270})
    store = opened(settings)
    assert store.device("b1").facts == {"capacity_ah": 270.0, "packs": 5}
    assert [(e["kind"], e["value"]) for e in store.entries("b1")] == [
        ("fact", "270.0"), ("before", "280.0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [("location.latitude", 91.0), ("rated_kw", -1.0), ("commissioned", "7 May"), ("colour", "red"),
     ("rated_kw", float("nan"))],
)  # fmt: skip
def test_facts_that_cannot_be(settings: Settings, key: str, value: object) -> None:
    with pytest.raises(SourceError) as caught:
        manual.enter_facts(settings, "m1", "meter", {key: value})
    assert caught.value.why == Refusal.FACT
    assert opened(settings).devices() == []


# --- what people type ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("2025-03-01 00:00", START),
        ("01.03.2025 00:00", START),
        ("1.3.2025", START),
        ("2025-03-01T00:15:00", START + QUARTER),
        ("2025-02-28 23:00Z", START),
        # Of the repeated hour of 26 October 2025 the offset says which pass is meant.
        ("2025-10-26 02:30+02:00", 1_761_438_600_000_000),
        ("26.10.2025 02:30+01:00", 1_761_442_200_000_000),
        ("2025-10-26 01:59:59", 1_761_436_799_000_000),
        ("2025-10-26 03:00", 1_761_444_000_000_000),
    ],
)
def test_moments_as_typed(text: str, us: int) -> None:
    assert manual.parse_moment(text, BERLIN) == us


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("yesterday", Refusal.MOMENT),
        ("", Refusal.MISSING),
        (" ", Refusal.MISSING),
        ("2025-10-26 02:30", Refusal.TWICE),
        ("26.10.2025 02:00", Refusal.TWICE),
        ("31.02.2025 12:00", Refusal.MOMENT),
        ("2025-03-30 02:30", Refusal.SKIPPED),
    ],
)
def test_moments_that_are_none(text: str, why: str) -> None:
    with pytest.raises(SourceError) as caught:
        manual.parse_moment(text, BERLIN)
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.5", 12.5), ("12,5", 12.5), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1 234", 1234.0),
     ("\u22125", -5.0), ("1e3", 1000.0)],
)  # fmt: skip
def test_numbers_as_typed(text: str, value: float) -> None:
    assert manual.parse_value(text) == value


@pytest.mark.parametrize("text", ["abc", "nan", "inf", "1,2,3", "."])
def test_numbers_that_are_none(text: str) -> None:
    with pytest.raises(SourceError) as caught:
        manual.parse_value(text)
    assert caught.value.why == Refusal.NOT_FINITE


def test_the_passes_of_a_repeated_hour_are_named() -> None:
    with pytest.raises(SourceError) as caught:
        manual.parse_moment("26.10.2025 02:30", BERLIN)
    named = str(caught.value.expected).split(" or ")
    assert named == ["2025-10-26 02:30+02:00", "2025-10-26 02:30+01:00"]
    first, second = (manual.parse_moment(one, BERLIN) for one in named)
    assert second - first == 4 * QUARTER


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [("1.234", ".", 1.234), ("1,234", ",", 1.234), ("12.5", ",", 12.5), ("0.234", ",", 0.234),
     ("1.2345", ",", 1.2345), ("1.234,5", ",", 1234.5), ("1.234.567", ",", 1_234_567.0),
     ("1,234,567", ".", 1_234_567.0), ("1,234.5", ".", 1234.5)],
)  # fmt: skip
def test_numbers_as_each_language_writes_them(text: str, decimal: str, value: float) -> None:
    assert manual.parse_value(text, decimal) == value


@pytest.mark.parametrize(
    ("text", "decimal", "ways"),
    [("1.234", ",", "1234 or 1,2340"), ("1,234", ".", "1234 or 1.2340"),
     ("-12.500", ",", "-12500 or -12,5000")],
)  # fmt: skip
def test_numbers_that_could_be_two_are_not_guessed(text: str, decimal: str, ways: str) -> None:
    with pytest.raises(SourceError) as caught:
        manual.parse_value(text, decimal)
    assert (caught.value.why, caught.value.expected) == (Refusal.AMBIGUOUS, ways)
    values = [manual.parse_value(one, decimal) for one in ways.split(" or ")]
    assert values[0] == pytest.approx(1000 * values[1])


@pytest.mark.parametrize("decimal", [".", ","])
def test_an_empty_field_is_said_to_be_empty(decimal: str) -> None:
    with pytest.raises(SourceError) as caught:
        manual.parse_value("  ", decimal)
    assert caught.value.why == Refusal.MISSING
    assert str(caught.value).startswith("value: nothing was entered")


# --- comparison of what was brought ---------------------------------------------------------------


def test_two_powers_of_a_meter_are_not_added_up(settings: Settings) -> None:
    content = b"ts,com_ap,active_power,ac_power_inv1,ac_power_inv2\n"
    content += b"2025-03-01 00:00,5,5,1,2\n2025-03-01 01:00,5,,1,2\n"
    manual.accept_upload(settings, "m1", "meter", "a.csv", content)
    solar = content.replace(b"com_ap", b"x").replace(b"active_power", b"y")
    manual.accept_upload(settings, "pv", "PV", "a.csv", solar)
    store = opened(settings)
    assert [one.name for one in comparison.compared_power(store, "m1")] == ["com_ap"]
    assert len(comparison.compared_power(store, "pv")) == 2
    assert comparison.side_report(store, "pv", START, START + 4 * QUARTER).peak_kw == 3.0
    end = START + 8 * QUARTER
    assert comparison.power_series(store, "pv", START, end).frame["mean"].tolist() == [3.0, 3.0]


def test_periods_over_a_clock_change_keep_the_wall_clock(settings: Settings) -> None:
    """Power that depends on the local hour only: no difference over the change of 30 March."""
    lines = ["ts,com_ap"]
    for day in range(23, 38):
        for hour in range(24):
            text = f"2025-03-{day:02d}" if day <= 31 else f"2025-04-{day - 31:02d}"
            if (day, hour) != (30, 2):
                lines.append(f"{text} {hour:02d}:00,{hour}")
    manual.accept_upload(settings, "m1", "meter", "p.csv", "\n".join(lines).encode())
    store = opened(settings)
    end = manual.parse_moment("2025-04-06 00:00", BERLIN)
    start = manual.parse_moment("2025-03-30 00:00", BERLIN)
    sides = comparison.previous_sides("m1", start, end, BERLIN, 2)
    assert [one.days for one in sides] == [0, 7]
    assert sides[1].start == manual.parse_moment("2025-03-23 00:00", BERLIN)
    over = comparison.overlay(store, sides)
    gap = comparison.difference_report(over, "0", "1")
    assert gap.hours == 7 * 24 - 1, "the hour that the clock skips has no counterpart"
    assert (gap.energy_kwh, gap.above_kwh, gap.below_kwh) == (0.0, 0.0, 0.0)
