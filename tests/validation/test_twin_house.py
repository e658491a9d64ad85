"""The measured house: its file is what the script writes; with the record, the living room is met."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from twin.building.envelope import envelope
from twin.scenario.catalog import load_scenario
from twin.validation import twin_house as suite
from twin.validation.twin_house_data import RECORD, ROOMS, measured_weather, read_record, reference
from twin.validation.twin_house_run import held, repeated

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data(shared_data):
    if not (shared_data / RECORD).is_file():
        pytest.skip(f"no measured house: {RECORD} is not in the data folder")
    return shared_data


def script():
    spec = importlib.util.spec_from_file_location("make_twin_house", ROOT / "scripts" / "make_twin_house.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_is_what_the_script_writes():
    made = script()
    assert made.TARGET.read_text(encoding="utf-8") == made.text(reference())


def test_the_house_is_the_documented_one():
    scenario = load_scenario("validation/twin_house_n2")
    zones = {zone.id: zone for zone in scenario.building.zones}
    assert tuple(zones) == tuple(ROOMS)
    floors = sum(zone.floor_area_m2 for zone in zones.values())
    assert floors == pytest.approx(81.4, abs=0.2)  # m2 inside
    doors = [p for p in scenario.building.partitions if p.door is not None]
    assert {p.between[::-1] if p.between[0] == "corridor" else p.between for p in doors} == {
        (room, "corridor") for room in ("living", "bathroom", "child")
    }
    south = [w for z in zones.values() for wall in z.walls if wall.azimuth_deg == 180 for w in wall.windows]
    assert [w.glazing for w in south] == ["low_e_behind_blind"] * 3  # roller blinds down


def test_closed_blinds_pass_no_sun_and_the_glass_has_its_u_value():
    from twin.building.glazing import glazing_of

    types = load_scenario("validation/twin_house_n2").building.glazing
    glass, behind = (glazing_of(name, types) for name in ("low_e", "low_e_behind_blind"))
    assert glass.u_value() == pytest.approx(1.1, abs=0.01)  # as documented, EN 673
    assert glass.shgc() == pytest.approx(0.62, abs=0.03)  # as in AixLib's transcription
    assert behind.diffuse[0] == 0.0
    assert max(behind.transmittance) == 0.0
    assert behind.u_value() < glass.u_value()


def test_the_fabric_loses_what_its_layers_say():
    scenario = load_scenario("validation/twin_house_n2")
    shell = envelope(scenario, 60)
    assert np.isfinite(shell.operator).all()
    assert (shell.capacity.sum(axis=2) > 1e6).all()  # J/K: every room has heavy walls


def test_warm_up_sees_the_first_days_again():
    values = np.arange(1000.0)
    longer = repeated(values, 2)
    assert len(longer) == 1288
    assert (longer[:288] == values[:288]).all()
    assert (longer[288:] == values).all()


def test_the_record_is_read_with_its_clock(data):
    record = read_record(data)
    assert len(record) == 41 * 144
    pulses = record.phase("pulses")
    living = record.heater("living")
    assert living[pulses.start - 1] > 1000.0  # the power falls at that midnight
    assert living[pulses.start] < 10.0
    assert held(record).sum() == (9 + 6) * 144
    weather = measured_weather(record)
    noon = weather.zenith[:144].argmin() / 6.0
    assert noon == pytest.approx(12.2, abs=0.25)  # local standard time, 3.3° west of its meridian
    assert weather.dni.max() < 1100.0


def test_the_sun_falls_on_the_facades_as_measured(data):
    outcome = suite.SUITE.run("sun", data)
    for check in outcome.checks:
        if check.reference is not None:
            assert check.ours == pytest.approx(check.reference, rel=0.07), check.quantity


def test_the_living_room_follows_the_measured_one(data):
    outcome = suite.SUITE.run("free", data)
    demands = suite.SUITE.demands(outcome.checks, True)
    assert [demand.met for demand in demands] == [True]
    names = {f"{label}: RMSE of air temperature" for label in suite.labels().values()}
    rooms = [check for check in outcome.checks if check.quantity in names]
    assert len(rooms) == len(ROOMS)
    assert all(check.ours < 1.5 for check in rooms)


def test_the_heaters_give_what_was_measured(data):
    outcome = suite.SUITE.run("heated", data)
    whole = [c for c in outcome.checks if c.quantity.startswith("Whole house") and "mean" in c.quantity]
    assert len(whole) == 2
    for check in whole:
        assert check.ours == pytest.approx(check.reference, rel=0.05)
