"""The HVAC of a scenario as arrays: parameters, initial states, and the points that it offers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.basics.points import Point
from twin.building import sizing
from twin.physics import hydronic as hy
from twin.physics import ideal as idl
from twin.physics import layout as la
from twin.physics import vav as va
from twin.physics.airside import STATIC
from twin.physics.layout import Float, Int
from twin.physics.vav_parts import LOOP_S
from twin.scenario.schema import Scenario
from twin.scenario.systems import HeatPump, IdealLoads, Radiators, Vav, VavTerminal

COIL_LAG_S = 60.0  # a coil follows its valve within about a minute
COMPRESSOR_START_S = 60.0  # a heat pump reaches full heat with this time constant
VENTILATION_TRAVEL_S = 120.0
HEATING_FLOW = 0.5  # a VAV box's most flow in heating (dual maximum, ASHRAE 90.1-2019 6.5.2.1)
LONG_AGO_S = 1e6
_AIR = ("supply_air_flow", "supply_air_temperature", "damper_position")
_ZONE_COLUMN = {
    "heating_setpoint": la.C_HEATING, "cooling_setpoint": la.C_COOLING,
    "ventilation_command": la.C_VENTILATION, "damper_command": la.C_DAMPER, "valve_command": la.C_VALVE,
}  # fmt: skip
_SYSTEM_COLUMN = {
    "supply_air_temperature_setpoint": la.C_SUPPLY_AIR,
    "supply_water_temperature_setpoint": la.C_SUPPLY_WATER,
    "fan_speed_command": la.C_FAN, "outdoor_air_damper_command": la.C_OUTDOOR_DAMPER,
    "minimum_outdoor_air_command": la.C_OUTDOOR_AIR,
    "cooling_valve_command": la.C_COOLING_VALVE, "heating_valve_command": la.C_HEATING_VALVE,
}  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """HVAC parameters and initial states of one scenario (Z zones).

    Attributes
    ----------
    kind
        IDEAL, VAV or HYDRONIC of twin.physics.layout.
    system, terminal
        (1, HS) and (1, Z, HT); columns in the physics module of the kind.
    initial_plant, initial_terminal
        States at the origin, (PS,) and (Z, TS); of N buildings that vary, (N, PS) and (N, Z, TS).
    command_points, command_columns
        What can be commanded, and its columns in a command row.
    actuators
        Number of dampers and valves whose travel is counted.
    signal_points
        Ids of the points that mean something with this system, meters included.
    """

    kind: int
    system: Float
    terminal: Float
    initial_plant: Float
    initial_terminal: Float
    command_points: tuple[Point, ...]
    command_columns: Int
    actuators: int
    signal_points: frozenset[str]

    @property
    def states(self) -> int:
        """Length of the system's state."""
        return int(self.initial_plant.size)

    @property
    def terminal_states(self) -> int:
        """Length of a zone's terminal state."""
        return int(self.initial_terminal.shape[1])


def plant(scenario: Scenario) -> Plant:
    """The HVAC system of a scenario; what it leaves open is sized by twin.building.sizing."""
    hvac = scenario.hvac
    if isinstance(hvac, IdealLoads):
        return _ideal(scenario, hvac)
    return _vav(scenario, hvac) if isinstance(hvac, Vav) else _hydronic(scenario, hvac)


def _commands(
    scenario: Scenario, entity: str, zone: dict[str, list[bool]], system: list[str],
) -> tuple[tuple[Point, ...], Int]:  # fmt: skip
    """Points and columns: for each zone those quantities whose flag is set, then the system's."""
    points: list[Point] = []
    columns: list[int] = []
    for z, zone_id in enumerate(scenario.zone_ids):
        for quantity, offered in zone.items():
            if offered[z]:
                points.append(Point(zone_id, quantity))
                columns.append(z * la.ZONE_COMMANDS + _ZONE_COLUMN[quantity])
    for quantity in system:
        points.append(Point(entity, quantity))
        columns.append(len(scenario.zone_ids) * la.ZONE_COMMANDS + _SYSTEM_COLUMN[quantity])
    return tuple(points), np.array(columns, dtype=np.int64)


def _signals(
    scenario: Scenario, entity: str, zone: dict[str, list[bool]], system: list[str], uses: list[str],
    carriers: list[str],
) -> frozenset[str]:  # fmt: skip
    """Ids of meaningful signals; uses are electric end uses, carriers heat or gas meters as `entity.kind`."""
    ids: set[str] = set()
    for quantity, flags in zone.items():
        ids |= {f"{zone_id}.{quantity}" for zone_id, on in zip(scenario.zone_ids, flags, strict=True) if on}
    ids |= {f"{entity}.{quantity}" for quantity in system}
    for use in [*uses, "lighting", "equipment", "electricity"]:
        ids |= {f"{use}.electric_power", f"{use}.electric_energy"}
    for carrier in carriers:
        name, _, kind = carrier.partition(".")
        ids |= {f"{name}.{'thermal_power' if kind == 'heat' else 'gas_power'}", f"{name}.{kind}_energy"}
    return frozenset(ids)


def _ideal(scenario: Scenario, hvac: IdealLoads) -> Plant:
    zones = scenario.building.zones
    system = np.zeros((1, idl.IDEAL_SYSTEM))
    system[0, idl.IS_RECOVERY] = hvac.heat_recovery_efficiency
    system[0, idl.IS_FAN_POWER] = hvac.fan_power_w_per_l_s * 1000.0 / sizing.AIR_DENSITY
    system[0, idl.IS_CO2_CONTROLLED] = hvac.co2_controlled
    system[0, idl.IS_TRAVEL] = VENTILATION_TRAVEL_S
    terminal = np.zeros((1, len(zones), idl.IDEAL_TERMINAL))
    for z, zone in enumerate(zones):
        if not zone.conditioned:
            continue
        row = terminal[0, z]
        row[idl.IT_CAP_HEAT] = hvac.heating_capacity_w_m2 * zone.floor_area_m2
        row[idl.IT_CAP_COOL] = hvac.cooling_capacity_w_m2 * zone.floor_area_m2
        row[idl.IT_FLOW_PERSON] = sizing.kg_s(hvac.outdoor_air_l_s_person)
        row[idl.IT_FLOW_AREA] = sizing.kg_s(hvac.outdoor_air_l_s_m2 * zone.floor_area_m2)
        row[idl.IT_FLOW_DESIGN] = row[idl.IT_FLOW_AREA] + row[idl.IT_FLOW_PERSON] * sizing.design_people(
            scenario, zone.id
        )
    served = sizing.conditioned(scenario)
    heats = [on and hvac.heating_capacity_w_m2 > 0 for on in served]
    cools = [on and hvac.cooling_capacity_w_m2 > 0 for on in served]
    airs = [bool(flow > 0) for flow in terminal[0, :, idl.IT_FLOW_DESIGN]]
    points, columns = _commands(
        scenario, "plant",
        {"heating_setpoint": heats, "cooling_setpoint": cools, "ventilation_command": airs}, [],
    )  # fmt: skip
    air_points = ["supply_air_flow", "outdoor_air_flow", "supply_air_temperature", "return_air_temperature"]
    signals = _signals(
        scenario, "plant", dict.fromkeys(_AIR, airs), ["thermal_power", *(air_points if any(airs) else [])],
        ["fans"] if any(airs) else [], ["district_heating.heat", "district_cooling.heat", "heat.heat"],
    )  # fmt: skip
    initial = np.zeros((len(zones), idl.IDEAL_TERMINAL_STATES))
    plant_state = np.zeros(idl.IDEAL_STATES)
    return Plant(la.IDEAL, system, terminal, plant_state, initial, points, columns, sum(airs), signals)


def _vav_terminals(scenario: Scenario, hvac: Vav) -> Float:
    given = {terminal.zone: terminal for terminal in hvac.terminals}
    terminal = np.zeros((1, len(scenario.zone_ids), va.VAV_TERMINAL))
    for z, zone in enumerate(scenario.building.zones):
        if not zone.conditioned:
            continue
        box = given.get(zone.id, VavTerminal(zone=zone.id))
        row = terminal[0, z]
        row[va.VT_FLOW] = sizing.box_flow(hvac, zone, box.maximum_flow_m3_h)
        row[va.VT_MINIMUM] = box.minimum_flow_fraction
        row[va.VT_HEATING_FLOW] = max(HEATING_FLOW, box.minimum_flow_fraction)
        reheat = box.reheat_capacity_w
        row[va.VT_REHEAT] = hvac.reheat_w_m2 * zone.floor_area_m2 if reheat is None else reheat
        row[va.VT_OUTDOOR_PERSON] = sizing.kg_s(hvac.minimum_outdoor_air_l_s_person)
        row[va.VT_OUTDOOR_AREA] = sizing.kg_s(hvac.minimum_outdoor_air_l_s_m2 * zone.floor_area_m2)
    return terminal


def _vav_system(scenario: Scenario, hvac: Vav, terminal: Float) -> Float:
    boxes = terminal[0]
    flow = float(boxes[:, va.VT_FLOW].sum())
    people = np.array([sizing.design_people(scenario, zone_id) for zone_id in scenario.zone_ids])
    outdoor = float((boxes[:, va.VT_OUTDOOR_AREA] + boxes[:, va.VT_OUTDOOR_PERSON] * people).sum())
    heating = sizing.heating_coil(hvac, flow, outdoor)
    system = np.zeros((1, va.VAV_SYSTEM))
    system[0, va.VS_DESIGN_FLOW] = flow
    system[0, va.VS_FAN_POWER] = flow / sizing.AIR_DENSITY * hvac.fan_pressure_pa / hvac.fan_efficiency
    system[0, va.VS_SUPPLY_AIR] = hvac.supply_air_temperature_c
    system[0, va.VS_ECONOMIZER] = hvac.economizer == "dry_bulb"
    system[0, va.VS_HIGH_LIMIT] = hvac.economizer_high_limit_c
    system[0, va.VS_COOLING] = sizing.chiller(hvac, flow)
    system[0, va.VS_COP] = hvac.chiller_cop
    system[0, va.VS_HEATING] = heating
    system[0, va.VS_BOILER] = heating + float(boxes[:, va.VT_REHEAT].sum())
    system[0, va.VS_EFFICIENCY] = hvac.boiler_efficiency
    system[0, va.VS_TRAVEL] = hvac.actuator_travel_s
    system[0, va.VS_STATIC] = STATIC * hvac.fan_pressure_pa
    system[0, va.VS_STATIC_RESET] = hvac.static_pressure_reset
    system[0, va.VS_OUTDOOR] = outdoor
    part_s = scenario.run.tick_s / math.ceil(scenario.run.tick_s / LOOP_S)
    system[0, va.VS_COIL_STEP] = 1.0 - math.exp(-part_s / COIL_LAG_S)
    return system


def _vav(scenario: Scenario, hvac: Vav) -> Plant:
    terminal = _vav_terminals(scenario, hvac)
    served = sizing.conditioned(scenario)
    initial = np.zeros(va.VAV_STATES)
    initial[va.VX_SUPPLY] = sizing.DESIGN_ROOM
    initial[va.VX_SETPOINT] = hvac.supply_air_temperature_c
    initial[va.VX_CHILLER_AGE] = LONG_AGO_S
    initial[va.VX_STATIC] = STATIC * hvac.fan_pressure_pa
    zone = ("heating_setpoint", "cooling_setpoint", "damper_command", "valve_command")
    system = [quantity for quantity in _SYSTEM_COLUMN if quantity != "supply_water_temperature_setpoint"]
    points, columns = _commands(scenario, "ahu", dict.fromkeys(zone, served), system)
    signals = _signals(
        scenario, "ahu", dict.fromkeys((*_AIR, "valve_position"), served),
        ["supply_air_temperature", "return_air_temperature", "mixed_air_temperature", "supply_air_flow",
         "outdoor_air_flow", "outdoor_air_fraction", "fan_speed", "duct_static_pressure", "compressor_on",
         "coefficient_of_performance", "thermal_power"],
        ["cooling", "fans", "pumps"], ["boiler.gas", "gas.gas"],
    )  # fmt: skip
    return Plant(
        la.VAV, _vav_system(scenario, hvac, terminal), terminal, initial,
        np.zeros((len(served), va.VAV_TERMINAL_STATES)), points, columns, 2 * sum(served) + 3, signals,
    )  # fmt: skip


def _hydronic_terminals(scenario: Scenario, hvac: HeatPump) -> Float:
    zones = scenario.building.zones
    area = sum(zone.floor_area_m2 for zone in zones if zone.conditioned)
    air = hvac.ventilation_m3_h / 3600.0 * sizing.AIR_DENSITY
    terminal = np.zeros((1, len(zones), hy.HYDRONIC_TERMINAL))
    for z, zone in enumerate(zones):
        if zone.conditioned:
            flow, emission, water = sizing.emitter(hvac, zone.floor_area_m2)
            terminal[0, z, hy.HT_FLOW] = flow
            terminal[0, z, hy.HT_EMISSION] = emission
            terminal[0, z, hy.HT_WATER] = water
            terminal[0, z, hy.HT_VENTILATION] = air * zone.floor_area_m2 / area
    return terminal


def _hydronic_system(scenario: Scenario, hvac: HeatPump, terminal: Float) -> Float:
    emitter = hvac.emitter
    radiators = isinstance(emitter, Radiators)
    air = float(terminal[0, :, hy.HT_VENTILATION].sum())
    system = np.zeros((1, hy.HYDRONIC_SYSTEM))
    system[0, hy.HS_CAPACITY] = hvac.heating_capacity_w
    system[0, hy.HS_COP] = hvac.cop
    system[0, hy.HS_LEAST] = hvac.minimum_part_load
    system[0, hy.HS_MIN_RUN] = hvac.minimum_run_s
    system[0, hy.HS_MIN_OFF] = hvac.minimum_off_s
    system[0, hy.HS_BUFFER] = hvac.buffer_l * hy.CP_WATER
    # standing loss at 45 K, upper bound of class B, Commission Delegated Regulation (EU) 812/2013, annex II
    system[0, hy.HS_LOSS] = (12.0 + 5.93 * hvac.buffer_l**0.4) / 45.0
    system[0, hy.HS_BACKUP] = hvac.backup_heater_w
    system[0, hy.HS_PUMP] = hvac.pump_power_w
    system[0, hy.HS_SUPPLY] = emitter.design_supply_c
    system[0, hy.HS_RESET] = hvac.outdoor_reset
    system[0, hy.HS_TRAVEL] = hvac.actuator_travel_s
    system[0, hy.HS_FLOOR] = not radiators
    system[0, hy.HS_EXPONENT] = emitter.exponent if isinstance(emitter, Radiators) else 1.0
    system[0, hy.HS_RADIANT] = emitter.radiant_fraction if isinstance(emitter, Radiators) else 0.0
    system[0, hy.HS_RECOVERY] = hvac.heat_recovery_efficiency
    system[0, hy.HS_FAN_POWER] = hvac.ventilation_power_w / air if air > 0 else 0.0
    system[0, hy.HS_START_STEP] = 1.0 - math.exp(-scenario.run.tick_s / COMPRESSOR_START_S)
    system[0, hy.HS_FLOW] = float(terminal[0, :, hy.HT_FLOW].sum())
    return system


def _hydronic(scenario: Scenario, hvac: HeatPump) -> Plant:
    terminal = _hydronic_terminals(scenario, hvac)
    served = sizing.conditioned(scenario)
    airs = [bool(flow > 0) for flow in terminal[0, :, hy.HT_VENTILATION]]
    initial = np.zeros(hy.HYDRONIC_STATES)
    initial[hy.HX_BUFFER] = 25.0
    initial[hy.HX_AGE] = LONG_AGO_S
    initial[hy.HX_SINCE_START] = LONG_AGO_S
    boxes = np.zeros((len(served), hy.HYDRONIC_TERMINAL_STATES))
    boxes[:, [hy.HV_WARM, hy.HV_COOL]] = sizing.DESIGN_ROOM
    points, columns = _commands(
        scenario, "heat_pump",
        {"heating_setpoint": served, "ventilation_command": airs, "valve_command": served},
        ["supply_water_temperature_setpoint"],
    )  # fmt: skip
    signals = _signals(
        scenario, "heat_pump", {"valve_position": served} | dict.fromkeys(_AIR, airs),
        ["supply_water_temperature", "return_water_temperature", "compressor_on", "thermal_power",
         "coefficient_of_performance", *(["supply_air_flow", "outdoor_air_flow"] if any(airs) else [])],
        ["heating", "pumps", *(["fans"] if any(airs) else [])], [],
    )  # fmt: skip
    return Plant(
        la.HYDRONIC, _hydronic_system(scenario, hvac, terminal), terminal, initial, boxes, points, columns,
        sum(served) + sum(airs), signals,
    )  # fmt: skip
