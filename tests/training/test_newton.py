"""Newton's method by differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.training.newton import PARTS, DiagonalNewton, Float

RANDOM = np.random.default_rng(0)


def go(search: DiagonalNewton, bottom: Float, steep: Float, generations: int) -> None:
    """Several episodes of a bowl, each with a slope of its own that comes to nothing in the sum."""
    tilt = np.outer([-1.0, 0.0, 1.0], np.ones_like(bottom)) * 1e-3
    for _ in range(generations):
        away = search.ask(RANDOM) - bottom
        search.tell((steep * away**2).sum(axis=1) + tilt @ away.T)


@given(st.lists(st.floats(-2.0, 2.0), min_size=1, max_size=12), st.floats(0.05, 1.0))
def test_it_finds_the_lowest_point_of_an_uneven_bowl(low: list[float], width: float) -> None:
    bottom = np.array(low)
    steep = np.logspace(0.0, 2.0, len(bottom))
    search = DiagonalNewton([width] * len(bottom))
    go(search, bottom, steep, 300)
    np.testing.assert_allclose(search.mean, bottom, atol=0.02)


def test_all_are_tried_up_and_down_then_parts_of_the_step() -> None:
    search = DiagonalNewton([0.1, 0.2], [1.0, -1.0])
    np.testing.assert_allclose(
        search.ask(RANDOM), [[1.0, -1.0], [1.1, -1.0], [1.0, -0.8], [0.9, -1.0], [1.0, -1.2]]
    )
    downhill = search.ask(RANDOM).sum(axis=1)  # for ever: as far as is allowed
    search.tell(downhill[None].repeat(3, axis=0))
    parts = search.ask(RANDOM)
    assert parts.shape == (len(PARTS), 2)
    np.testing.assert_allclose(parts[-1] - parts[0], -2.0 * PARTS[-1] * np.array([0.1, 0.2]))
    search.tell(np.array([[0.0, 1.0, 2.0, 3.0, 4.0]]))  # no part of it was better on fresh episodes
    np.testing.assert_array_equal(search.mean, [1.0, -1.0])
    assert search.generation == 2 and (search.width > [0.1, 0.2]).all()


def test_a_number_whose_effect_is_all_noise_does_not_move() -> None:
    search = DiagonalNewton([0.1, 0.1])
    values = np.ones((4, 5))
    values[:, 1] += [1.0, -1.0, 2.0, -2.0]  # the first, up: now better, now worse
    values[:, 2] += 1.0  # the second, up: worse, surely
    search.tell(values)
    assert search.ask(RANDOM)[-1, 0] == 0.0
    assert search.ask(RANDOM)[-1, 1] < 0.0


def test_a_number_without_effect_stays_where_it_is() -> None:
    search = DiagonalNewton([0.1], [0.7])
    search.tell(np.zeros((3, 3)))
    np.testing.assert_array_equal(search.ask(RANDOM), np.full((len(PARTS), 1), 0.7))


@pytest.mark.parametrize("before", [5, 6])
def test_a_search_that_is_recalled_goes_on_as_if_it_had_not_stopped(before: int) -> None:
    bottom, steep = np.array([1.0, -0.5, 0.2]), np.array([1.0, 3.0, 10.0])
    whole, first, second = (DiagonalNewton([0.3, 0.3, 0.3]) for _ in range(3))
    go(whole, bottom, steep, 12)
    go(first, bottom, steep, before)
    second.recall(first.state())
    go(second, bottom, steep, 12 - before)
    np.testing.assert_array_equal(whole.mean, second.mean)
    np.testing.assert_array_equal(whole.width, second.width)
    with pytest.raises(ValueError, match="expected 2"):
        DiagonalNewton([0.1, 0.1]).recall(first.state())
