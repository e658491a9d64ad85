"""The first lines of a validation's page: what a reviewer wants to know before anything else."""

from __future__ import annotations

from collections.abc import Iterable

from twin.report.validation import words
from twin.report.validation.record import Number, SuiteRecord, ValidationRecord

_PROGRAMS_SUITE = "bestest"  # the suite that the field knows a program by


def glance(record: ValidationRecord) -> tuple[tuple[str, str], ...]:
    """Terms and what is to be said of them, in the order of the page."""
    found = [("Demands", _demands(record))]
    found += [(_name(suite), among_programs(suite)) for suite in record.suites if _is_among_programs(suite)]
    found += [("All numbers", _numbers(record.numbers)), ("Suites", _suites(record))]
    return (*found, ("Program", _program(record)), ("When", _when(record)))


def _demands(record: ValidationRecord) -> str:
    missed = [f"{suite.name}, {words.demand(asked)[0]}" for suite, asked in record.missed]
    met = f"{len(record.met)} of {len(record.met) + len(missed)} met"
    return f"{met}; missed: {'; '.join(missed)}" if missed else met


def _is_among_programs(suite: SuiteRecord) -> bool:
    return suite.name == _PROGRAMS_SUITE and any(len(number.others) > 1 for number in suite.numbers)


def _name(suite: SuiteRecord) -> str:
    return "BESTEST" if suite.complete else "BESTEST (not all cases)"


def among_programs(suite: SuiteRecord) -> str:
    """How many lie inside the range of the programs, and how many of EnergyPlus inside that of the others."""
    numbers = [number for number in suite.numbers if number.others]
    programs = max(len(number.others) for number in numbers)
    out, total = suite.count("outside"), len(numbers)
    good, compared = peer_inside(numbers, words.COMPARED)
    theirs = (
        f" {words.COMPARED} itself has {good} of {compared} inside the range of the other {programs - 1}."
        if compared
        else ""
    )
    ours = f"{suite.count('inside')} of {total} quantities inside the range of {programs} programs"
    return f"{ours}, {total - out} accepted{f', {out} out' if out else ''}.{theirs}"


def peer_inside(numbers: Iterable[Number], program: str) -> tuple[int, int]:
    """How many results of a program lie inside the range of the other programs, and of how many."""
    good = total = 0
    for number in numbers:
        rest = [value for name, value in number.others.items() if name != program]
        if program in number.others and rest:
            good += min(rest) <= number.others[program] <= max(rest)
            total += 1
    return good, total


def _numbers(numbers: list[Number]) -> str:
    count = {verdict: sum(n.verdict == verdict for n in numbers) for verdict in words.VERDICT}
    said = [
        f"{count['inside']} inside their range",
        f"{count['accepted']} outside it but accepted",
        f"{count['outside']} out",
    ]
    rest = f"; {count['reported']} more stated without a demand" if count["reported"] else ""
    return ", ".join(said) + rest


def _suites(record: ValidationRecord) -> str:
    run = [suite for suite in record.suites if not suite.skipped]
    cases = sum(len(suite.cases) for suite in run)
    skipped = words.skipped(record)
    why = "; ".join(f"{suite.name} {reason}" for suite, reason in skipped)
    return f"{len(run)} run, with {cases} cases; " + (f"skipped: {why}" if skipped else "none skipped")


def _program(record: ValidationRecord) -> str:
    manifest = record.manifest
    versions: dict[str, str] = manifest.get("versions") or {}
    known = [f"{name} {versions[name]}" for name in ("building-twin", "python", "numba") if name in versions]
    physics = (manifest.get("hashes") or {}).get("physics")
    return ", ".join([*known, *([f"physics {physics}"] if physics else [])]) or "–"


def _when(record: ValidationRecord) -> str:
    started = str(record.manifest.get("started") or "–").replace("T", " ").replace("Z", " UTC")
    took = float(record.manifest.get("wall_s") or 0.0)
    return f"{started}, {took:,.0f} s" if took else started
