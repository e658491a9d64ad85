"""The fabric of a zone: what surrounds it once per boundary step, and its exact step every tick.

The linear network of capacities, conduction, films and radiation is one constant matrix
(twin.building.network). What is not linear, long-wave radiation and the gap between panes, enters as heat
flows on top of it, found once per boundary step from the surfaces of the step before.
"""

from __future__ import annotations

from twin.physics.compile import njit
from twin.physics.layout import (
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
    NODES,
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
    WK_FLOOR,
    WK_MEAN,
    WK_PARTITION,
    Z_AIR,
    Z_RADIANT,
    Boundary,
    Float,
    Parameters,
    State,
)

STEFAN_BOLTZMANN = 5.670374419e-8  # [W/m2K4]
KELVIN = 273.15
STAR_REFERENCE = 293.15  # [K] at which the linear radiant exchange inside is taken


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
    power = film[v, z, F_GAP_EXPONENT]
    warmer = mean / KELVIN - 1.0
    # (1 + warmer)^power within 1e-4
    gap = gas * (1.0 + power * warmer * (1.0 + 0.5 * (power - 1.0) * warmer))
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


@njit
def step_nodes(
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
def radiant_temperature(
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
