"""Signing in by Google and GitHub: there with keys alone; who is confirmed there is confirmed here."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from accounts.models import Person
from billing.services import balance_of
from dalle_site import environment

pytestmark = pytest.mark.django_db


class GitHub:
    """What GitHub would answer."""

    def __init__(self, email: str, *, verified: bool = True) -> None:
        self.user = {"id": 7, "login": "ada", "name": "Ada L.", "email": email}
        self.emails = [{"email": email, "primary": True, "verified": verified}]
        self.asked: list[str] = []

    def __call__(self, method: str, url: str, **_: Any) -> requests.Response:
        self.asked.append(url)
        said: Any = {"access_token": "t", "token_type": "bearer"}
        if "api.github.com" in url:
            said = self.emails if url.endswith("/emails") else self.user
        answer = requests.Response()
        answer.status_code, answer._content = 200, json.dumps(said).encode()
        answer.headers["Content-Type"] = "application/json"
        return answer


@pytest.fixture
def keys(settings: Settings) -> None:
    app = [{"client_id": "our-id", "secret": "our-secret"}]
    settings.SOCIALACCOUNT_PROVIDERS = {name: {"APPS": app} for name in ("google", "github")}


def came_back(monkeypatch: pytest.MonkeyPatch, github: GitHub, client: Client) -> Any:
    monkeypatch.setattr(requests.Session, "request", github)
    gone = client.post("/accounts/github/login/")
    asked = parse_qs(urlsplit(gone["Location"]).query)
    assert gone["Location"].startswith("https://github.com/login/oauth/authorize")
    assert asked["client_id"] == ["our-id"]
    return client.get("/accounts/github/login/callback/", {"code": "c", "state": asked["state"][0]})


@pytest.mark.parametrize("site", ["google", "github"])
def test_without_keys_there_is_no_such_page(as_stranger: Client, site: str) -> None:
    assert "Go on with" not in as_stranger.get("/accounts/login/").content.decode()
    assert as_stranger.post(f"/accounts/{site}/login/").status_code == 404
    assert as_stranger.get(f"/accounts/{site}/login/callback/").status_code == 404


def test_with_keys_both_are_offered(keys: None, as_stranger: Client) -> None:
    for page in ("login", "signup"):
        found = re.findall(r"Go on with (\w+)", as_stranger.get(f"/accounts/{page}/").content.decode())
        assert sorted(found) == ["GitHub", "Google"]
    assert as_stranger.get("/accounts/github/login/").status_code == 200  # a link alone sends nobody there


def test_somebody_new(keys: None, monkeypatch: pytest.MonkeyPatch, as_stranger: Client) -> None:
    """Confirmed there, so no letter; and the first credits are there."""
    answer = came_back(monkeypatch, GitHub("ada@example.org"), as_stranger)
    assert answer.status_code == 302, answer.content.decode()
    ada = Person.objects.get(email="ada@example.org")
    assert ada.verified_at and not ada.has_usable_password() and balance_of(person=ada) == 50
    assert as_stranger.get("/account/security").content.decode().count("GitHub") == 1
    assert as_stranger.get("/accounts/3rdparty/").status_code == 200


def test_somebody_who_is_here_already(
    keys: None, monkeypatch: pytest.MonkeyPatch, alice: Person, as_stranger: Client
) -> None:
    came_back(monkeypatch, GitHub(alice.email), as_stranger)
    assert SocialAccount.objects.get().user == alice
    assert as_stranger.get("/account").status_code == 200 and balance_of(person=alice) == 50


def test_an_address_that_is_not_confirmed_there(
    keys: None, monkeypatch: pytest.MonkeyPatch, alice: Person, as_stranger: Client
) -> None:
    """Or anybody who writes Alice's address at GitHub would be Alice here."""
    came_back(monkeypatch, GitHub(alice.email, verified=False), as_stranger)
    assert not SocialAccount.objects.exists()
    assert as_stranger.get("/account").status_code == 302


def test_a_state_that_is_not_ours(keys: None, monkeypatch: pytest.MonkeyPatch, as_stranger: Client) -> None:
    monkeypatch.setattr(requests.Session, "request", GitHub("ada@example.org"))
    answer = as_stranger.get("/accounts/github/login/callback/", {"code": "c", "state": "forged"})
    assert "That did not work" in answer.content.decode()
    assert not Person.objects.exists()


def test_one_key_of_two() -> None:
    assert environment.both("A_ID", "A_SECRET", source={}) == []
    assert environment.both("A_ID", "A_SECRET", source={"A_ID": "i", "A_SECRET": "s"}) == [
        {"client_id": "i", "secret": "s"}
    ]
    with pytest.raises(ImproperlyConfigured, match="A_SECRET is not set"):
        environment.both("A_ID", "A_SECRET", source={"A_ID": "i"})
