"""Model-predictive control: plan a day on an identified model, do the first step, look again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.basics.errors import ControllerError
from twin.control.controller import Bool, Float, Memory, idle
from twin.control.mpc_model import FELT_MASS, MASS_H, Model, mass_step
from twin.control.mpc_outlook import Blocks, Reader
from twin.control.mpc_plan import Ahead, Plan, Planner
from twin.scenario.agents import MpcParameters
from twin.scenario.learning import TaskSpec
from twin.task import ActionSpec, ObservationSpec

SIGHT = TaskSpec(
    action="supervisory",
    normalise=False,
    forecast=(
        "outdoor_temperature", "global_horizontal_irradiance", "electricity_price", "occupants",
        "comfort_lower", "comfort_upper",
    ),
    forecast_h=tuple(float(h) for h in range(1, 25)),
    forecast_error="medium",
)  # fmt: skip
WATER_LOW_C, WATER_HIGH_C = 25.0, 55.0
FRESH_PPM = 420.0
FLOAT_K = 1.5  # below the plan: a setpoint that calls for no heat
FLOAT_COOL_K = 0.8
FULL = 0.6  # share of the most heat from which on a ramp is asked for whole
CALL = 0.03  # share of the most heat that counts as a call
OFFSET_K = 1.5
SELDOM = 0.02  # share of days; fewer is never
BOOST_K = 1.5  # most that a setpoint is moved for walls that lag behind
COOLER_K = 2.0  # outdoors, for free cooling
CALM_STEPS = 3  # a drift is judged from the third quiet step on
STORE_K = 1.5  # most that a zone is heated above, or cooled below, the bound of occupied hours
UNOCCUPIED_PEOPLE = 0.1  # weight of bounds that hold while nobody is expected
_SHARES = np.linspace(0.0, 1.0, 21)


class Mpc:
    """Setpoints of zones, supply water and ventilation from a daily plan, made anew at every control step.

    Parameters
    ----------
    parameters
        From the agent's file.
    observation, action
        Of a task with `SIGHT`, in engineering units.
    step_s
        Control step [s].
    model
        Identified from telemetry (twin.estimation); one for all buildings of a batch.

    Attributes
    ----------
    planner
        Counts solves and failures, and their wall time.

    Raises
    ------
    ControllerError
        A model of other zones, or observations that are missing.
    MissingExtraError
        highspy is not installed.
    """

    def __init__(
        self,
        parameters: MpcParameters,
        observation: ObservationSpec,
        action: ActionSpec,
        step_s: float,
        model: Model,
    ) -> None:
        self.observation, self.action, self.step_s = observation, action, step_s
        own = tuple(
            n.removesuffix(".air_temperature") for n in observation.names if n.endswith(".air_temperature")
        )
        if own != model.zones:
            raise ControllerError(
                "the model was identified from another building",
                value=", ".join(model.zones),
                allowed=", ".join(own),
            )
        self._own = parameters
        self._reader = Reader(observation, own, parameters.horizon_h)
        self._place_points()
        self.model = dataclasses.replace(
            model,
            heat_most=np.where(self._heating >= 0, model.heat_most, 0.0),
            cool_most=np.where(self._cooling >= 0, model.cool_most, 0.0),
        )
        self.planner = Planner(self.model)
        self._idle = idle(action)
        self._per_hour = max(1, round(3600.0 / step_s))

    def _place_points(self) -> None:
        """Column of every zone's points in the action, -1 where there is none."""

        def columns(quantity: str) -> np.ndarray:
            at = {p.entity: i for i, p in enumerate(self.action.points) if p.quantity == quantity}
            return np.array([at.get(zone, -1) for zone in self._reader.zones])

        self._heating, self._cooling = columns("heating_setpoint"), columns("cooling_setpoint")
        self._vents = columns("ventilation_command")
        self._water = self.action.columns("supply_water_temperature_setpoint")
        heats, cools = self._heating >= 0, self._cooling >= 0
        self._kept = heats | cools
        default = self.action.default
        self._lower = float(default[self._heating[heats]].max()) if heats.any() else -np.inf
        self._upper = float(default[self._cooling[cools]].min()) if cools.any() else np.inf

    @property
    def solves(self) -> int:
        """Programmes solved so far."""
        return self.planner.solves

    @property
    def failures(self) -> int:
        """Programmes that HiGHS could not solve; that step kept to the comfort bounds."""
        return self.planner.failures

    def timing(self) -> dict[str, float]:
        """Mean and longest wall time of a solve [s], solves and failures."""
        plan = self.planner
        return {
            "mean_s": plan.solve_s / max(1, plan.solves),
            "max_s": plan.longest_s,
            "solves": float(plan.solves),
            "failures": float(plan.failures),
        }

    def reset(self, seeds: Sequence[int]) -> None:
        """See Controller.reset; a plan draws nothing."""

    def initial(self, count: int) -> Memory:
        """Memory of `count` buildings: slow masses, errors, setpoints' offsets, what was expected."""
        zones = len(self._reader.zones)
        return {
            "mass": np.full((count, zones, len(MASS_H)), np.nan),
            "bias": np.zeros((count, zones)),
            "expected": np.full((count, zones), np.nan),
            "mode": np.zeros((count, zones)),
            "calm": np.zeros((count, zones)),
            "offset": np.zeros((count, zones)),
            "air": np.full((count, zones), np.nan),
            "since": np.full((count, 1), 1e3),
            "recent": np.full((count, self._per_hour, 2), np.nan),
        }

    def predict(
        self,
        observation: Float,
        state: Any = None,
        episode_start: Bool | None = None,
        deterministic: bool = True,  # noqa: ARG002 - a plan does not explore
    ) -> tuple[Float, Memory]:
        """See Controller.predict; raises ValueError where the observation has the wrong width."""
        if observation.ndim != 2 or observation.shape[1] != len(self.observation.names):
            expected = len(self.observation.names)
            raise ValueError(f"observation of shape {observation.shape}, expected (N, {expected})")
        fresh = self.initial(len(observation))
        memory = fresh if state is None else {key: value.copy() for key, value in state.items()}
        if state is not None and episode_start is not None:
            for key in memory:
                memory[key][episode_start] = fresh[key][episode_start]
        action = np.empty((len(observation), len(self.action.points)))
        for n, row in enumerate(observation):
            action[n] = self._decide(row, {key: value[n] for key, value in memory.items()})
        return action, memory

    def _decide(self, row: Float, memory: Memory) -> Float:
        """Action of one building (m,); `memory` holds views, which are moved on in place."""
        self._look(row, memory)
        ahead = self._ahead(row, memory)
        plan = self.planner.solve(ahead)
        action = self._idle.copy()
        if plan is None:
            return self._fallback(row, action, memory)
        self._set(row, action, plan, ahead, memory)
        memory["expected"][:] = plan.air[0]
        return action

    # --- what has happened ------------------------------------------------------------------------------

    def _look(self, row: Float, memory: Memory) -> None:
        """Move masses on; learn from what was expected."""
        air = self._reader.zone(row, "air_temperature")
        hours = self.step_s / 3600.0
        if np.isnan(memory["air"]).any():
            memory["mass"][:] = air[:, None]
        else:
            memory["mass"][:] = mass_step(memory["mass"], 0.5 * (air + memory["air"]), hours)
            self._correct(air, memory, hours)
        memory["air"][:] = air
        occupied = float(self._reader.zone(row, "hours_to_occupied").min()) <= 0.0
        memory["since"][:] = 0.0 if occupied else memory["since"] + hours
        memory["recent"][:] = np.concatenate([memory["recent"][1:], self._reader.next_hour(row)[None]])

    def _correct(self, air: Float, memory: Memory, hours: float) -> None:
        """Carry on the drift's error while nothing was called; make up for setpoints missed while it was."""
        missed = memory["expected"] - air
        known = ~np.isnan(missed)
        memory["calm"][:] = np.where(memory["mode"] == 0.0, memory["calm"] + 1.0, 0.0)
        still = known & (memory["calm"] >= CALM_STEPS)
        share = min(1.0, hours / self._own.correction_h)
        error = np.clip(-missed / hours, -2.0, 2.0)
        memory["bias"][still] += share * error[still]
        memory["bias"][~still] *= 1.0 - share / 4.0
        np.clip(memory["bias"], -0.5, 0.5, out=memory["bias"])
        called = known & (memory["mode"] != 0.0)
        memory["offset"][called] += self._own.tracking * missed[called]
        memory["offset"][~called] *= 0.9
        np.clip(memory["offset"], -OFFSET_K, OFFSET_K, out=memory["offset"])

    # --- what is expected -------------------------------------------------------------------------------

    def _ahead(self, row: Float, memory: Memory) -> Ahead:
        read, own, model = self._reader, self._own, self.model
        blocks = Blocks.of(read.hour(row), own.horizon_h)
        now = memory["recent"][0] if not np.isnan(memory["recent"][0]).any() else read.next_hour(row)
        low_now, high_now = read.zone(row, "comfort_lower").max(), read.zone(row, "comfort_upper").min()
        lower = read.stepped(row, "comfort_lower", float(low_now), blocks)
        upper = read.stepped(row, "comfort_upper", float(high_now), blocks)
        people = read.stepped(row, "occupants", float(now[1]), blocks)
        occupied = (lower >= self._lower - 0.05) & (upper <= self._upper + 0.05)
        price = read.stepped(row, "electricity_price", read.site(row, "site.electricity_price"), blocks)
        outdoor = read.site(row, "site.outdoor_temperature")
        margin = own.margin_k
        cool_margin = margin if own.cooling_margin_k is None else own.cooling_margin_k
        zones = len(read.zones)
        after = np.concatenate([lower[1:], lower[-1:]]), np.concatenate([upper[1:], upper[-1:]])
        usual = model.presence[:, :, np.minimum(blocks.civil.astype(int), 23)].max(axis=1).T > SELDOM
        wanted = np.where(usual, np.maximum(people / zones, own.people_least)[:, None], UNOCCUPIED_PEOPLE)
        people_each = np.where(occupied[:, None], wanted, UNOCCUPIED_PEOPLE)
        soon = np.maximum(people_each, np.concatenate([people_each[1:], people_each[-1:]]))
        return Ahead(
            hours=blocks.hours,
            air=read.zone(row, "air_temperature"), mass=memory["mass"], bias=memory["bias"],
            outdoor=read.smooth(row, "outdoor_temperature", outdoor, blocks),
            sun=read.sun(row, float(now[0]), blocks),
            people=people,
            running=self._running(occupied, blocks, float(memory["since"][0])),
            share=self._least_air(row, blocks, occupied),
            electricity=price,
            heat=price if np.isnan(model.heat_price) else np.full_like(price, model.heat_price),
            cold=price if np.isnan(model.cool_price) else np.full_like(price, model.cool_price),
            lower=np.repeat((np.maximum(lower, after[0]) + margin)[:, None], zones, axis=1),
            upper=np.repeat((np.minimum(upper, after[1]) - cool_margin)[:, None], zones, axis=1),
            weight=own.weight_factor * model.weight_kh * soon * self._kept[None, :],
            allowed=_near(occupied, blocks, own.maximum_start_h),
            felt=own.felt_share,
        )  # fmt: skip

    def _running(self, occupied: Bool, blocks: Blocks, since: float) -> Float:
        """1 in blocks in which the plant runs its hours, (J,)."""
        out = np.zeros(len(blocks.hours))
        starts = blocks.middle[occupied]
        for j, at in enumerate(blocks.middle):
            ahead, back = starts[starts >= at], starts[starts <= at]
            last = float(at - back.max()) if len(back) else float(at) + since
            out[j] = float(
                (len(ahead) > 0 and ahead.min() - at <= self.model.lead_h) or last <= self.model.lag_h
            )
        return out

    def _least_air(self, row: Float, blocks: Blocks, occupied: Bool) -> Float:
        """Ventilation that CO2 asks for, now by what is measured, later by who was usually there, (J, Z)."""
        out = np.zeros((len(blocks.hours), len(self._reader.zones)))
        if not (self._vents >= 0).any():
            return out
        co2, presence = self._reader.zone(row, "co2"), self._reader.zone(row, "presence")
        limit = self.model.co2_limit - self._own.co2_margin_ppm
        hour = np.minimum(blocks.civil.astype(int), 23)
        for z in np.flatnonzero(self._vents >= 0):
            source, leak, full = self.model.co2[z]
            usual = np.where(occupied, self.model.presence[z, 1][hour], self.model.presence[z, 0][hour])
            steady = (source * usual / (limit - FRESH_PPM) - leak) / max(full, 1e-3)
            least = np.where(occupied & (usual > 0.05), self._own.ventilation_minimum, 0.0)
            out[:, z] = np.clip(steady, least, 1.0)
            change = leak + full * _SHARES
            level = source * presence[z] / np.maximum(change, 1e-3)
            later = level + (co2[z] - FRESH_PPM - level) * np.exp(-change)
            enough = later <= limit - FRESH_PPM
            need = float(_SHARES[np.argmax(enough)]) if enough.any() else 1.0
            out[blocks.middle < 0.5, z] = max(
                need, self._own.ventilation_minimum if presence[z] > 0.5 else 0.0
            )
        return out

    # --- what is sent -----------------------------------------------------------------------------------

    def _set(self, row: Float, action: Float, plan: Plan, ahead: Ahead, memory: Memory) -> None:
        """Setpoints that bring the plan about, in place; remembers what is called."""
        model = self.model
        heat = plan.heat / np.maximum(model.heat_most, 1e-6)
        cool = plan.cool / np.maximum(model.cool_most, 1e-6)
        heats, cools = heat[:2].max(axis=0) > CALL, cool[:2].max(axis=0) > CALL
        memory["mode"][:] = np.where(heats, 1.0, np.where(cools, -1.0, 0.0))
        offset = memory["offset"]
        reach = np.array([_end_of(heat[:, z], plan.air[:, z], 1.0) for z in range(len(offset))])
        fall = np.array([_end_of(cool[:, z], plan.air[:, z], -1.0) for z in range(len(offset))])
        low, high = self._reader.zone(row, "comfort_lower"), self._reader.zone(row, "comfort_upper")
        warm = np.where(heats, reach + offset, np.maximum(plan.air[:2].min(axis=0) - FLOAT_K, low - 1.0))
        cold = np.where(cools, fall + offset, np.minimum(plan.air[:2].max(axis=0) + FLOAT_COOL_K, high + 1.0))
        least, most = self._guard(row, memory)
        warm = np.maximum(np.minimum(warm, self._lower + STORE_K), least)
        cold = np.minimum(np.maximum(cold, self._upper - STORE_K), most)
        cold = np.maximum(cold, warm + 0.6)
        for at, values in ((self._heating, warm), (self._cooling, cold)):
            action[at[at >= 0]] = values[at >= 0]
        self._set_air(row, action, plan, ahead)
        if self._water.size:
            action[self._water] = self._supply_water(plan, ahead, warm, heats)

    def _guard(self, row: Float, memory: Memory) -> tuple[Float, Float]:
        """Setpoints that keep what is felt inside the bounds now, whatever the plan expects (Z,) and (Z,).

        Only where people usually are at this hour or somebody is; a model errs, a thermostat does not.
        """
        read, felt = self._reader, self._own.felt_share
        hour = min(int(read.hour(row)), 23)
        here = (self.model.presence[:, :, hour].max(axis=1) > SELDOM) | (read.zone(row, "presence") > 0.5)
        here &= read.zone(row, "hours_to_occupied") <= 0.0
        surfaces = memory["mass"][:, FELT_MASS]
        margin = self._own.margin_k
        cool_margin = margin if self._own.cooling_margin_k is None else self._own.cooling_margin_k
        low = read.zone(row, "comfort_lower") + margin
        high = read.zone(row, "comfort_upper") - cool_margin
        weight = 1.0 - felt
        least = (
            low + np.clip((low - surfaces) * felt / weight, 0.0, BOOST_K) + np.minimum(memory["offset"], 0.0)
        )
        most = (
            high
            - np.clip((surfaces - high) * felt / weight, 0.0, BOOST_K)
            + np.maximum(memory["offset"], 0.0)
        )
        away = read.zone(row, "hours_to_occupied") > 0.0  # bounds of unoccupied hours hold as setpoints
        least, most = np.where(away, low, least), np.where(away, high, most)
        here |= away
        return np.where(here, least, -np.inf), np.where(here, most, np.inf)

    def _set_air(self, row: Float, action: Float, plan: Plan, ahead: Ahead) -> None:
        """Planned ventilation; all there is near the upper bound while it is cooler outdoors, as rules do."""
        at = self._vents >= 0
        outdoor = self._reader.site(row, "site.outdoor_temperature")
        warm = ahead.air > self._reader.zone(row, "comfort_upper") - self._own.free_cooling_k
        free = warm & (outdoor < ahead.air - COOLER_K)
        action[self._vents[at]] = np.where(free, 1.0, np.minimum(1.0, ahead.share[0] + plan.vent[0]))[at]

    def _supply_water(self, plan: Plan, ahead: Ahead, warm: Float, heats: Bool) -> float:
        """Supply water that the emitters need for the planned rate [°C]; NaN: the plant's own curve."""
        if self.model.emission <= 0.0:
            return float("nan")
        if not heats.any():
            return WATER_LOW_C
        rate = float(plan.heat[:4].mean())
        short = float(np.max(np.minimum(warm, ahead.air + 1.0)[heats] - ahead.air[heats]))
        water = float(ahead.air.mean()) + rate / self.model.emission + max(0.0, short)
        return min(max(water, WATER_LOW_C), WATER_HIGH_C)

    def _fallback(self, row: Float, action: Float, memory: Memory) -> Float:
        """Comfort bounds of the moment, margin inside; no plan stands behind them."""
        low, high = self._reader.zone(row, "comfort_lower"), self._reader.zone(row, "comfort_upper")
        for at, values in (
            (self._heating, low + self._own.margin_k),
            (self._cooling, high - self._own.margin_k),
        ):
            action[at[at >= 0]] = values[at >= 0]
        memory["expected"][:] = np.nan
        memory["mode"][:] = 0.0
        return action


def _near(occupied: Bool, blocks: Blocks, hours: float) -> Float:
    """1 in occupied blocks and in those that come at most so long before one, (J,)."""
    starts = blocks.middle[occupied]
    wait = np.array([np.min(starts[starts >= at] - at, initial=np.inf) for at in blocks.middle])
    return np.asarray((wait <= hours) * 1.0)


def _end_of(share: Float, air: Float, sign: float) -> float:
    """Temperature to ask for: the end of a ramp at nearly full power, else half an hour on."""
    soon = float(np.max(sign * air[:2]))
    for j in range(len(share)):
        if share[j] < FULL:
            break
        soon = max(soon, float(sign * air[j]))
    return sign * soon
