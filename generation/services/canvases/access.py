"""The one way to a canvas: somebody else's is not there."""

from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Person
from generation.models import Canvas


class InTrash(Exception):
    """It was thrown away, in another tab perhaps, and can be restored. What was drawn since is still in the browser."""


class NoRoom(ValueError):
    """One person keeps no more than this; the message says so, for the person. Nothing is lost: what was drawn since
    is in the browser, and goes in when there is room."""


class IdUsed(Exception):
    """The id that a browser made for a new canvas stands for another one."""


def canvas_for(*, person: Person, canvas_id: UUID, in_trash: bool = False) -> Canvas:
    """What is in the trash is there only for who says so."""
    canvas = Canvas.objects.filter(person=person, pk=canvas_id).first()
    if canvas is None or (canvas.trashed_at is not None and not in_trash):
        raise Http404
    return canvas


def check_number(person: Person) -> None:
    """Whether one more canvas may be kept."""
    if Canvas.objects.filter(person=person, trashed_at=None).count() >= settings.MOST_CANVASES:
        raise NoRoom(
            _("You have %(most)d canvases, as many as one person has here. Put one into the trash to begin another.")
            % {"most": settings.MOST_CANVASES}
        )


def canvas_to_draw_on(*, person: Person, canvas_id: UUID) -> Canvas:
    """One that went to the trash under somebody's pen is told apart from one that never was."""
    canvas = canvas_for(person=person, canvas_id=canvas_id, in_trash=True)
    if canvas.trashed_at is not None:
        raise InTrash
    return canvas
