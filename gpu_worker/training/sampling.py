"""Drawing in batches where every row has its own caption, for sheets and figures."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.diffusion import guidance, noise, samplers, schedule
from gpu_worker.nets.clip import EncodedText
from gpu_worker.nets.decoder import Decoder
from gpu_worker.nets.prior import Prior
from gpu_worker.nets.upsampler import Upsampler
from gpu_worker.pipeline.config import SamplingConfig
from gpu_worker.pipeline.unclip import PICTURE_LIMIT, Z_LIMIT


def draw_z(
    net: Prior, text: EncodedText, seeds: Sequence[int], sampling: SamplingConfig, purpose: str = "prior"
) -> Tensor:
    """One z_i (B, d), scaled by √d, for each row of the text."""
    rows, device = len(seeds), text.embedding.device
    z_text = text.embedding * net.config.embedding**0.5

    def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        both = net(
            x.repeat(2, 1),
            t.repeat(2),
            text.states.repeat(2, 1, 1),
            text.present.repeat(2, 1),
            z_text.repeat(2, 1),
            torch.arange(2 * rows, device=device) < rows,
        )
        with_text, without = both.float().chunk(2)
        return with_text, without

    start = noise.noise(seeds, purpose, (net.config.embedding,)).to(device)
    velocity = schedule.velocity_from_clean(guidance.guided(pair, sampling.prior_guidance), limit=Z_LIMIT)
    return samplers.ddim(velocity, start, schedule.times(sampling.prior_steps))


def draw_small(
    net: Decoder,
    z_image: Tensor,
    text: EncodedText,
    seeds: Sequence[int],
    sampling: SamplingConfig,
    *,
    keep_image: bool = True,
    keep_text: bool = True,
    masked: Tensor | None = None,
) -> Tensor:
    """(B, 3, 64, 64) in [-1, 1]. masked (B, 4, 64, 64): what is known stays exactly as it is."""
    rows, side, device = len(seeds), net.config.size, z_image.device
    start = noise.noise(seeds, "decoder", (3, side, side)).to(device)

    def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        if masked is not None:
            known = diffused(masked[:, 1:], start, float(t[0]))
            x = torch.where(masked[:, :1] > 0.5, x, known)
        first = torch.arange(2 * rows, device=device) < rows
        both = net(
            x.repeat(2, 1, 1, 1),
            t.repeat(2),
            z_image.repeat(2, 1),
            text.states.repeat(2, 1, 1),
            text.present.repeat(2, 1),
            first & keep_image,
            first & keep_text,
            None if masked is None else masked.repeat(2, 1, 1, 1),
        )
        with_condition, without = both.float().chunk(2)
        return with_condition, without

    net_of = guidance.guided(pair, sampling.decoder_guidance, sampling.rescale)
    if net.config.predicts == "velocity":
        velocity = schedule.clipped(net_of, PICTURE_LIMIT)
    else:
        velocity = schedule.velocity_from_clean(net_of, limit=PICTURE_LIMIT)
    drawn = samplers.dpm_solver_2m(velocity, start, schedule.times(sampling.decoder_steps)).clamp(-1, 1)
    return drawn if masked is None else torch.where(masked[:, :1] > 0.5, drawn, masked[:, 1:])


def diffused(x0: Tensor, noise_: Tensor, t: float) -> Tensor:
    return schedule.noised(x0, noise_, t)


def enlarge(
    net: Upsampler, small: Tensor, fresh: Tensor, z_image: Tensor | None, *, steps: int, start: float
) -> Tensor:
    """Four times the side; `fresh` is noise of the result's shape."""
    enlarged = bicubic(small)

    def predict(x: Tensor, t: Tensor) -> Tensor:
        return net(x, t, enlarged, z_image).float()

    velocity = schedule.velocity_from_clean(predict, limit=PICTURE_LIMIT)
    begin = schedule.noised(enlarged, fresh, start)
    return samplers.ddim(velocity, begin, schedule.times(steps, start=start)).clamp(-1, 1)


def bicubic(small: Tensor) -> Tensor:
    return F.interpolate(small.float(), scale_factor=4, mode="bicubic").clamp(-1, 1)
