"""What a model-predictive controller knows of its building: numbers identified from telemetry, no more."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

MASS_H = (3.0, 12.0, 48.0)  # time constants of the three slow masses behind a zone's air [h]
INNER, WALL = 0, 1  # which stand for faces that follow the air, and for walls, as rules' fabric_time_h
FEATURES = (
    "mass_3h", "mass_12h", "mass_48h", "outdoor", "neighbours", "sun_morning", "sun_noon", "sun_afternoon",
    "people", "supply_air", "running", "constant", "ventilation",
)  # fmt: skip
MASS, OUTDOOR, NEIGHBOURS, SUN, PEOPLE, SUPPLY, RUNNING, CONSTANT, VENTILATION = (
    slice(0, 3), 3, 4, slice(5, 8), 8, 9, 10, 11, 12,
)  # fmt: skip
SUPPLY_C = 16.0  # air that a running air handler blows into a zone that calls for nothing, about [°C]
_SUN_HOURS = (9.0, 12.5, 16.0)
_SUN_WIDTH_H = 2.0


@dataclass(frozen=True)
class Model:
    """Thermal behaviour of Z zones and what heat and cold cost; all arrays start with the axis of zones.

    Attributes
    ----------
    zones
        Their names.
    theta
        (Z, len(FEATURES)) coefficients of the passive rate of temperature [K/h], see `features`.
    heat_most, cool_most
        Largest rates that heating and cooling brought about, passive rate apart [K/h], (Z,).
    heat_power, cool_power
        Metered power per zone's rate [kW per K/h], (Z,).
    heat_cold, heat_water, heat_load
        Share by which heating power grows per 10 K colder outdoors than 15 °C, per 10 K of supply water above
        30 °C, and from no load to full load.
    cool_warm
        Share by which cooling power grows per 10 K warmer outdoors than 15 °C.
    heat_limit, cool_limit
        Largest metered power [kW].
    heat_base, cool_base
        (3,) metered power that no rate explains: while the plant runs its hours, the same per 10 K colder
        (warmer) outdoors than 15 °C, and always [kW].
    fan_power
        Further electric power per rate of cooling [kW per K/h], (Z,).
    ventilation_power
        Electric power of full ventilation [kW], (Z,); zero where it cannot be set.
    heat_price, cool_price
        Price of the carrier [currency/kWh]; NaN: electricity at its price of the hour.
    lead_h, lag_h
        The plant runs from so long before the comfort bounds of occupied hours to so long after them [h].
    emission
        Rate of all zones together per kelvin of supply water above the rooms with valves open [1/h].
    co2
        (Z, 3): ppm/h from people present, outdoor air changes [1/h] without and by full ventilation.
    presence
        (Z, 2, 24): share of time with somebody there, on days off and working days, by civil hour.
    co2_limit, weight_kh, weight_kppmh
        Comfort as the scenario asks for it: [ppm], [currency] per person K h and 1000 ppm h.
    """

    zones: tuple[str, ...]
    theta: Float
    heat_most: Float
    cool_most: Float
    heat_power: Float
    cool_power: Float
    heat_cold: float
    heat_water: float
    heat_load: float
    cool_warm: float
    heat_limit: float
    cool_limit: float
    heat_base: Float
    cool_base: Float
    fan_power: Float
    ventilation_power: Float
    heat_price: float
    cool_price: float
    lead_h: float
    lag_h: float
    emission: float
    co2: Float
    presence: Float
    co2_limit: float
    weight_kh: float
    weight_kppmh: float

    def as_json(self) -> dict[str, Any]:
        """Everything as plain numbers and lists, for a manifest; None where there is no finite number."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return None if isinstance(value, float) and not np.isfinite(value) else value


def sun_shapes(hour: Float) -> Float:
    """How much of the sun counts as morning, noon and afternoon at civil hours (...,), (..., 3)."""
    apart = (np.asarray(hour, dtype=np.float64)[..., None] - np.array(_SUN_HOURS)) / _SUN_WIDTH_H
    return np.asarray(np.exp(-0.5 * apart * apart))


def mass_step(mass: Float, air: Float, hours: float) -> Float:
    """Slow masses (..., 3) after some hours beside air (...,) [°C]: first order, each at its own pace."""
    share = 1.0 - np.exp(-hours / np.array(MASS_H))
    return np.asarray(mass + share * (air[..., None] - mass))


def felt_surfaces(mass: Float, inner: float) -> Float:
    """Temperature of the surfaces that people feel (...,), of slow masses (..., 3) [°C].

    A share `inner` of them follows the air within hours, the others are as slow as walls.
    """
    return np.asarray(inner * mass[..., INNER] + (1.0 - inner) * mass[..., WALL])


def features(
    air: Float, mass: Float, outdoor: Float, sun: Float, people: Float, running: Float, share: Float
) -> Float:
    """Features of the passive rate, (K, Z, len(FEATURES)).

    Parameters
    ----------
    air, mass
        Temperatures (K, Z) and (K, Z, 3) [°C].
    outdoor, people, running
        (K,): outdoor temperature [°C], people expected in the building, 1 where the plant runs its hours.
    sun
        (K, 3) irradiance by time of day [kW/m2].
    share
        (K, Z) ventilation as a share of its design flow.
    """
    steps, zones = air.shape
    others = (air.sum(axis=1, keepdims=True) - air) / max(1, zones - 1)
    column = np.ones((steps, zones))
    rows = [
        *(mass[:, :, i] - air for i in range(len(MASS_H))),
        outdoor[:, None] - air,
        others - air if zones > 1 else 0.0 * column,
        *(sun[:, i, None] * column for i in range(3)),
        people[:, None] * column,
        running[:, None] * (SUPPLY_C - air),
        running[:, None] * column,
        column,
        share * (outdoor[:, None] - air),
    ]
    return np.stack(rows, axis=2)
