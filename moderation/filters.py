"""The operator's lists, read again when a file changes: words that are not drawn, pictures that are not taken.

Words: one word or phrase a line. Pictures: one hash a line, exact (SHA-256, 64 hexadecimal digits) or by what is seen
(16 digits, as the admin shows them). `#` begins a comment in both.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from PIL import Image

# Bits in which two hashes of what is seen may differ and still be one picture: saved again, resized, a little lighter.
NEAR = 6
_BITS = 64


def plain(text: str) -> str:
    """The text as a reader sees it: compatibility forms and case folded, accents and invisible characters gone."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = (char for char in decomposed if unicodedata.category(char) not in ("Mn", "Cf"))
    return re.sub(r"\s+", " ", "".join(kept)).strip()


def blocked_words_in(text: str, *, file: Path) -> list[str]:
    """The listed words and phrases that stand in the text as whole words."""
    changed = _changed(file)
    pattern = None if changed is None else _pattern(file, changed)
    return sorted({found.group(0) for found in pattern.finditer(plain(text))}) if pattern else []


def is_blocked_picture(*, sha256: str, seen: int, file: Path) -> bool:
    """Is this file listed, or does it show nearly what a listed one shows?"""
    changed = _changed(file)
    if changed is None:
        return False
    files, pictures = _hashes(file, changed)
    return sha256 in files or any(distance(seen, listed) <= NEAR for listed in pictures)


def hash_of_what_is_seen(image: Image.Image) -> int:
    """The difference hash: of nine by eight grey pixels, which of each two neighbours in a row is the lighter one.

    Known to survive another format, another size and another brightness, and to die when the picture is cropped.
    Signed, because that is what databases hold in 64 bits.
    """
    grey = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS, reducing_gap=3.0)
    rows = [grey.crop((0, top, 9, top + 1)).tobytes() for top in range(8)]
    bits = 0
    for row in rows:
        for left, right in pairwise(row):
            bits = bits << 1 | (left < right)
    return bits - (1 << _BITS) if bits >> (_BITS - 1) else bits


def distance(one: int, other: int) -> int:
    return ((one ^ other) & ((1 << _BITS) - 1)).bit_count()


def _changed(file: Path) -> int | None:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _lines(file: Path) -> list[str]:
    return [line.split("#", 1)[0] for line in file.read_text(encoding="utf-8").splitlines()]


@lru_cache(maxsize=4)
def _pattern(file: Path, changed: int) -> re.Pattern[str] | None:
    words = sorted({plain(line) for line in _lines(file)} - {""}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None


@lru_cache(maxsize=4)
def _hashes(file: Path, changed: int) -> tuple[frozenset[str], tuple[int, ...]]:
    words = [line.strip().lower() for line in _lines(file)]
    exact = frozenset(word for word in words if re.fullmatch(r"[0-9a-f]{64}", word))
    return exact, tuple(int(word, 16) for word in words if re.fullmatch(r"[0-9a-f]{16}", word))
