"""What a CPU alone can train: half of the bundled size, cheap where pixels are many."""

import dataclasses

from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.nets.clip import ImageConfig
from gpu_worker.nets.decoder import DecoderConfig
from gpu_worker.nets.prior import PriorConfig

SMALL = dataclasses.replace(
    BUNDLED,
    text=dataclasses.replace(BUNDLED.text, width=192, layers=3, heads=3),
    image=ImageConfig(stem=(32, 64, 160), width=160, layers=4, heads=4),
    prior=PriorConfig(text_width=192, text_window=128, width=256, layers=4, heads=4),
    decoder=DecoderConfig(text_width=192, widths=(32, 64), convolutions=(0, 1), body_width=256, body_layers=6, heads=4),
)
