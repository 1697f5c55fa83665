"""How likely a sentence means each category of the policy: a small net on the embedding (moderation.training)."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.screener.embedding import Embedding, WrongWeights
from moderation.screener.windows import parts_of

WEIGHTS = Path(__file__).with_name("data") / "meaning.npz"
# For trying weights that have not seen what they are tried on (moderation.training --try-only).
OTHER_WEIGHTS = "SCREENER_WEIGHTS"


@dataclass(frozen=True)
class Meant:
    scores: dict[str, float]
    # For each category the part of the sentence that says it most.
    parts: dict[str, str]
    # How near the nearest listed sentence of a rule is.
    near: dict[str, tuple[float, str]]


class Meaning:
    def __init__(self, embedding: Embedding) -> None:
        weights = Path(os.environ.get(OTHER_WEIGHTS) or WEIGHTS)
        # The training writes the checksum beside the weights.
        if hashlib.sha256(weights.read_bytes()).hexdigest() != weights.with_suffix(".sha256").read_text().split()[0]:
            raise WrongWeights(f"{weights.name} is not what its checksum says")
        with np.load(weights, allow_pickle=False) as held:
            self.categories = [str(name) for name in held["categories"]]
            self.risky = [str(word) for word in held["risky"]]
            self.familiar = [str(word) for word in held["familiar"]] if "familiar" in held else []
            self._layers = [held[name].astype(np.float32) for name in ("inner", "inner_bias", "outer", "outer_bias")]
        self._embedding = embedding
        self._phrases: dict[str, tuple[list[str], NDArray[np.float32]]] = {}

    def learn_phrases(self, rules: Sequence[Mapping[str, Any]]) -> None:
        listed = {rule["key"]: [line for line in rule["content"].splitlines() if line.strip()] for rule in rules}
        self._phrases = {key: (lines, self._embedding.of(lines)) for key, lines in listed.items() if lines}

    def of(self, readings: Sequence[str]) -> Meant:
        parts = list(dict.fromkeys(part for reading in readings for part in parts_of(reading.lower())))
        vectors = self._embedding.of(parts)
        chances = self.chances(vectors)
        blame = 1 - chances[:, 0]
        scores, said = {}, {}
        for place, category in enumerate(self.categories[1:], 1):
            # The blame goes to the likeliest category of each part; the others keep what they have alone.
            own = np.where(chances[:, 1:].argmax(1) == place - 1, blame, chances[:, place])
            best = int(own.argmax())
            scores[category], said[category] = float(own[best]), parts[best]
        near = {}
        for key, (lines, listed) in self._phrases.items():
            likeness = vectors @ listed.T
            part, line = np.unravel_index(int(likeness.argmax()), likeness.shape)
            near[key] = (float(likeness[part, line]), parts[part] or lines[line])
        return Meant(scores, said, near)

    def chances(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """[sentences, 1 + categories]: the first column is harmless."""
        inner, inner_bias, outer, outer_bias = self._layers
        hidden = np.maximum(vectors @ inner + inner_bias, 0)
        energies = hidden @ outer + outer_bias
        powers = np.exp(energies - energies.max(1, keepdims=True))
        return powers / powers.sum(1, keepdims=True)
