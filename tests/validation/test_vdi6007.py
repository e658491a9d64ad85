"""The test examples of VDI 6007-1 on the zone kernel, at every tick that a scenario may choose."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics import layout as la
from twin.validation import vdi6007, vdi6007_room
from twin.validation.vdi6007 import SUITE, deviations, references, simulate

LIMIT = {"air_c": 0.15, "load_w": 1.5}


@pytest.mark.parametrize("tick_s", [60, 300, 3600])
@pytest.mark.parametrize("name", SUITE.cases)
def test_hourly_means_are_those_of_the_guideline(name: str, tick_s: int) -> None:
    for quantity, by_day in deviations(name, tick_s).items():
        for day, difference in by_day.items():
            assert np.nanmax(np.abs(difference)) <= LIMIT[quantity], (quantity, day)


def test_the_tables_are_means_of_the_hour_that_ends() -> None:
    """Shifted by an hour, nothing fits: the hour of the table is not a matter of taste."""
    table = np.array(references()["cases"]["5"]["expected"]["air_c"]["10"])
    ours = simulate("5", 300, 11).air[9 * 24 - 1 : 10 * 24 + 1]
    assert np.abs(ours[1:25] - table).max() < 0.1
    assert min(np.abs(ours[:24] - table).max(), np.abs(ours[2:] - table).max()) > 1.5


def test_only_case_11_changes_over_and_only_one_hour_of_a_day_does() -> None:
    hours = {name: list(vdi6007.changeovers(name, 60)) for name in SUITE.cases}
    assert {name for name, found in hours.items() if found} == {"11"}
    assert [(day, hour) for day, hour, _, _ in hours["11"]] == [(10, 9), (60, 9)]
    assert list(vdi6007.changeovers("11", 3600)) == []  # one device an hour: nothing is left out there


def test_the_tick_hardly_matters() -> None:
    for name in ("1", "4", "8", "10", "12"):
        assert np.abs(simulate(name, 60, 10).air - simulate(name, 3600, 10).air).max() < 0.01


@pytest.mark.parametrize("name", SUITE.cases)
def test_energy_closes_in_every_room(name: str) -> None:
    """At one temperature nothing flows; a watt of heat is stored, lost outside or given to the air."""
    case = references()["cases"][name]
    net = vdi6007_room.network(case, references()["rooms"][case["room"]])
    step = net.exact_step(300.0)
    warm = np.zeros(la.ROWS)
    warm[: la.NODES] = 1.0
    warm[[la.NODES + la.I_OUTDOOR, la.NODES + la.I_GROUND, la.ROW_AIR]] = 1.0
    masses = [vdi6007_room.EXTERIOR, vdi6007_room.INTERIOR]
    assert (warm @ step.operator)[masses] == pytest.approx(1.0, abs=1e-9)
    assert float(warm @ step.flux) == pytest.approx(0.0, abs=1e-7)
    for source in (la.I_RADIANT, la.I_FLOOR_HEAT, la.I_SUN_WALL, la.I_TRANSMITTED):
        row = la.NODES + source
        stored = float(step.operator[row] @ net.capacity) / 300.0
        assert stored + step.flux[row] == pytest.approx(step.outside[row], abs=1e-9)


def test_the_suite_meets_its_demands_and_shows_its_curves() -> None:
    outcomes = {name: SUITE.run(name, None) for name in SUITE.cases}
    checks = [check for outcome in outcomes.values() for check in outcome.checks]
    assert all(demand.met for demand in SUITE.demands(checks, True))
    assert len(SUITE.demands(checks, True)) == 3
    assert {check.case for check in checks} == set(SUITE.cases)
    reported = [check for check in checks if check.verdict == "reported"]
    assert len(reported) == 4 and all(check.case == "11" and check.note for check in reported)
    for outcome in outcomes.values():
        for series in outcome.series:
            assert series.reference is not None
            assert series.hours.shape == series.ours.shape == series.reference.shape == (24,)


def test_a_single_case_has_demands_too() -> None:
    checks = SUITE.run("9", None).checks
    (only,) = SUITE.demands(checks, False)
    assert only.met and only.least == len(checks)


def test_the_figures_know_where_they_come_from() -> None:
    figures = references()
    assert figures["source"] and figures["transcribed"]
    assert all(len(profile) == 24 for profile in figures["profiles"].values())
    for case in figures["cases"].values():
        for by_day in case["expected"].values():
            assert set(by_day) == {"1", "10", "60"}
            assert all(len(values) == 24 for values in by_day.values())
