"""A controller of one's own: a class from a Python file, with errors that name file and class."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from twin.basics.errors import ControllerError, nearest
from twin.basics.points import QUANTITIES
from twin.control.controller import Bool, Float
from twin.scenario.agents import PythonParameters
from twin.scenario.own_code import module_of, told
from twin.task import ActionSpec, ObservationSpec

NEEDS = (
    "a class with __init__(self, observation, action, step_s, seeds) and "
    "predict(self, observation, state=None, episode_start=None, deterministic=True) -> (action, state)"
)
T = TypeVar("T")


def own_class(parameters: PythonParameters) -> type:
    """The class that `file.py:Class` means.

    Raises
    ------
    ControllerError
        No such file or class, a class without `predict`, or an error in the file itself, with its traceback.
    """
    path = Path(parameters.file)
    module = module_of(path)
    found = getattr(module, parameters.class_name, None)
    classes = [n for n, v in vars(module).items() if inspect.isclass(v) and v.__module__ == module.__name__]
    if not inspect.isclass(found):
        raise ControllerError(
            "there is no such class in this file",
            file=path,
            value=parameters.class_name,
            allowed=", ".join(classes) or NEEDS,
            suggestion=nearest(parameters.class_name, classes),
        )
    if not callable(getattr(found, "predict", None)):
        raise ControllerError(
            "this class has no predict", file=path, key=parameters.class_name, allowed=NEEDS
        )
    return found


def commands_of(parameters: PythonParameters) -> tuple[str, ...]:
    """Quantities beyond zones' setpoints that the class wants to set: its attribute `commands`, if any.

    Raises
    ------
    ControllerError
        It is no list of names, or a name of nothing that can be commanded.
    """
    given = getattr(own_class(parameters), "commands", ())
    offered = [name for name in QUANTITIES if name.endswith(("_setpoint", "_command"))]
    if not isinstance(given, Iterable):
        raise ControllerError(
            "this is no list of what to command",
            file=parameters.file,
            key=f"{parameters.class_name}.commands",
            value=given,
            allowed=f"a name or a list of names: {', '.join(offered)}",
        )
    wanted = (given,) if isinstance(given, str) else tuple(given)
    for name in wanted:
        if name not in offered:
            raise ControllerError(
                "there is nothing of this kind to command",
                file=parameters.file,
                key=f"{parameters.class_name}.commands",
                value=name,
                allowed=", ".join(offered),
                suggestion=nearest(str(name), offered),
            )
    return wanted


class Own:
    """Wraps an object of the user's class: what it raises and returns is checked and told with its file.

    Parameters
    ----------
    parameters
        File and class.
    observation, action, step_s, seeds
        Handed to the class as they are.
    """

    def __init__(
        self,
        parameters: PythonParameters,
        observation: ObservationSpec,
        action: ActionSpec,
        step_s: float,
        seeds: Sequence[int],
    ) -> None:
        self._parameters = parameters
        self._width = len(action.points)
        made = own_class(parameters)
        self._fits("__init__", made, observation, action, step_s, list(seeds))
        self._own: Any = self._call(lambda: made(observation, action, step_s, list(seeds)))
        self._fits(
            "predict", self._own.predict, None, state=None, episode_start=None, deterministic=True
        )  # fmt: skip

    def reset(self, seeds: Sequence[int]) -> None:
        """See Controller.reset; a class without `reset` has no use for seeds."""
        if callable(getattr(self._own, "reset", None)):
            self._call(lambda: self._own.reset(list(seeds)))

    def predict(
        self,
        observation: Float,
        state: Any = None,
        episode_start: Bool | None = None,
        deterministic: bool = True,
    ) -> tuple[Float, Any]:
        """See Controller.predict; raises ControllerError where the class fails or returns something else."""
        answer = self._call(
            lambda: self._own.predict(
                observation, state=state, episode_start=episode_start, deterministic=deterministic
            )
        )
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise self._wrong("predict did not return (action, state)", type(answer).__name__)
        try:
            action = np.asarray(answer[0], dtype=np.float64)
        except (TypeError, ValueError):
            raise self._wrong("an action is not numbers", type(answer[0]).__name__) from None
        if action.shape != (len(observation), self._width):
            raise self._wrong(
                "an action has the wrong shape", action.shape, str((len(observation), self._width))
            )
        return action, answer[1]

    def _fits(self, method: str, called: Callable[..., Any], *given: Any, **named: Any) -> None:
        try:
            inspect.signature(called).bind(*given, **named)
        except TypeError as error:
            raise self._wrong(f"{method} cannot be called as needed: {error}") from None
        except ValueError:  # a signature that cannot be read may still fit
            return

    def _call(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except ControllerError:
            raise
        except Exception as error:  # whatever the user's code raises is told as theirs
            raise self._wrong(told(error, Path(self._parameters.file)), allowed="") from None

    def _wrong(self, message: str, value: Any = None, allowed: str = NEEDS) -> ControllerError:
        return ControllerError(
            message,
            file=self._parameters.file,
            key=self._parameters.class_name,
            value=value,
            allowed=allowed or None,
        )
