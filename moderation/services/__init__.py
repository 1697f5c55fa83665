"""What may be drawn, and what may be shown. Other rooms call these and nothing below them."""

from moderation.gateway import FilterDown
from moderation.services.explaining import explain
from moderation.services.exporting import export_of
from moderation.services.filter_state import health
from moderation.services.judging import Verdict
from moderation.services.known_bad import BadList, export_known_bad, import_known_bad
from moderation.services.listings import Answer, decide_listings, may_be_listed
from moderation.services.reports import (
    MOST_WORDS,
    BadReport,
    TooManyReports,
    close_reports,
    reasons,
    report,
)
from moderation.services.rules import BadRule, categories, check_rule, forget_rules, rules_in_force, write_rule
from moderation.services.screening import (
    Fingerprint,
    Kind,
    Same,
    filters_loading,
    fingerprint,
    remember_pictures,
    same_pictures,
    screen_output,
    screen_sentence,
    screen_upload,
    screen_words,
    start_filters,
)
from moderation.services.subjects import Shown, register_subject, shown_subject
from moderation.services.trying import Tried, try_rule

__all__ = [
    "MOST_WORDS",
    "Answer",
    "BadList",
    "BadReport",
    "BadRule",
    "FilterDown",
    "Fingerprint",
    "Kind",
    "Same",
    "Shown",
    "TooManyReports",
    "Tried",
    "Verdict",
    "categories",
    "check_rule",
    "close_reports",
    "decide_listings",
    "explain",
    "export_known_bad",
    "export_of",
    "filters_loading",
    "fingerprint",
    "forget_rules",
    "health",
    "import_known_bad",
    "may_be_listed",
    "reasons",
    "register_subject",
    "remember_pictures",
    "report",
    "rules_in_force",
    "same_pictures",
    "screen_output",
    "screen_sentence",
    "screen_upload",
    "screen_words",
    "shown_subject",
    "start_filters",
    "try_rule",
    "write_rule",
]
