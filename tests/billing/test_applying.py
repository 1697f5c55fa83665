"""Credits for artists: asked for, granted with an expiry or declined with words, told by letter and on the page."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPException
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from billing import services
from billing.models import Application, Lot
from billing.services import applying
from tests import people
from tests.billing.ledgers import assert_whole

pytestmark = pytest.mark.django_db
PAGE = "/credits/artists"
SAID = {"name": "Alice of the Foxes", "work": "foxes.example.com", "words": "A book of foxes."}
UNTIL = datetime(2100, 1, 31, 23, 59, tzinfo=UTC)


@pytest.fixture
def operator(db: Any) -> Person:
    return people.make("operator", staff=True)


def applied(person: Person) -> Application:
    return services.apply(person=person, name="Alice", work="https://foxes.example.com", words="Foxes.")


def granted(application: Application, operator: Person, amount: int = 200, **more: Any) -> None:
    asked = {"amount": amount, "expires_at": UNTIL, "answer": "Make them red.", "operator": operator, **more}
    services.grant(application_id=application.pk, **asked)


def decide(application: Application) -> str:
    return f"/admin/billing/application/{application.pk}/decide/"


def test_applied_on_the_page(alice: Person, as_alice: Client, as_bob: Client, as_stranger: Client) -> None:
    assert "Sign up to apply" in as_stranger.get(PAGE).content.decode()
    answer = as_stranger.post(PAGE, SAID)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={PAGE}")
    assert as_alice.post(PAGE, SAID).status_code == 302
    made = Application.objects.get()
    assert (made.person, made.work, made.state) == (alice, "https://foxes.example.com", "waiting")
    page = as_alice.get(PAGE).content.decode()
    assert "Your application is being read" in page and "<form class" not in page
    assert "being read" not in as_bob.get(PAGE).content.decode()
    assert as_alice.post(PAGE, SAID).status_code == 409
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"work": "javascript:alert(1)"},
        {"work": ""},
        {"name": " "},
        {"words": "x" * 2001},
        {"name": "x" * 81},
        {"words": "\x00"},
    ],
)
def test_what_makes_no_sense_is_not_sent(as_alice: Client, wrong: dict[str, str]) -> None:
    assert as_alice.post(PAGE, {**SAID, **wrong}).status_code == 422
    assert not Application.objects.exists()


def test_who_is_not_verified_cannot_be_answered(db: Any) -> None:
    person = people.make_unverified("new")
    assert people.browser_of(person).post(PAGE, SAID).status_code == 403
    assert not Application.objects.exists()


def test_granted_in_the_admin(alice: Person, as_alice: Client, operator: Person) -> None:
    application = applied(alice)
    client = people.browser_of(operator)
    assert decide(application) in client.get(f"/admin/billing/application/{application.pk}/change/").content.decode()
    said = {"amount": "200", "expires": "2100-01-31", "answer": "Make them red.", "grant": "Grant"}
    assert client.post(decide(application), said).status_code == 302
    lot = Lot.objects.get(source=Lot.Source.SUBSIDISED)
    assert (lot.account.person, lot.left, f"{lot.expires_at:%Y-%m-%d %H:%M}") == (alice, 200, "2100-01-31 23:59")
    logged = LogEntry.objects.get()
    assert (logged.user, logged.object_id) == (operator, str(application.pk))
    page = as_alice.get(PAGE).content.decode()
    assert "You were given 200 credits" in page and "Make them red." in page
    assert "Credits for artists" in as_alice.get("/credits").content.decode()
    assert_whole()


def test_declined_in_the_admin(alice: Person, as_alice: Client, operator: Person) -> None:
    application = applied(alice)
    client = people.browser_of(operator)
    assert "Say why" in client.post(decide(application), {"decline": "Decline", "answer": " "}).content.decode()
    assert client.post(decide(application), {"decline": "Decline", "answer": "Not <now>."}).status_code == 302
    page = as_alice.get(PAGE).content.decode()
    assert "was declined" in page and "Not &lt;now&gt;." in page and "<form class" in page
    assert services.balance_of(person=alice) == 50
    applied(alice)  # and may try again


def test_whoever_decides_first_has_decided(alice: Person, operator: Person) -> None:
    application = applied(alice)
    granted(application, operator)
    with pytest.raises(services.CannotDecide):
        granted(application, operator, 900)
    with pytest.raises(services.CannotDecide):
        services.decline(application_id=application.pk, answer="No", operator=operator)
    assert services.balance_of(person=alice) == 250


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": 100_001}, {"expires_at": "past"}])
def test_no_grant_that_makes_no_sense(alice: Person, operator: Person, wrong: dict[str, Any]) -> None:
    application = applied(alice)
    if "expires_at" in wrong:
        wrong["expires_at"] = timezone.now() - timedelta(seconds=1)
    with pytest.raises(services.CannotDecide):
        granted(application, operator, **wrong)
    application.refresh_from_db()
    assert application.state == "waiting"


def test_the_database_keeps_them_sound(alice: Person) -> None:
    applied(alice)
    for wrong in ({"state": "waiting"}, {"state": "granted"}, {"state": "declined", "amount": 5}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.create(person=alice, name="a", work="https://a.example", words="w", **wrong)


def test_a_letter_for_each_decision_and_one_only(alice: Person, bob: Person, operator: Person) -> None:
    one, other = applied(alice), applied(bob)
    granted(one, operator)
    services.decline(application_id=other.pk, answer="Sorry: too many foxes.", operator=operator)
    mail.outbox.clear()
    assert [services.tell_decisions() for _ in range(3)] == [2, 0, 0]
    yes, no = mail.outbox
    assert (yes.to, yes.subject) == ([alice.email], "You have 200 credits more")
    assert "31 January 2100" in yes.body and "Make them red." in yes.body
    assert no.to == [bob.email] and "too many foxes" in no.body


def test_a_letter_that_could_not_be_sent_is_sent_later(
    alice: Person, operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(applied(alice), operator)
    mail.outbox.clear()

    def away(*_: Any) -> None:
        raise SMTPException("the post office is closed")

    with monkeypatch.context() as closed:
        closed.setattr(applying, "send_mail", away)
        assert services.tell_decisions() == 0
    assert (services.tell_decisions(), len(mail.outbox)) == (1, 1)


def test_only_operators_decide(alice: Person, as_alice: Client, as_stranger: Client) -> None:
    application = applied(alice)
    helper = people.make("helper")
    helper.is_staff = True
    helper.save()
    said = {"amount": "200", "expires": "2100-01-31", "grant": "Grant"}
    for client, status in ((as_alice, 302), (as_stranger, 302), (people.browser_of(helper), 403)):
        assert client.post(decide(application), said).status_code == status
    application.refresh_from_db()
    assert application.state == "waiting"
