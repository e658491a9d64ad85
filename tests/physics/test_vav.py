"""Air handler and boxes: fan laws, mixing, economizer, coils, chiller, boiler and the loops that run them."""

from __future__ import annotations

from typing import Any

import numpy as np
import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.physics.plants import Served, served
from twin.physics import layout as la
from twin.physics import vav as va
from twin.physics.airside import (
    COIL_SURFACE,
    CONTACT,
    cooling_coil,
    economizer_allowed,
    fan_flow,
    fan_power,
    fan_speed,
)
from twin.physics.central import boiler_fuel, chiller_capacity, chiller_power
from twin.physics.duct import FIRST, LEAST
from twin.physics.psychrometrics import CONDENSATION, CP_AIR, enthalpy

psychrolib.SetUnitSystem(psychrolib.SI)
VAV = {"kind": "vav"}


@settings(deadline=None)
@given(speed=st.floats(0.05, 0.5), openness=st.floats(0.05, 1.0))
def test_affinity_laws_hold_while_dampers_stand_still(speed: float, openness: float) -> None:
    flow = fan_flow(speed, openness)
    assert fan_flow(2.0 * speed, openness) == pytest.approx(2.0 * flow)
    assert fan_power(2.0 * speed, 2.0 * flow) == pytest.approx(8.0 * fan_power(speed, flow))


@pytest.mark.parametrize("part", [0.3, 0.5, 0.7, 0.85, 1.0])
def test_the_static_pressure_loop_comes_close_to_the_curve_of_ashrae_90_1(part: float) -> None:
    """Table G3.1.3.15, method 2."""
    speed = fan_speed(part)
    assert fan_flow(speed, part) == pytest.approx(part)
    curve = 0.0013 + 0.1470 * part + 0.9506 * part**2 - 0.0998 * part**3
    assert fan_power(speed, part) == pytest.approx(curve, abs=0.085)


def test_design_point_and_standstill_of_the_fan() -> None:
    assert fan_speed(1.0) == pytest.approx(1.0)
    assert fan_power(1.0, 1.0) == pytest.approx(1.0)
    assert fan_power(0.0, 0.0) == 0.0
    assert fan_flow(1.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("kind", "outdoor", "back", "allowed"),
    [(True, 15.0, 23.0, True), (True, 22.0, 24.0, False), (True, 20.0, 19.0, False),
     (False, 15.0, 23.0, False)],
)
def test_economizer_logic(kind: bool, outdoor: float, back: float, allowed: bool) -> None:
    assert economizer_allowed(kind, outdoor, back, 21.0) is allowed


@settings(deadline=None)
@given(
    temperature=st.floats(-20, 45), humidity=st.floats(0.0005, 0.022), flow=st.floats(0.0, 5.0),
    opening=st.floats(0, 1), limit=st.floats(0, 2e5),
)  # fmt: skip
def test_the_cooling_coil_balances(
    temperature: float, humidity: float, flow: float, opening: float, limit: float
) -> None:
    out, dry, heat = cooling_coil(temperature, humidity, flow, opening, 101325.0, limit)
    air = flow * (CP_AIR * (temperature - out) + CONDENSATION * (humidity - dry))
    assert heat == pytest.approx(air, rel=1e-9, abs=1e-6)
    assert 0.0 <= heat <= limit * (1.0 + 1e-12)
    assert out <= temperature
    assert 0.0 <= dry <= humidity


@pytest.mark.parametrize(("temperature", "relative"), [(27.0, 0.5), (30.0, 0.4), (24.0, 0.65), (33.0, 0.3)])
def test_moisture_removal_against_psychrolib(temperature: float, relative: float) -> None:
    """Leaving air lies on the line to saturation at the surface; vapour's own heat is all that differs."""
    pressure = 101325.0
    humidity = psychrolib.GetHumRatioFromRelHum(temperature, relative, pressure)
    out, dry, heat = cooling_coil(temperature, humidity, 1.0, 1.0, pressure, 1e9)
    surface = psychrolib.GetHumRatioFromRelHum(COIL_SURFACE, 1.0, pressure)
    assert dry == pytest.approx(humidity - CONTACT * max(0.0, humidity - surface), rel=2e-3)
    assert out == pytest.approx(temperature - CONTACT * (temperature - COIL_SURFACE))
    drop = psychrolib.GetMoistAirEnthalpy(temperature, humidity) - psychrolib.GetMoistAirEnthalpy(out, dry)
    assert heat == pytest.approx(drop, rel=0.03)
    assert enthalpy(temperature, humidity) - enthalpy(out, dry) == pytest.approx(drop, rel=1e-3)
    assert psychrolib.GetRelHumFromHumRatio(out, dry, pressure) <= 1.0


def test_a_valve_half_open_dries_less_than_half() -> None:
    full = cooling_coil(26.0, 0.011, 1.0, 1.0, 101325.0, 1e9)
    half = cooling_coil(26.0, 0.011, 1.0, 0.5, 101325.0, 1e9)
    assert 26.0 - half[0] == pytest.approx(0.5 * (26.0 - full[0]))
    assert 0.0 <= 0.011 - half[1] < 0.5 * (0.011 - full[1])


def test_chiller_at_its_rating_and_away_from_it() -> None:
    assert chiller_capacity(35.0) == pytest.approx(1.0, abs=2e-3)
    assert chiller_power(50e3, 50e3, 3.4, 35.0) == pytest.approx(50e3 / 3.4, rel=5e-3)
    assert chiller_power(0.0, 50e3, 3.4, 35.0) == 0.0
    powers = [chiller_power(30e3, 50e3, 3.4, outdoor) for outdoor in (12.0, 20.0, 28.0, 36.0, 44.0)]
    assert np.all(np.diff(powers) > 0.0)
    loads = [chiller_power(load, 50e3, 3.4, 30.0) for load in (10.0, 2e3, 7.4e3, 7.6e3, 20e3, 50e3)]
    assert np.all(np.diff(loads) > 0.0)


@pytest.mark.parametrize("rated", [0.8, 0.88])
def test_boiler_by_part_load(rated: float) -> None:
    """An atmospheric boiler loses by part load, a condensing one gains."""
    assert boiler_fuel(20e3, 20e3, rated) == pytest.approx(20e3 / rated, rel=1e-3)
    assert boiler_fuel(0.0, 20e3, rated) == 0.0
    efficiencies = [load / boiler_fuel(load, 20e3, rated) for load in (100.0, 2e3, 5e3, 10e3, 20e3)]
    steps = np.diff(efficiencies[2:]) * (1.0 if rated < 0.87 else -1.0)
    assert (steps > 0.0).all()
    assert efficiencies[0] == pytest.approx(efficiencies[1])
    assert max(efficiencies) < 0.98


def _air_energy(building: Served) -> float:
    """Heat that the air path added to return and outdoor air, from flows and temperatures alone [W]."""
    flow = building.w[:, la.WK_SUPPLY]
    mixed = building.signal(la.SY_MIXED_AIR)
    return float((flow * CP_AIR * (building.w[:, la.WK_SUPPLY_T] - mixed)).sum())


@pytest.mark.parametrize("outdoor", [-15.0, 5.0, 17.0, 34.0])
def test_what_the_air_gains_is_what_the_coils_and_the_fan_give(outdoor: float) -> None:
    building = served(VAV)
    building.outdoor(outdoor, 0.003)  # dry: the cooling coil is sensible
    building.run(600)
    gained = building.signal(la.SY_THERMAL) + building.x.power[0, la.E_FANS]
    assert _air_energy(building) == pytest.approx(gained, rel=1e-9, abs=1e-6)
    share = building.signal(la.SY_OUTDOOR_FRACTION)
    back = building.signal(la.SY_RETURN_AIR)
    assert building.signal(la.SY_MIXED_AIR) == pytest.approx(back + share * (outdoor - back))


@pytest.mark.parametrize(
    ("outdoor", "low", "high"), [(-15.0, 19.7, 20.3), (5.0, 19.7, 24.3), (34.0, 23.7, 24.3)]
)
def test_zones_are_kept_by_the_local_loops(outdoor: float, low: float, high: float) -> None:
    building = served(VAV)
    building.outdoor(outdoor)
    building.run(1500)
    assert ((building.x.zone[0, :, la.Z_AIR] > low) & (building.x.zone[0, :, la.Z_AIR] < high)).all()


def test_supply_air_meets_its_commanded_setpoint_by_cooling() -> None:
    building = served(VAV)
    building.outdoor(30.0)
    building.system_command(la.C_SUPPLY_AIR, 14.0)
    building.run(400, capacity=1e12)
    assert building.signal(la.SY_SUPPLY_AIR) == pytest.approx(14.0, abs=0.1)
    assert building.x.power[0, la.E_COOLING] > 0.0
    assert building.x.power[0, la.E_GAS_HEATING] == 0.0


def test_economizer_cools_for_nothing_below_the_high_limit() -> None:
    building = served(VAV)
    building.command(la.C_COOLING, 21.0)
    building.outdoor(9.0)
    building.run(300, capacity=1e12)
    assert building.x.power[0, la.E_COOLING] == 0.0
    assert building.signal(la.SY_OUTDOOR_FRACTION) > 0.5
    building.outdoor(21.5)
    building.run(300, capacity=1e12)
    assert building.x.power[0, la.E_COOLING] > 0.0
    least = 2 * (5 * 2.5e-3 + 100 * 0.3e-3) * 1.2 / building.signal(la.SY_SUPPLY_FLOW)
    assert building.signal(la.SY_OUTDOOR_FRACTION) == pytest.approx(least, rel=1e-6)


def test_minimum_outdoor_air_by_people_and_area() -> None:
    building = served(VAV)
    building.outdoor(-10.0)
    building.run(600)
    expected = 2 * (5 * 2.5e-3 + 100 * 0.3e-3) * 1.2
    assert building.signal(la.SY_OUTDOOR_FLOW) == pytest.approx(expected, rel=1e-3)


def test_actuators_need_their_travel_time() -> None:
    building = served({"kind": "vav", "actuator_travel_s": 120.0}, tick_s=30)
    building.command(la.C_DAMPER, 1.0)
    positions = []
    for _ in range(5):
        building.run(1)
        positions.append(building.x.terminal[0, 0, va.VB_DAMPER])
    assert positions == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0])


def test_coils_lag_behind_their_valves() -> None:
    building = served({"kind": "vav", "actuator_travel_s": 1.0})
    building.system_command(la.C_COOLING_VALVE, 1.0)
    building.run(1)
    assert building.x.plant[0, va.VX_COOLING] == 1.0
    assert building.x.plant[0, va.VX_COOLING_COIL] == pytest.approx(1.0 - np.exp(-1.0))


def test_night_cycle_starts_on_demand_with_hysteresis_and_without_outdoor_air() -> None:
    building = served(VAV)
    building.operate(False)
    building.outdoor(-10.0)
    building.command(la.C_HEATING, 16.0)
    building.x.zone[0, :, la.Z_AIR] = 15.5
    building.run(1, capacity=1e12)
    assert building.x.power[0, la.E_FANS] == 0.0
    building.x.zone[0, :, la.Z_AIR] = 18.0, 14.9
    building.run(5, capacity=1e12)
    assert building.x.power[0, la.E_FANS] > 0.0
    assert building.signal(la.SY_OUTDOOR_FLOW) == 0.0
    assert building.w[0, la.WK_SUPPLY] == 0.0
    assert building.w[1, la.WK_SUPPLY] > 0.0
    building.x.zone[0, 1, la.Z_AIR] = 15.7
    building.run(1, capacity=1e12)
    assert building.x.plant[0, va.VX_NIGHT] == 1.0
    building.x.zone[0, 1, la.Z_AIR] = 15.9
    building.run(1, capacity=1e12)
    assert building.x.plant[0, va.VX_NIGHT] == 0.0


def test_fan_command_overrides_hours_and_stops_the_system() -> None:
    building = served(VAV)
    building.outdoor(30.0)
    building.system_command(la.C_FAN, 0.0)
    building.run(20, capacity=1e12)
    assert building.x.power[0].sum() == 0.0
    building.operate(False)
    building.system_command(la.C_FAN, 0.6)
    building.command(la.C_DAMPER, 1.0)
    building.run(20, capacity=1e12)
    assert building.x.power[0, la.E_FANS] > 0.0
    assert building.signal(la.SY_FAN) == pytest.approx(0.6)
    assert building.signal(la.SY_SUPPLY_FLOW) == pytest.approx(0.6 * building.p.system[0, va.VS_DESIGN_FLOW])


def test_capacity_limits_cooling_and_reheat() -> None:
    building = served({"kind": "vav", "cooling_capacity_w": 3000.0, "reheat_w_m2": 5.0})
    building.outdoor(35.0, 0.015)
    building.system_command(la.C_COOLING_VALVE, 1.0)
    building.run(100, capacity=1e12)
    assert -building.signal(la.SY_THERMAL) == pytest.approx(3000.0, rel=5e-3)
    building.outdoor(-10.0)
    building.system_command(la.C_HEATING_VALVE, 0.0)
    building.command(la.C_VALVE, 1.0)
    building.run(100, capacity=1e12)
    assert building.signal(la.SY_THERMAL) <= 2 * 5.0 * 100.0 + 1e-6


def test_starts_of_the_chiller_are_counted() -> None:
    building = served(VAV)
    building.outdoor(32.0)
    for valve in (1.0, 0.0, 1.0):
        building.system_command(la.C_COOLING_VALVE, valve)
        building.run(3000, capacity=1e12)
    assert building.x.counter[0, la.N_STARTS] >= 1.0
    assert building.x.counter[0, la.N_SHORT_CYCLES] == 0.0


def _calling(reset: bool, *calls: float, **keys: Any) -> Served:
    """Rooms that stand at their cooling setpoint, each with its own cooling call."""
    building = served(VAV | {"static_pressure_reset": reset} | keys, zones=len(calls))
    building.outdoor(15.0)
    building.x.zone[0, :, la.Z_AIR] = 24.0
    building.x.terminal[0, :, va.VB_COOL] = calls
    return building


def _wanted(building: Served, *calls: float) -> Any:
    """Flows that boxes with these cooling calls have for setpoints [kg/s]."""
    row = building.p.terminal[0]
    return row[:, va.VT_FLOW] * (row[:, va.VT_MINIMUM] + (1.0 - row[:, va.VT_MINIMUM]) * np.array(calls))


def test_boxes_pass_their_setpoints_at_design_pressure() -> None:
    building = _calling(False, 0.0, 0.4, 0.8)
    building.run(60, capacity=1e15)
    assert building.w[:, la.WK_SUPPLY] == pytest.approx(_wanted(building, 0.0, 0.4, 0.8), rel=1e-6)
    assert building.signal(la.SY_STATIC) == pytest.approx(900.0 / 3.0)
    assert building.x.plant[0, va.VX_STATIC] == pytest.approx(300.0)  # nobody moves it


def test_dampers_open_further_where_the_fan_is_held_back() -> None:
    """Until they are open as far as they go: from there on the flow falls with the fan."""
    wanted = _wanted(_calling(False, 0.5, 0.5), 0.5, 0.5)
    dampers, flows, pressures = [], [], []
    for speed in (0.9, 0.8, 0.7, 0.5, 0.3):
        building = _calling(False, 0.5, 0.5)
        building.system_command(la.C_FAN, speed)
        building.run(120, capacity=1e15)
        dampers.append(float(building.x.terminal[0, 0, va.VB_DAMPER]))
        flows.append(float(building.w[0, la.WK_SUPPLY] / wanted[0]))
        pressures.append(building.signal(la.SY_STATIC))
    assert (np.diff(dampers) >= 0.0).all()
    assert 0.0 < dampers[0] < 1.0
    assert dampers[-1] == 1.0
    held = np.array(dampers) < 1.0
    assert 2 <= held.sum() <= 4
    assert np.array(flows)[held] == pytest.approx(1.0, rel=1e-3)
    assert flows[-1] == pytest.approx(0.3 / 0.6, rel=1e-6)  # boxes open, flow with speed
    assert (np.diff(pressures) < 0.0).all()


def test_a_commanded_damper_stays_where_it_is_told() -> None:
    building = _calling(False, 0.5, 0.5)
    building.system_command(la.C_FAN, 0.5)
    building.command(la.C_DAMPER, 0.4, zone=0)
    building.run(60, capacity=1e15)
    assert building.x.terminal[0, 0, va.VB_DAMPER] == 0.4
    assert building.x.terminal[0, 1, va.VB_DAMPER] > 0.6  # its neighbour opens further than its setpoint


@pytest.mark.parametrize("calls", [(0.0, 0.1), (0.2, 0.5), (0.6, 0.3)])
def test_the_reset_saves_fan_power_and_leaves_the_air(calls: tuple[float, float]) -> None:
    power, flow = [], []
    for reset in (False, True):
        building = _calling(reset, *calls)
        building.run(240, capacity=1e15)
        watts, air = 0.0, np.zeros(2)
        for _ in range(60):  # the setpoint swings around the one request that keeps it
            building.run(1, capacity=1e15)
            watts += building.x.power[0, la.E_FANS] / 60.0
            air += building.w[:, la.WK_SUPPLY] / 60.0
        power.append(watts)
        flow.append(air)
    assert power[1] < 0.8 * power[0]
    assert flow[1] == pytest.approx(flow[0], rel=0.02)


def test_full_flow_takes_the_design_pressure_with_the_reset_too() -> None:
    building = _calling(True, 1.0, 1.0)
    building.run(240, capacity=1e15)
    assert building.signal(la.SY_STATIC) == pytest.approx(300.0)
    assert building.x.power[0, la.E_FANS] == pytest.approx(building.p.system[0, va.VS_FAN_POWER])


@pytest.mark.parametrize("calls", [(0.0, 0.0), (0.3, 0.9), (1.0, 1.0)])
def test_pressure_stays_between_the_least_and_its_design_value(calls: tuple[float, float]) -> None:
    building = _calling(True, *calls)
    asked, measured = [], []
    for _ in range(240):
        building.run(1, capacity=1e15)
        asked.append(float(building.x.plant[0, va.VX_STATIC]))
        measured.append(building.signal(la.SY_STATIC))
    assert min(asked) >= LEAST
    assert max(asked) <= 300.0
    assert min(measured[20:]) > 0.9 * LEAST
    assert max(measured[20:]) < 1.1 * 300.0


def test_each_start_of_the_fan_begins_at_the_first_pressure() -> None:
    building = _calling(True, 0.0, 0.0)
    building.run(240, capacity=1e15)
    assert building.x.plant[0, va.VX_STATIC] < FIRST
    building.system_command(la.C_FAN, 0.0)
    building.run(10, capacity=1e15)
    assert building.x.plant[0, va.VX_STATIC] == FIRST
    assert building.signal(la.SY_STATIC) == 0.0
    building.system_command(la.C_FAN, np.nan)
    building.run(5, capacity=1e15)
    assert building.x.plant[0, va.VX_STATIC] == FIRST  # the first trim waits


@pytest.mark.parametrize("share", [0.0, 0.3, 0.57, 1.0])
def test_a_commanded_minimum_sets_the_outdoor_air(share: float) -> None:
    building = served({"kind": "vav", "economizer": "none"})
    building.outdoor(-10.0)
    building.system_command(la.C_OUTDOOR_AIR, share)
    building.run(600)
    full = building.p.system[0, va.VS_OUTDOOR]
    assert building.signal(la.SY_OUTDOOR_FLOW) == pytest.approx(share * full, rel=1e-3, abs=1e-9)


def test_a_commanded_minimum_counts_outside_operating_hours_and_below_the_economizer() -> None:
    building = _calling(False, 0.5, 0.5)
    building.outdoor(10.0)
    building.system_command(la.C_OUTDOOR_AIR, 0.1)
    building.run(120, capacity=1e15)
    assert building.signal(la.SY_OUTDOOR_FLOW) > 0.5 * building.p.system[0, va.VS_OUTDOOR]
    night = served({"kind": "vav", "economizer": "none"})
    night.operate(False)
    night.outdoor(-10.0)
    night.system_command(la.C_FAN, 0.5)
    night.command(la.C_DAMPER, 0.5)
    night.run(60, capacity=1e12)
    assert night.signal(la.SY_OUTDOOR_FLOW) == 0.0
    night.system_command(la.C_OUTDOOR_AIR, 0.5)
    night.run(60, capacity=1e12)
    assert night.signal(la.SY_OUTDOOR_FLOW) == pytest.approx(0.5 * night.p.system[0, va.VS_OUTDOOR], rel=1e-3)
