"""Deciding a case, and turning a decision around. Whoever changes the case's version first has decided; everybody else
is told that they came too late."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from moderation.models import Appeal, Case, Decision, Report, SecondLook
from moderation.policy import CATEGORIES
from moderation.services.access import may_judge
from moderation.services.audit import record
from moderation.services.cases import NOBODY, reopen
from moderation.services.listings import decide_listings, undecide_listing
from moderation.services.outcomes import note_outcome
from moderation.services.standing import Act, take_effect, undo_effect
from moderation.services.telling import tell_undone

MOST_WORDS = 1000
MOST_POINTS = 3
MOST_DAYS = 365
ASK_OVER = 20
MOST_AT_ONCE = 1000


class CaseMoved(Exception):
    """Somebody else, or another tab, was quicker: the case is not as this moderator saw it."""


class BadDecision(ValueError):
    """It cannot be decided so; the message says why."""


class NotYours(Exception):
    """Somebody else has to look at this: it is about what this moderator decided."""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What a moderator decided of one case, before it is done."""

    acts: tuple[str, ...]
    reason: str = ""
    words: str = ""
    note: str = ""
    points: int = 0
    days: int = 0


CLEAR = Ruling(acts=(Act.CLEAR,))


@transaction.atomic
def decide(*, case_id: int, version: int, moderator: Person, ruling: Ruling, batch: UUID | None = None) -> Decision:
    """Takes effect at once, but for a deactivation: that is a decision of its own, and waits for a second moderator."""
    _check(ruling)
    case = take_case(case_id, version, moderator)
    if Appeal.objects.filter(case=case, state=Appeal.State.WAITING).exists():
        raise BadDecision(_("There is an appeal in this case. Answer it first."))
    if set(ruling.acts) - {Act.CLEAR, Act.REMOVE} and case.person is None:
        raise BadDecision(_("Nobody's account is known for this case."))
    yours = may_judge(moderator=moderator, decided_by=[], since=case.opened_at, concerns=case.person_id)
    if not yours.allowed:
        raise NotYours
    at_once = tuple(act for act in ruling.acts if act != Act.DEACTIVATE)
    decision = None
    if at_once:
        decision = _write(case, moderator, replace(ruling, acts=at_once), batch)
        take_effect(decision, points=ruling.points, days=ruling.days)
        if set(at_once) != {Act.REINSTATE}:
            note_outcome(case=case, upheld=Act.CLEAR not in at_once)
        if judges_listing(ruling):
            decide_listings(subjects=[case.subject], allowed=Act.CLEAR in ruling.acts, moderator=moderator)
        _sample(decision)
    if len(at_once) == len(ruling.acts) and decision is not None:
        close_case(case)
        return decision
    # The case stays in the queue, for the second one.
    Case.objects.filter(pk=case.pk).update(**NOBODY)
    return _write(case, moderator, replace(ruling, acts=(Act.DEACTIVATE,)), batch, state=Decision.State.WAITING)


@transaction.atomic
def second(*, case_id: int, decision_id: int, version: int, moderator: Person, agrees: bool) -> Decision:
    """The second moderator's word on a deactivation."""
    proposed = Decision.objects.select_related("case", "person", "moderator").filter(pk=decision_id, case=case_id)
    decision = proposed.filter(state=Decision.State.WAITING).first()
    if decision is None:
        raise CaseMoved
    verdict = may_judge(moderator=moderator, decided_by=[decision.moderator_id], since=decision.created)
    if not verdict.allowed:
        raise NotYours
    case = take_case(decision.case_id, version, moderator)
    state = Decision.State.STANDS if agrees else Decision.State.REVERSED
    now = timezone.now()
    decision.state, decision.seconded_by, decision.seconded_at = state, moderator, now
    decision.alone = verdict.alone
    if not agrees:
        decision.reversed_by, decision.reversed_at, decision.told_at = moderator, now, now
    decision.save()
    record(
        actor=moderator,
        act="confirm" if agrees else "refuse",
        case=case,
        decision=decision.pk,
        alone=verdict.alone or None,
    )
    if agrees:
        take_effect(decision)
        note_outcome(case=case, upheld=True)
        close_case(case)
    else:
        Case.objects.filter(pk=case.pk).update(**NOBODY)
    return decision


@transaction.atomic
def reverse(*, decision_id: int, moderator: Person, why: str = "undo") -> Decision:
    """As if it had not been decided: what it did is undone, its case is open again."""
    now = timezone.now()
    if Decision.objects.filter(pk=decision_id, person=moderator).exists():
        raise NotYours  # nobody acquits themselves: there are appeals
    standing = Decision.objects.filter(pk=decision_id).exclude(state=Decision.State.REVERSED)
    if not standing.update(state=Decision.State.REVERSED, reversed_by=moderator, reversed_at=now):
        raise CaseMoved
    decision = Decision.objects.select_related("case", "person", "moderator").get(pk=decision_id)
    case = Case.objects.select_for_update().get(pk=decision.case_id)
    undo_effect(decision)
    note_outcome(case=case, upheld=None)
    Report.objects.filter(case=case, closed_at__gte=decision.created).update(closed_at=None)
    SecondLook.objects.filter(decision=decision, done_at=None).delete()
    if {Act.CLEAR, Act.REMOVE} & set(decision.acts):
        undecide_listing(subject=case.subject, moderator=decision.moderator, since=decision.created)
    reopen(case)
    record(actor=moderator, act=why, case=case, decision=decision.pk, acts=decision.acts)
    tell_undone(decision)
    return decision


@transaction.atomic
def decide_many(
    *, case_ids: Sequence[int], moderator: Person, ruling: Ruling, typed: str = ""
) -> tuple[UUID, list[Decision]]:
    """The same for many. Those that somebody else holds, or has decided meanwhile, are left as they are."""
    ids = sorted(set(case_ids))[:MOST_AT_ONCE]
    if len(ids) > ASK_OVER and typed.strip() != str(len(ids)):
        raise BadDecision(_("Type %(count)d to decide so many at once.") % {"count": len(ids)})
    if Act.DEACTIVATE in ruling.acts:
        raise BadDecision(_("An account is deactivated from one case, by two moderators."))
    batch, done = uuid4(), []
    for case_id, version in Case.objects.filter(pk__in=ids, closed_at=None).values_list("pk", "version"):
        try:
            with transaction.atomic():
                done.append(decide(case_id=case_id, version=version, moderator=moderator, ruling=ruling, batch=batch))
        except (CaseMoved, BadDecision, NotYours):
            continue
    return batch, done


def reverse_many(*, batch: UUID, moderator: Person) -> int:
    """Those of this press that still stand."""
    stand = Decision.objects.filter(batch=batch, moderator=moderator).exclude(state=Decision.State.REVERSED)
    return sum(_reverse_if_stands(pk, moderator) for pk in list(stand.values_list("pk", flat=True)))


def judges_listing(ruling: Ruling) -> bool:
    """What waits for its place in the gallery gets it by being cleared, and not by being removed."""
    return bool({Act.CLEAR, Act.REMOVE} & set(ruling.acts))


def free_for(moderator: Person) -> Q:
    """Cases that nobody else holds."""
    return Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lt=timezone.now())


def _reverse_if_stands(decision_id: int, moderator: Person) -> bool:
    try:
        reverse(decision_id=decision_id, moderator=moderator)
    except CaseMoved:
        return False
    return True


def take_case(case_id: int, version: int, moderator: Person) -> Case:
    """One statement decides who comes first."""
    mine = Case.objects.filter(free_for(moderator), pk=case_id, version=version, closed_at=None)
    if not mine.update(version=F("version") + 1):
        raise CaseMoved
    return Case.objects.select_related("person").get(pk=case_id)


def _write(
    case: Case, moderator: Person, ruling: Ruling, batch: UUID | None, state: Decision.State = Decision.State.STANDS
) -> Decision:
    decision = Decision.objects.create(
        case=case,
        person=case.person,
        moderator=moderator,
        acts=list(ruling.acts),
        reason=ruling.reason,
        words=ruling.words.strip(),
        note=ruling.note.strip(),
        state=state,
        seconds=int((timezone.now() - case.claimed_at).total_seconds()) if case.claimed_at else 0,
        batch=batch,
    )
    facts = {"decision": decision.pk, "acts": decision.acts, "reason": ruling.reason, "words": ruling.words}
    facts |= {"points": ruling.points or None, "days": ruling.days or None, "batch": batch and str(batch)}
    record(actor=moderator, act="decide", case=case, **facts)
    return decision


def close_case(case: Case) -> None:
    now = timezone.now()
    Case.objects.filter(pk=case.pk).update(closed_at=now, **NOBODY)
    Report.objects.filter(case=case, closed_at=None).update(closed_at=now)


def _sample(decision: Decision) -> None:
    """Some of them are looked at twice, by chance, so that nobody knows which."""
    if random.SystemRandom().random() < settings.SECOND_LOOK_SHARE:
        SecondLook.objects.create(decision=decision)


def _check(ruling: Ruling) -> None:
    acts = set(ruling.acts)
    if not acts or not acts <= set(Act.values) or (Act.CLEAR in acts and acts != {Act.CLEAR}):
        raise BadDecision(_("Choose what is to be done."))
    if acts - {Act.CLEAR, Act.REINSTATE} and ruling.reason not in CATEGORIES:
        raise BadDecision(_("Choose the part of the policy."))
    if Act.STRIKE in acts and not 1 <= ruling.points <= MOST_POINTS:
        raise BadDecision(_("A strike has from 1 to %(most)d points.") % {"most": MOST_POINTS})
    if Act.SUSPEND in acts and not 1 <= ruling.days <= MOST_DAYS:
        raise BadDecision(_("A suspension lasts from 1 to %(most)d days.") % {"most": MOST_DAYS})
    for text in (ruling.words, ruling.note):
        if len(text) > MOST_WORDS:
            raise BadDecision(
                _("The text is %(length)d characters long; at most %(most)d.")
                % {"length": len(text), "most": MOST_WORDS}
            )
