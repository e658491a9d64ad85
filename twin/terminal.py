"""What the command line says and how: messages, tables, progress bars, one-line errors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from twin.basics.errors import TwinError

if TYPE_CHECKING:
    from rich.table import Table

    from twin.report.record import RunRecord

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
BAD_INPUT = 2


class Commands(TyperGroup):
    """The commands, with one way to end badly: one line on stderr and an exit code, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except TwinError as error:
            say(f"error: {error}")
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            say("interrupted; what was finished is kept")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:  # the reader has seen enough (twin list | head)
            sys.stderr.close()
            raise typer.Exit(0) from None


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
    """A table on stdout; the columns numbered in `right` are aligned right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for k, name in enumerate(header):
        table.add_column(name, justify="right" if k in right else "left", no_wrap=k == 0, overflow="fold")
    for row in rows:
        table.add_row(*row)
    _print(table, Console)


def _print(table: Table, console: type) -> None:
    """A terminal has its width; a file or a pipe gets lines as long as they need to be."""
    console(width=None if sys.stdout.isatty() else 140).print(table)


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
    print_table(["", "unit", *runs], rows, right=range(2, 2 + len(runs)))


def shown_path(path: Path) -> str:
    """A path as a person would type it: relative where it lies below the working folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
