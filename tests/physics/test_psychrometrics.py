"""Moist air against psychrolib, an independent implementation of the same handbook."""

from __future__ import annotations

import psychrolib
import pytest

from twin.physics import psychrometrics as psy

psychrolib.SetUnitSystem(psychrolib.SI)
PRESSURES = (101325.0, 83400.0)
TEMPERATURES = (-20.0, -5.0, 0.5, 12.0, 25.0, 40.0)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_saturation_pressure(temperature: float) -> None:
    expected = psychrolib.GetSatVapPres(temperature)
    assert psy.saturation_pressure(temperature) == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize("temperature", [0.5, 5.0, 8.0, 15.0, 25.0, 35.0, 45.0])
def test_fast_saturation_pressure_is_as_good_above_freezing(temperature: float) -> None:
    expected = psychrolib.GetSatVapPres(temperature)
    assert psy.saturation_pressure_fast(temperature) == pytest.approx(expected, rel=3e-3)


@pytest.mark.parametrize("pressure", PRESSURES)
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_humidity_ratio_relative_humidity_and_density(temperature: float, pressure: float) -> None:
    expected = psychrolib.GetHumRatioFromRelHum(temperature, 0.45, pressure)
    ratio = psy.humidity_ratio(temperature, 0.45, pressure)
    assert ratio == pytest.approx(expected, rel=5e-4)
    assert psy.relative_humidity(temperature, ratio, pressure) == pytest.approx(0.45, rel=1e-9)
    density = psychrolib.GetMoistAirDensity(temperature, ratio, pressure)
    assert psy.density(temperature, ratio, pressure) == pytest.approx(density, rel=1e-4)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_enthalpy(temperature: float) -> None:
    expected = psychrolib.GetMoistAirEnthalpy(temperature, 0.004)
    assert psy.enthalpy(temperature, 0.004) == pytest.approx(expected, abs=1.0)


@pytest.mark.parametrize("pressure", PRESSURES)
@pytest.mark.parametrize(("temperature", "relative"), [(30.0, 0.4), (24.0, 0.6), (35.0, 0.2), (-4.0, 0.7)])
def test_wet_bulb(temperature: float, relative: float, pressure: float) -> None:
    expected = psychrolib.GetTWetBulbFromRelHum(temperature, relative, pressure)
    ratio = psy.humidity_ratio(temperature, relative, pressure)
    assert psy.wet_bulb(temperature, ratio, pressure) == pytest.approx(expected, abs=0.01)


def test_relative_humidity_stays_between_zero_and_one() -> None:
    assert psy.relative_humidity(10.0, 0.05, 101325.0) == 1.0
    assert psy.relative_humidity(10.0, 0.0, 101325.0) == 0.0
