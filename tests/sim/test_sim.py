"""A slice of the simulator's seeds, and the proof that it finds what it looks for."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from billing.models import Entry
from billing.services import book, grants, lots, spending
from billing.services.book import Book
from tests.sim.run import run_seed

pytestmark = pytest.mark.django_db(transaction=True)

SLICE = 8


def test_a_slice_of_the_seeds() -> None:
    outcomes = [run_seed(seed) for seed in range(SLICE)]
    assert [(one.seed, one.wrong) for one in outcomes if one.wrong] == []
    assert all(one.acts >= 50 and one.crashes >= 1 for one in outcomes)


def test_a_seed_is_played_again_the_same() -> None:
    first, again = run_seed(3, acts=30), run_seed(3, acts=30)
    assert (first.acts, first.crashes) == (again.acts, again.crashes)


def credit_twice(patch: pytest.MonkeyPatch) -> None:
    """An event that comes again is not known again."""
    enter = Book.enter

    def forgetful(self: Book, kind: Entry.Kind, amount: int, **words: Any) -> Entry:
        return enter(self, kind, amount, **{**words, "effect": f"{words['effect']}:{uuid.uuid4()}"})

    patch.setattr(Book, "enter", forgetful)
    patch.setattr(lots, "happened", lambda effect: False)


def half_a_claw_back(patch: pytest.MonkeyPatch) -> None:
    """What was spent already is forgiven."""
    enter = Book.enter
    patch.setattr(Book, "enter", lambda self, kind, amount, **words: enter(self, kind, amount, **{**words, "owed": 0}))


def no_transaction(patch: pytest.MonkeyPatch) -> None:
    """A process that dies in the middle leaves half an act behind."""
    for module, name in ((lots, "add_lot"), (spending, "_settle"), (grants, "refill")):
        patch.setattr(module, name, getattr(module, name).__wrapped__)
    patch.setattr("billing.services.add_lot", lots.add_lot)
    patch.setattr(book.Account.objects, "select_for_update", book.Account.objects.all)


def expired_is_spent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Book, "expire", lambda self: 0)


def months_by_days(patch: pytest.MonkeyPatch) -> None:
    """A free month of thirty days."""
    patch.setattr(grants, "period_of", lambda anchor, now: (anchor, anchor + 30 * grants.A_DAY))


def released_for_nothing(patch: pytest.MonkeyPatch) -> None:
    """A release that does not say so in the lots."""
    patch.setattr(spending, "_give_back", lambda book, entry, reserved: [])


@pytest.mark.parametrize(
    "bug",
    [credit_twice, half_a_claw_back, no_transaction, expired_is_spent, months_by_days, released_for_nothing],
)
def test_a_planted_bug_is_found(bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    wrong = next((outcome for outcome in map(run_seed, range(100, 130)) if outcome.wrong), None)
    assert wrong is not None
    assert wrong.history
