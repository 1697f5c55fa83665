"""Who people are: the acts on accounts."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Person
from accounts.signals import person_verified


class PersonRequest(HttpRequest):
    """A request behind `login_required`, for the type checker: its user is a person."""

    user: Person


@transaction.atomic
def mark_verified(*, person: Person, asked_from: str = "") -> None:
    """The person's e-mail is proven, by a request from this network address if by any. What hangs on it (the first
    credits) happens in the same transaction."""
    now = timezone.now()
    if Person.objects.filter(pk=person.pk, verified_at=None).update(verified_at=now):
        person.verified_at = now
        person_verified.send(sender=Person, person=person, asked_from=asked_from)


@transaction.atomic
def make_person(*, email: str, password: str, staff: bool = False) -> Person:
    """A person whose e-mail needs no letter: operators, and people made by commands."""
    make = Person.objects.create_superuser if staff else Person.objects.create_user
    person = make(email, password)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    mark_verified(person=person)
    return person


def has_operator() -> bool:
    return Person.objects.filter(is_superuser=True).exists()


def on_signed_up(*, request: HttpRequest, user: Person, **_: Any) -> None:
    """Another site may have confirmed the address already: no letter is sent then, and nobody follows its link."""
    if EmailAddress.objects.filter(user=user, verified=True).exists():
        mark_verified(person=user, asked_from=request.META.get("REMOTE_ADDR", ""))


def on_email_confirmed(*, request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    # An operator who confirms somebody's address does not sit where that person does.
    by_operator = isinstance(request.user, Person) and request.user.is_staff
    mark_verified(person=email_address.user, asked_from="" if by_operator else request.META.get("REMOTE_ADDR", ""))
