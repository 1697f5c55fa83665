"""What may be drawn, and what may be shown. Other rooms call these and nothing below them."""

from moderation.services.listings import Answer, decide_listings, may_be_listed
from moderation.services.reports import (
    MOST_WORDS,
    BadReport,
    TooManyReports,
    close_reports,
    reasons,
    report,
)
from moderation.services.screening import Verdict, screen_sentence
from moderation.services.subjects import Shown, register_subject, shown_subject

__all__ = [
    "MOST_WORDS",
    "Answer",
    "BadReport",
    "Shown",
    "TooManyReports",
    "Verdict",
    "close_reports",
    "decide_listings",
    "may_be_listed",
    "reasons",
    "register_subject",
    "report",
    "screen_sentence",
    "shown_subject",
]
