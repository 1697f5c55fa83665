"""Composed scenes for the judge: every subject as often as any other, held-out pairs among them.

A judge that had never seen a held-out pair would be biased against just what it is asked about. Composing costs as much
as learning, so each scene is used a few times, from a pool whose content follows from the seed and the step alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gpu_worker.corpus.scenes import Corpus, Scenes
from gpu_worker.evaluation.chance import derived_seed, generator
from gpu_worker.evaluation.labels import Classes, as_tensors, labels_of

SIMPLE = 0.2  # of the scenes that are learnt from: plain, single, large
USES = 4


def even(corpus: Corpus) -> Corpus:
    """The same corpus, all its subjects drawn evenly (its own draws favour the core)."""
    levelled = Corpus(corpus.atlas)
    vocabulary = levelled.vocabulary
    vocabulary.weight = np.full(len(vocabulary.names), 1 / len(vocabulary.names))
    for pools in (vocabulary.subject_pool, vocabulary.object_pool):
        pools[:] = [(pool > 0) / (pool > 0).sum() for pool in pools]
    return levelled


def open_corpus(atlas: Path | None) -> Corpus:
    """BrokenAtlas where it is not there; its message says which command makes it."""
    return even(Corpus.load(atlas))


def as_floats(pictures: Tensor) -> Tensor:
    """Bytes to [-1, 1]"""
    return pictures.float().div_(127.5).sub_(1)


def fresh(corpus: Corpus, seed: int, count: int, size: int = 64, split: str = "all") -> Scenes:
    """Scenes that nothing was trained on: the purpose keeps their seeds apart."""
    return corpus.batch(derived_seed(seed, "fresh") % 2**32, size, count, split=split)


class Pool:
    """The batch of a step; a pool only goes forwards."""

    def __init__(
        self, corpus: Corpus, classes: Classes, *, batch: int, seed: int, size: int = 64, capacity: int = 8192,
        round_: int = 128, first: int = 8,
    ) -> None:  # fmt: skip
        if capacity % round_:
            raise ValueError(f"a pool of {capacity} is not filled by rounds of {round_}")
        self.corpus, self.classes, self.batch, self.seed, self.size = corpus, classes, batch, seed, size
        self.capacity, self.round, self.first = capacity, round_, first
        self.composed = 0
        self._rounds = 0
        self._columns: dict[str, Tensor] = {}

    def at(self, step: int) -> tuple[Tensor, dict[str, Tensor]]:
        """(B, 3, size, size) of bytes, and the labels of every question"""
        self._fill(step)
        held = min(self._rounds * self.round, self.capacity)
        chosen = torch.randint(held, (self.batch,), generator=generator(self.seed, "draw", step))
        rows = {name: column[chosen] for name, column in self._columns.items()}
        return rows.pop("pictures"), {name: column.long() for name, column in rows.items()}

    def _fill(self, step: int) -> None:
        due = self.first + step * self.batch // (USES * self.round)
        places = self.capacity // self.round
        # What would have been replaced by now need not be composed.
        for number in range(max(self._rounds, due - places), due):
            scenes = self.corpus.batch(
                derived_seed(self.seed, "scenes", number) % 2**32, self.size, self.round, split="all", simple=SIMPLE
            )
            self._put(
                {"pictures": scenes.pictures, **as_tensors(labels_of(scenes.plan, self.classes))}, number % places
            )
            self.composed += self.round
        self._rounds = max(self._rounds, due)

    def _put(self, rows: dict[str, Tensor], place: int) -> None:
        for name, value in rows.items():
            if name not in self._columns:
                self._columns[name] = torch.empty(self.capacity, *value.shape[1:], dtype=value.dtype)
            self._columns[name][place * self.round : (place + 1) * self.round] = value
