"""Many buildings as one Gymnasium vector environment: a batch, with the three ways to begin again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from twin.basics.errors import TwinError
from twin.envs.actions import Actions
from twin.envs.arguments import Source, checked_autoreset, checked_mode, starting_scenario
from twin.envs.batch import POOL, Batch
from twin.envs.fleet import Starts, slots_of
from twin.envs.options import Reseed, exact_seed, goes_elsewhere, moved, numbered, whole, whole_seed
from twin.envs.snapshot import Snapshot, parts
from twin.outlook import Float32, Outlook
from twin.scenario.learning import Given, task_spec
from twin.scenario.schema import Scenario

Bools = NDArray[np.bool_]
Values = dict[str, Any]


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
    scenario, task, pool, first_seed, starts, fixed, run
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
        scenario: Source | None = None,
        task: Given = None,
        *,
        pool: int = POOL,
        first_seed: int = 0,
        starts: Starts = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        fixed: str | None = None,
        **run: Any,
    ) -> None:
        checked_mode(render_mode)
        mode = checked_autoreset(autoreset_mode)
        started = starting_scenario(scenario, run, starts, type(self), fixed)
        batch = slots_of(started, task_spec(task), num_envs, pool, starts, first_seed)
        self._prepare(batch, started, mode, render_mode)

    @classmethod
    def of(cls, batch: Batch, scenario: Scenario, render_mode: str | None = None) -> Self:
        """An environment around a batch in the middle of its episodes; it does not reset by itself."""
        env = cls.__new__(cls)
        env._prepare(batch, scenario, AutoresetMode.DISABLED, render_mode)
        env._ready[:] = env._seeded[:] = True
        return env

    def _prepare(
        self, batch: Batch, scenario: Scenario, mode: AutoresetMode, render_mode: str | None
    ) -> None:
        self.batch, self._scenario, self.num_envs = batch, scenario, batch.count
        self.autoreset_mode, self.render_mode = mode, render_mode
        self.metadata = {"render_modes": ["rgb_array"], "render_fps": 4, "autoreset_mode": mode}
        self.observation_names, self.observation_units = batch.outlook.names, batch.outlook.units
        self.action_names = batch.outlook.action_names
        self._ready = np.zeros(batch.count, dtype=np.bool_)  # an episode has begun and not ended
        self._seeded = np.zeros(batch.count, dtype=np.bool_)  # has been reset at least once
        self._all = ~self._ready
        self._actions = Actions(batch.outlook, batch.count)

    @cached_property
    def single_observation_space(self) -> Box:  # type: ignore[override]
        """What is seen of one building; made when asked for, so that a fork need not."""
        return spaces(self.batch.outlook)[0]

    @cached_property
    def single_action_space(self) -> Box | Discrete:  # type: ignore[override]
        """What is set in one building."""
        return spaces(self.batch.outlook)[1]

    @cached_property
    def observation_space(self) -> Any:  # type: ignore[override]
        """What is seen of all."""
        return batch_space(self.single_observation_space, self.num_envs)

    @cached_property
    def action_space(self) -> Any:  # type: ignore[override]
        """What is set in all."""
        return batch_space(self.single_action_space, self.num_envs)

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
            An option or a seed that cannot be; nothing has changed then.

        Notes
        -----
        Where only some slots are reset, info tells of these, as its masks say.
        """
        given = dict(options or {})
        mask, exact, seeds = self._mask(given), exact_seed(given), self._seeds(seed)
        there, only = moved(self._scenario, given, ["reset_mask"]), goes_elsewhere(given)
        if only and not mask.all():
            raise TwinError("only all slots can be moved to another start", key="options.start",
                            value=str(there.run.start), allowed="no reset_mask beside it")  # fmt: skip
        slots, batch = np.flatnonzero(mask), self.batch
        if mask.all():
            batch.move(there, only)
        row = (batch.base, batch.episode)
        batch.begin(slots, exact, numbered(row, slots, seeds, self._seeded, self._draw, exact is None))
        super().reset(seed=int(seed) if isinstance(seed, int | np.integer) else None)
        self._ready[slots] = self._seeded[slots] = True
        return batch.observe(), self._info(batch.terms(), mask)

    def _mask(self, options: Values) -> Bools:
        given = options.get("reset_mask")
        if given is None:
            return self._all.copy()
        mask = np.asarray(given)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise TwinError("this is not a mask of slots", key="options.reset_mask", value=given,
                            allowed=f"{self.num_envs} booleans, at least one true")  # fmt: skip
        return mask

    def _seeds(self, seed: int | list[int | None] | None) -> list[int | None]:
        """One seed per slot, or None."""
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, Iterable):
            given = list(seed)
        else:
            given = [whole_seed(seed) + i for i in range(self.num_envs)]
        if len(given) != self.num_envs:
            raise TwinError("there is not one seed per slot", key="seed", value=len(given),
                            allowed=f"{self.num_envs} seeds")  # fmt: skip
        return [None if own is None else whole_seed(own) for own in given]

    def _draw(self) -> int:
        return int(self.np_random.integers(2**31))

    def step(
        self, actions: NDArray[np.floating[Any]]
    ) -> tuple[Float32, NDArray[np.float64], Bools, Bools, Values]:
        """One control step of all slots.

        Raises
        ------
        gymnasium.error.ResetNeeded
            Before the first reset; with Disabled, also while a slot's episode is over.
        TwinError
            These are no actions of `action_space`'s shape and kind; nothing has changed.
        """
        rows = self._actions.rows(actions)
        again = self._begin_ended()
        batch = self.batch
        if again.size < self.num_envs:  # where all begin again, nothing would be left of a step
            batch.step(rows)
        terms = batch.terms()
        if 0 < again.size < self.num_envs:
            batch.begin(again)
            self._renew(terms, again)
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
        if not self._seeded.all() or self.autoreset_mode is not AutoresetMode.NEXT_STEP:
            raise ResetNeeded("call reset() before step(): no episode has begun, or one has ended")
        again = np.flatnonzero(~self._ready)
        self.batch.follow(again, self._scenario)
        self._ready[again] = True
        return again

    def _end_now(self, seen: Float32, truncated: Bools, info: Values) -> Float32:
        """Same step: what was seen and said last goes into info, and the new episode is seen and told of."""
        slots = np.flatnonzero(truncated)
        last = np.full(self.num_envs, None, dtype=object)
        for slot in slots:
            last[slot] = seen[slot]
        final = {name: np.where(truncated, value, 0) for name, value in info.items() if name[0] != "_"}
        info["final_info"] = final | {f"_{name}": truncated.copy() for name in final}
        info["final_obs"] = last
        info["_final_obs"] = info["_final_info"] = truncated.copy()
        self.batch.follow(slots, self._scenario)
        self._ready[slots] = True
        self._renew(info, slots)
        info["episode_seed"] = self.batch.seeds.copy()
        begun = self.batch.observe()
        return np.where(truncated[:, None], begun, seen)

    def _renew(self, values: Mapping[str, NDArray[np.float64]], slots: NDArray[np.int64]) -> None:
        """Slots that have just begun say what a reset says, not how the episode before ended; in place."""
        for name, value in self.batch.terms().items():
            values[name][slots] = value[slots]

    def _info(self, terms: Mapping[str, NDArray[np.float64]], mask: Bools | None = None) -> Values:
        """Terms and seeds with their masks; of slots outside `mask` nothing is said."""
        info: Values = {**terms, "episode_seed": self.batch.seeds.copy()}
        if mask is not None and not mask.all():
            info = {name: np.where(mask, value, np.zeros_like(value)) for name, value in info.items()}
        said = self._all if mask is None else mask
        return info | dict.fromkeys([f"_{name}" for name in info], said.copy())

    def render(self) -> tuple[NDArray[np.uint8], ...] | None:
        """The plan of every slot; None without a render mode."""
        if self.render_mode is None:
            return None
        from twin.envs.drawing import draw

        return tuple(draw(*self.batch.at(slot)) for slot in range(self.num_envs))

    def snapshot(self) -> tuple[Snapshot, Bools, Bools]:
        """All that the future of every slot depends on."""
        return self.batch.snapshot(), self._ready.copy(), self._seeded.copy()

    def restore(self, snapshot: tuple[Snapshot, Bools, Bools]) -> None:
        """Continue exactly from a snapshot; raises as BuildingEnv's, also for another number of slots."""
        kept, ready, seeded = parts(snapshot)
        self.batch.restore(kept)
        self._ready[:], self._seeded[:] = ready, seeded

    def fork(self, count: int, slot: int = 0, reseed: Reseed = False) -> Self:
        """An environment whose `count` slots continue exactly from one slot; as BuildingEnv.fork."""
        last = self.num_envs - 1
        whole(slot, "slot", "there is no such slot", f"0 to {last}", most=last)
        if not self._ready[slot]:
            raise ResetNeeded("nothing to continue from: no episode has begun, or it has ended")
        return type(self).of(self.batch.fork(count, slot, reseed), self._scenario, self.render_mode)
