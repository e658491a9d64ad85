"""A results folder as an experiment writes it, made up here so that the report is tested by itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from twin.scenario.schema import Scenario

OUTLINES = {
    "south": [(0, 0), (20, 0), (15, 5), (5, 5)],
    "east": [(20, 0), (20, 15), (15, 10), (15, 5)],
    "north": [(20, 15), (0, 15), (5, 10), (15, 10)],
    "west": [(0, 15), (0, 0), (5, 5), (5, 10)],
    "core": [(5, 5), (15, 5), (15, 10), (5, 10)],
}
AREAS = {"south": 75.0, "east": 50.0, "north": 75.0, "west": 50.0, "core": 50.0}


def scenario(days: int = 6, first: date = date(2023, 3, 23), outlines: bool = True) -> Scenario:
    """An office of five zones in Chicago; the default dates hold the start of daylight saving in Berlin."""
    zones = [
        {
            "id": z,
            "label": f"{z.title()} offices" if z != "core" else "Meeting rooms",
            "floor_area_m2": AREAS[z],
            "outline_m": OUTLINES[z] if outlines else [],
        }
        for z in AREAS
    ]
    return Scenario.model_validate(
        {
            "name": "paper_office",
            "title": "Paper office",
            "description": "An office that exists on paper.",
            "site": {"weather": "chicago", "timezone": "Europe/Berlin"},
            "building": {"zones": zones},
            "hvac": {"kind": "vav"},
            "people": {
                "kind": "office",
                "desks": {"south": 10, "north": 8},
                "meeting_rooms": [{"zone": "core", "capacity": 6}],
            },
            "run": {"start": first, "days": days, "warm_up_days": 1},
        }
    )


def truth(spec: Scenario, agent: str, seed: int) -> pd.DataFrame:
    """Five-minute true values, with a shape that depends on controller and seed."""
    clock = spec.clock
    n = clock.ticks * clock.tick_s // 300
    seconds = (np.arange(n) + 1) * 300.0
    micro = clock.utc_microseconds(seconds)
    times = pd.to_datetime(micro, unit="us", utc=True)
    hour = (times.tz_convert(clock.timezone).hour + times.minute / 60).to_numpy()
    weekday = times.tz_convert(clock.timezone).day_of_week.to_numpy() < 5
    noise = np.random.default_rng([seed, len(agent)])
    at_work = ((hour > 8.4) & (hour < 17.6) & weekday).astype(float)
    warm = {"thermostat": 21.8, "setback": 21.3, "pi": 21.6}.get(agent, 21.5)
    night = 0.0 if agent == "thermostat" else 3.0
    frame = {"time": times}
    for k, zone in enumerate(AREAS):
        air = (
            warm
            - night * (1 - at_work)
            + 0.5 * k
            - 1.0
            + 0.8 * np.sin(hour / 24 * 6.28)
            + noise.normal(0, 0.15, n)
        )
        frame |= {
            f"{zone}.air_temperature": air,
            f"{zone}.operative_temperature": air - 0.4,
            f"{zone}.co2": 420 + at_work * (380 + 90 * k) + noise.normal(0, 12, n).cumsum() * 0.05,
            f"{zone}.occupants": np.round(at_work * (6 - k)),
            f"{zone}.heating_setpoint": np.where(at_work > 0, 21.0, 21.0 - night),
            f"{zone}.cooling_setpoint": np.where(at_work > 0, 25.0, 28.0),
        }
    frame |= {
        "site.outdoor_temperature": 4 + 6 * np.sin((hour - 9) / 24 * 6.28),
        "site.electricity_price": np.where((hour > 7) & (hour < 21), 0.22, 0.12),
        "site.carbon_intensity": np.full(n, 0.37),
    }
    total = np.zeros(n)
    powers = {
        "heating": 0.0,
        "cooling": 900 * at_work,
        "fans": 300 + 900 * at_work,
        "pumps": 60 + 0 * hour,
        "lighting": 2100 * at_work,
        "equipment": 300 + 1500 * at_work,
    }
    for name, power in powers.items():
        power = np.broadcast_to(power, (n,)).astype(float)
        total += power
        frame |= {f"{name}.electric_power": power, f"{name}.electric_energy": np.cumsum(power) / 12000.0}
    gas = 4000 + 5000 * (hour < 9) - 600 * night
    frame |= {
        "electricity.electric_power": total,
        "electricity.electric_energy": np.cumsum(total) / 12000.0,
        "gas.gas_power": gas,
        "gas.gas_energy": np.cumsum(gas) / 12000.0,
    }
    return pd.DataFrame(frame)


def write_run(folder: Path, spec: Scenario, agent: str, seed: int, state: str = "complete") -> Path:
    """Write a run folder in the project's formats."""
    folder.mkdir(parents=True)
    clock = spec.clock
    (folder / "scenario.yaml").write_text(yaml.safe_dump(spec.model_dump(mode="json"), sort_keys=False))
    manifest = {
        "format": 1,
        "kind": "run",
        "state": state,
        "scenario": spec.name,
        "agent": agent,
        "seed": seed,
        "versions": {"building-twin": "0.1.0", "python": "3.11.7"},
        "started": "2026-01-05T10:00:00Z",
        "wall_s": 3.4,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    shift = {"thermostat": 1.0, "setback": 0.82, "pi": 0.87}.get(agent, 1.0) + 0.01 * seed
    kpis = {
        "ener_tot": 5.1 * shift,
        "cost_tot": 0.41 * shift,
        "emis_tot": 1.2 * shift,
        "tdis_tot": 3.0 / shift,
        "tdis_occ": 0.6 / shift,
        "idis_tot": 0.0,
        "pele_tot": 0.021,
        "pdih_tot": None,
        "time_rat": 1e-5 * shift,
    }
    energy = {
        "gas_heating": 900.0 * shift,
        "cooling": 60.0,
        "fans": 80.0,
        "lighting": 90.0,
        "equipment": 110.0,
    }
    data = {"format": 1, "values": kpis, "units": {"ener_tot": "kWh/m2"}, "energy_kwh": energy}
    (folder / "kpis.json").write_text(json.dumps(data))
    (folder / "truth").mkdir()
    frame = truth(spec, agent, seed)
    half = len(frame) // 2
    frame[:half].to_parquet(folder / "truth" / "part-00000.parquet")
    frame[half:].to_parquet(folder / "truth" / "part-00001.parquet")
    (folder / "events").mkdir()
    at = [pd.Timestamp(clock.start) + pd.Timedelta(hours=h) for h in (9.2, 10.6, 10.9, 13.0, 15.5)]
    events = pd.DataFrame(
        {
            "time": at,
            "kind": ["override", "window", "window", "complaint", "command"],
            "entity": ["south", "south", "core", "north", "south"],
            "value": [1.0, 0.5, 0.0, np.nan, 21.0],
            "text": [""] * 5,
        }
    )
    events.to_parquet(folder / "events" / "part-00000.parquet")
    return folder


def write_comparison(
    folder: Path,
    agents: tuple[str, ...] = ("thermostat", "setback", "pi"),
    seeds: int = 3,
    references: tuple[str, ...] = (),
    left_out: dict[str, str] | None = None,
) -> Path:
    """Write a comparison folder with a run for every controller and seed; references are among `agents`."""
    spec = scenario()
    for agent in agents:
        for seed in range(seeds):
            write_run(folder / "runs" / agent / f"seed-{seed}", spec, agent, seed)
    manifest = {
        "format": 1, "kind": "comparison", "state": "complete", "scenario": spec.name, "agents": list(agents),
        "seeds": list(range(seeds)), "versions": {"twin": "0.1.0"}, "started": "2026-01-05", "wall_s": 9.0,
        "references": list(references), "references_left_out": left_out or {},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "scenario.yaml").write_text(yaml.safe_dump(spec.model_dump(mode="json"), sort_keys=False))
    return folder
