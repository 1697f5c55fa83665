"""Every picture gets its job's person, and every finished job counts as tidied: delivering has always tidied.

In portions, each a transaction of its own, so that nobody waits behind a million rows. Doing it again does no harm.
"""

from django.db import migrations, models

PORTION = 5000


def fill(apps, schema_editor):
    Job, Picture = apps.get_model("generation", "Job"), apps.get_model("generation", "Picture")
    person = models.Subquery(Job.objects.filter(pk=models.OuterRef("job_id")).values("person")[:1])
    while rows := list(Picture.objects.filter(person=None).values_list("pk", flat=True)[:PORTION]):
        Picture.objects.filter(pk__in=rows).update(person=person)
    delivered = Job.objects.filter(status="delivered", finished_at__isnull=False, tidied_at=None)
    while rows := list(delivered.values_list("pk", flat=True)[:PORTION]):
        Job.objects.filter(pk__in=rows).update(tidied_at=models.F("finished_at"))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("generation", "0003_kinds_uploads_trash")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
