"""Finding jobs by their words, as each database does it best; both ask an index. (decision 25)

Postgres: every word typed stands in the sentence, in any of its forms or nearly so spelt. SQLite: every word typed
begins a word of the sentence, in any of its forms. `ready` makes what SQLite needs; Postgres has it by a migration.
"""

import re
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup, TextField
from django.db.models.sql.compiler import SQLCompiler

MOST_WORDS = 12


def words_in(text: str) -> list[str]:
    """What was typed, without anything that a query language could take for its own."""
    return re.findall(r"\w+", text.casefold())[:MOST_WORDS]


@TextField.register_lookup
class Says(Lookup):
    """`prompt__says="two foxes"`."""

    lookup_name = "says"
    prepare_rhs = False

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, values = self.process_lhs(compiler, connection)
        words = words_in(self.rhs)
        forms = " & ".join(f"{word}:*" for word in words)
        nearly = " AND ".join(f"%s <%% {column}" for _word in words)
        told = f"(to_tsvector('english', {column}) @@ to_tsquery('english', %s) OR ({nearly}))"
        return told, [*values, forms, *words]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        found = """SELECT r.job FROM generation_job_said s JOIN generation_job_row r ON r.row = s.rowid
            WHERE s.prompt MATCH %s"""
        wanted = " AND ".join(f'"{word}"*' for word in words_in(self.rhs))
        return f'{table}."id" IN ({found})', [wanted]


def ready(connection: BaseDatabaseWrapper) -> None:
    """Once after every migrating: SQLite changes a table by making it anew, and its triggers are gone then."""
    if connection.vendor != "sqlite" or "generation_job" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('job_is_said', 'job_is_unsaid')")
        if cursor.fetchone()[0] == 2:
            return
        for statement in _SQLITE:
            cursor.execute(statement)


# A table of our own between the two: SQLite may number a table's rows anew, unless their number is a column of it.
_SQLITE = (
    "DROP TRIGGER IF EXISTS job_is_said",
    "DROP TRIGGER IF EXISTS job_is_unsaid",
    "DROP TRIGGER IF EXISTS job_is_said_anew",
    "DROP TABLE IF EXISTS generation_job_said",
    "DROP TABLE IF EXISTS generation_job_row",
    "CREATE TABLE generation_job_row (row INTEGER PRIMARY KEY, job char(32) NOT NULL UNIQUE)",
    """CREATE VIRTUAL TABLE generation_job_said USING fts5
    (prompt, tokenize = "porter unicode61 remove_diacritics 2", prefix = '2 3')""",
    "INSERT INTO generation_job_row (job) SELECT id FROM generation_job",
    """INSERT INTO generation_job_said (rowid, prompt)
    SELECT r.row, j.prompt FROM generation_job j JOIN generation_job_row r ON r.job = j.id""",
    """CREATE TRIGGER job_is_said AFTER INSERT ON generation_job BEGIN
    INSERT INTO generation_job_row (job) VALUES (new.id);
    INSERT INTO generation_job_said (rowid, prompt)
    SELECT row, new.prompt FROM generation_job_row WHERE job = new.id;
    END""",
    """CREATE TRIGGER job_is_said_anew AFTER UPDATE OF prompt ON generation_job WHEN old.prompt <> new.prompt BEGIN
    UPDATE generation_job_said SET prompt = new.prompt
    WHERE rowid = (SELECT row FROM generation_job_row WHERE job = new.id);
    END""",
    """CREATE TRIGGER job_is_unsaid AFTER DELETE ON generation_job BEGIN
    DELETE FROM generation_job_said WHERE rowid = (SELECT row FROM generation_job_row WHERE job = old.id);
    DELETE FROM generation_job_row WHERE job = old.id;
    END""",
)
