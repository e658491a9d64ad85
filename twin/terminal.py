"""What the command line says and how: messages, tables, progress bars, one-line errors."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer
from typer.core import TyperGroup

from twin.basics.errors import TwinError

if TYPE_CHECKING:
    from rich.table import Table

    from twin.report.record import RunRecord
    from twin.report.validation.record import Number, ValidationRecord

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
BAD_INPUT = 2
MISSED = 1  # a demand on the physics
_COLOUR = {"inside": "green", "accepted": "yellow", "outside": "bold red", "reported": "dim"}
_GIVEN = "twin.given"  # where the words of the command line are kept for messages
_BadUse: Any = typer.BadParameter.__base__  # whichever click typer stands on
_PLAIN = str.maketrans(
    {"★": "*", "°": "", "²": "2", "³": "3", "₂": "2", "·": " ", "–": "-", "“": '"', "”": '"', "─": "-"}
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

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=1.0)

        def move(share: float, now: str | None = None) -> None:
            bar.update(task, completed=share, description=f"{words}: {now}" if now else words)

        yield move


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """A table on stdout; the columns numbered in `right` are aligned right and never broken."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for k, name in enumerate(header):
        whole = k in right or (k == 0 and not right)
        justify: Literal["left", "right"] = "right" if k in right else "left"
        table.add_column(name, justify=justify, no_wrap=whole, overflow="fold")
    for row in rows:
        table.add_row(*row)
    _print(table, Console)


def _print(table: Table, console: type) -> None:
    """A terminal has its width; a file or a pipe gets lines as long as they need to be."""
    made = console(width=None if sys.stdout.isatty() else 140)
    with made.capture() as drawn:  # written by ourselves: rich ends the program where a pipe is closed
        made.print(table)
    typer.echo(drawn.get(), nl=False, color=True if sys.stdout.isatty() else None)


def print_indicators(runs: dict[str, list[RunRecord]], every: bool = False) -> None:
    """The indicators of one controller, or of several side by side with the best of each row starred."""
    from rich.markup import escape

    from twin.report.table import lines

    first = next(iter(runs.values()))[0]
    rows = []
    for line in lines(runs, first.scenario.tariff.currency):
        if line.core or every:
            cells = [f"★ {cell.text}" if cell.best else cell.text for cell in line.cells]
            rows.append([escape(line.label), escape(line.unit), *cells])
    if not rows:
        say("nothing was simulated yet, so there are no indicators")
        return
    print_table(["", "unit", *runs], rows, right=range(2, 2 + len(runs)))


def print_validation(record: ValidationRecord, full: bool) -> None:
    """A line per case, every number that is out (`full`: every number), demands, and what was skipped."""
    from twin.report.validation import words

    for suite in record.suites:
        if not suite.skipped:
            show(f"\n{suite.name}: {suite.title}")
            _print_cases(suite.numbers)
            shown = [n for n in suite.numbers if full or n.verdict == "outside"]
            if shown:
                _print_numbers(shown)
    if record.demands:
        show("\nDemands")
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


def _print_cases(numbers: Sequence[Number]) -> None:
    from twin.report.validation import words

    cases: dict[str, list[Number]] = {}
    for number in numbers:
        cases.setdefault(number.case, []).append(number)
    if cases:
        rows = [
            _coloured([case, str(len(found)), words.tally(found)], words.worst(found))
            for case, found in cases.items()
        ]
        print_table(["case", "numbers", "verdicts"], rows, right=(1,))


def _print_numbers(numbers: Sequence[Number]) -> None:
    from twin.report.validation import words

    rows = [_coloured(made.cells, made.verdict, words.VERDICT_CELL) for made in map(words.row, numbers)]
    print_table(words.HEADER, rows, right=(3, 6, 7))


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
