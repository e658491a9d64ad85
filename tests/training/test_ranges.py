"""Numbers that no algorithm can use are refused, from a file, the command line and for tuning."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from twin.basics.errors import ControllerError
from twin.cli import app
from twin.scenario.catalog import load_learner, load_scenario
from twin.scenario.learners import KINDS
from twin.training import ranges
from twin.training.algorithms import algorithm, check, policy_names
from twin.training.evolution import Parameters
from twin.training.train import train

NEEDS_RL = [kind for kind in KINDS if kind != "es"]
DAY = load_scenario("classroom", {"run": {"days": 1, "warm_up_days": 0}})
WRONG = [
    ("ppo", "gamma", -1),
    ("ppo", "gamma", 1.5),
    ("ppo", "gae_lambda", 2),
    ("ppo", "learning_rate", 0),
    ("ppo", "learning_rate", "lin_-0.001"),
    ("ppo", "learning_rate", float("nan")),
    ("ppo", "clip_range", 0.0),
    ("ppo", "n_epochs", 0),
    ("ppo", "n_steps", 2.5),
    ("a2c", "rms_prop_eps", 0),
    ("sac", "buffer_size", 0),
    ("sac", "tau", 1.1),
    ("sac", "gradient_steps", -2),
    ("td3", "policy_delay", 0),
    ("dqn", "exploration_final_eps", -0.1),
    ("es", "population", 1),
    ("es", "sigma", 0.0),
    ("es", "episodes", 0),
    ("es", "starts_at_once", 0),
    ("es", "comfort_price", -1.0),
]


@pytest.mark.parametrize(("kind", "name", "value"), WRONG)
def test_a_number_out_of_range_is_named_with_its_line_and_range(
    kind: str, name: str, value: Any, tmp_path: Path
) -> None:
    if kind != "es":
        pytest.importorskip("stable_baselines3")
    content = {"format": 1, "name": "mine", "kind": kind, "parameters": {name: value}}
    content["task"] = {"discrete_levels": 3} if kind == "dqn" else {}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    with pytest.raises(ControllerError, match="this number cannot be used") as told:
        train("classroom", path, out=tmp_path / "out")
    assert (told.value.file, told.value.key) == (str(path), f"parameters.{name}")
    assert told.value.line == 1 + path.read_text().splitlines().index(
        next(line for line in path.read_text().splitlines() if line.startswith(f"  {name}:"))
    )
    assert told.value.allowed == str(ranges.RANGES[name])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (
            "ppo",
            "gamma=1.5",
            "parameters.gamma: this number cannot be used (found 1.5); allowed: numbers from",
        ),
        ("ppo", "gamma=", "parameters.gamma: this is not a number"),
        ("ppo", "gamma=true", "parameters.gamma: this is not a number"),
        ("es", "population=1", "parameters.population: this number cannot be used (found 1); allowed: whole"),
    ],
)
def test_the_command_line_is_told_too(kind: str, given: str, words: str) -> None:
    if kind != "es":
        pytest.importorskip("stable_baselines3")
    result = CliRunner().invoke(app, ["train", "classroom", "--agent", kind, "--set", given])
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith(f"error: {words}")


@pytest.mark.parametrize(
    ("search", "key"),
    [
        ({"sigma": {"low": -0.1, "high": 0.2}}, "search.sigma.low"),
        ({"comfort_share": {"choices": [1.0, -0.5]}}, "search.comfort_share.choices[1]"),
        ({"population": {"choices": [32, 2]}}, "search.population.choices[1]"),
        ({"population": {"low": 8, "high": 64}}, "search.population"),
    ],
)
def test_tuning_looks_only_where_numbers_can_be_used(search: dict[str, Any], key: str) -> None:
    with pytest.raises(ControllerError) as told:
        check(load_learner("es").updated({"search": search}), DAY)
    assert told.value.key == key


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shipped_and_what_the_algorithms_begin_with_is_in_range(kind: str) -> None:
    if kind != "es":
        pytest.importorskip("sb3_contrib")
    check(load_learner(kind).for_scenario("classroom"), DAY)
    begin = Parameters if kind == "es" else algorithm(kind).__init__
    for name, parameter in inspect.signature(begin).parameters.items():
        if name in ranges.RANGES and isinstance(parameter.default, int | float):
            assert ranges.RANGES[name].holds(parameter.default), name


def test_every_range_is_of_a_parameter_that_there_is() -> None:
    pytest.importorskip("sb3_contrib")
    known = set(Parameters.__dataclass_fields__)
    for kind in NEEDS_RL:
        known |= set(inspect.signature(algorithm(kind).__init__).parameters)
        known |= set(policy_names(load_learner(kind)))
    assert set(ranges.RANGES) <= known
