"""A digital twin of a building. The names below load their modules when first used: importing is quick."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin import report
    from twin.building.assembly import assemble
    from twin.experiment import compare, run
    from twin.report import write_report
    from twin.scenario.catalog import load_scenario
    from twin.simulator import Simulator
    from twin.world.world import World

__version__ = "0.1.0"

__all__ = [
    "Simulator",
    "World",
    "__version__",
    "assemble",
    "compare",
    "load_scenario",
    "report",
    "run",
    "write_report",
]

_HOMES = {
    "load_scenario": ("twin.scenario.catalog", "load_scenario"),
    "assemble": ("twin.building.assembly", "assemble"),
    "World": ("twin.world.world", "World"),
    "Simulator": ("twin.simulator", "Simulator"),
    "run": ("twin.experiment", "run"),
    "compare": ("twin.experiment", "compare"),
    "write_report": ("twin.report", "write_report"),
    "report": ("twin.report", ""),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'twin' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    home = import_module(module)
    value = getattr(home, attribute) if attribute else home
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
