"""What a picture looks like, in 256 bits: PDQ (Facebook, 2019), written from its description.

The luma is blurred, brought to 64×64 and into its cosine transform; of the 16×16 lowest frequencies each bit says
whether one lies above the middle. Scaling, JPEG and small changes turn few bits; another picture has half of them
otherwise. The published package has wheels for no Linux, so it is not used; tests/moderation holds its answers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

Floats = NDArray[np.float32]

SIDE, KEPT = 64, 16
LARGEST = 512
# Below this quality a look says nothing.
LEAST_SAYING = 50
# What JPEG makes of an even colour.
BORDER_NOISE = 12


@dataclass(frozen=True, kw_only=True)
class Look:
    """`bits` are 32 bytes; `quality` from 0 (one even colour) to 100."""

    bits: bytes
    quality: int


def look_of(picture: Image.Image) -> Look:
    """Of a picture that is open already, and safely so."""
    return _look(_small(picture))


def looks_of_turns(picture: Image.Image) -> list[Look]:
    """Of the picture as it is, turned by quarters, and each of these mirrored."""
    small = _small(picture)
    turned = [np.rot90(small, quarters) for quarters in range(4)]
    return [_look(np.ascontiguousarray(way)) for one in turned for way in (one, one[:, ::-1])]


def without_border(picture: Image.Image) -> Image.Image:
    """The picture without an even frame of one colour, however it came to be around it."""
    grey = picture.convert("L")
    away = ImageChops.difference(grey, Image.new("L", grey.size, grey.getpixel((0, 0))))
    box = away.point(lambda value: 255 * (value > BORDER_NOISE)).getbbox()
    if box is None or min(box[2] - box[0], box[3] - box[1]) < min(picture.size) // 4:
        return picture
    return picture.crop(box)


def _small(picture: Image.Image) -> Floats:
    grey = picture.convert("L")
    if max(grey.size) > LARGEST:
        grey = grey.resize((LARGEST, LARGEST), Image.Resampling.BOX)
    luma = np.asarray(grey, np.float32)
    for _ in range(2):
        luma = _blurred(_blurred(luma).T).T
    height, width = luma.shape
    return luma[np.ix_(_centres(height), _centres(width))]


def _look(small: Floats) -> Look:
    frequencies = _cosines() @ small @ _cosines().T
    bits = frequencies > np.median(frequencies)
    return Look(bits=np.packbits(bits.ravel()[::-1]).tobytes(), quality=_quality(small))


def distance(a: bytes, b: bytes) -> int:
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_count()


def _blurred(rows: Floats) -> Floats:
    """The mean along each row over a window of 1/128 of its length; at the ends, of what there is."""
    length = rows.shape[1]
    window = (length + 2 * SIDE - 1) // (2 * SIDE)
    right = (window + 2) // 2
    places = np.arange(length)
    begin, end = np.maximum(places - (window - right), 0), np.minimum(places + right, length)
    sums = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(rows, axis=1, dtype=np.float64)], axis=1)
    return ((sums[:, end] - sums[:, begin]) / (end - begin)).astype(np.float32)


def _centres(length: int) -> NDArray[np.intp]:
    return ((np.arange(SIDE) + 0.5) * length / SIDE).astype(np.intp)


def _quality(small: Floats) -> int:
    steps = sum(np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum() for axis in (0, 1))
    return min(100, int(steps / 90))


def _cosines() -> Floats:
    """Without the lowest, which is the mean."""
    frequency, place = np.mgrid[1 : KEPT + 1, :SIDE]
    return (np.sqrt(2 / SIDE) * np.cos(np.pi * (2 * place + 1) * frequency / (2 * SIDE))).astype(np.float32)
