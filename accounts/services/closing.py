"""Closing an account: asked for, to be undone for two weeks, then done. (decision 26)

Done is in steps that may each be repeated: a crash leaves the rest for the next time. What is left in the end is a row
without a name, to which the ledger's lines belong.
"""

import logging
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Message, Person
from accounts.services.inbox import send_message
from accounts.signals import account_closed, account_closing

logger = logging.getLogger(__name__)

GRACE = timedelta(days=14)
AT_ONCE = 20


class WrongAddress(Exception):
    """What was typed is not the address of this account."""


class LastOperator(Exception):
    """Nobody would be left to run the site."""


class TooLate(Exception):
    """The account is being deleted, or is deleted."""


@transaction.atomic
def close_account(*, person: Person, typed: str) -> datetime:
    """From now on nobody sees what they shared, and nothing is drawn for them. When it is for good. Signed out they
    are everywhere: signing in again is how to undo it."""
    if typed.strip().casefold() != person.email.casefold():
        raise WrongAddress
    if person.is_superuser and not _operators().exclude(pk=person.pk).exists():
        raise LastOperator
    until = timezone.now() + GRACE
    asked = Person.objects.filter(pk=person.pk, closing_at=None, is_active=True)
    first = asked.update(closing_at=until, signed_out=F("signed_out") + 1)
    person.refresh_from_db()
    if first:
        account_closing.send(sender=Person, person=person)
        _tell(person, until)
    return person.closing_at or until


def keep_account(*, person: Person) -> None:
    """As if nothing had been asked."""
    with transaction.atomic():
        kept = Person.objects.filter(pk=person.pk, closing_at__gt=timezone.now(), is_active=True)
        if not kept.update(closing_at=None):
            raise TooLate
        send_message(
            person=person,
            kind="account",
            title=gettext_noop("Your account stays"),
            body=gettext_noop("It is not being closed any more. What you had shared can be seen again."),
        )
    person.refresh_from_db()


def close_due_accounts() -> int:
    """Those whose two weeks are over. What goes wrong with one is tried again the next time, and stops no other."""
    due = Person.objects.filter(closing_at__isnull=False, closing_at__lte=timezone.now(), closed_at=None)
    closed = 0
    for person in due.order_by("closing_at")[:AT_ONCE]:
        try:
            _close(person)
            closed += 1
        except Exception:
            logger.exception("account %s could not be closed yet", person.pk)
    return closed


def _close(person: Person) -> None:
    # First nobody signs in any more: what would come in while the rooms delete would stay behind.
    Person.objects.filter(pk=person.pk).update(is_active=False)
    person.refresh_from_db()
    account_closed.send(sender=Person, person=person)
    _forget_sessions(person)
    with transaction.atomic():
        Message.objects.filter(person=person).delete()
        for model in (EmailAddress, Authenticator, SocialAccount, UserSession):
            model.objects.filter(user=person).delete()
        person.groups.clear()
        person.user_permissions.clear()
        _forget(person)


def _forget(person: Person) -> None:
    """The row of somebody who is not here any more. Its number is in the ledger, and says nothing of anybody."""
    person.email = f"closed-{person.pk}@closed.invalid"
    person.display_name = person.time_zone = ""
    person.theme = Person.Theme.SYSTEM
    person.is_staff = person.is_superuser = False
    person.verified_at = person.last_login = None
    person.closed_at = timezone.now()
    person.set_unusable_password()
    person.save()


def _forget_sessions(person: Person) -> None:
    """Dead since the account is; here go their rows too. Sessions know nothing of people, so each is opened."""
    for session in Session.objects.iterator(chunk_size=500):
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()


def _operators() -> QuerySet[Person]:
    return Person.objects.filter(is_superuser=True, is_active=True, closing_at=None)


def _tell(person: Person, until: datetime) -> None:
    """In the inbox for whoever comes back, and by letter for whoever did not ask for it."""
    send_message(
        person=person,
        kind="account",
        title=gettext_noop("Your account will be closed on %(day)s"),
        body=gettext_noop("Until then you can keep it: sign in and say so. After that it is deleted for good."),
        data={"day": until.date().isoformat()},
        link=reverse("closing"),
    )
    words = render_to_string("accounts/closing_letter.txt", {"person": person, "until": until})
    transaction.on_commit(lambda: _send(person.email, _("Your account will be closed"), words))


def _send(address: str, subject: str, words: str) -> None:
    try:
        send_mail(subject, words, settings.DEFAULT_FROM_EMAIL, [address])
    except OSError as error:  # the account closes all the same, and the inbox says so
        logger.warning("no letter was sent of a closing: %s", error)
