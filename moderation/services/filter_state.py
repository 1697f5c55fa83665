"""How the filters are, for the page that operators look at."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Max
from django.utils import timezone

from moderation.gateway import screener
from moderation.models import Screening

WITHIN = timedelta(hours=1)
KEY = "moderation.screener"
FEW = 100


@dataclass(frozen=True, kw_only=True)
class Health:
    """Of the last hour. `problem` is why questions went unanswered, empty while all is well."""

    mode: str
    problem: str
    starts: int
    screened: int
    refused: int
    slowest_milliseconds: int
    median_milliseconds: int


def health() -> Health:
    said = cache.get(KEY) or {}
    # Where the filters' process is a child of this very process, it is asked itself.
    state = screener.state
    hour = Screening.objects.filter(created__gt=timezone.now() - WITHIN)
    figures = hour.aggregate(count=Count("pk"), slowest=Max("milliseconds"))
    newest = list(hour.order_by("-created").values_list("milliseconds", flat=True)[:FEW])
    return Health(
        mode=settings.SCREENER,
        problem=state.problem or said.get("problem", ""),
        starts=state.starts or said.get("starts", 0),
        screened=figures["count"],
        refused=hour.filter(result=Screening.Result.BLOCKED).count(),
        slowest_milliseconds=figures["slowest"] or 0,
        median_milliseconds=int(median(newest)) if newest else 0,
    )


def note_state(*, again: bool = False) -> None:
    """Told by the process that holds the filters to those that show how it is; `again` also where it is as it was."""
    state = screener.state
    said = {"problem": state.problem, "starts": state.starts}
    if again or said != _noted:
        cache.set(KEY, said, timeout=WITHIN.total_seconds())
        _noted.clear()
        _noted.update(said)


_noted: dict[str, object] = {}
