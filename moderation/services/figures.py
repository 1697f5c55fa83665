"""Figures of the queue for moderators and operators: counted when asked for, over the last weeks."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone

from moderation.models import Appeal, Case, Decision, Flag, Report, SecondLook

DAYS = 28
# Fewer decisions of one moderator say nothing of a pace.
ENOUGH = 5
Act = Decision.Act
AGES = ((6, "6 h"), (24, "1 d"), (72, "3 d"), (168, "7 d"))


@dataclass(frozen=True, kw_only=True)
class Bar:
    label: str
    value: float


@dataclass(frozen=True, kw_only=True)
class FalseAlarms:
    """Of one rule: how many of its flags ended in a decision, and how many of those were cleared."""

    source: str
    decided: int
    cleared: int

    @property
    def percent(self) -> int:
        return round(100 * self.cleared / self.decided) if self.decided else 0


@dataclass(frozen=True, kw_only=True)
class Figures:
    open_cases: int
    oldest: datetime | None
    inflow: list[Bar]
    decided: list[Bar]
    ages: list[Bar]
    per_hour: list[Bar]
    false_alarms: list[FalseAlarms]
    looked_twice: int
    agreed: int
    kappa: float | None
    appeals: int
    upheld: int
    alone: int


def figures(*, now: datetime | None = None) -> Figures:
    now = now or timezone.now()
    since = now - timedelta(days=DAYS)
    decisions = list(
        Decision.objects.filter(created__gt=since)
        .exclude(state=Decision.State.WAITING)
        .values_list("created", "moderator__email", "seconds", "alone")
    )
    days = [(now - timedelta(days=back)).date() for back in reversed(range(DAYS))]
    pairs = _pairs(since)
    answered = Appeal.objects.filter(decided_at__gt=since)
    open_cases = Case.objects.filter(closed_at=None)
    return Figures(
        open_cases=open_cases.count(),
        oldest=open_cases.aggregate(oldest=Min("opened_at"))["oldest"],
        inflow=_by_day(days, _inflow(since)),
        decided=_by_day(days, (created for created, *_rest in decisions)),
        ages=_ages(now),
        per_hour=_per_hour(decisions),
        false_alarms=_false_alarms(since),
        looked_twice=len(pairs),
        agreed=sum(first == second for first, second in pairs),
        kappa=kappa(pairs),
        appeals=answered.count(),
        upheld=answered.filter(state=Appeal.State.UPHELD).count(),
        alone=sum(alone for *_rest, alone in decisions) + answered.filter(alone=True).count(),
    )


def kappa(pairs: list[tuple[bool, bool]]) -> float | None:
    """Cohen's: agreement beyond what chance alone would give. None where chance could not have disagreed."""
    if not pairs:
        return None
    count = len(pairs)
    agreed = sum(first == second for first, second in pairs) / count
    first, second = (sum(pair[place] for pair in pairs) / count for place in (0, 1))
    by_chance = first * second + (1 - first) * (1 - second)
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)


def _inflow(since: datetime) -> Iterable[datetime]:
    """Everything that somebody or something said: flags, reports, appeals."""
    for model in (Flag, Report, Appeal):
        yield from model._default_manager.filter(created__gt=since).values_list("created", flat=True)


def _by_day(days: list[date], moments: Iterable[datetime]) -> list[Bar]:
    counted = Counter(moment.date() for moment in moments)
    return [Bar(label=day.isoformat(), value=counted[day]) for day in days]


def _ages(now: datetime) -> list[Bar]:
    hours = [
        (now - opened).total_seconds() / 3600
        for opened in Case.objects.filter(closed_at=None).values_list("opened_at", flat=True)
    ]
    bars, below = [], 0.0
    for most, label in AGES:
        bars.append(Bar(label=f"< {label}", value=sum(below <= hour < most for hour in hours)))
        below = most
    return [*bars, Bar(label=f"> {AGES[-1][1]}", value=sum(hour >= below for hour in hours))]


def _per_hour(decisions: list[tuple[datetime, str, int, bool]]) -> list[Bar]:
    """Of each moderator, over the time in which a case was on their desk."""
    counts: Counter[str] = Counter()
    seconds: dict[str, int] = defaultdict(int)
    for _created, moderator, spent, _alone in decisions:
        counts[moderator] += 1
        seconds[moderator] += max(1, min(spent, 600))
    busy = [who for who in sorted(counts) if counts[who] >= ENOUGH]
    return [Bar(label=who, value=round(3600 * counts[who] / seconds[who], 1)) for who in busy]


def _false_alarms(since: datetime) -> list[FalseAlarms]:
    """By the last decision of the case that stands."""
    verdicts: dict[int, bool] = {}
    stand = Decision.objects.filter(state=Decision.State.STANDS, created__gt=since).order_by("created", "id")
    for case_id, acts in stand.values_list("case_id", "acts"):
        verdicts[case_id] = Act.CLEAR in acts
    decided: Counter[str] = Counter()
    cleared: Counter[str] = Counter()
    flags = Flag.objects.filter(case__in=list(verdicts)).values("source", "case_id").annotate(times=Count("id"))
    for row in flags:
        decided[row["source"]] += 1
        cleared[row["source"]] += verdicts[row["case_id"]]
    return [FalseAlarms(source=rule, decided=decided[rule], cleared=cleared[rule]) for rule in sorted(decided)]


def _pairs(since: datetime) -> list[tuple[bool, bool]]:
    """What the first and the second moderator said: is it a breach?"""
    done = SecondLook.objects.filter(done_at__gt=since).values_list("decision__acts", "breach")
    return [(Act.CLEAR not in acts, bool(breach)) for acts, breach in done]
