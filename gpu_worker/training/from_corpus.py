"""The corpus as a source of scenes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gpu_worker.corpus.pairs import minimal_pairs
from gpu_worker.corpus.plan import joined
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.corpus.scenes import Scenes as Composed
from gpu_worker.training.scenes import TRAIN


@dataclass(frozen=True, slots=True)
class Drawn:
    pictures: Tensor
    captions: list[str]
    masks: Tensor


class FromCorpus:
    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus

    def batch(
        self, seed: int, size: int, count: int, device: torch.device, *, split: str = TRAIN, simple: float = 0.0
    ) -> Drawn:
        return _drawn(self.corpus.batch(seed, size, count, str(device), split=split, simple=simple))

    def pairs(self, seed: int, size: int, count: int, device: torch.device, *, split: str = TRAIN) -> Drawn:
        pairs = minimal_pairs(self.corpus, seed, count, split=split)
        side_by_side = np.arange(2 * count).reshape(2, count).T.ravel()
        plan = joined([pairs.first, pairs.second]).rows(side_by_side)
        return _drawn(self.corpus.compose(plan, size, str(device)))


def _drawn(scenes: Composed) -> Drawn:
    # Subject, object, shadow. A thing is erased with its shadow as often as without: people do either.
    subject, other, shadow = scenes.masks.unbind(1)
    absent = torch.zeros_like(shadow)
    with_shadow = [
        torch.where((thing > 127).flatten(1).any(dim=1)[:, None, None], torch.maximum(thing, shadow), absent)
        for thing in (subject, other)
    ]
    return Drawn(scenes.pictures, scenes.captions, torch.stack([subject, other, *with_shadow], dim=1))


def open_corpus(atlas: Path | None) -> FromCorpus:
    """BrokenAtlas where it is not there; its message says which command makes it."""
    return FromCorpus(Corpus.load(atlas))
