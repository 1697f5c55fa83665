"""The whole purchase by a real browser: our page, `emulate`'s hosted Checkout, and back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Open, Shoot
from tests.e2e.studio import Studio
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import Watch, overflow
from tests.signed_in import signed_in
from tests.site import Site, Visitor, wait_until
from tests.stripe_hosted import HostedStripe

NAMES = ("pat", "pia", "pol", "pam", "paz", "poe")


@pytest.fixture(scope="module")
def stripe() -> Iterator[HostedStripe]:
    with HostedStripe() as running:
        yield running


@pytest.fixture(scope="module")
def site(stripe: HostedStripe, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("shop"), **stripe.settings) as running:
        stripe.site = running.address
        yield running


@pytest.fixture(scope="module")
def buyers(site: Site) -> dict[str, Visitor]:
    return {**signed_in(site, NAMES), **signed_in(site, ["poor"], leave=0)}


@pytest.fixture(autouse=True)
def _told(stripe: HostedStripe) -> Iterator[None]:
    yield
    stripe.tells = True


def to_stripe(page: Page) -> None:
    page.get_by_role("button", name="Buy 115 credits, $15").click()
    expect(page).to_have_url(re.compile(r"/checkout/cs_"))


def pay(page: Page) -> None:
    page.get_by_role("button", name="Pay $15.00").click()
    expect(page).to_have_url(re.compile(r"/credits/purchases/"))


def test_bought_and_told(
    site: Site, stripe: HostedStripe, buyers: dict[str, Visitor], open_page: Open, shoot: Shoot
) -> None:
    page = open_page("/", buyers["pat"])
    other = open_page("/gallery", beside=page)
    page.locator("#balance").click()
    page.get_by_role("link", name="Buy credits").click()
    expect(page.get_by_text("Test mode.")).to_be_visible()
    expect(page.locator("#balance")).to_have_text("50 credits")
    to_stripe(page)
    expect(page.get_by_text("115 credits").first).to_be_visible()
    expect(page.get_by_text("$15.00 USD")).to_be_visible()
    shoot(page, "stripe-checkout")
    pay(page)
    expect(page.get_by_role("heading", name="115 credits added")).to_be_visible()
    expect(page.locator("#balance")).to_have_text("165 credits")
    expect(other.locator("#balance")).to_have_text("165 credits")
    # The message came first, and the page of somebody who comes back again and again asks Stripe no more.
    asked = len(stripe.asked)
    page.reload()
    expect(page.locator("#balance")).to_have_text("165 credits")
    assert len(stripe.asked) == asked
    receipt = page.get_by_role("link", name="Receipt at Stripe").get_attribute("href")
    page.get_by_role("link", name="Your payments and receipts").click()
    row = page.get_by_role("row", name="115 credits")
    expect(row).to_contain_text("$15")
    expect(row.get_by_role("link", name="Receipt")).to_have_attribute("href", receipt)
    row.get_by_role("link", name="Receipt").click()
    expect(page.get_by_text("Receipt: 1500 usd")).to_be_visible()

    def letter() -> str | None:
        files = (Path(site.environment["TESSERA_DATA"]) / "mail").glob("*")
        return next((text for text in (file.read_text() for file in files) if "Receipt: 115 credits" in text), None)

    assert receipt in wait_until(letter, what="the letter")


def test_the_message_is_lost_and_the_way_back_is_enough(
    stripe: HostedStripe, buyers: dict[str, Visitor], open_page: Open
) -> None:
    stripe.tells = False
    page = open_page("/credits/buy", buyers["pia"])
    to_stripe(page)
    pay(page)
    expect(page.get_by_role("heading", name="115 credits added")).to_be_visible()
    expect(page.locator("#balance")).to_have_text("165 credits")
    # And now it comes, three times.
    for _ in range(3):
        assert stripe.tell(stripe.events[-1]) == 200
    page.reload()
    expect(page.locator("#balance")).to_have_text("165 credits")


def test_thought_better_of_it_and_again(stripe: HostedStripe, buyers: dict[str, Visitor], open_page: Open) -> None:
    page = open_page("/credits/buy", buyers["pol"])
    to_stripe(page)
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Not paid yet")).to_be_visible()
    expect(page.locator("#balance")).to_have_text("50 credits")
    sessions = len(stripe.sessions)
    page.get_by_role("link", name="Pay $15").click()
    pay(page)
    expect(page.locator("#balance")).to_have_text("165 credits")
    assert len(stripe.sessions) == sessions


def test_two_tabs_buy_at_once(buyers: dict[str, Visitor], open_page: Open) -> None:
    first = open_page("/credits/buy", buyers["pam"])
    second = open_page("/credits/buy", beside=first)
    for page in (first, second):
        to_stripe(page)
    for page, balance in ((second, "165 credits"), (first, "280 credits")):
        pay(page)
        expect(page.locator("#balance")).to_have_text(balance)


def test_by_keys_alone(buyers: dict[str, Visitor], open_page: Open) -> None:
    page = open_page("/credits/buy", buyers["poe"])
    button = page.get_by_role("button", name="Buy 115 credits, $15")
    for _ in range(30):
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/checkout/cs_"))


def test_without_credits_the_way_to_more_is_shown(
    buyers: dict[str, Visitor], open_page: Open, watch: Watch, shoot: Shoot
) -> None:
    watch.expect("402")
    page = open_page("/", buyers["poor"])
    out = page.locator(".out-of-credits")
    expect(out).to_contain_text(re.compile(r"15 free credits come on\s+.*\d{4}\."))
    shoot(page, "out-of-credits")
    studio = Studio(page)
    studio.box.fill("a fox")
    studio.draw()
    expect(studio.page.locator("#prompt-error")).to_contain_text("You have no credits left")
    shoot(page, "out-of-credits-pressed")
    out.get_by_role("link", name="Buy credits").click()
    to_stripe(page)
    pay(page)
    page.get_by_role("link", name="Draw", exact=True).last.click()
    expect(page.locator(".out-of-credits")).to_have_count(0)


def test_axe_finds_nothing(
    site: Site, stripe: HostedStripe, buyers: dict[str, Visitor], open_page: Open, shoot: Shoot
) -> None:
    page = open_page("/credits/buy", buyers["paz"])
    pages = {"packs": "/credits/buy", "no-payments": "/credits/payments"}

    def visit(name: str) -> str:
        """One more order, as far as Stripe's page."""
        page.goto("/credits/buy")
        to_stripe(page)
        session = list(stripe.sessions)[-1]
        pages[name] = "/credits/purchases/" + stripe.sessions[session]["metadata"]["purchase"]
        return session

    found: list[str] = []

    def look() -> None:
        for name, path in pages.items():
            page.goto(path)
            found.extend(violations(page))
            page.set_viewport_size(PHONE)
            if overflow(page) > 0:
                found.append(f"{name} is {overflow(page)} pixels wider than a phone")
            shoot(page, f"buying-{name}-phone")
            page.set_viewport_size({"width": 1440, "height": 900})
            shoot(page, f"buying-{name}")
        pages.clear()

    look()
    visit("open")
    stripe.tell(stripe.pay_later(visit("waiting")))
    stripe.tell(stripe.expire(visit("expired")))
    stripe.tell(stripe.pay(visit("held"), amount=1))
    stripe.tell(stripe.pay(visit("paid")))
    back = visit("refunded")
    stripe.tell(stripe.pay(back))
    stripe.tell(stripe.refund(back, 500))
    pages["payments"] = "/credits/payments"
    look()
    assert found == []
