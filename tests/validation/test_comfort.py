"""The suite of comfort, its figures, and the adaptive ranges."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics import comfort
from twin.validation.answers import figures
from twin.validation.comfort import PMV, SUITE, vote


@pytest.mark.parametrize("case", SUITE.cases)
def test_every_case_is_within_its_limits(case: str) -> None:
    checks = SUITE.run(case, None).checks
    assert checks
    for check in checks:
        assert check.verdict in ("inside", "accepted"), (check.quantity, check.ours)
        assert check.source


def test_the_suite_meets_its_demands() -> None:
    checks = [check for case in ("ISO 7730", "ASHRAE 55") for check in SUITE.run(case, None).checks]
    votes, points, every = SUITE.demands(checks, False)
    assert votes.met and votes.reached < 0.02
    assert points.met and points.reached < 0.2
    assert every.met


def test_the_misprinted_row_is_held_against_the_program_and_says_so() -> None:
    data = figures("comfort")
    row = data["iso7730"][data["erratum_row"] - 1]
    assert (row["pmv_table"], row["ppd_table"]) == (0.5, 10)
    assert abs(vote(row)[0] - row["pmv_table"]) > 2.0 * PMV
    noted = [check for check in SUITE.run("ISO 7730", None).checks if check.note.startswith("Printed")]
    assert len(noted) == 2 and all(check.verdict == "inside" for check in noted)


def test_the_figures_know_where_they_come_from() -> None:
    data = figures("comfort")
    assert data["source"] and data["transcribed"]
    assert [len(data[key]) for key in ("iso7730", "ashrae55", "adaptive_ashrae", "adaptive_en")] == [
        13,
        8,
        10,
        3,
    ]


@given(st.floats(10.0, 30.0), st.floats(0.01, 3.0))
def test_adaptive_comfort_rises_with_the_weather(outdoor: float, more: float) -> None:
    if outdoor + more <= 30.0:
        assert comfort.adaptive_en(outdoor + more) > comfort.adaptive_en(outdoor)
        assert comfort.adaptive_ashrae(outdoor + more) > comfort.adaptive_ashrae(outdoor)


def test_adaptive_comfort_is_silent_where_the_standards_are() -> None:
    assert math.isnan(comfort.adaptive_ashrae(9.9)) and math.isnan(comfort.adaptive_ashrae(33.6))
    assert math.isnan(comfort.adaptive_en(9.9)) and math.isnan(comfort.adaptive_en(30.1))


def test_the_running_mean_forgets_by_a_fifth_a_day() -> None:
    mean = 20.0
    for _ in range(60):
        mean = comfort.running_mean(mean, 5.0)
    assert mean == pytest.approx(5.0, abs=1e-4)
    assert comfort.running_mean(20.0, 10.0) == pytest.approx(18.0)
