"""Files that belong to nothing: of a job that ended while its worker died between writing and recording."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from generation.models import Job, Picture
from generation.services.canvases.exporting import expire_canvas_exports
from generation.services.canvases.patches import sweep_patches
from generation.services.export import expire_exports
from generation.services.pictures import folder_of
from generation.services.starting import inputs_folder
from generation.services.trash import empty_folder

# Who holds a job may still be writing, and finds out at the next heartbeat that it ended.
PATIENCE = timedelta(minutes=5)
AT_ONCE = 200
# A browser that was offline for longer sends its patches again.
UNUSED = timedelta(days=1)


def tidy() -> int:
    """Look once at every job that ended otherwise than by a delivery, which tidies by itself. How many there were.
    Exports whose time is over go too."""
    expire_exports()
    expire_canvas_exports()
    ended = Q(finished_at__isnull=False, finished_at__lt=timezone.now() - PATIENCE)
    jobs = list(Job.objects.filter(ended, tidied_at=None).order_by("finished_at")[:AT_ONCE])
    for job in jobs:
        if not Picture.objects.filter(job=job).exists():
            empty_folder(folder_of(job.pk))
            empty_folder(inputs_folder(job.pk))
        Job.objects.filter(pk=job.pk).update(tidied_at=timezone.now())
    sweep_patches(before=timezone.now() - UNUSED, most=AT_ONCE)
    return len(jobs)
