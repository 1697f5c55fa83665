"""Screening: every sentence, upload and drawn picture is put before the filters, and what they found is kept."""

import hashlib
import io
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict
from uuid import UUID

from django.conf import settings
from PIL import Image

from moderation.filters import blocked_words_in, hash_of_what_is_seen, is_blocked_picture
from moderation.gateway import screener
from moderation.letters import Letters
from moderation.looks import alike, as_columns
from moderation.models import PictureHash, Screening
from moderation.pdq import Look, look_of
from moderation.policy import LANGUAGE, OTHER
from moderation.services.cases import flag
from moderation.services.categories import categories
from moderation.services.filter_state import note_state
from moderation.services.judging import Hit, Verdict, hits_in_picture, hits_in_sentence, verdict_of
from moderation.services.known_bad import known_bad
from moderation.services.pardons import is_pardoned
from moderation.services.refusals import count_refusal
from moderation.services.rules import for_screener, rules_in_force
from moderation.shipped import RuleInForce

logger = logging.getLogger(__name__)

Kind = Literal["picture", "upload"]

# Many times what they take on two cores: slower than this, something is wrong.
SENTENCE_SECONDS = 5.0
PICTURE_SECONDS = 10.0
PICTURE_SIDE = 640
# What operators list in their files is a rule like the others.
OPERATOR = RuleInForce(name="operators-file", version=0, kind="words", category=OTHER)
# A sentence that asks for it a little makes a picture that shows it a little more than chance.
SUGGESTED = 0.1
# What is painted into a photo is taken for a part of it: less of it is too much.
PAINTED = 0.75
PERSON = "a photo of a real person, {}"


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """By what a picture is known again."""

    sha256: str
    seen: int
    look: Look


@dataclass(frozen=True, kw_only=True)
class Same:
    """A picture that is known already: the very file, or one whose look differs in so many of 256 bits."""

    subject: UUID
    exact: bool
    bits: int


def screen_sentence(
    *,
    text: str,
    subject: UUID | None = None,
    person_id: int | None = None,
    beside: Sequence[UUID] = (),
    painted: bool = False,
) -> Verdict:
    """`beside`: the uploads that it is to be drawn with. A neutral sentence and a neutral photo may be a bad pair.
    `painted`: into the upload itself, where a mask says. `person_id`: whose it is, for whom a moderator may have said
    that exactly this passes.

    FilterDown: nothing can be said now, so nothing may be drawn now.
    """
    began = time.monotonic()
    rules = rules_in_force()
    found = _asked({"do": "sentence", "text": text}, rules, SENTENCE_SECONDS) or _by_letters(text, rules)
    hits = [*_operators(text), *hits_in_sentence(found, rules), *_together(text, beside, rules, painted)]
    pardoned = person_id is not None and is_pardoned(person_id=person_id, text=text, beside=beside)
    facts: _Facts = {"scores": found.get("scores", {}), "text": text, "began": began}
    verdict = _settled("sentence", subject, hits, **facts, pardoned=pardoned, person_id=person_id)
    if person_id is not None and subject is not None and _counts(verdict):
        count_refusal(person_id=person_id, subject=subject, text=text, category=verdict.category)
    return verdict


def screen_words(*, text: str) -> Verdict:
    """The listed words alone: what the web process can see by itself, for names and titles."""
    rules = [rule for rule in rules_in_force() if rule.kind == "words"]
    hits = [*_operators(text), *hits_in_sentence(_by_letters(text, rules), rules)]
    return verdict_of(hits, categories=categories())


def screen_upload(*, subject: UUID, sha256: str, image: Image.Image, person_id: int | None = None) -> Verdict:
    """`sha256` is of the file as it was sent, `image` what became of it. Both are remembered, refused ones too."""
    began = time.monotonic()
    known = Fingerprint(sha256=sha256, seen=hash_of_what_is_seen(image), look=look_of(image))
    remember_pictures(kind="upload", fingerprints={subject: known})
    rules = rules_in_force()
    hits = _known(known, image, rules)
    found = _asked_of_picture(image, rules, words=True)
    hits += hits_in_picture(found["seen"], rules)
    if found["said"]:
        # A language is no matter on a signpost.
        hits += [hit for hit in hits_in_sentence(found["said"], rules) if hit.rule.kind != "language"]
    pardoned = person_id is not None and is_pardoned(person_id=person_id, sha256=sha256)
    facts: _Facts = {"scores": found["seen"], "text": found["words"], "began": began}
    return _settled("upload", subject, hits, **facts, pardoned=pardoned)


def screen_output(
    *, subject: UUID, sentences: Sequence[str], image: Image.Image, beside: Sequence[UUID] = ()
) -> Verdict:
    """A drawn picture of this job, judged with what was asked for."""
    began = time.monotonic()
    rules = rules_in_force()
    known = Fingerprint(sha256="", seen=hash_of_what_is_seen(image), look=look_of(image))
    found = _asked_of_picture(image, rules, words=False)
    hits = [*_known(known, image, rules), *hits_in_picture(found["seen"], rules)]
    wanted = Screening.objects.filter(subject=subject, kind=Screening.Kind.SENTENCE).values_list("scores", flat=True)
    asked = max((scores.get("sexual", 0.0) for scores in wanted), default=0.0)
    people = any(seen.get("faces") for seen, _words in _seen_in(beside))
    hits += [
        Hit(rule=rule, found="", score=found["seen"].get(rule.content, 0))
        for rule in rules
        if rule.kind == "pair"
        and rule.content == "nudity"
        and found["seen"].get("nudity", 0) >= (rule.threshold or 1)
        and (asked >= SUGGESTED or people)
    ]
    return _settled("output", subject, hits, scores=found["seen"], text=" / ".join(sentences), began=began)


def filters_loading() -> bool:
    """Better wait: they will be there soon. Starts them where nobody did."""
    return settings.SCREENER == "full" and screener.loading


def start_filters() -> None:
    if settings.SCREENER == "full":
        screener.start()


def fingerprint(*, file: bytes, image: Image.Image) -> Fingerprint:
    """`image` is the same file, opened: whoever asks has it open already."""
    sha256 = hashlib.sha256(file).hexdigest()
    return Fingerprint(sha256=sha256, seen=hash_of_what_is_seen(image), look=look_of(image))


def remember_pictures(*, kind: Kind, fingerprints: Mapping[UUID, Fingerprint]) -> None:
    """Kept for good, also when the picture is deleted. Saying it again changes nothing."""
    rows = [
        PictureHash(subject=subject, kind=kind, sha256=known.sha256, seen=known.seen, **as_columns(known.look))
        for subject, known in fingerprints.items()
    ]
    PictureHash.objects.bulk_create(rows, ignore_conflicts=True)


def same_pictures(*, kind: Kind, sha256: str, image: Image.Image) -> list[Same]:
    """Those of this kind that are the file with this hash, or look like `image`; the surest first."""
    among = PictureHash.objects.filter(kind=kind)
    exact = dict.fromkeys(among.filter(sha256=sha256).values_list("subject", flat=True), 0)
    near = {subject: bits for bits, subject in alike(among, look_of(image)) if subject not in exact}
    return [Same(subject=subject, exact=subject in exact, bits=bits) for subject, bits in {**exact, **near}.items()]


class _Facts(TypedDict):
    scores: Mapping[str, float]
    text: str
    began: float


def _settled(
    kind: str,
    subject: UUID | None,
    hits: Sequence[Hit],
    *,
    scores: Mapping[str, float],
    text: str,
    began: float,
    pardoned: bool = False,
    person_id: int | None = None,
) -> Verdict:
    verdict = verdict_of([] if pardoned else hits, categories=categories(), scores=scores)
    result = Screening.Result.ALLOWED if verdict.allowed else Screening.Result.BLOCKED
    if verdict.flagged:
        result = Screening.Result.FLAGGED
    Screening.objects.create(
        kind=kind,
        subject=subject,
        person_id=person_id,
        result=result,
        category=verdict.category,
        soft=verdict.soft,
        scores={name: round(score, 4) for name, score in scores.items()},
        rules=[hit.as_row() for hit in hits],
        text=text[:2000] if kind == Screening.Kind.UPLOAD or result != Screening.Result.ALLOWED else "",
        milliseconds=round(1000 * (time.monotonic() - began)),
    )
    if subject is not None and _wants_a_look(kind, subject, verdict):
        _flag(kind, subject, verdict, text)
    return verdict


def _counts(verdict: Verdict) -> bool:
    """Towards a warning and a pause: refused for certain, and for what it says."""
    return not (verdict.allowed or verdict.soft) and verdict.category != LANGUAGE


def _wants_a_look(kind: str, subject: UUID, verdict: Verdict) -> bool:
    """What was let through with a doubt, a picture that was refused with one, and what is grave however sure it is.

    A sentence that was refused with a doubt shows nothing to anybody: its person appeals where it matters. Some are
    drawn by lot, so that how often a rule is wrong is known of all that it refuses (decision 35)."""
    if verdict.category in ("", LANGUAGE):
        return False
    if verdict.grave or verdict.flagged or kind != Screening.Kind.SENTENCE:
        return verdict.grave or verdict.flagged or verdict.soft
    one_in = settings.REVIEW_ONE_IN
    return verdict.soft and one_in > 0 and subject.int % one_in == 0


def _flag(kind: str, subject: UUID, verdict: Verdict, text: str) -> None:
    """Whose it is, its kind of subject knows: a sentence and a drawn picture are of a request."""
    flag(
        kind="upload" if kind == Screening.Kind.UPLOAD else "job",
        subject=subject,
        person=None,
        source=verdict.rule,
        category=verdict.category,
        score=verdict.score,
        detail=", ".join(verdict.words) or text,
    )


def _asked(
    question: Mapping[str, Any], rules: Sequence[RuleInForce], seconds: float, files: Sequence[bytes] = ()
) -> dict[str, Any] | None:
    """None where this site runs on lists alone."""
    if settings.SCREENER != "full":
        return None
    sent, digest = for_screener(rules)
    try:
        return screener.ask(question, files=files, rules=sent, digest=digest, seconds=seconds)
    finally:
        note_state()


def _asked_of_picture(image: Image.Image, rules: Sequence[RuleInForce], *, words: bool) -> dict[str, Any]:
    nothing: dict[str, Any] = {"seen": {}, "words": "", "said": {}}
    if settings.SCREENER != "full":
        return nothing
    small = image.copy()
    small.thumbnail((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    file = io.BytesIO()
    small.save(file, "PNG", compress_level=1)
    question = {"do": "picture", "faces": True, "words": words}
    return _asked(question, rules, PICTURE_SECONDS, [file.getvalue()]) or nothing


def _by_letters(text: str, rules: Sequence[RuleInForce]) -> dict[str, Any]:
    """What can be found without the filters' process: words and names. Patterns need a main thread to be stopped in."""
    sent, digest = for_screener([rule for rule in rules if rule.kind in ("words", "names", "artists")])
    if _letters.get("digest") != digest:
        _letters.update(digest=digest, letters=Letters(sent))
    found = _letters["letters"].in_readings([text])
    return {"found": [{"rule": one.rule, "words": one.words} for one in found]}


def _operators(text: str) -> list[Hit]:
    return [Hit(rule=OPERATOR, found=word) for word in blocked_words_in(text, file=settings.BLOCKED_WORDS_FILE)]


def _known(known: Fingerprint, image: Image.Image, rules: Sequence[RuleInForce]) -> list[Hit]:
    listed = is_blocked_picture(sha256=known.sha256, seen=known.seen, file=settings.BLOCKED_PICTURES_FILE)
    hits = [Hit(rule=OPERATOR, found="")] if listed else []
    for rule in rules:
        if rule.kind == "hashes":
            hits += [
                Hit(rule=replace(rule, category=match.category, soft=not match.sure), found=match.source)
                for match in known_bad(
                    sha256=known.sha256, seen=known.seen, image=image, bits=int(rule.threshold or 31)
                )
            ]
    return hits


def _together(text: str, beside: Sequence[UUID], rules: Sequence[RuleInForce], painted: bool) -> list[Hit]:
    """The sentence read together with what the uploads show, where either alone would pass."""
    pair = next((rule for rule in rules if rule.kind == "pair" and rule.content == "faces"), None)
    readings = []
    for seen, words in _seen_in(beside):
        if seen.get("faces"):
            readings.append(PERSON.format(text))
        if words:
            readings.append(f"{words} {text}")
    hits = []
    for reading in readings if pair else []:
        found = _asked({"do": "sentence", "text": reading}, rules, SENTENCE_SECONDS) or {"scores": {}}
        category, blame = max(found["scores"].items(), key=lambda one: one[1], default=("", 0.0))
        if pair and blame >= (pair.threshold or 1) * (PAINTED if painted else 1):
            hits.append(Hit(rule=replace(pair, category=category), found=reading, score=blame))
    return hits


def _seen_in(uploads: Sequence[UUID]) -> list[tuple[dict[str, float], str]]:
    rows = Screening.objects.filter(subject__in=uploads, kind=Screening.Kind.UPLOAD) if uploads else ()
    return [(row.scores, row.text) for row in rows]


_letters: dict[str, Any] = {}
