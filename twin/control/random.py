"""Random setpoints, keyed by building seed and step, so that they can be drawn again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.basics.streams import key
from twin.control.controller import Float, Memory, Rule
from twin.scenario.agents import RandomParameters
from twin.task import ActionSpec, ObservationSpec


class RandomSetpoints(Rule):
    """Every point uniform in the middle `spread` of its range, drawn anew every `hold_steps` control steps.

    A draw depends on the building's seed and the step only, never on its place in a batch.
    """

    def __init__(
        self,
        parameters: RandomParameters,
        observation: ObservationSpec,
        action: ActionSpec,
        step_s: float,
        seeds: Sequence[int],
    ) -> None:
        super().__init__(observation, action, step_s)
        self._hold = parameters.hold_steps
        self._middle = 0.5 * (action.lower + action.upper)
        self._width = parameters.spread * (action.upper - action.lower)
        self.reset(seeds)

    def reset(self, seeds: Sequence[int]) -> None:
        """See Controller.reset."""
        self._keys = [key(seed, "random_agent") for seed in seeds]

    def initial(self, count: int) -> Memory:
        """Control steps since the episode began, (N,)."""
        return {"step": np.zeros(count)}

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act; raises ValueError where there are more buildings than seeds."""
        if len(observation) != len(self._keys):
            raise ValueError(f"{len(observation)} buildings, but {len(self._keys)} seeds: call reset(seeds)")
        draws = np.empty((len(observation), len(self._middle)))
        for n, own in enumerate(self._keys):
            index = int(memory["step"][n]) // self._hold
            bits = np.random.Philox(key=own, counter=[0, index, 0, 0])
            draws[n] = np.random.Generator(bits).random(draws.shape[1])
        return self._middle + self._width * (draws - 0.5), {"step": memory["step"] + 1.0}
