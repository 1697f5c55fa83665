"""What a CPU alone can train: the bundled sizes with a decoder of 6M parameters, cheap where pixels are many."""

import dataclasses

from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.nets.decoder import DecoderConfig

SMALL = dataclasses.replace(
    BUNDLED,
    decoder=DecoderConfig(widths=(32, 64), convolutions=(0, 1), body_width=256, body_layers=6, heads=4),
)
