"""What of a sentence is read at once. The net was taught to find a few words among many (moderation.training), so a
prompt is one piece, and only what is longer than most prompts is cut."""

import re

# Words; a text of 400 characters has some seventy.
WIDTH, STEP = 40, 24
# Of what is read in one question, for the time it takes: an upload's words, or several readings of one sentence.
MOST = 24
_CLAUSES = re.compile(r"[,.;:!?()\[\]|/\n]+|\s-\s|\s–\s|\s—\s")
NARROW = 10


def parts_of(text: str) -> list[str]:
    """The whole where it is short, else pieces that overlap."""
    words = text.split()
    if len(words) <= WIDTH:
        return [text] if words else []
    starts = [*range(0, len(words) - WIDTH, STEP), len(words) - WIDTH]
    return [" ".join(words[start : start + WIDTH]) for start in starts][:MOST]


def clauses_of(text: str) -> list[str]:
    """What a person may be shown of it: clauses, and of long ones every few words."""
    found = []
    for clause in _CLAUSES.split(text):
        words = clause.split()
        last = max(0, len(words) - NARROW)
        found += [" ".join(words[start : start + NARROW]) for start in [*range(0, last, NARROW // 2), last]]
    return [part for part in dict.fromkeys(found) if part][:MOST]
