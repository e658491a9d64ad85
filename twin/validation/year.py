"""A year of a scenario under the agent `follow`, hour by hour: what the BESTEST suites are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from twin.basics.errors import TwinError
from twin.building.assembly import Building, assemble
from twin.control.build import build
from twin.physics.layout import E_DISTRICT_COOLING, E_DISTRICT_HEATING, Float, Log
from twin.scenario.catalog import load_agent, load_scenario
from twin.simulator import Simulator
from twin.task import Task, warm_up

HOUR_S = 3600
_REGISTERS = [E_DISTRICT_HEATING, E_DISTRICT_COOLING]


@dataclass(frozen=True, eq=False)
class Year:
    """Means over the hours of a run.

    Parameters
    ----------
    heating, cooling
        Heat put into the building, and taken out of it [W], each (hours,).
    air
        Air temperature of each zone by its id [°C], each (hours,).
    """

    heating: Float
    cooling: Float
    air: Mapping[str, Float]

    @property
    def hours(self) -> Float:
        """Hours since the start at the middle of each hour (hours,)."""
        return np.arange(len(self.heating), dtype=np.float64) + 0.5


@lru_cache(maxsize=64)
def year_of(scenario: str, agent: str = "follow", convection: str | None = None) -> Year:
    """Simulate a scenario by name or path; the answer is kept for the life of the process.

    `convection` replaces the scenario's own choice: "fixed" or "detailed".

    Raises
    ------
    ScenarioError
        As load_scenario, load_agent.
    TwinError
        Truth that is not stored at whole parts of an hour.
    """
    changes = None if convection is None else {"building": {"convection": convection}}
    return simulate(assemble(load_scenario(scenario, changes), [0]), agent)


def simulate(building: Building, agent: str = "follow") -> Year:
    """A whole run of one building under an agent, after its warm-up; see year_of."""
    clock = building.clock
    simulator, task = Simulator(building), Task(building)
    controller = build(load_agent(agent), task.observation, task.action, clock.control_step_s, [0])
    memory = warm_up(simulator, task, controller)
    steps = (clock.ticks - clock.warm_up_ticks) // clock.ticks_per_step
    rows = clock.control_step_s // building.scenario.run.truth_s
    log, columns = _log(building, rows), _air_columns(building)
    air = np.empty((steps, len(columns)))
    energy = np.empty((steps + 1, 2))
    energy[0] = simulator.state.register[0, _REGISTERS]
    start = np.zeros(1, dtype=np.bool_)
    for step in range(steps):
        action, memory = controller.predict(task.observe(simulator), memory, start)
        simulator.advance(task.command(action), clock.ticks_per_step, log)
        air[step] = log.truth[:, columns].mean(axis=0)
        energy[step + 1] = simulator.state.register[0, _REGISTERS]
    per_hour = HOUR_S // clock.control_step_s
    power = np.diff(energy, axis=0).reshape(-1, per_hour, 2).sum(axis=1) / HOUR_S
    hourly = air.reshape(-1, per_hour, len(columns)).mean(axis=1)
    rooms = {zone: hourly[:, z].copy() for z, zone in enumerate(building.zone_ids)}
    return Year(heating=power[:, 0].copy(), cooling=power[:, 1].copy(), air=rooms)


def _log(building: Building, rows: int) -> Log:
    """Room for the truth of one control step, and for no readings."""
    run = building.scenario.run
    if rows < 1 or run.control_step_s % run.truth_s or HOUR_S % run.control_step_s:
        allowed = "an hour is a whole number of control steps, and these of truth_s"
        raise TwinError("hours cannot be made of this", key="run", value=run.control_step_s, allowed=allowed)
    empty = np.zeros(0, dtype=np.int64)
    return Log(empty, empty, np.zeros(0), np.zeros((rows, len(building.signal_points))))


def _air_columns(building: Building) -> list[int]:
    """Columns of the truth that hold the zones' air temperatures."""
    if building.scenario.hvac.kind != "ideal_loads":
        raise TwinError("loads are those of ideal_loads", key="hvac.kind", value=building.scenario.hvac.kind)
    index = {point.id: i for i, point in enumerate(building.signal_points)}
    return [index[f"{zone}.air_temperature"] for zone in building.zone_ids]
