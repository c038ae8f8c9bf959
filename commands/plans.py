"""Commands about what is to come in a house: ``plan``, ``rooms``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import Store, read_settings
from core.errors import QueryError

if TYPE_CHECKING:
    from core.dispatch_report import PlanReport
    from core.room_fits import RoomReport


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
    from core.dispatch_choice import told_choice, with_battery_in
    from core.dispatch_report import UNITS, plan_content, plan_frame, plan_report
    from core.dispatch_settings import read_dispatch_settings, settings_path
    from core.export import SUFFIXES, write_frames
    from core.query import open_store

    if out is not None and out.suffix not in (".json", *SUFFIXES):
        raise QueryError(f"{out.name}: a plan is written as .json, {', '.join(SUFFIXES)}")
    settings = read_settings(store=store)
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
    _say_expected(report, with_battery_in(opened, choice), opened.zone)
    for way, costs in content["costs"].items():
        typer.echo(f"{way:<10}{costs['total_eur']:>z12.2f} EUR")
    _say_worth(report, past)


def _say_expected(report: PlanReport, with_battery: list[str], zone: str) -> None:
    """What a plan goes by: its hours, forecasts and prices."""
    import pandas as pd

    from core.dispatch_readings import STEP_US

    first, last = (pd.Timestamp(at, unit="us", tz="UTC").tz_convert(zone)
                   for at in (report.start, int(report.ts[-1]) + STEP_US))  # fmt: skip
    typer.echo(f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} {zone}")
    for one in report.sources:
        kind = f"stored forecast ({one.served})" if one.served else "a week and a day before"
        typer.echo(f"{one.device}: {kind}{f'; {one.why}' if one.why else ''}")
    for name in with_battery:
        typer.echo(f"{name}: at the connection, what the battery did is in its readings")
    told_by = report.prices.device
    typer.echo(f"prices: {f'exchange ({told_by}) and what is added' if told_by else 'fixed'}")


def _say_worth(report: PlanReport, past: bool) -> None:
    """What a plan saves, and how warm the rooms are by it."""
    from core.dispatch_report import comfort_frame

    if report.behind.rooms:
        comfort = comfort_frame(report)
        typer.echo(
            f"comfort: {comfort['missed_kh'].sum():.1f} K·h outside the bands of {len(comfort)} "
            f"rooms, {comfort['before_kh'].sum():.1f} K·h with thermostats"
        )
        if report.gives_up_comfort:
            typer.echo("comfort is given up for the saving; the totals put no price on it")
    if report.cheaper is not None:
        way, less = report.cheaper
        typer.echo(
            f"{way} {'would have cost' if past else 'is expected to cost'} {less:.2f} EUR "
            "less than the plan"
        )
    saved = report.headline_eur("nothing") - report.headline_eur("plan")
    if report.demand_aside:
        typer.echo(
            "the billing year has just begun: its demand charge is no saving of these days and "
            f"left out ({report.saving.peak_eur:z.2f} EUR less of it in the costs above)"
        )
    kind = "saving" if past else "expected saving"
    typer.echo(
        f"{kind} against doing nothing {saved:z.2f} EUR, gap {report.gap:.2g}, "
        f"{report.plan.seconds:.2f} s"
    )


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

    settings = read_settings(store=store)
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
    if source.heat_per_power != 1:
        heat += f" (electric, {source.heat_per_power:g} kWh of heat per kWh)"
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
