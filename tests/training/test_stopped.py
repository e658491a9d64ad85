"""Training that was killed or interrupted twice: nothing better is ever replaced by what is worse."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.training.small import GENERATION, evolving, small
from twin.basics.errors import ResultsError
from twin.control.linear import arrays
from twin.scenario.learners import Learner
from twin.scenario.policy_file import read_about
from twin.training.diary import due
from twin.training.evaluation import HeldOut
from twin.training.going_on import newest
from twin.training.train import learner_yaml, resume, train


class Dies(BaseException):
    """As a kill, or Ctrl-C for the second time: nothing is written after it."""


def dying_at(monkeypatch: pytest.MonkeyPatch, count: int, error: type[BaseException] = Dies) -> None:
    """An evaluation, counted from 1, in which training dies."""
    played = [0]
    play: Callable[..., Any] = HeldOut.play

    def counted(held_out: HeldOut, act: Any) -> Any:
        played[0] += 1
        if played[0] == count:
            raise error
        return play(held_out, act)

    monkeypatch.setattr(HeldOut, "play", counted)


def known(folder: Path) -> dict[str, Any]:
    """What the first seed's diary says."""
    found: dict[str, Any] = json.loads((folder / "seed-0" / "training.json").read_text())
    return found


def killed(
    monkeypatch: pytest.MonkeyPatch, learner: Learner, folder: Path, count: int, out_of: str = "train"
) -> dict[str, Any]:
    """Train, or go on, until it dies in an evaluation; what the diary says then."""
    with monkeypatch.context() as patched:
        dying_at(patched, count)
        with pytest.raises(Dies):
            train("classroom", learner, out=folder) if out_of == "train" else resume(folder)
    return known(folder)


def assert_best_is_there(folder: Path, said: dict[str, Any]) -> None:
    assert read_about(folder / "seed-0" / "policy.zip").steps == said["best"]["steps"]


@pytest.mark.parametrize("kind", ["es", "ppo"])
def test_killed_before_its_first_checkpoint_it_begins_anew_and_keeps_its_best(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "ppo":
        pytest.importorskip("stable_baselines3")
    every = {"checkpoint_every": 10_000_000}
    learner = evolving(**every) if kind == "es" else small(steps=2_000, **every)
    learner = learner.updated({"evaluate": {"objective": "last"}})  # the best is not what it begins with
    folder = tmp_path / "out"
    before = killed(monkeypatch, learner, folder, 4)
    assert newest(folder / "seed-0") is None
    steps = [row["steps"] for row in before["evaluations"]]
    assert before["best"]["steps"] == steps[2] > 0.0
    policy = (folder / "seed-0" / "policy.zip").read_bytes()
    after = killed(monkeypatch, learner, folder, 2, "resume")
    assert after["best"] == before["best"]
    assert [row["steps"] for row in after["evaluations"]] == steps[:2]
    assert (folder / "seed-0" / "policy.zip").read_bytes() == policy
    made = resume(folder)
    assert made.state == "complete"
    assert made.outcomes[0].best is not None
    assert made.outcomes[0].best["score"] >= before["best"]["score"]
    assert_best_is_there(folder, known(folder))


@pytest.mark.parametrize("kind", ["es", "ppo"])
def test_killed_later_it_goes_on_from_its_newest_checkpoint(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "ppo":
        pytest.importorskip("stable_baselines3")
    learner = evolving() if kind == "es" else small(steps=2_000)
    folder = tmp_path / "out"
    before = killed(monkeypatch, learner, folder, 4)
    file = newest(folder / "seed-0")
    assert file is not None and read_about(file).steps > before["evaluations"][-1]["steps"]
    after = killed(monkeypatch, learner, folder, 2, "resume")
    rows = [row["steps"] for row in after["evaluations"]]
    assert rows[: len(before["evaluations"])] == [row["steps"] for row in before["evaluations"]]
    assert rows[-1] > read_about(file).steps
    assert after["best"]["score"] >= before["best"]["score"]
    assert_best_is_there(folder, after)


def test_evolution_that_was_killed_comes_to_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train("classroom", evolving(), out=tmp_path / "whole")
    folder = tmp_path / "killed"
    killed(monkeypatch, evolving(), folder, 4)
    resume(folder)
    whole, parts = (arrays(tmp_path / name / "seed-0" / "last.zip") for name in ("whole", "killed"))
    for name, array in whole.items():
        np.testing.assert_array_equal(array, parts[name], err_msg=name)
    assert known(folder)["best"]["score"] == known(tmp_path / "whole")["best"]["score"]


@pytest.mark.parametrize("kind", ["es", "ppo"])
def test_interrupted_in_its_last_evaluation_it_has_all_and_makes_up_for_that(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "ppo":
        pytest.importorskip("stable_baselines3")
    rare = {"evaluate_every": 10_000_000, "checkpoint_every": 10_000_000}
    learner = evolving(steps=GENERATION, **rare) if kind == "es" else small(steps=400, **rare)
    folder = tmp_path / "out"
    with monkeypatch.context() as patched:
        dying_at(patched, 2, KeyboardInterrupt)
        made = train("classroom", learner, out=folder)
    done = made.outcomes[0].steps
    assert read_about(folder / "seed-0" / "last.zip").steps == done == known(folder)["steps"]
    assert [row["steps"] for row in known(folder)["evaluations"]] == [0.0]
    resume(folder)
    assert [row["steps"] for row in known(folder)["evaluations"]] == [0.0, float(done)]


def test_what_is_due_is_due_at_multiples_wherever_training_went_on() -> None:
    assert [due(steps, 100) for steps in (0, 1, 99, 100, 101, 350)] == [100, 100, 100, 200, 200, 400]


def test_another_physics_is_not_gone_on_with(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["hashes"]["physics"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(ResultsError, match="another version of the physics") as told:
        resume(folder, 10 * GENERATION)
    assert told.value.key == "hashes.physics"
    assert f"twin train {folder / 'scenario.yaml'} --agent {folder / 'learner.yaml'}" in str(told.value)
    assert (folder / "manifest.json").read_bytes() == before


def test_evolution_with_another_learner_is_one_sentence(folder: Path) -> None:
    content = yaml.safe_load((folder / "learner.yaml").read_text())
    content["parameters"]["leave_out"] = ["week", "year", "comfort_", "price"]
    (folder / "learner.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(ResultsError, match=r"cannot be continued with this learner: \d+ numbers, expected"):
        resume(folder, 10 * GENERATION)
    assert json.loads((folder / "manifest.json").read_text())["state"] == "failed"


def test_a_disk_that_is_full_at_last_leaves_no_half_policy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, replace = (folder / "policy.zip").read_bytes(), Path.replace

    def full(draft: Path, target: Path) -> Path:
        if target == folder / "policy.zip":
            raise OSError(28, "No space left on device")
        return replace(draft, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ResultsError, match="No space left"):
        resume(folder)
    assert (folder / "policy.zip").read_bytes() == before
    assert not list(folder.glob(".policy*"))


def test_how_far_it_is_that_cannot_be_written_ends_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_text

    def full(path: Path, *more: Any, **named: Any) -> int:
        if path.name == ".steps":
            raise OSError(28, "No space left on device")
        return write(path, *more, **named)

    from twin.scenario.catalog import load_scenario
    from twin.training.seed import Job, train_seed

    monkeypatch.setattr(Path, "write_text", full)
    job = Job(tmp_path, load_scenario("classroom"), evolving(steps=GENERATION), 0, {})
    assert train_seed(job).state == "complete"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("kind", ["es", "ppo"])
def test_a_process_that_was_killed_loses_no_policy(kind: str, tmp_path: Path) -> None:
    if kind == "ppo":
        pytest.importorskip("stable_baselines3")
    learner = evolving(steps=10**9) if kind == "es" else small(steps=10**9)
    path, out = tmp_path / "mine.yaml", tmp_path / "out"
    path.write_text(learner_yaml(learner.updated({"name": "mine"})))
    command = [sys.executable, "-m", "twin.cli", "train", "classroom", "--agent", str(path), "--quiet"]
    process = subprocess.Popen(
        [*command, "--out", str(out)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    patience = time.monotonic() + 120
    while len(list(out.glob("seed-0/checkpoints/*.zip"))) < 3 and time.monotonic() < patience:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    before = known(out)
    file = newest(out / "seed-0")
    assert file is not None and read_about(file).steps >= before["evaluations"][-1]["steps"] > 0.0
    made = resume(out, read_about(file).steps + 2 * GENERATION)
    after = known(out)
    assert made.state == "complete"
    assert after["best"]["score"] >= before["best"]["score"]
    steps = [row["steps"] for row in after["evaluations"]]
    assert steps == sorted(set(steps))
    assert_best_is_there(out, after)
