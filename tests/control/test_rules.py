"""The shipped rules on hand-made observations and on a one-node room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.control.plants import NAMES, OBSERVATION, SETPOINTS, STEP_S
from twin.basics.errors import ControllerError
from twin.control.build import build
from twin.control.controller import Controller
from twin.scenario.agents import PARAMETERS, AgentSpec
from twin.scenario.catalog import load_agent
from twin.task import ActionSpec, ObservationSpec

KINDS = tuple(kind for kind in PARAMETERS if kind not in ("python", "policy", "mpc", "foresight"))
LOWER, UPPER = np.array([5.0, 15.0] * 2), np.array([30.0, 45.0] * 2)
ACTION = ActionSpec(SETPOINTS, LOWER, UPPER, np.array([20.0, 26.0] * 2))


def observe(
    temperature: Any, lower: float = 20.0, upper: float = 26.0, hours: float = 0.0, outdoor: float = 0.0
) -> Any:
    """Observations (N, n) from temperatures (N,), equal in both zones."""
    temperature = np.atleast_1d(np.asarray(temperature, dtype=np.float64))
    rows = np.zeros((temperature.size, len(NAMES)))
    for z in range(2):
        rows[:, 6 * z : 6 * z + 6] = np.stack(
            [temperature, *(np.full(temperature.size, v) for v in (420.0, 0.0, lower, upper, hours))], axis=1
        )
    rows[:, 12] = outdoor
    return rows


def make(kind: str, seeds: tuple[int, ...] = (0,), **parameters: Any) -> Controller:
    spec = AgentSpec.model_validate({"name": kind, "kind": kind, "parameters": parameters})
    return build(spec, OBSERVATION, ACTION, STEP_S, seeds)


def test_constant_holds_its_setpoints() -> None:
    controller = make("constant", heating_setpoint_c=21.5, cooling_setpoint_c=25.0)
    for temperature in (5.0, 22.0, 35.0):
        action, _ = controller.predict(observe(temperature))
        assert action.tolist() == [[21.5, 25.0, 21.5, 25.0]]


def test_thermostat_stays_on_through_its_deadband() -> None:
    controller = make("thermostat", margin_k=0.5, deadband_k=1.0)
    state, setpoints = None, []
    for temperature in (21.0, 20.4, 21.0, 21.4, 21.6, 21.0):
        action, state = controller.predict(observe(temperature), state)
        setpoints.append(action[0, 0])
    assert setpoints == [20.0, 21.5, 21.5, 21.5, 20.0, 20.0]


def test_thermostat_cools_from_the_other_side() -> None:
    controller = make("thermostat", margin_k=0.5, deadband_k=1.0)
    action, state = controller.predict(observe(25.6))
    assert action[0, 1] == 24.5
    action, _ = controller.predict(observe(24.4), state)
    assert action[0, 1] == 26.0


def test_follow_sets_the_bounds_of_the_moment() -> None:
    controller = make("follow")
    for lower, upper in ((20.0, 26.0), (12.5, 40.0)):
        action, _ = controller.predict(observe(22.0, lower, upper))
        assert action.tolist() == [[lower, upper, lower, upper]]
    action, _ = make("follow", margin_k=0.5).predict(observe(22.0))
    assert action.tolist() == [[20.5, 25.5, 20.5, 25.5]]


def test_constant_without_numbers_keeps_to_the_comfort_bounds_of_occupied_hours() -> None:
    controller = make("constant", margin_k=1.0)
    for hours, lower in ((0.0, 20.0), (6.0, 15.0)):
        action, _ = controller.predict(observe(18.0, lower, 30.0, hours=hours))
        assert action.tolist() == [[21.0, 25.0, 21.0, 25.0]]


def test_shipped_rules_hold_the_same_occupied_temperatures_in_a_room_that_has_settled() -> None:
    """Otherwise a comparison of energy would compare comfort."""
    for name in ("constant", "setback", "pi"):
        controller = build(load_agent(name), OBSERVATION, ACTION, STEP_S, (0,))
        for temperature, column in ((21.0, 0), (25.0, 1)):
            action, state = controller.predict(observe(temperature))
            for _ in range(40):
                action, state = controller.predict(observe(temperature), state)
            assert action[0, column] == pytest.approx(21.0 if column == 0 else 25.0)


@pytest.mark.parametrize("kind", ["setback", "pi"])
def test_cold_walls_raise_the_setpoint_until_they_are_warm(kind: str) -> None:
    controller = make(kind, margin_k=1.0, fabric_time_h=12.0)
    _, state = controller.predict(observe(16.0, 15.0, 30.0, hours=40.0))
    setpoints = [21.0]
    for _ in range(300):  # the room's air does as it is told
        action, state = controller.predict(observe(setpoints[-1]), state)
        setpoints.append(action[0, 0])
    assert setpoints[1] > 22.0
    assert min(setpoints) > 20.99
    assert setpoints[-1] == pytest.approx(21.0, abs=0.1)
    assert make(kind, margin_k=1.0).predict(observe(21.0), None)[0][0, 0] == pytest.approx(21.0)


def test_setback_starts_earlier_for_cold_walls() -> None:
    """Air that was warmed for a moment does not make a room warm."""
    controller = make("setback", fabric_time_h=12.0, heating_rate_k_h=1.0)
    _, state = controller.predict(observe(15.0, 15.0, 30.0, hours=40.0, outdoor=10.0))
    action, _ = controller.predict(observe(20.5, 15.0, 30.0, hours=2.0, outdoor=10.0), state)
    assert action[0, 0] > 20.0
    action, _ = make("setback").predict(observe(20.5, 15.0, 30.0, hours=2.0, outdoor=10.0))
    assert action[0, 0] == 15.5


def test_setback_starts_earlier_the_colder_it_is() -> None:
    controller = make("setback", heating_rate_k_h=1.0, maximum_start_h=8.0)
    mild, _ = controller.predict(observe(17.5, 15.0, 30.0, hours=4.0, outdoor=10.0))
    cold, _ = controller.predict(observe(17.5, 15.0, 30.0, hours=4.0, outdoor=-10.0))
    assert mild[0, 0] == 15.5  # 3 K at 1 K/h: an hour to go
    assert cold[0, 0] == 20.5


def test_setback_keeps_a_start_until_people_come() -> None:
    controller = make("setback")
    _, state = controller.predict(observe(17.0, 15.0, 30.0, hours=3.0, outdoor=10.0))
    action, state = controller.predict(observe(20.6, 15.0, 30.0, hours=2.0, outdoor=10.0), state)
    assert action[0, 0] == 20.5
    action, state = controller.predict(observe(20.6, 20.0, 26.0, hours=0.0, outdoor=10.0), state)
    action, state = controller.predict(observe(20.6, 15.0, 30.0, hours=13.0, outdoor=10.0), state)
    assert action[0, 0] == 15.5


def test_setback_without_optimum_start_waits() -> None:
    controller = make("setback", optimum_start=False)
    action, _ = controller.predict(observe(10.0, 15.0, 30.0, hours=0.25))
    assert action[0, 0] == 15.5


def test_setback_learns_each_zone_s_rate() -> None:
    controller = make("setback", heating_rate_k_h=4.0, learning_rate=0.3, maximum_start_h=8.0)
    state = None
    for i in range(30):  # really 0.8 K/h at the reference weather
        observation = observe(14.0 + 0.8 * 0.25 * i, 10.0, 30.0, hours=1.0, outdoor=10.0)
        _, state = controller.predict(observation, state)
    assert state["rate"][0, 0] == pytest.approx(0.8, abs=0.05)


def test_setback_starts_cooling_before_hot_days() -> None:
    controller = make("setback", cooling_rate_k_h=1.0)
    action, _ = controller.predict(observe(29.0, 15.0, 30.0, hours=1.0, outdoor=30.0))
    assert action[0, 1] == 25.5


def test_pi_removes_the_offset_of_a_local_loop() -> None:
    """A room whose local loop always stays 0.8 K short of its setpoint."""
    controller = make("pi", margin_k=0.3)
    temperature, state = 19.0, None
    for _ in range(96):
        action, state = controller.predict(observe(temperature), state)
        temperature += 0.4 * (action[0, 0] - 0.8 - temperature)
    assert temperature == pytest.approx(20.3, abs=0.05)


def test_pi_does_not_wind_up() -> None:
    controller = make("pi", margin_k=0.3, reach_k=2.0)
    state = None
    for _ in range(500):
        action, state = controller.predict(observe(12.0), state)
    assert action[0, 0] == pytest.approx(20.3 + 2.0)
    for _ in range(12):
        action, state = controller.predict(observe(23.0), state)
    assert action[0, 0] == pytest.approx(20.0)  # on the comfort bound again within three hours


def test_pi_looks_ahead() -> None:
    controller = make("pi", lookahead_h=2.0)
    before, _ = controller.predict(observe(20.3, 15.0, 30.0, hours=3.0))
    soon, _ = controller.predict(observe(20.3, 15.0, 30.0, hours=2.0))
    assert before[0, 0] < 16.0 < soon[0, 0]


def test_random_depends_on_seed_and_step_only() -> None:
    both, _ = make("random", seeds=(0, 7)).predict(observe([20.0, 20.0]))
    alone, _ = make("random", seeds=(7,)).predict(observe(20.0))
    assert (both[1] == alone[0]).all()
    assert (both[0] != both[1]).all()


def test_random_holds_and_stays_in_its_bounds() -> None:
    controller = make("random", seeds=(0,), hold_steps=4, spread=0.5)
    state, actions = None, []
    for _ in range(40):
        action, state = controller.predict(observe(20.0), state)
        actions.append(action[0])
    drawn = np.array(actions)
    assert (drawn[0] == drawn[3]).all()
    assert (drawn[3] != drawn[4]).all()
    middle, width = 0.5 * (ACTION.lower + ACTION.upper), ACTION.upper - ACTION.lower
    assert (np.abs(drawn - middle) <= 0.25 * width).all()


def test_random_says_when_seeds_do_not_fit() -> None:
    with pytest.raises(ValueError, match="call reset"):
        make("random", seeds=(0,)).predict(observe([20.0, 20.0]))


@pytest.mark.parametrize("kind", KINDS)
@given(temperatures=st.lists(st.floats(5.0, 35.0), min_size=3, max_size=3), hours=st.floats(0.0, 20.0))
@settings(max_examples=15, deadline=None)
def test_a_building_s_slot_does_not_enter(kind: str, temperatures: list[float], hours: float) -> None:
    seeds = (3, 0, 5)
    batch, single = make(kind, seeds=seeds), [make(kind, seeds=(s,)) for s in seeds]
    states: list[Any] = [None, None, None]
    state = None
    for drift in (0.0, 0.4, -0.7, 1.3):
        lower, upper = (20.0, 26.0) if hours < 5.0 else (15.0, 30.0)
        rows = observe(np.array(temperatures) + drift, lower, upper, hours, outdoor=-3.0)
        action, state = batch.predict(rows, state)
        for n in range(3):
            own, states[n] = single[n].predict(rows[n : n + 1], states[n])
            assert (own[0] == action[n]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_episode_start_forgets_only_its_own_rows(kind: str) -> None:
    controller, other = make(kind, seeds=(1, 2)), make(kind, seeds=(1, 2))
    state = None
    for temperature in (15.0, 16.0, 17.0):
        _, state = controller.predict(observe([temperature] * 2, hours=1.0), state)
    mixed, _ = controller.predict(observe([17.5, 17.5], hours=1.0), state, np.array([True, False]))
    fresh, _ = other.predict(observe([17.5, 17.5], hours=1.0))
    kept, _ = controller.predict(observe([17.5, 17.5], hours=1.0), state)
    assert (mixed[0] == fresh[0]).all()
    assert (mixed[1] == kept[1]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_predict_does_not_change_the_state_it_was_given(kind: str) -> None:
    controller = make(kind)
    _, state = controller.predict(observe(16.0, hours=1.0))
    first, _ = controller.predict(observe(17.0, hours=1.0), state)
    second, _ = controller.predict(observe(17.0, hours=1.0), state)
    assert (first == second).all()


def test_wrong_width_of_an_observation_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        make("constant").predict(np.zeros((1, 3)))


def test_unknown_parameter_names_the_nearest() -> None:
    spec = AgentSpec.model_construct(name="x", kind="setback", parameters={"margin": 1.0})
    with pytest.raises(ControllerError, match="margin_k"):
        build(spec, OBSERVATION, ACTION, STEP_S, (0,))


def test_unknown_kind_names_the_nearest() -> None:
    spec = AgentSpec.model_construct(name="x", kind="thermostatt", parameters={})
    with pytest.raises(ControllerError, match="did you mean 'thermostat'"):
        build(spec, OBSERVATION, ACTION, STEP_S, (0,))


def test_a_missing_observation_is_named() -> None:
    names = tuple(n for n in NAMES if n != "south.comfort_lower")
    blind = ObservationSpec(names, ("",) * len(names), np.zeros(len(names)), np.ones(len(names)))
    spec = AgentSpec.model_validate({"name": "pi", "kind": "pi"})
    with pytest.raises(ControllerError, match=r"south\.comfort_lower"):
        build(spec, blind, ACTION, STEP_S, (0,))


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_agents_can_be_built(repository: Path, kind: str) -> None:
    spec = load_agent(repository / "agents" / f"{kind}.yaml")
    assert (spec.name, spec.kind) == (kind, kind)
    assert spec.title
    assert spec.description
    action, _ = build(spec, OBSERVATION, ACTION, STEP_S, (0,)).predict(observe(20.0))
    assert action.shape == (1, len(SETPOINTS))
