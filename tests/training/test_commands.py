"""`twin train` and `twin tune` as a person meets them: help, bad input, tables, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.training.small import small
from twin.cli import app


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def learner_file(tmp_path: Path) -> Path:
    """A file of a learner with little to do."""
    from twin.training.train import learner_yaml

    path = tmp_path / "little.yaml"
    path.write_text(learner_yaml(small().updated({"name": "little"})))
    return path


@pytest.mark.parametrize("command", ["train", "tune"])
def test_the_commands_explain_themselves_with_examples(command: str) -> None:
    text = call(command, "--help").stdout
    assert "Usage:" in text
    assert f"twin {command} office" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train"], "which scenario"),
        (["train", "offce"], "did you mean 'office'?"),
        (["train", "office", "--agent", "pppo"], "did you mean 'ppo'?"),
        (["train", "office", "--agent", "setback"], "does not learn"),
        (["train", "office", "--steps", "0"], "(found '0')"),
        (["train", "office", "--task", "actoin=direct"], "did you mean 'action'?"),
        (["train", "office", "--task", "action"], "a pair such as"),
        (["train", "--resume", "nowhere"], "--resume: there is no training here (found 'nowhere')"),
        (["train", "--resume", "nowhere"], "manifest.json"),
        (["train", "--resume", "nowhere", "--agent", "sac"], "as it began"),
        (["train", "--resume", "nowhere", "--days", "3"], "as it began"),
        (["train", "--resume", "nowhere", "--seeds", "3"], "as it began"),
        (["train", "--resume", "nowhere", "--out", "elsewhere"], "as it began"),
        (["train", "office", "--start", ""], "--start: a first day is missing (found '')"),
        (["train", "office", "--start", "winter,,summer"], "a first day is missing (found 'winter,,summer')"),
        (["train", "office", "--agent", "es", "--start", "wintr"], "wintr"),
        (["train", "office", "--agent", ""], "unknown agent (found '')"),
        (["train", "office", "--reward", ""], "unknown reward (found '')"),
        (["train", "office", "--days", "0"], "(found '0')"),
        (["train", "office", "--seeds", "0"], "(found '0')"),
        (["train", "office", "--envs", "0"], "(found '0')"),
        (["train", "office", "--jobs", "-1"], "(found '-1')"),
        (["tune", "office", "--trials", "0"], "(found '0')"),
        (["tune", "office", "--steps", "0"], "(found '0')"),
        (["run", "office", "--agent", "ppo"], "twin train office --agent ppo"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(arguments: list[str], words: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_list_validate_and_schema_know_learners(repository: Path) -> None:
    assert "PPO" in call("list", "agents").stdout
    assert "ok: " in call("validate", repository / "agents" / "ppo.yaml").stdout
    assert "evaluate_every" in call("schema", "learner").stdout


def test_train_without_the_extra_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stable_baselines3", None)
    result = call("train", "classroom", "--quiet")
    assert result.exit_code == 2
    assert "building-twin[rl]" in result.stderr


def test_train_prints_the_table_and_where_everything_is(learner_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("stable_baselines3")
    out = tmp_path / "out"
    result = call("train", "classroom", "--agent", learner_file, "--out", out, "--steps", 500, "--quiet")
    assert result.exit_code == 0, result.output
    assert "Too warm or too cold for people" in result.stdout
    assert "against setback" in result.stdout
    assert "policy.zip" in result.stdout
    assert (out / "learning_curve.png").is_file()
    assert call("report", out).stdout.strip().endswith("learning_curve.png")


def test_a_training_that_is_as_far_as_asked_says_so_and_stays_as_it_is(tmp_path: Path) -> None:
    from twin.training.train import train

    kind = {"parameters": {"population": 4, "episodes": 1, "last_day_led": False}, "name": "quick"}
    out = tmp_path / "quick"
    train("classroom", small("es", 400).updated(kind), out=out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    done = json.loads((out / "manifest.json").read_text())["steps"]["0"]
    for more, asked in ([], 400), (["--steps", 100], 100):
        result = call("train", "--resume", out, *more)
        assert result.exit_code == 0, result.output
        assert f"nothing is left to do: {out} has trained for {done} steps, {asked} were" in result.stderr
        assert f"twin train --resume {out} --steps {2 * done}" in result.stderr
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    near = call("train", "--resume", tmp_path / "quik")
    assert near.exit_code == 2
    assert near.stderr.strip().endswith(f"did you mean '{out}'?")
    on = call("train", "--resume", out, "--steps", done + 1, "--quiet")
    assert on.exit_code == 0, on.output
    assert json.loads((out / "manifest.json").read_text())["steps"]["0"] > done


def test_tune_goes_on_in_the_same_folder(learner_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("stable_baselines3")
    pytest.importorskip("optuna")
    out = tmp_path / "study"
    arguments = ["tune", "classroom", "--agent", learner_file, "--steps", 300, "--out", out, "--quiet"]
    first = call(*arguments, "--trials", 1)
    assert first.exit_code == 0, first.output
    second = call(*arguments, "--trials", 2)
    assert second.exit_code == 0, second.output
    trials = json.loads((out / "trials.json").read_text())["trials"]
    assert [trial["state"] for trial in trials] == ["complete", "complete"]
    assert trials[0]["parameters"] != trials[1]["parameters"]
    assert "ok: " in call("validate", out / "best.yaml").stdout
    other = call("tune", "home", "--agent", learner_file, "--steps", 300, "--out", out, "--quiet")
    assert other.exit_code == 2
    assert "another scenario or learner" in other.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("more", [[], ["--seeds", "2", "--jobs", "2"]])
def test_ctrl_c_leaves_everything_in_place(learner_file: Path, tmp_path: Path, more: list[str]) -> None:
    pytest.importorskip("stable_baselines3")
    out = tmp_path / "out"
    command = [
        sys.executable, "-m", "twin.cli", "train", "classroom", "--agent", str(learner_file),
        "--steps", "100000000", "--out", str(out), "--quiet", *more,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)
    patience = time.monotonic() + 120
    while not list(out.glob("seed-*/checkpoints/*.zip")) and time.monotonic() < patience:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "twin train --resume" in stderr
    assert json.loads((out / "manifest.json").read_text())["state"] == "interrupted"
    assert "against setback" in stdout
    for seed in out.glob("seed-*"):
        assert (seed / "policy.zip").is_file()
        assert (seed / "last.zip").is_file()
