"""The triggers that keep the ledger's entries and portions as they were written, as a migration's operation."""

from typing import Any

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
    """Can be run again at any time, as a migration that makes one of the tables anew must."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(FUNCTION)
        for table in TABLES:
            for statement in _made(table, schema_editor.connection.vendor):
                schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for table in TABLES:
            for name in _names(table):
                on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")

    def describe(self) -> str:
        return "Refuse changes of the ledger in the database"


def _names(table: str) -> list[str]:
    return [f"{table}_no_{change}" for change in ("update", "delete", "truncate", "replace")]


def _made(table: str, vendor: str) -> list[str]:
    update, delete, truncate, replace = _names(table)
    if vendor == "postgresql":
        refuse = "EXECUTE FUNCTION billing_append_only()"
        return [
            f"CREATE TRIGGER {update} BEFORE UPDATE ON {table} FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {delete} BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {truncate} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        ]
    # SQLite has no TRUNCATE: a DELETE of everything is one, and fires the trigger too.
    body = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    return [
        f"CREATE TRIGGER {update} BEFORE UPDATE ON {table} {body}",
        f"CREATE TRIGGER {delete} BEFORE DELETE ON {table} {body}",
        f"CREATE TRIGGER {replace} BEFORE INSERT ON {table} WHEN {TABLES[table]} {body}",
    ]
