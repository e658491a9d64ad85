"""What the weather does to a building: air, sky and ground for the site, and sun on every zone's surfaces."""

from __future__ import annotations

import math

import numpy as np

from twin.basics.clock import Clock
from twin.building.adjacent import add_adjacent
from twin.building.constructions import construction_of
from twin.building.glazing import glazing_of, transmitted_absorbed
from twin.building.skyline import skyline
from twin.building.solar import Incident, Shading, incident
from twin.building.weather import SiteWeather, Weather, sample_site
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.beyond import Outdoor
from twin.scenario.fabric import Roof, Wall, Zone
from twin.scenario.schema import Scenario
from twin.scenario.windows import Window


def climate(scenario: Scenario, clock: Clock, weather: Weather) -> tuple[Float, Float]:
    """Boundary conditions from the weather, one climate.

    Returns
    -------
    site
        (1, K, SITE_COLUMNS), see twin.physics.layout.
    sun
        (1, K, Z, SUN_COLUMNS) [W]: absorbed outside by walls and roof, in outer and inner panes, and
        transmitted, each summed over the zone; and heat from spaces beside it (twin.building.adjacent).

    Raises
    ------
    WeatherError
        Where an actual year does not contain the dates.
    """
    step = clock.boundary_step_s
    steps = -(-clock.ticks * clock.tick_s // step)
    return climate_of(scenario, weather, sample_site(weather, clock.origin, step, steps))


def climate_of(scenario: Scenario, weather: Weather, sample: SiteWeather) -> tuple[Float, Float]:
    """As `climate`, from weather already sampled (or measured) at the boundary steps of the run."""
    steps = len(sample.temperature)
    site = np.empty((1, steps, la.SITE_COLUMNS))
    site[0, :, la.W_TEMPERATURE] = sample.temperature
    site[0, :, la.W_HUMIDITY] = sample.humidity_ratio
    site[0, :, la.W_CO2] = scenario.site.outdoor_co2_ppm
    site[0, :, la.W_WIND] = sample.wind_speed * scenario.site.shelter
    site[0, :, la.W_FORCED] = forced_convection(site[0, :, la.W_WIND])
    site[0, :, la.W_SKY] = sample.sky_temperature
    site[0, :, la.W_GROUND] = sample.ground_temperature
    site[0, :, la.W_PRESSURE] = sample.pressure
    site[0, :, la.W_GLOBAL] = sample.ghi
    skin = _Skin(scenario, sample)
    sun = np.zeros((1, steps, len(scenario.building.zones), la.SUN_COLUMNS))
    for z, zone in enumerate(scenario.building.zones):
        skin.add_zone(sun[0, :, z], zone)
    add_adjacent(sun[0], scenario, weather, sample)
    return site, sun


def forced_convection(wind: Float) -> Float:
    """Forced convection of the wind [m/s] on a smooth surface [W/m2K], the mean of windward and leeward.

    Source: M. Yazdanian, J.H. Klems, Measurement of the exterior convective film coefficient for windows in
    low-rise buildings, ASHRAE Transactions 100(1) (1994) 1087; coefficients as in the EnergyPlus Engineering
    Reference, "DOE-2 model".
    """
    return np.asarray(0.5 * (3.26 * wind**0.89 + 3.55 * wind**0.617), dtype=np.float64)


def shading_of(window: Window) -> Shading | None:
    """The fixed shading of a window, or of each of several equal ones; an overhang runs far unless said."""
    given = window.shading
    left, right = given.overhang_left_m, given.overhang_right_m
    shading = Shading(
        window_width_m=window.one_width_m,
        window_height_m=window.height_m,
        overhang_depth_m=given.overhang_depth_m,
        overhang_above_m=given.overhang_above_m,
        overhang_left_m=math.inf if left is None else left,
        overhang_right_m=math.inf if right is None else right,
        fin_left_depth_m=given.fin_depth_m or given.fin_left_depth_m,
        fin_right_depth_m=given.fin_depth_m or given.fin_right_depth_m,
        fin_offset_m=given.fin_offset_m,
        fin_above_m=given.fin_above_m,
        fin_below_m=given.fin_below_m,
        horizon_deg=given.horizon_deg,
    )
    return shading if shading.any else None


class _Skin:
    """Irradiation of the building's surfaces, each orientation worked out once."""

    def __init__(self, scenario: Scenario, sample: SiteWeather) -> None:
        self._fabric = scenario.building
        self._albedo = scenario.site.albedo
        self._sample = sample
        self._skyline = skyline(scenario.site.horizon_deg, scenario.site.horizon_by_azimuth_deg, sample)
        self._seen: dict[tuple[float, float, Shading | None], Incident] = {}

    def _incident(self, tilt: float, azimuth: float, shading: Shading | None = None) -> Incident:
        key = (tilt, azimuth, shading)
        if key not in self._seen:
            falling = incident(self._sample, tilt, azimuth, self._albedo, shading)
            self._seen[key] = self._skyline.over(falling, tilt, azimuth) if self._skyline else falling
        return self._seen[key]

    def add_zone(self, sun: Float, zone: Zone) -> None:
        """Add what falls on one zone to its columns (K, SUN_COLUMNS)."""
        for wall in zone.walls:
            if isinstance(wall.boundary, Outdoor):
                self._add_surface(sun, la.SUN_WALL, wall)
        if zone.roof is not None and isinstance(zone.roof.boundary, Outdoor):
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
        sun[:, la.SUN_TRANSMITTED] += window.glass_m2 * passed
        sun[:, la.SUN_PANE_OUT] += window.glass_m2 * outer
        sun[:, la.SUN_PANE_IN] += window.glass_m2 * inner
