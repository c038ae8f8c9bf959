"""The command that evaluates the rules of alerts: ``alerts``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.moments import local_time, parse_moment
from commands.options import Store, chosen_device, read_settings
from commands.progress import ProgressMeter
from core.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from core.alert_service import Run


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

    settings = read_settings(store=store)
    opened = open_store(settings.store, journal=settings.journal)
    if rules is not None and not rules.is_file():
        raise SourceError(rules, "there is no such file", expected="a file of rules")
    begin = parse_moment(since, opened.zone) if since else None
    newest = newest_reading(opened)
    if begin is not None and newest is not None and begin > newest:
        raise ConfigError(
            f"--since {since} is after the newest reading, {local_time(newest, opened.zone)}"
        )
    config = load_alerts(rules or rules_path(settings), opened.zone, settings.plants)
    for doubt in find_doubts(opened, config):
        typer.echo(f"doubtful: {doubt}", err=True)
    with open_alerts(settings.store) as kept, ProgressMeter(unit="devices") as meter:
        if follow:
            from core.alert_follow import follow as run_on

            path = rules or rules_path(settings)
            run_on(opened, kept, lambda: load_alerts(path, opened.zone, settings.plants),
                   every_s=every, say=typer.echo)  # fmt: skip
            return
        run = run_alerts(
            opened, kept, config, since=begin,
            devices=[chosen_device(opened, name).name for name in device] if device else None,
            dry_run=dry_run, on_progress=meter.step,
        )  # fmt: skip
    if run is None:
        typer.echo("the store holds no reading yet")
        return
    _print_alerts(run, opened.zone)


def _print_alerts(run: Run, zone: str) -> None:
    """Alerts by time, and how many of each rule."""
    from core.alert_messages import peak_text
    from core.alert_run import count_by_rule

    found = sorted(run.outcome.found, key=lambda one: (one.episode.start, one.device, one.rule))
    for one in found:
        episode = one.episode
        end = local_time(episode.end, zone) or "open"
        what = one.device if not one.signal else f"{one.device}/{one.signal}"
        typer.echo(
            f"{episode.severity:<9}{one.rule:<20} {what:<28} {local_time(episode.start, zone)} .. "
            f"{end:<25} peak {peak_text(episode.peak, one.unit, one.condition, 'en')} "
            f"({episode.count} x)"
        )
    for rule, count in sorted(count_by_rule(found).items()):
        typer.echo(f"{rule}: {count}")
    for lost in run.outcome.unwatched:
        why = f" ({lost.why})" if lost.why else ""
        typer.echo(f"not watched: {lost.rule} of {lost.device}, for want of {lost.missing}{why}")
    span = f"{local_time(run.since, zone)} .. {local_time(run.until, zone)}"
    typer.echo(f"{len(found)} alerts, {run.outcome.readings} readings read, {span}")
    if run.kept is None:
        typer.echo("nothing was kept (--dry-run)")
    else:
        typer.echo(f"{len(run.kept.raised)} of them are new")
