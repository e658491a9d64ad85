"""The building's fabric: from zones, walls, windows and doors to the operators that the physics steps with.

Per zone, outside walls merge to one pair of nodes, windows to one pair of panes; every construction is split
at its insulation first (twin.building.constructions), then inner parts merge with inner ones, outer with
outer. Inside, convection and radiation are separate: surfaces exchange radiant heat through one mean radiant
node.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.building.constructions import construction_of, slab
from twin.building.doors import doors
from twin.building.leakage import leakage, night_ventilation, site_density
from twin.building.zone_fabric import ZoneFabric
from twin.physics import layout as la
from twin.physics.layout import Float
from twin.physics.psychrometrics import CP_AIR, STANDARD_PRESSURE
from twin.scenario.fabric import BuildingFabric, Zone
from twin.scenario.schema import Scenario

MOISTURE_MULTIPLIER = 10.0  # moisture that paper, gypsum and fabrics take up, in units of the air's own
# (effective capacitance model, the moisture multiplier of EnergyPlus; the value is our choice)


@dataclass(frozen=True)
class Envelope:
    """Arrays of twin.physics.layout.Parameters that the fabric decides, for one variant.

    Parameters
    ----------
    operator, flux, recover, film, partition, door, zone
        As in Parameters; of `zone` only the columns of air and fabric are filled.
    capacity
        (1, Z, NODES) heat capacities [J/K], 0 where a node is absent; for balances.
    outside
        (1, Z, ROWS) mean heat into the fabric from everything but the zone's air [W]; for balances.
    """

    operator: Float
    flux: Float
    recover: Float
    film: Float
    partition: Float
    door: Float
    zone: Float
    capacity: Float
    outside: Float


def envelope(scenario: Scenario, tick_s: int, pressure_pa: float = STANDARD_PRESSURE) -> Envelope:
    """The fabric of a scenario as operators for one tick.

    Parameters
    ----------
    tick_s
        Tick [s].
    pressure_pa
        Mean air pressure of the site [Pa], for the density of its air where the scenario gives none.

    Raises
    ------
    ScenarioError
        Where a construction, glazing or zone is named that does not exist, or windows exceed their wall.
    """
    fabric = scenario.building
    density = site_density(scenario, pressure_pa)
    parts = [ZoneFabric(zone, fabric) for zone in fabric.zones]
    partition = _partitions(fabric, parts, tick_s)
    steps = [part.network().exact_step(tick_s) for part in parts]
    return Envelope(
        operator=np.stack([s.operator for s in steps])[None],
        flux=np.stack([s.flux for s in steps])[None],
        recover=np.stack([s.recover for s in steps])[None],
        film=np.stack([part.film for part in parts])[None],
        partition=partition[None],
        door=doors(fabric, density)[None],
        zone=np.stack([_zone_row(zone, density, scenario) for zone in fabric.zones])[None],
        capacity=np.stack([part.net.capacity for part in parts])[None],
        outside=np.stack([s.outside for s in steps])[None],
    )


def _zone_row(zone: Zone, density: float, scenario: Scenario) -> Float:
    row = np.zeros(la.ZONE_PARAMETERS)
    volume = zone.floor_area_m2 * zone.height_m
    row[la.ZP_VOLUME] = volume
    row[la.ZP_AREA] = zone.floor_area_m2
    row[la.ZP_AIR_MASS] = volume * density
    row[la.ZP_AIR_CAPACITY] = volume * density * CP_AIR * zone.air_capacity_multiplier
    row[la.ZP_LEAK_STACK], row[la.ZP_LEAK_WIND], row[la.ZP_LEAK_FIXED] = leakage(zone, density)
    windows = [w for s in (*zone.walls, *((zone.roof,) if zone.roof else ())) for w in s.windows]
    openable = [(w.area_m2 * w.openable_fraction, w.height_m) for w in windows]
    area = sum(a for a, _ in openable)
    row[la.ZP_WINDOW_AREA] = area
    row[la.ZP_WINDOW_HEIGHT] = sum(a * h for a, h in openable) / area if area > 0.0 else 0.0
    row[la.ZP_CONDITIONED] = zone.conditioned
    row[la.ZP_MOISTURE_CAPACITY] = MOISTURE_MULTIPLIER
    row[la.ZP_CO2_START] = scenario.site.outdoor_co2_ppm
    row[la.ZP_NIGHT_FLOW : la.ZP_NIGHT_FAN + 1] = night_ventilation(zone, density)
    return row


def _partitions(fabric: BuildingFabric, parts: list[ZoneFabric], tick_s: int) -> Float:
    """Walls between zones: each half goes to its zone, the conductance between them to (Q, 3)."""
    index = {zone.id: z for z, zone in enumerate(fabric.zones)}
    rows = np.zeros((len(fabric.partitions), 3))
    for q, wall in enumerate(fabric.partitions):
        first, second = (index[name] for name in wall.between)
        construction = construction_of(wall.construction, fabric.constructions)
        halves = slab(construction)
        area = wall.area_m2 - (wall.door.width_m * wall.door.height_m if wall.door else 0.0)
        if area > 0.0:
            rows[q] = first, second, area / halves.core
            # the flux between the halves is explicit: a half without mass would oscillate, so it is given
            # some
            least = 4.0 * tick_s / halves.core
            parts[first].add_partition(area, halves.inner, max(halves.inner_capacity, least), construction)
            parts[second].add_partition(area, halves.outer, max(halves.outer_capacity, least), construction)
        else:
            rows[q] = first, second, 0.0
    return rows
