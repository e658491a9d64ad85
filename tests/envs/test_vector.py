"""Many buildings as one vector environment: exactly as many single ones, in all three autoreset modes."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode

import twin.envs  # noqa: F401 - registers the ids
from twin.basics.errors import TwinError
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17"}
STEPS = 96


def make(count: int = 3, name: str = "office", **more: Any) -> BuildingVectorEnv:
    return BuildingVectorEnv(count, name, **(SHORT | more))


def actions(env: BuildingVectorEnv, steps: int) -> np.ndarray[Any, Any]:
    shape = (steps, *(env.action_space.shape or ()))
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def test_make_vec_gives_the_native_batch_without_warnings(recwarn: pytest.WarningsRecorder) -> None:
    env = gymnasium.make_vec("twin/Classroom-v0", num_envs=4, **SHORT)
    assert isinstance(env, BuildingVectorEnv)
    seen, info = env.reset(seed=0)
    assert env.observation_space.contains(seen)
    assert info["episode_seed"].tolist() == [0, 1, 2, 3]
    seen, reward, terminated, truncated, _ = env.step(env.action_space.sample())
    assert env.observation_space.contains(seen)
    assert reward.shape == terminated.shape == truncated.shape == (4,)
    assert not [w for w in recwarn if "gymnasium" in str(w.filename)]


@pytest.mark.parametrize("mode", list(AutoresetMode)[:2])
@pytest.mark.parametrize(
    ("pool", "task"), [(0, {"forecast_error": "low", "past_steps": 2}), (2, {"reward": "boptest"}), (2, {})]
)
def test_it_is_gymnasium_s_own_vector_of_single_environments(
    mode: AutoresetMode, pool: int, task: dict[str, Any]
) -> None:
    """Observation for observation, over three episodes, in both modes that reset by themselves."""
    env = make(3, "classroom", pool=pool, task=task, autoreset_mode=mode)
    singles = [lambda: BuildingEnv("classroom", pool=pool, task=task, **SHORT)] * 3
    reference = gymnasium.vector.SyncVectorEnv(singles, autoreset_mode=mode)  # type: ignore[arg-type]
    ours, theirs = env.reset(seed=5), reference.reset(seed=5)
    np.testing.assert_array_equal(ours[0], theirs[0])
    ends = 0
    for action in actions(env, 2 * STEPS + 20):
        ours_step, their_step = env.step(action), reference.step(action)
        for mine, other in zip(ours_step[:4], their_step[:4], strict=True):
            np.testing.assert_array_equal(mine, other)
        ended = ours_step[3]
        ends += int(ended.sum())
        np.testing.assert_array_equal(ours_step[4]["episode_seed"], their_step[4]["episode_seed"])
        if mode is AutoresetMode.SAME_STEP and ended.any():
            for slot in range(3):
                mine, other = ours_step[4]["final_obs"][slot], their_step[4]["final_obs"][slot]
                np.testing.assert_array_equal(mine, other)
            mine, other = ours_step[4]["final_info"], their_step[4]["final_info"]
            assert set(mine) == set(other)
            for name in mine:
                np.testing.assert_array_equal(mine[name], other[name])
    assert ends == 6


def test_disabled_waits_for_a_reset_and_resets_by_mask() -> None:
    env = make(3, "classroom", autoreset_mode="Disabled")
    alone = BuildingEnv("classroom", **SHORT)
    env.reset(seed=0)
    given = actions(env, STEPS + 40)
    for action in given[:30]:
        env.step(action)
    mask = np.array([False, True, False])
    before = env.batch.observe()
    after, _ = env.reset(seed=4, options={"reset_mask": mask})
    first, _ = alone.reset(seed=5)
    np.testing.assert_array_equal(after[1], first)
    np.testing.assert_array_equal(after[~mask], before[~mask])
    for step, action in enumerate(given[30:STEPS]):
        seen, reward, _, truncated, _ = env.step(action)
        alone_seen, alone_reward, _, _, _ = alone.step(action[1])
        np.testing.assert_array_equal(seen[1], alone_seen)
        assert reward[1] == alone_reward
        assert truncated.tolist() == [step == 65, False, step == 65]
    with pytest.raises(ResetNeeded):
        env.step(given[0])
    env.reset(options={"reset_mask": truncated})
    env.step(given[0])


def tell_alike(mine: dict[str, Any], other: dict[str, Any]) -> None:
    """Info key by key: values, masks and types."""
    assert set(mine) == set(other)
    for name, value in mine.items():
        if isinstance(value, dict):
            tell_alike(value, other[name])
        elif value.dtype == object:
            for ours, theirs in zip(value, other[name], strict=True):
                np.testing.assert_array_equal(ours, theirs)
        else:
            assert value.dtype == other[name].dtype, name
            np.testing.assert_array_equal(value, other[name], err_msg=name)


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("task", [{}, {"reward": "boptest"}, {"reward": "productivity"}])
def test_info_is_gymnasium_s_own_key_by_key(mode: AutoresetMode, task: dict[str, Any]) -> None:
    """Also where slots are reset by mask and end apart."""
    env = make(3, "classroom", task=task, autoreset_mode=mode)
    singles = [lambda: BuildingEnv("classroom", task=task, **SHORT)] * 3
    reference = gymnasium.vector.SyncVectorEnv(singles, autoreset_mode=mode)  # type: ignore[arg-type]
    tell_alike(env.reset(seed=5)[1], reference.reset(seed=5)[1])
    mask = np.array([False, True, False])
    for step, action in enumerate(actions(env, 2 * STEPS + 20)):
        ours, theirs = env.step(action), reference.step(action)
        tell_alike(ours[4], theirs[4])
        np.testing.assert_array_equal(ours[0], theirs[0])
        ended = ours[3]
        if mode is AutoresetMode.DISABLED and ended.any():
            tell_alike(*(each.reset(options={"reset_mask": ended.copy()})[1] for each in (env, reference)))
        if step == 40:
            seen, their_seen = (each.reset(seed=9, options={"reset_mask": mask}) for each in (env, reference))
            tell_alike(seen[1], their_seen[1])
            np.testing.assert_array_equal(seen[0], their_seen[0])


def test_what_info_holds_is_apart() -> None:
    env = make(2, "classroom")
    env.reset(seed=0)
    _, _, _, _, info = env.step(actions(env, 1)[0])
    paid = info["hvac_cost"].copy()
    info["cost"][:] = -1.0
    np.testing.assert_array_equal(info["hvac_cost"], paid)


@pytest.mark.parametrize("mode", list(AutoresetMode)[:2])
@pytest.mark.parametrize("option", [{"start": "2023-07-11"}, {"weather": "miami"}])
def test_an_option_holds_for_one_episode_as_gymnasium_s(mode: AutoresetMode, option: dict[str, Any]) -> None:
    env = make(2, "classroom", autoreset_mode=mode)
    reference = gymnasium.vector.SyncVectorEnv(
        [lambda: BuildingEnv("classroom", **SHORT)] * 2, autoreset_mode=mode
    )  # type: ignore[arg-type,var-annotated]
    seen, theirs = env.reset(seed=1, options=dict(option)), reference.reset(seed=1, options=dict(option))
    np.testing.assert_array_equal(seen[0], theirs[0])
    for action in actions(env, STEPS + 4):
        np.testing.assert_array_equal(env.step(action)[0], reference.step(action)[0])


def test_slots_that_end_apart_begin_apart() -> None:
    env = make(2, "classroom", autoreset_mode=AutoresetMode.NEXT_STEP)
    env.reset(seed=0)
    given = actions(env, 2 * STEPS)
    for action in given[:10]:
        env.step(action)
    env.reset(options={"reset_mask": np.array([False, True])})
    ends = [env.step(action)[3] for action in given[: STEPS + 20]]
    first, second = (np.flatnonzero(np.array(ends)[:, slot]) for slot in (0, 1))
    assert first[0] == STEPS - 11 and second[0] == STEPS - 1


def test_more_environments_do_not_change_one() -> None:
    few, many = make(2), make(9)
    few.reset(seed=1), many.reset(seed=1)
    given = actions(many, 50)
    for action in given:
        small, reward, _, _, _ = few.step(action[:2])
        large, rewards, _, _, _ = many.step(action)
        np.testing.assert_array_equal(small, large[:2])
        np.testing.assert_array_equal(reward, rewards[:2])


def test_a_seed_per_slot() -> None:
    env = make(3, "classroom", pool=0)
    _, info = env.reset(seed=[7, None, 9])
    assert info["episode_seed"][[0, 2]].tolist() == [7, 9]
    with pytest.raises(TwinError, match="one seed per slot"):
        env.reset(seed=[1, 2])
    with pytest.raises(TwinError, match="not a seed"):
        env.reset(seed=[1, -2, 3])


def test_slots_without_a_seed_draw_one_and_follow_from_it() -> None:
    first = [make(2, "classroom", pool=0).reset(seed=[None, None])[1]["episode_seed"] for _ in range(2)]
    assert not set(first[0].tolist()) & set(first[1].tolist())
    runs = []
    for _ in range(2):
        env = make(2, "classroom", pool=0)
        env.reset(seed=4, options={"reset_mask": np.array([True, False])})
        runs.append([env.reset()[1]["episode_seed"].tolist() for _ in range(2)])
    assert runs[0] == runs[1], "the seed of the first reset is what the other slot draws from"
    assert runs[0][0][1] not in (0, 1, 5), "and it draws: it has not begun before"


def test_a_slot_that_never_began_is_not_stepped() -> None:
    env = make(2, "classroom")
    env.reset(seed=0, options={"reset_mask": np.array([True, False])})
    with pytest.raises(ResetNeeded):
        env.step(actions(env, 1)[0])


WRONG_RESETS: list[dict[str, Any]] = [
    {"seed": [1]},
    {"seed": [1, -1]},
    {"seed": [1, True]},
    {"seed": 2**63 - 1},  # slot 1 would have 2**63
    {"seed": 2**70},
    {"seed": [1], "options": {"start": "2023-07-11"}},
    {"seed": 1, "options": {"strat": 1}},
    {"seed": 1, "options": {"start": "2023-07-11", "reset_mask": np.array([True, False])}},
    {"seed": 1, "options": {"episode_seed": 2**63}},
]


@pytest.mark.parametrize("wrong", WRONG_RESETS, ids=str)
def test_a_reset_that_fails_changes_nothing(wrong: dict[str, Any]) -> None:
    env, other = make(2, "classroom"), make(2, "classroom")
    with pytest.raises(TwinError):
        env.reset(**wrong)
    with pytest.raises(ResetNeeded):
        env.step(actions(env, 1)[0])
    for each in (env, other):
        each.reset(seed=3)
        each.step(actions(env, 1)[0])
    with pytest.raises(TwinError):
        env.reset(**wrong)
    again = actions(env, 1)[0]
    np.testing.assert_array_equal(env.step(again)[0], other.step(again)[0])
    np.testing.assert_array_equal(env.reset()[0], other.reset()[0])
    assert env.np_random.integers(2**31) == other.np_random.integers(2**31)


def test_start_moves_all_slots_or_is_refused() -> None:
    env = make(2, "classroom")
    winter, _ = env.reset(seed=0)
    summer, _ = env.reset(seed=0, options={"start": "2023-07-11"})
    out = env.observation_names.index("site.outdoor_temperature")
    assert (summer[:, out] > winter[:, out]).all()
    with pytest.raises(TwinError, match="all slots"):
        env.reset(options={"start": "2023-10-10", "reset_mask": np.array([True, False])})


@pytest.mark.parametrize("mask", [np.array([True]), np.array([1, 0]), np.array([False, False]), True])
def test_masks_that_are_none_are_refused(mask: Any) -> None:
    env = make(2, "classroom")
    env.reset(seed=0)
    with pytest.raises(TwinError, match="reset_mask"):
        env.reset(options={"reset_mask": mask})


def test_step_before_reset_and_wrong_counts_are_refused() -> None:
    env = make(2, "classroom")
    with pytest.raises(ResetNeeded):
        env.step(env.action_space.sample())
    with pytest.raises(TwinError, match="num_envs"):
        make(0, "classroom")


def test_restore_and_fork_of_one_slot_are_exact() -> None:
    env = make(3, pool=0, task={"past_steps": 1})
    env.reset(seed=0)
    given = actions(env, 60)
    for action in given[:30]:
        env.step(action)
    kept, child = env.snapshot(), env.fork(2, slot=1)
    first = [env.step(action)[:2] for action in given[30:]]
    env.reset()
    env.restore(kept)
    for action, (seen, reward) in zip(given[30:], first, strict=True):
        again = env.step(action)
        np.testing.assert_array_equal(again[0], seen)
        np.testing.assert_array_equal(again[1], reward)
        forked = child.step(np.repeat(action[1][None], 2, axis=0))
        np.testing.assert_array_equal(forked[0], np.repeat(seen[1][None], 2, axis=0))


def test_what_a_step_gave_is_the_caller_s() -> None:
    env = make(2, "classroom")
    env.reset(seed=0)
    given = actions(env, 2)
    seen, reward, _, truncated, info = env.step(given[0])
    kept = [seen.copy(), reward.copy(), truncated.copy(), info["cost"].copy()]
    env.step(given[1])
    for before, now in zip(kept, [seen, reward, truncated, info["cost"]], strict=True):
        np.testing.assert_array_equal(before, now)


STARTS = ("2023-01-17", "2023-04-18", "2023-07-11")


@pytest.mark.parametrize("mode", list(AutoresetMode)[:2])
@pytest.mark.parametrize("pool", [0, 2])
def test_starts_in_turn_are_those_of_single_environments(mode: AutoresetMode, pool: int) -> None:
    env = make(4, "classroom", pool=pool, starts=STARTS, autoreset_mode=mode)
    single = [lambda: BuildingEnv("classroom", pool=pool, starts=STARTS, **SHORT)] * 4
    reference = gymnasium.vector.SyncVectorEnv(single, autoreset_mode=mode)  # type: ignore[arg-type]
    first = env.reset(seed=5)[0]
    np.testing.assert_array_equal(first, reference.reset(seed=5)[0])
    year = env.observation_names.index("time.year_cos")
    assert len({float(value) for value in first[:, year]}) == 3
    assert first[0, year] == first[3, year]
    for action in actions(env, 2 * STEPS + 20):
        for mine, other in zip(env.step(action)[:4], reference.step(action)[:4], strict=True):
            np.testing.assert_array_equal(mine, other)


def test_starts_survive_restore_and_fork() -> None:
    env = make(4, "classroom", starts=STARTS, task={"past_steps": 1})
    env.reset(seed=0)
    given = actions(env, 60)
    for action in given[:30]:
        env.step(action)
    kept, child = env.snapshot(), env.fork(2, slot=1)
    first = [env.step(action)[0] for action in given[30:]]
    env.reset(seed=1)
    env.restore(kept)
    for action, seen in zip(given[30:], first, strict=True):
        np.testing.assert_array_equal(env.step(action)[0], seen)
        forked = child.step(np.repeat(action[1][None], 2, axis=0))[0]
        np.testing.assert_array_equal(forked, np.repeat(seen[1][None], 2, axis=0))


def test_slots_of_one_start_cannot_part() -> None:
    env = make(6, "classroom", starts=STARTS)
    env.reset(seed=0)
    with pytest.raises(TwinError, match="together"):
        env.reset(options={"reset_mask": np.arange(6) == 0})
    env.reset(options={"reset_mask": np.arange(6) % 3 == 0})


def test_starts_may_be_begun_by_mask_from_the_first_reset_on() -> None:
    """Those that have begun play what a reset of all plays, the others are not there yet."""
    env, whole = make(4, "classroom", starts=STARTS), make(4, "classroom", starts=STARTS)
    mask = np.array([True, True, False, False])
    wanted = whole.reset(seed=100)[0]
    seen, info = env.reset(seed=100, options={"reset_mask": mask})
    np.testing.assert_array_equal(seen[mask], wanted[mask])
    assert info["_episode_seed"].tolist() == mask.tolist()
    with pytest.raises(ResetNeeded):
        env.step(actions(env, 1)[0])
    seen, _ = env.reset(seed=100, options={"reset_mask": ~mask})
    np.testing.assert_array_equal(seen, wanted)
    for action in actions(env, 5):
        np.testing.assert_array_equal(env.step(action)[0], whole.step(action)[0])


def test_a_refused_reset_of_some_starts_changes_nothing() -> None:
    env, other = make(6, "classroom", starts=STARTS), make(6, "classroom", starts=STARTS)
    for each in (env, other):
        each.reset(seed=0)
    with pytest.raises(TwinError, match="together"):
        env.reset(options={"reset_mask": np.arange(6) == 0})
    np.testing.assert_array_equal(env.batch.episode, other.batch.episode)
    for action in actions(env, STEPS + 2):
        np.testing.assert_array_equal(env.step(action)[0], other.step(action)[0])


def test_an_option_s_start_overrides_the_list_until_the_next_reset() -> None:
    env = make(3, "classroom", starts=STARTS)
    year = env.observation_names.index("time.year_cos")
    moved, _ = env.reset(seed=0, options={"start": "2023-10-10"})
    assert len({float(value) for value in moved[:, year]}) == 1
    first, _ = env.reset(seed=0, options={"start": STARTS[0]})
    assert len({float(value) for value in first[:, year]}) == 1
    env.step(actions(env, 1)[0])
    env.restore(env.snapshot())
    back, _ = env.reset(seed=0)
    assert len({float(value) for value in back[:, year]}) == 3
    fresh, _ = make(3, "classroom", starts=STARTS).reset(seed=0)
    np.testing.assert_array_equal(back, fresh)
