"""The parts of a sentence that are judged on their own, so that a harmless suffix does not dilute what stands in it."""

import re

WIDTH, STEP = 10, 5
# In a long clause without a comma a few words are lost among ten.
NARROW, NARROW_STEP = 5, 3
# Clauses this short say little alone: they are read together with their neighbours.
FEW = 3
# More would take longer than a person should wait; 400 characters have some twenty.
MOST = 60
_CLAUSES = re.compile(r"[,.;:!?()\[\]|/\n]+|\s-\s|\s–\s|\s—\s")


def parts_of(text: str) -> list[str]:
    """The whole, its clauses (of long ones every ten and every five words), short ones with their neighbours."""
    clauses = [words for clause in _CLAUSES.split(text) if (words := clause.split())]
    parts, alone = [text], []
    together: list[str] = []
    for words in clauses:
        if len(words) > FEW or len(together) + len(words) > WIDTH:
            parts.append(" ".join(together))
            together = []
        if len(words) > FEW:
            parts += _windows(words)
        else:
            together += words
            alone.append(" ".join(words))
    # Short ones by themselves come last: where there are very many, their neighbours speak for them.
    parts += [" ".join(together), *alone]
    return [part for part in dict.fromkeys(parts) if part][:MOST]


def _windows(words: list[str]) -> list[str]:
    if len(words) <= WIDTH:
        return [" ".join(words)]
    return [
        " ".join(words[start : start + width])
        for width, step in ((WIDTH, STEP), (NARROW, NARROW_STEP))
        for start in [*range(0, len(words) - width, step), len(words) - width]
    ]
