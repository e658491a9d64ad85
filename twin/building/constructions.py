"""Layers to two capacities and three resistances, and where a construction's name is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twin.basics.errors import ScenarioError, nearest
from twin.scenario.fabric import Construction, Layer
from twin.scenario.library import CONSTRUCTIONS

LEAST_RESISTANCE = 1e-4  # [m2K/W] of a sheet of metal; keeps conductances finite


@dataclass(frozen=True)
class Slab:
    """A construction as 3R2C, per m2, from its inner to its outer face.

    Parameters
    ----------
    inner, core, outer
        Resistances: face to inner node, between the nodes, outer node to face [m2K/W].
    inner_capacity, outer_capacity
        Heat capacities of the nodes [J/m2K]; 0 where that half has no mass.
    """

    inner: float
    core: float
    outer: float
    inner_capacity: float
    outer_capacity: float

    @property
    def resistance(self) -> float:
        """From face to face [m2K/W]."""
        return self.inner + self.core + self.outer


def construction_of(name: str, defined: Mapping[str, Construction]) -> Construction:
    """The construction called `name`: the scenario's own, or a named type of twin.scenario.library.

    Raises
    ------
    ScenarioError
        Where the name is neither; names the nearest.
    """
    found = defined.get(name) or CONSTRUCTIONS.get(name)
    if found is None:
        names = (*defined, *CONSTRUCTIONS)
        raise ScenarioError(
            "unknown construction", key="construction", value=name, allowed=", ".join(names),
            suggestion=nearest(name, names),
        )  # fmt: skip
    return found


def layer_values(layer: Layer) -> tuple[float, float]:
    """Resistance [m2K/W] and heat capacity [J/m2K] of one layer."""
    if layer.resistance_m2k_w is not None:
        return layer.resistance_m2k_w, 0.0
    assert layer.thickness_m is not None, "the schema refuses a layer with neither"
    assert layer.conductivity_w_mk is not None
    capacity = layer.thickness_m * layer.density_kg_m3 * layer.specific_heat_j_kgk
    return layer.thickness_m / layer.conductivity_w_mk, capacity


def slab(construction: Construction, outside: tuple[Layer, ...] = ()) -> Slab:
    """The 3R2C equivalent of a construction, split in the middle of its most resistive layer.

    Each half is one capacity, as deep as slowly varying heat meets it when none passes to the other half;
    total resistance and total capacity are kept. Splitting at the insulation before walls are merged keeps
    inner mass inside and outer mass outside, which decides the dynamics.

    Parameters
    ----------
    outside
        Layers added outside the construction, such as soil.

    Source: G. Fraisse, C. Viardot, O. Lafabrie, G. Achard, Development of a simplified and accurate building
    model based on electrical analogy, Energy and Buildings 34 (2002) 1017 (the 3R2C form).
    """
    layers = [layer_values(layer) for layer in (*construction.layers, *outside)]
    middle = max(range(len(layers)), key=lambda i: layers[i][0])
    resistance, capacity = layers[middle]
    half = (0.5 * resistance, 0.5 * capacity)
    inner, inner_rest, inner_capacity = _half([*layers[:middle], half])
    outer, outer_rest, outer_capacity = _half([*layers[:middle:-1], half])
    core = max(inner_rest + outer_rest, LEAST_RESISTANCE)
    return Slab(
        max(inner, LEAST_RESISTANCE), core, max(outer, LEAST_RESISTANCE), inner_capacity, outer_capacity
    )


def _half(layers: list[tuple[float, float]]) -> tuple[float, float, float]:
    """One half from its face to the cut: resistance to its node, resistance beyond, capacity.

    With its back adiabatic, the half has the impedance 1 / (i w C) + R for slow changes, where R is the
    integral of the square of the share of C that lies deeper: a third of the resistance of a homogeneous
    slab. The node stands there; at the centre of capacity (half of it) the mass would take up too little of a
    day's heat.

    The last layer is half of the one that was cut. Where it is light insulation in front of real mass, its
    small capacity counts, but not its depth: heat that varies over a day does not get that far.
    """
    total = sum(r for r, _ in layers)
    capacity = sum(c for _, c in layers)
    if capacity <= 0.0:
        return 0.5 * total, 0.5 * total, 0.0
    counted = layers if layers[-1][1] > 0.5 * capacity else layers[:-1]
    mass = sum(c for _, c in counted)
    node, deeper = 0.0, 1.0
    for r, c in counted:
        beyond = max(deeper - c / mass, 0.0)
        node += r * (deeper * deeper + deeper * beyond + beyond * beyond) / 3.0
        deeper = beyond
    return node, total - node, capacity
