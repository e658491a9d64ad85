"""A trained policy as a small ONNX graph: the deterministic action, in [-1, 1], without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import MissingExtraError
from twin.control.linear import LinearPolicy
from twin.scenario.policy_file import METADATA, About, as_text
from twin.telemetry.storage import whole_file

_ACTIVATIONS = {
    "Tanh": "Tanh",
    "ReLU": "Relu",
    "ELU": "Elu",
    "LeakyReLU": "LeakyRelu",
    "Sigmoid": "Sigmoid",
    "GELU": "Gelu",
}
_OPSET = 20  # the first with Gelu


class _Graph:
    """Nodes and constants of a graph that is one chain."""

    def __init__(self) -> None:
        from onnx import helper, numpy_helper

        self._helper, self._constant = helper, numpy_helper.from_array
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.at = "observation"

    def constant(self, values: NDArray[Any]) -> str:
        """A constant's name."""
        name = f"c{len(self.constants)}"
        self.constants.append(self._constant(np.ascontiguousarray(values), name))
        return name

    def then(self, kind: str, *inputs: str, **attributes: Any) -> None:
        """One node more; its first input is where the chain is."""
        name = f"v{len(self.nodes)}"
        self.nodes.append(self._helper.make_node(kind, [self.at, *inputs], [name], **attributes))
        self.at = name

    def layers(self, module: Any) -> bool:
        """The layers of a torch module; False where one has no counterpart here."""
        kind = type(module).__name__
        if kind in ("Sequential", "ModuleList"):
            return all(self.layers(child) for child in module)
        if kind == "Linear":
            weight, bias = (t.detach().cpu().numpy() for t in (module.weight, module.bias))
            self.then("Gemm", self.constant(weight), self.constant(bias), transB=1)
        elif kind == "Hardtanh":
            low, high = (np.array(v, np.float32) for v in (module.min_val, module.max_val))
            self.then("Clip", self.constant(low), self.constant(high))
        elif kind == "SiLU":
            before = self.at
            self.then("Sigmoid")
            self.then("Mul", before)
        elif kind in _ACTIVATIONS:
            attributes = {
                "LeakyReLU": {"alpha": getattr(module, "negative_slope", 0.0)},
                "ELU": {"alpha": getattr(module, "alpha", 1.0)},
            }.get(kind, {})
            self.then(_ACTIVATIONS[kind], **attributes)
        else:
            return kind in ("Flatten", "Identity", "Dropout")
        return True


def write_onnx(path: Path, model: Any, about: About, levels: NDArray[np.float64] | None) -> bool:
    """Write the policy of a model of Stable-Baselines3.

    Parameters
    ----------
    levels
        Actions (k, m) behind the numbers of a discrete policy.

    Returns
    -------
    False where it cannot be written so: it remembers (recurrent), or has a layer without a counterpart.

    Raises
    ------
    MissingExtraError
        onnx is not installed.
    """
    try:
        import onnx
        from onnx import TensorProto, helper
    except ImportError as missing:
        raise MissingExtraError("onnx", "rl") from missing
    graph = _Graph()
    if not _policy(graph, model):
        return False
    if levels is not None:
        graph.then("ArgMax", axis=1, keepdims=0)
        number = graph.at
        graph.at = graph.constant(levels.astype(np.float32))
        graph.then("Gather", number, axis=0)
    else:
        one = np.array(1.0, np.float32)
        graph.then("Clip", graph.constant(-one), graph.constant(one))
    graph.nodes[-1].output[0] = "action"
    width = len(about.action_names)
    seen = helper.make_tensor_value_info(
        "observation", TensorProto.FLOAT, ["N", len(about.observation_names)]
    )
    done = helper.make_tensor_value_info("action", TensorProto.FLOAT, ["N", width])
    body = helper.make_graph(graph.nodes, "policy", [seen], [done], graph.constants)
    made = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="building-twin"
    )
    made.ir_version = 10  # what onnxruntime has read since 1.18
    helper.set_model_props(made, {METADATA: as_text(about)})
    onnx.checker.check_model(made)
    with whole_file(path, "a policy") as stream:
        stream.write(made.SerializeToString())
    return True


def _policy(graph: _Graph, model: Any) -> bool:
    """The network from observation to action, before clipping."""
    policy = model.policy
    if isinstance(policy, LinearPolicy):
        graph.then("Gemm", graph.constant(policy.weight), graph.constant(policy.bias), transB=1)
        return True
    if hasattr(policy, "lstm_actor"):
        return False
    if hasattr(policy, "q_net"):
        return graph.layers(policy.q_net.q_net)
    if hasattr(policy, "mlp_extractor"):  # ppo, a2c
        if not graph.layers(policy.mlp_extractor.policy_net) or not graph.layers(policy.action_net):
            return False
        if policy.squash_output:
            graph.then("Tanh")
        return True
    actor = policy.actor
    if hasattr(actor, "latent_pi"):  # sac, tqc
        known = graph.layers(actor.latent_pi) and graph.layers(actor.mu)
        graph.then("Tanh")
        return known
    return graph.layers(actor.mu)  # td3
