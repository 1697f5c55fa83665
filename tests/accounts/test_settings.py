"""The settings of a person: kept, used, and checked."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Person
from generation.models import Job
from tests import people

GIVEN = {"display_name": "Alice  L.", "theme": "dark", "time_zone": "Asia/Kathmandu", "words": "on"}


def test_saved_and_used(alice: Person, as_alice: Client) -> None:
    answer = as_alice.post("/account", GIVEN, follow=True)
    page = answer.content.decode()
    assert "Your settings are saved." in page
    alice.refresh_from_db()
    kept = (alice.display_name, alice.theme, alice.time_zone, alice.squares, alice.words)
    assert kept == ("Alice L.", "dark", "Asia/Kathmandu", False, True)
    assert 'data-theme="dark"' in page and 'data-time-zone="Asia/Kathmandu"' in page
    assert 'content="dark"' in page


def test_by_default_the_device_decides(as_alice: Client) -> None:
    page = as_alice.get("/account").content.decode()
    assert "data-theme" not in page and "data-time-zone" not in page


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("display_name", "x" * 41, "at most 40 characters"),
        ("display_name", "A\u202elice", "cannot be seen"),
        ("theme", "purple", "not one of the available choices"),
        ("time_zone", "Mars/Olympus", "not one of the available choices"),
        ("time_zone", "../etc/passwd", "not one of the available choices"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    alice: Person, as_alice: Client, field: str, value: str, says: str
) -> None:
    answer = as_alice.post("/account", {**GIVEN, field: value})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    before = alice.display_name
    alice.refresh_from_db()
    assert (alice.display_name, alice.theme, alice.time_zone) == (before, "system", "")


def test_a_name_is_public_and_screened_as_such(alice: Person, as_alice: Client, settings: Settings) -> None:
    settings.BLOCKED_WORDS_FILE.write_text("forbidden fruit\n")
    answer = as_alice.post("/account", {**GIVEN, "display_name": "Forbidden Fruit"})
    assert (answer.status_code, "cannot stand on public pages" in answer.content.decode()) == (422, True)
    alice.refresh_from_db()
    assert (alice.display_name, alice.theme) == ("", "system")


def test_days_of_the_history_begin_where_the_person_is(alice: Person, as_alice: Client, as_bob: Client) -> None:
    for person in (alice, Person.objects.get(email="bob@example.com")):
        # 20 November by UTC; in Kathmandu, 5:45 ahead, the 21st has begun.
        moment = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
        facts = {"created": moment, "finished_at": moment, "seen_at": moment, "status": "cancelled"}
        Job.objects.create(person=person, prompt="a midnight fox", key="k", **facts)
    as_alice.post("/account", GIVEN)
    asked = "/history?since=2026-11-21"
    assert "a midnight fox" in as_alice.get(asked).content.decode()
    assert "a midnight fox" not in as_bob.get(asked).content.decode()  # and nobody has their zone by accident


def test_signed_out_everywhere_but_here(alice: Person) -> None:
    here, there = people.browser_of(alice), people.browser_of(alice)
    assert here.post("/account/security/sign-out").status_code == 302
    assert here.get("/account/security").status_code == 200
    assert there.get("/account/security")["Location"].startswith("/accounts/login/")
    again = people.browser_of(Person.objects.get(pk=alice.pk))
    assert again.get("/account").status_code == 200


@pytest.mark.parametrize(
    "path", ["/account", "/account/security", "/account/data", "/account/close", "/account/closing"]
)
def test_strangers_are_asked_to_sign_in(as_stranger: Client, path: str) -> None:
    assert as_stranger.get(path)["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("path", ["/account/security/sign-out", "/account/keep", "/account/data/export", "/inbox/read"])
def test_acts_are_posts_with_their_token(alice: Person, as_alice: Client, path: str) -> None:
    assert as_alice.get(path).status_code == 405
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(alice)
    assert careful.post(path).status_code == 403


def test_the_rights_are_for_everybody_to_read(as_stranger: Client) -> None:
    page = as_stranger.get("/rights").content.decode()
    for words in ("sell", "print", "made here before", "AI was used"):
        assert words in page
    assert 'href="/rights"' in as_stranger.get("/").content.decode()
