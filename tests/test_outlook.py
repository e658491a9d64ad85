"""What a learner sees: every column has a name of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twin.basics.errors import ScenarioError
from twin.envs.single import BuildingEnv
from twin.scenario.catalog import load_scenario

SHORT: dict[str, Any] = {"days": 1, "warm_up_days": 1, "start": "2023-01-17"}


@pytest.mark.parametrize(
    "task",
    [
        {"forecast": ["outdoor_temperature", "outdoor_temperature"], "forecast_error": "low"},
        {"forecast": ["outdoor_temperature", "outdoor_temperature"]},
        {"forecast_h": [1, 3, 1]},
        {"forecast_h": [1, 1.0000001]},
    ],
)
def test_a_forecast_that_is_asked_for_twice_is_refused(task: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match=r"task\.forecast.*asked for twice"):
        BuildingEnv("classroom", task, **SHORT)


@pytest.mark.parametrize("name", ["office", "home", "school", "classroom"])
def test_columns_have_names_of_their_own(name: str) -> None:
    task = {"past_steps": 2, "forecast_h": list(range(1, 25)), "forecast_error": "low"}
    names = BuildingEnv(name, task, **SHORT).observation_names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("taken", ["rule", "forecast", "time", "site"])
def test_a_zone_is_not_called_as_other_columns_are(taken: str, repository: Path, tmp_path: Path) -> None:
    text = (repository / "scenarios" / "classroom.yaml").read_text(encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(
        text.replace("id: classroom", f"id: {taken}").replace("zone: classroom", f"zone: {taken}"),
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError, match=rf"building\.zones\[0\]\.id.*found '{taken}'"):
        load_scenario(path)
