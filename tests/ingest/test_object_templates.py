"""Every template over OPC UA, BACnet or IEC 61850, present and future: served, and read back."""

from __future__ import annotations

import asyncio
import socket
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

pytest.importorskip("asyncua", reason="needs asyncua: pip install -r requirements-collect.txt")
pytest.importorskip("bacpypes3", reason="needs bacpypes3: pip install -r requirements-collect.txt")
pytest.importorskip("iec61850", reason="needs iec61850: pip install -r requirements-collect.txt")

from core.readings import Quality
from ingest.devices import TEMPLATES, load_template, make_device, template_names, transport_class
from ingest.simulate_bacnet import serve_bacnet
from ingest.simulate_iec61850 import serve_iec61850
from ingest.simulate_opcua import serve_opcua
from tests.ingest.ports import free_port


def serve(
    transport: str, points: Sequence[Any], values: Mapping[str, float], settings: dict[str, Any]
) -> tuple[AbstractAsyncContextManager[Any], dict[str, Any]]:
    """A server with the template's points, and the settings that lead to it."""
    port = free_port(socket.SOCK_DGRAM if transport == "bacnet" else socket.SOCK_STREAM)
    if transport == "opcua":
        url = f"opc.tcp://127.0.0.1:{port}/simulated"
        return serve_opcua(points, values, port=port), {"url": url, "security": "none"}
    if transport == "bacnet":
        own = f"127.0.0.1:{port}"
        return serve_bacnet(points, values, local=own), {"address": own, "local": "127.0.0.1:0"}
    ied = settings.get("ied", "IED1")
    serving = serve_iec61850(points, values, ied=ied, port=port)
    return serving, {"host": "127.0.0.1", "port": port, "ied": ied}


def names(*transports: str) -> list[str]:
    """Templates of these transports; a package that is missing does not hide the others."""
    return [
        name
        for name in template_names()
        if tomllib.loads((TEMPLATES / f"{name}.toml").read_text("utf-8"))["transport"] in transports
    ]


def plausible(point: Any, number: int) -> float:
    """A value that the point may have, other than its neighbours'."""
    whole = point.kind in ("state", "counter")
    low = point.low if point.low is not None else 1.0
    high = point.high if point.high is not None else low + 100.0
    if whole:
        return float(round(low) + 1 + number % 3)
    return float(low + (high - low) * (0.2 + 0.6 * (number % 97) / 97))


@pytest.mark.parametrize("name", names("opcua", "bacnet", "iec61850"))
def test_what_went_in_comes_back(name: str) -> None:
    template = load_template(name)
    values = {point.signal: plausible(point, i) for i, point in enumerate(template.points)}
    transport = template.identity.transport
    serving, settings = serve(transport, template.points, values, template.defaults)

    async def run() -> None:
        async with serving:
            spec = make_device(template, "X", settings)
            asked = transport_class(spec.transport)(spec)
            await asked.open()
            readings = await asked.poll()
            await asked.close()
            found = {one.signal: one for one in spec.complete(readings)}
            assert {one.quality for one in found.values()} == {Quality.GOOD}
            got = {signal: found[signal].value for signal in values}
            assert got == pytest.approx(values, rel=1e-6)
            assert {one.signal for one in template.derived} <= set(found)

    asyncio.run(run())


def test_there_is_one_of_each() -> None:
    assert all(names(transport) for transport in ("opcua", "bacnet", "iec61850"))
