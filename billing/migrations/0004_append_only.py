"""The database itself refuses to change or remove what happened (docs/decisions/0033)."""

from django.db import migrations

from billing.append_only import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0003_lots_of_what_there_is'),
    ]

    operations = [AppendOnly("billing_entry", "billing_portion")]
