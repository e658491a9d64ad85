"""What actions hear by name: hinges, hours and products, the same in a file and as ONNX."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from twin.basics.errors import ControllerError
from twin.control.linear import LinearPolicy
from twin.scenario.catalog import load_learner, load_scenario
from twin.scenario.learning import TaskSpec
from twin.scenario.policy_file import About, TrainedRun
from twin.training.evolution import Crowd, Evolution, parameters_of
from twin.training.features import Vocabulary

SEEN = ("a.air_temperature", "b.air_temperature", "rule.a.cooling_setpoint", "rule.b.cooling_setpoint",
        "site.outdoor_temperature", "time.day_sin", "time.day_cos", "a.presence", "b.presence")  # fmt: skip
LOWER = np.array([15.0, 15.0, 15.0, 15.0, -20.0, -1.0, -1.0, 0.0, 0.0])
UPPER = np.array([30.0, 30.0, 45.0, 45.0, 40.0, 1.0, 1.0, 1.0, 1.0])
DESCRIBED: dict[str, Any] = {
    "hot": {"of": "air_temperature - rule.cooling_setpoint", "from": -1.0, "to": 1.0, "most": 2.0},
    "mild": {"of": "-site.outdoor_temperature", "from": -15.0, "to": -5.0},
    "morning": {"hours": [8, 12.5]},
}
ACTED = "a.cooling_offset", "b.cooling_offset", "ahu.fan_speed_command"
FIVE = "hot*hot*hot*hot*hot"  # factors: one too many


def vocabulary(**described: Any) -> Vocabulary:
    return Vocabulary(SEEN, LOWER, UPPER, ["a", "b"], {**DESCRIBED, **described})


def seen(air: tuple[float, float], setpoint: float, outdoor: float, hour: float) -> NDArray[np.float32]:
    angle = 2.0 * np.pi * hour / 24.0
    plain = np.array([*air, setpoint, setpoint, outdoor, np.sin(angle), np.cos(angle), 1.0, 0.0])
    scaled: NDArray[np.float32] = (2.0 * (plain - LOWER) / (UPPER - LOWER) - 1.0).astype(np.float32)[None]
    return scaled


def features(product: str, observation: NDArray[np.float32]) -> float:
    made = vocabulary().weights(ACTED, {"fan_speed_command": {product: [0.0, 1.0]}})
    assert made.features is not None
    return float(made.features(observation)[0, 0])


def test_a_hinge_takes_the_largest_over_zones_and_is_cut() -> None:
    for air, expected in (
        ((24.0, 22.0), 0.5),
        ((20.0, 24.5), 0.75),
        ((20.0, 20.0), 0.0),
        ((29.0, 20.0), 2.0),
    ):
        assert features("hot", seen(air, 24.0, 0.0, 0.0)) == pytest.approx(expected, abs=1e-5)
    for outdoor, expected in ((20.0, 0.0), (10.0, 0.5), (-10.0, 1.0)):
        assert features("mild", seen((20.0, 20.0), 24.0, outdoor, 0.0)) == pytest.approx(expected, abs=1e-5)


def test_hours_begin_and_end_with_their_step_and_multiply() -> None:
    open_steps = [
        h / 4.0 for h in range(96) if features("morning", seen((20.0, 20.0), 24.0, 0.0, h / 4.0)) > 0.5
    ]
    assert open_steps == [8.0 + k / 4.0 for k in range(18)]
    for hour in open_steps:
        both = features("morning * mild", seen((20.0, 20.0), 24.0, 10.0, hour))
        assert both == pytest.approx(0.5, abs=1e-5)
    assert features("morning * mild", seen((20.0, 20.0), 24.0, 10.0, 13.0)) == 0.0


def test_zones_share_a_number_or_have_their_own_and_hear_their_own_presence() -> None:
    hears = {"cooling_offset": {"hot": [0.5, 2.0], "zone * hot": [0.0, 1.0], "presence": [0.25, 1.0]}}
    made = vocabulary().weights(ACTED, hears)
    assert made.count == 4  # one, two of zones, one
    assert made.begin == [0.5, 0.0, 0.25, 0.0]
    assert made.step == [2.0, 1.0, 1.0, 1.0]
    action, _ = made.policy(np.array(made.begin)).predict(seen((24.0, 24.0), 24.0, 0.0, 0.0))
    np.testing.assert_allclose(action[0], [0.25 + 0.25, 0.25 - 0.25, 0.0], atol=1e-5)


@pytest.mark.parametrize(
    ("described", "hears", "named"),
    [
        ({"x": {"of": "air_temperatur", "from": 0, "to": 1}}, {}, "features.x.of"),
        ({"x": {"of": "air_temperature", "from": 1, "to": 1}}, {}, "features.x.to"),
        ({"x": {"of": "air_temperature"}}, {}, "features.x"),
        ({"x": {"off": "air_temperature"}}, {}, "features.x.off"),
        ({"x": {"hours": [12, 8]}}, {}, "features.x.hours"),
        ({"x": 3}, {}, "features.x"),
        ({"x": {"of": "air_temperature presence", "from": 0, "to": 1}}, {}, "features.x.of"),
        ({"x": {"of": "air_temperature + presence", "from": 0, "to": 1}}, {}, "features.x.of"),
        ({"x": {"of": "air_temperature -", "from": 0, "to": 1}}, {}, "features.x.of"),
        ({"x": {"of": "air_temperature - - presence", "from": 0, "to": 1}}, {}, "features.x.of"),
        ({"x": {"of": "- -air_temperature", "from": 0, "to": 1}}, {}, "features.x.of"),
        ({"x": {"of": "-", "from": 0, "to": 1}}, {}, "features.x.of"),
        ({"x": {"of": "", "from": 0, "to": 1}}, {}, "features.x.of"),
        ({"x": {"of": "-presence" * 5, "from": 0, "to": 1}}, {}, "features.x.of"),
        ({"x": {"of": "presence", "from": 0, "to": 1, "hours": [8, 12]}}, {}, "features.x.of"),
        ({"x": {"hours": [8, 12], "most": 2}}, {}, "features.x.most"),
        ({"x": {"hours": [True, 12]}}, {}, "features.x.hours"),
        ({"x": {"of": "presence", "from": 0, "to": 1, "most": -1}}, {}, "features.x.most"),
        ({"x": {"of": "presence", "from": 0, "to": 1, "most": 0}}, {}, "features.x.most"),
        ({"x": {"of": "presence", "from": 0, "to": 1, "most": "high"}}, {}, "features.x.most"),
        ({"x": {"of": "presence", "from": 0, "to": float("inf")}}, {}, "features.x"),
        ({"x": {"of": "presence", "from": False, "to": True}}, {}, "features.x"),
        ({"one": {"of": "presence", "from": 0, "to": 1}}, {}, "features.one"),
        ({"zone": {"of": "presence", "from": 0, "to": 1}}, {}, "features.zone"),
        ({"a * b": {"of": "presence", "from": 0, "to": 1}}, {}, "features.a * b"),
        ({}, {"fan_speed_command": {"hot": [0, float("inf")]}}, "hears.fan_speed_command.hot"),
        ({}, {"fan_sped_command": {}}, "hears.fan_sped_command"),
        ({}, {"fan_speed_command": {"hott": [0, 1]}}, "hears.fan_speed_command.hott"),
        ({}, {"fan_speed_command": {"hot": 1}}, "hears.fan_speed_command.hot"),
        ({}, {"fan_speed_command": {"hot": [0, 0]}}, "hears.fan_speed_command.hot"),
        ({}, {"fan_speed_command": {"zone * hot": [0, 1]}}, "hears.fan_speed_command.zone * hot"),
        ({}, {"fan_speed_command": {FIVE: [0, 1]}}, f"hears.fan_speed_command.{FIVE}"),
    ],
)
def test_what_cannot_be_understood_is_named(described: Any, hears: Any, named: str) -> None:
    with pytest.raises(ControllerError) as raised:
        vocabulary(**described).weights(ACTED, hears)
    assert raised.value.key == f"parameters.{named}"
    assert raised.value.allowed


def test_an_expression_needs_no_spaces_and_subtracts_all_that_follow() -> None:
    observation = seen((24.0, 22.0), 24.0, 10.0, 0.0)
    for of, value in (
        ("air_temperature-rule.cooling_setpoint", 0.0),
        ("-site.outdoor_temperature - time.day_cos", -11.0),
        (" - rule.cooling_setpoint - site.outdoor_temperature - time.day_cos ", -35.0),
    ):
        made = vocabulary(x={"of": of, "from": value - 1.0, "to": value + 1.0}).weights(
            ACTED, {"fan_speed_command": {"x": [0.0, 1.0]}}
        )
        assert made.features is not None
        assert float(made.features(observation)[0, 0]) == pytest.approx(0.5, abs=1e-5), of


def test_a_policy_with_features_is_the_same_as_a_zip_and_as_onnx(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    from twin.training.export import write_onnx

    hears = {"cooling_offset": {"hot * morning": [0.5, 2.0], "zone * mild": [-0.3, 1.0]},
             "fan_speed_command": {"one": [0.2, 1.0], "hot * mild * morning * hot": [-0.9, 1.0]}}  # fmt: skip
    made = vocabulary().weights(ACTED, hears)
    policy = made.policy(np.array(made.begin))
    with (tmp_path / "policy.zip").open("wb") as stream:
        policy.save(stream)

    class Model:
        pass

    model: Any = Model()
    model.policy = LinearPolicy.load(tmp_path / "policy.zip")
    about = About(
        scenario="x", algorithm="es", seed=0, steps=1, command="", task=TaskSpec(),
        run=TrainedRun(control_step_s=900, tick_s=60), observation_names=SEEN, action_names=ACTED,
        discrete_levels=0,
    )  # fmt: skip
    assert write_onnx(tmp_path / "policy.onnx", model, about, None)
    observation = np.random.default_rng(0).uniform(-1.0, 1.0, (300, len(SEEN))).astype(np.float32)
    session = runtime.InferenceSession(str(tmp_path / "policy.onnx"))
    expected = policy.predict(observation)[0]
    assert np.abs(expected).max() > 0.1
    np.testing.assert_array_equal(model.policy.predict(observation)[0], expected)
    np.testing.assert_allclose(session.run(["action"], {"observation": observation})[0], expected, atol=1e-6)
    alone = np.concatenate([policy.predict(observation[i : i + 1])[0] for i in range(len(observation))])
    np.testing.assert_array_equal(alone, expected)


def test_the_offices_learner_begins_where_its_file_says() -> None:
    learner = load_learner("es").for_scenario("office").updated(
        {"parameters": {"population": 4, "episodes": 1},
         "training": {"days": 2, "warm_up_days": 1, "starts": ["2023-02-01"]}}
    )  # fmt: skip
    model = Evolution(load_scenario("office"), learner, 0, 1_000_000)
    assert len(model.policy.weight) == 13
    given = parameters_of(learner)
    begins = {float(np.float32(pair[0])) for quantity in given.hears.values() for pair in quantity.values()}
    assert len(begins) > 2
    assert set(np.unique(model.policy.weight).tolist()) == begins | {0.0}
    assert given.features


def test_an_episode_begins_where_the_policy_of_zeros_has_come_to() -> None:
    learner = load_learner("es").for_scenario("home").updated(
        {"training": {"days": 1, "warm_up_days": 1, "starts": ["2023-02-01", "2023-02-03"]}}
    )  # fmt: skip
    crowd = Crowd(load_scenario("home"), learner, [7, 8])
    asked = iter([False, True])
    assert not crowd.prepare(lambda: next(asked))  # stopped on the second day, which leaves nothing behind
    assert not crowd.prepared
    assert crowd.prepare(lambda: False)
    batch = crowd._gathered(3, [0, 1], [1, 0])
    first = batch.observe()
    batch.step(np.zeros((6, len(batch.outlook.action_names))))  # what was seen after it must not stay
    assert crowd._gathered(3, [0, 1], [1, 0]) is batch
    np.testing.assert_array_equal(batch.observe(), first)
    assert batch.seeds.tolist() == [8, 8, 8, 7, 7, 7]
    walked = crowd.first
    for name, array in batch.simulator.state._asdict().items():
        np.testing.assert_array_equal(array[3], walked.simulator.state._asdict()[name][0], err_msg=name)
        np.testing.assert_array_equal(array[0], array[2])
    ahead = int(batch.simulator.state.counter[3, 0] - batch.simulator.state.counter[0, 0])
    assert ahead * batch.building.clock.tick_s == 2 * 86_400
    assert date.fromisoformat("2023-02-01") == batch.scenario.run.start
