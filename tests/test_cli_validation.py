"""`twin validate-physics`: exit codes, what is printed, and what an interruption leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.report import paper_validation as paper
from tests.validation.test_run import ends_with
from twin.cli import app


@pytest.fixture(autouse=True)
def on_paper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TWIN_DATA", raising=False)
    monkeypatch.setattr("twin.validation.suites.suites", paper.paper_suites)
    monkeypatch.setattr("twin.terminal.announce_compiling", lambda: None)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["validate-physics", *(str(a) for a in arguments)])


def test_zero_where_every_demand_is_met() -> None:
    result = call("--suite", "air", "--out", "v")
    assert result.exit_code == 0, result.output
    assert "1 of 1 demands met" in result.stdout
    assert "largest deviation" in result.stdout  # few numbers are told in full
    assert "report: v/report.html" in result.stdout
    assert Path("v/report.html").is_file()


def test_one_where_a_demand_is_missed_and_what_is_out_is_told() -> None:
    result = call("--suite", "bestest", "--no-report")
    assert result.exit_code == 1
    assert "MISSED by 1" in result.stdout
    assert "OUT by 0.188" in result.stdout
    assert not list(Path("results").glob("*/report.html"))


def test_every_number_on_demand() -> None:
    text = call("--suite", "air", "--full", "--no-report").stdout
    assert "largest deviation" in text
    assert "at most 1.0e-09" in text
    assert "no demand" in text


def test_many_numbers_become_a_line_per_suite_and_what_is_out() -> None:
    text = call("--no-report").stdout
    assert "no demand" in text
    assert "bestest: ANSI/ASHRAE 140 thermal fabric, out of bounds" in text
    assert "largest deviation, day 1" not in text
    assert "largest deviation, day 1" in call("--full", "--no-report").stdout


def test_what_is_skipped_is_said_with_its_reason() -> None:
    result = call("--suite", "air", "--suite", "twin-house", "--no-report")
    assert result.exit_code == 0
    assert "skipped: twin-house needs reference data" in result.stderr


def test_data_come_from_the_option_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "twin_house").mkdir(parents=True)
    (tmp_path / "data" / "twin_house" / "good").touch()
    assert call("--suite", "twin-house", "--data", "data", "--no-report").exit_code == 0
    monkeypatch.setenv("TWIN_DATA", "data")
    assert call("--suite", "twin-house", "--no-report").exit_code == 0
    (tmp_path / "data" / "twin_house" / "good").unlink()
    result = call("--suite", "twin-house", "--no-report")
    assert result.exit_code == 1
    assert "twin-house experiment 1 could not be run" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--suite", "bestst"], "did you mean 'bestest'?"),
        (["--case", "600F"], "did you mean '600FF'?"),
        (["--suite", "air", "--case", "600"], "no case of that name in air; there is one in bestest, hourly"),
        (["--data", "nowhere"], "no such folder"),
        (["--suite", "twin-house"], "nothing can be run"),
        (["--jobs", "-1"], "--jobs"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(arguments: list[str], words: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not Path("results").exists()


def test_ctrl_c_leaves_a_folder_that_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.validation.suites.suites", lambda: (ends_with(KeyboardInterrupt(), "620"),))
    result = call("--out", "v")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr
    assert json.loads(Path("v/manifest.json").read_text())["state"] == "interrupted"
    assert "was interrupted" in Path("v/report.html").read_text(encoding="utf-8")
    assert CliRunner().invoke(app, ["report", "v"]).exit_code == 0
