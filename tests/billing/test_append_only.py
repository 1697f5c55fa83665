"""Row 30: the ledger cannot be changed, not by SQL either, in any database."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from accounts.models import Person
from billing import append_only, services
from billing.append_only import TABLES
from billing.models import Entry, Portion
from tests import triggers

CHANGES = ["UPDATE {} SET amount = amount + 1", "UPDATE {} SET amount = amount", "DELETE FROM {}"]
CHANGES += [f"{change} WHERE id = (SELECT MIN(id) FROM {{}})" for change in CHANGES]
if connection.vendor == "postgresql":
    CHANGES += ["TRUNCATE {} CASCADE", "TRUNCATE {} RESTART IDENTITY CASCADE"]
    CHANGES += ["INSERT INTO {0} SELECT * FROM {0} ON CONFLICT (id) DO UPDATE SET amount = 0"]
else:
    CHANGES += ["REPLACE INTO {0} SELECT * FROM {0}", "UPDATE OR REPLACE {} SET amount = 0"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_row_30_the_database_refuses(alice: Person, table: str, change: str) -> None:
    services.reserve(person=alice, amount=1, reference="job")
    connection.check_constraints()  # Postgres would not even ask the trigger while a check of keys is to come
    before = (list(Entry.objects.values()), list(Portion.objects.values()))
    with pytest.raises(DatabaseError, match=r"append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.replace("{0}", table).replace("{}", table))
    assert (list(Entry.objects.values()), list(Portion.objects.values())) == before


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
