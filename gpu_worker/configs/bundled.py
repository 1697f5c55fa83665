"""The model of this repository: 30M parameters, four pictures of 1024² in about ten seconds on two cores."""

from gpu_worker.nets.clip import ImageConfig, TextConfig
from gpu_worker.nets.decoder import DecoderConfig
from gpu_worker.nets.prior import PriorConfig
from gpu_worker.nets.tokenizer import FIRST_WORD, known_words
from gpu_worker.nets.upsampler import UpsamplerConfig
from gpu_worker.pipeline.config import SamplingConfig, UnclipConfig

BUNDLED = UnclipConfig(
    text=TextConfig(vocabulary=FIRST_WORD + len(known_words()), window=128, width=256, layers=4, heads=4),
    image=ImageConfig(stem=(48, 96, 224), width=224, layers=5, heads=4),
    prior=PriorConfig(text_window=128, width=256, layers=5, heads=4),
    # Untrained nets are read as guesses of the picture itself: a random velocity would draw noise.
    decoder=DecoderConfig(predicts="picture"),
    upsamplers=(
        UpsamplerConfig(widths=(96, 160), convolutions=(2, 3), embedding=256),
        UpsamplerConfig(widths=(32, 64, 96), convolutions=(1, 2, 2)),
    ),
    sampling=SamplingConfig(),
)
