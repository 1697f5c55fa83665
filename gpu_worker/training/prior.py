"""The diffusion prior P(z_i | y):

python -m gpu_worker.training.prior --minutes 10 --resume --out runs/a

Ramesh et al. 2022, §2.2: predicts the un-noised z_i with mean squared error, with the text dropped in a tenth.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.nets.clip import EncodedText
from gpu_worker.nets.prior import Prior
from gpu_worker.training import diffusing
from gpu_worker.training.frozen import FrozenClip
from gpu_worker.training.loop import Compiled
from gpu_worker.training.options import Choice, clip_of, run
from gpu_worker.training.plot import sheet
from gpu_worker.training.sampling import draw_z
from gpu_worker.training.scenes import Scenes, as_floats, derived_seed, generator
from gpu_worker.training.setting import SHEET_SEED, Setting, TaskBase, seeded

TEXT_DROPPED = 0.1


def embedded(clip: FrozenClip, scenes: Scenes) -> dict[str, Tensor]:
    """What priors learn from: z_i and the caption; the picture itself is let go."""
    ids, length = clip.tokens(scenes.captions)
    return {"z": clip.see(as_floats(scenes.pictures)), "ids": ids, "length": length}


class HeldOutEmbeddings:
    """Held-out scenes, and how well z_i drawn for their captions fit them."""

    def __init__(self, setting: Setting, clip: FrozenClip) -> None:
        self.scenes = setting.held_out(setting.config.image.size, setting.check)
        self.clip, self.rows = clip, embedded(clip, self.scenes)
        self.z = self.rows["z"]

    @cached_property
    def text(self) -> EncodedText:
        return self.clip.read(self.rows["ids"], self.rows["length"])

    def figures(self, drawn: Mapping[str, Tensor]) -> dict[str, float]:
        """For each way of drawing: cosine with the true z_i and with z_t, and how often it finds the true picture."""
        own = torch.arange(len(self.z), device=self.z.device)
        told = {}
        for name, z in drawn.items():
            products = F.normalize(z, dim=-1) @ F.normalize(self.z, dim=-1).T
            told[f"{name}_near_picture"] = float(products.diagonal().mean())
            told[f"{name}_near_text"] = float(F.cosine_similarity(z, self.text.embedding).mean())
            told[f"{name}_finds_picture"] = float((products.argmax(dim=1) == own).float().mean())
        return told

    def sheet(self, path: Path, z: Tensor) -> None:
        """Eight scenes, and below each the held-out ones nearest to what was drawn for its caption."""
        products = F.normalize(z[:8], dim=-1) @ F.normalize(self.z, dim=-1).T
        nearest = products.topk(min(4, len(self.z)), dim=1).indices.T
        pictures = as_floats(self.scenes.pictures)
        sheet(path, [list(pictures[:8]), *[[pictures[i] for i in row] for row in nearest]], self.scenes.captions[:8])


class PriorTask(TaskBase):
    net: Prior

    def __init__(self, setting: Setting, clip: FrozenClip) -> None:
        super().__init__(setting, clip, seeded(setting.seed, lambda: Prior(setting.config.prior)), "prior")
        self.pool = setting.pool_of(self._compose, batch=setting.batch, purpose="prior")

    def _compose(self, seed: int, count: int, step: int) -> dict[str, Tensor]:
        return embedded(self.clip, self.setting.scenes(seed, self.setting.config.image.size, count, step))

    def loss(self, step: int, progress: float) -> Tensor:
        source = generator(self.device, self.setting.seed, self.name, step)
        return self._loss_of(self.run_net, self.pool.at(step), source)

    def _loss_of(self, net: Compiled, rows: Mapping[str, Tensor], source: torch.Generator) -> Tensor:
        states, present, z_text = self.words_of(rows)
        z, count = rows["z"].float(), len(rows["z"])
        t = diffusing.moments(count, source, self.device)
        noised = diffusing.mixed(z, diffusing.randn(z.shape, source, self.device), t)
        keep = ~diffusing.chance(TEXT_DROPPED, count, source, self.device)
        return F.mse_loss(net(noised, t, states, present, z_text, keep).float(), z)

    @cached_property
    def _check(self) -> HeldOutEmbeddings:
        return HeldOutEmbeddings(self.setting, self.clip)

    def held_out_loss(self, net: nn.Module) -> Tensor:
        return self._loss_of(net, self._check.rows, generator(self.device, SHEET_SEED, "check"))

    def look(self, net: nn.Module, folder: Path) -> Mapping[str, float]:
        text = self._check.text
        seeds = [derived_seed(SHEET_SEED, row) for row in range(len(self._check.z))]
        one, other = (draw_z(self.net_of(net), text, seeds, self.sampling, f"candidate {k}") for k in range(2))
        better = F.cosine_similarity(one, text.embedding) >= F.cosine_similarity(other, text.embedding)
        best = torch.where(better[:, None], one, other)
        self._check.sheet(folder / "nearest.png", best)
        return self._check.figures({"one": one, "best_of_two": best, "text": text.embedding * self.clip.scale})

    @staticmethod
    def net_of(net: nn.Module) -> Prior:
        assert isinstance(net, Prior)
        return net


def main(arguments: Sequence[str] | None = None) -> int:
    choice = Choice("Train the diffusion prior.", batch=(256, 4096), learning_rate=(2e-3, 2e-3))
    return run(choice, lambda setting, options: PriorTask(setting, clip_of(options, setting.device)), arguments)


if __name__ == "__main__":
    sys.exit(main())
