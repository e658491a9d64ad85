"""SustainGym's building, for its own interpreter: a small office as a linear network of resistances.

Its authors' earlier BEAR is the same model. The building and its weather come with the package.
"""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks.peers_clock import serve, version_of

STEP_S = 900
DAYS = 7


class Office:
    """SustainGym's BuildingEnv under a constant action."""

    def __init__(self, module: Any) -> None:
        given = module.ParameterGenerator(
            "OfficeSmall", "Hot_Dry", "Tucson", time_res=STEP_S, episode_len=DAYS * 86_400 // STEP_S
        )
        self.env = module.BuildingEnv(given)
        self.action = 0.0 * self.env.action_space.sample()

    def reset(self) -> None:
        """A new episode."""
        self.env.reset(seed=0)

    def step(self) -> bool:
        """No heating and no cooling: the model is linear, so any action costs the same."""
        _, _, ended, cut, _ = self.env.step(self.action)
        return bool(ended or cut)


if __name__ == "__main__":
    building = importlib.import_module("sustaingym.envs.building")
    serve(version_of("sustaingym"), lambda: Office(building))
