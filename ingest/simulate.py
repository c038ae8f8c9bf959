"""A device that is not there: any template, served by a simulator of its protocol."""

from __future__ import annotations

import asyncio
import difflib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from core.errors import ConfigError
from ingest.devices import DeviceSpec, Template, make_device
from ingest.simulate_device import SimulatedDevice, moving

PERIOD_S = 1.0  # between two steps of values that move


@dataclass(frozen=True)
class Simulated:
    """A device while it is served.

    Attributes
    ----------
    device : as a collector finds it.
    put : gives signals new values in their units.
    found_by : settings that lead to it, beside those of the template.
    steps : resolution of each signal with the values of now [its unit]; what is not named is
        served as it is, to seven digits.
    """

    device: DeviceSpec
    put: Callable[[Mapping[str, float]], Awaitable[None]]
    found_by: Mapping[str, Any]
    steps: Callable[[], Mapping[str, float]] = dict


Serving: TypeAlias = AbstractAsyncContextManager[Simulated]


def serve(
    template: Template, *, host: str = "127.0.0.1", port: int, zone: str = "UTC",
    settings: Mapping[str, Any] | None = None,
) -> Serving:  # fmt: skip
    """Serve a template with plausible values.

    Parameters
    ----------
    port : TCP port, or UDP where the protocol has it so.
    zone : of the device's clock, where it tells local time.
    settings : of the transport, over those of the template.

    Raises
    ------
    ConfigError : there is no simulator of its protocol, a value cannot be told, or, when entered,
        the port is taken or may not be used.
    """
    transport = template.identity.transport
    if transport not in SERVERS:
        raise ConfigError(
            f"no simulator for devices that speak {transport}; there are: {', '.join(SERVERS)}"
        )
    return _listening(SERVERS[transport], template, host, port, zone, dict(settings or {}))


async def serve_moving(
    serving: Serving,
    fixed: Mapping[str, float] | None = None,
    *,
    period_s: float = PERIOD_S,
    started: Callable[[Simulated], object] = lambda _: None,
) -> None:
    """Serve until cancelled, with values that move, but for the fixed ones.

    Parameters
    ----------
    started : called once the device can be asked.

    Raises
    ------
    ConfigError : as `serve`; or a fixed value is of no signal of the template or cannot be told.
    """
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with serving as simulated:
        held = dict(fixed or {})
        known = [point.signal for point in simulated.device.points]
        for signal in set(held) - set(known):
            near = difflib.get_close_matches(signal, known, 3, 0.5) or [*known[:5], "..."]
            raise ConfigError(
                f"the template has no signal {signal!r}; there are: {', '.join(near)}"
            )
        try:
            await simulated.put(held)
        except (ValueError, OverflowError) as error:
            raise ConfigError(f"a value cannot be told: {error}") from error
        started(simulated)
        while True:
            await asyncio.sleep(period_s)
            await simulated.put({**moving(simulated.device, loop.time() - start), **held})


@asynccontextmanager
async def _listening(
    server: _Server, template: Template, host: str, port: int, zone: str, settings: dict[str, Any]
) -> AsyncIterator[Simulated]:
    async with AsyncExitStack() as stack:
        try:
            simulated = await stack.enter_async_context(
                server(template, host, port, zone, settings)
            )
        except (OSError, OverflowError) as error:  # the second where a port is above 65535
            raise ConfigError(f"cannot listen at {host}:{port}: {error}") from error
        yield simulated


# --- one function for each protocol ---------------------------------------------------------------

_Server: TypeAlias = Callable[[Template, str, int, str, dict[str, Any]], Serving]


@asynccontextmanager
async def _registers(
    template: Template, host: str, port: int, zone: str, settings: dict[str, Any]
) -> AsyncIterator[Simulated]:
    sim = SimulatedDevice(template, settings, zone)

    async def put(values: Mapping[str, float]) -> None:
        sim.put(values)

    async with sim.served(host, port) as device:
        yield Simulated(device, put, {"host": host, "port": device.settings.port}, sim.steps)


@asynccontextmanager
async def _opcua(
    template: Template, host: str, port: int, zone: str, settings: dict[str, Any]
) -> AsyncIterator[Simulated]:
    from ingest.simulate_opcua import serve_opcua

    told = {"url": f"opc.tcp://{host}:{port}/simulated", "security": "none", **settings}
    device = make_device(template, "simulated", told, zone=zone)
    serving = serve_opcua(device.points, moving(device, 0.0), host=host, port=port)
    async with serving as sim:

        async def put(values: Mapping[str, float]) -> None:
            for signal, value in values.items():
                await sim.tell(signal, value)

        yield Simulated(device, put, told)


@asynccontextmanager
async def _bacnet(
    template: Template, host: str, port: int, zone: str, settings: dict[str, Any]
) -> AsyncIterator[Simulated]:
    from ingest.simulate_bacnet import serve_bacnet

    own = f"{host}:{port}"
    with socket.socket(type=socket.SOCK_DGRAM) as probe:  # the library would only log it
        probe.bind((host, port))
    # A client on the same machine needs a port of its own.
    told = {"address": own, "local": f"{host}:0", **settings}
    device = make_device(template, "simulated", told, zone=zone)
    number = {} if device.settings.device is None else {"device": device.settings.device}
    async with serve_bacnet(device.points, moving(device, 0.0), local=own, **number) as sim:

        async def put(values: Mapping[str, float]) -> None:
            for signal, value in values.items():
                sim.tell(signal, value)

        # Only analog objects hold fractions.
        whole = [one for one in device.points if not one.object.startswith("analog")]
        yield Simulated(device, put, told, lambda: {one.signal: abs(one.scale) for one in whole})


@asynccontextmanager
async def _iec61850(
    template: Template, host: str, port: int, zone: str, settings: dict[str, Any]
) -> AsyncIterator[Simulated]:
    from ingest.simulate_iec61850 import leaf_type, serve_iec61850

    mode = {**template.defaults, **settings}.get("mode")
    reports = mode == "report" or template.identity.transport == "iec61850-report"
    first = next(iter(template.points)).ref.partition("/")[0]  # type: ignore[attr-defined]
    block = {"reports": [f"{first}/LLN0$RP$urcb01"]} if reports else {}
    ied = template.defaults.get("ied") or "IED1"
    told = {"host": host, "port": port, "ied": ied, **block, **settings}
    device = make_device(template, "simulated", told, zone=zone)
    serving = serve_iec61850(
        device.points, moving(device, 0.0), ied=device.settings.ied, host=host, port=port,
        report=reports,
    )  # fmt: skip
    async with serving as sim:

        async def put(values: Mapping[str, float]) -> None:
            for signal, value in values.items():
                sim.tell(signal, value)

        whole = [one for one in device.points if leaf_type(one.ref) != "FLOAT32"]
        yield Simulated(device, put, told, lambda: {one.signal: abs(one.scale) for one in whole})


@asynccontextmanager
async def _http(
    template: Template, host: str, port: int, zone: str, settings: dict[str, Any]
) -> AsyncIterator[Simulated]:
    from ingest.simulate_http import serve_http

    told = {"url": f"http://{host}:{port}", **settings}
    device = make_device(template, "simulated", told, zone=zone)
    async with serve_http(device, moving(device, 0.0), host=host, port=port) as sim:

        async def put(values: Mapping[str, float]) -> None:
            sim.tell(values)

        yield Simulated(device, put, told)


@asynccontextmanager
async def _sml(
    template: Template, host: str, port: int, zone: str, settings: dict[str, Any]
) -> AsyncIterator[Simulated]:
    from ingest.simulate_sml import SCALER, serve_sml

    told = {"host": host, "port": port, **settings}
    device = make_device(template, "simulated", told, zone=zone)
    crc = device.settings.crc
    async with serve_sml(
        device.points, moving(device, 0.0), host=host, port=port, crc=crc
    ) as sim:  # fmt: skip

        async def put(values: Mapping[str, float]) -> None:
            sim.tell(values)

        step = 10.0**SCALER
        yield Simulated(
            device, put, told, lambda: {one.signal: abs(one.scale) * step for one in device.points}
        )


SERVERS: dict[str, _Server] = {
    "modbus": _registers,
    "sunspec": _registers,
    "opcua": _opcua,
    "opcua-subscribe": _opcua,
    "bacnet": _bacnet,
    "iec61850": _iec61850,
    "iec61850-report": _iec61850,
    "http": _http,
    "sml": _sml,
}
