"""The heat network of one zone's fabric, and its exact step over a tick.

Nodes with capacity obey C dT/dt = -L T + B u; massless nodes (surfaces, panes, the radiant star) are
eliminated exactly, and the rest is stepped by the matrix exponential with inputs held over the tick. The
means over the tick that the balances need come from the same exponential, augmented by the integral of the
state.

Source: C.F. Van Loan, Computing integrals involving the matrix exponential, IEEE Trans. Automatic Control 23
(1978) 395.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.physics.layout import I_OUTDOOR, INPUTS, NODES, ROW_AIR, ROWS, SURFACES, Float, Int

_SIZE = NODES + SURFACES
_TEMPERATURES = 3  # the first inputs are temperatures of the surroundings: outdoor air, sky, ground


@dataclass(frozen=True)
class ExactStep:
    """What one tick does, by row: nodes, inputs, zone air (see ROWS in twin.physics.layout).

    Parameters
    ----------
    operator
        (ROWS, NODES) nodes at the tick's end.
    flux
        (ROWS,) mean heat from the fabric to the zone air [W].
    recover
        (ROWS, SURFACES) surfaces at an instant [°C].
    outside
        (ROWS,) mean heat into the fabric from everything but the zone air [W]; for balances.
    """

    operator: Float
    flux: Float
    recover: Float
    outside: Float


class Network:
    """Conductances, capacities and heat inputs between the nodes and surfaces of one zone.

    Nodes are numbered as in twin.physics.layout; surface s is `NODES + s`.
    """

    def __init__(self) -> None:
        self.capacity: Float = np.zeros(NODES)
        self._link: Float = np.zeros((_SIZE, _SIZE))
        self._input: Float = np.zeros((_SIZE, INPUTS))
        self._air: Float = np.zeros(_SIZE)
        self._direct: Float = np.zeros(INPUTS)
        self._known: Float = np.zeros(_SIZE)
        self._mirror: Float = np.zeros(_SIZE)
        self._bridge = 0.0

    def link(self, first: int, second: int, conductance: float) -> None:
        """Connect two nodes [W/K]."""
        self._link[first, second] -= conductance
        self._link[second, first] -= conductance
        self._link[first, first] += conductance
        self._link[second, second] += conductance

    def surround(self, node: int, temperature: int, conductance: float) -> None:
        """Connect a node to an input that is a temperature [W/K]."""
        if temperature >= _TEMPERATURES:
            raise ValueError(f"input {temperature} is not a temperature")
        self._link[node, node] += conductance
        self._input[node, temperature] += conductance

    def known(self, node: int, conductance: float) -> None:
        """Connect a node to a temperature whose heat, conductance times temperature, comes as an input."""
        self._link[node, node] += conductance
        self._known[node] += conductance

    def mirror(self, node: int, conductance: float) -> None:
        """Connect a node to a space as warm as the zone air, which takes nothing from that air [W/K]."""
        self.known(node, conductance)
        self._mirror[node] += conductance

    def bridge(self, conductance: float) -> None:
        """Connect the zone air to outdoors [W/K], without mass."""
        self._bridge += conductance

    def air(self, node: int, conductance: float) -> None:
        """Connect a node to the zone air [W/K]."""
        self._link[node, node] += conductance
        self._air[node] += conductance

    def heat(self, node: int, source: int, share: float) -> None:
        """Give a node a share of an input that is heat [W/W]."""
        self._input[node, source] += share

    def heat_air(self, source: int, share: float) -> None:
        """Give the zone air a share of an input that is heat [W/W]."""
        self._direct[source] += share

    def present(self, node: int) -> bool:
        """Whether anything is connected to the node."""
        return bool(self._link[node, node] > 0.0)

    def exact_step(self, tick_s: float) -> ExactStep:
        """The exact step over a tick with all inputs and the zone air held.

        Absent nodes stay as they are; absent surfaces read the zone air.
        """
        mass = np.array(
            [i for i in range(NODES) if self.capacity[i] > 0.0 and self.present(i)], dtype=np.int64
        )
        light = np.array([i for i in range(_SIZE) if i not in mass and self.present(i)], dtype=np.int64)
        drive = np.concatenate([self._input, (self._air + self._mirror)[:, None]], axis=1)
        on_mass, on_drive = self._eliminate(mass, light, drive)
        step, mean = self._integrate(mass, light, drive, on_mass, on_drive, tick_s)
        instant = _rows(on_mass, on_drive, mass)
        mean_light = mean @ on_mass.T + _rows(np.zeros((len(light), len(mass))), on_drive, mass)
        operator = np.zeros((ROWS, NODES))
        operator[np.arange(NODES), np.arange(NODES)] = 1.0
        operator[mass, mass] = 0.0
        operator[:, mass] += step
        recover = np.zeros((ROWS, SURFACES))
        recover[ROW_AIR] = 1.0
        for k, node in enumerate(light):
            if node >= NODES:
                recover[:, node - NODES] = instant[:, k]
        means = np.zeros((ROWS, _SIZE))
        means[:, mass] = mean
        means[:, light] = mean_light
        return ExactStep(operator, self._flux(means), recover, self._outside(means))

    def _eliminate(self, mass: Int, light: Int, drive: Float) -> tuple[Float, Float]:
        """Massless nodes as functions of nodes with capacity and of inputs and air."""
        if not len(light):
            return np.zeros((0, len(mass))), np.zeros((0, INPUTS + 1))
        matrix = self._link[np.ix_(light, light)]
        solved = np.linalg.solve(
            matrix, np.concatenate([-self._link[np.ix_(light, mass)], drive[light]], axis=1)
        )
        return solved[:, : len(mass)], solved[:, len(mass) :]

    def _integrate(
        self, mass: Int, light: Int, drive: Float, on_mass: Float, on_drive: Float, tick_s: float
    ) -> tuple[Float, Float]:
        """Nodes with capacity at the tick's end and in the mean, by row: (ROWS, number of them) each."""
        from scipy.linalg import expm

        n, m = len(mass), INPUTS + 1
        if n == 0:
            return np.zeros((ROWS, 0)), np.zeros((ROWS, 0))
        across = self._link[np.ix_(mass, light)]
        capacity = self.capacity[mass][:, None]
        rate = -(self._link[np.ix_(mass, mass)] + across @ on_mass) / capacity
        push = (drive[mass] - across @ on_drive) / capacity
        block = np.zeros((2 * n + m, 2 * n + m))  # state, inputs, integral of the state over the tick
        block[:n, :n] = rate * tick_s
        block[:n, n : n + m] = push * tick_s
        block[n + m :, :n] = np.eye(n)
        result = expm(block)
        step = _rows(result[:n, :n], result[:n, n : n + m], mass)
        mean = _rows(result[n + m :, :n], result[n + m :, n : n + m], mass)
        return step, mean

    def _flux(self, means: Float) -> Float:
        flux: Float = means @ self._air
        flux[ROW_AIR] -= self._air.sum() + self._bridge
        flux[NODES : NODES + INPUTS] += self._direct
        flux[NODES + I_OUTDOOR] += self._bridge
        return flux

    def _outside(self, means: Float) -> Float:
        """Heat by inputs, less what mean node temperatures give back to the surroundings."""
        surroundings = self._input[:, :_TEMPERATURES].sum(axis=1) + self._known
        outside: Float = -(means @ surroundings)
        outside[NODES : NODES + INPUTS] += self._input.sum(axis=0) + self._direct
        outside[NODES + I_OUTDOOR] += self._bridge
        outside[ROW_AIR] += self._mirror.sum() - self._bridge
        return outside


def _rows(by_mass: Float, by_drive: Float, mass: Int) -> Float:
    """Coefficients on nodes with capacity and on inputs with air, put in the order of ROWS: (ROWS, n)."""
    rows = np.zeros((ROWS, by_mass.shape[0]))
    rows[mass] = by_mass.T
    rows[NODES:] = by_drive.T
    return rows
