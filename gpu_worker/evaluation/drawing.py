"""Pictures for many prompts at once, each row with a caption and a seed of its own, with the nets of a set.

The noise, the steps and the guidance are those of `gpu_worker.pipeline.unclip`, so that a prompt and a seed give the
picture that serving gives (a test holds the two together); what differs is that a batch holds many prompts, and that an
ablation can leave out or replace one part.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.diffusion import guidance, noise, samplers, schedule
from gpu_worker.engines.hardware import choose_device, choose_dtype
from gpu_worker.nets.ar_prior import ArPrior
from gpu_worker.nets.clip import EncodedText
from gpu_worker.nets.decoder import Decoder
from gpu_worker.nets.tokenizer import FIRST_WORD, Tokenizer, known_words
from gpu_worker.nets.untrained import dream_
from gpu_worker.nets.upsampler import Upsampler
from gpu_worker.pipeline.ar_prior import draw_ar_prior
from gpu_worker.pipeline.checkpoint import BrokenWeights, Stored, read_set
from gpu_worker.pipeline.config import SamplingConfig, UnclipConfig
from gpu_worker.pipeline.nets import Nets
from gpu_worker.pipeline.unclip import PICTURE_LIMIT, Z_LIMIT, best_candidates
from gpu_worker.pipeline.weights import config_of, fill, take, unclip_from

Net = TypeVar("Net", bound=torch.nn.Module)

UNTRAINED_SEED = 2022
BATCH, BATCH_256 = 32, 8


@dataclass(frozen=True)
class Conditions:
    """What the decoder is told. Nothing here is what serving does; the fields are the ablations."""

    candidates: int | None = None
    text: bool = True
    image: bool = True
    z_from: str = "prior"
    """`prior`, `ar` (word by word) or `text` (z_t in the place of z_i)"""
    decoder: Decoder | None = None


class Artist:
    def __init__(self, nets: Nets, hash_: str, *, dtype: torch.dtype | None = None) -> None:
        self.device = choose_device()
        self.dtype = dtype or choose_dtype(self.device)
        self.nets = self._ready(nets)
        self.config, self.hash = nets.config, hash_
        self.sampling: SamplingConfig = nets.config.sampling
        text = nets.config.text
        self._tokenizer = Tokenizer(known_words()[: text.vocabulary - FIRST_WORD], text.window)
        self.ar_prior: ArPrior | None = None
        self.text_decoder: Decoder | None = None

    @classmethod
    def load(cls, folder: Path, *, dtype: torch.dtype | None = None) -> Artist:
        """BrokenWeights where the set is missing, damaged or incomplete."""
        nets, found = unclip_from(folder)
        return cls(nets, found.hash, dtype=dtype)

    @classmethod
    def untrained(cls, config: UnclipConfig = BUNDLED, *, dtype: torch.dtype | None = None) -> Artist:
        """The ceiling of all distances, with the same sizes and sampling as the set it stands beside."""
        config = dataclasses.replace(config, decoder=dataclasses.replace(config.decoder, predicts="picture"))
        with torch.device("meta"):
            nets = Nets(config)
        nets.to_empty(device="cpu")
        dream_(nets, UNTRAINED_SEED)
        return cls(
            nets, f"untrained {UNTRAINED_SEED} {hashlib.sha256(str(config).encode()).hexdigest()[:12]}", dtype=dtype
        )

    def add_text_decoder(self, folder: Path) -> None:
        stored = self._beside(folder, "text_decoder")
        net = Decoder(config_of(stored, str(folder)))
        fill(net, stored, str(folder))
        self.text_decoder = self._ready(net)

    def add_ar_prior(self, folder: Path) -> None:
        stored = self._beside(folder, "ar_prior")
        net = ArPrior(config_of(stored, str(folder)))
        fill(net, stored, str(folder))
        self.ar_prior = self._ready(net)

    def _beside(self, folder: Path, name: str) -> Stored:
        return take(read_set(folder), name)

    def _ready(self, net: Net) -> Net:
        return net.to(self.device, self.dtype, memory_format=torch.channels_last).eval().requires_grad_(False)

    @torch.inference_mode()
    def read(self, prompts: Sequence[str]) -> EncodedText:
        tokens = [self._tokenizer.encode(prompt) for prompt in prompts]
        longest = max(found.length for found in tokens)
        ids = torch.tensor([found.ids[:longest] for found in tokens], device=self.device)
        return self.nets.text(ids, torch.tensor([found.length for found in tokens], device=self.device))

    @torch.inference_mode()
    def z_of_text(self, prompts: Sequence[str]) -> Tensor:
        """(n, d) of length 1, on the CPU"""
        parts = [self.read(prompts[start : start + 256]).embedding for start in range(0, len(prompts), 256)]
        return torch.cat(parts).float().cpu()

    @torch.inference_mode()
    def see(self, pictures: Tensor) -> Tensor:
        """Bytes (n, 3, H, W) -> z_i (n, d) of length 1, on the CPU"""
        side = self.config.image.size
        parts = []
        for chunk in pictures.split(128):
            x = chunk.to(self.device).float() / 127.5 - 1
            if x.shape[-1] != side:
                x = F.interpolate(x, (side, side), mode="area")
            parts.append(self.nets.image(x.to(self.dtype, memory_format=torch.channels_last)).float().cpu())
        return torch.cat(parts)

    @torch.inference_mode()
    def draw(
        self, prompts: Sequence[str], seeds: Sequence[int], size: int = 64, conditions: Conditions | None = None,
        told: Callable[[int], None] = lambda count: None,
    ) -> Tensor:  # fmt: skip
        """Bytes (n, 3, size, size), size 64 or 256, on the CPU. told: how many are drawn."""
        conditions = conditions or Conditions()
        batch = BATCH if size == 64 else BATCH_256
        parts = []
        for start in range(0, len(prompts), batch):
            rows = list(seeds[start : start + batch])
            text = self.read(prompts[start : start + batch])
            z = self.prior(text, rows, conditions)
            pictures = self.decode(text, z, rows, conditions)
            if size > 64:
                pictures = self.enlarge(pictures, z, rows)
            parts.append(((pictures.float() + 1) * 127.5).round().clamp(0, 255).byte().cpu())
            told(start + len(rows))
        return torch.cat(parts)

    def prior(self, text: EncodedText, seeds: Sequence[int], conditions: Conditions) -> Tensor:
        """z_i (B, d), scaled by √d: the likest to z_t of so many candidates"""
        if conditions.z_from == "text":
            return text.embedding * self.config.image.embedding**0.5
        if conditions.z_from == "ar":
            if self.ar_prior is None:
                raise BrokenWeights("no autoregressive prior was loaded")
            return draw_ar_prior(self.ar_prior, text, seeds, guidance=self.sampling.prior_guidance)
        count = conditions.candidates or self.sampling.candidates
        wide = self.config.prior.embedding
        rows = len(seeds) * count
        states, present = (part.repeat_interleave(count, dim=0).repeat(2, *[1] * (part.ndim - 1)) for part in text[:2])
        z_text = self._cast(text.embedding * wide**0.5).repeat_interleave(count, dim=0).repeat(2, 1)
        keep = torch.arange(2 * rows, device=self.device) < rows

        def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
            both = self.nets.prior(self._cast(x).repeat(2, 1), t.repeat(2), states, present, z_text, keep)
            with_text, without = both.float().chunk(2)
            return with_text, without

        start = noise.noise(seeds, "prior", (count, wide)).flatten(0, 1).to(self.device)
        velocity = schedule.velocity_from_clean(guidance.guided(pair, self.sampling.prior_guidance), limit=Z_LIMIT)
        z = samplers.ddim(velocity, start, schedule.times(self.sampling.prior_steps)).view(len(seeds), count, wide)
        # Rows are compared with their own caption's z_t.
        kept = [best_candidates(z[row : row + 1], text.embedding[row])[0] for row in range(len(seeds))]
        return torch.cat(kept)

    def decode(self, text: EncodedText, z: Tensor, seeds: Sequence[int], conditions: Conditions) -> Tensor:
        """(B, 3, 64, 64) in [-1, 1]"""
        net = conditions.decoder or self.nets.decoder
        rows, side = len(seeds), net.config.size
        condition = self._cast(z).repeat(2, 1)
        states, present = text.states.repeat(2, 1, 1), text.present.repeat(2, 1)
        first = torch.arange(2 * rows, device=self.device) < rows
        keep_image, keep_text = first & conditions.image, first & conditions.text

        def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
            both = net(
                self._picture(x).repeat(2, 1, 1, 1), t.repeat(2), condition, states, present, keep_image, keep_text
            )
            with_condition, without = both.float().chunk(2)
            return with_condition, without

        predict = guidance.guided(pair, self.sampling.decoder_guidance, self.sampling.rescale)
        if net.config.predicts == "velocity":
            velocity = schedule.clipped(predict, PICTURE_LIMIT)
        else:
            velocity = schedule.velocity_from_clean(predict, limit=PICTURE_LIMIT)
        start = noise.noise(seeds, "decoder", (3, side, side)).to(self.device)
        return samplers.dpm_solver_2m(velocity, start, schedule.times(self.sampling.decoder_steps)).clamp(-1, 1)

    def enlarge(self, small: Tensor, z: Tensor, seeds: Sequence[int], stage: int = 0) -> Tensor:
        """Four times the side, in the few steps that serving takes."""
        upsampler: Upsampler = (self.nets.first_upsampler, self.nets.second_upsampler)[stage]
        enlarged = F.interpolate(small, scale_factor=4, mode="bicubic").clamp(-1, 1)
        height, width = enlarged.shape[-2:]
        fresh = torch.stack(
            [
                noise.placed_noise(seed, f"upsampler {stage}", channels=3, top=0, left=0, height=height, width=width)
                for seed in seeds
            ]
        ).to(self.device)
        condition, z = self._picture(enlarged), self._cast(z)

        def net(x: Tensor, t: Tensor) -> Tensor:
            return upsampler(self._picture(x), t, condition, z).float()

        start = self.sampling.upsampler_start[stage]
        return samplers.ddim(
            schedule.velocity_from_clean(net, limit=PICTURE_LIMIT),
            schedule.noised(enlarged, fresh, start),
            schedule.times(self.sampling.upsampler_steps[stage], start=start),
        ).clamp(-1, 1)

    def _cast(self, x: Tensor) -> Tensor:
        return x.to(self.dtype)

    def _picture(self, x: Tensor) -> Tensor:
        return x.to(self.dtype, memory_format=torch.channels_last)
