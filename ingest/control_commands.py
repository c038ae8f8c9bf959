"""The command that follows plans: ``python -m ingest control``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def control(
    plan: Annotated[Path, typer.Option("--plan", help="A plan's file, or the folder of plans.")],
    store: Annotated[
        Path | None, typer.Option("--store", help="Folder of the store (default data/store).")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="control.toml (default: beside the store).")
    ] = None,
    arm: Annotated[
        bool, typer.Option("--arm", help='Command devices; the file must say mode = "armed" too.')
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent now, and end.")
    ] = False,
) -> None:
    """Follow plans: write setpoints, or command devices where file and --arm both say so.

    Off where there is no file beside the store, or it says mode = "off". docs/control.md says what
    is promised and what is not.

    Example: python -m ingest control --plan data/plans --dry-run
    """
    from core.config import load_settings
    from core.control_config import control_file, load_control
    from core.control_store import ControlStore, control_lock
    from core.journal import FILE, open_journal
    from core.ledger import FILE as LEDGER
    from core.ledger import create_ledger
    from ingest import control as running
    from ingest.control_templates import commanded
    from ingest.logs import start_log

    settings = load_settings(store=store, control=config)
    known = load_control(control_file(settings))
    devices = commanded(known)
    if dry_run:
        with ControlStore(settings.store) as kept:
            for one in running.dry_run(known, devices, plan, kept):
                typer.echo(f"{one.actuator}: {one.value:g} kW (asked {one.asked:g}), {one.words}")
        where = known.path if known.path.is_file() else f"there is no {known.path}"
        off = f"control is off ({where}); " if known.options.mode == "off" else ""
        typer.echo(f"dry run: {off}nothing was sent")
        return
    armed = running.check_arming(known, arm)
    if known.options.mode == "off":
        typer.echo(f"control is off ({known.path}); nothing was sent or written")
        return
    start_log()
    if not (settings.store / LEDGER).is_file():
        create_ledger(settings.store, zone=settings.zone, rules=settings.rules).close()
    with (
        control_lock(settings.store),
        ControlStore(settings.store) as kept,
        open_journal(settings.journal or settings.store / FILE, create=True) as journal,
    ):
        asyncio.run(running.control(known, devices, plan, kept, journal, armed=armed))
