"""How far an episode's weather strays from its file: words, or numbers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer

from twin.scenario.record import Record, wrong

Level = Literal["none", "low", "medium", "high"]

# Standard deviations of temperature [K], clearness [-] and wind [-]: the steps of 1.5 K and 0.1 are ours
LEVELS: dict[str, tuple[float, float, float]] = {
    "none": (0.0, 0.0, 0.0),
    "low": (1.5, 0.1, 0.1),
    "medium": (3.0, 0.2, 0.2),
    "high": (4.5, 0.3, 0.3),
}


class WeatherVariability(Record):
    """How far an episode's weather strays from its file (twin.building.variation); all zero: not at all.

    Time constants by default as in C. Richardson, D. Wright, WGEN, USDA ARS-8 (1984): correlation from day to
    day of 0.65 for temperature and 0.25 for solar radiation.
    """

    temperature_shift_k: float = Field(0.0, ge=-10, le=10)  # all year warmer, or colder, than the file
    temperature_sd_k: float = Field(0.0, ge=0, le=8)  # standard deviation of the air temperature
    temperature_time_h: float = Field(56.0, ge=6, le=720)  # time constant of its wandering
    clearness_sd: float = Field(0.0, ge=0, le=0.45)  # of the sun's share that comes through, relative
    clearness_time_h: float = Field(17.0, ge=6, le=720)  # time constant of its wandering
    wind_sd: float = Field(0.0, ge=0, le=0.5)  # of the wind speed, relative
    wind_time_h: float = Field(24.0, ge=6, le=720)  # time constant of its wandering

    @property
    def on(self) -> bool:
        """Whether it changes anything."""
        strays = max(self.temperature_sd_k, self.clearness_sd, self.wind_sd) > 0.0
        return strays or self.temperature_shift_k != 0.0

    @model_serializer(mode="wrap")
    def _as_word(self, handler: SerializerFunctionWrapHandler) -> Any:
        return next((word for word in LEVELS if self == level(word)), None) or handler(self)


def level(word: str) -> WeatherVariability:
    """The variability that a word stands for."""
    temperature, clearness, wind = LEVELS[word]
    return WeatherVariability(temperature_sd_k=temperature, clearness_sd=clearness, wind_sd=wind)


def _spelled_out(value: Any) -> Any:
    """One word is a level."""
    if not isinstance(value, str):
        return value
    if value not in LEVELS:
        raise wrong("unknown value", (), value, options=LEVELS)
    temperature, clearness, wind = LEVELS[value]
    return {"temperature_sd_k": temperature, "clearness_sd": clearness, "wind_sd": wind}


Variability = Annotated[
    WeatherVariability,
    BeforeValidator(_spelled_out, json_schema_input_type=Level | WeatherVariability),
]
