"""Canvases that go for good: with their person, or alone."""

from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import Person
from generation.models import Canvas, CanvasExport, Patch
from generation.services.canvases.patches import name_of
from generation.services.storing import delete_file

AT_ONCE = 100


def forget_canvases(person: Person) -> None:
    """All that a person drew. Each file goes before the row that names it, so what a crash left is found again; and
    canvases before patches, which no log may miss."""
    for export in CanvasExport.objects.filter(canvas__person=person):
        delete_file(export.file)
        export.delete()
    for canvas in Canvas.objects.filter(person=person):
        delete_file(canvas.preview)
        canvas.delete()
    while portion := list(Patch.objects.filter(person=person).order_by("pk")[:AT_ONCE]):
        for patch in portion:
            delete_file(name_of(patch))
        Patch.objects.filter(pk__in=[patch.pk for patch in portion]).delete()


def on_canvas_deleted(*, instance: Canvas | CanvasExport, **_: Any) -> None:
    """From the trash, or with something else: the file goes with its row, once that is for certain."""
    name = instance.preview if isinstance(instance, Canvas) else instance.file
    if name:
        transaction.on_commit(partial(default_storage.delete, name))
