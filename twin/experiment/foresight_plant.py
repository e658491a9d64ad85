"""Copies of one building that play out plans side by side, from a moment on, and say what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from twin.building.assembly import Building
from twin.control.build import commands
from twin.envs.window import PER_SEED, with_rows
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.agents import AgentSpec
from twin.scenario.schema import Comfort
from twin.simulator import Simulator
from twin.task import Task

COMMANDS = commands(AgentSpec(name="foresight", kind="foresight"))
Moment = Mapping[str, Float]


class Weights(NamedTuple):
    """What an occupied degree hour and 1000 occupied ppm.h are worth [currency]."""

    per_kh: float
    per_kppmh: float

    @classmethod
    def of(cls, comfort: Comfort, heat: float = 1.0, air: float = 1.0) -> Weights:
        """The scenario's, times a factor each."""
        return cls(heat * comfort.weight_currency_per_kh, air * comfort.weight_currency_per_kppmh)


class Worth(NamedTuple):
    """What has been since the end of the warm-up, each (N,).

    Attributes
    ----------
    cost
        Of HVAC energy [currency].
    kh, kppmh
        Occupied kelvin-hours outside the bounds, occupied 1000 ppm-hours above the limit.
    """

    cost: Float
    kh: Float
    kppmh: Float

    def objective(self, weights: Weights) -> Float:
        """Cost and weighted discomfort [currency], (N,); what the rewards of a run sum up to, negated."""
        total: Float = self.cost + weights.per_kh * self.kh + weights.per_kppmh * self.kppmh
        return total


class Copies:
    """N copies of a building of one, all with the same weather, people and devices.

    Parameters
    ----------
    building
        Of one seed.
    count
        N.

    Attributes
    ----------
    task
        All setpoints of a building-wide supervisor.
    rollouts
        Plans played so far.
    """

    def __init__(self, building: Building, count: int) -> None:
        boundary, seed = building.boundary, building.seeds[0]
        rows = {name: np.repeat(getattr(boundary, name), count, axis=0) for name in PER_SEED}
        self.simulator = Simulator(with_rows(building, rows, [seed] * count))
        self.task = Task(self.simulator.building, also=COMMANDS)
        self.rollouts = 0
        self._clock = building.clock
        self._conditioned = building.parameters.zone[0, :, la.ZP_CONDITIONED] > 0.5

    def put(self, moment: Moment) -> None:
        """Put every copy to a moment of one building."""
        for name, array in self.simulator.state._asdict().items():
            array[:] = moment[name]

    def moment(self) -> Moment:
        """The state of the first copy, first axis 1."""
        return {name: array[:1].copy() for name, array in self.simulator.state._asdict().items()}

    @property
    def steps_left(self) -> int:
        """Control steps to the end of the run; the last may be cut short."""
        return -(-(self._clock.ticks - self.simulator.tick) // self._clock.ticks_per_step)

    def step(self, action: Float) -> None:
        """One control step under one action per copy (N, m)."""
        self._advance(self.task.command(action))

    def _advance(self, command: Float) -> None:
        ticks = min(self._clock.ticks_per_step, self._clock.ticks - self.simulator.tick)
        self.simulator.advance(command, ticks)

    def play(self, actions: Float) -> Worth:
        """Play actions (N, T, m), or (T, m) for all copies alike, from here; what has been by then."""
        count, (steps, points) = self.simulator.count, actions.shape[-2:]
        each = np.broadcast_to(actions, (count, steps, points)).swapaxes(0, 1)
        for command in self.task.command(each.reshape(-1, points)).reshape(steps, count, -1):
            self._advance(command)
        self.rollouts += count
        return self.worth()

    def worth(self) -> Worth:
        """What has been since the end of the warm-up."""
        state = self.simulator.state
        zone = state.kpi_zone[:, self._conditioned]
        return Worth(
            state.kpi[:, la.KP_COST_HVAC].copy(),
            zone[:, :, la.KZ_TDIS_OCCUPIED].sum(axis=1) / 3600.0,
            zone[:, :, la.KZ_IDIS_OCCUPIED].sum(axis=1) / 3.6e6,
        )
