"""What a planning controller sends: setpoints that bring its plan about, and a guard for the bounds."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Bool, Float, Memory
from twin.control.mpc_air import Rooms
from twin.control.mpc_expected import lag, opening
from twin.control.mpc_model import felt_surfaces
from twin.control.mpc_plan import Ahead, Plan
from twin.control.mpc_setup import Setup

WATER_LOW_C, WATER_HIGH_C = 25.0, 55.0
FLOAT_K = 1.5  # below the plan: a setpoint that calls for no heat
FLOAT_COOL_K = 0.8
GUARD_K = 0.5  # so far below its setpoint a zone needs water
FULL = 0.6  # share of the most heat from which on a ramp is asked for whole
CALL = 0.03  # share of the most heat that counts as a call
BOOST_K = 2.5  # most that a setpoint is moved for walls that lag behind
COOLER_K = 2.0  # outdoors, for free cooling
LEAVING_H, LEAVING_PPM = 0.5, 850.0  # so long before occupied hours end the fan may rest, with such air
STALE_H = 0.5  # CO2 is expected to go on rising or falling for so long
REST_K = 0.4  # inside the bounds of unoccupied hours
PURGE = 2.0  # mode of a zone that night air cools
PURGE_DAY_C = 22.0  # outdoors within a day, from which on night air is let in
PURGE_HEATED_K = 1.5  # planned heating of a day from which on it is not
PURGE_SPARE_K = 0.2  # above the lower bound of occupied hours
PURGE_ON_K = (0.2, 0.5)  # zones above what is asked for: to go on, to begin
PURGE_OUT_K = (3.0, 4.0)  # outdoors below the warmest zone: to go on, to begin
STORE_K = 1.5  # most that a zone is heated above the lower bound of occupied hours


def send(setup: Setup, row: Float, action: Float, plan: Plan, ahead: Ahead, memory: Memory) -> None:
    """Setpoints that bring the plan about, in place; remembers what is called."""
    model = setup.model
    heat = plan.heat / np.maximum(model.heat_most, 1e-6)
    cool = plan.cool / np.maximum(model.cool_most, 1e-6)
    heats, cools = heat[:2].max(axis=0) > CALL, cool[:2].max(axis=0) > CALL
    memory["mode"][:] = np.where(heats, 1.0, np.where(cools, -1.0, 0.0))
    offset = memory["offset"]
    reach = np.array([_end_of(heat[:, z], plan.air[:, z], 1.0) for z in range(len(offset))])
    fall = np.array([_end_of(cool[:, z], plan.air[:, z], -1.0) for z in range(len(offset))])
    low, high = setup.read.zone(row, "comfort_lower"), setup.read.zone(row, "comfort_upper")
    warm = np.where(heats, reach + offset, np.maximum(plan.air[:2].min(axis=0) - FLOAT_K, low - 1.0))
    cold = np.where(cools, fall + offset, np.minimum(plan.air[:2].max(axis=0) + FLOAT_COOL_K, high + 1.0))
    least, most = _guard(setup, row, memory, ahead.sun[0])
    lowest, lowest_idle, highest = _stored(
        setup, felt_surfaces(memory["mass"], setup.inner), float(ahead.outdoor[0]), ahead.sun[0]
    )
    warm = np.maximum(np.minimum(warm, highest), least)
    cold = np.minimum(np.maximum(cold, np.where(cools, lowest, lowest_idle)), most)
    purges, deep = _purges(setup, row, plan, ahead, memory)
    purges &= not (heats.any() or cools.any())
    cold = np.where(purges, np.minimum(cold, deep), cold)
    warm = np.where(purges, np.minimum(warm, cold - 0.6), warm)
    memory["mode"][purges] = PURGE
    cold = np.maximum(cold, warm + 0.6)
    for at, values in ((setup.heating, warm), (setup.cooling, cold)):
        action[at[at >= 0]] = values[at >= 0]
    _set_air(setup, row, action, plan, ahead)
    leaves = _leaving(setup, ahead, memory, (ahead.air > least) & (ahead.air < most))
    setup.handler.send(action, _rooms(setup, row, ahead, memory, cold, (heats, cools, purges), leaves))
    if setup.water.size:
        action[setup.water] = _supply_water(setup, plan, ahead, warm, heats)


def _rooms(
    setup: Setup,
    row: Float,
    ahead: Ahead,
    memory: Memory,
    cold: Float,
    called: tuple[Bool, Bool, Bool],
    leaves: bool,
) -> Rooms:
    """What the air handler needs to know; `cold` are the cooling setpoints (Z,) [°C]."""
    read, kept, air = setup.read, setup.kept, ahead.air
    heats, cools, purges = called
    low, high = read.zone(row, "comfort_lower"), read.zone(row, "comfort_upper")
    hot = bool((kept & (air > high)).any())
    return Rooms(
        away=bool((read.zone(row, "hours_to_occupied") > 0.0).all()),
        leaving=leaves,
        outside=hot or bool((kept & (air < low)).any()),
        heats=bool(heats.any()),
        cools=bool(cools.any()) or hot,
        purges=bool(purges.any()),
        outdoor=float(ahead.outdoor[0]),
        spare=float(np.min((cold - np.fmax(air, memory["last"]))[kept], initial=np.inf)),
        coldest=float(np.min(air[kept], initial=np.inf)),
        stale=float(np.max(memory["co2"] + STALE_H * memory["rise"])),
    )


def _purges(setup: Setup, row: Float, plan: Plan, ahead: Ahead, memory: Memory) -> tuple[Bool, Float]:
    """Zones that night air is to cool (Z,), and down to where (Z,) [°C].

    Nobody is expected, it will be warm outdoors within a day, and rooms are hardly to be heated until then.
    How much is to be cooled by then does not matter: a night that has brought some cold would end itself.
    """
    air, outdoor = ahead.air, float(ahead.outdoor[0])
    away = bool((setup.read.zone(row, "hours_to_occupied") > 0.0).all())
    heated = float(ahead.hours @ plan.heat.mean(axis=1))
    warm = ahead.outdoor.max() > PURGE_DAY_C and heated < PURGE_HEATED_K
    if setup.handler.purge <= 0.0 or not away or not warm:
        return np.zeros(len(air), dtype=bool), air
    bound = setup.lower + setup.own.margin_k + opening(0.0) * lag(setup, memory)
    least = setup.asked(bound, felt_surfaces(memory["mass"], setup.inner), outdoor) + PURGE_SPARE_K
    least = np.maximum(least, setup.upper - setup.own.purge_k)
    on = bool(memory["purge"][0] > 0.5)
    wide = setup.kept & (air - least > (PURGE_ON_K[0] if on else PURGE_ON_K[1]))
    on = bool(wide.any()) and outdoor < float(air[wide].max()) - (PURGE_OUT_K[0] if on else PURGE_OUT_K[1])
    memory["purge"][:] = on
    return np.asarray(setup.kept & (air > least) & on), least


def _leaving(setup: Setup, ahead: Ahead, memory: Memory, inside: Bool) -> bool:
    """Whether the air handler may rest until occupied hours end: soon, air is fresh, and rooms can drift."""
    ends = ahead.lower.max(axis=1) < setup.lower - 0.05
    if not ends.any() or float(ahead.hours[: int(np.argmax(ends))].sum()) > LEAVING_H:
        return False
    return bool(inside[setup.kept].all()) and float(memory["co2"].max()) < LEAVING_PPM


def _stored(setup: Setup, surfaces: Float, outdoor: float, sun: Float) -> tuple[Float, Float, Float]:
    """How far zones may be cooled for hours to come, drift, and be heated, (Z,) each [°C]."""
    lowest, highest = np.full(len(surfaces), -np.inf), np.full(len(surfaces), np.inf)
    idle = lowest
    if np.isfinite(setup.lower):
        asked = setup.asked(setup.lower + setup.own.margin_k, surfaces, outdoor)
        highest = setup.lower + np.clip(asked - setup.lower, STORE_K, STORE_K + BOOST_K)
    if np.isfinite(setup.upper):
        most = setup.own.cooling_store_k
        asked = setup.asked(setup.upper - setup.cooling_margin(sun), surfaces, outdoor)
        lowest = setup.upper - np.clip(setup.upper - asked, most, most + BOOST_K)
        idle = setup.upper - np.clip(setup.upper - asked, STORE_K, STORE_K + BOOST_K)
    return lowest, idle, highest


def _guard(setup: Setup, row: Float, memory: Memory, sun: Float) -> tuple[Float, Float]:
    """Setpoints that keep what is felt inside the bounds now, whatever the plan expects (Z,) and (Z,).

    Only where people usually are at this hour or somebody is; a model errs, a thermostat does not. The wide
    bounds of unoccupied hours hold as setpoints, and as felt where somebody is in all the same.
    """
    read = setup.read
    outdoor = read.site(row, "site.outdoor_temperature")
    hour = np.array([min(int(read.hour(row)), 23)])
    present = read.zone(row, "presence") > 0.5
    here = setup.usual(hour)[0] | present
    here &= read.zone(row, "hours_to_occupied") <= 0.0
    surfaces = felt_surfaces(memory["mass"], setup.inner)
    early = opening(float(memory["open"][0])) * lag(setup, memory)
    low = read.zone(row, "comfort_lower") + setup.own.margin_k + early - setup.sunned(sun)
    high = read.zone(row, "comfort_upper") - setup.cooling_margin(sun)
    least = (
        low
        + np.clip(setup.asked(low, surfaces, outdoor) - low, 0.0, BOOST_K)
        + np.minimum(memory["offset"], 0.0)
    )
    most = (
        high
        - np.clip(high - setup.asked(high, surfaces, outdoor), 0.0, BOOST_K)
        + np.maximum(memory["offset"], 0.0)
    )
    away = read.zone(row, "hours_to_occupied") > 0.0
    rest = read.zone(row, "comfort_lower") + REST_K
    least = np.where(away, np.where(present, np.maximum(least, rest), rest), least)
    most = np.where(away, read.zone(row, "comfort_upper") - REST_K, most)
    here |= away
    return np.where(here, least, -np.inf), np.where(here, most, np.inf)


def _set_air(setup: Setup, row: Float, action: Float, plan: Plan, ahead: Ahead) -> None:
    """Planned ventilation; all there is near the upper bound while it is cooler outdoors, as rules do."""
    at = setup.vents >= 0
    outdoor = setup.read.site(row, "site.outdoor_temperature")
    warm = ahead.air > setup.read.zone(row, "comfort_upper") - setup.own.free_cooling_k
    free = warm & (outdoor < ahead.air - COOLER_K)
    action[setup.vents[at]] = np.where(free, 1.0, np.minimum(1.0, ahead.share[0] + plan.vent[0]))[at]


def _supply_water(setup: Setup, plan: Plan, ahead: Ahead, warm: Float, heats: Bool) -> float:
    """Supply water that the emitters need for the planned rate [°C]; NaN: the plant's own curve."""
    if setup.model.emission <= 0.0:
        return float("nan")
    if (~heats & (warm > ahead.air + GUARD_K)).any():  # the guard calls: the plan has no water for it
        return float("nan")
    if not heats.any():
        return WATER_LOW_C
    rate = float(plan.heat[:4].mean())
    short = float(np.max(np.minimum(warm, ahead.air + 1.0)[heats] - ahead.air[heats]))
    water = float(ahead.air.mean()) + rate / setup.model.emission + max(0.0, short)
    return min(max(water, WATER_LOW_C), WATER_HIGH_C)


def keep(setup: Setup, row: Float, action: Float, memory: Memory) -> Float:
    """Comfort bounds of the moment, margin inside; no plan stands behind them."""
    low, high = setup.read.zone(row, "comfort_lower"), setup.read.zone(row, "comfort_upper")
    for at, values in (
        (setup.heating, low + setup.own.margin_k),
        (setup.cooling, high - setup.own.margin_k),
    ):
        action[at[at >= 0]] = values[at >= 0]
    memory["expected"][:] = np.nan
    memory["mode"][:] = 0.0
    return action


def _end_of(share: Float, air: Float, sign: float) -> float:
    """Temperature to ask for: the end of a ramp at nearly full power, else half an hour on."""
    soon = float(np.max(sign * air[:2]))
    for j in range(len(share)):
        if share[j] < FULL:
            break
        soon = max(soon, float(sign * air[j]))
    return sign * soon
