"""The invisible mark: a 48-bit number, and 16 bits that prove it, spread over the middle frequencies of a picture.

The luma is brought to 512×512 and turned into its cosine transform. Each of the 64 bits owns some two hundred
coefficients, scattered by the key, and is the sign of their weighted sum. Marking looks at that sum first and adds
only what it lacks, so the picture itself is no noise to the mark (Malvar and Florêncio, 2003).
Because all is brought to one size, it is found again after scaling and JPEG; it does not outlive cropping.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Floats = NDArray[np.float32]

SIDE = 512
NUMBER_BITS = 48
PROOF_BITS = 16
BITS = NUMBER_BITS + PROOF_BITS
# Frequencies that a JPEG of quality 50 keeps, at full size and at half.
LOWEST, HIGHEST = 20, 128
# How far from zero every sum is brought, and how alike the marked picture must stay: the first pair that can be had.
# JPEG and WebP take away some 30. Only pictures of pure black and white come down to the last ones.
LOUDNESS = ((90, 42.0), (78, 42.0), (66, 41.5), (66, 40.2), (58, 40.2), (50, 40.2), (40, 40.2), (25, 40.2))
# Even places do not hide as much as lively ones.
LEAST_SHARE = 0.5
ROUNDS = 8
# Rows that are worked on at a time.
BAND = 64
# A few coefficients (of stripes, of outlines) would drown all others: none counts for more than twice the middle one.
LOUDEST = 2.0
LEAST_LIMIT = 1500.0


@dataclass(frozen=True)
class Pattern:
    """Which coefficients say which bit, and how loudly: one row a bit."""

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    radius: Floats
    weight: Floats


@lru_cache(maxsize=8)
def pattern(key: bytes) -> Pattern:
    """From the key by SHAKE-256 alone: numpy's own generators may change, and a mark is to be read in twenty years."""
    rows, columns = np.mgrid[:HIGHEST, :HIGHEST]
    radius = np.hypot(rows, columns)
    rows, columns = (places[(radius >= LOWEST) & (radius < HIGHEST)] for places in (rows, columns))
    stream = np.frombuffer(hashlib.shake_256(b"mark" + key).digest(9 * rows.size), dtype=np.uint8)
    order = np.argsort(stream[: 8 * rows.size].view("<u8"), kind="stable")
    share = rows.size // BITS
    order = order[: share * BITS].reshape(BITS, share)
    row, column = rows[order], columns[order]
    # Pictures are louder the lower the frequency: weighed by it, all coefficients speak about equally.
    radius = np.hypot(row, column).astype(np.float32)
    weight = radius * np.where(stream[8 * rows.size :][order] & 1, 1, -1).astype(np.float32)
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    return Pattern(row, column, radius, weight)


def write(picture: Image.Image, *, number: int, key: bytes) -> Image.Image:
    """A copy that says `number`, as loudly as can be said unseen."""
    if not 0 <= number < 2**NUMBER_BITS:
        raise ValueError(f"A mark has {NUMBER_BITS} bits; {number} has more.")
    original = picture.convert("RGB")
    luma, wanted = _luma(original), _bits(number, key)
    marked = original
    for loudness, least_psnr in LOUDNESS:
        added = _fitting(luma, wanted * loudness, key)
        marked = _with(original, added)
        if psnr(original, marked) >= least_psnr:
            break
    return marked


def read(picture: Image.Image, *, key: bytes) -> int | None:
    """The number that a picture says; None where its proof does not fit, as in all that was never marked."""
    said = _sums(_luma(picture.convert("RGB")), key) > 0
    number = int("".join("1" if bit else "0" for bit in said[:NUMBER_BITS]), 2)
    return number if np.array_equal(said, _bits(number, key) > 0) else None


def psnr(a: Image.Image, b: Image.Image) -> float:
    """How alike two pictures are, in decibels: from 40 on, eyes see no difference."""
    total = 0.0
    for band in _bands(a):
        difference = np.asarray(a.crop(band), np.float32) - np.asarray(b.crop(band), np.float32)
        total += float(np.sum(difference**2, dtype=np.float64))
    mean = total / (a.width * a.height * len(a.getbands()))
    return float(10 * np.log10(255**2 / max(mean, 1e-9)))


def _bits(number: int, key: bytes) -> Floats:
    """As +1 and -1."""
    proof = hmac.digest(key, number.to_bytes(8, "big"), "sha256")[: PROOF_BITS // 8]
    text = f"{number:0{NUMBER_BITS}b}{int.from_bytes(proof, 'big'):0{PROOF_BITS}b}"
    return np.array([1 if bit == "1" else -1 for bit in text], np.float32)


def _luma(picture: Image.Image) -> Floats:
    small = picture.convert("L") if picture.size == (SIDE, SIDE) else _shrunk(picture.convert("L"))
    return np.asarray(small, np.float32)


def _shrunk(grey: Image.Image) -> Image.Image:
    return grey.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _share(luma: Floats) -> Floats:
    """1 where much happens in the picture, less where nothing does."""
    grey = Image.fromarray(luma.astype(np.uint8))
    detail = np.abs(luma - np.asarray(grey.filter(ImageFilter.GaussianBlur(4)), np.float32))
    around = Image.fromarray(np.clip(detail * 8, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(6))
    return np.clip(np.asarray(around, np.float32) / 48, LEAST_SHARE, 1)


def _fitting(luma: Floats, wanted: Floats, key: bytes) -> Floats:
    """What to add so that every sum is at least the one wanted. Places that are not lively take less, black and white
    take nothing more: so it falls short at first, and is gone over again."""
    share = _share(luma)
    added = np.zeros_like(luma)
    for _ in range(ROUNDS):
        lacking = np.maximum(1 - _sums(luma + added, key) / wanted, 0)
        if lacking.max() < 0.05:
            break
        more = share * _spread(lacking * wanted, key) / share.mean()
        added = np.clip(luma + added + more, 0, 255) - luma
    return added


def _with(picture: Image.Image, added: Floats) -> Image.Image:
    """Grey is added, so that no colour changes; at the picture's own size."""
    full = Image.fromarray(added).resize(picture.size, Image.Resampling.BICUBIC)
    marked = picture.copy()
    for band in _bands(picture):
        pixels = np.asarray(picture.crop(band), np.float32)
        pixels = pixels + np.asarray(full.crop(band), np.float32)[..., None]
        marked.paste(Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8)), band)
    return marked


def _bands(picture: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    """From top to bottom: a whole picture as floats, several times over, would cost a web process 80 MB a thread."""
    for top in range(0, picture.height, BAND):
        yield (0, top, picture.width, min(top + BAND, picture.height))


def _sums(luma: Floats, key: bytes) -> Floats:
    at = pattern(key)
    coefficients = _frequencies(_frequencies(luma).T).T
    levelled = coefficients[at.row, at.column] * at.radius
    limit = max(LOUDEST * float(np.median(np.abs(levelled))), LEAST_LIMIT)
    sums: Floats = (np.clip(levelled, -limit, limit) * at.weight / at.radius).sum(axis=1)
    return sums


def _spread(sums: Floats, key: bytes) -> Floats:
    """The picture whose sums are these."""
    at = pattern(key)
    coefficients = np.zeros((HIGHEST, HIGHEST), np.float32)
    coefficients[at.row, at.column] = at.weight * sums[:, None]
    return _places(_places(coefficients).T).T


# The cosine transform (orthonormal DCT-II) of each row through numpy's Fourier transform (Makhoul, 1980). As a product
# of matrices it would be shorter, and on a busy machine ten times slower: its threads wait for each other.


def _frequencies(rows: Floats) -> Floats:
    mirrored = np.concatenate([rows[:, ::2], rows[:, ::-2]], axis=1)
    return (np.fft.rfft(mirrored)[:, :HIGHEST] * _turns()).real.astype(np.float32)


def _places(rows: Floats) -> Floats:
    whole = np.zeros((len(rows), SIDE // 2 + 1), np.complex64)
    whole[:, :HIGHEST] = rows / _turns()
    mirrored = np.fft.irfft(whole, n=SIDE)
    places = np.empty_like(mirrored, dtype=np.float32)
    places[:, ::2], places[:, ::-2] = mirrored[:, : SIDE // 2], mirrored[:, SIDE // 2 :]
    return places


@cache
def _turns() -> NDArray[np.complex64]:
    frequency = np.arange(HIGHEST)
    turns = np.sqrt(2 / SIDE) * np.exp(-0.5j * np.pi * frequency / SIDE)
    turns[0] /= np.sqrt(2)
    return turns.astype(np.complex64)
