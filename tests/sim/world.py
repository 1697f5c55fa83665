"""One run of a seed: the production services, a clock of its own, and the books that say what must be true."""

from __future__ import annotations

import copy
import logging
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Person
from billing import services as billing
from billing.models import Entry
from generation import events, queue
from generation.models import Job
from tests import triggers
from tests.sim.books import NEVER, Books
from tests.sim.crash import PLACES, Blow, some_blow, struck_by

CRASHES = 0.12


# Read after every act, so past the ORM, which would take as long for it as the services do.
ACCOUNTS = """
SELECT person_id, unit, balance, debt, expires_at, source, "left" FROM billing_account account
LEFT JOIN billing_lot lot ON lot.account_id = account.id AND "left" > 0
"""
SETTLED = {"delivered": ["capture"], **{name: ["release"] for name in ("refused", "failed", "cancelled")}}
# All that a seed writes.
TABLES = [
    *("generation_job", "billing_portion", "billing_lot", "billing_entry", "billing_account", "billing_freecredits"),
    *("billing_stripeevent", "billing_refund", "billing_purchase"),
    "moderation_screening",
    "accounts_person",
]
JOBS = "SELECT id, person_id, status FROM generation_job ORDER BY created"


# What a service may say instead of doing it.
REFUSALS = (billing.OutOfCredits, billing.PressedBefore, billing.CannotRefund, billing.Away)


class Violation(AssertionError):
    """Something that must be true was not."""


@dataclass
class World:
    seed: int
    rng: random.Random = field(init=False)
    now: datetime = field(init=False)
    books: Books = field(default_factory=Books)
    people: list[Person] = field(default_factory=list)
    statuses: dict[Any, str] = field(default_factory=dict)
    claims: list[Any] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    acts: int = 0
    crashes: int = 0
    blow: Blow = field(default_factory=Blow)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        # Somewhere in four years, so every seed has other months before it, and some a leap day.
        self.now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=self.rng.randrange(4 * 366 * 24 * 60))

    def state(self, what: str, act: Callable[[], Any], expect: Callable[[Books], Any]) -> Any:
        """An act whose answer and whose effect the books foretell. Where the process died at it, each account is as
        before or as after, and the act done again comes to the same as if nothing had been."""
        blow = self._blow()
        before, after = self.books, copy.deepcopy(self.books)
        expected = expect(after)
        answer = self._run(what, act, blow, lambda: None)
        if blow.struck:
            self.books = self._either(before, after)
            return self.state(f"{what} again", act, expect)
        self.books = after
        if answer != expected:
            raise Violation(f"{what} answered {answer!r}, and must answer {expected!r}")
        self.compare(what)
        return answer

    def watch(
        self,
        what: str,
        act: Callable[[], Any],
        *,
        again: bool = False,
        follow: Callable[[datetime], None] | None = None,
        places: Sequence[str] = PLACES,
    ) -> Any:
        """An act on jobs or purchases: the rows say what became of them, and the ledger must have followed. `follow`
        looks after each commit, where one act can change one account twice."""
        blow, then = self._blow(places), self.now
        answer = self._run(what, act, blow, partial(follow, then) if follow else lambda: None)
        (follow or self._follow)(then)
        self.compare(what)
        if blow.struck and again:
            return self.watch(f"{what} again", act, again=True, follow=follow, places=places)
        return answer

    def compare(self, what: str) -> None:
        there, told = self._there(), {key: account.seen() for key, account in self.books.accounts.items()}
        for key in there.keys() | told.keys():
            if there.get(key, (0, 0, [])) != told.get(key, (0, 0, [])):
                raise Violation(f"after {what} account {key} is {there.get(key)}, and must be {told.get(key)}")

    def somebody(self) -> Person:
        """Mostly the first: where much happens to one account, things happen to each other."""
        return self.rng.choices(self.people, [6, 2, 1, 1])[0]

    def clock(self) -> datetime:
        return self.now

    def demand(self, true: bool, otherwise: str) -> None:
        if not true:
            raise Violation(otherwise)

    def finish(self) -> None:
        """What must be true in the end, and of the whole."""
        found = billing.reconcile()
        if found.differences:
            raise Violation("; ".join(found.differences))
        for (person, unit), account in self.books.accounts.items():
            who = next(one for one in self.people if one.pk == person)
            seen = billing.balance_of(person=who, unit=unit)
            if seen != account.spendable(self.now):
                raise Violation(f"{who} sees {seen} {unit}, and must see {account.spendable(self.now)}")
        kinds: dict[str, list[str]] = {}
        for reference, kind in rows("SELECT reference, kind FROM billing_entry WHERE kind <> 'repayment' ORDER BY id"):
            kinds.setdefault(reference, []).append(kind)
        for job_id, status in self.statuses.items():
            if kinds[str(job_id)] != ["reserve", *SETTLED.get(status, [])]:
                raise Violation(f"the {status} job {job_id} has {kinds[str(job_id)]}")

    def _blow(self, places: Sequence[str] = PLACES) -> Blow:
        return some_blow(self.rng, places) if self.rng.random() < CRASHES else Blow()

    def _run(self, what: str, act: Callable[[], Any], blow: Blow, seen: Callable[[], None]) -> Any:
        self.acts, self.blow = self.acts + 1, blow
        answer: Any = None
        with struck_by(blow, seen):
            try:
                answer = act()
            except REFUSALS as refusal:
                answer = type(refusal).__name__
            except (billing.NoSuchLot, billing.NothingToRestore) as error:
                raise Violation(f"{what}: the ledger does not know what it must: {error!r}") from error
        self.crashes += blow.struck
        ended = f"DIED ({blow.where} {blow.number})" if blow.struck else answer
        self.history.append(f"{self.acts:4}  {self.now:%Y-%m-%d %H:%M:%S}  {what}: {ended}")
        # Never the same instant twice, so that nothing hangs on the order of ids.
        self.now += timedelta(milliseconds=1)
        return answer

    def _either(self, before: Books, after: Books) -> Books:
        """Account by account what is there: the one or the other. Free credits are had where their lot came."""
        there = self._there()
        mixed = copy.deepcopy(before)
        for key in before.accounts.keys() | after.accounts.keys() | there.keys():
            seen, old, new = (there.get(key, (0, 0, [])), before.accounts[key].seen(), after.accounts[key].seen())
            if seen not in (old, new):
                raise Violation(f"after dying account {key} is {seen}, and must be {old} or {new}")
            # What changes nothing that can be seen (a capture, a refund of what expired) left its effect in the ledger.
            effects = after.accounts[key].effects - before.accounts[key].effects
            if seen != old or Entry.objects.filter(effect__in=effects).exists():
                # Of one account nothing is in two states, so what is there of it is all there.
                mixed.accounts[key] = after.accounts[key]
                mixed.free[key[0]] = after.free[key[0]]
        for (person,) in rows("SELECT id FROM accounts_person WHERE verified_at IS NOT NULL"):
            if before.free[person].since is None:
                mixed.free[person], mixed.mailboxes = after.free[person], after.mailboxes
        return mixed

    def _there(self) -> dict[tuple[int, str], tuple[int, int, list[tuple[datetime, str, int]]]]:
        found: dict[tuple[int, str], tuple[int, int, list[tuple[datetime, str, int]]]] = {}
        for person, unit, balance, debt, ends, source, left in rows(ACCOUNTS):
            lots = found.setdefault((person, unit), (balance, debt, []))[2]
            if left:
                lots.append((moment(ends), source, left))
                lots.sort()
        return found

    def _follow(self, then: datetime) -> None:
        """What became of jobs is what must have become of their credits."""
        for pk, person, status in rows(JOBS):
            job_id = UUID(str(pk))
            account, reference = self.books.accounts[person, "credit"], str(job_id)
            if job_id not in self.statuses and (answer := account.reserve(reference, 1, then)) != "reserved":
                raise Violation(f"the job {job_id} was taken, and must be refused: {answer}")
            if status != self.statuses.get(job_id) and status in Job.FINISHED:
                account.settle(reference, 1 if status == Job.Status.DELIVERED else 0, then)
            self.statuses[job_id] = status


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def moment(stored: datetime | None) -> datetime:
    """SQLite gives moments without their zone, which is always UTC."""
    return NEVER if stored is None else stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored


@contextmanager
def reality(world: World) -> Iterator[None]:
    """The world's clock, and nobody to send anything to; tables as empty afterwards as before."""
    with (
        mock.patch.object(timezone, "now", world.clock),
        mock.patch.object(queue, "_send"),
        mock.patch.object(events, "_send"),
    ):
        # Warnings are what a seed is made of.
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
            empty()


def empty() -> None:
    """Everything of people, past the triggers that keep the ledger: the next seed begins with nobody."""
    off, on = triggers.switches(connection)
    with connection.cursor() as cursor:
        for statement in off:
            cursor.execute(statement)
        with transaction.atomic():
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")
        for statement in on:
            cursor.execute(statement)
