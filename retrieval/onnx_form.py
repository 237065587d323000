"""The int8 form of the packaged all-MiniLM-L6-v2, made from its published weights without torch.

Theory of operation. The network is written down here as an ONNX graph: six of BERT's layers, the mean over the tokens
and the vector's length brought to one, so that a run goes from token ids straight to vectors. The three projections of
attention are one product. Matrices are kept as int8, each 32 numbers of a row with a scale of their own, and are products
of float32 when the session has loaded them: this is what keeps the cosine to the original at 0.999 and above for every
text. With activations in int8 as well (MatMulNBits' int8 products, blocks of 16 or 32) single words fell to 0.998, and on
a processor with AVX2 alone a short question took about as long.

The names of the weights, and the graph, are those of BERT (Devlin et al. 2018) as published with the model.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

FORM: Final = "int8-1"
"""Changes when the same weights would give another graph."""
_LAYERS: Final = 6
_HEADS: Final = 12
_DIMENSIONS: Final = 384
_BLOCK: Final = 32
_EPSILON: Final = 1e-12
_MICROSOFT: Final = "com.microsoft"

Weights = Mapping[str, NDArray[np.float32]]


def form_of(folder: Path) -> bytes:
    """Return the ONNX file of the model in a folder. Raises OSError and KeyError when it is not that model."""
    graph = _Graph(load_file(folder / "model.safetensors"))
    last = graph.layers(graph.embedded())
    graph.pooled(last)
    model = helper.make_model(
        graph.made(),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(_MICROSOFT, 1)],
        ir_version=10,
    )
    encoded: bytes = model.SerializeToString()
    return encoded


class _Graph:
    """Nodes and constants, as they are written down. Each method returns the name of what it gives."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def embedded(self) -> str:
        """Return the sum of what the tokens and their places are, normalised."""
        words, scales = _int8(self._weights["embeddings.word_embeddings.weight"])
        rows = self._node("Gather", self._constant("words", words), "ids", to="word_rows")
        of_rows = self._node("Gather", self._constant("words.scales", scales), "ids", to="word_scales")
        blocks = self._node(
            "Mul",
            self._node("Cast", rows, to="word_floats", into=TensorProto.FLOAT),
            of_rows,
            to="word_blocks",
        )
        whole = self._constant("word_shape", np.array([0, 0, _DIMENSIONS], np.int64))
        tokens = self._node("Reshape", blocks, whole, to="tokens")
        # A question is one sentence, so that every token is of the first kind.
        places = (
            self._weights["embeddings.position_embeddings.weight"]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._nodes.append(helper.make_node("Shape", ["ids"], ["length"], start=1, end=2))
        zero = self._constant("zero", np.array([0], np.int64))
        at = self._node("Slice", self._constant("places", places), zero, "length", to="at")
        return self._normalised(self._node("Add", tokens, at, to="sum"), "embeddings.LayerNorm")

    def layers(self, given: str) -> str:
        """Return the tokens after all layers."""
        for number in range(_LAYERS):
            layer = f"encoder.layer.{number}"
            joined = self._linear(
                given, *(f"{layer}.attention.self.{one}" for one in ("query", "key", "value"))
            )
            parts = [f"{layer}.{one}" for one in ("query", "key", "value")]
            self._nodes.append(helper.make_node("Split", [joined], parts, axis=-1, num_outputs=3))
            seen = f"{layer}.seen"
            self._nodes.append(
                helper.make_node(
                    "MultiHeadAttention", [*parts, "", "mask"], [seen], domain=_MICROSOFT, num_heads=_HEADS
                )
            )
            out = self._linear(seen, f"{layer}.attention.output.dense")
            both = self._node("Add", out, given, to=f"{layer}.attended")
            attended = self._normalised(both, f"{layer}.attention.output.LayerNorm")
            wide = self._linear(attended, f"{layer}.intermediate.dense")
            self._nodes.append(helper.make_node("Gelu", [wide], [f"{layer}.gelu"], domain=_MICROSOFT))
            narrow = self._linear(f"{layer}.gelu", f"{layer}.output.dense")
            both = self._node("Add", narrow, attended, to=f"{layer}.both")
            given = self._normalised(both, f"{layer}.output.LayerNorm")
        return given

    def pooled(self, tokens: str) -> str:
        """Return the direction of the tokens' mean, those that only fill the batch left out."""
        one = self._constant("one", np.array([1], np.int64))
        mask = self._node("Cast", "mask", to="mask_floats", into=TensorProto.FLOAT)
        summed = self._node("MatMul", self._node("Unsqueeze", mask, one, to="mask_rows"), tokens, to="summed")
        flat = self._node("Squeeze", summed, one, to="flat")
        # The sum has the mean's direction.
        self._nodes.append(helper.make_node("LpNormalization", [flat], ["vectors"], axis=-1, p=2))
        return "vectors"

    def made(self) -> onnx.GraphProto:
        """Return the graph: token ids and which of them count, to vectors."""
        given = [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens_each"]),
            helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "tokens_each"]),
        ]
        found = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", _DIMENSIONS])]
        return helper.make_graph(self._nodes, "all-MiniLM-L6-v2", given, found, self._constants)

    def _linear(self, given: str, *names: str) -> str:
        """Return the product with one or several matrices beside each other, and their biases added."""
        name = names[0]
        matrix = np.concatenate([self._weights[f"{one}.weight"] for one in names])
        numbers, scales = _int8(matrix)
        floats = self._node(
            "Cast", self._constant(f"{name}.int8", numbers), to=f"{name}.floats", into=TensorProto.FLOAT
        )
        blocks = self._node("Mul", floats, self._constant(f"{name}.scales", scales), to=f"{name}.blocks")
        shape = self._constant(f"{name}.shape", np.array(matrix.shape, np.int64))
        self._nodes.append(
            helper.make_node(
                "Transpose",
                [self._node("Reshape", blocks, shape, to=f"{name}.rows")],
                [f"{name}.matrix"],
                perm=[1, 0],
            )
        )
        bias = self._constant(f"{name}.bias", np.concatenate([self._weights[f"{one}.bias"] for one in names]))
        product = self._node("MatMul", given, f"{name}.matrix", to=f"{name}.product")
        return self._node("Add", product, bias, to=f"{name}.linear")

    def _normalised(self, given: str, name: str) -> str:
        scale = self._constant(f"{name}.weight", self._weights[f"{name}.weight"])
        shift = self._constant(f"{name}.bias", self._weights[f"{name}.bias"])
        found = f"{name}.normalised"
        node = helper.make_node(
            "LayerNormalization", [given, scale, shift], [found], axis=-1, epsilon=_EPSILON
        )
        self._nodes.append(node)
        return found

    def _node(self, kind: str, *given: str, to: str, into: int | None = None) -> str:
        attributes: dict[str, Any] = {} if into is None else {"to": into}
        self._nodes.append(helper.make_node(kind, list(given), [to], **attributes))
        return to

    def _constant(self, name: str, value: NDArray[np.generic]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name


def _int8(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return the rows in blocks of int8, and each block's scale."""
    blocks = matrix.reshape(matrix.shape[0], -1, _BLOCK)
    scales = (np.abs(blocks).max(-1, keepdims=True) / 127).astype(np.float32)
    return np.round(blocks / np.maximum(scales, np.finfo(np.float32).tiny)).astype(np.int8), scales
