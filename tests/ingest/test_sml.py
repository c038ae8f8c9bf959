"""SML: recorded telegrams of meters, from the network, a serial port and a file."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from smllib.crc.x25 import get_crc

from core.errors import BadAnswer, ConfigError, NoAnswer, Unreachable
from core.readings import Quality, Reading
from core.signals import load_catalogue
from ingest.devices import DeviceSpec, load_template, make_device
from ingest.sml import Decoder, Sml
from tests.servers import free_port

# The first whole telegram of each recorded file: OBIS code without its ends and value in Wh, W, V,
# A or Hz, found by walking the bytes from the code on, without the library. Of EasyMeter the
# checksum of the first does not fit; these are of the second.
READ: dict[str, dict[str, float]] = {
    "DZG_DVS-7412.2_jmberg": {"1.8.0": 5430157.7, "2.8.0": 26244572.6, "16.7.0": -299.12},
    "DZG_DVS-7420.2V.G2_mtr0": {"1.8.0": 607447.1, "2.8.0": 1266728.6, "16.7.0": 215.99},
    "DZG_DVS-7420.2V.G2_mtr1": {
        "1.8.0": 2353656.9,
        "2.8.0": 0.0,
        "16.7.0": 6.22,
        "1.8.1": 38610.0,
        "1.8.2": 2315046.9,
    },
    "DZG_DVS-7420.2V.G2_mtr2": {"1.8.0": 13130.4, "2.8.0": 1499708.5, "16.7.0": 6.77},
    "DZG_DVS-7420.2V.G2_mtr2_neg": {"1.8.0": 13232.9, "2.8.0": 1500321.3, "16.7.0": -105.5},
    "DrNeuhaus_SMARTY_ix-130": {"2.8.0": 4373.0, "2.8.1": 4373.0, "15.7.0": 0.0},
    "EMH-ED300L_consumption": {
        "1.8.0": 17243368.3,
        "1.8.1": 17243368.3,
        "1.8.2": 0.0,
        "15.7.0": 137.1,
    },
    "EMH-ED300L_delivery": {
        "1.8.0": 17243675.6,
        "1.8.1": 17243675.6,
        "1.8.2": 0.0,
        "15.7.0": 126.6,
    },
    "EMH_eHZ-GW8E2A500AK2": {"1.8.1": 14798112.9, "1.8.2": 2012.4, "1.7.0": 13.8},
    "EMH_eHZ-HW8E2A5L0EK2P": {
        "1.8.0": 8391648.8,
        "1.8.1": 8391447.6,
        "1.8.2": 201.2,
        "15.7.0": 163.5,
    },
    "EMH_eHZ-HW8E2A5L0EK2P_1": {
        "1.8.0": 15141809.0,
        "1.8.1": 15141809.0,
        "1.8.2": 0.0,
        "15.7.0": 1213.3,
    },
    "EMH_eHZ-HW8E2A5L0EK2P_2": {
        "1.8.0": 13312484.9,
        "1.8.1": 13312484.9,
        "1.8.2": 0.0,
        "15.7.0": 139.4,
    },
    "EMH_eHZ-HW8E2AWL0EK2P": {
        "1.8.0": 5378499.0,
        "1.8.1": 5378499.0,
        "1.8.2": 0.0,
        "15.7.0": 191.9,
    },
    "EMH_eHZ-IW8E2AWL0EK2P": {"1.8.0": 5598064.7, "16.7.0": 0.0, "1.8.1": 5598064.7, "1.8.2": 0.0},
    "EMH_eHZ361L5R": {"2.8.1": 110340315.1},
    "EMH_eHZ361L5R_1": {"2.8.1": 114427402.0},
    "EMH_mME40-AE6AKF0K0": {"1.8.0": 428896.4, "16.7.0": 2623.0, "36.7.0": 2353.0},
    "EasyMeter_Q3A_A1064V1009": {
        "1.8.0": 2941646.1614,
        "2.8.0": 110073.1603,
        "16.7.0": 810.26,
        "36.7.0": 505.23,
        "32.7.0": 232.5,
    },
    "HOLLEY_DTZ541-BDBA_with_PIN": {"1.8.0": 2355929.0, "16.7.0": 376.0},
    "HOLLEY_DTZ541-BDBA_without_PIN": {"1.8.0": 2324000.0},
    "HOLLEY_DTZ541-ZDBA": {
        "2.8.0": 314926.0,
        "16.7.0": 460.0,
        "1.8.1": 0.0,
        "1.8.2": 177360.1,
        "32.7.0": 232.3,
        "31.7.0": 1.06,
        "14.7.0": 50.0,
    },
    "ISKRA_MT175_D1A52-V22-K0t": {
        "1.8.0": 10732309.1,
        "2.8.0": 28275324.5,
        "16.7.0": -4308.0,
        "1.8.1": 10732309.1,
        "1.8.2": 0.0,
        "2.8.1": 28275324.5,
        "36.7.0": -1392.0,
    },
    "ISKRA_MT175_eHZ": {
        "1.8.0": 22462413.6,
        "16.7.0": 168.0,
        "1.8.1": 22462413.6,
        "1.8.2": 0.0,
        "36.7.0": 117.0,
    },
    "ISKRA_MT631-D1A52-K0z-H01_with_PIN": {"1.8.0": 2043104.7, "2.8.0": 0.0, "16.7.0": 193.0},
    "ISKRA_MT631-D1A52-K0z-H01_without_PIN": {"1.8.0": 2043000.0, "2.8.0": 0.0},
    "ISKRA_MT631-D2A51-V22-K0z_with_PIN": {
        "1.8.0": 16824856.5,
        "16.7.0": 0.0,
        "1.8.1": 4592.3,
        "1.8.2": 16820264.2,
    },
    "ISKRA_MT631-D2A51-V22-K0z_without_PIN": {
        "1.8.0": 16786000.0,
        "1.8.1": 4000.0,
        "1.8.2": 16782000.0,
    },
    "ISKRA_MT691_eHZ-MS2020": {"1.8.0": 198927.3, "16.7.0": 26.0},
    "ITRON_OpenWay-3.HZ": {"1.8.0": 8189594.9, "16.7.0": 613.0},
    "ITRON_OpenWay-3.HZ_with_PIN": {"1.8.0": 25892776.1, "16.7.0": 542.0},
    "ITRON_OpenWay-3.HZ_without_PIN": {"1.8.0": 25688000.0},
    "dzg_dwsb20_2th_2byte": {"1.8.0": 142439.0, "2.8.0": 2017197.8, "16.7.0": -310.64},
    "dzg_dwsb20_2th_3byte": {"1.8.0": 142429.8, "2.8.0": 2016204.9, "16.7.0": -788.51},
    "eBZ_DD3_DD32R06DTA-SMZ1": {
        "1.8.0": 13024000.0,
        "2.8.0": 1000.0,
        "1.8.1": 13023000.0,
        "1.8.2": 1000.0,
    },
    "eBZ_DD3_DD3BZ06DTA-SMZ1_without_PIN": {
        "1.8.0": 4469000.0,
        "1.8.1": 4468000.0,
        "1.8.2": 1000.0,
    },
}
# Telegrams that can be read, and those with wrong checksums.
COUNTS = {
    "EasyMeter_Q3A_A1064V1009": (4, 3),
    "dzg_dwsb20_2th_3byte": (14, 2),
    "EMH_eHZ-GW8E2A500AK2": (16, 0),
    "ISKRA_MT691_eHZ-MS2020": (18, 0),
    "EMH-ED300L_consumption": (1, 0),
}


@pytest.fixture
def folder(shared: Path) -> Path:
    """Recorded telegrams."""
    return shared / "data/protocol/sml_meters"


@pytest.mark.shared
def test_every_recorded_meter_is_read(folder: Path) -> None:
    assert {path.stem for path in folder.glob("*.bin")} == set(READ)
    for name, values in READ.items():
        telegram = next(Decoder().feed((folder / f"{name}.bin").read_bytes()))
        told = {
            obis.removeprefix("1-0:").removesuffix("*255"): value.number
            for obis, value in telegram.items()
        }
        assert {key: told.get(key) for key in values} == pytest.approx(values, abs=1e-6), name


@pytest.mark.shared
@pytest.mark.parametrize("name", COUNTS)
def test_broken_telegrams_are_counted(folder: Path, name: str) -> None:
    decoder, data = Decoder(), (folder / f"{name}.bin").read_bytes()
    whole = [one for at in range(0, len(data), 7) for one in decoder.feed(data[at : at + 7])]
    assert (len(whole), decoder.broken) == COUNTS[name]


@pytest.mark.shared
def test_power_of_a_meter_that_forgets_its_sign(folder: Path) -> None:
    data = (folder / "DZG_DVS-7412.2_jmberg.bin").read_bytes()
    told = next(Decoder(unsigned_power=True).feed(data))
    assert told["1-0:16.7.0*255"].number == pytest.approx(356.24)  # 0x8B28 hundredths
    data = (folder / "dzg_dwsb20_2th_3byte.bin").read_bytes()
    told = next(Decoder(unsigned_power=True).feed(data))
    assert told["1-0:16.7.0*255"].number == pytest.approx(-788.51)  # three bytes have a sign


def test_nonsense_is_no_telegram() -> None:
    decoder = Decoder()
    assert list(decoder.feed(bytes(range(256)) * 400)) == []
    frame = b"\x1b\x1b\x1b\x1b\x01\x01\x01\x01" + b"\x77\x07\x01\x00" + b"\x1b\x1b\x1b\x1b\x1a\x00"
    # a checksum that fits, and contents that end in the middle
    assert list(decoder.feed(frame + get_crc(frame).to_bytes(2, "big"))) == []
    assert decoder.broken == 1


# --- devices ------------------------------------------------------------------------------------


def meter(settings: dict[str, Any], timeout_s: float = 5.0) -> DeviceSpec:
    """A meter of the template."""
    return make_device(load_template("sml_meter"), "m", settings, timeout_s=timeout_s)


def polling(spec: DeviceSpec, during: Callable[[Sml], Awaitable[None]]) -> None:
    """Open a meter, do something, close it."""

    async def run() -> None:
        transport = Sml(spec)
        try:
            await transport.open()
            await during(transport)
        finally:
            await transport.close()

    asyncio.run(asyncio.wait_for(run(), 60))


def good(readings: list[Reading]) -> dict[str, float]:
    """Values by signal."""
    return {one.signal: one.value for one in readings if one.quality is Quality.GOOD}


@pytest.mark.shared
def test_a_file_gives_its_last_telegram_in_the_units_of_the_store(folder: Path) -> None:
    path = folder / "HOLLEY_DTZ541-ZDBA.bin"
    spec = meter({"path": path})

    async def during(transport: Sml) -> None:
        readings = await transport.poll()
        assert [one.signal for one in readings] == [point.signal for point in spec.points]
        assert {one.ts for one in readings} == {path.stat().st_mtime_ns // 1000}
        values = good(readings)
        assert values["energy_import_t2"] == pytest.approx(177.3601, abs=0.01)
        assert values["energy_export"] == pytest.approx(314.926, abs=1)
        assert values["voltage_l2"] == pytest.approx(232.5, abs=2)
        assert values["frequency"] == pytest.approx(50, abs=0.2)
        assert values["current_l1"] == pytest.approx(1.06, abs=1)
        absent = {one.signal for one in readings if one.quality is Quality.NO_VALUE}
        assert absent == {"energy_import", "energy_export_t1", "energy_export_t2", "power_import",
                          "power_absolute", "power_l1", "power_l2", "power_l3"}  # fmt: skip

    polling(spec, during)
    units = {one.name: one.unit for one in spec.meanings(load_catalogue().describe)}
    assert units["energy_import"] == "kWh" and units["active_power"] == "kW"


@pytest.mark.shared
def test_a_meter_without_pin_tells_less(folder: Path) -> None:
    async def during(transport: Sml) -> None:
        assert good(await transport.poll()) == {"energy_import": 2324.0}

    polling(meter({"path": folder / "HOLLEY_DTZ541-BDBA_without_PIN.bin"}), during)


class Replay:
    """A network server of a serial port: telegrams in pieces, to everybody who connects."""

    def __init__(self, pieces: list[bytes], pause_s: float = 0.0) -> None:
        self.pieces, self.pause_s, self.port = pieces, pause_s, free_port()
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        """Serve."""
        self._server = await asyncio.start_server(self._speak, "127.0.0.1", self.port)

    async def _speak(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        for piece in self.pieces:
            writer.write(piece)
            await asyncio.sleep(self.pause_s)

    async def stop(self) -> None:
        """End, with all connections."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()


def pieces(data: bytes, size: int = 100) -> list[bytes]:
    """Data cut into pieces."""
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.shared
def test_a_stream_from_the_network_over_a_restart(folder: Path) -> None:
    data = (folder / "ISKRA_MT175_D1A52-V22-K0t.bin").read_bytes()

    async def run() -> None:
        server = Replay(pieces(data[30:]), 0.002)  # beginning in the middle of a telegram
        await server.start()
        spec = meter({"host": "127.0.0.1", "port": server.port})
        transport = Sml(spec)
        await transport.open()
        first, second = good(await transport.poll()), good(await transport.poll())
        assert first["energy_import"] == pytest.approx(10732.3091, abs=0.01)
        assert second["active_power"] == pytest.approx(-4.3, abs=0.2)
        await server.stop()
        with pytest.raises(Unreachable):
            while True:
                await transport.poll()
        await transport.close()
        again = Sml(spec)
        with pytest.raises(Unreachable):
            await again.open()
        await again.close()
        await server.start()
        again = Sml(spec)
        await again.open()
        assert good(await again.poll())["power_l1"] == pytest.approx(-1.39, abs=0.2)
        await again.close()
        await server.stop()

    asyncio.run(asyncio.wait_for(run(), 60))


@pytest.mark.shared
def test_silence_noise_and_cancelling(folder: Path) -> None:
    data = bytearray((folder / "ITRON_OpenWay-3.HZ_with_PIN.bin").read_bytes())

    async def run() -> None:
        silent = Replay([])
        await silent.start()
        transport = Sml(meter({"host": "127.0.0.1", "port": silent.port}, timeout_s=0.1))
        await transport.open()
        with pytest.raises(NoAnswer, match="nothing within"):
            await transport.poll()
        polling = asyncio.create_task(transport.poll())
        await asyncio.sleep(0.01)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await transport.close()
        await silent.stop()
        for at in range(60, len(data), 244):
            data[at] ^= 0xFF
        noisy = Replay([b"noise", bytes(data)])
        await noisy.start()
        transport = Sml(meter({"host": "127.0.0.1", "port": noisy.port}))
        await transport.open()
        with pytest.raises(BadAnswer, match="checksum"):
            await transport.poll()
        assert transport.broken >= 3
        await transport.close()
        await noisy.stop()

    asyncio.run(asyncio.wait_for(run(), 60))


@contextmanager
def terminal() -> Iterator[tuple[int, str]]:
    """A serial port whose other end is ours."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    try:
        yield ours, os.ttyname(theirs)
    finally:
        for handle in (ours, theirs):
            os.close(handle)


@pytest.mark.shared
def test_a_serial_port(folder: Path) -> None:
    data = (folder / "EMH_mME40-AE6AKF0K0.bin").read_bytes()
    with terminal() as (ours, path):

        async def during(transport: Sml) -> None:
            os.write(ours, data[:700])
            values = good(await transport.poll())
            assert values["energy_import"] == pytest.approx(428.8964, abs=0.01)
            assert set(values) == {"energy_import", "active_power", "power_l1", "power_l2",
                                   "power_l3"}  # fmt: skip

        polling(meter({"path": path}), during)


def test_nothing_there(tmp_path: Path) -> None:
    async def during(transport: Sml) -> None:
        await transport.poll()

    with pytest.raises(Unreachable):
        polling(meter({"path": tmp_path / "ttyUSB9"}), during)
    with pytest.raises(Unreachable):
        polling(meter({"host": "127.0.0.1", "port": free_port()}), during)
    (tmp_path / "empty").touch()
    with pytest.raises(BadAnswer, match="no telegram"):
        polling(meter({"path": tmp_path / "empty"}), during)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "either host and port or path"),
        ({"host": "h"}, "port is missing"),
        ({"host": "h", "port": 1, "path": "p"}, "either"),
        ({"path": "p", "crc": "crc32"}, "crc"),
        ({"path": "p", "speed": 9600}, "speed"),
    ],
)
def test_wrong_settings_name_their_field(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        meter(settings)


@pytest.mark.parametrize(("obis", "told"), [("1.8.0", "Wh"), ("1-0:1.8.0", "kWh")])
def test_wrong_points_name_their_field(obis: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"not like 1-0|no unit of SML"):
        Sml.Point(signal="x", obis=obis, told=told)
