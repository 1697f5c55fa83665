"""The operator's word list: one word or phrase a line, `#` begins a comment. Read again when the file changes."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path


def plain(text: str) -> str:
    """The text as a reader sees it: compatibility forms and case folded, accents and invisible characters gone."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = (char for char in decomposed if unicodedata.category(char) not in ("Mn", "Cf"))
    return re.sub(r"\s+", " ", "".join(kept)).strip()


def blocked_words_in(text: str, *, file: Path) -> list[str]:
    """The listed words and phrases that stand in the text as whole words."""
    try:
        changed = file.stat().st_mtime_ns
    except FileNotFoundError:
        return []
    pattern = _pattern(file, changed)
    return sorted({found.group(0) for found in pattern.finditer(plain(text))}) if pattern else []


@lru_cache(maxsize=4)
def _pattern(file: Path, changed: int) -> re.Pattern[str] | None:
    lines = (line.split("#", 1)[0] for line in file.read_text(encoding="utf-8").splitlines())
    words = sorted({plain(line) for line in lines} - {""}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None
