"""A trained policy as a controller: ONNX without torch, or a file of Stable-Baselines3."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from twin.basics.errors import ControllerError, MissingExtraError
from twin.control.controller import Bool, Float
from twin.control.linear import LinearPolicy
from twin.levers import combinations
from twin.scenario.agents import PolicyParameters
from twin.scenario.policy_file import NEXT, About, read_about, session
from twin.task import ActionSpec, ObservationSpec

# where Stable-Baselines3 and its contributions keep what made a policy.zip
CLASSES = {
    "ppo": "stable_baselines3.PPO",
    "a2c": "stable_baselines3.A2C",
    "sac": "stable_baselines3.SAC",
    "td3": "stable_baselines3.TD3",
    "dqn": "stable_baselines3.DQN",
    "recurrent_ppo": "sb3_contrib.RecurrentPPO",
    "tqc": "sb3_contrib.TQC",
}
LINEAR = "es"  # whose policies are linear, and need nothing but numpy


class Learned:
    """Acts as the policy in a file does, deterministically.

    Parameters
    ----------
    parameters
        The file.
    observation, action
        Of a scaled Sight on the task that the file names.
    step_s
        Control step [s].

    Raises
    ------
    ControllerError
        The policy sees or sets something else than this building offers, or acts at another step.
    MissingExtraError
        What the file needs is not installed.
    """

    def __init__(
        self, parameters: PolicyParameters, observation: ObservationSpec, action: ActionSpec, step_s: float
    ) -> None:
        self._file = Path(parameters.file)
        self.about = read_about(self._file)
        self._fits(observation, action, step_s)
        self._decoded = combinations(self.about.discrete_levels, len(action.lower))
        if self._file.suffix == ".zip":
            self._model: Any = load_model(self._file, self.about)
        else:
            self._model = None
            self._session = session(self._file)

    def _fits(self, observation: ObservationSpec, action: ActionSpec, step_s: float) -> None:
        about = self.about
        differs = next(
            (
                f"{a} in place of {b}"
                for a, b in zip(observation.names, about.observation_names, strict=False)
                if a != b
            ),
            None,
        )
        if len(observation.names) != len(about.observation_names):
            differs = (
                differs or f"{len(observation.names)} columns in place of {len(about.observation_names)}"
            )
        if len(action.lower) != len(about.action_names):
            differs = differs or f"{len(action.lower)} actions in place of {len(about.action_names)}"
        if differs:
            raise ControllerError(
                f"this policy was trained on another building: here it would see {differs}",
                file=self._file,
                value=about.scenario,
                allowed="the scenario it was trained on, or one with the same zones and plant",
            )
        if about.run.control_step_s != step_s:
            raise ControllerError(
                "this policy acts at another control step",
                file=self._file,
                key="run.control_step_s",
                value=step_s,
                allowed=str(about.run.control_step_s),
            )

    def reset(self, seeds: object) -> None:
        """Nothing of a policy depends on seeds."""

    def predict(
        self,
        observation: Float,
        state: Any = None,
        episode_start: Bool | None = None,
        deterministic: bool = True,
    ) -> tuple[Float, Any]:
        """See Controller.predict; observation and action in [-1, 1], as an environment has them.

        What a recurrent policy remembers comes and goes as `state`; it begins with nothing where
        `episode_start` says so.
        """
        seen = observation.astype(np.float32)
        if self._model is None:
            memory = self._memory(len(seen), state, episode_start)
            names = ["action", *(NEXT + name for name in memory)]
            action, *kept = self._session.run(names, {"observation": seen, **memory})
            return action.astype(np.float64), dict(zip(memory, kept, strict=True)) if memory else state
        action, state = self._model.predict(seen, state, episode_start, deterministic)
        if self._decoded is not None:
            action = self._decoded[np.asarray(action, dtype=np.int64)]
        return np.asarray(action, dtype=np.float64), state

    def _memory(self, count: int, state: Any, episode_start: Bool | None) -> dict[str, Any]:
        """What the graph remembers, (N, ...) each; nothing where it remembers nothing."""
        found = {}
        for name, shape in self.about.state.items():
            kept = np.zeros((count, *shape), dtype=np.float32) if state is None else state[name].copy()
            if state is not None and episode_start is not None:
                kept[np.asarray(episode_start, dtype=np.bool_)] = 0.0
            found[name] = kept
        return found


def load_model(file: Path, about: About) -> Any:
    """The model in a policy.zip; raises MissingExtraError, or ControllerError for an unknown algorithm."""
    if about.algorithm == LINEAR:
        return LinearPolicy.load(file)
    if about.algorithm not in CLASSES:
        raise ControllerError(
            "unknown algorithm", file=file, value=about.algorithm, allowed=", ".join((*CLASSES, LINEAR))
        )
    module, name = CLASSES[about.algorithm].rsplit(".", 1)
    try:
        made = getattr(import_module(module), name)
        import torch
    except ImportError as missing:
        raise MissingExtraError(module.replace("_", "-"), "rl") from missing
    torch.set_num_threads(1)  # small networks: more threads wait for each other
    return made.load(file, device="cpu")
