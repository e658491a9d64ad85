"""Air leakage of a zone, from its leakage area or a fixed air change."""

from __future__ import annotations

from twin.scenario.fabric import Zone

# Basic model, one storey [(L/s)2/(cm4 K)] and [(L/s)2/(cm4 (m/s)2)]: ASHRAE Handbook Fundamentals 2017, ch.
# 16, infiltration. The wind coefficient is that of shelter class 1 (no obstructions): shelter is already in
# the wind speed that reaches the building (site.shelter; class 3 is a share of 0.74, class 4 of 0.57, class 5
# of 0.32).
STACK, WIND = 0.000145, 0.000319


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
