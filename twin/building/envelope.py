"""The building's fabric: from zones, walls, windows and doors to the operators that the physics steps with.

Per zone, outside walls merge to one pair of nodes, windows to one pair of panes; every construction is split
at its insulation first (twin.building.constructions), then inner parts merge with inner ones, outer with
outer. Inside, convection and radiation are separate: surfaces exchange radiant heat through one mean radiant
node.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.building.constructions import Slab, construction_of, slab
from twin.building.glazing import Glazing, glazing_of
from twin.building.interior import Surface, carroll_factors, solar_shares
from twin.building.leakage import leakage
from twin.building.network import Network
from twin.physics import layout as la
from twin.physics.fabric import KELVIN, STAR_REFERENCE, STEFAN_BOLTZMANN
from twin.physics.layout import Float
from twin.physics.psychrometrics import CP_AIR, STANDARD_PRESSURE
from twin.scenario.fabric import BuildingFabric, Construction, Door, Layer, Roof, Wall, Window, Zone
from twin.scenario.schema import Scenario

# Convection [W/m2K]: ANSI/ASHRAE 140-2020, surface coefficients of case 600 (annual means)
INSIDE_WALL, INSIDE_ROOF, INSIDE_FLOOR, INSIDE_WINDOW = 2.2, 1.8, 2.2, 2.4
OUTSIDE_WALL, OUTSIDE_ROOF, OUTSIDE_FLOOR, OUTSIDE_WINDOW = 11.9, 14.4, 0.8, 8.0
OUTSIDE_REFERENCE = 283.15  # [K] at which the linear long-wave exchange outside is taken
GAP_REFERENCE = 10.0  # [°C] at which the linear conductance of the gap is taken
GLASS_CONDUCTANCE = 330.0  # [W/m2K] of a single pane without a stated resistance: 3 mm at 1 W/mK
SOIL = Layer(
    material="soil", thickness_m=0.5, conductivity_w_mk=2.0, density_kg_m3=2000.0, specific_heat_j_kgk=1000.0
)  # sand or gravel, EN ISO 13370:2017; half a metre as in EN ISO 52016-1:2017
MOISTURE_MULTIPLIER = 10.0  # moisture that paper, gypsum and fabrics take up, in units of the air's own
# (effective capacitance model, the moisture multiplier of EnergyPlus; the value is our choice)
STANDARD_TEMPERATURE = 20.0  # [°C] at which the zones' air mass is taken


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
        Mean air pressure of the site [Pa], for the density of its air.

    Raises
    ------
    ScenarioError
        Where a construction, glazing or zone is named that does not exist, or windows exceed their wall.
    """
    fabric = scenario.building
    density = pressure_pa / (287.042 * (STANDARD_TEMPERATURE + KELVIN))
    parts = [_ZoneFabric(zone, fabric) for zone in fabric.zones]
    partition = _partitions(fabric, parts, tick_s)
    steps = [part.network().exact_step(tick_s) for part in parts]
    return Envelope(
        operator=np.stack([s.operator for s in steps])[None],
        flux=np.stack([s.flux for s in steps])[None],
        recover=np.stack([s.recover for s in steps])[None],
        film=np.stack([part.film for part in parts])[None],
        partition=partition[None],
        door=_doors(fabric, density)[None],
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
    return row


def _partitions(fabric: BuildingFabric, parts: list[_ZoneFabric], tick_s: int) -> Float:
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


def _doors(fabric: BuildingFabric, density: float) -> Float:
    """Doors (D, DOOR_PARAMETERS), leaves first where no round trip through them is possible."""
    index = {zone.id: z for z, zone in enumerate(fabric.zones)}
    walls = [wall for wall in fabric.partitions if wall.door is not None]
    pairs = [(index[wall.between[0]], index[wall.between[1]]) for wall in walls]
    order = leaves_first(pairs)
    rows = np.zeros((len(walls), la.DOOR_PARAMETERS))
    edges = order or [(q, *pair) for q, pair in enumerate(pairs)]
    for row, (at, leaf, root) in zip(rows, edges, strict=True):
        door = walls[at].door or Door()
        row[la.D_FROM], row[la.D_TO], row[la.D_TREE] = leaf, root, bool(order)
        row[la.D_WIDTH], row[la.D_HEIGHT], row[la.D_OPEN] = door.width_m, door.height_m, door.open_fraction
        row[la.D_MIXING] = door.mixing_m3_h * density / 3600.0
    return rows


def leaves_first(pairs: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Edges (number, leaf, root) of a forest in an order in which each leaf has no other edge left.

    Empty where the edges close a ring (two doors between the same rooms do), so that there is no such order.
    """
    left = dict(enumerate(pairs))
    order: list[tuple[int, int, int]] = []
    while left:
        ends = [zone for pair in left.values() for zone in pair]
        for at, (one, two) in left.items():
            if ends.count(one) == 1 or ends.count(two) == 1:
                order.append((at, one, two) if ends.count(one) == 1 else (at, two, one))
                del left[at]
                break
        else:
            return []
    return order


class _ZoneFabric:
    """One zone's surfaces, gathered into its network, its inner surfaces and its film parameters."""

    def __init__(self, zone: Zone, fabric: BuildingFabric) -> None:
        self.net = Network()
        self.film: Float = np.zeros(la.FILM_PARAMETERS)
        self.surfaces: list[Surface] = []
        self._zone = zone
        self._fabric = fabric
        for wall in zone.walls:
            self._add_outside(wall, la.WALL_IN, la.S_WALL, la.S_WALL_OUT, la.F_WALL_AREA)
        if zone.roof is not None:
            self._add_outside(zone.roof, la.ROOF_IN, la.S_ROOF, la.S_ROOF_OUT, la.F_ROOF_AREA)
        self._add_floor()
        if zone.furniture is not None:
            construction = construction_of(zone.furniture.construction, fabric.constructions)
            self._add_mass(la.MASS, la.S_MASS, zone.furniture.area_m2, slab(construction), construction)

    # --- opaque
    # ------------------------------------------------------------------------------------------------

    def _add_slab(self, node: int, inside: int, outside: int, area: float, parts: Slab) -> None:
        self.net.link(la.NODES + inside, node, area / parts.inner)
        self.net.link(node, node + 1, area / parts.core)
        self.net.link(node + 1, la.NODES + outside, area / parts.outer)
        self.net.capacity[node] += area * parts.inner_capacity
        self.net.capacity[node + 1] += area * parts.outer_capacity

    def _inside(self, surface: int, area: float, film: float, construction: Construction) -> None:
        self.net.air(la.NODES + surface, area * film)
        self.surfaces.append(Surface(surface, area, construction.emissivity_inside))

    def _add_outside(self, wall: Wall | Roof, node: int, inside: int, outside: int, film: int) -> None:
        """A wall or roof, its windows taken out of it."""
        construction = construction_of(wall.construction, self._fabric.constructions)
        for window in wall.windows:
            self._add_window(window, wall.tilt_deg)
        area = wall.area_m2 - sum(window.area_m2 for window in wall.windows)
        if area <= 1e-9 * wall.area_m2:
            return
        roof = node == la.ROOF_IN
        self._add_slab(node, inside, outside, area, slab(construction))
        self._inside(inside, area, INSIDE_ROOF if roof else INSIDE_WALL, construction)
        convection = OUTSIDE_ROOF if roof else OUTSIDE_WALL
        self._add_weather(outside, film, area, convection, construction.emissivity_outside, wall.tilt_deg)

    def _add_weather(
        self, surface: int, film: int, area: float, convection: float, emissivity: float, tilt_deg: float
    ) -> None:
        """Convection to outdoor air, long-wave exchange with sky and air at F sqrt(F) and the rest.

        Source: G.N. Walton, Thermal Analysis Research Program Reference Manual, NBSSIR 83-2655 (1983).
        """
        view = 0.5 * (1.0 + math.cos(math.radians(tilt_deg)))
        sky = view * math.sqrt(view)
        radiation = area * emissivity * 4.0 * STEFAN_BOLTZMANN * OUTSIDE_REFERENCE**3
        node = la.NODES + surface
        self.net.surround(node, la.I_OUTDOOR, area * convection + radiation * (1.0 - sky))
        self.net.surround(node, la.I_SKY, radiation * sky)
        row = self.film[film : film + 4]  # area, emissivity, sky share, linear conductance; see F_WALL_AREA
        before = row[0] * row[1]
        weight = before + area * emissivity
        row[2] = (row[2] * before + sky * area * emissivity) / weight if weight > 0.0 else 0.0
        row[1] = weight / (row[0] + area)
        row[0] += area
        row[3] += radiation

    def _add_floor(self) -> None:
        floor = self._zone.floor
        if floor is None:
            return
        construction = construction_of(floor.construction, self._fabric.constructions)
        parts = slab(construction, (SOIL,) if floor.boundary == "ground" else ())
        if floor.boundary == "adiabatic":
            self._add_mass(la.FLOOR_IN, la.S_FLOOR, floor.area_m2, parts, construction)
            return
        self._add_slab(la.FLOOR_IN, la.S_FLOOR, la.S_FLOOR_OUT, floor.area_m2, parts)
        self._inside(la.S_FLOOR, floor.area_m2, INSIDE_FLOOR, construction)
        below = la.NODES + la.S_FLOOR_OUT
        if floor.boundary == "ground":
            self.net.surround(below, la.I_GROUND, floor.area_m2 * 1e3)
        else:
            radiation = construction.emissivity_outside * 4.0 * STEFAN_BOLTZMANN * OUTSIDE_REFERENCE**3
            self.net.surround(below, la.I_OUTDOOR, floor.area_m2 * (OUTSIDE_FLOOR + radiation))

    def _add_mass(
        self, node: int, surface: int, area: float, parts: Slab, construction: Construction
    ) -> None:
        """A body with an adiabatic back: one node, a third of its resistance deep (a slab's slow limit)."""
        depth = max(
            (parts.inner_capacity * parts.inner + parts.outer_capacity * (parts.inner + parts.core)), 0.0
        )
        total = parts.inner_capacity + parts.outer_capacity
        if total <= 0.0:
            return
        self.net.link(la.NODES + surface, node, area / max(depth / total * 2.0 / 3.0, 1e-3))
        self.net.capacity[node] += area * total
        self._inside(surface, area, INSIDE_FLOOR if surface == la.S_FLOOR else INSIDE_WALL, construction)

    def add_partition(
        self, area: float, resistance: float, capacity: float, construction: Construction
    ) -> None:
        """This zone's half of a wall to another zone; resistance from its face to its node [m2K/W]."""
        self.net.link(la.NODES + la.S_PARTITION, la.PARTITION, area / resistance)
        self.net.capacity[la.PARTITION] += area * capacity
        self._inside(la.S_PARTITION, area, INSIDE_WALL, construction)

    # --- windows
    # -----------------------------------------------------------------------------------------------

    def _add_window(self, window: Window, tilt_deg: float) -> None:
        glass = glazing_of(window.glazing, self._fabric.glazing)
        area = window.area_m2
        inner, outer = la.NODES + la.S_WINDOW, la.NODES + la.S_WINDOW_OUT
        single = glass.panes == 1
        conductance = GLASS_CONDUCTANCE if single else glass.conductance(GAP_REFERENCE)
        if single and glass.pane_resistance > 0.0:
            conductance = 1.0 / glass.pane_resistance
        self.net.link(inner, outer, area * conductance)
        self.net.air(inner, area * INSIDE_WINDOW)
        passes = min(1.0, sum(glass.diffuse))
        self.surfaces.append(Surface(la.S_WINDOW, area, glass.emissivity_inside, passes))
        self._add_weather(
            la.S_WINDOW_OUT, la.F_WINDOW_AREA, area, OUTSIDE_WINDOW, glass.emissivity_outside, tilt_deg
        )
        self._add_gap(glass, area)

    def _add_gap(self, glass: Glazing, area: float) -> None:
        """Parameters of the gap's dependence on temperature; unlike glazings merge by area."""
        if glass.panes == 1:
            return
        film = self.film
        total = film[la.F_GAP_AREA] + area
        for column, value in (
            (la.F_GAP_GAS, glass.gas_conductance),
            (la.F_GAP_EXPONENT, glass.gas_exponent),
            (la.F_GAP_EMISSIVITY, glass.gap_emissivity),
            (la.F_GAP_PANES, glass.pane_resistance),
        ):
            film[column] += (value - film[column]) * area / total
        film[la.F_GAP_AREA] = total
        kelvin = GAP_REFERENCE + KELVIN
        gap = film[la.F_GAP_GAS] * (kelvin / KELVIN) ** film[la.F_GAP_EXPONENT]
        gap += film[la.F_GAP_EMISSIVITY] * 4.0 * STEFAN_BOLTZMANN * kelvin**3
        film[la.F_GAP] = total / (film[la.F_GAP_PANES] + 1.0 / gap)

    # --- the whole
    # -----------------------------------------------------------------------------------------------

    def network(self) -> Network:
        """The zone's network with radiant exchange, sun and heat inputs; to be called once, at the end."""
        for surface, source in (
            (la.S_WALL_OUT, la.I_SUN_WALL),
            (la.S_WALL_OUT, la.I_FIX_WALL),
            (la.S_ROOF_OUT, la.I_SUN_ROOF),
            (la.S_ROOF_OUT, la.I_FIX_ROOF),
            (la.S_WINDOW_OUT, la.I_PANE_OUT),
            (la.S_WINDOW_OUT, la.I_FIX_WINDOW),
            (la.S_WINDOW, la.I_PANE_IN),
        ):
            if self.net.present(la.NODES + surface):
                self.net.heat(la.NODES + surface, source, 1.0)
        if self.net.present(la.NODES + la.S_WINDOW):
            self.net.heat(la.NODES + la.S_WINDOW, la.I_FIX_GAP, 1.0)
            self.net.heat(la.NODES + la.S_WINDOW_OUT, la.I_FIX_GAP, -1.0)
        if self.net.present(la.PARTITION):
            self.net.heat(la.PARTITION, la.I_PARTITION, 1.0)
        if self.net.capacity[la.FLOOR_IN] > 0.0:
            self.net.heat(la.FLOOR_IN, la.I_FLOOR_HEAT, 1.0)
        else:
            self.net.heat_air(la.I_FLOOR_HEAT, 1.0)
        self._add_star()
        self._add_inside_heat()
        return self.net

    def _add_star(self) -> None:
        """Radiant exchange inside through one node, its correction terms, and the film parameters of both."""
        star = la.NODES + la.S_STAR
        unit = 4.0 * STEFAN_BOLTZMANN * STAR_REFERENCE**3
        factors = carroll_factors([s.area for s in self.surfaces])
        for surface, factor in zip(self.surfaces, factors, strict=True):
            resistance = (1.0 - surface.emissivity) / surface.emissivity + 1.0 / factor
            conductance = surface.area * unit / resistance
            self.net.link(la.NODES + surface.index, star, conductance)
            self.film[la.F_STAR + surface.index - la.S_WALL] += conductance
        for index in {s.index for s in self.surfaces}:
            source = la.I_FIX_STAR + index - la.S_WALL
            self.net.heat(la.NODES + index, source, 1.0)
            self.net.heat(star, source, -1.0)

    def _add_inside_heat(self) -> None:
        """Transmitted sun and radiant gains onto the inner surfaces."""
        if not self.surfaces:
            self.net.heat_air(la.I_RADIANT, 1.0)
            self.net.heat_air(la.I_TRANSMITTED, 1.0)
            return
        total = sum(s.area for s in self.surfaces)
        shares = solar_shares(self.surfaces, self._zone.floor_area_m2, self._zone.height_m)
        for surface, share in zip(self.surfaces, shares, strict=True):
            self.net.heat(la.NODES + surface.index, la.I_RADIANT, surface.area / total)
            if surface.index != la.S_WINDOW:
                self.net.heat(la.NODES + surface.index, la.I_TRANSMITTED, share)
