"""Free credits: rows 17 and 18, and who gets none."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from pytest_django import Settings

from accounts import services as accounts
from accounts.models import Person
from billing import services
from billing.models import Entry, FreeCredits
from billing.services.identity import identity_of, network_of
from billing.services.periods import period_of
from tests import people
from tests.billing.ledgers import assert_whole

FIRST, MONTHLY = 50, 15


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at("2026-11-20 15:00"), tick=False) as clock:
        yield clock


@pytest.fixture
def disposable(settings: Settings, tmp_path: Path) -> Path:
    settings.DISPOSABLE_DOMAINS_FILE = tmp_path / "disposable.txt"
    settings.DISPOSABLE_DOMAINS_FILE.write_text("# throw-away\nTrash.example  # all of it\n")
    return settings.DISPOSABLE_DOMAINS_FILE


def verified(email: str, *, asked_from: str = "") -> Person:
    person = Person.objects.create_user(email, people.PASSWORD)
    accounts.mark_verified(person=person, asked_from=asked_from)
    return person


def grants(person: Person) -> list[tuple[str, int]]:
    found = Entry.objects.filter(account__person=person, kind="grant").order_by("pk")
    return list(found.values_list("reference", "amount"))


@pytest.mark.parametrize(
    ("verified_at", "now", "began", "ends"),
    [
        ("2026-11-20 15:00", "2026-11-20 15:00", "2026-11-20 15:00", "2026-12-20 00:00"),
        ("2026-11-20 15:00", "2026-12-19 23:59", "2026-11-20 15:00", "2026-12-20 00:00"),
        ("2026-11-20 15:00", "2026-12-20 00:00", "2026-12-20 00:00", "2027-01-20 00:00"),
        ("2026-11-20 15:00", "2027-01-01 00:00", "2026-12-20 00:00", "2027-01-20 00:00"),
        # 29 to 31 are the 28th, in every month
        ("2027-01-29 10:00", "2027-02-27 23:59", "2027-01-29 10:00", "2027-02-28 00:00"),
        ("2027-01-31 10:00", "2027-03-01 00:00", "2027-02-28 00:00", "2027-03-28 00:00"),
        ("2027-01-31 10:00", "2027-03-31 00:00", "2027-03-28 00:00", "2027-04-28 00:00"),
        # leap years
        ("2028-01-30 10:00", "2028-02-28 00:00", "2028-02-28 00:00", "2028-03-28 00:00"),
        ("2028-02-29 23:59", "2028-03-27 23:59", "2028-02-29 23:59", "2028-03-28 00:00"),
        ("2028-02-29 23:59", "2029-02-28 12:00", "2029-02-28 00:00", "2029-03-28 00:00"),
        # on the 28th itself, the refill of that morning was before
        ("2027-01-28 00:00", "2027-01-28 00:00", "2027-01-28 00:00", "2027-02-28 00:00"),
        # a clock from before the verification
        ("2026-11-20 15:00", "2026-10-01 00:00", "2026-11-20 15:00", "2026-12-20 00:00"),
    ],
)
def test_row_17_the_month_of_a_moment(verified_at: str, now: str, began: str, ends: str) -> None:
    assert period_of(at(verified_at), at(now)) == (at(began), at(ends))


def test_row_17_days_are_those_of_utc() -> None:
    """Verified in Auckland on the 1st, when it was still the 31st in UTC."""
    auckland = timezone(timedelta(hours=13))
    verified_at = datetime(2027, 2, 1, 9, 0, tzinfo=auckland)
    assert period_of(verified_at, verified_at)[1] == at("2027-02-28 00:00")


def test_fifty_then_fifteen_each_until_the_next(clock: time_machine.Traveller) -> None:
    alice = people.make("alice")
    services.reserve(person=alice, amount=20, reference="job")
    services.capture(reference="job")
    assert services.next_refill(person=alice) == at("2026-12-20 00:00")
    clock.move_to(at("2026-12-19 23:59"))
    assert (services.refill_due(), services.balance_of(person=alice)) == (0, 30)
    clock.move_to(at("2026-12-20 00:00"))
    assert services.balance_of(person=alice) == 0
    assert (services.refill_due(), services.balance_of(person=alice)) == (1, MONTHLY)
    (lot,) = services.lots_of(person=alice)
    assert lot.expires_at == at("2027-01-20 00:00")
    assert grants(alice) == [("first-month", FIRST), ("2026-12", MONTHLY)]
    assert_whole()


def test_row_18_twice_or_late_is_once(clock: time_machine.Traveller) -> None:
    alice = people.make("alice")
    for moment in ("2026-12-20 00:00", "2026-12-20 00:01", "2027-01-19 23:59", "2027-01-19 23:59"):
        clock.move_to(at(moment))
        services.refill_due()
    assert grants(alice) == [("first-month", FIRST), ("2026-12", MONTHLY)]


def test_row_18_months_that_were_missed_have_expired(clock: time_machine.Traveller) -> None:
    alice = people.make("alice")
    clock.move_to(at("2027-06-25 03:00"))
    assert services.refill_due() == 1
    assert services.refill_due() == 0
    assert grants(alice)[1:] == [("2027-06", MONTHLY)]
    assert services.balance_of(person=alice) == MONTHLY
    assert [lot.expires_at for lot in services.lots_of(person=alice)] == [at("2027-07-20 00:00")]


def test_row_17_a_clock_that_was_ahead_blocks_nobody(clock: time_machine.Traveller) -> None:
    alice = people.make("alice")
    for moment in ("2030-05-01 00:00", "2026-12-21 00:00", "2026-12-22 00:00", "2027-01-20 00:00", "2026-11-25 00:00"):
        clock.move_to(at(moment))
        services.refill_due()
    assert [month for month, _ in grants(alice)] == ["first-month", "2030-04", "2026-12", "2027-01"]


@pytest.mark.django_db(transaction=True)
def test_row_18_by_eight_at_once() -> None:
    alice = people.make("alice")
    FreeCredits.objects.update(anchor=at("2026-01-05 00:00"), next_at=at("2026-02-05 00:00"), granted_for=None)

    def run(_number: int) -> int:
        try:
            return services.refill_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(run, range(8))) == 1
    assert len(grants(alice)) == 2
    assert_whole()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ann.lee@gmail.com", "AnnLee+two@googlemail.com", True),
        ("ann+shop@example.com", "ann@example.com", True),
        ("ann.lee@example.com", "annlee@example.com", False),
        ("ann@gmail.com", "ann@example.com", False),
    ],
)
def test_one_mailbox_one_grant(clock: time_machine.Traveller, one: str, other: str, same: bool) -> None:
    assert (identity_of(one) == identity_of(other)) == same
    first, second = verified(one), verified(other)
    assert services.balance_of(person=first) == FIRST
    assert services.balance_of(person=second) == (0 if same else FIRST)
    assert bool(services.free_credits_refusal(person=second)) == same
    clock.move_to(at("2026-12-25 00:00"))
    assert services.refill_due() == (1 if same else 2)
    assert services.balance_of(person=second) == (0 if same else MONTHLY)


def test_the_operators_list_of_domains(clock: time_machine.Traveller, disposable: Path) -> None:
    for email in ("a@trash.example", "b@mail.Trash.example"):
        person = verified(email)
        assert services.balance_of(person=person) == 0
        assert "this e-mail provider" in services.free_credits_refusal(person=person)
    good = verified("c@nottrash.example")
    assert services.balance_of(person=good) == FIRST
    assert services.free_credits_refusal(person=good) == ""
    # Listed later, it gets no more.
    disposable.write_text("nottrash.example")
    clock.move_to(at("2026-12-25 00:00"))
    assert services.refill_due() == 0
    assert services.next_refill(person=good) is None


def test_row_38_a_network_waits(clock: time_machine.Traveller, settings: Settings) -> None:
    settings.FIRST_MONTHS_A_NETWORK = 2
    farm = [verified(f"{name}@example.com", asked_from=f"93.184.216.{name}") for name in range(4)]
    elsewhere = verified("e@example.com", asked_from="93.184.217.1")
    assert [services.balance_of(person=person) for person in (*farm, elsewhere)] == [FIRST, FIRST, 0, 0, FIRST]
    assert "your network" in services.free_credits_refusal(person=farm[2])
    for hours, come in ((2, 0), (25, 2), (26, 0)):
        clock.move_to(at("2026-11-20 15:00") + timedelta(hours=hours))
        assert services.refill_due() == come
    assert [services.balance_of(person=person) for person in farm] == [FIRST] * 4
    assert services.free_credits_refusal(person=farm[2]) == ""
    assert_whole()


def test_networks() -> None:
    assert network_of("93.184.216.1") == network_of("93.184.216.200") == network_of("::ffff:93.184.216.9") != ""
    assert network_of("2a00:1450:4001::1") == network_of("2a00:1450:4001:ffff::2") != network_of("2a00:1450:4002::1")
    # Nobody's, or everybody's: this machine, a proxy that hides whom it serves, nothing at all.
    assert {network_of(address) for address in ("127.0.0.1", "10.0.0.7", "::1", "fe80::1", "", "unix:")} == {""}


def test_nothing_kept_tells_the_address(clock: time_machine.Traveller) -> None:
    verified("ann.lee@gmail.com", asked_from="93.184.216.1")
    kept = FreeCredits.objects.values().get()
    assert not [value for value in kept.values() if "ann" in str(value) or "93.184" in str(value)]


def test_who_was_shut_out_gets_nothing(clock: time_machine.Traveller) -> None:
    alice = people.make("alice")
    Person.objects.filter(pk=alice.pk).update(is_active=False)
    clock.move_to(at("2026-12-25 00:00"))
    assert services.refill_due() == 0
