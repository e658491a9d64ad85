"""One year of hourly weather: packaged typical years, and EPW or TMY3 files.

Time is local *standard* time of the weather file. Row k covers the hour from k to k + 1 of the year:
radiation is the mean over that hour, every other value an instant at its end.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import WeatherError, nearest
from twin.building.weather_table import read_table
from twin.physics.fabric import KELVIN, STEFAN_BOLTZMANN

Float = NDArray[np.float64]
Kind = Literal["typical", "actual"]

TYPICAL_LABEL = re.compile(r"TMY|TRY|IWEC|CWEC|CSWD|ISHRAE|RMY|TYPICAL", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Weather:
    """One year of hourly weather at a place; arrays have shape (H,), H = 8760 or 8784.

    Parameters
    ----------
    name
        Place, as the file says it.
    latitude, longitude
        [°], north and east positive.
    utc_offset_h
        Local standard time less UTC [h].
    altitude_m
        Above sea level [m].
    kind
        "typical": months of different years, used for any year; "actual": the year `start_year` and no other.
    years
        Source year of each month.
    source, sha256
        Packaged name or path, and the digest of what was read (after gunzip).
    temperature, dew_point
        [°C].
    relative_humidity
        [%].
    pressure
        [Pa].
    wind_speed, wind_direction
        [m/s], [° clockwise from north].
    ghi, dni, dhi
        Global horizontal, direct normal and diffuse horizontal radiation, mean of the hour [W/m2].
    infrared
        Horizontal infrared from the sky [W/m2].
    sky_cover, opaque_sky_cover
        Fraction 0-1; NaN where the file has none.
    """

    name: str
    latitude: float
    longitude: float
    utc_offset_h: float
    altitude_m: float
    kind: Kind
    years: tuple[int, ...]
    source: str
    sha256: str
    temperature: Float
    dew_point: Float
    relative_humidity: Float
    pressure: Float
    wind_speed: Float
    wind_direction: Float
    ghi: Float
    dni: Float
    dhi: Float
    infrared: Float
    sky_cover: Float
    opaque_sky_cover: Float

    @property
    def start_year(self) -> int | None:
        """The year of actual weather; None for a typical year."""
        return self.years[0] if self.kind == "actual" else None

    @property
    def hours(self) -> int:
        """Number of rows."""
        return int(self.temperature.shape[0])


def packaged() -> tuple[str, ...]:
    """Names of the typical years that come with the package."""
    folder = resources.files("twin.building") / "weather_data"
    return tuple(sorted(entry.name[:-4] for entry in folder.iterdir() if entry.name.endswith(".npz")))


def read_weather(source: str | Path, base: Path | None = None, kind: Kind | None = None) -> Weather:
    """Weather by packaged name (`denver`) or from an EPW or TMY3 file, plain or gzipped.

    Parameters
    ----------
    source
        Packaged name or path.
    base
        Folder that a relative path starts from; the working folder if None.
    kind
        Overrides the rule: a file is actual weather if all its rows are of one year and it does not call
        itself typical (TMY, TRY, IWEC, CWEC ...).

    Raises
    ------
    WeatherError
        No such name or file (with the nearest name), or a file that is truncated, damaged or has gaps.
    """
    if isinstance(source, str) and source in packaged():
        return _read_packaged(source)
    path = Path(source).expanduser()
    if base is not None and not path.is_absolute():
        path = base / path
    if not path.is_file():
        names = packaged()
        raise WeatherError(
            "no such weather",
            value=str(source),
            allowed=f"{', '.join(names)}, or a path to an EPW or TMY3 file",
            suggestion=nearest(Path(source).name.split(".")[0], names),
        )
    return _read_file(path, kind)


@lru_cache(maxsize=8)
def _read_packaged(name: str) -> Weather:
    entry = resources.files("twin.building") / "weather_data" / f"{name}.npz"
    with resources.as_file(entry) as path:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with np.load(path, allow_pickle=False) as data:
            site = json.loads(str(data["site"]))
            columns = {key: data[key] / float(scale) for key, scale in site["scales"].items()}
    return _weather(columns, site, "typical", tuple(site["years"]), name, digest)


def _read_file(path: Path, kind: Kind | None) -> Weather:
    table, raw = read_table(path)
    year_of = dict(zip(table.dates[:, 1].tolist(), table.dates[:, 0].tolist(), strict=True))
    years = tuple(int(year_of[month]) for month in range(1, 13))
    one_year = bool(np.all(table.dates[:-1, 0] == table.dates[0, 0]))  # the last may end in the next
    if kind is None:
        kind = "actual" if one_year and not TYPICAL_LABEL.search(table.label) else "typical"
    if kind == "actual":
        if not one_year:
            raise WeatherError("actual weather must be of one year", file=path, value=sorted(set(years)))
        years = (int(table.dates[0, 0]),) * 12
        if (len(table.dates) == 8784) != _is_leap(years[0]):
            raise WeatherError(
                "the rows do not fit the year of actual weather",
                file=path,
                value=f"{len(table.dates)} rows for {years[0]}",
                allowed="8784 rows in a leap year, 8760 in others",
            )
    site = {
        "name": table.name,
        "latitude": table.latitude,
        "longitude": table.longitude,
        "utc_offset_h": table.utc_offset_h,
        "altitude_m": table.altitude_m,
    }
    return _weather(table.columns, site, kind, years, str(path), hashlib.sha256(raw).hexdigest())


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _weather(
    columns: dict[str, Float],
    site: dict[str, object],
    kind: Kind,
    years: tuple[int, ...],
    source: str,
    digest: str,
) -> Weather:
    values = {key: np.asarray(value, dtype=np.float64) for key, value in columns.items()}
    for key in ("sky_cover", "opaque_sky_cover"):
        values[key] = values[key] / 10.0
    values["infrared"] = _complete_infrared(values, source)
    for array in values.values():
        array.flags.writeable = False
    return Weather(
        name=str(site["name"]),
        latitude=float(str(site["latitude"])),
        longitude=float(str(site["longitude"])),
        utc_offset_h=float(str(site["utc_offset_h"])),
        altitude_m=float(str(site["altitude_m"])),
        kind=kind,
        years=years,
        source=source,
        sha256=digest,
        **values,
    )


def _complete_infrared(values: dict[str, Float], source: str) -> Float:
    infrared = values["infrared"]
    missing = np.isnan(infrared)
    if not missing.any():
        return infrared
    cover = np.where(np.isnan(values["opaque_sky_cover"]), values["sky_cover"], values["opaque_sky_cover"])
    computed = sky_infrared(values["temperature"], values["dew_point"], cover)
    if np.isnan(computed[missing]).any():
        row = int(np.argmax(missing & np.isnan(computed)))
        raise WeatherError(
            f"row {row + 1}: neither horizontal infrared nor sky cover is given", file=source, key="infrared"
        )
    return np.where(missing, computed, infrared)


def sky_infrared(temperature: Float, dew_point: Float, cover: Float) -> Float:
    """Horizontal infrared from the sky [W/m2] by air and dew point temperature [°C] and cloud cover [0-1].

    Source: clear sky G. Clark, C. Allen, The estimation of atmospheric radiation for clear and cloudy skies,
    Proc. 2nd National Passive Solar Conference (1978), eq. for emissivity 0.787 + 0.764 ln(Tdp/273); clouds
    G. Walton, Thermal Analysis Research Program reference manual, NBSSIR 83-2655 (1983).
    """
    tenths = 10.0 * cover
    clear = 0.787 + 0.764 * np.log((dew_point + KELVIN) / 273.0)
    clouds = 1.0 + 0.0224 * tenths - 0.0035 * tenths**2 + 0.00028 * tenths**3
    return np.asarray(clear * clouds * STEFAN_BOLTZMANN * (temperature + KELVIN) ** 4, dtype=np.float64)
