"""Credits: granted, reserved, captured when pictures arrive, released when they do not."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from accounts.models import Person
from billing.models import Account, Entry


class OutOfCredits(Exception):
    """The balance does not cover it. Nothing was taken."""


def balance_of(*, person: Person) -> int:
    return Account.objects.filter(person=person).values_list("balance", flat=True).first() or 0


@transaction.atomic
def grant_first_month(*, person: Person) -> bool:
    """The free credits of the first month; true the first time, harmless after that."""
    account, _ = Account.objects.get_or_create(person=person)
    try:
        with transaction.atomic():
            _add(
                account,
                Entry.Kind.GRANT,
                settings.FIRST_MONTH_CREDITS,
                reference="first month",
                effect=f"grant:first-month:{person.pk}",
            )
    except IntegrityError:
        return False
    return True


@transaction.atomic
def reserve(*, person: Person, amount: int, reference: str) -> None:
    """Set `amount` aside. The condition and the subtraction are one statement, so two requests cannot both win."""
    account = Account.objects.filter(person=person).first()
    if account is None or not Account.objects.filter(pk=account.pk, balance__gte=amount).update(
        balance=F("balance") - amount
    ):
        raise OutOfCredits
    Entry.objects.create(
        account=account,
        kind=Entry.Kind.RESERVE,
        amount=-amount,
        reference=reference,
        effect=f"reserve:{reference}",
    )


def capture(*, reference: str) -> bool:
    """The pictures were delivered: the reserve is spent. True if this call settled it."""
    return _settle(reference, Entry.Kind.CAPTURE)


def release(*, reference: str) -> bool:
    """No pictures: the reserve goes back. True if this call settled it."""
    return _settle(reference, Entry.Kind.RELEASE)


def unbalanced() -> list[int]:
    """Accounts whose cached balance is not the sum of their entries. Must be empty."""
    sums = Account.objects.annotate(total=Sum("entries__amount", default=0)).exclude(balance=F("total"))
    return list(sums.values_list("pk", flat=True))


def export_of(*, person: Person) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """What this room knows of a person, by the name of its file; read as it is written."""
    return {"credits": _lines(person)}


def on_person_verified(*, person: Person, **_: Any) -> None:
    grant_first_month(person=person)


def _lines(person: Person) -> Iterable[Mapping[str, Any]]:
    entries = Entry.objects.filter(account__person=person).order_by("created", "id")
    yield from entries.values("kind", "amount", "reference", "created").iterator(chunk_size=500)


def _settle(reference: str, kind: Literal[Entry.Kind.CAPTURE, Entry.Kind.RELEASE]) -> bool:
    reserved = Entry.objects.select_related("account").get(effect=f"reserve:{reference}")
    back = -reserved.amount if kind == Entry.Kind.RELEASE else 0
    try:
        with transaction.atomic():
            _add(reserved.account, kind, back, reference=reference, effect=f"settle:{reference}", settles=reserved)
    except IntegrityError:
        return False
    return True


def _add(
    account: Account, kind: Entry.Kind, amount: int, *, reference: str, effect: str, settles: Entry | None = None
) -> None:
    # The entry first: where its effect has happened already, the balance is never touched.
    Entry.objects.create(account=account, kind=kind, amount=amount, reference=reference, effect=effect, settles=settles)
    if amount:
        Account.objects.filter(pk=account.pk).update(balance=F("balance") + amount)
