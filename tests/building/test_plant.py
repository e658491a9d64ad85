"""A scenario's HVAC becomes arrays, points and bounds; what cannot be built is refused with its key."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.physics.plants import scenario
from twin.basics.points import Point
from twin.building.plant import plant
from twin.building.signals import signal_points
from twin.building.sizing import design_people
from twin.physics import hydronic as hy
from twin.physics import layout as la
from twin.physics import vav as va

HEAT_PUMP: dict[str, Any] = {"kind": "heat_pump", "heating_capacity_w": 8000.0}
KINDS: dict[str, dict[str, Any]] = {
    "ideal": {"kind": "ideal_loads"}, "vav": {"kind": "vav"}, "heat_pump": HEAT_PUMP,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_points_lie_in_their_columns(kind: str) -> None:
    model = scenario(KINDS[kind], zones=3)
    built = plant(model)
    assert len(built.command_points) == len(built.command_columns) == len(set(built.command_columns.tolist()))
    assert built.command_columns.max() < 3 * la.ZONE_COMMANDS + la.SYSTEM_COMMANDS
    column = dict(zip(built.command_points, built.command_columns.tolist(), strict=True))
    assert column[Point("room_1", "heating_setpoint")] == la.ZONE_COMMANDS + la.C_HEATING
    assert np.isfinite(built.system).all()
    assert np.isfinite(built.terminal).all()


@pytest.mark.parametrize("kind", KINDS)
def test_meaningful_signals_are_signals(kind: str) -> None:
    model = scenario(KINDS[kind])
    assert plant(model).signal_points <= {point.id for point in signal_points(model)}


def test_only_what_can_act_is_offered() -> None:
    def ids(system: dict[str, Any]) -> set[str]:
        return {point.id for point in plant(scenario(system)).command_points}

    assert "room_0.cooling_setpoint" not in ids(HEAT_PUMP)
    assert "heat_pump.supply_water_temperature_setpoint" in ids(HEAT_PUMP)
    assert "room_0.ventilation_command" not in ids({"kind": "ideal_loads"})
    assert "room_0.ventilation_command" in ids({"kind": "ideal_loads", "outdoor_air_l_s_m2": 1.0})
    assert "room_0.cooling_setpoint" not in ids({"kind": "ideal_loads", "cooling_capacity_w_m2": 0.0})
    air_handler = {"ahu.fan_speed_command", "room_1.damper_command", "ahu.cooling_valve_command"}
    assert air_handler | {"ahu.minimum_outdoor_air_command"} <= ids({"kind": "vav"})
    assert "heat_pump.minimum_outdoor_air_command" not in ids(HEAT_PUMP)


def test_vav_is_sized_by_area_unless_given() -> None:
    box = {
        "zone": "room_1", "maximum_flow_m3_h": 900.0, "minimum_flow_fraction": 0.6, "reheat_capacity_w": 0.0,
    }  # fmt: skip
    built = plant(scenario({"kind": "vav", "terminals": [box]}))
    flows = built.terminal[0, :, va.VT_FLOW]
    assert flows == pytest.approx([18.0 * 100.0 / 3600.0 * 1.2, 900.0 / 3600.0 * 1.2])
    assert built.terminal[0, :, va.VT_REHEAT].tolist() == [6000.0, 0.0]
    assert built.terminal[0, 1, va.VT_HEATING_FLOW] == 0.6
    assert built.system[0, va.VS_DESIGN_FLOW] == pytest.approx(flows.sum())
    assert built.system[0, va.VS_FAN_POWER] == pytest.approx(flows.sum() / 1.2 * 900.0 / 0.6)
    assert built.actuators == 2 * 2 + 3


@pytest.mark.parametrize("reset", [False, True])
def test_the_duct_begins_at_its_design_pressure(reset: bool) -> None:
    built = plant(scenario({"kind": "vav", "fan_pressure_pa": 600.0, "static_pressure_reset": reset}))
    assert built.system[0, va.VS_STATIC] == built.initial_plant[va.VX_STATIC] == pytest.approx(200.0)
    assert built.system[0, va.VS_STATIC_RESET] == float(reset)
    assert "ahu.duct_static_pressure" in built.signal_points


def test_outdoor_air_for_every_seat_is_that_of_people_and_area() -> None:
    model = scenario({"kind": "vav", "minimum_outdoor_air_l_s_person": 5.0})
    people = sum(design_people(model, zone) for zone in model.zone_ids)
    litres = 5.0 * people + 0.3 * 200.0
    assert plant(model).system[0, va.VS_OUTDOOR] == pytest.approx(litres * 1.2e-3)


def test_an_unconditioned_zone_has_no_terminal() -> None:
    rooms = [
        {"id": "room", "floor_area_m2": 50.0},
        {"id": "attic", "floor_area_m2": 50.0, "conditioned": False},
    ]
    for system in KINDS.values():
        built = plant(scenario(system, building={"zones": rooms}))
        assert built.terminal[0, 0].any()
        assert not built.terminal[0, 1].any()
        assert not any(point.entity == "attic" for point in built.command_points)


def test_floor_pipes_reach_the_room_with_their_design_heat() -> None:
    built = plant(scenario(HEAT_PUMP | {"emitter": {"kind": "floor"}}))
    conductance = built.terminal[0, 0, hy.HT_EMISSION] / 100.0
    overall = 1.0 / (1.0 / conductance + 1.0 / 10.8)
    assert overall * (32.5 - 20.0) == pytest.approx(50.0)


def test_people_that_a_zone_is_meant_for() -> None:
    office = {
        "kind": "office", "desks": {"room_0": 6}, "meeting_rooms": [{"zone": "room_1", "capacity": 8}],
    }  # fmt: skip
    model = scenario({"kind": "vav"}, people=office)
    assert [design_people(model, zone) for zone in model.zone_ids] == [6.0, 8.0]
    lesson = {"zone": "room_0", "start": "08:00", "end": "09:00", "pupils": 24, "teachers": 2}
    school = scenario({"kind": "vav"}, people={"kind": "school", "timetable": [lesson]})
    assert [design_people(school, zone) for zone in school.zone_ids] == [26.0, 0.0]
