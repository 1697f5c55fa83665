import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.models import Person
from billing import services as billing
from tests import people


def test_the_whole_way(as_stranger: Client) -> None:
    answer = as_stranger.post("/accounts/signup/", {"email": "Dora@Example.com", "password1": people.PASSWORD})
    assert answer.status_code == 302
    dora = Person.objects.get(email="dora@example.com")
    assert dora.verified_at is None
    assert billing.balance_of(person=dora) == 0
    link = re.search(r"https?://\S+(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert link is not None
    assert as_stranger.get(link.group(1)).status_code == 200  # looking (as mail scanners do) proves nothing
    dora.refresh_from_db()
    assert dora.verified_at is None
    as_stranger.post(link.group(1))
    dora.refresh_from_db()
    assert dora.verified_at is not None
    assert billing.balance_of(person=dora) == settings.FIRST_MONTH_CREDITS
    as_stranger.post(link.group(1))
    assert billing.balance_of(person=dora) == settings.FIRST_MONTH_CREDITS


def test_before_the_address_is_proven_nobody_signs_in(as_stranger: Client) -> None:
    as_stranger.post("/accounts/signup/", {"email": "dora@example.com", "password1": people.PASSWORD})
    answer = as_stranger.post("/accounts/login/", {"login": "dora@example.com", "password": people.PASSWORD})
    assert answer["Location"].startswith("/accounts/confirm-email/")
    assert as_stranger.get("/history").status_code == 302


def test_a_second_sign_up_does_not_tell_that_the_address_is_known(as_stranger: Client, alice: Person) -> None:
    answer = as_stranger.post("/accounts/signup/", {"email": alice.email, "password1": people.PASSWORD})
    assert answer["Location"].startswith("/accounts/confirm-email/")
    assert Person.objects.count() == 1
    assert "already" in str(mail.outbox[0].body)


@pytest.mark.parametrize("password", ["short", "password123", "12345678"])
def test_a_weak_password_is_explained(as_stranger: Client, password: str) -> None:
    page = as_stranger.post("/accounts/signup/", {"email": "dora@example.com", "password1": password})
    assert page.status_code == 200
    assert "password" in page.content.decode().lower()
    assert not Person.objects.exists()


def test_reset_of_a_forgotten_password(as_stranger: Client, alice: Person) -> None:
    as_stranger.post("/accounts/password/reset/", {"email": alice.email})
    link = re.search(r"https?://\S+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link is not None
    form = as_stranger.get(link.group(1), follow=True).redirect_chain[-1][0]
    as_stranger.post(form, {"password1": "quite another one", "password2": "quite another one"})
    alice.refresh_from_db()
    assert alice.check_password("quite another one")


def test_two_spellings_of_an_address_are_one_person(alice: Person) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.bulk_create([Person(email="ALICE@example.com")])
