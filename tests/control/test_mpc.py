"""The plan keeps bounds, buys heat when it is cheap, and a failed solve falls back to the bounds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.estimation.synthetic import ZONE, model, names, row
from twin.basics.errors import ControllerError, MissingExtraError
from twin.basics.points import Point
from twin.control.mpc import Mpc
from twin.control.mpc_model import CONSTANT, OUTDOOR, SUN, Model
from twin.control.mpc_outlook import Blocks
from twin.control.mpc_plan import PLANNED, Ahead, Planner
from twin.control.mpc_setup import setup
from twin.scenario.agents import MpcParameters
from twin.task import ActionSpec, ObservationSpec

pytest.importorskip("highspy")


def ahead(air=20.0, price=None, lower=20.0, upper=26.0, weight=100.0, hours=24, outdoor=0.0) -> Ahead:
    one = np.ones(hours)
    cost = one if price is None else price
    return Ahead(
        hours=one, air=np.array([air]), mass=np.full((1, 3), air), bias=np.zeros(1), outdoor=outdoor * one,
        sun=np.zeros((hours, 3)), people=0.0 * one, running=0.0 * one, share=np.zeros((hours, 1)),
        electricity=cost, heat=cost, cold=cost, lower=np.full((hours, 1), lower),
        upper=np.full((hours, 1), upper),
        weight=np.full((hours, 1), weight), allowed=one, felt=(np.ones(1), 0.0, np.zeros(1)),
        speed=one,
    )  # fmt: skip


def mpc(**changed) -> Mpc:
    points = tuple(Point(ZONE, q) for q in ("heating_setpoint", "cooling_setpoint"))
    width = len(names())
    seen = ObservationSpec(names(), ("",) * width, np.zeros(width), np.ones(width))
    limits = np.array([10.0, 10.0]), np.array([35.0, 35.0])
    action = ActionSpec(points, *limits, np.array([21.0, 25.0]))
    return Mpc(MpcParameters(), seen, action, 900.0, model(**changed))


def test_a_plan_keeps_the_bounds_where_it_can():
    plan = Planner(model()).solve(ahead(air=20.5))
    assert plan is not None
    assert plan.air.min() >= 20.0 - 1e-6 and plan.air.max() <= 26.0 + 1e-6


def test_bounds_are_soft_where_the_plant_is_too_small():
    plan = Planner(model(heat_most=np.full(1, 0.05))).solve(ahead(air=20.0, outdoor=-20.0))
    assert plan is not None
    assert plan.air.min() < 19.0 and plan.heat[:-1].min() > PLANNED * 0.05 - 1e-6


def test_hot_water_spreads_ramps_by_its_price_and_not_by_less_power():
    plan = Planner(model(heat_most=np.full(1, 0.05), emission=0.1)).solve(ahead(air=20.0, outdoor=-20.0))
    assert plan is not None
    assert plan.heat[:-1].min() > 0.05 - 1e-6


def test_comfort_is_given_up_where_it_is_worth_nothing():
    plan = Planner(model()).solve(ahead(weight=1e-6))
    assert plan is not None
    assert plan.heat.max() < 1e-6


def test_heat_is_bought_in_cheap_hours():
    price = np.where((np.arange(24) >= 12) & (np.arange(24) < 18), 3.0, 1.0)
    plan = Planner(model()).solve(ahead(price=price))
    flat = Planner(model()).solve(ahead())
    assert plan is not None and flat is not None
    dear = slice(12, 18)
    assert plan.heat[dear].sum() < 0.2 * flat.heat[dear].sum()
    assert plan.air[11, 0] > flat.air[11, 0] + 0.5
    assert plan.air.min() >= 20.0 - 1e-6


def test_growing_load_spreads_the_heat():
    steep = Planner(model(heat_load=3.0)).solve(ahead(air=18.0))
    plain = Planner(model()).solve(ahead(air=18.0, weight=100.0))
    assert steep is not None and plain is not None
    assert steep.cost > plain.cost


def test_the_start_comes_in_time_and_not_at_midnight():
    controller = mpc()
    night, _ = controller.predict(row(0.0, 18.0)[None])
    morning, _ = controller.predict(row(7.0, 18.0)[None])
    assert night[0, 0] < 18.0 < morning[0, 0]


def test_a_cold_room_is_heated_whatever_the_model_says():
    controller = mpc(heat_most=np.full(1, 9.0), theta=model().theta * 0.0 + np.eye(13)[11] * 5.0)
    action, _ = controller.predict(row(12.0, 19.0)[None])
    assert action[0, 0] >= 21.0


def lossy(loss: float):
    """A model whose room loses so much per hour and kelvin, and whose plan has no heat to give."""
    theta = np.zeros((1, 13))
    theta[0, [OUTDOOR, CONSTANT]] = loss, 5.0
    return theta


def test_the_guard_is_warmer_behind_cold_outer_walls():
    cold, mild = (
        mpc(theta=lossy(0.05)).predict(row(12.0, 21.0, outdoor=t)[None])[0][0, 0] for t in (-20.0, 21.0)
    )
    tight = mpc(theta=lossy(0.0)).predict(row(12.0, 21.0, outdoor=-20.0)[None])[0][0, 0]
    assert cold > mild + 0.5
    assert tight == pytest.approx(mild, abs=0.1)


def test_a_plan_keeps_what_is_felt_with_its_outer_walls():
    walls = ahead(air=20.5, outdoor=-10.0)
    walls = dataclasses.replace(walls, felt=(np.full(1, 0.9), 0.0, np.full(1, 0.1)))
    plan = Planner(model(heat_most=np.full(1, 9.0))).solve(walls)
    assert plan is not None
    assert (0.9 * plan.air[2:] - 1.0).min() >= 20.0 - 1e-6


def heated(**changed) -> Mpc:
    """As mpc, with water to set."""
    points = (Point(ZONE, "heating_setpoint"), Point("plant", "supply_water_temperature_setpoint"))
    width = len(names())
    seen = ObservationSpec(names(), ("",) * width, np.zeros(width), np.ones(width))
    action = ActionSpec(points, np.array([10.0, 20.0]), np.array([35.0, 60.0]), np.array([21.0, 40.0]))
    return Mpc(MpcParameters(), seen, action, 900.0, model(emission=0.1, **changed))


def test_water_is_as_warm_as_the_plan_needs_and_the_plant_s_own_where_only_the_guard_calls():
    planned = heated().predict(row(10.0, 20.9)[None])[0][0, 1]
    assert 25.0 <= planned <= 55.0
    guarded = heated(theta=lossy(0.0)).predict(row(10.0, 19.0)[None])[0][0]
    assert guarded[0] >= 21.0
    assert np.isnan(guarded[1])


def test_air_is_kept_below_what_makes_people_open_windows_whatever_the_limit():
    vent = Point(ZONE, "ventilation_command")
    points = (Point(ZONE, "heating_setpoint"), vent)
    width = len(names())
    seen = ObservationSpec(names(), ("",) * width, np.zeros(width), np.ones(width))
    action = ActionSpec(points, np.array([10.0, 0.0]), np.array([35.0, 1.0]), np.array([21.0, 0.0]))
    stale = row(12.0, 21.5)
    stale[names().index(f"{ZONE}.co2")], stale[names().index(f"{ZONE}.presence")] = 880.0, 1.0
    air = np.array([[100.0, 0.1, 1.0]])
    sent = [
        Mpc(own, seen, action, 900.0, model(co2=air, co2_limit=1500.0)).predict(stale[None])[0][0, 1]
        for own in (MpcParameters(), MpcParameters(co2_highest_ppm=5000.0))
    ]
    assert sent[0] > sent[1]


def test_an_air_handler_warms_up_and_its_outdoor_air_is_left_alone_before_people_come():
    left = tuple(
        Point("ahu", name) for name in ("supply_air_temperature_setpoint", "minimum_outdoor_air_command")
    )
    points = (Point(ZONE, "heating_setpoint"), Point(ZONE, "cooling_setpoint"), *left)
    seen = ObservationSpec(names(), ("",) * len(names()), np.zeros(len(names())), np.ones(len(names())))
    limits = np.array([10.0, 10.0, 8.0, 0.0]), np.array([35.0, 35.0, 35.0, 1.0])
    action = ActionSpec(points, *limits, np.array([21.0, 25.0, 13.0, 1.0]))
    frost = row(7.0, 18.0, outdoor=-10.0)
    sent = Mpc(MpcParameters(), seen, action, 900.0, model()).predict(frost[None])[0][0]
    assert np.isfinite(sent[:2]).all() and sent[2] == 35.0 and np.isnan(sent[3])


def test_rising_co2_opens_outdoor_air_before_it_is_there():
    points = (Point(ZONE, "heating_setpoint"), Point("ahu", "minimum_outdoor_air_command"))
    seen = ObservationSpec(names(), ("",) * len(names()), np.zeros(len(names())), np.ones(len(names())))
    action = ActionSpec(points, np.array([10.0, 0.0]), np.array([35.0, 1.0]), np.array([21.0, 1.0]))
    shares = []
    for first in (880.0, 780.0):
        controller, state = Mpc(MpcParameters(), seen, action, 900.0, model()), None
        for hour, co2 in ((12.0, first), (12.25, 880.0)):
            now = row(hour, 21.5)
            now[names().index(f"{ZONE}.co2")] = co2
            sent, state = controller.predict(now[None], state)
        shares.append(sent[0, 1])
    assert shares[0] < shares[1] <= 1.0


def test_the_guard_is_warmer_when_occupied_hours_have_just_begun():
    early, late = mpc(), mpc()
    first, _ = early.predict(row(8.0, 20.0)[None])
    state = late.predict(row(12.0, 20.0)[None])[1]
    state["open"][:] = 4.0
    last, _ = late.predict(row(12.25, 20.0)[None], state)
    assert first[0, 0] > last[0, 0] + 0.2


AIR_HANDLER = tuple(
    Point("ahu", name)
    for name in ("fan_speed_command", "outdoor_air_damper_command", "supply_air_temperature_setpoint")
)


def served(found: Model | None = None, **own) -> Mpc:
    """As mpc, with an air handler whose fan, damper and supply air can be set."""
    points = (Point(ZONE, "heating_setpoint"), Point(ZONE, "cooling_setpoint"), *AIR_HANDLER)
    width = len(names())
    seen = ObservationSpec(names(), ("",) * width, np.zeros(width), np.ones(width))
    limits = np.array([10.0, 10.0, 0.0, 0.0, 8.0]), np.array([35.0, 35.0, 1.0, 1.0, 35.0])
    action = ActionSpec(points, *limits, np.array([21.0, 25.0, 1.0, 1.0, 13.0]))
    return Mpc(MpcParameters(**own), seen, action, 900.0, found or model())


def test_sun_on_people_is_felt_at_the_lower_bound_too():
    sunny, theta = row(12.0, 20.0), np.zeros((1, 13))
    theta[0, SUN] = 1.0
    for h in range(1, 25):
        sunny[names().index(f"forecast.global_horizontal_irradiance.{h}_h")] = 600.0
    asked = [
        served(model(theta=theta), felt_sun_h=per_heat).predict(sunny[None])[0][0, 0]
        for per_heat in (0.0, 0.8)
    ]
    assert asked[1] < asked[0] - 0.2


def test_only_an_air_handler_makes_surfaces_quick():
    quick = MpcParameters(felt_inner=0.35)
    controller = served(felt_inner=0.35)
    here = setup(quick, controller.observation, controller.action, model())
    plain = mpc()
    there = setup(quick, plain.observation, plain.action, model())
    assert here.inner == 0.35 and there.inner == 0.0


def test_supply_air_stays_cold_until_no_room_was_warm_a_step_ago_either():
    after = []
    for before in (24.9, 22.0):
        controller, state = served(), None
        for hour, air in ((12.0, before), (12.25, 22.0)):
            sent, state = controller.predict(row(hour, air)[None], state)
        after.append(sent[0, 4])
    assert np.isnan(after[0]) and after[1] > 18.0


def test_state_is_handed_through_and_rows_are_alike():
    controller = mpc()
    two = np.stack([row(7.0, 18.0), row(7.0, 18.0)])
    action, state = controller.predict(two)
    assert (action[0] == action[1]).all()
    before = {key: value.copy() for key, value in state.items()}
    again, _ = controller.predict(two, state, np.array([False, True]))
    for key, value in state.items():
        np.testing.assert_array_equal(value, before[key])
    assert again.shape == action.shape


def test_equal_controllers_decide_equally():
    rows = [row(h, 20.0)[None] for h in (6.0, 6.25, 6.5)]
    results = []
    for _ in range(2):
        controller, state, out = mpc(), None, []
        for one in rows:
            action, state = controller.predict(one, state)
            out.append(action)
        results.append(np.concatenate(out))
    np.testing.assert_array_equal(*results)


def test_a_failed_solve_keeps_the_comfort_bounds_and_is_counted():
    controller = mpc(theta=np.full((1, 13), np.nan))
    action, _ = controller.predict(row(12.0, 20.0)[None])
    assert controller.failures == 1 and controller.timing()["failures"] == 1.0
    margin = MpcParameters().margin_k
    assert action[0].tolist() == [21.0 + margin, 25.0 - margin]


def test_another_building_is_refused():
    with pytest.raises(ControllerError, match="another building"):
        mpc(zones=("hall",))


def test_highspy_is_asked_for_by_its_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(MissingExtraError, match="mpc"):
        Planner(model())


def test_blocks_end_on_full_hours():
    blocks = Blocks.of(6.5, 24)
    ends = 6.5 + np.cumsum(blocks.hours)
    assert (ends[5:] % 1.0 == 0.0).all()
    assert blocks.clock.max() <= 24 and blocks.clock[0] == 0


def by_night(air: float, later: float) -> float:
    """Fan speed at 2 h with 12 °C outdoors now, the highest to come `later` [°C]; NaN: the plant's."""
    seen = row(2.0, air, outdoor=12.0)
    for h in range(10, 16):
        seen[names().index(f"forecast.outdoor_temperature.{h}_h")] = later
    sent, _ = served(purge_fan=0.25, purge_k=2.2, cool_down_fan=0.5).predict(seen[None])
    return float(sent[0, 2])


def test_night_air_comes_in_before_a_warm_day_alone():
    assert by_night(24.5, 28.0) == 0.25
    assert by_night(24.5, 18.0) == 0.0


def test_night_air_stops_where_rooms_are_cool_enough():
    assert by_night(22.9, 28.0) == 0.0
