"""What came in and went out, day by day, for the people who run the site."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from billing.models import Account, Entry, Lot, Purchase, Unit
from billing.services.amounts import counted
from billing.services.money import money
from billing.services.plotting import Bars, Plot, plotted

DAYS = 90
Daily = Mapping[date, int]


def figures(*, days: int = DAYS) -> list[Plot]:
    """Days are days in UTC. Of money, what went back later stands on the day on which it had been paid."""
    today = timezone.now().astimezone(UTC).date()
    shown = [today - timedelta(days=days - 1 - past) for past in range(days)]
    since = datetime.combine(shown[0], time.min, UTC)
    units = Account.objects.order_by("unit").values_list("unit", flat=True).distinct()
    return [*_revenue(shown, since), *(_movements(Unit(unit), shown, since) for unit in units)]


def _revenue(shown: Sequence[date], since: datetime) -> Iterable[Plot]:
    """A plot for each currency: they are not to be added up."""
    paid = Purchase.objects.filter(state=Purchase.State.PAID, paid_at__gte=since)
    for currency in paid.order_by("currency").values_list("currency", flat=True).distinct():
        rows = _by_day(paid.filter(currency=currency), "paid_at")
        back = F("refunded") + F("disputed")
        kept = dict(rows.annotate(sum=Sum(F("amount") - back)).values_list("day", "sum"))
        went = dict(rows.annotate(sum=Sum(back)).values_list("day", "sum"))
        # A dispute after a part was refunded can be of the whole: more than was paid never went back.
        bars = [Bars("kept", "kept", kept), Bars("back", "went back later", went)]
        yield plotted(
            title=f"Revenue in {currency.upper()}", days=shown, up=bars, words=partial(money, currency=currency)
        )


def _movements(unit: Unit, shown: Sequence[date], since: datetime) -> Plot:
    entries = Entry.objects.filter(account__unit=unit, created__gte=since)
    came = _sources(unit, since)
    spent = entries.filter(kind=Entry.Kind.CAPTURE).annotate(spent=-F("settles__amount") - F("amount"))
    expired = entries.filter(kind=Entry.Kind.EXPIRY).annotate(spent=-F("amount"))
    source = Lot.Source
    by_hand = _added(came.get(source.SUBSIDISED, {}), came.get(source.ADJUSTED, {}))
    return plotted(
        title="Credits" if unit == Unit.CREDIT else "API balance",
        days=shown,
        up=[
            Bars("bought", "bought", came.get(source.BOUGHT, {})),
            Bars("free", "free", came.get(source.FREE, {})),
            Bars("hand", "by hand", by_hand),
        ],
        down=[
            Bars("spent", "spent", _sums(spent, "spent")),
            Bars("expired", "expired", _sums(expired, "spent")),
        ],
        words=partial(counted, unit=unit),
    )


def _sources(unit: Unit, since: datetime) -> dict[str, dict[date, int]]:
    """What came in, by where from. What was given back after its lot had ended came in once already."""
    kinds = (Entry.Kind.GRANT, Entry.Kind.PURCHASE, Entry.Kind.ADJUSTMENT)
    opened = Lot.objects.filter(account__unit=unit, opened_by__created__gte=since, opened_by__kind__in=kinds)
    found: dict[str, dict[date, int]] = {}
    rows = opened.annotate(day=TruncDate("opened_by__created", tzinfo=UTC)).values("source", "day").order_by()
    for source, day, amount in rows.annotate(sum=Sum("granted")).values_list("source", "day", "sum"):
        found.setdefault(source, {})[day] = amount
    return found


def _by_day(rows: QuerySet, field: str) -> QuerySet:
    return rows.annotate(day=TruncDate(field, tzinfo=UTC)).order_by().values("day")


def _sums(entries: QuerySet[Entry], field: str) -> dict[date, int]:
    return dict(_by_day(entries, "created").annotate(sum=Sum(field)).values_list("day", "sum"))


def _added(one: Daily, other: Daily) -> dict[date, int]:
    return {day: one.get(day, 0) + other.get(day, 0) for day in (*one, *other)}
