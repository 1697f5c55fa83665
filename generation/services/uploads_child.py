"""A process of its own that opens a file somebody sent, and hands back a picture written anew.

It is run by its path and imports nothing but Pillow, takes the file on its standard input, and has little memory, a
few seconds and no way to write anything but its answer: a PNG, or one line of JSON that says why not. What hides in a
file (a program, a place, a second picture behind the first) does not come through, because nothing is copied but
colours.
"""

import io
import json
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

MEMORY = 1 << 30
SECONDS = 10
SIDE = 1024
LEAST_SIDE = 64
# Of what a camera notes: the ways of holding it in which width and height change places.
SIDEWAYS = (5, 6, 7, 8)
# The largest cameras of phones; four bytes for each fit into the memory twice.
MOST_PIXELS = 64_000_000
REFUSED = 3
# What Pillow calls a JPEG that carries a second picture: phones add a depth map or a brighter copy.
FORMATS = ("PNG", "JPEG", "WEBP")
TAKEN = (*FORMATS, "MPO")
# Of a stroke on a canvas: many at once, each as it is.
PATCH_SIDE = 1024


class Refused(Exception):
    """`reason` is a word that uploads_decoding.py has a sentence for."""

    def __init__(self, reason: str, **facts: Any) -> None:
        self.answer = {"reason": reason, **facts}


@dataclass(frozen=True)
class Wish:
    """What the picture is for: `picture` is flattened; a `mask` and a `hint` keep what is transparent. `holes` is
    what is wholly transparent, as a mask."""

    purpose: str
    crop: tuple[int, int, int] | None = None
    side: int = SIDE


def main() -> int:
    _limit()
    purpose, more = json.loads(sys.argv[1])
    try:
        sent = sys.stdin.buffer.read()
        png = (
            patches_anew(sent, more)
            if purpose == "patches"
            else written_anew(sent, Wish(purpose, tuple(more["crop"]) if more["crop"] else None, more["side"]))
        )
    except Refused as refused:
        print(json.dumps(refused.answer))
        return REFUSED
    except MemoryError:
        print(json.dumps({"reason": "memory"}))
        return REFUSED
    # What a broken file makes of Pillow is not one class of errors.
    except Exception as wrong:
        print(f"{type(wrong).__name__}: {wrong}"[:300], file=sys.stderr)
        print(json.dumps({"reason": "broken"}))
        return REFUSED
    sys.stdout.buffer.write(png)
    sys.stdout.buffer.flush()
    return 0


def _limit() -> None:
    """By itself, before anything is opened: between a fork and its program a busy parent must not do much."""
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        # macOS knows no limit of memory; there the pixels' own limit has to do.
        with suppress(ValueError, OSError):
            # A second's notice for the time, so that the end tells which limit it was.
            resource.setrlimit(kind, (most, most + 1 if kind == resource.RLIMIT_CPU else most))


def written_anew(content: bytes, wish: Wish) -> bytes:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 (its libraries are to be loaded under the limits)

    Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, and no warning
    try:
        image: Any = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        raise Refused("kind", kind=kind_of(content)) from None
    if image.format not in TAKEN:
        raise Refused("kind", kind=image.format)
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise Refused("moves")
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Refused("pixels", width=width, height=height, most=MOST_PIXELS // 1_000_000)
    if min(width, height) < LEAST_SIDE:
        raise Refused("small", width=width, height=height, least=LEAST_SIDE)
    if wish.purpose != "picture" and width != height:
        raise Refused("square", width=width, height=height)
    turned = image.getexif().get(0x0112, 1)
    mask, side = wish.purpose in ("mask", "holes"), wish.crop[2] if wish.crop else min(width, height)
    # Of a large JPEG, a half or a quarter of the detail is enough to read.
    image.draft(None, (width // _spare(side), height // _spare(side)))
    image.load()
    # Reduced at once and turned after that: a full copy of a large picture is a quarter of the memory.
    image = _plain(image)
    factor = 1 if mask else _spare(side * image.width // width)
    image = image.reduce(factor) if factor > 1 else image
    image = ImageOps.exif_transpose(image) if turned != 1 else image
    full = (height, width) if turned in SIDEWAYS else (width, height)
    box = tuple(place * image.width / full[0] for place in _square(full, wish.crop))
    # A mask says yes or no: half a yes at its edges would erase more than was asked.
    way = Image.Resampling.NEAREST if mask else Image.Resampling.LANCZOS
    image = _as_asked(image, wish.purpose).resize((wish.side, wish.side), way, box=box)
    out = io.BytesIO()
    image.info.clear()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()


def patches_anew(content: bytes, sizes: list[int]) -> bytes:
    """Files one behind the other, of these many bytes; back come pictures as large as they were, each behind its
    length."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    answer, begin = io.BytesIO(), 0
    for size in sizes:
        try:
            image: Any = Image.open(io.BytesIO(content[begin : begin + size]), formats=("PNG",))
        except UnidentifiedImageError:
            raise Refused("patch") from None
        begin += size
        if max(image.size) > PATCH_SIDE or getattr(image, "n_frames", 1) > 1:
            raise Refused("patch")
        image.load()
        image = image.convert("RGBA")
        image.info.clear()
        out = io.BytesIO()
        image.save(out, "PNG", compress_level=3)
        answer.write(len(out.getvalue()).to_bytes(4, "big") + out.getvalue())
    return answer.getvalue()


def _spare(side: int) -> int:
    """How many pixels may become one with at least twice as many left as are needed."""
    return max(1, side // (2 * SIDE))


def _square(size: tuple[int, int], crop: tuple[int, int, int] | None) -> tuple[int, int, int, int]:
    """The part that was asked for, in pixels of the picture as it is looked at; else the middle."""
    width, height = size
    side = min(width, height)
    left, top, side = crop or ((width - side) // 2, (height - side) // 2, side)
    if side < LEAST_SIDE or left < 0 or top < 0 or left + side > width or top + side > height:
        raise Refused("crop", least=LEAST_SIDE)
    return left, top, left + side, top + side


def _plain(image: Any) -> Any:
    """Eight bits a channel, and no palette."""
    if image.mode.startswith("I"):
        # Sixteen bits of grey, which a plain conversion would cut off at 255.
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("P", "PA", "1"):
        return image.convert("RGBA" if image.has_transparency_data else "L" if image.mode == "1" else "RGB")
    return image


def _as_asked(image: Any, purpose: str) -> Any:
    """In the colours that every screen means; flattened on white unless holes are the matter."""
    from PIL import Image  # noqa: PLC0415

    profile = image.info.get("icc_profile")
    if purpose == "holes":
        return _holes(image)
    if purpose == "mask":
        return image.convert("RGBA" if image.has_transparency_data else "L")
    if profile and not image.has_transparency_data:
        image = _in_srgb(image, profile)
    if purpose == "hint" or image.has_transparency_data:
        image = image.convert("RGBA")
    if purpose == "picture" and image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGBA" if purpose == "hint" else "RGB")


def _holes(image: Any) -> Any:
    """Half a hole is none: what shimmers through is kept."""
    from PIL import Image  # noqa: PLC0415

    alpha = image.convert("RGBA").getchannel("A")
    if alpha.getextrema()[0] > 0:
        raise Refused("opaque")
    return Image.merge("LA", (alpha, alpha.point(lambda value: 255 if value else 0)))


def _in_srgb(image: Any, profile: bytes) -> Any:
    from PIL import ImageCms  # noqa: PLC0415

    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a profile that says nothing: the colours as they stand


def kind_of(content: bytes) -> str:
    """What it is instead, as far as its first bytes tell; empty if they do not."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[4:8] == b"ftyp":
        brand = start[8:12]
        return {b"avif": "AVIF", b"avis": "AVIF"}.get(brand, "HEIC" if brand[:3] in HEIC else "video")
    if start.startswith((b"<svg", b"<?xml", b"<!DOCTYPE svg")):
        return "SVG"
    return next((name for signature, name in SIGNATURES.items() if start.startswith(signature)), "")


HEIC = (b"hei", b"hev", b"mif", b"msf")
SIGNATURES = {
    b"GIF8": "GIF",
    b"%!PS": "EPS",
    b"\xc5\xd0\xd3\xc6": "EPS",
    b"%PDF": "PDF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"BM": "BMP",
    b"8BPS": "PSD",
    b"PK\x03\x04": "ZIP",
}

if __name__ == "__main__":
    sys.exit(main())
