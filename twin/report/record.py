"""A results folder, read back: manifest, scenario, indicators, truth and events. Nothing else is needed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import yaml
from numpy.typing import NDArray
from pydantic import ValidationError

from twin.basics.clock import Clock
from twin.basics.errors import ResultsError
from twin.scenario.schema import Scenario

Float = NDArray[np.float64]
_SHOWN = {
    "air_temperature",
    "operative_temperature",
    "co2",
    "occupants",
    "heating_setpoint",
    "cooling_setpoint",
    "window_opening",
    "setpoint_offset",
    "outdoor_temperature",
    "electricity_price",
    "carbon_intensity",
    "global_horizontal_irradiance",
    "electric_power",
    "gas_power",
    "thermal_power",
    "electric_energy",
    "gas_energy",
    "heat_energy",
}


@dataclass(frozen=True)
class RunRecord:
    """One run, as its folder tells it.

    Parameters
    ----------
    folder
        The results folder.
    manifest
        What was run and how it ended.
    scenario
        The scenario with all defaults.
    kpis, units
        Indicators by name, None where there is none, and their units.
    energy_kwh
        Energy by end use [kWh].
    """

    folder: Path
    manifest: dict[str, Any]
    scenario: Scenario
    kpis: dict[str, float | None]
    units: dict[str, str]
    energy_kwh: dict[str, float] = field(default_factory=dict)

    @property
    def agent(self) -> str:
        """Name of the controller."""
        agent = self.manifest.get("agent", "controller")
        return str(agent.get("name", "controller") if isinstance(agent, dict) else agent)

    @property
    def clock(self) -> Clock:
        """The run's clock, from the scenario."""
        return self.scenario.clock

    @cached_property
    def truth(self) -> pd.DataFrame:
        """True values (rows: civil time from the end of the warm-up; columns: point ids)."""
        return read_truth(self.folder / "truth", self.clock)

    @cached_property
    def events(self) -> pd.DataFrame:
        """Events (civil time index; kind, entity, value, text), empty where none were stored."""
        return read_events(self.folder / "events", self.clock)

    def zone_table(self, quantity: str) -> pd.DataFrame:
        """One column per zone of a quantity; zones that do not have it are left out."""
        found = {z.id: f"{z.id}.{quantity}" for z in self.scenario.building.zones}
        return pd.DataFrame({z: self.truth[c] for z, c in found.items() if c in self.truth.columns})

    def setpoint(self, point_id: str) -> pd.Series | None:
        """A commanded point: from the truth, else held between command events; None where unknown."""
        stored = self.column(point_id)
        if stored is not None:
            return stored
        events = self.events
        mine = events[(events["kind"] == "command") & (events["entity"] == point_id)]["value"]
        if not len(mine):
            return None
        held = mine[~mine.index.duplicated(keep="last")].astype(np.float64)
        return held.reindex(self.truth.index, method="ffill")

    def column(self, point_id: str) -> pd.Series | None:
        """One point of the truth, or None where it was not stored."""
        return self.truth[point_id] if point_id in self.truth.columns else None


@dataclass(frozen=True)
class ComparisonRecord:
    """Several controllers on the same seeds."""

    folder: Path
    manifest: dict[str, Any]
    scenario: Scenario
    runs: dict[str, list[RunRecord]] = field(default_factory=dict)

    @property
    def agents(self) -> list[str]:
        """Controllers in the order in which they were asked for."""
        return list(self.runs)

    @property
    def references(self) -> tuple[str, ...]:
        """Controllers that nobody named: what the others are measured by."""
        return tuple(a for a in self.manifest.get("references", ()) if a in self.runs)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Lines to read the comparison by: which reference is missing and why, what the run leaves unpaid."""
        missing = dict(self.manifest.get("references_left_out") or {})
        return (*missing.values(), *self.manifest.get("remarks", ()))

    @property
    def shown(self) -> list[RunRecord]:
        """The first seed of every controller: the runs that pictures show."""
        return [runs[0] for runs in self.runs.values() if runs]


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from disk; raises ResultsError where it is missing or damaged."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ResultsError("not a results folder: a file is missing", file=path) from error
    except (OSError, ValueError) as error:
        raise ResultsError("cannot be read as JSON", file=path, value=str(error)) from error
    if not isinstance(data, dict):
        raise ResultsError("does not hold a JSON object", file=path)
    return data


def read_scenario(folder: Path) -> Scenario:
    """The scenario copy inside a results folder."""
    path = folder / "scenario.yaml"
    try:
        return Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ResultsError(
            "the scenario copy cannot be read", file=path, value=str(error).split("\n")[0]
        ) from error


def read_run(folder: Path) -> RunRecord:
    """Read a run folder; raises ResultsError with the file at fault."""
    manifest, scenario = read_json(folder / "manifest.json"), read_scenario(folder)
    path = folder / "kpis.json"
    data = read_json(path) if path.is_file() else {}  # an interrupted run may have none
    values, units, energy = (dict(data.get(key) or {}) for key in ("values", "units", "energy_kwh"))
    return RunRecord(folder, manifest, scenario, values, units, energy)


def read_comparison(folder: Path) -> ComparisonRecord:
    """Read a comparison folder with its complete runs; one that a kill cut short would be no fair match."""
    manifest = read_json(folder / "manifest.json")
    runs: dict[str, list[RunRecord]] = {}
    found = sorted((p.parent for p in (folder / "runs").glob("*/seed-*/manifest.json")), key=_seed)
    for path in (p for p in found if read_json(p / "manifest.json").get("state") == "complete"):
        runs.setdefault(path.parent.name, []).append(read_run(path))
    asked = [str(a.get("name")) if isinstance(a, dict) else str(a) for a in manifest.get("agents", [])]
    order = sorted(runs, key=lambda a: (asked.index(a) if a in asked else len(asked), a))
    return ComparisonRecord(folder, manifest, read_scenario(folder), {a: runs[a] for a in order})


def _seed(folder: Path) -> int:
    digits = folder.name.removeprefix("seed-")
    return int(digits) if digits.isdigit() else 0


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def read_truth(folder: Path, clock: Clock) -> pd.DataFrame:
    """The shown quantities of all parts, from the end of the warm-up on, indexed by civil time."""
    tables = []
    for part in _parts(folder):
        names = [n for n in pq.read_schema(part).names if n == "time" or n.rpartition(".")[2] in _SHOWN]
        tables.append(pq.read_table(part, columns=names).to_pandas())
    if not tables:
        return pd.DataFrame(index=pd.DatetimeIndex([], tz=clock.timezone))
    frame = _civil(pd.concat(tables, ignore_index=True).sort_values("time"), clock)
    return frame.astype(np.float64)


def read_events(folder: Path, clock: Clock) -> pd.DataFrame:
    """All events from the end of the warm-up on, indexed by civil time."""
    tables = [pq.read_table(part).to_pandas() for part in _parts(folder)]
    if not tables:
        empty = pd.DataFrame({"kind": [], "entity": [], "value": [], "text": []})
        return empty.set_index(pd.DatetimeIndex([], tz=clock.timezone))
    frame = pd.concat(tables, ignore_index=True).sort_values("time", kind="stable")
    return _civil(frame, clock)


def _civil(frame: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    times = pd.to_datetime(frame.pop("time"), utc=True)
    frame.index = pd.DatetimeIndex(times).tz_convert(clock.timezone)
    return frame[frame.index >= pd.Timestamp(clock.start)]
