"""EnergyPlus itself, for its own interpreter: a year of five zones at 15 minutes, whole runs.

`python -m benchmarks.peers_energyplus office`: the small office that comes with the wheel, no Python during
the year. `office --callback`: every step Python reads temperatures and sets the thermostats. `sinergym`: the
five zones of Sinergym without Sinergym, in an interpreter that has both.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers_clock import Header, Sample, answer, memory_mib, protocol, version_of

STEPS_PER_HOUR = 4
STEPS = 365 * 24 * STEPS_PER_HOUR
PERIODS = re.compile(r"^\s*(RunPeriod|SimulationControl|Timestep|Output[^,;]*)\s*,[^;]*;", re.MULTILINE)
SETPOINTS = re.compile(r"ThermostatSetpoint:DualSetpoint,\s*([^,;]*),\s*([^,;]*),\s*([^,;]*);")
ZONES = re.compile(r"^\s*Zone,\s*([^,;]*),", re.MULTILINE)
SCHEDULES = ("Schedule:Compact", "Schedule:Year", "Schedule:Constant", "Schedule:File")
TEMPERATURE = "Zone Mean Air Temperature"
YEAR = (
    "SimulationControl,Yes,Yes,Yes,No,Yes,No,1;\n"
    f"Timestep,{STEPS_PER_HOUR};\n"
    "RunPeriod,year,1,1,2023,12,31,2023,Sunday,No,No,No,Yes,Yes;\n"
)


@dataclass
class Model:
    """What EnergyPlus is given: files, rooms, and the schedules of heating and cooling setpoints."""

    path: Path
    weather: Path
    zones: list[str] = field(default_factory=list)
    heating: list[str] = field(default_factory=list)
    cooling: list[str] = field(default_factory=list)


def inside(package: str) -> Path:
    """Folder of an installed package."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{package} is not installed", name=package)
    return Path(found.submodule_search_locations[0])


def one(folder: Path, pattern: str) -> Path:
    """The file of a pattern; fails where the wheel has none."""
    for path in sorted(folder.glob(pattern)):
        return path
    raise FileNotFoundError(f"this wheel of EnergyPlus has no {pattern}")


def office(folder: Path) -> Model:
    """The small office of the wheel's examples: its three months become a year, and it writes no results."""
    data = inside("pyenergyplus") / "data"
    text = one(data / "model", "ASHRAE901_OfficeSmall*.idf").read_text(encoding="utf-8", errors="replace")
    text = PERIODS.sub("", re.sub(r"!.*", "", text)) + YEAR
    path = folder / "in.idf"
    path.write_text(text, encoding="utf-8")
    pairs = SETPOINTS.findall(text)
    return Model(
        path,
        one(data / "weather", "USA_CO_Denver*.epw"),
        ZONES.findall(text),
        sorted({heating.strip() for _, heating, _ in pairs}),
        sorted({cooling.strip() for _, _, cooling in pairs}),
    )


def five_zones(folder: Path) -> Model:
    """Sinergym's model of five zones, a year at 15 minutes, without results."""
    data = inside("sinergym") / "data"
    model = json.loads(one(data / "buildings", "5ZoneAutoDXVAV.epJSON").read_text(encoding="utf-8"))
    model = {name: value for name, value in model.items() if not name.startswith("Output")}
    model["Timestep"] = {"step": {"number_of_timesteps_per_hour": STEPS_PER_HOUR}}
    model["RunPeriod"] = {
        "year": {
            "begin_month": 1, "begin_day_of_month": 1, "end_month": 12, "end_day_of_month": 31,
        }
    }  # fmt: skip
    path = folder / "in.epJSON"
    path.write_text(json.dumps(model), encoding="utf-8")
    return Model(path, one(data / "weather", "USA_CO*.epw"))


class Talk:
    """What Python does every step: reads each room and writes both setpoints."""

    def __init__(self, exchange: Any, model: Model) -> None:
        self.exchange, self.model = exchange, model
        self.rooms: list[int] = []
        self.setpoints: list[tuple[int, float]] = []
        self.steps = 0

    def request(self, state: Any) -> None:
        """Before the run: EnergyPlus keeps only what was asked for."""
        for zone in self.model.zones:
            self.exchange.request_variable(state, TEMPERATURE, zone)

    def step(self, state: Any) -> None:
        """At the start of every step of 15 minutes."""
        if not self.rooms:
            if not self.exchange.api_data_fully_ready(state):
                return
            self.find(state)
        for room in self.rooms:
            self.exchange.get_variable_value(state, room)
        for handle, value in self.setpoints:
            self.exchange.set_actuator_value(state, handle, value)
        self.steps += 1

    def find(self, state: Any) -> None:
        """Handles of what is read and written; fails where there is none."""
        handle = self.exchange.get_variable_handle
        self.rooms = [handle(state, TEMPERATURE, zone) for zone in self.model.zones]
        for names, value in ((self.model.heating, 20.0), (self.model.cooling, 25.0)):
            for name in names:
                found = [
                    self.exchange.get_actuator_handle(state, kind, "Schedule Value", name)
                    for kind in SCHEDULES
                ]
                self.setpoints += [(number, value) for number in found if number >= 0]


def run(api: Any, model: Model, talk: Talk | None) -> tuple[Sample, float]:
    """A year; the sample begins after sizing and warm-up, which are the second figure [s of processor]."""
    state = api.state_manager.new_state()
    marks: list[tuple[float, float]] = []
    begin = time.process_time()
    try:
        api.runtime.set_console_output_status(state, False)
        api.runtime.callback_after_new_environment_warmup_complete(
            state, lambda _: marks.append((time.process_time(), time.perf_counter()))
        )
        if talk is not None:
            talk.rooms, talk.setpoints = [], []  # handles belong to one run
            talk.request(state)
            api.runtime.callback_begin_zone_timestep_after_init_heat_balance(state, talk.step)
        folder = str(model.path.parent)
        code = api.runtime.run_energyplus(state, ["-w", str(model.weather), "-d", folder, str(model.path)])
    finally:
        api.state_manager.delete_state(state)
    if code != 0 or not marks:
        raise RuntimeError(f"EnergyPlus ended with {code}: {first_error(model.path.parent)}")
    (cpu, wall), end = marks[-1], (time.process_time(), time.perf_counter())
    return Sample(STEPS, end[0] - cpu, end[1] - wall), cpu - begin


def first_error(folder: Path) -> str:
    """What EnergyPlus itself says."""
    path = folder / "eplusout.err"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return next((line.strip(" *") for line in lines if "Severe" in line or "Fatal" in line), "says nothing")


def program(folder: Path) -> str:
    """Which EnergyPlus ran, by its own words; the wheel counts its versions apart."""
    first = (folder / "eplusout.err").read_text(encoding="utf-8", errors="replace")[:200]
    found = re.search(r"Version (\d+(?:\.\d+)+)", first)
    return found.group(1) if found else "of wheel " + version_of("pyenergyplus-lbnl")


def main() -> None:
    """Serve whole years, however few seconds are asked for."""
    out = protocol()
    models: dict[str, Callable[[Path], Model]] = {"office": office, "sinergym": five_zones}
    with tempfile.TemporaryDirectory() as place:
        model = models[sys.argv[1]](Path(place))
        api = importlib.import_module("pyenergyplus.api").EnergyPlusAPI()
        talk = Talk(api.exchange, model) if "--callback" in sys.argv else None
        _, start_s = run(api, model, talk)
        if talk is not None and (talk.steps < STEPS or not talk.setpoints):
            raise RuntimeError(f"the callback was heard {talk.steps} times and sets {len(talk.setpoints)}")
        header = Header(program(Path(place)), start_s, start_s, memory_mib(), float("nan"))
        answer(out, header, lambda _: run(api, model, talk)[0])


if __name__ == "__main__":
    main()
