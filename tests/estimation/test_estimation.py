"""Identification finds the numbers of a known room, predicts what it has not seen, and says what it lacks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.estimation.synthetic import GAIN, LOSS, POWER, ZONE, model, names, row, telemetry
from twin.basics.errors import ControllerError
from twin.control.mpc_model import CONSTANT, OUTDOOR, features, mass_step
from twin.estimation import Telemetry, identify, quality
from twin.estimation.active import _power
from twin.estimation.excitation import HEATING_K, steps_of
from twin.estimation.identify import _limit
from twin.estimation.passive import TOGETHER, _solve, running, windows
from twin.estimation.table import workdays


@pytest.fixture(scope="module")
def week():
    return telemetry(14)


def test_the_steady_state_and_the_power_of_a_known_room_are_found(week):
    found = identify(week)
    air, mass = np.full((1, 1), 20.0), np.full((1, 1, 3), 20.0)
    zero = np.zeros(1)
    for outdoor in (0.0, 10.0):
        seen = features(air, mass, np.array([outdoor]), np.zeros((1, 3)), zero, zero, np.zeros((1, 1)))
        told = float(np.einsum("kzf,zf->", seen, found.theta))
        assert told == pytest.approx(LOSS * (outdoor - 20.0) + GAIN, abs=0.06)
    assert found.heat_power[0] == pytest.approx(POWER, rel=0.15)
    assert found.heat_most[0] == pytest.approx(1.0, rel=0.25)


def test_it_predicts_a_week_that_it_has_not_seen(week):
    found = identify(week.part(0, 7 * 96))
    errors = quality(found, week.part(7 * 96, 14 * 96))
    assert errors.drift_rmse_k < 0.3
    assert errors.heating_rmse_kwh < 0.25 * errors.heating_mean_kwh


def test_a_missing_meter_is_named():
    with pytest.raises(ControllerError, match=r"heating\.electric_energy"):
        identify(telemetry(8, "lighting.electric_energy"))


def test_a_missing_column_is_named(week):
    gone = dataclasses.replace(
        week, names=tuple("x" if n == "site.outdoor_temperature" else n for n in names())
    )
    with pytest.raises(ControllerError, match="outdoor_temperature"):
        identify(gone)


def test_short_telemetry_is_refused(week):
    with pytest.raises(ControllerError, match="too short"):
        identify(week.part(0, 200))


def test_identification_draws_nothing(week):
    assert identify(week).as_json() == identify(week).as_json()


def test_a_window_is_unknown_where_one_of_its_steps_is_and_nowhere_else():
    """A gap in a series once made all that came after it unknown, and the emitters' rate with it."""
    series = np.arange(12.0)
    series[4] = np.nan
    found = windows(series, 3)
    assert np.flatnonzero(np.isnan(found)).tolist() == [2, 3, 4]
    np.testing.assert_allclose(found[[0, 1, 5, 9]], [1.0, 2.0, 6.0, 10.0])
    two = windows(np.stack([series, np.ones(12)], axis=1), 3)
    assert not np.isnan(two[:, 1]).any()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), alike=st.floats(0.0, 1.0), cold=st.floats(0.0, 3.0))
def test_power_of_a_rate_is_positive_and_its_growth_bounded_however_alike_columns_are(seed, alike, cold):
    """Weather of a fortnight may hardly change; then nothing tells growth with cold from power as such."""
    draw = np.random.default_rng(seed)
    rate = draw.uniform(0.0, 1.0, (300, 2))
    grows = [cold + (1.0 - alike) * draw.uniform(0.0, 1.0, 300), draw.uniform(0.0, 1.0, 300)]
    size = np.array([0.8, 1.2])
    true = (rate @ size) * (1.0 + 0.23 * grows[0] + 0.2 * grows[1])
    power = _power(true, rate, size, grows, (1.0, 0.5), (0.23, 0.23), [np.ones(300)])
    assert (power.per_rate > 0.0).all()
    assert (power.shares >= 0.0).all() and (power.shares <= [1.0, 0.5]).all()
    told = (rate @ power.per_rate) * (1.0 + sum(s * g for s, g in zip(power.shares, grows, strict=True)))
    np.testing.assert_allclose(told + power.base[0], true, atol=0.15 * true.max())


def test_what_is_rare_among_quiet_hours_gets_no_large_number():
    """Sun fell on a drifting room at dawn only; its effect by day must not be told from that."""
    draw = np.random.default_rng(0)
    dawn = np.where(draw.random(200) < 0.2, 0.02, 0.0)
    rate = 0.2 * draw.standard_normal(200) + 0.6 * (dawn > 0.0)
    rows, by_day = dawn[:, None], np.array([0.4])
    wild = _solve(rows, rate, np.array([float(np.sqrt(np.mean(dawn**2)))]), np.zeros(1), TOGETHER)
    tame = _solve(rows, rate, by_day, np.zeros(1), TOGETHER)
    assert wild[0] > 10.0
    assert tame[0] < 1.0


def test_the_balance_of_the_building_tells_what_drifting_does_not():
    """A room that is heated all fortnight never drifts; its meter says what it loses."""
    steps = 14 * 96
    outdoor = (
        5.0 + 5.0 * np.sin(2.0 * np.pi * np.arange(steps + 1) / 96.0) + np.linspace(-5.0, 5.0, steps + 1)
    )
    seen, register, air = [], [0.0], 21.0
    for k in range(steps + 1):
        seen.append(row((k * 0.25) % 24.0, air, outdoor=float(outdoor[k])))
        if k < steps:
            goal = 21.0 + 0.8 * np.sin(k / 37.0)
            heat = max(0.0, (goal - air) / 0.25 * 0.5 + LOSS * (air - outdoor[k]) - GAIN)
            air += 0.25 * (LOSS * (outdoor[k] - air) + GAIN + heat)
            register.append(register[-1] + 0.25 * POWER * heat)
    sent = np.full((steps, 1), 25.0)  # the zone is called all the time
    held = Telemetry(
        names(),
        np.array(seen),
        (f"{ZONE}.heating_setpoint",),
        sent,
        {"gas.gas_energy": np.array(register)},
        900.0,
    )
    theta = identify(held).theta[0]
    told = [theta[OUTDOOR] * (out - 21.0) + theta[CONSTANT] for out in (-5.0, 10.0)]
    true = [LOSS * (out - 21.0) + GAIN for out in (-5.0, 10.0)]
    assert told[1] - told[0] == pytest.approx(true[1] - true[0], rel=0.35)
    assert np.allclose(told, true, atol=0.15)


def test_the_most_that_meters_showed_is_no_limit_where_nothing_was_pressed(week):
    power = np.full(400, 2.0)
    quiet, pressed = np.zeros((400, 2), dtype=bool), np.zeros((400, 2), dtype=bool)
    pressed[100:120] = True
    assert _limit(power, pressed) == pytest.approx(2.0)
    assert _limit(power, quiet) == pytest.approx(2.5)
    assert _limit(None, quiet) == np.inf


def test_fuel_and_heat_do_not_grow_dearer_in_the_cold(week):
    gas = identify(telemetry(14, "gas.gas_energy"))
    assert gas.heat_cold == gas.heat_water == gas.heat_load == 0.0
    assert identify(week).heat_cold <= 1.0


def test_excitation_is_keyed_by_seed_and_point():
    one, same = (steps_of(7, "a.heating_setpoint", "heating_setpoint", 400, 4) for _ in range(2))
    other = steps_of(8, "a.heating_setpoint", "heating_setpoint", 400, 4)
    assert (one == same).all() and (one != other).any()
    assert set(np.unique(one)) <= set(HEATING_K)


def test_masses_follow_the_air_at_their_own_pace():
    mass = mass_step(np.full((1, 3), 20.0), np.full(1, 21.0), 3.0)
    assert mass[0, 0] == pytest.approx(21.0 - np.exp(-1.0))
    assert mass[0, 0] > mass[0, 1] > mass[0, 2] > 20.0


def test_running_hours_surround_occupied_ones():
    occupied = np.zeros(24)
    occupied[8:18] = 1.0
    assert np.flatnonzero(running(occupied, 2.0, 1.0, 1.0)).tolist() == list(range(6, 19))


def test_days_without_occupied_hours_are_days_off():
    hour = np.tile(np.arange(24.0), 2)
    hours = np.concatenate([np.where((hour[:24] >= 8) & (hour[:24] < 18), 0.0, 5.0), np.full(24, 60.0)])
    assert workdays(hour, hours).reshape(2, 24).mean(axis=1).tolist() == [1.0, 0.0]


def test_a_model_becomes_plain_numbers():
    assert model().as_json()["heat_power"] == [POWER]
