"""A picture on a canvas of its own: what `edit` beside every picture does."""

from uuid import uuid4

from django.utils.translation import gettext as _

from accounts.models import Person
from generation.canvas.commands import FORM
from generation.models import Canvas, Picture
from generation.services.access import Source
from generation.services.canvases.keeping import create_canvas
from generation.services.canvases.log import Batch, append_batch
from generation.services.canvases.patches import source_patch
from generation.services.labels import NAME_LIMIT, clean_line


def canvas_of_source(*, person: Person, source: Source) -> Canvas:
    """A new one, with the picture where the frame stands, and named by its sentence."""
    words = source.job.prompt if isinstance(source, Picture) else ""
    name = clean_line(" ".join(words.split())[:NAME_LIMIT], field="name") or _("Untitled")
    canvas = create_canvas(person=person, name=name)
    patch = source_patch(person=person, source=source)
    place = {"id": str(uuid4()), "do": "place", "v": FORM, "layer": 0, "matrix": [1, 0, 0, 1, 0, 0], **patch}
    append_batch(person=person, canvas_id=canvas.pk, batch=Batch(base=0, commands=[place]))
    return canvas
