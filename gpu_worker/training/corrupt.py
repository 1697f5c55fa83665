"""What is done to the small pictures that upsamplers are trained on, so that they mend what comes before them.

Ramesh et al. 2022, §2.1: a Gaussian blur for the first upsampler, and for the second the BSR degradation (Zhang et
al. 2021, §3: blur, resizing, noise and JPEG, in random strength and order), here in torch alone and on any device.
Each effect has one strength a picture and, where its shape is random, one shape a batch.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

# Annex K of the JPEG standard, table K.1.
LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
MODES = ("bilinear", "bicubic", "area")


def gaussian_blur(pictures: Tensor, sigma: Tensor, radius: int = 3) -> Tensor:
    """(B, C, H, W) with one σ (B) a picture, in pixels; 0 leaves it as it is."""
    rows, channels, height, width = pictures.shape
    offset = torch.arange(-radius, radius + 1, device=pictures.device)
    kernel = torch.exp(-0.5 * (offset / sigma.clamp_min(1e-3)[:, None]).square())
    kernel = kernel / kernel.sum(dim=1, keepdim=True)
    kernel = kernel.repeat_interleave(channels, dim=0)  # one group for each channel of each picture
    x = F.pad(pictures.reshape(1, rows * channels, height, width), [radius] * 4, mode="replicate")
    x = F.conv2d(x, kernel[:, None, :, None], groups=rows * channels)
    x = F.conv2d(x, kernel[:, None, None, :], groups=rows * channels)
    return x.reshape(rows, channels, height, width)


def jpeg(pictures: Tensor, quality: Tensor) -> Tensor:
    """The blocks and ringing of JPEG at a quality (B) of 1 to 100: 8×8 cosine transform, rounded. Sides divide by 8.

    All three channels go by the table of luminance, which is milder on colour than the standard.
    """
    rows, channels, height, width = pictures.shape
    basis = _cosines(pictures.device)
    blocks = pictures.reshape(rows, channels, height // 8, 8, width // 8, 8).transpose(3, 4) * 127.5
    scale = torch.where(quality < 50, 50 / quality.clamp_min(1), 2 - quality / 50)  # as libjpeg scales its tables
    table = torch.tensor(LUMINANCE, dtype=torch.float32, device=pictures.device) * scale[:, None, None].clamp_min(0.01)
    table = table[:, None, None, None]
    rounded = ((basis @ blocks @ basis.T) / table).round() * table
    restored = (basis.T @ rounded @ basis) / 127.5
    return restored.transpose(3, 4).reshape(rows, channels, height, width)


def _cosines(device: torch.device) -> Tensor:
    place = torch.arange(8, device=device, dtype=torch.float32)
    basis = torch.cos((2 * place[None] + 1) * place[:, None] * (math.pi / 16)) * 0.5
    basis[0] = 1 / math.sqrt(8)
    return basis


def blurred(small: Tensor, source: torch.Generator) -> Tensor:
    """For the first upsampler: σ of 0 to 0.8 pixels, about the paper's kernel of 3 with σ 0.6."""
    sigma = 0.8 * torch.rand(len(small), generator=source, device=small.device)
    return gaussian_blur(small, sigma)


def degraded(small: Tensor, source: torch.Generator) -> Tensor:
    """BSR for the second upsampler, milder than for photographs from the wild: its input is our own first one's."""
    device, rows = small.device, len(small)

    def strength(most: float) -> Tensor:
        # Squared: mostly mild, seldom strong, and a third of the pictures go without the effect.
        lot = torch.rand(rows, generator=source, device=device)
        return most * ((lot - 1 / 3).clamp_min(0) * 1.5).square()

    def blur(x: Tensor) -> Tensor:
        return gaussian_blur(x, strength(1.6))

    def noise(x: Tensor) -> Tensor:
        grain = torch.randn(x.shape, generator=source, device=device)
        # Half of it grey: a sensor's, and not only a colour's.
        grain = torch.where(strength(1.0)[:, None, None, None] > 0.2, grain, grain[:, :1].expand_as(grain))
        return x + strength(0.12)[:, None, None, None] * grain

    def resize(x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        share = 0.5 + 0.5 * float(torch.rand(1, generator=source, device=device))
        down, up = (MODES[int(torch.randint(3, (1,), generator=source, device=device))] for _ in range(2))
        smaller = F.interpolate(x, (max(8, int(height * share)), max(8, int(width * share))), mode=down)
        resized = F.interpolate(smaller, (height, width), mode=up)
        return torch.where((strength(1.0) > 0.1)[:, None, None, None], resized, x)

    def compress(x: Tensor) -> Tensor:
        return jpeg(x, 100 - strength(70))

    effects = [blur, resize, noise, compress]
    x = small
    for place in torch.randperm(len(effects), generator=source, device=device).tolist():
        x = effects[place](x).clamp(-1, 1)
    return x
