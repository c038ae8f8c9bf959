"""A BACnet/IP device with the objects of a template, for tests and for trying out a collector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import bacpypes3.local.analog
import bacpypes3.local.binary
import bacpypes3.local.multistate  # noqa: F401  # registers what a local object of each type is
from bacpypes3.basetypes import EngineeringUnits, EventState, Reliability
from bacpypes3.errors import UnrecognizedService
from bacpypes3.ipv4.app import NormalApplication
from bacpypes3.local.device import DeviceObject
from bacpypes3.pdu import IPv4Address
from bacpypes3.primitivedata import ObjectIdentifier
from bacpypes3.vendor import get_vendor_info

from ingest.bacnet import BacnetPoint, close_application, opened

VENDOR = 999  # the library's own, for samples


class _Simple(NormalApplication):
    """A device that reads one property at a time."""

    async def do_ReadPropertyMultipleRequest(self, apdu: Any) -> None:
        """Refuse."""
        raise UnrecognizedService("read-property-multiple")


class SimulatedBacnet:
    """A running device; `address` is where to find it."""

    def __init__(
        self, application: NormalApplication, address: str, points: Sequence[BacnetPoint]
    ) -> None:
        self.application = application
        self.address = address
        self._points = {point.signal: point for point in points}
        self.objects: dict[str, Any] = {}

    def create(self, values: Mapping[str, float]) -> None:
        """Make the object of every point, with its raw value and its units."""
        vendor = get_vendor_info(VENDOR)
        for point in self._points.values():
            identifier = ObjectIdentifier(point.object)
            name = str(identifier)
            if name not in self.objects:
                made = vendor.get_object_class(identifier[0])(
                    objectIdentifier=identifier,
                    objectName=name,
                    eventState="normal",
                    outOfService=False,
                )
                units = point.expected()
                if units is not None and made.get_property_type("units"):
                    made.units = EngineeringUnits(units)
                self.application.add_object(made)
                self.objects[name] = made
            self.tell(point.signal, values[point.signal])

    def tell(self, signal: str, value: float) -> None:
        """Give a point a value in its signal's unit."""
        point = self._points[signal]
        made = self.objects[str(ObjectIdentifier(point.object))]
        kind = made.get_property_type(point.prop)
        raw = point.raw_of(value)
        try:
            held = kind(raw)
        except (TypeError, ValueError):
            held = kind(round(raw))  # counters and states are whole numbers
        setattr(made, _attribute(point.prop), held)

    def flag(
        self,
        signal: str,
        *,
        in_alarm: bool = False,
        out_of_service: bool = False,
        reliability: str = "no-fault-detected",
    ) -> None:
        """Set the state of a point's object, from which the library makes its status flags."""
        made = self.objects[str(ObjectIdentifier(self._points[signal].object))]
        made.eventState = EventState("offnormal" if in_alarm else "normal")
        made.outOfService = out_of_service
        made.reliability = Reliability(reliability)


def _attribute(prop: str) -> str:
    """A property's name as the library's objects have it, present-value as presentValue."""
    first, *rest = prop.split("-")
    return first + "".join(word.capitalize() for word in rest)


@asynccontextmanager
async def serve_bacnet(
    points: Sequence[BacnetPoint],
    values: Mapping[str, float],
    *,
    device: int = 1234,
    local: str = "127.0.0.1:47808",
    multiple: bool = True,
) -> AsyncIterator[SimulatedBacnet]:
    """Serve the objects of `points` with `values` by signal, in the units of the signals.

    Parameters
    ----------
    local : own address, with its mask where broadcasts are to be heard, ``192.168.1.9/24``.
    multiple : whether the device reads several properties at once.
    """
    address = IPv4Address(local)
    own = DeviceObject(
        objectIdentifier=("device", device), objectName="Simulated", vendorIdentifier=VENDOR
    )
    application = (NormalApplication if multiple else _Simple)(own, address)
    simulated = SimulatedBacnet(application, "{}:{}".format(*address.addrTuple), points)
    try:
        simulated.create(values)
        await opened(application)
        yield simulated
    finally:
        await close_application(application)
