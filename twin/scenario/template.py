"""The text that `twin new` writes: a small scenario to start from, with every section explained."""

from __future__ import annotations

import re

from twin.basics.errors import ScenarioError, nearest

_TEXT = """\
# A small shop with a store room. Change what you like: `twin validate` tells what does not fit, `twin run`
# runs it. Keys end in their unit: _m2, _m, _c (degrees Celsius), _w (watts), _s (seconds). Clock times stand
# in quotes. To change a shipped scenario instead, write `extends: office` and only the lines that differ.
format: 1
name: {name}
title: A shop with a store room

site:
  weather: chicago              # or denver, miami, phoenix, san_francisco, or a path to an EPW or TMY3 file
  weather_variability: none     # by episode seed around that year: none, low, medium, high
  timezone: America/Chicago     # IANA name; people and prices follow its wall clock
  holidays: US                  # country (DE) or part of it (DE-BY); leave the line out for none

building:
  zones:
    - id: shop                  # lower case letters, digits and _
      floor_area_m2: 60.0
      height_m: 3.0
      outline_m: [[0, 0], [10, 0], [10, 6], [0, 6]]   # corners in metres, x east, y north; may be left out
      walls:                    # outside walls only; area is gross, windows included
        - construction: wall_brick_insulated   # named types: see scenarios/README.md; or your own, below
          area_m2: 30.0
          azimuth_deg: 180      # where it looks: 0 north, 90 east, 180 south, 270 west
          windows:
            - {{glazing: double_low_e_argon, area_m2: 12.0, height_m: 2.0}}
        - {{construction: wall_brick_insulated, area_m2: 18.0, azimuth_deg: 90}}
        - {{construction: wall_brick_insulated, area_m2: 18.0, azimuth_deg: 270}}
      roof: {{construction: roof_insulated, area_m2: 60.0}}
      floor: {{construction: floor_slab_insulated, area_m2: 60.0}}    # under it: `boundary: ground`
      furniture: {{construction: furniture, area_m2: 40.0}}                 # shelves: they store heat
      infiltration: {{leakage_area_cm2: 150.0}}          # at 4 Pa; or air_changes_per_hour
    - id: store
      floor_area_m2: 30.0
      height_m: 3.0
      outline_m: [[0, 6], [10, 6], [10, 9], [0, 9]]
      walls:
        - {{construction: wall_brick_insulated, area_m2: 30.0, azimuth_deg: 0}}
        - {{construction: my_wall, area_m2: 9.0, azimuth_deg: 90}}
        - {{construction: my_wall, area_m2: 9.0, azimuth_deg: 270}}
      roof: {{construction: roof_insulated, area_m2: 30.0}}
      floor: {{construction: floor_slab_insulated, area_m2: 30.0}}
      infiltration: {{air_changes_per_hour: 0.3}}
  partitions:
    - between: [shop, store]
      construction: partition_light
      area_m2: 30.0
      door: {{width_m: 0.9, height_m: 2.0, open_fraction: 0.3}}
  constructions:
    my_wall:                    # your own, by its layers from the inside to the outside
      layers:
        - material: plaster
          thickness_m: 0.015
          conductivity_w_mk: 0.57
          density_kg_m3: 1300
          specific_heat_j_kgk: 1000
        - material: brick
          thickness_m: 0.20
          conductivity_w_mk: 0.8
          density_kg_m3: 1800
          specific_heat_j_kgk: 800
        - {{material: insulation, resistance_m2k_w: 2.5}}    # too light to store heat worth counting

hvac:
  kind: ideal_loads             # ideal_loads, vav or heat_pump; `twin schema scenario` lists what each takes
  heating_capacity_w_m2: 100.0
  cooling_capacity_w_m2: 100.0
  outdoor_air_l_s_person: 3.8   # fresh air while people are expected
  outdoor_air_l_s_m2: 0.6

people:
  kind: office                  # office, school, family or none
  desks: {{shop: 4}}              # how many people have their place where
  arrival: "08:45"
  departure: "18:15"

loads:
  default: {{equipment_base_w_m2: 2.0, equipment_w_person: 60.0, lighting_w_m2: 10.0}}
  zones:
    store: {{equipment_base_w_m2: 4.0, equipment_w_person: 0.0, lighting_w_m2: 4.0}}  # fridge

comfort:
  occupied_hours: ["09:00", "18:00"]
  occupied_days: [mon, tue, wed, thu, fri, sat]
  lower_c: 20.0
  upper_c: 25.5

tariff:
  electricity_per_kwh: 0.13
  periods:                      # exceptions by time of use; they may not overlap
    - {{start: "14:00", end: "19:00", price_per_kwh: 0.22, days: [mon, tue, wed, thu, fri]}}

devices:                        # which datasheet measures what, and where; "zones" means every zone
  - {{datasheet: room_temperature, measures: air_temperature, at: [zones]}}
  - {{datasheet: room_co2, measures: co2, at: [shop]}}
  - {{datasheet: presence_pir, measures: presence, at: [shop]}}
  - {{datasheet: electricity_meter, measures: electric_energy, at: [electricity]}}

run:
  start: 2023-01-18             # first day of the results; the warm-up comes before it
  days: 14
  warm_up_days: 7
  tick_s: 60                    # step of the physics; an hour is a whole number of ticks
  control_step_s: 900           # step of the controller; a whole number of ticks
  baseline: setback             # the controller of the warm-up; `twin list agents`

# randomise:                    # numbers that every seed draws anew: factors, or add: [-1, 1]
#   insulation: [0.8, 1.2]
#   hvac.heating_capacity_w_m2: [0.9, 1.1]
#   building.zones.*.infiltration.*: [0.7, 1.5]   # a star is every item, each with a draw of its own
#   people.arrival: {{add_min: [-20, 20]}}
"""


def scenario_text(name: str = "my_building") -> str:
    """A commented scenario of that name, as YAML.

    Raises
    ------
    ScenarioError
        The name has other characters than lower case letters, digits and _.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        proper = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")
        proper = proper if proper[:1].isalpha() else f"building_{proper}".strip("_")
        raise ScenarioError(
            "this cannot be the name of a scenario",
            value=name,
            allowed="lower case letters, digits and _, beginning with a letter",
            suggestion=nearest(name, [proper]) or proper,
        )
    return _TEXT.format(name=name)
