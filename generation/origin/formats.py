"""The three formats of a download: pixels and metadata to bytes."""

import io
from enum import StrEnum

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from generation.origin import metadata


class Format(StrEnum):
    PNG = "png"
    WEBP = "webp"
    JPEG = "jpeg"

    @property
    def mime(self) -> str:
        return f"image/{self.value}"

    @property
    def label(self) -> str:
        return {"webp": "WebP"}.get(self.value, self.name)

    @property
    def ending(self) -> str:
        return "jpg" if self is Format.JPEG else self.value


def encode(picture: Image.Image, *, format: Format, words: metadata.Words | None = None) -> bytes:
    out, xmp = io.BytesIO(), metadata.xmp(words)
    if format is Format.PNG:
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        for name, text in metadata.lines(words).items():
            info.add_itxt(name, text)
        picture.save(out, "PNG", pnginfo=info, compress_level=6)
    elif format is Format.WEBP:
        picture.save(out, "WEBP", quality=90, method=4, xmp=xmp)
    else:
        # Colour at full size: the squares have sharp edges.
        picture.save(out, "JPEG", quality=92, subsampling=0, optimize=True, xmp=xmp)
    return out.getvalue()
