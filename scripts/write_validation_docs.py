"""Write the validation tables and pictures of docs/physics.md from what `twin validate-physics` found.

    python scripts/write_validation_docs.py results/validation-physics-20260101-120000

What stands between the two marks in docs/physics.md is replaced, nothing else; a second time with the same
folder changes nothing.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from twin.basics.errors import TwinError
from twin.report.validation import ValidationRecord, read_validation, words, write_validation_report
from twin.report.validation.record import Number, SuiteRecord

ROOT = Path(__file__).resolve().parents[1]
BEGIN = "<!-- validation: begin (written by scripts/write_validation_docs.py) -->"
END = "<!-- validation: end -->"
PICTURES = {
    "validation_overview.png": "Every number between its bounds, suite by suite",
    "validation_bestest_1.png": "Heating and cooling of the BESTEST cases, this twin among six programs",
    "validation_bestest_2.png": "Free-floating temperatures of BESTEST, this twin among six programs",
    "validation_differences.png": "Differences between BESTEST cases in the range of the programs",
    "validation_hourly_curves_1.png": "Hour by hour over EnergyPlus",
    "validation_vdi6007_curves_1.png": "VDI 6007-1 over its reference",
    "validation_twin_house_curves_1.png": "Twin House N2, measured and computed",
}
LONG = 24  # rows of a suite from which on only a line per case and what is not inside is written


def tables(record: ValidationRecord) -> str:
    """The Markdown between the marks."""
    parts = [f"{words.verdict(record)}.", "", *_demands(record)]
    for suite in record.suites:
        parts += ["", f"### {suite.title}", ""]
        parts += [f"Not run: {suite.skipped}."] if suite.skipped else _suite(suite)
    return "\n".join(parts)


def _demands(record: ValidationRecord) -> list[str]:
    rows = []
    for suite, asked in record.demands:
        reached, verdict = words.demand(asked)
        rows.append((suite.name, reached, verdict if asked.met else f"**{verdict}**"))
    return _table(("suite", "demand", "verdict"), rows)


def _suite(suite: SuiteRecord) -> list[str]:
    made = [f"Source: {suite.source}."] if suite.source else []
    made += [""] if made else []
    numbers = suite.numbers
    if len(numbers) > LONG:
        rows = []
        for case in suite.cases:
            found = [number for number in numbers if number.case == case]
            rows.append((case, str(len(found)), words.tally(found)))
        made += [*_table(("case", "numbers", "verdicts"), rows), ""]
        if suite.name != "bestest":
            numbers = tuple(number for number in numbers if number.verdict in ("accepted", "outside"))
    if numbers:
        made += _table(words.HEADER, [words.row(number).cells for number in numbers])
    made += _notes(numbers)
    made += [f"- {case} could not be run: {why}" for case, why in suite.failed.items()]
    return made


def _notes(numbers: Sequence[Number]) -> list[str]:
    """Every note once, with the cases that it is about."""
    about: dict[str, dict[str, None]] = {}
    for number in numbers:
        if number.note:
            about.setdefault(f"{number.quantity}: {number.note}", {})[number.case] = None
    return ["", *(f"- {', '.join(cases)}, {note}" for note, cases in about.items())] if about else []


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]


def written(text: str, made: str) -> str:
    """The page with `made` between its marks; raises TwinError where they are missing."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise TwinError("the page needs both marks, once each", allowed=f"{BEGIN} ... {END}")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return f"{before}{BEGIN}\n\n{made.strip()}\n\n{END}{after}"


def write(folder: Path, page: Path, images: Path) -> None:
    """Draw the pictures of a folder, copy those of the documentation, and replace the tables."""
    write_validation_report(folder)
    found = [name for name in PICTURES if (folder / "figures" / name).is_file()]
    images.mkdir(parents=True, exist_ok=True)
    for old in images.glob("validation_*.png"):
        old.unlink()
    for name in found:
        shutil.copyfile(folder / "figures" / name, images / name)
    shown = "\n\n".join(f"![{PICTURES[name]}]({images.name}/{name})" for name in found)
    text = written(page.read_text(encoding="utf-8"), f"{tables(read_validation(folder))}\n\n{shown}")
    page.write_text(text, encoding="utf-8")


def main() -> None:
    """Read the options and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="results folder of twin validate-physics")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "physics.md")
    parser.add_argument("--images", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    try:
        write(options.folder, options.page, options.images)
    except TwinError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
