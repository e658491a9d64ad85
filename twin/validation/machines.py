"""Chiller and heat pump: properties of their maps, and the maps against published ratings."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.physics.central import (
    CHILLER_LEAST,
    CHILLER_T_HIGH,
    CHILLER_T_LOW,
    chiller_capacity,
    chiller_power,
    frost_factor,
    heat_pump_capacity,
    heat_pump_input,
)
from twin.validation.answers import against, figures, most
from twin.validation.check import Check, Outcome

CHILLER, HEAT_PUMP = "chiller", "heat-pump-map"
DOE2 = "DOE-2 curves, California Nonresidential ACM Reference Manual, appendix 5.7"
LIFT = "second law: more lift, more work"
EER = 3.412142  # Btu/Wh per W/W
RATED_W = 100e3


def _cop(share: float, outdoor: float, cop: float) -> float:
    """COP of the chiller at a share of its capacity of the moment."""
    load = share * RATED_W * chiller_capacity(outdoor)
    return load / chiller_power(load, RATED_W, cop, outdoor)


def chiller(case: str = CHILLER) -> Outcome:
    """Rating point, fall with outdoor temperature, part load, and the integrated value of AHRI 550/590."""
    known = figures("hvac")["chiller"]
    cop = known["full_load_eer"] / EER
    hours = np.linspace(CHILLER_T_LOW, CHILLER_T_HIGH, 73)
    capacity = np.diff([chiller_capacity(t) for t in hours])
    fall = np.diff([_cop(1.0, t, cop) for t in hours])
    loads = np.linspace(0.01, 1.0, 100)
    power = np.diff([chiller_power(x * RATED_W, RATED_W, cop, 30.0) for x in loads])
    cycling = [_cop(x, 30.0, cop) for x in (0.02, 0.05, 0.1, CHILLER_LEAST)]
    part = sum(w * _cop(_share(load, t), t, cop) for load, t, w in known["iplv"])
    return Outcome(
        (
            against(case, "capacity at 35 °C", "share", chiller_capacity(35.0), 1.0, 1e-3, DOE2),
            against(case, "COP at 35 °C, full load", "-", _cop(1.0, 35.0, cop), cop, 1e-2 * cop, DOE2),
            most(case, "steps where capacity rises with temperature", "-", (capacity > 0).sum(), 0, LIFT),
            most(case, "steps where COP rises with temperature", "-", (fall > 0).sum(), 0, LIFT),
            most(case, "steps where power falls with load", "-", (power < 0).sum(), 0, LIFT),
            most(
                case, "change of COP below least part load", "-", float(np.ptp(cycling)), 1e-9, DOE2,
                "it cycles there, each cycle at the least part load",
            ),
            Check(
                case, "integrated part-load value at the standard's least full-load efficiency", "Btu/Wh",
                part * EER, low=0.8 * known["iplv_eer"], high=1.2 * known["iplv_eer"],
                reference=known["iplv_eer"], source=known["source"],
                note="the reference is the least that the standard allows, not a measurement; within a fifth",
            ),
        )
    )  # fmt: skip


def _share(load: float, outdoor: float) -> float:
    """A share of rated capacity as a share of what the machine could give at that temperature."""
    return min(1.0, load / chiller_capacity(outdoor))


def _relative(outdoor: float, water: float) -> tuple[float, float]:
    """Heat and COP of our heat pump at full speed, over those at 7 °C outdoors and 35 °C water."""
    frost = frost_factor(outdoor)
    heat = heat_pump_capacity(outdoor) * frost
    return heat, frost / heat_pump_input(outdoor, water, 1.0)


def heat_pump_map(case: str = HEAT_PUMP) -> Outcome:
    """COP falls with lift; heat and COP beside five machines of EN 14511 that the map was not made from."""
    known = figures("hvac")["heat_pumps"]
    return Outcome((*_properties(case), *_published(case, known)))


def _properties(case: str) -> list[Check]:
    rises_water, rises_air = 0, 0
    for outdoor in range(-20, 21):
        by_water = np.diff([_relative(outdoor, w)[1] for w in range(25, 66)])
        rises_water += int((by_water > 0).sum())
    for water in (35, 45, 55):
        by_air = np.diff([1.0 / heat_pump_input(t, water, 1.0) for t in range(-20, 26)])
        rises_air += int((by_air < 0).sum())
    heat, cop = _relative(7.0, 35.0)
    return [
        against(case, "heat at A7/W35", "share", heat, 1.0, 1e-12, "by definition of the map"),
        against(case, "COP at A7/W35", "share", cop, 1.0, 1e-12, "by definition of the map"),
        most(case, "steps where COP rises with water temperature", "-", rises_water, 0, LIFT),
        most(case, "steps where COP before frost falls with outdoor temperature", "-", rises_air, 0, LIFT),
    ]


def _published(case: str, known: dict[str, Any]) -> list[Check]:
    """Every rating point that at least two machines have, over each machine's own A7/W35."""
    points: dict[tuple[float, float], dict[str, tuple[float, float]]] = {}
    for name, rows in known["machines"].items():
        rated = {(o, w): (heat, heat / power) for o, w, heat, power in rows}
        heat0, cop0 = rated[(7, 35)]
        for point, (heat, cop) in rated.items():
            points.setdefault(point, {})[name] = (heat / heat0, cop / cop0)
    checks = []
    for (outdoor, water), machines in sorted(points.items()):
        if len(machines) < 2 or (outdoor, water) == (7, 35):
            continue
        for index, quantity in enumerate(("heat", "COP")):
            others = {name: values[index] for name, values in machines.items()}
            ours = _relative(outdoor, water)[index]
            low, high = min(others.values()), max(others.values())
            checks.append(
                Check(
                    case, f"{quantity} at A{outdoor:g}/W{water:g} over A7/W35", "share", ours, low, high,
                    0.9 * low, 1.1 * high, float(np.mean(list(others.values()))), others, known["source"],
                    "accepted within a tenth of the range: machines differ, and the map is one machine's",
                )
            )  # fmt: skip
    return checks
