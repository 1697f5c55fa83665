"""What must be true, in plain Python: no database, no code of the product's, no cleverness.

An account here is a list of lots, a debt, and which effects have happened. Every act says what it must come to.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

Key = tuple[int, str]
NEVER = datetime.max.replace(tzinfo=UTC)
A_DAY_MORE = timedelta(hours=24)


@dataclass(eq=False)
class Lot:
    number: int
    source: str
    left: int
    ends: datetime
    over: bool = False
    expired: int = 0


@dataclass
class Account:
    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    effects: set[str] = field(default_factory=set)
    opened: dict[str, Lot] = field(default_factory=dict)
    reserves: dict[str, list[tuple[Lot, int]]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    clawed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    # What is seen of it

    def spendable(self, now: datetime) -> int:
        return sum(lot.left for lot in self.lots if lot.ends > now)

    def seen(self) -> tuple[int, int, list[tuple[datetime, str, int]]]:
        lots = sorted((lot.ends, lot.source, lot.left) for lot in self.lots if lot.left)
        return (sum(lot.left for lot in self.lots), self.debt, lots)

    # What happens to it; each returns what the service must answer

    def expire(self, now: datetime) -> bool:
        over = [lot for lot in self.lots if lot.left and lot.ends <= now]
        for lot in over:
            lot.expired, lot.left, lot.over = lot.expired + lot.left, 0, True
        return bool(over)

    def come(self, effect: str, source: str, amount: int, ends: datetime, now: datetime) -> bool:
        self.expire(now)
        if effect in self.effects:
            return False
        self.effects.add(effect)
        lot = self._open(source, amount, ends)
        self.opened[effect] = lot
        self._pay([lot], amount)
        return True

    def reserve(self, reference: str, amount: int, now: datetime) -> str:
        if self.debt:
            return "InDebt"
        if self.spendable(now) < amount:
            return "OutOfCredits"
        if reference in self.reserves:
            return "reserved before"
        self.expire(now)
        parts: list[tuple[Lot, int]] = []
        for lot in sorted(self.lots, key=lambda lot: (lot.ends, lot.number)):
            part = min(lot.left, amount)
            lot.left -= part
            amount -= part
            if part:
                parts.append((lot, part))
        self.reserves[reference] = parts
        return "reserved"

    def settle(self, reference: str, spent: int, now: datetime) -> bool:
        self.expire(now)
        if reference in self.settled:
            return False
        self.settled.add(reference)
        self.effects.add(f"settle:{reference}")
        back = sum(part for _, part in self.reserves[reference]) - spent
        came: list[Lot] = []
        rest = back
        for lot, taken in reversed(self.reserves[reference]):
            part = min(taken, rest)
            rest -= part
            if not part:
                continue
            if lot.over or lot.ends <= now:
                came.append(self._open(lot.source, part, now + A_DAY_MORE))
            else:
                lot.left += part
                came.append(lot)
        self._pay(came, back)
        return True

    def claw(self, effect: str, lot_effect: str, amount: int, now: datetime) -> bool | str:
        if effect in self.effects:
            self.expire(now)
            return False
        if lot_effect not in self.opened:
            return "NoSuchLot"
        self.expire(now)
        self.effects.add(effect)
        self.clawed[lot_effect] += amount
        lot = self.opened[lot_effect]
        part = min(lot.left, amount)
        lot.left -= part
        amount -= part
        unspent = min(lot.expired, amount)
        lot.expired -= unspent
        amount -= unspent
        others = [other for other in self.lots if other.source == lot.source and other is not lot]
        self.debt += amount - self._take(others, amount)
        return True

    def restore(self, effect: str, lot_effect: str, amount: int, now: datetime) -> bool | str:
        if effect in self.effects:
            self.expire(now)
            return False
        if self.clawed[lot_effect] < amount:
            return "NothingToRestore"
        self.expire(now)
        self.effects.add(effect)
        self.clawed[lot_effect] -= amount
        first = self.opened[lot_effect]
        lot = self._open(first.source, amount, first.ends if first.ends > now else now + A_DAY_MORE)
        self._pay([lot], amount)
        return True

    def _open(self, source: str, amount: int, ends: datetime) -> Lot:
        self.lots.append(Lot(len(self.lots), source, amount, ends))
        return self.lots[-1]

    def _pay(self, came: list[Lot], amount: int) -> None:
        self.debt -= self._take(came, min(self.debt, amount))

    @staticmethod
    def _take(lots: list[Lot], amount: int) -> int:
        total = 0
        for lot in sorted(lots, key=lambda lot: (lot.ends, lot.number)):
            part = min(lot.left, amount - total)
            lot.left -= part
            total += part
        return total


@dataclass
class Free:
    """Somebody's free credits: who they are, since when, and which months they had."""

    since: datetime | None = None
    refused: bool = False
    had: set[str] = field(default_factory=set)
    began: datetime | None = None
    ends: datetime | None = None


@dataclass
class Books:
    accounts: dict[Key, Account] = field(default_factory=lambda: defaultdict(Account))
    free: dict[int, Free] = field(default_factory=lambda: defaultdict(Free))
    mailboxes: set[str] = field(default_factory=set)

    def verify(self, person: int, mailbox: str, now: datetime) -> None:
        free = self.free[person]
        if free.since is not None:
            return
        free.since = now
        free.refused = mailbox in self.mailboxes
        self.mailboxes.add(mailbox)
        if not free.refused:
            self.refill(person, now)

    def refill(self, person: int, now: datetime) -> bool:
        """The month of `now`, once, when it has begun or when the clock was ahead of itself."""
        free = self.free[person]
        if free.since is None or free.refused or (free.ends and free.began and free.began <= now < free.ends):
            return False
        month, free.began, free.ends = month_of(free.since, now)
        amount = 15 if free.had else 50
        free.had.add(month)
        return self.accounts[person, "credit"].come(f"free {month}", "free", amount, free.ends, now)


def due(gives: int, amount: int, back: int) -> int:
    """What of a purchase stays with the buyer when so much of its price went back."""
    return gives - gives * min(back, amount) // amount


def year_after(moment: datetime) -> datetime:
    """The same day; of a leap day the day before."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year + 1, day=day)


def month_of(since: datetime, now: datetime) -> tuple[str, datetime, datetime]:
    """The free month that a moment lies in, found by walking from refill to refill."""
    day = min(since.day, 28)
    name, began, year, month = "first", since, since.year, since.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        refill = datetime(year, month, day, tzinfo=UTC)
        if now < refill:
            return name, began, refill
        name, began = f"{year}-{month:02}", refill
