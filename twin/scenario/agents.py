"""Agents: the kind of a controller and its parameters, as written in `agents/*.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from twin.scenario.explain import words
from twin.scenario.record import Fraction, Name, NonNegative, Positive, Record, Temperature, wrong

Kind = Literal["constant", "thermostat", "setback", "pi", "random", "follow"]


class ConstantParameters(Record):
    """Holds one heating and one cooling setpoint, day and night."""

    heating_setpoint_c: Temperature | None = None  # None: the comfort bounds of occupied hours
    cooling_setpoint_c: Temperature | None = None
    margin_k: NonNegative = 1.0  # inside the comfort bounds, where these are used


class ThermostatParameters(Record):
    """Switches heating and cooling with a deadband inside the comfort bounds of the hour."""

    deadband_k: Positive = 1.0  # from switching on to switching off
    margin_k: NonNegative = 0.5  # inside the comfort bound, where it switches on


class SetbackParameters(Record):
    """Follows the occupied hours; starts early enough to be in time (optimum start)."""

    heating_setpoint_c: Temperature | None = None  # None: the comfort bounds of the scenario
    cooling_setpoint_c: Temperature | None = None
    heating_setback_c: Temperature | None = None  # None: the bounds of unoccupied hours
    cooling_setback_c: Temperature | None = None
    margin_k: NonNegative = 0.5  # inside the comfort bounds, day and night
    optimum_start: bool = True
    maximum_start_h: Positive = 4.0
    heating_rate_k_h: Positive = 1.0  # first guess at 10 °C outdoors, learned from then on
    cooling_rate_k_h: Positive = 1.0  # first guess at 25 °C outdoors, learned from then on
    weather_slope_per_k: NonNegative = 0.03  # share of the rate lost per kelvin colder (hotter) outdoors
    learning_rate: Fraction = 0.2
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


class RandomParameters(Record):
    """Random setpoints, for tests and exploration."""

    hold_steps: Annotated[int, Field(ge=1)] = 1
    spread: Fraction = 1.0  # share of each point's range around its middle


class FollowParameters(Record):
    """Sets the comfort bounds of the moment."""

    margin_k: NonNegative = 0.0  # inside the comfort bounds


PARAMETERS: dict[str, type[Record]] = {
    "constant": ConstantParameters,
    "thermostat": ThermostatParameters,
    "setback": SetbackParameters,
    "pi": PiParameters,
    "random": RandomParameters,
    "follow": FollowParameters,
}


class AgentSpec(Record):
    """A controller by kind and parameters; unknown parameters are refused."""

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
