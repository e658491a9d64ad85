"""What a learner sees, sets and is rewarded for, as written in a file or in Python."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PlainSerializer, PlainValidator, ValidationError, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from twin.basics.errors import ScenarioError, nearest
from twin.basics.points import QUANTITIES
from twin.scenario.explain import explain
from twin.scenario.own_code import place_of, split
from twin.scenario.record import NonNegative, Positive, Record, wrong
from twin.scenario.schema import Comfort
from twin.scenario.strict_yaml import Document, load

REWARDS = ("currency", "linear", "boptest", "productivity")


def _text_or_function(value: Any) -> Any:
    if isinstance(value, str) or callable(value):
        return value
    raise PydanticCustomError("string_type", "this is not text")


def _as_text(value: str | Callable[..., Any]) -> str:
    return value if isinstance(value, str) else ":".join(place_of(value))


RewardName = Annotated[
    str | Callable[..., Any],
    PlainValidator(_text_or_function),
    PlainSerializer(_as_text, return_type=str),
    WithJsonSchema({"type": "string"}),
]
SET = ("_setpoint", "_command")  # how quantities end that can be set
Share = Annotated[float, Field(gt=-1.0, lt=1.0)]
Level = Literal["thermostat", "setpoints", "supervisory", "direct"]
Ahead = Literal[
    "outdoor_temperature",
    "global_horizontal_irradiance",
    "electricity_price",
    "carbon_intensity",
    "occupants",
    "comfort_lower",
    "comfort_upper",
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

# What stands for a setpoint where it is relative: a distance [K] from the bound that is ahead, and its range.
OFFSETS: dict[str, tuple[str, tuple[float, float]]] = {
    "heating_setpoint": ("heating_offset", (-2.5, 3.0)),
    "cooling_setpoint": ("cooling_offset", (-3.0, 1.5)),
}
# The same where a rule leads: a distance from what the rule sets, no distance being in the middle.
MOVED: dict[str, tuple[str, tuple[float, float]]] = {
    "heating_setpoint": ("heating_offset", (-2.5, 2.0)),
    "cooling_setpoint": ("cooling_offset", (-2.0, 2.5)),
    "ventilation_command": ("ventilation_offset", (-0.4, 0.4)),
    "supply_water_temperature_setpoint": ("supply_water_offset", (-6.0, 6.0)),
    "supply_air_temperature_setpoint": ("supply_air_offset", (-4.0, 4.0)),
    "minimum_outdoor_air_command": ("outdoor_air_offset", (-0.4, 0.4)),
}


class TaskSpec(Record):
    """What a learner sees, sets and is rewarded for; every key may be left out."""

    action: Level = "setpoints"  # what is set: per zone, few for the whole building, or dampers and valves
    quantities: tuple[str, ...] = ()  # what is set instead of what the level says, as far as it is there
    building_wide: tuple[str, ...] = ()  # of these, one for all zones
    rule: str = ""  # an agent that leads: actions move what it sets, 0 leaves it; its setpoints are seen
    moves_from: dict[str, float] = Field({})  # quantity: whence a move counts where the rule sets nothing
    relative: bool = False  # setpoints as distances from the comfort bounds ahead [K]
    ramp_heating_k_per_h: Positive = 0.7  # how fast a bound that is still ahead comes near, if relative
    ramp_cooling_k_per_h: Positive = 1.5
    plant_above: dict[str, Share] = Field({})  # quantity: beyond this action the plant (or the rule) decides
    discrete_levels: int = Field(0, ge=0, le=21)  # of each action, jointly Discrete(k**m); 0: continuous
    readings: Literal["sensor", "truth"] = "sensor"  # as devices deliver them, or as it is
    time: bool = True  # time of day, week and year as sine and cosine
    forecast: tuple[Ahead, ...] = ("outdoor_temperature", "electricity_price", "occupants")
    forecast_h: tuple[Positive, ...] = (1.0, 3.0, 6.0)  # hours ahead; none: no forecasts
    forecast_error: Literal["none", "low", "medium", "high"] = "none"  # of the outdoor temperature
    past_steps: int = Field(0, ge=0, le=96)  # air temperatures of so many control steps ago, and fewer
    normalise: bool = True  # to [-1, 1]; otherwise engineering units
    ranges: dict[str, tuple[float, float]] = Field({})  # quantity: what becomes -1 and 1, not the usual
    reward: RewardName = "currency"  # formula: one of REWARDS, or mine.py:function; in Python also a function
    weight_currency_per_kh: NonNegative | None = None  # of an occupied degree hour; None: the scenario's
    weight_currency_per_kppmh: NonNegative | None = None  # of 1000 occupied ppm.h; None: the scenario's
    weight_currency_per_person_h: NonNegative = 30.0  # of an hour's work; for reward: productivity
    constraint: Literal["temperature", "co2", "both"] = "both"  # what info's constraint_cost counts

    @model_validator(mode="after")
    def _ranges_fit(self) -> TaskSpec:
        for name, (low, high) in self.ranges.items():
            known = [*QUANTITIES, *USUAL, *(offset for offset, _ in MOVED.values())]
            if name not in known:
                raise wrong("unknown quantity", ("ranges", name), name, options=known)
            if low >= high:
                raise wrong("the range is empty", ("ranges", name), low, f"below {high:g}")
            if name.endswith(SET):
                row = QUANTITIES[name]
                for i, value in enumerate((low, high)):
                    if not row.lower <= value <= row.upper:
                        allowed = f"{row.lower:g} to {row.upper:g}"
                        raise wrong("no such value can be set", ("ranges", name, i), value, allowed)
        return self

    @model_validator(mode="after")
    def _moves_begin_somewhere(self) -> TaskSpec:
        for name, value in self.moves_from.items():
            movable = [quantity for quantity in MOVED if quantity not in self.ranges]
            if not self.rule or name not in movable:
                allowed = f"{', '.join(movable)}, of a task with a rule, without a range of their own"
                raise wrong("no rule's value is moved here", ("moves_from",), name, allowed, movable)
            row = QUANTITIES[name]
            if not row.lower <= value <= row.upper:
                allowed = f"{row.lower:g} to {row.upper:g}"
                raise wrong("no such value can be set", ("moves_from", name), value, allowed)
        return self

    @model_validator(mode="after")
    def _forecasts_are_asked_for_once(self) -> TaskSpec:
        hours = tuple(f"{ahead:g}" for ahead in self.forecast_h)
        for key, given in (("forecast", self.forecast), ("forecast_h", hours)):
            for i, value in enumerate(given):
                if value in given[:i]:
                    raise wrong("a forecast is asked for twice", (key, i), getattr(self, key)[i], "each once")
        return self

    @model_validator(mode="after")
    def _names_and_counts_are_known(self) -> TaskSpec:
        if isinstance(self.reward, str) and self.reward not in REWARDS and split(self.reward) is None:
            allowed = f"{', '.join(REWARDS)}, or mine.py:function"
            raise wrong("unknown reward", ("reward",), self.reward, allowed, REWARDS)
        offered = [name for name in QUANTITIES if name.endswith(SET)]
        for key in ("quantities", "building_wide", "plant_above", "moves_from"):
            for name in getattr(self, key):
                if name not in offered:
                    raise wrong("there is nothing of this kind to set", (key,), name, options=offered)
        if self.rule and self.relative:
            raise wrong(
                "setpoints cannot move with a rule and with the bounds at once", ("relative",), True, "false"
            )
        if self.discrete_levels == 1:
            raise wrong(
                "one level leaves nothing to choose", ("discrete_levels",), 1, "0 (continuous), 2 to 21"
            )
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
        forecasts = math.ceil(max(self.forecast_h, default=0.0) / 24.0) if self.forecast else 0
        return max(forecasts, int(self.relative))


Given = TaskSpec | Mapping[str, object] | str | Path | None  # what a task may be given as


def task_spec(given: Given) -> TaskSpec:
    """A checked specification.

    Parameters
    ----------
    given
        The specification, its keys, or a YAML file of them: as the section `task` of a learner's file, or
        under that one key. None: all as usual.

    Raises
    ------
    ScenarioError
        Names key, value and what is allowed, and of a file the line.
    """
    if isinstance(given, TaskSpec):
        return given
    if isinstance(given, str | Path):
        return _from_file(given)
    if given is not None and not isinstance(given, Mapping):
        raise _no_task(given)
    data = dict(given or {})
    try:
        return TaskSpec.model_validate(data)
    except ValidationError as error:
        problem = explain(error, TaskSpec, data, {}, None)
        problem.key = f"task.{problem.key}" if problem.key else "task"
        raise problem from None


def _from_file(source: str | Path) -> TaskSpec:
    """The specification in a YAML file; it goes through JSON, whose strict reading knows lists."""
    path = Path(source).expanduser()
    if not (path.is_file() or (path.name and path.is_dir())):
        raise _no_task(source)
    document = load(path)
    if set(document.data) == {"task"} and isinstance(document.data["task"], dict):
        marks = {keys[1:]: mark for keys, mark in document.keys.items() if keys[:1] == ("task",)}
        document = Document(path, document.data["task"], keys=marks)
    try:
        return TaskSpec.model_validate_json(json.dumps(document.data, default=str), strict=True)
    except ValidationError as error:
        raise explain(error, TaskSpec, document.data, document.keys, path) from None


def _no_task(given: object) -> ScenarioError:
    """What is said of something that is no task, nor a file of one."""
    allowed = "keys such as {'action': 'supervisory'}, a YAML file of them, or a TaskSpec"
    if not isinstance(given, str | Path):
        return ScenarioError("this is no task", key="task", value=given, allowed=allowed)
    levels = get_args(Level)
    if str(given) in levels:
        return ScenarioError("this is a level of action, one key of a task", key="task", value=given,
                             allowed=f"task={{'action': '{given}'}}")  # fmt: skip
    path = Path(given)
    if path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        return ScenarioError("there is no such task file", key="task", file=given, allowed=allowed)
    close = nearest(str(given), levels)
    return ScenarioError("this is no task", key="task", value=given, allowed=allowed,
                         suggestion=close and f"task={{'action': '{close}'}}")  # fmt: skip
