"""Fixed-seed values for a net that has not been trained, so that it has something to show.

A net's own initialisation is for training: its heads start at zero and would draw grey. Here every
parameter comes from the seed and its name alone. Convolutions are drawn as blurs with random colours
mixing, and what a pixel shuffle spreads starts equal in all its parts (Aitken et al. 2017, ICNR), so
that the pictures are soft shapes instead of noise and checkerboards.
"""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn

BLUR = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]) / 16.0
# Parameters with another spread than 1/√(inputs), by the end of their name; longest ends first.
SPREAD = {
    "leave.weight": 1.0,
    "predict.weight": 1.0,
    "no_text": 0.0,
    "place": 0.5,
    "own": 0.3,
    "collector": 1.0,
    "query": 1.0,
    "token.weight": 1.0,
    "enter_mask.weight": 0.0,
}
SHUFFLED = {"leave.weight": 0, "from_body.weight": 2, "from_inner.weight": 2, "grow": 2}


@torch.no_grad()
def dream_(net: nn.Module, seed: int) -> None:
    """Fill the net's parameters in place."""
    for name, parameter in net.named_parameters():
        digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
        source = torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
        parameter.copy_(_value(name, tuple(parameter.shape), source))


def _value(name: str, shape: tuple[int, ...], source: torch.Generator) -> Tensor:
    if name.endswith("log_scale"):
        return torch.full(shape, 2.659)
    if name.endswith("gain"):
        return torch.ones(shape)
    if name.endswith("bias"):
        return torch.randn(shape, generator=source) * 0.1
    fan_in = 1
    for inputs in shape[1:]:
        fan_in *= inputs
    spread = next((value for end, value in SPREAD.items() if name.endswith(end)), fan_in**-0.5)
    return torch.randn(shape, generator=source) * spread
