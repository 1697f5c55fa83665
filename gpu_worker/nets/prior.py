"""The diffusion prior P(z_i | y): a causal transformer that predicts the un-noised z_i.

Ramesh et al. 2022, §2.2: its sequence is the encoded text, z_t, the timestep, the noised z_i and a
query whose output is the prediction. z is scaled by √d, so that a coordinate has variance 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gpu_worker.nets.layers import Block, TimeEmbedding, TokenNorm, seen_text, zero_


@dataclass(frozen=True, slots=True)
class PriorConfig:
    text_width: int = 256
    text_window: int = 64
    embedding: int = 256
    width: int = 256
    layers: int = 5
    heads: int = 4


class Prior(nn.Module):
    EXTRA_TOKENS = 4  # z_t, timestep, noised z_i, query

    def __init__(self, config: PriorConfig) -> None:
        super().__init__()
        self.config = config
        self.text = nn.Linear(config.text_width, config.width)
        self.text_embedding = nn.Linear(config.embedding, config.width)
        self.time = TimeEmbedding(config.width)
        self.noised = nn.Linear(config.embedding, config.width)
        self.query = nn.Parameter(torch.randn(1, 1, config.width) * 0.02)
        self.no_text = nn.Parameter(torch.zeros(1, 1, config.width))
        self.place = nn.Parameter(torch.randn(config.text_window + self.EXTRA_TOKENS, config.width) * 0.01)
        self.blocks = nn.ModuleList(Block(config.width, config.heads) for _ in range(config.layers))
        self.norm = TokenNorm(config.width)
        self.predict = nn.Linear(config.width, config.embedding)
        zero_(self.predict)

    def forward(
        self, noised: Tensor, t: Tensor, states: Tensor, present: Tensor, z_text: Tensor, keep_text: Tensor
    ) -> Tensor:
        """The un-noised z_i, scaled by √d.

        noised (B, d), t (B) in [0, 1], states (B, N, text_width), present (B, N), z_text (B, d) scaled by √d,
        keep_text (B): False drops text and z_t together, for guidance and in a tenth of training.
        """
        rows, words = present.shape
        text, seen = seen_text(self.text(states), present, keep_text, self.no_text)
        sequence = torch.cat(
            [
                text,
                torch.where(keep_text[:, None, None], self.text_embedding(z_text)[:, None], self.no_text),
                self.time(t)[:, None],
                self.noised(noised)[:, None],
                self.query.expand(rows, -1, -1),
            ],
            dim=1,
        )
        # A shorter text leaves the last four at their places.
        x = sequence + torch.cat([self.place[:words], self.place[-self.EXTRA_TOKENS :]])
        seen = torch.cat([seen, seen.new_ones(rows, self.EXTRA_TOKENS)], dim=1)
        tokens = x.shape[1]
        causal = torch.ones(tokens, tokens, dtype=torch.bool, device=x.device).tril() & seen[:, None, None]
        for block in self.blocks:
            x = block(x, causal)
        return self.predict(self.norm(x[:, -1]))
