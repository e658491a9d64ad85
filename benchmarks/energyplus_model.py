"""A BESTEST scenario as an EnergyPlus input (epJSON).

What the scenario says is taken from it. What it does not say stands here: two panes for the table of the
glazing, the height of the sills, the roughness of the walls. Films and the sun inside are EnergyPlus's own:
TARP, DOE-2, full interior and exterior distribution, shadows of every day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from benchmarks.energyplus_box import SIDES, Box, Point, boxes, panes
from twin.basics.errors import TwinError
from twin.scenario.daily import at_hour, hour_of
from twin.scenario.fabric import Construction, Layer, Zone
from twin.scenario.schema import Comfort, Scenario
from twin.scenario.systems import IdealLoads
from twin.scenario.windows import Window
from twin.validation.bestest_figures import figures

Objects = dict[str, Any]
VERSION = "25.2"
JUST_BEFORE_H = 1e-6  # a step of a schedule belongs to what follows
FAR_M = 50.0  # how far an overhang without ends runs past its window
NEVER = {"lower": -100.0, "upper": 200.0}  # setpoints of rooms that are not heated, or not cooled [°C]
ROUGHNESS = "Rough"  # brick or rough plaster. Source: ANSI/ASHRAE Standard 140-2020, exterior surface texture
PANE = {  # clear glass, 3.048 mm. Source: ANSI/ASHRAE Standard 140-2020, window properties of case 600
    "optical_data_type": "SpectralAverage",
    "thickness": 0.003048,
    "solar_transmittance_at_normal_incidence": 0.834,
    "front_side_solar_reflectance_at_normal_incidence": 0.075,
    "back_side_solar_reflectance_at_normal_incidence": 0.075,
    "infrared_transmittance_at_normal_incidence": 0.0,
    "front_side_infrared_hemispherical_emissivity": 0.84,
    "back_side_infrared_hemispherical_emissivity": 0.84,
    "conductivity": 1.0,
}
GAP = {"gas_type": "Air", "thickness": 0.012}  # same source
WINDOW, ALWAYS = "double clear", "always"
HEATING = "Zone Air System Sensible Heating Energy"
COOLING = "Zone Air System Sensible Cooling Energy"
AIR = "Zone Mean Air Temperature"


def model(scenario: Scenario, steps_per_hour: int = 6) -> Objects:
    """The epJSON of a scenario of boxes with ideal loads, or floating.

    Parameters
    ----------
    scenario
        One of the BESTEST scenarios, or one like them.
    steps_per_hour
        EnergyPlus's time steps; its default is 6.

    Raises
    ------
    TwinError
        Rooms that are no boxes, or a system or glazing that is not written.
    """
    system = scenario.hvac
    if not isinstance(system, IdealLoads):
        raise TwinError("only ideal loads are written for EnergyPlus", key="hvac.kind", value=system.kind)
    objects = _simulation(scenario, steps_per_hour)
    _materials(objects, scenario)
    placed = boxes(scenario.building)
    for zone in scenario.building.zones:
        _put(objects, "Zone", zone.id, {})
        _room(objects, zone, placed[zone.id], _sill(scenario))
        _air(objects, scenario, zone)
        if zone.conditioned and system.heating_capacity_w_m2 + system.cooling_capacity_w_m2 > 0.0:
            _ideal_loads(objects, zone.id)
            _setpoints(objects, scenario.comfort, system, steps_per_hour)
    _partition(objects, scenario, placed)
    return objects


def _put(objects: Objects, kind: str, name: str, fields: Objects) -> None:
    objects.setdefault(kind, {})[name] = fields


def _simulation(scenario: Scenario, steps_per_hour: int) -> Objects:
    """What is not of the building: period, steps, ground, schedules without an end, and outputs."""
    first = scenario.run.start
    last = first + timedelta(days=scenario.run.days - 1)
    months = [(first.replace(day=1, month=m)).strftime("%B").lower() for m in range(1, 13)]
    period = {
        f"{side}_{part}": getattr(day, key)
        for side, day in (("begin", first), ("end", last))
        for part, key in (("year", "year"), ("month", "month"), ("day_of_month", "day"))
    }
    objects: Objects = {
        "Version": {"version": {"version_identifier": VERSION}},
        "Building": {scenario.name: {"terrain": "Country", "solar_distribution": "FullInteriorAndExterior"}},
        "Timestep": {"timestep": {"number_of_timesteps_per_hour": steps_per_hour}},
        "SurfaceConvectionAlgorithm:Inside": {"inside": {"algorithm": "TARP"}},
        "SurfaceConvectionAlgorithm:Outside": {"outside": {"algorithm": "DOE-2"}},
        "SimulationControl": {
            "control": {
                "do_zone_sizing_calculation": "No",
                "do_system_sizing_calculation": "No",
                "do_plant_sizing_calculation": "No",
                "run_simulation_for_sizing_periods": "No",
                "run_simulation_for_weather_file_run_periods": "Yes",
            }
        },
        "RunPeriod": {"run": period},
        "ShadowCalculation": {"shadows": {"shading_calculation_update_frequency": 1}},
        "ScheduleTypeLimits": {"number": {}},
        "GlobalGeometryRules": {
            "rules": {
                "starting_vertex_position": "UpperLeftCorner",
                "vertex_entry_direction": "Counterclockwise",
                "coordinate_system": "World",
            }
        },
        "Site:GroundReflectance": {
            "albedo": {f"{m}_ground_reflectance": scenario.site.albedo for m in months}
        },
        "Output:Variable": {
            name: {"variable_name": name, "key_value": "*", "reporting_frequency": "Hourly"}
            for name in (HEATING, COOLING, AIR)
        },
        "OutputControl:Files": {"files": {"output_tabular": "No", "output_mtr": "No"}},
    }
    _schedule(objects, ALWAYS, [(24.0, 1.0)])
    _schedule(objects, "dual setpoint", [(24.0, 4.0)])
    return objects


def _schedule(objects: Objects, name: str, until: list[tuple[float, float]]) -> None:
    """The same every day: values that hold until an hour of the day."""
    rows: list[Objects] = [{"field": "Through: 12/31"}, {"field": "For: AllDays"}]
    for i, (hour, value) in enumerate(until):
        if i + 1 < len(until) and until[i + 1][1] == value:
            continue
        minutes = round(hour * 60.0)
        rows += [{"field": f"Until: {minutes // 60:02d}:{minutes % 60:02d}"}, {"field": value}]
    _put(objects, "Schedule:Compact", name, {"schedule_type_limits_name": "number", "data": rows})


def _materials(objects: Objects, scenario: Scenario) -> None:
    turned = {partition.construction for partition in scenario.building.partitions}
    for name, construction in scenario.building.constructions.items():
        for k, layer in enumerate(construction.layers):
            _material(objects, f"{name} {k}", layer, construction, inside=k == 0)
        outwards = [f"{name} {k}" for k in range(len(construction.layers))]
        _construction(objects, name, outwards[::-1])
        if name in turned:
            _construction(objects, f"{name} reversed", outwards)
    for name, glazing in scenario.building.glazing.items():
        if not glazing.tabled or abs(glazing.transmittance[0] - 0.703) > 1e-9:
            raise TwinError("only the standard's clear pair is written for EnergyPlus", value=name)
    _put(objects, "WindowMaterial:Glazing", "clear pane", dict(PANE))
    _put(objects, "WindowMaterial:Gas", "gap", dict(GAP))
    _construction(objects, WINDOW, ["clear pane", "gap", "clear pane"])


def _construction(objects: Objects, name: str, layers: list[str]) -> None:
    """Layers from outside to inside."""
    names = ("outside_layer", *(f"layer_{k}" for k in range(2, 11)))
    _put(objects, "Construction", name, dict(zip(names, layers, strict=False)))


def _material(objects: Objects, name: str, layer: Layer, of: Construction, inside: bool) -> None:
    surface: Objects = {
        "roughness": ROUGHNESS,
        "thermal_absorptance": of.emissivity_inside if inside else of.emissivity_outside,
        "solar_absorptance": of.solar_absorptance_inside if inside else of.solar_absorptance_outside,
    }
    if layer.thickness_m is None or layer.conductivity_w_mk is None:
        _put(objects, "Material:NoMass", name, surface | {"thermal_resistance": layer.resistance_m2k_w})
    elif layer.density_kg_m3 * layer.specific_heat_j_kgk == 0.0:
        resistance = layer.thickness_m / layer.conductivity_w_mk
        _put(objects, "Material:NoMass", name, surface | {"thermal_resistance": resistance})
    else:
        solid = {
            "thickness": layer.thickness_m,
            "conductivity": layer.conductivity_w_mk,
            "density": layer.density_kg_m3,
            "specific_heat": layer.specific_heat_j_kgk,
        }
        _put(objects, "Material", name, surface | solid)


def _sill(scenario: Scenario) -> float:
    """Height of the sills [m]; a scenario does not say it, and the sun inside falls by it."""
    given = figures()["specification"]
    two = len(scenario.building.zones) > 1
    return float(given["sunspace_960"]["window_sill_m"] if two else given["window"]["sill_m"])


def _room(objects: Objects, zone: Zone, box: Box, sill: float) -> None:
    """Outside surfaces of a room."""
    for wall in zone.walls:
        side = int(wall.azimuth_deg)
        name = f"{zone.id} wall {side}"
        _surface(objects, name, zone.id, "Wall", wall.construction, box.wall(side))
        for k, (window, start, end) in enumerate(panes(wall, box.length(side))):
            corners = box.rectangle(side, start, end, sill, sill + window.height_m)
            _window(objects, f"{name} window {k}", name, window, corners)
    if zone.roof is not None:
        _surface(objects, f"{zone.id} roof", zone.id, "Roof", zone.roof.construction, box.top())
    if zone.floor is not None:
        name = f"{zone.id} floor"
        _surface(objects, name, zone.id, "Floor", zone.floor.construction, box.bottom())
        objects["BuildingSurface:Detailed"][name]["sun_exposure"] = "NoSun"


def _surface(
    objects: Objects, name: str, zone: str, kind: str, construction: str, corners: list[Point],
    other: str | None = None,
) -> None:  # fmt: skip
    """A surface to the outdoors, or to the surface `other`."""
    fields: Objects = {
        "surface_type": kind,
        "construction_name": construction,
        "zone_name": zone,
        "outside_boundary_condition": "Outdoors" if other is None else "Surface",
        "sun_exposure": "SunExposed" if other is None else "NoSun",
        "wind_exposure": "WindExposed" if other is None else "NoWind",
        "number_of_vertices": len(corners),
        "vertices": [
            {f"vertex_{axis}_coordinate": v for axis, v in zip("xyz", c, strict=True)} for c in corners
        ],
    }
    if other is not None:
        fields["outside_boundary_condition_object"] = other
    _put(objects, "BuildingSurface:Detailed", name, fields)


def _window(objects: Objects, name: str, wall: str, window: Window, corners: list[Point]) -> None:
    fields: Objects = {
        "surface_type": "Window",
        "construction_name": WINDOW,
        "building_surface_name": wall,
        "number_of_vertices": 4,
    }
    for k, corner in enumerate(corners, 1):
        fields |= {f"vertex_{k}_{axis}_coordinate": v for axis, v in zip("xyz", corner, strict=True)}
    _put(objects, "FenestrationSurface:Detailed", name, fields)
    shade = window.shading
    if shade.overhang_depth_m > 0.0:
        left, right = (FAR_M if v is None else v for v in (shade.overhang_left_m, shade.overhang_right_m))
        overhang = {
            "window_or_door_name": name,
            "height_above_window_or_door": shade.overhang_above_m,
            "left_extension_from_window_door_width": left,
            "right_extension_from_window_door_width": right,
            "depth": shade.overhang_depth_m,
        }
        _put(objects, "Shading:Overhang", f"{name} overhang", overhang)
    depths = {s: shade.fin_depth_m + getattr(shade, f"fin_{s}_depth_m") for s in ("left", "right")}
    if max(depths.values()) > 0.0:
        fins: Objects = {"window_or_door_name": name}
        for side, depth in depths.items():
            fins |= {
                f"{side}_extension_from_window_door": shade.fin_offset_m,
                f"{side}_distance_above_top_of_window": shade.fin_above_m,
                f"{side}_distance_below_bottom_of_window": shade.fin_below_m,
                f"{side}_depth": depth,
            }
        _put(objects, "Shading:Fin", f"{name} fins", fins)


def _partition(objects: Objects, scenario: Scenario, placed: dict[str, Box]) -> None:
    """Both faces of the wall between two rooms."""
    for partition in scenario.building.partitions:
        first, second = partition.between
        faced = next(zone for zone in scenario.building.zones if zone.id == first).walls
        side = next(s for s in SIDES if s not in {int(wall.azimuth_deg) for wall in faced})
        names = [f"{first} to {second}", f"{second} to {first}"]
        corners = placed[first].wall(side)
        _surface(objects, names[0], first, "Wall", partition.construction, corners, names[1])
        turned = [corners[3], corners[2], corners[1], corners[0]]
        _surface(objects, names[1], second, "Wall", f"{partition.construction} reversed", turned, names[0])


def _air(objects: Objects, scenario: Scenario, zone: Zone) -> None:
    """Gains, leaks and night ventilation of a room."""
    where = {"zone_or_zonelist_or_space_or_spacelist_name": zone.id}
    loads = scenario.loads.zones.get(zone.id, scenario.loads.default)
    if loads.equipment_base_w_m2 > 0.0:
        gains = where | {
            "schedule_name": ALWAYS,
            "design_level_calculation_method": "EquipmentLevel",
            "design_level": loads.equipment_base_w_m2 * zone.floor_area_m2,
            "fraction_radiant": loads.equipment_radiant_fraction,
        }
        _put(objects, "OtherEquipment", f"{zone.id} gains", gains)
    changes = {"design_flow_rate_calculation_method": "AirChanges/Hour", "constant_term_coefficient": 1.0}
    leaks = {"schedule_name": ALWAYS, "air_changes_per_hour": zone.infiltration.air_changes_per_hour or 0.0}
    _put(objects, "ZoneInfiltration:DesignFlowRate", f"{zone.id} leaks", where | changes | leaks)
    if zone.night_ventilation is not None:
        begin, end = (hour_of(time) for time in zone.night_ventilation.hours)
        name = f"{zone.id} night"
        cuts = sorted({begin, end, 24.0} - {0.0})
        running = [begin < h <= end if begin < end else h <= end or h > begin for h in cuts]
        _schedule(objects, name, [(h, float(on)) for h, on in zip(cuts, running, strict=True)])
        flow = {"schedule_name": name, "air_changes_per_hour": zone.night_ventilation.air_changes_per_hour}
        _put(objects, "ZoneVentilation:DesignFlowRate", name, where | changes | flow)


def _ideal_loads(objects: Objects, zone: str) -> None:
    """Heat and cold as needed, without a limit and without moisture."""
    system, node = f"{zone} ideal loads", f"{zone} supply"
    connection = {
        "zone_name": zone,
        "zone_conditioning_equipment_list_name": f"{zone} equipment",
        "zone_air_inlet_node_or_nodelist_name": node,
        "zone_air_node_name": f"{zone} air",
        "zone_return_air_node_or_nodelist_name": f"{zone} return",
    }
    equipment = {
        "zone_equipment_object_type": "ZoneHVAC:IdealLoadsAirSystem",
        "zone_equipment_name": system,
        "zone_equipment_cooling_sequence": 1,
        "zone_equipment_heating_or_no_load_sequence": 1,
    }
    dry = {"dehumidification_control_type": "None", "humidification_control_type": "None"}
    thermostat = {
        "zone_or_zonelist_name": zone,
        "control_type_schedule_name": "dual setpoint",
        "control_1_object_type": "ThermostatSetpoint:DualSetpoint",
        "control_1_name": "setpoints",
    }
    _put(objects, "ZoneHVAC:EquipmentConnections", f"{zone} connections", connection)
    _put(objects, "ZoneHVAC:EquipmentList", f"{zone} equipment", {"equipment": [equipment]})
    _put(objects, "ZoneHVAC:IdealLoadsAirSystem", system, dry | {"zone_supply_air_node_name": node})
    _put(objects, "ZoneControl:Thermostat", f"{zone} thermostat", thermostat)


def _setpoints(objects: Objects, comfort: Comfort, system: IdealLoads, steps_per_hour: int) -> None:
    """Setpoints; those by the clock as the value at the end of each time step, where EnergyPlus meets it."""
    capacity = {"lower": system.heating_capacity_w_m2, "upper": system.cooling_capacity_w_m2}
    for side, limit in capacity.items():
        held = getattr(comfort, f"{side}_c") if limit > 0.0 else NEVER[side]
        until = [(24.0, held)]
        if limit > 0.0 and (daily := getattr(comfort, f"{side}_schedule_c")):
            hours = [(k + 1) / steps_per_hour for k in range(24 * steps_per_hour)]
            until = [(hour, at_hour(daily, hour - JUST_BEFORE_H)) for hour in hours]
        _schedule(objects, f"{side} setpoint", until)
    names = {
        "heating_setpoint_temperature_schedule_name": "lower setpoint",
        "cooling_setpoint_temperature_schedule_name": "upper setpoint",
    }
    _put(objects, "ThermostatSetpoint:DualSetpoint", "setpoints", names)
