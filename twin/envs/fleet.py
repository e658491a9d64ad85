"""Slots whose episodes begin at different dates: one batch per start, each moved on as a whole.

The start of an episode is number (seed + episode) of the list, counted round. So slots with neighbouring
seeds spread over the year, a slot passes through all starts in turn, and a single environment does the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import ScenarioError, TwinError
from twin.envs.batch import Batch, Row
from twin.envs.options import Reseed, moved, whole
from twin.envs.snapshot import FleetSnapshot, Snapshot
from twin.envs.window import Window, window
from twin.outlook import Float32
from twin.physics.layout import Float, Int
from twin.scenario.learning import TaskSpec
from twin.scenario.schema import Scenario

Start = str | date
Starts = int | Start | Sequence[Start] | None
MOST_STARTS = 52


def dates(scenario: Scenario, starts: int | Start | Sequence[Start]) -> Sequence[Start]:
    """Starts as they are listed; of a number, so many spread over a year in whole weeks from the scenario's.

    All lie in the year of the scenario's own start, which comes first, and on its weekday.

    Raises
    ------
    TwinError
        None, more than a year has weeks, or nothing of this kind.
    """
    if isinstance(starts, str | date):
        return (starts,)
    if isinstance(starts, Sequence) and len(starts):
        return starts
    allowed = 'dates or named periods, such as ("winter", "2023-07-10"), or how many: 1 to 52'
    if isinstance(starts, Sequence):
        raise TwinError("there are no starts", key="starts", value=starts, allowed=allowed)
    number = whole(starts, "starts", "a year does not have so many starts", allowed, 1, MOST_STARTS)
    first = scenario.run.start
    weeks = [round(52 * i / number) for i in range(number)]
    days = [first + timedelta(weeks=week) for week in weeks]
    return [day if day.year == first.year else day - timedelta(weeks=52) for day in days]


def begun(scenario: Scenario, start: Start) -> Scenario:
    """The scenario at one of its starts; raises ScenarioError where that is none."""
    try:
        return moved(scenario, {"start": start})
    except ScenarioError as error:
        if error.key == "options.start":
            error.key = "starts"
        raise


class Fleet(Batch):
    """A batch in groups, one group per start that is being played; slots that never began are in none.

    Parameters
    ----------
    starts
        Dates, their text, or named periods of the scenario; at least one.
    """

    def __init__(
        self,
        scenario: Scenario,
        spec: TaskSpec,
        count: int,
        pool: int,
        starts: Sequence[Start],
        first_seed: int = 0,
    ) -> None:
        self._scenarios = [begun(scenario, start) for start in starts]
        super().__init__(self._scenarios[0], spec, count, pool, first_seed)
        self._groups: list[tuple[Int, Batch]] = []
        self._windows: dict[int, Window] = {}  # of the starts played so far: none is made twice
        self._fixed = False

    def move(self, scenario: Scenario, only: bool = True) -> None:
        """Play this start only, from the next `begin` on, or the list again."""
        self._fixed = only
        if only:
            super().move(scenario)

    def begin(self, slots: Int, exact: int | None = None, row: Row | None = None) -> None:
        """See Batch.begin; slots that play one start begin together when they change to the next.

        Raises
        ------
        TwinError
            Only some slots of a start would change to another; nothing has changed then.
        """
        if self._fixed:
            self._groups = []
            super().begin(slots, exact, row)
            return
        base, episode = row or (self.base, self.episode)
        many = len(self._scenarios)
        wanted = (base % many + episode % many) % many
        self._groups = self._grouped(slots, wanted)
        self.base[:], self.episode[:] = base, episode
        for own, batch in self._groups:
            asked = np.isin(own, slots)
            if asked.any():
                batch.to(self._window(int(wanted[own[asked]][0])))
                batch.begin(np.flatnonzero(asked), exact, (base[own], episode[own]))
                self.seeds[own] = batch.seeds

    def _window(self, number: int) -> Window:
        """The window of a start of the list."""
        if number not in self._windows:
            self._windows[number] = window(self._scenarios[number], self.spec.days_ahead)
        return self._windows[number]

    def _grouped(self, slots: Int, wanted: Int) -> list[tuple[Int, Batch]]:
        """Groups when these slots begin: those of which some stay, and one per start for all others.

        Slots that stay together keep their batch.
        """
        groups = []
        free = slots
        for own, batch in self._groups:
            asked = np.isin(own, slots)
            if asked.all():
                continue
            numbers = np.unique(wanted[own[asked]]).tolist()
            if any(self._window(number).key != batch.window.key for number in numbers):
                raise TwinError(
                    "slots with the same start begin their next episodes together",
                    key="starts",
                    value=slots.tolist(),
                    allowed="a reset of all of them, or environments without starts",
                )
            groups.append((own, batch))
            free = np.setdiff1d(free, own)
        known = {own.tobytes(): batch for own, batch in self._groups}
        for number in np.unique(wanted[free]).tolist():
            there, own = self._window(number), free[wanted[free] == number]
            batch = known.get(own.tobytes()) or Batch(
                there.scenario, self.spec, len(own), self.pool, self.first_seed
            )
            groups.append((own, batch))
        return groups

    def step(self, action: NDArray[np.generic]) -> None:
        """See Batch.step."""
        if not self._groups:
            super().step(action)
        for own, batch in self._groups:
            batch.step(action[own])

    def observe(self) -> Float32:
        """See Batch.observe."""
        if not self._groups:
            return super().observe()
        seen = np.zeros((self.count, len(self.outlook.names)), dtype=np.float32)
        for own, batch in self._groups:
            seen[own] = batch.observe()
        return seen

    def terms(self) -> dict[str, Float]:
        """See Batch.terms."""
        if not self._groups:
            return super().terms()
        found = [(own, batch.terms()) for own, batch in self._groups]
        out = {name: np.zeros(self.count) for name in found[0][1]}
        for own, terms in found:
            for name, value in terms.items():
                out[name][own] = value
        return out

    def over(self) -> NDArray[np.bool_]:
        """See Batch.over."""
        if not self._groups:
            return super().over()
        over = np.zeros(self.count, dtype=np.bool_)
        for own, batch in self._groups:
            over[own] = batch.over()
        return over

    def at(self, slot: int) -> tuple[Batch, int]:
        """The batch that holds a slot, and the slot's place in it."""
        for own, batch in self._groups:
            if slot in own:
                return batch, int(np.flatnonzero(own == slot)[0])
        return self, slot

    def snapshot(self) -> Snapshot:
        """See Batch.snapshot."""
        if not self._groups:
            return super().snapshot()
        empty = np.zeros(0)
        return FleetSnapshot(
            self.window, self.spec, empty, self.past.copy(), self.seeds.copy(), self.base.copy(),
            self.episode.copy(), tuple((own, batch.snapshot()) for own, batch in self._groups),
        )  # fmt: skip

    def restore(self, snapshot: Snapshot) -> None:
        """See Batch.restore."""
        if not isinstance(snapshot, FleetSnapshot):
            super().restore(snapshot)
            self._groups, self._fixed = [], True
            return
        snapshot.check(self.window, self.spec, self.count)
        known = {own.tobytes(): batch for own, batch in self._groups}
        groups = []
        for own, kept in snapshot.groups:
            batch = known.get(own.tobytes()) or Batch(
                kept.window.scenario, self.spec, len(own), self.pool, self.first_seed
            )
            batch.restore(kept)
            groups.append((own, batch))
        self._groups, self._fixed = groups, False
        self.seeds[:], self.base[:], self.episode[:] = snapshot.seeds, snapshot.base, snapshot.episode

    def fork(self, count: int, slot: int = 0, reseed: Reseed = False) -> Batch:
        """See Batch.fork; the fork plays the start that the slot is in."""
        batch, place = self.at(slot)
        return super().fork(count, slot, reseed) if batch is self else batch.fork(count, place, reseed)


def slots_of(
    scenario: Scenario,
    spec: TaskSpec,
    count: int,
    pool: int,
    starts: Starts = None,
    first_seed: int = 0,
) -> Batch:
    """A batch, or a fleet where episodes begin at several dates."""
    if starts is not None:
        return Fleet(scenario, spec, count, pool, dates(scenario, starts), first_seed)
    return Batch(scenario, spec, count, pool, first_seed)
