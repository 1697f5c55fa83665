"""Codes from an app and on paper: asked for at the door, each good once, locked in the database."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import services
from accounts.models import Person
from accounts.templatetags.people import browser
from tests import people
from tests.accounts.codes import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    """Tries are counted in the cache."""
    cache.clear()


def signed_in(person: Person) -> Client:
    """By the door, and the password once more, as whoever changes these things is asked for it."""
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": people.PASSWORD})
    assert client.post("/accounts/reauthenticate/", {"password": people.PASSWORD}).status_code == 302
    assert client.get("/account").status_code == 200
    return client


def turned_on(client: Client) -> str:
    """The app's secret."""
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="totp__secret">([A-Z2-7]+)<', page)
    assert secret and "data:image/svg+xml" in page
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret[1])})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/recovery-codes/")
    return secret[1]


def at_the_door(person: Person) -> Client:
    """The password was right; nobody is signed in yet."""
    client = Client()
    answer = client.post("/accounts/login/", {"login": person.email, "password": people.PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/authenticate/")
    assert client.get("/account").status_code == 302
    return client


def test_the_code_of_the_app(alice: Person) -> None:
    client = signed_in(alice)
    assert "Off" in client.get("/account/security").content.decode()
    secret = turned_on(client)
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))
    door = at_the_door(alice)
    assert "Second factor" in door.get("/accounts/2fa/authenticate/").content.decode()
    for wrong in ("000000", code_of(secret, at=time.time() - 3600), ""):
        assert door.post("/accounts/2fa/authenticate/", {"code": wrong}).status_code == 200
        assert door.get("/account").status_code == 302
    # The one of the next half minute is taken too: clocks differ. The first was used up when it was turned on.
    answer = door.post("/accounts/2fa/authenticate/", {"code": code_of(secret, at=time.time() + 30)})
    assert answer.status_code == 302 and door.get("/account").status_code == 200


def test_a_recovery_code_is_good_once(alice: Person) -> None:
    client = signed_in(alice)
    turned_on(client)
    codes = re.findall(r"<code>(\d{8})</code>", client.get("/accounts/2fa/recovery-codes/").content.decode())
    assert len(set(codes)) == 10
    assert client.get("/accounts/2fa/recovery-codes/download/").content.decode().split() == codes
    assert at_the_door(alice).post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert at_the_door(alice).post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 200
    assert "9 left" in client.get("/accounts/2fa/").content.decode()


def test_turned_off(alice: Person) -> None:
    client = signed_in(alice)
    turned_on(client)
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()
    assert signed_in(alice).get("/account").status_code == 200


def test_what_is_changed_asks_for_the_password_again(alice: Person, as_alice: Client) -> None:
    """As somebody at an open page that was left alone would find."""
    for path in ("totp/activate/", "webauthn/add/"):
        assert as_alice.get(f"/accounts/2fa/{path}")["Location"].startswith("/accounts/reauthenticate/")


def test_guessing_ends(alice: Person) -> None:
    turned_on(signed_in(alice))
    door = at_the_door(alice)
    pages = [door.post("/accounts/2fa/authenticate/", {"code": "123456"}).content.decode() for _ in range(12)]
    assert "Too many" in pages[-1] and "Too many" not in pages[0]


def test_operators_come_in_by_the_same_door() -> None:
    operator = people.make("operator", staff=True)
    client = Client()
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/?next=")
    client.post("/admin/login/", {"username": operator.email, "password": people.PASSWORD})
    assert client.get("/admin/").status_code == 302
    turned_on(signed_in(operator))
    assert at_the_door(operator).get("/admin/").status_code == 302


def test_with_a_changed_key_of_the_site(alice: Person, settings: Settings) -> None:
    secret = turned_on(signed_in(alice))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    door = at_the_door(alice)
    assert door.post("/accounts/2fa/authenticate/", {"code": code_of(secret, at=time.time() + 30)}).status_code == 302


def test_somebody_elses(alice: Person, bob: Person) -> None:
    turned_on(signed_in(alice))
    theirs = Authenticator.objects.first()
    client = signed_in(bob)
    for act in ("edit", "remove"):
        assert client.get(f"/accounts/2fa/webauthn/keys/{theirs.pk}/{act}/").status_code == 404
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 404


def test_where_one_is_signed_in(alice: Person) -> None:
    here, there = signed_in(alice), signed_in(alice)
    UserSession.objects.all().delete()  # as of before they were counted
    for client in (there, here):
        assert "here</span>" in client.get("/account/security").content.decode()
    assert here.get("/account/security").content.decode().count("since") == 2
    here.post("/account/security/sign-out")
    page = here.get("/account/security").content.decode()
    assert page.count("since") == 1 and "here</span>" in page
    assert there.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141 Safari/537.36 Edg/141", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8", "An unknown program"),
    ],
)
def test_browsers_in_words(said: str, shown: str) -> None:
    assert browser(said) == shown


def test_nothing_stays_when_the_account_is_closed(alice: Person) -> None:
    turned_on(signed_in(alice))
    Person.objects.filter(pk=alice.pk).update(closing_at=timezone.now())
    assert services.close_due_accounts() == 1
    assert not Authenticator.objects.exists()
