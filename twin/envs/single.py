"""One building as a Gymnasium environment: a view on a batch of one, so single and vector are one path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from twin.envs.actions import Actions
from twin.envs.arguments import Source, checked_mode, starting_scenario
from twin.envs.batch import POOL
from twin.envs.fleet import Starts, slots_of
from twin.envs.options import Reseed, exact_seed, goes_elsewhere, moved, numbered, whole_seed
from twin.envs.snapshot import Snapshot, parts
from twin.envs.vector import BuildingVectorEnv, spaces
from twin.outlook import Float32
from twin.scenario.learning import Given, task_spec

Values = dict[str, Any]


class BuildingEnv(gymnasium.Env[Float32, NDArray[np.floating[Any]]]):
    """One building.

    Parameters
    ----------
    scenario
        A name, a path, or a Scenario.
    task
        A TaskSpec, its keys, or a YAML file of them (see twin.scenario.learning).
    pool
        Episodes are drawn from `pool` building seeds, which are prepared once; 0: every episode has people,
        devices and a warm-up of its own.
    first_seed
        The pool is this seed and the following: train on some, evaluate on others.
    starts
        Dates or named periods at which episodes begin in turn, or how many to spread over the year of the
        scenario's start; None: that start.
    render_mode
        `rgb_array` draws the plan.
    fixed
        The scenario of a registered id, which takes no other.
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
        scenario: Source | None = None,
        task: Given = None,
        *,
        pool: int = POOL,
        first_seed: int = 0,
        starts: Starts = None,
        render_mode: str | None = None,
        fixed: str | None = None,
        **run: Any,
    ) -> None:
        self.render_mode = checked_mode(render_mode)
        self._scenario = starting_scenario(scenario, run, starts, type(self), fixed)
        self.batch = slots_of(self._scenario, task_spec(task), 1, pool, starts, first_seed)
        outlook = self.batch.outlook
        self._actions = Actions(outlook)
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
            An option or a seed that cannot be; nothing has changed then.
        """
        given, own = options or {}, None if seed is None else whole_seed(seed)
        batch, exact = self.batch, exact_seed(given)
        batch.move(moved(self._scenario, given), only=goes_elsewhere(given))
        super().reset(seed=own)
        slots = np.zeros(1, dtype=np.int64)
        row = numbered(
            (batch.base, batch.episode), slots, [own], [self._seeded], self._draw, advance=exact is None
        )
        batch.begin(slots, exact, row)
        self._seeded = self._ready = True
        return batch.observe()[0], self._info(batch.terms())

    def _draw(self) -> int:
        return int(self.np_random.integers(2**31))

    def step(self, action: NDArray[np.floating[Any]]) -> tuple[Float32, float, bool, bool, Values]:
        """One control step: observation, reward, terminated (never), truncated (at the horizon), info.

        Raises
        ------
        gymnasium.error.ResetNeeded
            Before the first reset, or after the horizon.
        TwinError
            This is no action of `action_space`'s shape and kind; nothing has changed.
        """
        batch = self.batch
        if not self._ready:
            raise ResetNeeded("call reset() before step(): no episode has begun, or it has ended")
        batch.step(self._actions.rows(action))
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

    def snapshot(self) -> tuple[Snapshot, bool, bool]:
        """All that the future depends on; cheap, and shares the traces of people and weather."""
        return self.batch.snapshot(), self._ready, self._seeded

    def restore(self, snapshot: tuple[Snapshot, bool, bool]) -> None:
        """Continue exactly from a snapshot of this environment or of an equal one.

        Raises
        ------
        TwinError
            It is no snapshot, or of another task, or of another scenario in more than start and weather;
            nothing has changed.
        """
        kept, ready, seeded = parts(snapshot)
        self.batch.restore(kept)
        self._ready, self._seeded = bool(ready), bool(seeded)

    def fork(self, count: int, reseed: Reseed = False) -> BuildingVectorEnv:
        """A vector environment whose `count` slots continue exactly from here.

        All have the same future, and the same episodes after a reset; with `reseed` each has others (see
        twin.envs.reseed), or those of the seeds given.

        Raises
        ------
        gymnasium.error.ResetNeeded
            No episode has begun, or it has ended.
        TwinError
            No copies, or not one seed per copy.
        """
        if not self._ready:
            raise ResetNeeded("nothing to continue from: no episode has begun, or it has ended")
        return BuildingVectorEnv.of(self.batch.fork(count, 0, reseed), self._scenario, self.render_mode)
