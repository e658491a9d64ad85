"""What a learner sees, sets and is rewarded for, as written in a file or in Python."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from twin.basics.points import QUANTITIES
from twin.scenario.explain import explain
from twin.scenario.record import NonNegative, Positive, Record, wrong
from twin.scenario.schema import Comfort

Level = Literal["thermostat", "setpoints", "supervisory", "direct"]
Ahead = Literal[
    "outdoor_temperature",
    "global_horizontal_irradiance",
    "electricity_price",
    "carbon_intensity",
    "occupants",
]

# A point's bounds are what is physically possible; these are what occurs, so that a kelvin is visible.
USUAL: dict[str, tuple[float, float]] = {
    "air_temperature": (5.0, 40.0),
    "comfort_lower": (5.0, 40.0),
    "comfort_upper": (5.0, 40.0),
    "co2": (300.0, 3000.0),
    "hours_to_occupied": (0.0, 24.0),
    "outdoor_temperature": (-30.0, 45.0),
    "global_horizontal_irradiance": (0.0, 1200.0),
}


class TaskSpec(Record):
    """What a learner sees, sets and is rewarded for; every key may be left out."""

    action: Level = "setpoints"  # what is set: per zone, few for the whole building, or dampers and valves
    time: bool = True  # time of day, week and year as sine and cosine
    forecast: tuple[Ahead, ...] = ("outdoor_temperature", "electricity_price", "occupants")
    forecast_h: tuple[Positive, ...] = (1.0, 3.0, 6.0)  # hours ahead; none: no forecasts
    forecast_error: Literal["none", "low", "medium", "high"] = "none"  # of the outdoor temperature
    past_steps: int = Field(0, ge=0, le=96)  # air temperatures of so many control steps ago, and fewer
    normalise: bool = True  # to [-1, 1]; otherwise engineering units
    ranges: dict[str, tuple[float, float]] = Field({})  # quantity: what becomes -1 and 1, not the usual
    reward: Literal["currency", "linear", "boptest"] = "currency"  # cost and discomfort, by which formula
    weight_currency_per_kh: NonNegative | None = None  # of an occupied degree hour; None: the scenario's
    weight_currency_per_kppmh: NonNegative | None = None  # of 1000 occupied ppm.h; None: the scenario's

    @model_validator(mode="after")
    def _ranges_fit(self) -> TaskSpec:
        for name, (low, high) in self.ranges.items():
            if name not in QUANTITIES and name not in USUAL:
                raise wrong("unknown quantity", ("ranges", name), name, options=[*QUANTITIES, *USUAL])
            if low >= high:
                raise wrong("the range is empty", ("ranges", name), low, f"below {high:g}")
        return self

    def weights(self, comfort: Comfort) -> tuple[float, float]:
        """Worth of an occupied degree hour and of 1000 occupied ppm.h [currency]."""
        kh, kppmh = self.weight_currency_per_kh, self.weight_currency_per_kppmh
        return (
            comfort.weight_currency_per_kh if kh is None else kh,
            comfort.weight_currency_per_kppmh if kppmh is None else kppmh,
        )

    @property
    def days_ahead(self) -> int:
        """Days beyond the end of an episode that its forecasts look into."""
        return math.ceil(max(self.forecast_h, default=0.0) / 24.0) if self.forecast else 0


def task_spec(given: TaskSpec | Mapping[str, object] | None) -> TaskSpec:
    """A checked specification; raises ScenarioError naming key, value and what is allowed."""
    if isinstance(given, TaskSpec):
        return given
    data = dict(given or {})
    try:
        return TaskSpec.model_validate(data)
    except ValidationError as error:
        problem = explain(error, TaskSpec, data, {}, None)
        problem.key = f"task.{problem.key}" if problem.key else "task"
        raise problem from None
