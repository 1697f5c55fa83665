"""What somebody has, and how it came to that. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Person
from billing.models import Account, Entry, Lot, Unit
from billing.services.book import SOONEST_FIRST

PAGE = 50


@dataclass(frozen=True)
class StatementPage:
    """Entries, newest first; `older` is the cursor of the next page, None where there is none."""

    entries: Sequence[Entry]
    older: int | None


def balance_of(*, person: Person, unit: Unit = Unit.CREDIT) -> int:
    """What can still be spent. What has expired does not count, whether its entry is written yet or not."""
    over = Lot.objects.filter(account=OuterRef("pk"), left__gt=0, expires_at__lte=timezone.now())
    sums = over.order_by().values("account").annotate(sum=Sum("left")).values("sum")
    spendable = F("balance") - Coalesce(Subquery(sums), 0, output_field=BigIntegerField())
    account = Account.objects.filter(person=person, unit=unit)
    return account.annotate(spendable=spendable).values_list("spendable", flat=True).first() or 0


def debt_of(*, person: Person, unit: Unit = Unit.CREDIT) -> int:
    """What blocks spending until as much has come in."""
    return Account.objects.filter(person=person, unit=unit).values_list("debt", flat=True).first() or 0


def lots_of(*, person: Person, unit: Unit = Unit.CREDIT) -> QuerySet[Lot]:
    """What has something left, soonest-expiring first: the order in which it is spent."""
    alive = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return Lot.objects.filter(alive, account__person=person, account__unit=unit, left__gt=0).order_by(*SOONEST_FIRST)


def statement(
    *,
    person: Person,
    unit: Unit = Unit.CREDIT,
    before: int | None = None,
    kinds: Sequence[Entry.Kind] = (),
    size: int = PAGE,
) -> StatementPage:
    """A page of the ledger, by keys: the last one of a million costs what the first one does."""
    account = Account.objects.filter(person=person, unit=unit).values_list("pk", flat=True).first()
    entries = Entry.objects.filter(account=account).select_related("settled_by", "about").order_by("-pk")
    if before is not None:
        entries = entries.filter(pk__lt=before)
    if kinds:
        entries = entries.filter(kind__in=kinds)
    found = list(entries[: size + 1])
    return StatementPage(found[:size], found[size - 1].pk if len(found) > size else None)
