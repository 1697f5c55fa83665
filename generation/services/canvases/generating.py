"""Drawing in a frame: a square of the canvas becomes a job, and what the person takes of it a patch to be placed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.core.files.storage import default_storage
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from generation.canvas.commands import REACH
from generation.canvas.compose import FRAME
from generation.models import Canvas, Frame, Job, Picture, Upload
from generation.services.access import Source, picture_for
from generation.services.canvases.access import canvas_for
from generation.services.canvases.patches import keep_patch
from generation.services.canvases.pixels import as_png, frame_of, placed_in
from generation.services.keeping import keep_frame
from generation.services.sentences import clean_sentence
from generation.services.sizes import open_png
from generation.services.snapshots import snapshot
from generation.services.starting import PICTURES_A_PROMPT, PICTURES_OF_A_SOURCE, Asked, BadOptions, start

MOST_FRAMES = 24
# What lies deeper is not told of.
MOST_SOURCES = 8


class NothingToDraw(ValueError):
    """Nothing in the frame is erased or empty. Nothing was charged."""


@dataclass(frozen=True, kw_only=True)
class Square:
    """A frame's place: its upper left corner, on the canvas as it was at a version."""

    version: int
    x: int
    y: int


def start_frame(
    *,
    person: Person,
    canvas_id: UUID,
    square: Square,
    prompt: str,
    key: str,
    negative: str = "",
    soft: float = 0.0,
) -> Job:
    """Where nothing is, four pictures of the sentence; else what is erased or empty drawn anew, three times. `soft`:
    how softly that ends, from 0 to 1: what is erased half shows through near its edge."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    sentence = clean_sentence(prompt)
    options: dict[str, Any] = {"frame": [str(canvas_id), square.version, square.x, square.y]}
    if max(abs(square.x), abs(square.y)) > REACH:
        raise BadOptions(_("The frame lies too far out."))
    pixels = frame_of(canvas, version=square.version, x=square.x, y=square.y)
    if pixels.full:
        raise NothingToDraw
    # Written so that nan, which compares false with everything, is refused too.
    if not 0 <= soft <= 1:
        raise BadOptions(_("The softness goes from 0 to 1."))
    if soft and not pixels.empty:
        options["soft"] = float(soft)
    if negative.strip():
        options["negative"] = clean_sentence(negative)
    asked = Asked(
        kind=Job.Kind.PROMPT if pixels.empty else Job.Kind.EDIT,
        prompt=sentence,
        options=options,
        seeds=PICTURES_A_PROMPT if pixels.empty else PICTURES_OF_A_SOURCE,
        frame=Frame(canvas=canvas, version=square.version, x=square.x, y=square.y),
        lies_under=[] if pixels.empty else _lies_under(canvas, square),
    )
    return start(person, key, asked)


def draw_frame_again(job: Job, *, key: str) -> Job:
    """More candidates for the same place."""
    frame = Frame.objects.filter(job=job).select_related("canvas__person").first()
    if frame is None or frame.canvas is None:
        raise Http404
    return start_frame(
        person=frame.canvas.person,
        canvas_id=frame.canvas.pk,
        square=Square(version=frame.version, x=frame.x, y=frame.y),
        prompt=job.prompt,
        negative=job.options.get("negative", ""),
        soft=job.options.get("soft", 0.0),
        key=key,
    )


def frames_of(*, person: Person, canvas_id: UUID) -> list[dict[str, Any]]:
    """The frames of a canvas, the last asked for first, as far as their jobs are still in the history."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    frames = Frame.objects.filter(canvas=canvas, job__emptied_at=None).select_related("job").order_by("-job__created")
    return [
        {
            "version": frame.version,
            "x": frame.x,
            "y": frame.y,
            "closed": frame.closed_at is not None,
            "job": snapshot(frame.job),
        }
        for frame in frames[:MOST_FRAMES]
    ]


def close_frame(*, person: Person, canvas_id: UUID, job_id: UUID, closed: bool) -> None:
    """Its candidates were taken or put aside, so no device shows them any more; or they are wanted once again."""
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    frame = Frame.objects.filter(canvas=canvas, job=job_id).first()
    if frame is None:
        raise Http404
    Frame.objects.filter(pk=frame.pk).update(closed_at=timezone.now() if closed else None)


def candidate_patch(*, person: Person, canvas_id: UUID, job_id: UUID, picture_id: UUID) -> dict[str, Any]:
    """A candidate as a `place` command has it: only where the frame was erased or empty, so that nothing that was kept
    is drawn over, in whichever layer it is placed."""
    frame, picture = _candidate(person, canvas_id, job_id, picture_id)
    png = as_png(_only_in_the_hole(frame, picture))
    patch = keep_patch(person=person, png=png)
    return {
        "patch": patch.sha256,
        "width": patch.width,
        "height": patch.height,
        "matrix": [1, 0, 0, 1, frame.x, frame.y],
        "source": {"kind": "picture", "id": str(picture.pk)},
    }


def keep_candidate(*, person: Person, canvas_id: UUID, job_id: UUID, picture_id: UUID) -> Picture:
    """Into the gallery, where it can be collected and shared as any other."""
    _frame, picture = _candidate(person, canvas_id, job_id, picture_id)
    return keep_frame(person=person, picture_id=picture.pk, kept=True)


def _candidate(person: Person, canvas_id: UUID, job_id: UUID, picture_id: UUID) -> tuple[Frame, Picture]:
    canvas = canvas_for(person=person, canvas_id=canvas_id)
    frame = Frame.objects.filter(canvas=canvas, job=job_id).first()
    picture = picture_for(person=person, picture_id=picture_id)
    if frame is None or picture.job_id != frame.job_id:
        raise Http404
    return frame, picture


def _lies_under(canvas: Canvas, square: Square) -> list[Source]:
    """Own pictures and uploads that are still there. A project brought from elsewhere names others': those are not."""
    box = (square.x, square.y, square.x + FRAME, square.y + FRAME)
    placed = placed_in(canvas, version=square.version, box=box)
    ids = {kind: [source["id"] for source in placed if source["kind"] == kind] for kind in ("picture", "upload")}
    found: dict[str, Source] = {}
    for model in (Picture, Upload):
        mine = model.objects.filter(person=canvas.person_id, pk__in=ids[model._meta.model_name or ""])
        found |= {str(each.pk): each for each in mine}
    return [found[source["id"]] for source in placed if source["id"] in found][:MOST_SOURCES]


def _only_in_the_hole(frame: Frame, picture: Picture) -> np.ndarray:
    assert frame.canvas is not None
    with default_storage.open(picture.file) as file:
        colours = np.array(open_png(file.read()))
    hole = frame_of(frame.canvas, version=frame.version, x=frame.x, y=frame.y).hole
    alpha = np.where(hole, 255, 0).astype(np.uint8)[..., None]
    return np.concatenate([colours * (alpha > 0), alpha], axis=-1)
