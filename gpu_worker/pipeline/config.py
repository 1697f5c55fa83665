"""The sizes of all nets and how they are sampled, as one frozen value that travels with the weights."""

from __future__ import annotations

from dataclasses import dataclass

from gpu_worker.nets.clip import ImageConfig, TextConfig
from gpu_worker.nets.decoder import DecoderConfig
from gpu_worker.nets.prior import PriorConfig
from gpu_worker.nets.upsampler import UpsamplerConfig


@dataclass(frozen=True, slots=True)
class SamplingConfig:
    """Defaults of a draw. `upsampler_start` is how noised the enlarged picture is where upsampling begins.

    The inversion's steps are also those of the way back: a variation, a blend and a text diff are drawn in as many.
    Until `hint_until` a hint is held; from then on it is the net's to make something of.
    """

    candidates: int = 2
    prior_steps: int = 12
    prior_guidance: float = 2.0
    decoder_steps: int = 20
    decoder_guidance: float = 3.0
    rescale: float = 0.7
    inversion_steps: int = 50
    inversion_refinements: int = 2
    hint_until: float = 0.75
    upsampler_steps: tuple[int, int] = (4, 3)
    upsampler_start: tuple[float, float] = (0.6, 0.4)


@dataclass(frozen=True, slots=True)
class UnclipConfig:
    text: TextConfig
    image: ImageConfig
    prior: PriorConfig
    decoder: DecoderConfig
    upsamplers: tuple[UpsamplerConfig, UpsamplerConfig]
    sampling: SamplingConfig
