"""The ledger's figures on one database, as `tests.bench.ledger` starts it."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median
from threading import Barrier

from tests import databases

databases.begin()

from django.db import IntegrityError, OperationalError, connection, transaction  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Person  # noqa: E402
from billing import services  # noqa: E402
from billing.models import Account, Entry, Lot, Unit  # noqa: E402
from billing.services.lines import cursor_of  # noqa: E402

THREADS, CREDITS, ASKED = 16, 200, 800
FEW = 1000
MOST = 1.5

# Half of the entries reserve a credit, the others capture it.
FILL = (
    """
INSERT INTO billing_entry (account_id, kind, amount, owed, balance, reference, effect, settles_id, created)
SELECT {account}, 'reserve', -1, 0, {balance} - n, '{account}-' || n, 'reserve:{account}-' || n, NULL, '{now}'
FROM ({numbers}) numbers
""",
    """
INSERT INTO billing_entry (account_id, kind, amount, owed, balance, reference, effect, settles_id, created)
SELECT {account}, 'capture', 0, 0, balance, reference, 'settle:' || reference, id, '{now}'
FROM billing_entry WHERE account_id = {account} AND kind = 'reserve' ORDER BY id
""",
    """
INSERT INTO billing_portion (entry_id, lot_id, amount)
SELECT id, {lot}, -1 FROM billing_entry WHERE account_id = {account} AND kind = 'reserve' ORDER BY id
""",
)
NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(1, {count}) AS n",
    "sqlite": "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count}) "
    "SELECT n FROM counted",
}


def naive(person: Person, reference: str) -> bool:
    """Look whether there is enough, then write: what one would write first."""
    account = Account.objects.get(person=person)
    if Entry.objects.filter(account=account).aggregate(sum=Sum("amount"))["sum"] < 1:
        return False
    Entry.objects.create(account=account, kind="reserve", amount=-1, reference=reference, effect=f"naive:{reference}")
    return True


def ledger(person: Person, reference: str) -> bool:
    services.reserve(person=person, amount=1, reference=reference)
    return True


def rush(name: str, take: Callable[[Person, str], bool]) -> int:
    """Every reference is asked for twice, by all threads at once; how many too many were given."""
    person = someone(name, CREDITS)
    gate = Barrier(THREADS)

    def ask(number: int) -> tuple[int, int]:
        won = in_vain = 0
        gate.wait()
        for turn in range(number, 2 * ASKED, THREADS):
            try:
                won += take(person, f"{name} {turn % ASKED}")
            except (services.OutOfCredits, IntegrityError):
                pass
            except OperationalError:
                # SQLite lets writers wait in no order: on a machine that is busy otherwise one may wait too long.
                in_vain += 1
        connection.close()
        return won, in_vain

    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(ask, range(THREADS)))
    seconds = time.monotonic() - began
    given, in_vain = (sum(counts) for counts in zip(*answers, strict=True))
    over = max(0, given - CREDITS)
    print(f"  {name:<26} {given:4} given of {CREDITS}, overspent {over}, {2 * ASKED / seconds:.0f} asked/s", flush=True)
    if in_vain:
        print(f"  {'':<26} {in_vain} waited longer than the database lets them, and got nothing")
    return over


def someone(name: str, credits: int) -> Person:
    person = Person.objects.create(email=f"{name.replace(' ', '-')}@example.com", password="!")
    services.add_lot(
        person=person,
        unit=Unit.CREDIT,
        source=Lot.Source.BOUGHT,
        amount=credits,
        expires_at=timezone.now() + timedelta(days=365),
        reference="bench",
        effect=f"bench {name}",
    )
    return person


def with_entries(count: int) -> Person:
    """Somebody with so long a ledger, as whole as if it had been lived."""
    person = someone(f"{count} entries", 2 * count)
    account = Account.objects.get(person=person)
    lot = Lot.objects.get(account=account)
    spent = (count - 1) // 2
    numbers = NUMBERS[connection.vendor].format(count=spent)
    began = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in FILL:
            words = {"account": account.pk, "lot": lot.pk, "balance": 2 * count, "now": timezone.now()}
            cursor.execute(statement.format(numbers=numbers, **words))
        Account.objects.filter(pk=account.pk).update(balance=2 * count - spent)
        Lot.objects.filter(pk=lot.pk).update(left=2 * count - spent)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(
        f"  {Entry.objects.filter(account=account).count():,} entries made in {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return person


def acts(person: Person, rounds: int) -> dict[str, Callable[[int], object]]:
    oldest = Entry.objects.filter(account__person=person).order_by("pk").values_list("pk", flat=True)[100]
    kinds = [Entry.Kind.PURCHASE, Entry.Kind.RESERVE]
    account = Account.objects.get(person=person).pk

    def page(choice: str = "", before: int | None = None) -> object:
        newest = Entry.objects.filter(account=account).order_by("-pk").values_list("pk", flat=True)[0]
        cursor = cursor_of(account, before=before, balance=1, seen=newest) if before else ""
        return services.statement_page(person=person, choice=choice, cursor=cursor)

    return {
        "balance": lambda _: services.balance_of(person=person),
        "reserve": lambda turn: services.reserve(person=person, amount=1, reference=f"bench {person.pk} {turn}"),
        "capture": lambda turn: services.capture(reference=f"bench {person.pk} {turn}"),
        "statement, first page": lambda _: services.statement(person=person),
        "statement, last page": lambda _: services.statement(person=person, before=oldest),
        "statement, some kinds": lambda _: services.statement(person=person, kinds=kinds, before=oldest),
        "page as shown, first": lambda _: page(),
        "page as shown, last": lambda _: page(before=oldest),
        "page as shown, money back": lambda _: page("back"),
    }


def measure(rounds: int, *people: Person) -> list[dict[str, float]]:
    """Medians in milliseconds; everybody's acts in turn, so that a busy machine is as busy for all."""
    times: list[dict[str, list[float]]] = [{} for _ in people]
    every = [acts(person, rounds) for person in people]
    base = time.monotonic_ns()
    for turn in range(-20, rounds):
        for of_one, by in zip(times, every, strict=True):
            for name, act in by.items():
                began = time.perf_counter()
                act(base + turn)
                if turn >= 0:
                    of_one.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return [{name: median(values) for name, values in of_one.items()} for of_one in times]


def main(entries: int, rounds: int) -> int:
    print(f"\n{connection.vendor}: {THREADS} threads, {ASKED} reserves each asked twice, {CREDITS} credits")
    over_naively, over = rush("sum, then write (naive)", naive), rush("the ledger", ledger)
    print(f"{connection.vendor}: medians of {rounds}, in ms")
    few = with_entries(FEW)
    (alone,) = measure(rounds, few)
    many = with_entries(entries)
    beside, long = measure(rounds, few, many)
    worst = 0.0
    print(f"  {'':<24} {FEW:>9,} {'the same':>12} {entries:>12,}  ratio (to the first)")
    for name in alone:
        ratio = long[name] / beside[name]
        worst = max(worst, ratio)
        row = f"  {name:<24} {alone[name]:9.2f} {beside[name]:12.2f} {long[name]:12.2f}  {ratio:.2f}"
        print(f"{row} ({long[name] / alone[name]:.2f})  {'met' if ratio <= MOST else 'MISSED'}")
    began = time.monotonic()
    # The naive account has no portions: it is no ledger of ours.
    whole = [
        who
        for who in services.unbalanced()
        if who in Account.objects.filter(person__in=[few, many]).values_list("pk", flat=True)
    ]
    print(f"  reconciled in {time.monotonic() - began:.1f} s: {len(whole)} of the two accounts differ")
    return 1 if over or whole or worst > MOST or not over_naively else 0


if __name__ == "__main__":
    code = main(int(sys.argv[1]), int(sys.argv[2]))
    connection.close()
    sys.exit(code)
