"""Ideal loads: what is bought, and ventilation by people, area and CO2."""

from __future__ import annotations

import numpy as np
import pytest

from tests.physics.plants import served
from twin.physics import layout as la
from twin.physics.ideal import CO2_BAND, IT_FLOW_AREA, IT_FLOW_DESIGN, IT_FLOW_PERSON, wanted_flow

SCHOOL = {
    "kind": "school",
    "timetable": [{"zone": "room_0", "start": "08:00", "end": "09:00", "pupils": 24}],
}
VENTILATED = {
    "kind": "ideal_loads", "outdoor_air_l_s_person": 8.0, "outdoor_air_l_s_m2": 0.5, "co2_controlled": True,
    "heat_recovery_efficiency": 0.8, "fan_power_w_per_l_s": 1.5,
}  # fmt: skip


def test_the_loads_are_bought_as_district_heat_and_cold() -> None:
    building = served({"kind": "ideal_loads"})
    building.outdoor(-10.0)
    building.run(4000)
    assert building.x.zone[0, :, la.Z_AIR] == pytest.approx([20.0, 20.0])
    assert building.x.power[0, la.E_DISTRICT_HEATING] == pytest.approx(2 * 150.0 * 30.0)
    assert building.x.power[0, la.E_DISTRICT_COOLING] == 0.0
    building.outdoor(40.0)
    building.run(4000)
    assert building.x.power[0, la.E_DISTRICT_COOLING] == pytest.approx(2 * 150.0 * 16.0)
    assert building.signal(la.SY_THERMAL) == pytest.approx(-2 * 150.0 * 16.0)


def test_capacity_limits_the_load() -> None:
    building = served({"kind": "ideal_loads", "heating_capacity_w_m2": 20.0})
    building.outdoor(-10.0)
    building.run(4000)
    assert building.x.power[0, la.E_DISTRICT_HEATING] == pytest.approx(2 * 20.0 * 100.0)
    assert (building.x.zone[0, :, la.Z_AIR] < 20.0).all()


def test_no_capacity_means_no_bound() -> None:
    building = served({"kind": "ideal_loads", "heating_capacity_w_m2": 0.0, "cooling_capacity_w_m2": 0.0})
    building.run(1)
    assert (building.w[:, la.WK_LOW] == -1e9).all()
    assert (building.w[:, la.WK_HIGH] == 1e9).all()


@pytest.fixture
def terminal() -> np.ndarray:
    row = np.zeros(6)
    row[IT_FLOW_PERSON], row[IT_FLOW_AREA], row[IT_FLOW_DESIGN] = 0.01, 0.06, 0.36
    return row


def test_flow_by_expected_people_and_area(terminal: np.ndarray) -> None:
    assert wanted_flow(terminal, False, 10.0, 420.0, 1000.0) == pytest.approx(0.16)
    assert wanted_flow(terminal, False, 100.0, 420.0, 1000.0) == pytest.approx(0.36)
    assert wanted_flow(terminal, False, 0.0, 2000.0, 1000.0) == 0.0


@pytest.mark.parametrize(
    ("co2", "flow"), [(420.0, 0.06), (1000.0 - CO2_BAND, 0.06), (850.0, 0.21), (1000.0, 0.36), (3000.0, 0.36)]
)
def test_flow_follows_co2_over_the_band(terminal: np.ndarray, co2: float, flow: float) -> None:
    assert wanted_flow(terminal, True, 24.0, co2, 1000.0) == pytest.approx(flow)


def test_co2_that_lingers_is_aired_out_though_nobody_is_expected(terminal: np.ndarray) -> None:
    assert wanted_flow(terminal, True, 0.0, 1000.0, 1000.0) == pytest.approx(0.36)
    assert wanted_flow(terminal, True, 0.0, 600.0, 1000.0) == 0.0


def test_a_full_class_stays_below_the_limit() -> None:
    """25 people at 0.0043 l/s of CO2 in 300 m3, for two hours from outdoor concentration."""
    building = served(VENTILATED, people=SCHOOL)
    building.operate(True, expected=25.0)
    co2, peak = 420.0, 0.0
    for _ in range(120):
        building.x.zone[0, 0, la.Z_CO2] = co2
        building.run(1)
        flow = building.w[0, la.WK_SUPPLY] / 1.2
        co2 += 60.0 / 300.0 * (25 * 4.3e-6 * 1e6 - flow * (co2 - 420.0))
        peak = max(peak, co2)
    assert 850.0 < co2 < 1000.0
    assert peak < 1000.0


def test_the_damper_takes_its_time_and_a_command_overrides_the_loop() -> None:
    building = served(VENTILATED, people=SCHOOL)
    building.command(la.C_VENTILATION, 1.0)
    building.run(1)
    assert building.x.terminal[0, 0, 0] == pytest.approx(0.5)
    building.run(1)
    design = building.p.terminal[0, 0, IT_FLOW_DESIGN]
    assert building.w[0, la.WK_SUPPLY] == pytest.approx(design)
    assert design == pytest.approx((0.5 * 100.0 + 8.0 * 25.0) * 1.2e-3)


def test_fan_power_and_recovered_heat() -> None:
    building = served(VENTILATED, people=SCHOOL)
    building.command(la.C_VENTILATION, 1.0)
    building.x.zone[0, :, la.Z_AIR] = 20.0
    building.run(3, capacity=1e12)
    flow = building.signal(la.SY_SUPPLY_FLOW)
    assert building.x.power[0, la.E_FANS] == pytest.approx(1.5 * flow / 1.2e-3)
    half_the_fan = 0.5 * 1.5 / 1.2e-3 / 1006.0
    assert building.w[0, la.WK_SUPPLY_T] == pytest.approx(0.8 * 20.0 + half_the_fan, abs=1e-6)
    assert building.w[0, la.WK_SUPPLY_CO2] == 420.0
