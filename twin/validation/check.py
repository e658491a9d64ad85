"""What a validation suite says: one number against its reference, curves to look at, and what is demanded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["inside", "accepted", "outside", "reported"]


@dataclass(frozen=True)
class Check:
    """One number of ours and what is known about it.

    Parameters
    ----------
    case, quantity, unit
        What it is: "600", "annual heating", "MWh".
    ours
        What this program finds.
    low, high
        Range of the reference results (or the answer less and plus its tolerance); None: not bounded.
    accept_low, accept_high
        Acceptance band where it is wider than the range; None: the range itself.
    reference
        The one number to compare with: EnergyPlus, an analytical solution or a measurement.
    others
        Results of the reference programs, by name.
    source
        Where the reference numbers come from.
    note
        What a reader should know, such as why a number stays outside.
    """

    case: str
    quantity: str
    unit: str
    ours: float
    low: float | None = None
    high: float | None = None
    accept_low: float | None = None
    accept_high: float | None = None
    reference: float | None = None
    others: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """Inside the range, outside it but accepted, outside both; "reported" where nothing is demanded."""
        bounds = (self.low, self.high, self.accept_low, self.accept_high)
        if all(bound is None for bound in bounds):
            return "reported"
        if (self.low, self.high) != (None, None) and _within(self.ours, self.low, self.high):
            return "inside"
        if (self.accept_low, self.accept_high) != (None, None):
            return "accepted" if _within(self.ours, self.accept_low, self.accept_high) else "outside"
        return "outside"


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


@dataclass(frozen=True)
class Series:
    """A curve of ours over that of the reference.

    Parameters
    ----------
    hours
        Hours since the start of the case (n,).
    ours, reference
        Values (n,); reference None where there is only ours.
    label
        Name of the reference curve: "EnergyPlus 23.2", "measured".
    """

    case: str
    quantity: str
    unit: str
    hours: NDArray[np.float64]
    ours: NDArray[np.float64]
    reference: NDArray[np.float64] | None = None
    label: str = ""


@dataclass(frozen=True)
class Outcome:
    """What one case gives."""

    checks: tuple[Check, ...]
    series: tuple[Series, ...] = ()


@dataclass(frozen=True)
class Demand:
    """A demand on a whole suite: `reached` of ours is to be at least `least` (or at most `most`)."""

    text: str
    reached: float
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool:
        """Whether the demand holds."""
        return _within(self.reached, self.least, self.most)


def accepted(checks: Sequence[Check], text: str = "quantities accepted") -> Demand:
    """The demand that no bounded check lies outside."""
    bounded = [check for check in checks if check.verdict != "reported"]
    good = sum(check.verdict != "outside" for check in bounded)
    return Demand(f"{text} of {len(bounded)}", good, least=len(bounded))


@dataclass(frozen=True)
class Suite:
    """A set of cases.

    Parameters
    ----------
    name, title, about, source
        Name on the command line; title, a few sentences and the publication for the report.
    cases
        Names of all cases, in order.
    run
        Case name and data folder (None: not given) to its outcome. Called only where `data` is satisfied.
    demands
        Checks of every case that ran, to demands; `complete` False where only some cases were asked for.
    data
        Path inside the data folder that the suite cannot do without; "": needs none.
    data_from
        Where who has no such folder gets them.
    """

    name: str
    title: str
    about: str
    source: str
    cases: tuple[str, ...]
    run: Callable[[str, Path | None], Outcome]
    demands: Callable[[Sequence[Check], bool], tuple[Demand, ...]]
    data: str = ""
    data_from: str = ""
