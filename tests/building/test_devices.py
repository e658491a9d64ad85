"""Devices of a scenario: who measures what, how wrongly, and when."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from twin.basics.clock import Clock
from twin.basics.errors import ScenarioError
from twin.building.devices import Devices, devices
from twin.physics import layout as la
from twin.physics.sensing import REGISTER
from twin.scenario.catalog import available, load_datasheet
from twin.scenario.datasheets import Datasheet
from twin.scenario.schema import Device, Scenario

CLOCK = Clock(date(2023, 1, 9), "Europe/Berlin", 1, 2, 60, 900)
QUANTITIES = ("air_temperature", "co2", "presence")
SIGNALS = {f"{zone}.{quantity}": i for i, (zone, quantity) in enumerate(
    [(z, q) for z in ("north", "south") for q in QUANTITIES]
)} | {"site.outdoor_temperature": 6, "electricity.electric_energy": 7, "electricity.electric_power": 8,
      "fans.electric_energy": 9}  # fmt: skip


def scenario(*rows: dict[str, object]) -> Scenario:
    """A scenario made in Python, whose devices nobody has checked."""
    zones = [{"id": name, "floor_area_m2": 20.0} for name in ("north", "south")]
    plain = Scenario.model_validate(
        {
            "name": "bench",
            "site": {"weather": "denver", "timezone": "Europe/Berlin"},
            "building": {"zones": zones},
            "hvac": {"kind": "ideal_loads"},
        }
    )
    made = tuple(Device.model_construct(**({"end_use": None} | row)) for row in rows)
    return plain.model_copy(update={"devices": made})


def sheet(**values: object) -> Datasheet:
    base = {"name": "probe", "source": "test", "quantities": QUANTITIES, "period_s": 300}
    return Datasheet.model_validate(base | values)


def build(*rows: dict[str, object], seeds: tuple[int, ...] = (0,), **values: object) -> Devices:
    return devices(scenario(*rows), CLOCK, seeds, SIGNALS, lambda name: sheet(**values))


EVERYWHERE: dict[str, object] = {"datasheet": "probe", "measures": "air_temperature", "at": ("zones",)}


def test_zones_means_every_zone() -> None:
    made = build(EVERYWHERE)
    assert sorted(info.point_id for info in made.infos) == ["north.air_temperature", "south.air_temperature"]
    assert all((info.unit, info.period_s, info.datasheet) == ("°C", 300, "probe") for info in made.infos)
    for i, info in enumerate(made.infos):
        assert made.sensor[0, i, la.SP_SIGNAL] == SIGNALS[info.point_id]


def test_no_devices_make_empty_arrays() -> None:
    made = build(seeds=(0, 1))
    assert made.sensor.shape == (2, 0, la.SENSOR_PARAMETERS)
    assert made.infos == ()


def test_a_misspelt_zone_names_the_nearest_point() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean 'north\.air_temperature'"):
        build({"datasheet": "probe", "measures": "air_temperature", "at": ("nort",)})


def test_a_quantity_that_the_datasheet_does_not_measure_is_refused() -> None:
    with pytest.raises(ScenarioError, match="does not measure") as error:
        build({"datasheet": "probe", "measures": "air_temperature", "at": ("north",)}, quantities=("co2",))
    assert error.value.allowed == "co2"


def test_unknown_quantity_is_refused_with_the_nearest() -> None:
    with pytest.raises(ScenarioError) as error:
        build({"datasheet": "probe", "measures": "air_temprature", "at": ("north",)})
    assert error.value.suggestion == "air_temperature"


def test_a_point_measured_twice_is_refused() -> None:
    with pytest.raises(ScenarioError, match="measured twice"):
        build(EVERYWHERE, {"datasheet": "probe", "measures": "air_temperature", "at": ("south",)})


def test_meters_by_end_use_and_for_the_whole_building() -> None:
    rows = [
        {"datasheet": "m", "measures": "electric_energy", "at": ("building",)},
        {"datasheet": "m", "measures": "electric_power", "at": ("building",), "end_use": "total"},
        {"datasheet": "m", "measures": "electric_energy", "at": ("building",), "end_use": "fans"},
    ]
    made = build(*rows, kind="meter", quantities=("electric_energy", "electric_power"), accuracy_share=0.01,
                 period_s=900, noise_sd=3.0)  # fmt: skip
    points = [info.point_id for info in made.infos]
    assert points == ["electricity.electric_energy", "electricity.electric_power", "fans.electric_energy"]
    assert np.all(made.sensor[0, :, [la.SP_PHASE, la.SP_BIAS, la.SP_NOISE]] == 0.0)
    assert made.sensor[0, :, la.SP_KIND].tolist() == [REGISTER, 0, REGISTER]
    gain = made.sensor[0, :, la.SP_GAIN]
    assert gain[0] == gain[1] != gain[2]
    assert np.all(np.abs(gain - 1.0) <= 0.01)


def test_errors_follow_the_seed_and_stay_inside_the_limit() -> None:
    seeds = tuple(range(400))
    made = build(EVERYWHERE, seeds=seeds, accuracy=0.4, bias_limit=0.5, accuracy_share=0.02)
    bias, gain = made.sensor[:, :, la.SP_BIAS], made.sensor[:, :, la.SP_GAIN] - 1.0
    assert bias.std() == pytest.approx(0.2, rel=0.1)
    assert np.abs(bias).max() <= 0.5
    assert gain.std() == pytest.approx(0.01, rel=0.1)
    assert np.abs(gain).max() <= 0.03 + 1e-12
    assert abs(np.corrcoef(bias[:, 0], bias[:, 1])[0, 1]) < 0.2
    assert len(set(made.sensor_key.ravel().tolist())) == 800


def test_the_slot_in_a_batch_does_not_enter() -> None:
    alone, batch = build(EVERYWHERE, seeds=(5,), accuracy=1.0), build(EVERYWHERE, seeds=(3, 5), accuracy=1.0)
    assert np.array_equal(alone.sensor[0], batch.sensor[1])
    assert np.array_equal(alone.sensor_key[0], batch.sensor_key[1])


def test_a_device_keeps_its_errors_when_others_are_added() -> None:
    one = build(EVERYWHERE, accuracy=1.0)
    more = build({"datasheet": "probe", "measures": "co2", "at": ("zones",)}, EVERYWHERE, accuracy=1.0)
    bias = {info.point_id: more.sensor[0, i, la.SP_BIAS] for i, info in enumerate(more.infos)}
    for i, info in enumerate(one.infos):
        assert one.sensor[0, i, la.SP_BIAS] == bias[info.point_id]


def test_sensors_stand_in_groups_with_those_that_lag_first() -> None:
    names = {"slow": sheet(name="slow", lag_s=120), "fast": sheet(name="fast", period_s=60)}
    made = devices(
        scenario(
            {"datasheet": "fast", "measures": "presence", "at": ("zones",)},
            {"datasheet": "slow", "measures": "air_temperature", "at": ("zones",)},
            {"datasheet": "slow", "measures": "co2", "at": ("zones",)},
        ),
        CLOCK, (0,), SIGNALS, names.__getitem__,
    )  # fmt: skip
    rows = made.sensor[0]
    assert [info.datasheet for info in made.infos] == ["slow"] * 4 + ["fast"] * 2
    np.testing.assert_allclose(rows[:4, la.SP_LAG], 1.0 - math.exp(-0.5))
    for i, row in enumerate(rows):
        end = int(row[la.SP_NEXT_GROUP])
        schedule = rows[:, [la.SP_PERIOD, la.SP_PHASE]]
        assert np.all(schedule[i:end] == schedule[i])
        assert (
            end == len(rows) or not np.array_equal(schedule[end], schedule[i]) or rows[end, la.SP_LAG] == 1.0
        )


def test_phase_belongs_to_the_installation() -> None:
    phases = [build(EVERYWHERE, seeds=(seed,)).sensor[0, :, la.SP_PHASE].tolist() for seed in (0, 1)]
    assert phases[0] == phases[1]
    assert all(0 <= phase < 5 for phase in phases[0])


def test_a_period_that_is_no_multiple_of_the_tick_is_rounded_up() -> None:
    assert build(EVERYWHERE, period_s=100).infos[0].period_s == 120


def test_range_is_the_datasheets_or_the_quantitys() -> None:
    made = build({"datasheet": "probe", "measures": "co2", "at": ("north",)}, upper=2000.0)
    assert (made.sensor[0, 0, la.SP_LOWER], made.sensor[0, 0, la.SP_UPPER]) == (300.0, 2000.0)
    assert made.infos[0].upper == 2000.0
    assert math.isinf(build(EVERYWHERE).infos[0].upper)


def test_every_shipped_datasheet_can_be_read_and_names_its_sources() -> None:
    names = set(available("sensors"))
    assert names >= {
        "room_temperature", "room_humidity", "room_co2", "presence_pir", "people_counter", "lux",
        "duct_temperature", "electricity_meter", "gas_meter", "heat_meter", "air_flow_station",
        "outdoor_station", "anemometer", "pyranometer", "duct_pressure",
    }  # fmt: skip
    for name in names:
        found = load_datasheet(name)
        assert found.name == name
        assert found.title
        assert len(found.source) > 80
        assert found.period_s % 60 == 0
