"""One building as a Gymnasium environment: a view on a batch of one, so single and vector are one path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from twin.basics.errors import TwinError
from twin.envs.batch import POOL, Snapshot
from twin.envs.fleet import Starts, slots_of
from twin.envs.options import Reseed, exact_seed, moved
from twin.envs.vector import BuildingVectorEnv, spaces, starting_scenario
from twin.outlook import Float32
from twin.scenario.learning import TaskSpec, task_spec
from twin.scenario.schema import Scenario

Values = dict[str, Any]


class BuildingEnv(gymnasium.Env[Float32, NDArray[np.floating[Any]]]):
    """One building.

    Parameters
    ----------
    scenario
        A name, a path, or a Scenario.
    task
        A TaskSpec, or its keys (see twin.scenario.learning.TaskSpec).
    pool
        Episodes are drawn from `pool` building seeds, which are prepared once; 0: every episode has people,
        devices and a warm-up of its own.
    first_seed
        The pool is this seed and the following: train on some, evaluate on others.
    starts
        Dates or named periods at which episodes begin in turn, or how many to spread over the year of the
        scenario's start; none: that start.
    render_mode
        `rgb_array` draws the plan.
    run
        Keys of the scenario's `run` to replace: days, warm_up_days, tick_s, control_step_s, start.

    Attributes
    ----------
    observation_names, observation_units, action_names
        What the columns are.
    """

    metadata: Values = {"render_modes": ["rgb_array"], "render_fps": 4}  # noqa: RUF012 - Gymnasium reads it

    def __init__(
        self,
        scenario: str | Path | Scenario,
        task: TaskSpec | Mapping[str, object] | None = None,
        *,
        pool: int = POOL,
        first_seed: int = 0,
        starts: Starts = (),
        render_mode: str | None = None,
        **run: Any,
    ) -> None:
        if render_mode not in (None, "rgb_array"):
            raise TwinError("unknown render mode", key="render_mode", value=render_mode, allowed="rgb_array")
        self.render_mode = render_mode
        self._scenario = starting_scenario(scenario, run, starts)
        self.batch = slots_of(self._scenario, task_spec(task), 1, pool, starts, first_seed)
        outlook = self.batch.outlook
        seen, acted = spaces(outlook)
        self.observation_space = cast("gymnasium.Space[Float32]", seen)
        self.action_space = cast("gymnasium.Space[NDArray[np.floating[Any]]]", acted)
        self.observation_names, self.observation_units = outlook.names, outlook.units
        self.action_names = outlook.action_names
        self._ready = self._seeded = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Float32, Values]:
        """Begin an episode.

        Parameters
        ----------
        seed
            Begins the environment's own row of episodes; without it, the next of that row.
        options
            `start`: a date or a named period; `weather`: another year of weather, by name or file;
            `episode_seed`: the building's seed, as in `twin run --seed`.

        Raises
        ------
        TwinError
            An option that cannot be.
        """
        super().reset(seed=seed)
        given = options or {}
        batch, exact = self.batch, exact_seed(given)
        batch.move(moved(self._scenario, given), only="start" in given or "weather" in given)
        if seed is None and not self._seeded:
            seed = int(self.np_random.integers(2**31))
        if seed is not None:
            batch.base[:], batch.episode[:] = seed, 0
        elif exact is None:
            batch.episode += 1
        batch.begin(np.zeros(1, dtype=np.int64), exact)
        self._seeded = self._ready = True
        return batch.observe()[0], self._info(batch.terms())

    def step(self, action: NDArray[np.floating[Any]]) -> tuple[Float32, float, bool, bool, Values]:
        """One control step: observation, reward, terminated (never), truncated (at the horizon), info.

        Raises
        ------
        gymnasium.error.ResetNeeded
            Before the first reset, or after the horizon.
        """
        batch = self.batch
        if not self._ready:
            raise ResetNeeded("call reset() before step(): no episode has begun, or it has ended")
        batch.step(np.asarray(action)[None])
        terms, seen = batch.terms(), batch.observe()
        reward = batch.worth(terms, seen)
        truncated = bool(batch.over()[0])
        self._ready = not truncated
        return seen[0], float(reward[0]), False, truncated, self._info(terms)

    def _info(self, terms: Mapping[str, NDArray[np.float64]]) -> Values:
        info: Values = {name: float(value[0]) for name, value in terms.items()}
        info["episode_seed"] = int(self.batch.seeds[0])
        return info

    def render(self) -> NDArray[np.uint8] | None:
        """The plan coloured by temperature, (height, width, 3); None without a render mode."""
        if self.render_mode is None:
            return None
        from twin.envs.drawing import draw

        return draw(*self.batch.at(0))

    def snapshot(self) -> tuple[Snapshot, bool]:
        """All that the future depends on; cheap, and shares the traces of people and weather."""
        return self.batch.snapshot(), self._ready

    def restore(self, snapshot: tuple[Snapshot, bool]) -> None:
        """Continue exactly from a snapshot; raises TwinError where it is of another environment."""
        self.batch.restore(snapshot[0])
        self._ready = snapshot[1]
        self._seeded = True

    def fork(self, count: int, reseed: Reseed = False) -> BuildingVectorEnv:
        """A vector environment whose `count` slots continue exactly from here.

        All have the same future; with `reseed` each has another (see twin.envs.reseed), or those of the
        seeds given.
        """
        if not self._ready:
            raise ResetNeeded("nothing to continue from: no episode has begun, or it has ended")
        return BuildingVectorEnv.of(self.batch.fork(count, 0, reseed), self._scenario)
