"""What a person is told of something that a filter refused."""

from typing import Any

from django.urls import reverse

from generation.models import Job, Upload
from moderation import services as moderation


def refusal_facts(*, kind: str, thing: Job | Upload) -> dict[str, Any]:
    """The part of the policy, what it was about, and how an appeal stands. Of child safety only that it is so."""
    part = moderation.category(thing.refusal.get("category", "other"))
    silent = part.slug == moderation.CHILD_SAFETY
    since = (thing.finished_at if isinstance(thing, Job) else thing.screened_at) or thing.created
    stands = moderation.standpoint(kind=kind, subject=thing.pk, refused_at=since)
    return {
        "slug": "" if silent else part.slug,
        "name": "" if silent else str(part.name),
        # What the sentence above it does not say already: explain() wrote that, and pages without this panel show it.
        "text": "" if silent or str(part.text) in thing.detail else str(part.text),
        "words": [] if silent else [word for word in thing.refusal.get("words", []) if word not in thing.detail],
        "state": stands.state,
        "until": stands.until.date().isoformat(),
        "answer": stands.answer,
        "appeal": reverse("appeal", args=[kind, thing.pk]),
    }
