"""Floors on the ground: the steady loss and the annual wave of EN ISO 13370."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.building.constructions import layer_values
from twin.building.ground import SOIL, ground_floor, ground_layers, virtual_temperature
from twin.building.weather import read_weather
from twin.scenario.beyond import Ground
from twin.scenario.fabric import Construction, Layer
from twin.scenario.library import CONSTRUCTIONS


def floor(resistance: float) -> Construction:
    return Construction(layers=(Layer(resistance_m2k_w=resistance),))


def test_u_value_by_hand() -> None:
    """w 0.3 m, soil 2 W/mK: d_t = 0.3 + 2 (0.17 + R + 0.04)."""
    thin = ground_floor(Ground(characteristic_dimension_m=4.0), floor(1e-9))
    assert thin.u_value == pytest.approx(4.0 / (4.0 * math.pi + 0.72) * math.log(4.0 * math.pi / 0.72 + 1.0))
    thick = ground_floor(Ground(characteristic_dimension_m=4.0), floor(5.0))
    assert thick.u_value == pytest.approx(2.0 / (0.457 * 4.0 + 10.72))


@given(st.floats(0.01, 8.0), st.floats(0.5, 40.0), st.floats(0.5, 4.0))
def test_the_layers_below_make_the_u_value(resistance: float, dimension: float, soil: float) -> None:
    boundary = Ground(characteristic_dimension_m=dimension, soil_conductivity_w_mk=soil)
    wanted = ground_floor(boundary, floor(resistance)).u_value
    total = (
        0.17
        + resistance
        + sum(layer_values(layer)[0] for layer in ground_layers(boundary, floor(resistance)))
    )
    assert 1.0 / total <= wanted * (1.0 + 1e-9)
    assert total == pytest.approx(max(1.0 / wanted, 0.171 + resistance + 0.5 / soil), rel=1e-6)


def test_without_a_dimension_it_is_half_a_metre_of_soil() -> None:
    assert ground_layers(Ground(), floor(1.0)) == (SOIL,)


@pytest.mark.parametrize("changes", [{}, {"soil_conductivity_w_mk": 1.5}])
def test_the_ground_follows_the_year_weakly_and_late(changes: dict[str, Any]) -> None:
    weather = read_weather("denver")
    boundary = Ground(characteristic_dimension_m=6.0, **changes)
    seconds = 1672531200.0 + 3600.0 * np.arange(8760)
    below = virtual_temperature(boundary, CONSTRUCTIONS["floor_slab_insulated"], weather, seconds)
    assert below.mean() == pytest.approx(weather.temperature.mean(), abs=0.01)
    wave = np.ptp(below)
    daily = weather.temperature.reshape(365, 24).mean(axis=1)
    assert 1.0 < wave < 0.7 * np.ptp(daily)
    assert 15 < int(below.argmin() / 24) < 75  # late January to March
