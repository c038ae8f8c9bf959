"""BACnet/IP: present values of many objects in one request, with what the device says of them.

A device is found by its instance number (who-is, i-am), by a fixed address, or by both, where the
instance must be the one that answers at the address. Devices behind a router have addresses such
as ``5:12``, network and station.

BACnet values carry no time: a reading has the time of its answer. What they carry is a status.
A fault is no value, unless the device says that it is only out of range; a point that is overridden
or out of service shows what somebody has set, not what is measured, and is stale.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import time_ns
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from bacpypes3.apdu import AbortPDU, AbortReason, ErrorRejectAbortNack, RejectPDU, RejectReason
from bacpypes3.basetypes import EngineeringUnits, ErrorType, PropertyIdentifier, Reliability
from bacpypes3.basetypes import StatusFlags as Flags
from bacpypes3.errors import ExecutionError, RejectException
from bacpypes3.ipv4.app import NormalApplication
from bacpypes3.local.device import DeviceObject
from bacpypes3.pdu import Address, IPv4Address
from bacpypes3.primitivedata import Null, ObjectIdentifier
from pydantic import Field, field_validator, model_validator

from core.errors import BadAnswer, NoAnswer, Unreachable
from core.failures import because, of_os
from core.readings import Quality, Reading
from ingest import devices
from ingest.devices import DeviceSpec, TransportSettings

_log = logging.getLogger(__name__)
# Noise of the network would be logged with a trace for every datagram.
logging.getLogger("bacpypes3").setLevel(logging.CRITICAL)

# What the library calls the units of this project; a point of another unit says its `units`.
UNITS = {
    "W": "watts",
    "kW": "kilowatts",
    "MW": "megawatts",
    "Wh": "watt-hours",
    "kWh": "kilowatt-hours",
    "MWh": "megawatt-hours",
    "VA": "volt-amperes",
    "kVA": "kilovolt-amperes",
    "var": "volt-amperes-reactive",
    "kvar": "kilovolt-amperes-reactive",
    "V": "volts",
    "kV": "kilovolts",
    "mV": "millivolts",
    "A": "amperes",
    "mA": "milliamperes",
    "Hz": "hertz",
    "%": "percent",
    "°C": "degrees-celsius",
    "K": "degrees-kelvin",
}
# Answers that say that a request was too big for the device, not that it was wrong.
_TOO_BIG = {
    AbortReason.bufferOverflow,
    AbortReason.segmentationNotSupported,
    AbortReason.outOfResources,
    AbortReason.apduTooLong,
}
AGAIN_MS = 1000  # a request without an answer is sent again after this time, twice
_SILENT = {AbortReason.noResponse, AbortReason.tsmTimeout, AbortReason.serverTimeout}
_RANGES = {Reliability.overRange, Reliability.underRange}
# An answer of the wrong shape meets the library's decoding with any of these.
_UNDECODED = (
    ExecutionError,
    RejectException,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
)


class BacnetPoint(devices.Point):
    """A property of an object, its present value as a rule.

    Attributes
    ----------
    object : type and instance, ``analog-input,1``.
    prop : property that holds the number.
    units : engineering units that the device must name, as in the standard, ``kilowatts``; an
        empty one follows from `unit` where the raw value is stored unchanged, and
        ``any`` leaves it unchecked.
    """

    object: str
    prop: str = "present-value"
    units: str = ""

    @field_validator("object")
    @classmethod
    def _is_an_object(cls, text: str) -> str:
        try:
            ObjectIdentifier(re.sub(r"\{\w+\}", "1", text))
        except (ValueError, TypeError) as error:
            raise ValueError(f"is {text!r}, not type and instance, analog-input,1") from error
        return text

    @field_validator("prop")
    @classmethod
    def _is_a_property(cls, text: str) -> str:
        try:
            PropertyIdentifier(text)
        except (ValueError, TypeError) as error:
            raise ValueError(f"is {text!r}, no property such as present-value") from error
        return text

    @field_validator("units")
    @classmethod
    def _are_units(cls, text: str) -> str:
        if text not in ("", "any"):
            try:
                EngineeringUnits(text)
            except (ValueError, TypeError) as error:
                raise ValueError(f"are {text!r}, no engineering units") from error
        return text

    def expected(self) -> str | None:
        """Engineering units that the device must name; None where it may say what it likes."""
        if self.units:
            return None if self.units == "any" else self.units
        unchanged = self.scale == 1 and self.offset == 0 and self.prop == "present-value"
        return UNITS.get(self.unit) if unchanged else None


class BacnetSettings(TransportSettings):
    """Where the device is.

    Attributes
    ----------
    device : its instance number.
    address : ``192.168.1.20``, ``192.168.1.20:47809``, or behind a router ``5:12``. Without one
        the device is looked for by a broadcast.
    local : address of this machine to speak from. A broadcast needs the mask of its network and
        the port that all listen on, ``192.168.1.5/24``; else any free port will do.
    objects_per_request : halved by itself when the device says that it is too much.
    check_units : whether a device that names other units than the template has no values.
    """

    device: int | None = Field(default=None, ge=0, lt=4_194_303)
    address: str | None = None
    local: str = "0.0.0.0:0"
    objects_per_request: int = Field(default=20, ge=1)
    check_units: bool = True

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, text: str | None) -> str | None:
        try:
            found = None if text is None else Address(text)
        except (ValueError, RuntimeError) as error:
            raise ValueError(f"is {text!r}, no BACnet address") from error
        if found is not None and (found.is_localbroadcast or found.is_globalbroadcast):
            raise ValueError(f"is {text!r}, a broadcast; leave it out and give device")
        return text

    @field_validator("local")
    @classmethod
    def _is_an_own_address(cls, text: str) -> str:
        try:
            IPv4Address(text)
        except (ValueError, RuntimeError) as error:
            raise ValueError(f"is {text!r}, no address such as 192.168.1.5/24") from error
        return text

    @model_validator(mode="after")
    def _can_be_found(self) -> BacnetSettings:
        if self.address is None:
            if self.device is None:
                raise ValueError("needs device or address")
            own = IPv4Address(self.local)
            if own.addrTuple == own.addrBroadcastTuple or own.addrTuple[1] == 0:
                raise ValueError(
                    "without an address local must be that of this machine, x.x.x.x/24"
                )
        return self


def read_quality(flags: Flags | None, reliability: int | None) -> Quality:
    """How good a value is by the status flags and the reliability of its object."""
    if flags is not None and flags[Flags.fault]:
        return Quality.OUT_OF_RANGE if reliability in _RANGES else Quality.NO_VALUE
    if reliability:
        return Quality.OUT_OF_RANGE if reliability in _RANGES else Quality.NO_VALUE
    if flags is not None and (flags[Flags.overridden] or flags[Flags.outOfService]):
        return Quality.STALE
    return Quality.GOOD


def read_reading(point: BacnetPoint, found: dict[str, Any], now: int) -> Reading:
    """What the properties of an object say of a point; `found` holds those that it has."""
    value = found.get(point.prop)
    if value is None or isinstance(value, Null):
        return Reading(point.signal, now, math.nan, Quality.NO_VALUE)
    quality = read_quality(found.get("status-flags"), found.get("reliability"))
    if quality is Quality.NO_VALUE:
        return Reading(point.signal, now, math.nan, quality)
    raw = float(value) if isinstance(value, int | float) else None
    reading = point.reading(raw, now)
    return reading._replace(quality=quality) if reading.quality is Quality.GOOD else reading


@dataclass
class _Shared:
    """The one application on an address of this machine, and how many devices use it."""

    application: NormalApplication
    users: int = 0


# By event loop and own address: a second socket on the same port would take the first one's mail.
_applications: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Shared]] = (
    WeakKeyDictionary()
)


@dataclass
class _Known:
    """What has been learnt of a device since it was opened."""

    address: Address
    multiple: bool = True  # it does read-property-multiple
    step: int = 1
    missing: set[tuple[str, str]] = field(default_factory=set)  # properties objects do not have
    other_units: dict[str, str] = field(default_factory=dict)  # signal: what the device says
    checked: bool = False


class Bacnet:
    """A device that is asked for the properties of its objects."""

    Settings: ClassVar[type[BacnetSettings]] = BacnetSettings
    Point: ClassVar[type[BacnetPoint]] = BacnetPoint

    def __init__(self, device: DeviceSpec) -> None:
        self._device = device
        self._settings: BacnetSettings = device.settings
        self._by_object: dict[str, list[BacnetPoint]] = {}
        for point in device.points:
            self._by_object.setdefault(str(ObjectIdentifier(point.object)), []).append(point)
        self._application: NormalApplication | None = None
        self._known: _Known | None = None
        self._told: set[str] = set()

    def _name(self) -> str:
        settings = self._settings
        return f"BACnet device {settings.address or settings.device}"

    async def open(self) -> None:
        """Find the device.

        Raises
        ------
        Unreachable : the own address cannot be used.
        NoAnswer : nobody says that it is the device.
        """
        settings = self._settings
        self._application = application = _acquire(settings.local)
        address = None if settings.address is None else Address(settings.address)
        if settings.device is not None:
            async with self._errors():
                found = await application.who_is(
                    settings.device, settings.device, address, timeout=self._device.timeout_s * 0.9
                )
            if not found:
                where = f" {settings.address}" if settings.address else ""
                raise because(NoAnswer, f"BACnet {settings.device}{where}", "not_found")
            address = found[0].pduSource
        assert address is not None
        self._known = _Known(address, step=settings.objects_per_request)
        if settings.device is None:
            # Any answer proves that somebody is there, a refusal too.
            with suppress(_Refused):
                await self._one("device,4194303", "object-name")

    async def close(self) -> None:
        """Leave the socket to the other devices, or close it."""
        if self._application is not None:
            self._application = self._known = None
            await _release(self._settings.local)

    async def poll(self) -> list[Reading]:
        """One reading of every point.

        Raises
        ------
        Unreachable, NoAnswer, BadAnswer
        """
        known = self._known
        if known is None:
            raise because(Unreachable, self._name(), "not_open")
        readings: list[Reading] = []
        objects = list(self._by_object)
        start = 0
        while start < len(objects):
            asked = objects[start : start + known.step]
            found = await self._read({name: self._wanted(name, known) for name in asked}, known)
            if found is None:
                continue  # the device does less at once than was asked; ask again for less
            start += len(asked)
            now = time_ns() // 1000
            for name in asked:
                for point in self._by_object[name]:
                    readings.append(self._reading(point, found.get(name, {}), known, now))
        known.checked = True
        return readings

    def _wanted(self, name: str, known: _Known) -> list[str]:
        """Properties to ask an object for: what points need, its state, and its units once."""
        wanted = [*dict.fromkeys(point.prop for point in self._by_object[name])]
        wanted += ["status-flags", "reliability"]
        named = any(point.expected() for point in self._by_object[name])
        if named and self._settings.check_units and not known.checked:
            wanted.append("units")
        return [prop for prop in wanted if (name, prop) not in known.missing]

    def _reading(
        self, point: BacnetPoint, found: dict[str, Any], known: _Known, now: int
    ) -> Reading:
        expected = point.expected()
        if expected and "units" in found:
            said = str(found["units"])
            if said != str(EngineeringUnits(expected)):
                known.other_units[point.signal] = said
        if point.signal in known.other_units:
            said = known.other_units[point.signal]
            self._tell(f"{point.object} is in {said}, the template says {expected}")
            return Reading(point.signal, now, math.nan, Quality.DECODE_ERROR)
        if found.get(point.prop) is _Undecoded:
            return Reading(point.signal, now, math.nan, Quality.DECODE_ERROR)
        if point.prop not in found:
            self._tell(f"{point.object} has no {point.prop}")
        return read_reading(point, found, now)

    def _tell(self, what: str) -> None:
        """Once in the log."""
        if what not in self._told:
            self._told.add(what)
            _log.warning("%s: %s", self._device.name, what)

    async def _read(
        self, wanted: dict[str, list[str]], known: _Known
    ) -> dict[str, dict[str, Any]] | None:
        """Properties by object and name; None where the device wants to be asked for less."""
        if not known.multiple:
            return await self._singly(wanted, known)
        assert self._application is not None
        parameters: list[Any] = []
        for name, props in wanted.items():
            parameters += [ObjectIdentifier(name), [PropertyIdentifier(prop) for prop in props]]
        try:
            async with self._errors():
                listed = await self._application.read_property_multiple(known.address, parameters)
        except _Refused as refused:
            if refused.too_big and known.step > 1:
                known.step = (known.step + 1) // 2
                return None
            if refused.too_big or refused.unknown_service:
                self._tell("does not read several properties at once; is asked for each")
                known.multiple = False
                return None
            if not refused.of_object:
                raise because(BadAnswer, self._name(), "refuses", detail=refused.why) from refused
            return await self._singly(wanted, known)
        except _Garbled:
            return await self._singly(wanted, known)
        found: dict[str, dict[str, Any]] = {name: {} for name in wanted}
        for identifier, prop, _, value in listed or []:
            if isinstance(value, ErrorType):
                known.missing.add((str(identifier), str(prop)))
            else:
                found.setdefault(str(identifier), {})[str(prop)] = value
        # A present value that is missing today may be there tomorrow.
        known.missing = {one for one in known.missing if one[1] in ("reliability", "status-flags")}
        return found

    async def _singly(
        self, wanted: dict[str, list[str]], known: _Known
    ) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name, props in wanted.items():
            held = found[name] = {}
            for prop in props:
                try:
                    held[prop] = await self._one(name, prop)
                except _Refused as refused:
                    if not refused.of_object:
                        raise because(
                            BadAnswer, self._name(), "refuses", detail=refused.why
                        ) from refused
                    if prop in ("reliability", "status-flags"):
                        known.missing.add((name, prop))
                except _Garbled:
                    held[prop] = _Undecoded
        return found

    async def _one(self, name: str, prop: str) -> Any:
        assert self._application is not None and self._known is not None
        async with self._errors():
            return await self._application.read_property(
                self._known.address, ObjectIdentifier(name), PropertyIdentifier(prop)
            )

    @asynccontextmanager
    async def _errors(self) -> AsyncIterator[None]:
        """Errors of the library as those of the project, within the time allowed."""
        try:
            async with asyncio.timeout(self._device.timeout_s):
                yield
        except TimeoutError as error:
            raise because(NoAnswer, self._name(), "no_answer") from error
        except ErrorRejectAbortNack as error:  # a BaseException, of all things
            reason = getattr(error, "apduAbortRejectReason", None)
            if isinstance(error, AbortPDU) and reason in _SILENT:
                raise because(NoAnswer, self._name(), "no_answer") from error
            raise _Refused(self._name(), error) from error
        except OSError as error:
            raise of_os(Unreachable, self._name(), error) from error
        except _UNDECODED as error:
            raise _Garbled(f"{self._name()}: {error or type(error).__name__}") from error


class _Undecoded:
    """Stands for a value whose bytes made no sense."""


class _Garbled(BadAnswer):
    """The answer could not be decoded."""


class _Refused(BadAnswer):
    """The device answered that it will not."""

    def __init__(self, name: str, error: ErrorRejectAbortNack) -> None:
        super().__init__(f"{name}: {error}")
        self.why = str(error)
        reason = getattr(error, "apduAbortRejectReason", None)
        rejected = isinstance(error, RejectPDU)
        aborted = isinstance(error, AbortPDU)
        self.unknown_service = rejected and reason == RejectReason.unrecognizedService
        self.too_big = (aborted and reason in _TOO_BIG) or (
            rejected and reason in (RejectReason.bufferOverflow, RejectReason.tooManyArguments)
        )
        self.of_object = not rejected and not aborted  # an error of the object or the property


def _acquire(local: str) -> NormalApplication:
    """The application of an own address, made where there is none.

    Raises
    ------
    Unreachable : the address is not this machine's, or another program has the port.
    """
    loop = asyncio.get_running_loop()
    shared = _applications.setdefault(loop, {})
    if local not in shared:
        address = _free(IPv4Address(local), local)
        own = DeviceObject(
            objectIdentifier=("device", 4194302),
            objectName="Ziggurat",
            apduTimeout=AGAIN_MS,
            numberOfApduRetries=2,
        )
        shared[local] = _Shared(NormalApplication(own, address))
    shared[local].users += 1
    return shared[local].application


def _free(address: IPv4Address, local: str) -> IPv4Address:
    """The address, with a port that nobody else has where it names none.

    The library would try for ever, or share the port with a stranger, or be given one to share.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(address.addrTuple)
        except OSError as error:
            raise Unreachable(f"own address {local}: {error.strerror}") from error
        port = probe.getsockname()[1]
    return address if address.addrTuple[1] else IPv4Address(f"{address.addrTuple[0]}:{port}")


async def _release(local: str) -> None:
    shared = _applications.get(asyncio.get_running_loop(), {})
    used = shared.get(local)
    if used is None:
        return
    used.users -= 1
    if used.users == 0:
        del shared[local]
        await close_application(used.application)


async def opened(application: NormalApplication) -> None:
    """Wait until an application has its sockets."""
    await asyncio.gather(*application.normal.server._transport_tasks)


async def close_application(application: NormalApplication) -> None:
    """Close the sockets of an application, also of one that has only just been made."""
    opening = [task for task in application.normal.server._transport_tasks if not task.done()]
    try:
        if opening:
            await asyncio.wait(opening)
            await asyncio.sleep(0)  # the library takes note of its sockets
    finally:
        application.close()
        await asyncio.sleep(0)  # they are closed at the loop's next turn
