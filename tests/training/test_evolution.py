"""Evolution strategy: the search finds minima, zones share weights, training is exact to continue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.basics.errors import TwinError
from twin.control.linear import LinearPolicy, arrays
from twin.experiment import run
from twin.scenario.catalog import load_agent, load_learner, load_scenario
from twin.scenario.learners import Learner
from twin.training import evolution
from twin.training.evolution import METHODS, Evolution
from twin.training.newton import PARTS
from twin.training.seed import STOP
from twin.training.shared import shared
from twin.training.strategy import SeparableCma
from twin.training.train import resume, train

GENERATION = 17 * 2 * 96  # of 16 candidates and the rule
STEPS = 2 * GENERATION - 10  # two of them


def small(**changes: Any) -> Learner:
    return load_learner("es").updated(
        {
            "parameters": {"population": 16, "episodes": 2},
            "training": {
                "steps": STEPS,
                "days": 2,
                "warm_up_days": 1,
                "starts": ["2023-02-07"],
                "evaluate_every": 9999,
            },
            "evaluate": {"starts": ["2023-02-21"], "seeds": [10_000], "days": 1},
        }
    ).updated(changes)  # fmt: skip


def values(folder: Path) -> list[dict[str, float]]:
    """Evaluations of the first seed without how long they took."""
    rows = json.loads((folder / "seed-0" / "training.json").read_text())["evaluations"]
    return [{name: value for name, value in row.items() if name != "wall_s"} for row in rows]


@given(st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=12), st.integers(0, 1000))
def test_the_search_finds_the_lowest_point_of_an_uneven_bowl(low: list[float], seed: int) -> None:
    bottom, random = np.array(low), np.random.default_rng(seed)
    steep = np.logspace(0.0, 2.0, len(bottom))
    search = SeparableCma(len(bottom), 16, 0.5)
    for _ in range(400):
        search.tell((steep * (search.ask(random) - bottom) ** 2).sum(axis=1))
    np.testing.assert_allclose(search.mean, bottom, atol=1e-3)


def test_a_search_that_is_recalled_goes_on_as_if_it_had_not_stopped() -> None:
    def go(search: SeparableCma, generations: range) -> None:
        for g in generations:
            candidates = search.ask(np.random.default_rng(g))
            search.tell(((candidates - 1.0) ** 2).sum(axis=1))

    whole, first, second = (SeparableCma(5, 8, 0.3) for _ in range(3))
    go(whole, range(20))
    go(first, range(10))
    second.recall(first.state())
    go(second, range(10, 20))
    np.testing.assert_array_equal(whole.mean, second.mean)
    assert whole.sigma == second.sigma
    with pytest.raises(ValueError, match="expected 6"):
        SeparableCma(6, 8, 0.3).recall(first.state())


def test_zones_share_their_weights_and_hear_themselves() -> None:
    seen = ["a.air_temperature", "b.air_temperature", "rule.a.heating_setpoint", "rule.b.heating_setpoint",
            "time.week_sin", "site.outdoor_temperature"]  # fmt: skip
    made = shared(seen, ["a.heating_offset", "b.heating_offset", "supply_offset"], ["a", "b"], ["week"])
    # a zone's: own temperature, own rule, outdoors, bias, two biases of its own; then two means, one, a bias
    assert made.count == 6 + 4
    assert made.begin == [0.0] * 10
    weight, bias = (part[0] for part in made.weights(np.arange(1.0, 11.0)[None]))
    np.testing.assert_array_equal(weight[0, [0, 2, 5]], weight[1, [1, 3, 5]])
    assert weight[0, 1] == weight[0, 3] == weight[1, 0] == weight[1, 2] == 0.0
    assert (weight[:, 4] == 0.0).all()
    assert weight[2, 0] == weight[2, 1] != 0.0
    assert bias[0] != bias[1]


def test_a_linear_policy_is_cut_and_stored_as_it_is(tmp_path: Path) -> None:
    policy = LinearPolicy(np.array([[2.0, 0.0], [0.5, -0.5]]), np.array([0.0, 0.1]))
    action, state = policy.predict(np.array([[1.0, 1.0], [-0.2, 0.4]], dtype=np.float32), "kept")
    np.testing.assert_allclose(action, [[1.0, 0.1], [-0.4, -0.2]], atol=1e-6)
    assert state == "kept"
    with (tmp_path / "p.zip").open("wb") as stream:
        policy.save(stream, more=np.arange(3))
    again = LinearPolicy.load(tmp_path / "p.zip")
    np.testing.assert_array_equal(again.weight, policy.weight)
    np.testing.assert_array_equal(arrays(tmp_path / "p.zip")["more"], np.arange(3))


def test_training_is_reproducible_and_runs_anywhere(tmp_path: Path) -> None:
    whole = train("classroom", small(), out=tmp_path / "whole")
    assert whole.state == "complete"
    assert whole.outcomes[0].steps == 2 * GENERATION
    twice = train("classroom", small(), out=tmp_path / "twice")
    last = [arrays(tmp_path / name / "seed-0" / "last.zip") for name in ("whole", "twice")]
    for name, array in last[0].items():
        np.testing.assert_array_equal(array, last[1][name])
    assert np.abs(last[0]["weight"]).max() > 0.0
    scenario = load_scenario("classroom", {"run": {"days": 1, "warm_up_days": 1}})
    zipped = run(scenario, load_agent(twice.folder / "seed-0" / "last.zip"), out=tmp_path / "zip")
    assert zipped.state == "complete"


def test_going_on_after_a_stop_gives_the_numbers_of_not_stopping(tmp_path: Path) -> None:
    """Also its evaluations stand at the same steps: they fall on multiples, not on where it went on."""
    longer = small(training={"steps": 2 * STEPS, "evaluate_every": GENERATION + 100})
    train("classroom", longer, out=tmp_path / "whole")
    folder = tmp_path / "parts"
    stopped = train("classroom", longer, out=folder, progress=lambda *_: (folder / STOP).touch())
    assert (stopped.state, stopped.outcomes[0].steps) == ("interrupted", GENERATION)
    assert resume(folder).state == "complete"
    whole, parts = (arrays(tmp_path / name / "seed-0" / "last.zip") for name in ("whole", "parts"))
    assert np.abs(whole["weight"]).max() > 0.0
    for name, array in whole.items():
        np.testing.assert_array_equal(array, parts[name], err_msg=name)
    rows = [values(tmp_path / name) for name in ("whole", "parts")]
    assert rows[0] == [row for row in rows[1] if row["steps"] != GENERATION]


@pytest.mark.parametrize("method", METHODS)
def test_a_search_that_was_stopped_goes_on_exactly(method: str, tmp_path: Path) -> None:
    def fresh() -> Evolution:
        learner = small(parameters={"method": method, "sigma": 0.2})
        return Evolution(load_scenario("classroom"), learner, 3, 1_000_000)

    whole, first, second = fresh(), fresh(), fresh()
    assert whole.generation(lambda: False)
    assert whole.generation(lambda: False)
    assert first.generation(lambda: False)
    assert not first.generation(lambda: True)  # Ctrl-C in the midst of a generation leaves no trace
    with (tmp_path / "last.zip").open("wb") as stream:
        first.save(stream)
    second.recall(arrays(tmp_path / "last.zip"), first.num_timesteps)
    assert second.generation(lambda: False)
    np.testing.assert_array_equal(second.policy.weight, whole.policy.weight)
    assert second.num_timesteps == whole.num_timesteps
    assert np.abs(whole.policy.weight).max() > 0.0


def test_newton_s_many_candidates_play_in_parts_what_they_would_play_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learner = small(parameters={"method": "newton", "sigma": 0.2, "starts_at_once": 2}).updated(
        {"training": {"starts": ["2023-02-07", "2023-02-10"]}}
    )
    played = []
    for slots in (1000, 1):
        monkeypatch.setattr(evolution, "SLOTS", slots)
        model = Evolution(load_scenario("classroom"), learner, 3, 1_000_000)
        assert model.generation(lambda: False)
        assert model.generation(lambda: False)
        played.append(model)
    np.testing.assert_array_equal(played[0].policy.weight, played[1].policy.weight)
    count = model._weights.count
    assert model.num_timesteps == ((2 * count + 2) + (len(PARTS) + 1)) * 2 * 2 * 96


def test_the_onnx_file_acts_as_the_policy_does(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    from twin.scenario.policy_file import session

    made = train("classroom", small(), out=tmp_path / "es")
    width = len(arrays(made.folder / "policy.zip")["weight"][0])
    seen = np.random.default_rng(0).uniform(-1.0, 1.0, (50, width)).astype(np.float32)
    policy = LinearPolicy.load(made.folder / "policy.zip")
    found = session(made.folder / "policy.onnx").run(["action"], {"observation": seen})[0]
    np.testing.assert_allclose(found, policy.predict(seen)[0], atol=1e-5)


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({"populatin": 3}, "population"),
        ({"population": "many"}, "population"),
        ({"population": 2}, "whole numbers from 4 on"),
        ({"leave_out": 3}, "leave_out"),
        ({"sigma": True}, "sigma"),
        ({"method": 3}, "method"),
        ({"method": "newtn"}, "did you mean 'newton'"),
    ],
)
def test_parameters_that_are_none_are_refused(parameters: dict[str, Any], word: str, tmp_path: Path) -> None:
    with pytest.raises(TwinError, match=word):
        train("classroom", small(parameters=parameters), out=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_choices_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TwinError, match="discrete_levels"):
        train("classroom", small(task={"discrete_levels": 3}), out=tmp_path / "none")
