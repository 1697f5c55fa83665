"""What can happen to a site, and how often it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError

from accounts import services as accounts
from accounts.models import Person
from billing import services as billing
from billing.models import Unit
from generation import services as generation
from generation.models import Job
from tests.sim.books import Books
from tests.sim.shop import LOOKS_WITHIN, Shop
from tests.sim.world import World

# Two of them have one mailbox.
PEOPLE = {
    "carol@example.com": "carol",
    "ann.lee@gmail.com": "annlee",
    "annlee+again@googlemail.com": "annlee",
    "dave@example.org": "dave",
}


class Site:
    """The acts, on one world. The weights are theirs among all."""

    def __init__(self, world: World) -> None:
        self.world, self.rng, self.shop = world, world.rng, Shop(world)
        self.keys: list[tuple[Person, str]] = []
        self.due = False
        self.calls: list[tuple[str, int]] = []
        self.acts: dict[Callable[[], None], int] = {
            self.submit: 13,
            self.screen: 8,
            self.draw: 8,
            self.deliver: 9,
            self.give_up: 2,
            self.cancel: 4,
            self.sweep: 4,
            self.call: 14,
            self.answer: 9,
            self.shop.buy: 8,
            self.shop.happen: 14,
            self.shop.tell: 18,
            self.shop.come_back: 3,
            self.shop.refund: 3,
            self.shop.catch_up: 3,
            self.verify: 2,
            self.refill: 6,
            self.expire: 4,
            self.pass_time: 9,
        }

    def open(self) -> None:
        for email in PEOPLE:
            person = Person.objects.create(email=email, password="!")
            self.world.people.append(person)
        for person in self.world.people[:2]:
            self.verify(person)
        self.shop.open()

    def step(self) -> None:
        (act,) = self.rng.choices(list(self.acts), list(self.acts.values()))
        act()

    # People

    def verify(self, person: Person | None = None) -> None:
        person = person or self._somebody()
        self.world.state(f"{person} verifies", partial(self._verify, person), partial(self._verified, person))

    def submit(self) -> None:
        """A new sentence, or one that was sent before: two tabs, a lost answer."""
        ready = [person for person in self.world.people if self.world.books.free[person.pk].since]
        if self.keys and self.rng.random() < 0.25:
            person, key = self.rng.choice(self.keys)
        else:
            first = self.world.somebody()
            person, key = first if first in ready else self.rng.choice(ready), f"key {len(self.keys)}"
            self.keys.append((person, key))
        self.world.watch(f"{person} submits {key}", partial(self._submit, person, key), again=True)
        there = Job.objects.filter(person=person, key=key).count()
        self.world.demand(there == self.due, f"{there} jobs of {key}, and must be {int(self.due)}")

    def cancel(self) -> None:
        if self.world.statuses:
            job = Job.objects.get(pk=self.rng.choice(list(self.world.statuses)))
            self.world.watch(
                f"{job.person} cancels {job.key}",
                lambda: generation.cancel_job(person=job.person, job_id=job.pk).status,
                again=True,
            )

    # Workers

    def screen(self) -> None:
        self.world.watch("a worker screens", generation.screen_next)

    def draw(self) -> None:
        claim = self.world.watch("a worker claims", generation.claim_drawing)
        if claim is not None:
            self.world.claims.append(claim)

    def deliver(self) -> None:
        """Whatever it holds by now: it may have been cancelled, or be another's."""
        if self.world.claims:
            claim = self._held()
            self.world.watch(
                f"a worker delivers attempt {claim.attempt}", lambda: generation.deliver(claim, pictures=())
            )

    def give_up(self) -> None:
        if self.world.claims:
            claim = self._held()
            if self.rng.random() < 0.5:
                self.world.watch("a worker gives back", lambda: generation.give_back(claim, error="out of memory"))
            else:
                self.world.watch("a worker refuses", lambda: generation.refuse(claim, reason="It cannot be drawn."))

    def sweep(self) -> None:
        if self.rng.random() < 0.7:
            self.world.now += timedelta(seconds=settings.LEASE_SECONDS + 1)
        self.world.watch("the sweeper", generation.sweep)

    # What is reserved in one go, as the API does: money, or many credits

    def call(self) -> None:
        person, name = self._somebody(), f"call {len(self.calls)}"
        unit = self.rng.choice(list(Unit))
        amount = self.rng.randint(1, 80) * (1000 if unit == Unit.MICRO_DOLLAR else 1)
        # Mostly of what there is, so that little is left for whoever takes it back.
        there = self.world.books.accounts[person.pk, unit].spendable(self.world.now)
        if there and self.rng.random() < 0.7:
            amount = self.rng.randint((there + 1) // 2, there)
        self.world.state(
            f"{person} calls for {amount} {unit}",
            partial(self._call, person, unit, amount, name),
            partial(self._called, person, unit, amount, name),
        )
        if name in self.world.books.accounts[person.pk, unit].reserves:
            self.calls.append((name, amount))

    def answer(self) -> None:
        """In whole, in part, or not at all; and again what was answered before."""
        if self.calls:
            name, amount = self.rng.choice(self.calls)
            spent = self.rng.choice((0, amount, self.rng.randint(0, amount)))
            self.world.state(
                f"{name} ends with {spent}", partial(self._answer, name, spent), partial(self._answered, name, spent)
            )

    # The clock, and what it brings

    def refill(self) -> None:
        self.world.state("refills", billing.refill_due, self._refilled)

    def expire(self) -> None:
        self.world.state("expiries", billing.expire_due, self._expired)

    def pass_time(self) -> None:
        """Minutes mostly; or to the edge of something: a lot's end, a refill, a month's end, a leap day; or a jump,
        also backwards, as wrong clocks do."""
        now = self.world.now
        ends = [lot.ends for account in self.world.books.accounts.values() for lot in account.lots if lot.left]
        ends = [end for end in ends if now < end < now + timedelta(days=400)]
        edges = [*ends, self._month_end(now), datetime(now.year + (-now.year % 4), 2, 29, tzinfo=UTC)]
        edge = self.rng.choice(edges) + self.rng.choice((-1, 0, 1)) * timedelta(milliseconds=1)
        jumps = [
            (50, now + timedelta(minutes=self.rng.randint(1, 600))),
            (12, now + timedelta(days=self.rng.randint(1, 40))),
            (18, max(edge, now)),
            (2, now + timedelta(days=self.rng.randint(300, 800))),
            (5, now - timedelta(minutes=self.rng.randint(1, 40 * 24 * 60))),
        ]
        (to,) = self.rng.choices([to for _, to in jumps], [weight for weight, _ in jumps])
        # By the site's own clock, which may have been set back.
        self.shop.calmed = min(self.shop.calmed, to)
        if to > self.shop.calmed + LOOKS_WITHIN:
            self.shop.calm()
            to = max(to, self.world.now)
        self.world.now = to
        self.world.history.append(f"      it is {self.world.now:%Y-%m-%d %H:%M:%S.%f}")

    # What is called, and what it must come to

    def _verify(self, person: Person) -> None:
        accounts.mark_verified(person=Person.objects.get(pk=person.pk))

    def _verified(self, person: Person, books: Books) -> None:
        books.verify(person.pk, PEOPLE[person.email], self.world.now)

    def _submit(self, person: Person, key: str) -> str:
        account, fresh = self.world.books.accounts[person.pk, "credit"], Person.objects.get(pk=person.pk)
        affordable = not account.debt and account.spendable(self.world.now) > 0
        self.due = affordable or Job.objects.filter(person=person, key=key).exists()
        return generation.start_job(person=fresh, prompt=f"a sentence for {key}", key=key).status

    def _call(self, person: Person, unit: Unit, amount: int, name: str) -> str:
        try:
            billing.reserve(person=person, amount=amount, reference=name, unit=unit)
        except IntegrityError:
            return "reserved before"
        return "reserved"

    def _called(self, person: Person, unit: Unit, amount: int, name: str, books: Books) -> str:
        return books.accounts[person.pk, unit].reserve(name, amount, self.world.now)

    def _answer(self, name: str, spent: int) -> bool:
        return billing.capture(reference=name, amount=spent) if spent else billing.release(reference=name)

    def _answered(self, name: str, spent: int, books: Books) -> bool:
        (account,) = (account for account in books.accounts.values() if name in account.reserves)
        return account.settle(name, spent, self.world.now)

    def _refilled(self, books: Books) -> int:
        return sum(books.refill(person.pk, self.world.now) for person in self.world.people)

    def _expired(self, books: Books) -> int:
        return sum([account.expire(self.world.now) for account in books.accounts.values()])

    def _somebody(self) -> Person:
        return self.world.somebody()

    def _held(self) -> generation.Claim:
        """The newest mostly; or one of those that somebody else has by now, or nobody."""
        return self.world.claims[-1] if self.rng.random() < 0.7 else self.rng.choice(self.world.claims)

    @staticmethod
    def _month_end(now: datetime) -> datetime:
        return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
