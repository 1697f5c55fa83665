"""The signature: five coloured squares in the lower right corner, each 1/64 of the side."""

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
