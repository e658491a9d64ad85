"""What is set and what is seen: bounds, defaults, setpoints apart; readings, truth before them, the table."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from twin.building.assembly import assemble, initial_state
from twin.physics import layout as la
from twin.physics import panel
from twin.physics.compile import entry, take
from twin.scenario.catalog import load_scenario

KNOBS = panel.Knobs(
    column=np.array([3, 1, 0]),
    lower=np.array([15.0, 18.0, 0.0]),
    upper=np.array([25.0, 30.0, 1.0]),
    nothing=np.array([20.0, 24.0, math.nan]),
    above=np.array([-1, 0, -1]),
    apart=np.full(3, 0.5),
    rest=np.array([math.nan, math.nan, 7.0, math.nan]),
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((21.0, 25.0, 0.5), (0.5, 25.0, 7.0, 21.0)),
        ((99.0, -99.0, 2.0), (1.0, 25.5, 7.0, 25.0)),
        ((math.nan, math.nan, math.nan), (math.nan, 24.0, 7.0, 20.0)),
        ((24.0, 24.2, -math.inf), (0.0, 24.5, 7.0, 24.0)),
    ],
)
def test_values_become_commands(given: tuple[float, ...], expected: tuple[float, ...]) -> None:
    """Held within bounds; NaN is the default or stays; cooling stays above heating."""
    row = np.empty((1, 4))
    panel.turn(np.array([given]), KNOBS, row)
    np.testing.assert_array_equal(row[0], expected)


def test_a_reading_is_seen_once_there_is_one_and_until_then_the_truth() -> None:
    building = assemble(load_scenario("office").updated(days=1, warm_up_days=0), [0, 1])
    x, _ = initial_state(building)
    x.zone[:, 1, la.Z_AIR] = 26.0
    x.gains[1, 0, la.G_PEOPLE] = 3.0
    x.sensor[1, 5, la.SN_READING] = 23.0
    x.counter[:, la.N_TICK] = 11.0
    table = np.arange(2 * 4 * 5, dtype=np.float32).reshape(2, 4, 5)
    view = panel.View(
        table=table,
        column=np.array([1, 2, 4]),
        sensor=np.array([5, 5, -1]),
        truth=np.array([panel.TRUE_AIR, panel.NO_TRUTH, panel.TRUE_PRESENCE]),
        zone=np.array([1, 0, 0]),
        scale=np.array([0.1, 0.1, 2.0]),
        shift=np.array([-2.0, -2.0, -1.0]),
        limits=np.array([-1.0, 0.5]),
    )
    seen = np.empty((2, 5), dtype=np.float32)
    panel.look(view, x, np.array([1, 0]), 5, seen)
    np.testing.assert_array_equal(seen[:, [0, 3]], [table[1, 2, [0, 3]], table[0, 2, [0, 3]]])
    assert seen[0, 1] == 0.5, "26 °C, beyond what is usual"
    assert seen[0, 2] == table[1, 2, 2], "no reading, and no truth but the table's"
    assert seen[1, [1, 2]] == pytest.approx([0.3, 0.3])
    assert seen[:, 4].tolist() == [-1.0, 0.5]


@entry
def _count(numbers: np.ndarray, got: np.ndarray, times: int) -> None:
    for _ in range(times):
        got[take(numbers, 1, 2)] += 1


def test_two_threads_never_take_the_same() -> None:
    times, numbers = 100_000, np.zeros((2, 8), dtype=np.int64)
    got = np.zeros(4 * times, dtype=np.int64)
    _count(numbers, got, 0)
    threads = [threading.Thread(target=_count, args=(numbers, got, times)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers[1, 0] == 4 * times
    assert (got[::2] == 1).all()
    assert not got[1::2].any()
