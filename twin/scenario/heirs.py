"""`extends:` in agents' files: a controller or learner written as the difference to another.

As in scenarios (see inherit): mappings merge, lists and single values replace, null removes. Two things
follow from what an agent is. Where its `kind` changes, what only the other kind can take is left behind. And
what a file says of all scenarios counts before what it extends says of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twin.scenario.agents import POLICY_SUFFIXES
from twin.scenario.inherit import Find, laid, merge
from twin.scenario.strict_yaml import Document, Keys

OF_A_KIND = ("parameters", "policy", "policy_kwargs", "search")  # keys that another kind could not take


def gather_agent(path: Path, find: Find) -> Document:
    """The document at `path` with everything it extends; marks keep the file of each key.

    Raises
    ------
    ScenarioError
        As strict_yaml.load; also for extends that name nothing, or each other.
    """
    return laid(path, find, "agent", _absolute, _left)


def _absolute(document: Document) -> None:
    """A policy lies beside the file that names it, whoever extends that."""
    own = document.data.get("parameters")
    file = Path(str(own.get("file", ""))) if isinstance(own, dict) else Path()
    beside = document.path.resolve().parent / file
    if isinstance(own, dict) and file.suffix in POLICY_SUFFIXES and beside.is_file():
        own["file"] = str(beside)


def _left(base: Document, child: Document) -> Document:
    """`base` without what does not count any more beneath `child`."""
    sections = base.data.get("scenarios")
    named = [name for name, own in sections.items() if _maps(own)] if isinstance(sections, Mapping) else []
    before, now = base.data.get("kind"), child.data.get("kind")
    if before is not None and now is not None and before != now:
        gone: dict[str, Any] = dict.fromkeys(OF_A_KIND)
        base = _over(base, (), gone)
        for name in named:
            base = _over(base, ("scenarios", name), gone)
    for name in named:
        said = _said_again(base.data["scenarios"][name], child.data)
        base = _over(base, ("scenarios", name), said, child)
    return base


def _said_again(own: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """What a scenario's section becomes by what a file says of all: null where that alone counts now.

    A mapping, as `ranges`, is one value to a scenario's section; so there the file's keys go into it.
    """
    out: dict[str, Any] = {}
    for section, there in own.items():
        if section not in child:
            continue
        here = child[section]
        if here is None:
            out[section] = None
        elif isinstance(there, Mapping) and isinstance(here, Mapping):
            both = [key for key in here if key in there]
            if both:
                out[section] = {k: here[k] if _maps(here[k]) and _maps(there[k]) else None for k in both}
    return out


def _over(base: Document, at: Keys, data: Mapping[str, Any], source: Document | None = None) -> Document:
    """`data` laid over what stands at `at`; what is new there is marked as in `source`, at the top of it."""
    nested: Any = dict(data)
    for key in reversed(at):
        nested = {key: nested}
    marks = {} if source is None else source.keys
    deeper = {(*at, *own): mark for own, mark in marks.items() if len(own) > 2}
    return merge(base, Document(base.path, nested, base.keys | deeper))


def _maps(value: object) -> bool:
    return isinstance(value, Mapping)
