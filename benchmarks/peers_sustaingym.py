"""SustainGym's building, for its own interpreter: a small office as a linear network of resistances.

Its authors' earlier BEAR is the same model. The building and its weather come with the package.
"""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks.peers_clock import Constant, serve, version_of

STEP_S = 900
DAYS = 7


def office(module: Any) -> Constant:
    """SustainGym's BuildingEnv without heating and cooling: it is linear, so any action costs the same."""
    given = module.ParameterGenerator(
        "OfficeSmall", "Hot_Dry", "Tucson", time_res=STEP_S, episode_len=DAYS * 86_400 // STEP_S
    )
    env = module.BuildingEnv(given)
    return Constant(env, 0.0 * env.action_space.sample())


if __name__ == "__main__":
    building = importlib.import_module("sustaingym.envs.building")
    serve(version_of("sustaingym"), lambda: office(building))
