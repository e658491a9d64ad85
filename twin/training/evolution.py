"""Evolution strategy: many linear policies side by side on the same episodes; the better ones lead on.

A building simulated natively costs less than a step of a neural network's training, so that whole episodes
of thousands of policies are cheap; and as all candidates of a generation meet the same weeks, people and
weather, their differences are theirs alone. Needs neither torch nor gradients.

Source: T. Salimans et al., Evolution strategies as a scalable alternative to reinforcement learning (2017);
H. Mania et al., Simple random search of static linear policies is competitive for reinforcement learning
(2018).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ControllerError, nearest
from twin.control.linear import LinearPolicy
from twin.envs.batch import Batch
from twin.envs.options import moved
from twin.physics import layout as la
from twin.scenario.learners import Learner, starts
from twin.scenario.schema import Scenario
from twin.training.shared import SharedWeights
from twin.training.strategy import SeparableCma

Float = NDArray[np.float64]
HOUR_S = 3600.0
WIDEST, NARROWEST = 1.5, 0.08  # of the first sigma: most at the start and at the end of training, where noise
# of episodes, not distance, decides which candidate is best


@dataclass(frozen=True)
class Parameters:
    """What a learner's file may say of the search.

    Attributes
    ----------
    population, sigma
        Candidates of a generation, and the standard deviation of their numbers in the first.
    episodes
        Seeds of people, devices and weather that training draws from.
    comfort_price, co2_price
        Currency per occupied K.h, and per occupied 1000 ppm.h, beyond `comfort_share` of what the leading
        rule (the policy of zeros) causes on the same episode; on top of the reward.
    comfort_share
        Share of the rule's discomfort that is allowed freely.
    starts_at_once
        First days that a generation plays: one drawn from each so many equal parts of the list, in its order.
    leave_out
        Columns whose names hold one of these words are not heard.
    last_day_led
        The last day of an episode belongs to the policy of zeros, so that a building left cold is paid for.
    """

    population: int = 64
    sigma: float = 0.1
    episodes: int = 12
    comfort_price: float = 3.0
    co2_price: float = 100.0
    comfort_share: float = 1.0
    starts_at_once: int = 3
    leave_out: tuple[str, ...] = ()
    last_day_led: bool = True


def parameters_of(learner: Learner) -> Parameters:
    """The search's parameters; raises ControllerError for names and values that are none."""
    known = Parameters.__dataclass_fields__
    for name, value in learner.parameters.items():
        if name not in known:
            raise ControllerError(
                f"{learner.kind} takes no such parameter", key=f"parameters.{name}", value=name,
                allowed=", ".join(known), suggestion=nearest(name, known),
            )  # fmt: skip
        default = getattr(Parameters, name)
        fits = isinstance(value, list) if isinstance(default, tuple) else _is_number(value, default)
        if not fits:
            raise ControllerError(
                "this value cannot be used", key=f"parameters.{name}", value=value, allowed=f"as {default!r}"
            )
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in learner.parameters.items()}
    made = Parameters(**given)  # type: ignore[arg-type]
    if made.population < 4 or made.sigma <= 0.0 or made.episodes < 1 or made.starts_at_once < 1:
        raise ControllerError(
            "this is no search",
            key="parameters",
            value=f"population {made.population}, sigma {made.sigma:g}, episodes {made.episodes}, "
            f"starts_at_once {made.starts_at_once}",
            allowed="at least 4, more than 0, at least 1, at least 1",
        )
    return made


def _is_number(value: object, default: object) -> bool:
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) if isinstance(default, int) else isinstance(value, int | float)


class Crowd:
    """Candidates side by side: one batch per first day, as many slots in each as candidates.

    Parameters
    ----------
    scenario, learner
        What is played.
    count
        Candidates at the same time.
    first_seed
        Of the training's episodes.
    """

    def __init__(self, scenario: Scenario, learner: Learner, count: int, first_seed: int) -> None:
        training = learner.training
        played = scenario.updated(**training.run)
        self.count = count
        firsts = starts(training.starts, "training", scenario, training.days)
        self.batches = [
            Batch(moved(played, {"start": day}), learner.task, count, 0, first_seed) for day in firsts
        ]
        clock = self.batches[0].building.clock
        self.steps = training.days * 86_400 // clock.control_step_s
        self._day = 86_400 // clock.control_step_s
        self._plain = learner.task.reward == "currency"

    def play(
        self,
        weight: Float,
        bias: Float,
        chosen: Sequence[int],
        seeds: Sequence[int],
        led: bool,
        ended: Callable[[], bool],
    ) -> Float | None:
        """Reward, occupied K.h and occupied 1000 ppm.h of every candidate's episodes, (3, batches, C).

        Parameters
        ----------
        weight, bias
            (C, m, n) and (C, m).
        chosen, seeds
            Which batches, and one seed for each, the same for all candidates.
        led
            The last day belongs to the policy of zeros.
        ended
            Asked now and then; None is returned where it says so.
        """
        heard = np.ascontiguousarray(weight.transpose(0, 2, 1), dtype=np.float32)
        added = bias.astype(np.float32)
        found = np.zeros((3, len(chosen), self.count))
        for b, (batch, seed) in enumerate(zip((self.batches[k] for k in chosen), seeds, strict=True)):
            if ended():
                return None
            batch.put(np.arange(self.count), np.full(self.count, seed, dtype=np.int64))
            for step in range(self.steps):
                seen = batch.observe()
                action = np.matmul(seen[:, None, :], heard)[:, 0] + added
                np.clip(action, -1.0, 1.0, out=action)
                if led and step >= self.steps - self._day:
                    action[:] = 0.0
                batch.step(action)
                if not self._plain:
                    found[0, b] += batch.worth(batch.terms(), seen)
            zone = batch.simulator.state.kpi_zone.sum(axis=1)
            found[1, b] = zone[:, la.KZ_TDIS_OCCUPIED] / HOUR_S
            found[2, b] = zone[:, la.KZ_IDIS_OCCUPIED] / (1000.0 * HOUR_S)
            if self._plain:  # what the rewards add up to
                per_kh, per_kppmh = batch.outlook.weights
                cost = batch.simulator.state.kpi[:, la.KP_COST_HVAC]
                found[0, b] = -(cost + per_kh * found[1, b] + per_kppmh * found[2, b])
        return found


class Evolution:
    """One training seed of the search; speaks as much of Stable-Baselines3 as a diary needs.

    Attributes
    ----------
    num_timesteps
        Control steps of all buildings together so far.
    policy
        Of what is believed best.
    """

    replay_buffer = None

    def __init__(self, scenario: Scenario, learner: Learner, seed: int, first_seed: int) -> None:
        self.parameters = parameters_of(learner)
        self.num_timesteps = 0
        own = self.parameters
        self.crowd = Crowd(scenario, learner, own.population + 1, first_seed)
        first = self.crowd.batches[0]
        outlook = first.outlook
        if outlook.choices:
            raise ControllerError(
                "es moves continuous actions", key="task.discrete_levels", value=learner.task.discrete_levels,
                allowed="0",
            )  # fmt: skip
        self._shared = SharedWeights(
            outlook.names, outlook.action_names, first.building.zone_ids, own.leave_out
        )
        self._search = SeparableCma(self._shared.count, own.population, own.sigma)
        self._seed, self._first_seed, self._steps = seed, first_seed, learner.training.steps

    @property
    def policy(self) -> LinearPolicy:
        """See the class."""
        return self._shared.policy(self._search.mean)

    def generation(self, ended: Callable[[], bool]) -> bool:
        """One more generation; False where it was ended early, which leaves everything as it was.

        A candidate is worth minus its reward, and dear what it causes beyond the leading rule's discomfort.
        Chance follows from the seed and the number of the generation, so that a continuation is exact.
        """
        own, search = self.parameters, self._search
        random = np.random.default_rng([self._seed, search.generation])
        numbers = np.concatenate([search.ask(random), np.zeros((1, len(search.mean)))])
        parts = np.array_split(np.arange(len(self.crowd.batches)), own.starts_at_once)
        chosen = [int(random.choice(part)) for part in parts if len(part)]
        seeds = self._first_seed + random.integers(0, own.episodes, len(chosen))
        weights = self._shared.weights(numbers)
        found = self.crowd.play(*weights, chosen, seeds.tolist(), own.last_day_led, ended)
        if found is None:
            return False
        reward, heat, air = found
        worse = np.maximum(0.0, heat - own.comfort_share * heat[:, -1:])
        stale = np.maximum(0.0, air - own.comfort_share * air[:, -1:])
        lost = (own.comfort_price * worse + own.co2_price * stale - reward).sum(axis=0)
        left = 1.0 - self.num_timesteps / self._steps
        search.tell(lost[:-1], own.sigma * WIDEST * max(NARROWEST, left))
        self.num_timesteps += self.crowd.count * len(chosen) * self.crowd.steps
        return True

    def predict(
        self, observation: Any, state: Any = None, episode_start: Any = None, deterministic: bool = True
    ) -> tuple[Any, Any]:
        """See LinearPolicy.predict."""
        return self.policy.predict(observation, state, episode_start, deterministic)

    def save(self, stream: IO[bytes]) -> None:
        """The policy, and all that a continuation needs."""
        self.policy.save(stream, **self._search.state())

    def recall(self, state: dict[str, NDArray[Any]], steps: int) -> None:
        """Go on from what `save` wrote after so many steps."""
        self._search.recall(state)
        self.num_timesteps = steps
