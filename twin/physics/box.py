"""A variable air volume box: what its zone's temperature asks of damper and reheat valve."""

from __future__ import annotations

from twin.physics.actuators import clip
from twin.physics.compile import njit

ZONE_GAIN, ZONE_INTEGRAL_S = 0.5, 900.0  # zone loop: [1/K], [s]


@njit
def zone_loop(
    hot: float, cold: float, cooled: float, heated: float, share: float, minimum: float, heating_flow: float
) -> tuple[float, float, float, float, float]:
    """PI loops of one zone after a tick.

    Dual maximum: the first half of the heating call opens the reheat valve, the second raises the flow. A
    minimum of zero (outside operating hours) leaves a box shut that is not called.

    Parameters
    ----------
    hot, cold
        How far the zone is above its cooling and below its heating setpoint [K].
    cooled, heated
        Integrals of both loops, 0-1.
    share
        Tick over integral time.
    minimum, heating_flow
        Least flow and most flow in heating, shares of the maximum flow.

    Returns
    -------
    damper (share of maximum flow), reheat valve, cooling call, and the new integrals; all 0-1.

    Source: ASHRAE 90.1-2019 6.5.2.1, exception 2; Guideline 36-2021, 5.6.
    """
    cooled = clip(cooled + ZONE_GAIN * hot * share, 0.0, 1.0)
    heated = clip(heated + ZONE_GAIN * cold * share, 0.0, 1.0)
    cool = clip(ZONE_GAIN * hot + cooled, 0.0, 1.0)
    heat = clip(ZONE_GAIN * cold + heated, 0.0, 1.0)
    flow = minimum + max((1.0 - minimum) * cool, (heating_flow - minimum) * clip(2.0 * heat - 1.0, 0.0, 1.0))
    return flow, min(1.0, 2.0 * heat), cool, cooled, heated
