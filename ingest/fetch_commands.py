"""``python -m ingest fetch weather|prices``: what services say, into the raw folders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from core.config import Settings, load_settings
from core.errors import ConfigError

if TYPE_CHECKING:
    from ingest.fetch_services import Desk, Place

fetch = typer.Typer(
    no_args_is_help=True,
    help="Fetch weather and prices; `preprocess.py build --source data/weather` reads them.",
)
First = Annotated[str | None, typer.Option("--from", help="First day, 2024-01-01.")]
Last = Annotated[str | None, typer.Option("--to", help="Last day, 2024-12-31.")]
Url = Annotated[
    str | None, typer.Option("--url", help="Address instead of the service's own, for a mirror.")
]
Attempts = Annotated[int, typer.Option(min=1, max=10, help="How often a service is asked.")]
Timeout = Annotated[float, typer.Option(min=0.1, help="For one answer [s].")]


@fetch.command("weather")
def weather(
    kind: Annotated[
        str,
        typer.Option(
            help="forecast, archive (reanalysis), historical (first hours of past forecasts), "
            "earlier (what was said one to three days ahead), typical or pvgis."
        ),
    ] = "forecast",
    site: Annotated[
        str | None, typer.Option(help="A plant by its name; its place is that of plants.toml.")
    ] = None,
    latitude: Annotated[float | None, typer.Option(help="[°], with --site as the name.")] = None,
    longitude: Annotated[float | None, typer.Option(help="[°]")] = None,
    first: First = None,
    last: Last = None,
    into: Annotated[Path, typer.Option(help="Folder of raw files.")] = Path("data/weather"),
    store: Annotated[Path | None, typer.Option(help="Store whose plants are meant.")] = None,
    url: Url = None,
    attempts: Attempts = 4,
    timeout: Timeout = 30.0,
) -> None:
    """Fetch the weather of a place.

    Example: python -m ingest fetch weather --site Home --kind archive --from 2024-01-01
    --to 2024-12-31
    """
    from ingest.fetch_services import WeatherKind, fetch_weather

    if kind not in get_args(WeatherKind):
        raise ConfigError(f"--kind {kind!r} is none of {', '.join(get_args(WeatherKind))}")
    place = _place(site, latitude, longitude, load_settings(store=store))
    desk = _desk(into, url, attempts, timeout)
    done = fetch_weather(desk, cast(WeatherKind, kind), place, *_days(first, last))
    typer.echo(f"{place.name}, {kind}: {done.words()}; next: preprocess.py build --source {into}")


@fetch.command("prices")
def prices(
    market: Annotated[str, typer.Option(help="smard, entsoe, opcom or aemo.")] = "smard",
    first: First = None,
    last: Last = None,
    area: Annotated[
        str, typer.Option(help="Bidding zone: DE-LU, an EIC code, or a region of AEMO.")
    ] = "",
    into: Annotated[Path, typer.Option(help="Folder of raw files.")] = Path("data/price"),
    url: Url = None,
    attempts: Attempts = 4,
    timeout: Timeout = 30.0,
) -> None:
    """Fetch prices; without days those of yesterday, today and tomorrow as far as they are out.

    ENTSO-E needs a token in the environment, ENTSOE_TOKEN.

    Example: python -m ingest fetch prices --market smard --from 2024-01-01 --to 2024-12-31
    """
    from ingest.fetch_services import Market, fetch_prices

    if market not in get_args(Market):
        raise ConfigError(f"--market {market!r} is none of {', '.join(get_args(Market))}")
    desk = _desk(into, url, attempts, timeout)
    begin, end = _days(first, last)
    start = begin or desk.today - timedelta(days=1)
    done = fetch_prices(desk, cast(Market, market), start, end or desk.today, area)
    typer.echo(f"{market}: {done.words()}; next: preprocess.py build --source {into}")


def _desk(into: Path, url: str | None, attempts: int, timeout: float) -> Desk:
    from ingest.fetch import Patience
    from ingest.fetch_services import Desk

    return Desk(into, url, Patience(attempts=attempts, timeout_s=timeout))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise ConfigError(f"{text!r} is no day, e.g. 2024-01-31") from error


def _days(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    """First and last day, in order."""
    begin, end = _day(first), _day(last)
    if begin is not None and end is not None and begin > end:
        raise ConfigError(f"--from {begin} is after --to {end}")
    return begin, end


def _place(
    site: str | None, latitude: float | None, longitude: float | None, settings: Settings
) -> Place:
    """The place told, or that of a plant."""
    from core.plant_file import load_plants, plants_file, read_plants
    from ingest.fetch_services import Place

    if latitude is not None and longitude is not None:
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise ConfigError(f"{latitude:g}, {longitude:g} is no place [°]")
        return Place(_folder_name(site or f"{latitude:g} {longitude:g}"), latitude, longitude)
    path = plants_file(settings.store, settings.plants)
    if site is None:  # the only plant of a file is known where each of them can be read
        plants = read_plants(path)
        plant = next(iter(plants), None)
    else:
        file = load_plants(path)
        plants, plant = file.plants, file.named(site)
    if plant is None and site is not None and (told := _of_device(settings.store, site)):
        return Place(_folder_name(site), *told)
    if plant is None or (site is None and len(plants) > 1):
        known = ", ".join(one.name for one in plants) or "none"
        raise ConfigError(
            f"name a plant of {path} with --site (there are: {known}), or --latitude and "
            "--longitude"
        )
    return Place(_folder_name(plant.name), plant.latitude, plant.longitude)


def _of_device(store: Path, name: str) -> tuple[float, float] | None:
    """Where a device of the store stands, by its facts."""
    from core.errors import StoreMissing
    from core.ledger import open_ledger

    try:
        with open_ledger(store) as ledger:
            told = [one["facts"] for one in ledger.devices() if one["name"] == name]
    except StoreMissing:
        return None
    place = (told[0].get("location") if told else None) or {}
    if not {"latitude", "longitude"} <= set(place):
        return None
    return float(place["latitude"]), float(place["longitude"])


def _folder_name(name: str) -> str:
    """A name that can be a folder's."""
    clean = "".join(c if c.isalnum() or c in " .()+&_-" else "_" for c in name).strip(" .")
    return clean or "site"
