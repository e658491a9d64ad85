"""Learners' files: shipped ones are good, and bad ones are told where."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.basics.errors import ScenarioError
from twin.scenario.catalog import load_agent, load_any_agent, load_learner
from twin.scenario.learners import KINDS, Learner

TEXT = "format: 1\nname: mine\nkind: ppo\n"


def read(tmp_path: Path, text: str) -> Learner:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT + text)
    return load_learner(path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_algorithm_has_a_shipped_learner(kind: str) -> None:
    learner = load_learner(kind)
    assert (learner.name, learner.kind) == (kind, kind)
    assert learner.search


def test_a_learner_asked_for_as_controller_says_how_to_train() -> None:
    with pytest.raises(ScenarioError, match="twin train office --agent ppo"):
        load_agent("ppo")


def test_a_rule_asked_for_as_learner_names_the_learners() -> None:
    with pytest.raises(ScenarioError, match="sac"):
        load_learner("setback")


def test_any_agent_reads_both() -> None:
    assert isinstance(load_any_agent("ppo"), Learner)
    assert load_any_agent("setback").kind == "setback"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("trainin: {steps: 5}\n", "did you mean 'training'?"),
        ("training: {steps: 0}\n", "at least 1"),
        ("training: {stepps: 5}\n", "did you mean 'steps'?"),
        ("task: {actoin: direct}\n", "did you mean 'action'?"),
        ("evaluate: {seeds: [3]}\n", "training has the others"),
        ("evaluate: {seeds: []}\n", "at least one seed"),
        ("tuning: {seeds: [10000]}\n", "share a seed"),
        ("policy: MlpLstmPolicy\n", "does not remember"),
        ("search: {gamma: {low: 1.0, high: 0.5}}\n", "the range is empty"),
        ("search: {gamma: {low: 0.5}}\n", "low and high, or choices"),
        ("scenarios: {office: {training: {step: 5}}}\n", "did you mean 'steps'?"),
    ],
)
def test_a_bad_file_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ScenarioError) as told:
        read(tmp_path, text)
    assert words in str(told.value)
    assert "mine.yaml:4" in str(told.value)


def test_what_differs_for_a_scenario_merges(tmp_path: Path) -> None:
    learner = read(
        tmp_path,
        "parameters: {gamma: 0.9, n_steps: 8}\ntraining: {envs: 3}\ntask: {time: false}\n"
        "scenarios: {office: {parameters: {gamma: 0.5}, training: {steps: 7}, task: {action: direct}}}\n",
    )
    office, home = learner.for_scenario("office"), learner.for_scenario("home")
    assert office.parameters == {"gamma": 0.5, "n_steps": 8}
    assert (office.training.envs, office.training.steps) == (3, 7)
    assert (office.task.time, office.task.action) == (False, "direct")
    assert home.parameters == {"gamma": 0.9, "n_steps": 8}
    assert not home.scenarios
