"""The pictures that a claimed job begins from, read for the worker."""

import io
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image

from generation.models import Frame, Job
from generation.services.canvases.pixels import as_png, frame_of
from generation.services.line import Claim
from generation.services.uploads_decoding import SIDE


class InputGone(Exception):
    """What the job begins from was deleted for good; the message says so, for the person."""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """PNG files."""

    sources: tuple[bytes, ...] = ()
    mask: bytes | None = None
    hint: bytes | None = None


def inputs_of(claim: Claim) -> Inputs:
    """In the trash is early enough: who asked for it then wants it still."""
    frame = Frame.objects.filter(job=claim.job_id).select_related("canvas").first()
    if frame is not None:
        return _inputs_of_frame(frame, claim)
    job = Job.objects.prefetch_related("sources__picture", "sources__upload").get(pk=claim.job_id)
    try:
        sources = []
        # What is edited is as large as what is drawn; a picture from the API may be smaller.
        side = job.options.get("size", SIDE) if job.kind == Job.Kind.EDIT else None
        for source in job.sources.all():
            stored = source.picture or source.upload
            if stored is None:
                raise FileNotFoundError
            sources.append(_sized(_read(stored.file), side))
        mask, hint = (_read(name) if name else None for name in (job.mask, job.hint))
    except FileNotFoundError:
        raise InputGone(_("The picture that it was to be made from has been deleted.")) from None
    return Inputs(sources=tuple(sources), mask=mask, hint=hint)


def _inputs_of_frame(frame: Frame, claim: Claim) -> Inputs:
    """A square of a canvas as it was when it was asked for, whatever was drawn since."""
    if claim.kind == Job.Kind.PROMPT:
        return Inputs()
    if frame.canvas is None:
        raise InputGone(_("The canvas has been deleted."))
    pixels = frame_of(frame.canvas, version=frame.version, x=frame.x, y=frame.y, soft=bool(claim.options.get("soft")))
    return Inputs(
        sources=(as_png(pixels.picture),),
        hint=None if pixels.hint is None else as_png(pixels.hint),
    )


def _sized(png: bytes, side: Any) -> bytes:
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        if side is None or image.size == (side, side):
            return png
        out = io.BytesIO()
        image.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", compress_level=3)
        return out.getvalue()


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())
