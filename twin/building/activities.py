"""What people do, and what heat, moisture and CO2 that gives off.

Sensible and latent heat: ASHRAE Handbook Fundamentals 2017, ch. 18, table 1 (sedentary mix of men and women;
a child gives 75 % of a man's heat). Metabolic rates for comfort: ISO 7730:2005 annex B. CO2: Persily & de
Jonge 2017, Indoor Air 27(5), with the basal rates of their table 1 (Schofield), activity levels of table 3.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from twin.physics import layout as la
from twin.physics.layout import Float

EVAPORATION_J_KG = 2.43e6  # of water at skin temperature, 30 °C
_RESPIRATORY_QUOTIENT = 0.85  # Persily & de Jonge, sec. 3: a mixed diet
_ROOM_K = 295.15
_ROOM_KPA = 101.325


class Activity(IntEnum):
    """Rows of the activity table."""

    SEATED_QUIET = 0
    SEATED_OFFICE = 1
    STANDING = 2
    LIGHT_WALK = 3
    COOKING = 4
    SLEEPING = 5
    CHILD_SEATED = 6
    CHILD_ACTIVE = 7
    CHILD_SLEEPING = 8
    MEETING = 9
    TEACHING = 10
    AT_HOME = 11


class _Row(NamedTuple):
    met: float  # ISO 7730 annex B [met]
    sensible: float  # [W]
    latent: float  # [W]
    radiant: float  # share of the sensible heat
    level: float  # activity level for CO2, table 3 of Persily & de Jonge [met]
    basal: float  # basal metabolic rate [MJ/day]


# Adults: mean of a man of 85 kg and a woman of 72 kg at 30-60 years; child: boy and girl of 33 kg at 3-10.
_ADULT = 0.5 * ((0.048 * 85.0 + 3.653) + (0.034 * 72.0 + 3.538))
_CHILD = 0.5 * ((0.095 * 33.0 + 2.110) + (0.085 * 33.0 + 2.033))

_TABLE = {
    Activity.SEATED_QUIET: _Row(1.0, 70.0, 35.0, 0.60, 1.3, _ADULT),
    Activity.SEATED_OFFICE: _Row(1.2, 75.0, 55.0, 0.58, 1.5, _ADULT),
    Activity.STANDING: _Row(1.4, 75.0, 55.0, 0.58, 1.5, _ADULT),
    Activity.LIGHT_WALK: _Row(1.7, 75.0, 70.0, 0.58, 2.0, _ADULT),
    Activity.COOKING: _Row(1.8, 80.0, 80.0, 0.58, 3.3, _ADULT),
    Activity.SLEEPING: _Row(0.7, 50.0, 25.0, 0.60, 0.95, _ADULT),  # ASHRAE 55: 0.7 met
    Activity.CHILD_SEATED: _Row(1.2, 59.0, 39.0, 0.58, 1.5, _CHILD),
    Activity.CHILD_ACTIVE: _Row(1.7, 64.0, 56.0, 0.58, 2.5, _CHILD),
    Activity.CHILD_SLEEPING: _Row(0.7, 34.0, 17.0, 0.60, 0.95, _CHILD),
    Activity.MEETING: _Row(1.2, 72.0, 45.0, 0.60, 1.5, _ADULT),
    Activity.TEACHING: _Row(1.6, 75.0, 55.0, 0.58, 2.0, _ADULT),
    Activity.AT_HOME: _Row(1.2, 70.0, 45.0, 0.60, 1.3, _ADULT),  # ISO 7730 annex B: sedentary, dwelling
}

ACTIVITY_NAMES: tuple[str, ...] = tuple(activity.name.lower() for activity in Activity)
ASLEEP = frozenset({Activity.SLEEPING, Activity.CHILD_SLEEPING})


def co2_generation(basal: float, level: float) -> float:
    """CO2 that a person gives off [m3/s at room temperature and pressure].

    Parameters
    ----------
    basal
        Basal metabolic rate [MJ/day].
    level
        Activity level, multiple of the basal rate [met].

    Source: Persily & de Jonge 2017, their equation for any temperature T [K] and pressure P [kPa],
    V = RQ · BMR · M · (T/P) · 0.000211 [L/s].
    """
    litres = _RESPIRATORY_QUOTIENT * basal * level * (_ROOM_K / _ROOM_KPA) * 0.000211
    return litres * 1e-3


def activities() -> Float:
    """The activity table (ACTIVITIES, ACTIVITY_COLUMNS), rows as in `Activity`, names in ACTIVITY_NAMES.

    Columns: metabolic rate [met], sensible heat [W], its radiant share [-], vapour [kg/s], CO2 [m3/s].
    """
    table = np.zeros((len(Activity), la.ACTIVITY_COLUMNS))
    for activity, row in _TABLE.items():
        table[activity, la.AC_MET] = row.met
        table[activity, la.AC_SENSIBLE] = row.sensible
        table[activity, la.AC_RADIANT_FRACTION] = row.radiant
        table[activity, la.AC_VAPOUR] = row.latent / EVAPORATION_J_KG
        table[activity, la.AC_CO2] = co2_generation(row.basal, row.level)
    return table
