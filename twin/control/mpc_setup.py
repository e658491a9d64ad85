"""What a planning controller is set up with: readings by name, columns of its points, its model."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ControllerError
from twin.control.controller import Bool, Float
from twin.control.mpc_air import AirHandler
from twin.control.mpc_model import OUTDOOR, SUN, Model
from twin.control.mpc_outlook import Reader
from twin.scenario.agents import MpcParameters
from twin.task import ActionSpec, ObservationSpec

Index = NDArray[np.int64]
MOST_OUTDOOR = 0.06  # share of outdoors in what is felt
SELDOM = 0.02  # share of days; fewer is never


@dataclass(frozen=True)
class Setup:
    """What stays as it is from one decision to the next.

    Attributes
    ----------
    own
        The agent's parameters.
    read
        Columns of an observation by name.
    model
        Identified from telemetry; without what the building offers no point for.
    heating, cooling, vents
        Column of every zone's point in the action, -1 where there is none, (Z,).
    water
        Columns of supply water setpoints.
    handler
        Sets what an air handler offers besides.
    kept
        Zones that are heated or cooled (Z,).
    lower, upper
        Comfort bounds of occupied hours [°C].
    """

    own: MpcParameters
    read: Reader
    model: Model
    heating: Index
    cooling: Index
    vents: Index
    water: Index
    handler: AirHandler
    kept: Bool
    lower: float
    upper: float

    def sunned(self, sun: Float) -> Float:
        """What people feel of a sun (..., 3) [kW/m2] beyond air and walls, (..., Z) [K].

        What the sun does to a zone, which is identified, says how much of it falls on people too.
        """
        return np.asarray(self.own.felt_sun_h * (sun @ self.model.theta[:, SUN].T))

    def cooling_margin(self, sun: Float) -> Float:
        """Distance kept from the upper comfort bound under a sun (..., 3) [kW/m2], (..., Z) [K]."""
        own = self.own
        return (own.margin_k if own.cooling_margin_k is None else own.cooling_margin_k) + self.sunned(sun)

    @property
    def inner(self) -> float:
        """Share of the surfaces that people feel which follow the air within hours."""
        return self.own.felt_inner if self.handler.rests else 0.0

    def felt(self) -> tuple[Float, float, Float]:
        """Shares in what is felt: of the air (Z,), of slow surfaces, of outdoors behind outer walls (Z,).

        Outer walls and windows are colder inside than the room by what goes through them; the loss of a zone
        per heat capacity, which is identified, says how much that is.
        """
        loss = self.model.theta[:, OUTDOOR]
        loss = 0.5 * (loss + loss.mean())  # what one zone's drift says is uncertain
        outdoor = np.clip(self.own.felt_outdoor_h * loss, 0.0, MOST_OUTDOOR)
        return 1.0 - self.own.felt_share - outdoor, self.own.felt_share, outdoor

    def asked(self, bound: Float | float, surfaces: Float, outdoor: float) -> Float:
        """Air temperature at which a bound is felt, (Z,) [°C]."""
        air, slow, cold = self.felt()
        return np.asarray((bound - slow * surfaces - cold * outdoor) / air)

    def usual(self, hour: Index) -> Bool:
        """Whether people are usually in each zone at hours of the clock (H,), on whatever days, (H, Z)."""
        return np.asarray(self.model.presence[:, :, hour].max(axis=1).T > SELDOM)


def setup(parameters: MpcParameters, observation: ObservationSpec, action: ActionSpec, model: Model) -> Setup:
    """Set up for a building's observation and action; raises ControllerError for a model of other zones."""
    zones = tuple(
        n.removesuffix(".air_temperature") for n in observation.names if n.endswith(".air_temperature")
    )
    if zones != model.zones:
        raise ControllerError(
            "the model was identified from another building",
            value=", ".join(model.zones),
            allowed=", ".join(zones),
        )

    def columns(quantity: str) -> Index:
        at = {p.entity: i for i, p in enumerate(action.points) if p.quantity == quantity}
        return np.array([at.get(zone, -1) for zone in zones])

    heating, cooling = columns("heating_setpoint"), columns("cooling_setpoint")
    heats, cools, default = heating >= 0, cooling >= 0, action.default
    return Setup(
        own=parameters,
        read=Reader(observation, zones, parameters.horizon_h),
        model=dataclasses.replace(
            model,
            heat_most=np.where(heats, model.heat_most, 0.0),
            cool_most=np.where(cools, model.cool_most, 0.0),
        ),
        heating=heating,
        cooling=cooling,
        vents=columns("ventilation_command"),
        water=action.columns("supply_water_temperature_setpoint"),
        handler=AirHandler(parameters, action),
        kept=heats | cools,
        lower=float(default[heating[heats]].max()) if heats.any() else -np.inf,
        upper=float(default[cooling[cools]].min()) if cools.any() else np.inf,
    )
