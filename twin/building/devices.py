"""The devices of a scenario as sensor rows for the kernel: which datasheet measures which point, how wrongly.

A device's bias and gain error belong to the episode (keyed by seed and device); the phase of its period
belongs to the installation (keyed by device alone), so that all buildings of a batch read in the same order.

Links and gateways (losses, delays, batteries) get their rows here when they come.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from twin.basics.clock import Clock
from twin.basics.errors import ScenarioError, nearest
from twin.basics.points import QUANTITIES, Point
from twin.basics.streams import generator, key
from twin.physics import layout as la
from twin.physics.layout import Float, Int
from twin.physics.sensing import REGISTER, VALUE
from twin.scenario.catalog import load_datasheet, place_of, source_of
from twin.scenario.datasheets import Datasheet
from twin.scenario.schema import Device, Scenario

_DAY_S = 86400.0
BUILDING_METERS = {
    "electric_energy": "electricity",
    "electric_power": "electricity",
    "gas_energy": "gas",
    "gas_power": "gas",
    "heat_energy": "heat",
    "thermal_power": "heat",
}


@dataclass(frozen=True)
class SensorInfo:
    """What stands behind one sensor column.

    Parameters
    ----------
    point_id, unit
        What it measures.
    device_id
        `<entity>.<datasheet>`; a device that measures two quantities has two columns and one error.
    datasheet
        Name of the datasheet.
    period_s
        Time between two readings [s], a whole multiple of the tick.
    upper
        Upper end of the measuring range, in the unit; infinite where the datasheet names none.
    """

    point_id: str
    device_id: str
    datasheet: str
    period_s: int
    unit: str
    upper: float = math.inf


@dataclass(frozen=True)
class Devices:
    """Sensor rows of all buildings: sensor (N, P, SENSOR_PARAMETERS), sensor_key (N, P), and P infos."""

    sensor: Float
    sensor_key: Int
    infos: tuple[SensorInfo, ...]


@dataclass(frozen=True)
class _Column:
    """One sensor before it is written into the arrays."""

    point: Point
    sheet: Datasheet
    period: int  # ticks
    phase: int  # ticks
    lag: float  # factor per tick, 1 = none
    bias: float = 0.0  # on top of the device's own error, by the scenario
    drift: float = 0.0  # per tick from the onset on, by the scenario
    onset: int = 0  # tick from which bias and drift are there
    late: bool = False  # whether the bias comes after the start
    factor: float = 1.0  # times the device's own errors, by the scenario

    @property
    def device_id(self) -> str:
        return f"{self.point.entity}.{self.sheet.name}"

    @property
    def group(self) -> tuple[bool, int, int]:
        """Sensors with a lag first, then by schedule: what the kernel skips together stands together."""
        return (self.lag >= 1.0, self.period, self.phase)


def devices(
    scenario: Scenario,
    clock: Clock,
    seeds: tuple[int, ...],
    signal_ids: dict[str, int],
    catalog: Callable[[str], Datasheet] | None = None,
) -> Devices:
    """The scenario's devices as sensor rows.

    Parameters
    ----------
    scenario, clock
        Its `devices`; the tick.
    seeds
        Episode seed of each building (N,).
    signal_ids
        Column of State.signal of every point that means something in this scenario.
    catalog
        Finds a datasheet by name or path; by default the catalogue, beside the scenario's own file first.

    Raises
    ------
    ScenarioError
        Unknown datasheet or point (with the nearest), a quantity that the datasheet does not measure, a point
        measured twice.
    """
    find = catalog or _catalog(scenario)
    columns = sorted(_columns(scenario, clock.tick_s, signal_ids, find), key=lambda column: column.group)
    sensor = np.zeros((len(seeds), len(columns), la.SENSOR_PARAMETERS))
    keys = np.zeros((len(seeds), len(columns)), dtype=np.int64)
    for i, column in enumerate(columns):
        sensor[:, i] = _row(column, signal_ids[column.point.id])
        sensor[:, i, la.SP_NEXT_GROUP] = _next_group(columns, i)
        for n, seed in enumerate(seeds):
            bias, gain = _errors(column, seed)
            sensor[n, i, la.SP_BIAS] = bias
            sensor[n, i, la.SP_GAIN] = 1.0 + gain
            keys[n, i] = key(seed, "sensor", f"{column.device_id}/{column.point.quantity}")
    return Devices(sensor, keys, tuple(_info(column, clock.tick_s) for column in columns))


def _catalog(scenario: Scenario) -> Callable[[str], Datasheet]:
    source = source_of(scenario)
    base: Path | None = source.parent if source else None
    return lambda name: load_datasheet(name, base)


def _columns(
    scenario: Scenario, tick_s: int, signal_ids: dict[str, int], find: Callable[[str], Datasheet]
) -> Iterator[_Column]:
    """Every sensor of the scenario, in the scenario's order."""
    seen: dict[str, int] = {}
    for index, device in enumerate(scenario.devices):
        sheet = find(device.datasheet)
        _check_quantity(scenario, index, sheet)
        for field, value in (("bias", device.bias), ("drift_per_day", device.drift_per_day)):
            if value and sheet.kind == "meter":
                raise _refusal(scenario, index, field, "a meter has no constant error", f"{value:g}",
                               "error_factor, which is of its reading")  # fmt: skip
        for entity in _entities(device, scenario.zone_ids):
            point = Point(entity, device.measures)
            _check_point(scenario, index, point, signal_ids)
            if point.id in seen:
                allowed = f"one device per point; devices.{seen[point.id]} measures it already"
                raise _refusal(scenario, index, "at", "measured twice", point.id, allowed)
            seen[point.id] = index
            yield replace(
                _column(point, sheet, tick_s),
                bias=device.bias,
                drift=device.drift_per_day * tick_s / _DAY_S,
                onset=round((scenario.run.warm_up_days + device.bias_from_day) * _DAY_S / tick_s),
                late=device.bias_from_day > 0.0,
                factor=device.error_factor,
            )


def _entities(device: Device, zone_ids: tuple[str, ...]) -> Iterator[str]:
    """Where a device hangs: zones or equipment; `zones` is every zone, `building` the whole-house meter."""
    whole = BUILDING_METERS.get(device.measures, "building")
    if device.end_use is not None:
        yield whole if device.end_use == "total" else device.end_use
        return
    for entity in device.at:
        if entity == "zones":
            yield from zone_ids
        else:
            yield whole if entity == "building" and entity not in zone_ids else entity


def _refusal(
    scenario: Scenario,
    index: int,
    field: str,
    message: str,
    value: str,
    allowed: str,
    suggestion: str | None = None,
) -> ScenarioError:
    """The error for one key of one device, with the line where it is written."""
    file, line = place_of(scenario, "devices", index, field)
    return ScenarioError(
        message,
        file=file,
        line=line,
        key=f"devices.{index}.{field}",
        value=value,
        allowed=allowed,
        suggestion=suggestion,
    )


def _check_quantity(scenario: Scenario, index: int, sheet: Datasheet) -> None:
    wanted = scenario.devices[index].measures
    if wanted in sheet.quantities:
        return
    known = wanted in QUANTITIES
    message = f"datasheet {sheet.name} does not measure this" if known else "unknown quantity"
    suggestion = nearest(wanted, sheet.quantities if known else QUANTITIES)
    raise _refusal(scenario, index, "measures", message, wanted, ", ".join(sheet.quantities), suggestion)


def _check_point(scenario: Scenario, index: int, point: Point, signal_ids: dict[str, int]) -> None:
    if point.id in signal_ids:
        return
    alike = sorted(name for name in signal_ids if name.endswith(f".{point.quantity}"))
    allowed = ", ".join(alike) if alike else "see: twin list points SCENARIO"
    suggestion = nearest(point.id, alike) or nearest(point.id, signal_ids)
    message = "there is no such point in this building"
    raise _refusal(scenario, index, "at", message, point.id, allowed, suggestion)


def _column(point: Point, sheet: Datasheet, tick_s: int) -> _Column:
    period = max(1, math.ceil(sheet.period_s / tick_s))
    lagless = sheet.kind == "meter" or sheet.lag_s <= 0.0
    lag = 1.0 if lagless else 1.0 - math.exp(-tick_s / sheet.lag_s)
    phase = 0
    if sheet.kind == "sensor":  # meters report on the quarter hour, sensors whenever they were switched on
        device = f"{point.entity}.{sheet.name}"
        phase = int(generator(0, "phase", device).integers(period))
    return _Column(point, sheet, period, phase, lag)


def _row(column: _Column, signal: int) -> Float:
    """Parameters of one sensor, error left out."""
    sheet = column.sheet
    meter = sheet.kind == "meter"
    row = np.zeros(la.SENSOR_PARAMETERS)
    row[la.SP_SIGNAL] = signal
    row[la.SP_PERIOD] = column.period
    row[la.SP_PHASE] = column.phase
    row[la.SP_LAG] = column.lag
    row[la.SP_NOISE] = 0.0 if meter else sheet.noise_sd * column.factor
    row[la.SP_RESOLUTION] = sheet.resolution
    row[la.SP_LOWER] = column.point.row.lower if sheet.lower is None else sheet.lower
    row[la.SP_UPPER] = column.point.row.upper if sheet.upper is None else sheet.upper
    row[la.SP_ONSET] = column.onset
    row[la.SP_FAULT] = column.bias if column.late else 0.0
    row[la.SP_DRIFT] = column.drift
    row[la.SP_KIND] = REGISTER if meter and column.point.quantity.endswith("_energy") else VALUE
    return row


def _errors(column: _Column, seed: int) -> tuple[float, float]:
    """The device's own constant errors in this episode: additive [unit] and as a share of the reading [-].

    Normal with half the accuracy as standard deviation (the accuracy read as a 95 % bound, coverage factor 2:
    JCGM 100:2008, 6.3), cut at `bias_limit` or 1.5 accuracies. A meter is type-approved: none is worse than
    its class, and its register has no offset. The scenario's `error_factor` multiplies both, its `bias` adds.
    """
    sheet = column.sheet
    meter = sheet.kind == "meter"
    bias, gain = generator(seed, "bias", column.device_id).standard_normal(2)
    limit = 1.5 * sheet.accuracy if sheet.bias_limit is None else sheet.bias_limit
    share = sheet.accuracy_share if meter else 1.5 * sheet.accuracy_share
    additive = 0.0 if meter else float(np.clip(0.5 * sheet.accuracy * bias, -limit, limit))
    relative = float(np.clip(0.5 * sheet.accuracy_share * gain, -share, share))
    additive *= column.factor
    whole = additive + column.bias if column.bias and not column.late else additive
    return whole, column.factor * relative


def _next_group(columns: list[_Column], i: int) -> int:
    return next((j for j in range(i + 1, len(columns)) if columns[j].group != columns[i].group), len(columns))


def _info(column: _Column, tick_s: int) -> SensorInfo:
    return SensorInfo(
        point_id=column.point.id,
        device_id=column.device_id,
        datasheet=column.sheet.name,
        period_s=column.period * tick_s,
        unit=column.point.row.unit,
        upper=math.inf if column.sheet.upper is None else column.sheet.upper,
    )
