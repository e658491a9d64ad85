"""`extends:`: a scenario written as the difference to another; `heirs` has the same for agents.

Mappings merge, lists and single values replace, null removes. A mapping whose `kind` changes is replaced as a
whole, because the keys of the other kind would not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from twin.basics.errors import ScenarioError
from twin.scenario.strict_yaml import GIVEN, Document, Keys, Mark, load

Find = Callable[[str, Path], Path]

_DEEPEST = 20
_A = {"scenario": "a scenario", "agent": "an agent"}


def gather(path: Path, find: Find, overrides: Mapping[str, Any] | None = None) -> Document:
    """The document at `path` with everything it extends, then the overrides; marks keep the file of each key.

    Paths of weather and datasheets that are relative to the file they are written in become absolute.

    Raises
    ------
    ScenarioError
        As strict_yaml.load; also for extends that name nothing, or each other.
    """
    merged = laid(path, find, "scenario", _absolute)
    if overrides:
        merged = merge(merged, _document(overrides))
        merged.path = path
    return merged


def laid(
    path: Path,
    find: Find,
    what: str,
    prepare: Callable[[Document], None],
    left: Callable[[Document, Document], Document] | None = None,
) -> Document:
    """The file, laid over what it extends, and so on; parameters and errors as those of `_chain`.

    `left` says what is left of a base beneath a child; by default all of it.
    """
    layers = _chain(path, find, what, prepare)
    merged = layers[-1]
    for child in reversed(layers[:-1]):
        merged = merge(left(merged, child) if left else merged, child)
    merged.path = path
    return merged


def _chain(path: Path, find: Find, what: str, prepare: Callable[[Document], None]) -> list[Document]:
    """The file, then what it extends, and so on, without the key itself.

    Parameters
    ----------
    find
        The file that a name means, or a path from the folder given.
    what
        What is extended, for messages.
    prepare
        Called with every document before another is laid over it.

    Raises
    ------
    ScenarioError
        As strict_yaml.load; also for extends that name nothing, or each other.
    """
    layers: list[Document] = []
    seen: list[Path] = []
    while True:
        document = load(path)
        seen.append(path.resolve())
        prepare(document)
        layers.append(document)
        if "extends" not in document.data:
            return layers
        name = document.data.pop("extends")
        place: dict[str, Any] = {
            "file": document.path,
            "line": document.line_of(("extends",)),
            "key": "extends",
        }
        if not isinstance(name, str) or not name:
            raise ScenarioError(
                f"this is not the name of {_A[what]}", **place, value=name, allowed="a name or a path"
            )
        try:
            path = find(name, document.path.parent)
        except ScenarioError as error:
            raise ScenarioError(
                error.message, **place, value=name, allowed=error.allowed, suggestion=error.suggestion
            ) from None
        if path.resolve() in seen or len(seen) > _DEEPEST:
            names = " -> ".join(p.name for p in [*seen, path])
            raise ScenarioError(f"the {what}s extend each other in a circle: {names}", **place, value=name)


def merge(base: Document, child: Document) -> Document:
    """`child` laid over `base`."""
    merged = Document(child.path, {}, dict(base.keys) | {(): child.mark(())}, dict(base.values))
    merged.data = _merge(base.data, child.data, (), merged, child)
    return merged


def _merge(
    base: dict[str, Any], child: Mapping[str, Any], at: Keys, merged: Document, source: Document
) -> dict[str, Any]:
    result = dict(base)
    for key, value in child.items():
        here = (*at, key)
        old = result.get(key)
        if value is None:
            result.pop(key, None)
            _forget(merged, here)
        elif isinstance(value, Mapping) and isinstance(old, dict) and not _other_kind(old, value):
            merged.keys[here] = source.keys[here]
            result[key] = _merge(old, value, here, merged, source)
        else:
            _forget(merged, here)
            _copy(merged, source, here)
            result[key] = value
    return result


def _other_kind(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return "kind" in old and "kind" in new and old["kind"] != new["kind"]


def _forget(document: Document, at: Keys) -> None:
    for marks in (document.keys, document.values):
        for keys in [k for k in marks if k[: len(at)] == at]:
            del marks[keys]


def _copy(document: Document, source: Document, at: Keys) -> None:
    document.keys.update({k: m for k, m in source.keys.items() if k[: len(at)] == at})
    document.values.update({k: m for k, m in source.values.items() if k[: len(at)] == at})


def _document(overrides: Mapping[str, Any]) -> Document:
    """Overrides as a document, so that they merge like a file."""
    document = Document(Path(GIVEN), dict(overrides))

    def note(value: Any, keys: Keys) -> None:
        if keys:
            document.keys[keys] = Mark(GIVEN, 0, 0)
        if isinstance(value, Mapping):
            for key, item in value.items():
                note(item, (*keys, str(key)))

    note(overrides, ())
    return document


def _absolute(document: Document) -> None:
    """Paths are relative to the file that they are written in, whoever extends it."""
    folder = document.path.resolve().parent
    site, devices = document.data.get("site"), document.data.get("devices")
    for record, key in [
        (site, "weather"),
        *((d, "datasheet") for d in (devices if isinstance(devices, list) else ())),
    ]:
        if isinstance(record, dict) and isinstance(record.get(key), str):
            path = Path(record[key])
            if (path.suffix or len(path.parts) > 1) and not path.is_absolute() and (folder / path).is_file():
                record[key] = str(folder / path)
    for boundary in _boundaries(document.data.get("building")):
        path = Path(boundary["file"])
        if not path.is_absolute() and (folder / path).is_file():
            boundary["file"] = str(folder / path)


def _boundaries(value: Any) -> Iterator[dict[str, Any]]:
    """Mappings anywhere in a building that name a file of temperatures."""
    if isinstance(value, dict):
        if value.get("kind") == "series" and isinstance(value.get("file"), str):
            yield value
        for item in value.values():
            yield from _boundaries(item)
    elif isinstance(value, list):
        for item in value:
            yield from _boundaries(item)
