"""Scenario and seeds to arrays. Every subsystem translates its own part; here they are only put together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.basics.clock import Clock
from twin.basics.errors import ScenarioError, TwinError
from twin.basics.points import Point
from twin.building.activities import activities
from twin.building.climate import climate
from twin.building.devices import SensorInfo, devices
from twin.building.envelope import envelope
from twin.building.loads import loads_parameters
from twin.building.occupancy import Trace, behaviour_parameters, labels_of, trace
from twin.building.plant import Plant, plant
from twin.building.signals import signal_points
from twin.building.tariff import bounds, tariff
from twin.building.variation import varied
from twin.building.weather import Weather, read_weather
from twin.physics import layout as la
from twin.physics.layout import Boundary, Float, Int, Parameters, State, allocate
from twin.scenario.catalog import source_of
from twin.scenario.offered import night_fans
from twin.scenario.schema import Scenario
from twin.scenario.variation import drawn, draws, most_people, varies

_NEVER = 2**62


@dataclass(frozen=True)
class Building:
    """N buildings of one scenario, ready to run.

    Attributes
    ----------
    scenario
        As it is written; where it varies, its numbers are those around which the seeds draw theirs.
    seeds
        Episode seed of each building (N,).
    parameters, boundary, shapes
        What the kernel works on.
    command_points, command_columns, command_low, command_high, command_default
        Points that can be commanded, their columns in a command row of length `commands`, bounds in the
        points' units, and the row that leaves everything to the local loops at the comfort bounds.
    signal_points, signal_columns
        Column of every true value in State.signal; only points that mean something here are listed.
    sensors
        Column by column, the devices behind State.sensor.
    notes
        What a reader of the results should know (weather year, how series were matched, ...).
    """

    scenario: Scenario
    clock: Clock
    seeds: tuple[int, ...]
    parameters: Parameters
    boundary: Boundary
    shapes: dict[str, tuple[int, ...]]
    zone_ids: tuple[str, ...]
    plant: Plant
    command_points: tuple[Point, ...]
    command_columns: Int
    command_low: Float
    command_high: Float
    command_default: Float
    signal_points: tuple[Point, ...]
    signal_columns: dict[str, int]
    sensors: tuple[SensorInfo, ...]
    traces: tuple[Trace, ...]
    weather: Weather
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def commands(self) -> int:
        """Length of a command row."""
        return int(self.command_default.size)

    @property
    def count(self) -> int:
        """Number of buildings."""
        return len(self.seeds)

    @property
    def heads(self) -> Int:
        """People of each building (N,), whether they are there or away."""
        return np.asarray(np.count_nonzero(self.boundary.occupant_key, axis=1), dtype=np.int64)


def checked_seeds(seeds: int | Iterable[int]) -> tuple[int, ...]:
    """Seeds as a tuple; raises TwinError unless they are whole numbers from 0 (64 bits), at least one."""
    single = isinstance(seeds, int | str) or not isinstance(seeds, Iterable)
    given: list[Any] = [seeds] if single else list(seeds)  # type: ignore[arg-type]
    whole = [isinstance(s, int | np.integer) and not isinstance(s, bool) for s in given]
    good = [is_whole and 0 <= s < 2**64 for is_whole, s in zip(whole, given, strict=True)]
    if not given or not all(good):
        wrong = given[good.index(False)] if given else given
        raise TwinError(
            "this is not a seed", key="seed", value=wrong, allowed="whole numbers from 0 to 2**64 - 1"
        )
    return tuple(int(s) for s in given)


def assemble(scenario: Scenario, seeds: int | Iterable[int] = 0) -> Building:
    """Buildings of one scenario, one per seed.

    Parameters
    ----------
    scenario
        From load_scenario.
    seeds
        Episode seeds; 0 is a seed. Equal seeds give equal people and devices wherever they stand in a batch.

    Where the scenario varies (`site.weather_variability`, `randomise`), every seed has a climate and a row of
    parameters of its own; otherwise all share one.

    Raises
    ------
    TwinError
        Seeds that are none.
    ScenarioError, WeatherError
        Where the scenario names something that cannot be built or weather that does not cover the run.
    """
    seeds = checked_seeds(seeds)
    source = source_of(scenario)
    weather = read_weather(scenario.site.weather, base=source.parent if source else None)
    if not varies(scenario):
        return _assembled(scenario, seeds, weather)
    singles = {seed: _single(scenario, seed, weather) for seed in dict.fromkeys(seeds)}
    return together([singles[seed] for seed in seeds], seeds)


def _single(scenario: Scenario, seed: int, weather: Weather) -> Building:
    """The building of one seed of a scenario that varies."""
    plan = drawn(scenario, seed)
    own = varied(weather, plan.site.weather_variability, seed)
    building = _assembled(plan, (seed,), own, scenario)
    notes: dict[str, Any] = building.notes | {"drawn": {str(seed): draws(scenario, seed)}}
    if plan.site.weather_variability.on:
        notes["weather"] += "; varied around it by episode seed"
    return dataclasses.replace(building, scenario=scenario, weather=weather, notes=notes)


def own_climate(scenario: Scenario, seed: int, weather: Weather) -> tuple[Float, Float]:
    """Site and sun (1, K, ...) of an episode seed, from the scenario's weather, see twin.building.climate."""
    return climate(scenario, scenario.clock, varied(weather, scenario.site.weather_variability, seed))


def together(singles: Sequence[Building], seeds: Sequence[int]) -> Building:
    """Buildings of one each, of one scenario that varies, side by side; equal seeds share their arrays.

    Parameters
    ----------
    singles
        One building per slot (N,), each of one.
    seeds
        Their seeds (N,).
    """
    first, count = singles[0], len(singles)
    if count == 1:
        return first
    if any(one.shapes != first.shapes or one.command_points != first.command_points for one in singles):
        raise ScenarioError(
            "the numbers drawn give buildings with other points", key="randomise",
            allowed="capacities that stay above 0",
        )  # fmt: skip
    known = dict(zip(seeds, singles, strict=True))
    place = {seed: i for i, seed in enumerate(known)}
    own = np.array([place[seed] for seed in seeds], dtype=np.int64)
    parameters = {
        name: np.concatenate([getattr(one.parameters, name) for one in known.values()])
        for name in Parameters._fields
        if name not in ("kind", "constant")
    }
    boundaries = [one.boundary for one in singles]
    longest = max(b.event.shape[1] for b in boundaries)
    event = np.full((count, longest, la.EVENT_COLUMNS), _NEVER, dtype=np.int64)
    for n, b in enumerate(boundaries):
        event[n, : b.event.shape[1]] = b.event[0]
    boundary = first.boundary._replace(
        weather=np.concatenate([one.boundary.weather for one in known.values()]),
        sun=np.concatenate([one.boundary.sun for one in known.values()]),
        event=event,
        occupant=np.concatenate([b.occupant for b in boundaries]),
        occupant_key=np.concatenate([b.occupant_key for b in boundaries]),
        sensor=np.concatenate([b.sensor for b in boundaries]),
        sensor_key=np.concatenate([b.sensor_key for b in boundaries]),
        variant=own,
        climate=own,
    )
    begun = dataclasses.replace(
        first.plant,
        initial_plant=np.stack([one.plant.initial_plant for one in singles]),
        initial_terminal=np.stack([one.plant.initial_terminal for one in singles]),
    )
    found: dict[str, Any] = {}
    for one in known.values():
        found |= one.notes["drawn"]
    return dataclasses.replace(
        first,
        seeds=tuple(seeds),
        parameters=first.parameters._replace(**parameters),
        boundary=boundary,
        shapes={name: (count, *shape[1:]) for name, shape in first.shapes.items()},
        plant=begun,
        traces=tuple(one.traces[0] for one in singles),
        notes=first.notes | {"drawn": found},
    )


def _assembled(
    scenario: Scenario, seeds: tuple[int, ...], weather: Weather, written: Scenario | None = None
) -> Building:
    """Buildings that share weather and parameters, one per seed; `written`: before numbers were drawn."""
    clock = scenario.clock
    expected = scenario if written is None else _expected(scenario, written)
    hvac = plant(expected)
    places = 0 if written is None else most_people(written)
    people = tuple(trace(scenario, clock, seed, places) for seed in seeds)
    points = signal_points(scenario)
    columns = {point.id: i for i, point in enumerate(points) if _means_something(point, hvac, scenario)}
    gauges = devices(scenario, clock, seeds, columns)
    parameters = _parameters(scenario, clock, hvac, len(labels_of(expected)), weather)
    boundary = _boundary(scenario, clock, weather, people, gauges.sensor, gauges.sensor_key)
    if written is not None:  # what people are expected to do is the same for all; what they do is not
        boundary = boundary._replace(bounds=bounds(written, clock))
    return Building(
        scenario=scenario,
        clock=clock,
        seeds=seeds,
        parameters=parameters,
        boundary=boundary,
        shapes=_shapes(scenario, hvac, len(seeds), people, gauges.sensor.shape[1], len(points)),
        zone_ids=scenario.zone_ids,
        plant=hvac,
        command_points=hvac.command_points,
        command_columns=np.asarray(hvac.command_columns, dtype=np.int64),
        command_low=np.array([point.row.lower for point in hvac.command_points]),
        command_high=np.array([point.row.upper for point in hvac.command_points]),
        command_default=_default_command(scenario),
        signal_points=points,
        signal_columns=columns,
        sensors=gauges.infos,
        traces=people,
        weather=weather,
        notes={"weather": _weather_note(weather), "tariff": "by civil hour and weekday"},
    )


def _expected(scenario: Scenario, written: Scenario) -> Scenario:
    """The scenario with as many people as are written: what plant and scales were made for."""
    numbers = ("desks", "timetable", "members")
    same = {name: getattr(written.people, name) for name in numbers if hasattr(written.people, name)}
    return scenario.model_copy(update={"people": scenario.people.model_copy(update=same)})


def _weather_note(weather: Weather) -> str:
    how = (
        "typical year, mapped by month, day and hour of standard time"
        if weather.kind == "typical"
        else "actual year"
    )
    return f"{weather.name}: {how}"


def _means_something(point: Point, hvac: Plant, scenario: Scenario) -> bool:
    always = {
        "air_temperature", "operative_temperature", "mean_radiant_temperature", "relative_humidity", "co2",
        "occupants", "presence", "illuminance", "heat_to_zone", "window_opening", "setpoint_offset", "pmv",
    }  # fmt: skip
    zone = point.entity in scenario.zone_ids
    meters = {"electricity", "lighting", "equipment", *(("fans",) if night_fans(scenario) else ())}
    return (
        (zone and point.quantity in always)
        or point.entity == "site"
        or point.entity in meters
        or point.id in hvac.signal_points
    )


def _parameters(scenario: Scenario, clock: Clock, hvac: Plant, heads: int, weather: Weather) -> Parameters:
    shell = envelope(scenario, clock.tick_s, float(weather.pressure.mean()))
    zone = shell.zone.copy()
    for column, values in loads_parameters(scenario).items():
        zone[:, :, column] = values
    kind = np.zeros(la.KINDS, dtype=np.int64)
    kind[la.K_TICK_S] = clock.tick_s
    kind[la.K_TICKS_PER_BOUNDARY] = clock.boundary_step_s // clock.tick_s
    kind[la.K_SYSTEM] = hvac.kind
    kind[la.K_WARM_UP_TICKS] = clock.warm_up_ticks
    kind[la.K_TRUTH_TICKS] = max(1, scenario.run.truth_s // clock.tick_s)
    kind[la.K_BEHAVIOUR_TICKS] = clock.boundary_step_s // clock.tick_s
    kind[la.K_TICKS_PER_STEP] = clock.ticks_per_step
    kind[la.K_COMFORT_OPERATIVE] = scenario.comfort.temperature == "operative"
    constant = np.zeros(la.CONSTANTS)
    constant[la.X_HEADCOUNT] = max(1, heads)
    constant[la.X_FLOOR_AREA] = sum(z.floor_area_m2 for z in scenario.building.zones)
    return Parameters(
        kind=kind,
        constant=constant,
        zone=zone,
        operator=shell.operator,
        flux=shell.flux,
        recover=shell.recover,
        film=shell.film,
        partition=shell.partition,
        door=shell.door,
        system=hvac.system,
        terminal=hvac.terminal,
        activity=activities()[None],
        behaviour=behaviour_parameters(scenario),
    )


def _boundary(
    scenario: Scenario,
    clock: Clock,
    weather: Weather,
    people: tuple[Trace, ...],
    sensor: Float,
    sensor_key: Int,
) -> Boundary:
    site, sun = climate(scenario, clock, weather)
    count = len(people)
    longest = max(len(t.events) for t in people)
    event = np.full((count, longest + 1, la.EVENT_COLUMNS), _NEVER, dtype=np.int64)
    for n, t in enumerate(people):
        event[n, : len(t.events)] = t.events
    return Boundary(
        weather=site,
        sun=sun,
        tariff=tariff(scenario, clock),
        bounds=bounds(scenario, clock),
        event=event,
        occupant=np.stack([t.occupant for t in people]),
        occupant_key=np.stack([t.occupant_key for t in people]),
        sensor=sensor,
        sensor_key=sensor_key,
        variant=np.zeros(count, dtype=np.int64),
        climate=np.zeros(count, dtype=np.int64),
    )


def _shapes(
    scenario: Scenario, hvac: Plant, count: int, people: tuple[Trace, ...], sensors: int, signals: int
) -> dict[str, tuple[int, ...]]:
    zones = len(scenario.building.zones)
    occupants = people[0].occupant.shape[0]
    return {
        "zone": (count, zones, la.ZONE_STATES),
        "node": (count, zones, la.NODES),
        "surface": (count, zones, la.SURFACES),
        "drive": (count, zones, la.DRIVES),
        "gains": (count, zones, la.GAINS),
        "plant": (count, hvac.states),
        "terminal": (count, zones, hvac.terminal_states),
        "occupant": (count, occupants, la.OCCUPANT_STATES),
        "power": (count, la.END_USES),
        "register": (count, la.END_USES),
        "kpi": (count, la.KPI_COLUMNS),
        "kpi_zone": (count, zones, la.KPI_ZONE_COLUMNS),
        "sensor": (count, sensors, la.SENSOR_STATES),
        "signal": (count, signals),
        "counter": (count, la.COUNTERS),
        "command": (count, zones * la.ZONE_COMMANDS + la.SYSTEM_COMMANDS),
    }


def _default_command(scenario: Scenario) -> Float:
    zones = len(scenario.building.zones)
    row = np.full(zones * la.ZONE_COMMANDS + la.SYSTEM_COMMANDS, np.nan)
    for z in range(zones):
        row[z * la.ZONE_COMMANDS + la.C_HEATING] = scenario.comfort.lower_c
        row[z * la.ZONE_COMMANDS + la.C_COOLING] = scenario.comfort.upper_c
    return row


def initial_state(building: Building) -> tuple[State, Float]:
    """State at the origin, and the buffer behind it (copying the buffer is a snapshot).

    Zones and their fabric start at the middle of the comfort band, air at outdoor humidity and CO2; the
    warm-up makes the rest.
    """
    state, buffer = allocate(building.shapes)
    comfort = building.scenario.comfort
    start = min(max(20.0, comfort.lower_c), comfort.upper_c)
    outdoor = building.boundary.weather[building.boundary.climate, 0]
    state.zone[:, :, la.Z_AIR] = start
    state.zone[:, :, la.Z_MEAN_AIR] = start
    state.zone[:, :, la.Z_RADIANT] = start
    state.zone[:, :, la.Z_HUMIDITY] = outdoor[:, None, la.W_HUMIDITY]
    state.zone[:, :, la.Z_CO2] = outdoor[:, None, la.W_CO2]
    state.node[:] = start
    state.surface[:] = start
    state.plant[:] = building.plant.initial_plant
    state.terminal[:] = building.plant.initial_terminal
    state.occupant[:, :, la.O_ZONE] = -1.0
    state.sensor[:, :, [la.SN_LAGGED, la.SN_READING, la.SN_TIME]] = np.nan
    state.command[:] = building.command_default
    return state, buffer
