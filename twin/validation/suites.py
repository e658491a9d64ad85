"""Every suite there is, in the order in which they are run and told."""

from __future__ import annotations

from importlib import import_module

from twin.validation.check import Suite

_MODULES = (
    "irradiation",
    "bestest",
    "differences",
    "hourly",
    "vdi6007",
    "comfort",
    "air",
    "conservation",
    "hvac",
    "heat_pump",
    "twin_house",
)


def suites() -> tuple[Suite, ...]:
    """All suites; their modules are imported here, not before."""
    return tuple(import_module(f"twin.validation.{name}").SUITE for name in _MODULES)
