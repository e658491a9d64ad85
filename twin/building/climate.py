"""What the weather does to a building: air, sky and ground for the site, and sun on every zone's surfaces."""

from __future__ import annotations

import math

import numpy as np

from twin.basics.clock import Clock
from twin.building.constructions import construction_of
from twin.building.glazing import glazing_of, transmitted_absorbed
from twin.building.solar import Incident, Shading, incident
from twin.building.weather import SiteWeather, Weather, sample_site
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.fabric import Roof, Wall, Window, Zone
from twin.scenario.schema import Scenario


def climate(scenario: Scenario, clock: Clock, weather: Weather) -> tuple[Float, Float]:
    """Boundary conditions from the weather, one climate.

    Returns
    -------
    site
        (1, K, SITE_COLUMNS), see twin.physics.layout.
    sun
        (1, K, Z, SUN_COLUMNS) [W]: absorbed outside by walls and roof, in outer and inner panes, and
        transmitted, each summed over the zone.

    Raises
    ------
    WeatherError
        Where an actual year does not contain the dates.
    """
    step = clock.boundary_step_s
    steps = -(-clock.ticks * clock.tick_s // step)
    sample = sample_site(weather, clock.origin, step, steps)
    site = np.empty((1, steps, la.SITE_COLUMNS))
    site[0, :, la.W_TEMPERATURE] = sample.temperature
    site[0, :, la.W_HUMIDITY] = sample.humidity_ratio
    site[0, :, la.W_CO2] = scenario.site.outdoor_co2_ppm
    site[0, :, la.W_WIND] = sample.wind_speed * scenario.site.shelter
    site[0, :, la.W_SKY] = sample.sky_temperature
    site[0, :, la.W_GROUND] = sample.ground_temperature
    site[0, :, la.W_PRESSURE] = sample.pressure
    site[0, :, la.W_GLOBAL] = sample.ghi
    skin = _Skin(scenario, sample)
    sun = np.zeros((1, steps, len(scenario.building.zones), la.SUN_COLUMNS))
    for z, zone in enumerate(scenario.building.zones):
        skin.add_zone(sun[0, :, z], zone)
    return site, sun


def shading_of(window: Window) -> Shading | None:
    """The fixed shading of a window: an overhang that runs past it on both sides, fins a window apart."""
    given = window.shading
    shading = Shading(
        window_height_m=window.height_m,
        overhang_depth_m=given.overhang_depth_m,
        overhang_above_m=given.overhang_above_m,
        overhang_left_m=math.inf,
        overhang_right_m=math.inf,
        fin_left_depth_m=given.fin_depth_m,
        fin_right_depth_m=given.fin_depth_m,
        horizon_deg=given.horizon_deg,
    )
    return shading if shading.any else None


class _Skin:
    """Irradiation of the building's surfaces, each orientation worked out once."""

    def __init__(self, scenario: Scenario, sample: SiteWeather) -> None:
        self._fabric = scenario.building
        self._albedo = scenario.site.albedo
        self._sample = sample
        self._seen: dict[tuple[float, float, Shading | None], Incident] = {}

    def _incident(self, tilt: float, azimuth: float, shading: Shading | None = None) -> Incident:
        key = (tilt, azimuth, shading)
        if key not in self._seen:
            self._seen[key] = incident(self._sample, tilt, azimuth, self._albedo, shading)
        return self._seen[key]

    def add_zone(self, sun: Float, zone: Zone) -> None:
        """Add what falls on one zone to its columns (K, SUN_COLUMNS)."""
        for wall in zone.walls:
            self._add_surface(sun, la.SUN_WALL, wall)
        if zone.roof is not None:
            self._add_surface(sun, la.SUN_ROOF, zone.roof)

    def _add_surface(self, sun: Float, column: int, surface: Wall | Roof) -> None:
        opaque = surface.area_m2 - sum(window.area_m2 for window in surface.windows)
        skin = construction_of(surface.construction, self._fabric.constructions)
        falling = self._incident(surface.tilt_deg, surface.azimuth_deg).total
        sun[:, column] += opaque * skin.solar_absorptance_outside * falling
        for window in surface.windows:
            self._add_window(sun, window, surface)

    def _add_window(self, sun: Float, window: Window, surface: Wall | Roof) -> None:
        falling = self._incident(surface.tilt_deg, surface.azimuth_deg, shading_of(window))
        passed, outer, inner = transmitted_absorbed(glazing_of(window.glazing, self._fabric.glazing), falling)
        sun[:, la.SUN_TRANSMITTED] += window.area_m2 * passed
        sun[:, la.SUN_PANE_OUT] += window.area_m2 * outer
        sun[:, la.SUN_PANE_IN] += window.area_m2 * inner
