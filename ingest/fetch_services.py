"""Which services are asked for weather and prices, how, and where their answers are put.

Answers lie as they came in ``<folder>/<device>/``; a build reads them like any other source.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from core.errors import BadAnswer, ConfigError
from ingest.fetch import CACHE, Patience, Request, ask, put_answer

WeatherKind = Literal["forecast", "archive", "historical", "earlier", "typical", "pvgis"]
Market = Literal["smard", "entsoe", "opcom", "aemo"]
TOKEN = "ENTSOE_TOKEN"
OPEN_METEO = {
    "forecast": "https://api.open-meteo.com/v1/forecast",
    "archive": "https://archive-api.open-meteo.com/v1/archive",
    "historical": "https://historical-forecast-api.open-meteo.com/v1/forecast",
    "earlier": "https://previous-runs-api.open-meteo.com/v1/forecast",
}
PVGIS = "https://re.jrc.ec.europa.eu/api/v5_3"
MARKETS = {
    "smard": "https://www.smard.de/app/chart_data",
    "entsoe": "https://web-api.tp.entsoe.eu/api",
    "opcom": "https://www.opcom.ro/rapoarte-pzu-raportPIP-export-csv",
    "aemo": "https://aemo.com.au/aemo/data/nem/priceanddemand",
}
HOURLY = (
    "temperature_2m", "relative_humidity_2m", "shortwave_radiation", "direct_normal_irradiance",
    "diffuse_radiation", "wind_speed_10m", "surface_pressure", "cloud_cover", "precipitation",
    "snow_depth",
)  # fmt: skip
EARLIER = ("temperature_2m", "shortwave_radiation", "direct_normal_irradiance",
           "diffuse_radiation", "wind_speed_10m", "cloud_cover")  # fmt: skip
EARLIER_DAYS = (1, 2, 3)
SETTLED_DAYS = 10  # after so many days a past day is not corrected any more
FRESH_S = 3600.0


@dataclass(frozen=True)
class Place:
    """Where the weather is asked for; `name` becomes part of the device's name."""

    name: str
    latitude: float
    longitude: float


@dataclass
class Fetched:
    """Files that were written, and how many stood already."""

    written: list[Path] = field(default_factory=list)
    unchanged: int = 0

    def words(self) -> str:
        """One line."""
        return f"{len(self.written)} files written, {self.unchanged} unchanged"


@dataclass(frozen=True)
class Desk:
    """Where answers go and how patiently they are waited for.

    Attributes
    ----------
    folder : of all devices of a group, e.g. ``data/weather``.
    base : address instead of the service's own.
    now : [s since the epoch]; None is the clock.
    """

    folder: Path
    base: str | None = None
    patience: Patience = field(default_factory=Patience)
    now: float | None = None

    @property
    def moment(self) -> float:
        """Now [s since the epoch]."""
        return time.time() if self.now is None else self.now

    @property
    def today(self) -> date:
        """Today in UTC."""
        return datetime.fromtimestamp(self.moment, UTC).date()

    def fetch(self, request: Request, path: Path, done: Fetched) -> None:
        """Ask, check, and put the answer in its place."""
        answer = ask(request, self.folder / CACHE, self.patience, self.now)
        if put_answer(answer, path, request.forms[0], request.service):
            done.written.append(path)
        else:
            done.unchanged += 1

    def keeps(self, last: date) -> float:
        """How long an answer stands whose last day is `last` [s]."""
        return math.inf if (self.today - last).days > SETTLED_DAYS else FRESH_S


# --- weather ------------------------------------------------------------------------------------


def fetch_weather(
    desk: Desk, kind: WeatherKind, place: Place, start: date | None = None, end: date | None = None
) -> Fetched:
    """Weather of a place into ``<folder>/<place>-<kind>/``.

    Parameters
    ----------
    kind : ``forecast`` of Open-Meteo (from now on), ``archive`` (reanalysis), ``historical``
        (first hours of past forecasts), ``earlier`` (what was said one to three days ahead),
        ``typical`` or ``pvgis`` (hourly) of PVGIS.
    start, end : first and last day; years of them for ``pvgis``.

    Raises
    ------
    DeviceError : a service cannot be reached, does not answer or refuses; says which.
    ConfigError : `start` and `end` are needed and not told.
    """
    done = Fetched()
    folder = desk.folder / (place.name if kind == "typical" else f"{place.name}-{kind}")
    where = {"latitude": f"{place.latitude:g}", "longitude": f"{place.longitude:g}"}
    if kind == "forecast":
        _forecast(desk, folder, where, done)
    elif kind in ("typical", "pvgis"):
        _pvgis(desk, kind, folder, where, _span(start, end) if kind == "pvgis" else None, done)
    else:
        _past(desk, kind, folder, where, _span(start, end), done)
    return done


def _span(start: date | None, end: date | None) -> tuple[date, date]:
    if start is None or end is None or start > end:
        raise ConfigError("name the first and the last day: --from 2024-01-01 --to 2024-12-31")
    return start, end


def _open_meteo(desk: Desk, kind: str, params: dict[str, str], fresh_s: float) -> Request:
    told = {"timezone": "GMT", "wind_speed_unit": "ms"} | params
    url = desk.base or OPEN_METEO[kind]
    return Request("Open-Meteo", url, told, ("open_meteo",), fresh_s)


def _forecast(desk: Desk, folder: Path, where: dict[str, str], done: Fetched) -> None:
    """A forecast bears the minute in which it was said: nobody could know it earlier."""
    params = where | {"hourly": ",".join(HOURLY), "forecast_days": "7"}
    request = _open_meteo(desk, "forecast", params, FRESH_S)
    answer = ask(request, desk.folder / CACHE, desk.patience, desk.now)
    # Rounded up: of a minute that has begun nobody knows at its beginning.
    known = datetime.fromtimestamp(math.ceil(answer.at / 60) * 60, UTC).strftime("%Y%m%dT%H%MZ")
    path = folder / f"open-meteo_known_{known}.json"
    if put_answer(answer, path, "open_meteo", "Open-Meteo"):
        done.written.append(path)
    else:
        done.unchanged += 1


def _past(
    desk: Desk, kind: str, folder: Path, where: dict[str, str], span: tuple[date, date],
    done: Fetched,
) -> None:  # fmt: skip
    names: tuple[str, ...] = HOURLY
    if kind == "earlier":
        names = tuple(f"{name}_previous_day{n}" for n in EARLIER_DAYS for name in EARLIER)
    for first, last in _months(*span):
        params = where | {"hourly": ",".join(names), "start_date": str(first),
                          "end_date": str(last)}  # fmt: skip
        request = _open_meteo(desk, kind, params, desk.keeps(last))
        desk.fetch(request, folder / f"open-meteo_{first:%Y-%m}.json", done)


def _months(start: date, end: date) -> Iterator[tuple[date, date]]:
    """The days of a span, month by month."""
    first = start
    while first <= end:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield first, min(end, following - timedelta(days=1))
        first = following


def _pvgis(
    desk: Desk, kind: str, folder: Path, where: dict[str, str], span: tuple[date, date] | None,
    done: Fetched,
) -> None:  # fmt: skip
    params = {"lat": where["latitude"], "lon": where["longitude"]}
    base = desk.base or PVGIS
    if kind == "typical":
        request = Request(
            "PVGIS", f"{base}/tmy", params | {"outputformat": "csv"}, ("pvgis_typical",), math.inf
        )
        desk.fetch(request, folder / "pvgis_typical.csv", done)
        return
    assert span is not None
    params |= {"startyear": str(span[0].year), "endyear": str(span[1].year), "components": "0",
               "angle": "0", "outputformat": "json"}  # fmt: skip
    request = Request("PVGIS", f"{base}/seriescalc", params, ("pvgis_hourly",), math.inf)
    name = f"pvgis_hourly_{span[0].year}_{span[1].year}.json"
    desk.fetch(request, folder / name, done)


# --- prices -------------------------------------------------------------------------------------


def fetch_prices(desk: Desk, market: Market, start: date, end: date, area: str = "") -> Fetched:
    """Prices of a market into ``<folder>/<market>/``, for the days `start` to `end`.

    Parameters
    ----------
    area : the bidding zone: EIC code for ``entsoe`` (default DE-LU), region for ``aemo`` (SA1).

    Raises
    ------
    DeviceError : a service cannot be reached, does not answer or refuses; says which.
    ConfigError : days, token or region are missing.
    """
    _span(start, end)
    done = Fetched()
    {"smard": _smard, "entsoe": _entsoe, "opcom": _opcom, "aemo": _aemo}[market](
        desk, start, end, area, done
    )
    return done


def _smard(desk: Desk, start: date, end: date, area: str, done: Fetched) -> None:
    """Weeks of hourly prices; which there are an index says."""
    series, region = "4169", area or "DE-LU"
    base = f"{desk.base or MARKETS['smard']}/{series}/{region}"
    index = Request("SMARD", f"{base}/index_hour.json", {}, ("json",), FRESH_S)
    answer = ask(index, desk.folder / CACHE, desk.patience, desk.now)
    try:
        weeks = sorted(int(ms) for ms in json.loads(answer.content)["timestamps"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnswer(f"SMARD said no list of weeks: {index.shown}") from error
    # A day of SMARD is one of Berlin: a day more on both sides loses none.
    low, high = (_ms(start - timedelta(days=1)), _ms(end + timedelta(days=2)))
    for week, following in zip(weeks, [*weeks[1:], math.inf], strict=True):
        if following <= low or week >= high:
            continue
        name = f"{series}_{region}_hour_{week}.json"
        last = datetime.fromtimestamp(week / 1000, UTC).date() + timedelta(days=7)
        request = Request("SMARD", f"{base}/{name}", {}, ("smard_chart",), desk.keeps(last))
        desk.fetch(request, desk.folder / "SMARD" / name, done)


def _ms(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000


def _entsoe(desk: Desk, start: date, end: date, area: str, done: Fetched) -> None:
    token = os.environ.get(TOKEN)
    if not token:
        raise ConfigError(
            f"ENTSO-E needs a token: register at transparency.entsoe.eu, then set {TOKEN} in the "
            "environment"
        )
    zone = area or "10Y1001A1001A82H"
    for first, last in _months(start, end):
        params = {
            "securityToken": token, "documentType": "A44", "in_Domain": zone, "out_Domain": zone,
            "periodStart": f"{first - timedelta(days=1):%Y%m%d}2200",
            "periodEnd": f"{last:%Y%m%d}2300",
        }  # fmt: skip
        url = desk.base or MARKETS["entsoe"]
        request = Request("ENTSO-E", url, params, ("entsoe",), desk.keeps(last))
        path = desk.folder / f"ENTSO-E {zone}" / f"entsoe_{first:%Y-%m}.xml"
        desk.fetch(request, path, done)


def _opcom(desk: Desk, start: date, end: date, area: str, done: Fetched) -> None:
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        url = f"{desk.base or MARKETS['opcom']}/{day.day}/{day.month}/{day.year}/ro"
        request = Request("OPCOM", url, {}, ("opcom",), desk.keeps(day))
        desk.fetch(request, desk.folder / "OPCOM" / f"opcom_{day}.csv", done)


def _aemo(desk: Desk, start: date, end: date, area: str, done: Fetched) -> None:
    if not area:
        raise ConfigError("name the region with --area: NSW1, QLD1, SA1, TAS1 or VIC1")
    for first, last in _months(start.replace(day=1), end):
        name = f"PRICE_AND_DEMAND_{first:%Y%m}_{area}.csv"
        url = f"{desk.base or MARKETS['aemo']}/{name}"
        request = Request("AEMO", url, {}, ("aemo",), desk.keeps(last))
        desk.fetch(request, desk.folder / f"AEMO {area}" / name, done)
