"""Where the sun stands, and for which part of an interval it is up.

pvlib's solar position algorithm is evaluated once per hour; declination and hour angle, which change slowly
and almost linearly, are interpolated between. A year at 5 minutes then costs tens of milliseconds instead of
a second, within 0.001° of the algorithm itself (tests/building/test_solar.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

HOUR_S = 3600.0
RATE = 2.0 * np.pi / 86_400.0  # turning of the earth against the mean sun [rad/s]


@dataclass(frozen=True, eq=False)
class SunPath:
    """Declination and the slow part of the hour angle at knots an hour apart, for one place.

    Parameters
    ----------
    latitude
        [°], north positive.
    knots
        Seconds since 1970-01-01 UTC, shape (M,).
    declination
        [rad], shape (M,).
    drift
        Hour angle less RATE times the seconds [rad], unwrapped, shape (M,).
    """

    latitude: float
    knots: Float
    declination: Float
    drift: Float

    def at(self, seconds: Float) -> tuple[Float, Float]:
        """Declination and hour angle (0 at noon, unwrapped) [rad] at `seconds` (n,) since 1970 UTC."""
        declination = np.interp(seconds, self.knots, self.declination)
        return declination, RATE * (seconds - self.knots[0]) + np.interp(seconds, self.knots, self.drift)

    def zenith_azimuth(self, seconds: Float) -> tuple[Float, Float]:
        """True zenith angle (no refraction) and azimuth clockwise from north [°], each (n,)."""
        declination, hour = self.at(seconds)
        return _horizontal(np.radians(self.latitude), declination, hour)


def sun_path(latitude: float, longitude: float, altitude_m: float, start_s: float, end_s: float) -> SunPath:
    """Sample the solar position algorithm from before `start_s` to after `end_s` (seconds since 1970 UTC).

    Source: I. Reda, A. Andreas, Solar position algorithm for solar radiation applications, Solar Energy 76
    (2004) 577-589, through pvlib.
    """
    import pandas as pd
    from pvlib.solarposition import get_solarposition

    first = np.floor(start_s / HOUR_S) - 1.0
    knots = np.arange(first, np.ceil(end_s / HOUR_S) + 2.0) * HOUR_S
    stamps = pd.DatetimeIndex(knots.astype("datetime64[s]"), tz="UTC")
    position = get_solarposition(stamps, latitude, longitude, altitude=altitude_m, method="nrel_numpy")
    zenith = np.radians(np.asarray(position["zenith"], dtype=np.float64))
    azimuth = np.radians(np.asarray(position["azimuth"], dtype=np.float64))
    phi = np.radians(latitude)
    sin_declination = np.sin(phi) * np.cos(zenith) + np.cos(phi) * np.sin(zenith) * np.cos(azimuth)
    east = -np.sin(zenith) * np.sin(azimuth)
    south = np.cos(phi) * np.cos(zenith) - np.sin(phi) * np.sin(zenith) * np.cos(azimuth)
    drift = np.unwrap(np.arctan2(east, south) - RATE * (knots - knots[0]))
    return SunPath(latitude, knots, np.arcsin(np.clip(sin_declination, -1.0, 1.0)), drift)


def _horizontal(phi: float, declination: Float, hour: Float) -> tuple[Float, Float]:
    up = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour)
    east = -np.cos(declination) * np.sin(hour)
    north = np.cos(phi) * np.sin(declination) - np.sin(phi) * np.cos(declination) * np.cos(hour)
    zenith = np.degrees(np.arccos(np.clip(up, -1.0, 1.0)))
    return zenith, np.degrees(np.arctan2(east, north)) % 360.0


def daylight(path: SunPath, edges: Float) -> tuple[Float, Float]:
    """How long the sun's centre is above the horizon between edges, and when to look at it.

    Parameters
    ----------
    edges
        Interval edges (m + 1,), seconds since 1970 UTC, at most an hour apart.

    Returns
    -------
    up
        Seconds of sun in each interval, shape (m,).
    moment
        Middle of the sun-up part; middle of the interval where the sun does not rise [s], shape (m,).
    """
    start, end = edges[:-1], edges[1:]
    middle = 0.5 * (start + end)
    declination, hour_angle = path.at(middle)
    cosine = -np.tan(np.radians(path.latitude)) * np.tan(declination)
    half_day = np.arccos(np.clip(cosine, -1.0, 1.0))
    half_step = RATE * 0.5 * (end - start)
    turn = 2.0 * np.pi * np.round(hour_angle / (2.0 * np.pi))
    up = np.zeros_like(middle)
    moment = middle.copy()
    longest = np.zeros_like(middle)
    for shift in (-2.0 * np.pi, 0.0, 2.0 * np.pi):  # neighbouring days matter only near the poles
        low = np.maximum(hour_angle - half_step, turn + shift - half_day)
        high = np.minimum(hour_angle + half_step, turn + shift + half_day)
        length = np.maximum(high - low, 0.0) / RATE
        better = length > longest
        moment = np.where(better, middle + (0.5 * (low + high) - hour_angle) / RATE, moment)
        longest = np.maximum(longest, length)
        up += length
    whole = up >= (end - start) * (1.0 - 1e-12)
    return np.minimum(up, end - start), np.where(whole, middle, moment)
