"""Small real pictures for tests that need some."""

import io

import numpy as np
from PIL import Image


def png(side: int = 64, colour: tuple[int, int, int] = (200, 85, 61)) -> bytes:
    return png_of(Image.new("RGB", (side, side), colour))


def png_of(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def landscape(seed: int, side: int = 1024) -> Image.Image:
    """Like a photograph in what counts here: large forms, edges, fine grain, and colours that go together (the spectrum
    of natural pictures falls with the frequency). Another seed is another picture."""
    chance = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    frequency[0, 0] = 1
    height = np.fft.irfft2(np.fft.rfft2(chance.normal(size=(side, side))) / frequency**1.9, s=(side, side))
    height = (height - height.min()) / np.ptp(height)
    shades = chance.uniform(0, 255, size=(6, 3))
    light = np.clip(1 + np.gradient(height, axis=1) * side / 8, 0.4, 1.6)[..., None]
    edges = (chance.uniform(size=4)).cumsum()
    bands = np.searchsorted(np.sort(edges / edges.max()), height)
    colours = shades[bands] * (0.6 + 0.4 * height[..., None]) * light + chance.normal(0, 3, size=(side, side, 1))
    return Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))


def saved(picture: Image.Image, format: str, **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")
