"""The triggers of the ledger, for tests that must get past them."""

from django.db.backends.base.base import BaseDatabaseWrapper

from billing.append_only import TABLES


def switches(connection: BaseDatabaseWrapper) -> tuple[list[str], list[str]]:
    """The statements that put them off, and on again."""
    if connection.vendor == "postgresql":
        off, on = ([f"ALTER TABLE {table} {way} TRIGGER USER" for table in TABLES] for way in ("DISABLE", "ENABLE"))
        return off, on
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'billing%%'")
        made = cursor.fetchall()
    return [f"DROP TRIGGER {name}" for name, _sql in made], [sql for _name, sql in made]
