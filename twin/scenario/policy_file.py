"""What a policy file says about itself: which task it was trained for, on what, by which command.

A `policy.zip` of Stable-Baselines3 carries it as an extra member `twin.json`, a `policy.onnx` as metadata.
"""

from __future__ import annotations

import json
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import IO, Annotated, Any, Literal

from pydantic import Field, ValidationError

from twin.basics.errors import ControllerError, MissingExtraError
from twin.scenario.learning import TaskSpec
from twin.scenario.own_code import place_of
from twin.scenario.record import Record

MEMBER = "twin.json"
METADATA = "twin"
NEXT = "next_"  # a graph gives what it remembers under the name it takes it by, behind this


class TrainedRun(Record):
    """Time steps of training, which the policy expects again."""

    control_step_s: Annotated[int, Field(ge=1)]
    tick_s: Annotated[int, Field(ge=1)]


class About(Record):
    """What a policy file says about itself."""

    format: Literal[1] = 1
    scenario: str
    algorithm: str
    seed: int
    steps: int
    command: str = ""
    task: TaskSpec
    run: TrainedRun
    observation_names: tuple[str, ...]
    action_names: tuple[str, ...]
    discrete_levels: int = 0
    state: dict[str, tuple[int, ...]] = Field(
        {}
    )  # what a recurrent ONNX graph remembers: one building's shapes


def read_about(path: str | Path) -> About:
    """What a policy file says about itself.

    Raises
    ------
    ControllerError
        No such file, or nothing of this kind in it.
    MissingExtraError
        An ONNX file, and onnxruntime is not installed.
    """
    file = Path(path)
    if not file.is_file():
        raise ControllerError("there is no such policy file", file=file, allowed="policy.zip or policy.onnx")
    text = _from_zip(file) if file.suffix == ".zip" else _from_onnx(file)
    if text is None:
        raise ControllerError(
            "this file does not say for which task it was trained",
            file=file,
            allowed="a file of twin train, or what twin.training.save_policy(model, env, path) wrote",
        )
    try:
        return About.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ControllerError(
            f"what this policy file says about itself cannot be read: {first['msg']}", file=file, key=key
        ) from None


def _from_zip(file: Path) -> str | None:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.read(MEMBER).decode() if MEMBER in archive.namelist() else None
    except (zipfile.BadZipFile, UnicodeDecodeError, OSError):
        raise ControllerError(
            "this is not a readable policy file", file=file, allowed="a file of twin train"
        ) from None


def _from_onnx(file: Path) -> str | None:
    found: str | None = session(file).get_modelmeta().custom_metadata_map.get(METADATA)
    return found


def session(file: Path) -> Any:
    """An onnxruntime session of one thread, opened once as long as the file stays what it is.

    Raises
    ------
    MissingExtraError
        onnxruntime is not installed.
    ControllerError
        No ONNX file.
    """
    there = file.stat()
    return _opened(str(file.resolve()), there.st_mtime_ns, there.st_size)


@lru_cache(maxsize=8)
def _opened(file: str, _changed_ns: int, _size: int) -> Any:
    try:
        import onnxruntime
    except ImportError as missing:
        raise MissingExtraError("onnxruntime", "policy") from missing
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions share no public base
        raise ControllerError(
            "this is not a readable ONNX file", file=Path(file), allowed="a file of twin train"
        ) from error


def write_member(file: Path | IO[bytes], about: About) -> None:
    """Add what a policy says about itself to a zip that Stable-Baselines3 wrote."""
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(MEMBER, as_text(about))


def as_text(about: About) -> str:
    """As it stands in a file; what is remembered only where something is.

    Raises
    ------
    ControllerError
        The task's reward is a function in Python, which no file can name.
    """
    if callable(about.task.reward):
        raise ControllerError(
            "a function cannot stand in a policy file",
            key="task.reward",
            value=":".join(place_of(about.task.reward)),
            allowed="mine.py:function",
        )
    return json.dumps(about.model_dump(mode="json", exclude=set() if about.state else {"state"}), indent=1)
