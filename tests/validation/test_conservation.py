"""The books of whole runs close, and would not if anything came from nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twin.building.assembly import assemble
from twin.physics import layout as la
from twin.simulator import Simulator
from twin.validation import conservation, random_buildings
from twin.validation.balance import Recorder
from twin.validation.conservation import LIMIT, SHIPPED, SUITE, balances, commands, week


@pytest.mark.parametrize("name", SHIPPED)
def test_a_day_of_a_shipped_scenario_closes(name: str) -> None:
    errors = balances(week(name, "winter", days=1), seed=3)
    assert {"energy", "vapour", "CO2", "registers"} <= set(errors)
    assert max(errors.values()) <= LIMIT
    assert ("water" in errors) == (name == "home")
    assert ("district" in errors) == (name in ("classroom", "school"))


@pytest.mark.slow
@pytest.mark.parametrize("case", SUITE.cases)
def test_every_case_is_within_its_limits(case: str) -> None:
    for check in SUITE.run(case, None).checks:
        assert check.verdict != "outside", (check.quantity, check.ours)


def test_a_case_has_demands_by_quantity() -> None:
    checks = SUITE.run("buildings 0-9", None).checks
    assert all(check.note.startswith("worst: building") for check in checks)
    demands = SUITE.demands(checks, False)
    assert len(demands) == len(checks) + 1
    assert all(demand.met for demand in demands)


def test_random_buildings_are_different_and_the_same_again() -> None:
    drawn = [random_buildings.scenario(number) for number in range(40)]
    assert drawn[7] == random_buildings.scenario(7)
    assert {model.hvac.kind for model in drawn} == {"ideal_loads", "vav", "heat_pump"}
    assert {model.run.tick_s for model in drawn} == set(random_buildings.TICKS_S)
    assert {len(model.building.zones) for model in drawn} == {1, 2, 3, 4, 5}


def disturbed(quantity: str) -> float:
    """The error of the books where one zone gets a little of a quantity from nowhere, once."""
    building = assemble(week("home", "winter", days=1), [0])
    made = Simulator(building)
    recorder = Recorder(made)
    command = commands(building, 0)
    recorder.run(700, command)
    column, little = {"energy": (la.Z_AIR, 1e-3), "vapour": (la.Z_HUMIDITY, 1e-7), "CO2": (la.Z_CO2, 1e-2)}[
        quantity
    ]
    before = recorder._instant
    given = [False]

    def giving(block: object, k: int) -> None:
        before(block, k)  # type: ignore[arg-type]
        if k == 100 and not given[0]:
            made.state.zone[0, 1, column] += little
            given[0] = True

    recorder._instant = giving  # type: ignore[method-assign,assignment]
    return recorder.run(700, command).errors()[quantity]


@pytest.mark.parametrize("quantity", ["energy", "vapour", "CO2"])
def test_the_books_notice_what_comes_from_nowhere(quantity: str) -> None:
    assert disturbed(quantity) > 10.0 * LIMIT


def test_the_books_notice_a_fabric_that_makes_heat() -> None:
    building = assemble(week("classroom", "winter", days=1), [0])
    operator = building.parameters.operator.copy()
    operator[0, 0, la.ROW_AIR, la.WALL_IN] *= 1.0 + 1e-6
    wrong = replace(building, parameters=building.parameters._replace(operator=operator))
    assert Recorder(Simulator(wrong)).run(1440, commands(wrong, 0)).errors()["energy"] > LIMIT


def test_the_books_are_those_of_one_building() -> None:
    made = Simulator(assemble(week("classroom", "winter", days=1), [0, 1]))
    with pytest.raises(ValueError, match="one"):
        Recorder(made)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(100, 160))
def test_more_random_buildings_close(number: int) -> None:
    assert max(conservation.drawn(number).values()) <= LIMIT
