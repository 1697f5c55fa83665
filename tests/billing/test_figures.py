"""What operators read: revenue and credits as plots, and what may be farming."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from billing import services
from billing.models import FreeCredits, Purchase
from billing.services.plotting import Bars, plotted
from tests import people
from tests.billing.ledgers import bought
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db
FIGURES, PATTERNS = "/admin/billing/account/figures/", "/admin/billing/account/patterns/"


@pytest.fixture
def as_operator(db: Any) -> Client:
    return people.browser_of(people.make("operator", staff=True))


def sums(title: str) -> dict[str, str]:
    plot = next(plot for plot in services.figures() if plot.title == title)
    return {words: total for _look, words, total in plot.legend}


def spend(person: Person, times: int, how: Any) -> None:
    for number in range(times):
        reference = f"{person.pk} {how.__name__} {number}"
        services.reserve(person=person, amount=1, reference=reference)
        how(reference=reference)


def test_credits_day_by_day(alice: Person) -> None:
    bought(alice, 100, "purchase:1")
    bought(alice, 9, "old", days=-30)
    services.expire_due()
    services.adjust(person=alice, amount=5, reason="r", operator=alice, key="k")
    services.adjust(person=alice, amount=-2, reason="r", operator=alice, key="l")
    spend(alice, 4, services.capture)
    spend(alice, 3, services.release)
    assert sums("Credits") == {
        "bought": "109",
        "free": "50",
        "by hand": "5",
        "spent": "4",
        "expired": "9",
    }
    (row,) = next(plot for plot in services.figures() if plot.title == "Credits").table
    assert (row[0], row[1][0]) == (timezone.now().date(), "109")


def test_revenue_by_currency_and_what_went_back(shop: Shop, alice: Person) -> None:
    purchase = shop.bought(alice)
    shop.bought(alice)
    shop.tell(shop.stripe.refund(purchase.session, 500))
    assert sums("Revenue in USD") == {"kept": "$25", "went back later": "$5"}
    Purchase.objects.filter(pk=purchase.pk).update(currency="eur", paid_at=timezone.now() - timedelta(days=89))
    assert sums("Revenue in EUR") == {"kept": "€10", "went back later": "€5"}
    Purchase.objects.update(paid_at=timezone.now() - timedelta(days=90))
    assert "Revenue in EUR" not in {plot.title for plot in services.figures()}


def test_bars_are_as_high_as_their_amounts() -> None:
    days = [timezone.now().date() - timedelta(days=past) for past in (1, 0)]
    first, second = days
    plot = plotted(
        title="t",
        days=days,
        up=[Bars("a", "a", {first: 10, second: 5}), Bars("b", "b", {first: 10})],
        down=[Bars("c", "c", {second: 20})],
        words=str,
    )
    one, other, onto, below = plot.bars
    assert [bar.look for bar in plot.bars] == ["a", "b", "a", "c"]
    assert one.height == other.height == pytest.approx(2 * onto.height, abs=0.1)
    assert below.height == pytest.approx(4 * onto.height, abs=0.1)
    assert one.y + one.height == onto.y + onto.height == below.y == pytest.approx(plot.zero, abs=0.1)
    assert other.y + other.height == pytest.approx(one.y, abs=0.1)
    assert [mark.words for mark in plot.across] == ["20", "15", "10", "5", "0", "5", "10", "15", "20"]


def test_the_page_of_figures_is_an_svg_without_scripts(as_operator: Client, alice: Person) -> None:
    bought(alice, 100, "purchase:1")
    page = as_operator.get(FIGURES).content.decode()
    svg = page[page.index("<svg viewBox") : page.index("</svg>", page.index("<svg viewBox")) + 6]
    root = ElementTree.fromstring(svg)
    bars = [rect for rect in root.iter("rect") if rect.get("class") == "bar bar--bought"]
    assert len(bars) == 1 and float(bars[0].get("height", 0)) > 0
    assert bars[0].find("title").text.endswith("bought: 100")
    assert FIGURES in as_operator.get("/admin/billing/account/").content.decode()


def test_many_accounts_from_one_network(as_operator: Client, alice: Person, bob: Person) -> None:
    more = people.make("carla")
    FreeCredits.objects.update(network="")
    FreeCredits.objects.filter(person__in=[alice, bob]).update(network="n")
    assert services.patterns().networks == []
    FreeCredits.objects.filter(person=more).update(network="n", refusal="same_person")
    (network,) = services.patterns().networks
    assert (network.accounts, network.refused, set(network.people)) == (3, 1, {alice, bob, more})
    FreeCredits.objects.filter(person=bob).update(anchor=timezone.now() - timedelta(days=31))
    assert services.patterns().networks == []


def test_many_requests_that_cost_nothing(alice: Person, bob: Person) -> None:
    spend(alice, 9, services.capture)
    spend(alice, 10, services.release)
    spend(bob, 11, services.capture)
    spend(bob, 10, services.release)
    assert services.patterns().releases == []
    services.reserve(person=alice, amount=1, reference="one more")
    services.release(reference="one more")
    (found,) = services.patterns().releases
    assert (found.person, found.words) == (alice, "11 of 20 requests cost nothing")


def test_much_money_back_and_debts(shop: Shop, alice: Person, bob: Person) -> None:
    purchase = shop.bought(alice)
    shop.bought(bob)
    shop.tell(shop.stripe.refund(purchase.session, 300))
    assert services.patterns().money_back == []
    services.reserve(person=alice, amount=services.balance_of(person=alice), reference="all")
    shop.tell(shop.stripe.refund(purchase.session, 300))
    (found,) = services.patterns().money_back
    assert (found.person, found.words) == (alice, "$6 of $15 went back, of 1 purchases")
    (debt,) = services.patterns().debts
    assert debt.person == alice and debt.words == "23 credits"


def test_the_page_of_patterns(as_operator: Client, alice: Person) -> None:
    assert as_operator.get(PATTERNS).content.decode().count("<p>None.</p>") == 4
    spend(alice, 20, services.release)
    page = as_operator.get(PATTERNS).content.decode()
    assert "20 of 20 requests cost nothing" in page and f"/admin/accounts/person/{alice.pk}/change/" in page


def test_only_operators_read_them(as_alice: Client, as_stranger: Client) -> None:
    helper = people.make("helper")
    helper.is_staff = True
    helper.save()
    for path in (FIGURES, PATTERNS):
        for client, status in ((as_alice, 302), (as_stranger, 302), (people.browser_of(helper), 403)):
            assert client.get(path).status_code == status
