"""What may be somebody farming free credits, or misusing refunds. It accuses nobody: a school is one network too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q, Sum
from django.utils import timezone

from accounts.models import Person
from billing.models import Account, Entry, FreeCredits, Purchase, Unit
from billing.services.money import given, money

MOST = 50
ACCOUNTS_OF_A_NETWORK = 3
NETWORK_DAYS = 30
REQUESTS, RELEASED_SHARE, RELEASE_DAYS = 20, 0.5, 7
MONEY_BACK_SHARE = 0.25


@dataclass(frozen=True, kw_only=True)
class Suspect:
    person: Person
    words: str
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Network:
    accounts: int
    refused: int
    last: datetime
    people: Sequence[Person]


@dataclass(frozen=True, kw_only=True)
class Patterns:
    networks: Sequence[Network]
    releases: Sequence[Suspect]
    money_back: Sequence[Suspect]
    debts: Sequence[Suspect]


def patterns() -> Patterns:
    return Patterns(networks=_networks(), releases=_releases(), money_back=_money_back(), debts=_debts())


def _networks() -> list[Network]:
    """Many accounts that were verified from one network within a month."""
    lately = FreeCredits.objects.filter(anchor__gte=timezone.now() - timedelta(days=NETWORK_DAYS)).exclude(network="")
    many = (
        lately.order_by()
        .values("network")
        .annotate(accounts=Count("pk"), refused=Count("pk", filter=~Q(refusal="")), last=Max("anchor"))
        .filter(accounts__gte=ACCOUNTS_OF_A_NETWORK)
        .order_by("-accounts", "-last")[:MOST]
    )
    rows = list(many)
    people: dict[str, list[Person]] = {}
    of_them = lately.filter(network__in=[row["network"] for row in rows]).select_related("person")
    for free in of_them.order_by("-anchor"):
        people.setdefault(free.network, []).append(free.person)
    return [
        Network(
            accounts=row["accounts"], refused=row["refused"], last=row["last"], people=people[row["network"]][:MOST]
        )
        for row in rows
    ]


def _releases() -> list[Suspect]:
    """Many requests within a week of which most cost nothing: cancelled, refused or failed on purpose."""
    kinds = Entry.Kind
    lately = Entry.objects.filter(created__gte=timezone.now() - timedelta(days=RELEASE_DAYS))
    counted = (
        lately.filter(kind__in=(kinds.RESERVE, kinds.RELEASE))
        .order_by()
        .values("account")
        .annotate(
            requests=Count("pk", filter=Q(kind=kinds.RESERVE)), released=Count("pk", filter=Q(kind=kinds.RELEASE))
        )
        .filter(requests__gte=REQUESTS, released__gte=F("requests") * RELEASED_SHARE)
        .order_by("-released")[:MOST]
    )
    rows = list(counted)
    owners = Account.objects.select_related("person").in_bulk([row["account"] for row in rows])
    return [
        Suspect(
            person=owners[row["account"]].person,
            words=f"{row['released']} of {row['requests']} requests cost nothing",
            share=row["released"] / row["requests"],
        )
        for row in rows
    ]


def _money_back() -> list[Suspect]:
    """A quarter or more of what somebody paid went back, by refunds and disputes."""
    paid = Purchase.objects.filter(state=Purchase.State.PAID)
    sums = (
        paid.order_by()
        .values("person", "currency")
        .annotate(paid=Sum("amount"), back=Sum(F("refunded") + F("disputed")), purchases=Count("pk"))
        .filter(back__gte=F("paid") * MONEY_BACK_SHARE, back__gt=0)
        .order_by("-back")[:MOST]
    )
    rows = list(sums)
    people = Person.objects.in_bulk([row["person"] for row in rows])
    return [
        Suspect(
            person=people[row["person"]],
            words=f"{money(row['back'], row['currency'])} of {money(row['paid'], row['currency'])} went back, "
            f"of {row['purchases']} purchases",
            share=row["back"] / row["paid"],
        )
        for row in rows
    ]


def _debts() -> list[Suspect]:
    """Credits were spent, then the money for them went back."""
    owing = Account.objects.filter(debt__gt=0).select_related("person").order_by("unit", "-debt")[:MOST]
    return [Suspect(person=each.person, words=given(each.debt, Unit(each.unit))) for each in owing]
