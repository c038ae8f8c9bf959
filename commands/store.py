"""Commands that write a store or from one: ``build``, ``export``, ``demo``."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.exits import EXIT_SOURCES, EXIT_USAGE, stop
from commands.moments import local_time, parse_moment
from commands.options import Store, chosen_device, read_settings
from commands.progress import ProgressMeter
from core.errors import QueryError

if TYPE_CHECKING:
    from core.config import Settings
    from ingest.build import Summary

DEFAULT_ROOTS = ("data/meter", "data/BESS", "data/PV", "data/weather", "data/price")


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

    settings = read_settings(
        store=store, workers=workers, rules=rules, zone=zone, nonexistent=nonexistent,
        sources=_roots(source),
    )  # fmt: skip
    missing = [str(root) for root in settings.sources if not root.exists()]
    if missing or not settings.sources:
        found = f"no such folder: {', '.join(missing)}" if missing else "no source folder given"
        stop(EXIT_USAGE, f"{found}; name one with --source FOLDER")
    with ProgressMeter() as meter:
        summary = run(
            settings, declarations=read_declarations(declare or []), on_progress=meter.show
        )
    _print_summary(summary, settings)
    if summary.failed:
        raise typer.Exit(EXIT_SOURCES)


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

    settings = read_settings(store=store)
    opened = open_store(settings.store)
    known = chosen_device(opened, device)
    device = known.name
    names = signal or [info.name for info in opened.signals(device)]
    for name in names:
        opened.signal(device, name)
    low = parse_moment(start, opened.zone) if start else known.first or 0
    high = parse_moment(end, opened.zone) if end else (known.last or 0) + 1
    if level not in ("raw", *opened.rules):
        raise QueryError(f"no level {level!r}; there are raw, {', '.join(opened.rules)}")
    if low >= high:
        span = f"{local_time(known.first, opened.zone)} .. {local_time(known.last, opened.zone)}"
        raise QueryError(f"no readings in this window; {device} has {span}")
    if level != "raw" and not signal:
        names = [name for name in names if level in opened.signal(device, name).levels]
    about = {"device": device, "level": level, "zone": opened.zone, "store": str(settings.store)}
    if known.synthetic:
        about["synthetic"] = "yes"
    rows = write_frames(export_frames(opened, device, names, low, high, level), out, about)
    typer.echo(f"{out}: {rows} rows of {len(names)} signals, level {level}, zone {opened.zone}")


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

    settings = read_settings(store=store)
    began = time.monotonic()
    with ProgressMeter(unit="devices") as meter:
        rows = write_demo(settings, seed=seed, days=days, faults=faults, on_progress=meter.show)
    seconds = time.monotonic() - began
    size = sum(path.stat().st_size for path in settings.store.rglob("*") if path.is_file())
    typer.echo(
        f"{settings.store}: {rows} readings of {days} days in {seconds:.0f} s, "
        f"{size / 1e6:.0f} MB, synthetic"
    )


def _roots(given: list[Path] | None) -> tuple[Path, ...] | None:
    if given:
        return tuple(given)
    listed = os.environ.get("METER_ROOTS", "")
    roots = tuple(Path(part.strip()) for part in listed.split(",") if part.strip())
    if roots:
        return roots
    return tuple(Path(root) for root in DEFAULT_ROOTS if Path(root).is_dir()) or None


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
