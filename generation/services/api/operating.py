"""What an operator's command does before it makes a key."""

import secrets

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts import services as accounts
from accounts.models import Person
from billing import services as billing


class NoAddress(ValueError):
    """This is no e-mail address."""


@transaction.atomic
def person_with_money(*, email: str, amount: int, reference: str) -> tuple[Person, bool]:
    """The person of this address, made if there is none, with so much more in the API's balance; true if made."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise NoAddress(f"{email} is no e-mail address.") from None
    person = Person.objects.filter(email=email).first()
    made = person is None
    person = person or accounts.make_person(email=email, password=secrets.token_urlsafe(24))
    if amount:
        billing.top_up(person=person, amount=amount, reference=reference)
    return person, made
