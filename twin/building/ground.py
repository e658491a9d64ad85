"""Floors on the ground: half a metre of soil, or the equivalent floor of EN ISO 13370."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.building.constructions import layer_values
from twin.building.weather import Weather, part_of_year
from twin.physics.layout import Float
from twin.scenario.beyond import Ground
from twin.scenario.fabric import Construction, Layer

SOIL = Layer(
    material="soil", thickness_m=0.5, conductivity_w_mk=2.0, density_kg_m3=2000.0, specific_heat_j_kgk=1000.0
)  # sand or gravel, EN ISO 13370:2017; half a metre as in EN ISO 52016-1:2017
CONDUCTIVITY, HEAT_CAPACITY = 2.0, 2.0e6  # [W/mK], [J/m3K] of the same
WALL_THICKNESS = 0.3  # [m], where a scenario gives none
INSIDE, OUTSIDE = 0.17, 0.04  # surface resistances [m2K/W], heat flow downwards, EN ISO 6946
LEAST_VIRTUAL = 1e-3  # [m2K/W] of the layer that makes up the floor's U-value


@dataclass(frozen=True)
class GroundFloor:
    """A slab on ground by EN ISO 13370:2017.

    Parameters
    ----------
    u_value
        Steady state, ground included [W/m2K].
    periodic
        Of outdoor variations over a year, per floor area [W/m2K].
    """

    u_value: float
    periodic: float


def ground_floor(boundary: Ground, construction: Construction) -> GroundFloor:
    """U-value and periodic coefficient of a slab on ground without edge insulation.

    Source: EN ISO 13370:2017, clauses 6 (characteristic dimension, equivalent thickness) and 7 (slab on
    ground), annex on dynamic heat flow (periodic penetration depth, external periodic coefficient).
    """
    soil = boundary.soil_conductivity_w_mk or CONDUCTIVITY
    capacity = boundary.soil_heat_capacity_j_m3k or HEAT_CAPACITY
    dimension = boundary.characteristic_dimension_m or math.inf
    resistance = sum(layer_values(layer)[0] for layer in construction.layers)
    thickness = (boundary.wall_thickness_m or WALL_THICKNESS) + soil * (INSIDE + resistance + OUTSIDE)
    if thickness < dimension:
        ratio = math.pi * dimension / thickness
        u_value = 2.0 * soil / (math.pi * dimension + thickness) * math.log(ratio + 1.0)
    else:
        u_value = soil / (0.457 * dimension + thickness)
    depth = math.sqrt(365.0 * 86_400.0 * soil / (math.pi * capacity))
    perimeter_per_area = 2.0 / dimension
    periodic = 0.37 * perimeter_per_area * soil * math.log(depth / thickness + 1.0)
    return GroundFloor(u_value, periodic)


def ground_layers(boundary: Ground, construction: Construction) -> tuple[Layer, ...]:
    """What lies under a floor, to be added to its layers: soil, and by EN ISO 13370 a layer without mass.

    The massless layer makes the steady loss that of the standard (EN ISO 52016-1:2017, ground floors).
    """
    if boundary.characteristic_dimension_m is None:
        return (SOIL,)
    soil = Layer(
        material="soil", thickness_m=0.5,
        conductivity_w_mk=boundary.soil_conductivity_w_mk or CONDUCTIVITY, density_kg_m3=1.0,
        specific_heat_j_kgk=boundary.soil_heat_capacity_j_m3k or HEAT_CAPACITY,
    )  # fmt: skip
    above = INSIDE + sum(layer_values(layer)[0] for layer in (*construction.layers, soil))
    virtual = 1.0 / ground_floor(boundary, construction).u_value - above
    return (soil, Layer(material="ground", resistance_m2k_w=max(virtual, LEAST_VIRTUAL)))


def virtual_temperature(
    boundary: Ground, construction: Construction, weather: Weather, seconds: Float
) -> Float:
    """Temperature under the massless layer [°C] for instants (n,) in seconds since 1970 UTC.

    Mean of the year outdoors, and its annual wave weakened by the periodic coefficient over the U-value and
    a month late; the room's own annual wave is in the floor's mass only. Source: EN ISO 13370:2017, annex on
    dynamic heat flow (slab on ground: outdoor phase of one month).
    """
    floor = ground_floor(boundary, construction)
    phase = 2.0 * np.pi * (np.arange(weather.hours) + 1.0) / weather.hours
    mean = float(np.mean(weather.temperature))
    cosine = 2.0 * float(np.mean(weather.temperature * np.cos(phase)))
    sine = 2.0 * float(np.mean(weather.temperature * np.sin(phase)))
    angle = 2.0 * np.pi * (part_of_year(weather, seconds) - 1.0 / 12.0)
    share = floor.periodic / floor.u_value
    return np.asarray(mean + share * (cosine * np.cos(angle) + sine * np.sin(angle)), dtype=np.float64)
