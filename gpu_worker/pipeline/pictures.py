"""Tensors in [-1, 1] to files, and files to whole numbers."""

from __future__ import annotations

import io
import zlib

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.request import BadRequest, png_size

# After PNG's filters a drawn picture has runs but hardly any repeats: looking for runs alone takes half the time
# of zlib's fastest search and a fifth of its default, and the files are no larger.
PNG_COMPRESSION = {"compress_level": 1, "compress_type": zlib.Z_RLE}
PREVIEW_SIDE = 64
PREVIEW_QUALITY = 70


def to_bytes(picture: Tensor) -> Tensor:
    """(3, H, W) in [-1, 1] -> (H, W, 3) of whole numbers 0 to 255, a quarter of the memory"""
    scaled = picture.float().clamp(-1, 1).add_(1).mul_(127.5).round_()
    return scaled.to(torch.uint8).permute(1, 2, 0).contiguous().cpu()


def from_bytes(pixels: Tensor) -> Tensor:
    """(H, W, 3) of whole numbers -> (3, H, W) in [-1, 1]"""
    return pixels.permute(2, 0, 1).float().div_(127.5).sub_(1)


def opened(blob: bytes, name: str) -> Image.Image:
    """A PNG file with every pixel read. BadRequest names what it was meant to be."""
    png_size(blob, name)
    try:
        picture = Image.open(io.BytesIO(blob), formats=("PNG",))
        if getattr(picture, "is_animated", False):
            raise BadRequest(f"The {name} moves; only still pictures can be taken.")
        picture.load()
    except BadRequest:
        raise
    # What a broken file makes of Pillow is not one class of errors.
    except Exception as wrong:
        raise BadRequest(f"The {name} is damaged and cannot be read.") from wrong
    return picture


def pixels(picture: Image.Image) -> Tensor:
    """(H, W, 4) of whole numbers: colour, and how opaque."""
    return torch.from_numpy(np.array(picture.convert("RGBA")))


def erased(mask: Image.Image) -> Tensor:
    """(H, W), True where a mask says to paint: what is transparent or, in grey without transparency, white."""
    if mask.mode in ("1", "L"):
        return torch.from_numpy(np.array(mask.convert("L")) > 127)
    if not mask.has_transparency_data:
        raise BadRequest("The mask has colours: send a grey one, white where to paint, or one with transparency.")
    return transparent(pixels(mask))


def transparent(picture: Tensor) -> Tensor:
    """(H, W, 4) -> (H, W). Half transparent is erased too: what shows through is not of the picture."""
    return picture[..., 3] < 255


def png(picture: Tensor) -> bytes:
    """(H, W, 3) of whole numbers -> a file"""
    file = io.BytesIO()
    Image.fromarray(picture.numpy(), "RGB").save(file, "PNG", **PNG_COMPRESSION)
    return file.getvalue()


def preview(picture: Tensor) -> bytes:
    """A 64-pixel WebP of a picture of any size."""
    file = io.BytesIO()
    Image.fromarray(to_bytes(fitted(picture, PREVIEW_SIDE)).numpy(), "RGB").save(
        file, "WEBP", quality=PREVIEW_QUALITY, method=2
    )
    return file.getvalue()


def fitted(picture: Tensor, side: int) -> Tensor:
    """(3, H, W) with its longer side made this long."""
    height, width = picture.shape[-2:]
    share = side / max(height, width)
    return _averaged(picture, max(1, round(share * height)), max(1, round(share * width)))


def reduced(picture: Tensor, side: int) -> Tensor:
    """(3, H, W) as a square: what is not one is squeezed, as the nets have but one shape."""
    return _averaged(picture, side, side)


def _averaged(picture: Tensor, height: int, width: int) -> Tensor:
    """Averaged, which neither rings nor aliases; enlarged smoothly where it is smaller."""
    if tuple(picture.shape[-2:]) == (height, width):
        return picture
    smaller = picture.shape[-2] < height or picture.shape[-1] < width
    mode = "bilinear" if smaller else "area"
    return F.interpolate(picture[None], (height, width), mode=mode)[0]
