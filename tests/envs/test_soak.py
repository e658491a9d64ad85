"""A long time of random actions: nothing fails, nothing grows."""

from __future__ import annotations

import math

import pytest

from benchmarks.envs import soak


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["classroom", "home", "office", "school"])
def test_random_actions_stay_finite_and_memory_does_not_grow(scenario: str) -> None:
    steps, early, late = soak(scenario, 600_000)
    assert steps >= 600_000
    if math.isnan(early):
        pytest.skip("how much memory is used is not known here")
    assert late - early < 8.0  # MiB; a leak of 16 bytes a step would be 8
