"""Sizes of equipment that a scenario leaves open, by floor area and people."""

from __future__ import annotations

from twin.physics.hydronic import CP_WATER
from twin.physics.psychrometrics import CP_AIR
from twin.scenario.fabric import Zone
from twin.scenario.inhabitants import FamilyPeople, OfficePeople, SchoolPeople
from twin.scenario.schema import Scenario
from twin.scenario.systems import HeatPump, Radiators, Vav

AIR_DENSITY = 1.2  # of the standard air that flows are rated in [kg/m3]
DESIGN_ROOM = 20.0  # [°C], EN 442-2
FLOOR_TO_ROOM = 10.8  # floor surface to room [W/m2K], EN 1264-2
FLOOR_WATER = 1.0e-3 * 4.186e6  # one litre of water per m2 of floor [J/m2K]
COOLING_SPAN, COOLING_SPARE = 14.0, 1.25  # design air cooled by [K]; latent heat and reserve
OUTDOOR_SPAN, OUTDOOR_SPARE = 45.0, 1.15  # coldest outdoor air to room [K]; reserve


def design_people(scenario: Scenario, zone: str) -> float:
    """Most people that a zone is meant for: desks and meeting seats, the largest class, or the family."""
    people = scenario.people
    if isinstance(people, OfficePeople):
        rooms = sum(room.capacity for room in people.meeting_rooms if room.zone == zone)
        return float(people.desks.get(zone, 0) + rooms)
    if isinstance(people, SchoolPeople):
        return float(max((c.pupils + c.teachers for c in people.timetable if c.zone == zone), default=0))
    if isinstance(people, FamilyPeople):
        if zone in (people.living_zone, people.kitchen_zone):
            return float(len(people.members))
        return float(sum(member.bedroom == zone for member in people.members))
    return 0.0


def conditioned(scenario: Scenario) -> list[bool]:
    """Whether each zone is served by the system."""
    return [zone.conditioned for zone in scenario.building.zones]


def kg_s(litres_per_second: float) -> float:
    """Mass flow of standard air [kg/s] of a volume flow [l/s]."""
    return litres_per_second * 1e-3 * AIR_DENSITY


def box_flow(hvac: Vav, zone: Zone, maximum_flow_m3_h: float | None) -> float:
    """Maximum flow of a VAV box [kg/s]: as given, or by floor area."""
    volume = hvac.design_flow_m3_h_m2 * zone.floor_area_m2 if maximum_flow_m3_h is None else maximum_flow_m3_h
    return volume / 3600.0 * AIR_DENSITY


def chiller(hvac: Vav, design_flow: float) -> float:
    """Capacity at 35 °C [W]: the design air flow from 27 to 13 °C, and a quarter for latent heat and
    reserve.
    """
    return hvac.cooling_capacity_w or design_flow * CP_AIR * COOLING_SPAN * COOLING_SPARE


def heating_coil(hvac: Vav, design_flow: float, outdoor_flow: float) -> float:
    """Capacity of the main coil [W]: minimum outdoor air from the coldest day, and half the air by 10 K to
    warm up.
    """
    sized = OUTDOOR_SPARE * outdoor_flow * CP_AIR * OUTDOOR_SPAN + 0.5 * design_flow * CP_AIR * 10.0
    return hvac.heating_capacity_w or sized


def emitter(hvac: HeatPump, area_m2: float) -> tuple[float, float, float]:
    """Design water flow [kg/s], emission [W/K^n] and water capacity [J/K] of a zone's emitter.

    A radiator of two well-mixed halves whose outlet is the design return has the conductance G = 2 m c (1/√r
    - 1), r = (return - room)/(supply - room); K follows from its mean excess by EN 442-2. Floor pipes: from
    the water's mean to the floor's mass, so that the design heat reaches a room of 20 °C (EN 1264-2).
    """
    design = hvac.emitter
    power = design.design_power_w_m2 * area_m2
    carried = power / (design.design_supply_c - design.design_return_c)
    if isinstance(design, Radiators):
        ratio = (design.design_return_c - DESIGN_ROOM) / (design.design_supply_c - DESIGN_ROOM)
        conductance = 2.0 * carried * (ratio**-0.5 - 1.0)
        excess = 0.5 * (design.design_supply_c - DESIGN_ROOM) * (ratio**0.5 + ratio)
        emission = conductance / excess ** (design.exponent - 1.0)
        return carried / CP_WATER, emission, design.water_content_l_kw * power * 1e-3 * CP_WATER
    mean = 0.5 * (design.design_supply_c + design.design_return_c)
    resistance = (mean - DESIGN_ROOM) / design.design_power_w_m2 - 1.0 / FLOOR_TO_ROOM
    return carried / CP_WATER, area_m2 / max(0.02, resistance), FLOOR_WATER * area_m2
