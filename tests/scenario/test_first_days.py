"""Which days a learner trains, is evaluated and is tuned on: no day serves two uses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.basics.errors import ScenarioError
from twin.scenario.catalog import load_learner, load_scenario
from twin.scenario.first_days import USES, Use, first_day, starts
from twin.scenario.learners import KINDS, Learner
from twin.scenario.schema import Scenario

SCENARIOS = ["classroom", "home", "office", "school"]
KEYS = {"training": "training", "evaluation": "evaluate", "tuning": "tuning"}


def learner(**changes: Any) -> Learner:
    """One that gives no first days but these."""
    return load_learner("ppo").updated({"training": {"days": 7}}).updated(changes)


def days(scenario: Scenario, first: str, count: int) -> set[date]:
    """The days of an episode, told apart as in one year."""
    begin = scenario.run.periods.get(first) or date.fromisoformat(first)
    return {(begin + timedelta(days=i)).replace(year=2023) for i in range(count)}


def by_use(made: Learner, scenario: Scenario) -> dict[str, set[date]]:
    """All days of every use."""
    length = dict.fromkeys(USES, made.evaluate.days or made.training.days) | {"training": made.training.days}
    return {
        use: set().union(*(days(scenario, first, length[use]) for first in starts(made, use, scenario)))
        for use in USES
    }


def assert_apart(found: dict[str, set[date]]) -> None:
    for (one, here), (other, there) in combinations(found.items(), 2):
        assert here and there
        assert not here & there, (one, other, min(here & there))


@given(name=st.sampled_from(SCENARIOS), trained=st.integers(1, 21), evaluated=st.integers(1, 21))
def test_no_day_is_shared_between_uses_nor_with_what_is_compared(
    name: str, trained: int, evaluated: int
) -> None:
    scenario = load_scenario(name)
    made = learner(training={"days": trained}, evaluate={"days": evaluated})
    assert 1 <= len(starts(made, "training", scenario)) <= 8
    run = scenario.run
    compared = [days(scenario, first.isoformat(), run.days) for first in (run.start, *run.periods.values())]
    assert_apart({**by_use(made, scenario), "compared": set().union(*compared)})


def test_the_days_of_the_scenario_s_own_run_are_left_for_comparing_too() -> None:
    scenario = load_scenario("office").updated(start=date(2023, 2, 20), periods={})
    found = by_use(learner(), scenario)
    assert_apart({**found, "compared": days(scenario, "2023-02-20", scenario.run.days)})


@given(
    name=st.sampled_from(SCENARIOS),
    use=st.sampled_from(USES),
    firsts=st.lists(st.dates(date(2023, 1, 1), date(2023, 12, 20)), min_size=1, max_size=4),
)
def test_what_is_chosen_leaves_out_what_is_given(name: str, use: str, firsts: list[date]) -> None:
    """`--start 2023-02-20` does not train on the days of evaluation."""
    given_days = [first.isoformat() for first in firsts]
    made = learner(**{KEYS[use]: {"starts": given_days}})
    scenario = load_scenario(name)
    found = by_use(made, scenario)
    assert_apart(found)
    assert starts(made, use, scenario) == tuple(given_days)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_shipped_learners_hold_out_what_they_say(kind: str, name: str) -> None:
    assert_apart(by_use(load_learner(kind).for_scenario(name), load_scenario(name)))


@pytest.mark.parametrize("other", ["2023-02-26", "2022-02-20", "winter"])
def test_given_days_of_two_uses_are_refused_with_both_dates_and_keys(other: str) -> None:
    """In another year a day has the same weather, where that is of a typical year."""
    first = "2023-01-22" if other == "winter" else "2023-02-20"
    made = learner(training={"starts": ["2023-03-20", first]}, evaluate={"starts": ["2023-06-05", other]})
    for use in USES:
        with pytest.raises(ScenarioError) as told:
            starts(made, use, load_scenario("office"))
        assert (told.value.key, told.value.value) == ("training.starts", first)
        assert f"evaluate.starts '{other}' (7 days)" in told.value.message


def test_the_days_before_and_after_are_free() -> None:
    given_days = {"training": ["2023-02-20"], "evaluate": ["2023-02-27"], "tuning": ["2023-02-13"]}
    made = learner(**{section: {"starts": firsts} for section, firsts in given_days.items()})
    scenario = load_scenario("office")
    assert [starts(made, use, scenario) for use in USES] == [tuple(v) for v in given_days.values()]
    longer = made.updated({"evaluate": {"days": 8}})
    with pytest.raises(ScenarioError, match="tuning"):
        starts(longer, "evaluation", scenario)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(("section", "count"), [("training", 100), ("training", 400), ("evaluate", 1000)])
def test_a_year_without_room_names_the_longest_episodes_that_have_it(
    section: str, count: int, use: Use
) -> None:
    scenario = load_scenario("office")
    with pytest.raises(ScenarioError, match=f"no days of the year are left for {use}") as told:
        starts(learner(**{section: {"days": count}}), use, scenario)
    assert told.value.key == f"{section}.days"
    found = re.search(r"at most (\d+) days", str(told.value))
    assert found is not None
    most = int(found[1])
    needed: tuple[Use, ...] = ("training", "evaluation") if use != "tuning" else USES
    fits = learner(**{section: {"days": most}})
    assert all(starts(fits, each, scenario) for each in needed)
    longer = learner(**{section: {"days": most + 1}})
    with pytest.raises(ScenarioError, match="no days of the year are left"):
        [starts(longer, each, scenario) for each in needed]


def test_a_year_that_is_given_away_promises_no_length() -> None:
    every_week = [(date(2023, 1, 1) + timedelta(days=7 * i)).isoformat() for i in range(52)]
    with pytest.raises(ScenarioError, match="allowed: first days of your own"):
        starts(learner(training={"starts": every_week, "days": 7}), "evaluation", load_scenario("office"))


def test_an_unknown_start_names_the_periods_and_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("format: 1\nname: mine\nkind: ppo\ntraining:\n  days: 3\n  starts: [wintr]\n")
    made = load_learner(path)
    with pytest.raises(ScenarioError, match="did you mean 'winter'") as told:
        starts(made, "evaluation", load_scenario("office"))
    made.locate(told.value)
    assert (told.value.file, told.value.line) == (str(path), 6)


def test_a_first_day_is_a_date_its_text_or_a_named_period() -> None:
    run = load_scenario("office").run
    for given_day in ("winter", run.periods["winter"].isoformat(), run.periods["winter"]):
        assert first_day(given_day, run, "start") == run.periods["winter"]


@pytest.mark.parametrize(
    ("text", "words", "better"),
    [
        ("wintr", "this is not a first day.*2023-01-16, or a named period: winter, spring", "winter"),
        ("2023-02-30", "this is not a first day", None),
        ("", "this is not a first day", None),
        ("9999-12-31", "the year is out of range.*allowed: a year from 1950 to 2100", None),
    ],
)
def test_wherever_a_first_day_is_said_it_is_refused_in_the_same_words(
    text: str, words: str, better: str | None
) -> None:
    """On the command line, when an environment is reset, and in a learner's file."""
    from twin.envs.options import moved
    from twin.options import planned

    office = load_scenario("office")
    said: dict[str, Callable[[], object]] = {
        "--start": lambda: planned("office", text, None),
        "options.start": lambda: moved(office, {"start": text}),
        "tuning.starts": lambda: starts(learner(tuning={"starts": [text]}), "training", office),
    }
    told = []
    for key, ask in said.items():
        with pytest.raises(ScenarioError, match=words) as refused:
            ask()
        error = refused.value
        assert (error.key, error.value, error.suggestion) == (key, text, better)
        told.append(str(error).removeprefix(f"{key}: "))
    assert len(set(told)) == 1


def test_a_scenario_without_named_periods_says_so() -> None:
    run = load_scenario("office").updated(periods={}).run
    with pytest.raises(ScenarioError, match="or a named period: there is none"):
        first_day("winter", run, "start")


@pytest.mark.parametrize("given_day", [5, True, ["winter"], datetime(2023, 1, 9, 8, 30)])
def test_what_is_of_no_such_kind_is_refused_where_it_was_said(given_day: object) -> None:
    with pytest.raises(ScenarioError, match=r"options\.start: this is not a date"):
        first_day(given_day, load_scenario("office").run, "options.start")
