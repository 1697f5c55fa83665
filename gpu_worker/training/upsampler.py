"""The upsamplers, 64→256 (--stage 1) and 256→1024 (--stage 2):

python -m gpu_worker.training.upsampler --stage 1 --minutes 10 --resume --out runs/a

Trained on crops: with convolutions alone, what is learned on a crop holds for any size. They predict the un-noised
picture from truncated noise (t up to where their sampler starts); a quarter of each batch stands exactly where it
starts, over the enlarged picture itself, which is what it will meet. The last fifth of the plan sharpens (sharpen.py).
With --decoder, half of the first one's small pictures are re-drawn by our decoder from t = 0.3, so that it learns to
mend that decoder's errors.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.nets.decoder import Decoder
from gpu_worker.nets.upsampler import Upsampler
from gpu_worker.pipeline.checkpoint import read_set
from gpu_worker.pipeline.weights import UPSAMPLERS, config_of, file_of, fill, take
from gpu_worker.training import diffusing
from gpu_worker.training.corrupt import blurred, degraded
from gpu_worker.training.frozen import FrozenClip
from gpu_worker.training.loop import Compiled
from gpu_worker.training.masks import holes, masked_input, one_thing
from gpu_worker.training.options import Choice, clip_of, run
from gpu_worker.training.plot import sheet
from gpu_worker.training.sampling import bicubic, enlarge
from gpu_worker.training.scenes import Scenes, as_floats, generator
from gpu_worker.training.setting import SHEET_SEED, Setting, TaskBase, seeded
from gpu_worker.training.sharpen import Sharpener
from gpu_worker.training.state import Part

MASKED = 0.3
AT_START = 0.25
REDRAWN, REDRAWN_FROM, REDRAWN_STEPS = 0.5, 0.3, 3
GRADIENT = 0.5
PLACES = 8
SHARPEN_FROM = 0.8
CROP = 256
ON_SHEET = 6


def charbonnier(error: Tensor) -> Tensor:
    """√(e² + ε²), a smooth absolute value (Lai et al. 2017, §3.2)"""
    return (error.square() + 1e-6).sqrt()


class UpsamplerTask(TaskBase):
    net: Upsampler

    def __init__(
        self,
        setting: Setting,
        clip: FrozenClip,
        stage: int,
        *,
        crop: int = CROP,
        decoder: Decoder | None = None,
        sharpen_from: float = SHARPEN_FROM,
    ) -> None:
        config = setting.config.upsamplers[stage]
        super().__init__(setting, clip, seeded(setting.seed, lambda: Upsampler(config)), UPSAMPLERS[stage])
        self.net.to(memory_format=torch.channels_last)
        self.stage, self.decoder = stage, decoder
        self.size = setting.config.decoder.size * 4 ** (stage + 1)
        self.crop = min(crop, self.size)
        # A large scene is dear to compose: half of what crops would cover it.
        self.each = max(1, (self.size // self.crop) ** 2 // 2)
        self.start, self.steps = self.sampling.upsampler_start[stage], self.sampling.upsampler_steps[stage]
        self.sharpen_from = sharpen_from
        self.sharpener = seeded(
            setting.seed, lambda: Sharpener(clip.image, setting.device, start=self.start, steps=self.steps)
        )
        self.pool = setting.pool_of(self._compose, batch=setting.batch, purpose=self.name)

    def _compose(self, seed: int, count: int, step: int) -> dict[str, Tensor]:
        scenes = self.setting.scenes(seed, self.size, -(-count // self.each), step)
        columns = self._columns(scenes, generator(self.device, seed, "crops"))
        return {name: column[:count] for name, column in columns.items()}

    def _columns(self, scenes: Scenes, source: torch.Generator) -> dict[str, Tensor]:
        side = self.setting.config.image.size
        thing = one_thing(scenes.masks, source)
        large, thing = busiest_crops(scenes.pictures, thing, self.crop, source, each=self.each)
        ids, length = self.clip.tokens(scenes.captions)
        z = self.clip.see(F.avg_pool2d(as_floats(scenes.pictures), scenes.pictures.shape[-1] // side))
        of_scene = {"z": z, "ids": ids, "length": length}
        repeated = {name: column.repeat_interleave(self.each, dim=0) for name, column in of_scene.items()}
        return {"large": large, "thing": thing, **repeated}

    def loss(self, step: int, progress: float) -> Tensor:
        source = generator(self.device, self.setting.seed, self.name, step)
        return self._loss_of(self.run_net, self.pool.at(step), source, sharpens=progress >= self.sharpen_from)

    def _loss_of(
        self, net: Compiled, rows: Mapping[str, Tensor], source: torch.Generator, *, sharpens: bool = False
    ) -> Tensor:
        large, z = as_floats(rows["large"]), rows["z"].float()
        count, device = len(large), self.device
        enlarged = bicubic(self._worsened(large, rows, source))
        # Holes are cut at a quarter of the side: their edges are as coarse where the decoder cut them.
        thing = F.max_pool2d(rows["thing"][:, None].float(), 4)[:, 0]
        hole = F.interpolate(holes(thing, source), scale_factor=4, mode="nearest")
        masked = masked_input(large, hole, diffusing.chance(MASKED, count, source, device))
        t = diffusing.moments(count, source, device, end=self.start)
        at_start = diffusing.chance(AT_START, count, source, device)
        t = torch.where(at_start, torch.full_like(t, self.start), t)
        noise = diffusing.randn(large.shape, source, device)
        x = diffusing.mixed(torch.where(at_start[:, None, None, None], enlarged, large), noise, t)
        x, enlarged = (picture.contiguous(memory_format=torch.channels_last) for picture in (x, enlarged))
        faithful = self._faithful(net(x, t, enlarged, z, masked).float(), large)
        if not sharpens:
            return faithful
        drawn = self.sharpener.shipped(net, noise, enlarged, z, masked)
        faithful = (faithful + self._faithful(drawn, large)) / 2
        return faithful + self.sharpener.loss(drawn, large, enlarged, faithful, self.net.leave.weight)

    @staticmethod
    def _faithful(drawn: Tensor, large: Tensor) -> Tensor:
        error = drawn - large
        edges = charbonnier(error.diff(dim=2)).mean() + charbonnier(error.diff(dim=3)).mean()
        return charbonnier(error).mean() + GRADIENT * edges

    def helpers(self) -> Mapping[str, Part]:
        return {"judge": self.sharpener.part}

    def _worsened(self, large: Tensor, rows: Mapping[str, Tensor], source: torch.Generator) -> Tensor:
        small = F.avg_pool2d(large, 4)
        if self.stage == 1:
            return degraded(small, source)
        if self.decoder is not None and small.shape[-1] == self.decoder.config.size:
            lot = diffusing.chance(REDRAWN, len(small), source, self.device)
            small = torch.where(lot[:, None, None, None], self._redrawn(self.decoder, small, rows, source), small)
        return blurred(small, source)

    @torch.no_grad()
    def _redrawn(self, decoder: Decoder, small: Tensor, rows: Mapping[str, Tensor], source: torch.Generator) -> Tensor:
        """Noised to t = 0.3 and drawn again by the decoder (SDEdit, Meng et al. 2021, §3), so with its faults."""
        states, present, _ = self.words_of(rows)
        keep = torch.ones(len(small), dtype=torch.bool, device=self.device)
        noise = diffusing.randn(small.shape, source, self.device)
        x = small
        for step in range(REDRAWN_STEPS):
            t = torch.full((len(small),), REDRAWN_FROM * (1 - step / REDRAWN_STEPS), device=self.device)
            noised = diffusing.mixed(x, noise, t)
            v = decoder(noised, t, rows["z"].float(), states, present, keep, keep).float()
            x = diffusing.clean(noised, v, t).clamp(-1, 1)
        return x

    @cached_property
    def _check_rows(self) -> dict[str, Tensor]:
        count = min(self.setting.check, 64 if self.stage == 0 else 16)
        scenes = self.setting.held_out(self.size, -(-count // self.each))
        return self._columns(scenes, generator(self.device, SHEET_SEED, "crops"))

    def held_out_loss(self, net: nn.Module) -> Tensor:
        return self._loss_of(net, self._check_rows, generator(self.device, SHEET_SEED, "check"))

    def look(self, net: nn.Module, folder: Path) -> Mapping[str, float]:
        """Held-out crops: enlarged smoothly, enlarged by us, real; and how much fine structure each has."""
        assert isinstance(net, Upsampler)
        rows = {name: column[:ON_SHEET] for name, column in self._check_rows.items()}
        source = generator(self.device, SHEET_SEED, "look")
        large, z = as_floats(rows["large"]), rows["z"].float()
        small = self._worsened(large, rows, source)
        fresh = diffusing.randn(large.shape, source, self.device)
        ours, smooth = enlarge(net, small, fresh, z, steps=self.steps, start=self.start), bicubic(small)
        sheet(folder / "enlarged.png", [list(smooth), list(ours), list(large)], [], side=256)
        real = fine_energy(large)
        return {
            "fine_ours": float(fine_energy(ours) / real),
            "fine_bicubic": float(fine_energy(smooth) / real),
            "error_ours": float((ours - large).abs().mean()),
            "error_bicubic": float((smooth - large).abs().mean()),
        }


def busiest_crops(
    pictures: Tensor, thing: Tensor, crop: int, source: torch.Generator, *, each: int = 1
) -> tuple[Tensor, Tensor]:
    """`each` crops of every picture and its thing, on whole small pixels: of eight places, the one with most edges."""
    rows, _, height, width = pictures.shape
    if crop >= height and crop >= width:
        return pictures, thing
    device = pictures.device
    step = 4
    edges = pictures.float().mean(dim=1)
    edges = F.pad(edges.diff(dim=1).abs()[:, :, :-1] + edges.diff(dim=2).abs()[:, :-1], (0, 1, 0, 1))
    # The edges in the crop that begins at each place, by way of sums over whole small pixels.
    energy = F.avg_pool2d(F.avg_pool2d(edges[:, None], step), crop // step, 1)[:, 0]
    places = torch.randint(energy[0].numel(), (rows, each, PLACES), generator=source, device=device)
    best = energy.flatten(1).gather(1, places.flatten(1)).view_as(places).argmax(dim=2, keepdim=True)
    place = places.gather(2, best).flatten()
    top, left = place // energy.shape[2] * step, place % energy.shape[2] * step
    down = (top[:, None] + torch.arange(crop, device=device))[:, :, None]
    across = (left[:, None] + torch.arange(crop, device=device))[:, None, :]
    row = torch.arange(rows, device=device).repeat_interleave(each)[:, None, None]
    return pictures.permute(0, 2, 3, 1)[row, down, across].permute(0, 3, 1, 2), thing[row, down, across]


def fine_energy(pictures: Tensor) -> Tensor:
    """The spectrum's energy above a quarter of the highest frequency, on the mean of the channels."""
    spectrum = torch.fft.rfft2(pictures.float().mean(dim=1)).abs().square()
    height, width = pictures.shape[-2:]
    down = torch.fft.fftfreq(height, device=pictures.device).abs()[:, None]
    across = torch.fft.rfftfreq(width, device=pictures.device)[None]
    return spectrum[:, torch.maximum(down, across) > 0.125].mean()


def load_decoder(folder: Path, device: torch.device) -> Decoder:
    weights = read_set(folder)
    stored, file = take(weights, "decoder"), file_of(weights, "decoder")
    net = Decoder(config_of(stored, file))
    fill(net, stored, file)
    return net.to(device).eval().requires_grad_(False)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stage", type=int, choices=(1, 2), required=True)
    parser.add_argument("--crop", type=int, default=CROP, help="side of what is trained on")
    parser.add_argument(
        "--sharpen-from",
        type=float,
        default=SHARPEN_FROM,
        help="share of the plan after which a judge of patches joins",
    )
    parser.add_argument("--decoder", type=Path, help="weights of the decoder whose errors are to be mended")


def main(arguments: Sequence[str] | None = None) -> int:
    choice = Choice(
        "Train an upsampler.",
        batch=(8, 256),
        learning_rate=(1e-3, 1e-3),
        pool=(128, 16384),
        round=(8, 128),
        add=_options,
    )

    def build(setting: Setting, options: argparse.Namespace) -> UpsamplerTask:
        decoder = load_decoder(options.decoder, setting.device) if options.decoder else None
        clip = clip_of(options, setting.device)
        return UpsamplerTask(
            setting,
            clip,
            options.stage - 1,
            crop=options.crop,
            decoder=decoder,
            sharpen_from=options.sharpen_from,
        )

    return run(choice, build, arguments)


if __name__ == "__main__":
    sys.exit(main())
