"""Artists who do not want their names used: a public form, a letter to prove the address, and the operator's word."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import URLValidator, validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from moderation.models import OptOut
from moderation.services.audit import record
from moderation.services.reports import network_of

WITHIN = timedelta(days=1)
MOST_A_DAY = 5
MOST_NAME = 120
MOST_WORDS = 1000
LETTER_GOOD_FOR = timedelta(days=14)


class BadOptOut(ValueError):
    """It cannot be taken so; `field` is where, the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooManyOptOuts(Exception):
    """This network has sent many today."""


@transaction.atomic
def ask_to_opt_out(*, name: str, email: str, works: str, words: str, address: str, site: str) -> OptOut:
    """Written down, and a letter sent; nothing counts until it is answered."""
    line, network = " ".join(name.replace("\0", "").split()), network_of(address)
    if not line or len(line) > MOST_NAME:
        raise BadOptOut(
            "name", _("Write the name as it is used in sentences, at most %(most)d characters.") % {"most": MOST_NAME}
        )
    try:
        validate_email(email.strip())
    except ValidationError:
        raise BadOptOut("email", _("This is not an e-mail address.")) from None
    try:
        URLValidator(schemes=["http", "https"])(works.strip()[:300])
    except ValidationError:
        raise BadOptOut(
            "works", _("Write the address of a page that shows your work, beginning with https://.")
        ) from None
    if len(words) > MOST_WORDS:
        raise BadOptOut("words", _("At most %(most)d characters.") % {"most": MOST_WORDS})
    if OptOut.objects.filter(network=network, created__gt=timezone.now() - WITHIN).count() >= MOST_A_DAY:
        raise TooManyOptOuts
    facts = {"works": works.strip(), "words": words.replace("\0", "").strip(), "network": network}
    asked = OptOut.objects.create(name=line, email=email.strip(), **facts)
    letter = render_to_string("moderation/opt_out_letter.txt", {"asked": asked, "site": site})
    subject = _("Confirm that you want to opt out")
    transaction.on_commit(
        lambda: send_mail(subject, letter, settings.DEFAULT_FROM_EMAIL, [asked.email], fail_silently=True)
    )
    return asked


def confirm_opt_out(*, token: str) -> OptOut | None:
    """The letter was answered. None where its link is not ours, or too old."""
    oldest = timezone.now() - LETTER_GOOD_FOR
    unconfirmed = OptOut.objects.filter(token=token, state=OptOut.State.UNCONFIRMED, created__gt=oldest)
    unconfirmed.update(state=OptOut.State.WAITING, confirmed_at=timezone.now())
    return OptOut.objects.filter(token=token).exclude(state=OptOut.State.UNCONFIRMED).first()


@transaction.atomic
def decide_opt_outs(*, ids: Iterable[int], accepted: bool, operator: Person) -> int:
    """Those whose letter was answered. A decision may be turned around later."""
    state = OptOut.State.ACCEPTED if accepted else OptOut.State.DECLINED
    decided = 0
    confirmed = OptOut.objects.filter(pk__in=list(ids), confirmed_at__isnull=False).exclude(state=state)
    for asked in confirmed:
        OptOut.objects.filter(pk=asked.pk).update(state=state, decided_at=timezone.now(), decided_by=operator)
        record(actor=operator, act="accept opt-out" if accepted else "decline opt-out", name=asked.name)
        decided += 1
    return decided


def opted_out_artists() -> list[str]:
    """The names that rules read, as data."""
    accepted = OptOut.objects.filter(state=OptOut.State.ACCEPTED)
    return sorted(set(accepted.values_list("name", flat=True)))
