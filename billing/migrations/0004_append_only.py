"""The database itself refuses to change or remove what happened.

SQLite forgets a table's triggers when a later migration has to make the table anew: such a migration ends with
`AppendOnly()` again, and tests/billing/test_append_only.py fails until it does.
"""

from django.db import migrations

from billing.append_only import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0003_lots_of_what_there_is'),
    ]

    operations = [AppendOnly()]
