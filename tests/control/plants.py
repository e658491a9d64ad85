"""Hand-made specifications of plants that offer more than zones' setpoints, and observations for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.basics.points import QUANTITIES, Point
from twin.control.build import build
from twin.control.controller import Controller
from twin.scenario.agents import AgentSpec
from twin.task import ActionSpec, ObservationSpec

ZONES = ("north", "south")
STEP_S = 900.0
PER_ZONE = ("air_temperature", "co2", "presence", "comfort_lower", "comfort_upper", "hours_to_occupied")
NAMES = (
    *(f"{zone}.{q}" for zone in ZONES for q in PER_ZONE),
    "site.outdoor_temperature", "site.electricity_price", "time.hour", "time.weekday",
)  # fmt: skip
OBSERVATION = ObservationSpec(NAMES, ("",) * len(NAMES), np.zeros(len(NAMES)), np.ones(len(NAMES)))
SETPOINTS = tuple(Point(zone, q) for zone in ZONES for q in ("heating_setpoint", "cooling_setpoint"))
SUPPLY_AIR = Point("ahu", "supply_air_temperature_setpoint")
SUPPLY_WATER = Point("heat_pump", "supply_water_temperature_setpoint")
OUTDOOR_AIR = Point("ahu", "minimum_outdoor_air_command")
VENTILATION = tuple(Point(zone, "ventilation_command") for zone in ZONES)
_OWN = {"heating_setpoint": 20.0, "cooling_setpoint": 26.0}


def action(*further: Point) -> ActionSpec:
    """Zones' setpoints and further points."""
    points = (*SETPOINTS, *further)
    rows = [QUANTITIES[point.quantity] for point in points]
    lower, upper = np.array([r.lower for r in rows]), np.array([r.upper for r in rows])
    return ActionSpec(points, lower, upper, np.array([_OWN.get(point.quantity, 13.0) for point in points]))


def make(kind: str, *further: Point, **parameters: Any) -> Controller:
    """A controller of this kind for a plant with further points."""
    spec = AgentSpec.model_validate({"name": kind, "kind": kind, "parameters": parameters})
    return build(spec, OBSERVATION, action(*further), STEP_S, (0,))


def observe(
    *air: float, hours: float = 0.0, outdoor: float = 0.0, co2: float = 420.0, people: float = 1.0
) -> Any:
    """One building's observation (1, n): one air temperature for both zones, or one for each."""
    occupied = hours <= 0.0
    row = np.zeros((1, len(NAMES)))
    for z in range(len(ZONES)):
        bounds = (20.0, 26.0) if occupied else (15.0, 30.0)
        row[0, 6 * z : 6 * z + 6] = [air[z % len(air)], co2, people, *bounds, hours]
    row[0, 12] = outdoor
    return row
