"""What was delivered and paid for, by day and key. Days are UTC's, as the books'."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import Person
from billing.services import Unit, balance_of
from generation.models import Call, Job


@dataclass(frozen=True, kw_only=True)
class UsedOnDay:
    day: date
    key_id: int | None
    key_name: str
    calls: int
    images: int
    cost: int


@dataclass(frozen=True, kw_only=True)
class Usage:
    rows: Sequence[UsedOnDay]
    balance: int

    @property
    def cost(self) -> int:
        return sum(row.cost for row in self.rows)

    @property
    def images(self) -> int:
        return sum(row.images for row in self.rows)


def usage_of(*, person: Person, days: int) -> Usage:
    """Of the last so many days, today among them; newest first."""
    since = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    calls = Call.objects.filter(
        person=person, created__gte=since - timedelta(days=days - 1), job__status=Job.Status.DELIVERED
    )
    grouped = calls.order_by().annotate(day=TruncDate("created", tzinfo=UTC)).values("day", "key", "key__name")
    found = grouped.annotate(calls=Count("pk"), sum_images=Sum("images"), sum_cost=Sum("cost")).order_by("-day", "key")
    rows = [
        UsedOnDay(
            day=row["day"],
            key_id=row["key"],
            key_name=row["key__name"] or "",
            calls=row["calls"],
            images=row["sum_images"],
            cost=row["sum_cost"],
        )
        for row in found
    ]
    return Usage(rows=rows, balance=balance_of(person=person, unit=Unit.MICRO_DOLLAR))
