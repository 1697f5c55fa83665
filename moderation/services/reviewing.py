"""The queue as a moderator works it: what comes next, who holds what, and one case with all that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Person
from moderation.looks import alike, look_kept
from moderation.models import Appeal, Case, Decision, Note, PictureHash, Reviewer, Viewing
from moderation.policy import CATEGORIES, OTHER, Category
from moderation.services.access import Eligible, may_judge, moderators
from moderation.services.appeals import eligible
from moderation.services.audit import record
from moderation.services.cases import NOBODY, level_of, subject_of_case
from moderation.services.categories import categories, category
from moderation.services.deciding import free_for
from moderation.services.standing import is_deactivated, points_of
from moderation.services.subjects import Seen, Shown
from moderation.services.telling import UNDO, send

LEASE = timedelta(minutes=10)
# A page that is open says so every half a minute.
SEEN_WITHIN = timedelta(seconds=75)
PAGE = 60
LOOKED_THROUGH = 200
# From this severity on a case is hard to look at: so many a day, as each moderator chooses, and then milder ones.
HARD = 3
MOST_HARD_A_DAY = 1000
MOST_NOTE = 2000
MOST_REPORTS = 200


class BadNote(ValueError):
    """It cannot be kept so; the message says why."""


class NoColleague(ValueError):
    """There is nobody of this name who may decide this case, or it is not in this moderator's hands."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case in the list."""

    case: Case
    level: str
    category: Category
    mine: bool
    held: bool


@dataclass(frozen=True, kw_only=True)
class Voice:
    """What somebody or something says of a case. The same without other words, said again, is one voice."""

    what: str
    who: str
    words: str
    created: datetime
    answered: bool = False
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One case, as the page shows it."""

    case: Case
    level: str
    category: Category
    shown: Shown | None
    mine: bool
    holder: Person | None
    viewers: list[str]
    said: list[Voice]
    appeal: Appeal | None
    waiting: Decision | None
    eligible: Eligible
    points: int
    deactivated: bool
    earlier: list[Decision]
    same_person: int
    same_picture: int
    colleagues: list[str]


def queue_rows(*, moderator: Person, slug: str = "", kind: str = "") -> list[Row]:
    """The first of those that wait, the most urgent first."""
    now, cases, parts = timezone.now(), _waiting(), categories()
    if slug in CATEGORIES:
        cases = cases.filter(category=slug)
    if kind == "appeals":
        cases = cases.filter(appeals__state=Appeal.State.WAITING).distinct()
    elif kind:
        cases = cases.filter(subject_kind=kind)
    counted = cases.select_related("claimed_by", "person").annotate(
        voices=Count("reports", filter=Q(reports__closed_at=None), distinct=True),
        flagged=Count("flags", distinct=True),
        appealed=Count("appeals", filter=Q(appeals__state=Appeal.State.WAITING), distinct=True),
    )
    return [
        Row(
            case=case,
            level=level_of(case, now),
            category=parts.get(case.category, parts[OTHER]),
            mine=case.claimed_by_id == moderator.pk,
            held=_is_held(case, moderator, now),
        )
        for case in counted[:PAGE]
    ]


def waiting_count() -> int:
    return Case.objects.filter(closed_at=None).count()


def case_for(*, case_id: int) -> Case:
    found = Case.objects.select_related("person", "claimed_by").filter(pk=case_id).first()
    if found is None:
        raise Http404
    return found


def next_case(*, moderator: Person, after: Case | None = None) -> Case | None:
    """The most urgent that this moderator may decide and nobody else holds, going on from the one before."""
    skipped = reviewer_of(person=moderator).skipped
    waiting = _waiting().filter(free_for(moderator)).exclude(category__in=skipped).select_related("person")
    if has_seen_enough(moderator=moderator):
        waiting = waiting.filter(harm__lt=HARD)
    rest: list[QuerySet[Case]] = [waiting]
    if after is not None:
        behind = Q(due_at__gt=after.due_at) | Q(due_at=after.due_at, id__gt=after.pk)
        rest = [waiting.filter(behind), waiting.exclude(pk=after.pk)]
    for cases in rest:
        found = next((case for case in cases[:LOOKED_THROUGH] if eligible_for(case, moderator).allowed), None)
        if found is not None:
            return found
    return None


@transaction.atomic
def claim(*, case_id: int, moderator: Person) -> bool:
    """Hold a case for ten minutes, and let go of any other: one at a time. False where somebody else holds it."""
    now = timezone.now()
    others = Case.objects.filter(claimed_by=moderator, closed_at=None).exclude(pk=case_id)
    others.update(**NOBODY)
    mine = Case.objects.filter(free_for(moderator), pk=case_id, closed_at=None)
    fresh = mine.exclude(claimed_by=moderator, claimed_until__gte=now)
    if fresh.update(claimed_by=moderator, claimed_at=now, claimed_until=now + LEASE):
        return True
    return bool(mine.update(claimed_until=now + LEASE))


def release(*, case_id: int, moderator: Person) -> bool:
    return bool(Case.objects.filter(pk=case_id, claimed_by=moderator).update(**NOBODY))


@transaction.atomic
def hand_over(*, case_id: int, moderator: Person, to: str) -> Person:
    """What this moderator holds is a colleague's, for ten minutes, and they are told."""
    case, colleague = case_for(case_id=case_id), moderators().filter(email__iexact=to.strip()).first()
    if colleague is None or colleague == moderator or not eligible_for(case, colleague).allowed:
        raise NoColleague(_("Nobody of this name may decide this case."))
    now = timezone.now()
    mine = Case.objects.filter(pk=case_id, claimed_by=moderator, closed_at=None)
    if not mine.update(claimed_by=colleague, claimed_at=now, claimed_until=now + LEASE):
        raise NoColleague(_("You do not hold this case any more."))
    record(actor=moderator, act="hand over", case=case, to=colleague.email)
    send(
        person=colleague,
        kind="decision",
        title=gettext_noop("%(who)s asks you to decide a case"),
        body=gettext_noop("It is held for you for ten minutes."),
        data={"who": str(moderator)},
        link=reverse("review_case", args=[case_id]),
    )
    return colleague


def colleagues_for(*, case: Case, moderator: Person) -> list[str]:
    """To whom it can be handed over."""
    others = moderators().exclude(pk=moderator.pk).order_by("email")[:PAGE]
    return [other.email for other in others if eligible_for(case, other).allowed]


def has_seen_enough(*, moderator: Person) -> bool:
    """As many cases that are hard to look at as this moderator wants to see in a day."""
    most = reviewer_of(person=moderator).hard_a_day
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    seen = Viewing.objects.filter(moderator=moderator, seen_at__gte=today, case__harm__gte=HARD)
    return 0 < most <= seen.count()


def look_at(*, case: Case, moderator: Person) -> list[str]:
    """This moderator has it on the screen. Who else has."""
    now = timezone.now()
    Viewing.objects.update_or_create(case=case, moderator=moderator, defaults={"seen_at": now})
    others = Viewing.objects.filter(case=case, seen_at__gt=now - SEEN_WITHIN).exclude(moderator=moderator)
    return sorted(str(viewing.moderator) for viewing in others.select_related("moderator"))


def desk_of(*, case: Case, moderator: Person) -> Desk:
    now, person = timezone.now(), case.person
    decisions = case.decisions.select_related("moderator", "reversed_by", "seconded_by").order_by("-created", "-id")
    appeal = waiting_appeal(case)
    earlier = list(decisions)
    related_people = Case.objects.filter(closed_at=None, person=person).exclude(pk=case.pk) if person else []
    return Desk(
        case=case,
        level=level_of(case, now),
        category=category(case.category),
        shown=subject_of_case(case),
        mine=case.claimed_by_id == moderator.pk,
        holder=case.claimed_by if _is_held(case, moderator, now) else None,
        viewers=look_at(case=case, moderator=moderator),
        said=_voices(case),
        appeal=appeal,
        waiting=next((each for each in earlier if each.state == Decision.State.WAITING), None),
        eligible=eligible_for(case, moderator),
        points=points_of(person=person) if person else 0,
        deactivated=is_deactivated(person) if person else False,
        earlier=earlier,
        same_person=related_people.count() if isinstance(related_people, QuerySet) else 0,
        same_picture=len(_same_picture(case)),
        colleagues=colleagues_for(case=case, moderator=moderator) if case.claimed_by_id == moderator.pk else [],
    )


def eligible_for(case: Case, moderator: Person) -> Eligible:
    """Whether this moderator may decide what is to be decided in this case now."""
    appeal = waiting_appeal(case)
    if appeal is not None:
        return eligible(appeal=appeal, moderator=moderator)
    proposed = case.decisions.filter(state=Decision.State.WAITING).first()
    decided_by, since = ([proposed.moderator_id], proposed.created) if proposed else ([], case.opened_at)
    return may_judge(moderator=moderator, decided_by=decided_by, since=since, concerns=case.person_id)


def waiting_appeal(case: Case) -> Appeal | None:
    waiting = case.appeals.filter(state=Appeal.State.WAITING).select_related("decision__moderator", "person")
    return waiting.order_by("created").first()


def together(*, case: Case, by: str) -> list[Case]:
    """What else is open of the same account, or of the same picture; the case itself first."""
    if by == "picture":
        ids = _same_picture(case)
    else:
        ids = list(Case.objects.filter(closed_at=None, person=case.person_id).values_list("pk", flat=True))
    found = Case.objects.filter(pk__in=ids, closed_at=None).exclude(pk=case.pk).select_related("person", "claimed_by")
    return [*([case] if case.is_open else []), *found.order_by("due_at", "id")]


@transaction.atomic
def add_note(*, case: Case, author: Person, text: str, shown: bool) -> Note:
    words = text.strip()
    if not words or len(words) > MOST_NOTE:
        raise BadNote(_("Write a note of at most %(most)d characters.") % {"most": MOST_NOTE})
    note = Note.objects.create(case=case, author=author, text=words, shown=shown and case.person is not None)
    record(actor=author, act="note", case=case, note=note.pk, shown=note.shown)
    if note.shown and case.person is not None:
        send(
            person=case.person,
            kind="decision",
            title=gettext_noop("A moderator wrote to you"),
            body=gettext_noop("%(words)s"),
            data={"words": words},
            once=f"note {note.pk}",
        )
    return note


def reviewer_of(*, person: Person) -> Reviewer:
    return Reviewer.objects.filter(person=person).first() or Reviewer(person=person)


def change_reviewer(*, person: Person, blur: bool, grey: bool, skipped: Sequence[str], hard_a_day: int = 0) -> Reviewer:
    facts: dict[str, Any] = {"blur": blur, "grey": grey, "skipped": [slug for slug in skipped if slug in CATEGORIES]}
    facts["hard_a_day"] = min(max(0, hard_a_day), MOST_HARD_A_DAY)
    return Reviewer.objects.update_or_create(person=person, defaults=facts)[0]


def picture_of_case(*, case: Case, place: int) -> bytes:
    """The small file of what is judged: for moderators alone, wherever it lies and whoever owns it."""
    shown = subject_of_case(case)
    pictures: tuple[Seen, ...] = shown.pictures if shown else ()
    if not 0 <= place < len(pictures):
        raise Http404
    try:
        with default_storage.open(pictures[place].file) as file:
            return bytes(file.read())
    except FileNotFoundError:
        raise Http404 from None


def undoable(*, moderator: Person, decision_id: str) -> Decision | None:
    """What this moderator did a moment ago, if nobody was told of it yet."""
    if not decision_id.isdigit() or len(decision_id) > 18:
        return None
    recent = Decision.objects.filter(pk=int(decision_id), moderator=moderator, created__gt=timezone.now() - UNDO)
    return recent.exclude(state=Decision.State.REVERSED).select_related("case").first()


def _voices(case: Case) -> list[Voice]:
    """Flags first, each with its score; then the reports, those not answered yet before the others."""
    voices, parts = [], categories()
    for flagged in case.flags.order_by("created"):
        score = "" if flagged.score is None else f", {flagged.score:.2f}"
        what, who = str(parts.get(flagged.category, parts[OTHER]).name), f"{flagged.source}{score}"
        voices.append(Voice(what=what, who=who, words=flagged.detail, created=flagged.created))
    alike_reports: dict[tuple[str, str, str, bool], list[datetime]] = {}
    for report in case.reports.select_related("reporter").order_by("closed_at", "created")[:MOST_REPORTS]:
        key = (report.get_reason_display(), str(report.reporter or ""), report.words, report.closed_at is not None)
        alike_reports.setdefault(key, []).append(report.created)
    for (what, who, words, answered), moments in sorted(alike_reports.items(), key=lambda item: item[0][3]):
        first, times = moments[0], len(moments)
        voices.append(Voice(what=what, who=who, words=words, answered=answered, created=first, times=times))
    return voices


def _waiting() -> QuerySet[Case]:
    return Case.objects.filter(closed_at=None).order_by("due_at", "id")


def _is_held(case: Case, moderator: Person, now: datetime) -> bool:
    """By somebody else."""
    if case.claimed_by_id in (None, moderator.pk) or case.claimed_until is None:
        return False
    return case.claimed_until >= now


def _same_picture(case: Case) -> list[int]:
    """Open cases of a file with the same hash, or that looks nearly the same."""
    known = PictureHash.objects.filter(subject=case.subject).first()
    if known is None:
        return []
    look = look_kept(known)
    near = [subject for _bits, subject in alike(PictureHash.objects.all(), look)] if look else []
    equal = PictureHash.objects.filter(sha256=known.sha256).values_list("subject", flat=True)
    open_others = Case.objects.filter(subject__in={*near, *equal}, closed_at=None).exclude(pk=case.pk)
    return list(open_others.values_list("pk", flat=True))


def undoable_batch(*, moderator: Person, batch: UUID | None) -> tuple[UUID, int] | None:
    """What was decided with one press a moment ago, and how many that were."""
    recent = Decision.objects.filter(batch=batch, moderator=moderator, created__gt=timezone.now() - UNDO)
    count = recent.exclude(state=Decision.State.REVERSED).count() if batch else 0
    return (batch, count) if batch and count else None


def presence(*, case: Case, moderator: Person) -> dict[str, Any]:
    """What an open page asks for again and again."""
    holder = case.claimed_by if _is_held(case, moderator, timezone.now()) else None
    viewers = look_at(case=case, moderator=moderator)
    return {"viewers": viewers, "holder": str(holder or ""), "version": case.version, "open": case.is_open}


def neighbours(*, rows: Sequence[Row], case: Case) -> dict[str, int | None]:
    """What stands before and behind it in the list."""
    ids = [row.case.pk for row in rows]
    place = ids.index(case.pk) if case.pk in ids else -1
    before = ids[place - 1] if place > 0 else None
    behind = ids[place + 1] if place + 1 < len(ids) else None
    return {"before": before, "behind": behind}
