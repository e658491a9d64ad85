"""Bookkeeping of a run from outside: what every zone stores, and what crossed its boundary tick by tick.

The Simulator runs as always, one tick a call; after each, its state and what it hands from one part of the
physics to the next are copied. The accounts are then made from these alone: heat through the fabric from the
network's own conductances to its surroundings (twin.building.network, `outside`), everything else from flows
times differences. Means over a tick of humidity, which the engine does not keep, follow from its ends by the
closed form of the scheme. Nothing is taken from the engine's own accumulators except where they are audited.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from twin.building.envelope import Envelope, envelope
from twin.physics import fabric
from twin.physics import layout as la
from twin.physics.compile import entry
from twin.physics.layout import HYDRONIC, Float
from twin.physics.psychrometrics import CP_AIR
from twin.simulator import Simulator

QUANTITIES = ("energy", "vapour", "CO2")
HELD = la.WORK  # columns of the scratch that are read


@entry
def _slow(
    film: Float, recover: Float, surface: Float, drive: Float, site: Float, sun: Float, out: Float
) -> None:
    """Inputs of the boundary step about to begin, per zone: weather, sun, corrections by the surfaces."""
    for z in range(out.shape[0]):
        u = out[z]
        u[la.I_OUTDOOR], u[la.I_SKY] = site[la.W_TEMPERATURE], site[la.W_SKY]
        u[la.I_GROUND] = site[la.W_GROUND] + sun[z, la.SUN_BELOW]
        u[la.I_BESIDE] = sun[z, la.SUN_BESIDE]
        u[la.I_SUN_WALL], u[la.I_SUN_ROOF] = sun[z, la.SUN_WALL], sun[z, la.SUN_ROOF]
        u[la.I_PANE_OUT], u[la.I_PANE_IN] = sun[z, la.SUN_PANE_OUT], sun[z, la.SUN_PANE_IN]
        u[la.I_TRANSMITTED] = sun[z, la.SUN_TRANSMITTED]
        fabric.correct(film, recover, surface, drive, 0, 0, z, site[la.W_FORCED], u, False)


@dataclass(frozen=True)
class Block:
    """Some ticks of a run: states at n + 1 instants, flows during n ticks.

    Parameters
    ----------
    zone, node, store
        (n + 1, Z, ZONE_STATES), (n + 1, Z, NODES), and water of the plant as heat (n + 1,) [J].
    gains, work, door, slow
        (n, Z, GAINS), (n, Z, HELD), (n, D), (n, Z, SLOW_INPUTS).
    site
        Weather of each tick (n, SITE_COLUMNS).
    power, register
        (n, END_USES) [W] and (n + 1, END_USES) [J].
    plant
        Heat that the plant makes, less what its store loses (n,) [W].
    """

    zone: Float
    node: Float
    store: Float
    gains: Float
    work: Float
    door: Float
    slow: Float
    site: Float
    power: Float
    register: Float
    plant: Float


@dataclass
class Account:
    """Residual of a balance per zone (Z,): now, its largest size, and all that flowed either way."""

    residual: Float
    largest: Float
    flowed: Float

    @classmethod
    def empty(cls, zones: int) -> Account:
        """Nothing booked yet."""
        return cls(np.zeros(zones), np.zeros(zones), np.zeros(zones))

    def book(self, stored: Float, flows: Float) -> None:
        """Add n ticks: change of what is stored (n, Z), and flows into the zones (F, n, Z), per tick."""
        course = self.residual + np.cumsum(stored - flows.sum(axis=0), axis=0)
        self.largest = np.maximum(self.largest, np.abs(course).max(axis=0))
        self.residual = course[-1]
        self.flowed += np.abs(flows).sum(axis=(0, 1))

    @property
    def error(self) -> float:
        """Largest residual at any tick over all that flowed, of the worst zone; 0 where nothing did."""
        with np.errstate(invalid="ignore"):
            return float(np.nan_to_num(self.largest / self.flowed, nan=0.0).max())


@dataclass
class Ledger:
    """Accounts of a run: a balance per quantity and zone, of the plant's water, and of the meters."""

    accounts: dict[str, Account] = field(default_factory=dict)

    def errors(self) -> dict[str, float]:
        """Relative error of each balance."""
        return {name: account.error for name, account in self.accounts.items()}

    def book(self, name: str, stored: Float, flows: Float) -> None:
        """Book into an account, opened where it is new; see Account.book."""
        account = self.accounts.setdefault(name, Account.empty(stored.shape[1]))
        account.book(stored, flows)


class Recorder:
    """Runs a simulator of one building and keeps its books.

    Parameters
    ----------
    simulator
        Of one building, at any instant.
    """

    def __init__(self, simulator: Simulator) -> None:
        if simulator.count != 1:
            raise ValueError(f"{simulator.count} buildings; the books are those of one")
        building = simulator.building
        pressure = float(building.weather.pressure.mean())
        self.shell: Envelope = envelope(building.scenario, building.clock.tick_s, pressure)
        self.ledger = Ledger()
        self._simulator = simulator
        self._tick_s = building.clock.tick_s
        self._slow: Float = np.zeros((simulator.state.zone.shape[1], la.SLOW_INPUTS))

    def run(self, ticks: int, command: Callable[[int], Float], block: int = 1440) -> Ledger:
        """Run some ticks, `command` giving the row (1, A) of each by its number, and book them."""
        for first in range(0, ticks, block):
            self._book(self._record(min(block, ticks - first), command))
        return self.ledger

    def _record(self, ticks: int, command: Callable[[int], Float]) -> Block:
        made, building = self._simulator, self._simulator.building
        state, scratch = made.state, made._scratch
        site = building.boundary.weather[building.boundary.climate[0]]
        sun = building.boundary.sun[building.boundary.climate[0]]
        ratio = int(building.parameters.kind[la.K_TICKS_PER_BOUNDARY])
        block = self._blank(ticks)
        self._instant(block, 0)
        for k in range(ticks):
            j, start = divmod(made.tick, ratio)
            if start == 0:
                p, x = building.parameters, state
                _slow(p.film, p.recover, x.surface, x.drive, site[j], sun[j], self._slow)
            made.advance(command(made.tick), 1)
            self._instant(block, k + 1)
            block.gains[k], block.power[k] = state.gains[0], state.power[0]
            block.work[k], block.door[k] = scratch.work[:, :HELD], scratch.door
            block.slow[k], block.site[k] = self._slow, site[j]
            block.plant[k] = self._plant()
        return block

    def _blank(self, n: int) -> Block:
        zones, doors = self._simulator.state.zone.shape[1], len(self._simulator._scratch.door)
        return Block(
            np.empty((n + 1, zones, la.ZONE_STATES)), np.empty((n + 1, zones, la.NODES)), np.zeros(n + 1),
            np.empty((n, zones, la.GAINS)), np.empty((n, zones, HELD)), np.empty((n, doors)),
            np.empty((n, zones, la.SLOW_INPUTS)), np.empty((n, la.SITE_COLUMNS)), np.empty((n, la.END_USES)),
            np.empty((n + 1, la.END_USES)), np.zeros(n),
        )  # fmt: skip

    def _instant(self, block: Block, k: int) -> None:
        state = self._simulator.state
        block.zone[k], block.node[k], block.register[k] = state.zone[0], state.node[0], state.register[0]
        block.store[k] = self._stored_water()

    # --- the plant's water ------------------------------------------------------------------------------

    @property
    def _hydronic(self) -> bool:
        return int(self._simulator.building.parameters.kind[la.K_SYSTEM]) == HYDRONIC

    def _stored_water(self) -> float:
        """Heat in the buffer and in the emitters [J]."""
        if not self._hydronic:
            return 0.0
        from twin.physics import hydronic as hy

        p, state = self._simulator.building.parameters, self._simulator.state
        water = (
            0.5 * p.terminal[0, :, hy.HT_WATER] * state.terminal[0][:, [hy.HV_WARM, hy.HV_COOL]].sum(axis=1)
        )
        return float(p.system[0, hy.HS_BUFFER] * state.plant[0, hy.HX_BUFFER] + water.sum())

    def _plant(self) -> float:
        """Heat that the machines gave the water in the last tick, less the buffer's loss [W]."""
        if not self._hydronic:
            return 0.0
        from twin.physics import hydronic as hy

        p, state = self._simulator.building.parameters, self._simulator.state
        at = state.zone.shape[1] * la.ZONE_SIGNALS + la.SITE_SIGNALS + la.SY_THERMAL
        lost = p.system[0, hy.HS_LOSS] * (state.plant[0, hy.HX_BUFFER] - hy.ROOM_OF_PLANT)
        return float(state.signal[0, at] - lost)

    # --- accounts ---------------------------------------------------------------------------------------

    def _book(self, block: Block) -> None:
        self._energy(block)
        self._vapour(block)
        self._carbon(block)
        self._meters(block)
        if self._hydronic:
            given = block.work[:, :, [la.WK_CONVECTIVE, la.WK_RADIANT, la.WK_FLOOR]].sum(axis=(1, 2))
            flows = np.stack([block.plant, -given])[:, :, None] * self._tick_s
            self.ledger.book("water", np.diff(block.store)[:, None], flows)

    def _energy(self, block: Block) -> None:
        """Sensible heat of air, furniture and fabric of every zone, and what crossed its boundary."""
        work, mean = block.work, block.zone[1:, :, la.Z_MEAN_AIR]
        rows = np.zeros((len(work), len(mean[0]), la.ROWS))
        rows[:, :, : la.NODES] = block.node[:-1]
        rows[:, :, la.NODES : la.NODES + la.SLOW_INPUTS] = block.slow
        rows[:, :, la.NODES + la.I_RADIANT] = block.gains[:, :, la.G_RADIANT] + work[:, :, la.WK_RADIANT]
        rows[:, :, la.NODES + la.I_FLOOR_HEAT] = work[:, :, la.WK_FLOOR]
        rows[:, :, la.NODES + la.I_PARTITION] = self._through_walls(block)
        rows[:, :, la.ROW_AIR] = mean
        outdoor = block.site[:, None, la.W_TEMPERATURE]
        flows = [
            (rows * self.shell.outside[0]).sum(axis=2),
            block.gains[:, :, la.G_CONVECTIVE],
            work[:, :, la.WK_IDEAL],
            work[:, :, la.WK_CONVECTIVE],
            CP_AIR * work[:, :, la.WK_SUPPLY] * (work[:, :, la.WK_SUPPLY_T] - mean),
            CP_AIR * work[:, :, la.WK_OUTDOOR] * (outdoor - mean),
            CP_AIR * self._through_doors(block, mean),
        ]
        capacity = self._simulator.building.parameters.zone[0, :, la.ZP_AIR_CAPACITY]
        stored = capacity * np.diff(block.zone[:, :, la.Z_AIR], axis=0)
        stored = stored + (self.shell.capacity[0] * np.diff(block.node, axis=0)).sum(axis=2)
        self.ledger.book("energy", stored, np.stack(flows) * self._tick_s)

    def _through_walls(self, block: Block) -> Float:
        """Heat into each zone's half of walls between zones [W] (n, Z): what one gives the other takes."""
        heat = np.zeros(block.node[:-1, :, 0].shape)
        half = block.node[:-1, :, la.PARTITION]
        for first, second, conductance in self.shell.partition[0]:
            i, j = int(first), int(second)
            heat[:, i] += conductance * (half[:, j] - half[:, i])
            heat[:, j] += conductance * (half[:, i] - half[:, j])
        return heat

    def _through_doors(self, block: Block, mean: Float) -> Float:
        """Air through doors times what differs between the zones (n, Z)."""
        flow = np.zeros_like(mean)
        for q, door in enumerate(self._simulator.building.parameters.door[0]):
            i, j = int(door[la.D_FROM]), int(door[la.D_TO])
            flow[:, i] += block.door[:, q] * (mean[:, j] - mean[:, i])
            flow[:, j] += block.door[:, q] * (mean[:, i] - mean[:, j])
        return flow

    def _vapour(self, block: Block) -> None:
        """Vapour in air and furnishings [kg]; what condenses leaves."""
        work, zone = block.work, self._simulator.building.parameters.zone[0]
        capacity = zone[:, la.ZP_AIR_MASS] * zone[:, la.ZP_MOISTURE_CAPACITY]
        condensed = work[:, :, la.WK_CONDENSATE]
        start, end = block.zone[:-1, :, la.Z_HUMIDITY], block.zone[1:, :, la.Z_HUMIDITY]
        mean = self._mean(block, start, end + condensed * self._tick_s / capacity, capacity)
        flows = [
            work[:, :, la.WK_SUPPLY] * work[:, :, la.WK_SUPPLY_X],
            work[:, :, la.WK_OUTDOOR] * block.site[:, None, la.W_HUMIDITY],
            -(work[:, :, la.WK_SUPPLY] + work[:, :, la.WK_OUTDOOR]) * mean,
            block.gains[:, :, la.G_VAPOUR],
            work[:, :, la.WK_VAPOUR],
            -condensed,
            self._through_doors(block, mean),
        ]
        self.ledger.book("vapour", capacity * (end - start), np.stack(flows) * self._tick_s)

    def _carbon(self, block: Block) -> None:
        """CO2, in ppm times kg of air."""
        work, zone = block.work, self._simulator.building.parameters.zone[0]
        mass = zone[:, la.ZP_AIR_MASS]
        start, end = block.zone[:-1, :, la.Z_CO2], block.zone[1:, :, la.Z_CO2]
        mean = self._mean(block, start, end, mass)
        flows = [
            work[:, :, la.WK_SUPPLY] * work[:, :, la.WK_SUPPLY_CO2],
            work[:, :, la.WK_OUTDOOR] * block.site[:, None, la.W_CO2],
            -(work[:, :, la.WK_SUPPLY] + work[:, :, la.WK_OUTDOOR]) * mean,
            block.gains[:, :, la.G_CO2] * 1e6 * mass / zone[:, la.ZP_VOLUME],
            self._through_doors(block, mean),
        ]
        self.ledger.book("CO2", mass * (end - start), np.stack(flows) * self._tick_s)

    def _mean(self, block: Block, start: Float, end: Float, capacity: Float) -> Float:
        """Means over the ticks of a concentration from its ends, mean = start + a(z) (end - start).

        z is the zone's air change in a tick and a(z) = 1 / (1 - exp(-z)) - 1/z, a half at z = 0; by its
        series where the two poles would cancel.
        """
        leaves = block.work[:, :, la.WK_SUPPLY] + block.work[:, :, la.WK_OUTDOOR]
        for q, door in enumerate(self._simulator.building.parameters.door[0]):
            for zone in (int(door[la.D_FROM]), int(door[la.D_TO])):
                leaves[:, zone] += block.door[:, q]
        z = leaves * self._tick_s / capacity
        large = np.maximum(z, 0.05)
        series = 0.5 + z / 12.0 - z**3 / 720.0 + z**5 / 30240.0
        weight = np.where(z < 0.05, series, -1.0 / np.expm1(-large) - 1.0 / large)
        return np.asarray(start + weight * (end - start))

    def _meters(self, block: Block) -> None:
        """Registers against power, and district heat and cold against what ideal loads took."""
        self.ledger.book("registers", np.diff(block.register, axis=0), block.power[None] * self._tick_s)
        if int(self._simulator.building.parameters.kind[la.K_SYSTEM]) == la.IDEAL:
            ideal = block.work[:, :, la.WK_IDEAL]
            taken = np.stack(
                [np.maximum(ideal, 0.0).sum(axis=1), np.maximum(-ideal, 0.0).sum(axis=1)], axis=1
            )
            meters = [la.E_DISTRICT_HEATING, la.E_DISTRICT_COOLING]
            self.ledger.book(
                "district", np.diff(block.register[:, meters], axis=0), taken[None] * self._tick_s
            )
