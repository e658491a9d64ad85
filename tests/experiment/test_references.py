"""What stands beside every comparison: added where it is not named, never best, left out with a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.building.assembly import Building, assemble
from twin.experiment import Run, compare, comparison, references
from twin.experiment.foresight import plan
from twin.scenario.agents import AgentSpec
from twin.scenario.catalog import load_agent, load_scenario
from twin.scenario.schema import Scenario

TINY: dict[str, Any] = {"candidates": 4, "generations": 1, "sweeps": 1}


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "QUICK", TINY)
    monkeypatch.setattr(references, "FEWEST", 1)
    monkeypatch.setattr(references, "ROUND_DAYS", 1)


def classroom(**plan_: Any) -> Scenario:
    return load_scenario("classroom", {"run": {"start": "2023-01-12", "days": 1, "warm_up_days": 1} | plan_})


def building(**plan_: Any) -> Building:
    return assemble(classroom(**plan_), [0])


def names(named: list[str], seeds: int = 1, **plan_: Any) -> list[str]:
    found = references.references([load_agent(name) for name in named], building(**plan_), seeds)
    return [spec.name for spec in found.agents]


def test_only_what_is_not_named_is_added() -> None:
    assert names(["setback"]) == ["random", "constant", "foresight"]
    assert names(["foresight", "constant"]) == ["random"]
    assert names(["random", "constant", "foresight"]) == []


def test_a_kind_under_another_name_counts() -> None:
    mine = AgentSpec(name="mine", kind="foresight", parameters={"rounds": 1})
    found = references.references([mine], building(), 1)
    assert [spec.name for spec in found.agents] == ["random", "constant"]


def test_a_name_that_is_taken_is_not_taken_twice() -> None:
    mine = AgentSpec(name="random", kind="setback")
    assert "random" not in [spec.name for spec in references.references([mine], building(), 1).agents]


def test_too_many_days_are_not_planned_unasked() -> None:
    days = references.PLANNED_DAYS // 10
    assert "foresight" in names(["setback"], seeds=10, days=days)
    found = references.references([load_agent("setback")], building(days=days + 1), 10)
    assert [spec.name for spec in found.agents] == ["random", "constant"]
    said = found.missing["foresight"]
    assert str(10 * (days + 1)) in said
    assert str(references.PLANNED_DAYS) in said
    assert "\n" not in said


def effort(spec: AgentSpec) -> int:
    return int(spec.settings.sweeps * spec.settings.rounds + spec.settings.exact_rounds)


def test_the_quick_search_is_a_shorter_one_and_says_so() -> None:
    full, quick = load_agent("foresight"), references.quick(load_agent("foresight"), 1)
    assert AgentSpec.model_validate(quick.model_dump()) == quick
    assert effort(quick) <= effort(full) / 2
    assert "quick" in quick.title
    assert "quick" in quick.description
    changed = {"generations", "sweeps", "rounds", "exact_rounds"}
    assert {k: v for k, v in quick.parameters.items() if k not in changed} == {
        k: v for k, v in full.parameters.items() if k not in changed
    }


def test_more_days_are_searched_less_hard_but_not_less_than_a_little() -> None:
    efforts = [effort(references.quick(load_agent("foresight"), days)) for days in range(1, 141)]
    assert efforts == sorted(efforts, reverse=True)
    assert efforts[0] > 2 * efforts[-1] > 0
    work = [days * rounds for days, rounds in enumerate(efforts, 1)]
    assert max(work) == work[-1]  # the limit of days is the limit of work


@pytest.mark.slow
@pytest.mark.parametrize("name", ["office", "home"])
def test_the_quick_search_finds_most_of_the_gap(name: str) -> None:
    """In sum: a search by chance may find less in one run although it looks longer."""
    scenario = load_scenario(name, {"run": {"start": "2023-01-16", "days": 3}})
    gained = np.zeros(2)
    for seed in range(3):
        for k, spec in enumerate((references.quick(load_agent("foresight"), 3), load_agent("foresight"))):
            notes = plan(assemble(scenario, [seed]), spec.settings).notes["foresight"]
            best = min(notes["objective_of_rules_currency"].values())
            gained[k] += best - notes["objective_currency"]
            assert notes["objective_currency"] < best
    assert 0.5 * gained[1] < gained[0] < gained[1]


def test_references_are_aside(tiny: None, tmp_path: Path) -> None:
    told: list[str] = []
    done = compare(
        classroom(),
        ["pi", "thermostat"],
        1,
        out=tmp_path / "c",
        progress=lambda _share, words: told.append(words),
    )
    assert done.manifest["agents"] == ["pi", "thermostat", "random", "constant", "foresight"]
    assert done.manifest["references"] == ["random", "constant", "foresight"]
    assert done.manifest["references_left_out"] == {}
    assert (
        done.manifest["baseline"] == "pi"
    )  # the scenario's own is not named, and no reference takes its place
    aside = {"random", "constant", "foresight"}
    assert not any(cells[name]["best"] for cells in done.table.values() for name in aside & cells.keys())
    assert any(cell["best"] for cells in done.table.values() for cell in cells.values())
    assert set(done.pareto) <= {"pi", "thermostat"}
    data = json.loads((tmp_path / "c" / "comparison.json").read_text(encoding="utf-8"))
    assert data["references"] == ["random", "constant", "foresight"]
    spec = done.runs["foresight"][0].manifest["agent_spec"]
    assert spec["parameters"]["candidates"] == TINY["candidates"]
    assert told.index("run 1 of 5: pi, seed 0") < told.index("run 5 of 5: foresight plans, seed 0")


def test_named_foresight_searches_fully(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[AgentSpec] = []

    def note(_scenario: Any, agent: AgentSpec, *_args: Any, **_kwargs: Any) -> Run:
        asked.append(agent)
        raise KeyboardInterrupt

    monkeypatch.setattr(comparison, "run", note)
    compare(classroom(), ["foresight"], seeds=1, out=tmp_path / "c")
    assert asked == [load_agent("foresight")]


def test_ctrl_c_while_a_reference_plans_keeps_what_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    original = comparison.run

    def interrupted(*args: Any, **kwargs: Any) -> Run:
        if args[1].kind == "foresight":
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    monkeypatch.setattr(comparison, "run", interrupted)
    done = compare(classroom(), ["setback"], seeds=2, out=tmp_path / "c")
    assert done.manifest["state"] == "interrupted"
    assert {name: sorted(runs) for name, runs in done.runs.items()} == {
        name: [0, 1] for name in ("setback", "random", "constant")
    }


def test_nothing_is_added_where_it_is_not_wanted(tmp_path: Path) -> None:
    done = compare(classroom(), ["setback"], seeds=1, out=tmp_path / "c", references=False)
    assert done.manifest["agents"] == ["setback"]
    assert done.manifest["references"] == []


@pytest.mark.parametrize(
    ("name", "why"), [("validation/bestest_600ff", "nothing to set"), ("validation/bestest_600", "nobody")]
)
def test_no_plan_where_there_is_nothing_to_plan(name: str, why: str) -> None:
    empty = assemble(load_scenario(name, {"run": {"days": 1, "warm_up_days": 0}}), [0])
    found = references.references([load_agent("setback")], empty, 1)
    assert [spec.name for spec in found.agents] == ["random", "constant"]
    assert why in found.missing["foresight"]
