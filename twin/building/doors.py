"""Doors between zones, in an order in which their air flows need no matrix where that is possible."""

from __future__ import annotations

import numpy as np

from twin.physics import layout as la
from twin.physics.layout import Float
from twin.scenario.fabric import BuildingFabric, Door


def doors(fabric: BuildingFabric, density: float) -> Float:
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
