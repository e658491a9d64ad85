"""What the command line says and how: messages, tables, progress bars, one-line errors."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer
from typer.core import TyperGroup

from twin.basics.errors import TwinError

if TYPE_CHECKING:
    from rich.table import Table

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
BAD_INPUT = 2
MISSED = 1  # a demand on the physics
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

    tight = narrow()
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


def narrow() -> bool:
    """Whether there is a terminal, and it is narrow."""
    return sys.stdout.isatty() and shutil.get_terminal_size().columns < _NARROW


def _print(table: Table, console: type) -> None:
    """A terminal has its width; a file or a pipe gets lines as long as they need to be."""
    made = console(width=None if sys.stdout.isatty() else _PIPE)
    with made.capture() as drawn:  # written by ourselves: rich ends the program where a pipe is closed
        made.print(table)
    typer.echo(drawn.get(), nl=False, color=True if sys.stdout.isatty() else None)


def paragraph(text: str) -> None:
    """Lines as wide as the terminal, indented, broken between words."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE
    show(textwrap.fill(text, max(40, width - 1), initial_indent="  ", subsequent_indent="    "))


def shown_path(path: Path) -> str:
    """A path as a person would type it: relative where it lies below the working folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
