"""Stable-Baselines3's VecEnv straight on a batch: no Python loop over environments while episodes run.

Needs the extra `rl`. SB3 begins again within the step that ended an episode and hands the last observation
over in `info["terminal_observation"]`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import MissingExtraError, TwinError
from twin.envs.actions import Actions
from twin.envs.arguments import Source, checked_mode, starting_scenario
from twin.envs.batch import POOL
from twin.envs.fleet import Starts, slots_of
from twin.envs.options import exact_seed, goes_elsewhere, moved, numbered, whole_seed
from twin.envs.vector import spaces
from twin.outlook import Float32
from twin.scenario.learning import Given, task_spec

try:
    from stable_baselines3.common.vec_env.base_vec_env import VecEnv
except ImportError as missing:
    raise MissingExtraError("stable-baselines3", "rl") from missing

Infos = list[dict[str, Any]]
Slots = int | Iterable[int] | None


class BuildingVecEnv(VecEnv):  # type: ignore[misc, unused-ignore]
    """N buildings for Stable-Baselines3.

    Parameters
    ----------
    scenario, num_envs, task, pool, first_seed, starts, render_mode, run
        As BuildingVectorEnv's.

    Attributes
    ----------
    observation_names, observation_units, action_names
        What the columns are.
    terms
        Of the reward of the last step, each (N,).
    reset_infos
        What was said when each slot began its episode, as BuildingEnv.reset says it.

    Notes
    -----
    `info["episode"]` holds return `r`, length `l` and wall time `t` [s] of a finished episode, as a monitor's
    would: none is needed around it.
    """

    def __init__(
        self,
        scenario: Source | None = None,
        num_envs: int = 1,
        task: Given = None,
        *,
        pool: int = POOL,
        first_seed: int = 0,
        starts: Starts = None,
        render_mode: str | None = None,
        **run: Any,
    ) -> None:
        self.render_mode = checked_mode(render_mode)
        self._scenario = starting_scenario(scenario, run, starts, type(self))
        self.batch = slots_of(self._scenario, task_spec(task), num_envs, pool, starts, first_seed)
        self.observation_names, self.observation_units = self.batch.outlook.names, self.batch.outlook.units
        self.action_names = self.batch.outlook.action_names
        super().__init__(num_envs, *spaces(self.batch.outlook))
        self._every = np.arange(num_envs, dtype=np.int64)
        self._return = np.zeros(num_envs)
        self._length = np.zeros(num_envs, dtype=np.int64)
        self._began = time.perf_counter()
        self._seeded = False
        self._takes = Actions(self.batch.outlook, num_envs)
        self._actions: NDArray[np.generic] = np.zeros((num_envs, len(self.action_names)), np.float32)

    def reset(self) -> Float32:
        """Begin an episode in every slot: of the seeds given by `seed()`, else each slot's next.

        Options given by `set_options()` are BuildingEnv.reset's, the same for all slots.

        Raises
        ------
        TwinError
            An option or a seed that cannot be; nothing has changed then.
        """
        batch, given = self.batch, self._given()
        exact = exact_seed(given)
        seeds = [None if seed is None else whole_seed(seed) for seed in self._seeds]
        batch.move(moved(self._scenario, given), only=goes_elsewhere(given))
        seeded, row = [self._seeded] * self.num_envs, (batch.base, batch.episode)
        batch.begin(self._every, exact, numbered(row, self._every, seeds, seeded, _draw, exact is None))
        self._seeded = True
        self._reset_seeds()
        self._reset_options()
        self._return[:], self._length[:] = 0.0, 0
        self._remember(range(self.num_envs))
        return batch.observe()

    def _given(self) -> Mapping[str, Any]:
        """The options of the reset to come."""
        options = [dict(own or {}) for own in self._options]
        if len(options) != self.num_envs or any(own != options[0] for own in options):
            raise TwinError("the slots of a batch share their options", key="options", value=options,
                            allowed="the same options for all slots")  # fmt: skip
        return options[0]

    def _remember(self, slots: Iterable[int]) -> None:
        """What is said of the episodes that have just begun in these slots."""
        terms, seeds = self.batch.terms(), self.batch.seeds
        for slot in slots:
            own = {name: float(value[slot]) for name, value in terms.items()}
            self.reset_infos[slot] = own | {"episode_seed": int(seeds[slot])}

    def step_async(self, actions: NDArray[np.floating[Any]]) -> None:
        """Keep the actions for step_wait; raises TwinError where they have not `action_space`'s shape."""
        self._actions = self._takes.rows(actions)

    def step_wait(self) -> tuple[Float32, Float32, NDArray[np.bool_], Infos]:
        """One control step of every slot."""
        batch = self.batch
        batch.step(self._actions)
        terms, seen = batch.terms(), batch.observe()
        reward = batch.worth(terms, seen)
        self.terms = terms
        self._return += reward
        self._length += 1
        over = batch.over()
        infos: Infos = [{} for _ in range(self.num_envs)]
        if over.any():
            seen = self._begin_again(np.flatnonzero(over), seen, infos)
        return seen, reward.astype(np.float32), over, infos

    def _begin_again(self, slots: NDArray[np.int64], seen: Float32, infos: Infos) -> Float32:
        """Say how the episodes of these slots ended, and begin the next."""
        now = time.perf_counter() - self._began
        for slot in slots.tolist():
            infos[slot]["terminal_observation"] = seen[slot].copy()
            infos[slot]["TimeLimit.truncated"] = True
            infos[slot]["episode"] = {
                "r": float(self._return[slot]), "l": int(self._length[slot]), "t": round(now, 6)
            }  # fmt: skip
        self._return[slots], self._length[slots] = 0.0, 0
        self.batch.follow(slots, self._scenario)
        self._remember(slots.tolist())
        seen[slots] = self.batch.observe()[slots]
        return seen

    def close(self) -> None:
        """Nothing is held."""

    def get_attr(self, attr_name: str, indices: Slots = None) -> list[Any]:
        """An attribute of the whole, once per slot asked for."""
        return [getattr(self, attr_name)] * len(self._slots(indices))

    def set_attr(self, attr_name: str, value: Any, indices: Slots = None) -> None:
        """Set an attribute of the whole; raises TwinError where only some slots are meant."""
        if len(self._slots(indices)) != self.num_envs:
            raise TwinError("the slots of a batch share their attributes", key="indices", value=indices,
                            allowed="None: all of them")  # fmt: skip
        setattr(self, attr_name, value)

    def env_method(self, method_name: str, *args: Any, indices: Slots = None, **kwargs: Any) -> list[Any]:
        """Call a method of the whole once; its answer, once per slot asked for."""
        answer = getattr(self, method_name)(*args, **kwargs)
        return [answer] * len(self._slots(indices))

    def env_is_wrapped(self, wrapper_class: type, indices: Slots = None) -> list[bool]:  # noqa: ARG002
        """No slot is wrapped; a monitor's numbers are there all the same."""
        return [False] * len(self._slots(indices))

    def get_images(self) -> Sequence[NDArray[np.uint8] | None]:
        """The plan of every slot."""
        from twin.envs.drawing import draw

        return [draw(*self.batch.at(slot)) for slot in range(self.num_envs)]

    def _slots(self, indices: Slots) -> list[int]:
        return list(self._get_indices(indices))


def _draw() -> int:
    return int(np.random.SeedSequence().generate_state(1)[0])
