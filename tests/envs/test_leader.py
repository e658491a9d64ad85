"""A rule that leads a learner: no move leaves the rule exactly; its memory is part of the state."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import TwinError
from twin.building.assembly import assemble
from twin.control.build import build, commands, lead
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv
from twin.experiment import run
from twin.kpi import evaluate
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.learning import MOVED, task_spec
from twin.sight import Sight
from twin.simulator import Simulator
from twin.task import Float, Task, warm_up
from twin.world.world import World

OFFICE: dict[str, Any] = {
    "rule": "setback",
    "quantities": ["heating_setpoint", "cooling_setpoint", "supply_air_temperature_setpoint"],
    "plant_above": {"supply_air_temperature_setpoint": -0.3},
    "ranges": {"supply_air_temperature_setpoint": [12, 20]},
    "past_steps": 2,
}
HOME: dict[str, Any] = {
    "rule": "heat_curve",
    "quantities": ["heating_setpoint", "ventilation_command", "supply_water_temperature_setpoint"],
    "building_wide": ["ventilation_command"],
}
FEW: dict[str, Any] = {"rule": "guideline36", "quantities": ["heating_setpoint"]}
PLAN = {"days": 2, "start": "2023-02-06", "warm_up_days": 2}
SHORT: dict[str, Any] = {"days": 1, "start": "2023-02-06", "warm_up_days": 1}


@pytest.mark.parametrize(
    ("scenario", "task"),
    [("office", OFFICE), ("home", HOME), ("office", FEW), ("home", FEW | {"rule": "heat_curve"})],
)
def test_no_move_is_the_rule_itself(scenario: str, task: dict[str, Any], tmp_path: Path) -> None:
    env = BuildingEnv(scenario, task, **PLAN)
    env.reset(options={"episode_seed": 3})
    over = False
    while not over:
        over = env.step(np.zeros(len(env.action_names)))[3]
    found = evaluate(env.batch.simulator)[0].values
    ruled = run(load_scenario(scenario, {"run": PLAN}), task["rule"], 3, tmp_path / "run").kpis
    assert {k: v for k, v in found.items() if k != "time_rat"} == {
        k: v for k, v in ruled.items() if k != "time_rat"
    }


def test_the_rules_memory_is_in_snapshots_forks_and_slots() -> None:
    single, batch = BuildingEnv("office", OFFICE, **PLAN), BuildingVectorEnv(3, "office", OFFICE, **PLAN)
    single.reset(seed=1)
    batch.reset(seed=0)
    actions = np.random.default_rng(0).uniform(-1.0, 1.0, (60, 3, len(single.action_names)))
    for action in actions[:40]:  # until the morning, when a start is under way
        alone, beside = single.step(action[1])[0], batch.step(action)[0][1]
        np.testing.assert_array_equal(alone, beside)
    here, forked = single.snapshot(), single.fork(2)
    first = [single.step(action[1])[0] for action in actions[40:]]
    single.restore(here)
    again = [single.step(action[1])[0] for action in actions[40:]]
    copies = [forked.step(np.repeat(action[1][None], 2, axis=0))[0] for action in actions[40:]]
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, np.array(copies)[:, 0])
    np.testing.assert_array_equal(first, np.array(copies)[:, 1])


def test_moves_are_kelvins_from_what_the_rule_sets() -> None:
    env = BuildingEnv("office", OFFICE | {"normalise": False}, **PLAN)
    seen, _ = env.reset(seed=0)
    led = env.observation_names.index("rule.core.heating_setpoint")
    action = np.zeros(len(env.action_names))
    action[env.action_names.index("core.heating_offset")] = -1.0
    env.step(action)
    sent = env.batch.simulator.state.command[0]
    point = [p.id for p in env.batch.building.command_points].index("core.heating_setpoint")
    assert sent[env.batch.building.command_columns[point]] == pytest.approx(seen[led] - 2.5, abs=1e-5)


@pytest.mark.parametrize(
    ("task", "word"),
    [
        ({"rule": "setbak"}, "setback"),
        ({"rule": "random"}, "cannot lead"),
        ({"rule": "setback", "relative": True}, "relative"),
    ],
)
def test_what_cannot_lead_is_refused(task: dict[str, Any], word: str) -> None:
    with pytest.raises(TwinError, match=word):
        BuildingEnv("classroom", task, days=1)


def test_what_is_left_to_the_plant_is_left_to_the_rule() -> None:
    task = {
        "rule": "guideline36",
        "quantities": ["heating_setpoint", "cooling_setpoint", "fan_speed_command"],
        "plant_above": {"fan_speed_command": -0.3},
    }
    env = BuildingEnv("office", task, **(PLAN | {"start": "2023-05-08"}))
    seen, _ = env.reset(seed=0)
    at = env.observation_names.index("rule.ahu.fan_speed_command")
    assert seen[at] == -1.0  # in a mild night it rests
    points = [p.id for p in env.batch.building.command_points]
    column = env.batch.building.command_columns[points.index("ahu.fan_speed_command")]
    action = np.zeros(len(env.action_names))
    env.step(action)
    assert env.batch.simulator.state.command[0, column] == 0.0
    action[env.action_names.index("ahu.fan_speed_command")] = -0.65  # the middle of what is left of its range
    env.step(action)
    assert env.batch.simulator.state.command[0, column] == pytest.approx(0.5)


def test_a_move_from_nothing_counts_from_where_the_task_says() -> None:
    supply = "supply_air_temperature_setpoint"
    task = {"rule": "guideline36", "quantities": [supply], "ranges": {"supply_air_offset": [-2, 8]}}
    plan = PLAN | {"start": "2023-05-08"}

    def set_by_night(further: dict[str, Any], move: float) -> float:
        env = BuildingEnv("office", task | further, **plan)
        env.reset(seed=0)
        points = [p.id for p in env.batch.building.command_points]
        column = env.batch.building.command_columns[points.index(f"ahu.{supply}")]
        env.step(np.array([move]))
        return float(env.batch.simulator.state.command[0, column])

    whence = {"moves_from": {supply: 14.0}}
    assert set_by_night(whence, 0.5) == 18.0 and set_by_night(whence, -0.5) == 13.0
    assert np.isnan(set_by_night(whence, 0.0)) and np.isnan(set_by_night({}, 0.5))  # the plant's own


def test_where_the_rule_sets_something_a_move_counts_from_that() -> None:
    supply = "supply_air_temperature_setpoint"
    task: dict[str, Any] = {"rule": "guideline36", "quantities": [supply]}
    there = BuildingEnv("office", task | {"moves_from": {supply: 30.0}}, **SHORT)
    plain = BuildingEnv("office", task, **SHORT)
    at = there.observation_names.index(f"rule.ahu.{supply}")
    seen = [env.reset(seed=2)[0] for env in (there, plain)]
    points = [p.id for p in there.batch.building.command_points]
    column = there.batch.building.command_columns[points.index(f"ahu.{supply}")]
    compared = 0
    for _ in range(64):
        set_by_rule = seen[0][at]
        moves = (np.array([0.5 if set_by_rule == seen[1][at] else 0.0]),) * 2
        seen = [env.step(move)[0] for env, move in zip((there, plain), moves, strict=True)]
        both = [env.batch.simulator.state.command[0, column] for env in (there, plain)]
        compared += not np.isnan(both[1])
        assert np.isnan(both[1]) or both[0] == both[1]
    assert compared > 20


def chain(simulator: Simulator) -> bytes:
    """The first building's state without its devices, of which an environment has only those it looks at."""
    rows = simulator.state._asdict()
    return b"".join(rows[name][0].tobytes() for name in rows if name not in ("sensor", "signal", "counter"))


@cache
def by_itself(scenario: str, rule: str, start: str, seed: int) -> list[bytes]:
    """States after each control step of a rule's own run, on the task that its own runs have."""
    building = assemble(load_scenario(scenario, {"run": SHORT | {"start": start}}), [seed])
    plain, step_s = Task(building), building.clock.control_step_s
    baseline = load_agent(building.scenario.run.baseline)
    simulator = Simulator(building)
    warm_up(simulator, plain, build(baseline, plain.observation, plain.action, step_s, [seed]))
    agent = load_agent(rule)
    task = Task(building, also=commands(agent))
    controller = build(agent, task.observation, task.action, step_s, [seed])
    memory, begins, found = None, np.ones(1, dtype=np.bool_), []
    for _ in range(96):
        action, memory = controller.predict(task.observe(simulator), memory, begins)
        simulator.step(task.command(action))
        begins = np.zeros(1, dtype=np.bool_)
        found.append(chain(simulator))
    return found


def listed(scenario: str) -> list[tuple[str, ...]]:
    """All choices among the quantities that actions can move here, and some with one left to the rule."""
    points = assemble(load_scenario(scenario, {"run": SHORT}), [0]).command_points
    there = {point.quantity for point in points}
    moved = sorted(there & set(MOVED))
    chosen = [c for k in range(1, len(moved) + 1) for c in combinations(moved, k)]
    others = sorted(there - set(MOVED))
    return chosen + [(moved[k % len(moved)], other) for k, other in enumerate(others)]


@pytest.mark.parametrize("rule", ["guideline36", "heat_curve", "setback", "follow"])
@pytest.mark.parametrize(
    ("scenario", "start"),
    [("office", "2023-02-06"), ("office", "2023-05-08"), ("home", "2023-02-06"), ("classroom", "2023-02-06"),
     ("school", "2023-02-06")],
)  # fmt: skip
def test_whatever_is_listed_no_move_is_the_rules_own_run(scenario: str, start: str, rule: str) -> None:
    expected = by_itself(scenario, rule, start, 3)
    for quantities in listed(scenario):
        left = {name: -0.99 for name in quantities if name not in MOVED}
        task = {"rule": rule, "quantities": quantities, "plant_above": left}
        env = BuildingEnv(scenario, task, **(SHORT | {"start": start}))
        env.reset(options={"episode_seed": 3})
        action = np.array([any(name.endswith(q) for q in left) for name in env.action_names], dtype=float)
        for k, state in enumerate(expected):
            env.step(action)
            assert chain(env.batch.simulator) == state, (quantities, k)


def test_what_is_not_listed_is_as_if_listed_and_left_to_the_rule() -> None:
    """A learner's moves of one quantity reach nothing else but through the rule that answers them."""
    left = ["fan_speed_command", "outdoor_air_damper_command"]
    moved = ["heating_setpoint", "minimum_outdoor_air_command", "supply_air_temperature_setpoint"]
    long = FEW | {"quantities": [*moved, *left], "plant_above": dict.fromkeys(left, -0.99)}
    few, all_ = BuildingEnv("office", FEW, **SHORT), BuildingEnv("office", long, **SHORT)
    few.reset(seed=1)
    all_.reset(seed=1)
    at = [all_.action_names.index(name) for name in few.action_names]
    sees = [all_.observation_names.index(name) for name in few.observation_names]
    assert len(at) == 5
    draws = np.random.default_rng(0).uniform(-1.0, 1.0, (96, len(at)))
    for draw in draws:
        action = np.array([name.endswith("_command") for name in all_.action_names], dtype=np.float64)
        action[at] = draw
        seen, reward, *_ = few.step(draw)
        other, same, *_ = all_.step(action)
        np.testing.assert_array_equal(seen, other[sees])
        assert reward == same
        assert chain(few.batch.simulator) == chain(all_.batch.simulator)


class Drawn:
    """Given actions, one after another."""

    def __init__(self, actions: Float) -> None:
        self.actions = actions

    def predict(self, observation: Any, state: Any = None, *_: Any) -> tuple[Float, int]:
        step = 0 if state is None else state
        return self.actions[step][None], step + 1


def test_a_rule_that_leads_beyond_the_list_is_the_same_everywhere() -> None:
    single, vector = BuildingEnv("office", FEW, **SHORT), BuildingVectorEnv(3, "office", FEW, **SHORT)
    actions = np.random.default_rng(1).uniform(-1.0, 1.0, (96, 5)).astype(np.float32)
    seen, info = single.reset(seed=2)
    at = vector.reset(seed=1)[0][1]
    path = [seen]
    np.testing.assert_array_equal(seen, at)
    for action in actions:
        path.append(single.step(action)[0])
        np.testing.assert_array_equal(path[-1], vector.step(np.stack([-action, action, 0.0 * action]))[0][1])
    seed, spec = info["episode_seed"], task_spec(FEW)
    building = assemble(load_scenario("office", {"run": SHORT}), [seed])
    plain, step_s = Task(building), building.clock.control_step_s
    agent = load_agent(building.scenario.run.baseline)
    baseline = build(agent, plain.observation, plain.action, step_s, [seed])
    sight = Sight(building, spec, scaled=True, lead=lead(spec))
    world = World(building, Drawn(actions), sight, baseline=baseline)  # type: ignore[arg-type]
    world.run()
    assert chain(world.simulator) == chain(single.batch.simulator)


def test_agents_and_stable_baselines3_play_such_a_task_alike() -> None:
    pytest.importorskip("pettingzoo")
    pytest.importorskip("stable_baselines3")
    from twin.envs.multi_agent import parallel_env
    from twin.envs.sb3 import BuildingVecEnv

    single, many = BuildingEnv("office", FEW, **SHORT), parallel_env("office", FEW, **SHORT)
    learner = BuildingVecEnv("office", 2, FEW, **SHORT)
    seen, _ = single.reset(seed=0)
    many.reset(seed=0)
    learner.seed(0)
    np.testing.assert_array_equal(learner.reset()[0], seen)
    for action in np.random.default_rng(1).uniform(-1.0, 1.0, (60, 5)).astype(np.float32):
        seen = single.step(action)[0]
        many.step({agent: action[at] for agent, at in many._actions.items()})
        np.testing.assert_array_equal(many.state(), seen)
        np.testing.assert_array_equal(learner.step(np.stack([action, -action]))[0][0], seen)


def test_beyond_its_range_a_setpoint_is_the_rules_even_where_all_are_listed() -> None:
    task = {
        "rule": "setback",
        "action": "thermostat",
        "plant_above": {"heating_setpoint": 0.5, "cooling_setpoint": 0.5},
        "ranges": {"heating_setpoint": [15, 22], "cooling_setpoint": [22, 30]},
    }
    env = BuildingEnv("classroom", task, **SHORT)
    env.reset(options={"episode_seed": 3})
    for state in by_itself("classroom", "setback", SHORT["start"], 3):
        env.step(np.ones(len(env.action_names)))
        assert chain(env.batch.simulator) == state
