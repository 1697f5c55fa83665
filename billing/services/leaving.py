"""What this room knows of a person: for the person to take along, and what stays when the account is closed."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import Person
from billing.models import Entry, Purchase

_LINE = ("account__unit", "kind", "amount", "owed", "balance", "reference", "created")
_PURCHASE = ("name", "unit", "currency", "amount", "state", "created", "paid_at", "receipt_url")


def export_of(*, person: Person) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """By the name of its file; read as it is written."""
    lines = Entry.objects.filter(account__person=person).order_by("pk")
    purchases = Purchase.objects.filter(person=person).order_by("created", "pk")
    return {
        "credits": lines.values(*_LINE).iterator(chunk_size=500),
        "purchases": purchases.values(*_PURCHASE).iterator(chunk_size=500),
    }


def on_account_closed(*, person: Person, **_: Any) -> None:
    """The books stay, as the law wants, but say no longer whose they were."""
    Purchase.objects.filter(person=person).exclude(email="").update(email="")
