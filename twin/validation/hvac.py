"""Suite "hvac": every component of the systems by itself, against independent numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from twin.validation import air_handler, coils, cooling_cases, emitters, machines, moist_air
from twin.validation.check import Check, Demand, Outcome, Suite, accepted

_COMPONENTS: dict[str, Callable[[str], Outcome]] = {
    moist_air.CASE: moist_air.moist_air,
    air_handler.FAN: air_handler.fan,
    coils.COIL: coils.coil,
    coils.MOISTURE: coils.moisture,
    air_handler.ECONOMIZER: air_handler.economizer,
    emitters.RADIATOR: emitters.radiator,
    machines.CHILLER: machines.chiller,
    machines.HEAT_PUMP: machines.heat_pump_map,
}


def _run(case: str, _: Path | None) -> Outcome:
    component = _COMPONENTS.get(case, cooling_cases.cooling_case)
    return component(case)


def _demands(checks: Sequence[Check], complete: bool) -> tuple[Demand, ...]:  # noqa: ARG001
    return (accepted(checks, "component checks accepted"),)


SUITE = Suite(
    "hvac",
    "Components of the systems",
    "Fans, coils, economizer, radiator, chiller and heat pump maps and moist air, each by itself: against "
    "laws, published curves and tables, another implementation, and the space-cooling cases CE100 to CE200 "
    "of ASHRAE 140, in which capacity and power are the standard's and coil and psychrometrics are ours.",
    "ANSI/ASHRAE 140; ANSI/ASHRAE/IES 90.1-2019; ASHRAE Handbook; EN 14511; NREL/TP-550-30152",
    (*_COMPONENTS, *cooling_cases.names()),
    _run,
    _demands,
)
