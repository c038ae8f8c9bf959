"""Live readings: ``python -m ingest collect``, and what helps to set it up."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from core.config import Settings, load_settings
from core.errors import (
    AddressTaken,
    ConfigError,
    DeviceError,
    SourceError,
    StoreError,
    ZigguratError,
)
from ingest.control_commands import control
from ingest.fetch_commands import fetch

if TYPE_CHECKING:
    from core.readings import Reading
    from core.signals import Signal
    from ingest.build import Summary
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
    help="""Collect readings of devices and brokers, fetch weather and prices, follow plans.

    Exit codes: 0 all good, 1 a device could not be asked, 2 wrong use or configuration, 3 the
    store or the journal is missing, damaged or locked, or an address to serve at is taken.
    """,
)

app.add_typer(fetch, name="fetch")
app.command()(control)

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
    from core.journal import FILE, open_journal
    from core.signals import load_catalogue
    from ingest.collector import collect as run
    from ingest.collector_config import load_collector
    from ingest.devices import transport_class
    from ingest.logs import start_log

    settings = _settings(store=store)
    known = load_collector(_there(config), settings.zone)
    if check:
        for device in known.devices:
            told = hasattr(transport_class(device.transport), "listen")
            when = "as they come" if told else f"every {device.period_s:g} s"
            typer.echo(f"{device.name}: {device.transport}, {len(device.points)} signals {when}")
        return
    if known.options.store is not None and store is None:
        settings = _settings(store=known.options.store)
    options = known.options
    log = start_log(options.log, megabytes=options.log_mb, files=options.log_files)
    _make_store(settings)
    catalogue = load_catalogue(settings.signals)
    with open_journal(
        options.journal or settings.journal or settings.store / FILE, create=True
    ) as journal:
        asyncio.run(run(known, settings, journal, log, catalogue.describe))


@app.command()
def settle(store: Store = None, journal: Journal = None) -> None:
    """Move the readings of the journal into the pyramid; the collector does so by itself."""
    from core.journal import FILE, open_journal
    from ingest.settle import settle as run

    settings = _settings(store=store)
    _make_store(settings)
    with open_journal(journal or settings.journal or settings.store / FILE) as opened:
        done = run(settings, opened)
    typer.echo(done.words())
    if done.failed:
        raise typer.Exit(EXIT_STORE)


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
    catalogue = load_catalogue(settings.signals)
    meanings = {one.name: one for one in spec.meanings(catalogue.describe)}
    readings = spec.plausible(asyncio.run(_read_once(spec)), meanings)
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
        known_as = load_template(template)
        return make_device(known_as, name or known_as.identity.name, _told(told), zone=zone)
    known = {one.name: one for one in load_collector(_there(config), zone).devices}
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name not in known:
        raise ConfigError(f"no device {name!r} in {config}; there are: {', '.join(known)}")
    return known[name]


def _there(config: Path) -> Path:
    """The configuration, where there is one."""
    if not config.exists():
        raise ConfigError(f"{config} does not exist; docs/collector.md shows how to begin one")
    return config


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

    if getattr(spec.settings, "client_id", None) is not None:
        # The collector's own session at the broker stays untouched.
        own = {"client_id": f"probe-{uuid.uuid4().hex[:12]}", "clean_start": True, "share": ""}
        spec = replace(spec, settings=spec.settings.model_copy(update=own))
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


@app.command()
def scan(
    host: Annotated[str, typer.Argument(help="Address of the device.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="TCP port.")] = 502,
    unit: Annotated[int, typer.Option(min=0, max=255, help="Unit (slave) number.")] = 1,
    timeout: Annotated[float, typer.Option(min=0.05, max=3600, help="For each answer [s].")] = 3.0,
) -> None:
    """Find the SunSpec models of a device and print what they say."""
    from ingest.devices import checked_settings
    from ingest.sunspec import SunSpec
    from ingest.sunspec import scan as run

    told = checked_settings(SunSpec.Settings, {"host": host, "port": port, "unit": unit}, "scan")
    for model in asyncio.run(run(told, timeout)):
        known = model.name or "not known"
        typer.echo(f"model {model.number} ({known}) at {model.address}, {len(model.words)} words")
        for value, said in model.told():
            shown = "-" if said is None else said
            typer.echo(f"  {value.path:<28} {shown} {value.units}".rstrip())


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(help="Where files are dropped.")],
    store: Store = None,
    polling: Annotated[
        bool, typer.Option(help="Look every few seconds: for a folder of another machine.")
    ] = False,
) -> None:
    """Build what arrives in a folder until told to stop.

    A file counts when it stands still and is not called *.part or *.tmp; one that is replaced or
    grows is read again or on, as `preprocess.py build` does.

    Example: python -m ingest watch data/drop --store data/store
    """
    import threading

    from ingest.build import failure_words
    from ingest.watch import watch as run

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())

    def say(summary: Summary) -> None:
        typer.echo(
            f"{summary.read} sources read, {len(summary.failed)} failed; {summary.rows} readings"
        )
        for path, why in summary.failed:
            typer.echo(f"  failed: {failure_words(path, why)}", err=True)
        sys.stdout.flush()

    run(folder, _settings(store=store), stop=stop, polling=polling, on_built=say)


simulate = typer.Typer(
    no_args_is_help=True, help="Serve or publish simulated devices, for trying out a collector."
)
app.add_typer(simulate, name="simulate")
BrokerUrl = Annotated[
    str, typer.Option("--broker", help="mqtt://host:port/topic or amqp://host:port/queue")
]
UserEnv = Annotated[
    str, typer.Option(help="Environment variable that holds the broker's user name.")
]
PasswordEnv = Annotated[str, typer.Option(help="Environment variable that holds its password.")]


@simulate.command("device")
def simulate_device(
    template: Annotated[str, typer.Option(help="Name of a template, or a file *.toml.")],
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="TCP port; UDP for a BACnet device.")
    ] = 5020,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="A signal that stands still: ac_power=1.2")
    ] = None,
) -> None:
    """Serve any template with values that move, until told to stop.

    Prints the command that reads it, and the table of a configuration that collects it, which
    marks its readings as synthetic. --set takes the unit that `probe` shows. Of a template of
    control over Modbus it takes setpoints, and prints each.

    Example: python -m ingest simulate device --template sungrow_sg --port 5020
    """
    from ingest.devices import load_template
    from ingest.simulate import Simulated, serve, serve_moving
    from ingest.simulate_control import is_control_template, simulated_names

    if is_control_template(template):
        _simulate_control(template, host, port, setting or [])
        return
    if not template.endswith(".toml") and template not in simulated_names():
        raise ConfigError(f"no template {template!r}; there are: {', '.join(simulated_names())}")
    fixed = _numbers(setting or [])

    def started(simulated: Simulated) -> None:
        words = "".join(f" --set {key}={value}" for key, value in simulated.found_by.items())
        typer.echo(
            f"{template} at {host}:{port}, read by\n"
            f"  python -m ingest probe --template {template}{words}\n"
            f"and, in a configuration and a store of its own, collected by\n"
            f"{_as_toml(template, simulated.found_by)}"
        )
        sys.stdout.flush()

    serving = serve(load_template(template), host=host, port=port, zone=_settings().zone)
    asyncio.run(_until_told(serve_moving(serving, fixed, started=started)))


def _simulate_control(template: str, host: str, port: int, setting: list[str]) -> None:
    """Serve what a template of control can be told."""
    from ingest.control_templates import load_control_template
    from ingest.simulate_control import SimulatedControl, serve_control

    if setting:
        raise ConfigError("--set is for signals; this template has setpoints, which control tells")

    def say(words: str) -> None:
        typer.echo(words)
        sys.stdout.flush()

    def started(port: int) -> None:
        told = {"name": "TRIAL-1", "template": template, "host": host, "port": port}
        say(
            f"{template} at {host}:{port}, in a configuration of control told by\n"
            f"{_table(told)}\nsetpoints: {', '.join(simulated.taken)}"
        )

    simulated = SimulatedControl(load_control_template(template), host=host, port=port, say=say)
    asyncio.run(_until_told(serve_control(simulated, host, port, started)))


def _as_toml(template: str, found_by: Mapping[str, Any]) -> str:
    """The table of a collector's configuration that leads to a simulated device."""
    told = {"name": "TRIAL-1", "template": template, "synthetic": True, **found_by}
    return _table(told)


def _table(told: Mapping[str, Any]) -> str:
    # A template's settings are plain: what JSON writes of them is TOML as well.
    lines = [f"{key} = {json.dumps(value)}" for key, value in told.items()]
    return "\n".join(["  [[device]]", *(f"  {line}" for line in lines)])


def _numbers(pairs: list[str]) -> dict[str, float]:
    """``signal=number``."""
    found = {}
    for key, value in _told(pairs).items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"--set {key}={value}: is no number")
        found[key] = float(value)
    return found


@simulate.command("meter")
def simulate_meter(
    broker: BrokerUrl,
    houses: Annotated[str, typer.Option(help="Names, A,B,C")] = "A,B,C",
    interval: Annotated[float, typer.Option(min=0.001, help="Between two readings [s].")] = 10.0,
    rounds: Annotated[int | None, typer.Option(min=1, help="End after so many readings.")] = None,
    start: Annotated[
        str | None, typer.Option(help="First moment, ISO 8601; default is now.")
    ] = None,
    pace: Annotated[
        float | None, typer.Option(min=0, help="Real time between two readings [s], if other.")
    ] = None,
    seed: int = 0,
    user_env: UserEnv = "",
    password_env: PasswordEnv = "",
) -> None:
    """Publish the power of simulated households, 0 to 9000 W, until told to stop.

    What a broker has not confirmed is kept and sent again once it is back; over MQTT also what
    nobody has subscribed to yet.

    Example: python -m ingest simulate meter --broker amqp://127.0.0.1/houses --houses A,B,C
    """
    from ingest.logs import start_log
    from ingest.simulate_feed import Feed, parse_broker, publish

    settings = _settings()
    names = tuple(dict.fromkeys(name.strip() for name in houses.split(",") if name.strip()))
    wrong = [name for name in names if set(name) & set("+#*/.")]
    if wrong or not names:
        raise ConfigError(f"--houses {houses!r}: names without + # * / . and commas between them")
    feed = Feed(names, interval, pace, _start(start, settings.zone), rounds, seed, settings.zone)
    log = start_log()

    async def run() -> int:
        stop = asyncio.Event()
        _on_stop(stop.set)
        return await publish(feed, parse_broker(broker, user_env, password_env), log, stop)

    typer.echo(f"{asyncio.run(run())} readings confirmed by the broker")


@simulate.command("pv")
def simulate_pv(
    broker: BrokerUrl,
    out: Annotated[Path, typer.Option(help="Folder of the CSV files.")] = Path("data/simulated"),
    store: Store = None,
    name: Annotated[
        str, typer.Option(help="Of this consumer and its session at a broker; no two alike.")
    ] = "pv-1",
    seed: int = 0,
    log: Annotated[Path | None, typer.Option(help="File of log lines, rotated.")] = None,
    user_env: UserEnv = "",
    password_env: PasswordEnv = "",
) -> None:
    """Add the power of a roof, up to 4000 W, to what meters publish; keep both.

    Writes a CSV per meter and local day with time, meter, PV, sum and net power, and the same to
    the journal of the store. A message is acknowledged when both have it. Several consumers share
    the messages of a broker; one that was killed must be started again, by its name, over MQTT.

    Example: python -m ingest simulate pv --broker amqp://127.0.0.1/houses --out data/simulated
    """
    from core.journal import FILE, open_journal
    from core.signals import load_catalogue
    from ingest.collector import collect as run
    from ingest.collector_config import CollectorConfig, CollectorOptions
    from ingest.logs import start_log
    from ingest.simulate_feed import PvBeside, consumer, parse_broker

    settings = _settings(store=store)
    device = consumer(parse_broker(broker, user_env, password_env), name, settings.zone)
    options = CollectorOptions(metrics="", log=log)
    known = CollectorConfig(Path(), options, (), (device,))
    lines = start_log(log)
    _make_store(settings)
    beside = PvBeside(out, settings.zone, seed)
    catalogue = load_catalogue(settings.signals)
    with open_journal(settings.store / FILE, create=True) as journal:
        asyncio.run(run(known, settings, journal, lines, catalogue.describe, beside, shared=True))


def _start(text: str | None, zone: str) -> int | None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--start {text!r} is no time, e.g. 2026-06-21T12:00") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return round(aware.timestamp() * 1e6)


def _on_stop(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run until SIGTERM or SIGINT, or until it fails."""
    task = asyncio.ensure_future(work)
    _on_stop(task.cancel)
    await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error


# --- shared -------------------------------------------------------------------------------------


def _settings(**given: Any) -> Settings:
    return load_settings(**given)


def _make_store(settings: Settings) -> None:
    from core.ledger import create_ledger

    create_ledger(settings.store, zone=settings.zone, rules=settings.rules).close()


def _stop(code: int, text: str) -> NoReturn:
    print(text, file=sys.stderr)
    raise SystemExit(code)


def _run() -> None:
    """Run a command; an error made on purpose is one line and an exit code."""
    try:
        app()
    except DeviceError as error:
        _stop(EXIT_DEVICE, f"{type(error).__name__}: {error}")
    except (ConfigError, SourceError) as error:
        _stop(EXIT_USAGE, str(error))
    except (StoreError, AddressTaken) as error:
        _stop(EXIT_STORE, str(error))
    except ZigguratError as error:
        _stop(EXIT_USAGE, str(error))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in ("ingest", "core"):
            raise
        _stop(
            EXIT_USAGE,
            f"needs the package {error.name!r}, which is not installed: "
            "pip install -c constraints.txt -r requirements-collect.txt",
        )


def main() -> None:
    """Run a command, and end."""
    try:
        _run()
    except SystemExit as end:
        # Threads of the iec61850 library outlive what they served: they call into an interpreter
        # that is being taken down, and abort the process after all is done.
        if "iec61850" not in sys.modules or not isinstance(end.code, int | None):
            raise
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code or 0)


if __name__ == "__main__":
    main()
