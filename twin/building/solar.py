"""Solar radiation on tilted surfaces: Perez sky, ground reflection, and the shade of overhangs and fins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.building.weather import SiteWeather

Float = NDArray[np.float64]

SOLAR_CONSTANT = 1366.1  # [W/m2]; ASTM E-490-00, as in pvlib
MAXIMUM_ZENITH = 89.9  # air mass and Perez brightness lose their meaning at the horizon
COLUMNS = 24  # strips of window that the shade is integrated over; exact in height
BLOCK = 8192  # directions at a time, to bound memory
SKY_STEPS = 60  # of elevation and of azimuth for diffuse radiation


@dataclass(frozen=True)
class Shading:
    """What stands before a window: an overhang, a fin on each side, a row of buildings. All black.

    Parameters
    ----------
    window_width_m, window_height_m
        Glazed opening [m].
    overhang_depth_m, overhang_above_m
        Depth, and height above the window head [m].
    overhang_left_m, overhang_right_m
        How far the overhang reaches beyond the window's sides, seen from outside [m]; infinite allowed.
    fin_left_depth_m, fin_right_depth_m
        Depth of the fins at the window's sides, seen from outside [m].
    fin_above_m, fin_below_m
        How far the fins reach above the head and below the sill [m].
    horizon_deg
        Elevation of a long row of buildings opposite and parallel to the window [°].
    fin_offset_m
        From the window's sides to the fins [m].
    """

    window_width_m: float = 1.5
    window_height_m: float = 1.5
    overhang_depth_m: float = 0.0
    overhang_above_m: float = 0.0
    overhang_left_m: float = 0.0
    overhang_right_m: float = 0.0
    fin_left_depth_m: float = 0.0
    fin_right_depth_m: float = 0.0
    fin_above_m: float = 0.0
    fin_below_m: float = 0.0
    horizon_deg: float = 0.0
    fin_offset_m: float = 0.0

    @property
    def any(self) -> bool:
        """Whether there is any shade at all."""
        depth = max(self.overhang_depth_m, self.fin_left_depth_m, self.fin_right_depth_m)
        return depth > 0.0 or self.horizon_deg > 0.0


@dataclass(frozen=True, eq=False)
class Incident:
    """Radiation on a surface [W/m2], means over the intervals; every array has shape (n,).

    Parameters
    ----------
    beam, circumsolar
        From the sun and from the bright sky around it, shade taken off. Both come at `angle`.
    sky, ground
        Diffuse from the rest of the sky, and reflected by the ground, shade taken off.
    angle
        Angle of incidence of the beam [°]; 90 when the sun is behind the surface or down.
    """

    beam: Float
    circumsolar: Float
    sky: Float
    ground: Float
    angle: Float

    @property
    def total(self) -> Float:
        """All of it [W/m2], shape (n,)."""
        return self.beam + self.circumsolar + self.sky + self.ground


def incident(
    site: SiteWeather,
    tilt_deg: float,
    azimuth_deg: float,
    albedo: float = 0.2,
    shading: Shading | None = None,
) -> Incident:
    """Radiation on a surface of any tilt and orientation.

    Parameters
    ----------
    site
        From `twin.building.weather.sample_site`.
    tilt_deg
        0 looks up, 90 is a wall [°].
    azimuth_deg
        Direction of the outward normal, clockwise from north [°].
    albedo
        Reflectance of the ground [-].
    shading
        Fixed shade, if any.

    Source: R. Perez et al., Modeling daylight availability and irradiance components from direct and global
    irradiance, Solar Energy 44 (1990) 271-289, through pvlib; isotropic ground reflection.
    """
    zenith, azimuth = np.radians(site.zenith), np.radians(site.azimuth - azimuth_deg)
    tilt = np.radians(tilt_deg)
    cosine = np.cos(zenith) * np.cos(tilt) + np.sin(zenith) * np.sin(tilt) * np.cos(azimuth)
    lit = (cosine > 0.0) & (site.sun_up > 0.0)
    cosine = np.where(lit, np.minimum(cosine, 1.0), 0.0)
    circumsolar, sky = _perez(site, tilt_deg, azimuth_deg)
    beam = site.dni * cosine
    circumsolar = np.where(lit, circumsolar, 0.0)
    ground = site.ghi * albedo * 0.5 * (1.0 - np.cos(tilt))
    if shading is not None and shading.any:
        direct = sunlit_fraction(shading, site, tilt_deg, azimuth_deg)
        sky_view, ground_view = diffuse_fractions(shading, tilt_deg)
        beam, circumsolar = beam * direct, circumsolar * direct
        sky, ground = sky * sky_view, ground * ground_view
    angle = np.where(lit, np.degrees(np.arccos(cosine)), 90.0)
    return Incident(beam=beam, circumsolar=circumsolar, sky=sky, ground=ground, angle=angle)


def _perez(site: SiteWeather, tilt_deg: float, azimuth_deg: float) -> tuple[Float, Float]:
    """Circumsolar and remaining sky diffuse on the surface [W/m2]; isotropic while the sun is down."""
    from pvlib.atmosphere import get_relative_airmass
    from pvlib.irradiance import perez

    isotropic = site.dhi * 0.5 * (1.0 + np.cos(np.radians(tilt_deg)))
    circumsolar, sky = np.zeros_like(isotropic), isotropic.copy()
    day = np.flatnonzero((site.sun_up > 0.0) & (site.dhi > 0.0))
    if day.size == 0:
        return circumsolar, sky
    up = site.sun_up[day]
    zenith = np.minimum(site.zenith[day], MAXIMUM_ZENITH)
    parts = perez(
        tilt_deg,
        azimuth_deg,
        site.dhi[day] / up,
        site.dni[day] / up,
        _extraterrestrial(site)[day],
        zenith,
        site.azimuth[day],
        get_relative_airmass(zenith),
        return_components=True,
    )
    circumsolar[day] = up * np.asarray(parts["poa_circumsolar"])
    sky[day] = np.maximum(up * np.asarray(parts["poa_isotropic"] + parts["poa_horizon"]), 0.0)
    return circumsolar, sky


def _extraterrestrial(site: SiteWeather) -> Float:
    """Normal radiation outside the atmosphere [W/m2], shape (n,).

    Source: J. Spencer, Fourier series representation of the position of the sun, Search 2 (1971) 172.
    """
    days = (site.start_utc.timestamp() + site.step_s * np.arange(len(site.dhi))) / 86_400.0
    turn = 2.0 * np.pi * ((days / 365.2425) % 1.0)
    distance = 1.00011 + 0.034221 * np.cos(turn) + 0.00128 * np.sin(turn)
    distance = distance + 0.000719 * np.cos(2.0 * turn) + 7.7e-5 * np.sin(2.0 * turn)
    return np.asarray(SOLAR_CONSTANT * distance, dtype=np.float64)


def sunlit_fraction(shading: Shading, site: SiteWeather, tilt_deg: float, azimuth_deg: float) -> Float:
    """Part of the window that the sun reaches, shape (n,), 0-1; 0 while the sun is down or behind."""
    zenith, azimuth = np.radians(site.zenith), np.radians(site.azimuth - azimuth_deg)
    # horizontal: towards the normal's azimuth, and to the right as seen from outside (against the clock)
    forward, right = np.sin(zenith) * np.cos(azimuth), -np.sin(zenith) * np.sin(azimuth)
    fraction = np.zeros_like(zenith)
    tilt = np.radians(tilt_deg)
    facing = forward * np.sin(tilt) + np.cos(zenith) * np.cos(tilt) > 1e-6
    sunny = np.flatnonzero(facing & (site.sun_up > 0.0))
    for begin in range(0, len(sunny), BLOCK):
        part = sunny[begin : begin + BLOCK]
        fraction[part] = _lit(shading, forward[part], right[part], np.cos(zenith[part]), tilt)
    return fraction


def diffuse_fractions(shading: Shading, tilt_deg: float) -> tuple[float, float]:
    """Parts of the sky's and of the ground's diffuse radiation that the shade lets pass (isotropic), 0-1.

    Integrated over directions weighted by the cosine of incidence.
    """
    tilt = np.radians(tilt_deg)
    step = np.pi / SKY_STEPS
    grid = -0.5 * np.pi + step * (np.arange(SKY_STEPS) + 0.5)
    elevation, turn = (g.ravel() for g in np.meshgrid(grid, grid, indexing="ij"))
    normal, across = np.cos(elevation) * np.cos(turn), np.cos(elevation) * np.sin(turn)
    slope_up = np.sin(elevation)  # in the frame of the surface
    forward = normal * np.sin(tilt) - slope_up * np.cos(tilt)
    up = normal * np.cos(tilt) + slope_up * np.sin(tilt)
    weight = normal * np.cos(elevation)
    lit = weight * _lit(shading, forward, across, up, tilt)
    above, below = weight[up > 0.0].sum(), weight[up <= 0.0].sum()
    ground = float(lit[up <= 0.0].sum() / below) if below > 1e-9 else 1.0
    return float(lit[up > 0.0].sum() / above) if above > 1e-9 else 1.0, ground


def _lit(shading: Shading, forward: Float, right: Float, up: Float, tilt: float) -> Float:
    """Sunlit part of the window for directions given as horizontal forward, horizontal right and up, (m,).

    The window is cut into upright strips; within a strip the shade of the overhang and of the fin are
    intervals of height, whose union is taken exactly.
    """
    out = forward * np.sin(tilt) + up * np.cos(tilt)  # in the frame of the surface: out, right, along
    along = up * np.sin(tilt) - forward * np.cos(tilt)
    out = np.maximum(out, 1e-9)
    across, rise = (right / out)[:, None], (along / out)[:, None]  # per metre away from the surface
    x = (shading.window_width_m * (np.arange(COLUMNS) + 0.5) / COLUMNS)[None, :]
    height = shading.window_height_m
    low_1, high_1 = _overhang(shading, x, across, rise)
    low_2, high_2 = _fins(shading, x, across, rise)
    low_1, high_1, low_2, high_2 = (np.clip(v, 0.0, height) for v in (low_1, high_1, low_2, high_2))
    both = np.maximum(np.minimum(high_1, high_2) - np.maximum(low_1, low_2), 0.0)
    shaded = (high_1 - low_1) + (high_2 - low_2) - both
    fraction: Float = 1.0 - shaded.mean(axis=1) / height
    if shading.horizon_deg > 0.0:
        blocked = (forward > 0.0) & (up > 0.0) & (up < forward * np.tan(np.radians(shading.horizon_deg)))
        fraction = np.where(blocked, 0.0, fraction)
    return np.asarray(np.clip(fraction, 0.0, 1.0), dtype=np.float64)


def _overhang(shading: Shading, x: Float, across: Float, rise: Float) -> tuple[Float, Float]:
    """Heights between which the overhang shades a strip (equal where it does not)."""
    top = shading.window_height_m + shading.overhang_above_m
    reach_left = x + shading.overhang_left_m
    reach_right = shading.window_width_m - x + shading.overhang_right_m
    side = np.where(across > 0.0, reach_right, reach_left) / np.maximum(np.abs(across), 1e-12)
    depth = np.minimum(shading.overhang_depth_m, side)  # beyond it the ray has left the overhang sideways
    climb = np.maximum(rise, 0.0) * depth
    return top - climb, np.full_like(climb, top)


def _fins(shading: Shading, x: Float, across: Float, rise: Float) -> tuple[Float, Float]:
    """Heights between which the fin on the sun's side shades a strip (equal where it does not)."""
    to_fin = np.where(across > 0.0, shading.window_width_m - x, x) + shading.fin_offset_m
    depth = np.where(across > 0.0, shading.fin_right_depth_m, shading.fin_left_depth_m)
    away = to_fin / np.maximum(np.abs(across), 1e-12)  # distance from the wall where the ray meets the fin
    hits = away < depth
    climb = np.where(hits, away * rise, 0.0)
    low = -shading.fin_below_m - climb
    high = shading.window_height_m + shading.fin_above_m - climb
    return np.where(hits, low, 0.0), np.where(hits, high, 0.0)
