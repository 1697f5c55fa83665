"""The decoder P(x | z_i, y):

python -m gpu_worker.training.decoder --minutes 10 --resume --out runs/a

Ramesh et al. 2022, §2.1: z_i is dropped in 10 % and the caption in 50 %, independently. Velocity, cosine schedule,
min-SNR 5. Masks are there from the first step, in 30 %. `--condition` trains the decoders of the paper's small
ablation (§5.1) instead: `text` sees the caption alone, `text_embedding` sees z_t where ours sees z_i.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.nets.decoder import Decoder
from gpu_worker.training import diffusing
from gpu_worker.training.frozen import FrozenClip
from gpu_worker.training.loop import Compiled
from gpu_worker.training.masks import holes, masked_input, one_thing
from gpu_worker.training.options import Choice, clip_of, run
from gpu_worker.training.plot import sheet
from gpu_worker.training.sampling import draw_small
from gpu_worker.training.scenes import Scenes, as_floats, derived_seed, generator
from gpu_worker.training.setting import SHEET_SEED, Setting, TaskBase, seeded

IMAGE_DROPPED, TEXT_DROPPED = 0.1, 0.5
# The decoder that has nothing but the caption drops it as often as guidance needs.
ONLY_TEXT_DROPPED = 0.1
MASKED = 0.3
ON_SHEET = 8

Condition = Literal["image", "text", "text_embedding"]
NAMES: Mapping[Condition, str] = {
    "image": "decoder",
    "text": "text_decoder",
    "text_embedding": "text_embedding_decoder",
}


class DecoderTask(TaskBase):
    net: Decoder

    def __init__(self, setting: Setting, clip: FrozenClip, condition: Condition = "image") -> None:
        config = dataclasses.replace(setting.config.decoder, predicts="velocity")
        super().__init__(setting, clip, seeded(setting.seed, lambda: Decoder(config)), NAMES[condition])
        self.condition = condition
        self.net.to(memory_format=torch.channels_last)
        self.pool = setting.pool_of(self._compose, batch=setting.batch, purpose="decoder")

    def _compose(self, seed: int, count: int, step: int) -> dict[str, Tensor]:
        scenes = self.setting.scenes(seed, self.setting.config.decoder.size, count, step)
        return self._columns(scenes, generator(self.device, seed, "things"))

    def _columns(self, scenes: Scenes, source: torch.Generator) -> dict[str, Tensor]:
        ids, length = self.clip.tokens(scenes.captions)
        return {
            "pictures": scenes.pictures,
            "z": self.clip.see(as_floats(scenes.pictures)),
            "thing": one_thing(scenes.masks, source),
            "ids": ids,
            "length": length,
        }

    def loss(self, step: int, progress: float) -> Tensor:
        source = generator(self.device, self.setting.seed, self.name, step)
        return self._loss_of(self.run_net, self.pool.at(step), source)

    def _loss_of(self, net: Compiled, rows: Mapping[str, Tensor], source: torch.Generator) -> Tensor:
        pictures = as_floats(rows["pictures"])
        count, device = len(pictures), self.device
        states, present, z_text = self.words_of(rows)
        z = z_text if self.condition == "text_embedding" else rows["z"].float()
        only_text = self.condition == "text"
        keep_image = ~diffusing.chance(1.0 if only_text else IMAGE_DROPPED, count, source, device)
        keep_text = ~diffusing.chance(ONLY_TEXT_DROPPED if only_text else TEXT_DROPPED, count, source, device)
        masked = masked_input(pictures, holes(rows["thing"], source), diffusing.chance(MASKED, count, source, device))
        t = diffusing.moments(count, source, device)
        noise = diffusing.randn(pictures.shape, source, device)
        x = diffusing.mixed(pictures, noise, t).contiguous(memory_format=torch.channels_last)
        v = net(x, t, z, states, present, keep_image, keep_text, masked).float()
        error = (v - diffusing.velocity(pictures, noise, t)).square().flatten(1).mean(dim=1)
        return (error * diffusing.min_snr_weight(t)).mean()

    @cached_property
    def _check(self) -> Scenes:
        return self.setting.held_out(self.setting.config.decoder.size, self.setting.check)

    @cached_property
    def _check_rows(self) -> dict[str, Tensor]:
        return self._columns(self._check, generator(self.device, SHEET_SEED, "things"))

    def held_out_loss(self, net: nn.Module) -> Tensor:
        return self._loss_of(net, self._check_rows, generator(self.device, SHEET_SEED, "check"))

    def look(self, net: nn.Module, folder: Path) -> Mapping[str, float]:
        """Held-out scenes: real, drawn from z_i and caption, from z_i alone, and with a thing painted anew."""
        assert isinstance(net, Decoder)
        rows = {name: column[:ON_SHEET] for name, column in self._check_rows.items()}
        text = self.clip.read(rows["ids"], rows["length"])
        seeds = [derived_seed(SHEET_SEED, row) for row in range(len(rows["z"]))]
        real = as_floats(rows["pictures"])
        z = text.embedding * self.clip.scale if self.condition == "text_embedding" else rows["z"]
        with_image, with_text = self.condition != "text", self.condition != "image"
        drawn = draw_small(net, z, text, seeds, self.sampling, keep_image=with_image)
        alone = draw_small(net, z, text, seeds, self.sampling, keep_image=with_image, keep_text=with_text)
        hole = holes(rows["thing"], generator(self.device, SHEET_SEED, "holes"))
        masked = masked_input(real, hole, torch.ones(len(real), dtype=torch.bool, device=self.device))
        edited = draw_small(net, z, text, seeds, self.sampling, keep_image=with_image, masked=masked)
        shown = [real, drawn, alone, masked[:, 1:] - 0.5 * hole, edited]
        sheet(folder / "drawn.png", [list(pictures) for pictures in shown], self._check.captions[:ON_SHEET])
        seen = self.clip.see(drawn)
        return {
            "near_picture": float(F.cosine_similarity(seen, rows["z"]).mean()),
            "near_text": float(F.cosine_similarity(seen, text.embedding).mean()),
            "real_near_text": float(F.cosine_similarity(rows["z"], text.embedding).mean()),
            "kept_pixels_off": float(((edited - real) * (1 - hole)).abs().max()),
        }


def _condition(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--condition", choices=tuple(NAMES), default="image")


def main(arguments: Sequence[str] | None = None) -> int:
    choice = Choice("Train the decoder.", batch=(128, 2048), learning_rate=(2e-3, 2e-3), add=_condition)

    def build(setting: Setting, options: argparse.Namespace) -> DecoderTask:
        return DecoderTask(setting, clip_of(options, setting.device), options.condition)

    return run(choice, build, arguments)


if __name__ == "__main__":
    sys.exit(main())
