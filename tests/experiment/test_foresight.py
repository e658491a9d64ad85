"""The best plan found: never worse than the rules it came from, the same for a seed, exact when run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import ControllerError, ScenarioError
from twin.basics.streams import generator
from twin.building.assembly import Building, assemble
from twin.control.build import build
from twin.experiment import compare, run
from twin.experiment.foresight import Plan, Share, plan
from twin.experiment.foresight_guesses import Guesses
from twin.experiment.foresight_moves import Kind, Moves
from twin.experiment.foresight_plant import COMMANDS, Copies, Weights
from twin.experiment.foresight_search import windows
from twin.experiment.foresight_stage import Stage, stages
from twin.experiment.single import build_for, task_for
from twin.scenario.agents import AgentSpec, ForesightParameters
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.schema import Scenario
from twin.task import Task
from twin.world.world import World

SMALL: dict[str, Any] = {
    "candidates": 8, "rounds": 2, "exact_rounds": 1, "generations": 1, "tail_h": 6.0, "tick_s": 300
}  # fmt: skip


def scenario(name: str = "classroom", **plan: Any) -> Scenario:
    return load_scenario(name, {"run": {"start": "2023-01-12", "days": 2, "warm_up_days": 1} | plan})


def spec(**parameters: Any) -> AgentSpec:
    return AgentSpec(name="foresight", kind="foresight", parameters=SMALL | parameters)


def building(name: str = "classroom", seed: int = 0) -> Building:
    return assemble(scenario(name), [seed])


@pytest.fixture(scope="module")
def planned() -> tuple[Building, Plan]:
    home = building("home")
    return home, plan(home, ForesightParameters(**SMALL))


def objective(world: World) -> float:
    """The objective of a finished World, read by one of the search's own copies."""
    copy = Copies(world.simulator.building, 1)
    copy.put(world.simulator.state._asdict())
    return float(copy.worth().objective(Weights.of(world.simulator.building.scenario.comfort))[0])


def played(home: Building, agent: str | Plan) -> World:
    """The World of experiment.run, without its folder."""
    chosen: Any = agent
    task: Any = Task(home, also=COMMANDS)
    if isinstance(agent, str):
        task = task_for(load_agent(agent), home)
        chosen = build_for(load_agent(agent), task, 0)
    baseline = build_for(load_agent("setback"), Task(home), 0)
    return World(home, chosen, task, baseline=baseline).run()


def test_a_plan_is_below_every_rule_it_started_from(planned: tuple[Building, Plan]) -> None:
    notes = planned[1].notes["foresight"]
    assert notes["objective_currency"] < min(notes["objective_of_rules_currency"].values())
    assert notes["started_from"] == min(
        notes["objective_of_rules_currency"], key=notes["objective_of_rules_currency"].get
    )


def test_world_plays_the_plan_bit_for_bit(planned: tuple[Building, Plan]) -> None:
    home, found = planned
    assert objective(played(home, found)) == found.notes["foresight"]["objective_currency"]


@pytest.mark.parametrize("rule", ["setback", "heat_curve"])
def test_rules_are_played_as_they_run(planned: tuple[Building, Plan], rule: str) -> None:
    home, found = planned
    assert objective(played(home, rule)) == found.notes["foresight"]["objective_of_rules_currency"][rule]


def test_equal_seeds_give_equal_plans_and_other_seeds_others() -> None:
    settings = ForesightParameters(**SMALL)
    first, again, other = (plan(building(seed=seed), settings).actions for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other, equal_nan=True)


def test_a_run_says_how_its_plan_came_about(tmp_path: Path) -> None:
    shares: list[float] = []
    done = run(scenario(), spec(), seed=0, out=tmp_path / "run", progress=shares.append)
    notes = done.manifest["notes"]["foresight"]
    assert done.state == "complete"
    assert notes["rollouts"] > 0
    assert notes["below_it_percent"] >= 0.0
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any(0.1 < share < 0.9 for share in shares)


def test_it_stands_beside_rules_in_a_comparison(tmp_path: Path) -> None:
    done = compare(scenario(days=1), ["setback", spec()], seeds=1, out=tmp_path / "c", references=False)
    found = {name: runs[0].kpis for name, runs in done.runs.items()}
    assert found["foresight"]["objective"] <= found["setback"]["objective"]  # type: ignore[operator]


def test_ctrl_c_while_planning_leaves_an_interrupted_folder(tmp_path: Path) -> None:
    def enough(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(scenario(), spec(), out=tmp_path / "run", progress=enough)
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["state"] == "interrupted"


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"start_from": "setback, mpc"}, ControllerError),
        ({"start_from": " , "}, ControllerError),
        ({"start_from": "setbak"}, ScenarioError),
        ({"candidates": 1}, ScenarioError),
        ({"candidate": 16}, ScenarioError),
    ],
)
def test_wrong_parameters_are_refused(parameters: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises((error, ValueError)):
        plan(building(), spec(**parameters).settings)


def test_nobody_else_can_build_it() -> None:
    task = Task(building())
    with pytest.raises(ControllerError, match="plan"):
        build(spec(), task.observation, task.action, 900.0, [0])


def test_a_plan_is_for_one_building_and_has_an_end() -> None:
    found = Plan(np.zeros((2, 3)))
    seen = np.zeros((1, 4))
    _, state = found.predict(seen)
    _, state = found.predict(seen, state, np.zeros(1, dtype=np.bool_))
    with pytest.raises(ControllerError, match="end"):
        found.predict(seen, state)
    with pytest.raises(ControllerError, match="one building"):
        found.predict(np.zeros((2, 4)))
    with pytest.raises(ControllerError, match="one building"):
        plan(assemble(scenario(), [0, 1]))


def test_moves_stay_within_their_time_and_the_points_bounds() -> None:
    action = Task(building("home"), also=COMMANDS).action
    random = generator(0, "test")
    steps = 4 * 48
    now = np.repeat(action.default[None, :], steps, axis=0)
    moves = Moves(action, 0.99 * now[None], 4.0)
    for _ in range(500):
        move = moves.draw(random, 60, 100, steps)
        part = now[60:120].copy()
        moves.apply(move, part, 60, now)
        assert 60 <= move.start < move.stop <= 100
        changed = np.flatnonzero((part != now[60:120]).any(axis=1)) + 60
        assert set(changed) <= set(range(move.start, move.stop))
        left = np.isnan(part)
        assert not left.any() or move.kind == Kind.RELEASE
        assert (left | ((part >= action.lower) & (part <= action.upper))).all()


def test_others_are_borrowed_whole() -> None:
    action = Task(building("home"), also=COMMANDS).action
    now = np.repeat(action.default[None, :], 100, axis=0)
    moves = Moves(action, np.stack([now - 1.0, now + 1.0]), 4.0)
    part = now[20:60].copy()
    moves.apply(moves.from_others(30, 50)[1], part, 20, now)
    np.testing.assert_array_equal(part[10:30], now[30:50] + 1.0)
    np.testing.assert_array_equal(part[:10], now[20:30])


@pytest.mark.parametrize("quantity", ["fan_speed_command", "minimum_outdoor_air_command"])
def test_a_shift_of_a_released_point_begins_within_its_range(quantity: str) -> None:
    """Fan and damper rest on the plant's own loops: what they are shifted from must not be out of range."""
    action = Task(building("office"), also=COMMANDS).action
    column = next(k for k, point in enumerate(action.points) if point.quantity == quantity)
    random, now = generator(0, "test"), np.full((96, len(action.points)), np.nan)
    moves, found = Moves(action, now[None], 4.0), []
    for _ in range(2000):
        move = moves.draw(random, 0, 96, 96)
        if move.kind == Kind.ADD and column in move.columns:
            part = now.copy()
            moves.apply(move, part, 0, now)
            found.append(part[move.start, column])
    assert 0.3 < np.mean(found) < 0.7


def test_guesses_are_warm_before_people_come_and_learn_from_the_best() -> None:
    stage = Stage.of(building("office"))
    known, action = stage.known, stage.copies.task.action
    guesses = Guesses(action, known, stage.steps_h, generator(0, "test"))
    numbers = np.full((1, guesses.draw(1).shape[1]), 0.5)
    plan_ = guesses.plans(numbers)[0]
    zone = known.zones.index("core")
    column = next(k for k, point in enumerate(action.points) if point.id == "core.heating_setpoint")
    there = known.people[:, zone] > 0.0
    assert there.any()
    assert (plan_[there, column] >= known.lower[there, zone]).all()
    first = int(np.argmax(there))
    assert plan_[first - 8, column] >= known.lower[first, zone]  # two hours before the first comes
    assert (plan_[:, column] < 15.5).any()  # nobody is there all night
    drawn = guesses.draw(200)
    assert ((drawn >= 0.0) & (drawn <= 1.0)).all()
    guesses.learn(drawn, np.abs(drawn - 0.9).sum(axis=1))
    assert guesses.draw(200).mean() > drawn.mean() + 0.1


def test_people_to_come_are_those_who_come() -> None:
    stage = Stage.of(building("office"))
    known = stage.known
    assert known.people.shape == (stage.steps, len(known.zones))
    assert known.people.max() <= 25.0
    night = slice(0, 4 * 5)
    assert known.people[night].sum() == 0.0


def test_the_search_has_longer_ticks_only_where_steps_allow_it() -> None:
    settings = ForesightParameters(tick_s=300, days_beyond=0)
    run, exact, coarse = stages(building(), settings)
    assert (run.tick_s, exact.tick_s, coarse.tick_s) == (60, 60, 300)
    assert run.steps == exact.steps == coarse.steps
    run, exact, coarse = stages(assemble(scenario(control_step_s=120, truth_s=120), [0]), settings)
    assert coarse is exact


def test_shares_add_up() -> None:
    told: list[float] = []
    share = Share(told.append, 1.0, 3.0)
    for value in (0.5, 1.0, 0.5, 1.0):
        share(value)
    assert told == pytest.approx([0.125, 0.25, 0.625, 1.0])


@pytest.mark.parametrize(("window_h", "commit_h"), [(24.0, 12.0), (12.0, 12.0), (6.0, 24.0), (1000.0, 0.1)])
@pytest.mark.parametrize("sweep", [0, 1])
def test_windows_cover_every_step(window_h: float, commit_h: float, sweep: int) -> None:
    settings = ForesightParameters(window_h=window_h, commit_h=commit_h)
    found = windows(np.arange(200) % 96 < 40, 4.0, settings, sweep)
    assert [w.next for w in found[:-1]] == [w.first for w in found[1:]]
    assert (found[0].first, found[-1].next, found[-1].end) == (0, 200, 200)
    assert all(w.first < w.next <= w.last <= w.end for w in found)


def test_what_is_left_cold_on_a_weekend_is_watched_until_it_is_paid_for() -> None:
    """Friday to Monday, four steps an hour; people are in from eight to eighteen on the two working days."""
    hour = np.arange(4 * 96) / 4.0
    occupied = (hour % 24 >= 8) & (hour % 24 < 18) & ((hour < 24) | (hour >= 72))
    settings = ForesightParameters(window_h=12.0, commit_h=12.0, tail_h=6.0, occupied_h=3.0)
    ends = {w.first / 4.0: w.end / 4.0 for w in windows(occupied, 4.0, settings)}
    assert ends == {0: 18, 12: 83, 24: 83, 36: 83, 48: 83, 60: 83, 72: 90, 84: 96}


def test_a_run_that_ends_on_a_friday_is_planned_until_monday() -> None:
    friday = assemble(scenario("office", start="2023-01-27", days=1), [0])
    run, exact, coarse = stages(friday, ForesightParameters(tick_s=300, days_beyond=1))
    assert (run.steps, exact.steps, coarse.steps) == (96, 4 * 96, 4 * 96)
    thursday = assemble(scenario("office", start="2023-01-26", days=1), [0])
    assert stages(thursday, ForesightParameters(days_beyond=1))[1].steps == 2 * 96


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "start", "days", "share"), [("office", "2023-01-20", 4, 0.10), ("home", "2023-01-16", 3, 0.20)]
)
def test_foresight_shows_how_much_is_left_to_gain(name: str, start: str, days: int, share: float) -> None:
    home = assemble(load_scenario(name, {"run": {"start": start, "days": days}}), [0])
    notes = plan(home, load_agent("foresight").settings).notes["foresight"]
    best = min(notes["objective_of_rules_currency"].values())
    assert notes["objective_currency"] < (1.0 - share) * best
