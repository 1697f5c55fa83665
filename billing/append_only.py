"""The triggers that keep what happened to money as it was written, as a migration's operation."""

from collections.abc import Collection, Iterable
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
    "billing_adjustment": "EXISTS (SELECT 1 FROM billing_adjustment WHERE id = NEW.id OR key = NEW.key)",
    "billing_resolution": "EXISTS (SELECT 1 FROM billing_resolution WHERE purchase_id = NEW.purchase_id)",
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

    def __init__(self, *tables: str) -> None:
        self.tables = tables

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in _made(schema_editor.connection.vendor, self.tables):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in _dropped(schema_editor.connection.vendor, self.tables):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Refuse changes of {', '.join(self.tables)} in the database"


def keep(connection: BaseDatabaseWrapper) -> None:
    """After every `migrate`: SQLite changes a table by making it anew, and its triggers are lost without a word."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name FROM sqlite_master WHERE tbl_name LIKE 'billing%'")
        there = set(cursor.fetchall())
    bare = [table for table in TABLES if ("table", table) in there and not _triggers(table) <= there]
    if bare:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in _made(connection.vendor, bare):
                cursor.execute(statement)


def _triggers(table: str) -> set[tuple[str, str]]:
    """As SQLite names them."""
    return {("trigger", name) for name in _names(table) if not name.endswith("_truncate")}


def _names(table: str) -> list[str]:
    return [f"{table}_no_{change}" for change in ("update", "delete", "truncate", "replace")]


def _dropped(vendor: str, tables: Iterable[str]) -> list[str]:
    on = " ON {}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{on.format(table)}" for table in tables for name in _names(table)]


def _made(vendor: str, tables: Collection[str]) -> list[str]:
    statements = _dropped(vendor, tables) + ([FUNCTION] if vendor == "postgresql" else [])
    for table in tables:
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
                f"CREATE TRIGGER {replace} BEFORE INSERT ON {table} WHEN {TABLES[table]} {refuse}",
            ]
    return statements
