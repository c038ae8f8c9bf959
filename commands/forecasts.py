"""Commands of forecast models: ``train``, ``forecast``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.moments import local_time, parse_moment
from commands.options import Store, chosen_device, read_settings
from core.errors import QueryError

if TYPE_CHECKING:
    from core.forecast_issue import Forecast

NO_WEATHER = (
    "PV without weather ahead: the next days are taken to be about as clear as the last ones. "
    "Fetch a forecast (python -m ingest fetch weather --help), build it in, train again"
)


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

    settings = read_settings(store=store)
    opened = open_store(settings.store)
    name = chosen_device(opened, device).name
    region = "" if holidays == "none" else holidays
    beside = tuple(chosen_device(opened, one).name for one in appliances or ())
    asked = Training(region, weather, settings.plants, beside, test_days=days, say=typer.echo)
    if pv is not None:
        if quantity not in (None, "net"):
            raise QueryError(f"with --pv the net is trained, not {quantity}")
        stored = train_net(
            opened, name, chosen_device(opened, pv).name, asked,
            tell=lambda part: _print_model(part.manifest),
        )  # fmt: skip
        _print_model(stored.manifest)
        return
    wanted = [quantity] if quantity else [one.quantity for one in forecast_targets(opened, name)]
    if not wanted:
        raise QueryError(f"{name} measures nothing that can be forecast")
    for one in wanted:
        stored = run(opened, name, one, asked)
        _print_model(stored.manifest)


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

    settings = read_settings(store=store)
    opened = open_store(settings.store)
    name = chosen_device(opened, device).name
    wanted = [quantity] if quantity else stored_quantities(opened.root, name)
    if not wanted:
        raise ModelMissing(
            f"no model is stored for {name}; train one: preprocess.py train --device {name}"
        )
    if out is not None and len(wanted) > 1:
        raise QueryError(f"--out writes one forecast; say which: --quantity {wanted[0]}")
    moment = parse_moment(at, opened.zone) if at else None
    for one in wanted:
        given, stored = issue_forecast(opened, name, one, at=moment, plants=settings.plants)
        said = (
            f"{name} {one}: {len(given.frame)} slots from {local_time(given.issue, opened.zone)}, "
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
            f"its model learnt from readings up to {local_time(learnt, zone)}, later than this "
            "issue, so this is no test of it; see the backtest"
        )
    frame = given.frame.copy()
    frame["ts"] = pd.to_datetime(frame["ts"], unit="us", utc=True).dt.tz_convert(zone)
    about = {
        "device": given.target.device, "quantity": given.target.quantity,
        "unit": given.target.unit, "zone": zone, "issued": str(local_time(given.issue, zone)),
        "served": given.served,
    }  # fmt: skip
    write_frames([frame], out, about | ({"caution": said[0]} if said else {}))
    return said


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
