"""unCLIP (Ramesh et al. 2022, §2): text → z_t → prior → z_i → decoder → two upsamplers, and the way back to x_T.

The steps that every operation is made of. A batch is pictures, each with its own noise from its own seed and with its
own sentence or one sentence for all; what a row becomes does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.diffusion import guidance, noise, samplers, schedule
from gpu_worker.nets.tokenizer import Tokenizer
from gpu_worker.pipeline.enlarge import PICTURE_LIMIT, Stage
from gpu_worker.pipeline.frame import Frame
from gpu_worker.pipeline.nets import Nets
from gpu_worker.pipeline.pictures import reduced
from gpu_worker.pipeline.prior import Z_LIMIT, DiffusionPrior, ImagePrior
from gpu_worker.pipeline.text import Captions, Reader

__all__ = ["PICTURE_LIMIT", "Z_LIMIT", "Sketch", "Unclip"]


@dataclass(frozen=True, slots=True)
class Sketch:
    pictures: Tensor
    """(B, 3, size, size) in [-1, 1]"""
    z_image: Tensor
    """(B, d), scaled by √d"""
    likeness: Tensor | None
    """(B, candidates): cosine of each candidate with z_t, where a prior drew them"""


class Unclip:
    def __init__(self, nets: Nets, tokenizer: Tokenizer, *, device: torch.device, dtype: torch.dtype) -> None:
        self.config = nets.config
        self.device = device
        self.dtype = dtype
        self.nets = nets.to(device=device, dtype=dtype, memory_format=torch.channels_last).eval().requires_grad_(False)
        self.reader = Reader(nets.text, tokenizer, device)
        sampling = nets.config.sampling
        self.prior: ImagePrior = DiffusionPrior(nets.prior, sampling)
        self.stages = tuple(
            Stage(net, sampling.upsampler_steps[place], sampling.upsampler_start[place], f"upsampler {place}")
            for place, net in enumerate((nets.first_upsampler, nets.second_upsampler))
        )

    @torch.inference_mode()
    def sketch(
        self,
        sentences: Sequence[str],
        seeds: Sequence[int],
        *,
        negative: str = "",
        size: int = 64,
        prior: ImagePrior | None = None,
        z_image: Tensor | None = None,
        captioned: bool = True,
        sees_image: bool = True,
        steps: int | None = None,
        guidance_scale: float | None = None,
    ) -> Sketch:
        """Small pictures (64 or 256) of many sentences at once, one a seed, with any piece exchanged: for figures.

        prior: another than the engine's own; z_image (B, d), scaled by √d: none at all. captioned=False leaves the
        decoder with z_i alone, sees_image=False with the caption alone.
        """
        if size not in (self.side, 4 * self.side):
            raise ValueError(f"a sketch is {self.side} or {4 * self.side} pixels wide, not {size}")
        captions = self.reader.read(sentences, negative)
        likeness = None
        if z_image is None:
            z_image, likeness = (prior or self.prior)(captions, seeds)
        pictures = self.draw_small(
            captions if captioned else captions.emptied(),
            z_image,
            seeds,
            steps=steps,
            guidance_scale=guidance_scale,
            sees_image=sees_image,
        )
        if size > self.side:
            pictures = self.stages[0].enlarge(pictures, seeds, z_image)
        return Sketch(pictures, z_image, likeness)

    @property
    def side(self) -> int:
        """Of the decoder's pictures."""
        return self.config.decoder.size

    def see(self, picture: Tensor) -> Tensor:
        """(3, H, W) or (B, 3, side, side) in [-1, 1] -> z_i (B, d), scaled by √d"""
        small = reduced(picture, self.side)[None] if picture.ndim == 3 else picture
        return self.nets.image(self._picture(small.to(self.device))) * self.config.image.embedding**0.5

    def noise(self, seeds: Sequence[int], purpose: str = "decoder") -> Tensor:
        """x_T"""
        return noise.noise(seeds, purpose, (3, self.side, self.side)).to(self.device)

    def draw_small(
        self,
        captions: Captions,
        z_image: Tensor,
        seeds: Sequence[int],
        *,
        steps: int | None = None,
        guidance_scale: float | None = None,
        sees_image: bool = True,
        frame: Frame | None = None,
        observe: samplers.Observer | None = None,
    ) -> Tensor:
        """z_i and the caption to 64×64 pixels, from the seeds' own x_T; with a frame, only its hole is drawn."""
        sampling = self.config.sampling
        fresh = self.noise(seeds)
        known = None if frame is None else frame.known(self.side, self.device)
        velocity = self.velocity(
            captions,
            z_image,
            sampling.decoder_guidance if guidance_scale is None else guidance_scale,
            masked=None if known is None else known.masked(),
            sees_image=sees_image,
        )
        moments = schedule.times(sampling.decoder_steps if steps is None else steps)
        if frame is None or known is None:
            return samplers.dpm_solver_2m(velocity, fresh, moments, observe=observe).clamp(-1, 1)

        hinted, hold = frame.hinted(self.side, self.device), known.hold(fresh)
        hold_hint = None if hinted is None else hinted.hold(fresh)

        def put_back(x: Tensor, t: float) -> Tensor:
            x = hold(x, t)
            return x if hold_hint is None or t < sampling.hint_until else hold_hint(x, t)

        def tell(step: int, x0: Tensor) -> None:
            if observe is not None:
                observe(step, known.put_back(x0))

        return known.put_back(
            samplers.dpm_solver_2m(velocity, fresh, moments, hold=put_back, observe=tell).clamp(-1, 1)
        )

    def velocity(
        self,
        captions: Captions,
        z_image: Tensor,
        guidance_scale: float | Tensor,
        *,
        masked: Tensor | None = None,
        sees_image: bool = True,
    ) -> schedule.Velocity:
        """The decoder P(x | z_i, y) (§2.1) under guidance, one strength for all or one for each row (B)."""
        rows = len(z_image)
        words, z = captions.branches(rows), self._cast(z_image)
        sees = (torch.arange(2 * rows, device=self.device) < rows) & sees_image
        masked = None if masked is None else self._picture(masked)

        def net(x: Tensor, t: Tensor, branches: int) -> Tensor:
            asked = rows * branches
            return self.nets.decoder(
                self._picture(x).repeat(branches, 1, 1, 1),
                t.repeat(branches),
                z.repeat(branches, 1),
                words.states[:asked],
                words.present[:asked],
                keep_image=sees[:asked],
                keep_text=words.read[:asked],
                masked=None if masked is None else masked.expand(asked, -1, -1, -1),
            ).float()

        def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
            with_condition, without = net(x, t, 2).chunk(2)
            return with_condition, without

        def alone(x: Tensor, t: Tensor) -> Tensor:
            return net(x, t, 1)

        if isinstance(guidance_scale, Tensor):
            guidance_scale = guidance_scale.to(self.device, torch.float32).view(-1, 1, 1, 1)
            unguided = bool((guidance_scale == 1).all())
        else:
            unguided = guidance_scale == 1
        predict = alone if unguided else guidance.guided(pair, guidance_scale, self.config.sampling.rescale)
        if self.config.decoder.predicts == "velocity":
            return schedule.clipped(predict, PICTURE_LIMIT)
        return schedule.velocity_from_clean(predict, limit=PICTURE_LIMIT)

    def invert(
        self, pictures: Tensor, z_image: Tensor, *, steps: int | None = None, observe: samplers.Observer | None = None
    ) -> Tensor:
        """(B, 3, 64, 64) -> x_T (B, 3, 64, 64): the other half of the bipartite latent (§3).

        Without guidance, above which the iteration no longer converges, and with an empty caption: a picture has none.
        """
        sampling = self.config.sampling
        moments = schedule.times(sampling.inversion_steps if steps is None else steps)
        velocity = self.velocity(self.empty_captions(), z_image, 1.0)
        pictures = pictures.to(self.device, torch.float32)
        return samplers.ddim_invert(
            velocity, pictures, moments, refinements=sampling.inversion_refinements, observe=observe
        )

    def empty_captions(self, negative: str = "") -> Captions:
        return self.reader.read([""], negative).emptied()

    def text_direction(self, to: str, away_from: str) -> Tensor:
        """z_d = norm(z_t − z_t0) (§3.3), (1, d), scaled by √d"""
        towards, before = self.reader.read([to, away_from]).text.embedding
        return F.normalize(towards - before, dim=0)[None] * len(towards) ** 0.5

    def _cast(self, x: Tensor) -> Tensor:
        return x.to(self.dtype)

    def _picture(self, x: Tensor) -> Tensor:
        return x.to(self.dtype, memory_format=torch.channels_last)
