"""The audit log: every act of a moderator, one after the other, each holding the hash of the one before."""

import csv
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Person
from moderation.models import AuditEntry, AuditHead, Case

PAGE = 100
COLUMNS = ("number", "at", "actor", "act", "case", "subject", "person", "facts", "before", "hash")


@transaction.atomic
def record(
    *, actor: Person | None, act: str, case: Case | None = None, person: Person | None = None, **facts: Any
) -> None:
    """In the transaction of the act itself: what is not written did not happen. Without an actor the house acted."""
    AuditHead.objects.get_or_create(pk=1)
    head = AuditHead.objects.select_for_update().get(pk=1)
    about = person or (case.person if case else None)
    entry = AuditEntry(
        number=head.number + 1,
        at=timezone.now(),
        actor=actor,
        act=act,
        case_number=case.pk if case else None,
        subject=case.subject if case else None,
        person=about,
        facts={name: value for name, value in facts.items() if value not in (None, "", [])},
        before=head.hash,
    )
    entry.hash = _hash_of(entry)
    entry.save(force_insert=True)
    AuditHead.objects.filter(pk=1).update(number=entry.number, hash=entry.hash)


def search_audit(*, text: str = "", actor: str = "", act: str = "") -> QuerySet[AuditEntry]:
    """The newest first. `text` is found in facts and subjects; a number is one of a case too."""
    found = AuditEntry.objects.select_related("actor", "person").order_by("-number")
    if act:
        found = found.filter(act=act)
    if actor:
        found = found.filter(actor__email__icontains=actor)
    if text.strip():
        words = text.strip()
        anywhere = Q(facts__icontains=words) | Q(person__email__icontains=words) | Q(act__icontains=words)
        if words.isdigit() and len(words) < 18:
            anywhere |= Q(case_number=int(words))
        if len(bare := words.replace("-", "").lower()) == 32 and not set(bare) - set("0123456789abcdef"):
            anywhere |= Q(subject=bare)
        found = found.filter(anywhere)
    return found


def audit_acts() -> list[str]:
    return list(AuditEntry.objects.order_by("act").values_list("act", flat=True).distinct())


def first_broken() -> int | None:
    """The number of the first entry that is missing or not as it was written; None where the log is whole."""
    before, number = "", 0
    for entry in AuditEntry.objects.order_by("number").iterator(chunk_size=1000):
        number += 1
        if entry.number != number or entry.before != before or entry.hash != _hash_of(entry):
            return number
        before = entry.hash
    head = AuditHead.objects.filter(pk=1).first()
    return None if head is None or (head.number, head.hash) == (number, before) else number + 1


def audit_as_csv(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """Line by line: a log of years does not fit into memory."""
    writer = csv.writer(_Lines())
    yield writer.writerow(COLUMNS)
    for entry in entries.iterator(chunk_size=1000):
        cells = [entry.number, entry.at.isoformat(), entry.actor or "", entry.act, entry.case_number or ""]
        cells += [entry.subject or "", entry.person or "", json.dumps(entry.facts, ensure_ascii=False)]
        yield writer.writerow([_harmless(str(cell)) for cell in (*cells, entry.before, entry.hash)])


class _Lines:
    """A file for csv that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _harmless(cell: str) -> str:
    """A spreadsheet takes what begins so for a formula, and people write some of these words."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _hash_of(entry: AuditEntry) -> str:
    facts = [
        entry.number,
        entry.at.isoformat(),
        entry.actor_id,
        entry.act,
        entry.case_number,
        str(entry.subject or ""),
        entry.person_id,
        entry.facts,
        entry.before,
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
