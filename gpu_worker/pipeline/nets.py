"""All the nets of one engine, built to a config."""

from __future__ import annotations

import torch
from torch import nn

from gpu_worker.nets.clip import ImageEncoder, TextEncoder
from gpu_worker.nets.decoder import Decoder
from gpu_worker.nets.prior import Prior
from gpu_worker.nets.upsampler import Upsampler
from gpu_worker.pipeline.config import UnclipConfig


class Nets(nn.Module):
    """The image encoder is not asked for a prompt, but belongs to the same checkpoint: z_i is its space."""

    def __init__(self, config: UnclipConfig) -> None:
        super().__init__()
        self.config = config
        self.text = TextEncoder(config.text)
        self.image = ImageEncoder(config.image)
        self.prior = Prior(config.prior)
        self.decoder = Decoder(config.decoder)
        self.first_upsampler = Upsampler(config.upsamplers[0])
        self.second_upsampler = Upsampler(config.upsamplers[1])

    def sizes(self) -> dict[str, int]:
        """Parameters of each net."""
        return {name: sum(p.numel() for p in net.parameters()) for name, net in self.named_children()}


def counted(config: UnclipConfig) -> dict[str, int]:
    """The sizes without the memory: also of nets that would never fit into this machine."""
    with torch.device("meta"):
        return Nets(config).sizes()
