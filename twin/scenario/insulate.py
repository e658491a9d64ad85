"""Better or worse insulated: the insulating layer of every wall, roof and floor, scaled."""

from __future__ import annotations

from typing import Any

from twin.scenario.fabric import Construction, Layer
from twin.scenario.library import CONSTRUCTIONS

INSULATION = "insulation"  # what `randomise` calls it


def insulated(data: dict[str, Any], factor: float) -> None:
    """Multiply the resistance of the insulating layer of the envelope's constructions, in place.

    Parameters
    ----------
    data
        A scenario as a mapping; its constructions in walls, roofs and floors become its own.
    factor
        More than 0. The insulating layer is the one of the largest resistance; its mass stays.
    """
    fabric = data["building"]
    own = {
        name: given if isinstance(given, Construction) else Construction.model_validate(given)
        for name, given in fabric["constructions"].items()
    }
    for name in sorted(_used(fabric)):
        construction = own.get(name) or CONSTRUCTIONS.get(name)
        if construction is not None:
            own[name] = _scaled(construction, factor)
    fabric["constructions"] = {name: one.model_dump() for name, one in own.items()}


def _used(fabric: dict[str, Any]) -> set[str]:
    """Names of the constructions in walls, roofs and floors."""
    found: set[str] = set()
    for zone in fabric["zones"]:
        parts = [*zone["walls"], zone["roof"], zone["floor"]]
        found |= {str(part["construction"]) for part in parts if part is not None}
    return found


def _scaled(construction: Construction, factor: float) -> Construction:
    resistances = [_resistance(layer) for layer in construction.layers]
    i = resistances.index(max(resistances))
    layer = construction.layers[i]
    if layer.resistance_m2k_w is not None:
        change = {"resistance_m2k_w": layer.resistance_m2k_w * factor}
    else:
        change = {"conductivity_w_mk": (layer.conductivity_w_mk or 0.0) / factor}
    layers = (*construction.layers[:i], layer.model_copy(update=change), *construction.layers[i + 1 :])
    return construction.model_copy(update={"layers": layers})


def _resistance(layer: Layer) -> float:
    if layer.resistance_m2k_w is not None:
        return layer.resistance_m2k_w
    return (layer.thickness_m or 0.0) / (layer.conductivity_w_mk or 1.0)
