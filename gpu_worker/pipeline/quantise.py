"""Eight bits a weight with one scale for each output channel: a quarter of fp32, and outputs close to bf16's.

For storage only: nets are filled with the numbers put back together and run in bf16.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

SCALE = ":scale"  # no parameter's name holds a colon
# Gains, biases and single tokens are few and sensitive: they stay as they are.
FEWEST = 4096
LARGEST = 127.0


def quantised(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Matrices and kernels as int8 with their scales beside them; everything small in fp32."""
    packed: dict[str, Tensor] = {}
    for name, value in state.items():
        value = value.detach().float().cpu()
        if value.ndim < 2 or value.numel() < FEWEST:
            packed[name] = value.contiguous()
            continue
        scale = value.flatten(1).abs().amax(dim=1) / LARGEST
        # A channel of zeros, as a mask's before it is trained, has no scale of its own.
        scale = torch.where(scale > 0, scale, torch.ones_like(scale))
        whole = (value / scale.view(-1, *[1] * (value.ndim - 1))).round()
        packed[name] = whole.to(torch.int8).contiguous()
        packed[name + SCALE] = scale
    return packed


def halved(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Everything large in bf16: what training hands on."""
    return {
        name: (value if value.ndim < 2 or value.numel() < FEWEST else value.bfloat16()).detach().cpu().contiguous()
        for name, value in state.items()
    }


def restored(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """fp32 again, from either form. KeyError where a scale is missing."""
    state: dict[str, Tensor] = {}
    for name, value in packed.items():
        if name.endswith(SCALE):
            continue
        if value.dtype == torch.int8:
            scale = packed[name + SCALE]
            state[name] = value.float() * scale.view(-1, *[1] * (value.ndim - 1))
        else:
            state[name] = value.float()
    return state
