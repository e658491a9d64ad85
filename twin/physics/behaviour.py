"""How people react to what they feel: thermostats, windows, complaints; all from the state and keyed draws.

Each person present is asked once per interval (300 s), person o at the ticks whose remainder is o, so that
not everybody acts at once. What a person feels is the PMV of ISO 7730 with the clothing of the season and
their own, less the vote neutral to them. Window actions have the probabilities of Haldi & Robinson 2009
(Building and Environment 44(12), model in indoor and outdoor temperature, 5 min steps); that they need a
motive (warmth or stale air), the thermostat and the complaints are assumed, as marked.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from twin.physics import comfort
from twin.physics.compile import njit
from twin.physics.layout import (
    AC_MET,
    G_PEOPLE,
    K_BEHAVIOUR_TICKS,
    K_TICK_S,
    K_TICKS_PER_BOUNDARY,
    N_CLOTHING,
    N_COMPLAINTS,
    N_OVERRIDES,
    O_ACTIVITY,
    O_DISCOMFORT,
    O_READY,
    O_SENSATION,
    O_ZONE,
    OP_CLOTHING,
    OP_PREFERENCE,
    OP_TOLERANCE,
    W_PRESSURE,
    W_TEMPERATURE,
    Z_AIR,
    Z_AIRING_COUNT,
    Z_CO2,
    Z_HUMIDITY,
    Z_OFFSET,
    Z_OFFSET_LEFT,
    Z_PMV,
    Z_PPD,
    Z_RADIANT,
    Z_WINDOW,
    ZP_CONDITIONED,
    ZP_WINDOW_AREA,
    Boundary,
    Float,
    Int,
    Parameters,
    State,
)
from twin.physics.noise import uniform
from twin.physics.people import SLEEPING_MET
from twin.physics.psychrometrics import vapour_pressure

# Parameters.behaviour: three switches 0/1, override step and limit [K], how long an override holds [s];
# HOME 0/1: people look after the windows of every room and air a warm bedroom; COOLS 0/1: the system can cool
(
    BP_OVERRIDE,
    BP_WINDOWS,
    BP_COMPLAIN,
    BP_STEP,
    BP_LIMIT,
    BP_DURATION,
    BP_HOME,
    BP_COOLS,
    BEHAVIOUR_PARAMETERS,
) = range(9)

AIR_SPEED = 0.1  # of still room air [m/s]
SEATED_MET = 1.2  # up to here people sit: they do not move through the air, and a chair insulates them
CHAIR_CLO = 0.1  # an office chair (ISO 9920, ASHRAE 55-2020)
BED_LIGHT, BED_WARM = 0.8, 3.2  # insulation a sleeper can choose between, bed included [clo]: Lin & Deng 2008

# Haldi & Robinson 2009: logit of the probability per 5 min
OPEN_0, OPEN_IN, OPEN_OUT = -11.78, 0.263, 0.039
CLOSE_0, CLOSE_IN, CLOSE_OUT = -4.14, 0.026, -0.065

# Assumed, for want of published values that fit a felt vote:
VOTE_PER_K = 0.25  # a preferred vote seen as a temperature: slope of PMV at 22-26 °C in office clothing
STALE_PPM = 1000.0  # people notice stale air from here on; raises the logit by STALE_SLOPE per e-fold
STALE_SLOPE = 4.0
WINDOW_STEP = 0.5  # tilted, then wide open
AIRING = 24.0  # at home, a room warmer than this is aired when it is cooler outside, felt hot or not [°C]
AIRED_OUT = 21.0  # at home, the window of an empty room is shut below this room temperature [°C]
HEATING_LIMIT = 15.0  # warmer outdoors, nobody turns a thermostat down that can only heat [°C]
COLD_CLOSE = 0.5  # per 5 min: who is cold shuts an open window, and who is hot when it is hotter outside
OVERRIDE_0, OVERRIDE_VOTE = -5.3, 2.5  # logit per 5 min: 0.5 % at the tolerance, 6 % one vote beyond
COMPLAINT_PER_VOTE_H = 0.08  # complaints per hour and vote of felt discomfort, averaged over an hour
DISCOMFORT_S = 3600.0  # memory of discomfort
PAUSE_OVERRIDE_S = 1800.0  # nobody acts again sooner
PAUSE_COMPLAINT_S = 7200.0

QUIET = 0.01  # felt discomfort that is forgotten [PMV]

_DRAWS = 4  # keyed draws per person and tick: window, thermostat, complaint, spare
_DRAW_S = 60  # a longer tick takes the draws of ticks of a minute [s]
_INTERVAL_S = 300.0  # of the published probabilities


class Moment(NamedTuple):
    """What is the same for everybody at one tick: scalars, as whole records of arrays are slow to hand on."""

    tick: int
    tick_s: float
    seconds: float  # between two turns of one person
    outdoor: float  # [°C]
    pressure: float  # [Pa]
    clothing: float  # of the season [clo]
    first: int  # index of the draws of person 0 at this tick
    spread: int  # so many people after one another have draws of their own, at ticks beyond a minute


@njit
def step(p: Parameters, b: Boundary, x: State, n: int, v: int, k: int, j: int) -> None:
    """Let those people of building n whose turn it is at tick k feel and act.

    Changes x.occupant (sensation, discomfort), x.zone (PMV, PPD, window, thermostat override) and the
    counters of complaints and overrides.
    """
    every = p.kind[K_BEHAVIOUR_TICKS]
    turn = k % every
    zone, gains = x.zone[n], x.gains[n]
    if turn == 0:
        outdoor = b.weather[b.climate[n], j, W_TEMPERATURE]
        _zones(zone, gains, float(every * p.kind[K_TICK_S]), p.behaviour[v, BP_HOME] > 0.0, outdoor)
        x.counter[n, N_CLOTHING] = _clothing(p.kind, b.weather[b.climate[n]], j)
    somebody = False
    fresh = False
    for z in range(zone.shape[0]):
        if gains[z, G_PEOPLE] > 0.0:
            somebody = True
            fresh = fresh or zone[z, Z_PPD] == 0.0
    if somebody:
        tick_s = float(p.kind[K_TICK_S])
        site = b.weather[b.climate[n], j]
        clothing = x.counter[n, N_CLOTHING]
        first, spread = k, 1
        if p.kind[K_TICK_S] > _DRAW_S:  # the very draws of ticks of a minute, so that chance falls alike
            first = k // every * every * p.kind[K_TICK_S] // _DRAW_S
            spread = every * p.kind[K_TICK_S] // _DRAW_S
        seconds, outside = every * tick_s, site[W_TEMPERATURE]
        now = Moment(k, tick_s, seconds, outside, site[W_PRESSURE], clothing, first, spread)
        activity, occupant, character = p.activity[v], x.occupant[n], b.occupant[n]
        if fresh:
            _first_votes(zone, occupant, character, activity, now)
        limits, how, keys, counter = p.zone[v], p.behaviour[v], b.occupant_key[n], x.counter[n]
        _votes(zone, occupant, character, activity, now, turn, every)
        for o in range(turn, occupant.shape[0], every):
            if occupant[o, O_ZONE] >= 0.0:
                _turn(zone, occupant, character, activity, limits, how, counter, now, keys[o], o)
        if turn == 0 or fresh:
            _mean_votes(zone, gains, occupant)


@njit
def _zones(zone: Float, gains: Float, seconds: float, home: bool, outdoor: float) -> None:
    """Overrides run out; the last to leave shuts the window (assumed).

    At home that is the last to leave the house: until then the window of an empty room stays open while it
    cools the room and the room is not cool already, so that a warm house is aired through the night.
    """
    watched = False
    for z in range(zone.shape[0]):
        watched = watched or (home and gains[z, G_PEOPLE] > 0.0)
    for z in range(zone.shape[0]):
        if zone[z, Z_OFFSET] != 0.0:
            zone[z, Z_OFFSET_LEFT] -= seconds
            if zone[z, Z_OFFSET_LEFT] <= 0.0:
                zone[z, Z_OFFSET] = 0.0
                zone[z, Z_OFFSET_LEFT] = 0.0
        if zone[z, Z_WINDOW] > 0.0 and gains[z, G_PEOPLE] == 0.0:
            air = zone[z, Z_AIR]
            if not watched or air < AIRED_OUT or outdoor > air:
                zone[z, Z_WINDOW] = 0.0


@njit
def _clothing(kind: Int, weather: Float, j: int) -> float:
    """Clothing by the temperature at six in the morning, before six by yesterday's [clo]."""
    step_s = kind[K_TICK_S] * kind[K_TICKS_PER_BOUNDARY]
    day = 86400 // step_s
    six = j // day * day + 21600 // step_s
    if six > j:
        six = max(0, six - day)
    return comfort.seasonal_clothing(weather[six, W_TEMPERATURE])


@njit
def _first_votes(zone: Float, occupant: Float, character: Float, activity: Float, now: Moment) -> None:
    """Votes of all where people came into an empty zone."""
    for o in range(occupant.shape[0]):
        z = int(occupant[o, O_ZONE])
        if z >= 0 and zone[z, Z_PPD] == 0.0:
            met = activity[int(occupant[o, O_ACTIVITY]), AC_MET]
            clothing = now.clothing + character[o, OP_CLOTHING]
            occupant[o, O_SENSATION] = _vote(_around(zone, z, met, now.pressure), met, clothing)


@njit
def _votes(
    zone: Float, occupant: Float, character: Float, activity: Float, now: Moment, first: int, every: int
) -> None:
    """Votes of those whose turn it is; neighbours in the list often sit in one zone and do one thing."""
    place, doing = -1, -1.0
    a = comfort.NOWHERE
    for o in range(first, occupant.shape[0], every):
        z = int(occupant[o, O_ZONE])
        if z < 0:
            continue
        met = activity[int(occupant[o, O_ACTIVITY]), AC_MET]
        if z != place or met != doing:
            place, doing = z, met
            a = _around(zone, z, met, now.pressure)
        occupant[o, O_SENSATION] = _vote(a, met, now.clothing + character[o, OP_CLOTHING])


@njit
def _around(zone: Float, z: int, met: float, pressure: float) -> comfort.Around:
    """What anybody who does this in zone z feels, apart from clothes."""
    speed = AIR_SPEED if met <= SEATED_MET else comfort.relative_velocity(AIR_SPEED, met)
    vapour = vapour_pressure(zone[z, Z_HUMIDITY], pressure)
    return comfort.around(zone[z, Z_AIR], zone[z, Z_RADIANT], speed, vapour, met)


@njit
def _vote(a: comfort.Around, met: float, clothing: float) -> float:
    """PMV of one person [-]; a sleeper chooses the bedding that comes closest to neutral."""
    asleep = met <= SLEEPING_MET
    clo = min(2.0, max(0.3, clothing)) + (CHAIR_CLO if met <= SEATED_MET else 0.0)
    vote = comfort.vote(a, BED_LIGHT if asleep else clo)
    if asleep and vote < 0.0:
        vote = min(0.0, comfort.vote(a, BED_WARM))
    return min(3.0, max(-3.0, vote))


@njit
def _mean_votes(zone: Float, gains: Float, occupant: Float) -> None:
    """PMV and PPD of the mean occupant of every zone; 0 where nobody is."""
    for z in range(zone.shape[0]):
        zone[z, Z_PMV] = 0.0
        zone[z, Z_PPD] = 0.0
    for o in range(occupant.shape[0]):
        z = int(occupant[o, O_ZONE])
        if z >= 0:
            vote = occupant[o, O_SENSATION]
            zone[z, Z_PMV] += vote / gains[z, G_PEOPLE]
            zone[z, Z_PPD] += comfort.ppd(vote) / gains[z, G_PEOPLE]


@njit
def _turn(
    zone: Float,
    occupant: Float,
    character: Float,
    activity: Float,
    limits: Float,
    how: Float,
    counter: Float,
    now: Moment,
    key: int,
    o: int,
) -> None:
    """What one person does about what is felt, one thing at a time."""
    z = int(occupant[o, O_ZONE])
    met = activity[int(occupant[o, O_ACTIVITY]), AC_MET]
    felt = occupant[o, O_SENSATION] - character[o, OP_PREFERENCE]
    beyond = max(0.0, abs(felt) - character[o, OP_TOLERANCE])
    keep = 1.0 - now.seconds / DISCOMFORT_S
    occupant[o, O_DISCOMFORT] = keep * occupant[o, O_DISCOMFORT] + (1.0 - keep) * beyond
    asleep = met <= SLEEPING_MET
    stale = zone[z, Z_CO2] > STALE_PPM and not asleep
    airs = how[BP_HOME] > 0.0 and felt > -character[o, OP_TOLERANCE] and zone[z, Z_AIR] > AIRING
    content = beyond == 0.0 and not stale and zone[z, Z_WINDOW] == 0.0 and occupant[o, O_DISCOMFORT] < QUIET
    content = content and not airs
    if (
        content
        or (asleep and how[BP_HOME] == 0.0)
        or now.tick < occupant[o, O_READY]
        or character[o, OP_TOLERANCE] > 10.0
    ):
        return
    pause = 0.0
    draw = _DRAWS * (now.first + o % now.spread)
    if how[BP_WINDOWS] > 0.0 and limits[z, ZP_WINDOW_AREA] > 0.0:
        shift = -character[o, OP_PREFERENCE] / VOTE_PER_K
        push = felt if beyond > 0.0 else QUIET if airs and now.outdoor < zone[z, Z_AIR] else 0.0
        if _window(zone, z, push, stale, shift, now, key, draw):
            pause = PAUSE_OVERRIDE_S
    if asleep:  # who lies awake reaches for the window, neither for the thermostat nor for a pen
        occupant[o, O_READY] = max(occupant[o, O_READY], now.tick + pause / now.tick_s)
        return
    helps = felt < 0.0 or how[BP_COOLS] > 0.0 or now.outdoor < HEATING_LIMIT
    can = how[BP_OVERRIDE] > 0.0 and limits[z, ZP_CONDITIONED] > 0.0 and helps
    if pause == 0.0 and beyond > 0.0 and can:
        logit = OVERRIDE_0 + OVERRIDE_VOTE * beyond
        if _happens(uniform(key, draw + 1), logit, now.seconds) and _override(zone, z, how, felt):
            counter[N_OVERRIDES] += 1.0
            pause = PAUSE_OVERRIDE_S
    if pause == 0.0 and how[BP_COMPLAIN] > 0.0:
        expected = COMPLAINT_PER_VOTE_H * occupant[o, O_DISCOMFORT] / 3600.0 * now.seconds
        chance = uniform(key, draw + 2)
        # 1 - exp(-x) is below x: most draws need no exponential
        if chance < expected and chance < 1.0 - math.exp(-expected):
            counter[N_COMPLAINTS] += 1.0
            pause = PAUSE_COMPLAINT_S
    if pause > 0.0:
        occupant[o, O_READY] = now.tick + pause / now.tick_s


@njit
def _happens(draw: float, logit: float, seconds: float) -> bool:
    """Whether a draw in (0, 1) falls below `_chance`.

    Most need no exponential: the first terms of its series, less than all of it, show that they are beyond.
    """
    x = -logit
    if x > 1.0 and seconds == _INTERVAL_S and draw * (2.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6.0)))) > 1.0:
        return False
    return draw < _chance(logit, seconds)


@njit
def _chance(logit: float, seconds: float) -> float:
    """Probability within `seconds` of what has a logistic probability per 300 s."""
    once = 1.0 / (1.0 + math.exp(-logit))
    if seconds == _INTERVAL_S:
        return once
    return float(1.0 - (1.0 - once) ** (seconds / _INTERVAL_S))


@njit
def _window(
    zone: Float, z: int, push: float, stale: bool, shift: float, now: Moment, key: int, index: int
) -> bool:
    """Open or shut the window of zone z; true where the person did something.

    `push`: the vote felt where it is beyond what the person tolerates, else 0; `stale`: whether the person
    notices used air; `shift`: how much warmer than the mean person this one finds the room [K]; `key`,
    `index`: of the draw.
    """
    indoor, co2, is_open = zone[z, Z_AIR], zone[z, Z_CO2], zone[z, Z_WINDOW]
    cooler = now.outdoor < indoor
    wants_air = (push > 0.0 and cooler and is_open < 1.0) or (stale and is_open == 0.0 and push >= 0.0)
    if wants_air:
        logit = OPEN_0 + OPEN_IN * (indoor + shift) + OPEN_OUT * now.outdoor
        if stale:
            logit += STALE_SLOPE * math.log(co2 / STALE_PPM)
        if _happens(uniform(key, index), logit, now.seconds):
            zone[z, Z_AIRING_COUNT] += 1.0 if is_open == 0.0 else 0.0
            zone[z, Z_WINDOW] = min(1.0, is_open + WINDOW_STEP)
            return True
        return False
    if is_open == 0.0 or (push > 0.0 and cooler):
        return False
    if push != 0.0:  # cold, or hot while it is hotter outside
        chance = 1.0 - (1.0 - COLD_CLOSE) ** (now.seconds / _INTERVAL_S)
    elif stale:
        return False
    else:
        chance = _chance(CLOSE_0 + CLOSE_IN * indoor + CLOSE_OUT * now.outdoor, now.seconds)
    if uniform(key, index) < chance:
        zone[z, Z_WINDOW] = 0.0
        return True
    return False


@njit
def _override(zone: Float, z: int, how: Float, felt: float) -> bool:
    """Turn the thermostat one step against the feeling; false where it is at its limit already."""
    step_k = how[BP_STEP] if felt < 0.0 else -how[BP_STEP]
    before = zone[z, Z_OFFSET]
    after = min(how[BP_LIMIT], max(-how[BP_LIMIT], before + step_k))
    if after == before:
        return False
    zone[z, Z_OFFSET] = after
    zone[z, Z_OFFSET_LEFT] = how[BP_DURATION] if after != 0.0 else 0.0
    return True
