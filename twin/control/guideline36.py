"""Supervision after ASHRAE Guideline 36-2021: modes of a zone group, standby, resets by requests."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from twin.control.controller import Bool, Float, Memory, Rule, fabric_after, lag_of
from twin.control.optimum_start import OptimumStart
from twin.control.trim_and_respond import SupplyAirReset
from twin.control.ventilation import Co2OutdoorAir, Co2Ventilation
from twin.scenario.agents import Guideline36Parameters
from twin.task import ActionSpec, ObservationSpec

COMMANDS = (
    "supply_air_temperature_setpoint",
    "ventilation_command",
    "fan_speed_command",
    "outdoor_air_damper_command",
    "minimum_outdoor_air_command",
)


class Mode(IntEnum):
    """Operating modes of a zone group (Guideline 36-2021, 5.4.6); freeze protection is the plant's."""

    UNOCCUPIED = 0
    OCCUPIED = 1
    WARM_UP = 2
    COOL_DOWN = 3
    SETBACK = 4
    SETUP = 5


class Guideline36(Rule):
    """The building as one zone group: its mode gives setpoints, and zones' requests reset the supply air.

    Warm-up and cool-down begin for all zones when the slowest zone needs it (OptimumStart). Outside occupied
    hours, when enough zones have left their bounds, setback (setup) lasts until all are back. In occupied
    hours a zone in which nobody is moves to standby. Where the plant offers these points, the supply air
    temperature is trimmed and answers requests, ventilation follows CO2, the fan rests in unoccupied mode as
    long as no zone has left its bounds, and the outdoor air damper is shut in warm-up and setback.

    Economizer, dual-maximum boxes with reheat and the fan's pressure loop are the plant's local loops. The
    controller sees temperatures and no dampers, so that requests come from temperatures alone.

    Notes
    -----
    ASHRAE Guideline 36-2021: 5.3.2 setpoints and standby, 5.4.6 modes, 5.6.8 requests, 5.16.1 fan, 5.16.2
    supply air, 5.16.6 minimum outdoor air only in occupied mode.
    With `fabric_time_h` (not in the guideline) setpoints are moved for walls that lag behind, as `setback`
    does, so that people feel the same under both.
    """

    def __init__(
        self,
        parameters: Guideline36Parameters,
        observation: ObservationSpec,
        action: ActionSpec,
        step_s: float,
    ) -> None:
        super().__init__(observation, action, step_s)
        own = self.setpoints
        self._parameters = parameters
        self._outdoor = observation.names.index("site.outdoor_temperature")
        cooling = parameters.margin_k if parameters.cooling_margin_k is None else parameters.cooling_margin_k
        self._target = own.occupied + own.sign * own.choose(parameters.margin_k, cooling)
        self._start = OptimumStart(parameters, own, step_s)
        self._warms = own.sign > 0.0
        entities = tuple(action.points[i].entity for i in own.action)
        self._presence = observation.columns("presence", entities)
        self._supply = action.columns("supply_air_temperature_setpoint")
        self._fan = action.columns("fan_speed_command")
        self._damper = action.columns("outdoor_air_damper_command")
        self._reset = SupplyAirReset(parameters, step_s)
        self._air = Co2Ventilation(parameters, observation, action)
        self._outdoor_air = Co2OutdoorAir(
            parameters.co2_setpoint_ppm, parameters.outdoor_air_minimum, observation, action
        )

    @property
    def sets(self) -> NDArray[np.int64]:
        """See Rule.sets."""
        modes = [self._fan, self._damper] if self._parameters.system_modes else []
        return np.concatenate(
            [super().sets, self._supply, self._air.action, self._outdoor_air.action, *modes]
        )

    def initial(self, count: int) -> Memory:
        """Modes (N, 1), starts and recoveries of heating and cooling (N, 2), and what zones remember."""
        shape = count, self.setpoints.sign.size
        cooled = int(np.count_nonzero(~self._warms))
        return {
            "mode": np.zeros((count, 1)),
            "started": np.zeros((count, 2)),
            "recovering": np.zeros((count, 2)),
            "rate": self._start.first(count),
            "last": np.full(shape, np.nan),
            "fabric": np.full(shape, np.nan),
            "vacant_s": np.full(shape, -self.step_s),
        } | self._reset.initial(count, cooled)

    def act(self, observation: Float, memory: Memory) -> tuple[Float, Memory]:
        """See Rule.act."""
        own, rule = self.setpoints, self._parameters
        air, bound, hours = own.seen(observation)
        outdoor = observation[:, self._outdoor, None]
        fabric = fabric_after(memory["fabric"], air, self.step_s, rule.fabric_time_h)
        felt = 0.5 * (air + fabric)
        open_now = hours.min(axis=1, keepdims=True) <= 0.0
        started, rate = self._starts(felt, hours, outdoor, open_now, memory)
        rest = bound + own.sign * rule.unoccupied_margin_k
        recovering = self._recovers(air, rest, memory["recovering"] > 0.5) & ~open_now & ~started
        vacant_s = np.where(
            observation[:, self._presence] > 0.5, -self.step_s, memory["vacant_s"] + self.step_s
        )
        standby = open_now & (vacant_s >= rule.standby_delay_s)
        on, back = self._sides(started | open_now), self._sides(recovering)
        setpoints = np.where(on, self._occupied(fabric, standby), rest)
        setpoints = np.where(back & ~on, rest + own.sign * rule.setback_hysteresis_k, setpoints)
        mode = _mode(open_now, started, recovering)
        action = self.action_of(setpoints)
        hot = (air - setpoints)[:, ~self._warms]
        reset = self._reset.after(memory, hot, mode == Mode.OCCUPIED)
        action[:, self._supply] = self._supply_air(mode, self._reset.setpoint(reset, outdoor))
        action[:, self._air.action] = self._air.shares(observation, open_now, outdoor)
        action[:, self._outdoor_air.action] = np.where(open_now, self._outdoor_air.share(observation), np.nan)
        if rule.system_modes:
            inside = (own.sign * (air - bound) >= 0.0).all(axis=1, keepdims=True)
            action[:, self._fan] = np.where((mode == Mode.UNOCCUPIED) & inside, 0.0, np.nan)
            action[:, self._damper] = np.where((mode == Mode.WARM_UP) | (mode == Mode.SETBACK), 0.0, np.nan)
        now = {"mode": mode, "started": started * 1.0, "recovering": recovering * 1.0, "rate": rate,
               "last": felt, "fabric": fabric, "vacant_s": vacant_s}  # fmt: skip
        return action, now | reset

    def _starts(
        self, felt: Float, hours: Float, outdoor: Float, open_now: Bool, memory: Memory
    ) -> tuple[Bool, Float]:
        """Starts of heating and of cooling (N, 2), and the rates that they taught (N, L)."""
        missing = self.setpoints.sign * (self._target - felt)
        pace = self._start.pace(outdoor)
        teaches = self._sides(memory["started"] > 0.5) & (missing > 0.0)
        rate = self._start.learned(memory["rate"], teaches, felt, memory["last"], pace)
        due = hours <= self._start.needed(missing, rate, pace)
        return ((memory["started"] > 0.5) | self._any(due)) & ~open_now, rate

    def _recovers(self, air: Float, rest: Float, recovering: Bool) -> Bool:
        """Whether setback and setup run: begun by enough zones, kept until all are back, (N, 2)."""
        short = self.setpoints.sign * (rest - air)
        sides = (self._warms, ~self._warms)
        calls = []
        for side in sides:
            enough = min(self._parameters.setback_zones, int(np.count_nonzero(side)))
            calls.append((np.count_nonzero(short[:, side] > 0.0, axis=1) >= enough) & (enough > 0))
        goes_on = recovering & self._any(short + self._parameters.setback_hysteresis_k > 0.0)
        return np.stack(calls, axis=1) | goes_on

    def _occupied(self, fabric: Float, standby: Bool) -> Float:
        """Setpoints of occupied hours and starts [°C], (N, L)."""
        own, rule = self.setpoints, self._parameters
        wanted = np.where(standby, self._target - own.sign * rule.standby_k, self._target)
        if rule.fabric_time_h <= 0.0:
            return wanted
        return wanted + own.sign * lag_of(fabric, wanted, own.sign, rule.boost_k)

    def _supply_air(self, mode: Float, reset: Float) -> Float:
        """Supply air setpoint (N, 1) [°C]; NaN, the plant's own loop, where the mode has none."""
        rule = self._parameters
        warm = np.nan if rule.warm_up_supply_c is None else rule.warm_up_supply_c
        heats = (mode == Mode.WARM_UP) | (mode == Mode.SETBACK)
        cools = (mode == Mode.COOL_DOWN) | (mode == Mode.SETUP)
        chosen = np.where(heats, warm, np.where(cools, rule.supply_minimum_c, np.nan))
        return np.where(mode == Mode.OCCUPIED, reset, chosen)

    def _any(self, of_setpoints: Bool) -> Bool:
        """Whether any heating, and any cooling setpoint says so, (N, 2)."""
        warm, cold = of_setpoints[:, self._warms], of_setpoints[:, ~self._warms]
        return np.stack([warm.any(axis=1), cold.any(axis=1)], axis=1)

    def _sides(self, of_sides: Bool) -> Bool:
        """What is said of heating and of cooling (N, 2) for every setpoint, (N, L)."""
        return np.where(self._warms, of_sides[:, :1], of_sides[:, 1:])


def _mode(open_now: Bool, started: Bool, recovering: Bool) -> Float:
    """Mode of the group, (N, 1); heating goes before cooling where both are called."""
    mode = np.full(open_now.shape, float(Mode.UNOCCUPIED))
    mode[recovering[:, 1:]] = Mode.SETUP
    mode[recovering[:, :1]] = Mode.SETBACK
    mode[started[:, 1:]] = Mode.COOL_DOWN
    mode[started[:, :1]] = Mode.WARM_UP
    mode[open_now] = Mode.OCCUPIED
    return mode
