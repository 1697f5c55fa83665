"""CLIP: a text and an image encoder into one space (Radford et al. 2021, §2.4).

Trained first and then frozen: the prior, the decoder and the upsamplers are trained against its z.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.nets.layers import Block, PositionNorm, TokenNorm, halve


@dataclass(frozen=True, slots=True)
class TextConfig:
    vocabulary: int
    window: int = 64
    width: int = 256
    layers: int = 4
    heads: int = 4
    embedding: int = 256


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """`stem` lists the widths of the convolutions, each of which halves the picture."""

    size: int = 64
    stem: tuple[int, ...] = (48, 96, 224)
    width: int = 224
    layers: int = 5
    heads: int = 4
    embedding: int = 256


class EncodedText(NamedTuple):
    states: Tensor
    """(B, window, width): one state a token, zero where there is only padding."""
    present: Tensor
    """(B, window): True where there is a token."""
    embedding: Tensor
    """(B, embedding): z_t, of length 1."""


class TextEncoder(nn.Module):
    """A causal transformer; z_t is read at the end token, which alone has seen the whole sentence."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.token = nn.Embedding(config.vocabulary, config.width)
        self.place = nn.Parameter(torch.randn(config.window, config.width) * 0.01)
        self.blocks = nn.ModuleList(Block(config.width, config.heads) for _ in range(config.layers))
        self.norm = TokenNorm(config.width)
        self.project = nn.Linear(config.width, config.embedding, bias=False)
        self.log_scale = nn.Parameter(torch.tensor(2.659))  # ln(1/0.07), CLIP's starting temperature
        nn.init.normal_(self.token.weight, std=0.02)

    def forward(self, ids: Tensor, length: Tensor, first_place: Tensor | None = None) -> EncodedText:
        """ids (B, N) with N up to the window, length (B) counting begin and end.

        first_place (B): where in the window a sentence begins. Only training says it, so that places that its short
        captions never reach are learnt for the long ones that people write.
        """
        places = torch.arange(ids.shape[1], device=ids.device)
        present = places < length[:, None]
        causal = places[None, :] <= places[:, None]
        x = self.token(ids)
        x = x + (self.place[: ids.shape[1]] if first_place is None else self.place[places + first_place[:, None]])
        for block in self.blocks:
            x = block(x, causal)
        x = self.norm(x)
        end = x[torch.arange(len(x), device=x.device), length - 1]
        return EncodedText(
            states=x * present[..., None],
            present=present,
            embedding=F.normalize(self.project(end).float(), dim=-1),
        )


class ImageEncoder(nn.Module):
    """Convolutions down to a small grid, a transformer over it, and a learned token that collects z_i."""

    def __init__(self, config: ImageConfig) -> None:
        super().__init__()
        self.config = config
        widths = (3, *config.stem)
        self.stem = nn.ModuleList(
            nn.Conv2d(4 * before, after, 3, padding=1) for before, after in itertools.pairwise(widths)
        )
        self.stem_norms = nn.ModuleList(PositionNorm(width) for width in config.stem)
        self.join = nn.Conv2d(config.stem[-1], config.width, 1)
        grid = config.size // 2 ** len(config.stem)
        self.collector = nn.Parameter(torch.randn(1, 1, config.width) * 0.02)
        self.place = nn.Parameter(torch.randn(grid * grid, config.width) * 0.01)
        self.blocks = nn.ModuleList(Block(config.width, config.heads) for _ in range(config.layers))
        self.norm = TokenNorm(config.width)
        self.project = nn.Linear(config.width, config.embedding, bias=False)

    def forward(self, picture: Tensor) -> Tensor:
        """picture (B, 3, size, size) in [-1, 1] -> z_i (B, embedding), of length 1"""
        x = picture
        for convolution, norm in zip(self.stem, self.stem_norms, strict=True):
            x = F.silu(norm(convolution(halve(x))))
        x = self.join(x).flatten(2).transpose(1, 2) + self.place  # (B, grid², width)
        x = torch.cat([self.collector.expand(len(x), -1, -1), x], dim=1)
        for block in self.blocks:
            x = block(x)
        return F.normalize(self.project(self.norm(x[:, 0])).float(), dim=-1)
