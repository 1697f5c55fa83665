"""What is in the audit log stays as it is: the database refuses every change and every deletion, whoever asks."""

from django.db import migrations

SQLITE = [
    f"""CREATE TRIGGER audit_no_{act} BEFORE {act.upper()} ON moderation_auditentry
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"""
    for act in ("update", "delete")
]
POSTGRES = [
    """CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$""",
    """CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON moderation_auditentry
       FOR EACH ROW EXECUTE FUNCTION audit_only_grows()""",
]
BACK = {
    "sqlite": [f"DROP TRIGGER audit_no_{act}" for act in ("update", "delete")],
    "postgresql": ["DROP TRIGGER audit_only_grows ON moderation_auditentry", "DROP FUNCTION audit_only_grows()"],
}


def guard(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in BACK[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0005_cases_and_decisions")]
    operations = [migrations.RunPython(guard, unguard)]
