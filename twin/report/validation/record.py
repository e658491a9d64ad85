"""A validation's folder, read back: suites, numbers, demands and curves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twin.basics.errors import ResultsError
from twin.report.record import read_json

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Number:
    """One number of ours, what is known about it, and the verdict; see `twin.validation.check.Check`."""

    suite: str
    case: str
    quantity: str
    unit: str
    ours: float
    verdict: str
    low: float | None = None
    high: float | None = None
    accept_low: float | None = None
    accept_high: float | None = None
    reference: float | None = None
    others: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    note: str = ""

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The widest bounds that are still good: those of the range and of the acceptance band together."""
        found = [pair for pair in (self.range, self.acceptance) if pair != (None, None)]
        lows, highs = [low for low, _ in found], [high for _, high in found]
        low = None if None in lows or not lows else min(low for low in lows if low is not None)
        high = None if None in highs or not highs else max(high for high in highs if high is not None)
        return low, high

    @property
    def range(self) -> tuple[float | None, float | None]:
        """Lowest and highest of the references."""
        return self.low, self.high

    @property
    def acceptance(self) -> tuple[float | None, float | None]:
        """The band that is accepted; (None, None): the range itself."""
        return self.accept_low, self.accept_high

    @property
    def beyond(self) -> float:
        """How far ours lies outside those bounds, 0 where inside."""
        low, high = self.limits
        below = 0.0 if low is None else low - self.ours
        above = 0.0 if high is None else self.ours - high
        return max(0.0, below, above) if math.isfinite(self.ours) else math.nan


@dataclass(frozen=True)
class DemandRecord:
    """A demand on a suite and what was reached."""

    text: str
    reached: float
    least: float | None
    most: float | None
    met: bool

    @property
    def open(self) -> bool:
        """Whether nothing is demanded: a number to compare with."""
        return self.least is None and self.most is None


@dataclass(frozen=True)
class Curve:
    """Ours over the reference (None: ours alone); hours since the start of the case (n,)."""

    suite: str
    case: str
    quantity: str
    unit: str
    label: str
    hours: Float
    ours: Float
    reference: Float | None


@dataclass(frozen=True)
class SuiteRecord:
    """A suite: what it is, what it gave, and why where it was skipped."""

    name: str
    title: str
    about: str
    source: str
    skipped: str
    complete: bool
    asked: tuple[str, ...]
    wall_s: float
    failed: Mapping[str, str]
    demands: tuple[DemandRecord, ...]
    numbers: tuple[Number, ...]

    def count(self, *verdicts: str) -> int:
        """How many numbers have one of these verdicts."""
        return sum(number.verdict in verdicts for number in self.numbers)

    @property
    def cases(self) -> list[str]:
        """Cases with numbers, in order."""
        return list(dict.fromkeys(number.case for number in self.numbers))


@dataclass(frozen=True)
class ValidationRecord:
    """One validation, as its folder tells it."""

    folder: Path
    manifest: dict[str, Any]
    suites: tuple[SuiteRecord, ...]

    @property
    def numbers(self) -> list[Number]:
        """All numbers of all suites."""
        return [number for suite in self.suites for number in suite.numbers]

    @property
    def demands(self) -> list[tuple[SuiteRecord, DemandRecord]]:
        """All demands with their suites, numbers to compare with included."""
        return [(suite, demand) for suite in self.suites for demand in suite.demands]

    @property
    def met(self) -> list[tuple[SuiteRecord, DemandRecord]]:
        """Demands that hold."""
        return [(suite, demand) for suite, demand in self.demands if demand.met and not demand.open]

    @property
    def missed(self) -> list[tuple[SuiteRecord, DemandRecord]]:
        """Demands that do not hold."""
        return [(suite, demand) for suite, demand in self.demands if not demand.met]

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        """All curves, in the order of the file; none where there is no file (a run that was killed)."""
        return _curves(self.folder / "series.parquet")


def read_validation(folder: Path) -> ValidationRecord:
    """Read a validation's folder; raises ResultsError with the file at fault."""
    manifest = read_json(folder / "manifest.json")
    path = folder / "validation.json"
    try:
        suites = tuple(_suite(item) for item in read_json(path)["suites"])
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError("is not what a validation writes", file=path, value=repr(error)) from error
    return ValidationRecord(folder, manifest, suites)


def _suite(item: Mapping[str, Any]) -> SuiteRecord:
    name = str(item["name"])
    return SuiteRecord(
        name=name,
        title=str(item["title"]),
        about=str(item.get("about", "")),
        source=str(item.get("source", "")),
        skipped=str(item.get("skipped") or ""),
        complete=bool(item.get("complete")),
        asked=tuple(str(case) for case in item.get("asked", ())),
        wall_s=float(item.get("wall_s") or 0.0),
        failed=dict(item.get("failed") or {}),
        demands=tuple(_demand(demand) for demand in item.get("demands", ())),
        numbers=tuple(_number(name, check) for check in item.get("checks", ())),
    )


def _demand(item: Mapping[str, Any]) -> DemandRecord:
    reached, least, most = item["reached"], item.get("least"), item.get("most")
    return DemandRecord(str(item["text"]), _value(reached), least, most, bool(item["met"]))


def _number(suite: str, item: Mapping[str, Any]) -> Number:
    return Number(
        suite=suite,
        case=str(item["case"]),
        quantity=str(item["quantity"]),
        unit=str(item.get("unit") or ""),
        ours=_value(item["ours"]),
        verdict=str(item["verdict"]),
        low=item.get("low"),
        high=item.get("high"),
        accept_low=item.get("accept_low"),
        accept_high=item.get("accept_high"),
        reference=item.get("reference"),
        others={str(name): _value(value) for name, value in (item.get("others") or {}).items()},
        source=str(item.get("source") or ""),
        note=str(item.get("note") or ""),
    )


def _value(value: float | None) -> float:
    """JSON has no NaN: it is null there."""
    return math.nan if value is None else float(value)


def _curves(path: Path) -> tuple[Curve, ...]:
    if not path.is_file():
        return ()
    try:
        table = pq.read_table(path).to_pandas()
    except (OSError, ValueError) as error:
        raise ResultsError("cannot be read as a table", file=path, value=str(error)) from error
    names = ["suite", "case", "quantity", "unit", "label"]
    return tuple(
        _curve(tuple(str(word) for word in key), rows)
        for key, rows in table.groupby(names, sort=False, observed=True)
    )


def _curve(names: tuple[str, ...], rows: pd.DataFrame) -> Curve:
    suite, case, quantity, unit, label = names
    hours, ours, reference = (rows[name].to_numpy(np.float64) for name in ("hours", "ours", "reference"))
    there = reference if np.isfinite(reference).any() else None
    return Curve(suite, case, quantity, unit, label, hours, ours, there)
