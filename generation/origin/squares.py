"""The signature: five coloured squares in the lower right corner, each 1/64 of the side."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Terracotta, saffron, leaf, lagoon, ink: the five tesserae of static/css/tokens.css.
COLOURS = ((0xC8, 0x55, 0x3D), (0xE9, 0xB4, 0x4C), (0x7A, 0x9E, 0x5B), (0x2A, 0x9D, 0x8F), (0x3B, 0x3F, 0x5C))
PART = 64


def signed(picture: Image.Image) -> Image.Image:
    """A copy with the squares on it."""
    copy = picture.convert("RGB").copy()
    side = max(1, copy.width // PART)
    for place, colour in enumerate(COLOURS):
        left = copy.width - (len(COLOURS) - place) * side
        copy.paste(colour, (left, copy.height - side, left + side, copy.height))
    return copy


def sign_band(band: NDArray[np.uint8], *, top: int, height: int) -> None:
    """On rows of a picture that is written from the top down, of any shape: each square 1/64 of its shorter side."""
    width = band.shape[1]
    side = max(1, min(width, height) // PART)
    first = max(0, height - side - top)
    for place, colour in enumerate(COLOURS):
        left = width - (len(COLOURS) - place) * side
        band[first:, max(0, left) : max(0, left + side)] = (*colour, 255)
