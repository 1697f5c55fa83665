"""What the site knows of its engine, from the workers' reports alone."""

from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from generation.models import Engine

# Reports come every 30 s; after three missed ones nobody is there.
SILENCE = timedelta(seconds=100)
GUESS_SECONDS = 15.0
LOOK_AGAIN_SECONDS = 3

Notice = Literal["loading", "absent", "in training"]


def report_engine(*, name: str, trained: bool, device: str, weights: str) -> None:
    facts = {"trained": trained, "device": device, "weights": weights, "seen_at": timezone.now()}
    Engine.objects.update_or_create(name=name, defaults=facts)


def report_speed(*, name: str, seconds: float) -> None:
    """A moving average, so that the estimate follows the machine."""
    for engine in Engine.objects.filter(name=name):
        engine.seconds_a_job = seconds if not engine.seconds_a_job else 0.7 * engine.seconds_a_job + 0.3 * seconds
        engine.seen_at = timezone.now()
        engine.save(update_fields=["seconds_a_job", "seen_at"])


def seconds_a_job() -> float:
    engine = _engine()
    return engine.seconds_a_job if engine and engine.seconds_a_job else GUESS_SECONDS


def engine_notice() -> Notice | None:
    """What people should know of the engine before they press Draw; None if all is well."""
    engine = _engine()
    if engine is None or engine.seen_at < timezone.now() - SILENCE:
        return "loading" if settings.EMBEDDED else "absent"
    return None if engine.trained else "in training"


def forget_engines() -> None:
    """For the start of a site that has its worker inside: nothing has been reported yet."""
    Engine.objects.update(seen_at=timezone.now() - 2 * SILENCE)
    cache.delete("engine")


def _engine() -> Engine | None:
    # Every page asks; a few seconds of staleness cost nothing.
    def look() -> Engine | Literal[False]:
        return Engine.objects.filter(name=settings.ENGINE).first() or False

    return cache.get_or_set("engine", look, LOOK_AGAIN_SECONDS) or None
