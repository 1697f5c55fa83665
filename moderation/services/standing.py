"""What decisions come to for a person. Nothing is switched by hand: it is worked out anew from the decisions, and the
refused sentences, that stand, so that one turned around takes along what it did and nothing else."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Person
from moderation.models import Decision, Screening, Standing, Strike
from moderation.policy import LANGUAGE
from moderation.signals import person_deactivated, person_reinstated, subject_judged

Act = Decision.Act
# How long a refused sentence counts.
REFUSALS_WITHIN = timedelta(days=30)


class Suspended(Exception):
    """This person may look, but not draw, bring or share, until then."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def check_not_suspended(*, person: Person) -> None:
    until = Standing.objects.filter(person=person).values_list("suspended_until", flat=True).first()
    if until is not None and until > timezone.now():
        raise Suspended(until)


def points_of(*, person: Person) -> int:
    """Those that count now."""
    strikes = Strike.objects.filter(person=person, voided_at=None, expires_at__gt=timezone.now())
    return int(strikes.aggregate(points=Sum("points"))["points"] or 0)


def take_effect(decision: Decision, *, points: int = 0, days: int = 0) -> None:
    """In the transaction of the decision."""
    now, person = timezone.now(), decision.person
    if Act.REMOVE in decision.acts:
        _judge(decision, removed=True)
    if person is None:
        return
    if Act.STRIKE in decision.acts:
        expires = now + timedelta(days=settings.STRIKE_DAYS)
        Strike.objects.create(decision=decision, person=person, points=points, expires_at=expires)
        days = max(days, _days_for(points_of(person=person)))
    if days:
        decision.suspended_until = now + timedelta(days=days)
        decision.save(update_fields=["suspended_until"])
    if Act.REINSTATE in decision.acts:
        _lift_deactivations(person, decision.moderator)
    work_out(person)


def undo_effect(decision: Decision) -> None:
    """In the transaction in which the decision was marked as turned around."""
    if Act.REMOVE in decision.acts and not _is_removed_otherwise(decision):
        _judge(decision, removed=False)
    Strike.objects.filter(decision=decision, voided_at=None).update(voided_at=timezone.now())
    if decision.person is not None:
        work_out(decision.person)


@transaction.atomic
def work_out(person: Person) -> Standing:
    """The person's row is the lock: one after the other."""
    Person.objects.select_for_update().get(pk=person.pk)
    standing, _made = Standing.objects.get_or_create(person=person)
    stand = Decision.objects.filter(person=person, state=Decision.State.STANDS)
    deactivated = any(Act.DEACTIVATE in acts for acts in stand.values_list("acts", flat=True))
    was = standing.deactivated_at
    suspended = [stand.aggregate(until=Max("suspended_until"))["until"], _paused_until(person)]
    standing.suspended_until = max(filter(None, suspended), default=None)
    standing.deactivated_at = (was or timezone.now()) if deactivated else None
    standing.save()
    if deactivated and was is None:
        # From the next request on every session of theirs is signed out, and nobody sees what they shared.
        Person.objects.filter(pk=person.pk).update(is_active=False)
        person.is_active = False
        person_deactivated.send(sender=Standing, person=person)
    elif was is not None and not deactivated:
        # An account that was closed, or whose days to keep it are over, stays so whatever moderators think of it.
        here = Person.objects.filter(
            Q(closing_at=None) | Q(closing_at__gt=timezone.now()), pk=person.pk, closed_at=None
        )
        if here.update(is_active=True):
            person.is_active = True
            person_reinstated.send(sender=Standing, person=person)
    return standing


def refusals_of(*, person: Person) -> QuerySet[Screening]:
    """Their sentences that were refused for certain, and that count now: no doubts, and nothing that was cleared."""
    return (
        Screening.objects.filter(person=person, kind=Screening.Kind.SENTENCE, result=Screening.Result.BLOCKED)
        .filter(soft=False, created__gt=timezone.now() - REFUSALS_WITHIN)
        .exclude(outcome=Screening.Outcome.CLEARED)
        .exclude(category=LANGUAGE)
    )


def removed_subjects(*, subjects: Collection[UUID]) -> set[UUID]:
    """Those that a decision which stands took from public pages."""
    stand = Decision.objects.filter(case__subject__in=subjects, state=Decision.State.STANDS)
    return {subject for subject, acts in stand.values_list("case__subject", "acts") if Act.REMOVE in acts}


def is_deactivated(person: Person) -> bool:
    return Standing.objects.filter(person=person, deactivated_at__isnull=False).exists()


def _lift_deactivations(person: Person, moderator: Person) -> None:
    for earlier in Decision.objects.filter(person=person, state=Decision.State.STANDS):
        if Act.DEACTIVATE in earlier.acts:
            # The rest of that decision stands: reinstating undoes the deactivation, and not a removal beside it.
            left = [act for act in earlier.acts if act != Act.DEACTIVATE]
            facts = {} if left else {"state": Decision.State.REVERSED, "reversed_by": moderator}
            Decision.objects.filter(pk=earlier.pk).update(acts=left or earlier.acts, **facts)


def _paused_until(person: Person) -> datetime | None:
    """Too many refused sentences: some days of rest from the last one on."""
    refused = refusals_of(person=person)
    if refused.values("text").distinct().count() < settings.REFUSALS_TO_PAUSE:
        return None
    return refused.aggregate(last=Max("created"))["last"] + timedelta(days=settings.SUSPEND_DAYS)


def _days_for(points: int) -> int:
    """Of points that came together: at the limit, and longer with each beyond."""
    over = points - settings.STRIKE_POINTS + 1
    return settings.SUSPEND_DAYS * over if over > 0 else 0


def _judge(decision: Decision, *, removed: bool) -> None:
    case = decision.case
    subject_judged.send(sender=Decision, kind=case.subject_kind, subject=case.subject, removed=removed)


def _is_removed_otherwise(decision: Decision) -> bool:
    others = Decision.objects.filter(case=decision.case_id, state=Decision.State.STANDS).exclude(pk=decision.pk)
    return any(Act.REMOVE in acts for acts in others.values_list("acts", flat=True))
