"""The table of points is the only place for names, units and bounds."""

from __future__ import annotations

import pytest

from twin.basics.points import QUANTITIES, Point


def test_every_row_is_complete_and_ordered() -> None:
    for name, row in QUANTITIES.items():
        assert row.name == name and row.unit and row.brick and row.label
        assert row.lower < row.upper


def test_id_round_trip_with_a_dotted_entity() -> None:
    point = Point.parse("floor.open_plan.air_temperature")
    assert point == Point("floor.open_plan", "air_temperature")
    assert point.id == "floor.open_plan.air_temperature"


def test_unknown_quantity_is_refused() -> None:
    with pytest.raises(KeyError, match="unknown quantity"):
        Point("zone", "temprature")


def test_what_an_air_handler_says_of_its_duct_and_takes_for_its_outdoor_air() -> None:
    pressure = QUANTITIES["duct_static_pressure"]
    assert (pressure.unit, pressure.lower) == ("Pa", 0.0)
    share = QUANTITIES["minimum_outdoor_air_command"]
    assert (share.unit, share.lower, share.upper) == ("-", 0.0, 1.0)
