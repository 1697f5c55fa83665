"""Asking for pictures, in five ways. Each says what is asked, and one transaction does the rest for all of them."""

import hashlib
import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Person
from billing import services as billing
from generation import events, queue
from generation.models import Frame, Job, JobSource, Picture, Upload
from generation.services.access import Source, jobs_of
from generation.services.sentences import clean_sentence
from generation.services.uploads_decoding import BadUpload, decoded
from moderation import services as moderation

PICTURES_A_PROMPT = 4
PICTURES_OF_A_SOURCE = 3
# Frames differ in their place on the way, and in nothing else: the engine draws these many from one seed.
FRAMES = 7
SEEDS_OF_A_WAY = 1
COST = 1


class KeyUsed(Exception):
    """This key started a job for something else."""


class NotVerified(Exception):
    """The e-mail is not proven yet."""


class MayNotAsk(Exception):
    """A moderator decided that this person draws nothing for now; the message says until when."""


class BadOptions(ValueError):
    """This cannot be asked for; the message says why, for the person who asked."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it is compared with another under the same key."""

    kind: Job.Kind
    prompt: str
    seeds: int
    options: Mapping[str, Any] = field(default_factory=dict)
    sources: Sequence[Source] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    written_anew: bool = False
    """The files were opened and written anew already."""
    frame: Frame | None = None
    """Of a canvas: not saved yet. What the worker gets is composed from there."""
    price: int = COST
    unit: billing.Unit = billing.Unit.CREDIT
    seed: int | None = None
    """The first of the seeds, each the next; else they are drawn by lot."""
    api: Callable[[Job], None] | None = None
    """Of the API: what it writes of the job in the same transaction, once the money is held. It may raise."""


def start_job(*, person: Person, prompt: str, key: str, negative: str = "") -> Job:
    """Four pictures of a sentence. The same key and request again give the same job, here and below."""
    asked = Asked(
        kind=Job.Kind.PROMPT,
        prompt=clean_sentence(prompt),
        options=_negative(negative),
        seeds=PICTURES_A_PROMPT,
    )
    return start(person, key, asked)


def start_variation(*, person: Person, source: Source, strength: float, key: str, negative: str = "") -> Job:
    """Three more of the same. Strength 0 is the source again, 1 another picture of the same things."""
    # Written so that nan, which compares false with everything, is refused too.
    if not 0 <= strength <= 1:
        raise BadOptions(_("The strength goes from 0 to 1."))
    asked = Asked(
        kind=Job.Kind.VARIATION,
        prompt=_words_of(source),
        options={"strength": float(strength), **_negative(negative)},
        sources=[source],
        seeds=PICTURES_OF_A_SOURCE,
    )
    return start(person, key, asked)


def start_edit(
    *, person: Person, source: Source, mask: bytes, prompt: str, key: str, hint: bytes | None = None, negative: str = ""
) -> Job:
    """The erased part drawn anew, three times. The sentence describes the whole picture as it is to be."""
    files = {"mask": mask} if hint is None else {"mask": mask, "hint": hint}
    asked = Asked(
        kind=Job.Kind.EDIT,
        prompt=clean_sentence(prompt),
        options={**_negative(negative), **{name: hashlib.sha256(file).hexdigest() for name, file in files.items()}},
        sources=[source],
        files=files,
        seeds=PICTURES_OF_A_SOURCE,
    )
    return start(person, key, asked)


def start_blend(*, person: Person, first: Source, second: Source, key: str, negative: str = "") -> Job:
    """Frames on the way from one picture to another."""
    if first == second:
        raise BadOptions(_("Choose two different pictures."))
    # Two of one sentence are called by it once.
    words = " × ".join(dict.fromkeys(filter(None, (_words_of(first), _words_of(second)))))
    asked = Asked(
        kind=Job.Kind.BLEND,
        prompt=words[: settings.PROMPT_LIMIT],
        options=_negative(negative),
        sources=[first, second],
        seeds=SEEDS_OF_A_WAY,
    )
    return start(person, key, asked)


def start_text_diff(
    *, person: Person, source: Source, from_prompt: str, to_prompt: str, key: str, negative: str = ""
) -> Job:
    """Frames on the way that two sentences say, "winter" to "summer". Nothing to go from means: any picture."""
    towards, away = clean_sentence(to_prompt), clean_sentence(from_prompt) if from_prompt.strip() else ""
    if towards == away:
        raise BadOptions(_("Both sentences say the same, so nothing would change."))
    asked = Asked(
        kind=Job.Kind.TEXT_DIFF,
        prompt=f"{away} → {towards}" if away else towards,
        options={"from_prompt": away, "to_prompt": towards, **_negative(negative)},
        sources=[source],
        seeds=SEEDS_OF_A_WAY,
    )
    return start(person, key, asked)


def start(person: Person, key: str, asked: Asked) -> Job:
    """One transaction: the key, the credit, the row and what it begins from."""
    check_may_ask(person)
    job = Job(person=person, kind=asked.kind, prompt=asked.prompt, options=dict(asked.options), key=key)
    job.seeds = _seeds(asked)
    if asked.api is not None:
        # Pages are for those who pressed there: nobody has to look at what a program asked for.
        job.api, job.seen_at = True, job.created
    # Asked again, its source may be in the trash by now; and files need not be opened twice.
    if asked.sources and (earlier := _job_of_key(person, key, asked)):
        return earlier
    _usable(person, asked)
    try:
        with _stored(job, asked), transaction.atomic():
            job.save(force_insert=True)
            JobSource.objects.bulk_create(_sources(job, asked.sources))
            if asked.frame is not None:
                asked.frame.job = job
                asked.frame.save(force_insert=True)
            billing.reserve(person=person, amount=asked.price, reference=str(job.pk), unit=asked.unit)
            if asked.api is not None:
                asked.api(job)
            queue.wake(queue.SCREEN)
            events.job_changed(person_id=person.pk, job_id=job.pk)
    except IntegrityError:
        # The key has its job already, from before or from a request at this very moment.
        winner = _job_of_key(person, key, asked)
        if winner is None:
            raise
        return winner
    return job


def check_may_ask(person: Person) -> None:
    """Whether this person may draw, and bring pictures, at all."""
    if person.verified_at is None:
        raise NotVerified
    try:
        moderation.check_not_suspended(person=person)
    except moderation.Suspended as refusal:
        day = date_format(refusal.until, "j F, H:i T")
        raise MayNotAsk(_("You cannot draw or bring pictures until %(day)s. Your inbox says why.") % {"day": day})


def _job_of_key(person: Person, key: str, asked: Asked) -> Job | None:
    job = jobs_of(person).filter(key=key).prefetch_related("sources").first()
    if job is None:
        return None
    begun_from = [source.picture_id or source.upload_id for source in job.sources.all()]
    wanted = [source.pk for source in asked.sources]
    if (job.kind, job.prompt, job.options, begun_from) != (asked.kind, asked.prompt, dict(asked.options), wanted):
        raise KeyUsed
    return job


def _seeds(asked: Asked) -> list[int]:
    if asked.seed is not None:
        return [(asked.seed + place) % 2**31 for place in range(asked.seeds)]
    return [random.SystemRandom().randrange(2**31) for _place in range(asked.seeds)]


def _usable(person: Person, asked: Asked) -> None:
    # What came with the call itself is judged together with its sentence.
    fit = (Upload.Status.READY, Upload.Status.WAITING) if asked.api else (Upload.Status.READY,)
    for source in asked.sources:
        ready = isinstance(source, Picture) or source.status in fit
        if source.person_id != person.pk or source.trashed_at is not None or not ready:
            raise Http404


def _sources(job: Job, sources: Sequence[Source]) -> list[JobSource]:
    return [
        JobSource(job=job, place=place, picture=source, made_by_id=source.job_id)
        if isinstance(source, Picture)
        else JobSource(job=job, place=place, upload=source)
        for place, source in enumerate(sources)
    ]


@contextmanager
def _stored(job: Job, asked: Asked) -> Iterator[None]:
    """The files that a job brings, opened and written anew. They go again when the job is not saved."""
    names: list[str] = []
    try:
        for purpose, file in asked.files.items():
            png = file if asked.written_anew else decoded(file, purpose="mask" if purpose == "mask" else "hint")
            names.append(default_storage.save(f"{inputs_folder(job.pk)}/{purpose}.png", ContentFile(png)))
            setattr(job, purpose, names[-1])
        yield
    except BaseException as error:
        for name in names:
            with suppress(OSError):
                default_storage.delete(name)
        if isinstance(error, BadUpload):
            raise BadOptions(str(error)) from error
        raise


def inputs_folder(job_id: uuid.UUID) -> str:
    return f"inputs/{str(job_id)[:2]}/{job_id}"


def _words_of(source: Source) -> str:
    return source.job.prompt if isinstance(source, Picture) else ""


def _negative(sentence: str) -> dict[str, str]:
    """What is not wanted. Saying nothing of it is the same as not being asked."""
    return {"negative": clean_sentence(sentence)} if sentence.strip() else {}
