"""The smaller sizes of a picture, made once: pages never load a large one to show it small."""

import base64
import io
from dataclasses import dataclass

from PIL import Image

SMALL_SIDE = 512
THUMB_SIDE = 256
BLUR_SIDE = 16


@dataclass(frozen=True, kw_only=True)
class Sizes:
    small: bytes
    thumb: bytes
    blur: str


def open_png(png: bytes) -> Image.Image:
    """A PNG of our own making, read whole."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        return image.convert("RGB")


def sizes_of(image: Image.Image) -> Sizes:
    small = image.resize((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    # From the smaller ones, which costs a fraction and shows no difference.
    thumb = small.resize((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    blur = thumb.resize((BLUR_SIDE, BLUR_SIDE), Image.Resampling.BOX)
    return Sizes(
        small=_webp(small, 82),
        thumb=_webp(thumb, 82),
        blur=address_in_itself(_webp(blur, 50)),
    )


def address_in_itself(webp: bytes) -> str:
    return "data:image/webp;base64," + base64.b64encode(webp).decode()


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=2)
    return out.getvalue()
