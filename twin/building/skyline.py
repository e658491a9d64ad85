"""The horizon of a site: what stands all around and hides the low sun and the sky above the horizontal."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.building.solar import Float, Incident
from twin.building.weather import SiteWeather

STEPS = 90  # of elevation, and of half a turn, for diffuse radiation


@dataclass(frozen=True, eq=False)
class Skyline:
    """Elevation of the horizon by azimuth, black.

    Parameters
    ----------
    azimuth, elevation
        Of its points, azimuths rising from 0 to 360 (m,) [°].
    sunny
        Where the sun stands above it, (n,).
    """

    azimuth: Float
    elevation: Float
    sunny: np.ndarray

    def over(self, falling: Incident, tilt_deg: float, azimuth_deg: float) -> Incident:
        """Radiation on a surface with what the horizon hides taken off; ground reflection stays as it is."""
        share = self.sky_share(tilt_deg, azimuth_deg)
        beam = np.where(self.sunny, falling.beam, 0.0)
        circumsolar = np.where(self.sunny, falling.circumsolar, 0.0)
        return replace(falling, beam=beam, circumsolar=circumsolar, sky=falling.sky * share)

    def sky_share(self, tilt_deg: float, azimuth_deg: float) -> float:
        """Part of the (isotropic) sky's radiation on a surface that comes from above the horizon, 0-1."""
        rise = 0.5 * np.pi * (np.arange(STEPS) + 0.5) / STEPS
        turn = 360.0 * (np.arange(2 * STEPS) + 0.5) / (2 * STEPS)
        up, around = np.meshgrid(rise, turn, indexing="ij")
        tilt, away = np.radians(tilt_deg), np.radians(around - azimuth_deg)
        cosine = np.sin(up) * np.cos(tilt) + np.cos(up) * np.sin(tilt) * np.cos(away)
        weight = np.maximum(cosine, 0.0) * np.cos(up)
        open_sky = np.degrees(up) > np.interp(around, self.azimuth, self.elevation)
        total = float(weight.sum())
        return float((weight * open_sky).sum()) / total if total > 0.0 else 1.0


def skyline(height_deg: float, pairs: tuple[tuple[float, float], ...], site: SiteWeather) -> Skyline | None:
    """The horizon of a site: one elevation all around, or points by azimuth, linear between; None if flat."""
    points = pairs or ((0.0, height_deg),)
    if max(elevation for _, elevation in points) <= 0.0:
        return None
    azimuth = np.array([a for a, _ in points])
    elevation = np.array([e for _, e in points])
    azimuth = np.concatenate([[azimuth[-1] - 360.0], azimuth, [azimuth[0] + 360.0]])
    elevation = np.concatenate([[elevation[-1]], elevation, [elevation[0]]])
    hidden = np.interp(site.azimuth % 360.0, azimuth, elevation)
    return Skyline(azimuth, elevation, 90.0 - site.zenith > hidden)
