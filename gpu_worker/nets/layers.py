"""Building blocks that the nets share.

Attention and norms work on (batch, place, width); pictures are (batch, channel, row, column). Every
norm looks at one position only: statistics over space would change with the crop and leave seams.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class TokenNorm(nn.Module):
    """RMSNorm (Zhang & Sennrich 2019, eq. 4) over the last dimension."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return _to_unit_square(x, -1) * self.gain


class PositionNorm(nn.Module):
    """The same over the channels of each position of a picture."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return _to_unit_square(x, 1) * self.gain


def _to_unit_square(x: Tensor, dim: int) -> Tensor:
    """x with a mean square of 1 along dim.

    Written out and in this order, because on a CPU in bf16 F.rms_norm takes three to ten times as long, and so
    does multiplying the two small factors first.
    """
    norm = torch.linalg.vector_norm(x, dim=dim, keepdim=True)
    return x * (math.sqrt(x.shape[dim]) / (norm + 1e-6))


def fourier(t: Tensor, width: int, scale: float = 1000.0) -> Tensor:
    """Sines and cosines of t in [0, 1] (Vaswani et al. 2017, §3.5). t (B) -> (B, width)"""
    frequencies = torch.exp(-math.log(10000.0) * torch.arange(width // 2, device=t.device) / (width // 2))
    angles = t.float()[:, None] * scale * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class TimeEmbedding(nn.Module):
    def __init__(self, width: int, frequencies: int = 128) -> None:
        super().__init__()
        self.frequencies = frequencies
        self.first = nn.Linear(frequencies, width)
        self.second = nn.Linear(width, width)

    def forward(self, t: Tensor) -> Tensor:
        waves = fourier(t, self.frequencies).to(self.first.weight.dtype)
        return self.second(F.silu(self.first(waves)))


class Attention(nn.Module):
    """Attention over the tokens themselves and, if a context is given, over that too.

    The context enters as keys and values only (GLIDE, Nichol et al. 2021, §3.1): it is read, never written.
    """

    def __init__(self, width: int, heads: int, context_width: int | None = None) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"{heads} heads do not divide a width of {width}")
        self.heads = heads
        self.query_key_value = nn.Linear(width, 3 * width)
        self.context_key_value = None if context_width is None else nn.Linear(context_width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """x (B, N, W), context (B, M, C), mask broadcastable to (B, 1, N, M + N), True where one may look."""
        query, key, value = self.query_key_value(x).chunk(3, dim=-1)
        if self.context_key_value is not None and context is not None:
            context_key, context_value = self.context_key_value(context).chunk(2, dim=-1)
            key, value = torch.cat([context_key, key], dim=1), torch.cat([context_value, value], dim=1)
        query, key, value = (self._split(part) for part in (query, key, value))
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class FeedForward(nn.Module):
    def __init__(self, width: int, growth: int = 4) -> None:
        super().__init__()
        self.grow = nn.Linear(width, growth * width)
        self.shrink = nn.Linear(growth * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.shrink(F.gelu(self.grow(x), approximate="tanh"))


class Block(nn.Module):
    """A plain pre-norm transformer block, for the encoders and the prior."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention_norm = TokenNorm(width)
        self.attention = Attention(width, heads)
        self.feed_forward_norm = TokenNorm(width)
        self.feed_forward = FeedForward(width)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = x + self.attention(self.attention_norm(x), mask=mask)
        return x + self.feed_forward(self.feed_forward_norm(x))


class Modulator(nn.Module):
    """One shared projection from the condition to `parts` rows of `width` (adaLN-single, PixArt-α §2.3).

    Modulators of their own in every block cost a third of a small net's parameters.
    """

    def __init__(self, condition_width: int, width: int, parts: int) -> None:
        super().__init__()
        self.parts = parts
        self.project = nn.Linear(condition_width, parts * width)

    def forward(self, condition: Tensor) -> Tensor:
        """(B, C) -> (B, parts, width)"""
        return self.project(F.silu(condition)).unflatten(-1, (self.parts, -1))


class ResidualConv(nn.Module):
    """Norm, conv, modulated norm, conv. `modulation` is (B, 2, width): a scale and a shift."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first_norm = PositionNorm(width)
        self.first = nn.Conv2d(width, width, 3, padding=1, padding_mode="replicate")
        self.second_norm = PositionNorm(width)
        self.second = nn.Conv2d(width, width, 3, padding=1, padding_mode="replicate")

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        scale, shift = (part[:, :, None, None] for part in modulation.unbind(1))
        h = self.first(F.silu(self.first_norm(x)))
        h = torch.addcmul(shift, self.second_norm(h), 1 + scale)
        return x + self.second(F.silu(h))


def seen_text(text: Tensor, present: Tensor, keep: Tensor, no_text: Tensor) -> tuple[Tensor, Tensor]:
    """Text tokens (B, N, W) and which of them may be looked at (B, N).

    Padding is not looked at, so that a sentence means the same in any window; where the text is dropped, one learned
    token stands for it, so that not even its length is known. keep is (B).
    """
    alone = torch.zeros_like(present)
    alone[:, 0] = True
    kept = keep[:, None]
    return torch.where(kept[..., None], text, no_text), torch.where(kept, present, alone)


def halve(x: Tensor, parts: int = 2) -> Tensor:
    """Space to depth: (B, C, H, W) -> (B, C·p², H/p, W/p). Nothing is lost, so nothing is blurred."""
    return F.pixel_unshuffle(x, parts)


def zero_(*layers: nn.Linear | nn.Conv2d) -> None:
    """Start a residual branch or a head at nothing, so that a deep net begins as the identity."""
    for layer in layers:
        nn.init.zeros_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
