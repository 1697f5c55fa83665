"""Signed addresses of small pictures."""

import time

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Person
from generation import services
from generation.models import Picture
from tests.generation.steps import brought, pictures_of

NOON = 1_800_000_000 // 3600 * 3600


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [float(NOON)]
    monkeypatch.setattr("generation.services.addresses.time.time", lambda: now[0])
    return now


def small(picture: Picture) -> str:
    return str(services.picture_facts(picture)["small"])


def test_no_session_and_no_query(
    alice: Person, as_stranger: Client, as_alice: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, *_ = pictures_of(alice)
    facts = services.picture_facts(first)
    for size in ("small", "thumb"):
        with django_assert_num_queries(0):
            answer = as_stranger.get(facts[size])
            assert as_alice.get(facts[size]).status_code == 200
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"


def test_the_same_all_hour_long_and_another_after_it(alice: Person, clock: list[float]) -> None:
    first, *_ = pictures_of(alice)
    address = small(first)
    clock[0] = NOON + 3599
    assert small(first) == address
    clock[0] = NOON + 3600
    assert small(first) != address


def test_over_it_leads_its_owner_on_and_nobody_else(
    alice: Person, as_alice: Client, as_bob: Client, as_stranger: Client, clock: list[float]
) -> None:
    first, *_ = pictures_of(alice)
    upload = brought(alice)
    old = [small(first), services.address_of(first.thumb), services.upload_facts(upload)["small"]]
    clock[0] = NOON + 3600
    for address in old:
        answer = as_alice.get(address)
        assert (answer.status_code, answer["Location"] != address) == (307, True)
        assert as_alice.get(answer["Location"]).status_code == 200
        assert [client.get(address).status_code for client in (as_bob, as_stranger)] == [404, 404]


def test_in_the_trash_it_ends_with_its_hour(
    alice: Person, as_alice: Client, as_stranger: Client, clock: list[float]
) -> None:
    first, *_ = pictures_of(alice)
    address = small(first)
    services.trash_pictures(person=alice, picture_ids=[first.pk])
    assert as_stranger.get(address).status_code == 200  # until the hour is over: what the decision says
    clock[0] = NOON + 3600
    assert [client.get(address).status_code for client in (as_alice, as_stranger)] == [404, 404]


def test_purged_it_ends_at_once(alice: Person, as_stranger: Client) -> None:
    first, *_ = pictures_of(alice)
    address = small(first)
    first.trashed_at = "2020-01-01T00:00:00Z"
    first.save()
    assert services.purge() == 1
    assert as_stranger.get(address).status_code == 404


def test_nothing_else_can_be_asked_for(alice: Person, as_alice: Client) -> None:
    first, *_ = pictures_of(alice)
    hour, signature = small(first).split("/")[2:4]
    assert int(hour) == int(time.time()) // 3600
    for path in (
        f"/stored/{hour}/{signature}/{first.file}",
        f"/stored/{int(hour) + 1}/{signature}/{first.small}",
        f"/stored/{hour}/{signature}/../../tessera.sqlite3",
        f"/stored/{hour}/x/{first.small}",
        f"/stored/{hour}/{signature}/pictures/nothing",
    ):
        assert as_alice.get(path).status_code == 404, path


def test_pictures_of_early_days_have_one_small_size(alice: Person) -> None:
    first, *_ = pictures_of(alice)
    first.thumb = ""
    assert services.picture_facts(first)["thumb"] == small(first)
