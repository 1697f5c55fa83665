"""A statement that adds up: what was set aside for a request and what became of it is one line."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Person
from billing import services
from billing.models import Account, Entry, Lot
from tests.billing.ledgers import bought, carol, clawed, restored
from tests.billing.statements import pages, told, whole
from tests.generation.test_indexes import plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich() -> Person:
    """Carol with 100 credits that she bought."""
    person = carol()
    bought(person, 100, "purchase:1")
    return person


def spend(person: Person, reference: str, how: str = "capture") -> None:
    services.reserve(person=person, amount=1, reference=reference)
    if how == "capture":
        services.capture(reference=reference)
    elif how == "release":
        services.release(reference=reference)


def test_a_request_is_one_line(rich: Person) -> None:
    spend(rich, "delivered")
    spend(rich, "not delivered", "release")
    spend(rich, "being drawn", "later")
    lines = whole(rich)
    assert [(line.amount, line.balance) for line in lines] == [(-1, 98), (0, 99), (-1, 99), (100, 100)]
    assert [(line.pending, line.given_back) for line in lines] == [
        (True, False),
        (False, True),
        (False, False),
        (False, False),
    ]


def test_lines_add_up_when_requests_end_out_of_order(rich: Person) -> None:
    for reference in "abc":
        spend(rich, reference, "later")
    services.release(reference="a")
    services.capture(reference="c")
    bought(rich, 5, "purchase:2")
    services.release(reference="b")
    assert [(line.amount, line.balance) for line in whole(rich)] == [(5, 104), (-1, 99), (0, 100), (0, 100), (100, 100)]


@pytest.mark.parametrize("seed", range(5))
def test_every_page_adds_up_whatever_happened(rich: Person, seed: int) -> None:
    chance = random.Random(seed)
    waiting: list[str] = []
    for number in range(60):
        match chance.choice(["reserve", "reserve", "settle", "buy", "claw"]):
            case "reserve":
                waiting.append(f"job {number}")
                services.reserve(person=rich, amount=1, reference=waiting[-1])
            case "settle" if waiting:
                reference = waiting.pop(chance.randrange(len(waiting)))
                chance.choice([services.capture, services.release])(reference=reference)
            case "buy":
                bought(rich, chance.randint(1, 9), f"purchase:{number}")
            case "claw":
                clawed(rich, 1, f"claw:{number}", of="purchase:1")
    lines = whole(rich, size=7)
    assert lines[0].balance == services.balance_of(person=rich)
    for line, older in pairwise(lines):
        assert line.balance == older.balance + line.amount
    assert lines[-1].balance == lines[-1].amount == 100
    assert [told(line) for line in services.statement_lines(person=rich)] == [told(line) for line in lines]


def test_older_pages_stay_right_while_requests_end(rich: Person) -> None:
    spend(rich, "long ago", "later")
    for number in range(6):
        spend(rich, f"job {number}")
    reading = pages(rich, size=3)
    assert [line.balance for line in next(reading)] == [93, 94, 95]
    services.release(reference="long ago")
    spend(rich, "since then")
    # The old request cost nothing in the end, so everything above it had one more.
    assert [(line.amount, line.balance) for line in next(reading)] == [(-1, 97), (-1, 98), (-1, 99)]
    assert [(line.amount, line.balance) for line in next(reading)] == [(0, 100), (100, 100)]


def test_everything_that_can_happen_is_said(rich: Person) -> None:
    spend(rich, "one")
    services.adjust(person=rich, amount=-9, reason="Bought twice by mistake", operator=rich, key="k")
    for number in range(89):
        spend(rich, f"job {number}")
    bought(rich, 50, "gift", source=Lot.Source.SUBSIDISED, days=20)
    clawed(rich, 60, "claw:1", of="purchase:1")
    restored(rich, 60, "restore:1", of="purchase:1")
    bought(rich, 3, "early", days=-1)
    services.expire_due()
    lines = [line for line in whole(rich) if line.what.title != "A request for pictures"]
    assert [(line.what.title, line.amount, line.entry.owed) for line in reversed(lines)] == [
        ("Bought", 100, 0),
        ("Bought twice by mistake", -9, 0),
        ("Credits for artists", 50, 0),
        ("Taken back, because the money went back", -1, 0),
        ("Owed: the money went back for credits that were spent", 0, 59),
        ("Given back, because the money came after all", 60, 0),
        ("Paid what was owed", -59, -59),
        ("Bought", 3, 0),
        ("Expired: Bought", -3, 0),
    ]


def test_one_kind_alone(rich: Person) -> None:
    for number in range(3):
        spend(rich, f"job {number}")
    bought(rich, 5, "purchase:2")
    services.adjust(person=rich, amount=7, reason="Sorry", operator=rich, key="k")
    bought(rich, 2, "gift", source=Lot.Source.SUBSIDISED)
    assert [line.amount for line in whole(rich, choice="bought")] == [5, 100]
    assert [line.amount for line in whole(rich, choice="free", size=1)] == [2, 7]
    assert [line.amount for line in whole(rich, choice="requests", size=2)] == [-1, -1, -1]
    assert whole(rich, choice="back") == []
    # Nothing adds up where lines are left out; in the file it does.
    assert {line.balance for line in whole(rich, choice="bought")} == {None}
    assert [line.balance for line in services.statement_lines(person=rich, choice="bought")] == [102, 100]


def test_no_more_queries_for_fifty_lines_than_for_two(
    rich: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        spend(rich, f"job {number}")
        bought(rich, 1, f"purchase:{number + 2}")
    with django_assert_max_num_queries(14):
        assert len(services.statement_page(person=rich).lines) == 50
    with django_assert_max_num_queries(7):
        services.statement_page(person=rich, choice="free")


def test_a_page_is_nobody_elses(rich: Person, bob: Person) -> None:
    for number in range(3):
        spend(rich, f"job {number}")
    older = services.statement_page(person=rich, size=2).older
    assert services.statement_page(person=rich, size=2, cursor=older).lines
    for cursor in (older, "nonsense", older + "x"):
        with pytest.raises(services.NoSuchPage):
            services.statement_page(person=bob, cursor=cursor)


def test_somebody_who_has_nothing(rich: Person) -> None:
    assert services.statement_page(person=rich, unit=services.Unit.MICRO_DOLLAR).lines == ()
    assert list(services.statement_lines(person=rich, unit=services.Unit.MICRO_DOLLAR)) == []


def test_what_somebody_has_and_until_when(alice: Person) -> None:
    bought(alice, 115, "purchase:1", days=400)
    has = services.having(person=alice)
    assert [(kept.words, kept.left) for kept in has.kept] == [("Free credits", 50), ("Bought", 115)]
    assert (has.balance, has.debt, has.refill, has.refusal) == (165, 0, 15, "")
    assert has.refill_at == has.kept[0].expires_at and has.refill_at > timezone.now()
    Lot.objects.filter(source=Lot.Source.FREE).update(expires_at=timezone.now() - timedelta(hours=1))
    assert [kept.left for kept in services.having(person=alice).kept] == [115]


def test_an_index_answers_each_kind(rich: Person) -> None:
    with CaptureQueriesContext(connection) as asked:
        services.statement_page(person=rich)
    pages = [query["sql"] for query in asked.captured_queries if '"kind" = ' in query["sql"]]
    assert len(pages) == len(Entry.Kind) - 2
    account = Account.objects.get(person=rich)
    of_one = Entry.objects.filter(account=account.pk, pk__lt=10**6, kind=Entry.Kind.DEBT).order_by("-pk")
    said = plan(of_one.values_list("pk"))
    assert "entries_of_a_kind " in said and "TEMP B-TREE" not in said and "Sort" not in said, said
