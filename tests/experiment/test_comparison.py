"""Comparisons: paired seeds, one table whatever the number of processes, and what an interruption leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.basics.errors import ControllerError, TwinError
from twin.experiment import Run, compare, comparison
from twin.experiment.table import against, energy_series, front, summary_table
from twin.report.record import read_comparison
from twin.scenario.catalog import load_scenario
from twin.scenario.schema import Scenario
from twin.tables import print_comparison


def classroom() -> Scenario:
    return load_scenario("classroom", {"run": {"start": "2023-01-12", "days": 2, "warm_up_days": 1}})


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> comparison.Comparison:
    folder = tmp_path_factory.mktemp("one") / "c"
    return compare(classroom(), ["constant", "setback"], seeds=2, out=folder, references=False)


def without_time(table: dict[str, Any]) -> dict[str, Any]:
    return {name: cells for name, cells in table.items() if name != "time_rat"}


def test_folder_holds_every_run_and_the_comparison(compared: comparison.Comparison) -> None:
    manifest = json.loads((compared.folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["state"]) == ("comparison", "complete")
    assert (manifest["agents"], manifest["seeds"], manifest["baseline"]) == (
        ["constant", "setback"],
        [0, 1],
        "setback",
    )
    for agent in ("constant", "setback"):
        for seed in (0, 1):
            assert (compared.folder / "runs" / agent / f"seed-{seed}" / "kpis.json").is_file()
    data = json.loads((compared.folder / "comparison.json").read_text(encoding="utf-8"))
    assert len(data["runs"]) == 4
    assert data["table"] == compared.table
    assert data["pareto"]["front"] == compared.pareto


def test_table_pairs_seeds_and_marks_the_best(compared: comparison.Comparison) -> None:
    cells = compared.table["ener_tot"]
    per_seed = {a: [compared.runs[a][s].kpis["ener_tot"] for s in (0, 1)] for a in ("constant", "setback")}
    assert cells["constant"]["mean"] == pytest.approx(np.mean(per_seed["constant"]))
    paired = np.subtract(per_seed["constant"], per_seed["setback"])
    assert cells["constant"]["difference"]["mean"] == pytest.approx(paired.mean())
    assert cells["setback"]["difference"] is None
    assert cells["setback"]["best"]
    assert not cells["constant"]["best"]


def test_ratios_of_the_baseline_to_itself_are_one(compared: comparison.Comparison) -> None:
    ratios = {name: value for name, value in compared.ratios["setback"].items() if value is not None}
    assert ratios
    assert ratios == pytest.approx(dict.fromkeys(ratios, 1.0))


def test_energy_series_agrees_with_the_indicators(compared: comparison.Comparison) -> None:
    found = compared.runs["constant"][0]
    series = energy_series(classroom(), found)
    assert series is not None
    data = json.loads((found.folder / "kpis.json").read_text(encoding="utf-8"))
    electric = sum(
        data["energy_kwh"][use] for use in ("heating", "cooling", "fans", "pumps", "lighting", "equipment")
    )
    assert series.energy_kwh.sum() == pytest.approx(electric, rel=0.02)  # its first quarter hour is not told
    assert len(set(series.day.tolist())) == 2


@pytest.mark.slow
def test_processes_change_nothing(compared: comparison.Comparison, tmp_path: Path) -> None:
    agents = ["constant", "setback"]
    parallel = compare(classroom(), agents, seeds=2, jobs=2, out=tmp_path / "c", references=False)
    assert without_time(parallel.table) == without_time(compared.table)


def test_interruption_compares_what_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original, calls = comparison.run, []

    def interrupted_later(*args: Any, **kwargs: Any) -> Run:
        calls.append(args)
        if len(calls) == 3:
            args[3].mkdir(parents=True)
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    monkeypatch.setattr(comparison, "run", interrupted_later)
    done = compare(classroom(), ["constant", "setback"], seeds=3, out=tmp_path / "c", references=False)
    assert len(calls) == 3
    assert done.manifest["state"] == "interrupted"
    assert {agent: list(seeds) for agent, seeds in done.runs.items()} == {"constant": [0], "setback": [0]}
    assert (tmp_path / "c" / "unfinished" / "constant" / "seed-1").is_dir()
    assert not (tmp_path / "c" / "runs" / "constant" / "seed-1").exists()
    assert json.loads((tmp_path / "c" / "comparison.json").read_text(encoding="utf-8"))["table"]["ener_tot"]


def test_failure_is_told_by_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> Run:
        raise RuntimeError("broken")

    monkeypatch.setattr(comparison, "run", broken)
    with pytest.raises(RuntimeError, match="broken"):
        compare(classroom(), ["constant"], seeds=1, out=tmp_path / "c")
    assert json.loads((tmp_path / "c" / "manifest.json").read_text(encoding="utf-8"))["state"] == "failed"


def test_agents_and_seeds_must_differ(tmp_path: Path) -> None:
    with pytest.raises(ControllerError, match="different names"):
        compare(classroom(), ["pi", "pi"], seeds=1, out=tmp_path / "c")
    for seeds in ([0, 0], [], [-1]):
        with pytest.raises(TwinError, match="seed"):
            compare(classroom(), ["pi"], seeds=seeds, out=tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_table_of_missing_values() -> None:
    """A value that one agent does not have is left out of its row; a row of nobody is left out whole."""
    values: Any = {
        "a": {0: {"ener_tot": 2.0, "pgas_tot": None}},
        "b": {0: {"ener_tot": 2.0, "pgas_tot": 0.5}},
    }
    table = summary_table(values, "a")
    assert set(table) == {"ener_tot", "pgas_tot"}
    assert set(table["pgas_tot"]) == {"b"}
    assert not any(cell["best"] for cell in table["ener_tot"].values())  # all equal
    assert front(table) == []
    assert against(classroom(), {}, "a") == {}


@pytest.mark.parametrize(("start", "days", "said"), [("2023-01-13", 2, True), ("2023-01-13", 1, False)])
def test_a_run_that_ends_on_a_day_off_says_what_it_leaves_unpaid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], start: str, days: int, said: bool
) -> None:
    plan = {"run": {"start": start, "days": days, "warm_up_days": 0, "tick_s": 300}}
    done = compare(load_scenario("classroom", plan), "setback", 1, out=tmp_path / "c", references=False)
    assert bool(done.manifest["remarks"]) == said
    print_comparison(read_comparison(done.folder))
    assert ("ends on a day off" in " ".join(capsys.readouterr().out.split())) == said
