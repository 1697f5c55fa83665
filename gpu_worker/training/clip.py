"""CLIP, trained first and then frozen:

python -m gpu_worker.training.clip --minutes 10 --resume --out runs/a

A quarter of every batch are minimal pairs: two scenes that differ in one fact, each the other's hardest negative.
Without them the text is read as a bag of words, which is unCLIP's known weakness (Ramesh et al. 2022, §7).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.nets.clip import ImageEncoder, TextEncoder
from gpu_worker.nets.tokenizer import FIRST_WORD, Tokenizer, known_words
from gpu_worker.pipeline.checkpoint import Stored
from gpu_worker.pipeline.weights import store_clip, words_hash
from gpu_worker.training import diffusing
from gpu_worker.training.loop import Compiled, compiled
from gpu_worker.training.options import Choice, run
from gpu_worker.training.plot import sheet
from gpu_worker.training.scenes import HELD_OUT, Scenes, as_floats, derived_seed, generator, tokenised, trimmed
from gpu_worker.training.setting import SHEET_SEED, Setting, seeded
from gpu_worker.training.state import Part

PAIRS = 0.25
# Share of captions that begin later in the window than at its first place.
MOVED = 0.15
HIGHEST_LOG_SCALE = math.log(100.0)


class Clip(nn.Module):
    def __init__(self, text: TextEncoder, image: ImageEncoder) -> None:
        super().__init__()
        self.text, self.image = text, image

    def forward(
        self, pictures: Tensor, ids: Tensor, length: Tensor, first_place: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """z_i and z_t (B, d), of length 1, and the scale of their products"""
        scale = self.text.log_scale.clamp(max=HIGHEST_LOG_SCALE).exp()
        return self.image(pictures), self.text(ids, length, first_place).embedding, scale


def contrastive_loss(z_image: Tensor, z_text: Tensor, scale: Tensor, alike: Tensor) -> Tensor:
    """Symmetric cross-entropy over all products (Radford et al. 2021, figure 3).

    alike (B, B): True where two captions are the same, so that neither may count against the other.
    """
    scores = (scale.float() * z_image.float() @ z_text.float().T).masked_fill(alike, -torch.inf)
    own = torch.arange(len(scores), device=scores.device)
    return (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2


def same_caption(ids: Tensor) -> Tensor:
    """(B, N) -> (B, B): True for two different rows with the same words"""
    weights = torch.arange(1, ids.shape[1] + 1, device=ids.device) * 7919 + 104729
    # Sums in whole numbers wrap, and are the same for the same words.
    sums = ((ids.long() * weights) ** 2 % 2147483647).sum(dim=1)
    same = sums[:, None] == sums[None, :]
    return same & ~torch.eye(len(ids), dtype=torch.bool, device=ids.device)


class ClipTask:
    name = "clip"

    def __init__(self, setting: Setting, *, tokens: int = 48) -> None:
        self.setting, self.device = setting, setting.device
        config = setting.config
        self.tokenizer = Tokenizer(
            known_words()[: config.text.vocabulary - FIRST_WORD], min(tokens, config.text.window)
        )
        self.net: Clip = seeded(setting.seed, lambda: Clip(TextEncoder(config.text), ImageEncoder(config.image)))
        self.net.to(setting.device).train()
        paired = round(setting.batch * PAIRS / 2)
        self.batch = setting.batch
        self.single_pool = setting.pool_of(self._singles, batch=setting.batch - 2 * paired, purpose="clip")
        self.pair_pool = setting.pool_of(self._pairs, batch=paired, purpose="clip pairs", share=PAIRS)

    @cached_property
    def run_net(self) -> Compiled:
        return compiled(self.net, self.setting.compile)

    def _columns(self, scenes: Scenes) -> dict[str, Tensor]:
        ids, length = tokenised(self.tokenizer, scenes.captions, self.device)
        return {"pictures": scenes.pictures, "ids": ids, "length": length}

    def _singles(self, seed: int, count: int, step: int) -> dict[str, Tensor]:
        return self._columns(self.setting.scenes(seed, self.setting.config.image.size, count, step))

    def _pairs(self, seed: int, count: int, step: int) -> dict[str, Tensor]:
        scenes = self.setting.source.pairs(seed, self.setting.config.image.size, count, self.device)
        return {name: column.unflatten(0, (count, 2)) for name, column in self._columns(scenes).items()}

    def loss(self, step: int, progress: float) -> Tensor:
        singles, pairs = self.single_pool.at(step), self.pair_pool.at(step)
        rows = {name: torch.cat([singles[name], pairs[name].flatten(0, 1)]) for name in singles}
        if not self.setting.compile:
            rows["ids"] = trimmed(rows["ids"], rows["length"])
        source = generator(self.device, self.setting.seed, self.name, step)
        room = self.net.text.config.window - rows["ids"].shape[1] + 1
        places = torch.randint(room, (len(rows["ids"]),), generator=source, device=self.device)
        moved = diffusing.chance(MOVED, len(places), source, self.device)
        return self._loss_of(self.run_net, rows, places * moved)

    def _loss_of(self, net: Compiled, rows: Mapping[str, Tensor], first_place: Tensor | None = None) -> Tensor:
        picture, ids, length = as_floats(rows["pictures"]), rows["ids"].long(), rows["length"].long()
        z_image, z_text, scale = net(picture, ids, length, first_place)
        return contrastive_loss(z_image, z_text, scale, same_caption(rows["ids"]))

    @cached_property
    def _check(self) -> dict[str, Tensor]:
        scenes = self.setting.held_out(self.setting.config.image.size, self.setting.check)
        return self._columns(scenes)

    @cached_property
    def _check_pairs(self) -> dict[str, Tensor]:
        seed = derived_seed(SHEET_SEED, "check pairs")
        half = self.setting.check // 2
        size = self.setting.config.image.size
        return self._columns(self.setting.source.pairs(seed, size, half, self.device, split=HELD_OUT))

    def held_out_loss(self, net: nn.Module) -> Tensor:
        return self._loss_of(net, self._check)

    def look(self, net: nn.Module, folder: Path) -> Mapping[str, float]:
        """Retrieval among held-out scenes, the right one of a minimal pair, and a sheet of what captions find."""
        z_image, z_text, alike = self._seen(net, self._check)
        products = (z_text @ z_image.T).masked_fill(alike, -2)
        found = products.topk(min(4, len(products)), dim=1).indices
        own = torch.arange(len(products), device=products.device)
        pictures = as_floats(self._check["pictures"])
        captions = [self.tokenizer.decode(ids.tolist()) for ids in self._check["ids"][:8]]
        shown = [[pictures[place] for place in found[:8, rank]] for rank in range(found.shape[1])]
        sheet(folder / "found.png", [list(pictures[:8]), *shown], captions)
        pair_image, pair_text, _ = self._seen(net, self._check_pairs)
        right = (pair_image * pair_text).sum(-1)
        wrong = (pair_image * pair_text.unflatten(0, (-1, 2)).flip(1).flatten(0, 1)).sum(-1)
        return {
            "caption_finds_picture": float((found[:, 0] == own).float().mean()),
            "right_of_a_pair": float((right > wrong).float().mean()),
            "scale": float(net.text.log_scale.exp()),
        }

    def _seen(self, net: nn.Module, rows: Mapping[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        z_image, z_text, _ = net(as_floats(rows["pictures"]), rows["ids"].long(), rows["length"].long())
        return z_image.float(), z_text.float(), same_caption(rows["ids"])

    def store(self, net: nn.Module, about: Mapping[str, Any]) -> Stored:
        return store_clip(net.text, net.image, about=about)

    def identity(self) -> dict[str, Any]:
        config = self.store(self.net, {}).config
        words = words_hash(self.setting.config.text.vocabulary)
        return {"net": self.name, "config": config, "seed": self.setting.seed, "words": words}

    def helpers(self) -> Mapping[str, Part]:
        return {}

    def scenes_a_second(self) -> float:
        return self.single_pool.rate


def main(arguments: Sequence[str] | None = None) -> int:
    choice = Choice("Train CLIP.", batch=(256, 4096), learning_rate=(2e-3, 2e-3))
    return run(choice, lambda setting, options: ClipTask(setting, tokens=options.tokens), arguments)


if __name__ == "__main__":
    sys.exit(main())
