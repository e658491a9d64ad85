"""A rule that leads a learner: it decides first, and the learner moves what it decided."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from twin.task import ActionSpec, Float, ObservationSpec, Policy


class LeadingRule(Policy, Protocol):
    """A rule that can lead: it says which columns of its action it ever sets."""

    @property
    def sets(self) -> NDArray[np.int64]:
        """Columns of the action that it sets, now or at other hours."""
        ...


@dataclass(frozen=True)
class Lead:
    """A rule that is to lead, before it knows the building.

    Attributes
    ----------
    commands
        Quantities beyond zones' setpoints that it sets where the building offers them, whether or not the
        learner's task lists them.
    build
        Makes the rule from what is observed and set and from the control step [s].
    """

    commands: tuple[str, ...]
    build: Callable[[ObservationSpec, ActionSpec, float], LeadingRule]


class Leader:
    """A rule that leads: what it remembers and what it has decided lie in rows of numbers, one per building.

    So a snapshot, a fork and a reset of some slots need to know nothing of rules.

    Parameters
    ----------
    rule
        Its state is a mapping of arrays whose first axis is the building, as those of twin.control are.
    """

    def __init__(self, rule: Policy) -> None:
        self._rule = rule
        self._shapes: dict[str, tuple[int, ...]] = {}

    def begin(self, observation: Float) -> Float:
        """Memory and decision (N, width) at the start of an episode."""
        action, state = self._rule.predict(observation, None)
        memory = cast("dict[str, Float]", state)
        self._shapes = {name: array.shape[1:] for name, array in memory.items()}
        return self._flat(memory, action)

    def go_on(self, observation: Float, held: Float) -> None:
        """Decide for the next step, in place."""
        memory, at = {}, 0
        for name, shape in self._shapes.items():
            width = math.prod(shape)
            memory[name] = held[:, at : at + width].reshape(len(held), *shape)
            at += width
        action, state = self._rule.predict(observation, memory)
        held[:] = self._flat(cast("dict[str, Float]", state), action)

    def _flat(self, memory: dict[str, Float], action: Float) -> Float:
        parts = [memory[name].reshape(len(action), -1) for name in self._shapes]
        return np.concatenate([*parts, action], axis=1)
