"""Plug loads and lights of the zones."""

from __future__ import annotations

import numpy as np

from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.inhabitants import ZoneLoads
from twin.scenario.schema import Scenario

# Defaults of the radiant fractions (twin.scenario.inhabitants): lights 0.55, recessed luminaire (ASHRAE
# Handbook Fundamentals 2017, ch. 18, table 3: 0.37-0.67); equipment 0.25, office machines with and without
# fans (the same, table 14: 0.10-0.40)
# Lux on the desks per W/m2 of sun let in per m2 of floor: luminous efficacy of daylight of 110 lm/W (Perez et
# al. 1990, Solar Energy 44(5)) times the share that reaches the desks, 0.35 (assumed).
DAYLIGHT_LX_M2_W = 38.0
# Share of the lamps that daylight control dims: the primary and secondary sidelit areas of ASHRAE 90.1-2019,
# 9.4.1.1 (e) and (f), are each one window head height deep; two of about 2.2 m in a room of 7 m. Measured
# savings of such control are a quarter to a half (Williams et al. 2012, Leukos 8(3): 28 % on average).
DAYLIT_SHARE = 0.6


def loads_parameters(scenario: Scenario) -> dict[int, Float]:
    """Columns of Parameters.zone that this part fills: column -> values (Z,)."""
    ids = scenario.zone_ids
    rows: list[ZoneLoads] = [scenario.loads.zones.get(name, scenario.loads.default) for name in ids]
    area = np.array([zone.floor_area_m2 for zone in scenario.building.zones])
    return {
        la.ZP_LIGHTS: area * np.array([row.lighting_w_m2 for row in rows]),
        la.ZP_EQUIPMENT_BASE: area * np.array([row.equipment_base_w_m2 for row in rows]),
        la.ZP_EQUIPMENT_PERSON: np.array([row.equipment_w_person for row in rows]),
        la.ZP_LIGHTS_RADIANT: np.array([row.lighting_radiant_fraction for row in rows]),
        la.ZP_EQUIPMENT_RADIANT: np.array([row.equipment_radiant_fraction for row in rows]),
        la.ZP_DAYLIGHT: np.full(len(ids), DAYLIGHT_LX_M2_W),
        la.ZP_DIMMING: DAYLIT_SHARE * np.array([float(row.daylight_control) for row in rows]),
    }
