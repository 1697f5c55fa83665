"""Screening. Today: the operator's word list on sentences; pictures are screened once picture filters exist."""

from dataclasses import dataclass

from django.conf import settings

from moderation.filters import blocked_words_in


@dataclass(frozen=True, kw_only=True)
class Verdict:
    allowed: bool
    words: tuple[str, ...] = ()


def screen_sentence(*, text: str) -> Verdict:
    words = tuple(blocked_words_in(text, file=settings.BLOCKED_WORDS_FILE))
    return Verdict(allowed=not words, words=words)
