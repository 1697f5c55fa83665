"""Telling people what was decided, once the time for undoing is over."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Person
from accounts.services import send_message
from moderation.models import Decision, Report
from moderation.policy import CHILD_SAFETY
from moderation.services.categories import category

Act = Decision.Act
# The time in which a decision is taken back without a word to anybody.
UNDO = timedelta(seconds=60)
AT_ONCE = 200
SALT = "moderation.appeal"
LETTER_GOOD_FOR = timedelta(days=20)

_TITLES = {
    Act.DEACTIVATE: gettext_noop("Your account was deactivated"),
    Act.SUSPEND: gettext_noop("You cannot draw until %(day)s"),
    Act.REMOVE: gettext_noop("Something of yours is not shown any more"),
    Act.STRIKE: gettext_noop("A warning about something of yours"),
    Act.REINSTATE: gettext_noop("Your account works again"),
}


def send(
    *,
    person: Person,
    kind: str,
    title: str,
    body: str = "",
    data: Mapping[str, Any] | None = None,
    link: str = "",
    once: str | None = None,
) -> None:
    """One message in the inbox of whoever still has one. `title` and `body` are marked for translation, with places
    for what is in `data`."""
    if person.closed_at is None:
        send_message(person=person, kind=kind, title=title, body=body, data=data, link=link, once=once)


def tell_due() -> int:
    """Look once at what was decided a minute ago and not told yet. How many were told."""
    before = timezone.now() - UNDO
    decisions = Decision.objects.filter(told_at=None, created__lt=before, state=Decision.State.STANDS)
    told = 0
    for decision in decisions.select_related("person", "case").order_by("created")[:AT_ONCE]:
        told += _tell_of_decision(decision)
    reports = Report.objects.filter(told_at=None, closed_at__lt=before, reporter__isnull=False, case__isnull=False)
    for report in reports.select_related("reporter", "case").order_by("closed_at")[:AT_ONCE]:
        told += _tell_reporter(report)
    return told


def tell_undone(decision: Decision) -> None:
    """Who was told of it hears that it does not hold any more; who was not never hears of it."""
    if decision.told_at is None or decision.person is None or set(decision.acts) <= {Act.CLEAR, Act.REINSTATE}:
        return
    send(
        person=decision.person,
        kind="decision",
        title=gettext_noop("What was decided is undone"),
        body=gettext_noop("A moderator looked at it again. It counts as if it had not been decided."),
        once=f"undone {decision.pk}",
    )


def person_of_letter(token: str) -> tuple[int, int] | None:
    """The decision and the person that a letter's link stands for; None where it is not ours, or too old."""
    try:
        decision, person = signing.loads(token, salt=SALT, max_age=LETTER_GOOD_FOR)
    except signing.BadSignature:
        return None
    return int(decision), int(person)


def reason_in_words(slug: str) -> str:
    """Of a child-safety rule nothing is said but that there is one."""
    return _("the content policy") if slug in (CHILD_SAFETY, "") else str(category(slug).name)


@transaction.atomic
def _tell_of_decision(decision: Decision) -> bool:
    untold = Decision.objects.filter(pk=decision.pk, told_at=None, state=Decision.State.STANDS)
    if not untold.update(told_at=timezone.now()):
        return False
    act = next((act for act in _TITLES if act in decision.acts), None)
    if act is None or decision.person is None:
        return False
    suspended = decision.suspended_until
    title = _TITLES[Act.SUSPEND if suspended and act in (Act.STRIKE, Act.REMOVE) else act]
    data = {"reason": reason_in_words(decision.reason), "words": decision.words}
    data |= {"day": suspended.date().isoformat()} if suspended else {}
    body = gettext_noop("Part of the policy: %(reason)s. %(words)s") if act != Act.REINSTATE else ""
    link = reverse("appeal_decision", args=[decision.pk]) if act != Act.REINSTATE else ""
    send(
        person=decision.person,
        kind="decision",
        title=title,
        body=body,
        data=data,
        link=link,
        once=f"decision {decision.pk}",
    )
    if act == Act.DEACTIVATE:
        _letter(decision, decision.person)
    return True


@transaction.atomic
def _tell_reporter(report: Report) -> bool:
    if not Report.objects.filter(pk=report.pk, told_at=None).update(told_at=timezone.now()):
        return False
    assert report.reporter is not None and report.case is not None
    removed = any(
        Act.REMOVE in acts
        for acts in report.case.decisions.filter(state=Decision.State.STANDS).values_list("acts", flat=True)
    )
    body = (
        gettext_noop("Thank you. It broke the content policy and is not shown any more.")
        if removed
        else gettext_noop("Thank you. It was looked at, and does not break the content policy.")
    )
    send(
        person=report.reporter,
        kind="decision",
        title=gettext_noop("What came of your report"),
        body=body,
        link=reverse("policy"),
        once=f"report {report.pk}",
    )
    return True


def _letter(decision: Decision, person: Person) -> None:
    """Who is deactivated cannot open an inbox: the way to an appeal comes by letter."""
    path = reverse("appeal_by_letter", args=[signing.dumps([decision.pk, person.pk], salt=SALT)])
    facts = {
        "decision": decision,
        "reason": reason_in_words(decision.reason),
        "path": path,
        "site": settings.SITE_ADDRESS,
    }
    words = render_to_string("moderation/deactivated_letter.txt", facts)
    transaction.on_commit(lambda: _post(person.email, _("Your account was deactivated"), words))


def _post(address: str, subject: str, words: str) -> None:
    send_mail(subject, words, settings.DEFAULT_FROM_EMAIL, [address], fail_silently=True)
