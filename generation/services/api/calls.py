"""A call of the API from its beginning to its answer: one job, its money, and whether somebody still waits for it.

Official clients repeat by themselves and send no key for it. A repeat that can be told from a second wish joins the
job that there is; everything else is a job of its own. (decision 50)
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.services import Unit
from generation.models import ApiKey, Call, Job, Listener, Upload
from generation.services.api.limits import check_budget, check_rate
from generation.services.jobs import cancel_job
from generation.services.starting import SEEDS_OF_A_WAY, Asked, BadOptions, start

# A repeat joins what ended not longer ago than this.
REPEATS = timedelta(seconds=120)
# The longest that anybody's connection is held, and so the oldest call that one can belong to.
OLDEST = timedelta(minutes=15)
# An idempotency key means the same for so long.
KEPT = timedelta(hours=24)
# Clients wait 8 s at most before they come again: what nobody waits for by then is not drawn any more.
GRACE = timedelta(seconds=10)
SILENCE = timedelta(seconds=10)
FORGOTTEN = timedelta(hours=1)
# In millionths of a dollar, by the side of the picture.
PRICES = {256: 16_000, 512: 18_000, 1024: 20_000}
PROMPT_LIMIT = 1000
STRENGTH = 0.5
SERVER_ERROR = 500
NOTHING_CAME = (Job.Status.FAILED, Job.Status.CANCELLED)


class IdempotencyKeyUsed(Exception):
    """It came with another request within a day."""


class SourceRefused(Exception):
    """The filters know this picture and refuse it."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for, checked and opened."""

    kind: Job.Kind
    images: int = 1
    side: int = 1024
    prompt: str = ""
    sources: Sequence[Upload] = ()
    from_prompt: str = ""
    to_prompt: str = ""
    mask: bytes | None = None
    seed: int | None = None
    user: str = ""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, as far as a repeat can be told by it. Without a connection nobody waits: the job is asynchronous."""

    key: ApiKey
    fingerprint: str
    idempotency_key: str | None = None
    repeats: bool = False
    connection: uuid.UUID | None = None
    listener: uuid.UUID | None = None


def earlier_call(caller: Caller) -> Call | None:
    """The call that this one repeats, now waited for by this one."""
    if caller.idempotency_key is not None:
        return _of_idempotency_key(caller)
    now = timezone.now()
    alike = Call.objects.filter(
        key=caller.key, fingerprint=caller.fingerprint, idempotency_key=None, created__gt=now - OLDEST
    ).exclude(job__status__in=NOTHING_CAME)
    if caller.connection is None:
        return None
    found = list(alike.exclude(connection=None).order_by("-created")[:50])
    silent = _silent_listeners({call.listener for call in found if call.listener})
    lost = [call for call in found if _is_lost(call, silent)]
    # Who says that it repeats may be here before we know that its earlier connection is gone.
    others = [call for call in found if caller.repeats and call not in lost and _is_recent(call)]
    return next((call for call in (*lost, *others) if _taken_over(call, caller)), None)


def start_call(caller: Caller, wish: Wish) -> Call:
    """One transaction: the money, the limits, the row. What refuses it leaves nothing behind."""
    if any(source.status == Upload.Status.REFUSED for source in wish.sources):
        raise SourceRefused
    _check_ends(wish)
    cost, person = wish.images * PRICES[wish.side], caller.key.person
    made: list[Call] = []

    def record(job: Job) -> None:
        # The account is held by now, so calls of one person are counted one after the other.
        check_rate(caller.key, wish.images)
        check_budget(caller.key, cost)
        made.append(
            Call.objects.create(
                job=job,
                person=person,
                key=caller.key,
                images=wish.images,
                cost=cost,
                user=wish.user,
                fingerprint=caller.fingerprint,
                idempotency_key=caller.idempotency_key,
                connection=caller.connection,
                listener=caller.listener,
            )
        )

    asked = Asked(
        kind=wish.kind,
        prompt=_words(wish),
        # Frames are drawn from one.
        seeds=SEEDS_OF_A_WAY if wish.kind in Job.FRAME_KINDS else wish.images,
        options=_options(wish),
        sources=wish.sources,
        files={"mask": wish.mask} if wish.mask else {},
        written_anew=True,
        price=cost,
        unit=Unit.MICRO_DOLLAR,
        seed=wish.seed,
        api=record,
    )
    try:
        start(person, uuid.uuid4().hex, asked)
    except IntegrityError:
        # The same idempotency key, at this very moment.
        winner = earlier_call(caller) if caller.idempotency_key else None
        if winner is None:
            raise
        return winner
    return made[0]


def call_lost(*, job_id: uuid.UUID, listener: uuid.UUID) -> None:
    """Whoever waited in this process is gone before there was an answer, unless somebody waits in another by now."""
    Call.objects.filter(pk=job_id, listener=listener, answered_at=None).update(lost_at=timezone.now())


def call_answered(*, connection: uuid.UUID, status: int) -> None:
    Call.objects.filter(connection=connection).update(answered_at=timezone.now(), status=status, lost_at=None)


def listening(*, listener: uuid.UUID) -> None:
    """This process is there, and so are the connections that it holds."""
    Listener.objects.update_or_create(id=listener, defaults={"seen_at": timezone.now()})


def ended_jobs(*, job_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """For whoever heard of nothing: the database knows."""
    return list(Job.objects.filter(pk__in=list(job_ids), status__in=Job.FINISHED).values_list("pk", flat=True))


def sweep_calls() -> None:
    """What nobody waits for any more is cancelled, and its money goes back."""
    now = timezone.now()
    waiting = Call.objects.filter(answered_at=None, connection__isnull=False, job__finished_at=None)
    held = waiting.filter(lost_at=None, created__lt=now - SILENCE)
    silent = _silent_listeners({listener for listener in held.values_list("listener", flat=True) if listener})
    held.filter(listener__in=silent).update(lost_at=now)
    for call in waiting.filter(lost_at__lt=now - GRACE).select_related("person"):
        with transaction.atomic():
            # Whoever takes it over in this moment keeps it.
            if Call.objects.filter(pk=call.pk, connection=call.connection, lost_at=call.lost_at).update(lost_at=now):
                cancel_job(person=call.person, job_id=call.pk)
    Listener.objects.filter(seen_at__lt=now - FORGOTTEN).delete()


def _check_ends(wish: Wish) -> None:
    """A way needs two ends."""
    same = wish.kind == Job.Kind.TEXT_DIFF and wish.from_prompt == wish.to_prompt
    if same or len({source.pk for source in wish.sources}) < len(wish.sources):
        raise BadOptions("Both ends are the same, so nothing would change.")


def _words(wish: Wish) -> str:
    """The sentence; of a change by words what it goes from and to, as pages show it."""
    if wish.kind == Job.Kind.TEXT_DIFF:
        return f"{wish.from_prompt} → {wish.to_prompt}" if wish.from_prompt else wish.to_prompt
    return wish.prompt


def _options(wish: Wish) -> dict[str, object]:
    more: dict[str, object] = {}
    if wish.kind == Job.Kind.VARIATION:
        more = {"strength": STRENGTH}
    elif wish.kind == Job.Kind.TEXT_DIFF:
        more = {"from_prompt": wish.from_prompt, "to_prompt": wish.to_prompt}
    return {"size": wish.side, **more}


def _of_idempotency_key(caller: Caller) -> Call | None:
    own = Call.objects.filter(key=caller.key, idempotency_key=caller.idempotency_key)
    call = own.select_related("job").first()
    if call is None:
        return None
    if call.created < timezone.now() - KEPT:
        own.filter(pk=call.pk).update(idempotency_key=None)
        return None
    if call.fingerprint != caller.fingerprint:
        raise IdempotencyKeyUsed
    if call.job.status in NOTHING_CAME:
        # Nothing came of it and nothing was charged: whoever repeats it wants it tried again.
        own.filter(pk=call.pk).update(idempotency_key=None)
        return None
    if caller.connection is not None and call.connection is not None:
        _taken_over(call, caller)
    return call


def _is_lost(call: Call, silent: set[uuid.UUID]) -> bool:
    ended = timezone.now() - REPEATS
    if call.answered_at is not None:
        return call.answered_at > ended and (call.status or 0) >= SERVER_ERROR
    return call.lost_at > ended if call.lost_at is not None else call.listener in silent


def _is_recent(call: Call) -> bool:
    return call.answered_at is None or call.answered_at > timezone.now() - REPEATS


def _taken_over(call: Call, caller: Caller) -> bool:
    """Of two repeats at once one has it, and the other looks on."""
    mine = {"connection": caller.connection, "listener": caller.listener}
    took = Call.objects.filter(pk=call.pk, connection=call.connection)
    return bool(took.update(lost_at=None, answered_at=None, status=None, **mine))


def _silent_listeners(listeners: set[uuid.UUID]) -> set[uuid.UUID]:
    there = Listener.objects.filter(pk__in=listeners, seen_at__gt=timezone.now() - SILENCE)
    return listeners - set(there.values_list("pk", flat=True))
