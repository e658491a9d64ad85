"""The model of a run to come, and how well such a model predicts."""

from __future__ import annotations

from twin.control.mpc_model import Model
from twin.estimation.identify import identify
from twin.estimation.record import Telemetry, record
from twin.estimation.validate import Quality, quality
from twin.scenario.agents import MpcParameters
from twin.scenario.dump import scenario_yaml
from twin.scenario.schema import Scenario

_KEPT = 8
_models: dict[tuple[str, int, int], Model] = {}


def model_for(scenario: Scenario, seed: int, settings: MpcParameters) -> Model:
    """The model for one run, identified from the telemetry before it; remembered in this process.

    Parameters
    ----------
    scenario
        The run to come.
    seed
        Its episode seed.
    settings
        The agent's parameters.

    Raises
    ------
    ControllerError
        A meter or a column is missing, or the telemetry is too short.
    """
    wanted = (scenario_yaml(scenario), seed, settings.identification_days)
    if wanted not in _models:
        while len(_models) >= _KEPT:
            del _models[next(iter(_models))]
        _models[wanted] = model_of(scenario, record(scenario, seed, settings.identification_days))
    return _models[wanted]


def model_of(scenario: Scenario, telemetry: Telemetry) -> Model:
    """Identify with the scenario's contract prices and what it asks of comfort."""
    tariff, comfort = scenario.tariff, scenario.comfort
    return identify(
        telemetry,
        prices={
            "gas": tariff.gas_per_kwh,
            "district_heating": tariff.district_heating_per_kwh,
            "district_cooling": tariff.district_cooling_per_kwh,
        },
        weights=(comfort.weight_currency_per_kh, comfort.weight_currency_per_kppmh),
        co2_limit=float(comfort.co2_limit_ppm),
        areas=[zone.floor_area_m2 for zone in scenario.building.zones],
    )


__all__ = ["Quality", "model_for", "model_of", "quality"]
