"""Weather as services give it: PVGIS (hourly and typical year) and Open-Meteo, as they come.

Irradiance of PVGIS is of an instant some minutes past the hour and keeps that instant; that of
Open-Meteo is the mean of the hour before its label and is moved to the hour's start.

A forecast becomes known before its time. What is said of a time at least L hours ahead is kept as
``ghi_lead24h``; so nobody who asks for what was known can see what came later
(docs/adr/0009-what-was-known.md). What is known afterwards alone has the plain name.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import SourceError
from core.levels import DAY, HOUR, MINUTE
from core.weather_names import LEADS, NOMINAL_YEAR, TYPICAL, lead_name
from ingest.clock import Times
from ingest.csv_files import BadCell, Floats
from ingest.documents import Document, Track

STEPS = {"minutely_15": 15 * MINUTE, "hourly": HOUR}  # the finer one stands


@dataclass(frozen=True)
class _Variable:
    """What a service's variable becomes; `scale` by unit of the service, else 1.

    `mean`: of the interval before the label.
    """

    signal: str
    unit: str
    mean: bool = False
    quantity: str = ""

    @property
    def of(self) -> str:
        return self.quantity or self.signal


_PVGIS = {
    "T2m": _Variable("temp_air", "°C"),
    "RH": _Variable("relative_humidity", "%"),
    "G(h)": _Variable("ghi", "W/m²"),
    "Gb(n)": _Variable("dni", "W/m²"),
    "Gd(h)": _Variable("dhi", "W/m²"),
    "IR(h)": _Variable("longwave_down", "W/m²"),
    "WS10m": _Variable("wind_speed", "m/s"),
    "WD10m": _Variable("wind_direction", "°"),
    "SP": _Variable("pressure", "Pa"),
    "G(i)": _Variable("poa_global", "W/m²"),
    "Gb(i)": _Variable("poa_direct", "W/m²"),
    "Gd(i)": _Variable("poa_sky_diffuse", "W/m²"),
    "Gr(i)": _Variable("poa_ground_diffuse", "W/m²"),
    "H_sun": _Variable("solar_elevation", "°"),
    "P": _Variable("power_modelled", "W"),
    "Int": _Variable("irradiance_reconstructed", "1"),
}
_IRRADIANCE = ("ghi", "dni", "dhi", "longwave_down")
_OPEN_METEO = {
    "temperature_2m": _Variable("temp_air", "°C"),
    "relative_humidity_2m": _Variable("relative_humidity", "%"),
    "shortwave_radiation": _Variable("ghi", "W/m²", mean=True),
    "direct_normal_irradiance": _Variable("dni", "W/m²", mean=True),
    "diffuse_radiation": _Variable("dhi", "W/m²", mean=True),
    "direct_radiation": _Variable("bhi", "W/m²", mean=True),
    "global_tilted_irradiance": _Variable("poa_global", "W/m²", mean=True),
    "wind_speed_10m": _Variable("wind_speed", "m/s"),
    "wind_direction_10m": _Variable("wind_direction", "°"),
    "surface_pressure": _Variable("pressure", "Pa"),
    "cloud_cover": _Variable("cloud_cover", "%"),
    "precipitation": _Variable("precipitation", "mm", mean=True),
    "snowfall": _Variable("snowfall", "cm", mean=True),
    "snow_depth": _Variable("snow_depth", "m"),
}
# Names of earlier answers.
_OLDER = {
    "relativehumidity_2m": "relative_humidity_2m", "windspeed_10m": "wind_speed_10m",
    "winddirection_10m": "wind_direction_10m", "cloudcover": "cloud_cover",
}  # fmt: skip
# Unit of a service to that of the store: factor and offset.
_INTO: dict[tuple[str, str], tuple[float, float]] = {
    ("km/h", "m/s"): (1 / 3.6, 0.0), ("mp/h", "m/s"): (0.44704, 0.0),
    ("kn", "m/s"): (0.514444, 0.0),
    ("°F", "°C"): (5 / 9, -160 / 9), ("hPa", "Pa"): (100.0, 0.0), ("inch", "mm"): (25.4, 0.0),
    ("inch", "cm"): (2.54, 0.0), ("ft", "m"): (0.3048, 0.0),
}  # fmt: skip
_PREVIOUS = re.compile(r"(.*)_previous_day(\d+)")


def parse_weather(path: Path, form: str, text: str, known: int | None) -> Document:
    """A weather document.

    Parameters
    ----------
    form : as `ingest.documents.form_of` says.
    known : when a forecast became known [µs UTC]; None where nobody told.

    Raises
    ------
    SourceError : it does not hold what it should; says what was expected.
    """
    if form == "pvgis_typical":
        return _typical(path, text)
    if form == "pvgis_hourly_csv":
        return _pvgis_table(path, text)
    plain = _json(path, text)
    if form == "pvgis_hourly":
        return _pvgis_json(path, plain)
    if form == "pvgis_typical_json":
        return _typical_json(path, plain)
    return _open_meteo(path, plain, known)


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(
            path, f"is no complete JSON: {error.msg}", line=error.lineno, expected="a whole answer"
        ) from error


# --- PVGIS --------------------------------------------------------------------------------------


def _pvgis_time(cell: str) -> int:
    """``20150101:0810`` [µs UTC]."""
    day, _, clock = cell.partition(":")
    if len(day) != 8 or len(clock) != 4 or not (day + clock).isdigit():
        raise ValueError(cell)
    iso = f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:]}"
    return int(np.datetime64(iso, "us").astype(np.int64))


def _head(lines: Sequence[str]) -> dict[str, str]:
    """``Latitude (decimal degrees): 50.209`` and the like, by what stands before the bracket."""
    found = {}
    for line in lines:
        key, colon, value = line.partition(":")
        if colon and "," not in key:
            found[key.partition("(")[0].strip().lower()] = value.strip()
    return found


def _location(path: Path, latitude: Any, longitude: Any, altitude: Any) -> dict[str, float]:
    try:
        place = {"latitude": float(latitude), "longitude": float(longitude)}
    except (TypeError, ValueError) as error:
        raise SourceError(path, "names no place", expected="latitude and longitude") from error
    with_height = altitude not in (None, "")
    return place | ({"altitude_m": float(altitude)} if with_height else {})


def _named(service: str, place: Mapping[str, float]) -> str:
    """Name of a device for a place: ``PVGIS 50.209 6.423``."""
    return f"{service} {place['latitude']:g} {place['longitude']:g}"


def _rows(
    path: Path, lines: Sequence[str], header: int
) -> tuple[list[int], dict[str, list[float]], list[int], list[BadCell]]:
    """Times, columns, physical lines and what cannot be read, down to the first empty line."""
    names = [cell.strip() for cell in lines[header].split(",")]
    times: list[int] = []
    numbers: list[int] = []
    columns: dict[str, list[float]] = {name: [] for name in names[1:]}
    bad: list[BadCell] = []
    for number, cells in enumerate(csv.reader(lines[header + 1 :]), header + 2):
        if not cells or not cells[0].strip():
            break
        try:
            if len(cells) != len(names):
                raise ValueError(f"{len(cells)} cells")
            moment, values = _pvgis_time(cells[0]), [float(cell) for cell in cells[1:]]
        except ValueError:
            bad.append(BadCell(number, "", ",".join(cells)[:200], "no row of this table"))
            continue
        times.append(moment)
        numbers.append(number)
        for name, value in zip(names[1:], values, strict=True):
            columns[name].append(value)
    if not times:
        raise SourceError(path, "has no row", line=header + 2, expected="20150101:0810,...")
    return times, columns, numbers, bad


def _pvgis_tracks(
    ts: Times, columns: Mapping[str, Sequence[float]], ending: str = "", offset_us: int = 0
) -> tuple[Track, ...]:
    """Columns of PVGIS as signals; irradiance is of `offset_us` past its label."""
    return tuple(
        Track(
            known.signal + ending,
            ts + (offset_us if known.signal in _IRRADIANCE else 0),
            np.asarray(columns[name], np.float64), known.unit, known.of + ending,
        )
        for name, known in _PVGIS.items()
        if name in columns
    )  # fmt: skip


def _typical(path: Path, text: str) -> Document:
    """A typical year: months of different years, put into one nominal year."""
    lines = text.splitlines()
    header = next((n for n, line in enumerate(lines) if line.startswith("time(UTC)")), None)
    if header is None:
        raise SourceError(path, "no table of a typical year", expected="a header time(UTC),T2m,...")
    told = _head(lines[:header])
    start = next(
        (n for n, line in enumerate(lines[:header]) if line.startswith("month,year")), None
    )
    pairs = [] if start is None else [line.split(",") for line in lines[start + 1 : header]]
    years = {pair[0].strip(): int(pair[1]) for pair in pairs if len(pair) == 2}
    times, columns, numbers, bad = _rows(path, lines, header)
    place = _location(path, told.get("latitude"), told.get("longitude"), told.get("elevation"))
    offset = float(told.get("irradiance time offset") or 0.0)
    return _nominal_year(times, columns, numbers, bad, place, years, offset)


def _typical_json(path: Path, plain: Any) -> Document:
    try:
        rows = plain["outputs"]["tmy_hourly"]
        months = plain["outputs"].get("months_selected", [])
        place = plain["inputs"]["location"]
        times = [_pvgis_time(str(row["time(UTC)"])) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(path, "no typical year", expected="outputs.tmy_hourly") from error
    columns = {
        name: [float(row[name]) for row in rows] for name in _PVGIS if rows and name in rows[0]
    }
    years = {str(one["month"]): int(one["year"]) for one in months}
    where = _location(path, place["latitude"], place["longitude"], place.get("elevation"))
    offset = float(place.get("irradiance_time_offset") or plain["inputs"].get(
        "irradiance_time_offset") or 0.0)  # fmt: skip
    return _nominal_year(times, columns, list(range(1, len(times) + 1)), [], where, years, offset)


def _nominal_year(
    times: Sequence[int],
    columns: Mapping[str, Sequence[float]],
    numbers: Sequence[int],
    bad: list[BadCell],
    place: Mapping[str, float],
    years: Mapping[str, int],
    offset_h: float,
) -> Document:
    stamps = np.asarray(times, np.int64).astype("datetime64[us]")
    year = stamps.astype("datetime64[Y]")
    within = (stamps - year).astype(np.int64)
    leap = (year + 1).astype("datetime64[D]") - year.astype("datetime64[D]") == np.timedelta64(366)
    feb29 = leap & (within >= 59 * DAY) & (within < 60 * DAY)
    bad += [
        BadCell(numbers[int(i)], "", str(stamps[i]), "the nominal year has no 29 February")
        for i in np.flatnonzero(feb29)
    ]
    nominal = np.datetime64(str(NOMINAL_YEAR), "us").astype(np.int64)
    ts = nominal + within - np.where(leap & (within >= 60 * DAY), DAY, 0)
    keep = ~feb29
    kept = {name: np.asarray(values)[keep] for name, values in columns.items()}
    facts = {
        "location": dict(place),
        "weather": {
            "kind": "typical", "source": "PVGIS", "sampling": "instant", "step_s": 3600,
            "irradiance_offset_h": offset_h, "nominal_year": NOMINAL_YEAR, "years": dict(years),
        },
    }  # fmt: skip
    notes = (
        f"typical year: months of {len(set(years.values()))} different years, kept as "
        f"{NOMINAL_YEAR}",
    )
    tracks = _pvgis_tracks(ts[keep], kept, TYPICAL, round(offset_h * HOUR))
    return Document(tracks, facts, "-typical", tuple(bad), notes, _named("PVGIS", place))


def _pvgis_table(path: Path, text: str) -> Document:
    """Hourly values as CSV."""
    lines = text.splitlines()
    header = next((n for n, line in enumerate(lines) if line.startswith("time,")), None)
    if header is None:
        raise SourceError(path, "no table of hourly values", expected="a header time,...")
    told = _head([line.replace("\t", " ") for line in lines[:header]])
    times, columns, _, bad = _rows(path, lines, header)
    place = _location(path, told.get("latitude"), told.get("longitude"), told.get("elevation"))
    said = {
        key: told[name]
        for key, name in (("database", "radiation database"), ("slope", "slope"),
                          ("azimuth", "azimuth"), ("kwp", "nominal power of the pv system"),
                          ("system_loss_pct", "system losses"))
        if name in told
    }  # fmt: skip
    return _hourly(np.asarray(times, np.int64), columns, place, said, tuple(bad))


def _pvgis_json(path: Path, plain: Any) -> Document:
    """Hourly values as JSON."""
    try:
        rows = plain["outputs"]["hourly"]
        inputs = plain["inputs"]
        place = inputs["location"]
        names = [name for name in _PVGIS if rows and name in rows[0]]
    except (KeyError, TypeError) as error:
        raise SourceError(
            path, f"no hourly values: {error}", expected="inputs.location and outputs.hourly"
        ) from error
    times, values, bad = [], [], []
    for number, row in enumerate(rows, 1):
        try:
            values.append([float(row[name]) for name in names])
            times.append(_pvgis_time(str(row["time"])))
        except (KeyError, TypeError, ValueError):
            del values[len(times) :]
            bad.append(BadCell(number, "", str(row)[:200], "no row of this table"))
    if not times:
        raise SourceError(path, "has no row", expected="hours in outputs.hourly")
    ts = np.array(times, np.int64)
    columns = {name: [row[k] for row in values] for k, name in enumerate(names)}
    where = _location(path, place.get("latitude"), place.get("longitude"), place.get("elevation"))
    mounting = inputs.get("mounting_system") or {}
    kind = next(iter(mounting), "")
    said: dict[str, Any] = {
        "database": (inputs.get("meteo_data") or {}).get("radiation_db"), "mounting": kind,
        "kwp": (inputs.get("pv_module") or {}).get("peak_power"),
        "technology": (inputs.get("pv_module") or {}).get("technology"),
        "system_loss_pct": (inputs.get("pv_module") or {}).get("system_loss"),
    }  # fmt: skip
    for key in ("slope", "azimuth"):
        value = ((mounting.get(kind) or {}).get(key) or {}).get("value")
        if isinstance(value, int | float):
            said[key] = value
    return _hourly(ts, columns, where, said, tuple(bad))


def _hourly(
    ts: Times,
    columns: Mapping[str, Sequence[float]],
    place: Mapping[str, float],
    said: Mapping[str, Any],
    bad: tuple[BadCell, ...],
) -> Document:
    flat = str(said.get("slope", "")).strip().rstrip(" deg.°").replace(".0", "") == "0"
    if flat and "G(i)" in columns and "G(h)" not in columns:
        columns = {("G(h)" if name == "G(i)" else name): values for name, values in columns.items()}
    told = {key: value for key, value in said.items() if value not in (None, "")}
    facts = {
        "location": dict(place),
        "weather": {"kind": "reanalysis", "source": "PVGIS", "sampling": "instant",
                    "step_s": 3600, **told},
    }  # fmt: skip
    tracks, notes = _pvgis_tracks(ts, columns), ("hourly values of PVGIS, UTC",)
    return Document(tracks, facts, "", bad, notes, _named("PVGIS", place))


# --- Open-Meteo ---------------------------------------------------------------------------------


def _open_meteo(path: Path, plain: Any, known: int | None) -> Document:
    if isinstance(plain, list):
        raise SourceError(path, "holds several places", expected="one place in each file")
    if not isinstance(plain, dict):
        raise SourceError(path, "is no answer of Open-Meteo", expected="an object with hourly")
    if plain.get("error"):
        raise SourceError(path, f"the service refused: {plain.get('reason', 'no reason given')}")
    place = _location(
        path, plain.get("latitude"), plain.get("longitude"), plain.get("elevation")
    )  # fmt: skip
    tracks: list[Track] = []
    unread: list[str] = []
    for block, step in STEPS.items():
        if block in plain:
            found, left = _block(path, plain, block, step, known)
            finer = {track.signal for track in tracks}
            tracks += [track for track in found if track.signal not in finer]
            unread += left
    if not tracks:
        raise SourceError(
            path, "holds no variable that is read", expected="hourly." + ", ".join(_OPEN_METEO)
        )
    notes = [f"not read: {', '.join(unread)}"] if unread else []
    if known is not None:
        notes.append("a forecast, kept by how long before its time it was known")
    kind = "forecast" if known is not None else "reanalysis"
    facts = {"location": place, "weather": {"kind": kind, "source": "Open-Meteo",
                                            "sampling": "mean"}}  # fmt: skip
    name = _named("Open-Meteo", place)
    return Document(tuple(_joined(tracks)), facts, "", (), tuple(notes), name)


def _block(
    path: Path, plain: Mapping[str, Any], block: str, step: int, known: int | None
) -> tuple[list[Track], list[str]]:
    table, units = plain[block], plain.get(f"{block}_units") or {}
    if not isinstance(table, dict) or not isinstance(table.get("time"), list):
        raise SourceError(path, f"{block} has no times", expected=f"{block}.time, a list")
    ts = _open_meteo_times(path, table["time"], units, plain.get("utc_offset_seconds") or 0)
    tracks: list[Track] = []
    unread: list[str] = []
    for name, cells in table.items():
        if name == "time":
            continue
        known_name = name.removesuffix("_instant")
        previous = _PREVIOUS.fullmatch(known_name)
        base = previous.group(1) if previous else known_name
        variable = _OPEN_METEO.get(_OLDER.get(base, base))
        if variable is None:
            unread.append(name)
            continue
        if not isinstance(cells, list) or len(cells) != len(ts):
            raise SourceError(
                path, f"{block}.{name} has not a value for each time", expected=f"{len(ts)} values"
            )
        value = _in_unit(path, name, cells, str(units.get(name, variable.unit)), variable.unit)
        when = ts - step if variable.mean and not name.endswith("_instant") else ts
        if previous:
            lead = 24 * int(previous.group(2))
            tracks.append(_ahead_track(variable, lead, when, value))
        else:
            tracks += _by_lead(variable, when, value, known)
    return tracks, unread


def _open_meteo_times(
    path: Path, cells: Sequence[Any], units: Mapping[str, Any], offset_s: float
) -> Times:
    try:
        if units.get("time") == "unixtime":
            return np.asarray(cells, np.int64) * 1_000_000
        stamps = np.array(cells, "datetime64[us]").astype(np.int64)
    except (ValueError, TypeError, OverflowError) as error:
        raise SourceError(path, "times cannot be read", expected="2025-01-01T00:00") from error
    return np.asarray(stamps - round(offset_s * 1e6))


def _in_unit(path: Path, name: str, cells: Sequence[Any], found: str, wanted: str) -> Floats:
    try:
        value = np.array([np.nan if cell is None else cell for cell in cells], np.float64)
    except (ValueError, TypeError) as error:
        raise SourceError(path, f"{name} holds what is no number", expected="numbers") from error
    alike = {found, found.replace("/m2", "/m²").replace("m^2", "m²")}
    if wanted in alike or not found:
        return value
    if (found, wanted) not in _INTO:
        raise SourceError(path, f"{name} is in {found}", expected=wanted)
    factor, offset = _INTO[found, wanted]
    return value * factor + offset


def _by_lead(variable: _Variable, ts: Times, value: Floats, known: int | None) -> Iterator[Track]:
    """A variable as signals by how long before its time it was known."""
    if known is None:
        yield Track(variable.signal, ts, value, variable.unit, variable.of)
        return
    ahead = ts - known
    past = ahead < 0
    if past.any():
        yield Track(variable.signal, ts[past], value[past], variable.unit, variable.of)
    lead = np.array(LEADS, np.int64) * HOUR
    place = np.searchsorted(lead, ahead, side="right") - 1
    for index in np.unique(place[~past]):
        mine = ~past & (place == index)
        yield _ahead_track(variable, LEADS[index], ts[mine], value[mine])
        exact = ahead[mine] / HOUR
        yield Track(lead_name("lead", LEADS[index]), ts[mine], exact, "h", "forecast_lead")


def _ahead_track(variable: _Variable, lead: int, ts: Times, value: Floats) -> Track:
    name = lead_name(variable.signal, lead)
    return Track(name, ts, value, variable.unit, f"{variable.of}_forecast")


def _joined(tracks: Iterable[Track]) -> Iterator[Track]:
    """Each signal once; of a time that is told twice the last stands."""
    by_name: dict[str, list[Track]] = {}
    for track in tracks:
        by_name.setdefault(track.signal, []).append(track)
    for name, mine in by_name.items():
        if len(mine) == 1:
            yield mine[0]
            continue
        ts = np.concatenate([one.ts for one in mine])
        value = np.concatenate([one.value for one in mine])
        order = np.argsort(ts, kind="stable")
        ts, value = ts[order], value[order]
        last = np.append(ts[1:] != ts[:-1], True)
        yield Track(name, ts[last], value[last], mine[0].unit, mine[0].quantity)
