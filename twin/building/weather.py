"""Weather and sun of a site, sampled to the steps of a run.

Time is local *standard* time of the weather file. A radiation value is the mean over the hour that ends at
its stamp; every other value is an instant at its stamp.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import WeatherError
from twin.building.sun import HOUR_S, SunPath, daylight, sun_path
from twin.building.weather_year import Kind, Weather, packaged, read_weather
from twin.physics.fabric import KELVIN, STEFAN_BOLTZMANN
from twin.physics.psychrometrics import MOLAR_RATIO

__all__ = [
    "Kind",
    "SiteWeather",
    "Weather",
    "ground_temperature",
    "humidity_ratio",
    "packaged",
    "read_weather",
    "sample_site",
    "saturation_pressure",
]

Float = NDArray[np.float64]
Int = NDArray[np.int64]

SOIL_DIFFUSIVITY = 5.5e-7  # [m2/s] an assumption: ordinary moist soil (dry sand 3e-7, wet clay 8e-7)
FEBRUARY_29 = 59  # its day of the year, from 0


@dataclass(frozen=True, eq=False)
class SiteWeather:
    """Weather and sun over n equal intervals; every array has shape (n,): interval means or mid-values.

    Parameters
    ----------
    start_utc, step_s
        Start of the first interval and length of each [s].
    temperature, sky_temperature, ground_temperature
        [°C].
    humidity_ratio
        [kg water / kg dry air].
    pressure
        [Pa].
    wind_speed, wind_direction
        [m/s], [° clockwise from north].
    sky_cover
        Fraction 0-1; NaN where unknown.
    ghi, dni, dhi
        Mean over the interval [W/m2].
    zenith, azimuth
        True position of the sun in the middle of the sun-up part of the interval [°].
    sun_up
        Fraction of the interval with the sun above the horizon.
    """

    start_utc: datetime
    step_s: int
    temperature: Float
    humidity_ratio: Float
    pressure: Float
    wind_speed: Float
    wind_direction: Float
    sky_temperature: Float
    ground_temperature: Float
    sky_cover: Float
    ghi: Float
    dni: Float
    dhi: Float
    zenith: Float
    azimuth: Float
    sun_up: Float


def saturation_pressure(temperature: Float) -> Float:
    """Water vapour pressure at saturation [Pa], over ice below 0 °C; `temperature` [°C].

    Source: R. Hyland, A. Wexler (1983), as ASHRAE Handbook Fundamentals 2017, ch. 1, eq. 5 and 6.
    """
    t = np.asarray(temperature, dtype=np.float64) + KELVIN
    ice = -5674.5359 / t + 6.3925247 - 9.677843e-3 * t + 6.2215701e-7 * t**2 + 2.0747825e-9 * t**3
    ice = ice - 9.484024e-13 * t**4 + 4.1635019 * np.log(t)
    water = -5800.2206 / t + 1.3914993 - 4.8640239e-2 * t + 4.1764768e-5 * t**2 - 1.4452093e-8 * t**3
    water = water + 6.5459673 * np.log(t)
    return np.asarray(np.exp(np.where(t < 273.16, ice, water)), dtype=np.float64)


def humidity_ratio(dew_point: Float, pressure: Float) -> Float:
    """Humidity ratio [kg/kg] at dew point [°C] and pressure [Pa]: ASHRAE Fundamentals 2017, ch. 1, eq. 20."""
    vapour = saturation_pressure(dew_point)
    return np.asarray(MOLAR_RATIO * vapour / (pressure - vapour), dtype=np.float64)


def sample_site(
    weather: Weather,
    start_utc: datetime,
    step_s: int,
    n: int,
    ground_depth_m: float = 0.5,
) -> SiteWeather:
    """Weather and sun over `n` intervals of `step_s` seconds from `start_utc`.

    Instants are linear between hour stamps and taken at mid-interval. The radiation of an hour is spread
    over its sun-up part, so that its energy is kept whatever the step. A typical year is read by month, day
    and hour (29 February repeats the 28th).

    Parameters
    ----------
    weather
        From `read_weather`.
    start_utc
        Aware instant.
    step_s
        1 to 3600 [s].
    n
        Number of intervals.
    ground_depth_m
        Depth of the ground temperature below the surface [m].

    Raises
    ------
    WeatherError
        Actual weather that does not contain the dates; names its first and last date.
    """
    if start_utc.tzinfo is None:
        raise ValueError("start_utc needs a time zone")
    if not 1 <= step_s <= HOUR_S or n < 1:
        raise ValueError("step_s must be 1 to 3600 and n at least 1")
    offset = weather.utc_offset_h * HOUR_S
    edges = start_utc.timestamp() + float(step_s) * np.arange(n + 1, dtype=np.float64)
    first = int(np.floor((edges[0] + offset) / HOUR_S))
    last = int(np.ceil((edges[-1] + offset) / HOUR_S))
    rows = _rows(weather, np.arange(first, last))  # of the hours of standard time that the run touches
    stamps = np.arange(first, last + 1, dtype=np.float64) * HOUR_S - offset
    path = sun_path(weather.latitude, weather.longitude, weather.altitude_m, stamps[0], stamps[-1])
    up, moment = daylight(path, edges)
    zenith, azimuth = path.zenith_azimuth(moment)
    direct, diffuse, total = _radiation(weather, rows, stamps, edges, path)
    middle = 0.5 * (edges[:-1] + edges[1:])
    instants = np.concatenate([_before(weather, first), rows])
    return SiteWeather(
        start_utc=start_utc.astimezone(UTC),
        step_s=step_s,
        ground_temperature=ground_temperature(weather, middle, ground_depth_m),
        ghi=total,
        dni=direct,
        dhi=diffuse,
        zenith=zenith,
        azimuth=azimuth,
        sun_up=up / step_s,
        **_instants(weather, instants, stamps, middle),
    )


def _instants(weather: Weather, rows: Int, stamps: Float, middle: Float) -> dict[str, Float]:
    """Everything that the file gives at its stamps, linear between them."""

    def linear(values: Float) -> Float:
        return np.interp(middle, stamps, values[rows])

    direction = np.radians(weather.wind_direction)
    east, north = linear(np.sin(direction)), linear(np.cos(direction))
    cover = np.where(np.isnan(weather.opaque_sky_cover), weather.sky_cover, weather.opaque_sky_cover)
    return {
        "temperature": linear(weather.temperature),
        "humidity_ratio": linear(humidity_ratio(weather.dew_point, weather.pressure)),
        "pressure": linear(weather.pressure),
        "wind_speed": linear(weather.wind_speed),
        "wind_direction": np.degrees(np.arctan2(east, north)) % 360.0,
        "sky_temperature": (linear(weather.infrared) / STEFAN_BOLTZMANN) ** 0.25 - KELVIN,
        "sky_cover": linear(cover),
    }


def _calendar(hours: Int) -> tuple[Int, Int, NDArray[np.bool_]]:
    """Day of the year from 0, hour of the day, and whether the year is a leap year, of hours since 1970."""
    day = hours.astype("datetime64[h]").astype("datetime64[D]")
    year = day.astype("datetime64[Y]")
    number = year.astype(np.int64) + 1970
    leap = (number % 4 == 0) & ((number % 100 != 0) | (number % 400 == 0))
    return (day - year.astype("datetime64[D]")).astype(np.int64), hours % 24, leap


def _rows(weather: Weather, hours: Int) -> Int:
    """Row of the file for each hour (m,), counted in local standard time from 1970."""
    if weather.kind == "actual":
        begin = int(np.datetime64(f"{weather.start_year}-01-01T00").astype(np.int64))
        rows = hours - begin
        if rows[0] < 0 or rows[-1] >= weather.hours:
            wanted = [str(np.datetime64(int(hours[k]), "h").astype("datetime64[D]")) for k in (0, -1)]
            raise WeatherError(
                "the run asks for dates outside the actual weather",
                file=weather.source,
                value=f"{wanted[0]} to {wanted[1]}",
                allowed=f"{weather.start_year}-01-01 to {weather.start_year}-12-31 (local standard time)",
            )
        return rows
    day, hour, leap = _calendar(hours)
    if weather.hours == 8760:
        day = day - (leap & (day >= FEBRUARY_29))
    else:
        day = day + (~leap & (day >= FEBRUARY_29))
    return np.asarray(day * 24 + hour, dtype=np.int64)


def _before(weather: Weather, hour: int) -> Int:
    """Row whose stamp is the start of `hour`; an actual year holds its first value back to its start."""
    if weather.kind == "actual":
        return np.maximum(_rows(weather, np.array([hour])) - 1, 0)
    return _rows(weather, np.array([hour - 1]))


def _radiation(
    weather: Weather, rows: Int, stamps: Float, edges: Float, path: SunPath
) -> tuple[Float, Float, Float]:
    """Mean direct normal, diffuse and global radiation of each interval [W/m2], each (n,).

    The energy of an hour is spread evenly over its sun-up part; twilight of an hour without sun stays diffuse
    and is spread over the hour.
    """
    cuts = np.union1d(stamps, edges)
    middle = 0.5 * (cuts[:-1] + cuts[1:])
    hour = np.searchsorted(stamps, middle) - 1
    step = np.searchsorted(edges, middle) - 1
    inside = (step >= 0) & (step < len(edges) - 1)
    # sunrise and sunset are found once for each hour, so that it does not matter where the edges fall
    lit, moment = daylight(path, stamps)
    low, high = (moment - 0.5 * lit)[hour], (moment + 0.5 * lit)[hour]
    up = np.maximum(np.minimum(cuts[1:], high) - np.maximum(cuts[:-1], low), 0.0)
    up_hour = np.bincount(hour, weights=up, minlength=len(rows))
    dark = up_hour[hour] <= 0.0
    share = np.where(dark, np.diff(cuts) / HOUR_S, up / np.where(dark, 1.0, up_hour[hour]))
    seconds = np.diff(edges)

    def spread(values: Float, at_night: float) -> Float:
        energy = values[rows][hour] * HOUR_S * share * np.where(dark, at_night, 1.0)
        return np.bincount(step[inside], weights=energy[inside], minlength=len(seconds)) / seconds

    return spread(weather.dni, 0.0), spread(weather.dhi, 1.0), spread(weather.ghi, 1.0)


def ground_temperature(weather: Weather, seconds: Float, depth_m: float) -> Float:
    """Undisturbed ground temperature [°C] at `depth_m` [m] for instants (n,) in seconds since 1970 UTC.

    The surface follows the first annual harmonic of the air temperature; depth damps and delays it.
    Source: T. Kusuda, P. Achenbach, Earth temperature and thermal diffusivity at selected stations in the
    United States, ASHRAE Transactions 71 (1965).
    """
    phase = 2.0 * np.pi * (np.arange(weather.hours) + 1.0) / weather.hours
    mean = float(np.mean(weather.temperature))
    cosine = 2.0 * float(np.mean(weather.temperature * np.cos(phase)))
    sine = 2.0 * float(np.mean(weather.temperature * np.sin(phase)))
    fraction = part_of_year(weather, seconds)
    damping = depth_m * np.sqrt(np.pi / (SOIL_DIFFUSIVITY * 365.0 * 86_400.0))
    angle = 2.0 * np.pi * fraction - damping
    wave = cosine * np.cos(angle) + sine * np.sin(angle)
    return np.asarray(mean + np.exp(-damping) * wave, dtype=np.float64)


def part_of_year(weather: Weather, seconds: Float) -> Float:
    """Part of the year gone by, 0-1, in local standard time, for instants (n,) in seconds since 1970 UTC."""
    local = seconds + weather.utc_offset_h * HOUR_S
    day, _, leap = _calendar(np.floor(local / HOUR_S).astype(np.int64))
    return np.asarray((day + (local % 86_400.0) / 86_400.0) / np.where(leap, 366.0, 365.0), dtype=np.float64)
