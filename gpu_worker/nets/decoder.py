"""The decoder P(x | z_i, y): diffusion on 64×64 pixels.

Ramesh et al. 2022, §2.1: z_i is projected and added to the timestep embedding, and projected into four
extra tokens of context before the text's. The body is a U-ViT (Bao et al. 2022; simple diffusion,
Hoogeboom et al. 2023, §3.3): cheap convolutions at 32² and 16², the parameters in transformer blocks at 8².
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.nets.layers import (
    Attention,
    FeedForward,
    Modulator,
    PositionNorm,
    ResidualConv,
    TimeEmbedding,
    TokenNorm,
    halve,
    seen_text,
    zero_,
)

IMAGE_TOKENS = 4
MASK_CHANNELS = 4  # a mask and the masked picture


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """`widths` are those of 32² and 16²; `convolutions` how many residual ones on each side of each."""

    size: int = 64
    text_width: int = 256
    embedding: int = 256
    widths: tuple[int, int] = (48, 128)
    convolutions: tuple[int, int] = (1, 2)
    body_width: int = 320
    body_layers: int = 8
    heads: int = 5
    predicts: Literal["velocity", "picture"] = "velocity"


class Decoder(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        outer, inner = config.widths
        body = config.body_width
        grid = config.size // 8

        self.time = TimeEmbedding(body)
        self.image_to_time = nn.Linear(config.embedding, body)
        self.image_to_tokens = nn.Linear(config.embedding, IMAGE_TOKENS * config.text_width)
        self.no_text = nn.Parameter(torch.zeros(1, 1, config.text_width))

        self.enter = nn.Conv2d(4 * 3, outer, 3, padding=1, padding_mode="replicate")
        # Mask channels begin at zero: a net trained without masks ignores them, one trained with them learns.
        self.enter_mask = nn.Conv2d(4 * MASK_CHANNELS, outer, 3, padding=1, padding_mode="replicate", bias=False)
        self.outer_modulator = Modulator(body, outer, 2)
        self.inner_modulator = Modulator(body, inner, 2)
        self.down_outer = _convolutions(outer, config.convolutions[0])
        self.to_inner = nn.Conv2d(4 * outer, inner, 1)
        self.down_inner = _convolutions(inner, config.convolutions[1])
        self.to_body = nn.Conv2d(4 * inner, body, 1)

        self.place = nn.Parameter(torch.randn(grid * grid, body) * 0.01)
        self.body_modulator = Modulator(body, body, 6)
        self.body = nn.ModuleList(
            _BodyBlock(body, config.heads, config.text_width, joins=layer >= (config.body_layers + 1) // 2)
            for layer in range(config.body_layers)
        )
        self.body_norm = TokenNorm(body)

        self.from_body = nn.Conv2d(body, 4 * inner, 1)
        self.join_inner = nn.Conv2d(2 * inner, inner, 1)
        self.up_inner = _convolutions(inner, config.convolutions[1])
        self.from_inner = nn.Conv2d(inner, 4 * outer, 1)
        self.join_outer = nn.Conv2d(2 * outer, outer, 1)
        self.up_outer = _convolutions(outer, config.convolutions[0])
        self.leave_norm = PositionNorm(outer)
        self.leave = nn.Conv2d(outer, 4 * 3, 3, padding=1, padding_mode="replicate")
        zero_(self.enter_mask, self.leave)

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        z_image: Tensor,
        states: Tensor,
        present: Tensor,
        keep_image: Tensor,
        keep_text: Tensor,
        masked: Tensor | None = None,
    ) -> Tensor:
        """What the config says it predicts, (B, 3, 64, 64).

        x (B, 3, 64, 64), t (B) in [0, 1], z_image (B, d) scaled by √d, states (B, N, text_width), present
        (B, N), keep_image and keep_text (B): False drops z_i or the caption, independently of each other,
        masked (B, 4, 64, 64): 1 where to paint, and the picture without that.
        """
        z_image = torch.where(keep_image[:, None], z_image, torch.zeros_like(z_image))
        condition = self.time(t) + self.image_to_time(z_image)  # (B, body)
        text, seen = seen_text(states, present, keep_text, self.no_text)
        context = torch.cat([self.image_to_tokens(z_image).unflatten(-1, (IMAGE_TOKENS, -1)), text], dim=1)
        seen = torch.cat([seen.new_ones(len(seen), IMAGE_TOKENS), seen], dim=1)
        outer, inner = self.outer_modulator(condition), self.inner_modulator(condition)

        h = self.enter(halve(x))  # (B, outer, 32, 32)
        if masked is not None:
            h = h + self.enter_mask(halve(masked))
        for convolution in self.down_outer:
            h = convolution(h, outer)
        at_outer = h
        h = self.to_inner(halve(h))  # (B, inner, 16, 16)
        for convolution in self.down_inner:
            h = convolution(h, inner)
        at_inner = h
        h = self._through_body(self.to_body(halve(h)), condition, context, seen)  # (B, body, 8, 8)
        h = F.pixel_shuffle(self.from_body(h), 2)
        h = self.join_inner(torch.cat([h, at_inner], dim=1))
        for convolution in self.up_inner:
            h = convolution(h, inner)
        h = F.pixel_shuffle(self.from_inner(h), 2)
        h = self.join_outer(torch.cat([h, at_outer], dim=1))
        for convolution in self.up_outer:
            h = convolution(h, outer)
        return F.pixel_shuffle(self.leave(F.silu(self.leave_norm(h))), 2)

    def _through_body(self, h: Tensor, condition: Tensor, context: Tensor, seen: Tensor) -> Tensor:
        rows, columns = h.shape[-2:]
        tokens = h.flatten(2).transpose(1, 2) + self.place  # (B, 64, body)
        mask = torch.cat([seen, seen.new_ones(tokens.shape[:2])], dim=1)[:, None, None]
        modulation = self.body_modulator(condition)
        kept: list[Tensor] = []
        for block in self.body:
            tokens = block(tokens, modulation, context, mask, kept.pop() if block.join is not None else None)
            if block.join is None:
                kept.append(tokens)
        return self.body_norm(tokens).transpose(1, 2).unflatten(-1, (rows, columns))


class _BodyBlock(nn.Module):
    """A transformer block with shared modulation; in the second half a long skip joins first (U-ViT)."""

    def __init__(self, width: int, heads: int, context_width: int, *, joins: bool) -> None:
        super().__init__()
        self.join = nn.Linear(2 * width, width) if joins else None
        self.own = nn.Parameter(torch.zeros(6, width))
        self.attention_norm = TokenNorm(width)
        self.attention = Attention(width, heads, context_width)
        self.feed_forward_norm = TokenNorm(width)
        self.feed_forward = FeedForward(width)

    def forward(self, x: Tensor, modulation: Tensor, context: Tensor, mask: Tensor, skip: Tensor | None) -> Tensor:
        if self.join is not None and skip is not None:
            x = self.join(torch.cat([x, skip], dim=-1))
        parts = (modulation + self.own).unsqueeze(2).unbind(1)  # six of (B, 1, width)
        h = torch.addcmul(parts[1], self.attention_norm(x), 1 + parts[0])
        x = torch.addcmul(x, self.attention(h, context, mask), 1 + parts[2])
        h = torch.addcmul(parts[4], self.feed_forward_norm(x), 1 + parts[3])
        return torch.addcmul(x, self.feed_forward(h), 1 + parts[5])


def _convolutions(width: int, count: int) -> nn.ModuleList:
    return nn.ModuleList(ResidualConv(width) for _ in range(count))
