"""Order at one instant, and keeping pace with a clock."""

from __future__ import annotations

from typing import Any

import pytest
from simpy.core import Environment

from twin.world.pacing import SLICE_S, Moment, Order, PacedEnvironment


def test_moments_at_one_instant_keep_their_order() -> None:
    env, seen = Environment(), []
    for order in reversed(Order):
        Moment(env, 10, order).callbacks.append(lambda event, order=order: seen.append(order))
    env.run()
    assert seen == list(Order)
    assert env.now == 10


def test_equal_orders_run_as_they_were_created() -> None:
    env, seen = Environment(), []
    for i in range(5):
        Moment(env, 3, Order.PEOPLE).callbacks.append(lambda event, i=i: seen.append(i))
    env.run()
    assert seen == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("speed", [1.0, 60.0, 3600.0])
def test_events_wait_for_the_wall_clock(speed: float, clock: Any) -> None:
    env = PacedEnvironment(speed, clock=clock, sleep=clock.sleep)
    stamps = []
    for minute in range(1, 11):
        Moment(env, 60 * minute, Order.PLANT).callbacks.append(lambda event: stamps.append(clock.now - 100.0))
    env.run()
    assert stamps == pytest.approx([60 * m / speed for m in range(1, 11)])
    assert max(clock.naps) <= SLICE_S


def test_a_slow_machine_falls_behind_and_catches_up(clock: Any) -> None:
    env = PacedEnvironment(1.0, clock=clock, sleep=clock.sleep)

    def work(event: object) -> None:
        clock.now += 5.0

    Moment(env, 1, Order.PLANT).callbacks.append(work)
    Moment(env, 2, Order.PLANT)
    Moment(env, 8, Order.PLANT)
    env.run()
    assert clock.now == pytest.approx(108.0)


def test_a_pause_is_not_made_up_for_after_anchoring(clock: Any) -> None:
    env = PacedEnvironment(1.0, clock=clock, sleep=clock.sleep)
    Moment(env, 1, Order.PLANT)
    env.step()
    clock.now += 1000.0
    env.anchor()
    Moment(env, 5, Order.PLANT)
    env.step()
    assert clock.now == pytest.approx(1106.0)


def test_waiting_ends_when_somebody_wants_to_stop(clock: Any) -> None:
    env = PacedEnvironment(1.0, stopped=lambda: len(clock.naps) >= 3, clock=clock, sleep=clock.sleep)
    Moment(env, 60, Order.PLANT)
    env.step()
    assert (env.now, len(clock.naps)) == (0, 3)
