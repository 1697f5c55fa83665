"""Closing an account: what it takes, what is at once, how it is undone, and what is left in the end."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import Message, Person
from accounts.signals import account_closed
from billing import services as billing
from billing.models import Entry
from tests import people


@pytest.fixture
def signed_in(alice: Person) -> Client:
    """Somebody whose password was asked for just now."""
    client = people.browser_of(alice)
    client.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    return client


@pytest.fixture
def failing() -> Iterator[list[bool]]:
    """A room above that cannot delete while the list holds something."""
    trouble: list[bool] = [True]

    def break_down(**_: object) -> None:
        if trouble:
            raise OSError("the storage is away")

    account_closed.connect(break_down)
    yield trouble
    account_closed.disconnect(break_down)


def close(person: Person) -> None:
    services.close_account(person=person, typed=person.email)


def later(person: Person) -> None:
    """Two weeks go by."""
    Person.objects.filter(pk=person.pk).update(closing_at=timezone.now() - timedelta(seconds=1))


def test_the_password_must_be_fresh(as_alice: Client, alice: Person) -> None:
    assert as_alice.post("/account/close", {"email": alice.email})["Location"].startswith("/accounts/reauthenticate/")
    assert as_alice.get("/account/close")["Location"].startswith("/accounts/reauthenticate/")
    as_alice.post("/accounts/reauthenticate/", {"password": "not hers"})
    assert as_alice.get("/account/close").status_code == 302
    alice.refresh_from_db()
    assert alice.closing_at is None
    as_alice.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    assert as_alice.get("/account/close").status_code == 200


@pytest.mark.parametrize(
    ("typed", "says"), [("", "Write the address"), ("bob@example.com", "not the address of this account")]
)
def test_the_address_must_be_typed(signed_in: Client, alice: Person, typed: str, says: str) -> None:
    answer = signed_in.post("/account/close", {"email": typed})
    assert (answer.status_code, says in answer.content.decode()) == (422, True)
    alice.refresh_from_db()
    assert alice.closing_at is None


def test_asked_for(signed_in: Client, alice: Person, django_capture_on_commit_callbacks) -> None:
    elsewhere = people.browser_of(alice)
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in.post("/account/close", {"email": " ALICE@example.com "}, follow=True)
    assert "Until then, sign in to keep it." in answer.content.decode()
    alice.refresh_from_db()
    assert timedelta(days=13, hours=23) < alice.closing_at - timezone.now() <= services.GRACE
    for client in (signed_in, elsewhere):
        assert client.get("/account")["Location"].startswith("/accounts/login/")
    letter = mail.outbox[-1]
    assert letter.to == [alice.email]
    assert "Keep my account" in letter.body and "&" not in letter.body
    assert services.unread_count(person=alice) == 1


def test_a_mail_server_that_is_away_stops_nothing(
    alice: Person, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("accounts.services.closing.send_mail", away)
    with django_capture_on_commit_callbacks(execute=True):
        close(alice)
    alice.refresh_from_db()
    assert alice.closing_at is not None


def test_asked_for_twice_the_first_day_holds(alice: Person) -> None:
    close(alice)
    alice.refresh_from_db()
    first = alice.closing_at
    close(alice)
    alice.refresh_from_db()
    assert (alice.closing_at, Message.objects.count()) == (first, 1)


def test_while_it_closes_there_is_one_way(alice: Person) -> None:
    close(alice)
    client = Client()
    client.post("/accounts/login/", {"login": alice.email, "password": people.PASSWORD})
    for path in ("/", "/history", "/account", "/gallery", "/inbox"):
        assert client.get(path)["Location"] == "/account/closing", path
    assert client.post("/jobs", {"prompt": "a fox", "key": "k"})["Location"] == "/account/closing"
    page = client.get("/account/closing").content.decode()
    assert "Keep my account" in page
    assert client.get("/account/data").status_code == 200
    assert client.get("/rights").status_code == 200
    assert client.post("/account/keep")["Location"] == "/"
    assert client.get("/history").status_code == 200
    assert client.get("/account/closing")["Location"] == "/account"
    assert services.close_due_accounts() == 0
    alice.refresh_from_db()
    assert (alice.closing_at, alice.is_active) == (None, True)


def test_too_late_to_keep(alice: Person) -> None:
    close(alice)
    browser = people.browser_of(Person.objects.get(pk=alice.pk))
    later(alice)
    with pytest.raises(services.TooLate):
        services.keep_account(person=alice)
    page = browser.post("/account/keep", follow=True).content.decode()
    assert "is being deleted" in page and "Keep my account" not in page
    assert services.close_due_accounts() == 1
    with pytest.raises(services.TooLate):
        services.keep_account(person=alice)


def test_before_its_day_nothing_is_deleted(alice: Person) -> None:
    close(alice)
    assert services.close_due_accounts() == 0
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_the_last_operator_stays(alice: Person) -> None:
    alice.is_superuser = True
    alice.save()
    with pytest.raises(services.LastOperator):
        close(alice)
    people.make("carol", staff=True)
    close(alice)
    with pytest.raises(services.LastOperator):
        close(Person.objects.get(email="carol@example.com"))


def test_what_is_left(alice: Person, bob: Person) -> None:
    browser, other = people.browser_of(alice), people.browser_of(bob)
    services.send_message(person=bob, kind="export", title="Bob's")
    entries = list(Entry.objects.order_by("pk").values())
    balance = billing.balance_of(person=alice)
    close(alice)
    later(alice)
    browser = people.browser_of(Person.objects.get(pk=alice.pk))
    assert services.close_due_accounts() == 1
    gone = Person.objects.get(pk=alice.pk)
    assert (gone.email, gone.display_name) == (f"closed-{alice.pk}@closed.invalid", "")
    assert (gone.is_active, gone.has_usable_password(), gone.verified_at, gone.last_login) == (False, False, None, None)
    assert gone.closed_at is not None
    assert not Message.objects.filter(person=alice).exists()
    assert not gone.emailaddress_set.exists()
    # The ledger is as it was, and adds up.
    assert list(Entry.objects.order_by("pk").values()) == entries
    assert (billing.balance_of(person=gone), billing.unbalanced()) == (balance, [])
    # Bob is as he was.
    bob.refresh_from_db()
    assert (bob.email, bob.is_active, services.unread_count(person=bob)) == ("bob@example.com", True, 1)
    assert other.get("/account").status_code == 200
    # Nobody is signed in, and nobody can be.
    assert browser.get("/account")["Location"].startswith("/accounts/login/")
    keys = [session.get_decoded().get("_auth_user_id") for session in Session.objects.all()]
    assert str(alice.pk) not in keys and str(bob.pk) in keys
    answer = Client().post("/accounts/login/", {"login": "alice@example.com", "password": people.PASSWORD})
    assert answer.status_code == 200 and "errorlist" in answer.content.decode()
    # The address is free again: for a new person, with nothing of the old one.
    assert people.make("alice").pk != alice.pk
    assert services.close_due_accounts() == 0


def test_what_fails_is_tried_again_and_stops_no_other(alice: Person, bob: Person, failing: list[bool], caplog) -> None:
    for person in (alice, bob):
        close(person)
        later(person)
    assert services.close_due_accounts() == 0
    assert "could not be closed yet" in caplog.text
    for person in (alice, bob):
        person.refresh_from_db()
        assert (person.closed_at, person.is_active) == (None, False)  # shut, so nothing more comes in
    failing.clear()
    assert services.close_due_accounts() == 2
    assert not Person.objects.filter(email__endswith="@example.com").exists()
