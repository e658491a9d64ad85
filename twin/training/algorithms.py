"""From a learner's file to a model of Stable-Baselines3: names checked, schedules and classes made."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

from twin.basics.errors import ControllerError, MissingExtraError, TwinError, nearest
from twin.control.learned import CLASSES, LINEAR
from twin.scenario.learners import Learner
from twin.scenario.schema import Scenario
from twin.training import evolution, ranges
from twin.training.evolution import Parameters
from twin.training.place import telling_where

OFF_POLICY = ("sac", "td3", "dqn", "tqc")
ACTIVATIONS = ("Tanh", "ReLU", "ELU", "LeakyReLU", "SiLU", "GELU")
_OURS = (
    "self",
    "policy",
    "env",
    "policy_kwargs",
    "tensorboard_log",
    "verbose",
    "seed",
    "device",
    "monitor_wrapper",
    "replay_buffer_class",
    "_init_setup_model",
)
_POLICY_OURS = (
    "self",
    "observation_space",
    "action_space",
    "lr_schedule",
    "use_sde",
    "features_extractor_class",
    "features_extractor_kwargs",
    "optimizer_class",
    "normalize_images",
)
_NORMAL = re.compile(r"normal_(.+)")
_SCHEDULED = ("learning_rate", "clip_range", "clip_range_vf")


class Linear:
    """A schedule from a value to 0 over the training; a class, so that models with it can be stored."""

    def __init__(self, start: float) -> None:
        self.start = start

    def __call__(self, progress_remaining: float) -> float:
        """The value when so much of the training is left."""
        return progress_remaining * self.start


class _Stand(gymnasium.Env[Any, Any]):
    """The smallest environment on which a model can be made, to try its parameters."""

    def __init__(self, discrete: bool) -> None:
        self.observation_space = Box(-1.0, 1.0, (2,), np.float32)
        self.action_space = Discrete(2) if discrete else Box(-1.0, 1.0, (1,), np.float32)


def _stand(learner: Learner) -> Any:
    """As many of them as training has buildings, of which one is there: parameters may depend on how many."""
    from stable_baselines3.common.vec_env import DummyVecEnv

    made = DummyVecEnv([lambda: _Stand(learner.kind == "dqn")])
    made.num_envs = learner.training.envs
    return made


def algorithm(kind: str) -> Any:
    """The class of an algorithm; raises MissingExtraError."""
    module, name = CLASSES[kind].rsplit(".", 1)
    try:
        return getattr(import_module(module), name)
    except ImportError as missing:
        raise MissingExtraError(module.replace("_", "-"), "rl") from missing


def check(learner: Learner, scenario: Scenario) -> None:
    """Raise unless the algorithm takes all parameters; names the nearest, and where it is written.

    Parameters
    ----------
    scenario
        What is seen and set there decides which names `es` may hear.

    Raises
    ------
    ControllerError
        A parameter that the algorithm or its policy does not take, or a value of the wrong form.
    MissingExtraError
        The algorithm's package is not installed.
    """
    with telling_where(learner):
        if learner.kind == LINEAR:
            _check_names(learner, "policy_kwargs", learner.policy_kwargs, [])
            _check_names(learner, "search", learner.search, list(Parameters.__dataclass_fields__))
            evolution.check(scenario, learner)
        else:
            _check(learner)


def _check(learner: Learner) -> None:
    """See check; of an algorithm of Stable-Baselines3."""
    made = algorithm(learner.kind)
    own, policy = _taken(made.__init__, _OURS), policy_names(learner)
    _check_names(learner, "parameters", learner.parameters, own)
    _check_names(learner, "policy_kwargs", learner.policy_kwargs, policy)
    _check_names(learner, "search", learner.search, [*own, *policy])
    if learner.kind == "dqn" and not learner.task.discrete_levels:
        raise ControllerError(
            "dqn chooses among levels", key="task.discrete_levels", value=0, allowed="at least 2"
        )
    _check_types(made, learner)
    ranges.check(learner)
    make(learner, _stand(learner), None)


def _check_types(made: Any, learner: Learner) -> None:
    """Text where a number belongs would be found out only in the midst of training."""
    known = inspect.signature(made.__init__).parameters
    for name, value in learner.parameters.items():
        default = known[name].default
        number = isinstance(default, int | float) and not isinstance(default, bool)
        word = isinstance(value, str) and name not in _SCHEDULED and not value.startswith("auto")
        if number and (word or value is None or isinstance(value, bool)):
            raise ControllerError(
                "this is not a number",
                key=f"parameters.{name}",
                value=value,
                allowed=f"a number, such as {default:g}",
            )


def policy_names(learner: Learner) -> list[str]:
    """What the policy of an algorithm takes, under `policy_kwargs`."""
    if learner.kind == LINEAR:
        return []
    return _taken(algorithm(learner.kind).policy_aliases[learner.policy].__init__, _POLICY_OURS)


def make(learner: Learner, env: Any, seed: int | None) -> Any:
    """A fresh model.

    Parameters
    ----------
    env
        A VecEnv.
    seed
        Of torch, of the model and of the action space; with None they stay as they are.

    Raises
    ------
    ControllerError
        Parameters that do not go together.
    """
    made = algorithm(learner.kind)
    width = 1 if not env.action_space.shape else env.action_space.shape[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a last batch that is smaller does no harm
            return made(
                learner.policy,
                env,
                **_arguments(learner, width),
                policy_kwargs=_policy_arguments(learner),
                seed=seed,
                device="cpu",
                verbose=0,
            )
    except (TypeError, ValueError, AssertionError) as error:
        raise ControllerError(
            f"{learner.kind} does not take these parameters: {' '.join(str(error).split())}", key="parameters"
        ) from error


def load(learner: Learner, file: Any, env: Any) -> Any:
    """A stored model on an environment."""
    return algorithm(learner.kind).load(file, env=env, device="cpu")


def _taken(function: Callable[..., Any], ours: Iterable[str]) -> list[str]:
    known = inspect.signature(function).parameters.values()
    return [p.name for p in known if p.name not in ours and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]


def _check_names(learner: Learner, section: str, given: Iterable[str], taken: list[str]) -> None:
    for name in given:
        if name not in taken:
            raise ControllerError(
                f"{learner.kind} takes no such parameter",
                key=f"{section}.{name}",
                value=name,
                allowed=", ".join(taken) or "none",
                suggestion=nearest(name, taken),
            )


def _arguments(learner: Learner, width: int) -> dict[str, Any]:
    """Keyword arguments of the algorithm; `width` is that of an action."""
    out: dict[str, Any] = dict(learner.parameters)
    for name, value in out.items():
        if name in _SCHEDULED and isinstance(value, str):
            allowed = "a number, or lin_0.0003: from there to 0"
            out[name] = Linear(_number(ranges.LINEAR, value, name, allowed))
        elif name == "train_freq" and isinstance(value, list):
            out[name] = tuple(value)
        elif name == "action_noise" and value is not None:
            from stable_baselines3.common.noise import NormalActionNoise

            sigma = _number(_NORMAL, str(value), name, "normal_0.1: of that standard deviation")
            out[name] = NormalActionNoise(np.zeros(width), np.full(width, sigma))
    return out


def _number(pattern: re.Pattern[str], text: str, name: str, allowed: str) -> float:
    found = pattern.fullmatch(text)
    try:
        return float(found[1]) if found else _refuse(name, text, allowed)
    except ValueError:
        return _refuse(name, text, allowed)


def _refuse(name: str, value: object, allowed: str) -> float:
    raise ControllerError("this value cannot be read", key=f"parameters.{name}", value=value, allowed=allowed)


def _policy_arguments(learner: Learner) -> dict[str, Any]:
    """Keyword arguments of the policy: classes of torch by name."""
    out: dict[str, Any] = dict(learner.policy_kwargs)
    name = out.get("activation_fn")
    if name is not None:
        import torch

        names = {known.lower(): known for known in ACTIVATIONS}
        if str(name).lower() not in names:
            raise ControllerError(
                "unknown activation",
                key="policy_kwargs.activation_fn",
                value=name,
                allowed=", ".join(ACTIVATIONS),
                suggestion=nearest(str(name), ACTIVATIONS),
            )
        out["activation_fn"] = getattr(torch.nn, names[str(name).lower()])
    return out


def quiet_torch() -> None:
    """One thread: these networks are small, and several wait for each other. Raises MissingExtraError."""
    try:
        import torch
    except ImportError as missing:
        raise MissingExtraError("torch", "rl") from missing
    torch.set_num_threads(1)


def explained(error: Exception) -> TwinError:
    """What a parameter broke while training, in one line."""
    return ControllerError(f"training failed: {type(error).__name__}: {' '.join(str(error).split())}")
