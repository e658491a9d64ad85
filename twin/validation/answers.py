"""Reference figures of a suite, and a number of ours beside its answer."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from twin.validation.check import Check


def figures(suite: str) -> dict[str, Any]:
    """Reference figures of a suite, with their sources: references/<suite>.json."""
    text = resources.files("twin.validation").joinpath(f"references/{suite}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def against(
    case: str, quantity: str, unit: str, ours: float, answer: float, tolerance: float, source: str,
    note: str = "",
) -> Check:  # fmt: skip
    """A check that holds where ours is the answer to within a tolerance in its own unit."""
    return Check(
        case, quantity, unit, float(ours), float(answer - tolerance), float(answer + tolerance),
        reference=float(answer), source=source, note=note,
    )  # fmt: skip


def most(
    case: str, quantity: str, unit: str, ours: float, limit: float, source: str, note: str = ""
) -> Check:
    """A check that holds where ours is at most a limit: a residual, a number of violations."""
    return Check(case, quantity, unit, float(ours), None, float(limit), source=source, note=note)
