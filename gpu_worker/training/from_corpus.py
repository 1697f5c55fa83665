"""The corpus as a source of scenes."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gpu_worker.corpus.pairs import minimal_pairs
from gpu_worker.corpus.plan import Plan, joined
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.corpus.scenes import Scenes as Composed
from gpu_worker.training.scenes import TRAIN


@dataclass(frozen=True, slots=True)
class Drawn:
    pictures: Tensor
    captions: list[str]
    masks: Tensor


class FromCorpus:
    """With `planners`, that many processes choose what is in the coming scenes, so that a GPU need not wait for it."""

    def __init__(self, corpus: Corpus, *, planners: int = 0, atlas: Path | None = None) -> None:
        self.corpus = corpus
        self._coming: dict[tuple[object, ...], Future[Plan]] = {}
        self._planners = (
            # Not forked: a process that holds a GPU must not be copied.
            ProcessPoolExecutor(planners, get_context("spawn"), initializer=_open_here, initargs=(atlas,))
            if planners
            else None
        )

    def foresee(self, seed: int, count: int, *, split: str = TRAIN, simple: float = 0.0) -> None:
        if self._planners is not None:
            self._coming[seed, count, split, simple] = self._planners.submit(_plan_here, seed, count, split, simple)

    def batch(
        self, seed: int, size: int, count: int, device: torch.device, *, split: str = TRAIN, simple: float = 0.0
    ) -> Drawn:
        coming = self._coming.pop((seed, count, split, simple), None)
        plan = coming.result() if coming else self.corpus.plan(seed, count, split=split, simple=simple)
        return _drawn(self.corpus.compose(plan, size, str(device)))

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


_HERE: list[Corpus] = []


def _open_here(atlas: Path | None) -> None:
    torch.set_num_threads(1)
    _HERE.append(Corpus.load(atlas))


def _plan_here(seed: int, count: int, split: str, simple: float) -> Plan:
    return _HERE[0].plan(seed, count, split=split, simple=simple)


def open_corpus(atlas: Path | None, planners: int = 0) -> FromCorpus:
    """BrokenAtlas where it is not there; its message says which command makes it."""
    return FromCorpus(Corpus.load(atlas), planners=planners, atlas=atlas)
