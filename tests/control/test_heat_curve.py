"""The heat curve: monotone in the weather, lower at night, higher in the morning, harmless elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.control.plants import SUPPLY_AIR, SUPPLY_WATER, VENTILATION, make, observe
from twin.building.assembly import assemble
from twin.control.build import build, commands
from twin.scenario.catalog import load_agent, load_scenario
from twin.simulator import Simulator
from twin.task import Task, warm_up

WATER = 4
CURVE: dict[str, Any] = {"base_c": 22.0, "slope": 0.8, "room_influence": 0.0, "maximum_supply_c": 55.0}


def water(row: Any, **parameters: Any) -> float:
    chosen, _ = make("heat_curve", SUPPLY_WATER, **(CURVE | parameters)).predict(row)
    return float(chosen[0, WATER])


def test_the_line() -> None:
    supply = [water(observe(21.0, outdoor=t)) for t in (25.0, 10.0, 0.0, -10.0, -40.0)]
    assert supply == pytest.approx([25.0, 30.0, 38.0, 46.0, 55.0])  # the least and the most at its ends


@given(st.floats(-40.0, 40.0), st.floats(0.0, 20.0), st.floats(12.0, 28.0), st.sampled_from([0.0, 1.0, 9.0]))
def test_never_colder_water_in_colder_weather(outdoor: float, less: float, air: float, hours: float) -> None:
    rows = [observe(air, hours=hours, outdoor=t) for t in (outdoor, outdoor - less)]
    assert water(rows[1], optimum_start=False) >= water(rows[0], optimum_start=False)


def test_night_morning_and_day() -> None:
    day = water(observe(21.0))
    assert water(observe(19.0, hours=9.0), night_shift_k=5.0) == pytest.approx(day - 5.0)
    assert water(observe(17.0, hours=1.0), morning_boost_k=3.0) == pytest.approx(day + 3.0)


def test_the_coldest_zone_asks_for_warmer_water() -> None:
    def shift(*air: float) -> float:
        return water(observe(*air), room_influence=2.0, margin_k=1.0) - water(
            observe(22.0), room_influence=2.0
        )

    assert shift(22.0, 20.0) == pytest.approx(2.0)
    assert shift(23.0, 24.0) == 0.0


def test_the_start_is_earlier_in_the_cold() -> None:
    def began(outdoor: float) -> float:
        controller, state = make("heat_curve", SUPPLY_WATER, maximum_start_h=8.0), None
        for quarters in range(40, 0, -1):
            _, state = controller.predict(observe(17.5, hours=quarters / 4.0, outdoor=outdoor), state)
            if state["started"][0, 0] > 0.5:
                return quarters / 4.0
        return 0.0

    assert 8.0 >= began(-15.0) > began(0.0) > began(10.0) > 0.0


def test_without_supply_water_it_is_the_setback_rule() -> None:
    rule, other = make("heat_curve", SUPPLY_AIR), make("setback", SUPPLY_AIR)
    for row in (observe(18.0, hours=9.0), observe(17.0, hours=1.0), observe(21.0)):
        np.testing.assert_array_equal(rule.predict(row)[0], other.predict(row)[0])
    assert np.isnan(rule.predict(observe(21.0))[0][0, 4])  # the air handler's own loop


def test_ventilation_is_left_alone_unless_asked_for() -> None:
    assert np.isnan(make("heat_curve", *VENTILATION).predict(observe(21.0))[0][0, 4:]).all()
    asked = make("heat_curve", SUPPLY_WATER, *VENTILATION, co2_setpoint_ppm=1000.0)
    assert asked.predict(observe(21.0, co2=1500.0))[0][0, 5] == 1.0


def test_colder_water_costs_less_than_the_plants_own_curve() -> None:
    """A heat pump's reason for a heat curve; ventilation left as it is."""
    scenario = load_scenario("home", {"run": {"start": "2023-02-06", "days": 3, "warm_up_days": 2}})
    building = assemble(scenario, [100, 101])
    cost = {}
    for name in ("setback", "heat_curve"):
        spec = load_agent(name)
        if name == "heat_curve":
            spec = spec.model_copy(update={"parameters": spec.parameters | {"co2_setpoint_ppm": None}})
        task, simulator = Task(building, also=commands(spec)), Simulator(building)
        plan = building.clock.control_step_s, [100, 101]
        state = warm_up(simulator, task, build(load_agent("setback"), task.observation, task.action, *plan))
        controller, state = build(spec, task.observation, task.action, *plan), None
        worth = np.zeros(2)
        while simulator.tick < building.clock.ticks:
            chosen, state = controller.predict(task.observe(simulator), state)
            simulator.step(task.command(chosen))
            worth += task.reward(simulator)
        cost[name] = -worth
    assert (cost["heat_curve"] < 0.95 * cost["setback"]).all()
