"""Numbers that an algorithm can use: the ranges of its parameters, for a learner's file, `--set` and tuning.

Source: the documentation of Stable-Baselines3 2.9 and sb3-contrib 2.9, parameters of each algorithm; of `es`,
twin.training.evolution.Parameters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from twin.basics.errors import ControllerError
from twin.scenario.learners import Learner, Search

LINEAR = re.compile(r"lin_(.+)")  # from there to 0


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`; `above`: without `low` itself; `or_minus_one`: -1 has a meaning too."""

    low: float
    high: float = math.inf
    above: bool = False
    whole: bool = False
    or_minus_one: bool = False

    def holds(self, value: float) -> bool:
        """Whether a number may be used."""
        if self.whole and not float(value).is_integer():
            return False
        if self.or_minus_one and value == -1:
            return True
        over = value > self.low if self.above else value >= self.low
        return over and value <= self.high and math.isfinite(value)

    def __str__(self) -> str:
        number, low, high = "whole numbers" if self.whole else "numbers", f"{self.low:g}", f"{self.high:g}"
        if math.isinf(self.high):
            found = f"{number} above {low}" if self.above else f"{number} from {low} on"
        else:
            found = f"{number} above {low}, to {high}" if self.above else f"{number} from {low} to {high}"
        return f"{found}, or -1" if self.or_minus_one else found


SHARE, ABOVE_0, FROM_0 = Range(0.0, 1.0), Range(0.0, above=True), Range(0.0)
COUNT, COUNT_FROM_0 = Range(1, whole=True), Range(0, whole=True)
RANGES: Mapping[str, Range] = {
    "learning_rate": ABOVE_0,
    "gamma": SHARE,
    "gae_lambda": SHARE,
    "tau": SHARE,
    "n_steps": COUNT,
    "batch_size": COUNT,
    "n_epochs": COUNT,
    "clip_range": ABOVE_0,
    "clip_range_vf": ABOVE_0,
    "max_grad_norm": ABOVE_0,
    "target_kl": ABOVE_0,
    "rms_prop_eps": ABOVE_0,
    "buffer_size": COUNT,
    "learning_starts": COUNT_FROM_0,
    "gradient_steps": Range(1, whole=True, or_minus_one=True),
    "train_freq": COUNT,
    "policy_delay": COUNT,
    "target_update_interval": COUNT,
    "target_policy_noise": FROM_0,
    "target_noise_clip": FROM_0,
    "exploration_fraction": Range(0.0, 1.0, above=True),
    "exploration_initial_eps": SHARE,
    "exploration_final_eps": SHARE,
    "top_quantiles_to_drop_per_net": COUNT_FROM_0,
    "stats_window_size": COUNT,
    "population": Range(4, whole=True),
    "sigma": ABOVE_0,
    "episodes": COUNT,
    "starts_at_once": COUNT,
    "comfort_price": FROM_0,
    "co2_price": FROM_0,
    "comfort_share": FROM_0,
    "lstm_hidden_size": COUNT,
    "n_lstm_layers": COUNT,
    "n_critics": COUNT,
    "n_quantiles": COUNT,
}


def check(learner: Learner) -> None:
    """Raise ControllerError for a number that its algorithm cannot use, or that tuning would try."""
    for section in ("parameters", "policy_kwargs"):
        for name, value in getattr(learner, section).items():
            _check(name, value, f"{section}.{name}")
    for name, search in learner.search.items():
        _check_search(name, search)


def _check_search(name: str, search: Search) -> None:
    """See check; what is tried is drawn between the bounds or among the choices."""
    for i, value in enumerate(search.choices):
        _check(name, value, f"search.{name}.choices[{i}]")
    if search.choices or name not in RANGES:
        return
    _check(name, search.low, f"search.{name}.low")
    _check(name, search.high, f"search.{name}.high")
    if RANGES[name].whole and not search.whole:
        raise ControllerError(
            f"{name} is a whole number", key=f"search.{name}", value="whole: false", allowed="whole: true"
        )


def _check(name: str, value: object, key: str) -> None:
    """Words and lists are others' business, but for a number that a word begins with."""
    known, number = RANGES.get(name), value
    if isinstance(value, str):
        found = LINEAR.fullmatch(value)
        number = _number(found[1]) if found else None
    if known is None or not isinstance(number, int | float) or isinstance(number, bool):
        return
    if not known.holds(number):
        raise ControllerError("this number cannot be used", key=key, value=value, allowed=str(known))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
