"""Looking a second time at a sample of decisions, without knowing the first: how far moderators agree."""

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import Person
from moderation.models import Decision, SecondLook
from moderation.services.audit import record


def next_second_look(*, moderator: Person) -> SecondLook | None:
    """Of somebody else's decision that still stands; the oldest."""
    waiting = SecondLook.objects.filter(done_at=None, decision__state=Decision.State.STANDS)
    others = waiting.exclude(decision__moderator=moderator).exclude(decision__person=moderator)
    return others.select_related("decision__case").order_by("created").first()


@transaction.atomic
def second_look(*, look_id: int, moderator: Person, breach: bool) -> SecondLook:
    look = SecondLook.objects.select_related("decision__case").filter(pk=look_id).first()
    if look is None or look.decision.moderator_id == moderator.pk:
        raise Http404
    facts = {"moderator": moderator, "breach": breach, "done_at": timezone.now()}
    if SecondLook.objects.filter(pk=look.pk, done_at=None).update(**facts):
        record(actor=moderator, act="second look", case=look.decision.case, breach=breach, decision=look.decision.pk)
    return look
