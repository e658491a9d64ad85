"""Heat pump, water and emitters: COP, run times, energy balance, EN 442."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.physics.plants import Served, served
from twin.physics import hydronic as hy
from twin.physics import layout as la
from twin.physics.central import frost_factor, heat_pump_capacity, heat_pump_input
from twin.physics.hydronic import CP_WATER, supply_setpoint

PUMP: dict[str, Any] = {"kind": "heat_pump", "heating_capacity_w": 12000.0}
FLOOR: dict[str, Any] = PUMP | {"emitter": {"kind": "floor"}}


def test_the_rating_point_is_the_unit_of_the_map() -> None:
    assert heat_pump_capacity(7.0) == pytest.approx(1.0)
    assert heat_pump_input(7.0, 35.0, 1.0) == pytest.approx(1.0)
    assert frost_factor(7.0) == pytest.approx(1.0)


@settings(deadline=None)
@given(outdoor=st.floats(-25, 25), water=st.floats(20, 63), lift=st.floats(0.5, 2.0))
def test_cop_falls_with_lift(outdoor: float, water: float, lift: float) -> None:
    here = heat_pump_input(outdoor, water, 1.0)
    assert heat_pump_input(outdoor, water + lift, 1.0) > here
    assert heat_pump_input(outdoor - lift, water, 1.0) >= here - 1e-12
    assert heat_pump_capacity(outdoor - lift) <= heat_pump_capacity(outdoor)


@pytest.mark.parametrize(
    ("outdoor", "water", "cop"),
    [(-10.0, 35.0, 3.06), (-10.0, 50.0, 2.39), (10.0, 50.0, 3.07), (20.0, 35.0, 4.73)],
)
def test_the_map_is_close_to_the_table_it_was_fitted_to(outdoor: float, water: float, cop: float) -> None:
    """Vitocal 350 AWI 114 by EN 255 (as in AixLib), COP 3.82 at 7/35."""
    assert 3.82 / heat_pump_input(outdoor, water, 1.0) == pytest.approx(cop, rel=0.08)


def test_frost_costs_most_just_above_freezing() -> None:
    factors = {t: frost_factor(t) for t in (-15.0, -5.0, 1.0, 5.0, 12.0)}
    assert min(factors, key=factors.__getitem__) == 1.0
    assert 0.8 < factors[1.0] < 0.9
    assert factors[12.0] == 1.0


def test_heating_curve() -> None:
    assert supply_setpoint(45.0, False, -5.0) == 45.0
    curve = [supply_setpoint(45.0, True, t) for t in (20.0, 10.0, 0.0, -12.0, -40.0)]
    assert np.all(np.diff(curve) > 0.0)
    assert curve[3] == pytest.approx(45.0 + hy.CURVE_RESERVE)
    assert curve[-1] <= hy.SUPPLY_HIGH


def _stored(building: Served) -> float:
    """Heat in buffer and emitters above 0 °C [J]."""
    water = building.x.terminal[0, :, [hy.HV_WARM, hy.HV_COOL]].sum(axis=0)
    emitters = (0.5 * building.p.terminal[0, :, hy.HT_WATER] * water).sum()
    return float(building.p.system[0, hy.HS_BUFFER] * building.x.plant[0, hy.HX_BUFFER] + emitters)


@pytest.mark.parametrize("tick_s", [60, 900])
@pytest.mark.parametrize("system", [PUMP, FLOOR], ids=["radiators", "floor"])
def test_heat_is_conserved_between_machine_water_and_rooms(system: dict[str, Any], tick_s: int) -> None:
    building = served(system, tick_s=tick_s)
    building.outdoor(-5.0)
    building.x.zone[0, :, la.Z_AIR] = 18.0
    before, given_heat, rooms, lost = _stored(building), 0.0, 0.0, 0.0
    for _ in range(200):
        building.run(1)
        given_heat += building.signal(la.SY_THERMAL) * tick_s
        rooms += building.w[:, [la.WK_CONVECTIVE, la.WK_RADIANT, la.WK_FLOOR]].sum() * tick_s
        gap = building.x.plant[0, hy.HX_BUFFER] - hy.ROOM_OF_PLANT
        lost += building.p.system[0, hy.HS_LOSS] * gap * tick_s
    assert given_heat > 1e7
    assert given_heat == pytest.approx(_stored(building) - before + rooms + lost, rel=1e-9)


def test_radiators_give_their_design_heat_at_design_temperatures() -> None:
    building = served(PUMP | {"outdoor_reset": False, "buffer_l": 1e6})
    building.outdoor(7.0)
    building.x.zone[0, :, la.Z_AIR] = 20.0
    building.command(la.C_VALVE, 1.0)
    for _ in range(400):
        building.x.plant[0, hy.HX_BUFFER] = 45.0
        building.run(1, capacity=1e15)
    heat = building.w[0, la.WK_CONVECTIVE] + building.w[0, la.WK_RADIANT]
    assert heat == pytest.approx(60.0 * 100.0, rel=0.01)
    assert building.w[0, la.WK_RADIANT] == pytest.approx(0.3 * heat)
    assert building.signal(la.SY_RETURN_WATER) == pytest.approx(38.0, abs=0.1)


def test_a_shut_valve_stops_the_flow_and_the_radiator_cools_to_the_room() -> None:
    building = served(PUMP)
    building.outdoor(0.0)
    building.command(la.C_VALVE, 0.0)
    building.x.terminal[0, :, [hy.HV_WARM, hy.HV_COOL]] = 40.0
    building.run(2000, capacity=1e15)
    assert building.x.terminal[0, 0, hy.HV_WARM] == pytest.approx(22.0, abs=0.3)
    assert building.x.power[0, la.E_HEATING] == 0.0
    assert building.x.power[0, la.E_PUMPS] == 0.0


@pytest.mark.parametrize("system", [PUMP, FLOOR], ids=["radiators", "floor"])
@pytest.mark.parametrize("outdoor", [-3.0, 3.0, 12.0])
def test_rooms_are_kept_near_their_setpoint(system: dict[str, Any], outdoor: float) -> None:
    building = served(system)
    building.outdoor(outdoor)
    building.run(6000)
    assert 19.5 < building.x.zone[0, 0, la.Z_AIR] < 21.3


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), minimum=st.sampled_from([300.0, 600.0, 1200.0]))
def test_minimum_run_and_off_times_hold_under_random_commands(seed: int, minimum: float) -> None:
    draws = np.random.default_rng(seed)
    building = served(PUMP | {"minimum_run_s": minimum, "minimum_off_s": minimum, "buffer_l": 200.0})
    history = []
    for k in range(360):
        if k % 7 == 0:
            building.outdoor(draws.uniform(-15.0, 15.0))
            building.system_command(la.C_SUPPLY_WATER, draws.uniform(15.0, 60.0))
            building.command(la.C_VALVE, draws.choice([0.0, 1.0, np.nan]))
            building.command(la.C_HEATING, draws.uniform(5.0, 30.0))
        building.run(1, capacity=5e6)
        history.append(building.signal(la.SY_COMPRESSOR))
    changes = np.flatnonzero(np.diff(history))
    assert (np.diff(changes) * 60.0 >= minimum).all()
    starts = int((np.diff([0.0, *history]) > 0).sum())
    assert building.x.counter[0, la.N_STARTS] == starts


def test_it_modulates_at_mid_load_and_cycles_below_its_minimum() -> None:
    middle = served(PUMP)
    middle.outdoor(-3.0)
    middle.run(6000)
    starts = middle.x.counter[0, la.N_STARTS]
    middle.run(720)
    assert middle.x.counter[0, la.N_STARTS] - starts <= 1.0
    small = served(PUMP)
    small.outdoor(16.0)
    small.run(6000)
    starts = small.x.counter[0, la.N_STARTS]
    small.run(1440)
    assert small.x.counter[0, la.N_STARTS] - starts >= 3.0


def test_output_never_exceeds_capacity() -> None:
    building = served(PUMP)
    building.outdoor(-8.0)
    building.x.zone[0, :, la.Z_AIR] = 10.0
    building.run(20, capacity=1e12)
    limit = 12000.0 * heat_pump_capacity(-8.0) * frost_factor(-8.0)
    assert 0.9 * limit < building.signal(la.SY_THERMAL) <= limit + 1e-9
    cop = building.signal(la.SY_COP)
    assert building.x.power[0, la.E_HEATING] == pytest.approx(building.signal(la.SY_THERMAL) / cop)


def test_backup_helps_only_after_a_lasting_shortfall() -> None:
    building = served(PUMP | {"heating_capacity_w": 4000.0})
    building.outdoor(-15.0)
    building.x.zone[0, :, la.Z_AIR] = 10.0
    used = []
    for _ in range(90):
        building.run(1, capacity=1e12)
        used.append(building.signal(la.SY_THERMAL) > 4000.0)
    assert not any(used[:30])
    assert used[-1]


def test_too_cold_for_the_machine_leaves_the_backup() -> None:
    building = served(PUMP)
    building.outdoor(-30.0)
    building.run(300)
    assert building.signal(la.SY_COMPRESSOR) == 0.0
    assert building.x.power[0, la.E_HEATING] == pytest.approx(3000.0)


def test_ventilation_is_shared_by_area_with_recovery() -> None:
    air = {"ventilation_m3_h": 300.0, "heat_recovery_efficiency": 0.8, "ventilation_power_w": 90.0}
    building = served(PUMP | air)
    building.outdoor(0.0)
    building.x.zone[0, :, la.Z_AIR] = 20.0
    building.run(5, capacity=1e12)
    assert building.w[:, la.WK_SUPPLY] == pytest.approx([0.05, 0.05])
    assert building.x.power[0, la.E_FANS] == pytest.approx(90.0)
    assert building.w[0, la.WK_SUPPLY_T] == pytest.approx(16.0 + 45.0 / (0.1 * 1006.0), abs=1e-3)
    building.command(la.C_VENTILATION, 0.0)
    building.run(5, capacity=1e12)
    assert building.x.power[0, la.E_FANS] == 0.0


def test_water_flow_carries_the_heat() -> None:
    building = served(PUMP)
    building.outdoor(0.0)
    building.run(3000)
    valve = building.x.terminal[0, :, hy.HV_VALVE]
    flow = (building.p.terminal[0, :, hy.HT_FLOW] * valve).sum()
    carried = flow * CP_WATER * (building.signal(la.SY_SUPPLY_WATER) - building.signal(la.SY_RETURN_WATER))
    rooms = building.w[:, [la.WK_CONVECTIVE, la.WK_RADIANT]].sum()
    assert carried == pytest.approx(rooms, rel=0.05)
