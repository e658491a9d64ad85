"""Which points a building of each kind has, for the checks of its devices.

The building decides the same from its arrays (twin.building.plant); a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.scenario.systems import HeatPump, IdealLoads

if TYPE_CHECKING:
    from twin.scenario.schema import Device, Scenario

SYSTEM_ENTITY = {"ideal_loads": "plant", "vav": "ahu", "heat_pump": "heat_pump"}
END_USES = ("total", "fans", "cooling", "heating", "pumps", "lighting", "equipment")
ELECTRIC_METERS = ("electricity", *END_USES[1:])
HEAT_METERS = ("heat", "district_heating", "district_cooling")
GAS_METERS = ("gas", "boiler")

_ZONE = (
    "air_temperature", "operative_temperature", "mean_radiant_temperature", "relative_humidity", "co2",
    "occupants", "presence", "illuminance", "heat_to_zone", "window_opening", "setpoint_offset", "pmv",
)  # fmt: skip
_SITE = (
    "outdoor_temperature", "outdoor_humidity_ratio", "wind_speed", "global_horizontal_irradiance",
    "electricity_price", "carbon_intensity",
)  # fmt: skip
_AIR = ("supply_air_flow", "supply_air_temperature", "damper_position")  # of zones that get mechanical air
_SYSTEM = {
    "ideal_loads": ("thermal_power",),
    "vav": ("mixed_air_temperature", "outdoor_air_fraction", "fan_speed", "duct_static_pressure",
            "compressor_on", "coefficient_of_performance", "thermal_power"),
    "heat_pump": ("supply_water_temperature", "return_water_temperature", "compressor_on",
                  "coefficient_of_performance", "thermal_power"),
}  # fmt: skip
_SYSTEM_AIR = {
    "ideal_loads": (
        "supply_air_flow",
        "outdoor_air_flow",
        "supply_air_temperature",
        "return_air_temperature",
    ),
    "vav": ("supply_air_flow", "outdoor_air_flow", "supply_air_temperature", "return_air_temperature"),
    "heat_pump": ("supply_air_flow", "outdoor_air_flow"),
}
_ELECTRIC = {"ideal_loads": (), "vav": ("cooling", "fans", "pumps"), "heat_pump": ("heating", "pumps")}
_TOTALS = {
    "electric_power": "electricity",
    "electric_energy": "electricity",
    "gas_power": "gas",
    "gas_energy": "gas",
    "thermal_power": "heat",
    "heat_energy": "heat",
}


def offered(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Zones and equipment that have a quantity, by quantity."""
    kind, zones = scenario.hvac.kind, scenario.zone_ids
    conditioned = tuple(zone.id for zone in scenario.building.zones if zone.conditioned)
    system, air = SYSTEM_ENTITY[kind], _moves_air(scenario)
    homes: dict[str, tuple[str, ...]] = dict.fromkeys(_ZONE, zones) | dict.fromkeys(_SITE, ("site",))
    if air:
        homes |= dict.fromkeys(_AIR, conditioned)
    if kind != "ideal_loads":
        homes["valve_position"] = conditioned
    for quantity in _SYSTEM[kind] + (_SYSTEM_AIR[kind] if air else ()):
        homes[quantity] = (*homes.get(quantity, ()), system)
    fans = ("fans",) if kind != "vav" and (air or night_fans(scenario)) else ()
    electric = ("electricity", "lighting", "equipment", *_ELECTRIC[kind], *fans)
    homes |= {"electric_power": electric, "electric_energy": electric}
    if kind == "vav":
        homes |= {"gas_power": GAS_METERS, "gas_energy": GAS_METERS}
    if kind == "ideal_loads":
        homes |= {"heat_energy": HEAT_METERS, "thermal_power": (*homes["thermal_power"], *HEAT_METERS)}
    return homes


def night_fans(scenario: Scenario) -> bool:
    """Whether a zone's night ventilation takes power."""
    plans = [zone.night_ventilation for zone in scenario.building.zones]
    return any(plan is not None and plan.fan_power_w_per_l_s > 0.0 for plan in plans)


def _moves_air(scenario: Scenario) -> bool:
    hvac = scenario.hvac
    if isinstance(hvac, IdealLoads):
        return hvac.outdoor_air_l_s_person > 0 or hvac.outdoor_air_l_s_m2 > 0
    return not isinstance(hvac, HeatPump) or hvac.ventilation_m3_h > 0


def entities(device: Device, zones: tuple[str, ...]) -> list[tuple[int, str]]:
    """What a device is attached to, each with its index in `at`.

    `zones` is every zone, `building` the meter of the whole house; a named end use has a meter of its own.
    """
    total = _TOTALS.get(device.measures, "")
    if device.end_use is not None:
        return [(0, total if device.end_use == "total" else device.end_use)]
    found: list[tuple[int, str]] = []
    for k, entity in enumerate(device.at):
        names = zones if entity == "zones" else (total,) if entity == "building" and total else (entity,)
        found += [(k, name) for name in names]
    return found
