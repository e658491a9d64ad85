"""A room of known numbers that writes the telemetry of a building."""

from __future__ import annotations

import numpy as np

from twin.control.mpc import SIGHT
from twin.control.mpc_model import CONSTANT, FEATURES, OUTDOOR, Float, Model
from twin.estimation import Telemetry

STEP_S = 900.0
LOSS, GAIN, POWER = 0.02, 0.1, 2.0  # [1/h], [K/h], [kW per K/h]
ZONE = "room"


def names() -> tuple[str, ...]:
    """Columns that a planning controller sees of this room."""
    own = [f"{ZONE}.{q}" for q in ("air_temperature", "co2", "presence", "comfort_lower", "comfort_upper",
                                   "hours_to_occupied")]  # fmt: skip
    site = ["site.outdoor_temperature", "site.electricity_price", "time.day_sin", "time.day_cos"]
    return (*own, *site, *(f"forecast.{q}.{h:g}_h" for q in SIGHT.forecast for h in SIGHT.forecast_h))


def row(hour: float, air: float, *, outdoor: float = 0.0, prices: Float | None = None) -> Float:
    """One observation: occupied from 8 to 18, comfort 21 to 25 °C then, 15 to 30 °C otherwise."""
    open_at = lambda h: 8.0 <= h % 24.0 < 18.0  # noqa: E731
    price = np.ones(24) if prices is None else prices
    wait = 0.0 if open_at(hour) else (8.0 - hour) % 24.0
    angle = 2.0 * np.pi * hour / 24.0
    values = [air, 500.0, 0.0, 21.0 if open_at(hour) else 15.0, 25.0 if open_at(hour) else 30.0, wait]
    values += [outdoor, price[int(hour) % 24], np.sin(angle), np.cos(angle)]
    later = [hour + h for h in SIGHT.forecast_h]
    for quantity in SIGHT.forecast:
        values += {
            "outdoor_temperature": [outdoor] * 24,
            "global_horizontal_irradiance": [0.0] * 24,
            "electricity_price": [price[int(h) % 24] for h in later],
            "occupants": [2.0 if open_at(h) else 0.0 for h in later],
            "comfort_lower": [21.0 if open_at(h) else 15.0 for h in later],
            "comfort_upper": [25.0 if open_at(h) else 30.0 for h in later],
        }[quantity]
    return np.array(values)


def telemetry(days: int = 8, meter: str = "heating.electric_energy") -> Telemetry:
    """The room heated by day at 1 K/h up to a setpoint that changes every 5 hours, drifting in between."""
    steps = round(days * 86400.0 / STEP_S)
    draw = np.random.default_rng(1)
    air, register = 21.0, 0.0
    seen, sent, counted = [], [], [0.0]
    outdoor = 5.0 + 5.0 * np.sin(2.0 * np.pi * np.arange(steps + 1) / 96.0)
    setpoint = 21.0
    for k in range(steps + 1):
        if k % 20 == 0:
            setpoint = float(draw.choice([16.0, 19.0, 21.0, 23.0]))
        seen.append(row((k * 0.25) % 24.0, air, outdoor=float(outdoor[k])))
        if k == steps:
            break
        heat = float(np.clip((setpoint + 0.5 - air) / 0.25, 0.0, 1.0))
        air += 0.25 * (LOSS * (outdoor[k] - air) + GAIN + heat)
        register += 0.25 * POWER * heat
        sent.append([setpoint])
        counted.append(register)
    return Telemetry(
        names(),
        np.array(seen),
        (f"{ZONE}.heating_setpoint",),
        np.array(sent),
        {meter: np.array(counted)},
        STEP_S,
    )


def model(**changed: object) -> Model:
    """The room's true numbers, or some of them changed."""
    theta = np.zeros((1, len(FEATURES)))
    theta[0, OUTDOOR], theta[0, CONSTANT] = LOSS, GAIN
    one = np.ones(1)
    numbers: dict[str, object] = {
        "zones": (ZONE,), "theta": theta, "heat_most": 2.0 * one, "cool_most": 2.0 * one,
        "heat_power": POWER * one, "cool_power": POWER * one, "heat_cold": 0.0, "heat_water": 0.0,
        "heat_load": 0.0, "cool_warm": 0.0, "heat_limit": np.inf, "cool_limit": np.inf,
        "heat_base": np.zeros(3), "cool_base": np.zeros(3), "fan_power": 0.0 * one,
        "ventilation_power": 0.0 * one, "heat_price": np.nan,
        "cool_price": np.nan,
        "lead_h": 0.0, "lag_h": 0.0, "emission": 0.0, "co2": np.zeros((1, 3)),
        "presence": np.ones((1, 2, 24)), "co2_limit": 1000.0, "weight_kh": 5.0, "weight_kppmh": 0.2,
    }  # fmt: skip
    return Model(**(numbers | changed))  # type: ignore[arg-type]
