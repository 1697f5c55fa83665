"""Sentences as the numbers that the embedding net reads: BERT's word pieces, lower case and without accents.

The longest piece that is known comes first, then the longest of what is left; a word with a part that is none becomes
[UNK]. Kept small on purpose: the published tokenizers bring a downloader along.
"""

import gzip
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VOCABULARY = Path(__file__).with_name("data") / "vocab.txt.gz"
MOST_PIECES = 128
LONGEST_WORD = 100
# Letters of scripts that are written without spaces stand alone.
_WORDS = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W_]+|[^\w\s]|_")


class WordPieces:
    def __init__(self, file: Path = VOCABULARY) -> None:
        lines = gzip.decompress(file.read_bytes()).decode().splitlines()
        self._numbers = {piece: number for number, piece in enumerate(lines)}
        self._unknown, self._begin, self._end = (self._numbers[name] for name in ("[UNK]", "[CLS]", "[SEP]"))
        self._pieces = lru_cache(maxsize=20_000)(self._split)

    def rows(self, sentences: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The numbers, one row for each sentence, and which of them are no filling."""
        numbered = [self._sentence(sentence) for sentence in sentences]
        width = max(map(len, numbered))
        ids = np.zeros((len(numbered), width), np.int64)
        mask = np.zeros_like(ids)
        for row, numbers in enumerate(numbered):
            ids[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1
        return ids, mask

    def _sentence(self, sentence: str) -> list[int]:
        plain = unicodedata.normalize("NFD", sentence.lower())
        words = _WORDS.findall("".join(char for char in plain if unicodedata.category(char) != "Mn"))
        pieces = [piece for word in words[:MOST_PIECES] for piece in self._pieces(word)]
        return [self._begin, *pieces[: MOST_PIECES - 2], self._end]

    def _split(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            before = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._numbers.get(before + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(found)
