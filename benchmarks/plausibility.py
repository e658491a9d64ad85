"""A year of every shipped scenario under shipped rules, as tables: `python -m benchmarks.plausibility`."""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.building.assembly import Building, assemble
from twin.control.build import build
from twin.kpi import evaluate
from twin.physics import layout as la
from twin.physics.layout import Log
from twin.physics.psychrometrics import CP_AIR
from twin.scenario.catalog import load_agent, load_scenario
from twin.simulator import Simulator
from twin.task import Task

Float = NDArray[np.float64]
SCENARIOS = ("classroom", "home", "office", "school")


@dataclass(frozen=True)
class Audit:
    """One scenario's run: energy by end use [kWh/m2] and other figures, each by its name with the unit."""

    scenario: str
    agent: str
    energy: dict[str, float]
    figures: dict[str, str]


class Record:
    """Truth of one building in equal steps; columns by point id."""

    def __init__(self, building: Building, truth: Float) -> None:
        self._columns = {point.id: i for i, point in enumerate(building.signal_points)}
        self.truth = truth
        self.step_h = building.scenario.run.truth_s / 3600.0

    def __getitem__(self, point: str) -> Float:
        return self.truth[:, self._columns[point]]


def simulate(name: str, agent: str, start: str, days: int) -> tuple[Simulator, Record]:
    """A run of one building of seed 0 after a week of warm-up under the scenario's baseline."""
    plan = {"run": {"start": start, "days": days, "warm_up_days": 7, "truth_s": 300}}
    scenario = load_scenario(name, plan)
    building = assemble(scenario, [0])
    task, simulator, clock = Task(building), Simulator(building), building.clock
    specs = load_agent(scenario.run.baseline), load_agent(agent)
    step_s = clock.control_step_s
    warm_up, judged = (build(s, task.observation, task.action, step_s, [0]) for s in specs)
    ticks = clock.ticks_per_step
    none = np.zeros(10_000, dtype=np.int64)
    log = Log(none, none.copy(), np.zeros(none.size), np.zeros((step_s // 300, len(building.signal_points))))
    rows: list[Float] = []
    for controller, end in ((warm_up, clock.warm_up_ticks), (judged, clock.ticks)):
        state: object = None
        while simulator.tick < end:
            action, state = controller.predict(task.observe(simulator), state)
            simulator.advance(task.command(action), ticks, log)
            rows.append(log.truth.copy())
    kept = rows[clock.warm_up_ticks // ticks :]
    return simulator, Record(building, np.concatenate(kept))


def audit(name: str, agent: str, start: str, days: int) -> Audit:
    """Run one scenario and boil it down."""
    simulator, record = simulate(name, agent, start, days)
    building = simulator.building
    kpis = evaluate(simulator)[0]
    area = float(building.parameters.constant[la.X_FLOOR_AREA])
    energy = {use: float(e) / area for use, e in kpis.energy_kwh.items() if e > 0.0}
    figures = _air(building, record) | _peaks(energy, record, area) | _system(building, record)
    heads = float(building.parameters.constant[la.X_HEADCOUNT])
    values = {key: value or 0.0 for key, value in kpis.values.items()}
    figures |= {
        "occupied time outside the bounds": f"{100 * values['discomfort_share']:.1f} %",
        "discomfort felt": f"{values['tdis_occ']:.1f} K.h/person",
        "overrides per person": f"{values['overrides'] / heads:.1f}",
        "complaints per person": f"{values['complaints'] / heads:.2f}",
        "heat balance open by (office: condensate)": f"{100 * balance(building, record):.1f} %",
        "meters read": _meters(simulator),
    }
    return Audit(name, agent, energy, figures)


def balance(building: Building, record: Record) -> float:
    """Heat of plant, outdoor air and fan that did not reach the zones, over the heat moved in all.

    Written with what anybody can read from a run's truth. Left over are a buffer's standing loss, the heat of
    moisture that a cooling coil condenses (rooms are balanced by sensible heat), fan heat that the casing
    loses, and what a sample every five minutes misses.
    """
    rooms, supply = np.zeros(len(record.truth)), np.zeros(len(record.truth))
    for z in building.zone_ids:
        rooms += record[f"{z}.heat_to_zone"]
        warmer = record[f"{z}.supply_air_temperature"] - record[f"{z}.air_temperature"]
        supply += CP_AIR * record[f"{z}.supply_air_flow"] * warmer
    if building.scenario.hvac.kind == "vav":
        plant = record["ahu.thermal_power"]
        warmer = record["site.outdoor_temperature"] - record["ahu.return_air_temperature"]
        supply = CP_AIR * record["ahu.outdoor_air_flow"] * warmer + record["fans.electric_power"]
    else:
        entity = "heat_pump" if building.scenario.hvac.kind == "heat_pump" else "plant"
        plant = record[f"{entity}.thermal_power"]
    return float((plant + supply - rooms).sum() / np.abs(plant).sum())


def _meters(simulator: Simulator) -> str:
    """What energy meters read over the truth, lowest and highest."""
    columns = simulator.building.signal_columns
    off: list[float] = []
    for i, info in enumerate(simulator.building.sensors):
        truth = float(simulator.state.signal[0, columns[info.point_id]])
        if info.point_id.endswith("_energy") and truth > 0.0:
            off.append(100 * (float(simulator.state.sensor[0, i, la.SN_READING]) / truth - 1.0))
    return f"{min(off):+.1f} to {max(off):+.1f} %"


def _air(building: Building, record: Record) -> dict[str, str]:
    """What people breathe and feel, over the time that they are there."""
    with_people = [z for z in building.zone_ids if (record[f"{z}.occupants"] > 0).any()]
    weight = np.concatenate([record[f"{z}.occupants"] for z in with_people])

    def spread(quantity: str, digits: int) -> str:
        value = np.concatenate([record[f"{z}.{quantity}"] for z in with_people])
        there = weight > 0
        low, middle, high = _percentiles(value[there], weight[there])
        return f"{low:.{digits}f} / {middle:.{digits}f} / {high:.{digits}f}"

    window = np.concatenate([record[f"{z}.window_opening"] for z in with_people])
    return {
        "operative temperature, °C": spread("operative_temperature", 1),
        "CO2, ppm": spread("co2", 0),
        "relative humidity, %": spread("relative_humidity", 0),
        "windows open": f"{100 * float((window[weight > 0] > 0).mean()):.0f} % of occupied time",
    }


def _percentiles(value: Float, weight: Float) -> tuple[float, float, float]:
    """5th, 50th and 95th percentile of people's time."""
    order = np.argsort(value)
    share = np.cumsum(weight[order]) / weight.sum()
    low, middle, high = (float(value[order][np.searchsorted(share, p)]) for p in (0.05, 0.5, 0.95))
    return low, middle, high


def _peaks(energy: dict[str, float], record: Record, area: float) -> dict[str, str]:
    points = {
        "gas_heating": "gas.gas_power", "district_heating": "district_heating.thermal_power",
        "heating": "heat_pump.thermal_power", "cooling": "cooling.electric_power",
        "district_cooling": "district_cooling.thermal_power",
    }  # fmt: skip
    out: dict[str, str] = {}
    for use, point in points.items():
        if use in energy:
            quarter = record[point][: len(record.truth) // 3 * 3].reshape(-1, 3).mean(axis=1)
            what = {"heating": "heat of the heat pump"}.get(use, use.replace("_", " "))
            out[f"peak {what}"] = f"{float(quarter.max()) / area:.0f} W/m2"
    return out


def _system(building: Building, record: Record) -> dict[str, str]:
    """Figures that only one kind of system has."""
    kind = building.scenario.hvac.kind
    entity = {"vav": "ahu", "heat_pump": "heat_pump", "ideal_loads": "plant"}[kind]
    flow = record[f"{entity}.supply_air_flow"]
    on = flow > 0
    out = {}
    if on.any():
        specific = float(record["fans.electric_power"][on].sum() / (flow[on].sum() / 1.2 * 1000))
        out["fan power"] = f"{specific:.2f} W per l/s"
    if kind == "heat_pump":
        out |= _heat_pump(building, record)
    if kind == "vav":
        out |= _air_handler(record, on)
    return out


def _heat_pump(building: Building, record: Record) -> dict[str, str]:
    heat, power = record["heat_pump.thermal_power"], record["heating.electric_power"]
    water, runs = record["heat_pump.supply_water_temperature"], record["heat_pump.compressor_on"] > 0
    starts = int((np.diff(runs.astype(int)) > 0).sum())
    per_day = starts / (len(record.truth) * record.step_h / 24)
    area = float(building.parameters.constant[la.X_FLOOR_AREA])
    mean, highest = float(water[runs].mean()), float(water.max())
    return {
        "heat delivered": f"{float(heat.sum()) * record.step_h / 1000 / area:.0f} kWh/m2",
        "seasonal performance": f"{float(heat.sum() / power.sum()):.2f}",
        "starts": f"{per_day:.1f} a day",
        "supply water while it runs": f"{mean:.0f} °C mean, {highest:.0f} °C highest",
    }


def _air_handler(record: Record, on: NDArray[np.bool_]) -> dict[str, str]:
    cold, gas = record["cooling.electric_power"], record["gas.gas_power"]
    both = (cold > 0) & (gas > 1000.0)
    fraction, chiller = record["ahu.outdoor_air_fraction"], cold > 0
    cop = float((record["ahu.coefficient_of_performance"] * cold)[chiller].sum() / cold[chiller].sum())
    hours = record.step_h
    free = on & (fraction > 0.5)
    return {
        "fan hours": f"{on.sum() * hours:.0f}",
        "chiller": f"{chiller.sum() * hours:.0f} h, mean COP {cop:.1f}",
        "economizer open (over half outdoor air)": f"{free.sum() * hours:.0f} h",
        "gas while the chiller runs": f"{100 * float(gas[both].sum() / gas.sum()):.1f} % of the year's",
    }


def rows(found: list[Audit]) -> list[tuple[str, str]]:
    """The table of one scenario: what, and the value under every agent."""

    def cell(values: list[float]) -> str:
        return " | ".join(f"{value:.1f}" for value in values)

    out = [("**whole building**, kWh/m2", cell([sum(a.energy.values()) for a in found]))]
    out += [
        (f"{use.replace('_', ' ')}, kWh/m2", cell([a.energy.get(use, 0.0) for a in found]))
        for use in found[0].energy
    ]
    out += [(key, " | ".join(a.figures.get(key, "") for a in found)) for key in found[0].figures]
    return out


def main() -> None:
    """Run all, print a Markdown table per scenario."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", action="append", choices=SCENARIOS)
    parser.add_argument("--agent", action="append")
    parser.add_argument("--start", default="2023-01-01")
    parser.add_argument("--days", type=int, default=365)
    asked = parser.parse_args()
    names, agents = asked.scenario or SCENARIOS, asked.agent or ["constant", "setback", "pi"]
    with ProcessPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        jobs = {(s, a): pool.submit(audit, s, a, asked.start, asked.days) for s in names for a in agents}
        for name in names:
            found = [jobs[name, agent].result() for agent in agents]
            print(f"\n| {name}, {asked.days} days from {asked.start} | {' | '.join(agents)} |")
            print("|---|" + "---|" * len(agents))
            for what, value in rows(found):
                print(f"| {what} | {value} |")


if __name__ == "__main__":
    main()
