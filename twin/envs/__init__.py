"""Gymnasium environments. Importing this registers their ids.

`gymnasium.make("twin.envs:twin/Office-v0")` imports and makes at once.

The horizon is the task's (the scenario's days), so no id has a TimeLimit.
"""

from __future__ import annotations

import gymnasium

IDS: dict[str, str | None] = {
    "twin/Office-v0": "office",
    "twin/Home-v0": "home",
    "twin/School-v0": "school",
    "twin/Classroom-v0": "classroom",
    "twin/Building-v0": None,  # scenario="my.yaml"
}

for _name, _scenario in IDS.items():
    if _name not in gymnasium.registry:
        gymnasium.register(
            id=_name,
            entry_point="twin.envs.single:BuildingEnv",
            vector_entry_point="twin.envs.vector:BuildingVectorEnv",
            kwargs={} if _scenario is None else {"fixed": _scenario},
        )
