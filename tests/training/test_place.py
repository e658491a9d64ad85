"""What a learner's file says of a scenario by a name that is almost right."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.basics.errors import ScenarioError
from twin.scenario.catalog import load_learner
from twin.scenario.learners import Learner
from twin.training.place import for_scenario


def learner(folder: Path, *names: str) -> Learner:
    path = folder / "mine.yaml"
    sections = [f"  {name}:\n    parameters: {{sigma: 0.3}}\n" for name in names]
    path.write_text("format: 1\nname: mine\nkind: es\nscenarios:\n" + "".join(sections))
    return load_learner(path)


@pytest.mark.parametrize(("written", "meant"), [("hme", "home"), ("Home", "home"), ("offcie", "office")])
def test_a_slip_is_refused_with_its_line(written: str, meant: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as told:
        for_scenario(learner(tmp_path, "school", written), meant)
    assert (told.value.file, told.value.line) == (str(tmp_path / "mine.yaml"), 7)
    assert told.value.key == f"scenarios.{written}"
    assert told.value.suggestion == meant


@pytest.mark.parametrize(
    ("names", "trained"),
    [
        (["my_home"], "home"),  # not alike enough
        (["home", "home2"], "home"),  # this one is written too
        (["home"], "home2"),  # in the catalogue
        (["tower"], "tower"),
        (["hme"], "office"),
    ],
)
def test_scenarios_of_one_s_own_may_be_there(names: list[str], trained: str, tmp_path: Path) -> None:
    sigma = for_scenario(learner(tmp_path, *names), trained).parameters.get("sigma")
    assert sigma == (0.3 if trained in names else None)


def test_a_scenario_beside_is_no_slip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "office2.yaml").write_text("extends: office\nname: office2\n")
    mine = learner(tmp_path, "office2")
    with pytest.raises(ScenarioError, match="did you mean 'office'"):
        for_scenario(mine, "office")
    monkeypatch.chdir(tmp_path)
    assert "sigma" not in for_scenario(mine, "office").parameters
