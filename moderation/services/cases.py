"""Cases come to be: filters flag, people report and appeal. One case gathers all that is said of a thing."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Person
from moderation.models import Case, Decision, Flag, Report
from moderation.policy import CHILD_SAFETY
from moderation.services.categories import category
from moderation.services.subjects import Shown, shown_subject

# How long the least of cases may wait. Harm doubles with each step of severity, and each doubling halves the time: so
# one number holds harm, reach and age, and the order of the queue never has to be worked out again.
LONGEST = timedelta(days=4)
CHILD_SAFETY_WITHIN = timedelta(hours=1)
LEVELS = (("high", timedelta(hours=12)), ("medium", timedelta(hours=48)))
MANY = 3
# So many new voices open a case again whose thing was looked at and found to be fine.
ENOUGH_AGAIN = 3


@transaction.atomic
def flag(
    *,
    kind: str,
    subject: UUID,
    person: Person | None,
    source: str,
    category: str,
    score: float | None = None,
    detail: str = "",
) -> Case:
    """A filter asks for a look. Said twice by the same one of the same thing it is one flag, brought up to date."""
    case = open_case(kind=kind, subject=subject, person=person, slug=category, confidence=score)
    facts = {"score": score, "detail": detail[:2000], "created": timezone.now()}
    Flag.objects.update_or_create(case=case, source=source[:64], category=category, defaults=facts)
    return case


def open_case(
    *,
    kind: str,
    subject: UUID,
    slug: str,
    person: Person | None = None,
    confidence: float | None = None,
) -> Case:
    """The case of this thing, open, and as urgent as the worst and surest that is said of it. In a transaction."""
    shown = shown_subject(kind=kind, subject=subject)
    now, sure = timezone.now(), 1.0 if confidence is None else min(1.0, max(0.0, confidence))
    found = {"category": slug, "harm": category(slug).severity, "reach": shown.reach if shown else 1}
    case, made = Case.objects.get_or_create(
        subject=subject,
        defaults={
            **found,
            "subject_kind": kind,
            "person_id": person.pk if person else (shown.person_id if shown else None),
            "confidence": sure,
            "opened_at": now,
            "due_at": now + time_for(**_weights(found, sure), slug=slug),
        },
    )
    if made:
        return case
    case = Case.objects.select_for_update().get(pk=case.pk)
    if not case.is_open:
        _reopen(case, found, sure, now)
    else:
        _add_voice(case, found, sure)
    return case


def gather_report(report: Report) -> Case | None:
    """A report joins the case of its thing. None: it was looked at for the same not long ago, and was fine."""
    slug = CATEGORY_OF_REPORT[Report.Reason(report.reason)]
    if (earlier := _cleared_for(report, slug)) is not None:
        Report.objects.filter(pk=report.pk).update(case=earlier, closed_at=timezone.now())
        return None
    case = open_case(kind=report.subject_kind, subject=report.subject, slug=slug, confidence=0.7)
    Report.objects.filter(pk=report.pk).update(case=case)
    voices = Report.objects.filter(case=case, closed_at=None).count()
    if voices >= MANY and case.reach < 4:
        case.reach = 4
        _save_order(case)
    return case


def time_for(*, harm: int, reach: int, confidence: float, slug: str = "") -> timedelta:
    """How long a case may wait, counted from when it was opened."""
    if slug == CHILD_SAFETY:
        return CHILD_SAFETY_WITHIN
    return LONGEST / (2 ** (harm - 1) * reach * max(0.5, confidence))


def level_of(case: Case, now: datetime | None = None) -> str:
    """What moderators are told of the order: raw numbers were found to confuse."""
    left = case.due_at - (now or timezone.now())
    return next((level for level, within in LEVELS if left <= within), "low")


CATEGORY_OF_REPORT = {
    Report.Reason.CHILDREN: CHILD_SAFETY,
    Report.Reason.SEXUAL: "sexual",
    Report.Reason.VIOLENCE: "violence",
    Report.Reason.HATE: "hate",
    Report.Reason.HARASSMENT: "harassment",
    Report.Reason.SELF_HARM: "self-harm",
    Report.Reason.SHOCKING: "shocking",
    Report.Reason.ILLEGAL: "illegal",
    Report.Reason.DECEPTION: "deception",
    Report.Reason.POLITICAL: "political",
    Report.Reason.HEALTH: "health",
    Report.Reason.LIKENESS: "likeness",
    Report.Reason.RIGHTS: "artists",
    Report.Reason.SPAM: "spam",
    Report.Reason.OTHER: "other",
}


def reopen(case: Case) -> None:
    """What was decided is open again: by an undo, or an appeal. In a transaction."""
    now = timezone.now()
    facts = {"closed_at": None, "opened_at": now, "due_at": now + time_for(**_order(case))}
    Case.objects.filter(pk=case.pk).update(**facts, **NOBODY, version=F("version") + 1)
    case.refresh_from_db()


NOBODY: dict[str, Any] = {"claimed_by": None, "claimed_at": None, "claimed_until": None}


def _reopen(case: Case, found: dict[str, Any], confidence: float, now: datetime) -> None:
    case.category, case.harm, case.reach = found["category"], found["harm"], found["reach"]
    case.confidence, case.opened_at, case.closed_at = confidence, now, None
    case.claimed_by, case.claimed_at, case.claimed_until = None, None, None
    case.version += 1
    case.due_at = now + time_for(**_order(case))
    case.save()


def _add_voice(case: Case, found: dict[str, Any], confidence: float) -> None:
    if found["harm"] > case.harm:
        case.category, case.harm = found["category"], found["harm"]
    case.reach = max(case.reach, found["reach"])
    case.confidence = max(case.confidence, confidence)
    _save_order(case)


def _save_order(case: Case) -> None:
    """Only ever earlier: nothing that waits goes back in the line."""
    case.due_at = min(case.due_at, case.opened_at + time_for(**_order(case)))
    case.save(update_fields=["category", "harm", "reach", "confidence", "due_at"])


def _order(case: Case) -> dict[str, Any]:
    return {"harm": case.harm, "reach": case.reach, "confidence": case.confidence, "slug": case.category}


def _weights(found: dict[str, Any], confidence: float) -> dict[str, Any]:
    return {"harm": found["harm"], "reach": found["reach"], "confidence": confidence}


def _cleared_for(report: Report, slug: str) -> Case | None:
    """The closed case in which this very thing was cleared of this very thing, unless many say it again. A collection
    may hold other pictures by now."""
    if report.subject_kind == "collection":
        return None
    case = Case.objects.filter(subject=report.subject, closed_at__isnull=False).first()
    last = case.decisions.exclude(state=Decision.State.REVERSED).order_by("-created").first() if case else None
    if case is None or last is None or last.acts != [Decision.Act.CLEAR] or case.category != slug:
        return None
    again = Report.objects.filter(subject=report.subject, created__gt=last.created).count()
    return case if again < ENOUGH_AGAIN else None


def subject_of_case(case: Case) -> Shown | None:
    return shown_subject(kind=case.subject_kind, subject=case.subject)
