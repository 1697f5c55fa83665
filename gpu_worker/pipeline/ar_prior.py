"""Sampling from the autoregressive prior (Ramesh et al. 2022, §2.2)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gpu_worker.diffusion import noise
from gpu_worker.diffusion.guidance import guide
from gpu_worker.nets.ar_prior import ArPrior
from gpu_worker.nets.clip import EncodedText


def draw_ar_prior(
    net: ArPrior, text: EncodedText, seeds: Sequence[int], *, guidance: float = 2.0, temperature: float = 1.0
) -> Tensor:
    """One z_i (B, d), scaled by √d, for each row of the text and each seed.

    The token of likeness is drawn from the upper half of its values, as in the paper, so that z_i fits the caption.
    """
    rows, config = len(seeds), net.config
    z_text = text.embedding * config.embedding**0.5
    device = z_text.device
    # One uniform number a token: drawn beforehand, so that a seed means the same z_i in any batch.
    uniform = torch.stack(
        [torch.rand(1 + config.components, generator=noise.generator(seed, "ar prior")) for seed in seeds]
    ).to(device)
    half = config.likeness_bins // 2
    likeness = half + (uniform[:, 0] * (config.likeness_bins - half)).long()
    keep = torch.arange(2 * rows, device=device) < rows
    bins = torch.zeros(rows, 0, dtype=torch.long, device=device)
    for component in range(config.components):
        scores = net(
            text.states.repeat(2, 1, 1),
            text.present.repeat(2, 1),
            z_text.to(text.states.dtype).repeat(2, 1),
            likeness.repeat(2),
            bins.repeat(2, 1),
            keep,
        )[:, -1]
        with_text, without = scores.float().chunk(2)
        shares = (guide(with_text, without, guidance) / temperature).softmax(dim=-1).cumsum(dim=-1)
        drawn = torch.searchsorted(shares, uniform[:, component + 1 : component + 2].contiguous())
        bins = torch.cat([bins, drawn.clamp_max(config.bins - 1)], dim=1)
    return net.from_bins(bins)
