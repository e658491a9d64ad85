"""Evolution strategy: many linear policies side by side on the same episodes; the better ones lead on.

A building simulated natively costs less than a step of a neural network's training, so that whole episodes
of thousands of policies are cheap; and as all candidates of a generation meet the same weeks, people and
weather, their differences are theirs alone. Needs neither torch nor gradients.

Source: T. Salimans et al., Evolution strategies as a scalable alternative to reinforcement learning (2017);
H. Mania et al., Simple random search of static linear policies is competitive for reinforcement learning
(2018).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ControllerError, nearest
from twin.building.assembly import assemble
from twin.control.linear import LinearPolicy
from twin.envs.batch import Batch, Moment
from twin.envs.options import moved
from twin.outlook import Outlook
from twin.physics import layout as la
from twin.scenario.first_days import starts
from twin.scenario.learners import Learner
from twin.scenario.schema import Scenario
from twin.training import ranges
from twin.training.features import Vocabulary
from twin.training.newton import DiagonalNewton
from twin.training.shared import Weights, shared
from twin.training.strategy import SeparableCma

Float = NDArray[np.float64]
HOUR_S = 3600.0
WIDEST, NARROWEST = 1.5, 0.08  # of the first sigma: most at the start and at the end of training, where noise
# of episodes, not distance, decides which candidate is best
METHODS = "cma", "newton"
SLOTS = 450  # buildings side by side, at most: 3 MB each in the office


@dataclass(frozen=True)
class Parameters:
    """What a learner's file may say of the search.

    Attributes
    ----------
    method
        `cma`: of candidates drawn about the mean, the better ones say where it goes. `newton`: every number
        is tried up and down on the same episodes, then the step that follows in parts; needs fewer control
        steps, in larger generations.
    population, sigma
        Candidates of a generation of `cma`; the standard deviation of their numbers in the first, or how far
        `newton` tries them at first.
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
        Columns whose names hold one of these words are not heard; counts only without `hears`.
    features, hears
        What each action hears, where that is not everything: see twin.training.features.Vocabulary.
    last_day_led
        The last day of an episode belongs to the policy of zeros, so that a building left cold is paid for.
    """

    method: str = METHODS[0]
    population: int = 64
    sigma: float = 0.1
    episodes: int = 12
    comfort_price: float = 3.0
    co2_price: float = 100.0
    comfort_share: float = 1.0
    starts_at_once: int = 3
    leave_out: tuple[str, ...] = ()
    last_day_led: bool = True
    features: Mapping[str, Any] = field(default_factory=dict)
    hears: Mapping[str, Any] = field(default_factory=dict)


def parameters_of(learner: Learner) -> Parameters:
    """The search's parameters; raises ControllerError for names and values that are none."""
    known = Parameters.__dataclass_fields__
    for name, value in learner.parameters.items():
        if name not in known:
            raise ControllerError(
                f"{learner.kind} takes no such parameter", key=f"parameters.{name}", value=name,
                allowed=", ".join(known), suggestion=nearest(name, known),
            )  # fmt: skip
        default = getattr(Parameters(), name)
        if not _fits(value, default):
            raise ControllerError(
                "this value cannot be used", key=f"parameters.{name}", value=value, allowed=f"as {default!r}"
            )
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in learner.parameters.items()}
    made = Parameters(**given)  # type: ignore[arg-type]
    ranges.check(learner)
    if made.method not in METHODS:
        raise ControllerError(
            "no such method", key="parameters.method", value=made.method, allowed=", ".join(METHODS),
            suggestion=nearest(made.method, METHODS),
        )  # fmt: skip
    if made.last_day_led and learner.training.days < 2:
        raise ControllerError(
            "the rule leads on the last day, so that no policy would ever act",
            key="training.days",
            value=learner.training.days,
            allowed="at least 2, or parameters.last_day_led: false",
        )
    return made


def check(scenario: Scenario, learner: Learner) -> None:
    """Raise ControllerError for what an action cannot hear in this scenario, before anything is played."""
    building = assemble(scenario.updated(days=1), [0])
    weights_of(parameters_of(learner), Outlook(building, learner.task), building.zone_ids)


def weights_of(own: Parameters, outlook: Outlook, zones: Sequence[str]) -> Weights:
    """The numbers to find in what is seen and set; raises ControllerError as Vocabulary does."""
    if outlook.choices:
        raise ControllerError(
            "es moves continuous actions", key="task.discrete_levels", value=outlook.spec.discrete_levels,
            allowed="0",
        )  # fmt: skip
    words = Vocabulary(outlook.names, outlook.lower, outlook.upper, zones, own.features)
    if not own.hears:
        if own.features:
            raise ControllerError(
                "no action hears these features",
                key="parameters.features",
                value=", ".join(own.features),
                allowed="parameters.hears beside them, which says what hears what",
            )
        return shared(outlook.names, outlook.action_names, zones, own.leave_out)
    return words.weights(outlook.action_names, own.hears)


def _fits(value: object, default: object) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list)
    if isinstance(default, dict | str):
        return isinstance(value, type(default))
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) if isinstance(default, int) else isinstance(value, int | float)


class Crowd:
    """Candidates side by side, in one batch: all of them play the same few episodes.

    One window holds every first day, so that slots stand at different days of it. Where an episode begins,
    the policy of zeros has led since the earliest first day.

    Parameters
    ----------
    scenario, learner
        What is played.
    seeds
        Of people, devices and weather.

    Attributes
    ----------
    first
        A batch of all seeds, which says what is seen and set.
    """

    def __init__(self, scenario: Scenario, learner: Learner, seeds: Sequence[int]) -> None:
        training = learner.training
        played = scenario.updated(**training.run)
        firsts = starts(learner, "training", scenario)
        days = [moved(played, {"start": first}).run.start for first in firsts]
        whole = played.updated(days=(max(days) - min(days)).days + training.days)
        self._scenario, self._task = moved(whole, {"start": min(days).isoformat()}), learner.task
        self._seeds = len(seeds), seeds[0]  # as a pool: their climates are held once
        self.first = Batch(self._scenario, self._task, len(seeds), *self._seeds)
        per_day = 86_400 // self.first.building.clock.control_step_s
        self.steps, self._day = training.days * per_day, per_day
        self._plain = learner.task.reward == "currency"
        self._begins = [(day - min(days)).days * per_day for day in days]
        self._moments: dict[int, Moment] = {}
        self._batches: dict[int, Batch] = {}

    @property
    def episodes(self) -> int:
        """First days."""
        return len(self._begins)

    @property
    def prepared(self) -> bool:
        """Whether it is known where every episode begins."""
        return len(self._moments) == len(set(self._begins))

    def prepare(self, ended: Callable[[], bool]) -> bool:
        """Play all seeds under the policy of zeros up to the last first day; False where it was ended."""
        count, first = self._seeds
        self.first.put(np.arange(count), np.arange(first, first + count))
        nothing = np.zeros((count, len(self.first.outlook.action_names)))
        for step in range(max(self._begins) + 1):
            if step in self._begins:
                self._moments[step] = self.first.moment()
            if step % self._day == 0 and ended():
                return False
            if step < max(self._begins):
                self.first.step(nothing)
        return True

    def play(
        self,
        given: Weights,
        numbers: Float,
        chosen: Sequence[int],
        rows: Sequence[int],
        led: bool,
        ended: Callable[[], bool],
    ) -> Float | None:
        """Reward, occupied K.h and occupied 1000 ppm.h of every candidate's episodes, (3, episodes, C).

        Parameters
        ----------
        given, numbers
            What makes policies of the candidates' numbers (C, count).
        chosen, rows
            Which first days, and the number of a seed for each, the same for all candidates.
        led
            The last day belongs to the policy of zeros.
        ended
            Asked now and then; None is returned where it says so.
        """
        together = max(1, SLOTS // len(numbers))
        if len(chosen) > together:
            parts = []
            for k in range(0, len(chosen), together):
                part = slice(k, k + together)
                played = self.play(given, numbers, chosen[part], rows[part], led, ended)
                if played is None:
                    return None
                parts.append(played)
            return np.concatenate(parts, axis=1)
        weight, bias = given.weights(numbers)
        heard = np.tile(weight.transpose(0, 2, 1).astype(np.float32), (len(chosen), 1, 1))
        added = np.tile(bias.astype(np.float32), (len(chosen), 1))
        batch = self._gathered(len(numbers), chosen, rows)
        found = np.zeros((3, len(added)))
        before = _tally(batch)
        for step in range(self.steps):
            if step % self._day == 0 and ended():
                return None
            seen = batch.observe()
            phi = seen if given.features is None else given.features(seen)
            action = np.matmul(phi[:, None, :], heard)[:, 0] + added
            np.clip(action, -1.0, 1.0, out=action)
            if led and step >= self.steps - self._day:
                action[:] = 0.0
            batch.step(action)
            if not self._plain:
                found[0] += batch.worth(batch.terms(), batch.observe())
        cost, found[1], found[2] = _tally(batch) - before
        if self._plain:  # what the rewards add up to
            per_kh, per_kppmh = batch.outlook.weights
            found[0] = -(cost + per_kh * found[1] + per_kppmh * found[2])
        return found.reshape(3, len(chosen), len(numbers))

    def _gathered(self, count: int, chosen: Sequence[int], rows: Sequence[int]) -> Batch:
        """So many candidates at the beginning of each of these episodes."""
        whole = count * len(chosen)
        if whole not in self._batches:
            self._batches[whole] = Batch(self._scenario, self._task, whole, *self._seeds)
        batch = self._batches[whole]
        for k, (day, row) in enumerate(zip(chosen, rows, strict=True)):
            slots = np.arange(k * count, (k + 1) * count)
            batch.go(slots, self._moments[self._begins[day]], np.full(count, row, dtype=np.int64))
        return batch


def _tally(batch: Batch) -> Float:
    """Cost, occupied K.h and occupied 1000 ppm.h since the window began, (3, N)."""
    zone = batch.simulator.state.kpi_zone.sum(axis=1)
    cost = batch.simulator.state.kpi[:, la.KP_COST_HVAC]
    return np.stack(
        [cost, zone[:, la.KZ_TDIS_OCCUPIED] / HOUR_S, zone[:, la.KZ_IDIS_OCCUPIED] / (1000.0 * HOUR_S)]
    )


class Evolution:
    """One training seed of the search; speaks as much of Stable-Baselines3 as a checkpointer needs.

    Attributes
    ----------
    num_timesteps
        Control steps of all buildings together so far.
    policy
        Of what is believed best.
    """

    replay_buffer = None

    def __init__(self, scenario: Scenario, learner: Learner, seed: int, first_seed: int) -> None:
        self.parameters = own = parameters_of(learner)
        self.num_timesteps = 0
        seeds = range(first_seed, first_seed + own.episodes)
        self.crowd = Crowd(scenario, learner, seeds)
        first = self.crowd.first
        given = self._weights = weights_of(own, first.outlook, first.building.zone_ids)
        self._search: SeparableCma | DiagonalNewton
        if own.method == "newton":
            self._search = DiagonalNewton([own.sigma * step for step in given.step], given.begin)
        else:
            self._search = SeparableCma(given.count, own.population, own.sigma, given.begin, given.step)
        self._seed, self._steps = seed, learner.training.steps
        self._policy: LinearPolicy | None = None

    @property
    def policy(self) -> LinearPolicy:
        """See the class."""
        if self._policy is None:
            self._policy = self._weights.policy(self._search.mean)
        return self._policy

    def generation(self, ended: Callable[[], bool]) -> bool:
        """One more generation; False where it was ended early, which leaves everything as it was.

        A candidate is worth minus its reward, and dear what it causes beyond the leading rule's discomfort.
        Chance follows from the seed and the number of the generation, so that a continuation is exact.
        """
        own, search, crowd = self.parameters, self._search, self.crowd
        if not crowd.prepared and not crowd.prepare(ended):
            return False
        random = np.random.default_rng([self._seed, search.generation])
        numbers = np.concatenate([search.ask(random), np.zeros((1, len(search.mean)))])
        parts = np.array_split(np.arange(crowd.episodes), own.starts_at_once)
        chosen = [int(random.choice(part)) for part in parts if len(part)]
        rows = random.integers(0, own.episodes, len(chosen)).tolist()
        found = crowd.play(self._weights, numbers, chosen, rows, own.last_day_led, ended)
        if found is None:
            return False
        reward, heat, air = found
        worse = np.maximum(0.0, heat - own.comfort_share * heat[:, -1:])
        stale = np.maximum(0.0, air - own.comfort_share * air[:, -1:])
        lost = (own.comfort_price * worse + own.co2_price * stale - reward)[:, :-1]
        if isinstance(search, DiagonalNewton):
            search.tell(lost)
        else:
            left = 1.0 - self.num_timesteps / self._steps
            search.tell(lost.sum(axis=0), own.sigma * WIDEST * max(NARROWEST, left))
        self._policy = None
        self.num_timesteps += len(numbers) * len(chosen) * crowd.steps
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
        self._policy = None
        self.num_timesteps = steps
