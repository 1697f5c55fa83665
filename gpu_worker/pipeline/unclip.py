"""unCLIP (Ramesh et al. 2022, §2): text → z_t → prior → z_i → decoder → two upsamplers.

One job's pictures go through as one batch, each with noise of its own from its own seed; only the last
upsampler takes them one by one, because there a batch gains nothing and costs memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.diffusion import guidance, noise, samplers, schedule
from gpu_worker.nets.clip import EncodedText
from gpu_worker.nets.tokenizer import Tokenizer, Tokens
from gpu_worker.nets.upsampler import Upsampler
from gpu_worker.pipeline.nets import Nets
from gpu_worker.pipeline.pictures import reduced, to_bytes

# z_i is scaled to a variance of 1 a coordinate, so that noise of that variance suits it; beyond this it is noise.
Z_LIMIT = 6.0
PICTURE_LIMIT = 1.0


class Watcher(Protocol):
    """Told of every step; it may raise to end the drawing."""

    def __call__(self, done: int, total: int, pictures: Tensor | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What one drawing is to use, defaults filled in."""

    prompt: str
    seeds: tuple[int, ...]
    size: int
    decoder_steps: int
    guidance: float


@dataclass(frozen=True, slots=True)
class Drawn:
    pictures: tuple[Tensor, ...]
    """(size, size, 3) of whole numbers 0 to 255, one a seed"""
    z_image: Tensor
    """(B, d), the candidates that were kept, scaled by √d"""
    likeness: Tensor
    """(B, candidates): cosine of each candidate with z_t"""
    tokens: Tokens


class Unclip:
    def __init__(self, nets: Nets, tokenizer: Tokenizer, *, device: torch.device, dtype: torch.dtype) -> None:
        self.config = nets.config
        self.tokenizer = tokenizer
        self.device = device
        self.dtype = dtype
        self.nets = nets.to(device=device, dtype=dtype, memory_format=torch.channels_last).eval().requires_grad_(False)

    @torch.inference_mode()
    def draw(self, plan: Plan, watch: Watcher) -> Drawn:
        sampling = self.config.sampling
        enlarges = plan.size > 256
        total = plan.decoder_steps + sampling.upsampler_steps[0]
        total += len(plan.seeds) * sampling.upsampler_steps[1] if enlarges else 0

        tokens = self.tokenizer.encode(plan.prompt)
        text = self.encode_text(tokens)
        z_image, likeness = self.draw_prior(text, plan.seeds, lambda step, x0: watch(0, total, None))
        small = self.decode(text, z_image, plan, lambda step, x0: watch(step, total, x0))
        done = plan.decoder_steps

        def tell(step: int, x0: Tensor) -> None:
            watch(done + step, total, x0)

        medium = self.enlarge(0, small, plan.seeds, z_image, tell)
        done += sampling.upsampler_steps[0]
        if enlarges:
            pictures = self._enlarge_one_by_one(medium, plan, z_image, lambda step: watch(done + step, total, None))
        else:
            pictures = tuple(to_bytes(picture) for picture in medium)
        return Drawn(pictures, z_image, likeness, tokens)

    def encode_text(self, tokens: Tokens) -> EncodedText:
        """A batch of one. Padding is left off: it is as long as the window and says nothing."""
        ids = torch.tensor([tokens.ids[: tokens.length]], device=self.device)
        return self.nets.text(ids, torch.tensor([tokens.length], device=self.device))

    def draw_prior(self, text: EncodedText, seeds: Sequence[int], observe: samplers.Observer) -> tuple[Tensor, Tensor]:
        """Draw candidates of z_i for each seed and keep the one most like z_t (§2.2)."""
        sampling, width = self.config.sampling, self.config.prior.embedding
        z_text = text.embedding * width**0.5
        rows = len(seeds) * sampling.candidates

        def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
            both = self.nets.prior(
                self._cast(x).repeat(2, 1),
                t.repeat(2),
                text.states.expand(2 * rows, -1, -1),
                text.present.expand(2 * rows, -1),
                self._cast(z_text).expand(2 * rows, -1),
                torch.arange(2 * rows, device=self.device) < rows,
            )
            with_text, without = both.float().chunk(2)
            return with_text, without

        start = noise.noise(seeds, "prior", (sampling.candidates, width)).flatten(0, 1).to(self.device)
        z = samplers.ddim(
            schedule.velocity_from_clean(guidance.guided(pair, sampling.prior_guidance), limit=Z_LIMIT),
            start,
            schedule.times(sampling.prior_steps),
            observe=observe,
        )
        return best_candidates(z.view(len(seeds), sampling.candidates, width), z_text[0])

    def decode(self, text: EncodedText, z_image: Tensor, plan: Plan, observe: samplers.Observer) -> Tensor:
        """z_i and the caption to 64×64 pixels (§2.1)."""
        rows, side = len(z_image), self.config.decoder.size
        z = self._cast(z_image)

        def net(x: Tensor, t: Tensor, keep: Tensor) -> Tensor:
            times = len(keep) // rows
            return self.nets.decoder(
                self._picture(x).repeat(times, 1, 1, 1),
                t.repeat(times),
                z.repeat(times, 1),
                text.states.expand(len(keep), -1, -1),
                text.present.expand(len(keep), -1),
                keep_image=keep,
                keep_text=keep,
            ).float()

        def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
            with_condition, without = net(x, t, torch.arange(2 * rows, device=self.device) < rows).chunk(2)
            return with_condition, without

        def alone(x: Tensor, t: Tensor) -> Tensor:
            return net(x, t, torch.ones(rows, dtype=torch.bool, device=self.device))

        predict = alone if plan.guidance == 1 else guidance.guided(pair, plan.guidance, self.config.sampling.rescale)
        start = noise.noise(plan.seeds, "decoder", (3, side, side)).to(self.device)
        moments = schedule.times(plan.decoder_steps)
        return samplers.dpm_solver_2m(self._velocity(predict), start, moments, observe=observe).clamp(-1, 1)

    def enlarge(
        self, stage: int, small: Tensor, seeds: Sequence[int], z_image: Tensor, observe: samplers.Observer
    ) -> Tensor:
        """Four times the side, from truncated noise over the bicubic enlargement (SDEdit, Meng et al. 2021, §3)."""
        sampling = self.config.sampling
        upsampler: Upsampler = (self.nets.first_upsampler, self.nets.second_upsampler)[stage]
        enlarged = F.interpolate(small, scale_factor=4, mode="bicubic").clamp(-1, 1)
        height, width = enlarged.shape[-2:]
        fresh = torch.stack(
            [
                noise.placed_noise(seed, f"upsampler {stage}", channels=3, top=0, left=0, height=height, width=width)
                for seed in seeds
            ]
        ).to(self.device)
        condition, z = self._picture(enlarged), self._cast(z_image)

        def net(x: Tensor, t: Tensor) -> Tensor:
            return upsampler(self._picture(x), t, condition, z).float()

        start = sampling.upsampler_start[stage]
        return samplers.ddim(
            schedule.velocity_from_clean(net, limit=PICTURE_LIMIT),
            schedule.noised(enlarged, fresh, start),
            schedule.times(sampling.upsampler_steps[stage], start=start),
            observe=observe,
        ).clamp(-1, 1)

    def _enlarge_one_by_one(
        self, pictures: Tensor, plan: Plan, z_image: Tensor, tell: Callable[[int], None]
    ) -> tuple[Tensor, ...]:
        steps = self.config.sampling.upsampler_steps[1]
        finished = []
        for place, seed in enumerate(plan.seeds):
            before = place * steps

            def observe(step: int, x0: Tensor, before: int = before) -> None:
                tell(before + step)

            large = self.enlarge(1, pictures[place : place + 1], [seed], z_image[place : place + 1], observe)
            finished.append(to_bytes(reduced(large[0], plan.size)))
        return tuple(finished)

    def _velocity(self, predict: schedule.Net) -> schedule.Velocity:
        if self.config.decoder.predicts == "velocity":
            return schedule.clipped(predict, PICTURE_LIMIT)
        return schedule.velocity_from_clean(predict, limit=PICTURE_LIMIT)

    def _cast(self, x: Tensor) -> Tensor:
        return x.to(self.dtype)

    def _picture(self, x: Tensor) -> Tensor:
        return x.to(self.dtype, memory_format=torch.channels_last)


def best_candidates(z: Tensor, z_text: Tensor) -> tuple[Tensor, Tensor]:
    """z (B, K, d), z_text (d) -> the candidate with the largest z_i · z_t, and all the cosines (B, K).

    The paper compares dot products of embeddings of length 1; samples only come near that, so lengths are
    divided out, lest the longer one win.
    """
    likeness = F.cosine_similarity(z, z_text, dim=-1)
    best = likeness.argmax(dim=1)
    return z[torch.arange(len(z), device=z.device), best], likeness
