"""What a run, a comparison or a validation found, as tables in the terminal."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from twin import terminal

if TYPE_CHECKING:
    from twin.report.record import ComparisonRecord, RunRecord
    from twin.report.table import Line
    from twin.report.validation.record import Number, SuiteRecord, ValidationRecord

_COLOUR = {"inside": "green", "accepted": "yellow", "outside": "bold red", "reported": "dim"}
_FEW_NUMBERS = 100  # that a person reads in a terminal without having asked for all
_FEW_NAMES = 6
_SIDE_BY_SIDE = 6  # controllers that stand beside each other in a table; more stand below each other
_SIDE_BY_SIDE_NARROW = 4


def print_comparison(record: ComparisonRecord) -> None:
    """Both tables of a comparison, and why a reference is missing."""
    if record.runs:
        print_indicators(record.runs, aside=record.references)
        print_differences(record.runs, record.references)
    for line in record.remarks:
        terminal.show(f"  {line}")


def print_indicators(
    runs: dict[str, list[RunRecord]], every: bool = False, aside: Collection[str] = ()
) -> None:
    """The indicators of one controller, or of several side by side with the best of each row starred.

    Those `aside` (references) come last, behind a line, dim, and without a star.
    """
    from rich.markup import escape

    from twin.report.table import lines

    first = next(iter(runs.values()))[0]
    rows = []
    found = lines(runs, first.scenario.tariff.currency, aside)
    if len(runs) > (_SIDE_BY_SIDE_NARROW if terminal.narrow() else _SIDE_BY_SIDE) and found:
        _print_below(list(runs), [line for line in found if line.core], aside)
        return
    columns = _with_line([name if name not in aside else _dim(name) for name in runs], len(runs) - len(aside))
    for line in found:
        if line.core or every:
            cells = [f"★ {cell.text}" if cell.best else cell.text for cell in line.cells]
            cells = [_dim(cell) if name in aside else cell for name, cell in zip(runs, cells, strict=True)]
            rows.append([escape(line.label), escape(line.unit), *_with_line(cells, len(runs) - len(aside))])
    if not rows:
        terminal.say("nothing was simulated yet, so there are no indicators")
        return
    terminal.print_table(["", "unit", *columns], rows, right=range(2, 2 + len(columns)))


def _print_below(names: list[str], found: list[Line], aside: Collection[str]) -> None:
    """Many controllers: one line each, and what the columns mean below."""
    letters = [chr(ord("a") + k) for k in range(len(found))]
    rows = [
        [name, *(f"★ {line.cells[n].text}" if line.cells[n].best else line.cells[n].text for line in found)]
        for n, name in enumerate(names)
    ]
    rows = [[_dim(cell) for cell in row] if row[0] in aside else row for row in rows]
    first = next((k for k, name in enumerate(names) if name in aside), None)
    _print_split(["", *letters], rows, first)
    for letter, line in zip(letters, found, strict=True):
        terminal.show(f"  {letter}  {line.label}" + (f" [{line.unit}]" if line.unit else ""))


def _with_line(cells: Sequence[str], named: int) -> list[str]:
    """Cells with a bar between those of named controllers and those of references."""
    return [*cells[:named], "│", *cells[named:]] if 0 < named < len(cells) else list(cells)


def _dim(text: str) -> str:
    from rich.markup import escape

    return f"[dim]{escape(text)}[/]"


def print_differences(runs: dict[str, list[RunRecord]], aside: Collection[str] = ()) -> None:
    """Every controller against the baseline on the same seeds; nothing for a single controller.

    Those `aside` (references) come last, below a line, and dim.
    """
    from rich.markup import escape

    from twin.report.paired import paired

    found = paired(runs, aside)
    if found is None:
        return
    heads = ["", *(f"{label}\n{escape(f'[{unit}]')}" for label, unit in found.columns)]
    heads += ["Share of the\ngap \\[%]"] if found.best_rule else []
    rows = []
    for row in found.rows:
        cells = [f"{text}\n{span}" if span and not row.reference else text for text, span in row.values]
        line = [row.agent, *cells, *([row.gap or "–"] if found.best_rule else [])]
        rows.append([_dim(cell) for cell in line] if row.reference else line)
    spread = "; below it its 95 % interval" if found.seeds > 2 else ""
    terminal.show(f"difference to {found.baseline} on the same seeds (interquartile mean{spread})")
    first = next((k for k, row in enumerate(found.rows) if row.reference), None)
    _print_split(heads, rows, first)
    if found.best_rule:
        where = "" if found.best_rule in runs else " (not in this table)"
        terminal.show(
            f"  gap: 0 is {found.best_rule}, the best rule{where}; 100 is foresight, the best plan found"
        )


def _print_split(header: Sequence[str], rows: Sequence[Sequence[str]], rule_before: int | None) -> None:
    """A table of names and numbers; where a terminal is too narrow, several with the names in each."""
    for columns in _that_fit(header, rows):
        chosen = [[row[k] for k in columns] for row in rows]
        terminal.print_table(
            [header[k] for k in columns], chosen, range(1, len(columns)), rule_before=rule_before
        )


def _that_fit(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[int]]:
    """Columns of each part, the first in all of them."""
    if not terminal.narrow():
        return [list(range(len(header)))]
    heads = [name.replace(" ", "\n") for name in header]
    wide = [2 + max(map(_letters, (head, *(row[k] for row in rows)))) for k, head in enumerate(heads)]
    room = shutil.get_terminal_size().columns - wide[0]
    parts: list[list[int]] = [[]]
    for k in range(1, len(header)):
        if parts[-1] and sum(wide[j] for j in parts[-1]) + wide[k] > room:
            parts.append([])
        parts[-1].append(k)
    return [[0, *part] for part in parts]


def _letters(cell: str) -> int:
    """Width of a cell's longest line, without its markup."""
    from rich.text import Text

    return max(len(line) for line in Text.from_markup(cell).plain.split("\n"))


def print_validation(record: ValidationRecord, full: bool) -> None:
    """Every number of a few suites (`full`: of all), else a line per suite and what is out; then demands.

    What was skipped, and what could not be run, is said at the end with its reason.
    """
    from twin.report.validation import words

    run = [suite for suite in record.suites if not suite.skipped]
    few = len(record.numbers) <= _FEW_NUMBERS
    if not (full or few):
        _print_suites(run)
    for suite in run:
        shown = [n for n in suite.numbers if full or few or n.verdict == "outside"]
        if shown:
            out = "" if full or few else ", out of bounds"
            terminal.show(f"\n{suite.name}: {suite.title}{out}")
            _print_numbers(shown)
    if record.demands:
        rows = []
        for suite, asked in record.demands:
            reached, verdict = words.demand(asked)
            rows.append([suite.name, *_coloured([reached, verdict], words.mood(asked))])
        terminal.print_table(["suite", "demand", ""], rows)
    for suite, case, why in words.failures(record):
        terminal.say(f"{suite.name} {case} could not be run: {why}")
    for suite, why in words.skipped(record):
        terminal.say(f"skipped: {suite.name} {why}")
    terminal.show(words.verdict(record))


def _print_suites(suites: Sequence[SuiteRecord]) -> None:
    from twin.report.validation import words

    rows = []
    for suite in suites:
        counts = [str(suite.count(verdict) or "–") for verdict in words.VERDICT]
        counts[2] = f"[{_COLOUR['outside']}]{counts[2]}[/]" if suite.count("outside") else counts[2]
        rows.append([suite.name, suite.title, str(len(suite.cases)), *counts])
    header = ["suite", "", "cases", "in", "accepted", "out", "no demand"]
    terminal.print_table(header, rows, right=(2, 3, 4, 5, 6))


def _print_numbers(numbers: Sequence[Number]) -> None:
    """A row each, and once each what is to be said of those that are not inside."""
    from twin.report.validation import words

    made = [words.brief(number) for number in numbers]
    rows = [_coloured(row.cells, row.verdict, words.BRIEF_VERDICT_CELL) for row in made]
    terminal.print_table(words.brief_header(numbers), rows, right=(2, 5), whole=(0, 2, 3, 5))
    notes: dict[str, list[str]] = {}
    for row in made:
        if row.note and row.verdict in ("accepted", "outside"):
            notes.setdefault(row.note, []).append(f"{row.cells[0]} {row.cells[1]}")
    for note, about in notes.items():
        which = ", ".join(about) if len(about) <= _FEW_NAMES else f"{len(about)} numbers"
        terminal.paragraph(f"{which}: {note}")


def _coloured(cells: Sequence[str], verdict: str, which: int = -1) -> list[str]:
    """Cells with the one that holds the verdict in its colour; its words say the same without colour."""
    from rich.markup import escape

    made = [escape(cell) for cell in cells]
    made[which] = f"[{_COLOUR.get(verdict, 'default')}]{made[which]}[/]"
    return made
