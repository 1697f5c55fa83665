"""The autoregressive prior P(z_i | y), beside the diffusion prior, as the paper compares them.

Ramesh et al. 2022, §2.2: z_i is reduced by PCA, its components in order of decreasing variance are cut into
bins, and a causal transformer predicts them one after the other. Before them stand the caption, z_t, and a
token that says how large z_i · z_t is, so that a sample can be asked to fit its caption well.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gpu_worker.nets.layers import Block, TokenNorm, seen_text, zero_

# Bins cover this many standard deviations on either side of a component's mean.
REACH = 4.0


@dataclass(frozen=True, slots=True)
class ArPriorConfig:
    text_width: int = 256
    text_window: int = 128
    embedding: int = 256
    components: int = 64
    bins: int = 256
    likeness_bins: int = 32
    width: int = 192
    layers: int = 4
    heads: int = 4


class ArPrior(nn.Module):
    mean: Tensor
    directions: Tensor
    spread: Tensor
    likeness_edges: Tensor

    def __init__(self, config: ArPriorConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.register_buffer("mean", torch.zeros(config.embedding))
        self.register_buffer("directions", torch.eye(config.embedding)[: config.components].contiguous())
        self.register_buffer("spread", torch.ones(config.components))
        self.register_buffer("likeness_edges", torch.linspace(-1, 1, config.likeness_bins + 1)[1:-1].contiguous())
        self.text = nn.Linear(config.text_width, width)
        self.text_embedding = nn.Linear(config.embedding, width)
        self.likeness = nn.Embedding(config.likeness_bins, width)
        self.value = nn.Embedding(config.bins, width)
        self.no_text = nn.Parameter(torch.zeros(1, 1, width))
        self.place = nn.Parameter(torch.randn(config.text_window + 1 + config.components, width) * 0.01)
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.layers))
        self.norm = TokenNorm(width)
        self.predict = nn.Linear(width, config.bins)
        nn.init.normal_(self.likeness.weight, std=0.02)
        nn.init.normal_(self.value.weight, std=0.02)
        zero_(self.predict)

    def forward(
        self, states: Tensor, present: Tensor, z_text: Tensor, likeness: Tensor, before: Tensor, keep_text: Tensor
    ) -> Tensor:
        """Scores of the bins of component 1 and of each that follows one of `before`: (B, 1 + N, bins).

        states (B, M, text_width), present (B, M), z_text (B, d) scaled by √d, likeness (B) as `likeness_bin`
        gives it, before (B, N) the bins of the first N components, keep_text (B): False drops caption, z_t and
        likeness.
        """
        rows, words = present.shape
        text, seen = seen_text(self.text(states), present, keep_text, self.no_text)
        kept = keep_text[:, None, None]
        fits = torch.where(kept, self.text_embedding(z_text)[:, None], self.no_text)
        asked = torch.where(kept, self.likeness(likeness)[:, None], self.no_text)
        x = torch.cat([text, fits, asked, self.value(before)], dim=1)
        of_sequence = self.place[self.config.text_window :][: x.shape[1] - words]
        x = x + torch.cat([self.place[:words], of_sequence])
        seen = torch.cat([seen, seen.new_ones(rows, x.shape[1] - words)], dim=1)
        causal = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril() & seen[:, None, None]
        for block in self.blocks:
            x = block(x, causal)
        return self.predict(self.norm(x[:, words + 1 :]))

    @torch.no_grad()
    def fit(self, z_image: Tensor, likeness: Tensor) -> float:
        """Find the components from many z_i (N, d), scaled by √d, and the bins of the likeness from its values (N).

        Gives back the share of the variance that the components keep.
        """
        z = z_image.double()
        mean = z.mean(dim=0)
        variance, directions = torch.linalg.eigh(torch.cov((z - mean).T))
        count = self.config.components
        largest = variance.flip(0)[:count].clamp_min(1e-12)
        self.mean.copy_(mean)
        self.directions.copy_(directions.flip(1).T[:count])
        self.spread.copy_(largest.sqrt())
        # Bins of equal mass: every token of likeness is seen equally often.
        shares = torch.linspace(0, 1, self.config.likeness_bins + 1, dtype=torch.double, device=z.device)[1:-1]
        self.likeness_edges.copy_(torch.quantile(likeness.double()[: 1 << 20], shares))
        return float(largest.sum() / variance.clamp_min(0).sum())

    def to_bins(self, z_image: Tensor) -> Tensor:
        """(B, d) -> (B, components) of whole numbers"""
        standard = (z_image.float() - self.mean.float()) @ self.directions.float().T / self.spread.float()
        bins = self.config.bins
        return ((standard + REACH) * (bins / (2 * REACH))).floor().clamp(0, bins - 1).long()

    def from_bins(self, bins: Tensor) -> Tensor:
        """(B, components) -> (B, d): the middle of each bin"""
        standard = (bins.float() + 0.5) * (2 * REACH / self.config.bins) - REACH
        return (standard * self.spread.float()) @ self.directions.float() + self.mean.float()

    def likeness_bin(self, likeness: Tensor) -> Tensor:
        """Cosines of z_i with z_t (B) -> tokens (B)"""
        return torch.bucketize(likeness.float(), self.likeness_edges.float())
