"""Climates and parameters of the episodes that a batch is playing, where the scenario varies by seed.

Slots that play the same episode share a seat; a seat that nobody needs is taken over when there is no empty
one. So a batch holds as many climates as it plays episodes, or those of its pool where they are small.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from twin.building.assembly import Building
from twin.outlook import Outlook
from twin.physics.layout import Boundary, Float, Parameters

SHARED = ("kind", "constant")  # of Parameters: the same for every variant
CLIMATE = ("weather", "sun")
ROOM = 2**25  # bytes of climates for which a whole pool gets seats, so that a reset need not copy


def seats_for(one: Building, count: int, pool: int) -> int:
    """Seats at first for `count` slots and a pool: what can be played at once, or a small pool."""
    own = one.boundary.weather[:1].nbytes + one.boundary.sun[:1].nbytes
    return max(min(count, pool or count), min(pool, ROOM // own))


def _repeated(array: Float, count: int) -> Float:
    return np.repeat(array[:1], count, axis=0)


class Seats:
    """Room for some climates and variants, written in place.

    Parameters
    ----------
    count
        Seats at first; more are made when more episodes are played at once.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._at: dict[Hashable, int] = {}
        self.of: dict[int, Hashable] = {}  # what is played in each slot

    def furnished(self, building: Building) -> Building:
        """A building whose climates and variants are the seats, its own arrays; all as the first was."""
        parameters: Parameters = building.parameters
        boundary: Boundary = building.boundary
        variants: dict[str, Any] = {
            name: _repeated(getattr(parameters, name), self.count)
            for name in Parameters._fields
            if name not in SHARED
        }
        climates: dict[str, Any] = {name: _repeated(getattr(boundary, name), self.count) for name in CLIMATE}
        return dataclasses.replace(
            building, parameters=parameters._replace(**variants), boundary=boundary._replace(**climates)
        )

    @classmethod
    def alone(cls, building: Building, slot: int, count: int, name: Hashable) -> tuple[Seats, Building]:
        """One seat, where `count` slots all play what a slot of another batch plays; and their building.

        The climate and the parameters are copies; people and devices are still the other batch's.
        """
        seats, seat = cls(1), int(building.boundary.climate[slot])
        seats._at, seats.of = {name: 0}, dict.fromkeys(range(count), name)
        parameters, boundary = building.parameters, building.boundary
        variants: dict[str, Any] = {
            field: getattr(parameters, field)[seat : seat + 1].copy()
            for field in Parameters._fields
            if field not in SHARED
        }
        climates: dict[str, Any] = {
            field: getattr(boundary, field)[seat : seat + 1].copy() for field in CLIMATE
        }
        return seats, dataclasses.replace(
            building, parameters=parameters._replace(**variants), boundary=boundary._replace(**climates)
        )

    def needs_more(self, wanted: Mapping[int, Hashable]) -> bool:
        """Whether the slots will play more episodes at once than there are seats."""
        return len({*(self.of | dict(wanted)).values()}) > self.count

    def enlarge(self, building: Building) -> Building:
        """Twice the seats, those taken as they are."""
        old = self.count
        self.count = 2 * old
        bigger = self.furnished(building)
        for name in bigger.parameters._fields:
            if name not in SHARED:
                getattr(bigger.parameters, name)[:old] = getattr(building.parameters, name)
        for name in CLIMATE:
            getattr(bigger.boundary, name)[:old] = getattr(building.boundary, name)
        return bigger

    def sit(
        self,
        building: Building,
        outlook: Outlook,
        slots: Sequence[int],
        episodes: Mapping[Hashable, Building],
        of: Sequence[Hashable],
    ) -> None:
        """Let slots play episodes: their climates and parameters go into seats, and the slots point there.

        Parameters
        ----------
        building, outlook
            Those of the batch, with seats; changed in place.
        slots, of
            Slots, and what each plays.
        episodes
            A building of one for each of those.
        """
        self.of.update(zip(slots, of, strict=True))
        playing = {*self.of.values()}
        for name in dict.fromkeys(of):
            if name not in self._at:
                self._at[name] = seat = self._free(playing)
                _write(building, outlook, seat, episodes[name])
        at = np.array([self._at[name] for name in of], dtype=np.int64)
        building.boundary.variant[list(slots)] = at
        building.boundary.climate[list(slots)] = at

    def _free(self, playing: set[Hashable]) -> int:
        taken = {*self._at.values()}
        for seat in range(self.count):
            if seat not in taken:
                return seat
        left = next(name for name in self._at if name not in playing)
        return self._at.pop(left)


def _write(building: Building, outlook: Outlook, seat: int, one: Building) -> None:
    for name in Parameters._fields:
        if name not in SHARED:
            getattr(building.parameters, name)[seat] = getattr(one.parameters, name)[0]
    for name in CLIMATE:
        getattr(building.boundary, name)[seat] = getattr(one.boundary, name)[0]
    outlook.seat(seat, Outlook(one, outlook.spec))
