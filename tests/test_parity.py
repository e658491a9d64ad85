"""World = batch, bit for bit: the same scenario, seed and commands, open loop and closed loop.

Every shipped scenario runs three days from a Sunday, so that an occupied day is among them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from twin.basics import streams
from twin.building.assembly import assemble
from twin.control.build import build
from twin.physics.layout import G_PEOPLE, N_LOGGED, N_TRUTH
from twin.scenario.catalog import available, load_agent, load_any_agent, load_scenario
from twin.scenario.learners import Learner
from twin.scenario.schema import Scenario
from twin.simulator import Simulator
from twin.task import Task
from twin.telemetry.record import MemorySink
from twin.world.world import World

SCENARIOS = sorted(available("scenarios"))
# learners have no controller of their own, and these two are made for one run: they have their own tests
AGENTS = [
    name
    for name in sorted(available("agents"))
    if not isinstance(agent := load_any_agent(name), Learner) and agent.kind not in ("mpc", "foresight")
]
DAYS = 3


def scenario(name: str) -> Scenario:
    return load_scenario(name).updated(start=date(2023, 1, 8), days=DAYS, warm_up_days=0)


def same(world: Simulator, slot: int, batch: Simulator) -> None:
    """State arrays of the World's only building equal those of one slot of the batch, bit for bit."""
    for name, array in world.state._asdict().items():
        here, there = array[0].copy(), batch.state._asdict()[name][slot].copy()
        if name == "counter":  # how far a log was filled is no part of the physics
            here[[N_LOGGED, N_TRUTH]] = there[[N_LOGGED, N_TRUTH]] = 0.0
        assert np.array_equal(here, there, equal_nan=True), f"{name} differs"


class Scripted:
    """Random commands, keyed by seed and step, so that World and batch see the same ones."""

    def __init__(self, low: NDArray[np.float64], high: NDArray[np.float64], seeds: tuple[int, ...]) -> None:
        self.low, self.high, self.seeds = low, high, seeds

    def reset(self, seeds: Any = None) -> None:
        """Nothing to forget."""

    def predict(
        self, observation: Any, state: Any = None, episode_start: Any = None, deterministic: bool = True
    ) -> tuple[NDArray[np.float64], int]:
        step = 0 if state is None else state
        draws = [streams.generator(seed, "script", str(step)).random(self.low.size) for seed in self.seeds]
        return self.low + np.stack(draws) * (self.high - self.low), step + 1


def closed_loop(simulator: Simulator, task: Task, controller: Any) -> None:
    state = None
    steps = simulator.building.clock.ticks // simulator.building.clock.ticks_per_step
    for k in range(steps):
        start = np.full(simulator.count, k == 0)
        action, state = controller.predict(task.observe(simulator), state, start, True)
        simulator.step(task.command(action))


def controller_of(agent: str, task: Task, seeds: tuple[int, ...]) -> Any:
    if agent == "scripted":
        return Scripted(task.action.lower, task.action.upper, seeds)
    step_s = task.building.clock.control_step_s
    return build(load_agent(agent), task.observation, task.action, step_s, seeds)


def run_world(plan: Scenario, agent: str, seed: int) -> tuple[World, MemorySink]:
    building = assemble(plan, (seed,))
    task = Task(building)
    sink = MemorySink()
    world = World(building, controller_of(agent, task, (seed,)), task, sinks=(sink,))
    world.run()
    return world, sink


@pytest.mark.parametrize("name", SCENARIOS)
def test_random_commands_give_the_same_numbers_in_the_world_and_in_a_batch(name: str) -> None:
    plan = scenario(name)
    seeds = (5, 0, 9)
    building = assemble(plan, seeds)
    batch = Simulator(building)
    task = Task(building)
    closed_loop(batch, task, controller_of("scripted", task, seeds))
    assert batch.state.gains[:, :, G_PEOPLE].min() >= 0.0
    for slot, seed in enumerate(seeds[:2]):
        world, sink = run_world(plan, "scripted", seed)
        same(world.simulator, slot, batch)
        assert sink.blocks, "the World wrote no telemetry"


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_agent_closes_the_loop_alike(name: str, agent: str) -> None:
    plan = scenario(name)
    seeds = (3, 4)
    building = assemble(plan, seeds)
    batch = Simulator(building)
    task = Task(building)
    closed_loop(batch, task, controller_of(agent, task, seeds))
    world, _ = run_world(plan, agent, 4)
    same(world.simulator, 1, batch)


@pytest.mark.parametrize("name", SCENARIOS)
def test_one_building_equals_its_slot_among_sixteen(name: str) -> None:
    plan = scenario(name)
    seeds = tuple(range(16))
    many = assemble(plan, seeds)
    batch, task = Simulator(many), Task(many)
    closed_loop(batch, task, controller_of("scripted", task, seeds))
    for seed in (0, 11):
        one = assemble(plan, (seed,))
        single, single_task = Simulator(one), Task(one)
        closed_loop(single, single_task, controller_of("scripted", single_task, (seed,)))
        same(single, seed, batch)
    assert not np.array_equal(batch.state.zone[0], batch.state.zone[1]), (
        "different seeds gave equal buildings"
    )


VARIED: dict[str, dict[str, Any]] = {
    "office": {"hvac.chiller_cop": [0.8, 1.2], "building.zones.*.infiltration.leakage_area_cm2": [0.7, 1.5]},
    "home": {"hvac.cop": [0.8, 1.2], "hvac.emitter.design_supply_c": {"add": [-2.0, 2.0]}},
    "school": {"loads.default.lighting_w_m2": [0.5, 1.5], "behaviour.override_step_k": [0.5, 1.5]},
    "classroom": {"hvac.heating_capacity_w_m2": [0.8, 1.2], "people.lateness_min": [0.5, 2.0]},
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_buildings_that_vary_are_the_same_in_the_world_and_in_a_batch(name: str) -> None:
    """Other weather, envelope, plant, people and faults for each seed; the order of seeds does not matter."""
    faults = {"bias": [-1.0, 1.0], "drift_per_day": [-0.5, 0.5], "bias_from_day": [0.5, 2.0]}
    ranges = {f"devices.air_temperature.{key}": {"add": ends} for key, ends in faults.items()}
    ranges = {"insulation": [0.7, 1.3], "occupants": [0.4, 1.0]} | ranges | VARIED[name]
    run = {"start": date(2023, 1, 8), "days": DAYS, "warm_up_days": 0}
    plan = load_scenario(name, {"run": run, "randomise": ranges, "site": {"weather_variability": "high"}})
    seeds = (5, 0, 9, 5)
    building = assemble(plan, seeds)
    batch, task = Simulator(building), Task(building)
    closed_loop(batch, task, controller_of("setback", task, seeds))
    for slot in (1, 3):
        world, _ = run_world(plan, "setback", seeds[slot])
        same(world.simulator, slot, batch)
    turned = assemble(plan, (9, 5))
    other, other_task = Simulator(turned), Task(turned)
    closed_loop(other, other_task, controller_of("setback", other_task, (9, 5)))
    for kind, array in other.state._asdict().items():
        assert np.array_equal(array[0], batch.state._asdict()[kind][2], equal_nan=True), kind
    assert not np.array_equal(batch.state.zone[0], batch.state.zone[1])
