"""First days: which one is meant by a date or a named period, and those of a learner's episodes.

A learner's are those that its file gives, or some over the year; no day has two uses.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import Any, Literal, get_args

from pydantic import ValidationError

from twin.basics.errors import ScenarioError, nearest
from twin.scenario.explain import explain
from twin.scenario.learners import EvaluationSpec, Learner, TrainingSpec, TuningSpec
from twin.scenario.schema import RunPlan, Scenario

Use = Literal["training", "evaluation", "tuning"]
USES: tuple[Use, ...] = get_args(Use)
_KEY = {"training": "training.starts", "evaluation": "evaluate.starts", "tuning": "tuning.starts"}
_MOST = {"training": 8, "evaluation": 4, "tuning": 4}
_TURNS: tuple[Use, ...] = ("training", "evaluation", "training", "tuning")  # with free stretches of the year
_Days = frozenset[tuple[int, int]]  # month and day: a typical year has the same weather in every year
_Given = dict[Use, dict[str, date]]
_YEAR = 366


def first_day(given: Any, run: RunPlan, key: str) -> date:
    """The day that a date, its text, or the name of one of the run's periods means.

    Parameters
    ----------
    given, run
        What was said, and of which run.
    key
        Where it was said, for the error.

    Raises
    ------
    ScenarioError
        It is none of these, or a year that no run may have.
    """
    day, periods = given, run.periods
    if isinstance(given, str):
        try:
            day = periods[given] if given in periods else date.fromisoformat(given)
        except ValueError:
            named = ", ".join(periods) or "there is none"
            raise ScenarioError(
                "this is not a first day",
                key=key,
                value=given,
                allowed=f"a date such as 2023-01-16, or a named period: {named}",
                suggestion=nearest(given, periods),
            ) from None
    try:
        return RunPlan(start=day).start
    except ValidationError as error:
        found = explain(error, RunPlan, {"start": day}, {}, None)
        found.key = key
        raise found from None


def starts(learner: Learner, use: Use, scenario: Scenario) -> tuple[str, ...]:
    """First days of the episodes for a use; where none are given, some over the scenario's year.

    The year is cut into stretches of whole weeks with six days more than the longest episode has. Those that
    the scenario's run, a named period, or an episode with a given first day touches are left out; of the
    others every second one is training's, and evaluation and tuning take turns with the rest. A use whose
    first days are given has no turn. At most eight, or four, are taken, spread evenly. Training begins on
    another weekday in each: its buildings go in step, and would all have Monday at once.

    Raises
    ------
    ScenarioError
        Something given is no first day, two given episodes of different uses share a day, or no days are
        left.
    """
    given = {each: _given(learner, each, scenario) for each in USES}
    spans = {each: _spans(firsts, days_of(learner, each)) for each, firsts in given.items()}
    for first, second in combinations(USES, 2):
        _check_apart(first, spans[first], second, spans[second])
    if given[use]:
        return _section(learner, use).starts
    mine = _shares(learner, given, scenario).get(use, [])
    if not mine:
        raise _too_long(learner, use, given, scenario)
    most = min(_MOST[use], len(mine))
    picked = [mine[int((i + 0.5) * len(mine) / most)] for i in range(most)]
    if use == "training":
        picked = [day + timedelta(days=3 * i % 7) for i, day in enumerate(picked)]
    return tuple(day.isoformat() for day in picked)


def _shares(learner: Learner, given: _Given, scenario: Scenario, longest: int = 0) -> dict[Use, list[date]]:
    """First days that are free for each use without given ones, were its episodes `longest` days at most."""
    run, most = scenario.run, longest or 10**6
    lengths = {each: min(most, days_of(learner, each)) for each in USES}
    taken = _Days().union(
        *(_span(day, run.days) for day in (run.start, *run.periods.values())),
        *(_span(day, lengths[each]) for each, firsts in given.items() for day in firsts.values()),
    )
    turns = [each for each in _TURNS if not given[each]]
    free = _free_stretches(run.start.year, max(lengths.values()), taken)
    return {each: [d for i, d in enumerate(free) if turns[i % len(turns)] == each] for each in turns}


def _too_long(learner: Learner, use: Use, given: _Given, scenario: Scenario) -> ScenarioError:
    """What is said where no first days are left for a use; names the longest episodes that have room."""
    longest = max(days_of(learner, each) for each in USES)
    beside = {use, "training", "evaluation"}  # a training does not need tuning's
    most = None
    for days in range(min(longest, _YEAR) - 1, 0, -1):
        if all(left for each, left in _shares(learner, given, scenario, days).items() if each in beside):
            most = days
            break
    shorter = f"episodes of at most {most} days, or " if most else ""
    evaluated = learner.evaluate.days
    return ScenarioError(
        f"no days of the year are left for {use}",
        key="evaluate.days" if evaluated == longest else "training.days",
        value=f"{longest} days an episode",
        allowed=f"{shorter}first days of your own for each use, which share no day",
    )


def days_of(learner: Learner, use: Use) -> int:
    """Length of an episode [d]; tuning's are as long as evaluation's."""
    own = None if use == "training" else learner.evaluate.days
    return own or learner.training.days


def _section(learner: Learner, use: Use) -> TrainingSpec | EvaluationSpec | TuningSpec:
    if use == "training":
        return learner.training
    return learner.evaluate if use == "evaluation" else learner.tuning


def _given(learner: Learner, use: Use, scenario: Scenario) -> dict[str, date]:
    """The first days that the learner gives for a use."""
    return {start: first_day(start, scenario.run, _KEY[use]) for start in _section(learner, use).starts}


def _spans(firsts: dict[str, date], days: int) -> dict[str, _Days]:
    """First days with the days of their episodes."""
    return {start: _span(day, days) for start, day in firsts.items()}


def _check_apart(first: Use, ours: dict[str, _Days], second: Use, theirs: dict[str, _Days]) -> None:
    """Raise ScenarioError where an episode of one use shares a day with one of the other."""
    for start, days in ours.items():
        for other, others in theirs.items():
            if days & others:
                raise ScenarioError(
                    f"an episode of {len(days)} days from here shares days with {_KEY[second]} {other!r} "
                    f"({len(others)} days)",
                    key=_KEY[first],
                    value=start,
                    allowed=f"no day in both {first} and {second}",
                )


def _span(first: date, days: int) -> _Days:
    found = (first + timedelta(days=i) for i in range(days))
    return frozenset((day.month, day.day) for day in found)


def _free_stretches(year: int, days: int, taken: _Days) -> list[date]:
    """Mondays at which stretches of the year begin that have none of the days taken."""
    length = timedelta(weeks=-(-(days + 6) // 7))
    day = date(year, 1, 8)  # room for a warm-up before it
    day += timedelta(days=-day.weekday() % 7)
    found = []
    while (day + length).year == year:
        if not taken & _span(day, length.days):
            found.append(day)
        day += length
    return found
