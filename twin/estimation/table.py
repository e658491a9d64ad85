"""Telemetry as regressors: temperatures of zones, slow masses, weather, timetable, ventilation, power."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.basics.errors import ControllerError
from twin.control.mpc_model import MASS_H, Float, features, mass_step, sun_shapes
from twin.estimation.record import Telemetry

SHUT_K = 1.2  # heating is surely off so far above its setpoint [K]
IDLE_K = 0.5  # cooling is surely off so far below its setpoint
HEAT_METERS = (
    "gas.gas_energy", "heating.electric_energy", "district_heating.heat_energy", "heat.heat_energy",
)  # fmt: skip
COOL_METERS = ("cooling.electric_energy", "district_cooling.heat_energy")


@dataclass(frozen=True)
class Table:
    """Series at K + 1 instants (temperatures, weather) and K steps (commands, power).

    Attributes
    ----------
    air, mass
        (K + 1, Z) and (K + 1, Z, 3) [°C].
    outdoor, sun, people, hour, occupied
        (K + 1,), sun (K + 1, 3) [kW/m2].
    heating, cooling
        Setpoints (K, Z), -inf and inf where there is none [°C].
    share
        Ventilation (K, Z); 0 where it cannot be set, full where the plant decided.
    sent
        1 where ventilation was set, 0 where the plant decided, (K, Z).
    water
        Supply water setpoint (K,), NaN where the plant chose.
    size
        Floor areas over their mean (Z,).
    heat, cold, fans, rest
        Metered power (K,) [kW]; rest is what no other meter explains.
    """

    zones: tuple[str, ...]
    air: Float
    mass: Float
    outdoor: Float
    sun: Float
    people: Float
    hour: Float
    workday: Float
    occupied: Float
    presence: Float
    co2: Float
    heating: Float
    cooling: Float
    share: Float
    vents: tuple[int, ...]
    sent: Float
    water: Float
    heat: Float
    cold: Float | None
    fans: Float | None
    rest: Float
    heat_meter: str
    cool_meter: str
    step_h: float
    size: Float

    def features(self, running: Float, at: slice = slice(None)) -> Float:
        """Features of the passive rate at every step's start, (K, Z, features)."""
        k = len(self.heating)
        every = features(
            self.air[:k],
            self.mass[:k],
            self.outdoor[:k],
            self.sun[:k],
            self.people[:k],
            running[:k],
            self.share,
        )
        return every[at]


def civil_hour(telemetry: Telemetry) -> Float:
    """Civil hour of day from its sine and cosine, (K + 1,)."""
    angle = np.arctan2(telemetry.column("time.day_sin"), telemetry.column("time.day_cos"))
    return np.asarray((angle % (2.0 * np.pi)) * 24.0 / (2.0 * np.pi))


def table(telemetry: Telemetry, areas: Sequence[float] | None = None) -> Table:
    """Regressors of a telemetry, zones of some floor areas (all alike unless given) [m2].

    Raises
    ------
    ControllerError
        Names the columns that are missing.
    """
    zones = tuple(
        n.removesuffix(".air_temperature") for n in telemetry.names if n.endswith(".air_temperature")
    )
    steps = len(telemetry.action)
    heat_meter, cool_meter = _meters(telemetry)
    air = np.stack([telemetry.column(f"{z}.air_temperature") for z in zones], axis=1)
    step_h = telemetry.step_s / 3600.0
    hour = civil_hour(telemetry)
    ghi = _now(telemetry.column("forecast.global_horizontal_irradiance.1_h"), round(1.0 / step_h))
    hours = np.stack([telemetry.column(f"{z}.hours_to_occupied") for z in zones], axis=1).min(axis=1)
    share, told, vents = _ventilation(telemetry, zones, steps)
    power = {name: _power(series, step_h) for name, series in telemetry.meters.items()}
    return Table(
        zones=zones,
        air=air,
        mass=masses(air, step_h),
        outdoor=telemetry.column("site.outdoor_temperature"),
        sun=ghi[:, None] / 1000.0 * sun_shapes(hour),
        people=_now(telemetry.column("forecast.occupants.1_h"), round(1.0 / step_h)),
        hour=hour,
        workday=workdays(hour, hours),
        occupied=(hours <= 0.0) * 1.0,
        presence=np.stack([telemetry.column(f"{z}.presence") for z in zones], axis=1),
        co2=np.stack([telemetry.column(f"{z}.co2") for z in zones], axis=1),
        heating=_setpoints(telemetry, zones, steps, "heating_setpoint", -np.inf),
        cooling=_setpoints(telemetry, zones, steps, "cooling_setpoint", np.inf),
        share=share,
        vents=vents,
        sent=told,
        water=_water(telemetry, steps),
        heat=power.get(heat_meter, np.zeros(steps)),
        cold=power.get(cool_meter),
        fans=power.get("fans.electric_energy"),
        rest=_rest(power, steps),
        heat_meter=heat_meter,
        cool_meter=cool_meter,
        step_h=step_h,
        size=np.ones(len(zones)) if areas is None else np.asarray(areas) / np.mean(areas),
    )


def _meters(telemetry: Telemetry) -> tuple[str, str]:
    heat = next((m for m in HEAT_METERS if m in telemetry.meters), "")
    cool = next((m for m in COOL_METERS if m in telemetry.meters), "")
    heats = any(p.endswith(".heating_setpoint") for p in telemetry.points)
    cools = any(p.endswith(".cooling_setpoint") for p in telemetry.points)
    if (heats and not heat) or (cools and not heats and not cool):
        raise ControllerError(
            "identification lacks a meter of what heats or cools",
            key="devices",
            value=", ".join(telemetry.meters) or "no meter",
            allowed="one of " + ", ".join(HEAT_METERS if heats else COOL_METERS),
        )
    return heat, cool


def masses(air: Float, step_h: float) -> Float:
    """Slow masses beside air (K, Z) [°C], (K, Z, 3); they start at the mean of the first day."""
    out = np.empty((*air.shape, len(MASS_H)))
    out[0] = air[: max(1, round(24.0 / step_h))].mean(axis=0)[:, None]
    for k in range(len(air) - 1):
        out[k + 1] = mass_step(out[k], 0.5 * (air[k] + air[k + 1]), step_h)
    return out


def workdays(hour: Float, hours: Float) -> Float:
    """1 on days on which occupied hours come or came, (K + 1,)."""
    day = np.cumsum(np.concatenate([[0.0], np.diff(hour) < -12.0])).astype(int)
    works = np.zeros(day.max() + 1)
    for d in range(day.max() + 1):
        works[d] = float((hours[day == d] <= 0.0).any())
    last = day == day.max()  # may have ended before its occupied hours
    works[day.max()] = float((hours[last] <= 24.0 - hour[last]).any())
    return np.asarray(works[day])


def _now(ahead: Float, steps: int) -> Float:
    """A forecast of an hour ahead as what holds now."""
    return np.concatenate([np.repeat(ahead[:1], steps), ahead[:-steps]]) if steps else ahead


def _power(register: Float, step_h: float) -> Float:
    """Mean power of every step [kW] from a register [kWh] that may begin with no reading."""
    known = np.where(np.isnan(register), np.nanmin(register), register)
    return np.asarray(np.diff(known) / step_h)


def _rest(power: dict[str, Float], steps: int) -> Float:
    total = power.get("electricity.electric_energy")
    if total is None:
        return np.zeros(steps)
    parts = [
        p
        for name, p in power.items()
        if name.endswith(".electric_energy") and not name.startswith("electricity.")
    ]
    return np.asarray(total - sum(parts, np.zeros(steps)))


def _setpoints(telemetry: Telemetry, zones: tuple[str, ...], steps: int, quantity: str, none: float) -> Float:
    sent = [telemetry.sent(f"{z}.{quantity}") for z in zones]
    return np.stack([np.full(steps, none) if s is None else s for s in sent], axis=1)


def _ventilation(
    telemetry: Telemetry, zones: tuple[str, ...], steps: int
) -> tuple[Float, Float, tuple[int, ...]]:
    """Shares (K, Z), full where the plant decides, whether they were set, and the zones that can be."""
    sent = [telemetry.sent(f"{z}.ventilation_command") for z in zones]
    share = [np.zeros(steps) if s is None else np.where(np.isnan(s), 1.0, s) for s in sent]
    told = [np.ones(steps) if s is None else np.where(np.isnan(s), 0.0, 1.0) for s in sent]
    return (
        np.stack(share, axis=1),
        np.stack(told, axis=1),
        tuple(i for i, s in enumerate(sent) if s is not None),
    )


def _water(telemetry: Telemetry, steps: int) -> Float:
    for point in telemetry.points:
        if point.endswith(".supply_water_temperature_setpoint"):
            return telemetry.action[:, telemetry.points.index(point)]
    return np.full(steps, np.nan)
