"""How likely a sentence means each category of the policy: the package's net with taught upper layers, and on top of it
an attention over the words (moderation.training)."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.screener.embedding import Embedding, Floats, Net, WrongWeights
from moderation.screener.onnx_file import with_other_numbers
from moderation.screener.windows import clauses_of, parts_of

WEIGHTS = Path(__file__).with_name("data") / "meaning.npz"
# For trying weights that have not seen what they are tried on (moderation.training --try-only).
OTHER_WEIGHTS = "SCREENER_WEIGHTS"
# From here on somebody may ask which words it was.
DOUBT = 0.5
HEADS = ("query", "query_bias", "value", "value_bias", "out", "out_bias")


@dataclass(frozen=True)
class Meant:
    scores: dict[str, float]
    # For each category the part of the sentence that says it most; of those that nothing says, the sentence.
    parts: dict[str, str]
    # How near the nearest listed sentence of a rule is.
    near: dict[str, tuple[float, str]]
    # The worst of each reading: whether it was there to be seen, or is what undoing a disguise made of it.
    by_reading: list[float]


class Meaning:
    def __init__(self, *, threads: int = 2) -> None:
        weights = Path(os.environ.get(OTHER_WEIGHTS) or WEIGHTS)
        # The training writes the checksum beside the weights.
        if hashlib.sha256(weights.read_bytes()).hexdigest() != weights.with_suffix(".sha256").read_text().split()[0]:
            raise WrongWeights(f"{weights.name} is not what its checksum says")
        with np.load(weights, allow_pickle=False) as held:
            self.categories = [str(name) for name in held["categories"]]
            self.risky = [str(word) for word in held["risky"]]
            self.familiar = [str(word) for word in held["familiar"]]
            self._head = {name: held[name].astype(np.float32) for name in HEADS}
            taught = {name: held[name] for name in held.files if name.startswith(("val_", "inner."))}
        self._net = Net(threads=threads, change=partial(with_other_numbers, numbers=taught))
        self._threads = threads
        self._embedding: Embedding | None = None
        self._phrases: dict[str, tuple[list[str], NDArray[np.float32]]] = {}

    def learn_phrases(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """What is near a listed sentence the net says as it ships, untaught; it is loaded where there is a list."""
        listed = {rule["key"]: [line for line in rule["content"].splitlines() if line.strip()] for rule in rules}
        if any(listed.values()) and self._embedding is None:
            self._embedding = Embedding(threads=self._threads)
        self._phrases = {key: (lines, self._embedding.of(lines)) for key, lines in listed.items() if self._embedding}

    def of(self, readings: Sequence[str]) -> Meant:
        of_readings = [parts_of(reading.lower()) or [" "] for reading in readings]
        parts = list(dict.fromkeys(part for some in of_readings for part in some))
        blame = self.blame(parts)
        worst_of = dict(zip(parts, blame.max(1).tolist(), strict=True))
        worst = blame.max(0)
        scores = {name: float(worst[place]) for place, name in enumerate(self.categories[1:])}
        said = dict.fromkeys(scores, parts[0])
        doubted = [place for place in range(len(worst)) if worst[place] >= DOUBT]
        if doubted:
            clauses = list(dict.fromkeys(clause for part in parts for clause in clauses_of(part)))
            of_clauses = self.blame(clauses)
            for place in doubted:
                said[self.categories[1 + place]] = clauses[int(of_clauses[:, place].argmax())]
        by_reading = [max(worst_of[part] for part in some) for some in of_readings]
        return Meant(scores, said, self._near(parts), by_reading)

    def blame(self, sentences: Sequence[str]) -> Floats:
        """[sentences, categories]: all that is not harmless goes to the likeliest category; the others keep theirs."""
        chances = self.chances(sentences)
        own, all_of_it = chances[:, 1:], 1 - chances[:, :1]
        return np.where(own == own.max(1, keepdims=True), all_of_it, own)

    def chances(self, sentences: Sequence[str]) -> Floats:
        """[sentences, 1 + categories]: the first column is harmless."""
        out = np.empty((len(sentences), len(self.categories)), np.float32)
        for places, pieces, mask in self._net.read(sentences):
            out[places] = _softmax(_attended(self._head, pieces, mask))
        return out

    def _near(self, parts: Sequence[str]) -> dict[str, tuple[float, str]]:
        if not self._phrases or self._embedding is None:
            return {}
        clauses = list(dict.fromkeys([*parts, *(clause for part in parts for clause in clauses_of(part))]))
        vectors, near = self._embedding.of(clauses), {}
        for key, (_lines, listed) in self._phrases.items():
            likeness = vectors @ listed.T
            place = int(likeness.max(1).argmax())
            near[key] = (float(likeness[place].max()), clauses[place])
        return near


def _attended(head: Mapping[str, Floats], pieces: Floats, mask: Floats) -> Floats:
    """Several looks at the sentence, each of which chooses its words; then one sum for each category."""
    looks = pieces @ head["query"] + head["query_bias"] - 1e4 * (1 - mask[:, :, None])
    looks = np.exp(looks - looks.max(1, keepdims=True))
    looks /= looks.sum(1, keepdims=True)
    values = (pieces @ head["value"] + head["value_bias"]).reshape(*looks.shape, -1)
    seen = np.einsum("bnh,bnhd->bhd", looks, values).reshape(len(pieces), -1)
    energies: Floats = np.maximum(seen, 0) @ head["out"] + head["out_bias"]
    return energies


def _softmax(energies: Floats) -> Floats:
    powers = np.exp(energies - energies.max(1, keepdims=True))
    chances: Floats = powers / powers.sum(1, keepdims=True)
    return chances
