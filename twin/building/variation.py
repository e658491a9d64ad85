"""An episode's own weather: the file's year, with temperature, clouds and wind straying from it by seed.

What strays is a stationary Gaussian process on the circle of the file's hours: an Ornstein-Uhlenbeck process
(time constants of a day or two, see twin.scenario.variation) behind a filter of three hours, so that it has
no jumps, not even at New Year (such a process on weather files: J. Jimenez-Raboso et al., Sinergym, BuildSys
2021). It belongs to the hour of the year and not to the run: an episode of the same
seed that starts later meets the same weather.

Kept: dew point below air temperature (its distance stays, so relative humidity nearly does), no sun at night,
global = diffuse + direct on the horizontal, no more sun than a clear sky gives or the file has, wind of at
least 0. Pressure stays as it is.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.streams import generator
from twin.building.sun import HOUR_S, daylight, sun_path
from twin.building.weather import Weather, saturation_pressure
from twin.building.weather_year import sky_infrared
from twin.physics.fabric import KELVIN, STEFAN_BOLTZMANN
from twin.scenario.weather_variability import WeatherVariability

Float = NDArray[np.float64]

FILTER_H = 3.0  # what smooths the process: its slope then is sd / sqrt(time constant times this)
FURTHEST = 3.0  # standard deviations that temperature strays at most
FURTHEST_SUN = 2.0  # and the sun
SOLAR_CONSTANT = 1361.0  # [W/m2]; Kopp & Lean 2011
LOWEST_SUN = 0.05  # sine of the elevation below which the direct beam is not made stronger


def wandering(seed: int, what: str, time_h: float, hours: int) -> Float:
    """A smooth stationary process (hours,) of mean 0 and standard deviation 1, whose end joins its start.

    Parameters
    ----------
    seed, what
        Episode seed and the name of what strays.
    time_h
        Time constant of its autocorrelation [h].
    hours
        Length of the circle, a year.
    """
    noise = generator(seed, "weather", what).standard_normal(hours)
    turn = 2.0 * np.pi * np.fft.rfftfreq(hours)
    passed = 1.0 / ((1.0 + 1j * turn * time_h) * (1.0 + 1j * turn * FILTER_H))
    weight = np.full(len(turn), 2.0)
    weight[0] = 1.0
    if hours % 2 == 0:
        weight[-1] = 1.0
    passed /= np.sqrt((weight * np.abs(passed) ** 2).sum() / hours)
    return np.asarray(np.fft.irfft(np.fft.rfft(noise) * passed, n=hours), dtype=np.float64)


def varied(weather: Weather, variability: WeatherVariability, seed: int) -> Weather:
    """The weather of an episode.

    Parameters
    ----------
    weather
        A year, from read_weather.
    variability
        How far to stray; with all zero, `weather` itself.
    seed
        Episode seed; 0 strays like any other.
    """
    if not variability.on:
        return weather
    hours = weather.hours
    warmer = variability.temperature_shift_k + variability.temperature_sd_k * np.clip(
        wandering(seed, "temperature", variability.temperature_time_h, hours), -FURTHEST, FURTHEST
    )
    stray = wandering(seed, "clearness", variability.clearness_time_h, hours)
    clearer = 1.0 + variability.clearness_sd * np.clip(stray, -FURTHEST_SUN, FURTHEST_SUN)
    wind = variability.wind_sd
    gust = np.exp(wind * wandering(seed, "wind", variability.wind_time_h, hours) - 0.5 * wind * wind)
    temperature, dew_point = weather.temperature + warmer, weather.dew_point + warmer
    humidity = 100.0 * saturation_pressure(dew_point) / saturation_pressure(temperature)
    total, direct, diffuse = weather.ghi, weather.dni, weather.dhi
    if variability.clearness_sd > 0.0:
        total, direct, diffuse = _sun(weather, clearer)
    cover, opaque = _cloudier(weather.sky_cover, clearer), _cloudier(weather.opaque_sky_cover, clearer)
    changed: dict[str, Any] = {
        "temperature": temperature,
        "dew_point": dew_point,
        "relative_humidity": np.minimum(humidity, 100.0),
        "wind_speed": weather.wind_speed * gust,
        "ghi": total,
        "dni": direct,
        "dhi": diffuse,
        "infrared": _infrared(weather, temperature, dew_point, clearer),
        "sky_cover": cover,
        "opaque_sky_cover": opaque,
    }
    return dataclasses.replace(weather, **changed)


@lru_cache(maxsize=8)
def _sine_of_elevation(
    latitude: float, longitude: float, altitude_m: float, utc_offset_h: float, hours: int, year: int
) -> tuple[Float, Float]:
    """Mean sine of the sun's elevation over each hour of a year, and the radiation outside the air [W/m2]."""
    start = float(np.datetime64(f"{year}-01-01T00", "s").astype(np.int64)) - utc_offset_h * HOUR_S
    edges = start + HOUR_S * np.arange(hours + 1, dtype=np.float64)
    path = sun_path(latitude, longitude, altitude_m, edges[0], edges[-1])
    up, moment = daylight(path, edges)
    zenith, _ = path.zenith_azimuth(moment)
    sine = np.maximum(np.cos(np.radians(zenith)), 0.0)
    day = np.arange(hours) // 24
    outside = SOLAR_CONSTANT * (1.0 + 0.033 * np.cos(2.0 * np.pi * (day + 1) / 365.0))
    return np.where(up > 0.0, sine, 0.0), outside


def elevation(weather: Weather) -> tuple[Float, Float]:
    """Sine of the sun's elevation in each hour of the file (H,), 0 at night; radiation above the air [W/m2].

    Source: eccentricity after J. Spencer (1971), as Duffie & Beckman, eq. 1.4.1a.
    """
    year = weather.start_year or (2024 if weather.hours == 8784 else 2023)
    return _sine_of_elevation(
        weather.latitude, weather.longitude, weather.altitude_m, weather.utc_offset_h, weather.hours, year
    )


def clear_sky(weather: Weather) -> tuple[Float, Float]:
    """Global horizontal and direct normal radiation under a clear sky, each (H,) [W/m2].

    Source: B. Haurwitz, Insolation in relation to cloudiness and cloud density, Journal of Meteorology 2
    (1945) 154-166; A. and M. Meinel, Applied solar energy (1976): outside times 0.7^(airmass^0.678).
    """
    sine, outside = elevation(weather)
    low = np.maximum(sine, 0.01)
    total = np.where(sine > 0.0, 1098.0 * sine * np.exp(-0.057 / low), 0.0)
    return total, np.where(sine > 0.0, outside * 0.7 ** (1.0 / low) ** 0.678, 0.0)


def _sun(weather: Weather, clearer: Float) -> tuple[Float, Float, Float]:
    """Global, direct normal and diffuse radiation (H,) where the clearness is multiplied by `clearer`.

    The diffuse share follows the file's own, moved as D. Erbs, S. Klein, J. Duffie (Solar Energy 28 (1982)
    293-302) say that it moves with the clearness index.
    """
    sine, outside = elevation(weather)
    clear_total, clear_direct = clear_sky(weather)
    limit = np.minimum(np.maximum(clear_total, weather.ghi), np.maximum(outside * sine, weather.ghi))
    total = np.where(weather.ghi > 0.0, np.minimum(weather.ghi * clearer, limit), weather.ghi)
    above = np.maximum(outside * sine, 1.0)
    moved = _diffuse_share(total / above) / _diffuse_share(weather.ghi / above)
    share = np.where(weather.ghi > 0.0, weather.dhi / np.maximum(weather.ghi, 1e-9), 1.0)
    diffuse = np.minimum(np.minimum(share, 1.0) * moved, 1.0) * total
    beam, was = total - diffuse, np.maximum(weather.ghi - weather.dhi, 0.0)
    # the file's own ratio of direct normal to direct horizontal, which holds its idea of where the sun stands
    known = (was > 1.0) & (weather.dni > 1.0)
    upright = np.where(known, was / np.maximum(weather.dni, 1e-9), np.maximum(sine, LOWEST_SUN))
    upright = np.clip(upright, LOWEST_SUN, 1.0)
    most = np.maximum(weather.dni, np.where(sine > LOWEST_SUN, clear_direct, 0.0))
    direct = np.minimum(beam / upright, most)
    return total, direct, total - direct * upright


def _diffuse_share(index: Float) -> Float:
    """Diffuse share of global radiation by clearness index (Erbs et al. 1982, eq. 1, hourly)."""
    k = np.clip(index, 0.0, 1.0)
    middle = 0.9511 - 0.1604 * k + 4.388 * k**2 - 16.638 * k**3 + 12.336 * k**4
    return np.where(k <= 0.22, 1.0 - 0.09 * k, np.where(k <= 0.8, middle, 0.165))


def _cloudier(cover: Float, clearer: Float) -> Float:
    """Cloud cover (H,) [0-1] that lets `clearer` times as much through; NaN stays.

    Source: F. Kasten, G. Czeplak, Solar Energy 24 (1980) 177-189: 1 - 0.75 cover^3.4.
    """
    through = np.clip((1.0 - 0.75 * cover**3.4) * clearer, 0.25, 1.0)
    return np.where(clearer == 1.0, cover, ((1.0 - through) / 0.75) ** (1.0 / 3.4))


def _infrared(weather: Weather, temperature: Float, dew_point: Float, clearer: Float) -> Float:
    """Infrared from the sky (H,) [W/m2]: the file's, changed as air, dew point and clouds change it."""
    given = np.where(np.isnan(weather.opaque_sky_cover), weather.sky_cover, weather.opaque_sky_cover)
    before = np.where(np.isnan(given), 0.5, given)
    after = np.where(np.isnan(given), 0.5, _cloudier(before, clearer))
    ratio = sky_infrared(temperature, dew_point, after) / sky_infrared(
        weather.temperature, weather.dew_point, before
    )
    black = STEFAN_BOLTZMANN * (temperature + KELVIN) ** 4
    warmed = black / (STEFAN_BOLTZMANN * (weather.temperature + KELVIN) ** 4)
    most = np.maximum(
        black, weather.infrared * warmed
    )  # a sky is no warmer than the air, unless the file's is
    return np.asarray(np.minimum(weather.infrared * ratio, most), dtype=np.float64)
