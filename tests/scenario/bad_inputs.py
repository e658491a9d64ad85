"""Inputs that must be refused: one change to a good scenario each, and what the error has to say."""

from __future__ import annotations

from dataclasses import dataclass

GOOD = """\
format: 1
name: shop
site:
  weather: chicago
  timezone: America/Chicago
  holidays: US-IL
building:
  constructions:
    my_wall:
      layers:
        - {material: brick, thickness_m: 0.2, conductivity_w_mk: 0.8}
        - {material: wool, resistance_m2k_w: 2.5}
  glazing:
    my_glass: {u_value_w_m2k: 1.2, shgc: 0.5}
  zones:
    - id: front
      floor_area_m2: 60.0
      height_m: 3.0
      outline_m: [[0, 0], [10, 0], [10, 6], [0, 6]]
      walls:
        - construction: my_wall
          area_m2: 30.0
          azimuth_deg: 180
          windows:
            - {glazing: my_glass, area_m2: 12.0}
      roof: {construction: roof_light, area_m2: 60.0}
      infiltration: {leakage_area_cm2: 100.0}
    - id: back
      floor_area_m2: 30.0
      walls:
        - {construction: wall_light, area_m2: 27.0, azimuth_deg: 0}
  partitions:
    - between: [front, back]
      construction: partition_light
      area_m2: 27.0
      door: {width_m: 0.9}
hvac:
  kind: vav
  terminals:
    - {zone: front, maximum_flow_m3_h: 900}
people:
  kind: office
  desks: {front: 3}
  meeting_rooms:
    - {zone: back, capacity: 6}
behaviour:
  open_windows: true
loads:
  zones:
    back: {lighting_w_m2: 5.0}
comfort:
  occupied_hours: ["08:00", "18:00"]
  lower_c: 20.0
  upper_c: 25.0
tariff:
  currency: USD
  periods:
    - {start: "08:00", end: "12:00", price_per_kwh: 0.2}
    - {start: "12:00", end: "18:00", price_per_kwh: 0.3}
devices:
  - {datasheet: room_temperature, measures: air_temperature, at: [zones]}
  - {datasheet: electricity_meter, measures: electric_energy, at: [electricity]}
faults: []
run:
  start: 2023-01-16
  days: 7
  tick_s: 60
  control_step_s: 900
  baseline: setback
"""

SCHOOL = """people:
  kind: school
  timetable:
    - {zone: front, start: "08:00", end: "09:00", pupils: 20}
    - {zone: front, start: "09:15", end: "10:00", pupils: 20}
  vacations: [["07-01", "08-31"]]
"""
FAMILY = """people:
  kind: family
  members:
    - {name: ann, role: worker, bedroom: back}
    - {name: bob, role: pupil, bedroom: back}
  living_zone: front
  kitchen_zone: back
"""
OFFICE = GOOD[GOOD.index("people:") : GOOD.index("behaviour:")]
HVAC = GOOD[GOOD.index("hvac:") : GOOD.index("people:")]
HEAT_PUMP = """hvac:
  kind: heat_pump
  heating_capacity_w: 8000
  emitter:
    kind: radiators
    design_supply_c: 45
    design_return_c: 38
"""


@dataclass(frozen=True)
class Bad:
    """`old` in the good scenario becomes `new`.

    The error must name the line in which `at` stands (default: the first line of `new`), the dotted `key`,
    words of its message, what is `allowed`, and the `nearest` valid name where there is one.
    """

    name: str
    old: str
    new: str
    key: str | None
    message: str
    allowed: str | None = None
    nearest: str | None = None
    at: str | None = None


TABLE = (
    # keys and names
    Bad("misspelt key", "height_m: 3.0", "heigth_m: 3.0", "building.zones[0].heigth_m", "unknown key",
        "height_m", "height_m"),
    Bad("misspelt section", "tariff:", "tarif:", "tarif", "unknown key", "tariff", "tariff"),
    Bad("wrong unit in the key", "floor_area_m2: 60.0", "floor_area_ft2: 646",
        "building.zones[0].floor_area_ft2",
        "unit", "floor_area_m2", "floor_area_m2"),
    Bad("wrong unit of time", "tick_s: 60", "tick_min: 1", "run.tick_min", "unit", "tick_s", "tick_s"),
    Bad("unknown kind of system", "kind: vav", "kind: vaw", "hvac.kind", "unknown kind", "ideal_loads",
        "vav"),
    Bad("kind left out", "  kind: vav\n", "", "hvac.kind", "missing", "heat_pump", at="hvac:"),
    Bad("key of another kind", "kind: vav", "kind: ideal_loads", "hvac.terminals", "this kind does not take",
        "heating_capacity_w_m2", at="terminals:"),
    Bad("unknown kind of people", "kind: office", "kind: ofice", "people.kind", "unknown kind", "school",
        "office"),
    Bad("key in the wrong section", "loads:\n", "zones: []\nloads:\n", "zones",
        "it belongs in building or loads", "tariff"),
    Bad("required key left out", "  timezone: America/Chicago\n", "", "site.timezone", "missing", at="site:"),
    Bad("section left out", HVAC, "", "hvac", "missing", at="format: 1"),
    Bad("key twice", "days: 7", "days: 7\n  days: 8", "run.days", "twice", at="days: 8"),
    Bad("capital letters in an id", "id: front", "id: Front", "building.zones[0].id", "not written",
        "lower case", "front"),
    Bad("newer format", "format: 1", "format: 2", "format", "unknown value", "1"),
    # values
    Bad("negative area", "area_m2: 30.0\n", "area_m2: -30.0\n", "building.zones[0].walls[0].area_m2",
        "too small",
        "more than 0"),
    Bad("zone without volume", "height_m: 3.0", "height_m: 0", "building.zones[0].height_m", "too small",
        "more than 0"),
    Bad("height in centimetres", "height_m: 3.0", "height_m: 300", "building.zones[0].height_m", "too large",
        "at most 60"),
    Bad("not a number", "height_m: 3.0", "height_m: .nan", "building.zones[0].height_m", "not finite",
        "finite"),
    Bad("infinite", "lower_c: 20.0", "lower_c: -.inf", "comfort.lower_c", "not finite", "finite"),
    Bad("number too large to hold", "days: 7", "days: 1e999", "run.days", "not", None),
    Bad("number with its unit", "height_m: 3.0", "height_m: 3.0 m", "building.zones[0].height_m",
        "not a number",
        "unit is in the key"),
    Bad("number in quotes", "height_m: 3.0", 'height_m: "3.0"', "building.zones[0].height_m", "not a number",
        "without quotes"),
    Bad("decimal comma", "lower_c: 20.0", "lower_c: 20,5", "comfort.lower_c", "not a number", "number"),
    Bad("half a day", "days: 7", "days: 7.5", "run.days", "whole number", "whole number"),
    Bad("no days", "days: 7", "days: 0", "run.days", "too small", "at least 1"),
    Bad("too many days", "days: 7", "days: 100000", "run.days", "too large", "at most 3660"),
    Bad("yes is not a truth value", "open_windows: true", "open_windows: yes", "behaviour.open_windows",
        "truth value", "true or false"),
    Bad("fraction in percent", "door: {width_m: 0.9}", "door: {open_fraction: 30}",
        "building.partitions[0].door.open_fraction", "too large", "at most 1"),
    Bad("clock time out of range", '["08:00", "18:00"]', '["08:00", "25:00"]', "comfort.occupied_hours[1]",
        "not written", "24:00"),
    Bad("clock time without its zero", '["08:00", "18:00"]', "[8:00, 18:00]",
        "comfort.occupied_hours[0]", "not written", "00:00", "08:00"),
    Bad("no value", "height_m: 3.0", "height_m:", "building.zones[0].height_m", "no value", "number"),
    Bad("a list instead of a mapping", "door: {width_m: 0.9}", "door: [0.9]", "building.partitions[0].door",
        "not a mapping", "keys"),
    Bad("a word instead of a list", "at: [zones]", "at: zones", "devices[0].at", "not a list", "[a, b]"),
    Bad("currency", "currency: USD", "currency: dollars", "tariff.currency", "not written", "three capital"),
    Bad("impossible glass", "u_value_w_m2k: 1.2", "u_value_w_m2k: 12",
        "building.glazing.my_glass.u_value_w_m2k",
        "too large", "less than 7"),
    # the building
    Bad("two zones of one name", "id: back", "id: front", "building.zones[1].id", "same id"),
    Bad("zone named as a meter", "id: back", "id: heat", "building.zones[1].id", "name of equipment"),
    Bad("unknown construction", "{construction: wall_light,", "{construction: wall_ligth,",
        "building.zones[1].walls[0].construction", "unknown construction", "my_wall", "wall_light"),
    Bad("unknown glazing", "glazing: my_glass", "glazing: double_clera",
        "building.zones[0].walls[0].windows[0].glazing", "unknown glazing", "triple_low_e", "double_clear"),
    Bad("window larger than its wall", "area_m2: 12.0", "area_m2: 30.0", "building.zones[0].walls[0].windows",
        "larger", "less than 30", at="windows:"),
    Bad("layer described twice", "resistance_m2k_w: 2.5", "resistance_m2k_w: 2.5, thickness_m: 0.1",
        "building.constructions.my_wall.layers[1].resistance_m2k_w", "not both", "conductivity_w_mk"),
    Bad("layer not described", "thickness_m: 0.2, ", "", "building.constructions.my_wall.layers[0]", "needs",
        "resistance_m2k_w", at="material: brick"),
    Bad("leakage given twice", "leakage_area_cm2: 100.0",
        "leakage_area_cm2: 100.0, air_changes_per_hour: 0.5",
        "building.zones[0].infiltration.air_changes_per_hour", "twice", "not both"),
    Bad("partition to nowhere", "between: [front, back]", "between: [front, bak]",
        "building.partitions[0].between[1]", "unknown zone", "front, back", "back"),
    Bad("partition with itself", "between: [front, back]", "between: [front, front]",
        "building.partitions[0].between[1]", "two different zones"),
    Bad("unknown boundary", "roof: {construction: roof_light, area_m2: 60.0}",
        "roof: {construction: roof_light, area_m2: 60.0, boundary: outdor}",
        "building.zones[0].roof.boundary", "unknown kind", "unheated_space", "outdoor"),
    Bad("unknown kind of boundary", "roof: {construction: roof_light, area_m2: 60.0}",
        "roof: {construction: roof_light, area_m2: 60.0, boundary: {kind: atic}}",
        "building.zones[0].roof.boundary.kind", "unknown kind", "fixed_temperature", "adiabatic"),
    Bad("unheated space without its factor", "roof: {construction: roof_light, area_m2: 60.0}",
        "roof: {construction: roof_light, area_m2: 60.0, boundary: {kind: unheated_space}}",
        "building.zones[0].roof.boundary.temperature_factor", "missing", "number"),
    Bad("key of another boundary", "roof: {construction: roof_light, area_m2: 60.0}",
        "roof: {construction: roof_light, area_m2: 6, boundary: {kind: fixed_temperature, temperature_k: 9}}",
        "building.zones[0].roof.boundary.temperature_k", "unit", "temperature_c", "temperature_c"),
    Bad("ground above", "roof: {construction: roof_light, area_m2: 60.0}",
        "roof: {construction: roof_light, area_m2: 60.0, boundary: ground}",
        "building.zones[0].roof.boundary", "no ground above", "adiabatic"),
    Bad("window to a cellar", "azimuth_deg: 180", "azimuth_deg: 180\n          boundary: ground",
        "building.zones[0].walls[0].windows", "outdoors only", "conditioned: false", at="windows:"),
    Bad("glazing given twice", "{u_value_w_m2k: 1.2, shgc: 0.5}",
        "{u_value_w_m2k: 1.2, transmittance: [0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.3, 0.2, 0.1, 0.0]}",
        "building.glazing.my_glass.u_value_w_m2k", "values or by a table", "shgc"),
    Bad("glazing by half", "{u_value_w_m2k: 1.2, shgc: 0.5}", "{shgc: 0.5}", "building.glazing.my_glass",
        "needs `u_value_w_m2k`", "table"),
    Bad("glazing table of another length", "{u_value_w_m2k: 1.2, shgc: 0.5}",
        "{transmittance: [0.7, 0.0], panes: 1}", "building.glazing.my_glass.transmittance",
        "one value per angle", "10 values"),
    Bad("glazing that makes light", "{u_value_w_m2k: 1.2, shgc: 0.5}",
        "{angles_deg: [0, 45, 90], transmittance: [0.7, 0.6, 0], absorptance_outer: [0.2, 0.5, 0], panes: 1}",
        "building.glazing.my_glass.transmittance[1]", "more is transmitted", "at most 1"),
    Bad("angles that do not rise", "{u_value_w_m2k: 1.2, shgc: 0.5}",
        "{angles_deg: [0, 90, 45], transmittance: [0.7, 0.6, 0.0], panes: 1}",
        "building.glazing.my_glass.angles_deg", "angles of incidence", "0 to 90"),
    Bad("two panes without a gap", "{u_value_w_m2k: 1.2, shgc: 0.5}",
        "{angles_deg: [0, 45, 90], transmittance: [0.7, 0.6, 0.0], absorptance_outer: [0.2, 0.2, 0.0]}",
        "building.glazing.my_glass.gap_conductance_w_m2k", "what lies between", "panes: 1"),
    Bad("gap of a glazing without a table", "{u_value_w_m2k: 1.2, shgc: 0.5}",
        "{u_value_w_m2k: 1.2, shgc: 0.5, gap_conductance_w_m2k: 3}",
        "building.glazing.my_glass.gap_conductance_w_m2k", "`transmittance` is missing", "table"),
    Bad("window of another size", "{glazing: my_glass, area_m2: 12.0}",
        "{glazing: my_glass, area_m2: 12.0, width_m: 3, height_m: 2}",
        "building.zones[0].walls[0].windows[0].area_m2", "another area", "about 6"),
    Bad("fins given twice", "{glazing: my_glass, area_m2: 12.0}",
        "{glazing: my_glass, area_m2: 12.0, shading: {fin_depth_m: 1, fin_left_depth_m: 1}}",
        "building.zones[0].walls[0].windows[0].shading.fin_left_depth_m", "twice", "both sides"),
    Bad("bridge without a length", "height_m: 3.0", "height_m: 3.0\n      thermal_bridges: [{psi_w_mk: 0.1}]",
        "building.zones[0].thermal_bridges[0]", "needs a transmittance", "length_m", at="thermal_bridges"),
    Bad("bridge that is a line and a point", "height_m: 3.0",
        "height_m: 3.0\n      thermal_bridges: [{psi_w_mk: 0.1, length_m: 2, chi_w_k: 1}]",
        "building.zones[0].thermal_bridges[0].chi_w_k", "not both", "psi_w_mk", at="chi_w_k"),
    Bad("bridges that warm", "height_m: 3.0",
        "height_m: 3.0\n      thermal_bridges: [{psi_w_mk: -0.1, length_m: 2}]",
        "building.zones[0].thermal_bridges", "gain heat", "at least 0", at="thermal_bridges"),
    Bad("night without hours", "height_m: 3.0",
        'height_m: 3.0\n      night_ventilation: {air_changes_per_hour: 2, hours: ["18:00", "18:00"]}',
        "building.zones[0].night_ventilation.hours", "same time", "24:00", at="night_ventilation"),
    Bad("door larger than its wall", "width_m: 0.9", "width_m: 15", "building.partitions[0].door", "larger",
        "less than 27"),
    Bad("outline of another size", "[10, 6], [0, 6]", "[10, 8], [0, 8]", "building.zones[0].floor_area_m2",
        "encloses 80", "80", at="floor_area_m2: 60.0"),
    Bad("outline crosses itself", "[10, 0], [10, 6], [0, 6]", "[10, 6], [10, 0], [0, 6]",
        "building.zones[0].outline_m", "crosses itself", "in order"),
    Bad("outline of two corners", "[[0, 0], [10, 0], [10, 6], [0, 6]]", "[[0, 0], [10, 0]]",
        "building.zones[0].outline_m", "three corners"),
    # systems and people
    Bad("terminal in an unknown zone", "zone: front, maximum", "zone: frnt, maximum",
        "hvac.terminals[0].zone",
        "unknown zone", "front, back", "front"),
    Bad("water that gives no heat", HVAC, HEAT_PUMP.replace("design_return_c: 38", "design_return_c: 46"),
        "hvac.emitter.design_return_c", "give off heat", "less than the supply", at="design_return_c"),
    Bad("unknown emitter", HVAC, HEAT_PUMP.replace("kind: radiators", "kind: radiatrs"), "hvac.emitter.kind",
        "unknown kind", "radiators, floor", "radiators", at="radiatrs"),
    Bad("desks in an unknown zone", "desks: {front: 3}", "desks: {fornt: 3}", "people.desks.fornt",
        "unknown zone", "front, back", "front"),
    Bad("fewer than no people", "desks: {front: 3}", "desks: {front: -3}", "people.desks.front", "too small",
        "at least 0"),
    Bad("meeting room in an unknown zone", "zone: back, capacity", "zone: black, capacity",
        "people.meeting_rooms[0].zone", "unknown zone", "front, back", "back"),
    Bad("meeting room for nobody", "capacity: 6", "capacity: 0", "people.meeting_rooms[0].capacity",
        "too small",
        "at least 1"),
    Bad("leaving before arriving", "desks: {front: 3}", 'desks: {front: 3}\n  departure: "07:00"',
        "people.departure", "not after", "a start before its end", at="departure"),
    Bad("lessons overlap", OFFICE, SCHOOL.replace("09:15", "08:45"), "people.timetable[1]", "overlaps",
        "outside 08:00 to 09:00", at="08:45"),
    Bad("lesson ends before it starts", OFFICE, SCHOOL.replace('end: "09:00"', 'end: "07:00"'),
        "people.timetable[0].end", "not after", "before its end", at="07:00"),
    Bad("vacation without a month", OFFICE, SCHOOL.replace("07-01", "13-01"), "people.vacations[0][0]",
        "not written", at="13-01"),
    Bad("back home before leaving", OFFICE, FAMILY + '  back: "07:00"\n', "people.back", "not after",
        "after 08:00",
        at="back: \""),
    Bad("unknown role", OFFICE, FAMILY.replace("role: pupil", "role: pupl"), "people.members[1].role",
        "unknown value", "toddler", "pupil", at="pupl"),
    Bad("bedroom in an unknown zone", OFFICE, FAMILY.replace("pupil, bedroom: back", "pupil, bedroom: bck"),
        "people.members[1].bedroom", "unknown zone", "front, back", "back", at="bck"),
    Bad("loads of an unknown zone", "    back: {lighting", "    bakc: {lighting", "loads.zones.bakc",
        "unknown zone", "front, back", "back"),
    # comfort, prices
    Bad("comfort upside down", "lower_c: 20.0", "lower_c: 26.0", "comfort.lower_c", "not below", "below 25"),
    Bad("bounds by the clock that cross", "lower_c: 20.0", 'lower_schedule_c: [["00:00", 18], ["12:00", 26]]',
        "comfort.lower_schedule_c", "not below the upper at 12:00", "below 25"),
    Bad("times that go back", "lower_c: 20.0", 'lower_schedule_c: [["12:00", 18], ["08:00", 20]]',
        "comfort.lower_schedule_c[1][0]", "do not go back", "12:00 or later"),
    Bad("occupied hours end first", '["08:00", "18:00"]', '["18:00", "08:00"]', "comfort.occupied_hours",
        "not after", "before its end"),
    Bad("prices overlap", 'start: "12:00"', 'start: "11:00"', "tariff.periods[1]", "overlaps",
        "outside 08:00 to 12:00"),
    Bad("price period ends first", '"12:00", end: "18:00"', '"18:00", end: "12:00"', "tariff.periods[1].end",
        "not after", "before its end"),
    Bad("carbon of half a day", "tariff:\n", "carbon: {hourly_kg_per_kwh: [0.4, 0.3]}\ntariff:\n",
        "carbon.hourly_kg_per_kwh", "one value per hour", "24"),
    # site
    Bad("unknown weather", "weather: chicago", "weather: chcago", "site.weather", "unknown weather", "denver",
        "chicago"),
    Bad("missing weather file", "weather: chicago", "weather: files/chicago.epw", "site.weather",
        "no such weather file", "EPW", "chicago"),
    Bad("horizon given twice", "holidays: US-IL",
        "holidays: US-IL\n  horizon_by_azimuth_deg: [[0, 5]]\n  horizon_deg: 3", "site.horizon_deg", "twice",
        "horizon_by_azimuth_deg", at="horizon_deg: 3"),
    Bad("horizon out of order", "holidays: US-IL",
        "holidays: US-IL\n  horizon_by_azimuth_deg: [[90, 5], [20, 5]]", "site.horizon_by_azimuth_deg[1][0]",
        "azimuths", "each more", at="[[90"),
    Bad("unknown time zone", "America/Chicago", "America/Chicgo", "site.timezone", "unknown time zone",
        "IANA",
        "America/Chicago"),
    Bad("holidays of no country", "holidays: US-IL", "holidays: UZZ", "site.holidays", "no holidays",
        "DE-BY"),
    Bad("holidays of no state", "holidays: US-IL", "holidays: US-ZZ", "site.holidays", "unknown part",
        "US-AK"),
    # devices
    Bad("unknown datasheet", "datasheet: room_temperature", "datasheet: room_temprature",
        "devices[0].datasheet",
        "unknown datasheet", "room_co2", "room_temperature"),
    Bad("unknown quantity", "measures: air_temperature", "measures: air_temprature", "devices[0].measures",
        "unknown quantity", "relative_humidity", "air_temperature"),
    Bad("quantity that the device does not measure", "measures: air_temperature", "measures: co2",
        "devices[0].measures", "does not measure", "air_temperature"),
    Bad("device in an unknown place", "at: [zones]", "at: [fronnt]", "devices[0].at[0]",
        "no air_temperature here",
        "front", "front"),
    Bad("meter of an unknown use", "at: [electricity]", "at: [electrcity]", "devices[1].at[0]",
        "no electric_energy here", "lighting", "electricity"),
    Bad("meter of what this building does not have", "at: [electricity]", "at: [heating]", "devices[1].at[0]",
        "no electric_energy here", "cooling"),
    Bad("quantity that this building does not have", "datasheet: room_temperature, measures: air_temperature",
        "datasheet: duct_temperature, measures: supply_water_temperature", "devices[0].measures",
        "no such quantity", "mixed_air_temperature", "supply_air_temperature"),
    Bad("terminal in a zone that is not conditioned", "height_m: 3.0",
        "height_m: 3.0\n      conditioned: false",
        "hvac.terminals[0].zone", "conditioned zone", "back", at="zone: front, max"),
    Bad("floor heating without a floor", HVAC,
        HEAT_PUMP.replace("radiators", "floor").replace(": 45", ": 35").replace(": 38", ": 30"),
        "building.zones[0].floor", "needs a floor", "conditioned: false", at="id: front"),
    Bad("point measured twice", "at: [zones]", "at: [front, front]", "devices[0].at[1]", "already",
        "one device"),
    Bad("faults, which come later", "faults: []",
        "faults: [{kind: stuck, target: a, start: 2023-01-20, days: 1}]",
        "faults", "later version", "empty list"),
    # the run
    Bad("tick does not divide the hour", "tick_s: 60", "tick_s: 70", "run.tick_s", "whole number of ticks",
        "72"),
    Bad("control step between ticks", "control_step_s: 900", "control_step_s: 130", "run.control_step_s",
        "whole multiple", "120"),
    Bad("truth between ticks", "tick_s: 60", "tick_s: 60\n  truth_s: 90", "run.truth_s", "whole multiple",
        "120",
        at="truth_s"),
    Bad("no such day", "start: 2023-01-16", "start: 2023-02-30", "run.start", "no such day", "YYYY-MM-DD"),
    Bad("date of another country", "start: 2023-01-16", "start: 16.01.2023", "run.start", "not a date",
        "YYYY-MM-DD"),
    Bad("impossible year", "start: 2023-01-16", "start: 0203-01-16", "run.start", "year", "1950 to 2100"),
    Bad("unknown controller", "baseline: setback", "baseline: setbck", "run.baseline", "unknown agent",
        "thermostat", "setback"),
    # YAML
    Bad("tab", "  days: 7", "\tdays: 7", None, "tab", "spaces"),
    Bad("Python object", "days: 7", "days: !!python/object/apply:os.getcwd []", "run.days", "tag",
        "plain YAML"),
    Bad("own tag", "days: 7", "days: !seven 7", "run.days", "tag", "plain YAML"),
    Bad("merge key", "run:\n", "run:\n  <<: {days: 3}\n", "run", "merge keys", "extends", at="<<"),
    Bad("bracket left open", "at: [zones]}", "at: [zones}", None, "not valid YAML"),
    Bad("two documents", "run:\n", "---\nrun:\n", None, "not valid YAML"),
    Bad("list as a key", "days: 7", "[days, more]: 7", "run", "a key must be a word"),
    Bad("alias in itself", "at: [zones]", "at: &a [*a]", "devices[0].at[0]", "itself"),
    Bad("unknown alias", "at: [zones]", "at: [*zones]", None, "not valid YAML"),
    Bad("date where a name belongs", "name: shop", "name: 2023-01-16", "name", "not written", "lower case"),
    Bad("number where a name belongs", "name: shop", "name: 12", "name", "not text", "quotes"),
    # variation
    Bad("unknown level of weather", "weather: chicago", "weather: chicago\n  weather_variability: hihg",
        "site.weather_variability", "unknown value", "none, low, medium, high", "high",
        at="weather_variability"),
    Bad("weather without unit", "weather: chicago",
        "weather: chicago\n  weather_variability: {temperature_sd: 2}",
        "site.weather_variability.temperature_sd", "unit", "temperature_sd_k", "temperature_sd_k",
        at="weather_variability"),
    Bad("weather beyond reason", "weather: chicago",
        "weather: chicago\n  weather_variability: {temperature_sd_k: 20}",
        "site.weather_variability.temperature_sd_k", "too large", "at most 8", at="weather_variability"),
    Bad("misspelt number to draw", "faults: []",
        "randomise:\n  hvac.chiler_cop: [0.8, 1.2]",
        "randomise.hvac.chiler_cop",
        "unknown key", "chiller_cop", "chiller_cop", at="hvac.chiler_cop"),
    Bad("misspelt section to draw", "faults: []",
        "randomise:\n  hvca.chiller_cop: [0.8, 1.2]",
        "randomise.hvca.chiller_cop",
        "unknown key", "insulation, occupants", "hvac", at="hvca.chiller_cop"),
    Bad("misspelt zone to draw", "faults: []",
        "randomise:\n  building.zones.frnt.height_m: [0.8, 1.2]",
        "randomise.building.zones.frnt.height_m",
        "unknown key", "front, back, *", "front", at="building.zones.frnt.height_m"),
    Bad("draw of a word", "faults: []",
        "randomise:\n  hvac.economizer: [0.8, 1.2]",
        "randomise.hvac.economizer",
        "not a number", "number", None, at="hvac.economizer"),
    Bad("draw of a clock time", "faults: []",
        "randomise:\n  people.arrival: [0.8, 1.2]",
        "randomise.people.arrival",
        "clock time", "add_min", None, at="people.arrival"),
    Bad("minutes of a number", "faults: []",
        "randomise:\n  hvac.chiller_cop: {add_min: [0, 1]}",
        "randomise.hvac.chiller_cop",
        "clock times", "add", None, at="hvac.chiller_cop"),
    Bad("draw of the run", "faults: []", "randomise:\n  run.days: [1, 2]", "randomise.run.days",
        "cannot vary", "same for all", None, at="run.days"),
    Bad("draw of prices", "faults: []",
        "randomise:\n  tariff.gas_per_kwh: [1, 2]",
        "randomise.tariff.gas_per_kwh",
        "cannot vary", "same for all", None, at="tariff.gas_per_kwh"),
    Bad("draw of a shape", "faults: []",
        "randomise:\n  building.zones.*.floor_area_m2: [1, 2]",
        "randomise.building.zones.*.floor_area_m2",
        "cannot vary", "shape", None, at="building.zones.*.floor_area_m2"),
    Bad("draw of nobody", "faults: []",
        "randomise:\n  occupants: [0.01, 1.2]",
        "randomise.occupants",
        "at the end 0.01 of the range: nobody has a desk", "at least one", None, at="occupants"),
    Bad("draw of fewer than nobody", "faults: []",
        "randomise:\n  people.desks.front: {add: [-20, 0]}",
        "randomise.people.desks.front",
        "at the end -20 of the range", "0", None, at="people.desks.front"),
    Bad("draw of occupants' minutes", "faults: []",
        "randomise:\n  occupants: {add_min: [-20, 0]}",
        "randomise.occupants",
        "add_min is for clock times", "factors", None, at="occupants"),
    Bad("draw of a class that is none", "faults: []",
        "randomise:\n  people.pupils: [0.5, 1]",
        "randomise.people.pupils",
        "unknown key pupils", "desks", None, at="people.pupils"),
    Bad("draw of nothing given", "faults: []",
        "randomise:\n  hvac.terminals.*.reheat_capacity_w: [1, 2]",
        "randomise.hvac.terminals.*.reheat_capacity_w",
        "not given", "write it", None, at="hvac.terminals.*.reheat_capacity_w"),
    Bad("draw below a number", "faults: []",
        "randomise:\n  hvac.chiller_cop.x: [1, 2]",
        "randomise.hvac.chiller_cop.x",
        "nothing below", "no key", None, at="hvac.chiller_cop.x"),
    Bad("draw out of bounds", "faults: []",
        "randomise:\n  hvac.fan_efficiency: [1, 2]",
        "randomise.hvac.fan_efficiency",
        "at the end 2 of the range: the value is too large", "at most 0.9", None, at="hvac.fan_efficiency"),
    Bad("draw that breaks a rule", "faults: []",
        "randomise:\n  people.lunch: {add_min: [-360, 0]}",
        "randomise.people.lunch",
        "lunch lies outside", "between", None, at="people.lunch"),
    Bad("empty range to draw", "faults: []", "randomise:\n  hvac.chiller_cop: [2, 1]",
        "randomise.hvac.chiller_cop.factor", "range is empty", "at most 1", at="hvac.chiller_cop"),
    Bad("range of two kinds", "faults: []", "randomise:\n  hvac.chiller_cop: {factor: [1, 2], add: [1, 2]}",
        "randomise.hvac.chiller_cop", "one range", "add", at="hvac.chiller_cop"),
    Bad("no range to draw from", "faults: []", "randomise:\n  hvac.chiller_cop: 1.2",
        "randomise.hvac.chiller_cop", "not a range", "factors", at="hvac.chiller_cop"),
    Bad("negative factor", "faults: []", "randomise:\n  hvac.chiller_cop: [-1, 1.2]",
        "randomise.hvac.chiller_cop.factor[0]", "too small", "more than 0", at="hvac.chiller_cop"),
)  # fmt: skip
