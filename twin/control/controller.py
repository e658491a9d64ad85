"""What every controller is: `predict` over a batch, with an explicit state, as in stable-baselines3."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ControllerError
from twin.task import ActionSpec, ObservationSpec

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Memory = dict[str, Float]
ZONE_SETPOINTS = ("heating_setpoint", "cooling_setpoint")


class Controller(Protocol):
    """Anything that turns observations into actions; what it remembers is in the state it hands back."""

    def predict(
        self,
        observation: Float,
        state: Any = None,
        episode_start: Bool | None = None,
        deterministic: bool = True,
    ) -> tuple[Float, Any]:
        """Action for every building of a batch.

        Parameters
        ----------
        observation
            (N, n) in the units of the ObservationSpec.
        state
            What the last call returned; None at the start.
        episode_start
            (N,) true where an episode begins: those rows of the state start afresh.
        deterministic
            For policies that can also explore.

        Returns
        -------
        Action (N, m) in engineering units, and the next state.
        """
        ...

    def reset(self, seeds: Sequence[int]) -> None:
        """Seeds of the buildings from now on; 0 is a seed."""
        ...


@dataclass(frozen=True)
class Setpoints:
    """All heating, then all cooling setpoints of an action, with what is observed beside them; arrays (L,).

    Attributes
    ----------
    sign
        +1 heating, −1 cooling: `sign * (target - temperature)` is what is still missing.
    action, temperature, bound, hours
        Columns: setpoint in the action; air temperature, comfort bound of now, hours to occupied.
    occupied
        Setpoints of occupied hours [°C].
    """

    sign: Float
    action: NDArray[np.int64]
    temperature: NDArray[np.int64]
    bound: NDArray[np.int64]
    hours: NDArray[np.int64]
    occupied: Float

    def seen(self, observation: Float) -> tuple[Float, Float, Float]:
        """Temperature [°C], comfort bound [°C] and hours to occupied [h] of every setpoint, copies (N, L)."""
        count = len(self.sign)
        found = observation.take(self._beside, axis=1)
        return found[:, :count], found[:, count : 2 * count], found[:, 2 * count :]

    @cached_property
    def _beside(self) -> NDArray[np.int64]:
        return np.concatenate([self.temperature, self.bound, self.hours])

    def choose(self, heating: float, cooling: float) -> Float:
        """One number for heating and one for cooling setpoints, (L,)."""
        return np.where(self.sign > 0.0, heating, cooling)

    def given(self, heating: float | None, cooling: float | None) -> Float:
        """Numbers of a file for heating and cooling setpoints, NaN where it leaves them out, (L,)."""
        return self.choose(np.nan if heating is None else heating, np.nan if cooling is None else cooling)


def setpoints_of(observation: ObservationSpec, action: ActionSpec) -> Setpoints:
    """The setpoints of an action; raises ControllerError where something beside them is not observed."""
    heating, cooling = action.columns("heating_setpoint"), action.columns("cooling_setpoint")
    warm = tuple(action.points[i].entity for i in heating)
    cold = tuple(action.points[i].entity for i in cooling)
    try:
        bounds = observation.columns("comfort_lower", warm), observation.columns("comfort_upper", cold)
        temperature = observation.columns("air_temperature", warm + cold)
        hours = observation.columns("hours_to_occupied", warm + cold)
    except KeyError as error:
        raise ControllerError(
            "the controller needs an observation that is missing", value=error.args[0]
        ) from error
    at = np.concatenate([heating, cooling])
    sign = np.concatenate([np.ones(len(warm)), -np.ones(len(cold))])
    return Setpoints(sign, at, temperature, np.concatenate(bounds), hours, action.default[at])


class Rule(ABC):
    """A rule over heating and cooling setpoints; subclasses say what they remember and what they set.

    Parameters
    ----------
    observation, action
        Names, units and bounds of what is seen and set.
    step_s
        Control step [s].
    """

    def __init__(self, observation: ObservationSpec, action: ActionSpec, step_s: float) -> None:
        self.observation = observation
        self.action = action
        self.step_s = step_s
        self.setpoints = setpoints_of(observation, action)
        self._idle = idle(action)

    @property
    def sets(self) -> NDArray[np.int64]:
        """Columns of the action that it sets, now or at other hours; all else is the plant's at any time."""
        return self.setpoints.action

    def reset(self, seeds: Sequence[int]) -> None:  # noqa: B027 - most rules have no use for seeds
        """See Controller.reset."""

    def initial(self, count: int) -> Memory:  # noqa: ARG002 - most rules remember nothing
        """Memory of `count` buildings at the start of an episode; first axis N."""
        return {}

    @abstractmethod
    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """Action (N, m) and the next memory; `memory` itself is left as it is."""

    def predict(
        self,
        observation: Float,
        state: Any = None,
        episode_start: Bool | None = None,
        deterministic: bool = True,  # noqa: ARG002 - rules do not explore
    ) -> tuple[Float, Memory]:
        """See Controller.predict; raises ValueError where the observation has the wrong width."""
        if observation.ndim != 2 or observation.shape[1] != len(self.observation.names):
            expected = len(self.observation.names)
            raise ValueError(f"observation of shape {observation.shape}, expected (N, {expected})")
        if state is None:
            return self.act(observation, self.initial(len(observation)))
        memory: Memory = dict(state)
        if episode_start is not None and np.count_nonzero(episode_start):
            fresh = self.initial(len(observation))
            memory = {key: _restart(memory[key], fresh[key], episode_start) for key in memory}
        return self.act(observation, memory)

    def action_of(self, setpoints: Float) -> Float:
        """The action (N, m) that sets these setpoints (N, L) and leaves all else to the plant's own loops."""
        action = np.empty((len(setpoints), len(self.action.points)))
        action[:] = self._idle
        action[:, self.setpoints.action] = setpoints
        return action


def idle(action: ActionSpec) -> Float:
    """The action (m,) of a rule that does nothing: occupied setpoints, NaN (the local loop) elsewhere."""
    of_zones = [point.quantity in ZONE_SETPOINTS for point in action.points]
    return np.where(of_zones, action.default, np.nan)


def fabric_after(fabric: Float, air: Float, step_s: float, time_h: float) -> Float:
    """Where walls and furniture have come to after a step [°C]: they follow the air in first order.

    What people feel is half the air and half the surfaces (operative temperature, ISO 7726), which a room
    sensor does not see. `fabric` (N, L) is NaN at the start; a time constant of 0 leaves walls as warm as the
    air.
    """
    if time_h <= 0.0:
        return air
    share = min(1.0, step_s / (3600.0 * time_h))
    moved = fabric + share * (air - fabric)
    fresh = np.isnan(fabric)
    return np.where(fresh, air, moved) if np.count_nonzero(fresh) else moved


def lag_of(fabric: Float, target: Float, sign: Float, most: float) -> Float:
    """By how much walls are colder than a heating target, or warmer than a cooling one, at `most` [K]."""
    return np.minimum(np.maximum(sign * (target - fabric), 0.0), most)


def _restart(old: Float, fresh: Float, rows: Bool) -> Float:
    merged = old.copy()
    merged[rows] = fresh[rows]
    return merged
