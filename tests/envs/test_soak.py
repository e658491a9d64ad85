"""A long time of random actions: nothing fails, nothing grows."""

from __future__ import annotations

import math

import pytest

from benchmarks.envs import soak


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["classroom", "home", "office", "school"])
def test_random_actions_stay_finite_and_memory_does_not_grow(scenario: str) -> None:
    steps, early, late = soak(scenario, 600_000, forks=False)
    assert steps >= 600_000
    if math.isnan(early):
        pytest.skip("how much memory is used is not known here")
    assert late - early < 8.0  # MiB; a leak of 16 bytes a step would be 8


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["classroom", "home", "office", "school"])
def test_forks_and_snapshots_between_random_actions_play_on(scenario: str) -> None:
    steps, *_ = soak(scenario, 60_000, count=16)
    assert steps >= 60_000
