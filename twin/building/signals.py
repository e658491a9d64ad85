"""Which point stands in which column of State.signal (the order of twin.physics.layout)."""

from __future__ import annotations

from twin.basics.points import Point
from twin.physics import layout as la
from twin.scenario.schema import Scenario

_ZONE = (
    "air_temperature", "operative_temperature", "mean_radiant_temperature", "relative_humidity", "co2",
    "occupants",
    "presence", "illuminance", "supply_air_flow", "supply_air_temperature", "heat_to_zone", "damper_position",
    "valve_position", "window_opening", "setpoint_offset", "pmv",
)  # fmt: skip
_SITE = (
    "outdoor_temperature", "outdoor_humidity_ratio", "wind_speed", "global_horizontal_irradiance",
    "electricity_price", "carbon_intensity",
)  # fmt: skip
_SYSTEM = (
    "supply_air_temperature", "return_air_temperature", "mixed_air_temperature", "supply_air_flow",
    "outdoor_air_flow", "outdoor_air_fraction", "fan_speed", "supply_water_temperature",
    "duct_static_pressure", "return_water_temperature", "compressor_on", "coefficient_of_performance",
    "thermal_power",
)  # fmt: skip
_METERS = (
    ("heating", "electric"), ("cooling", "electric"), ("fans", "electric"), ("pumps", "electric"),
    ("lighting", "electric"), ("equipment", "electric"), ("boiler", "gas"), ("district_heating", "heat"),
    ("district_cooling", "heat"), ("electricity", "electric"), ("gas", "gas"), ("heat", "heat"),
)  # fmt: skip
_POWER = {"electric": "electric_power", "gas": "gas_power", "heat": "thermal_power"}
_ENERGY = {"electric": "electric_energy", "gas": "gas_energy", "heat": "heat_energy"}
SYSTEM_ENTITY = {"ideal_loads": "plant", "vav": "ahu", "heat_pump": "heat_pump"}

assert len(_ZONE) == la.ZONE_SIGNALS and len(_SITE) == la.SITE_SIGNALS
assert len(_SYSTEM) == la.SYSTEM_SIGNALS and len(_METERS) == la.METERS


def signal_points(scenario: Scenario) -> tuple[Point, ...]:
    """The point of every signal column, in order: zones, site, system, power meters, registers."""
    system = SYSTEM_ENTITY[scenario.hvac.kind]
    points = [Point(zone, quantity) for zone in scenario.zone_ids for quantity in _ZONE]
    points += [Point("site", quantity) for quantity in _SITE]
    points += [Point(system, quantity) for quantity in _SYSTEM]
    points += [Point(entity, _POWER[carrier]) for entity, carrier in _METERS]
    points += [Point(entity, _ENERGY[carrier]) for entity, carrier in _METERS]
    return tuple(points)
