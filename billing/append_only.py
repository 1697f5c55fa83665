"""The triggers that keep the ledger's entries and portions as they were written, as a migration's operation."""

from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Each with what a REPLACE would silently remove to make room: SQLite asks no trigger of DELETE about that.
TABLES = {
    "billing_entry": (
        "EXISTS (SELECT 1 FROM billing_entry WHERE id = NEW.id OR effect = NEW.effect OR settles_id = NEW.settles_id)"
    ),
    "billing_portion": "EXISTS (SELECT 1 FROM billing_portion WHERE id = NEW.id)",
}
WORDS = "The ledger is append-only."

FUNCTION = f"""
CREATE OR REPLACE FUNCTION billing_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


class AppendOnly(Operation):
    """Can be run again at any time."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in _made(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in _dropped(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return "Refuse changes of the ledger in the database"


def keep(connection: BaseDatabaseWrapper) -> None:
    """After every `migrate`: SQLite changes a table by making it anew, and its triggers are lost without a word."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name FROM sqlite_master WHERE tbl_name LIKE 'billing%'")
        there = set(cursor.fetchall())
    triggers = {("trigger", name) for table in TABLES for name in _names(table) if not name.endswith("_truncate")}
    if {("table", table) for table in TABLES} <= there and not triggers <= there:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in _made(connection.vendor):
                cursor.execute(statement)


def _names(table: str) -> list[str]:
    return [f"{table}_no_{change}" for change in ("update", "delete", "truncate", "replace")]


def _dropped(vendor: str) -> list[str]:
    on = " ON {}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{on.format(table)}" for table in TABLES for name in _names(table)]


def _made(vendor: str) -> list[str]:
    statements = _dropped(vendor) + ([FUNCTION] if vendor == "postgresql" else [])
    for table, replaced in TABLES.items():
        update, delete, truncate, replace = _names(table)
        if vendor == "postgresql":
            refuse = "EXECUTE FUNCTION billing_append_only()"
            statements += [
                f"CREATE TRIGGER {update} BEFORE UPDATE ON {table} FOR EACH ROW {refuse}",
                f"CREATE TRIGGER {delete} BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
                f"CREATE TRIGGER {truncate} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
            ]
        else:
            # SQLite has no TRUNCATE: a DELETE of everything is one, and fires the trigger too.
            refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            statements += [
                f"CREATE TRIGGER {update} BEFORE UPDATE ON {table} {refuse}",
                f"CREATE TRIGGER {delete} BEFORE DELETE ON {table} {refuse}",
                f"CREATE TRIGGER {replace} BEFORE INSERT ON {table} WHEN {replaced} {refuse}",
            ]
    return statements
