"""Options of a task: every face plays each of them alike, and each does what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from twin.basics.errors import ControllerError, ScenarioError
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv
from twin.physics import layout as la
from twin.scenario.catalog import load_learner

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17"}
SB3 = importlib.util.find_spec("stable_baselines3") is not None
Array = np.ndarray[Any, Any]
MINE = """
import numpy as np

def care(terms, observation, names):
    air = [i for i, name in enumerate(names) if name.endswith(".air_temperature")]
    return -terms["hvac_kwh"] - terms["discomfort_kh"] - 0.01 * abs(observation[:, air] - 21.0).sum(axis=1)

def wrong_shape(terms, observation, names):
    return np.zeros((len(observation), 2))

def not_finite(terms, observation, names):
    return np.where(np.arange(len(observation)) == 1, np.nan, 0.0)

def not_numbers(terms, observation, names):
    return "much"

def fails(terms, observation, names):
    return terms["kwh"]

def too_few(terms):
    return -terms["cost"]
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(MINE, encoding="utf-8")
    return path


def make(name: str = "classroom", **more: Any) -> BuildingEnv:
    return BuildingEnv(name, **(SHORT | more))


def chosen(env: BuildingVectorEnv, steps: int) -> Array:
    """Actions of every kind of space (steps, N, ...)."""
    rng, space = np.random.default_rng(0), env.single_action_space
    if isinstance(space, gymnasium.spaces.Discrete):
        return rng.integers(space.n, size=(steps, env.num_envs))
    return rng.uniform(-1, 1, (steps, env.num_envs, *(space.shape or ()))).astype(np.float32)


OPTIONS: list[dict[str, Any]] = [
    {"readings": "truth"},
    {"discrete_levels": 3, "action": "supervisory"},
    {"relative": True},
    {"relative": True, "building_wide": ["heating_setpoint"], "discrete_levels": 3},
    {"quantities": ["heating_setpoint", "ventilation_command"], "plant_above": {"ventilation_command": 0.2}},
    {"reward": "productivity"},
    {"constraint": "co2", "forecast": ["comfort_lower", "comfort_upper"], "forecast_h": list(range(1, 25))},
    {"reward": "own"},
]


@pytest.mark.parametrize("task", OPTIONS, ids=lambda task: "-".join(task))
def test_all_faces_play_alike(task: dict[str, Any], mine: Path) -> None:
    if task.get("reward") == "own":
        task = task | {"reward": f"{mine}:care"}
    env = BuildingVectorEnv(2, "classroom", pool=2, task=task, autoreset_mode="SameStep", **SHORT)
    singles = [make(pool=2, task=task) for _ in range(2)]
    seen, _ = env.reset(seed=0)
    for slot, one in enumerate(singles):
        np.testing.assert_array_equal(one.reset(seed=slot)[0], seen[slot])
    other: Any = None
    if SB3:
        from twin.envs.sb3 import BuildingVecEnv

        other = BuildingVecEnv("classroom", 2, pool=2, task=task, **SHORT)
        other.seed(0)
        np.testing.assert_array_equal(other.reset(), seen)
    for action in chosen(env, 96):
        seen, reward, _, truncated, info = env.step(action)
        for slot, one in enumerate(singles):
            its, worth, _, _, its_info = one.step(action[slot])
            np.testing.assert_array_equal(its, info["final_obs"][slot] if truncated[slot] else seen[slot])
            assert worth == reward[slot]
            many = info["final_info"] if truncated[slot] else info
            assert all(its_info[name] == many[name][slot] for name in its_info)
        if other is not None:
            its, worth, _, _ = other.step(action)
            np.testing.assert_array_equal(its, seen)
            np.testing.assert_array_equal(worth, reward.astype(np.float32))
    assert truncated.all()


@pytest.mark.parametrize("task", OPTIONS[:7], ids=lambda task: "-".join(task))
def test_gymnasium_s_checker_finds_nothing(task: dict[str, Any], recwarn: pytest.WarningsRecorder) -> None:
    check_env(make(task=task), skip_render_check=True)
    assert [str(w.message) for w in recwarn if "gymnasium" in str(w.filename)] == []


@pytest.mark.skipif(not SB3, reason="stable-baselines3 is not installed (the extra rl)")
def test_sb3_s_checker_finds_nothing_in_choices(recwarn: pytest.WarningsRecorder) -> None:
    from stable_baselines3.common.env_checker import check_env as check

    check(make(task=OPTIONS[1]), warn=True)
    assert [str(w.message) for w in recwarn if "stable_baselines3" in str(w.filename)] == []


def test_forecasts_of_bounds_are_the_tightest_that_come() -> None:
    """In order of quantity, then hour; a day later what was forecast is what holds."""
    hours = tuple(range(1, 25))
    spec = {"normalise": False, "forecast": ("comfort_lower", "comfort_upper"), "forecast_h": hours}
    env = make("office", days=2, task=spec)
    seen, _ = env.reset(seed=0)
    names = env.observation_names
    first = names.index("forecast.comfort_lower.1_h")
    expected = [f"forecast.{bound}.{h}_h" for bound in ("comfort_lower", "comfort_upper") for h in hours]
    assert list(names[first : first + 48]) == expected
    assert env.observation_units[first] == "°C"
    ahead = seen[first : first + 48].reshape(2, 24)
    assert len(np.unique(ahead[0])) == len(np.unique(ahead[1])) == 2
    lower = [i for i, name in enumerate(names) if name.endswith(".comfort_lower")]
    upper = [i for i, name in enumerate(names) if name.endswith(".comfort_upper")]
    for hour in range(24):
        for _ in range(4):
            seen, *_ = env.step(np.zeros(len(env.action_names)))
        assert seen[lower].max() == ahead[0, hour] and seen[upper].min() == ahead[1, hour]


def test_truth_is_what_is_so_and_readings_are_not() -> None:
    envs = [make("office", task={"readings": r, "normalise": False}) for r in ("truth", "sensor")]
    columns = [i for i, n in enumerate(envs[0].observation_names) if n.endswith(".air_temperature")]
    differs = 0.0
    for env in envs:
        env.reset(seed=0)
        for _ in range(20):
            seen, *_ = env.step(np.zeros(len(env.action_names)))
            error = np.abs(seen[columns] - env.batch.simulator.state.zone[0, :, la.Z_AIR]).max()
            if env is envs[0]:
                assert error < 1e-5
            differs = max(differs, error)
    assert differs > 0.01
    assert envs[0].observation_names == envs[1].observation_names


def test_choices_are_digits_of_which_the_first_action_s_is_slowest() -> None:
    env = make(task={"action": "supervisory", "discrete_levels": 3})
    outlook, count = env.batch.outlook, len(env.action_names)
    assert isinstance(env.action_space, gymnasium.spaces.Discrete)
    assert env.action_space.n == outlook.choices == 3**count
    every = outlook.decode(np.arange(3**count))
    assert sorted(set(every.ravel())) == [-1.0, 0.0, 1.0]
    assert len({tuple(row) for row in every}) == 3**count
    assert (every[0] == -1.0).all() and (every[-1] == 1.0).all()
    assert every[1].tolist() == [-1.0] * (count - 1) + [0.0]
    np.testing.assert_array_equal(outlook.command(np.array([5])), outlook.command(every[5:6]))


@pytest.mark.parametrize(("name", "count"), [("office", 81), ("home", 27), ("school", 27), ("classroom", 27)])
def test_the_shipped_dqn_has_few_enough_choices_everywhere(name: str, count: int) -> None:
    env = make(name, task=load_learner("dqn").for_scenario(name).task)
    assert isinstance(env.action_space, gymnasium.spaces.Discrete)
    assert env.action_space.n == count
    check_env(env, skip_render_check=True)


@pytest.mark.parametrize("choice", [np.array([-1]), np.array([10**9]), np.array([[1, 2]])])
def test_choices_that_are_none_are_refused(choice: Array) -> None:
    outlook = make(task={"action": "supervisory", "discrete_levels": 2}).batch.outlook
    with pytest.raises(ValueError):
        outlook.decode(choice)
    with pytest.raises(ValueError):
        outlook.command(choice)


@pytest.mark.parametrize(
    ("task", "match"),
    [
        ({"discrete_levels": 21}, r"discrete_levels.*choices.*supervisory"),
        ({"discrete_levels": 1}, "discrete_levels.*one level"),
        ({"discrete_levels": 22}, "discrete_levels"),
        ({"reward": "boptst"}, "did you mean 'boptest'"),
        ({"reward": "mine.txt:fn"}, "unknown reward"),
        ({"readings": "true"}, "task.readings"),
        ({"constraint": "none"}, "task.constraint"),
        ({"quantities": ["heating_setpont"]}, "heating_setpoint"),
        ({"plant_above": {"fan_speed_command": 1.0}}, "plant_above"),
        ({"quantities": ["damper_command"]}, "nothing to set"),
        ({"moves_from": {"ventilation_command": 0.3}}, "moves_from.*task with a rule"),
        ({"rule": "setback", "moves_from": {"damper_command": 0.3}}, "moves_from.*ventilation_command"),
        ({"rule": "setback", "moves_from": {"ventilation_comand": 0}}, "did you mean 'ventilation_command'"),
        ({"rule": "setback", "moves_from": {"ventilation_command": 1.3}}, "moves_from.*0 to 1"),
        ({"rule": "setback", "moves_from": {"ventilation_command": 0.3},
          "ranges": {"ventilation_command": [0, 1]}}, "moves_from.*range of their own"),
    ],
)
def test_wrong_options_are_refused(task: dict[str, Any], match: str) -> None:
    name = "office" if "discrete_levels" in task else "home" if "quantities" in task else "classroom"
    with pytest.raises(ScenarioError, match=match):
        make(name, task=task)


def test_relative_setpoints_follow_the_bounds_ahead() -> None:
    """Zero offset is the bound while people are expected, and a ramp before."""
    spec = {"relative": True, "normalise": False, "ranges": {"heating_offset": [-1, 1]}, "forecast": ()}
    env = make("office", days=1, task=spec | {"ramp_heating_k_per_h": 1.0})
    assert env.action_names[0].endswith(".heating_offset")
    at = env.batch.outlook.levers.names.index("core.heating_offset")
    lower = env.observation_names.index("core.comfort_lower")
    heating = [p.id for p in env.batch.building.command_points].index("core.heating_setpoint")
    column = int(env.batch.building.command_columns[heating])
    seen, _ = env.reset(seed=0)
    action = np.zeros(len(env.action_names))
    bound, setpoint = [], []
    for step in range(96):
        action[at] = 1.0 if step == 60 else 0.0
        bound.append(seen[lower])
        seen, *_ = env.step(action)
        setpoint.append(env.batch.simulator.state.command[0, column])
    excess = np.array(setpoint) - np.array(bound)
    begins = int(np.argmax(np.array(bound) == max(bound)))
    assert excess[begins] == 0.0 and excess[60] == 1.0
    assert excess[begins - 4] == pytest.approx(max(bound) - min(bound) - 1.0)  # an hour before, at 1 K/h
    assert (np.diff(setpoint[begins - 16 : begins]) == pytest.approx(0.25)) and (excess >= 0.0).all()


def test_beyond_a_threshold_the_plant_decides() -> None:
    spec = {
        "quantities": ["fan_speed_command"],
        "plant_above": {"fan_speed_command": 0.5},
        "ranges": {"fan_speed_command": [0, 0.6]},
    }
    outlook = make("office", task=spec).batch.outlook
    given = np.array([[-1.0], [-0.25], [0.5], [0.51], [1.0]])
    assert outlook.action_names == ("ahu.fan_speed_command",)
    fan = outlook.levers.points(given)[
        :, [p.quantity for p in outlook.task.action.points].index("fan_speed_command")
    ]
    np.testing.assert_allclose(fan, [0.0, 0.3, 0.6, np.nan, np.nan])


def test_raw_terms_are_the_same_whatever_the_reward(mine: Path) -> None:
    raw = ("hvac_cost", "discomfort_kh", "co2_kppmh", "constraint_cost")
    envs = [
        make(task={"reward": r}) for r in (f"{mine}:care", "currency", "boptest", "linear", "productivity")
    ]
    totals = np.zeros(4)
    for env in envs:
        env.reset(seed=0)
    for _ in range(96):
        first, *infos = [env.step(-np.ones(len(env.action_names)))[4] for env in envs]
        for info in infos:
            assert [info[name] for name in raw] == [first[name] for name in raw]
        assert first["cost"] == first["hvac_cost"]
        assert first["constraint_cost"] == first["discomfort_kh"] + first["co2_kppmh"]
        assert all(infos[-1][name] == first[name] for name in ("hvac_kwh", "occupants"))
        totals += [first[name] for name in ("hvac_kwh", "hvac_cost", "discomfort_kh", "co2_kppmh")]
    state = envs[0].batch.simulator.state
    energy, zone = state.kpi[0, : la.END_USES], state.kpi_zone[0]
    hvac = energy.sum() - energy[la.E_LIGHTS] - energy[la.E_EQUIPMENT]
    warmth, air = zone[:, la.KZ_TDIS_OCCUPIED].sum() / 3600, zone[:, la.KZ_IDIS_OCCUPIED].sum() / 3.6e6
    assert totals == pytest.approx([hvac / 3.6e6, state.kpi[0, la.KP_COST_HVAC], warmth, air])
    assert totals[2] > 0.0


@pytest.mark.parametrize("which", ["temperature", "co2"])
def test_a_constraint_may_be_one_of_the_two(which: str) -> None:
    env, name = make(task={"constraint": which}), {"temperature": "discomfort_kh", "co2": "co2_kppmh"}[which]
    env.reset(seed=0)
    for _ in range(60):
        info = env.step(-np.ones(len(env.action_names)))[4]
        assert info["constraint_cost"] == info[name]


def test_a_reward_of_one_s_own_sees_terms_and_engineering_units(mine: Path) -> None:
    env = make(task={"reward": f"{mine}:care"})
    env.reset(seed=0)
    air = env.observation_names.index("classroom.air_temperature")
    for _ in range(60):
        seen, reward, _, _, info = env.step(-np.ones(len(env.action_names)))
        warm = env.batch.outlook.engineering(seen)[air]
        expected = -info["hvac_kwh"] - info["discomfort_kh"] - 0.01 * abs(warm - 21.0)
        assert reward == pytest.approx(expected, rel=1e-12)
        assert {"cost", "temperature", "co2"} < set(info)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("car", r"mine\.py: there is no such function.*did you mean 'care'"),
        ("too_few", r"too_few: this function cannot be called.*terms, observation, names"),
    ],
)
def test_functions_that_are_none_are_refused_at_once(mine: Path, name: str, match: str) -> None:
    with pytest.raises(ControllerError, match=match):
        make(task={"reward": f"{mine}:{name}"})


def test_files_that_are_none_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ControllerError, match=r"none\.py: cannot be read"):
        make(task={"reward": f"{tmp_path / 'none.py'}:fn"})
    (tmp_path / "broken.py").write_text("def fn(terms, observation, names):\n    retrn 1\n", encoding="utf-8")
    with pytest.raises(ControllerError, match="cannot be imported"):
        make(task={"reward": f"{tmp_path / 'broken.py'}:fn"})


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("wrong_shape", r"wrong_shape: .*wrong shape.*\(2, 2\).*\(2,\)"),
        ("not_finite", "not_finite: a reward is not finite.*building 1"),
        ("not_numbers", "not_numbers: a reward is not numbers"),
        ("fails", r"(?s)mine\.py:18: fails: failed.*return terms\[\"kwh\"\].*KeyError"),
    ],
)
def test_answers_that_are_none_are_told_with_their_place(mine: Path, name: str, match: str) -> None:
    env = BuildingVectorEnv(2, "classroom", task={"reward": f"{mine}:{name}"}, **SHORT)
    env.reset(seed=0)
    with pytest.raises(ControllerError, match=match):
        env.step(env.action_space.sample())


def test_an_own_reward_of_the_reset_step_is_zero(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("def fn(t, o, n):\n    return t['cost'] * 0 + 1\n", encoding="utf-8")
    env = BuildingVectorEnv(2, "classroom", task={"reward": f"{tmp_path / 'one.py'}:fn"}, **SHORT)
    env.reset(seed=0)
    rewards = [env.step(action)[1].tolist() for action in chosen(env, 98)]
    assert rewards[:96] == [[1.0, 1.0]] * 96 and rewards[96:] == [[0.0, 0.0], [1.0, 1.0]]


def test_a_reward_may_be_a_function_in_python(mine: Path) -> None:
    """It is what the same function in a file is, on every face, in forks and in a copy."""
    module: dict[str, Any] = {}
    exec(MINE, module)
    task = {"reward": module["care"]}
    ours, other = make(task=task), make(task={"reward": f"{mine}:care"})
    many = BuildingVectorEnv(2, "classroom", task=task, **SHORT)
    faces: list[Any] = []
    if SB3:
        from twin.envs.sb3 import BuildingVecEnv

        faces.append(BuildingVecEnv("classroom", 2, task, **SHORT))
        faces[0].seed(0)
    for env in (ours, other, many):
        env.reset(seed=0)
    for face in faces:
        face.reset()
    for k in range(40):
        action = np.full(3, 0.05 * (k - 20))
        reward = ours.step(action)[1]
        assert reward == other.step(action)[1] == many.step(np.stack([action, action]))[1][0]
        assert all(face.step(np.stack([action, action]))[1][0] == np.float32(reward) for face in faces)
    child = ours.fork(2)
    assert child.step(np.zeros((2, 3)))[1].tolist() == [ours.step(np.zeros(3))[1]] * 2


def test_a_function_in_python_that_is_none_is_told_with_its_name() -> None:
    with pytest.raises(ControllerError, match=r"test_options\.py: .*<lambda>.*cannot be called as needed"):
        make(task={"reward": lambda terms: 0.0})

    def fails(terms: Any, observation: Any, names: Any) -> Any:
        return terms["kwh"]

    env = make(task={"reward": fails})
    env.reset(seed=0)
    with pytest.raises(ControllerError, match=r"test_options\.py:\d+: .*fails: failed"):
        env.step(np.zeros(3))
