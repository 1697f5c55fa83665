"""How the line stands and who works on it, for the operators' health page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Min, Q
from django.utils import timezone

from generation.models import Engine, Export, Job, Upload
from generation.services.engines import SILENCE
from moderation import services as moderation

HOUR = timedelta(hours=1)
# The clock nudges every queue each 20 s: one that let three pass has nobody at it, or too much to do.
PULSE_LATE = timedelta(seconds=65)
QUEUES = ("screening", "slow")


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Who answers at a queue: an engine by its own reports, the others by a task that they ran."""

    queue: str
    words: str
    seen_at: datetime | None
    there: bool


@dataclass(frozen=True, kw_only=True)
class LineFigures:
    to_screen: int
    to_draw: int
    drawing: int
    uploads: int
    exports: int
    waiting_since: datetime | None
    delivered: int
    failed: int
    seconds_a_job: float


def answer_pulse(*, queue: str) -> None:
    """Run by whoever works at the queue."""
    cache.set(_key(queue), timezone.now(), timeout=HOUR.total_seconds())
    if queue == "screening":
        moderation.note_state(again=True)


def line_figures() -> LineFigures:
    unfinished = Job.objects.filter(finished_at=None)
    queued = unfinished.filter(status=Job.Status.QUEUED)
    ended = Job.objects.filter(finished_at__gt=timezone.now() - HOUR)
    engine = Engine.objects.order_by("-seen_at").first()
    return LineFigures(
        to_screen=queued.filter(screened_at=None).count(),
        to_draw=queued.filter(screened_at__isnull=False).count(),
        drawing=unfinished.filter(status__in=Job.HELD).count(),
        uploads=Upload.objects.filter(screened_at=None).count(),
        exports=Export.objects.filter(finished_at=None).count(),
        waiting_since=queued.aggregate(first=Min("created"))["first"],
        delivered=ended.filter(status=Job.Status.DELIVERED).count(),
        failed=ended.filter(Q(status=Job.Status.FAILED)).count(),
        seconds_a_job=engine.seconds_a_job if engine else 0.0,
    )


def workers_seen() -> Sequence[Worker]:
    now = timezone.now()
    engines = [
        Worker(
            queue="gpu",
            words=f"{engine.name} on {engine.device}{'' if engine.trained else ', in training'}",
            seen_at=engine.seen_at,
            there=engine.seen_at > now - SILENCE,
        )
        for engine in Engine.objects.order_by("name")
    ]
    others = [
        Worker(queue=queue, words="", seen_at=seen, there=seen is not None and seen > now - PULSE_LATE)
        for queue, seen in ((queue, cache.get(_key(queue))) for queue in QUEUES)
    ]
    return engines + others


def _key(queue: str) -> str:
    return f"generation.pulse.{queue}"
