"""What somebody without credits is told, from the pages: plain sentences, no error, and nothing taken."""

import re
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import Person
from billing import services
from tests import people
from tests.billing.ledgers import clawed


def signed_up(email: str, address: str) -> Client:
    """The whole way: the form, the letter, the link."""
    browser = Client(REMOTE_ADDR=address)
    browser.post("/accounts/signup/", {"email": email, "password1": people.PASSWORD})
    link = re.search(r"https?://\S+(/accounts/confirm-email/\S+)", str(mail.outbox[-1].body))
    assert link is not None
    assert browser.post(link.group(1)).status_code == 302
    browser.force_login(Person.objects.get(email=email))
    return browser


def told(browser: Client) -> str:
    answer = browser.post("/jobs", {"prompt": "an astronaut", "key": "k"})
    assert answer.status_code == 402
    return answer.content.decode()


@pytest.mark.django_db
def test_a_farm_in_one_network(settings: Settings, woken: list[str]) -> None:
    settings.FIRST_MONTHS_A_NETWORK = 1
    first = signed_up("one@example.com", "93.184.216.10")
    assert first.post("/jobs", {"prompt": "an astronaut", "key": "k"}).status_code == 302
    assert "Many accounts were made from your network today" in told(signed_up("two@example.com", "93.184.216.11"))


@pytest.mark.django_db
def test_another_spelling_of_an_address() -> None:
    signed_up("ann.lee@gmail.com", "93.184.216.10")
    assert "go to another account" in told(signed_up("annlee+more@gmail.com", "198.51.101.7"))


@pytest.mark.django_db
def test_a_throw_away_address(settings: Settings, tmp_path: Path) -> None:
    settings.DISPOSABLE_DOMAINS_FILE = tmp_path / "domains.txt"
    settings.DISPOSABLE_DOMAINS_FILE.write_text("trash.example\n")
    assert "addresses of this e-mail provider" in told(signed_up("one@trash.example", "93.184.216.10"))


def test_a_debt(alice: Person, as_alice: Client) -> None:
    services.reserve(person=alice, amount=30, reference="spent")
    clawed(alice, 50, "taken back", of=f"grant:first-month:{alice.pk}")
    page = told(as_alice)
    assert "You owe 30 credits" in page
    assert "Nothing was taken" in page
