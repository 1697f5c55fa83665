"""Moderators, and things that are reported, for tests of the queue."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from accounts.models import Person
from generation.models import Picture
from moderation import services
from moderation.models import AuditEntry, AuditHead, Case, Decision
from tests import people
from tests.generation.walls import hang, show

_networks = itertools.cycle(range(250))


def moderator(name: str = "mod", *, operator: bool = False) -> Person:
    """In the group, and staff: the same people whom the Django admin lets in."""
    made = people.make(name, staff=operator)
    if not operator:
        Person.objects.filter(pk=made.pk).update(is_staff=True)
        made.groups.add(Group.objects.get(name="moderators"))
    return Person.objects.get(pk=made.pk)


def browser(person: Person) -> Client:
    return people.browser_of(person)


def reported(owner: Person, *, by: Person | None = None, reason: str = "hate", public: bool = True) -> Case:
    """A shared picture that somebody reported."""
    picture = hang(owner)[0]
    show(picture, public=public)
    services.report(
        kind="picture",
        subject=picture.pk,
        reason=reason,
        words="Look.",
        reporter=by,
        address=f"10.{next(_networks)}.0.1",
    )
    return Case.objects.get(subject=picture.pk)


def picture_of(case: Case) -> Picture:
    return Picture.objects.get(pk=case.subject)


def decide(case: Case, by: Person, *acts: str, **more: Any) -> Decision:
    """What a moderator who has the case in front of them does."""
    case.refresh_from_db()
    facts = {"reason": "" if acts == ("clear",) else "hate", **more}
    ruling = services.Ruling(acts=acts, **facts)
    return services.decide(case_id=case.pk, version=case.version, moderator=by, ruling=ruling)


def answer(appeal_id: UUID, by: Person, *, upheld: bool, words: str = "") -> Any:
    case = Case.objects.get(appeals=appeal_id)
    return services.answer_appeal(appeal_id=appeal_id, version=case.version, moderator=by, upheld=upheld, answer=words)


def acts_logged() -> list[str]:
    return list(AuditEntry.objects.order_by("number").values_list("act", flat=True))


@contextmanager
def log_that_may_go() -> Iterator[None]:
    """A test without a transaction around it is cleaned up by deleting rows, which the audit log refuses."""
    yield
    AuditHead.objects.all().delete()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            kept = cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_no_delete'").fetchone()[0]
            cursor.execute("DROP TRIGGER audit_no_delete")
            cursor.execute("DELETE FROM moderation_auditentry")
            cursor.execute(kept)
        else:
            cursor.execute("TRUNCATE moderation_auditentry")
