"""Differences on the same seeds, and how much of the gap to the best plan a controller wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.report.folders import scenario
from twin.report.paired import paired
from twin.report.record import RunRecord


def record(
    agent: str, seed: int, cost: float, warmth: float, kind: str = "setback", notes: Any = None
) -> RunRecord:
    manifest = {"agent": agent, "seed": seed, "agent_spec": {"kind": kind}, "notes": {"foresight": notes}}
    kpis = {"cost_tot": cost, "objective": cost + warmth, "tdis_occ": warmth, "idis_occ": None}
    return RunRecord(Path(), manifest, scenario(), kpis, {})


def runs(*agents: tuple[str, float, float, str]) -> dict[str, list[RunRecord]]:
    """Every agent on three seeds; seeds differ by a whole unit of cost, agents by what is given."""
    return {
        name: [record(name, seed, 10.0 + seed + cost, warmth, kind) for seed in range(3)]
        for name, cost, warmth, kind in agents
    }


def test_seeds_cancel_out_of_differences() -> None:
    found = paired(runs(("setback", 0.0, 1.0, "setback"), ("mine", -1.1, 3.0, "python")))
    assert found is not None
    assert found.baseline == "setback"
    assert [label for label, _ in found.columns] == ["Cost", "Cost and discomfort", "Felt by people"]
    (row,) = found.rows
    assert row.values[0] == ("-10.0", "-10.0 to -10.0")  # 1.1 of a mean of 11, whatever the seed
    assert row.values[2] == ("+2.00", "+2.00 to +2.00")
    assert row.clear == (True, True, True)
    assert found.best_rule == row.gap == ""


def test_the_gap_runs_from_the_best_rule_to_the_plan() -> None:
    found = paired(
        runs(
            ("setback", 0.0, 1.0, "setback"),
            ("pi", -1.0, 1.0, "pi"),
            ("plan", -5.0, 1.0, "foresight"),
            ("policy", -3.0, 1.0, "policy"),
            ("mpc", 1.0, 1.0, "mpc"),
        )
    )
    assert found is not None
    assert found.best_rule == "pi"
    shares = {row.agent: row.gap for row in found.rows}
    assert shares == {"pi": "0", "plan": "+100", "policy": "+50", "mpc": "-50"}


def test_the_best_rule_may_be_one_that_only_the_plan_began_from() -> None:
    found = runs(("setback", 0.0, 1.0, "setback"), ("policy", -3.0, 1.0, "policy"))
    found["plan"] = [
        record("plan", seed, 5.0 + seed, 1.0, "foresight",
               {"objective_currency": 300.0 + 50.0 * seed,  # 50 m2: 6 and 7 and 8 per area
                "objective_of_rules_currency": {"setback": 550.0, "pi": 500.0 + 50.0 * seed}})
        for seed in range(3)
    ]  # fmt: skip
    answer = paired(found)
    assert answer is not None
    assert answer.best_rule == "pi"  # 10, 11, 12 against 11, 12, 13 of setback
    assert {row.agent: row.gap for row in answer.rows} == {"policy": "+50", "plan": "+100"}


def test_a_rule_that_was_not_played_on_every_seed_sets_no_gap() -> None:
    found = runs(("setback", 0.0, 1.0, "setback"))
    found["plan"] = [
        record("plan", seed, 5.0 + seed, 1.0, "foresight",
               {"objective_currency": 6.0 + seed, "objective_of_rules_currency": {"pi": 7.0} if seed else {}})
        for seed in range(3)
    ]  # fmt: skip
    answer = paired(found)
    assert answer is not None
    assert answer.best_rule == "setback"


def test_references_come_last_and_are_no_baseline() -> None:
    found = paired(
        runs(
            ("random", 9.0, 999.0, "random"),
            ("constant", 1.0, 1.0, "constant"),
            ("mine", 0.0, 1.0, "python"),
            ("yours", -1.0, 1.0, "python"),
        ),
        aside=("random", "constant"),
    )
    assert found is not None
    assert found.baseline == "mine"
    assert [(row.agent, row.reference) for row in found.rows] == [
        ("yours", False), ("random", True), ("constant", True),
    ]  # fmt: skip


def test_digits_that_say_nothing_are_left_out() -> None:
    found = paired(
        runs(
            ("setback", 0.0, 1.0, "setback"),
            ("plan", -1.0, 1.0, "foresight"),
            ("random", 0.0, 5000.0, "random"),
        )
    )
    assert found is not None
    row = next(row for row in found.rows if row.agent == "random")
    assert row.gap == "< -1000"
    assert row.values[1][0] == "+41,658"


def test_a_plan_that_is_no_better_leaves_no_gap() -> None:
    found = paired(runs(("setback", 0.0, 1.0, "setback"), ("plan", 0.0, 1.0, "foresight")))
    assert found is not None
    assert found.rows[0].gap == ""
    assert not any(found.rows[0].clear)


def test_one_controller_has_nothing_to_be_compared_with() -> None:
    assert paired(runs(("setback", 0.0, 1.0, "setback"))) is None


@pytest.mark.parametrize("missing", ["setback", "pi"])
def test_only_common_seeds_count(missing: str) -> None:
    found = runs(("setback", 0.0, 1.0, "setback"), ("pi", -1.1, 1.0, "pi"))
    found[missing] = found[missing][:2]
    answer = paired(found)
    assert answer is not None
    assert answer.rows[0].values[0][1] == ""  # two common seeds are too few for an interval


def test_chance_is_no_rule() -> None:
    found = paired(
        runs(
            ("setback", 0.0, 1.0, "setback"),
            ("plan", -5.0, 1.0, "foresight"),
            ("random", -2.0, 1.0, "random"),
        )
    )
    assert found is not None
    assert found.best_rule == "setback"
