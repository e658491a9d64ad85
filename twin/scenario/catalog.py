"""Finding and reading scenarios, agents and datasheets.

A name is looked for as a path, then in the working folder's `scenarios/` (`agents/`, `sensors/`), then in
the copy that came with the package. A folder inside is a group: its names carry it, `validation/bestest_600`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

import twin
from twin.basics.errors import ScenarioError, nearest
from twin.scenario import rules
from twin.scenario.agents import PARAMETERS, AgentSpec, own_agent, policy_agent
from twin.scenario.datasheets import Datasheet
from twin.scenario.explain import explain, explain_rule
from twin.scenario.heirs import gather_agent
from twin.scenario.inherit import gather
from twin.scenario.learners import KINDS as LEARNERS
from twin.scenario.learners import Learner, as_learner_error
from twin.scenario.record import Record, listing
from twin.scenario.schema import Origin, Scenario
from twin.scenario.strict_yaml import GIVEN, Document, Keys, dotted, load

Folder = Literal["scenarios", "agents", "sensors"]
R = TypeVar("R", bound=Record)

_WHAT = {"scenarios": "scenario", "agents": "agent", "sensors": "datasheet"}
_SUFFIXES = (".yaml", ".yml")
_EXTENDABLE: tuple[Folder, ...] = ("scenarios", "agents")
_OF_SCENARIOS = Scenario.model_fields.keys() - Learner.model_fields.keys()
_OF_LEARNERS = Learner.model_fields.keys() - AgentSpec.model_fields.keys()
_OF_AGENTS = Learner.model_fields.keys() - Scenario.model_fields.keys()


def packaged(folder: Folder) -> Path:
    """The folder that came with the package, or in a checkout the one at the top of the repository."""
    inside = Path(str(resources.files(twin))) / "_data" / folder
    return inside if inside.is_dir() else Path(twin.__file__).resolve().parents[1] / folder


def available(folder: Folder, group: str = "") -> dict[str, Path]:
    """Names of the catalogue and their files, sorted; the working folder's come before the packaged ones.

    Parameters
    ----------
    group
        A folder inside, whose names begin with it and a slash; "" for the files that are in none.
    """
    found: dict[str, Path] = {}
    prefix = f"{group}/" if group else ""
    for place in (packaged(folder) / group, Path.cwd() / folder / group):
        if place.is_dir():
            files = [p for p in sorted(place.iterdir()) if p.suffix in _SUFFIXES and p.is_file()]
            found |= {prefix + p.stem: p for p in files}
    return dict(sorted(found.items()))


def groups(folder: Folder) -> tuple[str, ...]:
    """Folders inside that hold files of the catalogue, sorted."""
    places = [place for place in (packaged(folder), Path.cwd() / folder) if place.is_dir()]
    inside = {p.name for place in places for p in place.iterdir() if p.is_dir()}
    return tuple(group for group in sorted(inside) if available(folder, group))


def _names_like(folder: Folder, text: str) -> dict[str, Path]:
    """The names that `text` may mean: those of the group that it begins with, otherwise those in none."""
    group, slash, _ = text.partition("/")
    return available(folder, group) if slash and group in groups(folder) else available(folder)


def find(source: str | Path, folder: Folder, base: Path | None = None) -> Path:
    """The file that a name or a path means; paths are relative to `base`, then to the working folder.

    Raises
    ------
    ScenarioError
        There is no such file or name; lists the names there are and suggests the nearest.
    """
    text = str(source)
    path = Path(text).expanduser()
    for place in ([] if base is None else [base / path]) + [path]:
        if place.is_file():
            return place
    names = _names_like(folder, text)
    if text in names:
        return names[text]
    what = _WHAT[folder]
    looks_like_path = path.suffix in _SUFFIXES or len(path.parts) > 1
    if looks_like_path and (base or Path.cwd()).joinpath(path).is_dir():
        allowed = f"the file of one, or one of {listing(names, 30)}"
        raise ScenarioError("this is a folder, which is no " + what, file=source, allowed=allowed)
    message = f"there is no such {what} file" if looks_like_path else f"unknown {what}"
    raise ScenarioError(
        message,
        value=text,
        allowed=f"a path, or one of {listing(names, 30)}",
        suggestion=nearest(path.stem, names) or nearest(text, names),
    )


def folder_of(path: Path) -> Folder:
    """The folder in which a file belongs, by its keys, otherwise by what it extends; raises as `load`."""
    seen: list[Path] = []
    while True:
        document = load(path)
        keys = document.data.keys()
        if keys & _OF_SCENARIOS:
            return "scenarios"
        if keys & {"quantities", "period_s", "accuracy"}:
            return "sensors"
        name = document.data.get("extends")
        if keys & _OF_AGENTS or "extends" not in keys:
            return "agents"
        seen.append(path.resolve())
        beside = path.parent / str(name)
        if not beside.is_file() or beside.resolve() in seen:
            return _folder_like(str(name))
        path = beside


def _folder_like(name: str) -> Folder:
    """The folder in which there is such a name, or otherwise one much like it."""
    offered = {folder: _names_like(folder, name) for folder in _EXTENDABLE}
    exact = [folder for folder in _EXTENDABLE if name in offered[folder]]
    alike = [folder for folder in _EXTENDABLE if nearest(name, offered[folder])]
    return [*exact, *alike, "scenarios"][0]


def load_scenario(source: str | Path, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Read a scenario by name or path, with all that it extends, and check it.

    Parameters
    ----------
    source
        A name from the catalogue or a path.
    overrides
        Keys to replace, nested as in the file: {"run": {"days": 3}}.

    Raises
    ------
    ScenarioError
        Anything wrong, with file, line, key, value, what is allowed and the nearest valid name.
    """
    if overrides is not None and not isinstance(overrides, Mapping):
        raise ScenarioError(
            "overrides are not a mapping",
            value=overrides,
            allowed='keys as in the file: {"run": {"days": 3}}',
        )
    path = find(source, "scenarios")
    document = gather(path, lambda name, base: find(name, "scenarios", base), overrides)
    scenario = _validated(Scenario, document)
    scenario._origin = Origin(path.resolve(), dict(document.keys))
    _check_names(scenario, document)
    return scenario


def load_agent(source: str | Path) -> AgentSpec:
    """Read an agent by name or path, with all that it extends; raises ScenarioError as load_scenario does.

    `file.py:Class` is a class in a Python file, looked for from the working folder; it is loaded when the
    controller is built. `policy.zip` and `policy.onnx` are trained policies.
    """
    own = own_agent(str(source)) or policy_agent(str(source))
    if own is not None:
        return own
    path = find(source, "agents")
    document = _agent(path)
    if _learns(document):
        raise as_learner_error(str(source))
    agent = _validated(AgentSpec, document)
    if agent.kind != "policy":
        return agent
    file = path.resolve().parent / str(agent.parameters.get("file", ""))
    return agent.model_copy(update={"parameters": {"file": str(file)}})


def load_learner(source: str | Path) -> Learner:
    """Read a learner by name or path, with all that it extends; it knows where its keys are written.

    Raises ScenarioError as load_scenario does.
    """
    document = _agent(find(source, "agents"))
    if not _learns(document) and document.data.get("kind") in tuple(PARAMETERS):
        learners = [name for name, path in available("agents").items() if _learns(_agent(path))]
        raise ScenarioError(
            "this agent does not learn", value=str(source), allowed=f"a learner: {listing(learners)}"
        )
    return _validated(Learner, document).read_at(document.keys)


def load_any_agent(source: str | Path) -> AgentSpec | Learner:
    """Read an agent's file, whether it acts or learns; raises ScenarioError."""
    path = find(source, "agents")
    document = _agent(path)
    no_rule = document.data.get("kind") not in tuple(PARAMETERS)
    learns = _learns(document) or (no_rule and document.data.keys() & _OF_LEARNERS)  # or is meant to
    return load_learner(path) if learns else load_agent(path)


def _agent(path: Path) -> Document:
    """An agent's file with all that it extends: what lies beside a file comes before the catalogue's."""

    def extended(name: str, base: Path) -> Path:
        beside = base / f"{name}.yaml"
        return beside if beside.is_file() else find(name, "agents", base)

    return gather_agent(path, extended)


def _learns(document: Document) -> bool:
    return document.data.get("kind") in LEARNERS


def load_datasheet(source: str | Path, base: Path | None = None) -> Datasheet:
    """Read a datasheet by name or path (from `base`, then the working folder); raises ScenarioError."""
    path = find(source, "sensors", base)
    return _datasheet(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _datasheet(path: Path, _changed: int) -> Datasheet:
    return _validated(Datasheet, load(path))


def source_of(scenario: Scenario) -> Path | None:
    """The file that a scenario was read from, or None where it was made in Python."""
    return None if scenario._origin is None else scenario._origin.path


def place_of(scenario: Scenario, *keys: str | int) -> tuple[str | None, int | None]:
    """File and line where a key of the scenario is written, for the errors of those who build it.

    The nearest key around it where it is a default; (None, None) where the scenario was made in Python.
    """
    origin = scenario._origin
    if origin is None:
        return None, None
    mark = Document(origin.path, {}, keys=dict(origin.marks)).mark(keys)
    return mark.file, mark.line or None


def _validated(model: type[R], document: Document) -> R:
    """The record in a document; it goes through JSON, whose strict reading knows lists and dates."""
    try:
        return model.model_validate_json(json.dumps(document.data, default=_as_json), strict=True)
    except ValidationError as error:
        raise explain(error, model, document.data, document.keys, document.path) from None


def _as_json(value: Any) -> Any:
    """What YAML or Python has and JSON has not: dates, and numbers of numpy in overrides."""
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return value.tolist()
    raise ScenarioError(
        "this kind of value cannot stand in a scenario",
        value=type(value).__name__,
        allowed="numbers, texts, dates, lists and mappings",
    )


def _check_names(scenario: Scenario, document: Document) -> None:
    """What the scenario names in other folders exists and fits."""
    _check_weather(scenario, document)
    base = document.path.resolve().parent
    with _placed(document, ("run", "baseline")):
        find(scenario.run.baseline, "agents", base)
    for i, device in enumerate(scenario.devices):
        with _placed(document, ("devices", i, "datasheet")):
            sheet = load_datasheet(device.datasheet, base)
        try:
            rules.check_device(device, i, sheet)
        except PydanticCustomError as error:
            raise explain_rule(error, document.keys, document.path) from None


def _check_weather(scenario: Scenario, document: Document) -> None:
    """The weather's name or file is there; reading it is the building's business."""
    source = scenario.site.weather
    path = Path(source).expanduser()
    if path.is_file() or (document.path.resolve().parent / path).is_file():
        return
    folder = Path(str(resources.files(twin))) / "building" / "weather_data"
    names = sorted(p.stem for p in folder.glob("*.npz"))
    if source in names:
        return
    looks_like_path = bool(path.suffix) or len(path.parts) > 1
    raise ScenarioError(
        "there is no such weather file" if looks_like_path else "unknown weather",
        **_where(document, ("site", "weather")),
        value=source,
        allowed=f"a path to an EPW or TMY3 file, or one of {listing(names)}",
        suggestion=nearest(path.stem, names),
    )


@contextmanager
def _placed(document: Document, keys: Keys) -> Iterator[None]:
    """Errors about a name are told at the key that says the name; those inside the named file stay there."""
    try:
        yield
    except ScenarioError as error:
        if error.file is not None:
            raise
        place = _where(document, keys)
        raise ScenarioError(
            error.message, **place, value=error.value, allowed=error.allowed, suggestion=error.suggestion
        ) from None


def _where(document: Document, keys: Keys) -> dict[str, Any]:
    mark = document.mark(keys)
    given = mark.file == GIVEN
    return {"file": None if given else mark.file, "line": mark.line or None, "key": dotted(keys)}
