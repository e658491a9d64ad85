"""Snapshots and forks: of which environment they are, and what goes with them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from gymnasium.error import ResetNeeded

from twin.basics.errors import TwinError
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv
from twin.scenario.catalog import load_scenario

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17"}
STARTS = ("2023-01-17", "2023-07-11")
ZEROS = np.zeros(3)


def make(name: Any = "classroom", **more: Any) -> BuildingEnv:
    return BuildingEnv(name, **(SHORT | more))


def many(count: int = 4, **more: Any) -> BuildingVectorEnv:
    return BuildingVectorEnv(count, "classroom", **(SHORT | more))


def other_comfort() -> BuildingEnv:
    return BuildingEnv(load_scenario("classroom", {"run": SHORT, "comfort": {"lower_c": 18.0}}))


@pytest.mark.parametrize(
    ("other", "word"),
    [
        (lambda: make("office"), "scenario office"),
        (other_comfort, "scenario classroom"),
        (lambda: make(days=2), "scenario classroom"),
        (lambda: make(tick_s=300), "scenario classroom"),
        (lambda: make(task={"normalise": False}), "another task"),
        (lambda: make(task={"action": "thermostat"}), "another task"),
        (lambda: make(starts=STARTS), "several starts"),
    ],
)
def test_a_snapshot_of_another_environment_is_refused_and_nothing_changes(other: Any, word: str) -> None:
    env, same, foreign = make(), make(), other()
    for each in (env, same, foreign):
        each.reset(seed=0)
    kept = foreign.snapshot()
    with pytest.raises(TwinError, match=f"another environment.*{word}"):
        env.restore(kept)
    assert env.batch.scenario.name == "classroom"
    for _ in range(5):
        np.testing.assert_array_equal(env.step(ZEROS)[0], same.step(ZEROS)[0])


@pytest.mark.parametrize("options", [{"start": "2023-07-11"}, {"weather": "miami"}])
def test_start_and_weather_come_with_a_snapshot(options: dict[str, Any]) -> None:
    one, two = make(), make()
    one.reset(seed=2, options=options)
    one.step(ZEROS)
    two.reset(seed=0)
    two.restore(one.snapshot())
    for _ in range(5):
        np.testing.assert_array_equal(one.step(ZEROS)[0], two.step(ZEROS)[0])
    np.testing.assert_array_equal(one.reset()[0], two.reset()[0])


def test_fleets_take_snapshots_of_equal_fleets_only() -> None:
    fleet, other = many(starts=STARTS), many(starts=STARTS, task={"past_steps": 1})
    plain, fewer = many(), many(2, starts=STARTS)
    for env in (fleet, other, plain, fewer):
        env.reset(seed=0)
    kept = fleet.snapshot()
    for env in (other, plain, fewer):
        with pytest.raises(TwinError, match="another environment"):
            env.restore(kept)
    with pytest.raises(TwinError, match="another environment"):
        fleet.restore(other.snapshot())
    again = many(starts=STARTS)
    again.restore(kept)
    for _ in range(5):
        np.testing.assert_array_equal(again.step(np.zeros((4, 3)))[0], fleet.step(np.zeros((4, 3)))[0])


def test_whether_an_episode_has_begun_is_part_of_a_snapshot() -> None:
    fresh = make(pool=0).snapshot()
    seeds = []
    for _ in range(2):
        env = make(pool=0)
        env.restore(fresh)
        with pytest.raises(ResetNeeded):
            env.step(ZEROS)
        seeds.append(env.reset()[1]["episode_seed"])
    assert seeds[0] != seeds[1], "nobody gave a seed, so each draws its own"
    env = many(2, pool=0)
    env.reset(seed=1, options={"reset_mask": np.array([True, False])})
    kept = env.snapshot()
    env.reset()
    env.restore(kept)
    with pytest.raises(ResetNeeded):
        env.step(np.zeros((2, 3)))


KINDS = [make, lambda: make(starts=STARTS), lambda: many(2)]


@pytest.mark.parametrize("make_one", KINDS)
def test_an_environment_that_has_not_played_can_be_sent(make_one: Any) -> None:
    env = make_one()
    sent = pickle.loads(pickle.dumps(env))
    np.testing.assert_array_equal(env.reset(seed=1)[0], sent.reset(seed=1)[0])


@pytest.mark.parametrize("make_one", KINDS)
def test_a_copy_of_an_environment_goes_on_as_it_does(make_one: Any) -> None:
    env = make_one()
    env.reset(seed=0)
    action = np.zeros(env.action_space.shape)
    env.step(action)
    twin = copy.deepcopy(env)
    for _ in range(5):
        np.testing.assert_array_equal(env.step(action)[0], twin.step(action)[0])
    twin.restore(env.snapshot())
    np.testing.assert_array_equal(env.reset()[0], twin.reset()[0])


@pytest.mark.parametrize("count", [0, -1])
def test_no_copies_are_refused(count: int) -> None:
    env = make()
    env.reset(seed=0)
    with pytest.raises(TwinError, match="count: too few copies"):
        env.fork(count)


@pytest.mark.parametrize("slot", [-1, 2])
def test_a_slot_that_is_not_there_is_refused(slot: int) -> None:
    env = many(2)
    env.reset(seed=0)
    with pytest.raises(TwinError, match="slot: there is no such slot"):
        env.fork(1, slot)


def test_a_fork_draws_as_its_parent() -> None:
    env = make(render_mode="rgb_array")
    env.reset(seed=0)
    child = env.fork(2)
    frames, frame = child.render(), env.render()
    assert frames is not None and frame is not None and len(frames) == 2
    np.testing.assert_array_equal(frames[1], frame)
    again = child.fork(1, 1).render()
    assert again is not None
    np.testing.assert_array_equal(again[0], frame)


def test_copies_with_other_futures_have_other_episodes_afterwards() -> None:
    env = make(pool=0)
    env.reset(seed=0)
    first, again, same = (env.fork(3, reseed=r) for r in (True, True, False))
    seeds = first.reset()[1]["episode_seed"]
    assert len(set(seeds.tolist())) == 3
    np.testing.assert_array_equal(seeds, again.reset()[1]["episode_seed"])
    following = env.reset()[1]["episode_seed"]
    assert same.reset()[1]["episode_seed"].tolist() == [following] * 3, (
        "the same future goes on as its parent"
    )


@pytest.mark.parametrize("make_one", [make, many])
@pytest.mark.parametrize("nothing", [5, None, "x", (), (1, 2, 3), np.zeros(3)])
def test_what_is_no_snapshot_is_refused(make_one: Any, nothing: Any) -> None:
    env = make_one()
    env.reset(seed=0)
    with pytest.raises(TwinError, match=r"snapshot: this is no snapshot.*what snapshot\(\)"):
        env.restore(nothing)


def test_a_snapshot_is_shown_in_one_line() -> None:
    env = many(6, starts=STARTS)
    env.reset(seed=0)
    text = repr(env.snapshot()[0])
    assert "classroom" in text and "6 in all" in text
    assert "\n" not in text and len(text) < 200


@pytest.mark.parametrize("varies", [False, True])
@pytest.mark.parametrize("reseed", [False, True])
def test_a_fork_and_its_parent_do_not_disturb_each_other(varies: bool, reseed: bool) -> None:
    """A parent and a fork of a fork that go their own ways, through resets, are what they are alone."""
    own: dict[str, Any] = {"site": {"weather_variability": "medium"}} if varies else {}
    scenario = load_scenario("classroom", {"run": SHORT, **own})
    task = {"forecast_error": "low", "past_steps": 1}

    def steps(env: Any, count: int) -> Any:
        shape = env.action_space.shape
        return np.stack([env.step(np.full(shape, 0.1 * (k % 7)))[0] for k in range(count)])

    def started() -> Any:
        env = BuildingEnv(scenario, task, pool=2)
        env.reset(seed=1)
        steps(env, 30)
        return env

    alone, parent = started(), started()
    child = parent.fork(2, reseed=reseed).fork(3, slot=1)
    twin_child = started().fork(2, reseed=reseed).fork(3, slot=1)
    kept = child.snapshot()
    wanted = steps(twin_child, 40)
    parent.reset(seed=0)
    alone.reset(seed=0)
    steps(child, 10)
    np.testing.assert_array_equal(steps(parent, 20), steps(alone, 20))
    child.restore(kept)
    np.testing.assert_array_equal(steps(child, 40), wanted)
    np.testing.assert_array_equal(wanted[:, 0], wanted[:, 2])
    begun, plain = child.reset(seed=5)[0], BuildingVectorEnv(3, scenario, task, pool=2)
    np.testing.assert_array_equal(begun, plain.reset(seed=5)[0])
    np.testing.assert_array_equal(steps(child, 5), steps(plain, 5))
    fresh = BuildingVectorEnv(3, scenario, task, pool=2)
    fresh.reset(seed=0)
    fresh.restore(kept)
    np.testing.assert_array_equal(steps(fresh, 40), wanted)


@pytest.mark.parametrize("where", ["single", "slot of several"])
def test_forks_share_what_people_do_until_one_begins_anew(where: str) -> None:
    """Forks of one moment rest on the same events; who is given others leaves the rest as they were."""
    one = where == "single"
    task, slot = {"forecast_error": "low"}, {} if one else {"slot": 1}
    actions = np.random.default_rng(2).uniform(-1.0, 1.0, (30, 2, len(ZEROS)))

    def started() -> Any:
        env: Any = make(task=task, pool=2) if one else many(3, task=task, pool=2)
        env.reset(seed=0)
        for _ in range(30):
            env.step(np.zeros(env.action_space.shape))
        return env

    def steps(env: BuildingVectorEnv) -> Any:
        return np.stack([env.step(action)[0] for action in actions])

    def events(env: Any) -> Any:
        return env.batch.building.boundary.event

    env = started()
    wanted, strayed = steps(started().fork(2, **slot)), steps(started().fork(2, **slot, reseed=True))
    first, second, third, other = *(env.fork(2, **slot) for _ in range(3)), env.fork(2, **slot, reseed=True)
    below = second.fork(2)
    assert np.shares_memory(events(first), events(third)) and np.shares_memory(events(first), events(below))
    assert not np.shares_memory(events(first), events(env))
    assert not np.shares_memory(events(first), events(other))
    begun = first.reset(seed=7)[0]
    np.testing.assert_array_equal(begun, many(2, task=task, pool=2).reset(seed=7)[0])
    second.reset(options={"reset_mask": np.array([True, False])})
    env.reset(seed=1)
    for fork in (third, below):
        np.testing.assert_array_equal(steps(fork), wanted)
    np.testing.assert_array_equal(steps(second)[:, 1], wanted[:, 1])
    np.testing.assert_array_equal(steps(other), strayed)
    again = env.fork(2, **slot)
    assert again.batch.seeds.tolist() == [env.batch.seeds[slot.get("slot", 0)]] * 2
    assert not np.shares_memory(events(again), events(third)), "the parent has other people by now"
