"""One building as a Gymnasium environment."""

from __future__ import annotations

from datetime import date
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

import twin.envs  # registers the ids
from twin.basics.errors import ScenarioError, TwinError
from twin.building.assembly import assemble
from twin.control.build import build
from twin.envs.single import BuildingEnv
from twin.kpi import evaluate
from twin.physics import layout as la
from twin.physics.kernel import advance
from twin.scenario.catalog import load_agent, load_scenario
from twin.simulator import Simulator
from twin.task import Task, warm_up

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17"}


def make(name: str = "office", **more: Any) -> BuildingEnv:
    return BuildingEnv(name, **(SHORT | more))


def play(env: BuildingEnv, steps: int, seed: int | None = 0, actions: int = 0) -> np.ndarray[Any, Any]:
    """Rows of observation and reward of random actions."""
    rng = np.random.default_rng(actions)
    assert env.action_space.shape is not None
    first, _ = env.reset(seed=seed)
    rows = [np.append(first, 0.0)]
    for _ in range(steps):
        seen, reward, _, _, _ = env.step(rng.uniform(-1, 1, env.action_space.shape))
        rows.append(np.append(seen, reward))
    return np.array(rows)


@pytest.mark.parametrize("name", [name for name in twin.envs.IDS if "Building" not in name])
def test_gymnasium_s_own_checker_finds_nothing(name: str, recwarn: pytest.WarningsRecorder) -> None:
    env = gymnasium.make(name, render_mode="rgb_array", **SHORT)
    check_env(env.unwrapped)
    assert [str(w.message) for w in recwarn if "gymnasium" in str(w.filename)] == []


def test_make_registers_by_module_and_adds_no_time_limit() -> None:
    env = gymnasium.make("twin.envs:twin/Classroom-v0", **SHORT)
    assert "TimeLimit" not in str(env)
    assert env.spec is not None and env.spec.max_episode_steps is None


def test_a_scenario_of_one_s_own(repository: Any) -> None:
    env = gymnasium.make("twin/Building-v0", scenario=repository / "scenarios" / "classroom.yaml", **SHORT)
    seen, _ = env.reset(seed=0)
    assert env.observation_space.contains(seen)


def test_the_horizon_is_the_scenario_s_and_truncates() -> None:
    env = make("classroom")
    env.reset(seed=0)
    for step in range(96):
        _, _, terminated, truncated, _ = env.step(np.zeros(env.action_space.shape or ()))
        assert not terminated
        assert truncated == (step == 95)
    with pytest.raises(ResetNeeded):
        env.step(np.zeros(env.action_space.shape or ()))


def test_step_before_reset_is_refused() -> None:
    env = make("classroom")
    with pytest.raises(ResetNeeded):
        env.step(np.zeros(env.action_space.shape or ()))


def test_equal_seeds_give_equal_trajectories_and_others_do_not() -> None:
    one, two = make(), make()
    np.testing.assert_array_equal(play(one, 60, seed=3), play(two, 60, seed=3))
    np.testing.assert_array_equal(play(one, 60, seed=3), play(two, 60, seed=3))
    assert (play(one, 60, seed=3) != play(two, 60, seed=4)).any()


def test_episodes_follow_from_the_seed() -> None:
    one, two = make(pool=0), make(pool=0)
    one.reset(seed=3), two.reset(seed=3)
    first = [one.reset()[1]["episode_seed"] for _ in range(4)]
    assert first == [two.reset()[1]["episode_seed"] for _ in range(4)]
    assert len(set(first)) == 4


def test_the_pool_is_all_that_is_played() -> None:
    env = make("classroom", pool=2)
    seeds = {env.reset(seed=s)[1]["episode_seed"] for s in range(5)}
    seeds |= {env.reset()[1]["episode_seed"] for _ in range(5)}
    assert seeds == {0, 1}


def readings(simulator: Simulator) -> np.ndarray:
    """What devices felt, read and when (N, P, 3)."""
    return simulator.state.sensor[:, :, [la.SN_LAGGED, la.SN_READING, la.SN_TIME]]


def test_an_episode_is_that_of_the_simulator_with_the_same_seed() -> None:
    """Forecasts look beyond the end, and the pool shares arrays: neither may change a number."""
    env = make("office")
    assert env.batch.spec.days_ahead == 1
    env.reset(seed=0, options={"episode_seed": 11})
    scenario = load_scenario("office", {"run": SHORT})
    building = assemble(scenario, [11])
    also = ["supply_air_temperature_setpoint", "minimum_outdoor_air_command"]
    simulator, task = Simulator(building), Task(building, also=also)
    plain = Task(building)
    warm_up(simulator, plain, build(load_agent("setback"), plain.observation, plain.action, 900.0, [11]))
    seen = [building.sensors.index(device) for device in env.batch.building.sensors]
    assert 0 < len(seen) < len(building.sensors), "only devices that a task can see are read"
    rng = np.random.default_rng(0)
    for _ in range(96):
        action = rng.uniform(-1, 1, (1, len(env.action_names)))
        _, reward, _, _, _ = env.step(action[0])
        simulator.step(env.batch.outlook.command(action))
        np.testing.assert_array_equal(env.batch.simulator.state.zone, simulator.state.zone)
        np.testing.assert_array_equal(readings(env.batch.simulator), readings(simulator)[:, seen])
        assert reward == task.reward(simulator)[0]
    assert len(getattr(advance, "overloads", "1")) == 1, "one layout of arrays: the physics compiles once"


def test_observations_are_the_task_s_in_engineering_units() -> None:
    env, raw = make(), make(task={"normalise": False})
    scaled, units = play(env, 20)[:, :-1], play(raw, 20)[:, :-1]
    back = env.batch.outlook.engineering(scaled)
    inside = np.abs(scaled) < 1.0
    np.testing.assert_allclose(back[inside], units[inside], rtol=1e-4, atol=2e-3)
    assert inside.mean() > 0.5
    air = env.observation_names.index("open_plan_south.air_temperature")
    assert env.observation_units[air] == "°C"
    assert 15.0 < units[0, air] < 30.0


def test_reward_is_minus_the_terms_of_info() -> None:
    env = make()
    env.reset(seed=0)
    total = 0.0
    for _ in range(96):
        _, reward, _, _, info = env.step(-np.ones(env.action_space.shape or ()))
        assert reward == -(info["cost"] + info["temperature"] + info["co2"])
        total -= reward
    kpi, zone = env.batch.simulator.state.kpi[0], env.batch.simulator.state.kpi_zone[0]
    comfort = env.batch.scenario.comfort
    warmth = comfort.weight_currency_per_kh * zone[:, la.KZ_TDIS_OCCUPIED].sum() / 3600
    air = comfort.weight_currency_per_kppmh * zone[:, la.KZ_IDIS_OCCUPIED].sum() / 3.6e6
    assert total == pytest.approx(kpi[la.KP_COST_HVAC] + warmth + air, rel=1e-9)


def test_weights_of_the_reward_may_be_chosen() -> None:
    env = make(task={"weight_currency_per_kh": 0.0, "weight_currency_per_kppmh": 0.0})
    env.reset(seed=0)
    for _ in range(60):
        _, reward, _, _, info = env.step(-np.ones(env.action_space.shape or ()))
        assert reward == -info["cost"] and info["temperature"] == 0.0


def test_options_move_the_start() -> None:
    env = make("classroom")
    summer, _ = env.reset(seed=0, options={"start": date(2023, 7, 11)})
    again, _ = env.reset(seed=0)
    winter, _ = make("classroom").reset(seed=0)
    out = env.observation_names.index("site.outdoor_temperature")
    assert summer[out] > winter[out] + 0.2
    np.testing.assert_array_equal(again, winter)
    by_name, _ = make("office").reset(seed=0, options={"start": "summer"})
    assert env.observation_space is not None and by_name.shape == (47,)


WRONG: list[dict[str, Any]] = [
    {"start": "sumer"},
    {"begin": 1},
    {"episode_seed": -1},
    {"episode_seed": True},
    {"episode_seed": 2**63},
    {"reset_mask": np.array([True])},  # a vector's option
]


@pytest.mark.parametrize("options", WRONG)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(TwinError, match=r"options\."):
        make().reset(seed=0, options=options)


@pytest.mark.parametrize(
    ("task", "match"),
    [
        ({"actions": "direct"}, "task.actions.*did you mean 'action'"),
        ({"action": "directly"}, "task.action"),
        ({"ranges": {"air_temperatur": (1, 2)}}, "air_temperature"),
        ({"ranges": {"co2": (2, 1)}}, "empty"),
        ({"forecast_h": (-1,)}, "forecast_h"),
    ],
)
def test_wrong_tasks_are_refused(task: dict[str, Any], match: str) -> None:
    with pytest.raises(ScenarioError, match=match):
        make(task=task)


@pytest.mark.parametrize("keys", [{"pool": -1}, {"render_mode": "human"}, {"days": 0}, {"dayz": 3}])
def test_wrong_arguments_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(TwinError):
        make("classroom", **keys)


@pytest.mark.parametrize("seed", [-1, True, 1.5, 2**63, 2**70])
@pytest.mark.parametrize("starts", [None, ("2023-01-17", "2023-07-11")])
def test_a_seed_that_is_none_is_refused_and_nothing_changes(seed: Any, starts: Any) -> None:
    env, other = make("classroom", starts=starts), make("classroom", starts=starts)
    for each in (env, other):
        each.reset(seed=1)
    with pytest.raises(TwinError, match="seed: this is not a seed"):
        env.reset(seed=seed, options={"start": "2023-10-10"})
    np.testing.assert_array_equal(env.step(np.zeros(3))[0], other.step(np.zeros(3))[0])
    np.testing.assert_array_equal(env.reset()[0], other.reset()[0])
    assert env.np_random.integers(2**31) == other.np_random.integers(2**31)


@pytest.mark.parametrize("seed", [2**63 - 1, np.int64(7)])
def test_every_whole_number_of_63_bits_is_a_seed(seed: Any) -> None:
    env = make("classroom", pool=0, starts=("2023-01-17", "2023-07-11"))
    assert env.reset(seed=seed)[1]["episode_seed"] == seed
    env.reset()
    env.fork(2, reseed=[2**63 - 1, 2**64 - 1]).step(np.zeros((2, 3)))
    with pytest.raises(TwinError, match="first_seed"):
        make("classroom", pool=2, first_seed=2**63 - 1)


@pytest.mark.parametrize("past", [0, 3])
def test_restore_continues_exactly(past: int) -> None:
    env = make(task={"past_steps": past})
    play(env, 30, seed=2)
    actions = np.random.default_rng(1).uniform(-1, 1, (40, len(env.action_names)))
    kept = env.snapshot()
    first = [env.step(a) for a in actions]
    env.reset(seed=5)
    env.restore(kept)
    for action, (seen, reward, _, _, info) in zip(actions, first, strict=True):
        seen2, reward2, _, _, info2 = env.step(action)
        np.testing.assert_array_equal(seen, seen2)
        assert reward == reward2 and info == info2


def test_restore_crosses_starts_and_the_end_of_an_episode() -> None:
    env = make("classroom", task={"past_steps": 2})
    rows = play(env, 10, seed=1)
    kept = env.snapshot()
    env.reset(options={"start": "2023-07-11"})
    env.restore(kept)
    np.testing.assert_array_equal(env.batch.observe()[0], rows[-1, :-1].astype(np.float32))
    assert env.reset()[1] == make_next(env)


def make_next(env: BuildingEnv) -> dict[str, Any]:
    """What the second episode of seed 1 says."""
    other = make("classroom", task={"past_steps": 2})
    other.reset(seed=1)
    return other.reset()[1]


def test_a_snapshot_of_another_task_is_refused() -> None:
    with pytest.raises(TwinError, match="another environment"):
        make("classroom").restore(make("classroom", task={"past_steps": 1}).snapshot())


def test_forks_share_the_future_and_leave_the_parent_alone() -> None:
    env = make(pool=0, task={"past_steps": 2})
    play(env, 30, seed=2)
    child = env.fork(3)
    actions = np.random.default_rng(1).uniform(-1, 1, (40, len(env.action_names)))
    for action in actions:
        seen, reward, _, _, _ = env.step(action)
        many, rewards, _, _, _ = child.step(np.repeat(action[None], 3, axis=0))
        np.testing.assert_array_equal(many, np.repeat(seen[None], 3, axis=0))
        assert (rewards == reward).all()


def test_past_values_are_those_that_were_seen() -> None:
    env = make("classroom", task={"past_steps": 2})
    rows = play(env, 20)
    names = env.observation_names
    air = "classroom.air_temperature"
    now, one, two = (names.index(air + ago) for ago in ("", ".1_steps_ago", ".2_steps_ago"))
    np.testing.assert_array_equal(rows[1:, one], rows[:-1, now])
    np.testing.assert_array_equal(rows[2:, two], rows[:-2, now])


def test_perfect_forecasts_come_true() -> None:
    env = make("classroom", task={"normalise": False, "forecast_h": (1.0, 3.0)})
    rows, names = play(env, 60), env.observation_names
    for quantity in ("electricity_price",):
        now = rows[:, names.index(f"site.{quantity}")]
        for hours in (1, 3):
            ahead = rows[:, names.index(f"forecast.{quantity}.{hours}_h")]
            np.testing.assert_array_equal(ahead[: -4 * hours], now[4 * hours :])
    weather = env.batch.building.boundary.weather[0, :, la.W_TEMPERATURE]
    first = env.batch.building.clock.warm_up_ticks * 60 // 300
    ahead = rows[:, names.index("forecast.outdoor_temperature.3_h")]
    np.testing.assert_allclose(ahead, weather[first + 36 :: 3][: len(ahead)], rtol=1e-6)


@pytest.mark.parametrize("level", ["thermostat", "setpoints", "supervisory", "direct"])
@pytest.mark.parametrize("name", ["office", "home", "school", "classroom"])
def test_every_level_of_action_moves_the_building(name: str, level: str) -> None:
    if (name, level) == ("classroom", "direct"):
        level = "setpoints"
    env = make(name, task={"action": level, "forecast_h": ()})
    low, high = make(name, task={"action": level, "forecast_h": ()}), env
    low.reset(seed=0), high.reset(seed=0)
    assert len(env.action_names) == (env.action_space.shape or (0,))[0] > 0
    for _ in range(40):
        low.step(-np.ones(len(env.action_names)))
        high.step(np.ones(len(env.action_names)))
    assert (low.batch.simulator.state.zone != high.batch.simulator.state.zone).any()


AIR_HANDLER = ("supply_air_temperature_setpoint", "minimum_outdoor_air_command")
ASKED: list[tuple[str, str, int, tuple[str, ...]]] = [
    ("office", "thermostat", 10, ()),
    ("office", "setpoints", 12, tuple(f"ahu.{quantity}" for quantity in AIR_HANDLER)),
    ("office", "supervisory", 4, AIR_HANDLER),
    ("home", "setpoints", 6, ("living.ventilation_command",)),
    ("home", "supervisory", 3, ("ventilation_command", "supply_water_temperature_setpoint")),
    ("school", "supervisory", 3, ("ventilation_command",)),
    ("classroom", "setpoints", 3, ("classroom.ventilation_command",)),
]


@pytest.mark.parametrize(("name", "level", "count", "beside"), ASKED)
def test_levels_set_temperatures_supply_air_and_ventilation(
    name: str, level: str, count: int, beside: tuple[str, ...]
) -> None:
    names = make(name, task={"action": level}).action_names
    assert len(names) == count and set(beside) <= set(names)


def test_outdoor_air_of_the_air_handler_is_the_action_s() -> None:
    """A winter noon, supply air too warm for the economizer: what is asked for, and CO2 falls with it."""
    flows, stale = [], []
    for asked in (-1.0, 0.0, 1.0, np.nan):
        env = make("office")
        env.reset(seed=0)
        signals = [point.id for point in env.batch.building.signal_points]
        action = np.full(len(env.action_names), np.nan)
        action[env.action_names.index("ahu.minimum_outdoor_air_command")] = asked
        action[env.action_names.index("ahu.supply_air_temperature_setpoint")] = 0.3  # 26 °C
        for _ in range(4 * 12):
            env.step(action)
        flows.append(env.batch.simulator.state.signal[0, signals.index("ahu.outdoor_air_flow")])
        stale.append(env.batch.simulator.state.zone[0, :, la.Z_CO2].max())
    none, half, every, plant = flows
    assert none < 0.02 * every and 0.4 * every < half < 0.6 * every and half < plant <= 1.01 * every
    assert stale[0] > stale[1] > stale[2]


def test_actions_stand_for_the_points_bounds_and_ranges_narrow_them() -> None:
    env = make("classroom", task={"ranges": {"heating_setpoint": (15.0, 24.0)}})
    outlook = env.batch.outlook
    at = outlook.action_names.index("classroom.heating_setpoint")
    assert (outlook.action_lower[at], outlook.action_upper[at]) == (15.0, 24.0)
    row = outlook.command(-np.ones((1, len(outlook.action_names))))
    assert row[0, la.C_HEATING] == 15.0
    cooling = outlook.action_names.index("classroom.cooling_setpoint")
    assert (outlook.action_lower[cooling], outlook.action_upper[cooling]) == (15.0, 45.0)


def test_the_plan_is_drawn_and_changes() -> None:
    env = make("office", render_mode="rgb_array")
    env.reset(seed=0)
    before = env.render()
    for _ in range(48):
        env.step(np.zeros(env.action_space.shape or ()))
    after = env.render()
    assert before is not None and after is not None
    assert before.dtype == np.uint8 and before.shape[2] == 3
    assert (before != after).any()
    assert make("office").render() is None


def test_an_unseeded_environment_may_be_reset_again() -> None:
    env = make("classroom")
    env.reset()
    seen, _ = env.reset()
    assert env.observation_space.contains(seen)


def test_boptest_s_reward_is_the_increase_of_its_indicators() -> None:
    env = make("classroom", task={"reward": "boptest", "weight_currency_per_kh": 0.25})
    env.reset(seed=0)
    total = sum(env.step(-np.ones(len(env.action_names)))[1] for _ in range(96))
    values = evaluate(env.batch.simulator)[0].values
    cost, discomfort = values["cost_tot"], values["tdis_tot"]
    assert cost is not None and discomfort is not None and discomfort > 0.0
    assert -total == pytest.approx(cost + 0.25 * discomfort, rel=1e-9)


def test_the_linear_reward_is_sinergym_s() -> None:
    env = make("classroom", task={"reward": "linear"})
    env.reset(seed=0)
    rewards, power, warmth = 0.0, 0.0, 0.0
    for _ in range(96):
        _, reward, _, _, info = env.step(-np.ones(len(env.action_names)))
        assert reward == -(info["energy"] + info["temperature"])
        rewards, power, warmth = rewards + reward, power + info["energy"], warmth + info["temperature"]
    values = evaluate(env.batch.simulator)[0].values
    energy, discomfort = values["ener_tot"], values["tdis_tot"]
    assert energy is not None and discomfort is not None
    area = float(env.batch.building.parameters.constant[la.X_FLOOR_AREA])
    assert power / 96 == pytest.approx(0.5 * 1e-4 * energy * area * 1000.0 / 24.0)  # mean power of a day [W]
    assert warmth / 96 == pytest.approx(0.5 * discomfort / 24.0)  # mean deviation [K]; one zone


@pytest.mark.parametrize("reward", ["boptest", "linear"])
def test_named_rewards_survive_restore_and_begin_at_zero(reward: str) -> None:
    env = make("classroom", task={"reward": reward})
    _, info = env.reset(seed=0)
    assert info["temperature"] == 0.0
    action = -np.ones(len(env.action_names))
    for _ in range(10):
        env.step(action)
    kept = env.snapshot()
    first = env.step(action)[1]
    env.reset()
    env.restore(kept)
    assert env.step(action)[1] == first


def temperature_errors(level: str, seed: int = 0) -> np.ndarray[Any, Any]:
    """What is forecast less what comes (steps, hours ahead) [K]."""
    spec: dict[str, Any] = {"normalise": False, "forecast_h": (1, 2, 12)}
    rows = [play(make("classroom", task=spec | {"forecast_error": e}), 95, seed) for e in ("none", level)]
    names = make("classroom", task=spec).observation_names
    columns = [i for i, name in enumerate(names) if name.startswith("forecast.outdoor_temperature")]
    assert len(columns) == 3
    others = np.delete(rows[1] - rows[0], columns, axis=1)
    assert (others == 0.0).all()
    return (rows[1] - rows[0])[:, columns]


def test_forecast_errors_grow_with_time_and_level_and_repeat() -> None:
    low, high = temperature_errors("low"), temperature_errors("high")
    assert low[:, 2].std() > low[:, 0].std() > 0.0
    assert high.std() > low.std()
    np.testing.assert_array_equal(low, temperature_errors("low"))
    assert (low != temperature_errors("low", seed=1)).any()


def test_forecast_errors_have_the_moments_of_boptest_s_model() -> None:
    outlook = make("office", days=60, task={"forecast_error": "high", "forecast_h": (1, 24)}).batch.outlook
    errors = np.concatenate([outlook.errors(seed) for seed in range(4)])
    mean, variance = -0.58, 1.5**2
    moments = []
    for _ in range(24):
        mean, variance = 0.95 * mean - 0.015, 0.95**2 * variance + 0.7**2
        moments.append((mean, variance**0.5))
    for column, (expected, spread) in zip(errors.T, (moments[0], moments[-1]), strict=True):
        assert column.mean() == pytest.approx(expected, abs=0.06)
        assert column.std() == pytest.approx(spread, rel=0.03)


def test_episodes_that_a_window_forgot_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.envs.window.KEPT", 3)
    env = make("classroom", pool=0, start="2023-01-24")
    first = {seed: play(env, 20, seed) for seed in (1, 2, 3, 4, 5)}
    assert len(env.batch.window._at) <= 3
    for seed in (5, 2, 1):
        np.testing.assert_array_equal(play(env, 20, seed), first[seed])


def test_a_control_step_that_does_not_divide_the_episode_ends_early() -> None:
    env = make("classroom", control_step_s=10800, tick_s=300, days=1)
    env.reset(seed=0)
    ends = [env.step(np.zeros(len(env.action_names)))[3] for _ in range(8)]
    assert ends == [False] * 7 + [True]
    with pytest.raises(ScenarioError, match="whole number of control steps"):
        make("classroom", control_step_s=25200)
