"""The pictures that a claimed job begins from, read for the worker."""

from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from generation.models import Job
from generation.services.line import Claim


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
    job = Job.objects.prefetch_related("sources__picture", "sources__upload").get(pk=claim.job_id)
    try:
        sources = []
        for source in job.sources.all():
            stored = source.picture or source.upload
            if stored is None:
                raise FileNotFoundError
            sources.append(_read(stored.file))
        mask, hint = (_read(name) if name else None for name in (job.mask, job.hint))
    except FileNotFoundError:
        raise InputGone(_("The picture that it was to be made from has been deleted.")) from None
    return Inputs(sources=tuple(sources), mask=mask, hint=hint)


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())
