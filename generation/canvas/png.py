"""A PNG file written from the top down: a picture of any size passes through in bands, and is never held whole."""

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from generation.canvas.compose import Pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
EIGHT_BITS, RGBA = 8, 6
# Each byte as its difference from the pixel to the left: the best of the filters that need no other row.
LEFT_NEIGHBOUR = 1
# Behind its name: not packed, in no language, under no other name.
PLAIN_TEXT = b"\0\0\0\0\0"


def written(
    width: int, height: int, bands: Iterable[Pixels], texts: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """Bands of straight colours, each as wide as the picture, together as high; and what the file says of itself."""
    yield SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, EIGHT_BITS, RGBA, 0, 0, 0))
    for name, text in (texts or {}).items():
        yield _chunk(b"iTXt", name.encode("latin-1") + PLAIN_TEXT + text.encode())
    packing = zlib.compressobj(6)
    for band in bands:
        packed = packing.compress(_filtered(band))
        if packed:
            yield _chunk(b"IDAT", packed)
    yield _chunk(b"IDAT", packing.flush()) + _chunk(b"IEND", b"")


def _filtered(band: Pixels) -> bytes:
    rows = np.empty((band.shape[0], 1 + 4 * band.shape[1]), np.uint8)
    rows[:, 0] = LEFT_NEIGHBOUR
    flat = band.reshape(band.shape[0], -1)
    rows[:, 1:5] = flat[:, :4]
    # Differences wrap around at 256, as the format has them.
    rows[:, 5:] = flat[:, 4:] - flat[:, :-4]
    return rows.tobytes()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
