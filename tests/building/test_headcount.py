"""How many people there are, by seed: drawn per room, side by side in a batch, the plant as designed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.basics.errors import ScenarioError
from twin.building.assembly import assemble
from twin.building.occupancy import labels_of
from twin.control.build import build
from twin.kpi import evaluate
from twin.physics import layout as la
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.schema import Scenario
from twin.scenario.variation import drawn, draws, most_people
from twin.simulator import Simulator
from twin.task import Task, warm_up

RUN: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17"}
SEEDS = (0, 1, 2, 3, 4, 5)


def plan(name: str = "office", ranges: Any = (0.6, 1.4), **more: Any) -> Scenario:
    ranges = {"occupants": list(ranges)} if isinstance(ranges, tuple) else ranges
    return load_scenario(name, {"run": RUN, "randomise": ranges} | more)


def rooms(scenario: Scenario) -> Counter[str]:
    return Counter(label.partition(".")[0] for label in labels_of(scenario))


OFFICE = plan()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**63 - 1))
def test_every_room_draws_its_own_number_inside_the_range(seed: int) -> None:
    here, written = drawn(OFFICE, seed), rooms(OFFICE)
    for room, count in rooms(here).items():
        assert round(0.6 * written[room]) <= count <= round(1.4 * written[room])
    assert len(labels_of(here)) <= most_people(OFFICE)
    factors = draws(OFFICE, seed)
    assert set(factors) == {f"occupants.{zone}" for zone in written}
    assert len(set(factors.values())) == len(factors), "a draw for each room"
    assert here == drawn(OFFICE, seed)


def test_seeds_have_differing_numbers_and_some_seed_nearly_the_most() -> None:
    found = {len(labels_of(drawn(OFFICE, seed))) for seed in range(60)}
    assert len(found) > 8
    assert most_people(OFFICE) == 13 + 13 + 8 + 1
    assert max(found) <= 35
    assert min(found) >= 5 + 5 + 4 + 1


def test_a_class_is_as_large_all_week_and_keeps_its_teacher() -> None:
    school = plan("school")
    here, factors = drawn(school, 3), draws(school, 3)
    for was, lesson in zip(school.people.timetable, here.people.timetable, strict=True):  # type: ignore[union-attr]
        assert lesson.teachers == was.teachers
        assert lesson.pupils == round(was.pupils * factors[f"occupants.{was.zone}"])
    assert len(set(factors.values())) == len(rooms(school)), "a draw for each class"


def test_a_household_loses_its_last_members_and_gains_none() -> None:
    home = plan("home", (0.25, 1.0))
    names = [member.name for member in home.people.members]  # type: ignore[union-attr]
    sizes = set()
    for seed in range(30):
        here = labels_of(drawn(home, seed))
        assert list(here) == names[: len(here)]
        sizes.add(len(here))
    assert sizes == {*range(1, len(names) + 1)}
    with pytest.raises(ScenarioError, match="no more members than are written"):
        plan("home", (0.5, 1.2))
    with pytest.raises(ScenarioError, match="there is nobody"):
        plan("home", people={"kind": "none"})


def test_single_numbers_have_paths() -> None:
    one = plan(ranges={"people.desks.open_plan_south": {"add": [-3.0, 3.0]}, "people.desks.core": [0.2, 3.0]})
    here = rooms(drawn(one, 11))
    assert here["open_plan_north"] == 9
    assert 6 <= here["open_plan_south"] <= 12
    assert most_people(one) == 12 + 9 + 6 + 3
    lessons = plan("school", {"people.timetable.*.pupils": [0.5, 1.5]})
    counts = [round(lesson.pupils) for lesson in drawn(lessons, 2).people.timetable]  # type: ignore[union-attr]
    assert len(set(counts)) > 2


def test_the_people_drawn_are_those_of_a_scenario_that_writes_them() -> None:
    here = assemble(OFFICE, 4)
    desks = drawn(OFFICE, 4).people.desks  # type: ignore[union-attr]
    same = assemble(load_scenario("office", {"run": RUN, "people": {"desks": desks}}), 4)
    assert here.traces[0].labels == same.traces[0].labels
    np.testing.assert_array_equal(here.traces[0].events, same.traces[0].events)
    heads = sum(desks.values())
    assert here.heads.tolist() == same.heads.tolist() == [heads]
    np.testing.assert_array_equal(here.boundary.occupant[0, :heads], same.boundary.occupant[0])
    assert not here.boundary.occupant_key[0, heads:].any()


def test_the_plant_schedules_and_scales_are_those_of_the_numbers_written() -> None:
    written = assemble(load_scenario("office", {"run": RUN}), 0)
    for seed in SEEDS[:3]:
        here = assemble(OFFICE, seed)
        np.testing.assert_array_equal(here.parameters.system, written.parameters.system)
        np.testing.assert_array_equal(here.parameters.terminal, written.parameters.terminal)
        np.testing.assert_array_equal(here.parameters.constant, written.parameters.constant)
        np.testing.assert_array_equal(here.boundary.bounds, written.boundary.bounds)


def play(scenario: Scenario, seeds: tuple[int, ...]) -> Simulator:
    building = assemble(scenario, seeds)
    simulator, task = Simulator(building), Task(building)
    step_s = building.clock.control_step_s
    rule = build(load_agent("guideline36"), task.observation, task.action, step_s, seeds)
    warm_up(simulator, task, rule)
    state: Any = None
    start = np.ones(len(seeds), dtype=np.bool_)
    while simulator.tick < building.clock.ticks:
        action, state = rule.predict(task.observe(simulator), state, start)
        start = np.zeros(len(seeds), dtype=np.bool_)
        simulator.step(task.command(action))
    return simulator


@pytest.mark.parametrize("name", ["office", "home"])
def test_a_batch_of_differing_numbers_is_its_buildings_bit_for_bit(name: str) -> None:
    scenario = plan(name, (0.5, 1.0))
    many = play(scenario, SEEDS)
    assert len(set(many.building.heads.tolist())) > 2
    people = many.state.occupant[:, :, la.O_ZONE]
    for slot, seed in enumerate(SEEDS):
        one = play(scenario, (seed,))
        for field, array in one.state._asdict().items():
            np.testing.assert_array_equal(array[0], many.state._asdict()[field][slot], err_msg=field)
        assert (people[slot, many.building.heads[slot] :] == -1.0).all(), "who is not there is nowhere"
        assert evaluate(one)[0].values == evaluate(many)[slot].values


def test_discomfort_is_per_head_that_is_there() -> None:
    simulator = Simulator(assemble(OFFICE, SEEDS))
    simulator.state.kpi[:, la.KP_TIME] = 3600.0
    simulator.state.kpi_zone[:, 0, la.KZ_TDIS_OCCUPIED] = 3600.0
    found = [kpis.values["tdis_occ"] for kpis in evaluate(simulator)]
    np.testing.assert_allclose(found, 1.0 / simulator.building.heads)
