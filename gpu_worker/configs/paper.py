"""The sizes of the paper (Ramesh et al. 2022, table 3), in our design: to be counted, not to be run here.

Widths, depths and steps are the paper's where our nets have such a thing; the widths of our convolutions and
of the decoder's body, which the paper's nets do not have, are chosen so that the number of parameters is its own.
"""

from gpu_worker.nets.clip import ImageConfig, TextConfig
from gpu_worker.nets.decoder import DecoderConfig
from gpu_worker.nets.prior import PriorConfig
from gpu_worker.nets.upsampler import UpsamplerConfig
from gpu_worker.pipeline.config import SamplingConfig, UnclipConfig

PAPER = UnclipConfig(
    text=TextConfig(vocabulary=49408, window=77, width=1024, layers=24, heads=16, embedding=1024),
    image=ImageConfig(size=256, stem=(160, 320, 640, 1280), width=1280, layers=32, heads=16, embedding=1024),
    prior=PriorConfig(text_width=1024, text_window=77, embedding=1024, width=2048, layers=24, heads=32),
    decoder=DecoderConfig(
        text_width=1024,
        embedding=1024,
        widths=(512, 1024),
        convolutions=(3, 3),
        body_width=3072,
        body_layers=24,
        heads=48,
        predicts="velocity",
    ),
    upsamplers=(
        UpsamplerConfig(widths=(320, 640, 960, 1280), convolutions=(3, 3, 6, 14), condition_width=1280, embedding=1024),
        UpsamplerConfig(widths=(192, 192, 384, 384, 768, 768), convolutions=(2, 2, 2, 2, 6, 12), condition_width=768),
    ),
    sampling=SamplingConfig(prior_steps=64, decoder_steps=250, upsampler_steps=(27, 15), upsampler_start=(1.0, 1.0)),
)
