"""The autoregressive prior's sizes: it is compared, not shipped, so it stands outside the bundled set."""

from gpu_worker.nets.ar_prior import ArPriorConfig
from gpu_worker.pipeline.config import UnclipConfig


def ar_prior_for(config: UnclipConfig) -> ArPriorConfig:
    """256 bins over 64 components of z for the bundled sizes, a quarter of the components for smaller ones."""
    embedding = config.image.embedding
    small = embedding < 256
    return ArPriorConfig(
        text_width=config.text.width,
        text_window=config.text.window,
        embedding=embedding,
        components=embedding // 4,
        bins=64 if small else 256,
        likeness_bins=8 if small else 32,
        width=32 if small else 192,
        layers=1 if small else 4,
        heads=2 if small else 4,
    )
