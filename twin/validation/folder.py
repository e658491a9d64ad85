"""What a validation writes into its folder: validation.json and series.parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from twin import results
from twin.telemetry.storage import whole_file
from twin.validation.check import Check, Demand, Outcome, Series, Suite


@dataclass(frozen=True)
class Answer:
    """What a case gave, and how long it took; `error` where it could not be run."""

    outcome: Outcome
    wall_s: float
    error: str = ""


@dataclass
class Part:
    """A suite on its way: which cases were asked for and what they gave so far."""

    suite: Suite
    asked: tuple[str, ...]
    skipped: str
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All numbers so far, by case in the suite's order."""
        return tuple(
            check
            for case in self.asked
            if case in self.answers
            for check in self.answers[case].outcome.checks
        )

    @property
    def series(self) -> tuple[Series, ...]:
        """All curves so far."""
        return tuple(
            curve
            for case in self.asked
            if case in self.answers
            for curve in self.answers[case].outcome.series
        )

    @property
    def failed(self) -> dict[str, str]:
        """Cases that could not be run, and why."""
        return {case: answer.error for case, answer in self.answers.items() if answer.error}

    @property
    def complete(self) -> bool:
        """Whether every case of the suite was run."""
        return set(self.answers) - set(self.failed) == set(self.suite.cases)

    def demands(self) -> tuple[Demand, ...]:
        """What is demanded of the cases that ran; a case that could not be run misses by itself."""
        made = list(self.suite.demands(self.checks, self.complete)) if self.checks else []
        if self.failed:
            made.append(Demand("cases that could not be run", len(self.failed), most=0))
        return tuple(made)


def write_checks(folder: Path, parts: Sequence[Part]) -> None:
    """Write validation.json: suites with their numbers, verdicts and demands.

    Raises
    ------
    ResultsError
        Where it cannot be written.
    """
    data = {"format": results.FORMAT, "suites": [_told(part) for part in parts]}
    results.write_json(folder / "validation.json", data)


def _told(part: Part) -> dict[str, Any]:
    """A suite as validation.json holds it."""
    suite = part.suite
    return {
        "name": suite.name,
        "title": suite.title,
        "about": suite.about,
        "source": suite.source,
        "data": suite.data,
        "skipped": part.skipped or None,
        "complete": part.complete,
        "asked": list(part.asked),
        "wall_s": round(sum(answer.wall_s for answer in part.answers.values()), 3),
        "cases": {case: part.answers[case].wall_s for case in part.asked if case in part.answers},
        "failed": part.failed,
        "demands": [asdict(demand) | {"met": demand.met} for demand in part.demands()],
        "checks": [_check(check) for check in part.checks],
    }


def _check(check: Check) -> dict[str, Any]:
    fields = {name: getattr(check, name) for name in check.__dataclass_fields__}
    return fields | {"others": dict(check.others), "verdict": check.verdict}


def counts(parts: Sequence[Part]) -> dict[str, Any]:
    """How many numbers, demands and cases, for the manifest."""
    verdicts = [check.verdict for part in parts for check in part.checks]
    asked = [d for part in parts for d in part.demands() if (d.least, d.most) != (None, None)]
    demands = [demand.met for demand in asked]
    return {
        "verdicts": {word: verdicts.count(word) for word in ("inside", "accepted", "outside", "reported")},
        "demands": {"met": sum(demands), "missed": len(demands) - sum(demands)},
        "finished_cases": sum(len(part.answers) for part in parts),
        "asked_cases": sum(len(part.asked) for part in parts if not part.skipped),
    }


def write_series(folder: Path, parts: Sequence[Part]) -> None:
    """All curves in one table: suite, case, quantity, unit, label, hours, ours, reference (null: none)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    words = pa.dictionary(pa.int32(), pa.string())
    kinds = dict.fromkeys(("suite", "case", "quantity", "unit", "label"), words)
    numbers = dict.fromkeys(("hours", "ours", "reference"), pa.float32())
    kinds |= numbers | {"hours": pa.float64()}
    schema = pa.schema(list(kinds.items()))
    tables = [_columns(suite, curve, schema) for suite, curve in _curves(parts)]
    table = pa.concat_tables(tables) if tables else schema.empty_table()
    with whole_file(folder / "series.parquet", "results") as stream:
        pq.write_table(table, stream, compression="zstd")


def _curves(parts: Sequence[Part]) -> Iterator[tuple[str, Series]]:
    for part in parts:
        for curve in part.series:
            yield part.suite.name, curve


def _columns(suite: str, curve: Series, schema: Any) -> Any:
    import pyarrow as pa

    n = len(curve.hours)
    empty = np.full(n, np.nan)
    texts = (suite, curve.case, curve.quantity, curve.unit, curve.label)
    reference = empty if curve.reference is None else curve.reference
    columns = [pa.array([text] * n, pa.string()).dictionary_encode() for text in texts]
    columns += [
        pa.array(np.asarray(values, np.float64), schema.field(name).type, from_pandas=True, safe=False)
        for name, values in (("hours", curve.hours), ("ours", curve.ours), ("reference", reference))
    ]
    return pa.Table.from_arrays([c.cast(f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
