"""An outlook in a task's place: what World, warm-up and `predict` need, so that learned and planning
controllers run wherever rules run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.building.assembly import assemble
from twin.leader import Lead
from twin.outlook import Outlook
from twin.scenario.learning import TaskSpec
from twin.task import ActionSpec, Float, ObservationSpec

if TYPE_CHECKING:
    from twin.building.assembly import Building
    from twin.simulator import Simulator


class Sight:
    """What an environment would show and take, on the very same numbers, for one run of its own.

    Parameters
    ----------
    building
        What is played.
    spec
        What is seen and set.
    scaled
        Actions are those of the environment, in [-1, 1]; otherwise those of the task, in engineering units,
        NaN leaving a point beyond the zones' setpoints to the plant's own loop.
    lead
        Makes the rule that leads, where the spec names one.

    Attributes
    ----------
    observation
        Columns of `observe`; in [-1, 1] where the spec normalises.
    action
        Columns of `command`; a scaled one has names in `outlook.action_names` instead of points.
    """

    def __init__(self, building: Building, spec: TaskSpec, *, scaled: bool, lead: Lead | None = None) -> None:
        self.building, self.scaled = building, scaled
        longer = building
        if spec.days_ahead:  # forecasts near the end look beyond it
            days = building.scenario.run.days + spec.days_ahead
            longer = assemble(building.scenario.updated(days=days), building.seeds)
        self.outlook = Outlook(longer, spec, lead).on(building)
        outlook = self.outlook
        count, width = len(outlook.names), len(outlook.action_names)
        one = np.ones(count)
        low, high = (-one, one) if spec.normalise else (outlook.lower, outlook.upper)
        self.observation = ObservationSpec(outlook.names, outlook.units, low, high)
        ones = np.ones(width)
        self.action = ActionSpec((), -ones, ones, np.zeros(width)) if scaled else outlook.task.action
        self._errors = np.stack([outlook.errors(seed) for seed in building.seeds])
        self._past: Float | None = None
        self._simulator: Simulator | None = None

    def observe(self, simulator: Simulator) -> Float:
        """What is seen now (N, n); to be called once per control step, as past values move on with it."""
        if self._past is None:
            self._past = self.outlook.past(simulator)
        else:
            self.outlook.lead(simulator, self._past)
        self._simulator = simulator  # commands relative to the bounds ahead ask it when it is
        seen = self.outlook.observe(simulator, self._past, self._errors)
        self.outlook.remember(simulator, self._past)
        return seen.astype(np.float64)

    def command(self, action: NDArray[np.floating]) -> Float:
        """Command rows (N, A); raises ValueError for an action of the wrong shape."""
        if self.scaled:
            return self.outlook.command(action, self._simulator, self._past)
        return self.outlook.task.command(np.asarray(action, dtype=np.float64))
