"""Improves a plan on forks of the plant: window by window, by moves that are tried out and combined."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twin.experiment.foresight_moves import Move, Moves
from twin.experiment.foresight_plant import Copies, Moment, Weights
from twin.experiment.foresight_stage import Stage
from twin.physics.layout import Float
from twin.scenario.agents import ForesightParameters

LEAST = 1e-9  # [currency] less is no gain


@dataclass(frozen=True)
class Window:
    """Steps of a plan: moves begin from `first` to before `last`, their effect is watched until `end`."""

    first: int
    last: int
    end: int
    next: int  # where the following window begins


def windows(
    busy: NDArray[np.bool_], steps_h: float, settings: ForesightParameters, sweep: int = 0
) -> list[Window]:
    """Windows over a plan; those of every second sweep lie across the others' edges.

    Parameters
    ----------
    busy
        (T,) steps with people in the building. A window's effect is watched for `tail_h`, and on until
        people have been in for `occupied_h` since its last step: what is left cold on Saturday is paid for
        on Monday.
    steps_h
        Control steps in an hour.
    settings
        How long windows are.
    sweep
        Which one.
    """
    steps = len(busy)
    length, tail, commit = (
        max(1, round(hours * steps_h)) for hours in (settings.window_h, settings.tail_h, settings.commit_h)
    )
    stride = min(commit, length)
    begin = stride if sweep % 2 == 0 else max(1, stride // 2)
    edges = [0, *range(begin, steps, stride), steps]
    passed = np.concatenate([[0], np.cumsum(busy)])  # such steps before each
    owed = math.ceil(settings.occupied_h * steps_h)
    found: list[Window] = []
    for first, following in pairwise(edges):
        last = min(first + length, steps)
        paid = int(np.searchsorted(passed, passed[last] + owed))
        found.append(Window(first, last, min(max(last + tail, paid), steps), following))
    return found


class Search:
    """A plan that gets better.

    Parameters
    ----------
    stage
        Where it is played.
    moves
        What is tried.
    settings, weights
        How long, and for what.
    random
        All chance there is.

    Notes
    -----
    A round is hill climbing with many hands: every copy plays the window under the plan with a few random
    moves; then combinations of the moves that gained (the best ones, more and more of them, and random
    halves) are played, and the best of all becomes the plan. In the very first round of a window copies play
    the other plans instead, as they are. Copies see the same future, so that differences of a millionth
    count. What a window does to later hours is judged only as far as its tail reaches; the caller compares
    whole runs.
    """

    def __init__(
        self,
        stage: Stage,
        moves: Moves,
        settings: ForesightParameters,
        weights: Weights,
        random: np.random.Generator,
    ) -> None:
        self._stage, self._moves = stage, moves
        self._crowd = stage.crowd(settings.candidates)
        self._few = stage.crowd(max(2, settings.candidates // 4))
        self._settings, self._weights, self._random = settings, weights, random
        self._busy = stage.known.busy

    def improve(
        self, plan: Float, sweeps: Sequence[int], rounds: int, told: Callable[[float], None]
    ) -> Float:
        """A better plan (T, m) after these sweeps; `told` hears the share done after every round."""
        plan, main = plan.copy(), self._stage.copies
        ways = {k: windows(self._busy, self._stage.steps_h, self._settings, k) for k in sweeps}
        total, done = sum(map(len, ways.values())) * rounds, 0
        for k, sweep in ways.items():
            here = self._stage.start
            for window in sweep:
                for again in range(rounds):
                    self._round(plan, here, window, others=k == again == 0)
                    done += 1
                    told(done / total)
                main.put(here)
                main.play(plan[window.first : window.next])
                here = main.moment()
        main.rollouts += self._crowd.rollouts + self._few.rollouts
        return plan

    def _round(self, plan: Float, here: Moment, window: Window, others: bool) -> None:
        """Try moves, then combinations of the good ones; the best becomes the plan, if it is better."""
        count = self._crowd.simulator.count
        tries: list[list[Move]] = [[], *(self._draw(window, len(plan)) for _ in range(count - 1))]
        if others:
            known = self._moves.from_others(window.first, window.last)[: count - 1]
            tries[1 : 1 + len(known)] = [[move] for move in known]
        value, parts = self._judge(self._crowd, plan, here, window, tries)
        gain = value[0] - value
        good = [int(i) for i in np.argsort(-gain, kind="stable") if gain[i] > LEAST]
        if good:
            for i in good:
                for move in tries[i]:
                    self._moves.credit(move, float(gain[i]))
            mixed = [
                [move for i in sorted(chosen, key=lambda i: gain[i]) for move in tries[i]]
                for chosen in self._mixtures(good)
            ]
            mixtures_value, mixtures = self._judge(self._few, plan, here, window, mixed)
            best = int(np.argmin(mixtures_value))
            better = mixtures_value[best] < value[good[0]]
            plan[window.first : window.end] = mixtures[best] if better else parts[good[0]]
        self._moves.fade()

    def _draw(self, window: Window, steps: int) -> list[Move]:
        number = 1 + int(self._random.poisson(self._settings.moves - 1.0))
        return [self._moves.draw(self._random, window.first, window.last, steps) for _ in range(number)]

    def _mixtures(self, good: list[int]) -> list[list[int]]:
        """The best one, the best few, ... all; then random halves."""
        count = self._few.simulator.count
        half = -(-count // 2)
        ranked = [good[: max(1, round(len(good) ** ((i + 1) / half)))] for i in range(half)]
        drawn = [[i for i in good if self._random.random() < 0.5] or good[:1] for _ in range(count - half)]
        return ranked + drawn

    def _judge(
        self, copies: Copies, plan: Float, here: Moment, window: Window, tries: list[list[Move]]
    ) -> tuple[Float, Float]:
        """Objective (N,) at the end of the window, and the parts (N, T', m) of the plan that led there."""
        parts = np.repeat(plan[None, window.first : window.end], len(tries), axis=0)
        for part, moves in zip(parts, tries, strict=True):
            for move in moves:
                self._moves.apply(move, part, window.first, plan)
        copies.put(here)
        return copies.play(parts).objective(self._weights), parts
