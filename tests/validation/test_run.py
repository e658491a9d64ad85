"""Running suites: what is picked, what is skipped and why, and what a folder holds however the run ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.report import paper_validation as paper
from tests.report.paper_validation import paper_suites
from twin.basics.errors import TwinError
from twin.report.validation import read_validation
from twin.validation import run
from twin.validation.check import Check, Demand, Outcome, Suite, accepted
from twin.validation.run import validate_physics


@pytest.fixture(autouse=True)
def on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.validation.suites.suites", paper_suites)


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


def suites_of(folder: Path) -> dict[str, dict[str, Any]]:
    data = json.loads((folder / "validation.json").read_text(encoding="utf-8"))
    return {suite["name"]: suite for suite in data["suites"]}


def test_a_folder_holds_numbers_demands_and_curves(tmp_path: Path) -> None:
    shares: list[float] = []
    folder = validate_physics(out=tmp_path / "v", progress=lambda share, _words: shares.append(share))
    about = manifest(folder)
    assert (about["kind"], about["state"]) == ("validation", "complete")
    assert about["finished_cases"] == about["asked_cases"]
    assert shares[-1] == 1.0
    found = suites_of(folder)
    assert list(found) == [suite.name for suite in paper.ALL]
    (out,) = [check for check in found["bestest"]["checks"] if check["verdict"] == "outside"]
    assert (out["case"], out["quantity"]) == ("900", "peak cooling")
    assert [demand["met"] for demand in found["bestest"]["demands"]] == [False, True]
    record = read_validation(folder)
    curve = next(curve for curve in record.curves if (curve.case, curve.quantity) == ("900", "cooling"))
    assert len(curve.hours) == 8760
    assert curve.label == "EnergyPlus"
    assert curve.reference is not None


def test_a_suite_without_its_data_is_skipped_and_says_so(tmp_path: Path) -> None:
    folder = validate_physics(out=tmp_path / "without")
    assert "--data FOLDER with twin_house" in suites_of(folder)["twin-house"]["skipped"]
    assert list(manifest(folder)["skipped"]) == ["twin-house"]
    (tmp_path / "data").mkdir()
    folder = validate_physics(data=tmp_path / "data", out=tmp_path / "empty")
    assert "not in the data folder" in suites_of(folder)["twin-house"]["skipped"]
    with pytest.raises(TwinError, match="nothing can be run: twin-house needs"):
        validate_physics(["twin-house"], out=tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_case_that_cannot_be_run_misses_a_demand_and_ends_no_other(tmp_path: Path) -> None:
    (tmp_path / "data" / "twin_house").mkdir(parents=True)
    folder = validate_physics(["air", "twin-house"], data=tmp_path / "data", out=tmp_path / "v")
    found = suites_of(folder)
    assert "cannot be read" in found["twin-house"]["failed"]["experiment 1"]
    assert [demand["met"] for demand in found["twin-house"]["demands"]] == [False]
    assert found["air"]["checks"]


def test_cases_are_picked_in_every_suite_that_has_them(tmp_path: Path) -> None:
    found = suites_of(validate_physics(cases=["600"], out=tmp_path / "v"))
    assert {name: suite["asked"] for name, suite in found.items()} == {"bestest": ["600"], "hourly": ["600"]}
    assert not found["bestest"]["complete"]
    assert len(found["bestest"]["demands"]) == 1  # what is demanded of the whole is not demanded of a part


@pytest.mark.parametrize(
    ("suites", "cases", "words"),
    [
        (["bestst"], [], "did you mean 'bestest'"),
        ([], ["600F"], "did you mean '600FF'"),
        (["air"], ["600"], "no case of that name in air; there is one in bestest, hourly"),
    ],
)
def test_unknown_names_are_refused(suites: list[str], cases: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(TwinError, match=words):
        validate_physics(suites, cases, out=tmp_path / "v")
    assert not (tmp_path / "v").exists()


def test_a_data_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TwinError, match="no such folder"):
        validate_physics(data=tmp_path / "nowhere", out=tmp_path / "v")


def ends_with(error: BaseException, after: str) -> Suite:
    def work(case: str, data: Path | None) -> Outcome:
        if case == after:
            raise error
        return paper.loads(case, data)

    return replace(paper.BESTEST, run=work)


def test_ctrl_c_leaves_the_cases_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.validation.suites.suites", lambda: (ends_with(KeyboardInterrupt(), "620"),))
    folder = validate_physics(out=tmp_path / "v")
    assert manifest(folder)["state"] == "interrupted"
    record = read_validation(folder)
    assert record.suites[0].cases == ["600", "610"]
    assert not record.suites[0].complete


def test_a_fault_of_the_program_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.validation.suites.suites", lambda: (ends_with(ZeroDivisionError("x"), "620"),))
    with pytest.raises(ZeroDivisionError):
        validate_physics(out=tmp_path / "v")
    assert manifest(tmp_path / "v")["state"] == "failed"
    assert read_validation(tmp_path / "v").suites[0].cases == ["600", "610"]


def test_several_processes_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes are replaced: a job and its answer are what travels."""
    import pickle

    def each(work: Any, todo: Any, count: int, interrupted: Any) -> Any:
        assert count == 2
        for job in reversed(todo):
            yield job, pickle.loads(pickle.dumps(work(pickle.loads(pickle.dumps(job)))))

    monkeypatch.setattr("twin.workers.each", each)
    monkeypatch.setattr(run, "_compile", lambda: None)
    one = suites_of(validate_physics(["bestest", "air"], out=tmp_path / "one"))
    two = suites_of(validate_physics(["bestest", "air"], out=tmp_path / "two", jobs=2))
    assert [suite["checks"] for suite in one.values()] == [suite["checks"] for suite in two.values()]


def test_numbers_that_are_none_are_outside_and_survive_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Check("1", "error", "K", float("nan"), high=0.1)
    more = Demand("error", float("nan"), most=1)
    suite = Suite(
        "nan", "NaN", "", "", ("1",), lambda *_: Outcome((broken,)), lambda c, _: (accepted(c), more)
    )
    monkeypatch.setattr("twin.validation.suites.suites", lambda: (suite,))
    record = read_validation(validate_physics(out=tmp_path / "v"))
    assert record.numbers[0].verdict == "outside"
    assert len(record.missed) == 2
