"""An IEC 61850 server with the attributes of a template, for tests and for trying out a collector.

The library's server takes no quality and no time stamp to hold; both are answered when read.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from time import time_ns
from typing import Any

from iec61850 import IedServer

from ingest.iec61850_mms import VALUES, Iec61850Point

GOOD = b"\x00\x00"
_NODE = re.compile(r"(\w*?)([A-Z]{4})(\d*)")
_UPDATES: dict[str, tuple[str, Callable[[float], Any]]] = {
    "FLOAT32": ("update_float32", float),
    "INT32": ("update_int32", round),
    "INT64": ("update_int64", round),
    "BOOLEAN": ("update_bool", bool),
}
_Tree = dict[str, Any]


def utc_time(ts: int, flags: int = 0x0A) -> bytes:
    """Time stamp as it is sent; `ts` in µs UTC, the flags say how good the clock is."""
    seconds, micros = divmod(ts, 1_000_000)
    fraction = -(-(micros << 24) // 1_000_000)  # rounded up, so that it comes back the same
    return seconds.to_bytes(4, "big") + fraction.to_bytes(3, "big") + bytes([flags])


def leaf_type(ref: str) -> str:
    """Basic type of an attribute by its name."""
    last = ref.rpartition(".")[2]
    return {"f": "FLOAT32", "actVal": "INT64", "frVal": "INT64", "general": "BOOLEAN"}.get(
        last, "INT32"
    )


def build_scl(points: Sequence[Iec61850Point], ied: str) -> str:
    """System configuration (SCL) of a device that has these attributes and no others."""
    tree: _Tree = {}
    for point in points:
        device, _, rest = point.ref.partition("/")
        node, *path = rest.split(".")
        place = tree.setdefault(device, {}).setdefault(node, {})
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = (point.fc, leaf_type(point.ref))
    types: list[str] = []
    devices = []
    for device, nodes in tree.items():
        lines = ['<LN0 lnClass="LLN0" lnType="LLN0" inst=""/>']
        for node, objects in nodes.items():
            found = _NODE.fullmatch(node)
            if found is None:
                raise ValueError(f"{node} is no logical node")
            prefix, kind, number = found.groups()
            named = f"{device}.{node}"
            dos = "".join(
                f'<DO name="{name}" type="{_object(types, held, f"{named}.{name}")}"/>'
                for name, held in objects.items()
            )
            types.insert(0, f'<LNodeType id="{named}" lnClass="{kind}">{dos}</LNodeType>')
            lines.append(
                f'<LN prefix="{prefix}" lnClass="{kind}" inst="{number}" lnType="{named}"/>'
            )
        devices.append(f'<LDevice inst="{device}">{"".join(lines)}</LDevice>')
    order = ("<LNodeType", "<DOType", "<DAType")
    sorted_types = "".join(one for start in order for one in types if one.startswith(start))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><SCL xmlns="http://www.iec.ch/61850/2003/SCL">'
        f'<Header id=""/><IED name="{ied}"><AccessPoint name="ap1"><Server>'
        f'<Authentication none="true"/>{"".join(devices)}</Server></AccessPoint></IED>'
        '<DataTypeTemplates><LNodeType id="LLN0" lnClass="LLN0"><DO name="Mod" type="Mod"/>'
        f"</LNodeType>{sorted_types}"
        '<DOType id="Mod" cdc="INS"><DA name="stVal" bType="INT32" fc="ST"/></DOType>'
        "</DataTypeTemplates></SCL>"
    )


def _object(types: list[str], held: _Tree, named: str) -> str:
    """Write the type of a data object and those below it; its id."""
    parts, constraint = [], None
    for name, below in held.items():
        if isinstance(below, tuple):
            constraint, basic = below
            parts.append(f'<DA name="{name}" bType="{basic}" fc="{constraint}" dchg="true"/>')
        elif name in VALUES:
            constraint = _constraint(below)
            kind = _structure(types, below, f"{named}.{name}")
            parts.append(
                f'<DA name="{name}" bType="Struct" type="{kind}" fc="{constraint}" dchg="true"/>'
            )
        else:
            parts.append(f'<SDO name="{name}" type="{_object(types, below, f"{named}.{name}")}"/>')
    if constraint in ("MX", "ST"):
        parts.append(f'<DA name="q" bType="Quality" fc="{constraint}" qchg="true"/>')
        parts.append(f'<DA name="t" bType="Timestamp" fc="{constraint}"/>')
    parts.sort(key=lambda part: not part.startswith("<SDO"))
    types.append(f'<DOType id="{named}" cdc="MV">{"".join(parts)}</DOType>')
    return named


def _structure(types: list[str], held: _Tree, named: str) -> str:
    parts = []
    for name, below in held.items():
        if isinstance(below, tuple):
            parts.append(f'<BDA name="{name}" bType="{below[1]}"/>')
        else:
            kind = _structure(types, below, f"{named}.{name}")
            parts.append(f'<BDA name="{name}" bType="Struct" type="{kind}"/>')
    types.append(f'<DAType id="{named}">{"".join(parts)}</DAType>')
    return named


def _constraint(held: _Tree) -> str:
    first = next(iter(held.values()))
    return str(first[0]) if isinstance(first, tuple) else _constraint(first)


class SimulatedIec61850:
    """A running server; `port` is where to find it."""

    def __init__(self, server: IedServer, points: Sequence[Iec61850Point]) -> None:
        self.server = server
        self._points = {point.signal: point for point in points}
        self.quality: dict[str, bytes] = {}  # by data object
        self.time: dict[str, bytes] = {}

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server.bound_addr.rpartition(":")[2])

    def answer(self) -> None:
        """Answer readers of quality and time with what is held here."""
        for whole in {point.data_object() for point in self._points.values()} - {None}:
            assert whole is not None
            self.server.on_read(f"{whole}.q", lambda _, of=whole: self.quality.get(of, GOOD))
            self.server.on_read(
                f"{whole}.t", lambda _, of=whole: self.time.get(of, utc_time(time_ns() // 1000))
            )

    def tell(
        self, signal: str, value: float, *, quality: bytes = GOOD, time: bytes | None = None
    ) -> None:
        """Give a point a value in its signal's unit, with the quality and time of its object."""
        point = self._points[signal]
        update, kind = _UPDATES[leaf_type(point.ref)]
        getattr(self.server, update)(point.ref, kind(point.raw_of(value)))
        whole = point.data_object()
        if whole is not None:
            self.quality[whole] = quality
            self.time[whole] = utc_time(time_ns() // 1000) if time is None else time


@asynccontextmanager
async def serve_iec61850(
    points: Sequence[Iec61850Point],
    values: Mapping[str, float],
    *,
    ied: str = "IED1",
    host: str = "127.0.0.1",
    port: int = 0,
    report: bool = False,
    buffered: bool = False,
) -> AsyncIterator[SimulatedIec61850]:
    """Serve the attributes of `points` with `values` by signal, in the units of the signals.

    Parameters
    ----------
    report : whether there is a block ``LLN0$RP$urcb01`` for the values of the first logical device.
    buffered : the same for a block ``LLN0$BR$brcb01``. The library's server (0.14) shows it and
        lets it be enabled, and neither buffers nor reports.
    """
    server = IedServer.from_scl_str(build_scl(points, ied), ied_name=ied)
    server.bind(f"{host}:{port}")
    if report or buffered:
        device = points[0].ref.partition("/")[0]
        told = [point.ref for point in points if point.ref.startswith(f"{device}/")]
        server.add_dataset("LLN0$values", told)
        fields = ["seq_num", "time_stamp", "reason", "data_set"]
        common: dict[str, Any] = {
            "dataset": "LLN0$values", "trg_ops": ["data_changed", "gi"], "buf_tm_ms": 10,
        }  # fmt: skip
        if report:
            server.register_urcb(f"{device}/LLN0.urcb01", opt_flds=fields, **common)
        if buffered:
            fields += ["entry_id", "buffer_overflow"]
            server.register_brcb(f"{device}/LLN0.brcb01", opt_flds=fields, **common)
    await server.start()
    simulated = SimulatedIec61850(server, points)
    try:
        simulated.answer()
        for signal, value in values.items():
            simulated.tell(signal, value)
        yield simulated
    finally:
        await server.stop()
