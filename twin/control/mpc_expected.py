"""What a planning controller expects of the hours to come: weather, people, prices, bounds, air."""

from __future__ import annotations

import numpy as np

from twin.control.controller import Bool, Float, Memory
from twin.control.mpc_model import WALL
from twin.control.mpc_outlook import Blocks
from twin.control.mpc_plan import Ahead
from twin.control.mpc_setup import Setup

FRESH_PPM = 420.0
UNOCCUPIED_PEOPLE = 0.1  # weight of bounds that hold while nobody is expected
OPENING_K, OPENING_H = 0.4, 4.0  # margin at first, and how long until it has gone
WARM_WALL_K = 2.0  # above the lower bound
_SHARES = np.linspace(0.0, 1.0, 21)


def ahead(setup: Setup, row: Float, memory: Memory) -> Ahead:
    """What the programme of one decision needs to know."""
    read, own, model = setup.read, setup.own, setup.model
    blocks = Blocks.of(read.hour(row), own.horizon_h)
    now = memory["recent"][0] if not np.isnan(memory["recent"][0]).any() else read.next_hour(row)
    low_now, high_now = read.zone(row, "comfort_lower").max(), read.zone(row, "comfort_upper").min()
    lower = read.stepped(row, "comfort_lower", float(low_now), blocks)
    upper = read.stepped(row, "comfort_upper", float(high_now), blocks)
    people = read.stepped(row, "occupants", float(now[1]), blocks)
    occupied = (lower >= setup.lower - 0.05) & (upper <= setup.upper + 0.05)
    price = read.stepped(row, "electricity_price", read.site(row, "site.electricity_price"), blocks)
    outdoor = read.site(row, "site.outdoor_temperature")
    zones = len(read.zones)
    sun = read.sun(row, float(now[0]), blocks)
    after = np.concatenate([lower[1:], lower[-1:]]), np.concatenate([upper[1:], upper[-1:]])
    early = opening(_opened(occupied, blocks, float(memory["open"][0])))[:, None] * lag(setup, memory)
    usual = setup.usual(np.minimum(blocks.civil.astype(int), 23))
    wanted = np.where(usual, np.maximum(people / zones, own.people_least)[:, None], UNOCCUPIED_PEOPLE)
    people_each = np.where(occupied[:, None], wanted, UNOCCUPIED_PEOPLE)
    soon = np.maximum(people_each, np.concatenate([people_each[1:], people_each[-1:]]))
    return Ahead(
        hours=blocks.hours,
        air=read.zone(row, "air_temperature"), mass=memory["mass"], bias=memory["bias"],
        outdoor=read.smooth(row, "outdoor_temperature", outdoor, blocks),
        sun=sun,
        people=people,
        running=_running(setup, occupied, blocks, float(memory["since"][0])),
        share=_least_air(setup, row, blocks, occupied),
        electricity=price,
        heat=price if np.isnan(model.heat_price) else np.full_like(price, model.heat_price),
        cold=price if np.isnan(model.cool_price) else np.full_like(price, model.cool_price),
        lower=np.maximum(lower, after[0])[:, None] + own.margin_k + early - setup.sunned(sun),
        upper=np.minimum(upper, after[1])[:, None] - setup.cooling_margin(sun),
        weight=own.weight_factor * model.weight_kh * soon * setup.kept[None, :],
        allowed=_near(occupied, blocks, own.maximum_start_h),
        felt=setup.felt(),
        speed=np.where(occupied, 1.0, setup.handler.cool_down),
        inner=setup.inner,
    )  # fmt: skip


def _running(setup: Setup, occupied: Bool, blocks: Blocks, since: float) -> Float:
    """1 in blocks in which the plant runs its hours, (J,)."""
    if setup.handler.rests:  # the fan then runs for heating and cooling alone, and shuts outdoor air out
        return np.asarray(occupied * 1.0)
    out = np.zeros(len(blocks.hours))
    starts = blocks.middle[occupied]
    for j, at in enumerate(blocks.middle):
        ahead, back = starts[starts >= at], starts[starts <= at]
        last = float(at - back.max()) if len(back) else float(at) + since
        out[j] = float(
            (len(ahead) > 0 and ahead.min() - at <= setup.model.lead_h) or last <= setup.model.lag_h
        )
    return out


def opening(hours: Float | float) -> Float:
    """Further margin so long after occupied hours began [K]: walls lag behind a ramp more than is thought."""
    return np.asarray(OPENING_K * np.clip(1.0 - np.asarray(hours) / OPENING_H, 0.0, 1.0))


def lag(setup: Setup, memory: Memory) -> Float:
    """Share of the opening's margin that walls need (Z,): none where they are warm already."""
    return np.asarray(np.clip(setup.lower + WARM_WALL_K - memory["mass"][:, WALL], 0.0, 1.0))


def _opened(occupied: Bool, blocks: Blocks, before: float) -> Float:
    """Hours since occupied hours began, at the end of blocks; inf where they neither are nor begin, (J,)."""
    out, since = np.full(len(occupied), np.inf), before
    for j, inside in enumerate(occupied):
        if inside:
            since += float(blocks.hours[j])
            out[j] = since
        else:
            since = 0.0
            out[j] = 0.0 if j + 1 < len(occupied) and occupied[j + 1] else np.inf
    return out


def _least_air(setup: Setup, row: Float, blocks: Blocks, occupied: Bool) -> Float:
    """Ventilation that CO2 asks for, now by what is measured, later by who was usually there, (J, Z)."""
    out = np.zeros((len(blocks.hours), len(setup.read.zones)))
    if not (setup.vents >= 0).any():
        return out
    co2, presence = setup.read.zone(row, "co2"), setup.read.zone(row, "presence")
    limit = min(setup.model.co2_limit - setup.own.co2_margin_ppm, setup.own.co2_highest_ppm)
    hour = np.minimum(blocks.civil.astype(int), 23)
    for z in np.flatnonzero(setup.vents >= 0):
        source, leak, full = setup.model.co2[z]
        usual = np.where(occupied, setup.model.presence[z, 1][hour], setup.model.presence[z, 0][hour])
        steady = (source * usual / (limit - FRESH_PPM) - leak) / max(full, 1e-3)
        least = np.where(occupied & (usual > 0.05), setup.own.ventilation_minimum, 0.0)
        out[:, z] = np.clip(steady, least, 1.0)
        change = leak + full * _SHARES
        level = source * presence[z] / np.maximum(change, 1e-3)
        later = level + (co2[z] - FRESH_PPM - level) * np.exp(-change)
        enough = later <= limit - FRESH_PPM
        need = float(_SHARES[np.argmax(enough)]) if enough.any() else 1.0
        out[blocks.middle < 0.5, z] = max(need, setup.own.ventilation_minimum if presence[z] > 0.5 else 0.0)
    return out


def _near(occupied: Bool, blocks: Blocks, hours: float) -> Float:
    """1 in occupied blocks and in those that come at most so long before one, (J,)."""
    starts = blocks.middle[occupied]
    wait = np.array([np.min(starts[starts >= at] - at, initial=np.inf) for at in blocks.middle])
    return np.asarray((wait <= hours) * 1.0)
