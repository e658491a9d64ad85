"""Environments of scenarios that vary: episodes, pools, snapshots and forks are those of their seeds."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.basics.errors import ScenarioError, TwinError, WeatherError
from twin.building.assembly import assemble
from twin.control.build import build
from twin.envs.fleet import dates
from twin.envs.reseed import next_midnight, passing, spliced
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv
from twin.physics import layout as la
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.schema import Scenario
from twin.simulator import Simulator
from twin.task import Task, warm_up

RANGES = {"hvac.cop": [0.8, 1.2], "insulation": [0.7, 1.3], "people.wake": {"add_min": [-20, 20]}}
SHORT: dict[str, Any] = {"days": 2, "warm_up_days": 1, "start": "2023-01-17"}


def home(**more: Any) -> Scenario:
    site = {"weather_variability": "medium"}
    return load_scenario("home", {"run": SHORT, "randomise": RANGES, "site": site} | more)


def plain() -> Scenario:
    return load_scenario("home", {"run": SHORT})


def zeros(env: BuildingEnv | BuildingVectorEnv) -> np.ndarray[Any, Any]:
    count = (env.num_envs,) if isinstance(env, BuildingVectorEnv) else ()
    return np.zeros((*count, len(env.action_names)), dtype=np.float32)


def play(env: BuildingEnv, seed: int, steps: int = 30) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(0)
    seen = [env.reset(options={"episode_seed": seed})[0]]
    for _ in range(steps):
        seen.append(env.step(rng.uniform(-1, 1, len(env.action_names)).astype(np.float32))[0])
    return np.stack(seen)


def test_an_episode_is_its_seed_whatever_the_pool_and_came_before() -> None:
    env = BuildingEnv(home(), pool=0)
    first, other, again = play(env, 12), play(env, 3), play(env, 12)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    pooled = BuildingEnv(home(), pool=2, first_seed=11)
    np.testing.assert_array_equal(play(pooled, 12), first)


def test_slots_equal_single_environments_and_share_seats() -> None:
    many = BuildingVectorEnv(5, home(), pool=3, first_seed=10)
    _, info = many.reset(seed=0)
    assert info["episode_seed"].tolist() == [10, 11, 12, 10, 11]
    assert many.batch.building.boundary.climate.tolist() == [0, 1, 2, 0, 1]
    assert len(many.batch.building.boundary.weather) == 3
    alone = play(BuildingEnv(home()), 12)
    rng = np.random.default_rng(0)
    for k in range(30):
        action = rng.uniform(-1, 1, len(many.action_names)).astype(np.float32)
        seen = many.step(np.repeat(action[None], 5, axis=0))[0]
        np.testing.assert_array_equal(seen[2], alone[k + 1])


def test_more_episodes_at_once_than_the_pool_get_seats() -> None:
    many = BuildingVectorEnv(3, home(), pool=1)
    many.reset(seed=0)  # all in the pool's one seat
    assert len(many.batch.building.boundary.weather) == 1
    for slot, seed in ((0, 70), (2, 71)):
        mask = np.arange(3) == slot
        seen, info = many.reset(options={"episode_seed": seed, "reset_mask": mask})
        assert info["episode_seed"][slot] == seed
        np.testing.assert_array_equal(
            seen[slot], BuildingEnv(home()).reset(options={"episode_seed": seed})[0]
        )
    assert many.batch.seeds.tolist() == [70, 0, 71]
    assert len(set(many.batch.building.boundary.climate.tolist())) == 3


def test_episode_seed_seven_is_the_run_of_seed_seven() -> None:
    """The state after the warm-up and some steps at the defaults equals that of a simulator of the seed."""
    plan = home()
    env = BuildingEnv(plan, {"forecast": ()})
    env.reset(options={"episode_seed": 7})
    simulator, task = Simulator(assemble(plan, [7])), Task(assemble(plan, [7]))
    step_s = plan.clock.control_step_s
    warm_up(simulator, task, build(load_agent(plan.run.baseline), task.observation, task.action, step_s, [7]))
    for _ in range(10):
        env.step(zeros(env))
        simulator.step(env.batch.outlook.command(zeros(env)[None]))
    seen = [simulator.building.sensors.index(device) for device in env.batch.building.sensors]
    simulator.state.counter[:, la.N_DUE] = env.batch.simulator.state.counter[:, la.N_DUE]  # of fewer devices
    for name, array in simulator.state._asdict().items():
        own = env.batch.simulator.state._asdict()[name]
        if name == "sensor":
            array, own = array[:, seen, : la.SN_DUE], own[:, :, : la.SN_DUE]
        np.testing.assert_array_equal(array, own, err_msg=name)


def test_snapshot_restore_and_fork_keep_climate_and_building() -> None:
    env = BuildingVectorEnv(3, home(), pool=2)
    env.reset(seed=0)
    env.step(zeros(env))
    kept = env.snapshot()
    wanted = env.step(zeros(env))[0]
    env.reset(seed=5)
    env.restore(kept)
    np.testing.assert_array_equal(env.step(zeros(env))[0], wanted)
    env.restore(kept)
    child = env.fork(2, slot=1)
    np.testing.assert_array_equal(child.step(zeros(child))[0], wanted[[1, 1]])


@pytest.mark.parametrize("make", [plain, home])
def test_a_fork_with_other_seeds_has_another_future_from_now_on(make: Any) -> None:
    task = {"forecast_error": "low"}
    env = BuildingEnv(make(), task)
    env.reset(seed=1)
    for _ in range(40):
        env.step(zeros(env))
    same, other, again = env.fork(3), env.fork(3, reseed=True), env.fork(3, reseed=True)
    own = env.fork(1, reseed=[1])
    kept = None
    for k in range(120):
        for fork in (same, other, again, own):
            fork.step(zeros(fork))
        if k == 20:
            kept = other.snapshot()
        people = other.batch.simulator.state.gains[:, :, la.G_PEOPLE]
        assert people.min() >= 0.0
        assert people.sum(axis=1).max() <= 4.0
    zone = other.batch.simulator.state.zone
    np.testing.assert_array_equal(zone, again.batch.simulator.state.zone)
    assert not np.array_equal(zone[0], zone[1])
    np.testing.assert_array_equal(own.batch.simulator.state.zone[0], same.batch.simulator.state.zone[0])
    end = other.batch.simulator.state.sensor.copy()
    assert kept is not None
    fresh = BuildingVectorEnv(3, make(), task)
    fresh.reset(seed=0)
    for env_again in (other, fresh):
        env_again.restore(kept)
        for _ in range(21, 120):
            env_again.step(zeros(env_again))
        np.testing.assert_array_equal(env_again.batch.simulator.state.sensor, end)
    seen, _ = fresh.reset(seed=0)
    np.testing.assert_array_equal(seen, BuildingVectorEnv(3, make(), task).reset(seed=0)[0])


def test_reseeding_keeps_the_day_and_changes_the_noise_at_once() -> None:
    env = BuildingEnv("office", **SHORT)
    env.reset(seed=1)
    for _ in range(40):
        env.step(zeros(env))
    other = env.fork(3, reseed=True)
    own = env.batch.building.boundary
    midnight = next_midnight(env.batch.building.clock, int(env.batch.simulator.state.counter[0, la.N_TICK]))
    today = own.event[0, own.event[0, :, la.EV_TICK] < midnight]
    theirs = other.batch.building.boundary
    for slot in range(3):
        assert np.array_equal(theirs.event[slot, : len(today)], today)
        assert np.array_equal(theirs.sensor[slot], own.sensor[0]), "the same devices"
        assert np.array_equal(theirs.occupant[slot], own.occupant[0]), "the same people"
    assert len({keys.tobytes() for keys in theirs.sensor_key} | {own.sensor_key[0].tobytes()}) == 4
    with pytest.raises(TwinError, match="one seed per copy"):
        env.fork(3, reseed=[1, 2])


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 50), st.integers(0, 1), st.integers(0, 2), st.integers(-1, 3), st.integers(0, 2)
    ),
    max_size=12,
)


def after(events: np.ndarray[Any, Any], tick: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Where everybody is and what is on at the end of a tick; away and off are nothing."""
    state: dict[tuple[int, int], tuple[int, int]] = {}
    for row in events[events[:, la.EV_TICK] <= tick].tolist():
        kind, entity, value, extra = row[la.EV_KIND], row[la.EV_ENTITY], row[la.EV_VALUE], row[la.EV_EXTRA]
        state[kind, entity] = (value, extra)
    return {name: at for name, at in state.items() if at != ((-1, 0) if name[0] == la.EV_MOVE else (0, 0))}


@given(own=EVENTS, other=EVENTS, tick=st.integers(0, 50))
def test_spliced_traces_follow_one_then_the_other(own: Any, other: Any, tick: int) -> None:
    def ordered(rows: Any) -> Any:
        return np.array(sorted(rows, key=lambda r: r[0]), dtype=np.int64).reshape(-1, la.EVENT_COLUMNS)

    first, second = ordered(own), ordered(other)
    both = spliced(first, second, tick)
    assert (np.diff(both[:, la.EV_TICK]) >= 0).all()
    for k in range(51):
        assert after(both, k) == after(first if k < tick else second, k)


@settings(max_examples=30)
@given(step=st.integers(0, 100))
def test_weather_passes_within_a_day(step: int) -> None:
    own, other = np.zeros((400, 2)), np.ones((400, 2))
    mixed = passing(own, other, step, 900)
    assert (mixed[: step + 1] == 0.0).all()
    assert (mixed[step + 96 :] == 1.0).all()
    assert (np.diff(mixed, axis=0) >= 0.0).all()
    assert np.diff(mixed, axis=0).max() < 0.011


def test_reset_moves_to_another_weather_and_back() -> None:
    env = BuildingEnv(plain())
    here, _ = env.reset(seed=1)
    there, _ = env.reset(seed=1, options={"weather": "miami"})
    back, _ = env.reset(seed=1)
    at = env.observation_names.index("site.outdoor_temperature")
    assert there[at] > here[at] + 0.2, "warmer"
    np.testing.assert_array_equal(back, here)
    with pytest.raises(WeatherError, match=r"options\.weather: no such weather") as caught:
        env.reset(options={"weather": "miamy"})
    assert caught.value.suggestion == "miami"
    with pytest.raises(WeatherError, match="this is no weather"):
        env.reset(options={"weather": 3})
    with pytest.raises(ScenarioError, match="unknown option"):
        env.reset(options={"wether": "miami"})


def test_pools_of_first_seeds_do_not_meet() -> None:
    train = BuildingVectorEnv(4, plain(), pool=3, first_seed=1000)
    held_out = BuildingVectorEnv(4, plain(), pool=3)
    assert set(train.reset(seed=0)[1]["episode_seed"]) == {1000, 1001, 1002}
    assert set(held_out.reset(seed=0)[1]["episode_seed"]) == {0, 1, 2}
    fleet = BuildingVectorEnv(4, plain(), pool=2, first_seed=5, starts=["2023-01-17", "2023-03-01"])
    assert set(fleet.reset(seed=0)[1]["episode_seed"]) == {5, 6}
    with pytest.raises(TwinError, match="first_seed"):
        BuildingEnv(plain(), first_seed=-1)


def test_a_number_of_starts_spreads_over_the_year() -> None:
    plan = plain()
    days = [str(day) for day in dates(plan, 4)]
    assert days == ["2023-01-17", "2023-04-18", "2023-07-18", "2023-10-17"]
    late = plan.updated(start=date(2023, 11, 6))
    found = dates(late, 52)
    assert len(set(found)) == 52
    assert {day.year for day in found if isinstance(day, date)} == {2023}
    env = BuildingVectorEnv(4, plan, starts=2, pool=1)
    env.reset(seed=0)
    assert len({str(env.batch.at(slot)[0].scenario.run.start) for slot in range(4)}) == 2
    for wrong in (-1, 53):
        with pytest.raises(TwinError, match="starts"):
            BuildingEnv(plan, starts=wrong)


def test_slots_have_differing_numbers_of_people_and_keep_them_in_another_future() -> None:
    plan = load_scenario("office", {"run": SHORT, "randomise": {"occupants": [0.3, 1.2]}})
    many = BuildingVectorEnv(4, plan, pool=4)
    many.reset(seed=0)
    heads = many.batch.building.heads
    assert len(set(heads.tolist())) == 4
    most = many.batch.simulator.state.occupant.shape[1]
    assert most == 11 + 11 + 7 + 1
    child = many.fork(3, slot=2, reseed=True)
    assert child.batch.building.heads.tolist() == [heads[2]] * 3
    for env in (many, child):
        for _ in range(4 * 24):
            env.step(zeros(env))
            people = env.batch.simulator.state.gains[:, :, la.G_PEOPLE].sum(axis=1)
            assert (people <= env.batch.building.heads).all()
    alone = BuildingEnv(plan)
    seen, _ = alone.reset(options={"episode_seed": 2})
    np.testing.assert_array_equal(seen, many.reset(seed=0)[0][2])
