"""Sentences that were refused for certain add up: first a word, then a look by a moderator, then a pause.

Soft refusals, and those for how a sentence is written, never count: a doubt of a filter is nobody's fault. One sentence
tried again and again counts once, and what was cleared after an appeal not at all.
"""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.models import Person
from moderation.services.audit import record
from moderation.services.cases import flag
from moderation.services.standing import refusals_of, work_out
from moderation.services.telling import send

SOURCE = "many-refusals"


@transaction.atomic
def count_refusal(*, person_id: int, subject: UUID, text: str, category: str) -> None:
    """After a sentence of theirs was refused for certain, in the request `subject`."""
    person = Person.objects.select_for_update().filter(pk=person_id, closed_at=None).first()
    if person is None or refusals_of(person=person).filter(text=text).count() > 1:
        return
    count = refusals_of(person=person).values("text").distinct().count()
    if count == settings.REFUSALS_TO_WARN:
        _warn(person)
    if count == settings.REFUSALS_TO_REVIEW or count >= settings.REFUSALS_TO_PAUSE:
        words = f"{count} refused sentences in 30 days, the last: {text}"
        flag(kind="job", subject=subject, person=person, source=SOURCE, category=category, detail=words)
    if count >= settings.REFUSALS_TO_PAUSE:
        _pause(person, count)


def _warn(person: Person) -> None:
    send(
        person=person,
        kind="decision",
        title=gettext_noop("Several of your sentences were refused"),
        body=gettext_noop("Please read what this site draws and what it does not. More refusals lead to a pause."),
        link=reverse("policy"),
        once=f"refusals {timezone.localdate():%Y-%m}",
    )


def _pause(person: Person, count: int) -> None:
    until = work_out(person).suspended_until
    assert until is not None
    day = until.date().isoformat()
    record(actor=None, act="pause", person=person, refusals=count, until=day)
    send(
        person=person,
        kind="decision",
        title=gettext_noop("You cannot draw until %(day)s"),
        body=gettext_noop("Many of your sentences were refused. A moderator looks at it too."),
        data={"day": day},
        link=reverse("policy"),
        once=f"pause {day}",
    )
