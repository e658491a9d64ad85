"""A radiator at its design point, away from it, and its balance of heat."""

from __future__ import annotations

import math

import numpy as np

from twin.building.plant import plant
from twin.physics import hydronic as hy
from twin.physics import layout as la
from twin.scenario.schema import Scenario
from twin.validation.answers import against, most
from twin.validation.check import Check, Outcome
from twin.validation.cooling_cases import root

RADIATOR = "radiator"
SOURCE = "EN 442-2: heat = K excess^n, with the logarithmic mean excess of the water (DIN 4703-3)"
ROOM_C, AREA_M2, POWER_W_M2, EXPONENT = 20.0, 50.0, 60.0, 1.3
SUPPLY_C, RETURN_C = 55.0, 45.0
# shares of the design heat: two mixed halves have a lower mean where the water cools much
DESIGN_FLOW, LESS_FLOW = 0.02, 0.06
VAST = 1e15  # capacity of a buffer that holds its temperature [J/K]
SETTLED_TICKS = 600


def _system() -> tuple[la.Float, la.Float]:
    """Parameters of one room with radiators of 3 kW at 55/45/20 °C."""
    model = plant(
        Scenario.model_validate(
            {
                "name": "bench",
                "site": {"weather": "denver", "timezone": "UTC"},
                "building": {
                    "zones": [
                        {
                            "id": "room", "floor_area_m2": AREA_M2,
                            "floor": {"construction": "floor_slab", "area_m2": AREA_M2},
                        }
                    ]
                },
                "hvac": {
                    "kind": "heat_pump", "heating_capacity_w": 6000.0,
                    "emitter": {
                        "kind": "radiators", "design_power_w_m2": POWER_W_M2, "design_supply_c": SUPPLY_C,
                        "design_return_c": RETURN_C, "exponent": EXPONENT,
                    },
                },
                "run": {"tick_s": 60},
            }
        )
    )  # fmt: skip
    system = model.system[0].copy()
    system[hy.HS_BUFFER] = VAST
    return system, model.terminal[0]


def _given(supply: float, valve: float) -> tuple[float, float]:
    """Heat of the radiator [W] and the fall of its water's temperature [K], settled."""
    system, terminal = _system()
    zone, node = np.full((1, la.ZONE_STATES), ROOM_C), np.full((1, la.NODES), ROOM_C)
    state, tank = np.zeros((1, hy.HYDRONIC_TERMINAL_STATES)), np.zeros(hy.HYDRONIC_STATES)
    state[0, hy.HV_VALVE], state[0, [hy.HV_WARM, hy.HV_COOL]] = valve, supply
    tank[hy.HX_BUFFER] = supply
    work, back = np.zeros((1, la.WORK + 1)), supply
    for _ in range(SETTLED_TICKS):
        back = float(hy.water(60.0, system, terminal, zone, node, state, tank, work, 0.0))
    heat = float(work[0, la.WK_CONVECTIVE] + work[0, la.WK_RADIANT])
    fall = float(tank[hy.HX_BUFFER]) - back
    return heat, fall


def _standard(supply: float, carried: float) -> float:
    """Heat by EN 442-2 [W] of a radiator of 3 kW at the design point, carried being its water's m c [W/K]."""
    design, excess = AREA_M2 * POWER_W_M2, _excess(SUPPLY_C, RETURN_C)

    def surplus(heat: float) -> float:
        share = _excess(supply, supply - heat / carried) / excess
        return heat - design * float(share**EXPONENT)

    return root(surplus, 1e-6, carried * (supply - ROOM_C) * (1.0 - 1e-9))


def _excess(supply: float, back: float) -> float:
    """Logarithmic mean of the water's excess over the room [K]."""
    return (supply - back) / math.log((supply - ROOM_C) / (back - ROOM_C))


def radiator(case: str = RADIATOR) -> Outcome:
    """Heat at several supply temperatures and flows, and heat to the room against heat from the water."""
    design = AREA_M2 * POWER_W_M2
    full = design / (SUPPLY_C - RETURN_C)
    checks: list[Check] = []
    residual = 0.0
    for supply, valve in ((55.0, 1.0), (70.0, 1.0), (45.0, 1.0), (35.0, 1.0), (28.0, 1.0), (55.0, 0.5)):
        heat, fall = _given(supply, valve)
        carried = valve * full
        residual = max(residual, abs(carried * fall / heat - 1.0))
        checks.append(
            against(
                case, f"heat at {supply:g} °C, {valve:.0%} of design flow", "W", heat,
                _standard(supply, carried), (DESIGN_FLOW if valve == 1.0 else LESS_FLOW) * design, SOURCE,
            )
        )  # fmt: skip
    law = most(case, "heat to the room less heat from the water", "-", residual, 1e-9, "first law")
    return Outcome((*checks, law))
