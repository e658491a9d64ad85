"""Plans in a few numbers: comfort while somebody is there and some time before, little otherwise.

A search that moves single hours finds such a shape only slowly. So it begins with many of them: drawn, played
over the whole run, drawn again around the best (the cross-entropy method), each with what no rule can know,
when which room will have people in it.

Source: Rubinstein (1999), "The cross-entropy method for combinatorial and continuous optimization",
Methodology and Computing in Applied Probability 1(2), with a share of the best and a smoothed spread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from twin.experiment.foresight_moves import reach
from twin.experiment.foresight_plant import Weights
from twin.experiment.foresight_stage import Known, Stage
from twin.physics.layout import Float
from twin.scenario.agents import ForesightParameters
from twin.task import ActionSpec

EARLIEST_H = 12.0  # of a start before people come
SETPOINTS = {"heating_setpoint": 1.0, "cooling_setpoint": -1.0}  # and which way comfort lies
BEST = 0.125  # share of the guesses from which the next are drawn
WIDEST, NARROWEST = 0.3, 0.05  # spread of a number that goes from 0 to 1
RELEASED = 0.35  # share of a free point's numbers that leave it to the plant's own loop
COMMON = 4  # numbers of a guess before those of its free quantities
EACH = 3  # numbers of a free quantity
KEPT = 8  # guesses of a generation, and twice as many of all, that may be borrowed from


def guess(
    stage: Stage,
    others: Sequence[Float],
    settings: ForesightParameters,
    weights: Weights,
    random: np.random.Generator,
    told: Callable[[float], None],
) -> list[Float]:
    """The best plans (T, m) among `others` and guesses, best first; `told` hears the share done."""
    crowd = stage.crowd(settings.candidates)
    guesses = Guesses(stage.copies.task.action, stage.known, stage.steps_h, random)
    pool = [(float(stage.judged("", actions).worth.objective(weights)[0]), actions) for actions in others]
    for k in range(settings.generations):
        numbers = guesses.draw(settings.candidates)
        plans = guesses.plans(numbers)
        crowd.put(stage.start)
        worth = crowd.play(plans).objective(weights)
        guesses.learn(numbers, worth)
        pool += [(float(worth[i]), plans[i].copy()) for i in np.argsort(worth, kind="stable")[:KEPT]]
        told((k + 1) / settings.generations)
    stage.copies.rollouts += crowd.rollouts
    return [actions for _, actions in sorted(pool, key=lambda pair: pair[0])[: 2 * KEPT]]


class Guesses:
    """Draws plans of this kind and learns from what they were worth.

    Parameters
    ----------
    action
        What a plan sets.
    known
        Of the run.
    steps_h
        Control steps in an hour.
    random
        All chance there is.
    """

    def __init__(self, action: ActionSpec, known: Known, steps_h: float, random: np.random.Generator) -> None:
        self._action, self._known, self._steps_h, self._random = action, known, steps_h, random
        quantities = dict.fromkeys(point.quantity for point in action.points)
        self._free = [quantity for quantity in quantities if quantity not in SETPOINTS]
        self._low, self._high = reach(action)
        width = COMMON + EACH * len(self._free)
        self._middle, self._spread = np.full(width, 0.5), np.full(width, WIDEST)

    def draw(self, count: int) -> Float:
        """Numbers of so many guesses, (count, width), each 0 to 1."""
        drawn = self._random.normal(self._middle, self._spread, (count, len(self._middle)))
        folded = np.abs(drawn) % 2.0
        return np.asarray(np.where(folded > 1.0, 2.0 - folded, folded))

    def learn(self, numbers: Float, worth: Float) -> None:
        """Draw the next around the best of these (lowest `worth`)."""
        best = numbers[np.argsort(worth, kind="stable")[: max(2, round(BEST * len(numbers)))]]
        self._middle = best.mean(axis=0)
        self._spread = np.maximum(NARROWEST, best.std(axis=0))

    def plans(self, numbers: Float) -> Float:
        """Actions (count, T, m) of guesses."""
        return np.stack([self._plan(row) for row in numbers])

    def _plan(self, numbers: Float) -> Float:
        lead = round(self._steps_h * EARLIEST_H * numbers[0] ** 2)
        soon = self._within(lead)
        plan = np.full((len(soon), len(self._action.points)), np.nan)
        for column, point in enumerate(self._action.points):
            if point.quantity in SETPOINTS and point.entity in self._known.zones:
                zone = self._known.zones.index(point.entity)
                plan[:, column] = self._setpoint(point.quantity, zone, soon[:, zone], lead, numbers)
        for k, quantity in enumerate(self._free):
            mine = numbers[COMMON + EACH * k : COMMON + EACH * (k + 1)]
            for column in self._action.columns(quantity):
                plan[:, column] = self._command(column, soon, mine)
        return np.asarray(np.clip(plan, self._action.lower, self._action.upper))

    def _within(self, lead: int) -> Float:
        """(T, Z) whether somebody is in the zone within so many steps, that one included."""
        people = np.concatenate([self._known.people, np.zeros((lead, self._known.people.shape[1]))])
        return np.asarray(sliding_window_view(people, lead + 1, axis=0).max(axis=2) > 0.0)

    def _setpoint(self, quantity: str, zone: int, soon: Float, lead: int, numbers: Float) -> Float:
        """Inside the tightest bound until then while somebody is there or comes soon, else far from it."""
        inward = SETPOINTS[quantity]
        bound = (self._known.lower if inward > 0 else -self._known.upper)[:, zone]
        ahead = np.concatenate([bound, np.full(lead, bound[-1])])
        tightest = sliding_window_view(ahead, lead + 1).max(axis=1)
        margin = -0.3 + 2.3 * numbers[1 if inward > 0 else 2]
        idle = bound - 10.0 * numbers[3]
        return np.asarray(inward * np.where(soon, tightest + margin, np.minimum(idle, tightest + margin)))

    def _command(self, column: int, soon: Float, numbers: Float) -> Float:
        """A value while anybody is there or comes soon, and another one (or the plant's own loop) else."""
        low, high = self._low[column], self._high[column]
        point = self._action.points[column]
        zones = self._known.zones
        here = soon[:, zones.index(point.entity)] if point.entity in zones else soon.any(axis=1)
        share = (numbers[:2] - RELEASED) / (1.0 - RELEASED)
        value = np.where(share < 0.0, np.nan, low + (high - low) * share)
        plan = np.where(here, value[0], value[1])
        if point.quantity == "supply_water_temperature_setpoint":
            plan = plan + 1.2 * numbers[2] * (10.0 - self._known.outdoor)
        return np.asarray(plan)
