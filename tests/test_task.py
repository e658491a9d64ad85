"""What a controller sees and sets, and what a step was worth, on the shipped classroom and office."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from twin.building.assembly import Building, assemble
from twin.control.build import build
from twin.physics import layout as la
from twin.scenario.agents import AgentSpec
from twin.scenario.catalog import load_scenario
from twin.simulator import Simulator
from twin.task import MINIMUM_DEADBAND_K, WEEK_H, Task, evenly, hours_to_occupied, warm_up


def building(name: str = "classroom", seeds: tuple[int, ...] = (0,), **run: Any) -> Building:
    plan = {"start": "2023-01-12", "days": 3, "warm_up_days": 1} | run
    return assemble(load_scenario(name, {"run": plan}), seeds)


@pytest.fixture(scope="module")
def classroom() -> Building:
    return building()


@pytest.fixture(scope="module")
def office() -> Building:
    return building("office")


def column(task: Task, name: str) -> int:
    return task.observation.names.index(name)


def test_spec_names_units_and_ranges_fit_together(office: Building) -> None:
    spec = Task(office).observation
    assert len(spec.names) == len(set(spec.names)) == len(spec.units) == spec.lower.size == spec.upper.size
    assert (spec.lower < spec.upper).all()
    zone = office.zone_ids[0]
    for quantity in (
        "air_temperature",
        "co2",
        "presence",
        "comfort_lower",
        "comfort_upper",
        "hours_to_occupied",
    ):
        assert f"{zone}.{quantity}" in spec.names
    assert spec.units[spec.names.index("site.electricity_price")] == "USD/kWh"


def test_observation_at_the_start_is_the_initial_truth(classroom: Building) -> None:
    task, simulator = Task(classroom), Simulator(classroom)
    seen = task.observe(simulator)
    zone = classroom.zone_ids[0]
    assert seen.shape == (1, len(task.observation.names))
    assert np.isfinite(seen).all()
    assert seen[0, column(task, f"{zone}.air_temperature")] == simulator.state.zone[0, 0, la.Z_AIR]
    assert seen[0, column(task, "time.hour")] == 0.0
    assert seen[0, column(task, "time.weekday")] == 2.0  # the warm-up begins on Wednesday, 11 January 2023


def test_a_measured_point_is_the_newest_reading_and_not_the_truth(office: Building) -> None:
    task, simulator = Task(office), Simulator(office)
    simulator.step(office.command_default[None, :])
    measured = [i for i, info in enumerate(office.sensors) if info.point_id in task.observation.names]
    assert measured
    seen, readings = task.observe(simulator)[0], simulator.measurements().reading[0]
    first: dict[str, float] = {}
    for i in measured:
        first.setdefault(office.sensors[i].point_id, readings[i])
    for point, value in first.items():
        if np.isfinite(value):
            assert seen[column(task, point)] == value


def test_time_and_bounds_are_those_of_the_step_about_to_begin(classroom: Building) -> None:
    task, simulator = Task(classroom), Simulator(classroom)
    zone = classroom.zone_ids[0]
    row = classroom.command_default[None, :]
    comfort = classroom.scenario.comfort
    opening = float(comfort.occupied_hours[0][:2]) + float(comfort.occupied_hours[0][3:]) / 60
    while simulator.seconds < opening * 3600 - 900:
        simulator.step(row)
    before = task.observe(simulator)[0]
    assert before[column(task, f"{zone}.hours_to_occupied")] == pytest.approx(0.25)
    assert before[column(task, f"{zone}.comfort_lower")] == comfort.lower_unoccupied_c
    simulator.step(row)
    after = task.observe(simulator)[0]
    assert after[column(task, "time.hour")] == pytest.approx(opening)
    assert after[column(task, f"{zone}.hours_to_occupied")] == 0.0
    assert after[column(task, f"{zone}.comfort_lower")] == comfort.lower_c


def test_hours_to_occupied_look_beyond_the_end_of_the_run(classroom: Building) -> None:
    """The run ends on a Saturday night; the next occupied hours are Monday's or later."""
    task, simulator = Task(classroom), Simulator(classroom)
    simulator.advance(classroom.command_default[None, :], classroom.clock.ticks)
    wait = task.observe(simulator)[0, column(task, f"{classroom.zone_ids[0]}.hours_to_occupied")]
    assert 24.0 < wait < WEEK_H


def test_default_action_is_the_default_command(office: Building) -> None:
    task = Task(office)
    row = task.command(task.action.default[None, :])
    np.testing.assert_array_equal(row[0], office.command_default)


def test_actions_are_clipped_to_the_points_bounds(office: Building) -> None:
    task = Task(office)
    wild = np.stack([np.full(len(task.action.points), 1e6), np.full(len(task.action.points), -1e6)])
    rows = task.command(wild)
    set_to = rows[:, task.building.command_columns[task._positions]]
    assert (set_to[0] <= task.action.upper).all()
    assert (set_to >= task.action.lower).all()


def test_not_a_number_leaves_the_default(office: Building) -> None:
    task = Task(office)
    row = task.command(np.full((1, len(task.action.points)), np.nan))
    np.testing.assert_array_equal(row[0], office.command_default)


def test_setpoints_are_kept_apart(office: Building) -> None:
    task = Task(office)
    action = task.action.default[None, :].copy()
    heating, cooling = task.action.columns("heating_setpoint"), task.action.columns("cooling_setpoint")
    action[:, heating], action[:, cooling] = 24.0, 20.0
    row = task.command(action)[0].reshape(-1)
    for z in range(len(office.zone_ids)):
        base = z * la.ZONE_COMMANDS
        assert row[base + la.C_HEATING] == 24.0
        assert row[base + la.C_COOLING] == 24.0 + MINIMUM_DEADBAND_K


def test_supply_air_is_offered_when_asked_for(office: Building) -> None:
    asked, plain = Task(office, supply_air=True), Task(office)
    assert "ahu.supply_air_temperature_setpoint" in [point.id for point in asked.action.points]
    assert len(asked.action.points) == len(plain.action.points) + 1
    assert np.isfinite(asked.action.default).all()


def test_defaults_of_what_the_plant_decides_lie_within_the_points_bounds(office: Building) -> None:
    """So that a controller that begins with `action.default` asks for nothing that there is not."""
    every = {point.quantity for point in office.command_points}
    action = Task(office, also=sorted(every)).action
    assert "minimum_outdoor_air_command" in every
    assert ((action.lower <= action.default) & (action.default <= action.upper)).all()


def test_action_of_the_wrong_shape_is_refused(office: Building) -> None:
    with pytest.raises(ValueError, match="expected"):
        Task(office).command(np.zeros((1, 1)))


def test_reward_is_the_step_s_cost_and_reading_it_twice_changes_nothing(classroom: Building) -> None:
    task, simulator = Task(classroom), Simulator(classroom)
    simulator.step(classroom.command_default[None, :])
    kpi, comfort = simulator.state.kpi[0], classroom.scenario.comfort
    first, second = task.reward(simulator), task.reward(simulator)
    expected = -(
        kpi[la.KP_STEP_COST]
        + comfort.weight_currency_per_kh * kpi[la.KP_STEP_TDIS] / 3600
        + comfort.weight_currency_per_kppmh * kpi[la.KP_STEP_IDIS] / 1000 / 3600
    )
    assert first[0] == second[0] == pytest.approx(expected)
    assert first[0] < 0.0  # a January night is heated


def test_rewards_add_up_to_cost_and_occupied_discomfort(classroom: Building) -> None:
    task, simulator = Task(classroom), Simulator(classroom)
    cold = build(
        AgentSpec(name="cold", kind="constant", parameters={"heating_setpoint_c": 17.0}),
        task.observation, task.action, 900.0, [0],
    )  # fmt: skip
    state = warm_up(simulator, task, cold)
    total = 0.0
    while simulator.tick < classroom.clock.ticks:
        action, state = cold.predict(task.observe(simulator), state)
        simulator.step(task.command(action))
        total += float(task.reward(simulator)[0])
    kpi, zone, comfort = simulator.state.kpi[0], simulator.state.kpi_zone[0], classroom.scenario.comfort
    warmth = comfort.weight_currency_per_kh * zone[:, la.KZ_TDIS_OCCUPIED].sum() / 3600
    air = comfort.weight_currency_per_kppmh * zone[:, la.KZ_IDIS_OCCUPIED].sum() / 3.6e6
    assert warmth > 0.0
    assert -total == pytest.approx(kpi[la.KP_COST_HVAC] + warmth + air, rel=1e-9)


def test_warm_up_ends_where_the_indicators_begin(classroom: Building) -> None:
    task, simulator = Task(classroom), Simulator(classroom)
    controller = build(AgentSpec(name="pi", kind="pi"), task.observation, task.action, 900.0, [0])
    warm_up(simulator, task, controller)
    assert simulator.tick == classroom.clock.warm_up_ticks
    assert simulator.state.kpi[0, la.KP_TIME] == 0.0


@pytest.mark.parametrize("kind", ["constant", "thermostat", "setback", "pi", "random"])
def test_closed_loop_of_a_batch_equals_single_runs_bit_for_bit(kind: str) -> None:
    seeds = (3, 0, 11)
    batch = _closed_loop(building(seeds=seeds, days=1), kind, seeds)
    for n, seed in enumerate(seeds):
        alone = _closed_loop(building(seeds=(seed,), days=1), kind, (seed,))
        np.testing.assert_array_equal(batch[n], alone[0])


def _closed_loop(design: Building, kind: str, seeds: tuple[int, ...]) -> Any:
    task, simulator = Task(design), Simulator(design)
    controller = build(AgentSpec(name=kind, kind=kind), task.observation, task.action, 900.0, seeds)  # type: ignore[arg-type]
    state, seen = None, []
    while simulator.tick < design.clock.ticks:
        observation = task.observe(simulator)
        action, state = controller.predict(observation, state)
        simulator.step(task.command(action))
        seen.append(np.concatenate([observation, task.reward(simulator)[:, None]], axis=1))
    return np.stack(seen, axis=1)


def test_hours_to_occupied_are_those_until_the_next_occupied_step(classroom: Building) -> None:
    on = classroom.boundary.bounds[:, 0, la.B_LOWER] == classroom.scenario.comfort.lower_c
    wait, step_h = hours_to_occupied(classroom), classroom.clock.boundary_step_s / 3600.0
    for i in np.flatnonzero(~on[: on.nonzero()[0][-1]]):
        assert wait[i] == pytest.approx(np.argmax(on[i:]) * step_h)
    assert (wait[on] == 0.0).all()
    assert (wait >= 0.0).all() and (wait <= WEEK_H).all()


@pytest.mark.parametrize("columns", [[], [3], [0, 5, 10], [4, 5, 6], [0, 2, 1], [7, 4, 1], [0, 2, 5]])
def test_evenly_spaced_columns_pick_the_same(columns: list[int]) -> None:
    row = np.arange(12.0)
    np.testing.assert_array_equal(row[evenly(np.array(columns, dtype=np.int64))], row[columns or slice(0, 0)])


def test_an_observation_belongs_to_the_caller(classroom: Building) -> None:
    task, simulator = Task(classroom), Simulator(classroom)
    before = task.observe(simulator)
    kept = before.copy()
    before[:] = np.nan
    np.testing.assert_array_equal(task.observe(simulator), kept)
