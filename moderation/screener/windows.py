"""The parts of a sentence that are judged on their own, so that a harmless suffix does not dilute what stands in it."""

import re

WIDTH, STEP = 10, 5
# Clauses this short say little alone: they are read together with their neighbours.
FEW = 3
# More would take longer than a person should wait; 400 characters have some twenty.
MOST = 40
_CLAUSES = re.compile(r"[,.;:!?()\[\]|/\n]+|\s-\s|\s–\s|\s—\s")


def parts_of(text: str) -> list[str]:
    """The whole, its clauses (of long ones every ten words that stand together), short ones with their neighbours."""
    clauses = [words for clause in _CLAUSES.split(text) if (words := clause.split())]
    parts = [text]
    together: list[str] = []
    for words in clauses:
        if len(words) > FEW or len(together) + len(words) > WIDTH:
            parts.append(" ".join(together))
            together = []
        if len(words) <= FEW:
            together += words
        parts += _windows(words)
    parts.append(" ".join(together))
    return [part for part in dict.fromkeys(parts) if part][:MOST]


def _windows(words: list[str]) -> list[str]:
    if len(words) <= WIDTH:
        return [" ".join(words)]
    starts = [*range(0, len(words) - WIDTH, STEP), len(words) - WIDTH]
    return [" ".join(words[start : start + WIDTH]) for start in starts]
