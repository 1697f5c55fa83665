"""From a caption to z_i, the ways that the paper compares (Ramesh et al. 2022, §2.2, §5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.diffusion import guidance, noise, samplers, schedule
from gpu_worker.nets.ar_prior import ArPrior
from gpu_worker.nets.clip import EncodedText
from gpu_worker.nets.prior import Prior
from gpu_worker.pipeline.ar_prior import draw_ar_prior
from gpu_worker.pipeline.config import SamplingConfig
from gpu_worker.pipeline.text import Captions

# z_i is scaled to a variance of 1 a coordinate, so that noise of that variance suits it; beyond this it is noise.
Z_LIMIT = 6.0


class ImagePrior(Protocol):
    def __call__(
        self, captions: Captions, seeds: Sequence[int], observe: samplers.Observer | None = None
    ) -> tuple[Tensor, Tensor]:
        """z_i (B, d), scaled by √d, and the cosines (B, candidates) of what was drawn with z_t."""
        ...


class DiffusionPrior:
    """Draw candidates of z_i for each seed and keep the one most like z_t."""

    def __init__(self, net: Prior, sampling: SamplingConfig, *, candidates: int | None = None) -> None:
        self._net = net
        self._sampling = sampling
        self._candidates = sampling.candidates if candidates is None else candidates

    def __call__(
        self, captions: Captions, seeds: Sequence[int], observe: samplers.Observer | None = None
    ) -> tuple[Tensor, Tensor]:
        width, dtype = self._net.config.embedding, self._net.query.dtype
        words = captions.branches(len(seeds), self._candidates)
        z_text = words.z_text * width**0.5

        def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
            both = self._net(
                x.to(dtype).repeat(2, 1), t.repeat(2), words.states, words.present, z_text.to(dtype), words.read
            )
            with_text, without = both.float().chunk(2)
            return with_text, without

        start = noise.noise(seeds, "prior", (self._candidates, width)).flatten(0, 1).to(z_text.device)
        z = samplers.ddim(
            schedule.velocity_from_clean(guidance.guided(pair, self._sampling.prior_guidance), limit=Z_LIMIT),
            start,
            schedule.times(self._sampling.prior_steps),
            observe=observe,
        )
        return best_candidates(z.view(len(seeds), self._candidates, width), captions.text.embedding)


class AutoregressivePrior:
    """Word by word, one candidate. It knows no negative sentence."""

    def __init__(self, net: ArPrior) -> None:
        self._net = net

    def __call__(
        self, captions: Captions, seeds: Sequence[int], observe: samplers.Observer | None = None
    ) -> tuple[Tensor, Tensor]:
        words = captions.branches(len(seeds))
        text = EncodedText(words.states, words.present, words.z_text)
        z = draw_ar_prior(self._net, EncodedText(*(part[: len(seeds)] for part in text)), seeds)
        return best_candidates(z[:, None], captions.text.embedding)


class TextAsImage:
    """No prior at all: z_t in the place of z_i."""

    def __call__(
        self, captions: Captions, seeds: Sequence[int], observe: samplers.Observer | None = None
    ) -> tuple[Tensor, Tensor]:
        z_text = captions.branches(len(seeds)).z_text[: len(seeds)]
        return best_candidates(z_text[:, None] * z_text.shape[1] ** 0.5, captions.text.embedding)


def best_candidates(z: Tensor, z_text: Tensor) -> tuple[Tensor, Tensor]:
    """z (B, K, d), z_text (d), (1, d) or (B, d) -> the candidate with the largest z_i · z_t, and all cosines (B, K).

    The paper compares dot products of embeddings of length 1; samples only come near that, so lengths are
    divided out, lest the longer one win.
    """
    likeness = F.cosine_similarity(z, z_text.unsqueeze(-2), dim=-1)
    best = likeness.argmax(dim=1)
    return z[torch.arange(len(z), device=z.device), best], likeness
