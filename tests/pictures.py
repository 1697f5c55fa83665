"""Small real pictures for tests that need some."""

import io

from PIL import Image


def png(side: int = 64, colour: tuple[int, int, int] = (200, 85, 61)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()
