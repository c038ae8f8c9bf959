"""Commands that look after a store: ``status``, ``verify``."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.exits import EXIT_DIFFERS
from commands.moments import local_time
from commands.options import Store, read_settings

if TYPE_CHECKING:
    from core.config import Settings
    from core.ledger import Ledger


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

    settings = read_settings(store=store)
    with open_ledger(settings.store) as ledger:
        sources = ledger.sources()
        content = {
            "store": str(settings.store),
            "zone": ledger.zone,
            "rules": ledger.rules,
            "version": ledger.version,
            "devices": _device_status(ledger),
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
            "plants_wrong": _wrong_plants(settings),
            "journal": _journal_status(settings, ledger),
        }
        if quarantine:
            content["rows"] = ledger.quarantine()
    if as_json:
        typer.echo(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        _print_status(content)


def verify(store: Store = None) -> None:
    """Derive every level anew from the one below and say what differs; check the journal.

    Exit code 0: nothing differs; 4: something does, named by device, signal, level and time.
    """
    from core.ledger import open_ledger
    from core.upkeep import verify_device

    settings = read_settings(store=store)
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


def _device_status(ledger: Ledger) -> list[dict[str, Any]]:
    """Devices that have readings: how many, of how many signals, from when to when."""
    signals, zone = ledger.signals(), ledger.zone
    told = []
    for device in ledger.devices():
        rows = [row for row in signals if row.device == device["name"]]
        if any(row.rows for row in rows):
            told.append(
                {
                    "device": device["name"],
                    "group": device["grp"],
                    "synthetic": device["synthetic"],
                    "signals": sum(row.rows > 0 for row in rows),
                    "readings": sum(row.rows for row in rows),
                    "first": local_time(_least(row.first for row in rows), zone),
                    "last": local_time(_most(row.last for row in rows), zone),
                }
            )
    return told


def _journal_path(settings: Settings) -> Path:
    from core.journal import FILE

    return settings.journal or settings.store / FILE


def _holds_journal(place: Path) -> bool:
    """Whether a journal was begun there; one without a byte never was."""
    return place.exists() and place.stat().st_size > 0


def _wrong_plants(settings: Settings) -> list[str]:
    """What is wrong with the file of plants: each wrong plant by its line, and what was expected.

    Of a file that cannot be read as a whole, that.
    """
    from core.errors import DeclarationError
    from core.plant_file import load_plants, plants_file

    try:
        found = load_plants(plants_file(settings.store, settings.plants))
    except DeclarationError as error:
        return [str(error)]
    return [str(one.error) for one in found.wrong]


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


def _least(moments: Any) -> int | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _most(moments: Any) -> int | None:
    return max((moment for moment in moments if moment is not None), default=None)


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
    for row in content["plants_wrong"]:
        typer.echo(f"  wrong plant: {row}")
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
