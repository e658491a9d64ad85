"""The points that a scenario's devices may name are those that the assembled building has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.bad_inputs import GOOD, HEAT_PUMP, HVAC
from twin.building.assembly import assemble
from twin.scenario.catalog import load_scenario
from twin.scenario.offered import offered
from twin.scenario.schema import Scenario


def check(scenario: Scenario) -> None:
    ours = {f"{entity}.{quantity}" for quantity, homes in offered(scenario).items() for entity in homes}
    assert ours == set(assemble(scenario.updated(days=1, warm_up_days=0), 0).signal_columns)


@pytest.mark.parametrize("name", ["classroom", "home", "office", "school"])
def test_shipped_scenarios(name: str) -> None:
    check(load_scenario(name))


@pytest.mark.parametrize(
    "hvac",
    [HVAC, HEAT_PUMP, HEAT_PUMP + "  ventilation_m3_h: 100\n", "hvac: {kind: ideal_loads}\n",
     "hvac: {kind: ideal_loads, outdoor_air_l_s_m2: 0.5}\n"],
)  # fmt: skip
@pytest.mark.parametrize("conditioned", ["true", "false"])
def test_every_kind_of_system(tmp_path: Path, hvac: str, conditioned: str) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(
        GOOD.replace(HVAC, hvac).replace("- id: back", f"- id: back\n      conditioned: {conditioned}")
    )
    check(load_scenario(path))


@pytest.mark.parametrize("hvac", [HVAC, HEAT_PUMP, "hvac: {kind: ideal_loads}\n"])
@pytest.mark.parametrize("power", ["0", "0.3"])
def test_fans_that_ventilate_at_night(tmp_path: Path, hvac: str, power: str) -> None:
    path = tmp_path / "scenario.yaml"
    plan = f"night_ventilation: {{air_changes_per_hour: 3, fan_power_w_per_l_s: {power}}}"
    path.write_text(GOOD.replace(HVAC, hvac).replace("- id: back", f"- id: back\n      {plan}"))
    check(load_scenario(path))
