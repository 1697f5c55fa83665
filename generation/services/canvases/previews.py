"""Small pictures of canvases for lists, and of their states for the history.

A canvas's own is made in the background once the log has been quiet for some seconds, and stays until there is a newer
one. The row is the queue: every batch puts the time off.
"""

import io
import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Person
from generation.canvas.compose import FRAME, Box, extent
from generation.models import Canvas, Entry
from generation.services.canvases.access import canvas_for
from generation.services.canvases.pixels import document_at, scene_of, small_of
from generation.services.storing import delete_file

logger = logging.getLogger(__name__)

QUIET = timedelta(seconds=5)
# Who has not finished by then is taken for dead.
MAKING = timedelta(seconds=60)
AT_ONCE = 20
SIDE = 256
STATE_SIDE = 128
# Around what a command drew: so much of its surroundings is shown.
LEAST_STATE = 256


def preview_due() -> datetime:
    """For a canvas on which something was drawn just now."""
    return timezone.now() + QUIET


def preview_canvases() -> int:
    """Make those that are due. How many there were."""
    due = list(Canvas.objects.filter(preview_due__lte=timezone.now()).order_by("preview_due")[:AT_ONCE])
    for canvas in due:
        until = timezone.now() + MAKING
        if not Canvas.objects.filter(pk=canvas.pk, preview_due=canvas.preview_due).update(preview_due=until):
            continue  # another worker has it, or it is drawn on again
        try:
            _make(canvas)
        except Exception:
            # The older one stays; what is drawn next gives another try.
            logger.exception("no preview of canvas %s", canvas.pk)
        Canvas.objects.filter(pk=canvas.pk, preview_due=until).update(preview_due=None)
    return len(due)


def preview_address(canvas: Canvas) -> str | None:
    if not canvas.preview:
        return None
    return f"{reverse('canvas_preview', args=[canvas.pk])}?v={canvas.preview_version}"


def preview_file(*, person: Person, canvas_id: UUID) -> tuple[str, int]:
    """The stored file, and the version that it shows. Of a canvas in the trash too, whose list shows it."""
    canvas = canvas_for(person=person, canvas_id=canvas_id, in_trash=True)
    if not canvas.preview or canvas.preview_version is None:
        raise Http404
    return canvas.preview, canvas.preview_version


def state_webp(*, person: Person, canvas_id: UUID, version: int) -> bytes:
    """What a command did: its own place with some of what lies around it; of one that draws nothing, all there is."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    if not 0 <= version <= canvas.version:
        raise Http404
    entry = Entry.objects.get(canvas=canvas, version=version)
    return _webp(small_of(canvas, version=version, box=_box_of(canvas, entry), side=STATE_SIDE))


def _make(canvas: Canvas) -> None:
    """Of how it is now. Whoever is later with an older one gives way."""
    version = canvas.version
    content = _webp(small_of(canvas, version=version, box=_whole(canvas, version), side=SIDE))
    name = default_storage.save(f"canvases/{str(canvas.pk)[:2]}/{canvas.pk}/{version}.webp", ContentFile(content))
    newer = Canvas.objects.filter(pk=canvas.pk).exclude(preview_version__gt=version)
    if not newer.update(preview=name, preview_version=version):
        delete_file(name)
    elif canvas.preview != name:
        delete_file(canvas.preview)


def _box_of(canvas: Canvas, entry: Entry) -> Box:
    if entry.left is None or entry.top is None or entry.right is None or entry.bottom is None:
        return _whole(canvas, entry.version)
    layers = document_at(canvas, entry.version)["layers"]
    x, y = next(((layer["x"], layer["y"]) for layer in layers if layer["id"] == entry.command["layer"]), (0, 0))
    side = max(LEAST_STATE, 2 * max(entry.right - entry.left, entry.bottom - entry.top))
    left = (entry.left + entry.right - side) // 2 + x
    top = (entry.top + entry.bottom - side) // 2 + y
    return left, top, left + side, top + side


def _whole(canvas: Canvas, version: int) -> Box:
    document = document_at(canvas, version)
    return extent(document, scene_of(canvas, document)) or (0, 0, FRAME, FRAME)


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()
