"""Write the tiny model as ONNX, for a page that reads with it.

Run ``python -m tools.export_onnx --out FOLDER``.

One graph does all that a page asks for. It reads the next bytes of a text after those whose keys
and values it is given. So a long text is read in short pieces, and a reading can be given up
between two of them. Cos and sin come from outside, as everywhere in this course: any frequencies
drive it.

Weights are kept as float16, half the download, and computed with as float32. The shipped weights
are bfloat16, and float16 holds all but the smallest of them exactly: the largest error is 3e-8.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from lesson_utils import weights
from lesson_utils.files import write_whole
from lesson_utils.model import ModelConfig, TinyLlama

NAMES = ("base", "yarn")
"""The shipped models that a page can read with."""
OPSET, IR_VERSION = 17, 8
"""Old enough for every runtime in use."""


class Graph:
    """Nodes and weights, named by number as they come; ``graph.MatMul(a, b)`` adds a node."""

    def __init__(self, weight_type: type = np.float16):
        self.nodes, self.weights, self.weight_type = [], [], weight_type

    def __getattr__(self, operator: str):
        if not operator[0].isupper():
            raise AttributeError(operator)

        def add(*inputs, outputs: int = 1, name: str | None = None, **attributes):
            number = len(self.nodes)
            names = [name or f"{operator}_{number}_{i}" for i in range(outputs)]
            self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
            return names if outputs > 1 else names[0]

        return add

    def constant(self, value, dtype: type = np.int64) -> str:
        """Add a small constant."""
        name = f"constant_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def weight(self, tensor) -> str:
        """Add a model's weights, which are computed with as float32."""
        name = self.constant(tensor.numpy().astype(self.weight_type), self.weight_type)
        return self.Cast(name, to=TensorProto.FLOAT)


def model_graph(model: TinyLlama, *, weight_type: type = np.float16) -> onnx.ModelProto:
    """Write a model as one graph that reads n bytes after m that it has read before.

    Inputs: ``tokens`` int64 [n]; ``answers`` int64 [n], the byte after each; ``cos`` and ``sin``
    float32 [n, head_dim / 2]; ``reach`` int64 [1], how many keys a query sees at most, the nearest;
    and of each layer ``keys_0`` …, ``values_0`` … float32 [heads, m, head_dim], keys rotated.

    Outputs: ``losses`` float32 [n], nats, of the answers; ``logits`` float32 [256] after the last
    byte; ``weights`` float32 [layers, heads, m + n], what the last byte's query gives each key; and
    ``all_keys_0`` …, ``all_values_0`` …, to be given back with the next bytes.

    Parameters
    ----------
    model : TinyLlama
    weight_type : type
        ``np.float16`` or ``np.float32``: how weights are kept in the file.

    Returns
    -------
    onnx.ModelProto
    """
    g, config = Graph(weight_type), model.config
    embedding = g.weight(model.model.embed_tokens.weight)
    x = g.Gather(embedding, "tokens")
    visible = _visible(g)
    looks = []
    for number, layer in enumerate(model.model.layers):
        normed = _norm(g, layer.input_layernorm, x)
        mixed, look = _attention(g, layer.self_attn, number, normed, visible)
        x = g.Add(x, mixed)
        x = g.Add(x, _feed_forward(g, layer.mlp, _norm(g, layer.post_attention_layernorm, x)))
        looks.append(look)
    g.Concat(*looks, axis=0, name="weights")
    logits = g.MatMul(_norm(g, model.model.norm, x), g.Transpose(embedding))
    g.Gather(logits, g.constant(-1), axis=0, name="logits")
    answers = g.Unsqueeze("answers", g.constant([1]))
    chosen = g.GatherElements(g.LogSoftmax(logits, axis=-1), answers, axis=1)
    g.Neg(g.Squeeze(chosen, g.constant([1])), name="losses")
    return _as_model(g, config)


def _visible(g: Graph) -> str:
    """Which of the m + n keys each of the n queries sees: bool [n, m + n]."""
    before = g.Squeeze(g.Shape("keys_0", start=1, end=2))
    total = g.Add(before, g.Squeeze(g.Shape("tokens")))
    zero, one = g.constant(0), g.constant(1)
    queries = g.Unsqueeze(g.Range(before, total, one), g.constant([1]))
    back = g.Sub(queries, g.Range(zero, total, one))
    return g.And(g.GreaterOrEqual(back, zero), g.Less(back, "reach"))


def _norm(g: Graph, norm, x: str) -> str:
    squares = g.ReduceMean(g.Mul(x, x), axes=[-1])
    size = g.Sqrt(g.Add(squares, g.constant(norm.eps, np.float32)))
    return g.Mul(g.Div(x, size), g.weight(norm.weight))


def _linear(g: Graph, x: str, *layers) -> str:
    """Multiply by the weights of several layers in one product."""
    together = np.concatenate([layer.weight.numpy() for layer in layers])
    return g.MatMul(x, g.Transpose(g.weight(layers[0].weight.new_tensor(together))))


def _rotate(g: Graph, x: str) -> str:
    """Turn the pairs of x, [heads, n, head_dim], half-split."""
    first, second = g.Split(x, axis=-1, outputs=2)
    turned = (
        g.Sub(g.Mul(first, "cos"), g.Mul(second, "sin")),
        g.Add(g.Mul(second, "cos"), g.Mul(first, "sin")),
    )
    return g.Concat(*turned, axis=-1)


def _attention(g: Graph, layer, number: int, x: str, visible: str) -> tuple[str, str]:
    """Return what a layer mixes, [n, size], and its last query's weights, [1, heads, m + n]."""
    shape = g.constant([0, 3, layer.heads, layer.head_dim])
    together = g.Reshape(_linear(g, x, layer.q_proj, layer.k_proj, layer.v_proj), shape)
    parts = g.Split(g.Transpose(together, perm=[1, 2, 0, 3]), axis=0, outputs=3)
    q, k, v = (g.Squeeze(part, g.constant([0])) for part in parts)
    keys = g.Concat(f"keys_{number}", _rotate(g, k), axis=1, name=f"all_keys_{number}")
    values = g.Concat(f"values_{number}", v, axis=1, name=f"all_values_{number}")
    q = g.Mul(_rotate(g, q), g.constant(layer.head_dim**-0.5, np.float32))
    scores = g.MatMul(q, g.Transpose(keys, perm=[0, 2, 1]))
    weights = g.Softmax(g.Where(visible, scores, g.constant(-np.inf, np.float32)), axis=-1)
    mixed = g.Transpose(g.MatMul(weights, values), perm=[1, 0, 2])
    mixed = g.Reshape(mixed, g.constant([0, layer.heads * layer.head_dim]))
    look = g.Unsqueeze(g.Gather(weights, g.constant(-1), axis=1), g.constant([0]))
    return _linear(g, mixed, layer.o_proj), look


def _feed_forward(g: Graph, layer, x: str) -> str:
    gate, up = g.Split(_linear(g, x, layer.gate_proj, layer.up_proj), axis=-1, outputs=2)
    return _linear(g, g.Mul(g.Mul(gate, g.Sigmoid(gate)), up), layer.down_proj)


def _as_model(g: Graph, config: ModelConfig) -> onnx.ModelProto:
    half, cache = config.head_dim // 2, [config.heads, None, config.head_dim]
    each = [f"{what}_{layer}" for layer in range(config.layers) for what in ("keys", "values")]
    whole, real = TensorProto.INT64, TensorProto.FLOAT
    inputs = [("tokens", whole, ["n"]), ("answers", whole, ["n"]), ("reach", whole, [1])]
    inputs += [(name, real, ["n", half]) for name in ("cos", "sin")]
    inputs += [(name, real, [cache[0], "m", cache[2]]) for name in each]
    outputs = [("losses", real, ["n"]), ("logits", real, [config.vocabulary])]
    outputs += [("weights", real, [config.layers, config.heads, "m+n"])]
    outputs += [(f"all_{name}", real, [cache[0], "m+n", cache[2]]) for name in each]
    described = [[helper.make_tensor_value_info(*one) for one in all] for all in (inputs, outputs)]
    graph = helper.make_graph(g.nodes, "tiny_llama", *described, initializer=g.weights)
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model


def export(folder: Path) -> dict[str, int]:
    """Write every model of :data:`NAMES`; return the bytes of each file by its name."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    for name in NAMES:
        data = model_graph(weights.load(name)).SerializeToString()
        write_whole(folder / f"{name}.onnx", data)
        sizes[f"{name}.onnx"] = len(data)
    return sizes


def main() -> None:
    """Write the models and print their sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    for name, size in export(parser.parse_args().out).items():
        print(f"{name}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
