"""Space cooling in the steady state, ASHRAE 140 cases CE100 to CE200: dry and wet coil, full and part load.

The room is nearly adiabatic, so that its load is given; what is computed is the state in which a packaged
unit holds it: humidity of the room, time that the unit runs, load of the coil, energy. Capacity and power of
the unit are those of the standard's table; how the coil's heat divides into sensible and latent is left to
our coil, and the wet bulb that enters the table to our psychrometrics. The loss at part load is theirs too.
The twin has no packaged unit of its own, so its control, its fan and its zone are not what is tested here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from twin.physics import psychrometrics as psy
from twin.physics.airside import contact_coil
from twin.validation.answers import figures
from twin.validation.check import Check, Outcome

PRESSURE = psy.STANDARD_PRESSURE
STANDARD_DENSITY = 1.204  # air that the flow is rated in [kg/m3]
NO_LIMIT = 1e9
COLDEST = -40.0  # of the surface that the search for the apparatus dew point may reach [°C]
DRY, WET = 1e-4, 0.03  # bounds of the search for the room's humidity ratio
# accepted beside the three solutions: our choice, about the error of the regressions and the vapour's heat
ENERGY, HUMIDITY = 0.02, 0.03


class Settled(NamedTuple):
    """The steady state of one case.

    Parameters
    ----------
    humidity
        Of the room [kg/kg].
    running
        Share of the hour.
    sensible, latent
        Heat that the coil takes [W].
    power
        Mean of compressor and both fans [W].
    """

    humidity: float
    running: float
    sensible: float
    latent: float
    power: float


class _Unit(NamedTuple):
    """The packaged unit of the standard; contact is the coil's contact factor."""

    flow: float
    fan: float
    degradation: float
    net_capacity: float
    power: float
    capacity_terms: tuple[float, ...]
    power_terms: tuple[float, ...]
    contact: float

    def capacity(self, outdoor: float, wet_bulb: float) -> float:
        """Heat that the coil takes at full load, the fan's heat included [W]."""
        return self.net_capacity * _terms(self.capacity_terms, outdoor, wet_bulb) + self.fan

    def input(self, outdoor: float, wet_bulb: float) -> float:
        """Power of compressor and both fans at full load [W]."""
        return self.power * _terms(self.power_terms, outdoor, wet_bulb)


def _terms(a: tuple[float, ...], o: float, w: float) -> float:
    return a[0] + a[1] * o + a[2] * w + a[3] * o * o + a[4] * w * w + a[5] * o * w


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that changes sign once between low and high is zero, by bisection."""
    rising = function(high) > 0.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if (function(middle) > 0.0) == rising:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


def split(
    temperature: float, humidity: float, flow: float, heat: float, contact: float
) -> tuple[float, float]:
    """Sensible and latent heat of our coil, its surface as cold as the heat needs.

    Parameters
    ----------
    temperature, humidity, flow
        Entering air [°C], [kg/kg], [kg/s].
    heat, contact
        Total heat [W]; contact factor 0-1.

    Returns
    -------
    sensible and latent heat [W].
    """

    def passed(opening: float) -> tuple[float, float, float]:
        found = contact_coil(temperature, humidity, flow, opening, PRESSURE, NO_LIMIT, contact, COLDEST)
        return float(found[0]), float(found[1]), float(found[2])

    leaving, dry, _ = passed(root(lambda opening: passed(opening)[2] - heat, 0.0, 1.0))
    sensible = flow * psy.CP_AIR * (temperature - leaving)
    return sensible, flow * psy.CONDENSATION * (humidity - dry)


@cache
def unit() -> _Unit:
    """The unit; its contact factor is that of its rating point alone, as a datasheet gives it."""
    known = figures("hvac")["cooling_cases"]["unit"]
    dry, wet, outdoor = known["rated_c"]
    found = _Unit(
        known["flow_m3_s"] * STANDARD_DENSITY, known["indoor_fan_w"], known["degradation"],
        known["net_capacity_w"], known["power_w"], tuple(known["capacity"]), tuple(known["power"]), 0.9,
    )  # fmt: skip
    sensible = known["net_sensible_w"] + found.fan
    heat = found.capacity(outdoor, wet)
    humidity = root(lambda x: psy.wet_bulb(dry, x, PRESSURE) - wet, DRY, WET)
    contact = root(lambda c: split(dry, humidity, found.flow, heat, c)[0] - sensible, 0.75, 1.0)
    return found._replace(contact=contact)


def _loads(machine: _Unit, sensible: float, latent: float, heat: float) -> tuple[float, float]:
    """Share of the hour that the unit runs, and sensible load of the coil with the fan's heat [W]."""
    running = 0.5
    for _ in range(60):
        part = (sensible + latent + machine.fan * running) / heat
        running = part / (1.0 - machine.degradation * (1.0 - part))
    return running, sensible + machine.fan * running


def settled(indoor: float, outdoor: float, sensible: float, latent: float) -> Settled:
    """The steady state: the humidity at which the coil takes as much water as the room gets.

    Parameters
    ----------
    indoor, outdoor
        Dry bulb [°C].
    sensible, latent
        Load of the room [W]. Without latent load the humidity is the highest that leaves the coil dry.
    """
    machine = unit()

    def excess(humidity: float) -> float:
        heat = machine.capacity(outdoor, psy.wet_bulb(indoor, humidity, PRESSURE))
        _, dry = _loads(machine, sensible, latent, heat)
        share = split(indoor, humidity, machine.flow, heat, machine.contact)[1] / heat
        return share - max(latent / (dry + latent), 1e-9)

    full = psy.saturation_humidity_ratio(indoor, PRESSURE)
    humidity = root(excess, DRY, full)
    wet_bulb = psy.wet_bulb(indoor, humidity, PRESSURE)
    running, load = _loads(machine, sensible, latent, machine.capacity(outdoor, wet_bulb))
    return Settled(humidity, running, load, latent, running * machine.input(outdoor, wet_bulb))


def names() -> tuple[str, ...]:
    """All cases, in the standard's order."""
    return tuple(figures("hvac")["cooling_cases"]["cases"])


def cooling_case(case: str) -> Outcome:
    """One case against the three quasi-analytical solutions, EnergyPlus beside them."""
    known = figures("hvac")["cooling_cases"]
    given = known["cases"][case]
    hours = known["hours"]
    sensible = 1e3 * given["zone_sensible_kwh"] / hours
    state = settled(given["indoor_c"], given["outdoor_c"], sensible, given["zone_latent_w"])
    to_kwh = 1e-3 * hours
    ours = {
        "energy_kwh": state.power * to_kwh,
        "cop": (sensible + given["zone_latent_w"]) / state.power,
        "humidity_g_kg": 1e3 * state.humidity,
        "coil_sensible_kwh": state.sensible * to_kwh,
        "coil_latent_kwh": state.latent * to_kwh,
    }
    return Outcome(tuple(_check(case, name, ours[name], known, given) for name in ours if name in _SHOWN))


# the coil's latent load is the room's in the steady state: given, not found
_SHOWN = {
    "energy_kwh": ("electricity, February", "kWh", ENERGY),
    "cop": ("COP, load of the room over all electricity", "-", ENERGY),
    "humidity_g_kg": ("humidity ratio of the room", "g/kg", HUMIDITY),
    "coil_sensible_kwh": ("sensible load of the coil, February", "kWh", ENERGY),
}


def _check(case: str, name: str, ours: float, known: dict[str, Any], given: dict[str, Any]) -> Check:
    quantity, unit_of, slack = _SHOWN[name]
    column = known["columns"].index(name)
    answers = {who: float(values[column]) for who, values in given["answers"].items()}
    solved = [value for who, value in answers.items() if who != "EnergyPlus"]
    low, high = min(solved), max(solved)
    return Check(
        case, quantity, unit_of, ours, low, high, (1.0 - slack) * low, (1.0 + slack) * high,
        answers["EnergyPlus"], answers, known["source"],
        f"range of three quasi-analytical solutions; accepted within {slack:.0%} of it",
    )  # fmt: skip
