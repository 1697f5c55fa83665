"""Drawn pictures before anybody sees them: what is refused is drawn once more, with another seed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from PIL import Image

from generation.models import Job
from generation.services.line import Claim, keep_finishing, uploads_of
from generation.services.sizes import open_png
from moderation import services as moderation

# Draws the same with these seeds, and answers nothing where it cannot.
Redraw = Callable[[tuple[int, ...]], Sequence[bytes]]


@dataclass(frozen=True)
class Shown:
    """A picture that may be shown, in its place."""

    index: int
    seed: int
    png: bytes
    image: Image.Image


@dataclass(frozen=True)
class Judged:
    shown: tuple[Shown, ...]
    # Why others are not; None where all are.
    refused: moderation.Verdict | None


def judge_drawn(claim: Claim, pictures: Sequence[bytes], redraw: Redraw | None) -> Judged:
    """Raises FilterDown: then nothing is shown, and the job is drawn again later."""
    beside = uploads_of(claim)
    frames = claim.kind in Job.FRAME_KINDS
    seeds = [claim.seeds[0 if frames else place] for place in range(len(pictures))]
    shown, refused = _sorted(claim, list(enumerate(zip(seeds, pictures, strict=True))), beside)
    if not refused:
        return Judged(shown, None)
    if redraw is not None:
        # Frames are places on one way: a new seed makes all of them anew.
        places = list(range(len(pictures))) if frames else list(refused)
        fresh = tuple(random.SystemRandom().randrange(2**31) for _ in range(1 if frames else len(places)))
        drawn = redraw(fresh)
        if len(drawn) == len(places):
            again = [(place, (fresh[0 if frames else turn], drawn[turn])) for turn, place in enumerate(places)]
            others, refused = _sorted(claim, again, beside)
            shown = others if frames else (*shown, *others)
    ordered = tuple(sorted(shown, key=lambda one: one.index))
    return Judged(ordered, next(iter(refused.values()), None))


def _sorted(
    claim: Claim, drawn: Sequence[tuple[int, tuple[int, bytes]]], beside: Sequence[UUID]
) -> tuple[tuple[Shown, ...], dict[int, moderation.Verdict]]:
    shown, refused = [], {}
    for index, (seed, png) in drawn:
        keep_finishing(claim)
        image = open_png(png)
        verdict = moderation.screen_output(subject=claim.job_id, sentences=claim.sentences, image=image, beside=beside)
        if verdict.allowed:
            shown.append(Shown(index, seed, png, image))
        else:
            refused[index] = verdict
    return tuple(shown), refused
