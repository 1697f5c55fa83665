"""Credits for artists: asked for on a page, granted or declined by an operator, told by letter and on the page."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from billing.models import Application, Lot, Unit
from billing.models.operators import MOST_GRANTED
from billing.services.lots import add_lot

logger = logging.getLogger(__name__)

AT_ONCE = 50
State = Application.State


class NotVerified(Exception):
    """The person's e-mail is not confirmed, so no answer could reach them."""


class WaitsAlready(Exception):
    """There is one that nobody has decided yet."""


class CannotDecide(Exception):
    """Why not, in words for the operator. Nothing was changed."""


def apply(*, person: Person, name: str, work: str, words: str) -> Application:
    if person.verified_at is None:
        raise NotVerified
    try:
        with transaction.atomic():
            return Application.objects.create(person=person, name=name, work=work, words=words)
    except IntegrityError:
        raise WaitsAlready from None


def applications_of(*, person: Person) -> Sequence[Application]:
    """Newest first; nobody has many."""
    return list(Application.objects.filter(person=person).order_by("-created")[:20])


@transaction.atomic
def grant(*, application_id: int, amount: int, expires_at: datetime, answer: str, operator: Person) -> None:
    if not 1 <= amount <= MOST_GRANTED:
        raise CannotDecide(f"Between 1 and {MOST_GRANTED} credits can be granted.")
    if expires_at <= timezone.now():
        raise CannotDecide("They would expire at once.")
    _decide(application_id, State.GRANTED, answer, operator, amount=amount, expires_at=expires_at)
    granted = Application.objects.select_related("person").get(pk=application_id)
    add_lot(
        person=granted.person,
        unit=Unit.CREDIT,
        source=Lot.Source.SUBSIDISED,
        amount=amount,
        expires_at=expires_at,
        reference=granted.effect,
        effect=granted.effect,
    )


@transaction.atomic
def decline(*, application_id: int, answer: str, operator: Person) -> None:
    if not answer.strip():
        raise CannotDecide("Say why, in words: the person reads them.")
    _decide(application_id, State.DECLINED, answer, operator)


def tell_decisions() -> int:
    """The letters that are due. The row is the queue: whoever claims it sends it."""
    due = Application.objects.filter(decided_at__isnull=False, told_at=None).select_related("person")
    return sum(_tell(each) for each in due.order_by("decided_at")[:AT_ONCE])


def _decide(application_id: int, state: State, answer: str, operator: Person, **more: object) -> None:
    """Of two operators who decide at once, one does."""
    waiting = Application.objects.filter(pk=application_id, state=State.WAITING)
    decided = {"state": state, "answer": answer.strip(), "operator": operator, "decided_at": timezone.now()}
    if not waiting.update(**decided, **more):
        raise CannotDecide("It is decided already.")


def _tell(application: Application) -> bool:
    mine = Application.objects.filter(pk=application.pk)
    if not mine.filter(told_at=None).update(told_at=timezone.now()):
        return False
    granted = application.state == State.GRANTED
    words = render_to_string("billing/email/application.txt", {"application": application, "granted": granted})
    subject = _("You have %(amount)s credits more") if granted else _("About your application for credits")
    try:
        send_mail(subject % {"amount": application.amount}, words, None, [application.person.email])
    except Exception as error:  # each mail backend raises its own; the next run tries again
        mine.update(told_at=None)
        logger.warning("the answer to application %s could not be sent: %s", application.pk, error)
        return False
    return True
