"""Setpoints that are the comfort bounds of the moment."""

from __future__ import annotations

from twin.control.controller import Float, Memory, Rule
from twin.scenario.agents import FollowParameters
from twin.task import ActionSpec, ObservationSpec


class Follow(Rule):
    """Heats at the lower comfort bound and cools at the upper, as they stand at each control step.

    With bounds by the clock (`comfort.lower_schedule_c`) this is a plant that keeps a timetable to the
    letter, as validation cases prescribe it.
    """

    def __init__(
        self, parameters: FollowParameters, observation: ObservationSpec, action: ActionSpec, step_s: float
    ) -> None:
        super().__init__(observation, action, step_s)
        self._inside = self.setpoints.sign * parameters.margin_k

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        _, bound, _ = self.setpoints.seen(observation)
        return self.action_of(bound + self._inside), memory
