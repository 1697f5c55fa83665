"""Ledgers from before lots: one lot for each, which its entries made, and free credits for everybody verified."""

from django.db import migrations
from django.utils import timezone

from billing.services.identity import identity_of
from billing.services.periods import period_of

BALANCES = """
UPDATE billing_entry SET balance = sums.after
FROM (SELECT id, SUM(amount) OVER (PARTITION BY account_id ORDER BY id) AS after FROM billing_entry) sums
WHERE sums.id = billing_entry.id
"""
PORTIONS = """
INSERT INTO billing_portion (entry_id, lot_id, amount)
SELECT entry.id, lot.id, entry.amount
FROM billing_entry entry JOIN billing_lot lot ON lot.account_id = entry.account_id
WHERE entry.amount <> 0
"""


def fill(apps, schema_editor):
    Account, Entry, Lot = (apps.get_model("billing", name) for name in ("Account", "Entry", "Lot"))
    Person, FreeCredits = apps.get_model("accounts", "Person"), apps.get_model("billing", "FreeCredits")
    now = timezone.now()
    schema_editor.execute(BALANCES)
    for account in Account.objects.select_related("person").iterator():
        opening = Entry.objects.filter(account=account, amount__gt=0).order_by("pk").first()
        if opening is None:
            continue
        granted = sum(Entry.objects.filter(account=account, kind="grant").values_list("amount", flat=True))
        # What was granted without an end gets until the refill to come.
        _, ends = period_of(account.person.verified_at or account.person.joined, now)
        Lot.objects.create(
            account=account, source="free", granted=granted, left=account.balance, expires_at=ends, opened_by=opening
        )
    schema_editor.execute(PORTIONS)
    for person in Person.objects.exclude(verified_at=None).order_by("verified_at", "pk").iterator():
        identity = identity_of(person.email)
        began, ends = period_of(person.verified_at, now)
        theirs = not FreeCredits.objects.filter(identity=identity).exists()
        FreeCredits.objects.create(
            person=person,
            identity=identity if theirs else None,
            refusal="" if theirs else "same_person",
            anchor=person.verified_at,
            first_at=person.verified_at,
            granted_for=began,
            next_at=ends if theirs else None,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('billing', '0002_lots_and_free_credits'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
