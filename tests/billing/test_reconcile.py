"""The reconciler sees every way in which a ledger can be wrong."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Person
from billing import services
from billing.models import Account, Lot
from tests import triggers

WRONG = {
    "balance": "UPDATE billing_account SET balance = balance + 1",
    "debt": "UPDATE billing_account SET debt = 5",
    "lot": 'UPDATE billing_lot SET "left" = "left" - 1',
    "entry": "UPDATE billing_entry SET amount = amount - 1 WHERE kind = 'reserve'",
    "portion": "UPDATE billing_portion SET amount = amount + 1 WHERE amount < 0",
    "portion lost": "DELETE FROM billing_portion WHERE amount < 0",
}


def test_a_whole_ledger(alice: Person, bob: Person) -> None:
    services.reserve(person=alice, amount=1, reference="job")
    said = io.StringIO()
    call_command("reconcile", stdout=said)
    assert said.getvalue() == "2 accounts, 3 entries, 0 differences\n"


def spoil(statement: str) -> None:
    off, on = triggers.switches(connection)
    with connection.cursor() as cursor:
        for one in (*off, statement, *on):
            # Postgres alters no table while a check of keys is to come.
            connection.check_constraints()
            cursor.execute(one)


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_ledger(alice: Person, bob: Person, what: str) -> None:
    services.reserve(person=alice, amount=1, reference="job")
    spoil(WRONG[what])
    said = io.StringIO()
    with pytest.raises(CommandError, match="differences"):
        call_command("reconcile", stdout=said)
    assert said.getvalue()
    mine = Account.objects.get(person=alice).pk
    assert mine in services.unbalanced()
    assert Lot.objects.filter(account=mine).exists()
