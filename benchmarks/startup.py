"""What a person waits for before anything is simulated: `python -m benchmarks.startup [--turns 9]`.

Every line is a fresh Python, which starts in turn with one that does nothing (`python -c pass`), so that the
ratio between the two is of one run and of one machine in one hour.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

TURNS = 9
NOTHING = ("-c", "pass")


@dataclass(frozen=True)
class Start:
    """Something that a fresh Python does, with its aim [s]; None: it has none."""

    what: str
    arguments: tuple[str, ...]
    aim_s: float | None = None


STARTS = (
    Start("import twin", ("-c", "import twin"), 0.3),
    Start("twin --help", ("-m", "twin.cli", "--help"), 0.5),
    Start("twin list", ("-m", "twin.cli", "list")),
    Start("load_scenario('office')", ("-c", "import twin; twin.load_scenario('office')")),
    Start(
        "the same, and once more",
        ("-c", "import twin; twin.load_scenario('office'); twin.load_scenario('office')"),
    ),
)


def fresh(arguments: Sequence[str]) -> float:
    """Wall time of a fresh Python [s], its own start and end included."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - begin


def measured(starts: Sequence[Start], turns: int) -> tuple[list[float], list[list[float]]]:
    """Wall times [s] of doing nothing and of each start, in turn; a first turn fills the disk's cache."""
    nothing: list[float] = []
    found: list[list[float]] = [[] for _ in starts]
    for turn in range(turns + 1):
        times = [fresh(NOTHING), *(fresh(start.arguments) for start in starts)]
        if turn:
            nothing.append(times[0])
            for own, seconds in zip(found, times[1:], strict=True):
                own.append(seconds)
    return nothing, found


def table(starts: Sequence[Start], nothing: Sequence[float], found: Sequence[Sequence[float]]) -> list[str]:
    """Lines of Markdown: medians, spans, and the median of the ratios turn by turn."""
    lines = ["| a fresh Python | median (span) [s] | times `python -c pass` | aim [s] |", "|---|---|---|---|"]
    for start, times in zip((Start("nothing", NOTHING), *starts), (nothing, *found), strict=True):
        ratio = statistics.median(own / base for own, base in zip(times, nothing, strict=True))
        span = f"{statistics.median(times):.3f} ({min(times):.3f}–{max(times):.3f})"
        aim = "" if start.aim_s is None else f"{start.aim_s:g}"
        lines.append(f"| {start.what} | {span} | {ratio:.1f} | {aim} |")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=TURNS, help="starts of each kind (default: %(default)s)")
    turns = max(1, parser.parse_args().turns)
    print("\n".join(table(STARTS, *measured(STARTS, turns))))


if __name__ == "__main__":
    main()
