"""What the equations promise whatever the numbers, by hypothesis, of whole scenarios in real weather.

tests/physics asks the same of single parts of the physics; here it is scenarios, assembled and run.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.validation import conservation, invariance, random_buildings, still
from twin.validation.conservation import LIMIT, SUITE

FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
FEWER = settings(FEW, max_examples=3)
numbers = st.integers(1_000, 100_000)
azimuths = st.tuples(st.floats(0.0, 359.0), st.floats(0.0, 359.0))


@FEW
@given(numbers)
def test_nothing_comes_from_nowhere_in_random_buildings(number: int) -> None:
    assert max(conservation.drawn(number).values()) <= LIMIT


@FEW
@given(numbers)
def test_without_gains_temperatures_stay_within_those_of_the_surroundings(number: int) -> None:
    assert invariance.excess(random_buildings.scenario(number), days=1) <= 1e-6


@FEW
@given(azimuths)
def test_a_mirrored_building_under_a_mirrored_sun_is_as_warm(facing: tuple[float, float]) -> None:
    model = invariance.two_rooms(300, still.NOTHING, 1, facing)
    assert invariance.asymmetry(model) <= 1e-6


@FEW
@given(azimuths, st.floats(0.0, 360.0))
def test_a_turned_building_under_a_turned_sun_is_as_warm(facing: tuple[float, float], degrees: float) -> None:
    model = invariance.two_rooms(300, invariance.HEATED, 1, facing)
    assert invariance.asymmetry(model, degrees) <= 1e-6


@FEW
@given(st.floats(0.01, 0.3), st.floats(1.05, 4.0), st.floats(16.0, 24.0))
def test_more_insulation_never_costs_heat(thickness: float, factor: float, setpoint: float) -> None:
    thin = invariance.heating(invariance.insulated(thickness, days=2), setpoint)
    thick = invariance.heating(invariance.insulated(thickness * factor, days=2), setpoint)
    assert thick <= thin


@FEW
@given(st.floats(0.01, 0.3), st.floats(12.0, 24.0), st.floats(0.1, 6.0))
def test_a_higher_setpoint_never_saves_heat(thickness: float, setpoint: float, more: float) -> None:
    model = invariance.insulated(thickness, days=2)
    assert invariance.heating(model, setpoint + more) >= invariance.heating(model, setpoint)


@FEWER
@given(azimuths)
def test_a_minute_is_as_good_as_a_second(facing: tuple[float, float]) -> None:
    from twin.building.assembly import assemble

    found = [
        invariance.course(assemble(invariance.two_rooms(tick_s, invariance.HEATED, 1, facing), [0]))
        for tick_s in (1, 60)
    ]
    assert abs(found[0][0] - found[1][0]).max() < 0.02
    assert found[1][1].sum() == pytest.approx(found[0][1].sum(), rel=1e-3)


@pytest.mark.parametrize(
    "case", ["tick, two rooms held", "mirrored", "turned", "more insulation", "higher setpoint"]
)
def test_the_cases_of_the_suite_hold(case: str) -> None:
    outcome = SUITE.run(case, None)
    assert all(check.verdict != "outside" for check in outcome.checks)
    assert any(check.verdict == "inside" for check in outcome.checks)
