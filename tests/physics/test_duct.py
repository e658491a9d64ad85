"""Static pressure of a duct: what boxes ask for, and the setpoint that answers them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.duct import (
    ABOVE,
    DELAY_S,
    FIRST,
    LEAST,
    RESPOND,
    RESPOND_MOST,
    TRIM,
    TRIM_S,
    UNTIL,
    requests,
    trimmed,
)

DESIGN = 300.0
SHARES = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("flow", "asked"), [(0.1, 3.0), (0.39, 3.0), (0.41, 2.0), (0.55, 2.0), (0.57, 1.0), (0.9, 1.0)]
)
def test_a_box_asks_for_more_the_shorter_it_is_of_air(flow: float, asked: float) -> None:
    assert requests(1.0, flow, 0.8, 0.0) == asked


@pytest.mark.parametrize("flow", [0.0, 0.5])
def test_a_box_that_is_not_nearly_open_asks_for_nothing_new(flow: float) -> None:
    assert requests(0.9, flow, 1.0, 0.0) == 0.0


def test_a_request_is_kept_until_the_damper_has_closed_a_little() -> None:
    asked, seen = 0.0, []
    for damper in (0.90, 0.96, 0.94, 0.86, 0.84, 0.90, 0.96):
        asked = requests(damper, damper, damper, asked)
        seen.append(asked)
    assert seen == [0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0]


def test_of_several_requests_one_is_kept() -> None:
    assert requests(0.5 * (UNTIL + ABOVE), 0.9, 0.9, 3.0) == 1.0


@given(damper=SHARES, flow=SHARES, setpoint=SHARES, asked=st.sampled_from([0.0, 1.0, 2.0, 3.0]))
def test_requests_are_whole_few_and_never_fewer_with_less_air(
    damper: float, flow: float, setpoint: float, asked: float
) -> None:
    now = requests(damper, flow, setpoint, asked)
    assert now in (0.0, 1.0, 2.0, 3.0)
    assert requests(damper, 0.5 * flow, setpoint, asked) >= now
    assert requests(min(1.0, damper + 0.1), flow, setpoint, asked) >= min(now, 1.0)


def _after(minutes: int, asked: float, setpoint: float = FIRST, due: float = DELAY_S) -> float:
    """Setpoint after so many ticks of a minute with the same requests [Pa]."""
    for _ in range(minutes):
        setpoint, due = trimmed(setpoint, DESIGN, asked, due, 60.0)
    return setpoint


def test_the_first_trim_waits_for_the_delay() -> None:
    wait = round(DELAY_S / 60.0)
    assert _after(wait, 0.0) == FIRST
    assert _after(wait + 1, 0.0) == FIRST - TRIM
    assert _after(wait + 2, 0.0) == FIRST - TRIM
    assert _after(wait + 3, 0.0) == FIRST - 2.0 * TRIM


@pytest.mark.parametrize("asked", [0.0, 1.0, 2.0, 3.0, 12.0])
def test_a_step_trims_and_responds_up_to_a_limit(asked: float) -> None:
    moved, due = trimmed(150.0, DESIGN, asked, 0.0, 60.0)
    assert moved == pytest.approx(150.0 - TRIM + min(asked * RESPOND, RESPOND_MOST))
    assert due == TRIM_S - 60.0


def test_pressure_falls_to_the_least_without_requests_and_rises_to_design_with_many() -> None:
    assert _after(120, 0.0) == LEAST
    assert _after(120, 3.0) == DESIGN
    assert _after(600, 1.0) == DESIGN  # one request outweighs the trim, slowly


@given(
    setpoint=st.floats(LEAST, DESIGN), asked=st.floats(0.0, 30.0), due=st.floats(0.0, DELAY_S),
    dt=st.floats(1.0, 900.0),
)  # fmt: skip
def test_the_setpoint_stays_in_its_bounds_and_the_clock_ahead(
    setpoint: float, asked: float, due: float, dt: float
) -> None:
    moved, left = trimmed(setpoint, DESIGN, asked, due, dt)
    assert LEAST <= moved <= DESIGN
    assert left >= 0.0
    assert trimmed(setpoint, DESIGN, asked + 1.0, due, dt)[0] >= moved


@given(ticks=st.integers(1, 8), asked=st.floats(0.0, 10.0))
def test_a_long_tick_holds_as_many_steps_as_short_ones(ticks: int, asked: float) -> None:
    setpoint, due = 150.0, 0.0
    for _ in range(ticks):
        setpoint, due = trimmed(setpoint, DESIGN, asked, due, TRIM_S)
    whole, left = trimmed(150.0, DESIGN, asked, 0.0, ticks * TRIM_S)
    assert (whole, left) == pytest.approx((setpoint, due))


@given(setpoint=st.floats(1.0, 20.0), asked=st.floats(0.0, 10.0))
def test_a_fan_of_little_pressure_is_never_asked_for_more_than_its_own(setpoint: float, asked: float) -> None:
    assert trimmed(setpoint, 20.0, asked, 0.0, 60.0)[0] == 20.0
