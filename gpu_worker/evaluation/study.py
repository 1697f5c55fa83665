"""What every part of an evaluation shares: the nets, the judge, the scenes, the prompts, and a folder that remembers.

Pictures are drawn in pieces that are kept, and so is every part's result; an evaluation of three hours that is ended in
the middle goes on where it was. What is kept carries what it was made from, so that other weights begin anew.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gpu_worker.corpus.captions import Fact, captions, facts
from gpu_worker.corpus.layout import laid_out
from gpu_worker.corpus.plan import Plan, blank, choose
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.engines import Engine
from gpu_worker.evaluation.chance import derived_seed
from gpu_worker.evaluation.drawing import AS_SERVED, Artist, Conditions
from gpu_worker.evaluation.judging import Judge
from gpu_worker.evaluation.labels import all_right, verdicts
from gpu_worker.evaluation.yardstick import Yardstick

PIECE = 50
Result = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much is measured; `QUICK` is to see that everything runs."""

    prompts: int = 1000
    pictures: int = 5000  # for the distances
    operations: int = 200  # held-out scenes for each operation
    seeds: int = 4  # for one sample against two
    variety_prompts: int = 25
    variety_seeds: int = 12
    neighbours: int = 50_000  # training scenes
    story_seeds: int = 16


QUICK = Sizes(prompts=32, pictures=64, operations=8, seeds=2, variety_prompts=3, variety_seeds=4, neighbours=512,
              story_seeds=4)  # fmt: skip


@dataclass
class Study:
    artist: Artist
    judge: Judge
    corpus: Corpus
    out: Path
    sizes: Sizes = field(default_factory=Sizes)
    seed: int = 0
    untrained: Artist | None = None
    other_precision: Artist | None = None
    text_decoder: Artist | None = None
    yardstick: Yardstick | None = None
    engine: Engine | None = None
    """The same weights behind the door that serving uses; for the operations."""
    quiet: bool = False

    def identity(self) -> Result:
        return {
            "weights": self.artist.hash,
            "judge": self.judge.hash,
            "seed": self.seed,
            "sizes": dataclasses.asdict(self.sizes),
        }

    @cached_property
    def training(self) -> Corpus:
        """The corpus as training draws from it, its core favoured."""
        return Corpus(self.corpus.atlas)

    @cached_property
    def plan(self) -> Plan:
        """The real scenes of the same prompts: what the judge could at best see."""
        return heldout_plan(self.corpus, self.sizes.prompts, self.seed)

    @cached_property
    def prompts(self) -> list[str]:
        return captions(self.plan, self.corpus.atlas.known)

    @cached_property
    def facts(self) -> list[Fact]:
        return facts(self.plan, self.corpus.atlas.known)

    @cached_property
    def core(self) -> np.ndarray:
        """Whether each prompt's subject is of the core."""
        return np.asarray(self.corpus.vocabulary.core[self.plan.subject])

    def seeds(self, count: int, purpose: str = "main") -> list[int]:
        return [derived_seed(self.seed, purpose, row) for row in range(count)]

    @cached_property
    def pictures(self) -> Tensor:
        """The 1,000 prompts at 256, as served."""
        return self.drawn("prompts", self.prompts, self.seeds(len(self.prompts)), size=256)

    @cached_property
    def real(self) -> Tensor:
        """The same prompts composed, at 256."""
        return self.composed("real", self.plan, 256)

    def drawn(
        self, name: str, prompts: Sequence[str], seeds: Sequence[int], *, size: int = 64,
        conditions: Conditions = AS_SERVED, artist: Artist | None = None,
    ) -> Tensor:  # fmt: skip
        """Bytes (n, 3, size, size), piece by piece from the album or from the nets."""
        who = artist or self.artist

        def draw(rows: slice) -> Tensor:
            return who.draw(prompts[rows], seeds[rows], size, conditions)

        rows_of = list(zip(prompts, seeds, strict=True))
        return self.in_pieces(name, f"{who.hash} {who.dtype} {size} {conditions}", rows_of, draw)

    def composed(self, name: str, plan: Plan, size: int) -> Tensor:
        said = captions(plan, self.corpus.atlas.known)
        rows_of = [(caption, float(die)) for caption, die in zip(said, plan.dice[:, 0], strict=True)]
        return self.in_pieces(
            name, f"composed {size}", rows_of, lambda rows: self.corpus.compose(plan.rows(rows), size).pictures
        )

    def in_pieces(
        self, name: str, known_by: str, rows: Sequence[object], make: Callable[[slice], Tensor], piece: int = PIECE
    ) -> Tensor:
        """One tensor of all rows; what was made of the same rows by the same nets is read instead of made."""
        folder = self.out / "album" / name
        folder.mkdir(parents=True, exist_ok=True)
        pieces, began, made = [], time.monotonic(), 0
        for start in range(0, len(rows), piece):
            part = slice(start, min(start + piece, len(rows)))
            mark = hashlib.sha256(f"{known_by} {rows[part]}".encode()).hexdigest()[:16]
            path = folder / f"{start:05d}-{mark}.npy"
            if path.exists():
                pieces.append(torch.from_numpy(np.load(path)))
                continue
            for stale in folder.glob(f"{start:05d}-*.npy"):
                stale.unlink()
            pieces.append(make(part))
            unfinished = path.with_suffix(".part")
            with open(unfinished, "wb") as file:
                np.save(file, pieces[-1].numpy())
            unfinished.replace(path)
            made += part.stop - part.start
            self.tell(name, part.stop, len(rows), made / max(1e-6, time.monotonic() - began))
        return torch.cat(pieces)

    def found(self, pictures: Tensor) -> dict[str, np.ndarray]:
        """The judge's verdicts on drawings of the study's prompts, `all` among them."""
        result = verdicts(self.judge.answers(pictures), self.facts, self.judge.classes)
        result["all"] = all_right(result)
        return result

    def tell(self, name: str, done: int, total: int, rate: float) -> None:
        if self.quiet:
            return
        bar = "#" * round(24 * done / max(1, total))
        end = "\n" if done >= total else ""
        print(f"\r{name:<18} [{bar:<24}] {done} of {total}, {rate:.1f}/s ", end=end, file=sys.stderr, flush=True)


def heldout_plan(corpus: Corpus, count: int, seed: int) -> Plan:
    """The scenes behind `corpus.heldout_prompts(count, seed)`, laid out. `corpus` draws its subjects evenly."""
    rng = np.random.default_rng([seed, 815])
    plan = choose(rng, count, corpus.vocabulary, corpus.atlas, split="heldout", simple=0.0)
    plan.place_said[:] = True
    return laid_out(plan, corpus.atlas, corpus.vocabulary, rng)


def again(plan: Plan, corpus: Corpus, seed: int) -> Plan:
    """The same words in other scenes: other dice, other places, other drawings where there are several."""
    rng = np.random.default_rng([seed, 3141])
    empty = blank(len(plan))
    names = ("sprite", "x", "y", "height", "flip", "tilt", "role", "foot", "tint", "stuff")
    words = plan.words.copy()
    words[:, 10:] = rng.random((len(plan), 2), dtype=np.float32)
    fresh = plan.with_(
        dice=rng.random(plan.dice.shape, dtype=np.float32), words=words,
        **{name: getattr(empty, name) for name in names},
    )  # fmt: skip
    return laid_out(fresh, corpus.atlas, corpus.vocabulary, rng)


def kept(out: Path, name: str, identity: Mapping[str, Any], measure: Callable[[], Result] | None) -> Result | None:
    """The part's result from the folder or, where it was made from other things or not at all, anew.

    measure None: it is not asked for now; what is there stays, and what is not there stays away.
    """
    path = out / "parts" / f"{name}.json"
    if path.exists():
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if found["identity"] == json.loads(json.dumps(identity)):
                return dict(found["result"])
        except (ValueError, KeyError, TypeError):
            pass  # cut off in the middle: it is measured again
    if measure is None:
        return None
    began = time.monotonic()
    result = measure()
    result["seconds"] = round(time.monotonic() - began, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps({"identity": identity, "result": result}, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)
    return result


def not_measured(why: str) -> Result:
    """Said aloud, never filled in."""
    return {"not_measured": why}
