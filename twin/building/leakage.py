"""Outdoor air of a zone by leaks and by the clock, and the density that air has at the site."""

from __future__ import annotations

from twin.physics.fabric import KELVIN
from twin.scenario.fabric import Zone
from twin.scenario.schema import Scenario

# Basic model, one storey [(L/s)2/(cm4 K)] and [(L/s)2/(cm4 (m/s)2)]: ASHRAE Handbook Fundamentals 2017, ch.
# 16, infiltration. The wind coefficient is that of shelter class 1 (no obstructions): shelter is already in
# the wind speed that reaches the building (site.shelter; class 3 is a share of 0.74, class 4 of 0.57, class 5
# of 0.32).
STACK, WIND = 0.000145, 0.000319
STANDARD_TEMPERATURE = 20.0  # [°C] at which the zones' air mass is taken
ALWAYS = -1e9  # a threshold that every temperature exceeds


def site_density(scenario: Scenario, pressure_pa: float) -> float:
    """Density of the site's air [kg/m3]: the scenario's own, else at 20 °C and the mean pressure [Pa]."""
    own = scenario.site.air_density_kg_m3
    return pressure_pa / (287.042 * (STANDARD_TEMPERATURE + KELVIN)) if own is None else own


def night_ventilation(zone: Zone, density: float) -> tuple[float, float, float, float]:
    """Flow [kg/s], least excess over outdoors [K], least room temperature [°C], fan [W per kg/s]."""
    plan = zone.night_ventilation
    if plan is None:
        return 0.0, 0.0, 0.0, 0.0
    flow = plan.air_changes_per_hour * zone.floor_area_m2 * zone.height_m * density / 3600.0
    cooler = ALWAYS if plan.only_if_cooler_by_k is None else plan.only_if_cooler_by_k
    floor = ALWAYS if plan.not_below_c is None else plan.not_below_c
    return flow, cooler, floor, plan.fan_power_w_per_l_s * 1000.0 / density


def leakage(zone: Zone, density: float) -> tuple[float, float, float]:
    """Stack [(kg/s)2/K], wind [(kg/s)2/(m/s)2] and fixed [kg/s] parameters of a zone's leaks.

    Parameters
    ----------
    density
        Of the site's air [kg/m3].

    Source: M.H. Sherman, D.T. Grimsrud, Infiltration-pressurization correlation, LBL-10163 (1980).
    """
    leaks = zone.infiltration
    area = leaks.leakage_area_cm2 or 0.0
    per_area = (area * density / 1000.0) ** 2
    volume = zone.floor_area_m2 * zone.height_m
    fixed = (leaks.air_changes_per_hour or 0.0) * volume * density / 3600.0
    return per_area * STACK, per_area * WIND, fixed
