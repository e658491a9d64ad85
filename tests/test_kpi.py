"""Indicators against hand-made integrals and a real short run; the traps of the field, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.building.assembly import Building, assemble
from twin.kpi import INDICATORS, EnergySeries, Timing, against_baseline, evaluate
from twin.physics import layout as la
from twin.scenario.catalog import load_scenario
from twin.simulator import Simulator
from twin.task import Task


@pytest.fixture(scope="module")
def classroom() -> Building:
    plan = {"start": "2023-01-12", "days": 2, "warm_up_days": 1}
    return assemble(load_scenario("classroom", {"run": plan}), [0])


@pytest.fixture
def simulator(classroom: Building) -> Simulator:
    """Nothing simulated yet, but as if an hour had been counted."""
    made = Simulator(classroom)
    made.state.kpi[0, la.KP_TIME] = 3600.0
    return made


def value(simulator: Simulator, name: str) -> float:
    found = evaluate(simulator)[0].values[name]
    assert found is not None
    return found


def test_every_indicator_has_a_unit_and_a_definition(simulator: Simulator) -> None:
    kpis = evaluate(simulator)[0]
    assert list(kpis.values) == list(kpis.units) == [row.name for row in INDICATORS]
    assert all(row.unit and row.definition for row in INDICATORS)
    assert kpis.units["cost_tot"] == f"{simulator.building.scenario.tariff.currency}/m2"
    core = "tdis_tot idis_tot ener_tot cost_tot emis_tot pele_tot pgas_tot pdih_tot time_rat atvl_tot"
    comfort = "tdis_occ idis_occ pmv_outside_share ppd_mean unmet_hours complaints overrides"
    for name in f"{core} {comfort} equipment_starts short_cycles".split():
        assert name in kpis.values


def test_energy_is_per_floor_area_and_leaves_lights_out(simulator: Simulator) -> None:
    area = simulator.building.parameters.constant[la.X_FLOOR_AREA]
    simulator.state.kpi[0, la.KP_ENERGY + la.E_DISTRICT_HEATING] = 3.6e6 * area
    simulator.state.kpi[0, la.KP_ENERGY + la.E_LIGHTS] = 3.6e6 * area
    assert value(simulator, "ener_tot") == pytest.approx(1.0)
    assert value(simulator, "ener_building") == pytest.approx(2.0)


def test_discomfort_is_a_mean_over_conditioned_zones(simulator: Simulator) -> None:
    simulator.state.kpi_zone[0, :, la.KZ_TDIS] = 7200.0
    simulator.state.kpi_zone[0, :, la.KZ_IDIS] = 3600.0
    assert value(simulator, "tdis_tot") == pytest.approx(2.0)
    assert value(simulator, "idis_tot") == pytest.approx(1.0)


def test_occupied_discomfort_is_per_head(simulator: Simulator) -> None:
    heads = simulator.building.parameters.constant[la.X_HEADCOUNT]
    simulator.state.kpi_zone[0, 0, la.KZ_TDIS_OCCUPIED] = 3600.0 * heads
    assert value(simulator, "tdis_occ") == pytest.approx(1.0)


def test_pmv_and_ppd_are_means_over_people_s_time(simulator: Simulator) -> None:
    simulator.state.kpi_zone[0, 0, [la.KZ_PRESENT, la.KZ_PMV_OUT, la.KZ_PPD]] = [1000.0, 250.0, 12000.0]
    assert value(simulator, "pmv_outside_share") == pytest.approx(25.0)
    assert value(simulator, "ppd_mean") == pytest.approx(12.0)


def test_carriers_that_are_not_bought_have_no_peak(simulator: Simulator) -> None:
    values = evaluate(simulator)[0].values
    assert values["pgas_tot"] is None  # ideal loads buy heat, not gas
    assert values["pdih_tot"] is not None


def test_nobody_there_means_no_share(simulator: Simulator) -> None:
    assert evaluate(simulator)[0].values["ppd_mean"] is None


def test_before_the_warm_up_ends_there_is_no_indicator(classroom: Building) -> None:
    values = evaluate(Simulator(classroom))[0].values
    assert all(found is None for found in values.values())


def test_counters_of_the_warm_up_are_left_out(simulator: Simulator) -> None:
    simulator.state.counter[0, la.N_STARTS], simulator.state.kpi[0, la.KP_STARTS] = 9.0, 4.0
    assert value(simulator, "equipment_starts") == 5.0


def test_time_rat_is_controller_time_over_step(simulator: Simulator) -> None:
    kpis = evaluate(simulator, timing=Timing(wall_s=1.8, steps=20))[0]
    assert kpis.values["time_rat"] == pytest.approx(0.09 / simulator.building.clock.control_step_s)


def test_reading_twice_does_not_double(classroom: Building) -> None:
    simulator = Simulator(classroom)
    simulator.advance(classroom.command_default[None, :], classroom.clock.ticks)
    first, second = evaluate(simulator)[0], evaluate(simulator)[0]
    assert first == second
    assert first.values["ener_tot"] is not None
    assert first.values["ener_tot"] > 0.0


def test_indicators_agree_with_the_registers(classroom: Building) -> None:
    """Energy after the warm-up, told by the meters: two independent sums of the same flow."""
    simulator = Simulator(classroom)
    row = classroom.command_default[None, :]
    simulator.advance(row, classroom.clock.warm_up_ticks)
    before = simulator.state.register[0].sum()
    simulator.advance(row, classroom.clock.ticks - classroom.clock.warm_up_ticks)
    energy = (simulator.state.register[0].sum() - before) / 3.6e6
    area = classroom.parameters.constant[la.X_FLOOR_AREA]
    assert value(simulator, "ener_building") == pytest.approx(energy / area, rel=1e-9)
    assert sum(evaluate(simulator)[0].energy_kwh.values()) == pytest.approx(energy, rel=1e-9)


def test_peak_is_below_the_highest_tick(classroom: Building) -> None:
    simulator = Simulator(classroom)
    row, highest = classroom.command_default[None, :], 0.0
    for k in range(classroom.clock.ticks):
        simulator.advance(row, 1)
        if k >= classroom.clock.warm_up_ticks:
            highest = max(highest, float(simulator.state.power[0, la.E_DISTRICT_HEATING]))
    area = classroom.parameters.constant[la.X_FLOOR_AREA]
    assert 0.0 < value(simulator, "pdih_tot") <= highest / 1000.0 / area


def series(energy: list[float], days: int = 1, share: float | None = 0.1) -> EnergySeries:
    values = np.array(energy)
    day = np.arange(len(energy)) * days // len(energy)
    return EnergySeries(values, 0.2 * values, 0.3 * values, day, np.zeros(len(energy), dtype=np.int64), share)


def test_ratios_to_a_baseline_by_hand() -> None:
    control, baseline = series([1.0, 3.0, 2.0, 2.0], days=2), series([2.0, 4.0, 2.0, 2.0], days=2, share=0.2)
    ratios = against_baseline(control, baseline)
    assert ratios["electricity_consumption_total"] == pytest.approx(8 / 10)
    assert ratios["ramping_average"] == pytest.approx(3 / 4)
    assert ratios["daily_peak_average"] == pytest.approx((3 + 2) / (4 + 2))
    assert ratios["all_time_peak_average"] == pytest.approx(3 / 4)
    assert ratios["daily_one_minus_load_factor_average"] == pytest.approx((1 / 3 + 0) / (1 / 4 + 0))
    assert [ratios["cost_total"], ratios["carbon_emissions_total"]] == pytest.approx([0.8, 0.8])
    assert ratios["discomfort_proportion"] == pytest.approx(0.5)


def test_zero_over_zero_is_one_and_a_zero_baseline_gives_none() -> None:
    idle, busy = series([0.0, 0.0], share=0.0), series([1.0, 1.0])
    assert set(against_baseline(idle, idle).values()) == {1.0}
    ratios = against_baseline(busy, idle)
    assert ratios["electricity_consumption_total"] is None
    assert ratios["discomfort_proportion"] is None


@given(st.lists(st.floats(0.01, 100.0), min_size=4, max_size=40), st.floats(0.1, 10.0))
@settings(max_examples=30, deadline=None)
def test_ratios_scale_with_energy(energy: list[float], factor: float) -> None:
    scaled = series([factor * e for e in energy])
    ratios = against_baseline(scaled, series(energy))
    for name in (
        "electricity_consumption_total",
        "zero_net_energy",
        "daily_peak_average",
        "all_time_peak_average",
    ):
        assert ratios[name] == pytest.approx(factor)
    shape = ratios["daily_one_minus_load_factor_average"]
    assert (
        shape is None or shape == pytest.approx(1.0, rel=1e-3, abs=1e-6) or max(energy) - min(energy) < 1e-6
    )


def test_series_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="steps"):
        against_baseline(series([1.0]), series([1.0, 2.0]))


def test_the_objective_is_what_the_reward_adds_up_to_and_orders_controllers_alike() -> None:
    """Sum over an episode of the default reward = minus the objective times floor area, for any commands."""
    plan = {"start": "2023-01-12", "days": 2, "warm_up_days": 1}
    building = assemble(load_scenario("classroom", {"run": plan}), [0] * 4)
    simulator, task = Simulator(building), Task(building)
    area = float(building.parameters.constant[la.X_FLOOR_AREA])
    clock, rng = building.clock, np.random.default_rng(0)
    gained = np.zeros(4)
    for tick in range(0, clock.ticks, clock.ticks_per_step):
        action = rng.uniform(task.action.lower, task.action.upper, (4, len(task.action.points)))
        simulator.step(task.command(action))
        if tick >= clock.warm_up_ticks:
            gained += task.reward(simulator)
    objective = np.array([kpis.values["objective"] for kpis in evaluate(simulator)])
    np.testing.assert_allclose(objective * area, -gained, rtol=1e-9)
    assert len(set(objective.tolist())) == 4
    assert np.argsort(objective).tolist() == np.argsort(-gained).tolist()
    cost, warmth = (
        np.array([kpis.values[k] for kpis in evaluate(simulator)]) for k in ("cost_tot", "tdis_occ")
    )
    assert (objective >= cost).all() and (warmth > 0.0).any() and (objective > cost).any()
