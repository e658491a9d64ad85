"""One building as a PettingZoo parallel environment: an agent per zone, and one for what zones share.

Needs the extra `marl`. All agents act on one building, which is BuildingEnv's to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Box, Discrete
from numpy.typing import NDArray

from twin.basics.errors import MissingExtraError, ScenarioError, TwinError, nearest
from twin.envs.arguments import Source
from twin.envs.batch import POOL
from twin.envs.fleet import Starts
from twin.envs.single import BuildingEnv
from twin.levers import combinations
from twin.outlook import Float32
from twin.physics import layout as la
from twin.scenario.learning import Given, TaskSpec, task_spec

try:
    from pettingzoo import ParallelEnv
except ImportError as missing:
    raise MissingExtraError("pettingzoo", "marl") from missing

PLANT = "plant"
Values = dict[str, Any]


class BuildingParallelEnv(ParallelEnv):  # type: ignore[misc, unused-ignore]
    """A building whose zones act for themselves.

    Parameters
    ----------
    scenario, task, pool, starts, first_seed, render_mode, run
        As BuildingEnv's. `task.discrete_levels` makes each agent's own actions countable.

    Attributes
    ----------
    single
        The environment behind it: names, units, snapshot, restore.
    observation_names, action_names
        Of each agent.

    Notes
    -----
    A zone's agent sees its zone, the site, the time and the forecasts; it sets what its zone has. `plant`
    sees everything and sets what is there once for the building; it is there where that is something.

    With `reward: currency` a zone's agent is rewarded with minus its zone's own discomfort and its share, by
    floor area, of all else (the cost, and the discomfort of zones without an agent): the zones' rewards add
    up to the building's. `plant` is rewarded with the building's whole. With another reward all agents are
    rewarded with the building's whole.

    Raises
    ------
    ScenarioError
        No zone has anything of its own to set.
    """

    metadata: Values = {  # noqa: RUF012 - PettingZoo reads it
        "render_modes": ["rgb_array"], "render_fps": 4, "name": "twin_building_v0", "is_parallelizable": True,
    }  # fmt: skip

    def __init__(
        self,
        scenario: Source | None = None,
        task: Given = None,
        *,
        pool: int = POOL,
        starts: Starts = None,
        first_seed: int = 0,
        render_mode: str | None = None,
        **run: Any,
    ) -> None:
        spec = task_spec(task)
        self.single = BuildingEnv(
            scenario, spec.model_copy(update={"discrete_levels": 0}), pool=pool, starts=starts,
            first_seed=first_seed, render_mode=render_mode, **run,
        )  # fmt: skip
        self.render_mode = render_mode
        self._share_out(spec)
        self._prepare_zones()
        self.agents: list[str] = []
        self._seen: Float32 | None = None

    def _share_out(self, spec: TaskSpec) -> None:
        """Which columns and actions are whose."""
        zones = self.single.batch.building.zone_ids
        acted = [name.partition(".")[0] for name in self.single.action_names]
        self.possible_agents = [zone for zone in zones if zone in acted]
        if not self.possible_agents:
            raise ScenarioError("no zone has anything of its own to set", key="task.action",
                                value=spec.action, allowed="setpoints or thermostat")  # fmt: skip
        if any(name not in zones for name in acted):
            self.possible_agents.append(PLANT)
        seen = self.single.observation_names
        shared = [i for i, name in enumerate(seen) if name.partition(".")[0] not in zones]
        self._columns: dict[str, NDArray[np.int64]] = {}
        self._actions: dict[str, NDArray[np.int64]] = {}
        self._choices: dict[str, NDArray[np.float64] | None] = {}
        for agent in self.possible_agents:
            own = [i for i, name in enumerate(seen) if name.startswith(f"{agent}.")]
            sees = range(len(seen)) if agent == PLANT else own + shared
            sets = [
                i for i, name in enumerate(acted) if name == agent or (agent == PLANT and name not in zones)
            ]
            self._columns[agent] = np.array(sees, dtype=np.int64)
            self._actions[agent] = np.array(sets, dtype=np.int64)
            self._choices[agent] = combinations(spec.discrete_levels, len(sets))
        self.observation_names = {a: tuple(seen[i] for i in at) for a, at in self._columns.items()}
        names = self.single.action_names
        self.action_names = {a: tuple(names[i] for i in at) for a, at in self._actions.items()}
        self.state_space = self.single.observation_space
        bound = 1.0 if spec.normalise else np.inf
        self.observation_spaces = {
            agent: Box(-bound, bound, (len(at),), np.float32) for agent, at in self._columns.items()
        }
        self.action_spaces: dict[str, Box | Discrete] = {
            agent: Box(-1.0, 1.0, (len(at),), np.float32) if table is None else Discrete(len(table))
            for (agent, at), table in zip(self._actions.items(), self._choices.values(), strict=True)
        }

    def _prepare_zones(self) -> None:
        """Where agents' zones stand in the state, and their shares by floor area."""
        building = self.single.batch.building
        self._zone_agents = [agent for agent in self.possible_agents if agent != PLANT]
        self._at = np.array([building.zone_ids.index(agent) for agent in self._zone_agents], dtype=np.int64)
        area = building.parameters.zone[0, self._at, la.ZP_AREA]
        self._shares = area / area.sum()

    def observation_space(self, agent: str) -> Box:
        """What this agent sees."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Box | Discrete:
        """What this agent sets."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: Values | None = None
    ) -> tuple[dict[str, Float32], Values]:
        """Begin an episode; see BuildingEnv.reset."""
        given = {
            name: value for name, value in (options or {}).items() if name != "options"
        }  # parallel_api_test
        seen, info = self.single.reset(seed=seed, options=given)
        self.agents = list(self.possible_agents)
        self._seen = seen
        infos = {agent: {"episode_seed": info["episode_seed"]} for agent in self.agents}
        return self._split(seen), infos

    def step(
        self, actions: Mapping[str, Any]
    ) -> tuple[dict[str, Float32], dict[str, float], dict[str, bool], dict[str, bool], Values]:
        """One control step under the actions of all agents; all of them end together at the horizon.

        Raises
        ------
        gymnasium.error.ResetNeeded
            Before the first reset, or after the horizon.
        TwinError
            As `joint`.
        """
        if not self.agents:
            raise ResetNeeded("call reset() before step(): no episode has begun, or it has ended")
        before = self._discomfort()
        seen, reward, _, truncated, info = self.single.step(self.joint(actions))
        self._seen = seen
        rewards, infos = self._rewards(reward, info, self._discomfort() - before)
        terminated, over = dict.fromkeys(self.agents, False), dict.fromkeys(self.agents, truncated)
        if truncated:
            self.agents = []
        return self._split(seen), rewards, terminated, over, infos

    def joint(self, actions: Mapping[str, Any]) -> NDArray[np.float64]:
        """The action of BuildingEnv that these actions of agents are, (m,).

        Parameters
        ----------
        actions
            Of every agent: numbers as its Box has them (cut at -1 and 1, as BuildingEnv does), or a choice.

        Raises
        ------
        TwinError
            An agent that is not there or has no action, or an action of the wrong shape or range.
        """
        for agent in actions:
            if agent not in self._actions:
                raise TwinError("there is no such agent", key="actions", value=agent,
                                allowed=", ".join(self.possible_agents),
                                suggestion=nearest(str(agent), self.possible_agents))  # fmt: skip
        out = np.empty(len(self.single.action_names))
        for agent, at in self._actions.items():
            if agent not in actions:
                raise TwinError("this agent has no action", key=f"actions.{agent}",
                                allowed="one of every agent")  # fmt: skip
            table = self._choices[agent]
            if table is None:
                out[at] = _numbers(agent, actions[agent], len(at))
            else:
                out[at] = table[_choice(agent, actions[agent], len(table))]
        return out

    def _discomfort(self) -> NDArray[np.float64]:
        """Occupied discomfort of agents' zones since the warm-up (zones, 2) [K.h], [1000 ppm.h]."""
        batch, slot = self.single.batch.at(0)
        zone = batch.simulator.state.kpi_zone[slot, self._at]
        found: NDArray[np.float64] = zone[:, [la.KZ_TDIS_OCCUPIED, la.KZ_IDIS_OCCUPIED]] / [3600.0, 3.6e6]
        return found

    def _rewards(
        self, total: float, info: Values, discomfort: NDArray[np.float64]
    ) -> tuple[dict[str, float], Values]:
        """What each agent is rewarded with and told."""
        outlook = self.single.batch.outlook
        own = discomfort * outlook.weights
        limits = {"temperature": discomfort[:, 0], "co2": discomfort[:, 1]}
        limit = limits.get(outlook.spec.constraint, discomfort.sum(axis=1))
        rest = -total - own.sum()
        rewards, infos = dict.fromkeys(self.agents, total), {agent: {"total": total} for agent in self.agents}
        for i, agent in enumerate(self._zone_agents):
            if outlook.spec.reward == "currency":
                rewards[agent] = float(-(own[i].sum() + self._shares[i] * rest))
            infos[agent] |= {
                "share": float(self._shares[i]), "discomfort_kh": float(discomfort[i, 0]),
                "co2_kppmh": float(discomfort[i, 1]), "constraint_cost": float(limit[i]),
                "episode_seed": info["episode_seed"],
            }  # fmt: skip
        if PLANT in infos:
            infos[PLANT] |= info
        return rewards, infos

    def _split(self, seen: Float32) -> dict[str, Float32]:
        return {agent: seen[self._columns[agent]] for agent in self.possible_agents}

    def state(self) -> Float32:
        """All that is seen of the building, as BuildingEnv shows it; ResetNeeded before the first reset."""
        if self._seen is None:
            raise ResetNeeded("call reset() before state(): no episode has begun")
        return self._seen.copy()

    def render(self) -> NDArray[np.uint8] | None:
        """The plan; None without a render mode."""
        return self.single.render()

    def close(self) -> None:
        """Nothing is held."""


def _numbers(agent: str, action: Any, count: int) -> NDArray[np.float64]:
    """Continuous actions of an agent (count,), checked."""
    given = np.asarray(action)
    if given.shape != (count,) or given.dtype.kind not in "fiu":
        raise TwinError("this is not an action of this agent", key=f"actions.{agent}", value=action,
                        allowed=f"numbers of shape ({count},)")  # fmt: skip
    return given.astype(np.float64)


def _choice(agent: str, action: Any, count: int) -> int:
    """The number of a choice of an agent, checked."""
    given = np.asarray(action)
    if given.shape != () or given.dtype.kind not in "iu" or not 0 <= given < count:
        raise TwinError("this is not a choice of this agent", key=f"actions.{agent}", value=action,
                        allowed=f"a whole number from 0 to {count - 1}")  # fmt: skip
    return int(given)


def parallel_env(scenario: Source | None = None, task: Given = None, **keys: Any) -> BuildingParallelEnv:
    """A PettingZoo parallel environment with an agent per zone; arguments as BuildingEnv's."""
    return BuildingParallelEnv(scenario, task, **keys)
