"""Many buildings as one Gymnasium vector environment: a batch, with the three ways to begin again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from twin.basics.errors import TwinError
from twin.building.assembly import checked_seeds
from twin.envs.batch import POOL, Batch, Snapshot
from twin.envs.fleet import Starts, dates, slots_of
from twin.envs.options import Reseed, exact_seed, moved
from twin.outlook import Float32, Outlook
from twin.scenario.catalog import load_scenario
from twin.scenario.learning import TaskSpec, task_spec
from twin.scenario.schema import Scenario

Bools = NDArray[np.bool_]
Values = dict[str, Any]


def starting_scenario(
    scenario: str | Path | Scenario, run: Mapping[str, Any], starts: Starts = ()
) -> Scenario:
    """The scenario with some keys of its run replaced, at the first of its starts; raises ScenarioError."""
    if isinstance(scenario, Scenario):
        read = scenario.updated(**run) if run else scenario
    else:
        read = load_scenario(scenario, {"run": dict(run)} if run else None)
    return moved(read, {"start": dates(read, starts)[0]}) if starts else read


def spaces(outlook: Outlook) -> tuple[Box, Box | Discrete]:
    """Observation and action space of one building."""
    count = len(outlook.names)
    if outlook.spec.normalise:
        seen = Box(-1.0, 1.0, (count,), np.float32)
    else:  # readings may lie outside what is usual
        seen = Box(-np.inf, np.inf, (count,), np.float32)
    if outlook.choices:
        return seen, Discrete(outlook.choices)
    return seen, Box(-1.0, 1.0, (len(outlook.action_names),), np.float32)


class BuildingVectorEnv(VectorEnv[Float32, NDArray[np.floating[Any]], NDArray[Any]]):
    """N buildings side by side, natively.

    Parameters
    ----------
    num_envs
        How many.
    scenario, task, pool, first_seed, starts, run
        As BuildingEnv's.
    autoreset_mode
        NextStep (default), SameStep or Disabled, as Gymnasium defines them.

    Notes
    -----
    `reset(seed=s)` gives slot i the seed s + i. `reset(options={"reset_mask": mask})` resets some slots.
    """

    def __init__(
        self,
        num_envs: int,
        scenario: str | Path | Scenario,
        task: TaskSpec | Mapping[str, object] | None = None,
        *,
        pool: int = POOL,
        first_seed: int = 0,
        starts: Starts = (),
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        **run: Any,
    ) -> None:
        if render_mode not in (None, "rgb_array"):
            raise TwinError("unknown render mode", key="render_mode", value=render_mode, allowed="rgb_array")
        started = starting_scenario(scenario, run, starts)
        batch = slots_of(started, task_spec(task), num_envs, pool, starts, first_seed)
        self._prepare(batch, started, AutoresetMode(autoreset_mode))
        self.render_mode = render_mode

    @classmethod
    def of(cls, batch: Batch, scenario: Scenario) -> Self:
        """An environment around a batch in the middle of its episodes; it does not reset by itself."""
        env = cls.__new__(cls)
        env._prepare(batch, scenario, AutoresetMode.DISABLED)
        env._ready[:] = env._seeded = True
        return env

    def _prepare(self, batch: Batch, scenario: Scenario, mode: AutoresetMode) -> None:
        self.batch, self._scenario, self.num_envs = batch, scenario, batch.count
        self.autoreset_mode = mode
        self.metadata = {"render_modes": ["rgb_array"], "render_fps": 4, "autoreset_mode": mode}
        self.single_observation_space, self.single_action_space = spaces(batch.outlook)
        self.observation_space = batch_space(self.single_observation_space, batch.count)
        self.action_space = batch_space(self.single_action_space, batch.count)
        self.observation_names, self.observation_units = batch.outlook.names, batch.outlook.units
        self.action_names = batch.outlook.action_names
        self._ready = np.zeros(batch.count, dtype=np.bool_)  # an episode has begun and not ended
        self._seeded = False
        self._all = np.ones(batch.count, dtype=np.bool_)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: Values | None = None
    ) -> tuple[Float32, Values]:
        """Begin episodes in all slots, or in those of `options["reset_mask"]`.

        Parameters
        ----------
        seed
            s gives slot i the seed s + i; or one seed per slot. Without it, each slot's next episode.
        options
            As BuildingEnv's, and `reset_mask` (N,).

        Raises
        ------
        TwinError
            An option that cannot be.
        """
        given = dict(options or {})
        mask = self._mask(given)
        exact = exact_seed(given)
        super().reset(seed=seed if isinstance(seed, int) else None)
        there = moved(self._scenario, given)
        only = "start" in given or "weather" in given
        if only or mask.all():
            self._move(there, mask, only=only)
        slots = np.flatnonzero(mask)
        self._number(seed, slots, advance=exact is None)
        self.batch.begin(slots, exact)
        self._ready[slots] = True
        return self.batch.observe(), self._info(self.batch.terms())

    def _mask(self, options: Values) -> Bools:
        given = options.get("reset_mask")
        if given is None:
            return self._all.copy()
        mask = np.asarray(given)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise TwinError("this is not a mask of slots", key="options.reset_mask", value=given,
                            allowed=f"{self.num_envs} booleans, at least one true")  # fmt: skip
        return mask

    def _move(self, there: Scenario, mask: Bools, only: bool) -> None:
        if not mask.all():
            raise TwinError("only all slots can be moved to another start", key="options.start",
                            value=str(there.run.start), allowed="no reset_mask beside it")  # fmt: skip
        self.batch.move(there, only)

    def _number(self, seed: int | list[int | None] | None, slots: NDArray[np.int64], advance: bool) -> None:
        """Each slot's own seed and the number of its episode."""
        batch = self.batch
        if seed is None and not self._seeded:
            seed = int(self.np_random.integers(2**31))
        self._seeded = True
        if seed is None:
            batch.episode[slots] += advance
            return
        given = [seed + i for i in range(self.num_envs)] if isinstance(seed, int) else list(seed)
        checked_seeds(own for own in (*given, 0) if own is not None)
        if len(given) != self.num_envs:
            raise TwinError("there is not one seed per slot", key="seed", value=len(given),
                            allowed=f"{self.num_envs} seeds")  # fmt: skip
        for slot in slots:
            own = given[slot]
            if own is None:
                batch.episode[slot] += advance
            else:
                batch.base[slot], batch.episode[slot] = own, 0

    def step(
        self, actions: NDArray[np.floating[Any]]
    ) -> tuple[Float32, NDArray[np.float64], Bools, Bools, Values]:
        """One control step of all slots.

        Raises
        ------
        gymnasium.error.ResetNeeded
            Before the first reset; with Disabled, also while a slot's episode is over.
        """
        again = self._begin_ended()
        batch = self.batch
        batch.step(actions)
        terms = batch.terms()
        if again.size:
            batch.begin(again)
            for value in terms.values():
                value[again] = 0.0
        seen = batch.observe()
        reward = batch.worth(terms, seen)
        if again.size:
            reward[again] = 0.0
        truncated = batch.over()
        info = self._info(terms)
        if truncated.any():
            self._ready &= ~truncated
            if self.autoreset_mode is AutoresetMode.SAME_STEP:
                seen = self._end_now(seen, truncated, info)
        return seen, reward, np.zeros(self.num_envs, dtype=np.bool_), truncated, info

    def _begin_ended(self) -> NDArray[np.int64]:
        """Slots whose episode ended at the last step and that begin again with this one."""
        if self._ready.all():
            return np.zeros(0, dtype=np.int64)
        if not self._seeded or self.autoreset_mode is not AutoresetMode.NEXT_STEP:
            raise ResetNeeded("call reset() before step(): no episode has begun, or one has ended")
        again = np.flatnonzero(~self._ready)
        self.batch.episode[again] += 1
        self.batch.begin(again)
        self._ready[again] = True
        return again

    def _end_now(self, seen: Float32, truncated: Bools, info: Values) -> Float32:
        """Same step: what was seen and said last goes into info, and the new episode is seen."""
        slots = np.flatnonzero(truncated)
        last = np.full(self.num_envs, None, dtype=object)
        for slot in slots:
            last[slot] = seen[slot]
        final = {name: np.where(truncated, value, 0) for name, value in info.items() if name[0] != "_"}
        info["final_info"] = final | {f"_{name}": truncated.copy() for name in final}
        info["final_obs"] = last
        info["_final_obs"] = info["_final_info"] = truncated.copy()
        self.batch.episode[slots] += 1
        self.batch.begin(slots)
        self._ready[slots] = True
        info["episode_seed"] = self.batch.seeds.copy()
        begun = self.batch.observe()
        return np.where(truncated[:, None], begun, seen)

    def _info(self, terms: Mapping[str, NDArray[np.float64]]) -> Values:
        info: Values = {**terms, "episode_seed": self.batch.seeds.copy()}
        return info | dict.fromkeys([f"_{name}" for name in info], self._all.copy())

    def render(self) -> tuple[NDArray[np.uint8], ...] | None:
        """The plan of every slot; None without a render mode."""
        if self.render_mode is None:
            return None
        from twin.envs.drawing import draw

        return tuple(draw(*self.batch.at(slot)) for slot in range(self.num_envs))

    def snapshot(self) -> tuple[Snapshot, Bools]:
        """All that the future of every slot depends on."""
        return self.batch.snapshot(), self._ready.copy()

    def restore(self, snapshot: tuple[Snapshot, Bools]) -> None:
        """Continue exactly from a snapshot; raises TwinError where it is of another environment."""
        self.batch.restore(snapshot[0])
        self._ready[:] = snapshot[1]
        self._seeded = True

    def fork(self, count: int, slot: int = 0, reseed: Reseed = False) -> Self:
        """An environment whose `count` slots continue exactly from one slot; `reseed` as BuildingEnv's."""
        if not self._ready[slot]:
            raise ResetNeeded("nothing to continue from: no episode has begun, or it has ended")
        return type(self).of(self.batch.fork(count, slot, reseed), self._scenario)
