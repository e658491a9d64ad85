"""Differences on the same seeds, and how much of the gap to the best plan a controller wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.folders import scenario
from twin.report.paired import paired
from twin.report.record import RunRecord


def record(agent: str, seed: int, cost: float, warmth: float, kind: str = "setback") -> RunRecord:
    manifest = {"agent": agent, "seed": seed, "agent_spec": {"kind": kind}}
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
    assert {row.agent: row.gap for row in found.rows} == {"pi": "", "plan": "", "policy": "+50", "mpc": "-50"}


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
