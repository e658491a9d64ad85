"""Means, intervals, paired differences and trade-offs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.statistics import interquartile_mean, paired_difference, pareto_front, summarise

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


def test_interquartile_mean_leaves_out_a_quarter_at_either_end() -> None:
    assert interquartile_mean(np.array([100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -50.0])) == pytest.approx(3.5)


@given(numbers)
@settings(max_examples=25, deadline=None)
def test_interval_holds_the_middle_and_is_the_same_every_time(values: list[float]) -> None:
    first, second = summarise(values), summarise(values)
    assert first == second
    assert min(values) - 1e-6 <= first.low <= first.high <= max(values) + 1e-6
    assert first.count == len(values)


def test_a_single_seed_has_an_interval_of_no_width() -> None:
    only = summarise([3.0])
    assert (only.low, only.high, only.iqm, only.mean) == (3.0, 3.0, 3.0, 3.0)


def test_interval_covers_the_true_middle_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    hits = sum(s.low <= 0.0 <= s.high for s in (summarise(rng.normal(size=20)) for _ in range(100)))
    assert hits >= 85


def test_strata_keep_their_sizes() -> None:
    """Two groups that do not vary inside: resampling within them can change nothing."""
    within = summarise([1.0, 1.0, 9.0, 9.0], strata=[0, 0, 1, 1])
    across = summarise([1.0, 1.0, 9.0, 9.0])
    assert within.low == within.high == 5.0
    assert across.low < across.high


def test_paired_difference_uses_the_seeds_that_both_have() -> None:
    found = paired_difference({0: 5.0, 1: 7.0, 2: 100.0}, {0: 4.0, 1: 6.0, 9: 0.0})
    assert found is not None
    assert (found.count, found.mean) == (2, 1.0)
    assert paired_difference({0: 1.0}, {1: 1.0}) is None


def test_seed_zero_is_a_seed() -> None:
    found = paired_difference({0: 5.0}, {0: 3.0})
    assert found is not None
    assert found.mean == 2.0


def test_pareto_front_of_cost_and_discomfort() -> None:
    points = {"cheap": (1.0, 9.0), "comfy": (9.0, 1.0), "middle": (4.0, 4.0), "worse": (5.0, 5.0)}
    assert pareto_front(points) == ["cheap", "middle", "comfy"]
    assert pareto_front({"a": (1.0, 1.0), "b": (1.0, 1.0), "c": (1.0, 2.0)}) == ["a", "b"]


@given(st.dictionaries(st.text("abc", min_size=1), st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=1))
@settings(max_examples=40, deadline=None)
def test_front_is_never_empty_and_beaten_by_none(points: dict[str, tuple[float, float]]) -> None:
    front = pareto_front(points)
    assert front
    for name in front:
        a, b = points[name]
        assert not any(c < a and d < b for c, d in points.values())


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        summarise([])
    with pytest.raises(ValueError, match="strata"):
        summarise([1.0, 2.0], strata=[0])
