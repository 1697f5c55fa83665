"""Row 30: what happened to money cannot be changed, not by SQL either, in any database."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from accounts.models import Person
from billing import append_only, services
from billing.append_only import TABLES
from billing.models import Adjustment, Entry, Pack, Portion, Purchase, Resolution, Unit
from tests import triggers

MODELS = (Entry, Portion, Adjustment, Resolution)
# What a table counts by, or is known by.
COLUMNS = {"billing_resolution": "purchase_id"}

CHANGES = ["UPDATE {} SET <amount> = NULL", "UPDATE {} SET <amount> = <amount>", "DELETE FROM {}"]
CHANGES += [f"{change} WHERE <id> IN (SELECT <id> FROM {{}} LIMIT 1)" for change in CHANGES]
if connection.vendor == "postgresql":
    CHANGES += ["TRUNCATE {} CASCADE", "TRUNCATE {} RESTART IDENTITY CASCADE"]
    CHANGES += ["INSERT INTO {0} SELECT * FROM {0} ON CONFLICT (<id>) DO UPDATE SET <amount> = NULL"]
else:
    CHANGES += ["REPLACE INTO {0} SELECT * FROM {0}", "UPDATE OR REPLACE {} SET <amount> = <amount>"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_row_30_the_database_refuses(alice: Person, table: str, change: str) -> None:
    services.reserve(person=alice, amount=1, reference="job")
    services.adjust(person=alice, amount=1, reason="a gift", operator=alice, key="k")
    Resolution.objects.create(purchase=bought(alice), what=Resolution.What.CREDITED, operator=alice)
    connection.check_constraints()  # Postgres would not even ask the trigger while a check of keys is to come
    before = [list(model.objects.values()) for model in MODELS]
    known = COLUMNS.get(table)
    change = change.replace("<amount>", known or "amount").replace("<id>", known or "id")
    with pytest.raises(DatabaseError, match=r"append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.replace("{0}", table).replace("{}", table))
    assert [list(model.objects.values()) for model in MODELS] == before


def bought(person: Person) -> Purchase:
    pack, _ = Pack.objects.get_or_create(unit=Unit.CREDIT, gives=115, amount=1500, defaults={"name": "115 credits"})
    facts = {"name": pack.name, "unit": pack.unit, "gives": pack.gives, "amount": pack.amount, "currency": "usd"}
    return Purchase.objects.create(person=person, pack=pack, key="key", email=person.email, page="/", **facts)


def test_new_lines_are_taken(alice: Person) -> None:
    before = Entry.objects.count()
    services.reserve(person=alice, amount=1, reference="job")
    assert Entry.objects.count() == before + 1


def test_lost_triggers_are_made_again_after_a_migration(alice: Person) -> None:
    """As a table of SQLite's loses them that a migration makes anew."""
    off, _on = triggers.switches(connection)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in off:
                cursor.execute(statement)
        Portion.objects.update(amount=F("amount"))
    append_only.keep(connection)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Portion.objects.update(amount=F("amount"))
