"""YAML without its surprises, and with the line and column of every key.

Duplicate keys are refused; only `true` and `false` are booleans (`no` and `on` are words); `18:30` is text,
not 1110; a date is YYYY-MM-DD; there are no tags, merge keys or Python objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from twin.basics.errors import ScenarioError

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml: slower, same result
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

Keys = tuple[str | int, ...]

GIVEN = "(given)"  # stands for a file where keys come from Python or the command line

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)  # without the dot it is a word
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LIMIT_BYTES = 4_000_000
_DEEPEST = 40
_MOST_BRACKETS = 500
_BRACKETS = re.compile(r"[\[\]{}]")
_MOST_VALUES = 50_000


@dataclass(frozen=True)
class Mark:
    """Where something stands in a file, counted from 1."""

    file: str
    line: int
    column: int


@dataclass
class Document:
    """A parsed file.

    Attributes
    ----------
    path
        Where it was read.
    data
        Mappings, lists, text, numbers, booleans, dates and None.
    keys, values
        Mark of every key (list items: of the item) and of every value by its path, such as ("run", "days").
    """

    path: Path
    data: dict[str, Any]
    keys: dict[Keys, Mark] = field(default_factory=dict)
    values: dict[Keys, Mark] = field(default_factory=dict)

    def mark(self, keys: Keys) -> Mark:
        """Mark of a key, or of the nearest thing around it that is written in the file."""
        while keys and keys not in self.keys:
            keys = keys[:-1]
        return self.keys.get(keys, Mark(str(self.path), 1, 1))

    def line_of(self, keys: Keys) -> int:
        """Line of a key, or of the nearest thing around it that is written in the file."""
        return self.mark(keys).line


def read_text(path: Path, what: str = "file") -> str:
    """The text of a UTF-8 file; ScenarioError where it cannot be read."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise ScenarioError(f"this is a folder, not a {what}", file=path, allowed="a YAML file")
        if size > _LIMIT_BYTES:
            raise ScenarioError(f"the {what} is too large", file=path, value=size, allowed="at most 4 MB")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            f"the {what} is not text in UTF-8 (byte {error.start} cannot be read)",
            file=path,
            allowed="UTF-8 text",
        ) from error
    except FileNotFoundError as error:
        raise ScenarioError(f"there is no such {what}", file=path) from error
    except OSError as error:
        raise ScenarioError(f"the {what} cannot be read: {error.strerror}", file=path) from error


def load(path: str | Path) -> Document:
    """Read one strict YAML file whose top level is a mapping.

    Raises
    ------
    ScenarioError
        With file and line: cannot be read, not UTF-8, not YAML, empty, not a mapping, duplicate key, ...
    """
    path = Path(path)
    return parse(read_text(path), path)


def parse(text: str, path: str | Path = "<text>") -> Document:
    """As `load`, from text; `path` is what errors name."""
    path = Path(path)
    _check_lines(text, path)
    root = _compose(text, path)
    if root is None:
        raise ScenarioError("the file is empty", file=path, line=1, allowed="a mapping of keys to values")
    if not isinstance(root, yaml.MappingNode):
        raise ScenarioError(
            "the file is not a mapping",
            file=path,
            line=root.start_mark.line + 1,
            allowed="lines such as `name: office`",
        )
    document = Document(path, {})
    document.keys[()] = Mark(str(path), root.start_mark.line + 1, 1)
    document.data = _Builder(document).mapping(root, ())
    return document


def _check_lines(text: str, path: Path) -> None:
    """What the parser would explain badly (tabs), or not survive (libyaml recurses without a limit)."""
    depth = deepest = 0
    for number, line in enumerate(text.splitlines(), 1):
        if "\t" in line and "\t" in line[: len(line) - len(line.lstrip())]:
            raise ScenarioError("the line is indented with a tab", file=path, line=number, allowed="spaces")
        for bracket in _BRACKETS.findall(line):
            depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
            deepest = max(deepest, depth)
        if deepest > _MOST_BRACKETS or line.count("- ") + line.count("? ") > _MOST_BRACKETS:
            raise ScenarioError("the file is nested too deeply", file=path, line=number)


def _compose(text: str, path: Path) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "it cannot be understood"
        raise ScenarioError(
            f"this is not valid YAML: {problem}", file=path, line=None if mark is None else mark.line + 1
        ) from error
    except yaml.YAMLError as error:
        raise ScenarioError("the file holds characters that YAML does not allow", file=path) from error
    except RecursionError as error:
        raise ScenarioError("the file is nested too deeply", file=path) from error
    finally:
        loader.dispose()
    return node


class _Builder:
    """Turns nodes into data and writes down where everything stands."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.file = str(document.path)
        self.open: set[int] = set()
        self.count = 0

    def mark(self, node: yaml.Node) -> Mark:
        return Mark(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def error(self, message: str, node: yaml.Node, keys: Keys, **rest: Any) -> ScenarioError:
        return ScenarioError(
            message, file=self.file, line=node.start_mark.line + 1, key=dotted(keys) or None, **rest
        )

    def value(self, node: yaml.Node, keys: Keys) -> Any:
        """Data of a node; an anchor may be used again, but not inside itself nor a thousandfold."""
        self.document.values[keys] = self.mark(node)
        self.count += 1
        if len(keys) > _DEEPEST:
            raise self.error("the file is nested too deeply", node, keys[:4])
        if id(node) in self.open or self.count > _MOST_VALUES:
            raise self.error("an alias contains itself or is repeated too often", node, keys)
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self.mapping(node, keys)
            if isinstance(node, yaml.SequenceNode):
                return self.sequence(node, keys)
            return self.scalar(node, keys)
        finally:
            self.open.discard(id(node))

    def mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[str, Any]:
        self.tag(node, keys, "tag:yaml.org,2002:map")
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.error("a key must be a word", key_node, keys)
            key = str(key_node.value)
            if key == "<<" and not key_node.style:
                raise self.error("merge keys (<<) are not supported", key_node, keys, allowed="extends")
            here = (*keys, key)
            if key in data:
                first = self.document.keys[here].line
                raise self.error(
                    f"the key appears twice (first in line {first})", key_node, here, allowed="each key once"
                )
            self.document.keys[here] = self.mark(key_node)
            data[key] = self.value(value_node, here)
        return data

    def sequence(self, node: yaml.SequenceNode, keys: Keys) -> list[Any]:
        self.tag(node, keys, "tag:yaml.org,2002:seq")
        items: list[Any] = []
        for i, item in enumerate(node.value):
            self.document.keys[(*keys, i)] = self.mark(item)
            items.append(self.value(item, (*keys, i)))
        return items

    def tag(self, node: yaml.Node, keys: Keys, expected: str) -> None:
        if node.tag != expected:
            raise self.error("tags are not supported", node, keys, value=node.tag, allowed="plain YAML")

    def scalar(self, node: yaml.Node, keys: Keys) -> Any:
        text = str(node.value)
        # libyaml resolves plain words by YAML 1.1; whatever it made of them, only explicit tags are refused
        if node.tag.startswith("!") or node.tag.startswith("tag:yaml.org,2002:python"):
            raise self.error("tags are not supported", node, keys, value=node.tag, allowed="plain YAML")
        if isinstance(node, yaml.ScalarNode) and node.style:  # quoted or block; plain is None or ""
            return text
        return self.plain(text, node, keys)

    def plain(self, text: str, node: yaml.Node, keys: Keys) -> Any:
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INTEGER.fullmatch(text):
            return int(text.replace("_", ""))
        if _FLOAT.fullmatch(text):
            return float(text)
        if _NOT_FINITE.fullmatch(text):
            return float(text.lower().replace(".", ""))
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError as error:
                raise self.error(
                    "there is no such day", node, keys, value=text, allowed="YYYY-MM-DD"
                ) from error
        return text


def dotted(keys: Keys) -> str:
    """`("zones", 0, "id")` as people write it: `zones[0].id`."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text


def walk(data: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Every path in the data with its value, outer before inner."""
    yield keys, data
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from walk(value, (*keys, key))
