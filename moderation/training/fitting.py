"""A small net on top of the embedding: one hidden layer, softmax over harmless and the categories. Plain numpy.

Several nets from different starts are averaged before the softmax, which is one wider net: steadier than each of them.
The same sentences and seeds give the same weights, bit for bit on one machine.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

HIDDEN = 64
MEMBERS = 4
EPOCHS = 30
BATCH = 128
RATE = 3e-3
DROPPED = 0.2
DECAY = 1e-4


@dataclass(frozen=True)
class Net:
    inner: Floats
    inner_bias: Floats
    outer: Floats
    outer_bias: Floats

    def chances(self, vectors: Floats) -> Floats:
        hidden = np.maximum(vectors @ self.inner + self.inner_bias, 0)
        return _softmax(hidden @ self.outer + self.outer_bias)


def fitted(vectors: Floats, labels: NDArray[np.int64], *, classes: int) -> Net:
    nets = [_one(vectors, labels, classes, seed) for seed in range(MEMBERS)]
    return Net(
        np.concatenate([net.inner for net in nets], 1),
        np.concatenate([net.inner_bias for net in nets]),
        (np.concatenate([net.outer for net in nets]) / MEMBERS).astype(np.float32),
        np.mean([net.outer_bias for net in nets], 0, dtype=np.float32),
    )


def _one(vectors: Floats, labels: NDArray[np.int64], classes: int, seed: int) -> Net:
    """Adam (Kingma and Ba, 2014) with a rate that falls to nothing."""
    chance = np.random.default_rng(seed)
    count, width = vectors.shape
    weights = [
        _normal(chance, (width, HIDDEN), 4 / np.sqrt(width)),
        np.zeros(HIDDEN, np.float32),
        _normal(chance, (HIDDEN, classes), 1 / np.sqrt(HIDDEN)),
        np.zeros(classes, np.float32),
    ]
    first, second = [np.zeros_like(part) for part in weights], [np.zeros_like(part) for part in weights]
    steps, step = EPOCHS * -(-count // BATCH), 0
    for _ in range(EPOCHS):
        order = chance.permutation(count)
        for start in range(0, count, BATCH):
            rows = order[start : start + BATCH]
            step += 1
            slopes = _slopes(weights, vectors[rows], labels[rows], chance)
            for place, slope in enumerate(slopes):
                first[place] = 0.9 * first[place] + 0.1 * slope
                second[place] = 0.99 * second[place] + 0.01 * slope**2
                ahead = first[place] / (1 - 0.9**step)
                spread = np.sqrt(second[place] / (1 - 0.99**step)) + 1e-8
                weights[place] = (weights[place] - RATE * (1 - step / steps) * ahead / spread).astype(np.float32)
    return Net(*weights)


def _slopes(
    weights: list[Floats], vectors: Floats, labels: NDArray[np.int64], chance: np.random.Generator
) -> list[Floats]:
    inner, inner_bias, outer, outer_bias = weights
    hidden = np.maximum(vectors @ inner + inner_bias, 0)
    kept = ((chance.random(hidden.shape) > DROPPED) / (1 - DROPPED)).astype(np.float32)
    hidden = hidden * kept
    wrong = _softmax(hidden @ outer + outer_bias)
    wrong[np.arange(len(labels)), labels] -= 1
    wrong /= len(labels)
    back = (wrong @ outer.T) * (hidden > 0) * kept
    return [vectors.T @ back + DECAY * inner, back.sum(0), hidden.T @ wrong + DECAY * outer, wrong.sum(0)]


def _normal(chance: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    return chance.normal(0, scale, shape).astype(np.float32)


def _softmax(energies: Floats) -> Floats:
    powers = np.exp(energies - energies.max(1, keepdims=True))
    chances: Floats = powers / powers.sum(1, keepdims=True)
    return chances
