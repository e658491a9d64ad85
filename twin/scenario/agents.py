"""Agents: the kind of a controller and its parameters, as written in `agents/*.yaml`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationError, model_validator

from twin.basics.errors import ScenarioError
from twin.scenario.explain import words
from twin.scenario.record import Fraction, Name, NonNegative, Positive, Record, Temperature, wrong

Kind = Literal[
    "constant", "thermostat", "setback", "pi", "random", "follow", "guideline36", "heat_curve", "python",
    "policy", "mpc", "foresight",
]  # fmt: skip


class ConstantParameters(Record):
    """Holds one heating and one cooling setpoint, day and night."""

    heating_setpoint_c: Temperature | None = None  # None: the comfort bounds of occupied hours
    cooling_setpoint_c: Temperature | None = None
    margin_k: NonNegative = 1.0  # inside the comfort bounds, where these are used


class ThermostatParameters(Record):
    """Switches heating and cooling with a deadband inside the comfort bounds of the hour."""

    deadband_k: Positive = 1.0  # from switching on to switching off
    margin_k: NonNegative = 0.5  # inside the comfort bound, where it switches on


class StartParameters(Record):
    """When a rule begins to heat or cool before occupied hours."""

    optimum_start: bool = True
    maximum_start_h: Positive = 4.0
    heating_rate_k_h: Positive = 1.0  # first guess at 10 °C outdoors, learned from then on
    cooling_rate_k_h: Positive = 1.0  # first guess at 25 °C outdoors, learned from then on
    weather_slope_per_k: NonNegative = 0.03  # share of the rate lost per kelvin colder (hotter) outdoors
    learning_rate: Fraction = 0.2


class VentilationParameters(Record):
    """Ventilation by CO2, where a plant lets it be set."""

    co2_setpoint_ppm: Positive | None = None  # full here, at its minimum 200 ppm below; None: the plant's own
    ventilation_minimum: Fraction = 0.3  # share of design flow for people; without them CO2 alone counts
    free_cooling_k: NonNegative | None = None  # full ventilation from so far below the upper comfort bound


class OutdoorAirParameters(Record):
    """An air handler's outdoor air by CO2: where nobody breathes, so much is left."""

    outdoor_air_minimum: Fraction = 0.57  # of the outdoor air for every seat taken: the floor's part


class SetbackParameters(StartParameters):
    """Follows the occupied hours; starts early enough to be in time (optimum start)."""

    heating_setpoint_c: Temperature | None = None  # None: the comfort bounds of the scenario
    cooling_setpoint_c: Temperature | None = None
    heating_setback_c: Temperature | None = None  # None: the bounds of unoccupied hours
    cooling_setback_c: Temperature | None = None
    margin_k: NonNegative = 0.5  # inside the comfort bounds, day and night
    fabric_time_h: NonNegative = 0.0  # walls follow the air with this time constant; 0: as fast as the air
    boost_k: NonNegative = 1.5  # most that a setpoint is moved for walls that lag behind


class PiParameters(Record):
    """Proportional-integral supervision with anti-windup: moves setpoints until the temperature fits."""

    gain: Positive = 0.5  # kelvin of setpoint per kelvin of error
    integral_time_s: Positive = 3600.0
    margin_k: NonNegative = 0.3  # target inside the comfort bound
    reach_k: Positive = 2.0  # how far beyond the target a setpoint may go
    fabric_time_h: NonNegative = 0.0  # walls follow the air with this time constant; 0: as fast as the air
    lookahead_h: NonNegative = 2.0  # the occupied target holds this long before occupied hours


class HeatCurveParameters(SetbackParameters, VentilationParameters):
    """Supply water follows the outdoor temperature; radiators' setpoints follow the occupied hours."""

    base_c: Temperature = 22.0  # supply water when it is as warm outdoors as in the room
    slope: NonNegative = 0.8  # kelvin of supply water per kelvin colder outdoors
    night_depth_k: NonNegative | None = (
        None  # zones' setback where there is such water; None: as setback has it
    )
    night_shift_k: NonNegative = 5.0  # colder supply water while nobody needs the zones
    morning_boost_k: NonNegative = 3.0  # warmer supply water during a start
    room_influence: NonNegative = 1.0  # kelvin of supply water per kelvin that the coldest zone misses
    minimum_supply_c: Temperature = 25.0
    maximum_supply_c: Temperature = 55.0


class Guideline36Parameters(StartParameters, VentilationParameters, OutdoorAirParameters):
    """Supervisory sequences of ASHRAE Guideline 36: modes of a zone group, standby, resets by requests."""

    margin_k: NonNegative = 0.5  # inside the comfort bounds
    cooling_margin_k: NonNegative | None = None  # None: as heating
    unoccupied_margin_k: NonNegative = 0.5  # inside the bounds of unoccupied hours
    setback_zones: Annotated[int, Field(ge=1)] = 5  # so many zones (all, if fewer) call setback or setup
    setback_hysteresis_k: NonNegative = 1.0  # until all are so far inside again
    standby_k: NonNegative = 0.5  # relaxed where nobody is, in occupied hours (1 °F)
    standby_delay_s: NonNegative = 300.0
    fabric_time_h: NonNegative = 0.0  # walls follow the air with this time constant; 0: as fast as the air
    boost_k: NonNegative = 1.5  # most that a setpoint is moved for walls that lag behind
    supply_minimum_c: Temperature = 13.0
    supply_maximum_c: Temperature = 18.0
    outdoor_minimum_c: Temperature = 16.0  # from here on the highest supply temperature falls
    outdoor_maximum_c: Temperature = 21.0  # up to here, where it is the lowest
    trim_step_s: Positive = 120.0
    ignored_requests: NonNegative = 2.0
    trim_k: NonNegative = 0.1  # warmer per trim step
    respond_k: NonNegative = 0.2  # colder per trim step and request
    respond_maximum_k: NonNegative = 0.6
    warm_up_supply_c: Temperature | None = 35.0  # None: the plant's own loop
    system_modes: bool = True  # fan and outdoor air damper by the group's mode, not by the plant's hours
    loop_gain_per_k: Positive = 0.5  # of the zone's cooling loop, which the controller cannot see
    loop_integral_s: Positive = 900.0


class PythonParameters(Record):
    """A class in a Python file of one's own; see `agents/README.md`."""

    file: str = ""
    class_name: str = ""


class PolicyParameters(Record):
    """A trained policy: a file of `twin train`."""

    file: str = ""  # policy.zip or policy.onnx; in an agent's file relative to that file


class MpcParameters(OutdoorAirParameters):
    """Model-predictive control with a model identified from telemetry."""

    identification_days: Annotated[int, Field(ge=7, le=56)] = 14  # of telemetry, right before the run
    horizon_h: Annotated[int, Field(ge=4, le=24)] = 24
    margin_k: NonNegative = 0.3  # inside the lower comfort bound
    cooling_margin_k: NonNegative | None = None  # inside the upper one; None: as heating
    felt_outdoor_h: NonNegative = 0.5  # share of outdoors in what people feel, per loss of a zone [h]
    felt_share: Fraction = 0.5  # of walls and furniture in what people feel
    felt_inner: Fraction = 0.0  # of these, follow the air within hours where an air handler blows it in
    felt_sun_h: NonNegative = 0.0  # sun on what people feel, per its warming of a zone [h]
    cooling_store_k: NonNegative = 1.5  # most that a zone is cooled below the upper bound for hours to come
    cool_down_fan: Fraction | None = None  # speed of cool-downs before occupied hours; None: its own
    purge_fan: Fraction = 0.0  # speed while night air cools for nothing but the fan; 0: never
    purge_k: NonNegative = 1.5  # so far below the upper bound of occupied hours
    maximum_start_h: Positive = 6.0  # before occupied hours; earlier, nothing is heated or cooled for them
    weight_factor: Positive = 1.0  # on the scenario's worth of a person's degree hour
    people_least: NonNegative = 1.0  # a zone counts for so many people in occupied hours, at the least
    correction_h: Positive = 6.0  # the model's errors of the last hours are carried on; time constant
    tracking: Fraction = 0.2  # of a setpoint's miss is made up for in the next step
    co2_margin_ppm: NonNegative = 150.0  # below the limit
    co2_highest_ppm: Positive = 850.0  # before people open windows, whatever the limit
    ventilation_minimum: Fraction = 0.1  # share of design flow while people are expected
    outdoor_air_co2_ppm: Positive | None = 1000.0  # an air handler's is whole from here on; None: its own
    free_cooling_k: NonNegative = 3.0  # full ventilation from so far below the upper comfort bound


class ForesightParameters(Record):
    """The best plan found with perfect knowledge, by search on forks of the plant itself."""

    start_from: str = "setback, guideline36, pi, heat_curve"  # rules; the best one's actions are improved
    weight_factor: Positive = 1.0  # on the scenario's worth of occupied degree hours, while planning
    co2_factor: Positive = 1.0  # on its worth of stale air, while planning
    candidates: Annotated[int, Field(ge=2, le=4096)] = 64  # plans tried at the same time
    generations: Annotated[int, Field(ge=0, le=1000)] = 0  # of guesses over the whole run, before the search
    rounds: Annotated[int, Field(ge=1)] = 6  # of trying, per window
    moves: Annotated[float, Field(ge=1.0, le=100.0)] = 3.0  # changes of the plan per candidate, on average
    window_h: Positive = 24.0  # changes lie within
    tail_h: NonNegative = 12.0  # and are watched for so much longer
    occupied_h: NonNegative = 3.0  # and on until people were in for so long
    commit_h: Positive = 12.0  # from one window to the next; less than window_h: windows overlap
    sweeps: Annotated[int, Field(ge=1)] = 1  # over the whole run
    exact_rounds: Annotated[int, Field(ge=0)] = 2  # per window of one more sweep in the scenario's own ticks
    days_beyond: Annotated[int, Field(ge=0, le=7)] = 1  # planned too, so that the last night is no bargain
    tick_s: Annotated[int, Field(ge=1, le=900)] = 60  # of the plant in all sweeps but the last


class RandomParameters(Record):
    """Random setpoints, for tests and exploration."""

    hold_steps: Annotated[int, Field(ge=1)] = 1
    spread: Fraction = 1.0  # share of each point's range around its middle


class FollowParameters(Record):
    """Sets the comfort bounds of the moment."""

    margin_k: NonNegative = 0.0  # inside the comfort bounds


NOT_RULES = ("policy", "mpc", "foresight")  # kinds that learned, plan, or know more than a rule may
POLICY_SUFFIXES = (".zip", ".onnx")
PARAMETERS: dict[str, type[Record]] = {
    "constant": ConstantParameters,
    "thermostat": ThermostatParameters,
    "setback": SetbackParameters,
    "pi": PiParameters,
    "random": RandomParameters,
    "follow": FollowParameters,
    "guideline36": Guideline36Parameters,
    "heat_curve": HeatCurveParameters,
    "python": PythonParameters,
    "policy": PolicyParameters,
    "mpc": MpcParameters,
    "foresight": ForesightParameters,
}


class AgentSpec(Record):
    """A controller by kind and parameters; unknown parameters are refused."""

    extendable: ClassVar[bool] = True

    format: Literal[1] = 1
    name: Name
    kind: Kind
    title: str = ""
    description: str = ""
    parameters: dict[str, float | int | bool | str | None] = Field({})

    @model_validator(mode="after")
    def _known_parameters(self) -> AgentSpec:
        model = PARAMETERS[self.kind]
        for key, value in self.parameters.items():
            if key not in model.model_fields:
                raise wrong("unknown parameter", ("parameters", key), key, options=model.model_fields)
            try:
                model.model_validate({key: value}, strict=True)
            except ValidationError as error:
                first = error.errors()[0]
                message, allowed = words(first["type"], first.get("ctx", {}), value, first["msg"])
                raise wrong(message, ("parameters", key), value, allowed) from None
        return self

    @property
    def settings(self) -> Any:
        """The parameters with defaults filled in, as the record of this kind (SetbackParameters, ...)."""
        return PARAMETERS[self.kind].model_validate(self.parameters)


def policy_agent(text: str) -> AgentSpec | None:
    """The agent that a policy file means, named by its folders and file; None for any other text.

    `results/office-ppo/seed-0/policy.zip` becomes `office_ppo_seed_0_policy`.

    Raises
    ------
    ScenarioError
        The file is not there.
    """
    path = Path(text).expanduser()
    if path.suffix not in POLICY_SUFFIXES:
        return None
    if not path.is_file():
        raise ScenarioError("there is no such policy file", file=text, allowed="a file of twin train")
    last = path.resolve().with_suffix("").parts[-3:]
    name = re.sub(r"[^a-z0-9_]+", "_", "_".join(last).lower()).strip("_")
    return AgentSpec.model_validate(
        {
            "name": name if name[:1].isalpha() else f"policy_{name}".rstrip("_"),
            "kind": "policy",
            "title": f"Trained policy {path.name}",
            "parameters": {"file": str(path.resolve())},
        }
    )


def own_agent(text: str) -> AgentSpec | None:
    """The agent that `file.py:Class` means, named as the class in small letters; None for any other text.

    Raises
    ------
    ScenarioError
        The file is not there, or the class is left out.
    """
    file, _, class_name = text.rpartition(":")
    if text.endswith(".py"):
        file, class_name = text, ""
    if not file.endswith(".py"):
        return None
    path = Path(file).expanduser()
    if not path.is_file():
        raise ScenarioError("there is no such Python file", file=file, allowed="file.py:Class")
    if not class_name.isidentifier():
        raise ScenarioError("which class of this file?", value=text, allowed=f"{file}:Class")
    words_of = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", class_name).lower()
    name = re.sub(r"[^a-z0-9_]+", "_", words_of).strip("_")
    return AgentSpec.model_validate(
        {
            "name": name if name[:1].isalpha() else f"own_{name}".rstrip("_"),
            "kind": "python",
            "title": f"{class_name} in {path.name}",
            "parameters": {"file": str(path.resolve()), "class_name": class_name},
        }
    )
