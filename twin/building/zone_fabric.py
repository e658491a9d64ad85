"""One zone's surfaces, gathered into its heat network, its inner surfaces and the parameters of its films.

Inside, convection and radiation are separate: surfaces exchange radiant heat through one mean radiant node.
"""

from __future__ import annotations

import math

import numpy as np

from twin.building.adjacent import FILMS, SOIL, wall_conductance
from twin.building.constructions import Slab, construction_of, slab
from twin.building.glazing import Glazing, glazing_of
from twin.building.ground import ground_layers
from twin.building.interior import Surface, box_of, carroll_factors, solar_shares
from twin.building.network import Network
from twin.physics import layout as la
from twin.physics.fabric import KELVIN, STAR_REFERENCE, STEFAN_BOLTZMANN
from twin.physics.layout import Float
from twin.scenario.beyond import Adiabatic, Ground, Outdoor, UnheatedSpace
from twin.scenario.fabric import BuildingFabric, Construction, Floor, Roof, Wall, Zone
from twin.scenario.windows import Window

# Convection [W/m2K] of the linear network: ANSI/ASHRAE 140-2020, annual means of case 600
INSIDE_WALL, INSIDE_ROOF, INSIDE_FLOOR, INSIDE_WINDOW = 2.2, 1.8, 2.2, 2.4
OUTSIDE_WALL, OUTSIDE_ROOF, OUTSIDE_FLOOR, OUTSIDE_WINDOW = 11.9, 14.4, 0.8, 8.0
ROUGH = 1.67  # forced convection on a rough surface over that on a smooth one (EnergyPlus, "Rough")
OUTSIDE_REFERENCE = 283.15  # [K] at which the linear long-wave exchange outside is taken
GAP_REFERENCE = 10.0  # [°C] at which the linear conductance of the gap is taken
GLASS_CONDUCTANCE = 330.0  # [W/m2K] of a single pane without a stated resistance: 3 mm at 1 W/mK

Part = Wall | Roof | Floor
VERTICAL = (60.0, 120.0)  # tilt of what counts as a wall that looks in its azimuth [deg]


class ZoneFabric:
    """One zone's surfaces, gathered into its network, its inner surfaces and its film parameters."""

    def __init__(self, zone: Zone, fabric: BuildingFabric) -> None:
        self.net = Network()
        self.film: Float = np.zeros(la.FILM_PARAMETERS)
        self.film[la.F_DETAILED] = fabric.convection == "detailed"
        self.surfaces: list[Surface] = []
        self._zone = zone
        self._fabric = fabric
        for wall in zone.walls:
            if isinstance(wall.boundary, Outdoor):
                self._add_outside(wall, la.WALL_IN, la.S_WALL, la.S_WALL_OUT, la.F_WALL_AREA)
            else:
                self._add_wall_beside(wall)
        if zone.roof is not None:
            if isinstance(zone.roof.boundary, Outdoor):
                self._add_outside(zone.roof, la.ROOF_IN, la.S_ROOF, la.S_ROOF_OUT, la.F_ROOF_AREA)
            else:
                self._add_roof_below(zone.roof)
        self._add_floor()
        if zone.furniture is not None:
            construction = construction_of(zone.furniture.construction, fabric.constructions)
            self._add_mass(la.MASS, la.S_MASS, zone.furniture.area_m2, slab(construction), construction)
        self.net.bridge(sum(bridge.conductance for bridge in zone.thermal_bridges))

    # --- opaque
    # ------------------------------------------------------------------------------------------------

    def _add_slab(self, node: int, inside: int, outside: int, area: float, parts: Slab) -> None:
        self.net.link(la.NODES + inside, node, area / parts.inner)
        self.net.link(node, node + 1, area / parts.core)
        self.net.link(node + 1, la.NODES + outside, area / parts.outer)
        self.net.capacity[node] += area * parts.inner_capacity
        self.net.capacity[node + 1] += area * parts.outer_capacity

    def _inside(
        self, surface: int, area: float, film: float, construction: Construction, part: Part | None = None
    ) -> None:
        own = None if part is None else part.inside_solar_absorptance
        absorbs = construction.solar_absorptance_inside if own is None else own
        self._convection(surface, area, film, part)
        looks = _azimuth(part)
        self.surfaces.append(Surface(surface, area, construction.emissivity_inside, absorbs, looks))

    def _convection(self, surface: int, area: float, film: float, part: Part | None) -> None:
        """A surface's film to the zone air: linear in the network, and what makes it natural convection."""
        self.net.air(la.NODES + surface, area * film)
        if self._fabric.convection == "fixed":
            return
        at = surface - la.S_WALL
        warm, cool = natural(_facing(surface, part))
        self.film[la.F_CONVECTION + at] += area * film
        self.film[la.F_WARM + at] += area * warm
        self.film[la.F_COOL + at] += area * cool

    def _add_outside(self, wall: Wall | Roof, node: int, inside: int, outside: int, film: int) -> None:
        """A wall or roof, its windows taken out of it."""
        construction = construction_of(wall.construction, self._fabric.constructions)
        for window in wall.windows:
            self._add_window(window, wall)
        area = wall.area_m2 - sum(window.area_m2 for window in wall.windows)
        if area <= 1e-9 * wall.area_m2:
            return
        roof = node == la.ROOF_IN
        self._add_slab(node, inside, outside, area, slab(construction))
        self._inside(inside, area, INSIDE_ROOF if roof else INSIDE_WALL, construction, wall)
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
        if self._fabric.convection == "detailed":
            smooth = film == la.F_WINDOW_AREA
            at = la.F_OUTER + 3 * (la.F_WINDOW_AREA, la.F_WALL_AREA, la.F_ROOF_AREA).index(film)
            self.film[at : at + 3] += area * convection, area, area * (1.0 if smooth else ROUGH)

    def _add_floor(self) -> None:
        floor = self._zone.floor
        if floor is None:
            return
        construction = construction_of(floor.construction, self._fabric.constructions)
        boundary = floor.boundary
        under = ground_layers(boundary, construction) if isinstance(boundary, Ground) else ()
        parts = slab(construction, under)
        if isinstance(boundary, Adiabatic):
            self._add_mass(la.FLOOR_IN, la.S_FLOOR, floor.area_m2, parts, construction, floor)
            return
        self._add_slab(la.FLOOR_IN, la.S_FLOOR, la.S_FLOOR_OUT, floor.area_m2, parts)
        self._inside(la.S_FLOOR, floor.area_m2, INSIDE_FLOOR, construction, floor)
        below = la.NODES + la.S_FLOOR_OUT
        if isinstance(boundary, Ground):
            self.net.surround(below, la.I_GROUND, floor.area_m2 * 1e3)
        elif isinstance(boundary, Outdoor):
            radiation = construction.emissivity_outside * 4.0 * STEFAN_BOLTZMANN * OUTSIDE_REFERENCE**3
            self.net.surround(below, la.I_OUTDOOR, floor.area_m2 * (OUTSIDE_FLOOR + radiation))
        elif isinstance(boundary, UnheatedSpace):
            self._add_between(below, floor.area_m2 / FILMS["floor"], boundary)
        else:
            self.net.surround(below, la.I_GROUND, floor.area_m2 / FILMS["floor"])

    # --- beside spaces of another temperature
    # ------------------------------------------------------------------------------------------------

    def _add_between(self, node: int, conductance: float, boundary: UnheatedSpace) -> None:
        """A space whose temperature lies between the zone's and outdoors', by EN ISO 13789:2017."""
        self.net.surround(node, la.I_OUTDOOR, boundary.temperature_factor * conductance)
        self.net.mirror(node, (1.0 - boundary.temperature_factor) * conductance)

    def _add_roof_below(self, roof: Roof) -> None:
        """A ceiling under a space; its heat arrives where the sun on a roof would."""
        construction = construction_of(roof.construction, self._fabric.constructions)
        parts = slab(construction)
        if isinstance(roof.boundary, Adiabatic):
            self._add_mass(la.ROOF_IN, la.S_ROOF, roof.area_m2, parts, construction, roof)
            return
        self._add_slab(la.ROOF_IN, la.S_ROOF, la.S_ROOF_OUT, roof.area_m2, parts)
        self._inside(la.S_ROOF, roof.area_m2, INSIDE_ROOF, construction, roof)
        above, conductance = la.NODES + la.S_ROOF_OUT, roof.area_m2 / FILMS["roof"]
        if isinstance(roof.boundary, UnheatedSpace):
            self._add_between(above, conductance, roof.boundary)
        else:
            self.net.known(above, conductance)

    def _add_wall_beside(self, wall: Wall) -> None:
        """A wall to a space: its inner half, then conductance to that space, whose side it takes."""
        construction = construction_of(wall.construction, self._fabric.constructions)
        if isinstance(wall.boundary, Adiabatic):
            self._add_mass(la.MASS, la.S_MASS, wall.area_m2, slab(construction), construction, wall)
            return
        half = slab(construction, (SOIL,) if isinstance(wall.boundary, Ground) else ())
        self.add_partition(wall.area_m2, half.inner, half.inner_capacity, construction, wall)
        conductance = wall_conductance(wall, construction)
        if isinstance(wall.boundary, UnheatedSpace):
            self._add_between(la.PARTITION, conductance, wall.boundary)
        else:
            self.net.known(la.PARTITION, conductance)

    def _add_mass(
        self,
        node: int,
        surface: int,
        area: float,
        parts: Slab,
        construction: Construction,
        part: Part | None = None,
    ) -> None:
        """A body with an adiabatic back: one node, a third of its resistance deep (a slab's slow limit)."""
        total = parts.inner_capacity + parts.outer_capacity
        if total <= 0.0:
            return
        depth = parts.inner + parts.core * (parts.outer_capacity / total) ** 2
        self.net.link(la.NODES + surface, node, area / max(depth, 1e-3))
        self.net.capacity[node] += area * total
        film = {la.S_FLOOR: INSIDE_FLOOR, la.S_ROOF: INSIDE_ROOF}.get(surface, INSIDE_WALL)
        self._inside(surface, area, film, construction, part)

    def add_partition(
        self,
        area: float,
        resistance: float,
        capacity: float,
        construction: Construction,
        part: Part | None = None,
    ) -> None:
        """This zone's half of a wall to another zone; resistance from its face to its node [m2K/W]."""
        self.net.link(la.NODES + la.S_PARTITION, la.PARTITION, area / resistance)
        self.net.capacity[la.PARTITION] += area * capacity
        self._inside(la.S_PARTITION, area, INSIDE_WALL, construction, part)

    # --- windows
    # -----------------------------------------------------------------------------------------------

    def _add_window(self, window: Window, wall: Wall | Roof) -> None:
        glass = glazing_of(window.glazing, self._fabric.glazing)
        area = window.glass_m2
        self.net.bridge((window.area_m2 - area) * window.frame_u_value_w_m2k)
        inner, outer = la.NODES + la.S_WINDOW, la.NODES + la.S_WINDOW_OUT
        single = glass.panes == 1
        conductance = GLASS_CONDUCTANCE if single else glass.conductance(GAP_REFERENCE)
        if single and glass.pane_resistance > 0.0:
            conductance = 1.0 / glass.pane_resistance
        self.net.link(inner, outer, area * conductance)
        self._convection(la.S_WINDOW, area, INSIDE_WINDOW, wall)
        takes = min(1.0, sum(glass.diffuse))
        # from inside, the inner pane takes what from outside the outer one does: exact for like panes
        kept = (glass.diffuse[1] / takes, glass.diffuse[2] / takes) if takes > 0.0 else (0.0, 0.0)
        self.surfaces.append(Surface(la.S_WINDOW, area, glass.emissivity_inside, takes, _azimuth(wall), kept))
        emissivity = glass.emissivity_outside
        self._add_weather(la.S_WINDOW_OUT, la.F_WINDOW_AREA, area, OUTSIDE_WINDOW, emissivity, wall.tilt_deg)
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
            self.net.heat(la.PARTITION, la.I_BESIDE, 1.0)
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
            self.net.heat(la.NODES + index, la.I_FIX_INSIDE + index - la.S_WALL, 1.0)
        if self.surfaces:
            self.net.heat(star, la.I_FIX_STAR, 1.0)
        self.net.heat_air(la.I_FIX_AIR, 1.0)

    def _add_inside_heat(self) -> None:
        """Transmitted sun and radiant gains onto the inner surfaces."""
        if not self.surfaces:
            self.net.heat_air(la.I_RADIANT, 1.0)
            self.net.heat_air(la.I_TRANSMITTED, 1.0)
            return
        total = sum(s.area for s in self.surfaces)
        shares = solar_shares(self.surfaces, box_of(self._zone))
        for surface, share in zip(self.surfaces, shares, strict=True):
            self.net.heat(la.NODES + surface.index, la.I_RADIANT, surface.area / total)
            if surface.index != la.S_WINDOW:
                self.net.heat(la.NODES + surface.index, la.I_TRANSMITTED, share)
            else:
                self.net.heat(la.NODES + la.S_WINDOW, la.I_TRANSMITTED, share * surface.kept[0])
                self.net.heat(la.NODES + la.S_WINDOW_OUT, la.I_TRANSMITTED, share * surface.kept[1])


def _facing(surface: int, part: Part | None) -> float:
    """Cosine between up and where an inner surface faces: 1 a floor, 0 a wall, -1 a ceiling."""
    if surface == la.S_FLOOR:
        return 1.0
    if isinstance(part, Wall | Roof):
        return -math.cos(math.radians(part.tilt_deg))
    return -1.0 if surface == la.S_ROOF else 0.0


def natural(facing: float) -> tuple[float, float]:
    """Natural convection over the cube root of the difference, of a surface warmer and cooler than the air.

    Parameters
    ----------
    facing
        Cosine between up and the surface's normal into the room.

    Returns
    -------
    warmer, cooler
        [W/m2K^(4/3)].

    Source: G.N. Walton, Thermal Analysis Research Program Reference Manual, NBSSIR 83-2655 (1983), as in the
    EnergyPlus Engineering Reference, "TARP algorithm".
    """
    slope = abs(facing)
    if slope < 1e-6:
        return 1.31, 1.31
    rises, stays = 9.482 / (7.283 - slope), 1.810 / (1.382 + slope)
    return (rises, stays) if facing > 0.0 else (stays, rises)


def _azimuth(part: Part | None) -> float | None:
    """Direction of an upright wall [deg], None of anything else."""
    if isinstance(part, Wall) and VERTICAL[0] <= part.tilt_deg <= VERTICAL[1]:
        return part.azimuth_deg
    return None
