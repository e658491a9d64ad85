"""The page of a validation: demands first, then pictures and tables by suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jinja2

from twin.report.pictures import Picture
from twin.report.validation import pictures, words
from twin.report.validation.glance import glance
from twin.report.validation.record import Number, SuiteRecord, ValidationRecord, read_validation
from twin.telemetry.storage import whole_file

_FEW = 12  # numbers outside their range, but accepted, that are listed by themselves
_ENDINGS = {
    "interrupted": "This validation was interrupted. The cases that were finished are shown.",
    "running": "This validation is not finished, or was killed. The cases that were finished are shown.",
    "failed": "This validation ended with an error. The cases that were finished are shown.",
}


@dataclass(frozen=True)
class Asked:
    """A demand in words: suite, what was reached of what, verdict, and inside, outside or reported."""

    suite: str
    reached: str
    verdict: str
    mood: str


@dataclass(frozen=True)
class Section:
    """One suite on the page."""

    name: str
    title: str
    about: str
    source: str
    skipped: str
    summary: str
    failed: tuple[tuple[str, str], ...]
    demands: tuple[Asked, ...]
    pictures: tuple[Picture, ...]
    header: tuple[str, ...]
    counts: tuple[str, ...]
    outside: tuple[words.Row, ...]
    accepted: tuple[words.Row, ...]
    rows: tuple[words.Row, ...]


def write_validation_report(folder: str | Path) -> Path:
    """Draw the pictures of a validation's folder and write its page.

    Returns
    -------
    Path
        The page, `report.html` in the folder; pictures lie in `figures/`.

    Raises
    ------
    ResultsError
        Where the folder holds no validation, is damaged or cannot be written.
    """
    folder = Path(folder)
    record = read_validation(folder)
    figures = folder / "figures"
    for old in figures.glob("validation_*.png"):
        old.unlink(missing_ok=True)  # of an earlier page, which may have had others
    text = _template().render(
        title=str(record.manifest.get("title") or "Validation of the physics"),
        verdict=words.verdict(record),
        warning=_ENDINGS.get(str(record.manifest.get("state")), ""),
        overview=pictures.overview(figures, record),
        sections=[section(figures, record, suite) for suite in record.suites],
        glance=glance(record),
        header=words.HEADER,
        origin=_origin(record),
    )
    page = folder / "report.html"
    with whole_file(page, "the report") as stream:
        stream.write(text.encode())
    return page


def section(figures: Path, record: ValidationRecord, suite: SuiteRecord) -> Section:
    """A suite with its pictures and tables in words."""
    accepted = [number for number in suite.numbers if number.verdict == "accepted"]
    return Section(
        name=suite.name,
        title=suite.title,
        about=suite.about,
        source=suite.source,
        skipped=suite.skipped,
        summary=_summary(suite),
        failed=tuple(suite.failed.items()),
        demands=tuple(Asked(suite.name, *words.demand(asked), words.mood(asked)) for asked in suite.demands),
        pictures=tuple(pictures.of_suite(figures, record, suite)),
        header=(*words.HEADER[:-2], words.against(suite.numbers), words.HEADER[-1]),
        counts=_counts(suite),
        outside=_rows([number for number in suite.numbers if number.verdict == "outside"]),
        accepted=_rows(accepted) if len(accepted) <= _FEW else (),
        rows=_once(_rows(suite.numbers)),
    )


def _counts(suite: SuiteRecord) -> tuple[str, ...]:
    """Cases, numbers, and how many of each verdict, as cells."""
    found = [len(suite.cases), len(suite.numbers), *(suite.count(verdict) for verdict in words.VERDICT)]
    return tuple(str(count) if count else "–" for count in found)


def _once(rows: Sequence[words.Row]) -> tuple[words.Row, ...]:
    """Rows in which a note that goes on is not said again."""
    before = ("", *(row.note for row in rows))
    return tuple(
        replace(row, note="" if row.note == note else row.note)
        for row, note in zip(rows, before, strict=False)
    )


def _rows(numbers: Sequence[Number]) -> tuple[words.Row, ...]:
    return tuple(words.row(number) for number in numbers)


def _summary(suite: SuiteRecord) -> str:
    if suite.skipped:
        return ""
    count = len(suite.cases)
    cases = f"{count} case{'' if count == 1 else 's'}" + ("" if suite.complete else " (not all)")
    return f"{cases}, {len(suite.numbers)} numbers: {words.tally(suite.numbers)}"


def _origin(record: ValidationRecord) -> tuple[tuple[str, str], ...]:
    """Where the numbers come from, for who wants to repeat them."""
    manifest: dict[str, Any] = record.manifest
    versions = manifest.get("versions")
    return (
        ("Results folder", record.folder.resolve().name),
        ("Started", str(manifest.get("started", "–"))),
        ("Computing time", f"{float(manifest.get('wall_s') or 0.0):,.0f} s"),
        ("Physics", str((manifest.get("hashes") or {}).get("physics", "–"))),
        ("Versions", ", ".join(f"{k} {v}" for k, v in (versions or {}).items())),
    )


def _template() -> jinja2.Template:
    here = Path(__file__).parent
    loader = jinja2.FileSystemLoader([here, here.parent])
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("validation.html.j2")
