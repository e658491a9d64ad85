"""CityLearn, for its own interpreter: `python -m benchmarks.peers_citylearn 5`, so many buildings at once.

Its data sets are fetched over the network when they are used. So that this measures the same everywhere, a
month of invented loads and weather is written in its format instead: what a step costs depends on what a
building has, not on how much of it is used.
"""

from __future__ import annotations

import csv
import importlib
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.peers_clock import Constant, serve, version_of

STEP_S = 900
A_DAY = 86_400 // STEP_S
STEPS = 28 * A_DAY
AHEAD = ("", "_predicted_1", "_predicted_2", "_predicted_3")
Row = dict[str, float]
DEVICES: dict[str, tuple[str, dict[str, Any]]] = {
    "heating_device": (
        "HeatPump",
        {"nominal_power": 4.0, "efficiency": 0.25, "target_heating_temperature": 45.0},
    ),
    "cooling_device": (
        "HeatPump",
        {"nominal_power": 4.0, "efficiency": 0.25, "target_cooling_temperature": 8.0},
    ),
    "dhw_device": ("ElectricHeater", {"nominal_power": 3.0, "efficiency": 0.95}),
    "dhw_storage": ("StorageTank", {"capacity": 5.0, "loss_coefficient": 0.005}),
    "electrical_storage": ("Battery", {"capacity": 6.4, "efficiency": 0.9, "nominal_power": 5.0}),
    "pv": ("PV", {"nominal_power": 4.0}),
}
SHARED = (
    "month", "day_type", "hour", "outdoor_dry_bulb_temperature", "outdoor_dry_bulb_temperature_predicted_1",
    "direct_solar_irradiance", "carbon_intensity", "electricity_pricing", "electricity_pricing_predicted_1",
)  # fmt: skip
OWN = (
    "indoor_dry_bulb_temperature", "heating_demand", "non_shiftable_load", "solar_generation",
    "dhw_storage_soc", "electrical_storage_soc", "net_electricity_consumption",
)  # fmt: skip


def hour_of(step: int) -> tuple[int, int, int]:
    """Day, hour and minute of a step."""
    minutes = step * STEP_S // 60
    return minutes // 1440, minutes // 60 % 24, minutes % 60


def building(step: int, wave: float) -> Row:
    """A row of a building's loads."""
    day, hour, minute = hour_of(step)
    return {
        "month": 1, "hour": hour + 1, "minutes": minute, "day_type": 1 + day % 7,
        "daylight_savings_status": 0, "indoor_dry_bulb_temperature": 21.0,
        "average_unmet_cooling_setpoint_difference": 0.0, "indoor_relative_humidity": 40.0,
        "non_shiftable_load": 0.3 + 0.2 * wave, "dhw_demand": 0.1, "cooling_demand": 0.0,
        "heating_demand": 1.0 - 0.3 * wave, "solar_generation": 600.0 * max(wave, 0.0), "occupant_count": 2,
        "indoor_dry_bulb_temperature_cooling_set_point": 26.0,
        "indoor_dry_bulb_temperature_heating_set_point": 20.0, "hvac_mode": 3,
    }  # fmt: skip


def weather(_: int, wave: float) -> Row:
    """A row of weather, its forecasts alike."""
    now = {
        "outdoor_dry_bulb_temperature": 5.0 + 5.0 * wave,
        "outdoor_relative_humidity": 60.0,
        "diffuse_solar_irradiance": 100.0 * max(wave, 0.0),
        "direct_solar_irradiance": 400.0 * max(wave, 0.0),
    }
    return {name + ahead: value for name, value in now.items() for ahead in AHEAD}


def pricing(_: int, wave: float) -> Row:
    """A row of prices."""
    return {"electricity_pricing" + ahead: 0.2 + 0.05 * wave for ahead in AHEAD}


def carbon(_: int, wave: float) -> Row:
    """A row of carbon intensity."""
    return {"carbon_intensity": 0.3 - 0.1 * wave}


def write_data(folder: Path) -> None:
    """A month of 15-minute rows in its format."""
    for of in (building, weather, pricing, carbon):
        rows = [of(k, math.sin(math.tau * (k / A_DAY - 0.25))) for k in range(STEPS)]
        with (folder / f"{of.__name__}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def schema(folder: Path, count: int) -> dict[str, Any]:
    """What CityLearn reads: `count` buildings with these devices."""
    one: dict[str, Any] = {
        "include": True, "energy_simulation": "building.csv", "weather": "weather.csv",
        "carbon_intensity": "carbon.csv", "pricing": "pricing.csv",
        "inactive_observations": [], "inactive_actions": [],
    }  # fmt: skip
    for name, (kind, attributes) in DEVICES.items():
        one[name] = {"type": f"citylearn.energy_model.{kind}", "autosize": False, "attributes": attributes}
    seen = {name: {"active": True, "shared_in_central_agent": name in SHARED} for name in (*SHARED, *OWN)}
    return {
        "random_seed": 0, "root_directory": str(folder), "central_agent": True,
        "simulation_start_time_step": 0, "simulation_end_time_step": STEPS - 1,
        "episode_time_steps": None, "rolling_episode_split": False, "random_episode_split": False,
        "seconds_per_time_step": STEP_S, "observations": seen,
        "actions": {"dhw_storage": {"active": True}, "electrical_storage": {"active": True}},
        "agent": {"type": "citylearn.agents.base.Agent", "attributes": {}},
        "reward_function": {"type": "citylearn.reward_function.RewardFunction", "attributes": None},
        "buildings": {f"Building_{k + 1}": one for k in range(count)},
    }  # fmt: skip


def district(module: Any, folder: Path, count: int) -> Constant:
    """Buildings with a heat pump, hot water storage, a battery and PV under one agent."""
    env = module.CityLearnEnv(schema(folder, count))
    return Constant(env, [[0.1] * len(space.high) for space in env.action_space])


if __name__ == "__main__":
    buildings = int(sys.argv[1])
    citylearn = importlib.import_module("citylearn.citylearn")
    with tempfile.TemporaryDirectory() as place:
        write_data(Path(place))
        serve(version_of("citylearn"), lambda: district(citylearn, Path(place), buildings), count=buildings)
