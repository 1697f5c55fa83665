"""The corpus as training sees it.

    corpus = Corpus.load(atlas_path())
    scenes = corpus.batch(seed=1, size=64, count=512, device="cuda")
    scenes.pictures   # (512, 3, 64, 64) bytes
    scenes.captions   # 512 sentences
    scenes.facts      # what each asks for and shows
    scenes.masks      # (512, 3, 64, 64) bytes: subject, object, shadow

A batch is a function of (seed, count, split, simple): the same on every device up to rounding, and the same scenes at
every size. `split` is "train" (holds no held-out pair), "heldout" (every scene holds one) or "all" (for a judge, which
must not be biased against either).
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gpu_worker.corpus.atlas import Atlas
from gpu_worker.corpus.captions import Fact, captions, facts
from gpu_worker.corpus.compose import Composer
from gpu_worker.corpus.curation import reweighted
from gpu_worker.corpus.heldout import STORY_PROMPTS
from gpu_worker.corpus.layout import laid_out
from gpu_worker.corpus.plan import Plan, choose
from gpu_worker.corpus.sources import atlas_path
from gpu_worker.corpus.subjects import Subject
from gpu_worker.corpus.vocabulary import Vocabulary

# Scenes composed together: on a CPU few, so that they stay in its cache; on a GPU many.
CHUNK_PIXELS = {"cpu": 192 * 64 * 64, "cuda": 4096 * 64 * 64}


@dataclass
class Scenes:
    pictures: Tensor  # (n, 3, size, size) bytes
    masks: Tensor  # (n, 3, size, size) bytes: subject, object, shadow
    seen: Tensor  # (n, slots): the share of each drawing that can be seen
    plan: Plan
    known: tuple[Subject, ...]

    def __len__(self) -> int:
        return len(self.plan)

    @cached_property
    def captions(self) -> list[str]:
        return captions(self.plan, self.known)

    @cached_property
    def facts(self) -> list[Fact]:
        return facts(self.plan, self.known)


class Corpus:
    def __init__(self, atlas: Atlas) -> None:
        self.atlas, self.vocabulary = atlas, Vocabulary.of(atlas)
        self._composers: dict[str, Composer] = {}

    @cached_property
    def balanced(self) -> Vocabulary:
        """With the chances that make up for what the filters take from training."""
        return reweighted(self.vocabulary, self.atlas)

    @classmethod
    def load(cls, atlas: Path | str | None = None) -> "Corpus":
        return cls(Atlas.load(atlas or atlas_path()))

    def composer(self, device: str) -> Composer:
        if device not in self._composers:
            self._composers[device] = Composer(self.atlas, device)
        return self._composers[device]

    def plan(self, seed: int, count: int, *, split: str = "train", simple: float = 0.0) -> Plan:
        """What is in `count` scenes and where; no pixels yet. simple: the share of plain, single, large scenes."""
        rng = np.random.default_rng([seed, 4711])
        vocabulary = self.balanced if split == "train" else self.vocabulary
        chosen = choose(rng, count, vocabulary, self.atlas, split=split, simple=simple)
        return laid_out(chosen, self.atlas, self.vocabulary, rng)

    def compose(self, plan: Plan, size: int, device: str = "cpu", chunk: int | None = None) -> Scenes:
        kind = torch.device(device).type
        step = chunk or max(1, CHUNK_PIXELS.get(kind, CHUNK_PIXELS["cuda"]) // (size * size))
        composer = self.composer(device)
        parts = []
        with torch.inference_mode():
            for start in range(0, len(plan), step):
                made = composer(plan.rows(slice(start, start + step)), size)
                parts.append(
                    ((made.pictures * 255).round().clamp(0, 255).byte(), (made.masks * 255).round().byte(), made.seen)
                )
        pictures, masks, seen = (torch.cat(column) for column in zip(*parts, strict=True))
        return Scenes(pictures, masks, seen, plan, self.atlas.known)

    def batch(
        self, seed: int, size: int, count: int, device: str = "cpu", *, split: str = "train", simple: float = 0.0,
        chunk: int | None = None,
    ) -> Scenes:  # fmt: skip
        return self.compose(self.plan(seed, count, split=split, simple=simple), size, device, chunk)

    def heldout_prompts(self, n: int = 1000, seed: int = 0) -> list[tuple[str, Fact]]:
        """Prompts for evaluation, each with a held-out pair, and what each asks for. Subjects are drawn evenly."""
        even = Vocabulary.of(self.atlas)
        even.weight = np.full(len(even.names), 1 / len(even.names))
        for pools in (even.subject_pool, even.object_pool):
            pools[:] = [(pool > 0) / (pool > 0).sum() for pool in pools]
        rng = np.random.default_rng([seed, 815])
        plan = choose(rng, n, even, self.atlas, split="heldout", simple=0.0)
        # An evaluation prompt says where it is: an unsaid held-out place would ask for nothing held out.
        plan.place_said[:] = True
        return list(zip(captions(plan, self.atlas.known), facts(plan, self.atlas.known), strict=True))

    def story_prompts(self) -> tuple[str, ...]:
        return STORY_PROMPTS
