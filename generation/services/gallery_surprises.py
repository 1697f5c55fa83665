"""Surprise me: a sentence from our own list or from what people show, never the one that came just before."""

import hashlib
import random
from functools import cache
from pathlib import Path

from generation.models import Job
from generation.services.sharing import visible_shares

LIST = Path(__file__).resolve().parents[1] / "data" / "surprises.txt"
# Of what people show, the newest; and how often one of theirs comes.
RECENT = 100
SHARE_OF_PEOPLE = 0.4


def surprise(*, last: str = "", chance: random.Random | None = None) -> str:
    """`last`: the mark of what this person was given before."""
    chance = chance or random.SystemRandom()
    theirs = _shown_sentences() if chance.random() < SHARE_OF_PEOPLE else []
    choice = [sentence for sentence in theirs if mark_of(sentence) != last]
    return chance.choice(choice or [sentence for sentence in own_sentences() if mark_of(sentence) != last])


def mark_of(sentence: str) -> str:
    """Enough to know a sentence again by."""
    return hashlib.sha256(sentence.encode()).hexdigest()[:16]


@cache
def own_sentences() -> tuple[str, ...]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _shown_sentences() -> list[str]:
    listed = visible_shares().filter(listed_at__isnull=False, show_sentence=True, picture__job__kind=Job.Kind.PROMPT)
    newest = listed.order_by("-listed_at", "-id").values_list("picture__job__prompt", flat=True)
    return list(dict.fromkeys(newest[:RECENT]))
