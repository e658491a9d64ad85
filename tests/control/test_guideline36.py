"""Guideline 36: modes of the group, standby, trim and respond, ventilation by CO2."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.control.plants import NAMES, OUTDOOR_AIR, SUPPLY_AIR, VENTILATION, make, observe
from twin.building.assembly import assemble
from twin.control.build import build, commands
from twin.control.guideline36 import Mode
from twin.control.trim_and_respond import requests
from twin.physics import vav as va
from twin.scenario.agents import Guideline36Parameters
from twin.scenario.catalog import load_agent, load_scenario
from twin.simulator import Simulator
from twin.task import Task

SUPPLY = 4  # column of the supply air in actions of these plants


def follow(controller: Any, rows: list[Any], state: Any = None) -> tuple[list[Any], Any]:
    """Actions of one building after another observation, and the last state."""
    actions = []
    for row in rows:
        chosen, state = controller.predict(row, state)
        actions.append(chosen[0])
    return actions, state


def mode_after(*rows: Any, **parameters: Any) -> Mode:
    _, state = follow(make("guideline36", SUPPLY_AIR, **parameters), list(rows))
    return Mode(int(state["mode"][0, 0]))


def test_modes_follow_the_day() -> None:
    night, cold, hot = observe(18.0, hours=12.0), observe(17.0, hours=1.0), observe(29.0, hours=1.0)
    assert mode_after(night) == Mode.UNOCCUPIED
    assert mode_after(night, cold) == Mode.WARM_UP
    assert mode_after(observe(25.0, hours=12.0), hot) == Mode.COOL_DOWN
    assert mode_after(night, cold, observe(20.5)) == Mode.OCCUPIED
    assert mode_after(night, cold, observe(20.5), observe(20.5, hours=14.0)) == Mode.UNOCCUPIED


def test_setback_begins_when_enough_zones_are_cold_and_ends_when_all_are_back() -> None:
    one, both, nearly, back = (
        observe(*air, hours=12.0) for air in ((15.2, 18.0), (15.2, 15.3), (16.2, 16.8), (16.6, 16.8))
    )
    assert mode_after(one) == Mode.UNOCCUPIED  # of two zones all must be cold
    assert mode_after(one, setback_zones=1) == Mode.SETBACK
    assert mode_after(both) == Mode.SETBACK
    assert mode_after(both, nearly) == Mode.SETBACK  # a zone is not yet a kelvin inside
    assert mode_after(both, back) == Mode.UNOCCUPIED
    assert mode_after(observe(31.0, hours=12.0)) == Mode.SETUP


def test_setpoints_by_mode() -> None:
    controller = make("guideline36", margin_k=0.5, unoccupied_margin_k=0.5, setback_hysteresis_k=1.0)
    for row, heating, cooling in (
        (observe(22.0), 20.5, 25.5),
        (observe(18.0, hours=12.0), 15.5, 29.5),
        (observe(18.0, hours=1.0), 20.5, 29.5),  # warm-up leaves cooling where it was
        (observe(14.0, hours=12.0), 16.5, 29.5),  # setback
    ):
        chosen, _ = controller.predict(row)
        assert chosen[0].tolist() == [heating, cooling] * 2


def test_the_slowest_zone_starts_the_group() -> None:
    controller = make("guideline36", margin_k=0.5)
    chosen, _ = controller.predict(observe(20.4, 18.0, hours=2.0, outdoor=10.0))
    assert chosen[0, 0] == chosen[0, 2] == 20.5


def test_warm_up_begins_earlier_in_the_cold() -> None:
    def began(outdoor: float) -> float:
        controller, state = make("guideline36", maximum_start_h=8.0), None
        for quarters in range(40, 0, -1):
            row = observe(17.5, hours=quarters / 4.0, outdoor=outdoor)
            _, state = controller.predict(row, state)
            if state["mode"][0, 0] == Mode.WARM_UP:
                return quarters / 4.0
        return 0.0

    assert 8.0 >= began(-15.0) > began(0.0) > began(10.0) > 0.0


def test_standby_where_nobody_is_and_only_in_occupied_hours() -> None:
    controller = make("guideline36", margin_k=0.5, standby_k=0.5)
    empty = observe(22.0, people=0.0)
    actions, state = follow(controller, [observe(22.0), empty, empty, observe(22.0)])
    assert [a[0] for a in actions] == [20.5, 20.5, 20.0, 20.5]  # gone for longer than the delay
    assert [a[1] for a in actions] == [25.5, 25.5, 26.0, 25.5]
    night = observe(22.0, hours=12.0, people=0.0)
    assert follow(controller, [night, night], state)[0][1][0] == 15.5


def test_supply_air_is_trimmed_up_and_answers_requests_down() -> None:
    controller = make("guideline36", SUPPLY_AIR, ignored_requests=2.0)
    hot = [a[SUPPLY] for a in follow(controller, [observe(29.0)] * 6)[0]]
    assert hot[0] < 18.0
    assert hot[-1] == 13.0
    assert all(b <= a for a, b in pairwise(hot))
    _, state = follow(controller, [observe(29.0)] * 6)
    mild = [a[SUPPLY] for a in follow(controller, [observe(23.0)] * 12, state)[0]]
    assert mild[0] == pytest.approx(13.0 + 7.5 * 0.1)  # a trim every two minutes of a quarter hour
    assert mild[-1] == 18.0
    assert all(b >= a for a, b in pairwise(mild))


def test_few_requests_are_ignored() -> None:
    one_hot = [observe(28.3, 22.0)] * 6  # 2.8 K above: two requests
    assert follow(make("guideline36", SUPPLY_AIR, ignored_requests=2.0), one_hot)[0][-1][SUPPLY] == 18.0
    assert follow(make("guideline36", SUPPLY_AIR, ignored_requests=0.0), one_hot)[0][-1][SUPPLY] == 13.0


@given(st.lists(st.floats(10.0, 40.0), min_size=1, max_size=30), st.floats(-20.0, 40.0))
def test_supply_air_stays_in_its_bounds(temperatures: list[float], outdoor: float) -> None:
    rows = [observe(t, outdoor=outdoor) for t in temperatures]
    chosen = np.array([a[SUPPLY] for a in follow(make("guideline36", SUPPLY_AIR), rows)[0]])
    assert ((chosen >= 13.0) & (chosen <= 18.0)).all()


def test_warm_weather_lowers_the_highest_supply_temperature() -> None:
    def first(outdoor: float) -> float:
        return float(make("guideline36", SUPPLY_AIR).predict(observe(22.0, outdoor=outdoor))[0][0, SUPPLY])

    assert [first(t) for t in (-10.0, 16.0, 18.5, 21.0, 35.0)] == pytest.approx(
        [18.0, 18.0, 15.5, 13.0, 13.0]
    )


def test_supply_air_by_mode() -> None:
    controller = make("guideline36", SUPPLY_AIR, warm_up_supply_c=35.0)
    assert np.isnan(controller.predict(observe(18.0, hours=12.0))[0][0, SUPPLY])  # the plant's own loop
    assert controller.predict(observe(17.0, hours=1.0))[0][0, SUPPLY] == 35.0
    assert controller.predict(observe(29.0, hours=1.0))[0][0, SUPPLY] == 13.0


def test_requests_of_one_zone() -> None:
    hot = np.array([0.5, 0.5, 2.5, 3.5])
    assert requests(hot, np.array([False, True, True, True])).tolist() == [0.0, 1.0, 2.0, 3.0]


def test_ventilation_follows_co2() -> None:
    controller = make("guideline36", *VENTILATION, co2_setpoint_ppm=1000.0, ventilation_minimum=0.3)
    shares = [
        controller.predict(observe(22.0, co2=ppm))[0][0, 4] for ppm in (420.0, 800.0, 900.0, 1000.0, 2e3)
    ]
    assert shares == pytest.approx([0.3, 0.3, 0.65, 1.0, 1.0])
    assert controller.predict(observe(22.0, hours=9.0, people=0.0))[0][0, 4] == 0.0
    assert controller.predict(observe(22.0, hours=9.0, people=1.0))[0][0, 4] == 0.3
    left = make("guideline36", *VENTILATION).predict(observe(22.0))[0][0, 4:]
    assert np.isnan(left).all()  # without a CO2 setpoint the plant's own rule holds


def test_free_cooling_opens_ventilation() -> None:
    controller = make("guideline36", *VENTILATION, co2_setpoint_ppm=1000.0, free_cooling_k=1.0)
    assert controller.predict(observe(25.5, outdoor=10.0))[0][0, 4] == 1.0
    assert controller.predict(observe(25.5, outdoor=30.0))[0][0, 4] == 0.3
    assert controller.predict(observe(22.0, outdoor=10.0))[0][0, 4] == 0.3


def outdoor_air(*co2: float, **seen: float) -> float:
    """Share of the outdoor air for every seat taken, commanded at the zones' CO2 [ppm]."""
    controller = make("guideline36", OUTDOOR_AIR, co2_setpoint_ppm=1000.0, outdoor_air_minimum=0.4)
    row = observe(22.0, **seen)
    row[0, [i for i, name in enumerate(NAMES) if name.endswith(".co2")]] = co2
    return float(controller.predict(row)[0][0, 4])


def test_outdoor_air_has_a_floor_and_is_whole_at_the_setpoint() -> None:
    shares = [outdoor_air(ppm, 420.0) for ppm in (420.0, 800.0, 900.0, 1000.0, 2e3)]
    assert shares == pytest.approx([0.4, 0.4, 0.7, 1.0, 1.0])


@given(st.floats(300.0, 3000.0), st.floats(300.0, 3000.0))
def test_the_zone_with_most_co2_decides_on_the_outdoor_air(one: float, other: float) -> None:
    assert outdoor_air(one, other) == outdoor_air(other, one) == outdoor_air(max(one, other), 420.0)
    assert 0.4 <= outdoor_air(one, other) <= 1.0


@pytest.mark.parametrize("hours", [0.5, 12.0])
def test_outdoor_air_is_the_plants_outside_occupied_hours(hours: float) -> None:
    assert np.isnan(outdoor_air(2e3, 2e3, hours=hours))


def test_without_a_co2_setpoint_outdoor_air_is_the_plants() -> None:
    assert np.isnan(make("guideline36", OUTDOOR_AIR).predict(observe(22.0, co2=2e3))[0][0, 4])


def test_a_reading_that_is_missing_leaves_outdoor_air_to_the_plant() -> None:
    assert np.isnan(outdoor_air(np.nan, 600.0))


def test_the_offices_outdoor_air_follows_its_people() -> None:
    """Floor's part: area over area and seats, as the shipped numbers have it."""
    building = assemble(load_scenario("office", {"run": {"days": 1, "warm_up_days": 0}}), [100])
    boxes, whole = building.parameters.terminal[0], building.parameters.system[0, va.VS_OUTDOOR]
    parameters = Guideline36Parameters.model_validate(load_agent("guideline36").parameters)
    floor = boxes[:, va.VT_OUTDOOR_AREA].sum() / whole
    assert parameters.outdoor_air_minimum == pytest.approx(floor, abs=0.01)


@pytest.mark.parametrize("name", ["office", "classroom", "home", "school"])
def test_it_does_what_applies_in_every_shipped_scenario(name: str) -> None:
    building = assemble(load_scenario(name, {"run": {"days": 1, "warm_up_days": 0}}), [100, 101])
    spec = load_agent("guideline36")
    task, simulator = Task(building, also=commands(spec)), Simulator(building)
    controller = build(spec, task.observation, task.action, building.clock.control_step_s, [100, 101])
    state = None
    while simulator.tick < building.clock.ticks:
        chosen, state = controller.predict(task.observe(simulator), state)
        simulator.step(task.command(chosen))
    assert np.isfinite(simulator.state.zone).all()
    assert state is not None
