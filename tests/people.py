"""Alice, Bob and a stranger: who they are in every test."""

from django.test import Client

from accounts import services
from accounts.models import Person

PASSWORD = "correct horse battery"


def make(name: str, *, staff: bool = False) -> Person:
    """Somebody who has signed up and confirmed the e-mail, with the first month's credits."""
    return services.make_person(email=f"{name}@example.com", password=PASSWORD, staff=staff)


def make_unverified(name: str) -> Person:
    return Person.objects.create_user(f"{name}@example.com", PASSWORD)


def browser_of(person: Person | None) -> Client:
    """A signed-in client; a stranger's for None."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client
