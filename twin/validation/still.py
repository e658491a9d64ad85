"""Rooms in weather that stands still, run by the Simulator: what closed forms of air can be held against.

The scenario is built as from a file and assembled as always; then the weather of the run is made constant and
the sun taken away. Air, openings, plant and kernel are those of any run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twin.building.assembly import assemble
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.schema import Scenario
from twin.simulator import Simulator

Record = dict[str, Any]
PRESSURE = 101325.0  # [Pa]
NOTHING: Record = {"kind": "ideal_loads", "heating_capacity_w_m2": 0.0, "cooling_capacity_w_m2": 0.0}
NO_LOADS: Record = {"equipment_base_w_m2": 0.0, "equipment_w_person": 0.0, "lighting_w_m2": 0.0}


def scenario(
    zones: Sequence[Record],
    partitions: Sequence[Record] = (),
    tick_s: int = 60,
    days: int = 1,
    **keys: Any,
) -> Scenario:
    """A scenario without people, loads and plant around these zones; `keys` replace top-level keys.

    Raises
    ------
    ValidationError
        A value is not allowed.
    """
    start, truth = "2023-01-09", max(300, tick_s)
    run = {"tick_s": tick_s, "control_step_s": 3600, "truth_s": truth, "days": days, "warm_up_days": 0}
    site = {"weather": "denver", "timezone": "UTC", "air_density_kg_m3": 1.2}
    return Scenario.model_validate(
        {
            "name": "still",
            "site": site,
            "building": {"zones": list(zones), "partitions": list(partitions)},
            "hvac": NOTHING,
            "loads": {"default": NO_LOADS},
            "run": {"start": start, **run},
        }
        | keys
    )


def air_alone(name: str = "room", volume_m3: float = 100.0, **keys: Any) -> Record:
    """A zone of air without any surface: no leak, no heat but by air."""
    return {
        "id": name,
        "floor_area_m2": volume_m3 / 2.5,
        "height_m": 2.5,
        "air_capacity_multiplier": 1.0,
        **keys,
    }


def opening(first: str, second: str, **door: float) -> Record:
    """A door with next to no wall around it."""
    area = door.get("width_m", 0.9) * door.get("height_m", 2.0)
    return {
        "between": [first, second],
        "construction": "partition_light",
        "area_m2": area * (1.0 + 1e-9),
        "door": door,
    }


@dataclass(frozen=True)
class Weather:
    """Outdoors all day: air, sky and ground [°C], humidity ratio [kg/kg], CO2 [ppm], wind [m/s]."""

    temperature: float = 20.0
    humidity: float = 0.006
    co2: float = 420.0
    wind: float = 0.0


def simulator(model: Scenario, weather: Weather, start: float = 20.0) -> Simulator:
    """One building at rest at `start` [°C] everywhere, with its air at the outdoor humidity and CO2."""
    building = assemble(model, [0])
    site = np.zeros_like(building.boundary.weather)
    site[..., [la.W_TEMPERATURE, la.W_SKY, la.W_GROUND]] = weather.temperature
    site[..., la.W_HUMIDITY], site[..., la.W_CO2] = weather.humidity, weather.co2
    site[..., la.W_WIND], site[..., la.W_PRESSURE] = weather.wind, PRESSURE
    dark = np.zeros_like(building.boundary.sun)
    made = Simulator(replace(building, boundary=building.boundary._replace(weather=site, sun=dark)))
    state = made.state
    state.node[:] = state.surface[:] = start
    state.zone[:, :, [la.Z_AIR, la.Z_MEAN_AIR, la.Z_RADIANT]] = start
    return made


def set_zones(made: Simulator, columns: Mapping[int, Sequence[float]]) -> None:
    """Put zones into a state, by column of State.zone."""
    for column, values in columns.items():
        made.state.zone[0, :, column] = values


def trace(made: Simulator, seconds: int, command: Float | None = None) -> Float:
    """States of all zones at the start and after every tick of `seconds`, (ticks + 1, Z, ZONE_STATES)."""
    ticks = seconds // made.building.clock.tick_s
    row = made.state.command.copy() if command is None else command
    rows = np.empty((ticks + 1, *made.state.zone.shape[1:]))
    rows[0] = made.state.zone[0]
    for k in range(ticks):
        made.advance(row, 1)
        rows[k + 1] = made.state.zone[0]
    return rows


def flows(made: Simulator) -> tuple[Float, Float]:
    """Outdoor air of every zone (Z,) and air through every door each way (D,), in the last tick [kg/s]."""
    return made.state.zone[0, :, la.Z_OUTDOOR_FLOW].copy(), made._scratch.door.copy()
