"""The collector's configuration: what is polled, how often, and where readings go.

::

    [collector]
    settle_s = 300
    metrics = "127.0.0.1:9464"

    [[site]]
    name = "Home"
    zone = "Europe/Berlin"

    [[device]]
    name = "INV-1"
    site = "Home"
    template = "sungrow_sg"
    host = "192.168.1.20"
    period_s = 10

Keys of a ``[[device]]`` that are not listed in `_Device` are settings of its transport. Without a
template a device names its `transport` and has ``[[device.point]]`` tables of its own. Passwords
never stand here: settings name the environment variable that holds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.errors import ConfigError
from core.toml_file import TomlFile, read_toml
from ingest.checks import DAY_S, Name, Seconds, checked_host
from ingest.devices import (
    LONGEST_STALE_S,
    TRANSPORTS,
    DeviceSpec,
    Template,
    load_template,
    parse_derived,
    parse_points,
    transport_class,
)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _known_zone(zone: str | None) -> str | None:
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"is no time zone: {zone!r}, e.g. Europe/Berlin or UTC") from error
    return zone


class CollectorOptions(_Table):
    """``[collector]``.

    Attributes
    ----------
    store, journal : where readings go; None leaves it to the project's settings.
    settle_s : time between two roll-ups of the journal into the pyramid [s].
    metrics : ``host:port`` of the Prometheus page; empty for none.
    log : file of structured log lines, rotated; None writes them to standard error.
    log_mb, log_files : size at which it is rotated [MB], and how many old ones are kept.
    jitter : part of a waiting time that is left to chance, so that devices do not move in step.
    backoff_max_s : longest time between two attempts to reach a device [s].
    """

    store: Path | None = None
    journal: Path | None = None
    settle_s: float = Field(default=300.0, ge=1, le=DAY_S)
    metrics: str = "127.0.0.1:9464"
    log: Path | None = None
    log_mb: float = Field(default=10.0, gt=0, le=100_000)
    log_files: int = Field(default=5, ge=1, le=1000)
    jitter: float = Field(default=0.2, ge=0, le=1)
    backoff_max_s: Seconds = 300.0

    @field_validator("metrics")
    @classmethod
    def _host_and_port(cls, text: str) -> str:
        if text:
            host, _, port = text.rpartition(":")
            if not host or not port.isdigit() or not 0 < int(port) < 65536:
                raise ValueError(f"is {text!r}, not host:port")
            checked_host(host.removeprefix("[").removesuffix("]"))
        return text


class Site(_Table):
    """``[[site]]``: where devices stand."""

    name: Name
    zone: str | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    altitude_m: float | None = Field(default=None, ge=-500, le=9000)

    _zone = field_validator("zone")(_known_zone)


class _Device(_Table):
    """The keys of a ``[[device]]`` that all transports share."""

    name: Name
    template: str | None = None
    transport: str | None = None
    site: str = ""
    group: str | None = None
    zone: str | None = None
    period_s: Seconds | None = None
    timeout_s: Seconds | None = None
    stale_after_s: float | None = Field(default=None, gt=0, le=LONGEST_STALE_S)
    enabled: bool = True
    synthetic: bool = False

    _zone = field_validator("zone")(_known_zone)

    @field_validator("transport")
    @classmethod
    def _known_transport(cls, transport: str | None) -> str | None:
        if transport is not None and transport not in TRANSPORTS:
            raise ValueError(f"is {transport!r}, not one of {', '.join(TRANSPORTS)}")
        return transport


@dataclass(frozen=True)
class CollectorConfig:
    """A checked configuration; nothing has been opened for it."""

    path: Path
    options: CollectorOptions
    sites: tuple[Site, ...]
    devices: tuple[DeviceSpec, ...]
    default_zone: str = "UTC"  # of devices whose site names none


_OWN_TABLES = ("point", "derived")


def load_collector(path: Path, default_zone: str = "UTC") -> CollectorConfig:
    """Configuration from its file, every device of it checked.

    Parameters
    ----------
    default_zone : of devices whose site names none.

    Raises
    ------
    DeclarationError : the file cannot be read or is wrong; names the line.
    ConfigError : a template or a package of a transport is missing.
    """
    file = read_toml(path)
    unknown = set(file.plain) - {"collector", "site", "device"}
    if unknown:
        name = sorted(unknown)[0]
        raise file.fail(
            f"{name} is not known here", name, expected="[collector], [[site]] or [[device]]"
        )
    for key in ("site", "device"):
        if not isinstance(file.plain.get(key, []), list):
            raise file.fail(f"[{key}] is one table", key, expected=f"[[{key}]]")
    options = file.check(CollectorOptions, file.plain.get("collector", {}), "collector")
    sites = [
        file.check(Site, plain, "site", number)
        for number, plain in enumerate(file.plain.get("site", []))
    ]
    _refuse_twice(file, "site", [site.name for site in sites])
    zones = {site.name: site.zone or default_zone for site in sites}
    devices = []
    own = {"point": 0, "derived": 0}  # tables of devices before
    for number, plain in enumerate(file.plain.get("device", [])):
        device = _device(file, plain, number, own, zones, default_zone)
        own = {key: count + len(plain.get(key, [])) for key, count in own.items()}
        if device is not None:
            devices.append(device)
    if not devices:
        raise file.fail("no device is switched on", "device", expected="a [[device]] table")
    _refuse_twice(file, "device", [str(one.get("name")) for one in file.plain["device"]])
    _refuse_mixing(file, devices)
    _refuse_one_session(file, devices)
    return CollectorConfig(path, options, tuple(sites), tuple(devices), default_zone)


def _refuse_twice(file: TomlFile, table: str, names: list[str]) -> None:
    for number, name in enumerate(names):
        if name.casefold() in [other.casefold() for other in names[:number]]:
            raise file.fail(f"{table} {name!r} twice", table, number, "name")


def _refuse_mixing(file: TomlFile, devices: list[DeviceSpec]) -> None:
    """All collected is real, or all is simulated: a store never holds both."""
    other = next((one for one in devices if one.synthetic != devices[0].synthetic), None)
    if other is None:
        return
    names = [one.get("name") for one in file.plain["device"]]
    made, real = (one.name for one in sorted((devices[0], other), key=lambda d: not d.synthetic))
    raise file.fail(
        f"{made!r} is synthetic and {real!r} is real", "device", names.index(other.name), "name",
        expected="one kind only; the other kind has a configuration and a store of its own",
    )  # fmt: skip


def _device(
    file: TomlFile,
    plain: Mapping[str, Any],
    number: int,
    own: Mapping[str, int],
    zones: Mapping[str, str],
    default_zone: str,
) -> DeviceSpec | None:
    """The device of one table; None where it is switched off."""
    shared = {key: value for key, value in plain.items() if key in _Device.model_fields}
    entry = file.check(_Device, shared, "device", number)
    if not entry.enabled:
        return None
    if entry.site and entry.site not in zones:
        raise file.fail(
            f"site {entry.site!r} has no [[site]] table", "device", number, "site",
            expected=", ".join(zones) or None,
        )  # fmt: skip
    template = _template(file, entry, number)
    transport = template.identity.transport if template else str(entry.transport)
    spoken = transport_class(transport)
    told = {
        key: value for key, value in plain.items() if key not in shared and key not in _OWN_TABLES
    }
    defaults = template.defaults if template else {}
    settings = file.check(spoken.Settings, {**defaults, **told}, "device", number)
    points = parse_points(
        file, transport, "device.point", plain.get("point", []), start=own["point"]
    )  # fmt: skip
    replaced = {point.signal for point in points}
    kept = tuple(one for one in template.points if one.signal not in replaced) if template else ()
    if not kept and not points:
        raise file.fail(
            f"device {entry.name!r} has no points", "device", number, "name",
            expected="a template or [[device.point]] tables",
        )  # fmt: skip
    derived = parse_derived(
        file, (*kept, *points), "device.derived", plain.get("derived", []), start=own["derived"]
    )
    identity = template.identity if template else None
    device = DeviceSpec(
        entry.name,
        entry.group if entry.group is not None else identity.group if identity else "",
        entry.site,
        entry.zone or zones.get(entry.site, default_zone),
        settings.spoken(transport),
        settings,
        (*kept, *points),
        (*(template.derived if template else ()), *derived),
        entry.period_s or (identity.period_s if identity else 10.0),
        entry.timeout_s or (identity.timeout_s if identity else 3.0),
        entry.stale_after_s or (identity.stale_after_s if identity else None),
        entry.synthetic,
    )
    try:
        # Makes no contact; finds what needs several settings to be seen.
        transport_class(device.transport)(device)
    except ConfigError as error:
        for place, point in enumerate(points):
            if f"signal {point.signal!r}" in str(error):
                place = own["point"] + min(place, len(plain["point"]) - 1)
                raise file.fail(str(error), "device.point", place, "signal") from error
        named = next((key for key in told if f"{key} is" in str(error)), "name")
        raise file.fail(str(error), "device", number, named) from error
    return device


def _refuse_one_session(file: TomlFile, devices: list[DeviceSpec]) -> None:
    """A broker knows one session by each client id: a second client takes it from the first."""
    names = [one.get("name") for one in file.plain["device"]]
    found: dict[tuple[str, int | None, str], str] = {}
    for device in devices:
        client = getattr(device.settings, "client_id", "")
        if not client:
            continue
        where = (device.settings.host.casefold(), device.settings.port, client)
        if where in found:
            raise file.fail(
                f"client_id {client!r} is that of device {found[where]!r} at the same broker",
                "device", names.index(device.name), "client_id",
                expected="another one for each device",
            )  # fmt: skip
        found[where] = device.name


def _template(file: TomlFile, entry: _Device, number: int) -> Template | None:
    if (entry.template is None) == (entry.transport is None):
        raise file.fail(
            f"device {entry.name!r} names "
            + ("both template and transport" if entry.template else "neither of the two"),
            "device", number, "name", expected="either a template or a transport",
        )  # fmt: skip
    if entry.template is None:
        return None
    try:
        return load_template(entry.template, file.path.parent)
    except ConfigError as error:
        raise file.fail(str(error), "device", number, "template") from error
