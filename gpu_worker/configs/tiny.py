"""The same nets as small as they go: for tests, where the way through matters and the picture does not."""

from gpu_worker.nets.clip import ImageConfig, TextConfig
from gpu_worker.nets.decoder import DecoderConfig
from gpu_worker.nets.prior import PriorConfig
from gpu_worker.nets.tokenizer import FIRST_WORD, known_words
from gpu_worker.nets.upsampler import UpsamplerConfig
from gpu_worker.pipeline.config import SamplingConfig, UnclipConfig

TINY = UnclipConfig(
    text=TextConfig(vocabulary=FIRST_WORD + len(known_words()), window=48, width=32, layers=1, heads=2, embedding=32),
    image=ImageConfig(stem=(8, 16, 32), width=32, layers=1, heads=2, embedding=32),
    prior=PriorConfig(text_width=32, text_window=48, embedding=32, width=32, layers=1, heads=2),
    decoder=DecoderConfig(
        text_width=32,
        embedding=32,
        widths=(16, 24),
        convolutions=(1, 1),
        body_width=48,
        body_layers=2,
        heads=2,
        predicts="picture",
    ),
    upsamplers=(
        UpsamplerConfig(widths=(16, 16), convolutions=(1, 1), condition_width=32, embedding=32),
        UpsamplerConfig(widths=(8, 8), convolutions=(1, 1), condition_width=32),
    ),
    sampling=SamplingConfig(
        prior_steps=2, decoder_steps=4, upsampler_steps=(1, 1), decoder_guidance=2.0, inversion_steps=10
    ),
)
