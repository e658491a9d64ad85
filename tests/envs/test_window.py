"""Windows are made once: while an environment plays in one, and its pool for as long."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

from twin.envs import window as windows
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv
from twin.envs.window import WINDOWS, Window

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "pool": 1}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Starts of the windows that were made since."""
    starts: list[str] = []
    real = Window.__init__

    def counted(self: Window, scenario: Any, days_ahead: int = 0) -> None:
        starts.append(str(scenario.run.start))
        real(self, scenario, days_ahead)

    monkeypatch.setattr(Window, "__init__", counted)
    monkeypatch.setattr(windows, "WINDOWS", 2)
    windows._RECENT.clear()
    gc.collect()
    return starts


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_a_fleet_makes_each_start_once(made: list[str], mode: str) -> None:
    starts = [f"2023-0{month}-10" for month in range(1, 6)]
    env = BuildingVectorEnv(5, "classroom", starts=starts, autoreset_mode=mode, **SHORT)
    env.reset(seed=0)
    assert sorted(made) == starts
    env.reset()
    for _ in range(98):
        env.step(np.zeros((5, 3)))
    assert sorted(made) == starts
    one = BuildingEnv("classroom", starts=starts, **SHORT)
    for _ in range(10):
        one.reset()
    assert sorted(made) == starts


def test_environments_keep_the_windows_they_play_in(made: list[str]) -> None:
    starts = [f"2023-0{month}-11" for month in range(1, 6)]
    envs = [BuildingEnv("classroom", start=start, **SHORT) for start in starts]
    for env in envs * 2:
        env.reset(seed=0)
    assert made == starts
    BuildingEnv("classroom", start=starts[0], **SHORT)
    assert made == starts, "and share them with others"


def test_windows_that_nobody_plays_in_are_given_up(made: list[str]) -> None:
    assert WINDOWS > 1
    for day in range(10, 15):
        BuildingEnv("classroom", start=f"2023-01-{day}", **SHORT)
    gc.collect()
    alive = {key for key in windows._IN_USE if '"2023-01-1' in key[0]}
    assert len(made) == 5 and len(alive) <= 2


def test_a_pool_that_is_played_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[int] = []
    real = Window._add

    def counted(self: Window, seeds: list[int]) -> None:
        added.extend(seeds)
        real(self, seeds)

    monkeypatch.setattr(Window, "_add", counted)
    monkeypatch.setattr(windows, "KEPT", 3)
    run = SHORT | {"pool": 5, "start": "2023-02-21"}
    env = BuildingEnv("classroom", **run)
    assert sorted(added) == [0, 1, 2, 3, 4]
    first = [env.reset(seed=seed)[0] for seed in range(5)]
    for foreign in range(50, 60):
        env.reset(options={"episode_seed": foreign})
    assert len(env.batch.window._at) <= 5 + 3
    for seed in range(5):
        np.testing.assert_array_equal(env.reset(seed=seed)[0], first[seed])
    assert len(added) == 5 + 10, "each once"
    kept, fork = env.batch.window, env.fork(2)
    del env
    gc.collect()
    other = BuildingEnv("classroom", **(run | {"pool": 1, "first_seed": 100}))
    for foreign in range(70, 74):
        other.reset(options={"episode_seed": foreign})
    assert {0, 1, 2, 3, 4, 100} <= set(kept._at), "a fork still plays the pool of its parent"
    del fork, other
    gc.collect()
    other = BuildingEnv("classroom", **(run | {"pool": 1, "first_seed": 100}))
    assert other.batch.window is kept
    for foreign in range(60, 64):
        other.reset(options={"episode_seed": foreign})
    assert len(kept._at) <= 1 + 3, "a pool that nobody plays any more goes"
