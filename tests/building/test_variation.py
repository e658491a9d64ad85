"""Weather that strays from its file by seed, and buildings that differ by seed."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.basics.errors import ScenarioError
from twin.building.assembly import assemble
from twin.building.variation import clear_sky, elevation, varied, wandering
from twin.building.weather import Weather, read_weather, saturation_pressure
from twin.physics import layout as la
from twin.physics.layout import Parameters
from twin.scenario.catalog import load_scenario
from twin.scenario.schema import Scenario
from twin.scenario.variation import drawn
from twin.scenario.weather_variability import LEVELS, level

SEEDS = range(30)
STAR = "building.zones.*.infiltration.leakage_area_cm2"
RANGES: dict[str, Any] = {"hvac.chiller_cop": [0.8, 1.2], "insulation": [0.8, 1.3], STAR: [0.7, 1.5]}


def office(days: int = 2, **site: Any) -> Scenario:
    run = {"days": days, "warm_up_days": 1}
    return load_scenario("office", {"run": run, "site": site, "randomise": RANGES if not site else {}})


@pytest.fixture(scope="module", params=["chicago", "phoenix"])
def file(request: pytest.FixtureRequest) -> Weather:
    return read_weather(request.param)


@pytest.mark.parametrize("word", ["low", "medium", "high"])
def test_temperature_has_the_spread_it_says_and_no_jumps(file: Weather, word: str) -> None:
    wanted = LEVELS[word][0]
    away = np.array([varied(file, level(word), s).temperature - file.temperature for s in SEEDS])
    assert abs(away.mean()) < 0.1 * wanted
    assert away.std() == pytest.approx(wanted, rel=0.06)
    assert np.abs(away).max() <= 3.0 * wanted + 1e-9
    steps = np.diff(np.concatenate([away, away[:, :1]], axis=1), axis=1)  # over New Year as well
    assert np.abs(steps).max() < 0.5 * wanted
    assert steps.std() < 0.1 * wanted
    daily = np.corrcoef(away[:, :-24].ravel(), away[:, 24:].ravel())[0, 1]
    assert 0.6 < daily < 0.75, "from day to day as in WGEN: 0.62 to 0.67"


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**63 - 1), word=st.sampled_from(["low", "medium", "high"]))
def test_weather_stays_possible(seed: int, word: str) -> None:
    file = read_weather("denver")
    own = varied(file, level(word), seed)
    limit, direct = clear_sky(file)
    sine, outside = elevation(file)
    assert (own.temperature - own.dew_point).min() >= min(
        0.0, (file.temperature - file.dew_point).min()
    ) - 1e-9
    was = 100.0 * saturation_pressure(file.dew_point) / saturation_pressure(file.temperature)
    assert own.relative_humidity.max() <= 100.0
    assert np.abs(own.relative_humidity - np.minimum(was, 100.0)).max() < 12.0
    assert (own.ghi <= np.maximum(np.maximum(limit, file.ghi), 0.0) + 1e-9).all()
    assert (own.ghi <= np.maximum(outside * sine, file.ghi) + 1e-9).all()
    assert (own.dni <= np.maximum(direct, file.dni) + 1e-9).all()
    assert own.ghi[file.ghi == 0.0].max() == 0.0, "no sun at night"
    assert min(own.ghi.min(), own.dni.min(), own.dhi.min(), own.wind_speed.min()) >= -1e-9
    high = sine > 0.1
    upright = (own.ghi - own.dhi)[high] / np.maximum(own.dni[high], 1.0)
    assert (upright < 1.1).all(), "direct on the horizontal is no more than direct normal"
    black = 5.670374e-8 * (own.temperature + 273.15) ** 4
    already = file.infrared / (5.670374e-8 * (file.temperature + 273.15) ** 4)
    assert (own.infrared / black <= np.maximum(1.0, already) + 1e-6).all(), "a sky no warmer than the air"
    assert np.array_equal(own.pressure, file.pressure)


@pytest.mark.parametrize(("word", "least"), [("low", 0.96), ("medium", 0.91), ("high", 0.86)])
def test_a_year_s_sun_and_wind_stay_about_what_they_are(file: Weather, word: str, least: float) -> None:
    """Clear skies only grow cloudier, so a sunny place loses more."""
    years = [varied(file, level(word), s) for s in SEEDS]
    assert all(least < year.ghi.sum() / file.ghi.sum() < 1.02 for year in years)
    assert np.mean([year.wind_speed.mean() / file.wind_speed.mean() for year in years]) == pytest.approx(
        1, rel=0.03
    )
    assert len({year.ghi.sum() for year in years}) == len(years)


def test_what_does_not_vary_is_the_file_s() -> None:
    file = read_weather("chicago")
    assert varied(file, level("none"), 1) is file
    warm = varied(file, level("none").model_copy(update={"temperature_sd_k": 2.0}), 1)
    for name in ("ghi", "dni", "dhi", "wind_speed", "pressure"):
        assert np.array_equal(getattr(warm, name), getattr(file, name)), name
    one = wandering(4, "x", 40.0, 8760)
    assert np.array_equal(one, wandering(4, "x", 40.0, 8760))
    assert not np.allclose(one, wandering(5, "x", 40.0, 8760))


def test_the_weather_of_an_hour_does_not_depend_on_the_start_of_the_run() -> None:
    early = office(4, weather_variability="high").updated(start=date(2023, 3, 1))
    late = early.updated(start=date(2023, 3, 3), days=2)
    first, second = assemble(early, [7]).boundary, assemble(late, [7]).boundary
    skipped = first.weather.shape[1] - second.weather.shape[1]
    assert skipped == 2 * 288
    np.testing.assert_allclose(first.weather[:, skipped:], second.weather, rtol=0, atol=1e-9)
    # seconds since 1970 and an unwrapped hour angle round differently, by a part in a million
    np.testing.assert_allclose(first.sun[:, skipped:], second.sun, rtol=1e-5, atol=1e-2)


@pytest.mark.parametrize("site", [{}, {"weather_variability": "medium"}])
def test_buildings_of_equal_seeds_are_equal_wherever_they_stand(site: dict[str, Any]) -> None:
    plan = office(**site)
    seeds = (5, 0, 9, 5)
    many = assemble(plan, seeds)
    assert many.boundary.climate.tolist() == many.boundary.variant.tolist() == [0, 1, 2, 0]
    for slot, seed in enumerate(seeds):
        one = assemble(plan, seed)
        row = many.boundary.climate[slot]
        for name in ("weather", "sun"):
            assert np.array_equal(getattr(many.boundary, name)[row], getattr(one.boundary, name)[0])
        for name in set(Parameters._fields) - {"kind", "constant"}:
            assert np.array_equal(getattr(many.parameters, name)[row], getattr(one.parameters, name)[0])
        for name in ("occupant", "occupant_key", "sensor", "sensor_key"):
            assert np.array_equal(getattr(many.boundary, name)[slot], getattr(one.boundary, name)[0])
        width = one.boundary.event.shape[1]
        assert np.array_equal(many.boundary.event[slot, :width], one.boundary.event[0])
        assert str(seed) in many.notes["drawn"]
    rows = many.boundary.weather if site else many.parameters.system
    assert not np.array_equal(rows[0], rows[1])


def test_without_variation_all_share_one_climate_and_one_row_of_parameters() -> None:
    plain = assemble(load_scenario("office").updated(days=1, warm_up_days=0), (3, 4))
    assert len(plain.boundary.weather) == len(plain.parameters.zone) == 1
    assert "drawn" not in plain.notes


def test_wrong_sensors_are_a_line_in_a_scenario() -> None:
    run = {"days": 1, "warm_up_days": 0}
    plain = assemble(load_scenario("office", {"run": run}), (1, 2))
    wrong = {"devices.air_temperature.bias": {"add": [1.5, 1.5]}, "devices.co2.error_factor": [3, 3]}
    off = assemble(load_scenario("office", {"run": run, "randomise": wrong}), (1, 2))
    air = [i for i, info in enumerate(plain.sensors) if info.point_id.endswith(".air_temperature")]
    co2 = [i for i, info in enumerate(plain.sensors) if info.point_id.endswith(".co2")]
    rest = sorted(set(range(len(plain.sensors))) - {*air, *co2})
    was, now = plain.boundary.sensor, off.boundary.sensor
    np.testing.assert_allclose(now[:, air, la.SP_BIAS], was[:, air, la.SP_BIAS] + 1.5)
    np.testing.assert_allclose(now[:, co2, la.SP_BIAS], 3.0 * was[:, co2, la.SP_BIAS])
    np.testing.assert_allclose(now[:, co2, la.SP_NOISE], 3.0 * was[:, co2, la.SP_NOISE])
    assert np.array_equal(now[:, rest], was[:, rest])
    meter = {"devices.electric_power.bias": {"add": [5, 5]}}
    with pytest.raises(ScenarioError, match="a meter has no constant error"):
        assemble(load_scenario("office", {"run": run, "randomise": meter}))


def test_a_fault_of_a_sensor_begins_on_a_day_and_drifts() -> None:
    run = {"days": 3, "warm_up_days": 1}
    keys = {"bias": [1.0, 2.0], "bias_from_day": [0.5, 2.5], "drift_per_day": [0.1, 0.3]}
    ranges = {f"devices.air_temperature.{key}": {"add": ends} for key, ends in keys.items()}
    plain = assemble(load_scenario("office", {"run": run}), (1, 2)).boundary.sensor
    many = assemble(load_scenario("office", {"run": run, "randomise": ranges}), (1, 2))
    air = [i for i, info in enumerate(many.sensors) if info.point_id.endswith(".air_temperature")]
    sensor, was = many.boundary.sensor[:, air], plain[:, air]
    assert np.array_equal(sensor[:, :, la.SP_BIAS], was[:, :, la.SP_BIAS]), "before it comes, nothing"
    days = sensor[:, 0, la.SP_ONSET] / 1440.0 - 1.0
    assert (days > 0.5).all()
    assert (days < 2.5).all()
    assert days[0] != days[1]
    assert ((sensor[:, :, la.SP_FAULT] >= 1.0) & (sensor[:, :, la.SP_FAULT] <= 2.0)).all()
    assert ((sensor[:, :, la.SP_DRIFT] * 1440.0 >= 0.1) & (sensor[:, :, la.SP_DRIFT] * 1440.0 <= 0.3)).all()
    meter = {"devices.electric_power.drift_per_day": {"add": [5, 5]}}
    with pytest.raises(ScenarioError, match="a meter has no constant error"):
        assemble(load_scenario("office", {"run": run, "randomise": meter}))


def test_weather_s_spread_and_a_warmer_year_are_ranges_too() -> None:
    ranges: dict[str, Any] = {
        "site.weather_variability.temperature_shift_k": {"add": [1.0, 4.0]},
        "site.weather_variability.temperature_sd_k": [0.1, 2.0],
    }
    plan = load_scenario(
        "office", {"run": {"days": 1}, "randomise": ranges, "site": {"weather_variability": "low"}}
    )
    file = read_weather("chicago")
    found = [drawn(plan, seed).site.weather_variability for seed in range(6)]
    away = [varied(file, one, seed).temperature - file.temperature for seed, one in enumerate(found)]
    means, spreads = [one.mean() for one in away], [one.std() for one in away]
    assert min(means) > 0.8
    assert max(means) < 4.2
    assert np.ptp(means) > 0.5
    assert np.ptp(spreads) > 0.5
    plain = load_scenario("office", {"run": {"days": 1}})
    own, same = (assemble(p, 3).boundary.weather[0, :, la.W_TEMPERATURE] for p in (plan, plain))
    assert (own != same).all()
