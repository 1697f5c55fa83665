from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations

# The person stands in the index too: among a million sentences only theirs are looked at.
WORDS = """CREATE INDEX job_words ON generation_job
USING gin (person_id, to_tsvector('english', prompt)) WHERE emptied_at IS NULL"""
NEARLY = """CREATE INDEX job_words_nearly ON generation_job
USING gin (person_id, prompt gin_trgm_ops) WHERE emptied_at IS NULL"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(WORDS)
        schema_editor.execute(NEARLY)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS job_words")
        schema_editor.execute("DROP INDEX IF EXISTS job_words_nearly")


class Migration(migrations.Migration):
    """What a search asks on Postgres. SQLite's part is made after each migrating: generation/services/search.py."""

    dependencies = [("generation", "0008_saved_prompts")]

    operations = [
        # Both do nothing on another database; a database's owner may create them since Postgres 13.
        TrigramExtension(),
        BtreeGinExtension(),
        migrations.RunPython(make, drop),
    ]
