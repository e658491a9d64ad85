"""The fabric of a zone: what surrounds it once per boundary step, and its exact step every tick.

The linear network of capacities, conduction, films and radiation is one constant matrix
(twin.building.network). What is not linear, long-wave radiation and the gap between panes, enters as heat
flows on top of it, found once per boundary step from the surfaces of the step before; so does, where a
scenario asks for it, convection that depends on the difference of temperature and on the wind.
"""

from __future__ import annotations

import math

import numpy as np

from twin.physics.compile import njit
from twin.physics.layout import (
    DRIVE_FLUX,
    DRIVE_STAR,
    DRIVE_WIND,
    F_CONVECTION,
    F_COOL,
    F_DETAILED,
    F_GAP,
    F_GAP_AREA,
    F_GAP_EMISSIVITY,
    F_GAP_EXPONENT,
    F_GAP_GAS,
    F_GAP_PANES,
    F_OUTER,
    F_ROOF_AREA,
    F_STAR,
    F_WALL_AREA,
    F_WARM,
    F_WINDOW_AREA,
    G_RADIANT,
    I_BESIDE,
    I_FIX_AIR,
    I_FIX_GAP,
    I_FIX_INSIDE,
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
    INSIDES,
    NODES,
    OUTERS,
    ROW_AIR,
    S_AIR,
    S_ROOF_OUT,
    S_STAR,
    S_WALL,
    S_WALL_OUT,
    S_WINDOW,
    S_WINDOW_OUT,
    SLOW_INPUTS,
    SUN_BELOW,
    SUN_BESIDE,
    SUN_PANE_IN,
    SUN_PANE_OUT,
    SUN_ROOF,
    SUN_TRANSMITTED,
    SUN_WALL,
    W_FORCED,
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
OUTER_INPUTS = (I_FIX_WINDOW, I_FIX_WALL, I_FIX_ROOF)
OUTER_SURFACES = (S_WINDOW_OUT, S_WALL_OUT, S_ROOF_OUT)
STAR_REFERENCE = 293.15  # [K] at which the linear radiant exchange inside is taken


@njit
def refresh(p: Parameters, b: Boundary, x: State, n: int, v: int, c: int, j: int, u: Float) -> None:
    """Inputs of boundary step j to the fabric: cache what they do over a tick, and recover all surfaces.

    The non-linear parts of radiation and of the window gap enter as heat flows, lagged by one boundary step,
    on top of the constant linear network; they leave the energy balance closed, since they are flows.
    """
    u[I_OUTDOOR] = b.weather[c, j, W_TEMPERATURE]
    u[I_SKY] = b.weather[c, j, W_SKY]
    for z in range(x.zone.shape[1]):
        u[I_GROUND] = b.weather[c, j, W_GROUND] + b.sun[c, j, z, SUN_BELOW]
        u[I_BESIDE] = b.sun[c, j, z, SUN_BESIDE]
        u[I_SUN_WALL] = b.sun[c, j, z, SUN_WALL]
        u[I_SUN_ROOF] = b.sun[c, j, z, SUN_ROOF]
        u[I_PANE_OUT] = b.sun[c, j, z, SUN_PANE_OUT]
        u[I_PANE_IN] = b.sun[c, j, z, SUN_PANE_IN]
        u[I_TRANSMITTED] = b.sun[c, j, z, SUN_TRANSMITTED]
        correct(p.film, p.recover, x.surface, x.drive, n, v, z, b.weather[c, j, W_FORCED], u, True)
        radiant, air = x.gains[n, z, G_RADIANT], x.zone[n, z, Z_AIR]
        _answer(p.operator, p.flux, p.recover, x.drive, x.surface, x.node, n, v, z, u, radiant, air)


@njit
def correct(
    film: Float, recover: Float, surface: Float, drive: Float, n: int, v: int, z: int, forced: float,
    u: Float, keep: bool,
) -> None:  # fmt: skip
    """All corrections of the linear network of a zone, from its surfaces of the boundary step before [W].

    Parameters
    ----------
    forced
        Forced convection of the wind on a smooth surface [W/m2K].
    u
        Inputs of the step about to begin; temperatures in, corrections out.
    keep
        Whether to note in `drive` what the step after this one starts from.
    """
    u[I_FIX_GAP] = _gap_correction(film, surface, n, v, z)
    u[I_FIX_WINDOW] = _sky_correction(film, v, z, F_WINDOW_AREA, surface[n, z, S_WINDOW_OUT], u)
    u[I_FIX_WALL] = _sky_correction(film, v, z, F_WALL_AREA, surface[n, z, S_WALL_OUT], u)
    u[I_FIX_ROOF] = _sky_correction(film, v, z, F_ROOF_AREA, surface[n, z, S_ROOF_OUT], u)
    star = air = 0.0
    for i in range(INSIDES):
        radiant = _star_correction(film, surface, n, v, z, i)
        u[I_FIX_INSIDE + i] = radiant
        star -= radiant
    if film[v, z, F_DETAILED] > 0.0:
        for i in range(INSIDES):
            convective = _convection_correction(film, surface, n, v, z, i)
            u[I_FIX_INSIDE + i] -= convective
            air += convective
        for i in range(OUTERS):
            outer = OUTER_SURFACES[i]
            response = recover[v, z, NODES + OUTER_INPUTS[i], outer]
            more = wind_film(film, v, z, F_OUTER + 3 * i, u[I_OUTDOOR] - surface[n, z, outer], forced)
            bare = surface[n, z, outer] - response * drive[n, z, DRIVE_WIND + i]
            # strong wind has several times the linear film: the surface's own answer is part of the balance
            heat = more * (u[I_OUTDOOR] - bare) / (1.0 + more * response)
            u[OUTER_INPUTS[i]] += heat
            if keep:
                drive[n, z, DRIVE_WIND + i] = heat
    u[I_FIX_STAR] = star
    u[I_FIX_AIR] = air


@njit
def wind_film(film: Float, v: int, z: int, at: int, excess: float, forced: float) -> float:
    """Conductance between an outer surface and the air beyond the linear film [W/K]; `at` as F_OUTER.

    h = hn + Rf (sqrt(hn^2 + forced^2) - hn), with natural convection hn by the difference `excess` [K] and
    roughness Rf.

    Source: EnergyPlus Engineering Reference, "DOE-2 model"; M. Yazdanian, J.H. Klems, ASHRAE Transactions
    100(1) (1994) 1087.
    """
    natural = 1.31 * cube_root(abs(excess) + 1e-9)
    beyond = math.sqrt(natural * natural + forced * forced) - natural
    return float(film[v, z, at + 1] * natural + film[v, z, at + 2] * beyond - film[v, z, at])


@njit
def _convection_correction(film: Float, surface: Float, n: int, v: int, z: int, i: int) -> float:
    """Heat from surface S_WALL + i to the zone air beyond the linear film [W].

    Natural convection as the cube root of the difference: upright 1.31; where warm air can rise from the
    surface 9.482 / (7.283 - |cos tilt|), where it stays 1.810 / (1.382 + |cos tilt|) [W/m2K^(4/3)].

    Source: G.N. Walton, Thermal Analysis Research Program Reference Manual, NBSSIR 83-2655 (1983), as in the
    EnergyPlus Engineering Reference, "TARP algorithm".
    """
    excess = surface[n, z, S_WALL + i] - surface[n, z, S_AIR]
    strength = film[v, z, F_WARM + i] if excess > 0.0 else film[v, z, F_COOL + i]
    return float((strength * cube_root(abs(excess) + 1e-9) - film[v, z, F_CONVECTION + i]) * excess)


@njit
def cube_root(value: float) -> float:
    """Cube root of a positive number, to 3e-5: a third of the exponent, then one step of Halley's method."""
    y = np.int64(np.float64(value).view(np.int64) // 3 + 0x2A9F7893782DA1CE).view(np.float64)
    cube = y * y * y
    return float(y * (cube + 2.0 * value) / (2.0 * cube + value))


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
def _answer(
    operator: Float, flux: Float, recover: Float, drive: Float, surface: Float, node: Float, n: int, v: int,
    z: int, u: Float, radiant: float, air: float,
) -> None:  # fmt: skip
    """What the slow inputs do over a tick to nodes, air and star; surfaces now, under these inputs.

    In one loop over the inputs, all sums in registers; what is zero, as the sun at night, is left out.
    """
    d0 = d1 = d2 = d3 = d4 = d5 = d6 = d7 = flow = star = 0.0
    s0 = radiant * recover[v, z, NODES + I_RADIANT, 0] + air * recover[v, z, ROW_AIR, 0]
    s1 = radiant * recover[v, z, NODES + I_RADIANT, 1] + air * recover[v, z, ROW_AIR, 1]
    s2 = radiant * recover[v, z, NODES + I_RADIANT, 2] + air * recover[v, z, ROW_AIR, 2]
    s3 = radiant * recover[v, z, NODES + I_RADIANT, 3] + air * recover[v, z, ROW_AIR, 3]
    s4 = radiant * recover[v, z, NODES + I_RADIANT, 4] + air * recover[v, z, ROW_AIR, 4]
    s5 = radiant * recover[v, z, NODES + I_RADIANT, 5] + air * recover[v, z, ROW_AIR, 5]
    s6 = radiant * recover[v, z, NODES + I_RADIANT, 6] + air * recover[v, z, ROW_AIR, 6]
    s7 = radiant * recover[v, z, NODES + I_RADIANT, 7] + air * recover[v, z, ROW_AIR, 7]
    s8 = radiant * recover[v, z, NODES + I_RADIANT, 8] + air * recover[v, z, ROW_AIR, 8]
    s9 = radiant * recover[v, z, NODES + I_RADIANT, 9] + air * recover[v, z, ROW_AIR, 9]
    s10 = radiant * recover[v, z, NODES + I_RADIANT, 10] + air * recover[v, z, ROW_AIR, 10]
    s11 = radiant * recover[v, z, NODES + I_RADIANT, 11] + air * recover[v, z, ROW_AIR, 11]
    for k in range(NODES):
        value = node[n, z, k]
        s0 += value * recover[v, z, k, 0]
        s1 += value * recover[v, z, k, 1]
        s2 += value * recover[v, z, k, 2]
        s3 += value * recover[v, z, k, 3]
        s4 += value * recover[v, z, k, 4]
        s5 += value * recover[v, z, k, 5]
        s6 += value * recover[v, z, k, 6]
        s7 += value * recover[v, z, k, 7]
        s8 += value * recover[v, z, k, 8]
        s9 += value * recover[v, z, k, 9]
        s10 += value * recover[v, z, k, 10]
        s11 += value * recover[v, z, k, 11]
    for k in range(SLOW_INPUTS):
        value = u[k]
        if value == 0.0:
            continue
        d0 += value * operator[v, z, NODES + k, 0]
        d1 += value * operator[v, z, NODES + k, 1]
        d2 += value * operator[v, z, NODES + k, 2]
        d3 += value * operator[v, z, NODES + k, 3]
        d4 += value * operator[v, z, NODES + k, 4]
        d5 += value * operator[v, z, NODES + k, 5]
        d6 += value * operator[v, z, NODES + k, 6]
        d7 += value * operator[v, z, NODES + k, 7]
        flow += value * flux[v, z, NODES + k]
        star += value * recover[v, z, NODES + k, S_STAR]
        s0 += value * recover[v, z, NODES + k, 0]
        s1 += value * recover[v, z, NODES + k, 1]
        s2 += value * recover[v, z, NODES + k, 2]
        s3 += value * recover[v, z, NODES + k, 3]
        s4 += value * recover[v, z, NODES + k, 4]
        s5 += value * recover[v, z, NODES + k, 5]
        s6 += value * recover[v, z, NODES + k, 6]
        s7 += value * recover[v, z, NODES + k, 7]
        s8 += value * recover[v, z, NODES + k, 8]
        s9 += value * recover[v, z, NODES + k, 9]
        s10 += value * recover[v, z, NODES + k, 10]
        s11 += value * recover[v, z, NODES + k, 11]
    drive[n, z, 0] = d0
    drive[n, z, 1] = d1
    drive[n, z, 2] = d2
    drive[n, z, 3] = d3
    drive[n, z, 4] = d4
    drive[n, z, 5] = d5
    drive[n, z, 6] = d6
    drive[n, z, 7] = d7
    drive[n, z, DRIVE_FLUX] = flow
    drive[n, z, DRIVE_STAR] = star
    surface[n, z, 0] = s0
    surface[n, z, 1] = s1
    surface[n, z, 2] = s2
    surface[n, z, 3] = s3
    surface[n, z, 4] = s4
    surface[n, z, 5] = s5
    surface[n, z, 6] = s6
    surface[n, z, 7] = s7
    surface[n, z, 8] = s8
    surface[n, z, 9] = s9
    surface[n, z, 10] = s10
    surface[n, z, 11] = s11


@njit
def _node(
    operator: Float, v: int, z: int, i: int, total: float, a: float, radiant: float, f: float, q: float,
    t0: float, t1: float, t2: float, t3: float, t4: float, t5: float, t6: float, t7: float,
) -> float:  # fmt: skip
    """Node i at the tick's end: `total` from the slow inputs, the air a, gains, and all nodes before."""
    total += a * operator[v, z, ROW_AIR, i]
    total += radiant * operator[v, z, NODES + I_RADIANT, i]
    total += f * operator[v, z, NODES + I_FLOOR_HEAT, i]
    total += q * operator[v, z, NODES + I_PARTITION, i]
    total += t0 * operator[v, z, 0, i] + t1 * operator[v, z, 1, i]
    total += t2 * operator[v, z, 2, i] + t3 * operator[v, z, 3, i]
    total += t4 * operator[v, z, 4, i] + t5 * operator[v, z, 5, i]
    total += t6 * operator[v, z, 6, i] + t7 * operator[v, z, 7, i]
    return total


@njit
def step_nodes(
    operator: Float, node: Float, drive: Float, n: int, v: int, z: int, radiant: float, w: Float
) -> None:
    """Exact step of the fabric. All nodes are read before any is written, so that vectors may be used."""
    a = w[z, WK_MEAN]
    f = w[z, WK_FLOOR]
    q = w[z, WK_PARTITION]
    t0, t1, t2, t3 = node[n, z, 0], node[n, z, 1], node[n, z, 2], node[n, z, 3]
    t4, t5, t6, t7 = node[n, z, 4], node[n, z, 5], node[n, z, 6], node[n, z, 7]
    n0 = _node(operator, v, z, 0, drive[n, z, 0], a, radiant, f, q, t0, t1, t2, t3, t4, t5, t6, t7)
    n1 = _node(operator, v, z, 1, drive[n, z, 1], a, radiant, f, q, t0, t1, t2, t3, t4, t5, t6, t7)
    n2 = _node(operator, v, z, 2, drive[n, z, 2], a, radiant, f, q, t0, t1, t2, t3, t4, t5, t6, t7)
    n3 = _node(operator, v, z, 3, drive[n, z, 3], a, radiant, f, q, t0, t1, t2, t3, t4, t5, t6, t7)
    n4 = _node(operator, v, z, 4, drive[n, z, 4], a, radiant, f, q, t0, t1, t2, t3, t4, t5, t6, t7)
    n5 = _node(operator, v, z, 5, drive[n, z, 5], a, radiant, f, q, t0, t1, t2, t3, t4, t5, t6, t7)
    n6 = _node(operator, v, z, 6, drive[n, z, 6], a, radiant, f, q, t0, t1, t2, t3, t4, t5, t6, t7)
    n7 = _node(operator, v, z, 7, drive[n, z, 7], a, radiant, f, q, t0, t1, t2, t3, t4, t5, t6, t7)
    node[n, z, 0] = n0
    node[n, z, 1] = n1
    node[n, z, 2] = n2
    node[n, z, 3] = n3
    node[n, z, 4] = n4
    node[n, z, 5] = n5
    node[n, z, 6] = n6
    node[n, z, 7] = n7


@njit
def radiant_temperature(
    recover: Float, node: Float, drive: Float, zone: Float, n: int, v: int, z: int, radiant: float, w: Float
) -> None:
    """The mean radiant temperature at the tick's end."""
    star = drive[n, z, DRIVE_STAR] + radiant * recover[v, z, NODES + I_RADIANT, S_STAR]
    star += w[z, WK_FLOOR] * recover[v, z, NODES + I_FLOOR_HEAT, S_STAR]
    star += w[z, WK_PARTITION] * recover[v, z, NODES + I_PARTITION, S_STAR]
    star += zone[n, z, Z_AIR] * recover[v, z, ROW_AIR, S_STAR]
    for i in range(0, NODES, 2):
        star += node[n, z, i] * recover[v, z, i, S_STAR] + node[n, z, i + 1] * recover[v, z, i + 1, S_STAR]
    zone[n, z, Z_RADIANT] = star
