"""What a training asks before it goes on, and what Ctrl-C says in its first seconds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.training.small import GENERATION, evolving
from tests.training.test_stopped import killed
from twin.basics.errors import ResultsError, TwinError
from twin.cli import app
from twin.training.evaluation import HeldOut
from twin.training.going_on import newest, steps_done
from twin.training.train import TrainingInterrupted, learner_yaml, resume, train


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_fewer_steps_than_there_are_change_nothing(finished: Path) -> None:
    before = files(finished)
    with pytest.raises(ResultsError, match=f"trained for {2 * GENERATION} steps already") as told:
        resume(finished, GENERATION)
    assert (told.value.key, told.value.value) == ("steps", GENERATION)
    assert files(finished) == before


def test_fewer_steps_than_a_killed_training_has_are_refused_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    killed(monkeypatch, evolving(), folder, 4)
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"state": "running"}))
    done = steps_done(folder, {"seeds": [0]})[0]
    assert done > GENERATION
    before = files(folder)
    result = call("train", "--resume", folder, "--steps", GENERATION)
    assert result.exit_code == 2
    assert f"seed 0 has trained for {done} steps already (found {GENERATION})" in result.stderr
    assert files(folder) == before
    on = call("train", "--resume", folder, "--steps", done, "--quiet")
    assert on.exit_code == 0, on.output
    assert json.loads(manifest.read_text())["state"] == "complete"


def test_a_scenario_that_was_changed_meanwhile_is_not_gone_on_with(folder: Path) -> None:
    source = folder / "scenario.yaml"
    text = source.read_text()
    source.write_text(text + "\n# mine\n")
    before = files(folder)
    with pytest.raises(ResultsError, match="not the scenario any more that was trained on") as told:
        resume(folder, 3 * GENERATION)
    assert f"twin train {source} --agent {folder / 'learner.yaml'}" in str(told.value)
    assert files(folder) == before
    source.write_text(text)
    for more in (3, 4):  # the hash is kept
        assert resume(folder, more * GENERATION).state == "complete"


def test_a_stale_onnx_goes_where_no_new_one_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnx")
    folder = tmp_path / "out"
    learner = evolving(steps=GENERATION).updated({"evaluate": {"objective": "last"}})
    train("classroom", learner, out=folder)
    assert (folder / "policy.onnx").is_file() and (folder / "seed-0" / "policy.onnx").is_file()
    monkeypatch.setitem(sys.modules, "onnx", None)
    before = (folder / "policy.zip").read_bytes()
    resume(folder, 2 * GENERATION)
    assert (folder / "policy.zip").read_bytes() != before
    assert not list(folder.rglob("policy.onnx"))


def interrupting(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Ctrl-C where this is called."""

    def ctrl_c(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, name, ctrl_c)


@pytest.fixture
def learner_file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(learner_yaml(evolving(steps=GENERATION).updated({"name": "mine"})))
    return path


def test_ctrl_c_before_there_is_a_folder_says_that_nothing_was_kept(
    learner_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupting(monkeypatch, sys.modules["twin.training.train"], "warm")
    result = call("train", "classroom", "--agent", learner_file, "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "interrupted before the first step; nothing was kept"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("where", ["play_rule", "play"])
def test_ctrl_c_in_the_first_seconds_says_how_to_go_on(
    where: str, learner_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "my results"
    with monkeypatch.context() as patched:
        interrupting(patched, HeldOut, where)
        result = call("train", "classroom", "--agent", learner_file, "--out", out)
        again = call("train", "--resume", out)
    for told in (result, again):
        assert told.exit_code == 130
        assert told.stderr.splitlines()[-1] == f"interrupted; go on with: twin train --resume '{out}'"
    assert json.loads((out / "manifest.json").read_text())["state"] == "interrupted"
    on = call("train", "--resume", out, "--quiet")
    assert on.exit_code == 0, on.output
    assert json.loads((out / "manifest.json").read_text())["state"] == "complete"


def test_in_python_the_interruption_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        interrupting(patched, HeldOut, "play")
        with pytest.raises(TrainingInterrupted) as told:
            train("classroom", evolving(steps=GENERATION), out=tmp_path / "out")
    assert told.value.folder == tmp_path / "out"
    assert isinstance(told.value, KeyboardInterrupt)
    assert not isinstance(told.value, TwinError)
    assert resume(told.value.folder).state == "complete"
    assert newest(tmp_path / "out" / "seed-0") is not None
