"""The suite of air: its closed forms are right by themselves, and the engine meets them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from twin.physics import layout as la
from twin.validation import air_solutions as closed
from twin.validation import still
from twin.validation.air import EXACT, SUITE

QUICK = [case for case in SUITE.cases if case not in ("open window",)]


@pytest.mark.parametrize("case", SUITE.cases)
def test_every_case_is_within_its_limits(case: str) -> None:
    outcome = SUITE.run(case, None)
    assert outcome.checks
    for check in outcome.checks:
        assert check.verdict != "outside", (check.quantity, check.ours)
        assert check.source
    for series in outcome.series:
        assert series.reference is not None
        assert series.hours.shape == series.ours.shape == series.reference.shape


def test_demands_are_of_single_zones_and_of_all() -> None:
    checks = [check for case in QUICK for check in SUITE.run(case, None).checks]
    single, every = SUITE.demands(checks, True)
    assert single.met and single.most == EXACT
    assert every.met and every.least is not None and every.least > 50
    assert len(SUITE.demands([c for c in checks if c.case == "condensation"], False)) == 1


def test_eigenvalues_solve_the_differential_equation() -> None:
    capacity, outdoor, source = [100.0, 60.0, 30.0], [0.02, 0.0, 0.01], [0.0, 20.0, 0.0]
    exchange, start = [(0, 1, 0.03), (1, 2, 0.01), (2, 0, 0.005)], [1500.0, 200.0, 0.0]
    ours = closed.coupled(capacity, outdoor, exchange, source, start, np.array([0.0, 1800.0, 7200.0]))

    def slope(_: float, c: np.ndarray) -> np.ndarray:
        flow = np.array(source) - np.array(outdoor) * c
        for i, j, q in exchange:
            flow[i] += q * (c[j] - c[i])
            flow[j] += q * (c[i] - c[j])
        return flow / np.array(capacity)

    found = solve_ivp(slope, (0.0, 7200.0), start, t_eval=[0.0, 1800.0, 7200.0], rtol=1e-10, atol=1e-8)
    np.testing.assert_allclose(ours, found.y.T, rtol=1e-7, atol=1e-6)


def test_the_closed_form_of_a_door_solves_its_equation() -> None:
    times = np.array([0.0, 60.0, 600.0, 3600.0])

    def slope(_: float, difference: np.ndarray) -> list[float]:
        half = 0.5 * float(difference[0])
        return [-2.0 * closed.door_flow(0.9, 2.0, 20.0 + half, 20.0 - half) * 2.0 * half / 100.0]

    found = solve_ivp(slope, (0.0, 3600.0), [8.0], t_eval=times, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(closed.door_decay(8.0, 20.0, 0.9, 2.0, 100.0, times), found.y[0], rtol=1e-6)


@settings(max_examples=20, deadline=None)
@given(
    change=st.floats(0.05, 20.0), start=st.floats(0.0, 5000.0), source=st.floats(0.0, 1e-4),
    tick_s=st.sampled_from([30, 60, 300, 900]),
)  # fmt: skip
def test_a_single_zone_is_exact_whatever_its_numbers(
    change: float, start: float, source: float, tick_s: int
) -> None:
    room = still.air_alone(volume_m3=80.0, infiltration={"air_changes_per_hour": change})
    made = still.simulator(still.scenario([room], tick_s=tick_s), still.Weather(co2=420.0))
    still.set_zones(made, {la.Z_CO2: [start]})
    made.state.gains[0, 0, la.G_CO2] = source
    ours = still.trace(made, 7200)[:, 0, la.Z_CO2]
    rest = 420.0 + source * 1e6 * 3600.0 / (change * 80.0)
    exact = closed.decay(start, rest, change, np.arange(len(ours)) * float(tick_s))
    np.testing.assert_allclose(ours, exact, rtol=1e-9, atol=1e-9 * rest)
