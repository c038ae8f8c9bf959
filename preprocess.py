"""Raw files to the pyramid, and the upkeep of a store: the command line of Ziggurat."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer

from core.errors import ConfigError, QueryError, SourceError, StoreError, ZigguratError

if TYPE_CHECKING:
    from core import query
    from core.alert_service import Run
    from core.config import Settings
    from core.forecast_issue import Forecast
    from core.ledger import Ledger
    from core.room_fits import RoomReport
    from ingest.build import Progress, Summary

EXIT_SOURCES = 1  # some sources could not be read; the rest is in the store
EXIT_USAGE = 2
EXIT_STORE = 3  # the store is missing, damaged, locked or of another format
EXIT_DIFFERS = 4  # verify found differences
NO_WEATHER = (
    "PV without weather ahead: the next days are taken to be about as clear as the last ones. On "
    "the plant of the benchmark the skill against clear-sky persistence is 0.09 so, and 0.33 with "
    "weather known perfectly. Fetch a forecast (python -m ingest fetch weather --help), build it "
    "in, train again"
)
DEFAULT_ROOTS = ("data/meter", "data/BESS", "data/PV", "data/weather", "data/price")

app = typer.Typer(
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""Build and look after a store of Parquet pyramids.

    Without a command, build is run. Exit codes: 0 all good, 1 some sources could not be read
    (the rest is in the store), 2 wrong use, 3 the store is missing, damaged, locked or of another
    format, 4 verify found differences.
    """,
)

Store = Annotated[
    Path | None, typer.Option("--store", help="Folder of the store (default data/store).")
]


@app.command()
def build(
    source: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of raw files, <folder>/<device>/<signal>.csv or wide files; repeatable. "
            "METER_ROOTS=a,b in the environment works too."
        ),
    ] = None,
    store: Store = None,
    workers: Annotated[int | None, typer.Option(help="Files read at once (default 2).")] = None,
    rules: Annotated[
        str | None, typer.Option(help="Levels of a new store, default 1min,5min,15min,1h,1d.")
    ] = None,
    declare: Annotated[
        list[Path] | None,
        typer.Option(
            help="A source.toml that says how files are to be read, where looking does not tell: "
            "time column, format, zone, label, columns. See docs/source-toml.md."
        ),
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Zone of naive time stamps and of days (Europe/Berlin).")
    ] = None,
    nonexistent: Annotated[
        str | None,
        typer.Option(help="Times the spring clock change skips: quarantine (default) or shift."),
    ] = None,
) -> None:
    """Bring the store in line with the source folders.

    Files already known are not read again, of a file that grew only the new rows are, and the
    rows of a file that changed are replaced. Rows that cannot be used go to the quarantine with
    file, line and reason; see them with the command status or on the Data page.

    Example: python preprocess.py build --source data/meter --source data/BESS
    """
    from ingest.build import build as run
    from ingest.build import read_declarations

    settings = _settings(
        store=store, workers=workers, rules=rules, zone=zone, nonexistent=nonexistent,
        sources=_roots(source),
    )  # fmt: skip
    missing = [str(root) for root in settings.sources if not root.exists()]
    if missing or not settings.sources:
        found = f"no such folder: {', '.join(missing)}" if missing else "no source folder given"
        _stop(EXIT_USAGE, f"{found}; name one with --source FOLDER")
    with _Meter() as meter:
        summary = run(
            settings, declarations=read_declarations(declare or []), on_progress=meter.show
        )
    _print_summary(summary, settings)
    if summary.failed:
        raise typer.Exit(EXIT_SOURCES)


@app.command()
def status(
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
    quarantine: Annotated[
        bool, typer.Option(help="Print every quarantined row: file, line, column, text, reason.")
    ] = False,
) -> None:
    """Say what a store holds: devices, levels, sources, quarantine."""
    from core.ledger import open_ledger
    from core.upkeep import storage

    settings = _settings(store=store)
    with open_ledger(settings.store) as ledger:
        signals = ledger.signals()
        sources = ledger.sources()
        content = {
            "store": str(settings.store),
            "zone": ledger.zone,
            "rules": ledger.rules,
            "version": ledger.version,
            "devices": [
                {
                    "device": device["name"],
                    "group": device["grp"],
                    "synthetic": device["synthetic"],
                    "signals": sum(
                        row.device == device["name"] and row.rows > 0 for row in signals
                    ),
                    "readings": sum(row.rows for row in signals if row.device == device["name"]),
                    "first": _local(
                        _least(r.first for r in signals if r.device == device["name"]), ledger.zone
                    ),
                    "last": _local(
                        _most(r.last for r in signals if r.device == device["name"]), ledger.zone
                    ),
                }
                for device in ledger.devices()
                if any(row.device == device["name"] and row.rows for row in signals)
            ],
            "levels": storage(ledger),
            "sources": {
                state: sum(row.status == state for row in sources)
                for state in sorted({row.status for row in sources})
            },
            "repeated": sum(row.repeated for row in sources),
            "replaced": sum(row.replaced for row in sources),
            "failed": [
                {"path": row.path, "error": row.error} for row in sources if row.status == "failed"
            ],
            "quarantine": ledger.quarantine_counts(),
            "journal": _journal_status(settings, ledger),
        }
        if quarantine:
            content["rows"] = ledger.quarantine()
    if as_json:
        typer.echo(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        _print_status(content)


@app.command()
def verify(store: Store = None) -> None:
    """Derive every level anew from the one below and say what differs; check the journal.

    Exit code 0: nothing differs; 4: something does, named by device, signal, level and time.
    """
    from core.ledger import open_ledger
    from core.upkeep import verify_device

    settings = _settings(store=store)
    differences = 0
    with open_ledger(settings.store) as ledger:
        devices = [device["name"] for device in ledger.devices()]
        for device in devices:
            for sentence in verify_device(ledger, device):
                typer.echo(sentence)
                differences += 1
    place = _journal_path(settings)
    if _holds_journal(place):
        from core.journal import open_journal

        with open_journal(place, read_only=True) as journal:
            for sentence in journal.check():
                typer.echo(sentence)
                differences += 1
    if differences:
        typer.echo(f"{differences} differences; build the store anew from its sources", err=True)
        raise typer.Exit(EXIT_DIFFERS)
    typer.echo(f"{len(devices)} devices verified: every level follows from the one below")


@app.command()
def export(
    device: Annotated[str, typer.Option(help="Device, as named by status.")],
    out: Annotated[Path, typer.Option(help="File to write: .csv, .parquet or .xlsx.")],
    signal: Annotated[
        list[str] | None, typer.Option(help="Signal; repeatable. Default: all of the device.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="First moment, local time: 2024-03-31 or 2024-03-31T12:00.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="End of the window, exclusive.")] = None,
    level: Annotated[str, typer.Option(help="raw, 1min, 5min, 15min, 1h or 1d.")] = "raw",
    store: Store = None,
) -> None:
    """Write readings or buckets of a window to CSV, Parquet or Excel.

    Example: python preprocess.py export --device m1 --signal com_ap --level 1d --out m1.xlsx
    """
    from core.export import export_frames, write_frames
    from core.query import open_store

    settings = _settings(store=store)
    opened = open_store(settings.store)
    known = _device(opened, device)
    device = known.name
    names = signal or [info.name for info in opened.signals(device)]
    for name in names:
        opened.signal(device, name)
    low = _moment(start, opened.zone) if start else known.first or 0
    high = _moment(end, opened.zone) if end else (known.last or 0) + 1
    if level not in ("raw", *opened.rules):
        raise QueryError(f"no level {level!r}; there are raw, {', '.join(opened.rules)}")
    if low >= high:
        span = f"{_local(known.first, opened.zone)} .. {_local(known.last, opened.zone)}"
        raise QueryError(f"no readings in this window; {device} has {span}")
    if level != "raw" and not signal:
        names = [name for name in names if level in opened.signal(device, name).levels]
    about = {"device": device, "level": level, "zone": opened.zone, "store": str(settings.store)}
    if known.synthetic:
        about["synthetic"] = "yes"
    rows = write_frames(export_frames(opened, device, names, low, high, level), out, about)
    typer.echo(f"{out}: {rows} rows of {len(names)} signals, level {level}, zone {opened.zone}")


@app.command()
def plan(
    device: Annotated[
        str | None, typer.Option(help="Battery; its facts tell the size, its SOC the start.")
    ] = None,
    load: Annotated[
        list[str] | None, typer.Option(help="Meter whose power is load; repeatable.")
    ] = None,
    pv: Annotated[list[str] | None, typer.Option(help="Device that generates; repeatable.")] = None,
    strategy: Annotated[
        str | None, typer.Option(help="economic, comfort, environment or balanced.")
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=168, help="Hours to plan.")] = 48,
    past: Annotated[
        bool, typer.Option("--past", help="The newest hours read, to see what a plan was worth.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="File to write: .json, .csv, .parquet or .xlsx.")
    ] = None,
    control: Annotated[
        Path | None, typer.Option(help="File of setpoints for python -m ingest control --plan.")
    ] = None,
    store: Store = None,
) -> None:
    """Plan battery, grid, vehicles and heating for the hours after the newest reading.

    Tariff, battery, limits, vehicles and rooms come from <store>_dispatch.toml. Load and sun are
    expected as stored forecasts tell them, else as a week and as a day before. With --past what
    really came is charged afterwards.

    Example: python preprocess.py plan --device BESS-1 --load m1 --pv pv1 --out plan.csv
    """
    import pandas as pd

    from core.dispatch_choice import told_choice, with_battery_in
    from core.dispatch_readings import STEP_US
    from core.dispatch_report import UNITS, comfort_frame, plan_content, plan_frame, plan_report
    from core.dispatch_settings import read_dispatch_settings, settings_path
    from core.export import SUFFIXES, write_frames
    from core.query import open_store

    if out is not None and out.suffix not in (".json", *SUFFIXES):
        raise QueryError(f"{out.name}: a plan is written as .json, {', '.join(SUFFIXES)}")
    settings = _settings(store=store)
    opened = open_store(settings.store)
    told = read_dispatch_settings(settings_path(settings.store))
    choice = told_choice(opened, told, device, load or [], pv or [], strategy, hours, past)
    report = plan_report(opened, choice, plants=settings.plants)
    content = plan_content(report, opened.zone)
    if out is not None and out.suffix == ".json":
        out.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    elif out is not None:
        about = {"zone": opened.zone} | {f"unit of {name}": unit for name, unit in UNITS.items()}
        write_frames([plan_frame(report, opened.zone)], out, about)
    if control is not None:
        from core.control_plan import write_plan
        from core.control_setpoints import setpoints_of

        write_plan(control, setpoints_of(report))
    first, last = (pd.Timestamp(at, unit="us", tz="UTC").tz_convert(opened.zone)
                   for at in (report.start, int(report.ts[-1]) + STEP_US))  # fmt: skip
    typer.echo(f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} {opened.zone}")
    for one in report.sources:
        kind = f"stored forecast ({one.served})" if one.served else "a week and a day before"
        typer.echo(f"{one.device}: {kind}{f'; {one.why}' if one.why else ''}")
    for name in with_battery_in(opened, choice):
        typer.echo(f"{name}: at the connection, what the battery did is in its readings")
    told_by = report.prices.device
    typer.echo(f"prices: {f'exchange ({told_by}) and what is added' if told_by else 'fixed'}")
    for way, costs in content["costs"].items():
        typer.echo(f"{way:<10}{costs['total_eur']:>z12.2f} EUR")
    if report.behind.rooms:
        comfort = comfort_frame(report)
        typer.echo(
            f"comfort: {comfort['missed_kh'].sum():.1f} K·h outside the bands of {len(comfort)} "
            f"rooms, {comfort['before_kh'].sum():.1f} K·h with thermostats"
        )
    kind = "saving" if past else "expected saving"
    typer.echo(
        f"{kind} against doing nothing {report.saving.total_eur:z.2f} EUR, gap {report.gap:.2g}, "
        f"{report.plan.seconds:.2f} s"
    )


@app.command()
def rooms(
    room: Annotated[
        list[str] | None, typer.Option(help="Room of the settings, or signal; repeatable.")
    ] = None,
    days: Annotated[int, typer.Option(min=2, max=366, help="Newest days to fit.")] = 30,
    out: Annotated[Path | None, typer.Option(help="File to write the [[room]] lines to.")] = None,
    store: Store = None,
) -> None:
    """Fit thermal models of rooms, with intervals, whiteness and a test on the last 48 h.

    Rooms are those of <store>_dispatch.toml that are measured, and every other room temperature.
    What heats them is told by `heat` there, else by heating powers of the same device; outdoor
    temperature and sun by [heating]. The lines printed go into <store>_dispatch.toml.

    Example: python preprocess.py rooms --days 30 --out rooms.toml
    """
    from core.dispatch_settings import read_dispatch_settings, settings_path
    from core.query import open_store
    from core.room_fits import room_report, room_sources, settings_lines

    settings = _settings(store=store)
    opened = open_store(settings.store)
    told = read_dispatch_settings(settings_path(settings.store))
    names = room or [one.name for one in room_sources(opened, told)]
    if not names:
        raise QueryError("no room temperature in the store: a signal like bath_room_temperature")
    lines = []
    for name in names:
        report = room_report(opened, told, name, days)
        _say_room(report, opened.zone)
        lines.append(settings_lines(report))
    text = "\n".join(one for one in lines if one)
    if out is not None and text:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"{out}: {sum(map(bool, lines))} rooms")
    elif text:
        typer.echo(f"\n{text}", nl=False)


def _say_room(report: RoomReport, zone: str) -> None:
    """Models of a room, in lines."""
    import pandas as pd

    source = report.source
    info, heat = source.temperature, ", ".join(one.name for one in source.heat)
    outdoor = source.outdoor.name if source.outdoor else "none"
    typer.echo(f"{source.name}: {info.device}/{info.name}, heat {heat or 'none'}, air {outdoor}")
    if report.refusal:
        typer.echo(f"  refused: {report.refusal.replace('_', ' ')}")
        return
    first, last = (pd.Timestamp(int(at), unit="us", tz="UTC").tz_convert(zone)
                   for at in (report.ts[0], report.ts[-1] + report.step_us))  # fmt: skip
    typer.echo(
        f"  {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} {zone}, {len(report.ts)} values of "
        f"{report.step_us // 60_000_000} min"
    )
    for one in report.trials:
        fit, white = one.fit, one.fit.whiteness
        if not fit.stands:
            why = ", ".join(fit.detail.values())
            typer.echo(f"  {fit.kind} refused: {fit.refusal.replace('_', ' ')} {why}".rstrip())
            continue
        typer.echo(f"  {fit.kind}{', to plan with' if one is report.best else ''}")
        for part in fit.parameters:
            known = part.low == part.low  # else held at its floor
            interval = f"[{part.low:.4g}, {part.high:.4g}]" if known else "at its floor"
            typer.echo(f"    {part.name:<11}{part.value:>9.4g} {interval} {part.unit}")
        assert white is not None  # of a fit that stands
        sort = "white" if white.white else "not white, intervals are too narrow"
        typer.echo(
            f"    one step {fit.one_step_rmse:.3f} K, simulated {fit.rmse:.2f} K; errors {sort} "
            f"(Ljung-Box p {white.p_value:.2g}, periodogram {white.departure:.3f} of "
            f"{white.band:.3f})"
        )
        if one.course is not None:
            hours = (len(report.ts) - one.first) * report.step_us / 3.6e9
            typer.echo(
                f"    last {hours:.0f} h not fitted: RMSE {one.rmse:.2f} K, "
                f"{100 * one.inside_ratio:.0f} % within the 80 % band"
            )


@app.command()
def demo(
    store: Store = None,
    seed: Annotated[int, typer.Option(help="Same seed, same store.")] = 7,
    days: Annotated[int, typer.Option(min=2, help="Length of the simulation.")] = 270,
    faults: Annotated[
        str,
        typer.Option(
            help='Planted cell faults: "default", "none", or e.g. "capacity:3,offset_high:2".'
        ),
    ] = "default",
) -> None:
    """Make a store of a simulated site: six meters, a PV plant, two batteries of 260 cells.

    Everything in it is marked synthetic. What was planted is written beside the store, to
    <store>_truth.json; the app never reads it.
    """
    from ingest.demo_store import write_demo

    settings = _settings(store=store)
    began = time.monotonic()
    with _Meter(unit="devices") as meter:
        rows = write_demo(settings, seed=seed, days=days, faults=faults, on_progress=meter.show)
    seconds = time.monotonic() - began
    size = sum(path.stat().st_size for path in settings.store.rglob("*") if path.is_file())
    typer.echo(
        f"{settings.store}: {rows} readings of {days} days in {seconds:.0f} s, "
        f"{size / 1e6:.0f} MB, synthetic"
    )


@app.command()
def alerts(
    since: Annotated[
        str | None,
        typer.Option(
            help="Evaluate anew from here, local time: 2025-06-01. Without it, what came in since "
            "the last evaluation."
        ),
    ] = None,
    device: Annotated[
        list[str] | None, typer.Option(help="Device; repeatable. Default: all.")
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(help="File of rules (default <store>_alerts.toml beside the store)."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print, keep nothing.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with live readings and send messages.")
    ] = False,
    every: Annotated[float, typer.Option(min=0.2, help="Seconds between two looks.")] = 5.0,
    store: Store = None,
) -> None:
    """Evaluate the rules of alerts, print what they found and keep it.

    Example: python preprocess.py alerts --since 2025-06-01 --device BESS-1
    """
    from core.alert_rules import load_alerts, rules_path
    from core.alert_run import newest_reading
    from core.alert_service import run_alerts
    from core.alert_store import open_alerts
    from core.alert_subjects import find_doubts
    from core.query import open_store

    settings = _settings(store=store)
    opened = open_store(settings.store, journal=settings.journal)
    if rules is not None and not rules.is_file():
        raise SourceError(rules, "there is no such file", expected="a file of rules")
    begin = _moment(since, opened.zone) if since else None
    newest = newest_reading(opened)
    if begin is not None and newest is not None and begin > newest:
        raise ConfigError(
            f"--since {since} is after the newest reading, {_local(newest, opened.zone)}"
        )
    config = load_alerts(rules or rules_path(settings), opened.zone, settings.plants)
    for doubt in find_doubts(opened, config):
        typer.echo(f"doubtful: {doubt}", err=True)
    with open_alerts(settings.store) as kept, _Meter(unit="devices") as meter:
        if follow:
            from core.alert_follow import follow as run_on

            path = rules or rules_path(settings)
            run_on(opened, kept, lambda: load_alerts(path, opened.zone, settings.plants),
                   every_s=every, say=typer.echo)  # fmt: skip
            return
        run = run_alerts(
            opened, kept, config, since=begin,
            devices=[_device(opened, name).name for name in device] if device else None,
            dry_run=dry_run, on_progress=meter.step,
        )  # fmt: skip
    if run is None:
        typer.echo("the store holds no reading yet")
        return
    _print_alerts(run, opened.zone)


@app.command()
def train(
    device: Annotated[str, typer.Option(help="Device, as named by status.")],
    quantity: Annotated[
        str | None,
        typer.Option(help="load, pv, net, room_temperature or cell_temperature. Default: all."),
    ] = None,
    holidays: Annotated[
        str | None,
        typer.Option(help="Whose public holidays count: DE, DE-BY, ... or none. Default: by zone."),
    ] = None,
    weather: Annotated[
        str | None,
        typer.Option(help="Device that tells the weather, or none. Default: one that forecasts."),
    ] = None,
    pv: Annotated[
        str | None,
        typer.Option(help="PV device of the site: trains load, PV, and load less PV as net."),
    ] = None,
    appliances: Annotated[
        list[str] | None,
        typer.Option(help="Device whose relays and appliances are part of the load; repeatable."),
    ] = None,
    days: Annotated[
        int, typer.Option(min=2, help="Days of the backtest, half of the history at most.")
    ] = 90,
    store: Store = None,
) -> None:
    """Train forecast models of a device and test them on its newest days.

    The models stand beside the store, in <store>_models, with their figures; the app shows them.
    Readings of the newest 800 days are looked at.

    Example: python preprocess.py train --device m1
    """
    from core.forecast_cases import forecast_targets
    from core.forecast_net import train_net
    from core.forecast_training import Training
    from core.forecast_training import train as run
    from core.query import open_store

    settings = _settings(store=store)
    opened = open_store(settings.store)
    name = _device(opened, device).name
    region = "" if holidays == "none" else holidays
    beside = tuple(_device(opened, one).name for one in appliances or ())
    asked = Training(region, weather, settings.plants, beside, test_days=days, say=typer.echo)
    if pv is not None:
        if quantity not in (None, "net"):
            raise QueryError(f"with --pv the net is trained, not {quantity}")
        stored = train_net(opened, name, _device(opened, pv).name, asked)
        _print_model(stored.manifest)
        return
    wanted = [quantity] if quantity else [one.quantity for one in forecast_targets(opened, name)]
    if not wanted:
        raise QueryError(f"{name} measures nothing that can be forecast")
    for one in wanted:
        stored = run(opened, name, one, asked)
        _print_model(stored.manifest)


@app.command()
def forecast(
    device: Annotated[str, typer.Option(help="Device, as named by status.")],
    quantity: Annotated[
        str | None, typer.Option(help="Which of its models. Default: all that are stored.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            help="Time of issue, local. Default: newest. Where the model has learnt from later "
            "readings, the forecast is not kept; see --out."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write in place of the store: .csv, .parquet or .xlsx."),
    ] = None,
    store: Store = None,
) -> None:
    """Forecast the next 48 hours after the newest reading, and keep it as signals of the store.

    Example: python preprocess.py forecast --device m1
    """
    from core.errors import ModelMissing
    from core.forecast_issue import issue_forecast, learnt_later, write
    from core.forecast_models import stored_quantities
    from core.query import open_store

    settings = _settings(store=store)
    opened = open_store(settings.store)
    name = _device(opened, device).name
    wanted = [quantity] if quantity else stored_quantities(opened.root, name)
    if not wanted:
        raise ModelMissing(
            f"no model is stored for {name}; train one: preprocess.py train --device {name}"
        )
    if out is not None and len(wanted) > 1:
        raise QueryError(f"--out writes one forecast; say which: --quantity {wanted[0]}")
    moment = _moment(at, opened.zone) if at else None
    for one in wanted:
        given, stored = issue_forecast(opened, name, one, at=moment, plants=settings.plants)
        said = (
            f"{name} {one}: {len(given.frame)} slots from {_local(given.issue, opened.zone)}, "
            f"served by {given.served}"
        )
        if out is None:
            typer.echo(f"{said}; {write(opened, given, stored)} readings of {name}.forecast")
        else:
            about = _write_forecast(out, given, learnt_later(given, stored), opened.zone)
            typer.echo(f"{said}; {out}")
            for words in about:
                typer.echo(f"  {words}")
        if one == "pv" and not stored.manifest["weather"]:
            typer.echo(f"  {NO_WEATHER}")


def _write_forecast(out: Path, given: Forecast, learnt: int | None, zone: str) -> list[str]:
    """Write a forecast to a file; what must be said of it, which the file says too."""
    import pandas as pd

    from core.export import write_frames

    said = []
    if learnt is not None:
        said.append(
            f"its model learnt from readings up to {_local(learnt, zone)}, later than this issue, "
            "so this is no test of it; see the backtest"
        )
    frame = given.frame.copy()
    frame["ts"] = pd.to_datetime(frame["ts"], unit="us", utc=True).dt.tz_convert(zone)
    about = {
        "device": given.target.device, "quantity": given.target.quantity,
        "unit": given.target.unit, "zone": zone, "issued": str(_local(given.issue, zone)),
        "served": given.served,
    }  # fmt: skip
    write_frames([frame], out, about | ({"caution": said[0]} if said else {}))
    return said


# --- around the commands ------------------------------------------------------------------------
def _settings(**given: Any) -> Settings:
    from core.config import load_settings

    return load_settings(**given)


def _journal_path(settings: Settings) -> Path:
    from core.journal import FILE

    return settings.journal or settings.store / FILE


def _holds_journal(place: Path) -> bool:
    """Whether a journal was begun there; one without a byte never was."""
    return place.exists() and place.stat().st_size > 0


def _journal_status(settings: Settings, ledger: Ledger) -> dict[str, Any] | None:
    """Size of the journal and what of it is not in the pyramid; None where there is none."""
    place = _journal_path(settings)
    if not _holds_journal(place):
        return None
    from core.journal import open_journal, settled_in
    from core.ledger import LIVE

    with open_journal(place, read_only=True) as journal:
        states = {row.device: row.state for row in ledger.sources() if row.kind == LIVE}
        known = {
            device: settled_in(state, journal.id, journal.last_seq)
            for device, state in states.items()
        }
        now = time.time()
        return {
            "path": str(place),
            "bytes": journal.size(),
            "devices": [
                {
                    "device": one.device,
                    "backlog": one.readings,
                    "age_s": None if one.oldest is None else round(now - one.oldest / 1e6, 1),
                    "bytes": one.bytes,
                }
                for one in journal.backlog(known)
            ],
        }


def _roots(given: list[Path] | None) -> tuple[Path, ...] | None:
    if given:
        return tuple(given)
    listed = os.environ.get("METER_ROOTS", "")
    roots = tuple(Path(part.strip()) for part in listed.split(",") if part.strip())
    if roots:
        return roots
    return tuple(Path(root) for root in DEFAULT_ROOTS if Path(root).is_dir()) or None


def _device(store: query.Store, name: str) -> query.Device:
    """A device by its name, or by group and name as a path has them: meter/ha1.

    Raises
    ------
    UnknownDevice : no such device; the message names those there are.
    """
    by_path = {f"{one.group}/{one.name}": one for one in store.devices() if one.group}
    return by_path.get(name) or store.device(name)


def _moment(text: str, zone: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise QueryError(f"{text!r} is not a time; expected e.g. 2024-03-31T12:00") from error
    if moment.tzinfo is None:
        naive, moment = moment, moment.replace(tzinfo=ZoneInfo(zone))
        # What the clocks skip in spring comes back from UTC as another time.
        if moment.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
            raise QueryError(f"{text} does not exist in {zone}: the clocks are put forward then")
    return round(moment.timestamp() * 1_000_000)


def _local(moment: int | None, zone: str) -> str | None:
    if moment is None:
        return None
    return datetime.fromtimestamp(moment / 1e6, ZoneInfo(zone)).isoformat(timespec="seconds")


def _least(moments: Any) -> int | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _most(moments: Any) -> int | None:
    return max((moment for moment in moments if moment is not None), default=None)


class _Meter:
    """Progress on a terminal; silent where there is none."""

    def __init__(self, unit: str = "files") -> None:
        self._bar: Any = None
        self._unit = unit
        self._began = time.monotonic()

    def __enter__(self) -> _Meter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, name: str, done: int, of: int) -> None:
        """Draw which device is at work."""
        if sys.stderr.isatty():
            typer.echo(f"\r{done + 1}/{of} {name:<24}", err=True, nl=done + 1 == of)

    def show(self, progress: Progress) -> None:
        """Draw where the work stands."""
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"), BarColumn(),
                TextColumn("{task.fields[done]} · {task.fields[rate]} rows/s"),
                TimeRemainingColumn(), console=Console(stderr=True),
            )  # fmt: skip
            self._task = self._bar.add_task("", total=progress.bytes_total, done="", rate="")
            self._bar.start()
        seconds = max(time.monotonic() - self._began, 1e-9)
        self._bar.update(
            self._task,
            completed=progress.bytes,
            description=progress.device,
            done=f"{progress.sources}/{progress.sources_total} {self._unit}",
            rate=f"{progress.rows / seconds:,.0f}",
        )


def _print_alerts(run: Run, zone: str) -> None:
    """Alerts by time, and how many of each rule."""
    from core.alert_messages import peak_text
    from core.alert_run import count_by_rule

    found = sorted(run.outcome.found, key=lambda one: (one.episode.start, one.device, one.rule))
    for one in found:
        episode = one.episode
        end = _local(episode.end, zone) or "open"
        what = one.device if not one.signal else f"{one.device}/{one.signal}"
        typer.echo(
            f"{episode.severity:<9}{one.rule:<20} {what:<28} {_local(episode.start, zone)} .. "
            f"{end:<25} peak {peak_text(episode.peak, one.unit, one.condition, 'en')} "
            f"({episode.count} x)"
        )
    for rule, count in sorted(count_by_rule(found).items()):
        typer.echo(f"{rule}: {count}")
    for lost in run.outcome.unwatched:
        why = f" ({lost.why})" if lost.why else ""
        typer.echo(f"not watched: {lost.rule} of {lost.device}, for want of {lost.missing}{why}")
    span = f"{_local(run.since, zone)} .. {_local(run.until, zone)}"
    typer.echo(f"{len(found)} alerts, {run.outcome.readings} readings read, {span}")
    if run.kept is None:
        typer.echo("nothing was kept (--dry-run)")
    else:
        typer.echo(f"{len(run.kept.raised)} of them are new")


def _print_model(manifest: dict[str, Any]) -> None:
    from core.forecast_models import band_holds

    figures, unit = manifest["figures"], manifest["unit"]
    typer.echo(
        f"  RMSE {figures['rmse']['value']:.3g} {unit}, MAE {figures['mae']['value']:.3g} {unit}, "
        f"80 % band covers {100 * figures['coverage']['value']:.0f} %, "
        f"{figures['n']} forecasts of {figures['days']} days"
    )
    better = figures["band_skill"]["value"]
    if better is not None:
        typer.echo(
            f"  the band is {figures['width']:.3g} {unit} wide, that of {figures['band_baseline']} "
            f"{figures['band_width']:.3g} {unit}; its pinball loss is "
            f"{'less' if better > 0 else 'more'} by {100 * abs(better):.0f} %"
        )
    if not band_holds(figures):
        typer.echo("  the band does not hold what it promises: see coverage and width")
    for name, one in figures["skill"].items():
        interval = "" if one["low"] is None else f" [{one['low']:.2f}, {one['high']:.2f}]"
        if one["value"] is not None:
            typer.echo(f"  skill against {name}: {one['value']:.2f}{interval}")
    quality = manifest["quality"]
    if quality["missing_ratio"] > 0.05:
        typer.echo(
            f"  {100 * quality['missing_ratio']:.0f} % of its slots have no reading, the longest "
            f"gap is {quality['longest_gap_h']:.0f} h"
        )
    joined = manifest.get("together")
    if joined and joined["correlation"] is not None:
        typer.echo(
            f"  errors of load and PV correlate by {joined['correlation']:.2f}; taken as "
            f"independent the band would hold {100 * joined['independent_coverage']:.0f} %"
        )
    for one in (manifest["parts"] or {}).get("appliances", ()):
        _print_appliance(one)
    if manifest["quantity"] == "pv" and not manifest["weather"]:
        typer.echo(f"  {NO_WEATHER}")
    if manifest["served"] != "model":
        typer.echo(f"  the model loses to {manifest['served']}, which is served in its place")


def _print_appliance(one: dict[str, Any]) -> None:
    """Pattern of a relay or an appliance, or why there is none."""
    if one["refusal"]:
        said = one["refusal"].replace("_", " ")
        typer.echo(f"  {one['name']}: no pattern ({said}): {one['starts']} switchings on in "
                   f"{one['days']} days")  # fmt: skip
        return
    power, share = one["power"], one["share"]
    words = f"  {one['name']}: on {one['starts_per_day']['value']:.2g} times a day"
    if not one["power_refusal"]:
        words += (
            f", steps the load by {power['value']:.3g} kW "
            f"[{power['low']:.3g}, {power['high']:.3g}] ({one['steps']} switchings)"
        )
    if share["value"] is not None:
        words += f", {100 * share['value']:.1f} % of its energy"
    if one["power_refusal"]:
        words += f"; no step in the load ({one['power_refusal'].replace('_', ' ')})"
    typer.echo(words)


def _print_summary(summary: Summary, settings: Settings) -> None:
    rate = summary.rows / summary.seconds if summary.seconds else 0
    typer.echo(
        f"{settings.store}: {summary.read} of {summary.sources} sources read, "
        f"{summary.unchanged} unchanged, {len(summary.failed)} failed; {summary.rows} readings "
        f"in {summary.seconds:.1f} s ({rate:,.0f} rows/s)"
    )
    for label, count in (
        ("readings stood there already with the same value", summary.repeated),
        ("readings replaced an earlier value of the same time", summary.replaced),
        ("rows or cells quarantined, see status", summary.quarantined),
    ):
        if count:
            typer.echo(f"  {count} {label}")
    for path, count in summary.replaced_by[:10]:
        typer.echo(
            f"  {count} readings of {path} replaced others of the same device, signal and time; "
            'if these are two devices, name one with device = "..." in a source.toml'
        )
    from ingest.build import failure_words

    for path, why in summary.failed:
        typer.echo(f"  failed: {failure_words(path, why)}", err=True)


def _print_status(content: dict[str, Any]) -> None:
    typer.echo(
        f"{content['store']}: zone {content['zone']}, levels {content['rules']}, "
        f"commit {content['version']}"
    )
    for device in content["devices"]:
        mark = " synthetic" if device["synthetic"] else ""
        group = f" ({device['group']})" if device["group"] else ""
        typer.echo(
            f"  {device['device']}{group}{mark}: {device['signals']} signals, "
            f"{device['readings']} readings, {device['first']} .. {device['last']}"
        )
    for level, entry in content["levels"].items():
        typer.echo(
            f"  level {level}: {entry['rows']} rows, {entry['files']} files, "
            f"{entry['bytes'] / 1e6:.1f} MB"
        )
    states = ", ".join(f"{count} {state}" for state, count in content["sources"].items())
    typer.echo(f"  sources: {states or 'none'}")
    for row in content["failed"]:
        typer.echo(f"  failed: {row['error']}")
    for row in content["quarantine"]:
        member = f"[{row['member']}]" if row["member"] else ""
        typer.echo(f"  quarantine: {row['rows']} × {row['reason']} in {row['path']}{member}")
    if content["journal"] is not None:
        _print_journal(content["journal"])
    for row in content.get("rows", []):
        where = f"{row['path']}:{row['line'] or '?'}"
        typer.echo(f"  {where}: {row['column_name']} {row['text']!r}: {row['reason']}")


def _print_journal(journal: dict[str, Any]) -> None:
    waiting = [one for one in journal["devices"] if one["backlog"]]
    total = sum(one["backlog"] for one in waiting)
    typer.echo(
        f"  journal: {journal['path']}, {journal['bytes'] / 1e6:.1f} MB, "
        f"{total} readings not settled yet"
    )
    for one in waiting:
        typer.echo(
            f"    {one['device']}: {one['backlog']} readings, the oldest came in "
            f"{one['age_s']:.0f} s ago, about {one['bytes'] / 1e6:.1f} MB"
        )


def _stop(code: int, sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise SystemExit(code)


def main() -> None:
    """Run the command line; the bare command builds."""
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    # No command multiplies matrices; starting the threads for it costs more than a run finding
    # nothing new.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = sys.argv[1:]
    if not arguments or (arguments[0] not in commands and arguments[0] not in ("--help", "-h")):
        arguments = ["build", *arguments]
    try:
        app(arguments, prog_name="preprocess.py")
    except (ConfigError, QueryError) as error:
        _stop(EXIT_USAGE, str(error))
    except SourceError as error:
        _stop(EXIT_SOURCES, str(error))
    except StoreError as error:
        _stop(EXIT_STORE, str(error))
    except ZigguratError as error:
        _stop(EXIT_SOURCES, str(error))
    except OSError as error:
        # A full disk, a folder without permission: what was committed before stands.
        _stop(EXIT_STORE, f"{error}")


if __name__ == "__main__":
    main()
