"""Appeals: one for each decision, or each refusal by a filter, and never judged by who decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Person
from moderation.models import Appeal, Case, Decision, Pardon
from moderation.services.access import Eligible, may_judge
from moderation.services.audit import record
from moderation.services.cases import open_case, reopen, subject_of_case
from moderation.services.deciding import CaseMoved, NotYours, close_case, take_case
from moderation.services.outcomes import note_outcome
from moderation.services.pardons import hash_of_words
from moderation.services.standing import undo_effect
from moderation.services.subjects import Shown, shown_subject
from moderation.services.telling import send
from moderation.signals import refusal_overturned

WITHIN = timedelta(days=20)
MOST_WORDS = 2000


class BadAppeal(ValueError):
    """It cannot be taken so; the message says why, for the person."""


@dataclass(frozen=True, kw_only=True)
class Standpoint:
    """Where somebody stands with something that was refused or decided: what a page says of it."""

    state: str  # open, waiting, upheld, denied, over
    until: datetime
    answer: str = ""


def appeal_refusal(*, person: Person, kind: str, subject: UUID, words: str = "") -> Appeal:
    """Of what a filter refused. Pressed twice it is the same appeal."""
    shown = _refused(person, kind, subject)
    earlier = Appeal.objects.filter(refused=subject).first()
    if earlier is not None:
        return earlier
    _check_time(shown.created or timezone.now())
    return _make(person, words, case_kind=(kind, subject), slug=shown.reason or "other", refused=subject)


def appeal_decision(*, person: Person, decision_id: int, words: str = "") -> Appeal:
    decision = decision_for(person=person, decision_id=decision_id)
    earlier = Appeal.objects.filter(decision=decision).first()
    if earlier is not None:
        return earlier
    _check_time(decision.seconded_at or decision.created)
    return _make(person, words, decision=decision)


def decision_for(*, person: Person, decision_id: int) -> Decision:
    """The one way to a decision for whom it is about: somebody else's is not there."""
    against = Decision.objects.filter(pk=decision_id, person=person, state=Decision.State.STANDS)
    found = against.select_related("case", "person").first()
    found = found or Decision.objects.filter(pk=decision_id, person=person, appeal__isnull=False).first()
    if found is None or set(found.acts) <= {Decision.Act.CLEAR, Decision.Act.REINSTATE}:
        raise Http404
    return found


def standpoint(*, kind: str, subject: UUID, refused_at: datetime) -> Standpoint:
    """Of something that a filter refused."""
    return _standpoint(Appeal.objects.filter(refused=subject).first(), refused_at)


def standpoint_of_decision(decision: Decision) -> Standpoint:
    since = decision.seconded_at or decision.created
    return _standpoint(Appeal.objects.filter(decision=decision).first(), since)


def eligible(*, appeal: Appeal, moderator: Person) -> Eligible:
    decided_by = [appeal.decision.moderator_id] if appeal.decision else []
    if appeal.decision and appeal.decision.seconded_by_id:
        decided_by.append(appeal.decision.seconded_by_id)
    return may_judge(moderator=moderator, decided_by=decided_by, since=appeal.created, concerns=appeal.person_id)


@transaction.atomic
def answer_appeal(*, appeal_id: UUID | None, version: int, moderator: Person, upheld: bool, answer: str = "") -> Appeal:
    """Upheld, everything is put back, and exactly this content may pass for this person from now on."""
    if len(answer) > MOST_WORDS:
        raise BadAppeal(_("At most %(most)d characters.") % {"most": MOST_WORDS})
    found = Appeal.objects.select_related("case", "decision", "person")
    appeal = found.filter(pk=appeal_id).first() if appeal_id else None
    if appeal is None:
        raise Http404
    verdict = eligible(appeal=appeal, moderator=moderator)
    if not verdict.allowed:
        raise NotYours
    case = take_case(appeal.case_id, version, moderator)
    state = Appeal.State.UPHELD if upheld else Appeal.State.DENIED
    facts = {"state": state, "decided_by": moderator, "decided_at": timezone.now(), "answer": answer.strip()}
    if not Appeal.objects.filter(pk=appeal.pk, state=Appeal.State.WAITING).update(**facts, alone=verdict.alone):
        raise CaseMoved
    appeal.refresh_from_db()
    act = "uphold" if upheld else "deny"
    record(
        actor=moderator, act=act, case=case, appeal=str(appeal.pk), answer=answer.strip(), alone=verdict.alone or None
    )
    note_outcome(case=case, upheld=not upheld)
    if upheld:
        _put_back(appeal, case, moderator)
    if not case.decisions.filter(state=Decision.State.WAITING).exists():
        close_case(case)
    _tell(appeal)
    return appeal


def quarantined(*, subjects: list[UUID]) -> set[UUID]:
    """Those whose appeal is not answered yet: nobody may delete them for good until it is."""
    waiting = Appeal.objects.filter(case__subject__in=subjects, state=Appeal.State.WAITING)
    return set(waiting.values_list("case__subject", flat=True))


@transaction.atomic
def _make(
    person: Person,
    words: str,
    *,
    case_kind: tuple[str, UUID] | None = None,
    slug: str = "other",
    decision: Decision | None = None,
    refused: UUID | None = None,
) -> Appeal:
    text = words.replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > MOST_WORDS:
        raise BadAppeal(
            _("The text is %(length)d characters long; at most %(most)d.") % {"length": len(text), "most": MOST_WORDS}
        )
    if case_kind is not None:
        case = open_case(kind=case_kind[0], subject=case_kind[1], slug=slug, person=person, confidence=0.5)
    else:
        assert decision is not None
        case = Case.objects.select_for_update().get(pk=decision.case_id)
        if not case.is_open:
            reopen(case)
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(case=case, person=person, words=text, decision=decision, refused=refused)
    except IntegrityError:
        # The other click of a double click.
        return Appeal.objects.get(refused=refused) if refused else Appeal.objects.get(decision=decision)
    record(actor=person, act="appeal", case=case, appeal=str(appeal.pk), decision=decision.pk if decision else None)
    return appeal


def _put_back(appeal: Appeal, case: Case, moderator: Person) -> None:
    if appeal.decision is not None:
        now = timezone.now()
        standing = Decision.objects.filter(pk=appeal.decision.pk).exclude(state=Decision.State.REVERSED)
        if standing.update(state=Decision.State.REVERSED, reversed_by=moderator, reversed_at=now):
            undo_effect(Decision.objects.select_related("case", "person").get(pk=appeal.decision.pk))
    shown = subject_of_case(case)
    if shown is not None:
        texts = {hash_of_words(words, shown.beside) for words in shown.words if words.strip()}
        files = {picture.sha256 for picture in shown.pictures if picture.sha256}
        Pardon.objects.bulk_create(
            [Pardon(person=appeal.person, sha256=each, appeal=appeal) for each in sorted(texts | files)],
            ignore_conflicts=True,
        )
    if appeal.refused is not None:
        refusal_overturned.send(sender=Appeal, kind=case.subject_kind, subject=appeal.refused)


def _tell(appeal: Appeal) -> None:
    upheld = appeal.state == Appeal.State.UPHELD
    shown = subject_of_case(appeal.case)
    if not upheld:
        body = gettext_noop("A second person looked at it. It stays as it was decided. %(answer)s")
    elif appeal.refused is not None:
        body = gettext_noop("You were right: this may be used. You can draw it now. %(answer)s")
    else:
        body = gettext_noop("You were right: what was decided is undone. %(answer)s")
    send(
        person=appeal.person,
        kind="appeal",
        title=gettext_noop("Your appeal was upheld") if upheld else gettext_noop("Your appeal was not upheld"),
        body=body,
        data={"answer": appeal.answer},
        link=shown.own_address if shown and shown.own_address else reverse("policy"),
        once=f"appeal {appeal.pk}",
    )


def _refused(person: Person, kind: str, subject: UUID) -> Shown:
    """The one way to what a filter refused: somebody else's is not there."""
    shown = shown_subject(kind=kind, subject=subject)
    appealed = Appeal.objects.filter(refused=subject, person=person).exists()
    if shown is None or shown.person_id != person.pk or not (shown.refused or appealed):
        raise Http404
    return shown


def _check_time(since: datetime) -> None:
    if timezone.now() > since + WITHIN:
        raise BadAppeal(_("An appeal is possible for 20 days. They are over."))


def _standpoint(appeal: Appeal | None, since: datetime) -> Standpoint:
    until = since + WITHIN
    if appeal is not None:
        state = "waiting" if appeal.state == Appeal.State.WAITING else str(appeal.state)
        return Standpoint(state=state, until=until, answer=appeal.answer)
    return Standpoint(state="open" if timezone.now() <= until else "over", until=until)
