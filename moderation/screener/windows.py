"""The parts of a sentence that are judged on their own, so that a harmless suffix does not dilute what stands in it."""

import re

WIDTH, STEP = 10, 6
# More would take longer than a person should wait; 400 characters have a dozen.
MOST = 40
_CLAUSES = re.compile(r"[,.;:!?()\[\]|/\n]+|\s-\s|\s–\s|\s—\s| and then | while | but ")


def parts_of(text: str) -> list[str]:
    """The whole, its clauses, and every ten words that stand together; each once."""
    words = text.split()
    clauses = [clause.strip() for clause in _CLAUSES.split(text)]
    parts = [text, *(clause for clause in clauses if len(clause.split()) > 1 or len(clauses) == 1)]
    parts += [clause for clause in clauses if len(clause.split()) == 1 and len(clause) > 3]
    if len(words) > WIDTH:
        starts = [*range(0, len(words) - WIDTH, STEP), len(words) - WIDTH]
        parts += [" ".join(words[start : start + WIDTH]) for start in starts]
    return [part for part in dict.fromkeys(parts) if part][:MOST]
