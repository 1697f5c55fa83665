"""What may be drawn, and what may be shown. Other rooms call these and nothing below them."""

from moderation.services.exporting import export_of
from moderation.services.listings import Answer, decide_listings, may_be_listed
from moderation.services.reports import (
    MOST_WORDS,
    BadReport,
    TooManyReports,
    close_reports,
    reasons,
    report,
)
from moderation.services.screening import (
    Fingerprint,
    Kind,
    Same,
    Verdict,
    fingerprint,
    remember_pictures,
    same_pictures,
    screen_sentence,
    screen_upload,
)
from moderation.services.subjects import Shown, register_subject, shown_subject

__all__ = [
    "MOST_WORDS",
    "Answer",
    "BadReport",
    "Fingerprint",
    "Kind",
    "Same",
    "Shown",
    "TooManyReports",
    "Verdict",
    "close_reports",
    "decide_listings",
    "export_of",
    "fingerprint",
    "may_be_listed",
    "reasons",
    "register_subject",
    "remember_pictures",
    "report",
    "same_pictures",
    "screen_sentence",
    "screen_upload",
    "shown_subject",
]
