"""A fortnight of telemetry: what devices delivered and meters counted, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from twin.basics.errors import ControllerError
from twin.basics.streams import key
from twin.building.assembly import assemble
from twin.control.build import build
from twin.control.mpc import SIGHT
from twin.control.mpc_model import Float
from twin.estimation.excitation import steps_of
from twin.scenario.catalog import load_agent
from twin.scenario.schema import Scenario
from twin.sight import Sight
from twin.simulator import Simulator
from twin.task import Task, warm_up

WARM_UP_DAYS = 5
_SETPOINTS = ("heating_setpoint", "cooling_setpoint")


@dataclass(frozen=True)
class Telemetry:
    """K control steps of one building.

    Attributes
    ----------
    names, observation
        Columns and values (K + 1, n) that a planning controller sees, at the start of every step.
    points, action
        What was sent: point ids and values (K, m); NaN left the point to the plant.
    meters
        Energy registers by point id [kWh], (K + 1,).
    step_s
        Control step [s].
    """

    names: tuple[str, ...]
    observation: Float
    points: tuple[str, ...]
    action: Float
    meters: dict[str, Float]
    step_s: float

    def column(self, name: str) -> Float:
        """A column of the observation (K + 1,); raises ControllerError where it is missing."""
        if name not in self.names:
            raise ControllerError("telemetry lacks a column", value=name, allowed=", ".join(self.names[:12]))
        return self.observation[:, self.names.index(name)]

    def sent(self, point: str) -> Float | None:
        """What was sent to a point (K,), None where there is none."""
        return self.action[:, self.points.index(point)] if point in self.points else None

    def part(self, first: int, last: int) -> Telemetry:
        """Steps first to last."""
        return Telemetry(
            self.names, self.observation[first : last + 1], self.points, self.action[first:last],
            {name: series[first : last + 1] for name, series in self.meters.items()}, self.step_s,
        )  # fmt: skip


def record(scenario: Scenario, seed: int, days: int = 14, *, excited: bool = True) -> Telemetry:
    """Play the days before a scenario's run and keep what devices delivered.

    Parameters
    ----------
    scenario
        Its run says when the controller will begin; the telemetry ends there.
    seed
        Episode seed of the run to come: people and noise of the telemetry are keyed from it and differ.
    days
        Length of the telemetry.
    excited
        Add the excitation to the baseline; without it, the telemetry shows the baseline alone.

    Raises
    ------
    ControllerError
        No device measures any energy.
    """
    before = scenario.updated(
        start=scenario.run.start - timedelta(days=days), days=days, warm_up_days=WARM_UP_DAYS
    )
    building = assemble(before, [key(seed, "identification")])
    sight = Sight(building, SIGHT, scaled=False)
    clock = building.clock
    plain = Task(building)
    baseline = build(
        load_agent(scenario.run.baseline), plain.observation, plain.action, clock.control_step_s, [0]
    )
    simulator = Simulator(building)
    warm_up(simulator, plain, baseline)
    meters = {i: s.point_id for i, s in enumerate(building.sensors) if s.point_id.endswith("_energy")}
    if not meters:
        raise ControllerError(
            "identification needs meters and this scenario has none",
            key="devices",
            allowed="datasheet: electricity_meter, measures: electric_energy, at: [electricity, ...]",
        )  # fmt: skip
    steps = (clock.ticks - simulator.tick) // clock.ticks_per_step
    points = sight.action.points
    moves = _moves(sight, building.seeds[0], steps, clock.control_step_s, excited)
    place = [next(i for i, q in enumerate(points) if q.id == p.id) for p in plain.action.points]
    seen, sent = np.zeros((steps + 1, len(sight.observation.names))), np.full((steps, len(points)), np.nan)
    counted = np.full((steps + 1, len(meters)), np.nan)
    state: object = None
    start = np.ones(1, dtype=np.bool_)
    for k in range(steps + 1):
        seen[k] = sight.observe(simulator)[0]
        counted[k] = simulator.measurements().reading[0, list(meters)]
        if k == steps:
            break
        chosen, state = baseline.predict(plain.observe(simulator), state, start)
        start = np.zeros(1, dtype=np.bool_)
        sent[k, place] = chosen[0]
        sent[k] = np.where(np.isnan(moves[k]), sent[k], moves[k] + np.where(_added(sight), sent[k], 0.0))
        command = sight.command(sent[k][None])
        simulator.step(command)
    return Telemetry(
        sight.observation.names, seen, tuple(p.id for p in points), sent,
        {name: counted[:, i] for i, name in enumerate(meters.values())}, float(clock.control_step_s),
    )  # fmt: skip


def _added(sight: Sight) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([p.quantity in _SETPOINTS for p in sight.action.points])


def _moves(sight: Sight, seed: int, steps: int, step_s: float, excited: bool) -> Float:
    """Excitation of every point (steps, m)."""
    points = sight.action.points
    if not excited:
        return np.full((steps, len(points)), np.nan)
    per_hour = round(3600.0 / step_s)
    return np.stack([steps_of(seed, p.id, p.quantity, steps, per_hour) for p in points], axis=1)
