"""What the command line says and how: messages, tables, progress bars, one-line errors."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer
from typer.core import TyperGroup

from twin.basics.errors import TwinError

if TYPE_CHECKING:
    from rich.table import Table

    from twin.report.record import ComparisonRecord, RunRecord
    from twin.report.table import Line
    from twin.report.validation.record import Number, SuiteRecord, ValidationRecord

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
BAD_INPUT = 2
MISSED = 1  # a demand on the physics
_COLOUR = {"inside": "green", "accepted": "yellow", "outside": "bold red", "reported": "dim"}
_FEW_NUMBERS = 100  # that a person reads in a terminal without having asked for all
_FEW_NAMES = 6
_SIDE_BY_SIDE = 6  # controllers that stand beside each other in a table; more stand below each other
_SIDE_BY_SIDE_NARROW = 4
_WORD = 12  # letters of a word that a column does not break
_NARROW = 100  # columns of a terminal
_PIPE = 140  # letters in a line of a file or a pipe
_RULED = "    \n    \n ── \n    \n ── \n    \n    \n    \n"  # a line below the head and between sections
_GIVEN = "twin.given"  # where the words of the command line are kept for messages
_BadUse: Any = typer.BadParameter.__base__  # whichever click typer stands on
_PLAIN = str.maketrans(
    {
        "★": "*",
        "│": "|",
        "°": "",
        "²": "2",
        "³": "3",
        "₂": "2",
        "·": " ",
        "–": "-",
        "“": '"',
        "”": '"',
        "─": "-",
    }
)


class Commands(TyperGroup):
    """The commands, with one way to end badly: one line on stderr and an exit code, never a traceback."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before the command."""
        if not args:
            return super().parse_args(ctx, args)  # shows the help
        ctx.meta[_GIVEN] = list(args)
        try:
            return super().parse_args(ctx, args)
        except _BadUse as error:
            raise _one_line(error, ctx.meta[_GIVEN]) from None

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except _BadUse as error:
            raise _one_line(error, ctx.meta.get(_GIVEN, [])) from None
        except TwinError as error:
            say(f"error: {error}")
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            say("interrupted; what was finished is kept")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:  # the reader has seen enough (twin list | head)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left goes nowhere
            raise typer.Exit(0) from None


def _one_line(error: Any, given: Sequence[str]) -> typer.Exit:
    """Say what is wrong with the command line; returns how to leave."""
    path = error.ctx.command_path if error.ctx is not None else "twin"
    found = _value(getattr(error, "param", None), given)
    words = error.format_message().rstrip(".") + (f" (found {found!r})" if found is not None else "")
    say(f"error: {words}; see: {path} --help".replace("\n", " "))
    return typer.Exit(BAD_INPUT)


def _value(param: Any, given: Sequence[str]) -> str | None:
    """What was written for an option, last mention first."""
    for name in getattr(param, "opts", ()):
        for at in range(len(given) - 1, -1, -1):
            if given[at] == name and at + 1 < len(given):
                return given[at + 1]
            if given[at].startswith(f"{name}=" if name.startswith("--") else name):
                return given[at].removeprefix(name).removeprefix("=")
    return None


def tolerate_any_encoding() -> None:
    """Where a letter cannot be shown a plainer one comes instead: no number is lost for its star."""
    codecs.register_error("twin.plainer", _plainer)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="twin.plainer")


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(c if c.isascii() else "?" for c in found), error.end


def say(text: str) -> None:
    """A line for the person, on stderr, so that stdout holds results only."""
    typer.echo(text, err=True)


def show(text: str) -> None:
    """A line of results, on stdout."""
    typer.echo(text)


def announce_compiling() -> None:
    """Say that the first run compiles, where it will."""
    from twin.physics.compile import is_compiled

    if not is_compiled():
        say("compiling the physics (once, about 15 s) ...")


@contextmanager
def progress(words: str, quiet: bool) -> Iterator[Callable[..., None] | None]:
    """A progress bar to hand to long work; None where nobody looks.

    The bar takes the share done, 0 to 1, and optionally words for what is being done.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.table import Column

    text = TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1))
    columns = (BarColumn(30), TaskProgressColumn(), TimeRemainingColumn(), text)  # what grows comes last
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=1.0)

        def move(share: float, now: str | None = None) -> None:
            bar.update(task, completed=share, description=f"{words}: {now}" if now else words)

        yield move


def print_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[int] = (),
    whole: Sequence[int] | None = None,
    rule_before: int | None = None,
) -> None:
    """A table on stdout; columns of `right` are aligned right, those of `whole` (`right`) never broken.

    A line is drawn before row `rule_before`.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    tight = _tight()
    padding = (0, 1, 0, 0) if tight else (0, 1)
    table = Table(box=box.Box(_RULED), header_style="bold", padding=padding, pad_edge=not tight)
    for k, name in enumerate(header):
        unbroken = k in (right if whole is None else whole) or (k == 0 and not right)
        justify: Literal["left", "right"] = "right" if k in right else "left"
        shown = name.replace(" ", "\n") if tight else name
        words = (word for row in rows for word in row[k].split())
        least = None if unbroken else min(_WORD, max(map(len, words), default=0))
        table.add_column(shown, justify=justify, no_wrap=unbroken, overflow="fold", min_width=least)
    for k, row in enumerate(rows):
        if k == rule_before:
            table.add_section()
        table.add_row(*row)
    _print(table, Console)


def _print_split(header: Sequence[str], rows: Sequence[Sequence[str]], rule_before: int | None) -> None:
    """A table of names and numbers; where a terminal is too narrow, several with the names in each."""
    for columns in _that_fit(header, rows):
        chosen = [[row[k] for k in columns] for row in rows]
        print_table([header[k] for k in columns], chosen, range(1, len(columns)), rule_before=rule_before)


def _that_fit(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[int]]:
    """Columns of each part, the first in all of them."""
    if not _tight():
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


def _tight() -> bool:
    """Whether there is a terminal, and it is narrow."""
    return sys.stdout.isatty() and shutil.get_terminal_size().columns < _NARROW


def _print(table: Table, console: type) -> None:
    """A terminal has its width; a file or a pipe gets lines as long as they need to be."""
    made = console(width=None if sys.stdout.isatty() else _PIPE)
    with made.capture() as drawn:  # written by ourselves: rich ends the program where a pipe is closed
        made.print(table)
    typer.echo(drawn.get(), nl=False, color=True if sys.stdout.isatty() else None)


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
    if len(runs) > (_SIDE_BY_SIDE_NARROW if _tight() else _SIDE_BY_SIDE) and found:
        _print_below(list(runs), [line for line in found if line.core], aside)
        return
    columns = _with_line([name if name not in aside else _dim(name) for name in runs], len(runs) - len(aside))
    for line in found:
        if line.core or every:
            cells = [f"★ {cell.text}" if cell.best else cell.text for cell in line.cells]
            cells = [_dim(cell) if name in aside else cell for name, cell in zip(runs, cells, strict=True)]
            rows.append([escape(line.label), escape(line.unit), *_with_line(cells, len(runs) - len(aside))])
    if not rows:
        say("nothing was simulated yet, so there are no indicators")
        return
    print_table(["", "unit", *columns], rows, right=range(2, 2 + len(columns)))


def _dim(text: str) -> str:
    from rich.markup import escape

    return f"[dim]{escape(text)}[/]"


def _with_line(cells: Sequence[str], named: int) -> list[str]:
    """Cells with a bar between those of named controllers and those of references."""
    return [*cells[:named], "│", *cells[named:]] if 0 < named < len(cells) else list(cells)


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
        show(f"  {letter}  {line.label}" + (f" [{line.unit}]" if line.unit else ""))


def print_comparison(record: ComparisonRecord) -> None:
    """Both tables of a comparison, and why a reference is missing."""
    if record.runs:
        print_indicators(record.runs, aside=record.references)
        print_differences(record.runs, record.references)
    for line in record.left_out:
        show(f"  {line}")


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
    show(f"difference to {found.baseline} on the same seeds (interquartile mean{spread})")
    first = next((k for k, row in enumerate(found.rows) if row.reference), None)
    _print_split(heads, rows, first)
    if found.best_rule:
        where = "" if found.best_rule in runs else " (not in this table)"
        show(f"  gap: 0 is {found.best_rule}, the best rule{where}; 100 is foresight, the best plan found")


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
            show(f"\n{suite.name}: {suite.title}{out}")
            _print_numbers(shown)
    if record.demands:
        rows = []
        for suite, asked in record.demands:
            reached, verdict = words.demand(asked)
            rows.append([suite.name, *_coloured([reached, verdict], words.mood(asked))])
        print_table(["suite", "demand", ""], rows)
    for suite, case, why in words.failures(record):
        say(f"{suite.name} {case} could not be run: {why}")
    for suite, why in words.skipped(record):
        say(f"skipped: {suite.name} {why}")
    show(words.verdict(record))


def _print_suites(suites: Sequence[SuiteRecord]) -> None:
    from twin.report.validation import words

    rows = []
    for suite in suites:
        counts = [str(suite.count(verdict) or "–") for verdict in words.VERDICT]
        counts[2] = f"[{_COLOUR['outside']}]{counts[2]}[/]" if suite.count("outside") else counts[2]
        rows.append([suite.name, suite.title, str(len(suite.cases)), *counts])
    header = ["suite", "", "cases", "in", "accepted", "out", "no demand"]
    print_table(header, rows, right=(2, 3, 4, 5, 6))


def _print_numbers(numbers: Sequence[Number]) -> None:
    """A row each, and once each what is to be said of those that are not inside."""
    from twin.report.validation import words

    made = [words.brief(number) for number in numbers]
    rows = [_coloured(row.cells, row.verdict, words.BRIEF_VERDICT_CELL) for row in made]
    print_table(words.brief_header(numbers), rows, right=(2, 5), whole=(0, 2, 3, 5))
    notes: dict[str, list[str]] = {}
    for row in made:
        if row.note and row.verdict in ("accepted", "outside"):
            notes.setdefault(row.note, []).append(f"{row.cells[0]} {row.cells[1]}")
    for note, about in notes.items():
        which = ", ".join(about) if len(about) <= _FEW_NAMES else f"{len(about)} numbers"
        _paragraph(f"{which}: {note}")


def _paragraph(text: str) -> None:
    """Lines as wide as the terminal, indented, broken between words."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE
    show(textwrap.fill(text, max(40, width - 1), initial_indent="  ", subsequent_indent="    "))


def _coloured(cells: Sequence[str], verdict: str, which: int = -1) -> list[str]:
    """Cells with the one that holds the verdict in its colour; its words say the same without colour."""
    from rich.markup import escape

    made = [escape(cell) for cell in cells]
    made[which] = f"[{_COLOUR.get(verdict, 'default')}]{made[which]}[/]"
    return made


def shown_path(path: Path) -> str:
    """A path as a person would type it: relative where it lies below the working folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
