"""Cases written for EnergyPlus: the model and the weather, and EnergyPlus itself where it is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.energyplus import chosen, compare, engine, parser_of, rows
from benchmarks.energyplus_model import Objects, model
from benchmarks.energyplus_weather import write_epw
from twin.basics.errors import TwinError
from twin.building.weather_table import RANGES, read_table
from twin.building.weather_year import read_weather
from twin.scenario.catalog import load_scenario
from twin.validation.bestest import all_quantities
from twin.validation.bestest_figures import CASES, ENERGYPLUS, quantities_of, results, scenario_of

INSTALLED = importlib.util.find_spec("pyenergyplus") is not None


def corners(fields: Objects) -> np.ndarray:
    """Corners of an opaque surface or of a window (k, 3)."""
    if "vertices" in fields:
        return np.array([[c[f"vertex_{a}_coordinate"] for a in "xyz"] for c in fields["vertices"]])
    return np.array([[fields[f"vertex_{k}_{a}_coordinate"] for a in "xyz"] for k in range(1, 5)])


def vector(points: np.ndarray) -> np.ndarray:
    """Area times outward normal of a flat polygon seen counterclockwise from outside."""
    turns = [np.cross(a, b) for a, b in zip(points, np.roll(points, -1, axis=0), strict=True)]
    return 0.5 * np.sum(turns, axis=0)


def written(case: str) -> Objects:
    return model(load_scenario(scenario_of(case)))


def test_the_cell_of_case_600() -> None:
    surfaces = written("600")["BuildingSurface:Detailed"]
    seen = {name.removeprefix("cell "): vector(corners(one)) for name, one in surfaces.items()}
    expected = {
        "wall 0": (0, 21.6, 0), "wall 90": (16.2, 0, 0), "wall 180": (0, -21.6, 0), "wall 270": (-16.2, 0, 0),
        "roof": (0, 0, 48.0), "floor": (0, 0, -48.0),
    }  # fmt: skip
    assert seen.keys() == expected.keys()
    for name, area in expected.items():
        np.testing.assert_allclose(seen[name], area, atol=1e-9)
    assert surfaces["cell floor"]["sun_exposure"] == "NoSun"


def test_the_windows_of_case_600_lie_where_the_standard_puts_them() -> None:
    windows = [corners(one) for one in written("600")["FenestrationSurface:Detailed"].values()]
    assert [tuple(w[:, 0][[0, 2]]) for w in windows] == [(0.5, 3.5), (4.5, 7.5)]
    for window in windows:
        np.testing.assert_allclose(vector(window), (0, -6, 0), atol=1e-9)
        assert window[:, 2].min() == 0.2 and (window[:, 1] == 0.0).all()


def test_layers_run_from_the_outside_and_a_layer_without_mass_is_a_resistance() -> None:
    objects = written("600")
    wall = objects["Construction"]["wall"]
    outer, inner = (objects["Material"][wall[key]] for key in ("outside_layer", "layer_3"))
    assert (outer["thickness"], outer["conductivity"], outer["density"]) == (0.009, 0.14, 530)
    assert (inner["thickness"], inner["conductivity"], inner["density"]) == (0.012, 0.16, 950)
    floor = objects["Material:NoMass"][objects["Construction"]["floor"]["outside_layer"]]
    assert floor["thermal_resistance"] == pytest.approx(25.075)


def test_gains_leaks_and_setpoints_of_case_600() -> None:
    objects = written("600")
    (gains,), (leaks,) = (
        objects[key].values() for key in ("OtherEquipment", "ZoneInfiltration:DesignFlowRate")
    )
    assert gains["design_level"] == pytest.approx(200.0) and gains["fraction_radiant"] == 0.6
    assert leaks["air_changes_per_hour"] == 0.5
    held = {name: one["data"][-1]["field"] for name, one in objects["Schedule:Compact"].items()}
    assert (held["lower setpoint"], held["upper setpoint"]) == (20.0, 27.0)


def test_a_floating_case_has_no_system() -> None:
    assert "ZoneHVAC:IdealLoadsAirSystem" not in written("600FF")


def test_the_setback_ramps_and_steps() -> None:
    data = written("640")["Schedule:Compact"]["lower setpoint"]["data"]
    fields = [row["field"] for row in data[2:]]
    held = dict(zip(fields[::2], fields[1::2], strict=True))
    assert held["Until: 07:00"] == pytest.approx(10.0, abs=1e-3)
    assert held["Until: 07:30"] == pytest.approx(15.0, abs=1e-3)
    assert held["Until: 23:00"] == 20.0 and held["Until: 24:00"] == 10.0


def test_night_ventilation_runs_over_midnight_and_cooling_rests() -> None:
    objects = written("650")
    night = [row["field"] for row in objects["Schedule:Compact"]["cell night"]["data"][2:]]
    assert night == ["Until: 07:00", 1.0, "Until: 18:00", 0.0, "Until: 24:00", 1.0]
    assert objects["Schedule:Compact"]["lower setpoint"]["data"][-1]["field"] == -100.0


def test_shading_is_that_of_the_scenario() -> None:
    overhangs = list(written("610")["Shading:Overhang"].values())
    ends = [
        (o["left_extension_from_window_door_width"], o["right_extension_from_window_door_width"])
        for o in overhangs
    ]
    assert ends == [(0.5, 4.5), (4.5, 0.5)]
    fins = written("630")["Shading:Fin"]
    assert len(fins) == 2 and all(f["left_depth"] == f["right_depth"] == 1.0 for f in fins.values())


def test_the_sunspace_stands_before_the_cell_and_both_share_a_wall() -> None:
    objects = written("960")
    surfaces = objects["BuildingSurface:Detailed"]
    one, other = surfaces["cell to sunspace"], surfaces["sunspace to cell"]
    np.testing.assert_allclose(vector(corners(one)), (0, -21.6, 0), atol=1e-9)
    np.testing.assert_allclose(vector(corners(other)), (0, 21.6, 0), atol=1e-9)
    assert one["outside_boundary_condition_object"] == "sunspace to cell"
    assert corners(surfaces["sunspace wall 180"])[:, 1].max() == -2.0
    assert list(objects["ZoneControl:Thermostat"]) == ["cell thermostat"]


@pytest.mark.parametrize("case", CASES)
def test_every_case_is_written_closed(case: str) -> None:
    """The outward area vectors of each room sum to nothing: no hole, and no face turned inside out."""
    objects = written(case)
    for zone in objects["Zone"]:
        faces = [s for s in objects["BuildingSurface:Detailed"].values() if s["zone_name"] == zone]
        assert len(faces) == 6
        np.testing.assert_allclose(np.sum([vector(corners(f)) for f in faces], axis=0), 0.0, atol=1e-9)


def test_a_real_building_is_refused() -> None:
    with pytest.raises(TwinError, match="EnergyPlus"):
        model(load_scenario("office"))


def test_weather_comes_back_as_it_was_written(tmp_path: Path) -> None:
    weather = read_weather("denver")
    write_epw(weather, tmp_path / "denver.epw", 2021)
    table, _ = read_table(tmp_path / "denver.epw")
    place = (table.latitude, table.longitude, table.utc_offset_h, table.altitude_m)
    assert place == pytest.approx(
        (weather.latitude, weather.longitude, weather.utc_offset_h, weather.altitude_m), abs=1e-3
    )
    for name in RANGES:
        factor = 10.0 if name.endswith("sky_cover") else 1.0
        np.testing.assert_allclose(
            table.columns[name], factor * getattr(weather, name), rtol=1e-5, err_msg=name
        )


def test_cases_by_name() -> None:
    assert chosen(["600ff"]) == ["600FF"]
    with pytest.raises(TwinError, match="600"):
        chosen(["601"])


@pytest.mark.skipif(INSTALLED, reason="EnergyPlus is installed")
def test_without_the_extra_one_error_names_it(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.energyplus"], cwd=repository, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert 'pip install "building-twin[energyplus]"' in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not INSTALLED, reason='needs EnergyPlus: pip install "building-twin[energyplus]"')
@pytest.mark.parametrize("case", ["600", "900FF"])
def test_energyplus_finds_what_was_published_of_it(case: str, tmp_path: Path) -> None:
    """The written model is the standard's: today's EnergyPlus repeats the published run of its version 9."""
    pair = compare(case, engine(), tmp_path, parser_of().parse_args(["--repeat", "1"]))
    found = all_quantities(pair.theirs, "cell")
    for key in quantities_of(case):
        published = results(case, key)[ENERGYPLUS]
        near = {"abs": 0.3} if key.endswith("_C") else {"rel": 0.015}
        assert found[key] == pytest.approx(published, **near), key
    assert len(list(rows(pair))) == len(quantities_of(case))
    assert 0.0 < pair.batch_s and 0.0 < pair.theirs_s
