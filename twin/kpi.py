"""Indicators: converts the integrals that physics accumulates per tick, and compares series with a baseline.

Names, units and definitions of the core indicators are BOPTEST's (ibpsa/project1-boptest,
docs/design/source/core_kpi.rst); the ratios to a baseline are CityLearn's (citylearn/cost_function.py),
grouped by calendar day and month. Reading indicators changes nothing: read them as often as you like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.physics import layout as la
from twin.scenario.systems import HeatPump, IdealLoads, Vav

if TYPE_CHECKING:
    from twin.building.assembly import Building
    from twin.simulator import Simulator

Float = NDArray[np.float64]
Values = dict[str, float | None]
J_PER_KWH = 3.6e6
HOUR_S = 3600.0
_LIGHTS_AND_PLUGS = (la.E_LIGHTS, la.E_EQUIPMENT)
_HVAC = tuple(use for use in range(la.END_USES) if use not in _LIGHTS_AND_PLUGS)


@dataclass(frozen=True)
class Indicator:
    """What an indicator is called, its unit ({currency} is filled in) and how it is defined."""

    name: str
    unit: str
    definition: str


INDICATORS: tuple[Indicator, ...] = (
    Indicator("tdis_tot", "K.h/zone", "kelvin-hours outside the comfort bounds, mean over conditioned zones"),
    Indicator("idis_tot", "ppm.h/zone", "ppm-hours of CO2 above the limit, mean over conditioned zones"),
    Indicator("ener_tot", "kWh/m2", "energy of HVAC over all carriers per floor area"),
    Indicator("cost_tot", "{currency}/m2", "cost of that energy at the price of its time"),
    Indicator("emis_tot", "kgCO2/m2", "emissions of that energy at the intensity of its time"),
    Indicator("pele_tot", "kW/m2", "highest quarter hour mean of HVAC's electric power"),
    Indicator("pgas_tot", "kW/m2", "highest quarter hour mean of gas power"),
    Indicator("pdih_tot", "kW/m2", "highest quarter hour mean of district heating power"),
    Indicator("pdic_tot", "kW/m2", "highest quarter hour mean of district cooling power"),
    Indicator("time_rat", "-", "wall time of the controller per control step, as a share of the step"),
    Indicator("atvl_tot", "-", "travel in full strokes, mean over actuators"),
    Indicator(
        "ener_building", "kWh/m2", "energy of the whole building, lights and plugs included, per floor area"
    ),
    Indicator("cost_building", "{currency}/m2", "cost of that energy"),
    Indicator("emis_building", "kgCO2/m2", "emissions of that energy"),
    Indicator("pele_building", "kW/m2", "highest quarter hour mean of the whole building's electric power"),
    Indicator("tdis_occ", "K.h/person", "kelvin-hours outside the bounds times people present, per head"),
    Indicator("idis_occ", "ppm.h/person", "ppm-hours above the limit times people present, per head"),
    Indicator(
        "objective",
        "{currency}/m2",
        "cost_tot, with occupied discomfort and CO2 at the scenario's weights: minus the sum of the default "
        "reward, per floor area",
    ),
    Indicator("tdis_max", "K", "largest deviation from the bounds in any conditioned zone"),
    Indicator(
        "unmet_hours", "h/zone", "time more than 0.2 K outside the bounds, mean over conditioned zones"
    ),
    Indicator("unmet_hours_occupied", "h/zone", "the same, only while somebody is in the zone"),
    Indicator(
        "discomfort_share", "-", "share of the zones' occupied time more than 0.2 K outside the bounds"
    ),
    Indicator("pmv_outside_share", "%", "share of people's time with |PMV| above 0.5 (ISO 7730, category B)"),
    Indicator("ppd_mean", "%", "predicted percentage dissatisfied (ISO 7730), mean over people's time"),
    Indicator("complaints", "number", "complaints of occupants"),
    Indicator("overrides", "number", "setpoints changed by occupants"),
    Indicator("equipment_starts", "number", "starts of compressors, chillers and burners"),
    Indicator("short_cycles", "number", "starts sooner after the last than the equipment should"),
)
_PEOPLE_ONLY = (
    "tdis_occ",
    "idis_occ",
    "discomfort_share",
    "pmv_outside_share",
    "ppd_mean",
    "complaints",
    "overrides",
)


@dataclass(frozen=True)
class Timing:
    """Wall time that a controller needed [s] for its control steps after the warm-up."""

    wall_s: float
    steps: int


@dataclass(frozen=True)
class Kpis:
    """Indicators of one building; None where there is none (no such carrier, nobody there, no time yet).

    Attributes
    ----------
    values, units
        By name of INDICATORS.
    zones
        Zone id: `tdis` [K.h], `idis` [ppm.h], `unmet_hours` [h], `tdis_max` [K], `person_hours` [h].
    energy_kwh
        End use: energy [kWh].
    """

    values: Values
    units: dict[str, str]
    zones: dict[str, dict[str, float]]
    energy_kwh: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """The content of kpis.json."""
        return {
            "format": 1,
            "values": self.values,
            "units": self.units,
            "definitions": {row.name: row.definition for row in INDICATORS},
            "zones": self.zones,
            "energy_kwh": self.energy_kwh,
        }


def evaluate(
    simulator: Simulator, building: Building | None = None, timing: Timing | None = None
) -> list[Kpis]:
    """Indicators of every building of a simulator, from the end of the warm-up to now.

    Parameters
    ----------
    simulator
        Its state is read, not changed.
    building
        The simulator's own unless given.
    timing
        For `time_rat`, the only indicator that may differ between two equal runs.
    """
    building = building or simulator.building
    return [_evaluate(simulator, building, n, timing) for n in range(len(simulator.state.kpi))]


def _evaluate(simulator: Simulator, building: Building, n: int, timing: Timing | None) -> Kpis:
    kpi, zone = simulator.state.kpi[n], simulator.state.kpi_zone[n]
    values: Values = {}
    heads = float(max(1, building.heads[n]))
    if kpi[la.KP_TIME] > 0.0:
        values |= _energy(kpi, building) | _comfort(zone, building, heads)
        values |= _events(kpi, simulator.state.counter[n], building)
        values["objective"] = _objective(values, building, heads)
        if timing is not None and timing.steps > 0:
            values["time_rat"] = timing.wall_s / timing.steps / building.clock.control_step_s
        if building.scenario.people.kind == "none":
            values |= dict.fromkeys(_PEOPLE_ONLY)
    currency = building.scenario.tariff.currency
    return Kpis(
        values={row.name: values.get(row.name) for row in INDICATORS},
        units={row.name: row.unit.format(currency=currency) for row in INDICATORS},
        zones=_zones(zone, building),
        energy_kwh={name: float(kpi[la.KP_ENERGY + use]) / J_PER_KWH for name, use in END_USES.items()},
    )


END_USES: dict[str, int] = {
    "heating": la.E_HEATING,
    "cooling": la.E_COOLING,
    "fans": la.E_FANS,
    "pumps": la.E_PUMPS,
    "lighting": la.E_LIGHTS,
    "equipment": la.E_EQUIPMENT,
    "gas_heating": la.E_GAS_HEATING,
    "district_heating": la.E_DISTRICT_HEATING,
    "district_cooling": la.E_DISTRICT_COOLING,
}


def _energy(kpi: Float, building: Building) -> Values:
    area = float(building.parameters.constant[la.X_FLOOR_AREA])
    energy = kpi[la.KP_ENERGY : la.KP_ENERGY + la.END_USES]
    peaks = kpi[la.KP_PEAK : la.KP_PEAK + la.PEAKS] / 1000.0 / area
    has = carriers(building)
    return {
        "ener_tot": float(sum(energy[use] for use in _HVAC)) / J_PER_KWH / area,
        "ener_building": float(energy.sum()) / J_PER_KWH / area,
        "cost_tot": float(kpi[la.KP_COST_HVAC]) / area,
        "cost_building": float(kpi[la.KP_COST]) / area,
        "emis_tot": float(kpi[la.KP_CARBON_HVAC]) / area,
        "emis_building": float(kpi[la.KP_CARBON]) / area,
        "pele_tot": float(peaks[la.CARRIERS]) if has["electricity"] else None,
        "pele_building": float(peaks[0]),
        "pgas_tot": float(peaks[1]) if has["gas"] else None,
        "pdih_tot": float(peaks[2]) if has["district_heating"] else None,
        "pdic_tot": float(peaks[3]) if has["district_cooling"] else None,
    }


def carriers(building: Building) -> dict[str, bool]:
    """Which carriers the HVAC system buys at all."""
    hvac = building.scenario.hvac
    ideal = hvac if isinstance(hvac, IdealLoads) else None
    return {
        "electricity": isinstance(hvac, Vav | HeatPump)
        or (ideal is not None and ideal.fan_power_w_per_l_s > 0),
        "gas": isinstance(hvac, Vav),
        "district_heating": ideal is not None and ideal.heating_capacity_w_m2 > 0,
        "district_cooling": ideal is not None and ideal.cooling_capacity_w_m2 > 0,
    }


def _comfort(zone: Float, building: Building, heads: float) -> Values:
    conditioned = building.parameters.zone[0, :, la.ZP_CONDITIONED] > 0.5
    if not conditioned.any():
        return {}
    zone = zone[conditioned]
    mean, total = zone.mean(axis=0), zone.sum(axis=0)
    present, occupied = float(total[la.KZ_PRESENT]), float(total[la.KZ_OCCUPIED])
    return {
        "tdis_tot": float(mean[la.KZ_TDIS]) / HOUR_S,
        "idis_tot": float(mean[la.KZ_IDIS]) / HOUR_S,
        "tdis_occ": float(total[la.KZ_TDIS_OCCUPIED]) / HOUR_S / heads,
        "idis_occ": float(total[la.KZ_IDIS_OCCUPIED]) / HOUR_S / heads,
        "tdis_max": float(zone[:, la.KZ_MAX_DEVIATION].max()),
        "unmet_hours": float(mean[la.KZ_UNMET]) / HOUR_S,
        "unmet_hours_occupied": float(mean[la.KZ_UNMET_OCCUPIED]) / HOUR_S,
        "discomfort_share": float(total[la.KZ_UNMET_OCCUPIED]) / occupied if occupied > 0 else None,
        "pmv_outside_share": 100.0 * float(total[la.KZ_PMV_OUT]) / present if present > 0 else None,
        "ppd_mean": float(total[la.KZ_PPD]) / present if present > 0 else None,
    }


def _objective(values: Values, building: Building, heads: float) -> float | None:
    """Cost and occupied discomfort in one number, as the default reward weighs them."""
    comfort, cost = building.scenario.comfort, values["cost_tot"]
    density = heads / float(building.parameters.constant[la.X_FLOOR_AREA])
    warmth, air = values.get("tdis_occ"), values.get("idis_occ")
    if cost is None or warmth is None or air is None:
        return cost
    per_kh, per_ppmh = comfort.weight_currency_per_kh, comfort.weight_currency_per_kppmh / 1000.0
    return cost + density * (per_kh * warmth + per_ppmh * air)


def _events(kpi: Float, counter: Float, building: Building) -> Values:
    actuators = building.plant.actuators
    return {
        "complaints": float(counter[la.N_COMPLAINTS] - kpi[la.KP_COMPLAINTS]),
        "overrides": float(counter[la.N_OVERRIDES] - kpi[la.KP_OVERRIDES]),
        "equipment_starts": float(counter[la.N_STARTS] - kpi[la.KP_STARTS]),
        "short_cycles": float(counter[la.N_SHORT_CYCLES] - kpi[la.KP_SHORT_CYCLES]),
        "atvl_tot": float(kpi[la.KP_TRAVEL]) / actuators if actuators > 0 else None,
    }


def _zones(zone: Float, building: Building) -> dict[str, dict[str, float]]:
    return {
        zone_id: {
            "tdis": float(row[la.KZ_TDIS]) / HOUR_S,
            "idis": float(row[la.KZ_IDIS]) / HOUR_S,
            "unmet_hours": float(row[la.KZ_UNMET]) / HOUR_S,
            "tdis_max": float(row[la.KZ_MAX_DEVIATION]),
            "person_hours": float(row[la.KZ_PRESENT]) / HOUR_S,
        }
        for zone_id, row in zip(building.zone_ids, zone, strict=True)
    }


@dataclass(frozen=True)
class EnergySeries:
    """Electricity of one run in equal steps (T,), with what CityLearn's ratios need.

    Attributes
    ----------
    energy_kwh
        Net electricity of each step, imports positive.
    cost, carbon_kg
        Of each step.
    day, month
        Civil calendar day and month of each step, any whole numbers that tell them apart.
    discomfort_share
        Share of occupied time outside the comfort band; None where nobody is.
    """

    energy_kwh: Float
    cost: Float
    carbon_kg: Float
    day: NDArray[np.int64]
    month: NDArray[np.int64]
    discomfort_share: float | None = None


def against_baseline(control: EnergySeries, baseline: EnergySeries) -> Values:
    """Ratios control / baseline of the electricity series; both zero → 1, baseline zero → None.

    Raises
    ------
    ValueError
        The series differ in length, or are empty.
    """
    if len(control.energy_kwh) != len(baseline.energy_kwh) or not len(control.energy_kwh):
        raise ValueError(f"series of {len(control.energy_kwh)} and {len(baseline.energy_kwh)} steps")
    ours, theirs = _functions(control), _functions(baseline)
    return {name: _ratio(ours[name], theirs[name]) for name in ours}


def _ratio(control: float | None, baseline: float | None) -> float | None:
    if control is None or baseline is None:
        return None
    if baseline == 0.0:
        return 1.0 if control == 0.0 else None
    return control / baseline


def _functions(series: EnergySeries) -> Mapping[str, float | None]:
    """The quantities that the ratios compare, by CityLearn's names."""
    energy = series.energy_kwh
    days = [energy[series.day == day] for day in np.unique(series.day)]
    months = [energy[series.month == month] for month in np.unique(series.month)]
    return {
        "electricity_consumption_total": float(np.maximum(energy, 0.0).sum()),
        "zero_net_energy": float(energy.sum()),
        "carbon_emissions_total": float(np.maximum(series.carbon_kg, 0.0).sum()),
        "cost_total": float(np.maximum(series.cost, 0.0).sum()),
        "ramping_average": float(np.abs(np.diff(energy)).sum()),
        "daily_one_minus_load_factor_average": float(np.mean([_one_minus_load_factor(d) for d in days])),
        "monthly_one_minus_load_factor_average": float(np.mean([_one_minus_load_factor(m) for m in months])),
        "daily_peak_average": float(np.mean([d.max() for d in days])),
        "all_time_peak_average": float(energy.max()),
        "discomfort_proportion": series.discomfort_share,
    }


def _one_minus_load_factor(energy: Float) -> float:
    peak = float(energy.max())
    return 0.0 if peak == 0.0 else 1.0 - float(energy.mean()) / peak
