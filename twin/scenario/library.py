"""Constructions and glazing that a scenario may name without defining them.

Material properties: ASHRAE Handbook Fundamentals 2005, ch. 30, table 22 (the code numbers below) and 2017,
ch. 26, table 1; where marked ISO, EN ISO 10456:2007, table 3. Insulation between studs carries a conductivity
raised for the thermal bridges of the studs. Thicknesses are chosen to meet ASHRAE 90.1-2013, table 5.5-5, and
IECC 2012, table R402.1.3, for climate zone 5. `U` below is with films of 0.13 and 0.04 m2K/W.
"""

from __future__ import annotations

from twin.scenario.fabric import Construction, Layer

_MATERIALS: dict[
    str, tuple[float, float, float]
] = {  # conductivity [W/mK], density [kg/m3], heat capacity [J/kgK]
    "gypsum board": (0.16, 800.0, 1090.0),  # G01
    "plaster": (0.57, 1300.0, 1000.0),  # ISO, gypsum plaster
    "brick": (0.89, 1920.0, 790.0),  # M01
    "heavy concrete": (1.95, 2240.0, 900.0),  # M15
    "light concrete": (0.53, 1280.0, 840.0),  # M11
    "screed": (1.4, 2000.0, 1000.0),  # cement screed, as mortar in EN 12524
    "wood": (0.15, 608.0, 1630.0),  # G05
    "wood sheathing": (0.13, 650.0, 1700.0),  # ISO, oriented strand board
    "steel sheet": (45.28, 7824.0, 500.0),  # F08
    "insulation board": (0.03, 43.0, 1210.0),  # I02
    "mineral wool between steel studs": (0.045, 30.0, 1030.0),  # ISO mineral wool, conductivity with studs
    "mineral wool between timber": (0.047, 45.0, 1100.0),  # ISO mineral wool, conductivity with timber
    "acoustic tile": (0.06, 368.0, 590.0),  # F16
    "carpet": (0.06, 200.0, 1300.0),  # ISO, carpet flooring
    "roof membrane": (0.16, 1120.0, 1460.0),  # 2017, ch. 26, table 1: asphalt built-up roofing
    "stucco": (0.72, 1856.0, 840.0),  # F07, 25 mm stucco
}


def _layer(material: str, thickness_m: float) -> Layer:
    conductivity, density, heat = _MATERIALS[material]
    return Layer(
        material=material,
        thickness_m=thickness_m,
        conductivity_w_mk=conductivity,
        density_kg_m3=density,
        specific_heat_j_kgk=heat,
    )


def _air(resistance_m2k_w: float) -> Layer:
    """An air space (ASHRAE Fundamentals 2005, ch. 30, table 22: F04 0.15, F05 0.18 m2K/W)."""
    return Layer(material="air space", resistance_m2k_w=resistance_m2k_w)


def _of(*layers: Layer, absorptance: float = 0.6) -> Construction:
    return Construction(layers=layers, solar_absorptance_outside=absorptance)


CONSTRUCTIONS: dict[str, Construction] = {
    # steel studs, sheathing insulated outside, metal panel: U 0.32 (90.1-2013, zone 5, steel-framed: 0.312)
    "wall_light": _of(
        _layer("gypsum board", 0.016),
        _layer("mineral wool between steel studs", 0.09),
        _layer("insulation board", 0.025),
        _layer("steel sheet", 0.0008),
    ),
    # concrete insulated outside and rendered: U 0.43 (90.1-2013, zone 5, mass wall: 0.511)
    "wall_heavy": _of(
        _layer("plaster", 0.013),
        _layer("heavy concrete", 0.2),
        _layer("insulation board", 0.06),
        _layer("stucco", 0.02),
    ),
    # cavity wall filled with insulation, brick outside, block inside: U 0.36
    "wall_brick_insulated": _of(
        _layer("plaster", 0.013),
        _layer("light concrete", 0.1),
        _layer("insulation board", 0.07),
        _layer("brick", 0.1),
        absorptance=0.7,
    ),
    # timber frame with 140 mm between studs and a thin board outside: U 0.26 (IECC 2012, zone 5: 0.324)
    "wall_timber": _of(
        _layer("gypsum board", 0.013),
        _layer("mineral wool between timber", 0.14),
        _layer("wood sheathing", 0.012),
        _layer("insulation board", 0.01),
        _layer("wood", 0.02),
    ),
    # steel deck, insulation above it, white membrane: U 0.18 (90.1-2013, zone 5: 0.184)
    "roof_light": _of(
        _layer("acoustic tile", 0.019),
        _air(0.18),
        _layer("steel sheet", 0.0015),
        _layer("insulation board", 0.14),
        _layer("roof membrane", 0.01),
        absorptance=0.45,
    ),
    # concrete deck, insulation above it, dark membrane: U 0.18
    "roof_insulated": _of(
        _layer("plaster", 0.013),
        _layer("heavy concrete", 0.15),
        _layer("insulation board", 0.155),
        _layer("roof membrane", 0.01),
        absorptance=0.8,
    ),
    # pitched timber roof or attic floor, 300 mm between timber: U 0.15 (IECC 2012, zone 5: 0.148)
    "roof_timber": _of(
        _layer("gypsum board", 0.013),
        _layer("mineral wool between timber", 0.3),
        _layer("wood sheathing", 0.018),
        absorptance=0.8,
    ),
    # bare slab under carpet
    "floor_slab": _of(_layer("carpet", 0.008), _layer("heavy concrete", 0.15)),
    # screed, 80 mm insulation, slab: U 0.34
    "floor_slab_insulated": _of(
        _layer("screed", 0.05),
        _layer("insulation board", 0.08),
        _layer("heavy concrete", 0.15),
    ),
    # boards on insulated joists: U 0.24
    "floor_timber": _of(
        _layer("wood", 0.02),
        _layer("mineral wool between timber", 0.18),
        _layer("wood sheathing", 0.012),
    ),
    # two gypsum boards on studs
    "partition_light": _of(_layer("gypsum board", 0.013), _air(0.15), _layer("gypsum board", 0.013)),
    # 100 mm concrete block, plastered
    "partition_heavy": _of(_layer("plaster", 0.013), _layer("light concrete", 0.1), _layer("plaster", 0.013)),
    # suspended acoustic ceiling under a plenum
    "ceiling_light": _of(_layer("acoustic tile", 0.019), _air(0.18), _layer("light concrete", 0.1)),
    # desks, shelves, cupboards: 25 mm of wood, area counted on one side
    "furniture": _of(_layer("wood", 0.025)),
}

GLAZING_NAMES: tuple[str, ...] = ("single_clear", "double_clear", "double_low_e_argon", "triple_low_e")


def u_value(construction: Construction, films_m2k_w: float = 0.17) -> float:
    """U-value [W/m2K] with the films' resistance added (0.13 + 0.04 m2K/W for a wall: ISO 6946, table 7)."""
    resistance = films_m2k_w
    for layer in construction.layers:
        if layer.resistance_m2k_w is not None:
            resistance += layer.resistance_m2k_w
        elif layer.thickness_m is not None and layer.conductivity_w_mk is not None:
            resistance += layer.thickness_m / layer.conductivity_w_mk
    return 1.0 / resistance
