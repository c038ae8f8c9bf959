"""Live readings: ``python -m ingest collect``, and what helps to set it up."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from core.config import Settings, load_settings
from core.errors import ConfigError, DeviceError, SourceError, StoreError, ZigguratError

if TYPE_CHECKING:
    from core.readings import Reading
    from core.signals import Signal
    from ingest.devices import DeviceSpec

EXIT_DEVICE = 1  # a device could not be asked
EXIT_USAGE = 2  # configuration or arguments are wrong
EXIT_STORE = 3
DEFAULT_CONFIG = Path("data/collector.toml")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""Collect readings of devices and brokers, and look after what collects them.

    Exit codes: 0 all good, 1 a device could not be asked, 2 wrong use or configuration, 3 the
    store or the journal is missing, damaged or locked.
    """,
)

Config = Annotated[Path, typer.Option("--config", help="The collector's configuration.")]
Store = Annotated[
    Path | None, typer.Option("--store", help="Folder of the store (default data/store).")
]
Journal = Annotated[
    Path | None, typer.Option("--journal", help="The journal (default: in the store).")
]


@app.command()
def collect(
    config: Config = DEFAULT_CONFIG,
    store: Store = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check the configuration and end; nothing is opened.")
    ] = False,
) -> None:
    """Ask all devices of a configuration until told to stop (SIGTERM or Ctrl-C).

    SIGHUP reads the configuration again: devices that did not change go on undisturbed, and a
    configuration that is wrong changes nothing.

    Example: python -m ingest collect --config data/collector.toml
    """
    from core.journal import open_journal
    from core.signals import load_catalogue
    from ingest.collector import collect as run
    from ingest.collector_config import load_collector
    from ingest.logs import start_log

    settings = _settings(store=store)
    known = load_collector(config, settings.zone)
    if check:
        for device in known.devices:
            typer.echo(
                f"{device.name}: {device.transport}, {len(device.points)} signals "
                f"every {device.period_s:g} s"
            )
        return
    if known.options.store is not None and store is None:
        settings = _settings(store=known.options.store)
    options = known.options
    log = start_log(
        "ingest.collector", options.log, megabytes=options.log_mb, files=options.log_files
    )
    _make_store(settings)
    catalogue = load_catalogue(settings.signals)
    with open_journal(options.journal or journal_of(settings.store), create=True) as journal:
        asyncio.run(run(known, settings, journal, log, catalogue.describe))


@app.command()
def settle(store: Store = None, journal: Journal = None) -> None:
    """Move the readings of the journal into the pyramid; the collector does so by itself."""
    from core.journal import open_journal
    from ingest.settle import settle as run

    settings = _settings(store=store)
    _make_store(settings)
    with open_journal(journal or journal_of(settings.store)) as opened:
        typer.echo(run(settings, opened).words())


@app.command()
def probe(
    device: Annotated[str | None, typer.Argument(help="Name in the configuration.")] = None,
    config: Config = DEFAULT_CONFIG,
    template: Annotated[
        str | None, typer.Option(help="A template, for a device that is not configured yet.")
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="Setting of its transport: host=192.168.1.20")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Read one device once and print its values with units; nothing is kept.

    Example: python -m ingest probe --template sungrow_sg --set host=192.168.1.20
    """
    from core.signals import load_catalogue

    settings = _settings()
    spec = _asked_device(device, config, template, setting or [], settings.zone)
    readings = asyncio.run(_read_once(spec))
    catalogue = load_catalogue(settings.signals)
    meanings = {one.name: one for one in spec.meanings(catalogue.describe)}
    if as_json:
        typer.echo(json.dumps([_plain(one, meanings.get(one.signal)) for one in readings]))
    else:
        _print_readings(spec, readings, meanings)


def _asked_device(
    name: str | None, config: Path, template: str | None, told: list[str], zone: str
) -> DeviceSpec:
    from ingest.collector_config import load_collector
    from ingest.devices import load_template, make_device

    if template is not None:
        return make_device(load_template(template), name or template, _told(told), zone=zone)
    known = {one.name: one for one in load_collector(config, zone).devices}
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name not in known:
        raise ConfigError(f"no device {name!r} in {config}; there are: {', '.join(known)}")
    return known[name]


def _told(pairs: list[str]) -> dict[str, Any]:
    """``key=value`` as settings; numbers and true/false as what they are."""
    found: dict[str, Any] = {}
    for pair in pairs:
        key, separator, text = pair.partition("=")
        if not separator:
            raise ConfigError(f"--set {pair!r} is not key=value")
        try:
            found[key] = json.loads(text)
        except json.JSONDecodeError:
            found[key] = text
    return found


async def _read_once(spec: DeviceSpec) -> list[Reading]:
    """What a device says when asked once; of one that is listened to, its first batch."""
    from core.errors import NoAnswer
    from core.readings import Batch
    from ingest.devices import transport_class

    transport = transport_class(spec.transport)(spec)
    first: asyncio.Future[list[Reading]] = asyncio.get_running_loop().create_future()

    async def deliver(batches: Any) -> None:
        readings = [one for batch in batches if isinstance(batch, Batch) for one in batch.readings]
        if not first.done():
            first.set_result(readings)
        await asyncio.Event().wait()  # never acknowledged: probing takes nothing away

    try:
        async with asyncio.timeout(spec.timeout_s):
            await transport.open()
        if not hasattr(transport, "listen"):
            async with asyncio.timeout(spec.timeout_s):
                return spec.complete(await transport.poll())
        listening = asyncio.create_task(transport.listen(deliver))
        try:
            async with asyncio.timeout(max(spec.timeout_s, spec.period_s)):
                return spec.complete(await first)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    except TimeoutError as error:
        raise NoAnswer(f"{spec.name}: nothing came within {spec.timeout_s:g} s") from error
    finally:
        await transport.close()


def _plain(one: Reading, meaning: Signal | None) -> dict[str, Any]:
    return {
        "signal": one.signal,
        "value": None if one.value != one.value else one.value,
        "unit": meaning.unit if meaning else "",
        "quality": one.quality.name.lower(),
        "time": _moment(one.ts),
    }


def _moment(ts: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ts / 1e6, UTC).isoformat(timespec="milliseconds")


def _print_readings(
    spec: DeviceSpec, readings: list[Reading], meanings: dict[str, Signal]
) -> None:  # fmt: skip
    from core.readings import Quality

    width = max((len(one.signal) for one in readings), default=0)
    for one in readings:
        meaning = meanings.get(one.signal)
        value = f"{one.value:14.6g} {meaning.unit if meaning else '':6}"
        if one.value != one.value:
            value = f"{'-':>14} {'':6}"
        told = "" if one.quality is Quality.GOOD else one.quality.name.lower().replace("_", " ")
        typer.echo(f"{one.signal:<{width}}  {value} {told}".rstrip())
    good = sum(one.quality is Quality.GOOD for one in readings)
    typer.echo(f"{spec.name}: {good} of {len(readings)} values good")


# --- shared -------------------------------------------------------------------------------------


def journal_of(store: Path) -> Path:
    """Where the journal of a store stands."""
    from core.journal import FILE

    return store / FILE


def _settings(**given: Any) -> Settings:
    return load_settings(**given)


def _make_store(settings: Settings) -> None:
    from core.ledger import create_ledger

    create_ledger(settings.store, zone=settings.zone, rules=settings.rules).close()


def _stop(code: int, text: str) -> NoReturn:
    print(text, file=sys.stderr)
    raise SystemExit(code)


def main() -> None:
    """Run a command; an error made on purpose is one line and an exit code."""
    try:
        app()
    except DeviceError as error:
        _stop(EXIT_DEVICE, f"{type(error).__name__}: {error}")
    except (ConfigError, SourceError) as error:
        _stop(EXIT_USAGE, str(error))
    except StoreError as error:
        _stop(EXIT_STORE, str(error))
    except ZigguratError as error:
        _stop(EXIT_USAGE, str(error))


if __name__ == "__main__":
    main()
