"""Policies of a training loop of one's own, kept as `twin train` keeps its own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from twin.basics.errors import ControllerError
from twin.control.learned import CLASSES
from twin.envs.batch import Batch
from twin.envs.vector import spaces
from twin.scenario.policy_file import About, TrainedRun, write_member
from twin.telemetry.storage import whole_file
from twin.training.export import write_onnx

SUFFIXES = (".zip", ".onnx")


def save_policy(model: Any, env: Any, path: str | Path, command: str = "") -> Path:
    """Keep the policy of a model of Stable-Baselines3 as a controller, for `twin run` and `twin compare`.

    Parameters
    ----------
    model
        PPO, A2C, SAC, TD3, DQN, RecurrentPPO or TQC.
    env
        What it was trained on: BuildingVecEnv, or BuildingEnv with or without wrappers of Gymnasium and
        VecEnvs of Stable-Baselines3 around it. Wrappers must leave observations and actions as they are.
    path
        `policy.zip`, which needs the extra `rl` to run, or `policy.onnx`, which needs onnxruntime alone.
    command
        Noted in the file: what made it.

    Returns
    -------
    The file.

    Raises
    ------
    ControllerError
        An algorithm, environment, wrapper or suffix of another kind, or a network that ONNX cannot hold here.
    ResultsError
        The file cannot be written.
    MissingExtraError
        A `.onnx` is asked for, and onnx is not installed.
    """
    file = Path(path)
    if file.suffix not in SUFFIXES:
        raise ControllerError("unknown kind of policy file", value=str(path), allowed="*.zip or *.onnx")
    batch = _batch(env)
    about = _about(model, batch, command)
    if file.suffix == ".zip":
        held = io.BytesIO()
        model.save(held)
        write_member(held, about)
        with whole_file(file, "a policy") as stream:
            stream.write(held.getvalue())
        return file
    outlook = batch.outlook
    levels = outlook.decode(np.arange(outlook.choices)) if outlook.choices else None
    if not write_onnx(file, model, about, levels):
        raise ControllerError(
            "this network cannot be written as ONNX", file=file, allowed="policy.zip, which holds any network"
        )
    return file


def _about(model: Any, batch: Batch, command: str) -> About:
    """What the file says; raises ControllerError for a model of another kind, or of another environment."""
    seen, acted = spaces(batch.outlook)
    for what, own, there in (
        ("observes", model.observation_space, seen),
        ("sets", model.action_space, acted),
    ):
        if own != there:
            raise ControllerError(
                f"this model {what} something else than the environment offers",
                value=str(own),
                allowed=str(there),
            )
    outlook, run = batch.outlook, batch.scenario.run
    return About(
        scenario=batch.scenario.name,
        algorithm=_algorithm(model),
        seed=getattr(model, "seed", None) or 0,
        steps=int(model.num_timesteps),
        command=command,
        task=batch.spec,
        run=TrainedRun(control_step_s=run.control_step_s, tick_s=run.tick_s),
        observation_names=outlook.names,
        action_names=outlook.action_names,
        discrete_levels=batch.spec.discrete_levels,
    )


def _algorithm(model: Any) -> str:
    """Its name in a policy file."""
    names = {path.rsplit(".", 1)[1]: kind for kind, path in CLASSES.items()}
    for made in type(model).__mro__:
        if made.__name__ in names and made.__module__.startswith(("stable_baselines3.", "sb3_contrib.")):
            return names[made.__name__]
    raise ControllerError("unknown algorithm", value=type(model).__name__, allowed=", ".join(names))


def _batch(env: Any) -> Batch:
    """The buildings behind an environment and what lies around it."""
    _check_wrappers(env)
    try:
        found = env.get_attr("batch", [0])[0] if hasattr(env, "get_attr") else env.get_wrapper_attr("batch")
    except AttributeError:
        found = None
    if not isinstance(found, Batch):
        raise ControllerError(
            "there are no buildings in this environment",
            value=type(env).__name__,
            allowed="BuildingVecEnv, or BuildingEnv with what Gymnasium and Stable-Baselines3 put around it",
        )
    return found


def _check_wrappers(env: Any) -> None:
    """Raise ControllerError where a wrapper shows or sets something else: the file would not say so."""
    from gymnasium import ActionWrapper, ObservationWrapper
    from stable_baselines3.common.vec_env import VecNormalize

    layers = [env]
    while layers:
        layer = layers.pop()
        if isinstance(layer, ActionWrapper | ObservationWrapper) or (
            isinstance(layer, VecNormalize) and layer.norm_obs
        ):
            raise ControllerError(
                "this wrapper changes what a policy sees or sets, which a policy file does not hold",
                value=type(layer).__name__,
                allowed="the environment's own observations, in [-1, 1] already, and actions",
            )
        inner = [getattr(layer, name, None) for name in ("venv", "env")]
        layers += [one for one in inner if one is not None]
        layers += list(getattr(layer, "envs", ()))[:1]
