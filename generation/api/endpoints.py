"""What is done at each address of the Images API: plain functions, each one visit to a thread."""

import base64
import io
import uuid
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.api import errors, jobs
from generation.api.asked import Asked, asked
from generation.api.document import document
from generation.api.errors import ApiError
from generation.api.messages import Answer, Pending, Request
from generation.api.parsing import Form, parse
from generation.models import ApiKey, Call, Job, Picture
from generation.services import api
from generation.services.uploads_decoding import decoded

MODEL = "dall-e-2"
# When our model of this name came to be; OpenAI's clients want a time.
CREATED = 1763596800
MOST_KEY = 255
KINDS = {"generation": Job.Kind.PROMPT, "edit": Job.Kind.EDIT, "variation": Job.Kind.VARIATION}


def models(request: Request) -> Answer:
    return Answer({"object": "list", "data": [_model(name) for name in _models()]})


def model(request: Request) -> Answer:
    name = request.words["name"]
    if name not in _models():
        raise errors.no_such_model(name[:100])
    return Answer(_model(name))


def openapi(request: Request) -> Answer:
    return Answer(document(address=request.address("/v1")))


def generations(request: Request) -> Pending:
    return _call(request, Job.Kind.PROMPT)


def edits(request: Request) -> Pending:
    return _call(request, Job.Kind.EDIT)


def variations(request: Request) -> Pending:
    return _call(request, Job.Kind.VARIATION)


def file(request: Request) -> Answer:
    """A picture at its signed address, without a key."""
    words = request.words
    try:
        data = api.open_address(
            until=int(words["until"]), signature=words["signature"], picture_id=uuid.UUID(words["picture"])
        )
    except (Http404, ValueError):
        raise errors.not_there("picture") from None
    except api.AddressOver:
        raise ApiError(403, "This address has expired: it was good for 60 minutes.", code="address_expired") from None
    return Answer(data, kind="image/png", headers={"cache-control": "private, max-age=600"})


def person_of(request: Request) -> Person:
    """Whoever the key stands for. Raises where it does not let in."""
    scheme, _space, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise errors.no_key()
    try:
        request.key = api.key_of(secret=secret.strip())
    except api.WrongKey:
        raise errors.wrong_key(secret.strip()) from None
    person = request.key.person
    if not person.is_active:
        raise errors.frozen("The account of this API key has been deactivated.")
    if person.closing_at is not None:
        raise errors.frozen("The account of this API key is being closed. Sign in to keep it.")
    return person


def start_job(request: Request) -> Answer:
    """Any of the three, without waiting: its address is answered, to be looked at."""
    form = parse(request.headers.get("content-type", ""), request.body)
    kind = form.fields.get("kind")
    if kind is None:
        raise errors.bad(f"'kind' is a required property: one of {list(KINDS)}", param="kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise errors.bad(f"'kind' is not one of {list(KINDS)}", param="kind")
    scope = ApiKey.Scope.GENERATE if KINDS[kind] == Job.Kind.PROMPT else ApiKey.Scope.EDIT
    if request.key is not None and scope not in request.key.scopes:
        raise errors.out_of_scope(scope)
    call, _wanted = _begun(request, KINDS[kind], form, waits=False)
    return Answer(jobs.facts(request, api.delivered(job_id=call.pk)), status=HTTPStatus.ACCEPTED)


def _call(request: Request, kind: Job.Kind) -> Pending:
    form = parse(request.headers.get("content-type", ""), request.body)
    call, wanted = _begun(request, kind, form, waits=True)
    return Pending(call.pk, partial(_finished, request, call.pk, wanted))


def _begun(request: Request, kind: Job.Kind, form: Form, *, waits: bool) -> tuple[Call, Asked]:
    assert request.key is not None
    try:
        wanted = asked(form, prompt=kind != Job.Kind.VARIATION, image=kind != Job.Kind.PROMPT, models=_models())
        caller = api.Caller(
            key=request.key,
            fingerprint=wanted.fingerprint(f"{kind}{'' if waits else ' job'}"),
            idempotency_key=_idempotency_key(request),
            repeats=request.headers.get("x-stainless-retry-count", "0") not in ("", "0"),
            connection=request.connection if waits else None,
            listener=request.listener if waits else None,
        )
        if waits:
            api.listening(listener=request.listener)
        return api.earlier_call(caller) or api.start_call(caller, _wish(request.key.person, kind, wanted)), wanted
    finally:
        request.limit = api.limit_of(request.key)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > MOST_KEY:
        raise errors.bad(f"The Idempotency-Key has {len(key)} characters; at most {MOST_KEY} can be taken.")
    return key.replace("\0", "") or None


def _wish(person: Person, kind: Job.Kind, wanted: Asked) -> api.Wish:
    facts: dict[str, Any] = {
        "kind": kind,
        "images": wanted.images,
        "side": wanted.side,
        "prompt": wanted.prompt,
        "seed": wanted.seed,
        "user": wanted.user,
    }
    if wanted.image:
        holes = kind == Job.Kind.EDIT
        facts["mask"] = _holes(wanted) if holes else None
        side = wanted.side if holes else max(api.PRICES)
        facts["source"] = services.bring(person=person, file=io.BytesIO(wanted.image), consent=True, side=side)
    return api.Wish(**facts)


def _holes(wanted: Asked) -> bytes:
    """What is transparent in the mask or, without one, in the picture itself."""
    name, file = ("mask", wanted.mask) if wanted.mask else ("image", wanted.image)
    try:
        return decoded(file, purpose="holes", side=wanted.side)
    except services.BadUpload as wrong:
        raise errors.bad_picture(name, wrong) from None


def _finished(request: Request, job_id: uuid.UUID, wanted: Asked) -> Answer:
    job = api.delivered(job_id=job_id)
    if job.status == Job.Status.DELIVERED:
        data = [_entry(request, picture, job, b64=wanted.b64) for picture in job.pictures.all()]
        return Answer({"created": int((job.finished_at or job.created).timestamp()), "data": data})
    if job.status == Job.Status.CANCELLED:
        person_of(request)  # whose account was frozen meanwhile is told so
    raise jobs.error_of(job) or errors.server_error(
        "The pictures are still being drawn. The same request within two minutes gets them, and is charged once."
    )


def _entry(request: Request, picture: Picture, job: Job, *, b64: bool) -> Mapping[str, str]:
    if b64:
        return {"b64_json": base64.b64encode(api.picture_bytes(picture)).decode()}
    return {"url": jobs.url_of(request, picture, job)}


def _models() -> tuple[str, ...]:
    """The first is meant where none is named."""
    return tuple(dict.fromkeys((MODEL, settings.ENGINE)))


def _model(name: str) -> Mapping[str, Any]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "tessera"}


def explained(error: Exception) -> ApiError | None:
    """What services refuse, as callers are told it; None for what nobody expected."""
    match error:
        case ApiError():
            return error
        case billing.OutOfCredits():
            return errors.hard_limit()
        case api.OverBudget():
            return errors.quota()
        case api.OverRate():
            return errors.over_rate(error)
        case api.IdempotencyKeyUsed():
            return errors.idempotency_key_used()
        case api.SourceRefused():
            return errors.policy(image=True)
        case services.NotVerified():
            return errors.frozen("The e-mail address of this account is not confirmed yet.")
        case services.MayNotAsk():
            return errors.frozen(str(error))
        case services.BadUpload():
            return errors.bad_picture("image", error)
        case services.BadSentence():
            return errors.bad(f"{error} - 'prompt'", param="prompt")
    return None
