"""Formulas of rewards."""

from __future__ import annotations

import numpy as np
import pytest

from twin.envs.single import BuildingEnv
from twin.physics import layout as la
from twin.reward import performance


def test_performance_is_seppanen_fisk_and_lei_s() -> None:
    """Their curve is 1 at its best, near 21.7 °C, and about 0.91 at 30 °C (LBNL-60946, figure 3)."""
    temperature = np.linspace(15.0, 35.0, 2001)
    share = performance(temperature)
    assert share.max() == pytest.approx(1.0, abs=0.002)
    assert temperature[share.argmax()] == pytest.approx(21.7, abs=0.1)
    assert performance(np.array([30.0]))[0] == pytest.approx(0.91, abs=0.005)
    np.testing.assert_array_equal(performance(np.array([-5.0, 50.0])), share[[0, -1]])
    assert (np.diff(share)[: share.argmax()] > 0.0).all() and (np.diff(share)[share.argmax() :] < 0.0).all()


def test_productivity_is_the_work_that_people_do_not_do() -> None:
    task = {"reward": "productivity", "weight_currency_per_person_h": 40.0}
    env = BuildingEnv("classroom", task, days=1, warm_up_days=1, start="2023-01-17")
    assert env.reset(seed=0)[1]["productivity"] == 0.0
    lost = 0.0
    for _ in range(60):
        _, reward, _, _, info = env.step(-np.ones(len(env.action_names)))
        state = env.batch.simulator.state
        air, people = state.zone[0, 0, la.Z_AIR], state.gains[0, 0, la.G_PEOPLE]
        if env.batch.building.parameters.kind[la.K_COMFORT_OPERATIVE] == 1:
            air = 0.5 * (air + state.zone[0, 0, la.Z_RADIANT])
        work = -0.4685328 + 0.1647524 * air - 0.0058274 * air**2 + 0.0000623 * air**3
        expected = people * (1.0 - work) * 40.0 * 0.25 if 15.0 < air < 35.0 else info["productivity"]
        assert info["productivity"] == pytest.approx(expected, abs=1e-9)
        assert info["occupants"] == people
        assert reward == -(info["cost"] + info["productivity"] + info["co2"])
        lost += info["productivity"]
    assert lost > 0.0
