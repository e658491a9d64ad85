"""What a control step was worth: by a formula of the field, or by a function in a user's file.

As in twin.task, only additions, products and comparisons act on a batch, so that N does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.basics.errors import ControllerError
from twin.physics import layout as la
from twin.scenario.learning import REWARDS, TaskSpec
from twin.scenario.own_code import fitting, line_of, own_function, place_of, split, told
from twin.task import J_PER_KWH, Float

if TYPE_CHECKING:
    from twin.building.assembly import Building
    from twin.simulator import Simulator

Terms = dict[str, Float]
LINEAR_PER_W, LINEAR_SHARE = 1e-4, 0.5  # Sinergym's lambda_P and W
ENERGY = slice(la.KP_ENERGY, la.KP_ENERGY + la.END_USES)
ARGUMENTS = ("terms", "observation", "names")
RAW = ("hvac_cost", "discomfort_kh", "co2_kppmh", "constraint_cost")
COUNTED = ("hvac_kwh", "occupants")  # these cost a tenth of a step: only for productivity and one's own

# Office work done at an air temperature T [°C], relative to the best: a + b T + c T2 + d T3, 15 to 35 °C.
# Source: Seppänen, Fisk and Lei (2006), Effect of temperature on task performance in office environment.
PERFORMANCE = (-0.4685328, 0.1647524, -0.0058274, 0.0000623)
PERFORMANCE_RANGE = (15.0, 35.0)


class Reward:
    """The reward of a task.

    Parameters
    ----------
    building
        Whose step it is; only what all of its copies share is kept.
    spec
        Which formula, with which weights.

    Attributes
    ----------
    names
        Terms whose sum is minus the reward; of a user's function, those of `currency`.
    """

    def __init__(self, building: Building, spec: TaskSpec) -> None:
        self.spec, self.weights = spec, spec.weights(building.scenario.comfort)
        self._area = float(building.parameters.constant[la.X_FLOOR_AREA])
        self._conditioned = (building.parameters.zone[0, :, la.ZP_CONDITIONED] > 0.5).astype(np.float64)
        self._operative = bool(building.parameters.kind[la.K_COMFORT_OPERATIVE] == 1)
        self._seconds = float(building.clock.control_step_s)
        kwh = np.full(la.END_USES, 1.0 / J_PER_KWH)
        kwh[[la.E_LIGHTS, la.E_EQUIPMENT]] = 0.0
        self._kwh = kwh
        self._own: Callable[..., Any] | None = None
        self._compares, self._productive = spec.reward in ("boptest", "linear"), spec.reward == "productivity"
        self._own_counts, self._both = spec.reward not in REWARDS, spec.constraint == "both"
        self._tallies = self._compares or self._productive or self._own_counts
        self._nothing = np.zeros((0, la.END_USES))
        self.names: tuple[str, ...] = {
            "boptest": ("cost", "temperature"),
            "linear": ("energy", "temperature"),
            "productivity": ("cost", "productivity", "co2"),
        }.get(str(spec.reward), ("cost", "temperature", "co2"))

    def tally(self, simulator: Simulator) -> Float:
        """What `terms` compares with after a step.

        Energies (N, END_USES) [J]; where the formula needs them, then the cost of HVAC [currency] and what
        zones were outside their bounds [K.s].
        """
        if not self._tallies:
            return self._nothing
        kpi = simulator.state.kpi
        if not self._compares:
            return kpi[:, ENERGY].copy()
        warmth = simulator.state.kpi_zone[:, :, la.KZ_TDIS].sum(axis=1)
        return np.column_stack((kpi[:, ENERGY], kpi[:, la.KP_COST_HVAC], warmth))

    def terms(self, simulator: Simulator, before: Float | None = None) -> Terms:
        """What the step just ended cost, each (N,): the terms of the formula, those of RAW, of COUNTED.

        Parameters
        ----------
        before
            `tally` before the step; None: no step was taken, and what is an increase is 0.

        Notes
        -----
        `currency`: cost and occupied discomfort, see Task.reward_terms. `boptest`: the increase of cost_tot
        and, at the weight of a degree hour, of tdis_tot (BOPTEST-Gym). `linear`: half of 1e-4 per watt of
        HVAC power and half of 1 per kelvin outside the bounds, summed over zones, means of the step
        (Sinergym, LinearReward). `productivity`: cost, CO2, and the work not done for the temperature.
        """
        terms: Terms
        kpi, (per_kh, per_kppmh) = simulator.state.kpi, self.weights
        paid, kelvin, ppm = kpi[:, la.KP_STEP_COST].copy(), kpi[:, la.KP_STEP_TDIS], kpi[:, la.KP_STEP_IDIS]
        if self._compares:
            now = self.tally(simulator)
            terms = self._increase(now, now if before is None else before)
        elif self._productive:
            lost = self._work_lost(simulator) * (0.0 if before is None else 1.0)
            terms = {"cost": paid, "productivity": lost, "co2": per_kppmh * ppm / 3.6e6}
        else:
            terms = {"cost": paid, "temperature": per_kh * kelvin / 3600.0, "co2": per_kppmh * ppm / 3.6e6}
        warmth, air = kelvin / 3600.0, ppm / 3.6e6
        terms["hvac_cost"], terms["discomfort_kh"], terms["co2_kppmh"] = paid, warmth, air
        if self._both:
            terms["constraint_cost"] = warmth + air
        else:
            terms["constraint_cost"] = (warmth if self.spec.constraint == "temperature" else air).copy()
        if self._tallies and not self._compares:
            energy = kpi[:, ENERGY]
            gone = (energy - (energy if before is None else before)) * self._kwh
            terms["hvac_kwh"] = np.add.reduce(gone, axis=1)
            terms["occupants"] = np.add.reduce(simulator.state.gains[:, :, la.G_PEOPLE], axis=1)
        return terms

    def _increase(self, now: Float, before: Float) -> Terms:
        """The formulas that count what indicators went up by."""
        paid, warmth = (now - before)[:, la.END_USES :].T
        if self.spec.reward == "boptest":
            zones = max(1.0, float(self._conditioned.sum()))
            weight = self.weights[0] / 3600.0 / zones
            return {"cost": paid / self._area, "temperature": warmth * weight}
        gone = _hvac(now) - _hvac(before)
        power, kelvin = LINEAR_SHARE * LINEAR_PER_W / self._seconds, (1.0 - LINEAR_SHARE) / self._seconds
        return {"energy": gone * power, "temperature": warmth * kelvin}

    def _work_lost(self, simulator: Simulator) -> Float:
        """Worth of the work that people did not do for the temperature at the end of the step (N,)."""
        state = simulator.state
        temperature = state.zone[:, :, la.Z_AIR]
        if self._operative:
            temperature = 0.5 * (temperature + state.zone[:, :, la.Z_RADIANT])
        people = state.gains[:, :, la.G_PEOPLE] * self._conditioned
        worth = self.spec.weight_currency_per_person_h * self._seconds / 3600.0
        lost: Float = np.add.reduce(people * (1.0 - performance(temperature)), axis=1)
        return lost * worth

    def load(self) -> None:
        """Read the user's function now; raises ControllerError where it cannot be."""
        asked = self.spec.reward
        if self._own is None and asked not in REWARDS:
            if isinstance(asked, str):
                self._own = own_function(asked, *ARGUMENTS)
            else:
                self._own = fitting(asked, *place_of(asked), *ARGUMENTS)

    def worth(
        self, terms: Mapping[str, Float], observation: Callable[[], Float], names: tuple[str, ...]
    ) -> Float:
        """The reward (N,) of these terms: minus the sum of the formula's, in order, or what the user says.

        Parameters
        ----------
        terms
            From `terms`.
        observation, names
            Gives what is seen after the step (N, n), in engineering units; for a user's function only.

        Raises
        ------
        ControllerError
            The user's function fails, or does not return N finite numbers.
        """
        if self._own_counts:
            return self._asked(terms, observation(), names)
        first, *others = self.names
        total = terms[first]
        for other in others:
            total = total + terms[other]
        return -total

    def _asked(self, terms: Mapping[str, Float], observation: Float, names: tuple[str, ...]) -> Float:
        self.load()
        assert self._own is not None
        asked = self.spec.reward
        file, name = (split(asked) or ("", "")) if isinstance(asked, str) else place_of(asked)
        try:
            answer = self._own({key: value.copy() for key, value in terms.items()}, observation, names)
        except Exception as error:  # whatever the user's code raises is told as theirs
            path = Path(file)
            raise ControllerError(told(error, path), file=path, line=line_of(error, path), key=name) from None
        try:
            reward = np.array(answer, dtype=np.float64)
        except (TypeError, ValueError):
            raise ControllerError("a reward is not numbers", file=file, key=name, value=type(answer).__name__,
                                  allowed="one number per building") from None  # fmt: skip
        if reward.shape != (len(observation),):
            raise ControllerError("rewards have the wrong shape", file=file, key=name, value=reward.shape,
                                  allowed=f"({len(observation)},): one number per building")  # fmt: skip
        if not np.isfinite(reward).all():
            bad = int(np.flatnonzero(~np.isfinite(reward))[0])
            raise ControllerError("a reward is not finite", file=file, key=name, value=float(reward[bad]),
                                  allowed=f"finite numbers; it is that of building {bad}")  # fmt: skip
        return reward


def performance(temperature: Float) -> Float:
    """Share of the office work that is done at an air temperature [°C], 0-1; cut to 15 to 35 °C.

    Source: Seppänen, Fisk and Lei (2006), LBNL-60946: relative performance, highest at 21.7 °C.
    """
    a, b, c, d = PERFORMANCE
    t = np.minimum(np.maximum(temperature, PERFORMANCE_RANGE[0]), PERFORMANCE_RANGE[1])
    share: Float = a + t * (b + t * (c + t * d))
    return share


def _hvac(energy: Float) -> Float:
    total: Float = energy[:, : la.END_USES].sum(axis=1)
    hvac: Float = total - energy[:, la.E_LIGHTS] - energy[:, la.E_EQUIPMENT]
    return hvac
