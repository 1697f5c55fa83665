"""What a worker reports while it draws, kept where a page that polls can find it too."""

import base64
import time
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

from generation import events
from generation.services.line import Claim

KEPT_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Progress:
    attempt: int
    step: int
    steps: int
    previews: list[str]


def report_progress(claim: Claim, *, step: int, steps: int, images: tuple[bytes, ...]) -> None:
    """Small pictures of the present state to the person's open pages; the row has its own, slower heartbeat."""
    previews = ["data:image/webp;base64," + base64.b64encode(image).decode() for image in images]
    now = Progress(attempt=claim.attempt, step=step, steps=steps, previews=previews)
    cache.set(_key(claim.job_id), now, KEPT_SECONDS)
    events.progress(
        person_id=claim.person_id,
        message={
            "type": "progress",
            "id": str(claim.job_id),
            "attempt": claim.attempt,
            "step": step,
            "steps": steps,
            "previews": previews,
            "at": time.time() * 1000,
        },
    )


def progress_of(*, job_id: UUID, attempt: int) -> Progress | None:
    kept = cache.get(_key(job_id))
    return kept if kept is not None and kept.attempt == attempt else None


def _key(job_id: UUID) -> str:
    return f"progress:{job_id}"
