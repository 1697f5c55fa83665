from django.db import migrations

# The person stands in the index too: among a million sentences only theirs are looked at.
WORDS = """CREATE INDEX job_words ON generation_job
USING gin (person_id, to_tsvector('english', prompt)) WHERE emptied_at IS NULL"""
NEARLY = """CREATE INDEX job_words_nearly ON generation_job
USING gin (person_id, prompt gin_trgm_ops) WHERE emptied_at IS NULL"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # A database's owner may create both since Postgres 13. Django's own operations cannot be undone on SQLite.
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
        schema_editor.execute(WORDS)
        schema_editor.execute(NEARLY)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS job_words")
        schema_editor.execute("DROP INDEX IF EXISTS job_words_nearly")


class Migration(migrations.Migration):
    """What a search asks on Postgres. SQLite's part is made after each migrating: generation/services/search.py."""

    dependencies = [("generation", "0008_saved_prompts")]

    operations = [migrations.RunPython(make, drop)]
