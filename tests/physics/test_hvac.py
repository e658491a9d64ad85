"""What holds for every kind of system: setpoints, actuators, any command, nothing asked is nothing used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.physics.plants import Served, served
from twin.physics import hvac
from twin.physics import layout as la
from twin.physics.actuators import move, recovered

IDEAL: dict[str, Any] = {
    "kind": "ideal_loads", "outdoor_air_l_s_person": 7.0, "outdoor_air_l_s_m2": 0.5, "co2_controlled": True,
    "heat_recovery_efficiency": 0.8, "fan_power_w_per_l_s": 1.5,
}  # fmt: skip
VAV: dict[str, Any] = {"kind": "vav"}
RADIATORS: dict[str, Any] = {"kind": "heat_pump", "heating_capacity_w": 12000.0, "ventilation_m3_h": 200.0,
                             "heat_recovery_efficiency": 0.8, "ventilation_power_w": 80.0}  # fmt: skip
FLOOR: dict[str, Any] = RADIATORS | {"emitter": {"kind": "floor"}}
KINDS = {"ideal": IDEAL, "vav": VAV, "radiators": RADIATORS, "floor": FLOOR}


def test_setpoints_carry_the_thermostat_override_and_never_cross() -> None:
    building = served(VAV)
    building.command(la.C_HEATING, 21.0, zone=0)
    building.command(la.C_COOLING, 23.0, zone=0)
    building.command(la.C_HEATING, 26.0, zone=1)
    building.x.zone[0, 0, la.Z_OFFSET] = 1.5
    hvac.setpoints(building.x, 0, building.w)
    columns = [la.WK_HEATING_SETPOINT, la.WK_COOLING_SETPOINT]
    assert building.w[0, columns].tolist() == [22.5, 24.5]
    assert building.w[1, columns].tolist() == [26.0, 26.0]


def test_a_setpoint_left_open_neither_heats_nor_cools() -> None:
    building = served(VAV)
    building.command(la.C_HEATING, np.nan)
    building.command(la.C_COOLING, np.nan)
    hvac.setpoints(building.x, 0, building.w)
    assert building.w[0, la.WK_HEATING_SETPOINT] == hvac.FROST_PROTECTION
    assert building.w[0, la.WK_COOLING_SETPOINT] == hvac.NO_COOLING


@given(position=st.floats(0, 1), target=st.floats(-2, 3), most=st.floats(1e-3, 2))
def test_an_actuator_stays_in_range_and_travel(position: float, target: float, most: float) -> None:
    after = move(position, target, most)
    assert 0.0 <= after <= 1.0
    assert abs(after - position) <= most + 1e-12


@pytest.mark.parametrize(
    ("outdoor", "room", "supply"), [(0.0, 20.0, 16.0), (0.0, 23.0, 0.0), (35.0, 25.0, 27.0)]
)
def test_heat_recovery_and_its_bypass(outdoor: float, room: float, supply: float) -> None:
    assert recovered(outdoor, room, 0.8, 20.0) == pytest.approx(supply)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_asked_is_nothing_used(kind: str) -> None:
    building = served(KINDS[kind])
    building.operate(False)
    building.outdoor(22.0)
    building.command(la.C_VENTILATION, 0.0)
    building.run(200)
    building.x.power[:] = 0.0
    building.run(10)
    assert np.all(building.x.power == 0.0)
    assert building.x.counter[0, la.N_STARTS] == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_travel_of_actuators_counts_only_after_the_warm_up(kind: str) -> None:
    building = served(KINDS[kind])
    building.p.kind[la.K_WARM_UP_TICKS] = 5
    building.outdoor(-5.0)
    building.x.zone[0, :, la.Z_AIR] = 15.0
    building.run(5)
    assert building.x.kpi[0, la.KP_TRAVEL] == 0.0
    building.command(la.C_VENTILATION, 0.1)
    building.command(la.C_VALVE, 0.9)
    building.run(1)
    first = building.x.kpi[0, la.KP_TRAVEL]
    building.run(100)
    assert 0.0 < first < building.x.kpi[0, la.KP_TRAVEL] < 100.0


def _bounded(building: Served, draw: np.ndarray, some: np.ndarray) -> np.ndarray:
    """A command row inside the points' bounds; where `some` is false the local loop decides."""
    row = np.full(building.x.command.shape[1], np.nan)
    offered = zip(building.plant.command_points, building.plant.command_columns, strict=True)
    for i, (point, column) in enumerate(offered):
        if some[i] or point.quantity.endswith("setpoint"):
            row[column] = point.row.lower + draw[i] * (point.row.upper - point.row.lower)
    return row


@pytest.mark.parametrize("tick_s", [60, 900])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_any_command_within_bounds_leaves_everything_finite(kind: str, tick_s: int, seed: int) -> None:
    draws = np.random.default_rng(seed)
    building = served(KINDS[kind], tick_s=tick_s)
    points = len(building.plant.command_points)
    for _ in range(12):
        building.x.command[0] = _bounded(building, draws.random(points), draws.random(points) < 0.5)
        building.outdoor(draws.uniform(-35.0, 45.0), draws.uniform(0.0005, 0.02))
        building.operate(bool(draws.random() < 0.7), expected=draws.uniform(0.0, 30.0))
        building.run(40)
        for array in (building.x.plant, building.x.terminal, building.x.power, building.x.signal, building.w):
            assert np.isfinite(array).all()
        assert (building.x.power >= 0.0).all()
        assert (building.w[:, la.WK_SUPPLY] >= 0.0).all()
        assert (building.w[:, la.WK_SUPPLY_X] >= 0.0).all()
        supply = building.w[:, la.WK_SUPPLY_T]
        assert ((supply > -50.0) & (supply < 80.0)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_state_is_all_that_the_future_depends_on(kind: str) -> None:
    first, second = served(KINDS[kind]), served(KINDS[kind])
    for building in (first, second):
        building.outdoor(-8.0)
        building.x.zone[0, :, la.Z_AIR] = 17.0
    first.run(300)
    second.run(120)
    second.w[:] = np.nan
    second.run(180)
    for one, other in zip(first.x, second.x, strict=True):
        np.testing.assert_array_equal(one, other)
