"""A trained policy as a small ONNX graph: the deterministic action, in [-1, 1], without torch.

A recurrent policy takes what it remembers as further inputs, `hidden` and `cell` (N, layers, units), and
gives it on as `next_hidden` and `next_cell`; zeros begin an episode. What the file says about itself names
them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.basics.errors import MissingExtraError
from twin.control.features import Features
from twin.control.linear import LinearPolicy
from twin.scenario.policy_file import METADATA, NEXT, About, as_text
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
_GATES = (
    0,
    3,
    1,
    2,
)  # of torch (input, forget, cell, output) in the order of ONNX (input, output, forget, cell)


class _Graph:
    """Nodes and constants of a graph that is one chain."""

    def __init__(self) -> None:
        from onnx import helper, numpy_helper

        self._helper, self._constant = helper, numpy_helper.from_array
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.at = "observation"
        self.state: dict[str, tuple[int, ...]] = {}

    def constant(self, values: NDArray[Any]) -> str:
        """A constant's name."""
        name = f"c{len(self.constants)}"
        self.constants.append(self._constant(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], outputs: list[str], **attributes: Any) -> None:
        """One node beside the chain."""
        self.nodes.append(self._helper.make_node(kind, inputs, outputs, **attributes))

    def then(self, kind: str, *inputs: str, **attributes: Any) -> None:
        """One node more; its first input is where the chain is."""
        name = f"v{len(self.nodes)}"
        self.nodes.append(self._helper.make_node(kind, [self.at, *inputs], [name], **attributes))
        self.at = name

    def memory(self, lstm: Any) -> bool:
        """The layers of a torch LSTM, one step of time; False where it is of a kind without a counterpart."""
        if lstm.bidirectional or lstm.proj_size:
            return False
        self.state = dict.fromkeys(("hidden", "cell"), (lstm.num_layers, lstm.hidden_size))
        axis = self.constant(np.array([0]))
        for name in self.state:
            self.node("Transpose", [name], [f"{name}_by_layer"], perm=[1, 0, 2])
            each = [f"{name}_{i}" for i in range(lstm.num_layers)]
            self.node("Split", [f"{name}_by_layer"], each, axis=0, num_outputs=len(each))
        self.then("Unsqueeze", axis)
        for i in range(lstm.num_layers):
            into, back = (self.constant(_gates(getattr(lstm, f"weight_{k}h_l{i}"))[None]) for k in "ih")
            offset = [_gates(getattr(lstm, f"bias_{k}h_l{i}")) for k in "ih"] if lstm.bias else []
            bias = self.constant(np.concatenate(offset)[None]) if offset else ""
            inputs = [self.at, into, back, bias, "", f"hidden_{i}", f"cell_{i}"]
            outputs = [f"layer_{i}", f"hidden_after_{i}", f"cell_after_{i}"]
            self.node("LSTM", inputs, outputs, hidden_size=lstm.hidden_size)
            self.at = f"layer_{i}"
            self.then("Squeeze", self.constant(np.array([1])))
        for name in self.state:
            each = [f"{name}_after_{i}" for i in range(lstm.num_layers)]
            self.node("Concat", each, [f"{name}_after"], axis=0)
            self.node("Transpose", [f"{name}_after"], [NEXT + name], perm=[1, 0, 2])
        self.then("Squeeze", axis)
        return True

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
    False where it cannot be written so: it has a layer without a counterpart.

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
    about = about.model_copy(update={"state": graph.state})

    def values(prefix: str, name: str, shape: tuple[int, ...]) -> list[Any]:
        own = {name: shape} | {prefix + key: kept for key, kept in graph.state.items()}
        return [helper.make_tensor_value_info(k, TensorProto.FLOAT, ["N", *v]) for k, v in own.items()]

    seen = values("", "observation", (len(about.observation_names),))
    done = values(NEXT, "action", (width,))
    body = helper.make_graph(graph.nodes, "policy", seen, done, graph.constants)
    made = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="building-twin"
    )
    made.ir_version = 10  # what onnxruntime has read since 1.18
    helper.set_model_props(made, {METADATA: as_text(about)})
    onnx.checker.check_model(made)
    with whole_file(path, "a policy") as stream:
        stream.write(made.SerializeToString())
    return True


def _gates(weight: Any) -> NDArray[np.float32]:
    """Rows of a torch LSTM's weights (4 H, ...) in the order of ONNX."""
    parts = np.split(weight.detach().cpu().numpy(), len(_GATES))
    return np.concatenate([parts[i] for i in _GATES])


def _policy(graph: _Graph, model: Any) -> bool:
    """The network from observation to action, before clipping."""
    policy = model.policy
    if isinstance(policy, LinearPolicy):
        if policy.features is not None:
            _features(graph, policy.features)
        graph.then("Gemm", graph.constant(policy.weight), graph.constant(policy.bias), transB=1)
        return True
    if any(type(reader).__name__ != "FlattenExtractor" for reader in _readers(policy)):
        return False  # a network before the network
    if hasattr(policy, "lstm_actor") and not graph.memory(policy.lstm_actor):
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


def _readers(policy: Any) -> list[Any]:
    """What reads the observation before the layers of the actor, or of the Q network, do."""
    if hasattr(policy, "q_net"):
        return [policy.q_net.features_extractor]
    if hasattr(policy, "mlp_extractor"):
        return [policy.pi_features_extractor]
    return [policy.actor.features_extractor]


def _features(graph: _Graph, features: Features) -> None:
    """What Features computes, in the same order of sums."""
    seen = graph.at
    for k in range(features.column.shape[1]):
        before, graph.at = graph.at, seen
        graph.then("Gather", graph.constant(features.column[:, k]), axis=1)
        graph.then("Mul", graph.constant(features.coefficient[:, k]))
        graph.then("Add", before if k else graph.constant(features.shift))
    _combined(graph, features.row, "Max")
    graph.then("Max", graph.constant(features.floor))
    graph.then("Min", graph.constant(features.cap))
    graph.then(
        "Pad", graph.constant(np.array([0, 0, 0, 1], np.int64)), graph.constant(np.array(1.0, np.float32))
    )
    _combined(graph, features.factor, "Mul")


def _combined(graph: _Graph, columns: NDArray[np.int64], kind: str) -> None:
    """Columns of where the chain is, taken as each row of `columns` says and combined from left to right."""
    source = graph.at
    for k in range(columns.shape[1]):
        before, graph.at = graph.at, source
        graph.then("Gather", graph.constant(columns[:, k]), axis=1)
        if k:
            graph.then(kind, before)
