"""Numbers, ranges and verdicts in words: the same in the terminal, on the page and in the documentation."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twin.report.validation.record import DemandRecord, Number, SuiteRecord, ValidationRecord

COMPARED = "EnergyPlus"
HEADER = ("case", "quantity", "unit", "ours", "range", "verdict", "reference", "difference")
VERDICT_CELL = HEADER.index("verdict")
BRIEF_VERDICT_CELL = 4
_UNITS = {"-": "", "1": "", "W/m2": "W/m²", "kWh/m2": "kWh/m²"}
_OF = re.compile(r"^(?P<what>.+?),? of (?P<total>\d+)$")
VERDICT = {"inside": "in", "accepted": "accepted", "outside": "OUT", "reported": "no demand"}


@dataclass(frozen=True)
class Row:
    """One number as text, in the order of HEADER, and its verdict for colour."""

    cells: tuple[str, ...]
    verdict: str
    note: str


def row(number: Number) -> Row:
    """A number as a row of the table."""
    places = _places(number)
    verdict = VERDICT.get(number.verdict, number.verdict)
    if number.verdict == "outside":
        verdict = f"OUT by {text(number.beyond, places)}"
    cells = (
        number.case,
        number.quantity,
        unit(number.unit),
        text(number.ours, places),
        span(number, places),
        verdict,
        text(number.reference, places),
        difference(number, places),
    )
    return Row(cells, number.verdict, number.note)


def brief_header(numbers: Sequence[Number]) -> tuple[str, ...]:
    """Names of the columns of `brief`."""
    return ("case", "quantity", "ours", "range", "verdict", f"vs {against(numbers)}")


def brief(number: Number) -> Row:
    """A number in fewer columns: with its unit, and with the acceptance band where ours is outside both."""
    places = _places(number)
    whole = row(number)
    verdict = whole.cells[VERDICT_CELL]
    inner = between(number.low, number.high, places)
    outer = between(number.accept_low, number.accept_high, places)
    if outer and (number.verdict == "outside" or not inner):
        inner = outer  # what decided
    ours = f"{text(number.ours, places)} {unit(number.unit)}".strip()
    cells = (number.case, number.quantity, ours, inner or "–", verdict, whole.cells[-1])
    return Row(cells, number.verdict, number.note)


def against(numbers: Iterable[Number]) -> str:
    """Whose number the reference is: EnergyPlus where it is that everywhere."""
    referred = [number for number in numbers if number.reference is not None]
    same = all(number.others.get(COMPARED) == number.reference for number in referred)
    return COMPARED if referred and same else "reference"  # also where there is none


def unit(name: str) -> str:
    """A unit as it is printed; empty where there is none."""
    return _UNITS.get(name, name)


def text(value: float | None, places: int | None) -> str:
    """A value with so many decimals; None: powers of ten. – where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    if places is None:
        return "0" if value == 0 else f"{value:.1e}"
    return f"{value if round(value, places) else 0.0:,.{places}f}"


def _places(number: Number) -> int | None:
    """Decimals for a whole row, by its largest value and by how narrow its range is."""
    values = (number.ours, number.low, number.high, number.reference)
    sizes = [abs(v) for v in values if v is not None and math.isfinite(v)]
    size = max(sizes, default=0.0)
    if 0 < size < 1e-3:
        return None
    places = 3 if size < 10 else 2 if size < 100 else 1 if size < 1000 else 0
    if number.low is not None and number.high is not None and number.high > number.low:
        places = max(places, min(6, 1 - math.floor(math.log10(number.high - number.low))))
    return places


def span(number: Number, places: int | None) -> str:
    """The range, and the acceptance band where it is another."""
    inner = between(number.low, number.high, places)
    outer = between(number.accept_low, number.accept_high, places)
    if not outer or outer == inner:
        return inner or "–"
    return f"{inner} (accepted {outer})" if inner else f"accepted {outer}"


def between(low: float | None, high: float | None, places: int | None, short: bool = False) -> str:
    """Bounds in words, `short` without zeros at the end; empty where there are none."""
    first, last = (text(bound, places) for bound in (low, high))
    if short and places:
        first, last = (word.rstrip("0").rstrip(".") for word in (first, last))
    if low is None and high is None:
        return ""
    if low is None:
        return f"at most {last}"
    return f"at least {first}" if high is None else f"{first} to {last}"


def difference(number: Number, places: int | None) -> str:
    """Ours less the reference: in per cent, or in kelvin for temperatures, where a per cent says nothing."""
    if number.reference is None or not math.isfinite(number.ours):
        return "–"
    off = number.ours - number.reference
    if number.unit == "°C":
        return f"{_signed(off, 2)} K"
    if abs(number.reference) < 1e-12:
        return "0 %" if abs(off) < 1e-12 else "–"
    share = 100.0 * off / abs(number.reference)
    if abs(share) < 1000:
        return f"{_signed(share, 1)} %"
    return f"{_signed(off, places or 1)} {number.unit}".strip()


def _signed(value: float, places: int) -> str:
    """With its sign, except where nothing is left of it."""
    return f"{value:+.{places}f}" if round(value, places) else f"{0.0:.{places}f}"


def demand(asked: DemandRecord) -> tuple[str, str]:
    """What was reached against what is demanded, and whether it is met or by how much missed."""
    values = [v for v in (asked.reached, asked.least, asked.most) if v is not None]
    whole = all(v == round(v) for v in values if math.isfinite(v))
    places = 0 if whole else _places(Number("", "", "", "", asked.reached, "", asked.least, asked.most))
    wanted = between(asked.least, asked.most, places, short=True)
    counted = _OF.match(asked.text)
    if counted and asked.least == float(counted["total"]):
        wanted = ""  # all
    what, total = (counted["what"], f" of {counted['total']}") if counted else (asked.text, "")
    reached = f"{what}: {text(asked.reached, places)}{total}" + (f" ({wanted})" if wanted else "")
    if asked.open:
        return reached, "no demand"
    if asked.met:
        return reached, "met"
    beyond = Number("", "", "", "", asked.reached, "", asked.least, asked.most).beyond
    return reached, f"MISSED by {text(beyond, places)}" if math.isfinite(beyond) else "MISSED"


def mood(asked: DemandRecord) -> str:
    """The verdict that colours a demand."""
    return "reported" if asked.open else "inside" if asked.met else "outside"


def tally(numbers: Iterable[Number]) -> str:
    """How many are inside, accepted and outside, in words; what is none of it is left out."""
    found = [number.verdict for number in numbers]
    words = {"inside": "in", "accepted": "accepted", "outside": "OUT", "reported": "without demand"}
    return ", ".join(f"{found.count(key)} {word}" for key, word in words.items() if found.count(key)) or "–"


def worst(numbers: Sequence[Number]) -> str:
    """The verdict that colours a whole case or suite."""
    for verdict in ("outside", "accepted", "inside"):
        if any(number.verdict == verdict for number in numbers):
            return verdict
    return "reported"


def skipped(record: ValidationRecord) -> list[tuple[SuiteRecord, str]]:
    """Suites that were not run, and why."""
    return [(suite, suite.skipped) for suite in record.suites if suite.skipped]


def failures(record: ValidationRecord) -> list[tuple[SuiteRecord, str, str]]:
    """Cases that could not be run, and why."""
    return [(suite, case, why) for suite in record.suites for case, why in suite.failed.items()]


def verdict(record: ValidationRecord) -> str:
    """The whole in a sentence."""
    bounded = [number for number in record.numbers if number.verdict != "reported"]
    good = sum(number.verdict != "outside" for number in bounded)
    met, asked = len(record.met), len(record.met) + len(record.missed)
    return f"{met} of {asked} demands met; {good} of {len(bounded)} numbers within their bounds"
