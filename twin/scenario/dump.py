"""Scenarios as text: YAML with every default filled in."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import yaml

from twin.scenario.schema import Scenario

_POWER = re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+")


class _Dumper(yaml.SafeDumper):
    """Quotes what another YAML reader would take for something else; no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (PyYAML's signature)
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    clock = text[:1].isdigit() and ":" in text  # 18:30 is a number to YAML 1.1
    power = _POWER.fullmatch(text) is not None  # and 1e5 one to YAML 1.2, though not to PyYAML
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if clock or power else None)


def _date(dumper: _Dumper, day: date) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", day.isoformat())


def _number(dumper: _Dumper, number: float) -> yaml.ScalarNode:
    """The shortest text that reads as the same number, with a point, so that it stays a float."""
    return dumper.represent_scalar("tag:yaml.org,2002:float", repr(number))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(date, _date)
_Dumper.add_representer(float, _number)


def scenario_yaml(scenario: Scenario) -> str:
    """The scenario with all defaults filled in, as strict YAML; loading it gives an equal scenario."""
    data = _plain(scenario.model_dump(mode="python", exclude_none=True))
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
