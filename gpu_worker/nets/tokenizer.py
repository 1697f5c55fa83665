"""Sentence to token ids: known words whole, near words as what they are near to, others spelt out in UTF-8 bytes.

Deterministic, reversible up to case and spaces, and free of downloads. A word list is part of a
checkpoint: its order decides the ids, so words are only ever added at its end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gpu_worker.nets.nearest import readings

WORDS_FILE = Path(__file__).with_name("words.txt")

PAD, BEGIN, END, SPELT = 0, 1, 2, 3
FIRST_BYTE = 4
FIRST_WORD = FIRST_BYTE + 256

# Letters with their marks and digits form words; any other visible character stands alone.
_PIECES = re.compile(r"[^\W_]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`ids` fills the window: begin, the sentence, end, then padding. `dropped` tokens did not fit."""

    ids: tuple[int, ...]
    length: int
    dropped: int
    unread: str = ""
    """The end of the sentence that did not fit, as it was typed."""
    replaced: tuple[tuple[str, str], ...] = ()
    """what was said and what it was read as, where that is another word: ("kitten", "cat")"""


class Tokenizer:
    def __init__(self, words: Iterable[str], window: int) -> None:
        if window < 3:
            raise ValueError("a window holds at least begin, one token and end")
        self.window = window
        self.words = tuple(dict.fromkeys(_normal(word) for word in words))
        self._ids = {word: FIRST_WORD + place for place, word in enumerate(self.words)}

    @property
    def size(self) -> int:
        """How many ids there are, for the embedding table."""
        return FIRST_WORD + len(self.words)

    def encode(self, sentence: str) -> Tokens:
        """The sentence's ids. What is beyond the window is cut whole words at a time, and counted."""
        room = self.window - 2
        kept: list[int] = []
        dropped, unread = 0, ""
        replaced: list[tuple[str, str]] = []
        placed = list(_placed_pieces(sentence))
        for reading in readings([piece for _, piece in placed], self._ids):
            ids = [token for word in reading.words for token in self._spell(word)]
            if dropped or len(kept) + len(ids) > room:
                unread = unread or sentence[placed[reading.first][0] :].rstrip()
                dropped += len(ids)
            else:
                kept += ids
                if reading.words not in ((), (reading.said,)):
                    replaced.append((reading.said, " ".join(reading.words)))
        ids_kept = (BEGIN, *kept, END)
        padding = (PAD,) * (self.window - len(ids_kept))
        return Tokens(ids_kept + padding, len(ids_kept), dropped, unread, tuple(replaced))

    def decode(self, ids: Iterable[int]) -> str:
        """The words again, one space between them; for tests and for looking at what the net saw."""
        words: list[str] = []
        spelling = bytearray()
        for token in ids:
            if FIRST_BYTE <= token < FIRST_WORD:
                spelling.append(token - FIRST_BYTE)
            elif token == SPELT:
                words.append(spelling.decode())
                spelling.clear()
            elif token >= FIRST_WORD:
                words.append(self.words[token - FIRST_WORD])
        return " ".join(words)

    def _spell(self, piece: str) -> list[int]:
        known = self._ids.get(piece)
        if known is not None:
            return [known]
        # Without the closing mark "foo bar" and "foobar" would be one.
        return [*(FIRST_BYTE + byte for byte in piece.encode("utf-8", "replace")), SPELT]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def pieces(sentence: str) -> list[str]:
    """Its words and signs, as they are looked up in the list."""
    return _PIECES.findall(_normal(sentence))


def _placed_pieces(sentence: str) -> Iterator[tuple[int, str]]:
    """The same, each with where it begins in the sentence as typed.

    Looking up changes letters and even their number, so places are found word by word; in a word that changes too
    much to be followed, all pieces begin where the word does.
    """
    for word in re.finditer(r"\S+", sentence):
        found = pieces(word[0])
        typed = list(_PIECES.finditer(word[0]))
        follows = [_normal(piece[0]) for piece in typed] == found
        for number, piece in enumerate(found):
            yield word.start() + (typed[number].start() if follows else 0), piece


@cache
def known_words() -> tuple[str, ...]:
    """The shipped word list, one a line."""
    return tuple(WORDS_FILE.read_text(encoding="utf-8").split())
