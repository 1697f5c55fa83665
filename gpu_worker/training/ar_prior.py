"""The autoregressive prior, to be compared with the diffusion prior:

python -m gpu_worker.training.ar_prior --minutes 10 --resume --out runs/a
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.configs.ar_prior import ar_prior_for
from gpu_worker.nets.ar_prior import ArPrior
from gpu_worker.pipeline.ar_prior import draw_ar_prior
from gpu_worker.training import diffusing
from gpu_worker.training.frozen import FrozenClip
from gpu_worker.training.loop import Compiled
from gpu_worker.training.options import Choice, clip_of, run
from gpu_worker.training.prior import TEXT_DROPPED, HeldOutEmbeddings, embedded
from gpu_worker.training.scenes import derived_seed, generator
from gpu_worker.training.setting import SHEET_SEED, Setting, TaskBase, seeded

FITTED_ON = 8  # times the number of dimensions of z


class ArPriorTask(TaskBase):
    net: ArPrior

    def __init__(self, setting: Setting, clip: FrozenClip) -> None:
        net = seeded(setting.seed, lambda: ArPrior(ar_prior_for(setting.config)))
        super().__init__(setting, clip, net, "ar_prior")
        self.pool = setting.pool_of(self._compose, batch=setting.batch, purpose="ar prior")

    def _compose(self, seed: int, count: int, step: int) -> dict[str, Tensor]:
        return embedded(self.clip, self.setting.scenes(seed, self.setting.config.image.size, count, step))

    def fit(self) -> float:
        """The components and bins, once and for all, before the first step."""
        rows = FITTED_ON * self.net.config.embedding
        found = [
            self._compose(derived_seed(self.setting.seed, "components", first), min(1024, rows - first), 0)
            for first in range(0, rows, 1024)
        ]
        z = torch.cat([part["z"] for part in found])
        likeness = torch.cat([F.cosine_similarity(part["z"], self.words_of(part)[2]) for part in found])
        return self.net.fit(z, likeness)

    def loss(self, step: int, progress: float) -> Tensor:
        if step == 0:
            self.fit()
        source = generator(self.device, self.setting.seed, self.name, step)
        return self._loss_of(self.run_net, self.net, self.pool.at(step), source)

    def _loss_of(self, run_net: Compiled, net: ArPrior, rows: Mapping[str, Tensor], source: torch.Generator) -> Tensor:
        states, present, z_text = self.words_of(rows)
        z = rows["z"].float()
        with torch.autocast(self.device.type, enabled=False):
            bins, likeness = net.to_bins(z), net.likeness_bin(F.cosine_similarity(z, z_text.float()))
        keep = ~diffusing.chance(TEXT_DROPPED, len(z), source, self.device)
        scores = run_net(states, present, z_text, likeness, bins[:, :-1], keep)
        return F.cross_entropy(scores.float().flatten(0, 1), bins.flatten())

    @cached_property
    def _check(self) -> HeldOutEmbeddings:
        return HeldOutEmbeddings(self.setting, self.clip)

    def held_out_loss(self, net: nn.Module) -> Tensor:
        assert isinstance(net, ArPrior)
        return self._loss_of(net, net, self._check.rows, generator(self.device, SHEET_SEED, "check"))

    def look(self, net: nn.Module, folder: Path) -> Mapping[str, float]:
        assert isinstance(net, ArPrior)
        text = self._check.text
        seeds = [derived_seed(SHEET_SEED, row) for row in range(len(self._check.z))]
        one, other = (draw_ar_prior(net, text, [seed + k for seed in seeds]) for k in range(2))
        better = F.cosine_similarity(one, text.embedding) >= F.cosine_similarity(other, text.embedding)
        best = torch.where(better[:, None], one, other)
        self._check.sheet(folder / "nearest.png", best)
        kept = net.from_bins(net.to_bins(self._check.z))
        return {
            **self._check.figures({"one": one, "best_of_two": best}),
            "bins_keep": float(F.cosine_similarity(kept, self._check.z).mean()),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    choice = Choice("Train the autoregressive prior.", batch=(128, 2048), learning_rate=(1e-3, 1.5e-3))
    return run(choice, lambda setting, options: ArPriorTask(setting, clip_of(options, setting.device)), arguments)


if __name__ == "__main__":
    sys.exit(main())
