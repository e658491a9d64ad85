"""Ours beside its peers, in one run on one core: `python -m benchmarks.peers --install FOLDER [--help]`.

Peers live in interpreters of their own, which `--peer citylearn=/path/to/python` names or `--install` makes.
All take turns, so that a neighbour's load meets all of them. Who is absent is said, with the reason.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.peers_catalogue import ABSENT, BATCH, OURS, OURS_MODULE, Peer, Row, ours, peers
from benchmarks.peers_clock import Header, Sample
from benchmarks.peers_process import Running, install
from twin.basics.errors import TwinError, nearest

WEEK = 7 * 96  # control steps of 15 minutes
UNKNOWN = "–"
BESIDE = (("one", "60"), ("one", "300"), (BATCH, "60"), (BATCH, "300"))


@dataclass(frozen=True)
class Measured:
    """What one row came to."""

    row: Row
    header: Header
    samples: list[Sample]

    @property
    def rates(self) -> list[float]:
        """Control steps per processor second of every repetition."""
        return [one.steps / one.cpu_s for one in self.samples]


def interpreters(
    asked: Mapping[str, str], folder: Path | None, known: Sequence[Peer]
) -> tuple[dict[str, Path], dict[str, str]]:
    """The interpreter of each peer, and for those without one the reason."""
    found: dict[str, Path] = {}
    absent: dict[str, str] = {}
    for peer in known:
        if peer.key in asked:
            found[peer.key] = Path(asked[peer.key])
        elif folder is not None:
            try:
                found[peer.key] = install(peer, folder / peer.key)
            except TwinError as error:
                absent[peer.key] = f"did not install: {error.value}"
        elif peer.key == "energyplus" and importlib.util.find_spec("pyenergyplus"):
            found[peer.key] = Path(sys.executable)
        else:
            absent[peer.key] = f"no interpreter given: --peer {peer.key}=PATH, or --install FOLDER"
    return found, absent


class Turns:
    """Programs that take turns. A peer's that fails is named among the absent; ours must run."""

    def __init__(self, stack: ExitStack, absent: dict[str, str]) -> None:
        self.stack, self.absent = stack, absent
        self.running: dict[Running, list[Sample]] = {}

    def start(self, row: Row, python: Path) -> None:
        """One more."""
        say(f"starting {row.title}")
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            self.running[self.stack.enter_context(Running(row, python, folder))] = []
        except (TwinError, OSError) as error:
            self.gone(row, error)

    def round(self, seconds: float, backwards: bool) -> None:
        """Every program once, of about so many processor seconds."""
        for program in list(self.running)[:: -1 if backwards else 1]:
            try:
                self.running[program].append(program.ask(seconds))
            except (TwinError, OSError) as error:
                del self.running[program]
                self.gone(program.row, error)

    def gone(self, row: Row, error: TwinError | OSError) -> None:
        """Note why; an error of ours is raised."""
        if row.module == OURS_MODULE:
            raise error
        self.absent[row.title] = f"did not run: {error.value if isinstance(error, TwinError) else error}"

    def measured(self) -> list[Measured]:
        """What the programs that still run came to."""
        return [Measured(one.row, one.header, samples) for one, samples in self.running.items()]


def say(what: str) -> None:
    """Progress, apart from the table."""
    print(what, file=sys.stderr, flush=True)


def number(value: float) -> str:
    """Three digits."""
    if math.isnan(value):
        return UNKNOWN
    if value >= 1000.0:
        digits = int(math.log10(value)) - 2
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def spread(values: Sequence[float]) -> str:
    """Median and range."""
    return f"{number(median(values))} ({number(min(values))}–{number(max(values))})"


def week(one: Measured, reset_s: float) -> str:
    """Steps per processor second of episodes of a week, each with its reset."""
    return number(WEEK / (WEEK / median(one.rates) + reset_s))


def speeds(found: Sequence[Measured]) -> Iterator[str]:
    """The table of speeds, resets and memory."""
    yield (
        "| | steps per CPU second, median (least–most) | weeks, each with its reset | reset, CPU ms"
        " | one more environment, MiB | process, MiB |"
    )
    yield "|---|---|---|---|---|---|"
    for one in found:
        head = one.header
        weeks, reset = week(one, head.reset_s), number(1e3 * head.reset_s)
        if not math.isnan(head.fresh_s):
            weeks += f"; {week(one, head.fresh_s)} fresh"
            reset += f"; {number(1e3 * head.fresh_s)} fresh"
        yield (
            f"| {one.row.title} ({head.version}) | {spread(one.rates)} | {weeks} | {reset}"
            f" | {number(head.more_mib)} | {number(head.process_mib)} |"
        )


def ratios(found: Sequence[Measured]) -> Iterator[str]:
    """How many times a peer's speed ours is, round by round, ours beside each by office or home."""
    mine = {one.row.key: one for one in found if one.row.module == OURS_MODULE}
    yield "| ours as a multiple of | one, 60 s | one, 300 s | batch, 60 s | batch, 300 s | beside our |"
    yield "|---|---|---|---|---|---|"
    for one in found:
        if one.row.key in mine:
            continue
        cells = []
        for kind, tick in BESIDE:
            other = mine[f"{one.row.beside}-{kind}-{tick}"]
            cells.append(spread([a / b for a, b in zip(other.rates, one.rates, strict=True)]))
        yield f"| {one.row.title} | {' | '.join(cells)} | {one.row.beside} |"


def notes(known: Sequence[Peer], absent: Mapping[str, str]) -> Iterator[str]:
    """What compares and what does not, and who is not here."""
    titles = {peer.key: peer.title for peer in known}
    yield "What a step simulates, and what compares:\n"
    for scenario, simulates in OURS.items():
        yield f"- our {scenario}: {simulates}."
    for peer in known:
        yield f"- {peer.title} ({peer.licence}): {peer.simulates}. Beside ours: {peer.compares}."
    yield "\nAbsent:\n"
    for key, why in absent.items():
        yield f"- {titles.get(key, key)}: {why}."
    for one in ABSENT:
        yield f"- {one.title}: {one.why}."


def chosen(given: Sequence[str]) -> dict[str, str]:
    """Interpreters by peer, of `name=path`.

    Raises
    ------
    TwinError
        No such peer, or no path.
    """
    names = [peer.key for peer in peers()]
    found = {}
    for one in given:
        key, _, path = one.partition("=")
        if key not in names or not path:
            raise TwinError("a peer is given as name=path to its python", key="--peer", value=one,
                            allowed=", ".join(names), suggestion=nearest(key, names))  # fmt: skip
        found[key] = path
    return found


def compare(given: argparse.Namespace) -> None:
    """Measure and print."""
    asked = chosen(given.peer)
    known = [peer for peer in peers() if not given.only or peer.key in given.only]
    found, absent = interpreters(asked, Path(given.install).resolve() if given.install else None, known)
    rows = [(row, Path(sys.executable)) for row in ours(given.batch)]
    rows += [(row, found[peer.key]) for peer in known if peer.key in found for row in peer.rows]
    with ExitStack() as stack:
        turns = Turns(stack, absent)
        for row, python in rows:
            turns.start(row, python)
        for k in range(given.repeat):
            say(f"round {k + 1} of {given.repeat}")
            turns.round(given.seconds, backwards=k % 2 == 1)
        measured = turns.measured()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"{os.cpu_count()} cores{load}; one thread each, {given.repeat} rounds in turn; steps of 15 minutes\n"
    )
    for part in (speeds(measured), ratios(measured), notes(known, absent)):
        print("\n".join(part) + "\n")


def parser_of() -> argparse.ArgumentParser:
    """What may be asked on the command line."""
    names = [peer.key for peer in peers()]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON", help=", ".join(names))
    parser.add_argument(
        "--install", metavar="FOLDER", help="make what is missing with venv and pip, and keep it"
    )
    parser.add_argument("--only", action="append", default=[], choices=names, help="may be repeated")
    parser.add_argument("--repeat", type=int, default=5, help="rounds")
    parser.add_argument("--seconds", type=float, default=2.0, help="processor time of one repetition")
    parser.add_argument("--batch", type=int, default=64, help="of our buildings at once, on one thread")
    return parser


def main() -> None:
    """Measure and print; exits 2 on a peer that is not known."""
    try:
        compare(parser_of().parse_args())
    except TwinError as error:
        say(f"error: {error}")
        sys.exit(2)


if __name__ == "__main__":
    main()
