"""Fixed-seed values for a net that has not been trained, so that it has something to show.

A net's own initialisation is for training: its heads start at zero and would draw grey. Here every
parameter comes from the seed and its name alone. Convolutions are drawn as blurs with random mixing of
colours, and what a pixel shuffle spreads starts equal in all its parts (Aitken et al. 2017, ICNR), so
that the pictures are soft shapes instead of noise and checkerboards.
"""

from __future__ import annotations

import hashlib
import math

import torch
from torch import Tensor, nn

BLUR = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]) / 16.0

# The decoder's places: how high their waves are, and about how many cross the picture.
LANDSCAPE, WAVES = 1.5, 0.7

# How much stronger or weaker than 1/√inputs a weight is drawn, by a part of its name; the first that fits counts.
STRENGTH = (
    ("enter_mask", 0.0),
    ("no_text", 0.0),
    ("upsampler.leave", 0.008),
    ("prior.noised", 4.0),
    ("key_value", 2.5),
    ("image_to_time", 1.5),
    ("image_to_tokens", 2.0),
    ("decoder.enter", 1.0),
    ("modulator", 0.7),
    ("leave", 0.7),
)
# Layers whose output a pixel shuffle spreads over 2×2 places.
SHUFFLED = ("from_body", "from_inner", "grow", "decoder.leave")


@torch.no_grad()
def dream_(net: nn.Module, seed: int) -> None:
    """Fill the net's parameters in place."""
    for name, parameter in net.named_parameters():
        digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
        source = torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
        parameter.copy_(_value(name, tuple(parameter.shape), source))


def _value(name: str, shape: tuple[int, ...], source: torch.Generator) -> Tensor:
    strength = next((value for part, value in STRENGTH if part in name), 1.0)
    if name.endswith("log_scale"):
        return torch.full(shape, math.log(1 / 0.07))
    if name.endswith("gain"):
        return torch.ones(shape)
    if name.endswith("bias") and any(part in name for part in (*SHUFFLED, "leave")):
        return torch.zeros(shape)
    if name.endswith(("bias", "own")):
        return torch.randn(shape, generator=source) * 0.03
    if name == "decoder.place":
        return _landscape(shape, source)
    if name.endswith(("place", "query", "collector", "no_text")):
        return torch.randn(shape, generator=source) * (0.3 * strength)
    if "token.weight" in name:
        return torch.randn(shape, generator=source)
    if len(shape) == 4:
        return _convolution(name, shape, source) * strength
    return torch.randn(shape, generator=source) * (strength / math.sqrt(shape[1]))


def _convolution(name: str, shape: tuple[int, ...], source: torch.Generator) -> Tensor:
    outputs, inputs, side = shape[0], shape[1], shape[2]
    parts = 1
    if any(part in name for part in SHUFFLED):
        parts = 4
    mixing = torch.randn(outputs // parts, inputs, 1, 1, generator=source) / math.sqrt(inputs)
    mixing = mixing.repeat_interleave(parts, dim=0)
    return mixing * BLUR if side == 3 else mixing


def _landscape(shape: tuple[int, ...], source: torch.Generator) -> Tensor:
    """Each channel a slow wave over the square grid of places, so that neighbours are alike."""
    side = math.isqrt(shape[0])
    row, column = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    frequency = torch.randn(2, shape[1], generator=source) * (WAVES * math.tau / side)
    phase = torch.rand(shape[1], generator=source) * math.tau
    waves = torch.stack([row.flatten(), column.flatten()], dim=1).float() @ frequency + phase
    return LANDSCAPE * waves.cos()
