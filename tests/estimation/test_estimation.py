"""Identification finds the numbers of a known room, predicts what it has not seen, and says what it lacks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.estimation.synthetic import GAIN, LOSS, POWER, model, names, telemetry
from twin.basics.errors import ControllerError
from twin.control.mpc_model import features, mass_step
from twin.estimation import identify, quality
from twin.estimation.excitation import HEATING_K, steps_of
from twin.estimation.passive import running
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
