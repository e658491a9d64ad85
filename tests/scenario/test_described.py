"""A building described with every key there is: it loads, is written back, and its heat adds up."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml

from twin.building.assembly import assemble
from twin.building.glazing import glazing_of, named_glazing
from twin.physics import layout as la
from twin.scenario.catalog import load_scenario
from twin.scenario.dump import scenario_yaml
from twin.scenario.json_schema import scenario_json_schema
from twin.simulator import Simulator

HOUSE = """\
name: house
site:
  weather: denver
  timezone: Etc/GMT+7
  air_density_kg_m3: 1.0156
  horizon_by_azimuth_deg: [[0, 2], [90, 5], [180, 10], [270, 5]]
building:
  glazing:
    tabled:
      angles_deg: [0, 30, 60, 75, 90]
      transmittance: [0.70, 0.69, 0.58, 0.33, 0.0]
      absorptance_outer: [0.10, 0.10, 0.12, 0.13, 0.13]
      absorptance_inner: [0.07, 0.07, 0.08, 0.06, 0.05]
      diffuse_transmittance: 0.6
      gap_conductance_w_m2k: 5.2
      gap_emissivity: 0.72
      pane_resistance_m2k_w: 0.006
    pane: {transmittance: [0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.7, 0.6, 0.4, 0.0], panes: 1,
           absorptance_outer: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.0]}
  constructions:
    white:
      solar_absorptance_inside: 0.3
      layers:
        - {thickness_m: 0.2, conductivity_w_mk: 0.5, density_kg_m3: 1200, specific_heat_j_kgk: 1000}
  zones:
    - id: room
      floor_area_m2: 48.0
      height_m: 2.7
      walls:
        - construction: white
          area_m2: 21.6
          azimuth_deg: 180
          inside_solar_absorptance: 0.5
          windows:
            - {glazing: tabled, area_m2: 8.0, width_m: 2.0, height_m: 2.0, count: 2, frame_fraction: 0.25,
               frame_u_value_w_m2k: 1.6, openable_fraction: 0.5,
               shading: {overhang_depth_m: 1.0, overhang_above_m: 0.5, overhang_left_m: 0.5,
                         overhang_right_m: 4.5, fin_left_depth_m: 0.5, fin_offset_m: 0.1, fin_above_m: 0.5,
                         fin_below_m: 0.2, horizon_deg: 5}}
            - {glazing: pane, area_m2: 2.0, height_m: 1.0}
        - {construction: white, area_m2: 16.2, azimuth_deg: 90,
           boundary: {kind: unheated_space, temperature_factor: 0.5}}
        - {construction: white, area_m2: 10.0, azimuth_deg: 0, boundary: ground}
        - {construction: white, area_m2: 11.6, azimuth_deg: 0,
           boundary: {kind: fixed_temperature, temperature_c: 18}}
        - {construction: white, area_m2: 16.2, azimuth_deg: 270, boundary: adiabatic}
      roof:
        construction: roof_timber
        area_m2: 48.0
        boundary: {kind: series, file: attic.csv, column: attic}
      floor:
        construction: floor_slab_insulated
        area_m2: 48.0
        boundary: {kind: ground, characteristic_dimension_m: 3.4, wall_thickness_m: 0.4,
                   soil_conductivity_w_mk: 1.5, soil_heat_capacity_j_m3k: 3.0e+6}
      furniture: {construction: furniture, area_m2: 20.0}
      thermal_bridges:
        - {name: eaves, psi_w_mk: 0.06, length_m: 28.0}
        - {name: anchors, chi_w_k: 0.01, count: 12}
      night_ventilation: {air_changes_per_hour: 4, hours: ["22:00", "06:00"], only_if_cooler_by_k: 2,
                          not_below_c: 20, fan_power_w_per_l_s: 0.3}
hvac: {kind: ideal_loads, heating_capacity_w_m2: 200}
loads: {default: {equipment_base_w_m2: 4.0, equipment_radiant_fraction: 0.6, lighting_radiant_fraction: 0.2}}
comfort:
  lower_schedule_c: [["07:00", 15], ["08:00", 20], ["23:00", 20], ["23:00", 15]]
  upper_schedule_c: [["00:00", 27]]
run: {start: 2023-06-02, days: 2, warm_up_days: 1, tick_s: 300, baseline: follow}
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    hours = [
        f"2023-0{5 + d // 31}-{1 + d % 31:02d}T{h:02d}:00:00Z,{20 + 8 * np.sin(h / 4):.3f}"
        for d in range(30, 37)
        for h in range(24)
    ]
    (tmp_path / "attic.csv").write_text("time,attic\n" + "\n".join(hours) + "\n")
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE)
    return path


def test_it_loads_is_written_back_and_fits_the_schema(house: Path) -> None:
    scenario = load_scenario(house)
    again = house.parent / "again.yaml"
    again.write_text(scenario_yaml(scenario))
    assert load_scenario(again) == scenario
    assert scenario.updated(days=1).building == scenario.building
    jsonschema.validate(json.loads(json.dumps(yaml.safe_load(HOUSE), default=str)), scenario_json_schema())


def test_it_runs_and_follows_its_timetable(house: Path) -> None:
    building = assemble(load_scenario(house), 0)
    simulator = Simulator(building)
    per_day = building.clock.ticks // 3
    air, fans = [], 0.0
    for k in range(3 * per_day):
        command = building.command_default[None].copy()
        command[0, [la.C_HEATING, la.C_COOLING]] = building.boundary.bounds[k, 0, [la.B_LOWER, la.B_UPPER]]
        simulator.advance(command, 1)
        air.append(simulator.state.zone[0, 0, la.Z_AIR])
        fans += simulator.state.power[0, la.E_FANS]
    bounds = building.boundary.bounds[: 3 * per_day, 0]
    assert np.isfinite(air).all()
    assert (np.array(air) >= bounds[:, la.B_LOWER] - 1e-6).all()
    assert (np.array(air) <= bounds[:, la.B_UPPER] + 1e-6).all()
    assert fans > 0.0
    mass = building.parameters.zone[0, 0, [la.ZP_AIR_MASS, la.ZP_VOLUME]]
    assert mass[0] / mass[1] == pytest.approx(1.0156)


def test_a_path_is_relative_to_the_file_it_is_written_in(house: Path, tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    child = tmp_path / "deeper" / "child.yaml"
    child.write_text("extends: ../house.yaml\nname: child\nrun: {days: 1}\n")
    assert assemble(load_scenario(child), 0).count == 1


def test_a_table_at_tens_is_the_named_glazing(house: Path) -> None:
    clear = named_glazing("double_clear")
    fields = {
        "transmittance": clear.transmittance, "absorptance_outer": clear.absorptance_outer,
        "absorptance_inner": clear.absorptance_inner, "diffuse_transmittance": clear.diffuse[0],
        "diffuse_absorptance_outer": clear.diffuse[1], "diffuse_absorptance_inner": clear.diffuse[2],
        "gap_conductance_w_m2k": clear.gap_conductance(10.0), "gap_emissivity": clear.gap_emissivity,
        "gas_exponent": clear.gas_exponent, "pane_resistance_m2k_w": clear.pane_resistance,
    }  # fmt: skip
    own = load_scenario(house, {"building": {"glazing": {"own": fields}}}).building.glazing
    glass = glazing_of("own", own)
    assert glass.transmittance == clear.transmittance
    assert glass.u_value() == pytest.approx(clear.u_value(), rel=1e-9)
    assert glass.gap_conductance(-5.0) == pytest.approx(clear.gap_conductance(-5.0), rel=1e-9)
    constant = glazing_of("tabled", own)
    assert constant.panes == 2
    assert constant.diffuse[0] == 0.6
    assert 0.05 < constant.diffuse[1] < 0.15
    assert glazing_of("pane", own).gas_conductance == 0.0
