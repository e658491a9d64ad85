"""The Twin House N2 under its measured boundary conditions, by the shipped kernel.

Attic and cellar become boundaries of kind `series`, the measured weather goes the way of any weather into the
boundary arrays; supply air, supply duct and heaters become heat in State.gains. In the heated phases the
ideal loads hold the measured air temperatures and the heat they take is compared; in the pulses and in free
float the measured power goes in and the air is compared.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from twin.building.assembly import Building, assemble
from twin.building.climate import climate_of
from twin.building.weather import SiteWeather
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.physics.psychrometrics import CP_AIR
from twin.scenario.beyond import TemperatureSeries
from twin.scenario.catalog import load_scenario
from twin.scenario.schema import Scenario
from twin.simulator import Simulator
from twin.validation.twin_house_data import ROOMS, ROW_S, Record, measured_weather, reference

SCENARIO = "validation/twin_house_n2"
EXCHANGE_S = 300  # how often air that flows on and radiant shares are found anew [s]
FREE = -50.0  # a heating setpoint [°C] that never heats


@dataclass(frozen=True, eq=False)
class House:
    """What the model finds, one value per row of the record, each (rooms, n) in the order of ROOMS.

    Attributes
    ----------
    air
        Air temperature, mean of the ten minutes [°C].
    heat
        Heat of the heaters: found where temperatures are held, measured elsewhere [W].
    """

    air: Float
    heat: Float


def repeated(values: Float, days: int) -> Float:
    """The first days of a record (n, ...) once more before it: what the warm-up sees."""
    return np.concatenate([values[: days * 86_400 // ROW_S], values])


def with_measured_spaces(scenario: Scenario, file: Path) -> Scenario:
    """The scenario with attic and cellar of a file instead of those that it has."""
    attic = TemperatureSeries(kind="series", file=str(file), column="attic")
    cellar = TemperatureSeries(kind="series", file=str(file), column="cellar")
    zones = []
    for zone in scenario.building.zones:
        assert zone.roof is not None, "the script gives every room a ceiling"
        assert zone.floor is not None, "and a floor"
        roof = zone.roof.model_copy(update={"boundary": attic})
        floor = zone.floor.model_copy(update={"boundary": cellar})
        zones.append(zone.model_copy(update={"roof": roof, "floor": floor}))
    fabric = scenario.building.model_copy(update={"zones": tuple(zones)})
    return scenario.model_copy(update={"building": fabric})


def measured_building(scenario: Scenario, record: Record) -> Building:
    """The house under the measured weather, attic and cellar."""
    days = scenario.run.warm_up_days
    ratio = ROW_S // scenario.clock.boundary_step_s
    with TemporaryDirectory() as folder:
        file = Path(folder) / "spaces.csv"
        _write_spaces(file, record, days)
        scenario = with_measured_spaces(scenario, file)
        building = assemble(scenario)
        sample = _per_step(measured_weather(record), days, ratio)
        site, sun = climate_of(scenario, building.weather, sample)
    return replace(building, boundary=building.boundary._replace(weather=site, sun=sun))


def _write_spaces(file: Path, record: Record, days: int) -> None:
    """Temperatures of attic and cellar over warm-up and experiment, at the middle of every row."""
    attic = repeated(mean_attic(record), days)
    cellar = repeated(record.columns["cellar_AT"], days)
    begin = record.start - timedelta(days=days) + timedelta(seconds=0.5 * ROW_S)
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("time", "attic", "cellar"))
        for i, pair in enumerate(zip(attic, cellar, strict=True)):
            rows.writerow(((begin + timedelta(seconds=i * ROW_S)).isoformat(), *(float(v) for v in pair)))


def mean_attic(record: Record) -> Float:
    """Mean temperature of the attic's two halves [°C], shape (n,)."""
    return 0.5 * (record.columns["attic_east_AT"] + record.columns["attic_west_AT"])


def _per_step(sample: SiteWeather, days: int, ratio: int) -> SiteWeather:
    """Measured weather at the boundary steps of the run, warm-up included; every row is held."""
    names = [f.name for f in fields(sample) if f.name not in ("start_utc", "step_s")]
    arrays = {name: np.repeat(repeated(getattr(sample, name), days), ratio) for name in names}
    begin = sample.start_utc - timedelta(days=days)
    return replace(sample, start_utc=begin, step_s=ROW_S // ratio, **arrays)


def held(record: Record) -> np.ndarray:
    """Rows in which the heaters keep a temperature (n,)."""
    phases = reference()["phases"]
    mask = np.zeros(len(record), dtype=bool)
    for phase in ("heated 30", "heated 25"):
        first, last = (record.row(day) for day in phases[phase])
        mask[first:last] = True
    return mask


def simulate(record: Record, scenario: Scenario | None = None) -> House:
    """Run the experiment.

    Parameters
    ----------
    record
        From read_record.
    scenario
        The house; None: the shipped scenario.

    Raises
    ------
    ScenarioError
        As load_scenario.
    """
    scenario = scenario or load_scenario(SCENARIO)
    building = measured_building(scenario, record)
    days = scenario.run.warm_up_days
    forcing = _Forcing(record, building, days)
    simulator = Simulator(building)
    simulator.state.zone[:, :, (la.Z_AIR, la.Z_MEAN_AIR, la.Z_RADIANT)] = 30.0
    steps = ROW_S // EXCHANGE_S
    ticks = EXCHANGE_S // building.clock.tick_s
    rows = len(record) + days * 86_400 // ROW_S
    air, heat = np.zeros((2, rows, len(ROOMS)))
    command = building.command_default[None].copy()
    for k in range(rows):
        command[0, la.C_HEATING : len(ROOMS) * la.ZONE_COMMANDS : la.ZONE_COMMANDS] = forcing.setpoint[k]
        for _ in range(steps):
            radiant = forcing.apply(simulator.state, k)
            simulator.advance(command, ticks)
            air[k] += simulator.state.zone[0, :, la.Z_MEAN_AIR] / steps
            heat[k] += (simulator.state.zone[0, :, la.Z_HEAT] + radiant) / steps
    heat += forcing.power
    warm = rows - len(record)
    return House(air[warm:].T, heat[warm:].T)


class _Forcing:
    """Heat that goes into the rooms, besides what the scenario says, row by row of warm-up and record."""

    def __init__(self, record: Record, building: Building, days: int) -> None:
        figures = reference()
        rooms = list(ROOMS)
        columns = record.columns
        hold = held(record)
        self._radiant = figures["heaters"]["radiant_fraction"]
        measured = np.array([record.heater(room) for room in rooms]).T
        heated = np.array([bool(name) for name in ROOMS.values()])
        self.power = repeated(np.where(hold[:, None], 0.0, measured), days)
        target = np.array([record.air(room) for room in rooms]).T
        self.setpoint = repeated(np.where(hold[:, None] & heated, target, FREE), days)
        outdoor = columns["Ambient_temperature"]
        extra = np.zeros_like(measured)
        for z, room in enumerate(rooms):
            _, attic, cellar = figures["thermal_bridges_w_k"][room]
            extra[:, z] += attic * (mean_attic(record) - outdoor)
            extra[:, z] += cellar * (columns["cellar_AT"] - outdoor)
        supply = rooms.index(figures["ventilation"]["supply_room"])
        flow = building.parameters.zone[0, supply, la.ZP_NIGHT_FLOW] * CP_AIR
        extra[:, supply] += flow * (columns["vent_SUA_corr_AT"] - outdoor)
        extra[:, rooms.index("kitchen")] += columns["HeatInputKitchen"]
        self._extra = repeated(extra, days)
        self._onwards(figures["ventilation"], rooms, flow)

    def _onwards(self, fan: dict[str, object], rooms: list[str], flow: float) -> None:
        """Where supply air flows on to: from room, to room, heat capacity flow [W/K]."""
        corridor = rooms.index(str(fan["through"]))
        self._flows = [(rooms.index(str(fan["supply_room"])), corridor, flow)]
        extract = fan["extract"]
        assert isinstance(extract, dict)
        total = sum(extract.values())
        self._flows += [(corridor, rooms.index(room), flow * part / total) for room, part in extract.items()]

    def apply(self, state: la.State, row: int) -> Float:
        """Put the heat of a row into the gains until the next call.

        Ideal loads warm air only: where they hold a temperature, the radiant share of a heater that gives as
        much to the air as they did last is added. Returned, as it is part of the heat found (rooms,) [W].
        """
        air = state.zone[0, :, la.Z_AIR]
        holds = self.setpoint[row] > FREE
        beside = np.where(holds, state.zone[0, :, la.Z_HEAT], 0.0) * self._radiant / (1.0 - self._radiant)
        convective = self._extra[row] + (1.0 - self._radiant) * self.power[row]
        for source, target, flow in self._flows:
            convective[target] += flow * (air[source] - air[target])
        radiant = self._radiant * self.power[row] + beside
        for column, values in ((la.G_CONVECTIVE, convective), (la.G_RADIANT, radiant)):
            state.gains[0, :, column] = values
        # the kernel adds loads, of which there are none, to the heat of bodies at every boundary step
        state.gains[0, :, la.G_BODY_CONVECTIVE] = convective
        state.gains[0, :, la.G_BODY_RADIANT] = radiant
        return np.asarray(beside)
