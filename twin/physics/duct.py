"""Static pressure of a duct, set by its boxes' requests: trim and respond."""

from __future__ import annotations

from twin.physics.actuators import clip
from twin.physics.compile import njit

# Guideline 36-2021, 5.16.1.2: first and least setpoint, trim, response to a request and the most of it [Pa];
# seconds from trim to trim, and from the fan's start to the first. No request is ignored (the guideline
# begins with two), as few boxes share the duct.
FIRST, LEAST, TRIM, RESPOND, RESPOND_MOST = 120.0, 25.0, 12.0, 15.0, 32.0
TRIM_S, DELAY_S = 120.0, 600.0
ABOVE, UNTIL = 0.95, 0.85  # damper positions
FAR_SHORT, SHORT = 0.5, 0.7  # flow over its setpoint: three requests, two


@njit
def requests(damper: float, flow: float, setpoint: float, asked: float) -> float:
    """A box's requests for pressure, 0 to 3: one while its damper is nearly open, more where air is short.

    Parameters
    ----------
    damper
        Its position 0-1.
    flow, setpoint
        Shares of the box's maximum.
    asked
        Requests before; one is kept until the damper has closed a little.

    Source: Guideline 36-2021, 5.6.8.2.
    """
    if damper > ABOVE:
        if flow < FAR_SHORT * setpoint:
            return 3.0
        return 2.0 if flow < SHORT * setpoint else 1.0
    return 0.0 if damper < UNTIL else min(asked, 1.0)


@njit
def trimmed(setpoint: float, design: float, asked: float, due: float, dt: float) -> tuple[float, float]:
    """Pressure setpoint after a tick [Pa], and the time to its next trim [s].

    Source: Guideline 36-2021, 5.1.14.
    """
    due -= dt
    while due < 0.0:
        due += TRIM_S
        moved = setpoint + min(RESPOND * asked, RESPOND_MOST) - TRIM
        setpoint = clip(moved, min(LEAST, design), design)
    return setpoint, due
