"""Heat: the fabric of every zone stepped exactly, and the zones' air coupled implicitly through it and doors.

Over one tick the air of a zone is its mean temperature theta for everything it touches. The fabric's step is
then a constant matrix (twin.building.network), and the air obeys

    C (T+ - T) / dt = S - G theta + sum_j g_j (theta_j - theta),     T+ = T + (theta - T) / a(z)

with z = G dt / C and a(z) = 1/(1 - exp(-z)) - 1/z, which makes a zone with constant coefficients exact for any tick, and any
set of zones monotone (no overshoot). Whatever one zone gives, another or the outdoors takes: energy closes to
rounding, in sensible heat. Vapour carries its latent heat with it, in the humidity balance
(twin.physics.air). The scheme's two halves are in twin.physics.implicit.
"""

from __future__ import annotations

from twin.physics.compile import njit
from twin.physics.implicit import eliminate, sharpness
from twin.physics.layout import (
    D_FROM,
    D_TO,
    DRIVE_FLUX,
    DRIVE_STAR,
    DRIVES,
    F_GAP,
    F_GAP_AREA,
    F_GAP_EMISSIVITY,
    F_GAP_EXPONENT,
    F_GAP_GAS,
    F_GAP_PANES,
    F_ROOF_AREA,
    F_STAR,
    F_WALL_AREA,
    F_WINDOW_AREA,
    G_CONVECTIVE,
    G_RADIANT,
    I_FIX_GAP,
    I_FIX_ROOF,
    I_FIX_STAR,
    I_FIX_WALL,
    I_FIX_WINDOW,
    I_FLOOR_HEAT,
    I_GROUND,
    I_OUTDOOR,
    I_PANE_IN,
    I_PANE_OUT,
    I_PARTITION,
    I_RADIANT,
    I_SKY,
    I_SUN_ROOF,
    I_SUN_WALL,
    I_TRANSMITTED,
    K_TICK_S,
    NODES,
    PARTITION,
    ROW_AIR,
    S_ROOF_OUT,
    S_STAR,
    S_WALL,
    S_WALL_OUT,
    S_WINDOW,
    S_WINDOW_OUT,
    SLOW_INPUTS,
    STAR_LINKS,
    SUN_PANE_IN,
    SUN_PANE_OUT,
    SUN_ROOF,
    SUN_TRANSMITTED,
    SUN_WALL,
    SURFACES,
    W_GROUND,
    W_SKY,
    W_TEMPERATURE,
    WK_CAP_COOL,
    WK_CAP_HEAT,
    WK_CONVECTIVE,
    WK_DIAGONAL,
    WK_FLOOR,
    WK_HIGH,
    WK_IDEAL,
    WK_LOSS,
    WK_LOW,
    WK_MEAN,
    WK_OUTDOOR,
    WK_PARTITION,
    WK_RADIANT,
    WK_RIGHT,
    WK_SOURCE,
    WK_STATUS,
    WK_SUPPLY,
    WK_SUPPLY_T,
    WK_WEIGHT,
    WORK,
    Z_AIR,
    Z_HEAT,
    Z_MEAN_AIR,
    Z_RADIANT,
    ZP_AIR_CAPACITY,
    Boundary,
    Float,
    Parameters,
    State,
)  # fmt: skip
from twin.physics.psychrometrics import CP_AIR

STEFAN_BOLTZMANN = 5.670374419e-8  # [W/m2K4]
KELVIN = 273.15
STAR_REFERENCE = 293.15  # [K] at which the linear radiant exchange inside is taken
FREE, HOLD_LOW, HOLD_HIGH, FULL_HEAT, FULL_COOL = 0.0, 1.0, 2.0, 3.0, 4.0  # WK_STATUS of ideal loads


# --- once per boundary step ---------------------------------------------------------------------------------


@njit
def refresh(p: Parameters, b: Boundary, x: State, n: int, v: int, c: int, j: int, u: Float) -> None:
    """Inputs of boundary step j to the fabric: cache what they do over a tick, and recover all surfaces.

    The non-linear parts of radiation and of the window gap enter as heat flows, lagged by one boundary step,
    on top of the constant linear network; they leave the energy balance closed, since they are flows.
    """
    u[I_OUTDOOR] = b.weather[c, j, W_TEMPERATURE]
    u[I_SKY] = b.weather[c, j, W_SKY]
    u[I_GROUND] = b.weather[c, j, W_GROUND]
    for z in range(x.zone.shape[1]):
        u[I_SUN_WALL] = b.sun[c, j, z, SUN_WALL]
        u[I_SUN_ROOF] = b.sun[c, j, z, SUN_ROOF]
        u[I_PANE_OUT] = b.sun[c, j, z, SUN_PANE_OUT]
        u[I_PANE_IN] = b.sun[c, j, z, SUN_PANE_IN]
        u[I_TRANSMITTED] = b.sun[c, j, z, SUN_TRANSMITTED]
        u[I_FIX_GAP] = _gap_correction(p.film, x.surface, n, v, z)
        u[I_FIX_WINDOW] = _sky_correction(p.film, v, z, F_WINDOW_AREA, x.surface[n, z, S_WINDOW_OUT], u)
        u[I_FIX_WALL] = _sky_correction(p.film, v, z, F_WALL_AREA, x.surface[n, z, S_WALL_OUT], u)
        u[I_FIX_ROOF] = _sky_correction(p.film, v, z, F_ROOF_AREA, x.surface[n, z, S_ROOF_OUT], u)
        for i in range(STAR_LINKS):
            u[I_FIX_STAR + i] = _star_correction(p.film, x.surface, n, v, z, i)
        _cache_drive(p.operator, p.flux, p.recover, x.drive, n, v, z, u)
        _recover(p.recover, x.surface, x.node, n, v, z, u, x.gains[n, z, G_RADIANT], x.zone[n, z, Z_AIR])


@njit
def _gap_correction(film: Float, surface: Float, n: int, v: int, z: int) -> float:
    """Heat from outer to inner pane beyond the linear conductance [W].

    Gas conductance as a power of the mean temperature (ISO 15099:2003, annex B) plus radiation between the
    panes.
    """
    gas = film[v, z, F_GAP_GAS]
    if gas <= 0.0:
        return 0.0
    outer = surface[n, z, S_WINDOW_OUT]
    inner = surface[n, z, S_WINDOW]
    mean = 0.5 * (outer + inner) + KELVIN
    gap = gas * (mean / KELVIN) ** film[v, z, F_GAP_EXPONENT]
    gap += film[v, z, F_GAP_EMISSIVITY] * 4.0 * STEFAN_BOLTZMANN * mean * mean * mean
    conductance = film[v, z, F_GAP_AREA] / (film[v, z, F_GAP_PANES] + 1.0 / gap)
    return float((conductance - film[v, z, F_GAP]) * (outer - inner))


@njit
def _fourth(temperature: float) -> float:
    kelvin = temperature + KELVIN
    return kelvin * kelvin * kelvin * kelvin


@njit
def _sky_correction(film: Float, v: int, z: int, at: int, surface: float, u: Float) -> float:
    """Long-wave heat onto an outer surface beyond the linear part [W].

    `at` is the first of its film columns.
    """
    area = film[v, z, at]
    if area <= 0.0:
        return 0.0
    sky = film[v, z, at + 2]
    black = sky * _fourth(u[I_SKY]) + (1.0 - sky) * _fourth(u[I_OUTDOOR]) - _fourth(surface)
    linear = sky * u[I_SKY] + (1.0 - sky) * u[I_OUTDOOR] - surface
    return float(area * film[v, z, at + 1] * STEFAN_BOLTZMANN * black - film[v, z, at + 3] * linear)


@njit
def _star_correction(film: Float, surface: Float, n: int, v: int, z: int, i: int) -> float:
    """Radiant heat from the star to surface S_WALL + i beyond the linear part [W]: (Tm / 293 K)^3 - 1."""
    star = surface[n, z, S_STAR]
    own = surface[n, z, S_WALL + i]
    ratio = (0.5 * (star + own) + KELVIN) * (1.0 / STAR_REFERENCE)
    return float(film[v, z, F_STAR + i] * (ratio * ratio * ratio - 1.0) * (star - own))


@njit
def _cache_drive(
    operator: Float, flux: Float, recover: Float, drive: Float, n: int, v: int, z: int, u: Float
) -> None:
    for i in range(DRIVES):
        drive[n, z, i] = 0.0
    for k in range(SLOW_INPUTS):
        value = u[k]
        if value != 0.0:
            for i in range(NODES):
                drive[n, z, i] += value * operator[v, z, NODES + k, i]
            drive[n, z, DRIVE_FLUX] += value * flux[v, z, NODES + k]
            drive[n, z, DRIVE_STAR] += value * recover[v, z, NODES + k, S_STAR]


@njit
def _recover(
    recover: Float, surface: Float, node: Float, n: int, v: int, z: int, u: Float, radiant: float, air: float
) -> None:
    """Surfaces now, with the inputs of the step that begins."""
    for s in range(SURFACES):
        surface[n, z, s] = radiant * recover[v, z, NODES + I_RADIANT, s] + air * recover[v, z, ROW_AIR, s]
    for k in range(NODES + SLOW_INPUTS):
        value = node[n, z, k] if k < NODES else u[k - NODES]
        if value != 0.0:
            for s in range(SURFACES):
                surface[n, z, s] += value * recover[v, z, k, s]


# --- every tick ---------------------------------------------------------------------------------------------


@njit
def solve(p: Parameters, b: Boundary, x: State, n: int, v: int, c: int, j: int, w: Float, d: Float) -> None:
    """Move air and fabric of every zone of building n over one tick.

    Parameters
    ----------
    w
        Scratch (Z, WORK + Z): supply, outdoor flow and HVAC heat in; WK_IDEAL, WK_MEAN out.
    d
        Air that each door passes each way (D,) [kg/s].

    Notes
    -----
    Writes Z_AIR (end of tick), Z_MEAN_AIR (mean), Z_RADIANT (end), Z_HEAT (mean HVAC heat into the zone:
    ideal, convective, radiant, in the floor, and supply air relative to the zone) and x.node. Ideal loads
    hold the air at WK_LOW or WK_HIGH at the tick's end with the least heat, within WK_CAP_HEAT and
    WK_CAP_COOL.
    """
    zones = x.zone.shape[1]
    tick = float(p.kind[K_TICK_S])
    _partition_heat(p.partition, x.node, n, v, w)
    for z in range(zones):
        _air_balance(p.flux, x.node, x.drive, x.gains, n, v, z, b.weather[c, j, W_TEMPERATURE], w)
    coupled = _door_losses(p.door, v, w, d)
    ideal = False
    for z in range(zones):
        capacity = p.zone[v, z, ZP_AIR_CAPACITY] / tick
        w[z, WK_WEIGHT] = sharpness(w[z, WK_LOSS] / capacity)
        storage = capacity * w[z, WK_WEIGHT]
        w[z, WK_DIAGONAL] = storage + w[z, WK_LOSS]
        w[z, WK_SOURCE] += storage * x.zone[n, z, Z_AIR]
        w[z, WK_STATUS] = FREE
        w[z, WK_IDEAL] = 0.0
        ideal = ideal or w[z, WK_CAP_HEAT] > 0.0 or w[z, WK_CAP_COOL] > 0.0
    _means(p.door, x.zone, n, v, w, d, coupled)
    if ideal:
        _ideal_loads(p.door, x.zone, n, v, w, d, coupled)
    for z in range(zones):
        _finish(x.zone, n, z, w)
        radiant = x.gains[n, z, G_RADIANT] + w[z, WK_RADIANT]
        _step_nodes(p.operator, x.node, x.drive, n, v, z, radiant, w)
        _star(p.recover, x.node, x.drive, x.zone, n, v, z, radiant, w)


@njit
def _partition_heat(partition: Float, node: Float, n: int, v: int, w: Float) -> None:
    """Heat through the walls between zones, from the halves' temperatures at the tick's begin [W]."""
    for z in range(node.shape[1]):
        w[z, WK_PARTITION] = 0.0
    for q in range(partition.shape[1]):
        first = int(partition[v, q, 0])
        second = int(partition[v, q, 1])
        heat = partition[v, q, 2] * (node[n, second, PARTITION] - node[n, first, PARTITION])
        w[first, WK_PARTITION] += heat
        w[second, WK_PARTITION] -= heat


@njit
def _air_balance(
    flux: Float, node: Float, drive: Float, gains: Float, n: int, v: int, z: int, outdoor: float, w: Float
) -> None:
    """Heat to the zone air that does not depend on it (WK_SOURCE) [W]; what it loses per kelvin (WK_LOSS)."""
    source = drive[n, z, DRIVE_FLUX] + gains[n, z, G_CONVECTIVE] + w[z, WK_CONVECTIVE]
    for i in range(NODES):
        source += node[n, z, i] * flux[v, z, i]
    source += (gains[n, z, G_RADIANT] + w[z, WK_RADIANT]) * flux[v, z, NODES + I_RADIANT]
    source += w[z, WK_FLOOR] * flux[v, z, NODES + I_FLOOR_HEAT]
    source += w[z, WK_PARTITION] * flux[v, z, NODES + I_PARTITION]
    supply = w[z, WK_SUPPLY] * CP_AIR
    leak = w[z, WK_OUTDOOR] * CP_AIR
    w[z, WK_SOURCE] = source + supply * w[z, WK_SUPPLY_T] + leak * outdoor
    w[z, WK_LOSS] = supply + leak - flux[v, z, ROW_AIR]


@njit
def _door_losses(door: Float, v: int, w: Float, d: Float) -> bool:
    coupled = False
    for q in range(door.shape[1]):
        if d[q] > 0.0:
            coupled = True
            w[int(door[v, q, D_FROM]), WK_LOSS] += d[q] * CP_AIR
            w[int(door[v, q, D_TO]), WK_LOSS] += d[q] * CP_AIR
    return coupled


@njit
def _held(status: float) -> bool:
    return status in (HOLD_LOW, HOLD_HIGH)


@njit
def _means(door: Float, zone: Float, n: int, v: int, w: Float, d: Float, coupled: bool) -> None:
    """Mean air temperatures (WK_MEAN); zones held by ideal loads have theirs given."""
    zones = zone.shape[1]
    for z in range(zones):
        w[z, WK_RIGHT] = _right(z, zone[n, z, Z_AIR], w)
        w[z, WK_MEAN] = w[z, WK_RIGHT] / w[z, WK_DIAGONAL]
    if not coupled:
        return
    for z in range(zones):
        for y in range(zones):
            w[z, WORK + y] = 0.0
        w[z, WORK + z] = w[z, WK_DIAGONAL]
    for q in range(door.shape[1]):
        if d[q] > 0.0:
            first = int(door[v, q, D_FROM])
            second = int(door[v, q, D_TO])
            if not _held(w[first, WK_STATUS]):
                w[first, WORK + second] -= d[q] * CP_AIR
            if not _held(w[second, WK_STATUS]):
                w[second, WORK + first] -= d[q] * CP_AIR
    eliminate(w, zones)


@njit
def _right(z: int, start: float, w: Float) -> float:
    """Right-hand side of a zone's equation under its status."""
    status = w[z, WK_STATUS]
    if status == FREE:
        return float(w[z, WK_SOURCE])
    if status == FULL_HEAT:
        return float(w[z, WK_SOURCE] + w[z, WK_CAP_HEAT])
    if status == FULL_COOL:
        return float(w[z, WK_SOURCE] - w[z, WK_CAP_COOL])
    target = w[z, WK_LOW] if status == HOLD_LOW else w[z, WK_HIGH]
    return float((start + (target - start) / w[z, WK_WEIGHT]) * w[z, WK_DIAGONAL])


# --- ideal loads --------------------------------------------------------------------------------------------


@njit
def _ideal_loads(door: Float, zone: Float, n: int, v: int, w: Float, d: Float, coupled: bool) -> None:
    """Which zones are held, which run at capacity: an active set, at most Z + 2 passes."""
    zones = zone.shape[1]
    settled = False
    for _ in range(zones + 2):
        _held_heat(door, v, w, d)
        settled = True
        for z in range(zones):
            status = _judge(z, zone[n, z, Z_AIR], w)
            if status != w[z, WK_STATUS]:
                w[z, WK_STATUS] = status
                settled = False
        if settled:
            return
        _means(door, zone, n, v, w, d, coupled)
    # the passes ran out: give the heat last found, within capacity, and solve for what then results
    _held_heat(door, v, w, d)
    for z in range(zones):
        w[z, WK_IDEAL] = min(max(w[z, WK_IDEAL], -w[z, WK_CAP_COOL]), w[z, WK_CAP_HEAT])
        w[z, WK_SOURCE] += w[z, WK_IDEAL]
        w[z, WK_STATUS] = FREE
    _means(door, zone, n, v, w, d, coupled)


@njit
def _held_heat(door: Float, v: int, w: Float, d: Float) -> None:
    """Heat that ideal loads give under the present statuses (WK_IDEAL) [W]."""
    for z in range(w.shape[0]):
        status = w[z, WK_STATUS]
        w[z, WK_IDEAL] = 0.0
        if status == FULL_HEAT:
            w[z, WK_IDEAL] = w[z, WK_CAP_HEAT]
        elif status == FULL_COOL:
            w[z, WK_IDEAL] = -w[z, WK_CAP_COOL]
        elif status != FREE:
            w[z, WK_IDEAL] = w[z, WK_DIAGONAL] * w[z, WK_MEAN] - w[z, WK_SOURCE]
    for q in range(door.shape[1]):
        first = int(door[v, q, D_FROM])
        second = int(door[v, q, D_TO])
        if _held(w[first, WK_STATUS]):
            w[first, WK_IDEAL] -= d[q] * CP_AIR * w[second, WK_MEAN]
        if _held(w[second, WK_STATUS]):
            w[second, WK_IDEAL] -= d[q] * CP_AIR * w[first, WK_MEAN]


@njit
def _judge(z: int, start: float, w: Float) -> float:
    """The status that a zone should have, given the last solution."""
    status = float(w[z, WK_STATUS])
    heat = w[z, WK_IDEAL]
    end = start + (w[z, WK_MEAN] - start) * w[z, WK_WEIGHT]
    slack = 1e-10
    if status == FREE:
        if end < w[z, WK_LOW] - slack and w[z, WK_CAP_HEAT] > 0.0:
            return HOLD_LOW
        if end > w[z, WK_HIGH] + slack and w[z, WK_CAP_COOL] > 0.0:
            return HOLD_HIGH
    elif status == HOLD_LOW:
        if heat > w[z, WK_CAP_HEAT]:
            return FULL_HEAT
        if heat < 0.0:
            return FREE
    elif status == HOLD_HIGH:
        if heat < -w[z, WK_CAP_COOL]:
            return FULL_COOL
        if heat > 0.0:
            return FREE
    elif status == FULL_HEAT:
        if end > w[z, WK_LOW] + slack:
            return HOLD_LOW
    elif end < w[z, WK_HIGH] - slack:
        return HOLD_HIGH
    return status


# --- end of the tick ----------------------------------------------------------------------------------------


@njit
def _finish(zone: Float, n: int, z: int, w: Float) -> None:
    """The air at the tick's end, and the heat that the HVAC brought."""
    mean = w[z, WK_MEAN]
    start = zone[n, z, Z_AIR]
    heat = w[z, WK_IDEAL] + w[z, WK_CONVECTIVE] + w[z, WK_RADIANT] + w[z, WK_FLOOR]
    zone[n, z, Z_HEAT] = heat + w[z, WK_SUPPLY] * CP_AIR * (w[z, WK_SUPPLY_T] - mean)
    zone[n, z, Z_MEAN_AIR] = mean
    zone[n, z, Z_AIR] = start + (mean - start) * w[z, WK_WEIGHT]


@njit
def _step_nodes(
    operator: Float, node: Float, drive: Float, n: int, v: int, z: int, radiant: float, w: Float
) -> None:
    """Exact step of the fabric; a row of the operator is contiguous over the nodes: one vector operation."""
    a = w[z, WK_MEAN]
    f = w[z, WK_FLOOR]
    q = w[z, WK_PARTITION]
    t0, t1, t2, t3 = node[n, z, 0], node[n, z, 1], node[n, z, 2], node[n, z, 3]
    t4, t5, t6, t7 = node[n, z, 4], node[n, z, 5], node[n, z, 6], node[n, z, 7]
    for i in range(NODES):
        total = drive[n, z, i] + a * operator[v, z, ROW_AIR, i]
        total += radiant * operator[v, z, NODES + I_RADIANT, i]
        total += f * operator[v, z, NODES + I_FLOOR_HEAT, i]
        total += q * operator[v, z, NODES + I_PARTITION, i]
        total += t0 * operator[v, z, 0, i] + t1 * operator[v, z, 1, i]
        total += t2 * operator[v, z, 2, i] + t3 * operator[v, z, 3, i]
        total += t4 * operator[v, z, 4, i] + t5 * operator[v, z, 5, i]
        total += t6 * operator[v, z, 6, i] + t7 * operator[v, z, 7, i]
        node[n, z, i] = total


@njit
def _star(
    recover: Float, node: Float, drive: Float, zone: Float, n: int, v: int, z: int, radiant: float, w: Float
) -> None:
    """The mean radiant temperature at the tick's end."""
    star = drive[n, z, DRIVE_STAR] + radiant * recover[v, z, NODES + I_RADIANT, S_STAR]
    star += w[z, WK_FLOOR] * recover[v, z, NODES + I_FLOOR_HEAT, S_STAR]
    star += w[z, WK_PARTITION] * recover[v, z, NODES + I_PARTITION, S_STAR]
    star += zone[n, z, Z_AIR] * recover[v, z, ROW_AIR, S_STAR]
    for i in range(NODES):
        star += node[n, z, i] * recover[v, z, i, S_STAR]
    zone[n, z, Z_RADIANT] = star
