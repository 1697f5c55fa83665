"""Everything of a person in one ZIP: asked for, made in the background, fetched within a week. (decision 26)

As of jobs, the row is the queue. A claim raises `attempt`, which stands in the file's name and in every write; who went
away loses the lease, and another begins anew.
"""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.signing import Signer
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_noop

from accounts import services as accounts
from accounts.models import Person
from generation import queue
from generation.models import Export
from generation.services.export_archive import write_archive
from generation.services.storing import delete_file, portions_of

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
LEASE = timedelta(seconds=60)
# Told to the row this often, so that whoever waits sees it grow.
EVERY_SECONDS = 1.0
MOST_A_DAY = 5


class TooManyExports(Exception):
    """Enough of them were made within a day."""


class _Lost(Exception):
    """Another worker has it, or it is not wanted any more."""


def start_export(*, person: Person) -> Export:
    """One at a time: asked for again, it is the one that is being made."""
    running = Export.objects.filter(person=person, finished_at=None)
    if found := running.first():
        return found
    today = Export.objects.filter(person=person, created__gt=timezone.now() - timedelta(days=1))
    if today.exclude(status=Export.Status.FAILED).count() >= MOST_A_DAY:
        raise TooManyExports
    try:
        with transaction.atomic():
            export = Export.objects.create(person=person)
            # The last one is old by now, and two would be twice the disk.
            Export.objects.filter(person=person, expires_at__gt=timezone.now()).update(expires_at=timezone.now())
            queue.wake(queue.EXPORT)
    except IntegrityError:
        return running.get()  # the other click of a double click
    return export


def latest_export(*, person: Person) -> Export | None:
    """The one to tell of: what is over is as if it had never been."""
    now = timezone.now()
    return Export.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), person=person).order_by("-created").first()


def export_address(export: Export) -> str:
    """Good for whoever has it, until the file goes. To be told to its person alone."""
    return reverse("export_file", args=[export.pk, _signature(export)])


def open_export(*, export_id: UUID, signature: str) -> tuple[Export, Iterator[bytes]]:
    export = Export.objects.filter(pk=export_id, status=Export.Status.READY, expires_at__gt=timezone.now()).first()
    if export is None or not constant_time_compare(signature, _signature(export)):
        raise Http404
    if not default_storage.exists(export.file):
        raise Http404
    return export, portions_of(export.file)


def export_next() -> bool:
    """Make the export that waits longest; false if none does."""
    export = _claim()
    if export is None:
        return False
    try:
        _write(export)
    except _Lost:
        delete_file(export.file)
    except Exception as error:
        logger.exception("export %s was not made", export.pk)
        delete_file(export.file)
        _fail(export, str(error))
    return True


def expire_exports() -> int:
    """Delete the files whose week is over, and those that came to nothing. The rows go with them."""
    over = Export.objects.filter(expires_at__isnull=False, expires_at__lte=timezone.now())
    for export in (found := list(over[:100])):
        delete_file(export.file)
        export.delete()
    return len(found)


def _claim() -> Export | None:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    for export in Export.objects.filter(free, finished_at=None).select_related("person").order_by("created")[:20]:
        attempt = export.attempt + 1
        if export.attempt >= settings.MOST_ATTEMPTS:
            _fail(export, export.error or "every worker that had it went away")
            continue
        delete_file(export.file)  # what the one before began
        file = f"exports/{str(export.pk)[:2]}/{export.pk}/{attempt}.zip"
        if Export.objects.filter(free, pk=export.pk, attempt=export.attempt, finished_at=None).update(
            attempt=attempt, status=Export.Status.RUNNING, lease_until=now + LEASE, file=file, step=0, steps=0
        ):
            export.attempt, export.file = attempt, file
            return export
    return None


def _write(export: Export) -> None:
    told = 0.0

    def keep(step: int, steps: int) -> None:
        """A sign of life, with how far it is."""
        nonlocal told
        if time.monotonic() - told < EVERY_SECONDS and step < steps:
            return
        told = time.monotonic()
        if not _mine(export).update(step=step, steps=steps, lease_until=timezone.now() + LEASE):
            raise _Lost

    # Not every storage makes folders when it opens a file; every one does when it saves.
    export.file = default_storage.save(export.file, ContentFile(b""))
    _mine(export).update(file=export.file)
    with default_storage.open(export.file, "wb") as file:
        write_archive(file, person=export.person, keep=keep)
    _finish(export, size=default_storage.size(export.file))


@transaction.atomic
def _finish(export: Export, *, size: int) -> None:
    now = timezone.now()
    if not _mine(export).update(
        status=Export.Status.READY, size=size, finished_at=now, lease_until=None, step=F("steps"), expires_at=now + KEPT
    ):
        raise _Lost
    accounts.send_message(
        person=export.person,
        kind="export",
        title=gettext_noop("Your export is ready"),
        body=gettext_noop(
            "Everything of yours is in one ZIP file. It can be fetched until %(day)s; then it is deleted."
        ),
        data={"day": (now + KEPT).date().isoformat()},
        link=reverse("your_data"),
        once=f"export:{export.pk}",
    )


@transaction.atomic
def _fail(export: Export, error: str) -> None:
    now = timezone.now()
    # The row stays for a while, so that the page can say what became of it.
    if _mine(export).update(
        status=Export.Status.FAILED,
        error=error[:2000],
        finished_at=now,
        lease_until=None,
        file="",
        expires_at=now + KEPT,
    ):
        accounts.send_message(
            person=export.person,
            kind="export",
            title=gettext_noop("Your export could not be made"),
            body=gettext_noop("Something went wrong on our side, and nothing of yours was changed. Try it again."),
            link=reverse("your_data"),
            once=f"export:{export.pk}",
        )


def _mine(export: Export) -> QuerySet[Export]:
    return Export.objects.filter(pk=export.pk, attempt=export.attempt, finished_at=None)


def _signature(export: Export) -> str:
    until: datetime | None = export.expires_at
    return Signer(salt="export").signature(f"{export.pk}:{until.isoformat() if until else ''}")
