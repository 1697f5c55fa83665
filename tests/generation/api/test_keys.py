"""Keys of the API: made, shown once, hashed, revoked; and the command that makes one for a script."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from accounts.signals import account_closed
from billing import services as billing
from generation.models import ApiKey
from generation.services import api
from generation.services.api import leaving

KEYS = "/account/keys"
FORM = {"name": "My program", "scopes": ["generate", "edit"], "budget": "", "expires": ""}


def secret_in(page: bytes) -> str:
    found = re.search(rb'value="(sk-[0-9a-f]{64})"', page)
    assert found
    return found.group(1).decode()


def test_made_on_a_page_and_shown_once(as_alice: Client, alice: Person) -> None:
    assert b"You have no keys yet." in as_alice.get(KEYS).content
    made = as_alice.post(KEYS, {**FORM, "budget": "2.50", "expires": "30"})
    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    secret = secret_in(made.content)
    page = as_alice.get(KEYS).content.decode()
    assert secret not in page
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.monthly_budget) == ("My program", ["generate", "edit"], 2_500_000)
    assert "My program" in page and key.shown in page and "$0.00 of $2.50 this month" in page
    assert timedelta(days=29) < key.expires_at - timezone.now() <= timedelta(days=30)
    assert api.key_of(secret=secret) == key
    assert secret not in str(list(ApiKey.objects.values()))
    assert secret.startswith(key.shown[:5]) and len(key.shown) < 10


def test_what_cannot_be(as_alice: Client) -> None:
    for wrong in ({"name": ""}, {"name": "x" * 61}, {"scopes": []}, {"scopes": ["all"]}, {"budget": "-1"}):
        answer = as_alice.post(KEYS, {**FORM, **wrong})
        assert (answer.status_code, b"errorlist" in answer.content) == (422, True), wrong
    assert not ApiKey.objects.exists()


def test_no_more_than_enough(as_alice: Client, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.services.api.keys.MOST_KEYS", 1)
    as_alice.post(KEYS, FORM)
    answer = as_alice.post(KEYS, FORM)
    assert answer.status_code == 422 and b"Revoke one" in answer.content


def test_revoked_at_once(as_alice: Client, alice: Person) -> None:
    made = api.make_key(person=alice, name="a program")
    assert as_alice.post(f"{KEYS}/{made.key.pk}/revoke").status_code == 302
    with pytest.raises(api.WrongKey):
        api.key_of(secret=made.secret)
    page = as_alice.get(KEYS).content.decode()
    assert "Revoked" in page and "is revoked" in page
    revoked_at = ApiKey.objects.get().revoked_at
    as_alice.post(f"{KEYS}/{made.key.pk}/revoke")
    assert ApiKey.objects.get().revoked_at == revoked_at


def test_expired(alice: Person) -> None:
    made = api.make_key(person=alice, name="a program", expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(api.WrongKey):
        api.key_of(secret=made.secret)


def test_last_used(alice: Person, django_assert_num_queries: Any) -> None:
    made = api.make_key(person=alice, name="a program")
    api.key_of(secret=made.secret)
    assert ApiKey.objects.get().last_used_at is not None
    with django_assert_num_queries(1):
        api.key_of(secret=made.secret)


def test_somebody_elses_is_not_there(as_bob: Client, as_stranger: Client, alice: Person) -> None:
    made = api.make_key(person=alice, name="a program")
    assert as_bob.post(f"{KEYS}/{made.key.pk}/revoke").status_code == 404
    assert as_stranger.post(f"{KEYS}/{made.key.pk}/revoke").status_code == 302
    assert as_stranger.get(KEYS)["Location"].startswith("/accounts/login")
    assert made.key.shown not in as_bob.get(KEYS).content.decode()
    assert api.key_of(secret=made.secret) == made.key


def test_gone_with_the_account(alice: Person) -> None:
    made = api.make_key(person=alice, name="a program")
    account_closed.send(sender=Person, person=alice)
    with pytest.raises(api.WrongKey):
        api.key_of(secret=made.secret)
    assert not ApiKey.objects.exists()


def test_taken_along_without_the_key_itself(alice: Person) -> None:
    made = api.make_key(person=alice, name="a program")
    told = {name: list(rows) for name, rows in leaving.export_of(person=alice).items()}
    assert [key["name"] for key in told["api_keys"]] == ["a program"]
    assert told["api_calls"] == []
    assert made.secret not in str(told) and made.key.digest not in str(told)


def command(*words: str) -> list[str]:
    out = StringIO()
    call_command("make_api_key", *words, stdout=out)
    return out.getvalue().splitlines()


def test_a_command_makes_key_person_and_money(db: object) -> None:
    for times in (1, 2):
        key = api.key_of(secret=command("New@Example.com", "--usd", "5")[-1])
        assert key.person.email == "new@example.com"
        assert key.person.verified_at is not None
        assert billing.balance_of(person=key.person, unit=billing.Unit.MICRO_DOLLAR) == times * 5_000_000
    assert Person.objects.count() == 1
    assert not billing.unbalanced()


@pytest.mark.parametrize("words", [("nobody",), ("a@b.example", "--usd", "x"), ("a@b.example", "--usd", "-1")])
def test_a_command_that_cannot_be(db: object, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(*words)
    assert not ApiKey.objects.exists()
