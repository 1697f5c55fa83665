"""Files that people send: ordinary ones, strange ones and malicious ones."""

import io
import struct
import zlib

from PIL import Image, ImageCms

EXIF_ORIENTATION = 0x0112


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def halves(size: tuple[int, int] = (400, 200), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image.convert(mode)


def turned(kind: str, orientation: int) -> bytes:
    """A picture that says how it was held."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    exif[0x010E] = "a secret place"
    return saved(halves(), kind, exif=exif)


def in_other_colours() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return saved(Image.new("RGB", (100, 100), "red"), "JPEG", icc_profile=profile.tobytes(), quality=95)


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (100, 100), colour) for colour in ("red", "blue", "green")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def sixteen_bits() -> bytes:
    grey = Image.new("I;16", (200, 200), 32768)
    return saved(grey, "PNG")


def bomb(width: int = 9000, height: int = 9000, *, promised: tuple[int, int] | None = None) -> bytes:
    """A small PNG of very many pixels; one that promises more than it holds, too."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = zlib.compress(b"\0" * (width // 8 + 1) * height, 9)
    head = struct.pack(">IIBBBBB", *(promised or (width, height)), 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG with a hundred megabytes of text in a few bytes."""
    plain = saved(Image.new("RGB", (100, 100)), "PNG")
    body = b"Comment\0\0" + zlib.compress(b"x" * 100_000_000, 9)
    packed = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return plain[:33] + packed + plain[33:]


def polyglot() -> bytes:
    """A picture to one program and a page with a script to another."""
    return saved(halves(), "PNG") + b"<html><script>alert(document.domain)</script></html>"


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200
