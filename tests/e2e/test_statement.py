"""The statement as a person reads it: by pages and back, by kind, as a file, in their own time; and axe finds nothing
on its pages, by day and by night."""

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Open, Shoot
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import Watch, overflow
from tests.site import PASSWORD, Site, Visitor

OPERATOR = "operator-of-statements@example.com"
KOLKATA = {"timezone_id": "Asia/Kolkata"}
LONG = "a lighthouse in a storm, seen from a small boat whose lamp has just gone out, in the manner of an old engraving"

# What would take weeks: many requests, purchases, a debt, a decided application. By the product's services.
_LIFE = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Person
from accounts.services import make_person
from billing import services
from billing.models import Lot
person = Person.objects.get(email={email!r})
operator = Person.objects.filter(email={operator!r}).first()
operator = operator or make_person(email={operator!r}, password={password!r}, staff=True)
unit, now = services.Unit.CREDIT, timezone.now()
def bought(effect):
    services.add_lot(person=person, unit=unit, source=Lot.Source.BOUGHT, amount=115, reference=effect,
        expires_at=now + timedelta(days=365), effect=effect + {email!r})
bought("one")
services.adjust(person=person, amount=10, reason="Sorry for the outage on Tuesday", operator=operator, key={email!r})
asked = services.apply(person=person, name="Carla of the Lighthouses", work="https://example.com", words="A book.")
services.grant(application_id=asked.pk, amount=200, expires_at=now + timedelta(days=90),
    answer="We liked the storms. Send us the book.", operator=operator)
for number in range({requests}):
    services.reserve(person=person, amount=1, reference=f"old {{number}} " + {email!r})
    (services.release if number % 7 == 3 else services.capture)(reference=f"old {{number}} " + {email!r})
services.adjust(person=person, amount=2_500_000, reason="To try the API", operator=operator, key="api " + {email!r},
    unit=services.Unit.MICRO_DOLLAR)
"""


def live(site: Site, person: Visitor, *, requests: int = 60) -> None:
    said = {"email": email_of(person), "operator": OPERATOR, "password": PASSWORD, "requests": requests}
    site.manage("shell", "-c", _LIFE.format(**said))


def email_of(person: Visitor) -> str:
    page = person.get("/history").text
    start = page.index('<p title="') + 10
    return page[start : page.index('"', start)]


def amounts(page: Page) -> list[str]:
    return page.locator("tbody .statement__amount").all_inner_texts()


def test_pages_kinds_and_the_way_back(site: Site, person: Visitor, open_page: Open, tmp_path: Path) -> None:
    live(site, person)
    person.finished(person.start(LONG), seconds=240)
    page = open_page("/", person, **KOLKATA)
    page.locator(".balance-menu summary").click()
    kept = page.locator(".balance-menu .kept li")
    expect(kept).to_have_count(3)
    expect(kept.nth(0)).to_contain_text("until")
    page.keyboard.press("Escape")
    expect(kept.nth(0)).to_be_hidden()
    page.locator(".balance-menu summary").click()
    page.get_by_role("link", name="Statement").click()
    expect(page.locator("tbody tr")).to_have_count(50)
    expect(page.locator("tbody tr").first).to_contain_text("a lighthouse in a storm")
    picture = page.locator("tbody img").first
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    newest = amounts(page)
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody tr")).to_have_count(15)
    assert amounts(page)[-1] == "+50"
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(50)
    assert amounts(page) == newest
    page.go_forward()
    page.get_by_role("link", name="Back to the newest").click()
    page.get_by_role("link", name="Bought").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert amounts(page) == ["+115"]
    page.get_by_role("link", name="Everything").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    download.value.save_as(tmp_path / "statement.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "statement.csv").read_text("utf-8-sig"))))
    assert len(rows) == 65 and {row["From UTC"] for row in rows} == {"UTC+05:30"}
    hour = page.locator("tbody time").first.inner_text().rsplit(" ", 2)
    assert rows[0]["What"] == LONG
    assert rows[0]["Time"][3:5] in hour[-2] + hour[-1]


def test_axe_finds_nothing(site: Site, person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/credits/artists", person)
    found = violations(page)
    shoot(page, "artists-form")
    live(site, person, requests=12)
    for words in (LONG, "a red fox reading a map", "شارع في القاهرة عند الغروب"):
        person.finished(person.start(words), seconds=240)
    person.start("a paper boat")
    for path in ("/credits", "/credits?kind=free", "/credits?kind=back", "/credits/api", "/credits/artists"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        name = path.removeprefix("/").replace("/", "-").replace("?", "-")
        found += violations(page)
        shoot(page, name)
        page.set_viewport_size(PHONE)
        if overflow(page) > 0:
            found.append(f"{path} is {overflow(page)} pixels wider than a phone")
        found += violations(page)
        shoot(page, f"{name}-phone")
        page.set_viewport_size({"width": 1440, "height": 900})
    for name, size in (("balance", page.viewport_size), ("balance-phone", PHONE)):
        page.set_viewport_size(size)
        page.reload()
        page.locator(".balance-menu summary").click()
        expect(page.locator(".balance-menu .kept li")).to_have_count(4)
        panel = page.locator(".balance-menu .menu__panel").bounding_box()
        assert panel["x"] >= 0 and panel["x"] + panel["width"] <= size["width"]
        found += violations(page)
        shoot(page, name)
    assert found == []


def test_nothing_left(site: Site, person: Visitor, open_page: Open, shoot: Shoot) -> None:
    site.manage(
        "shell",
        "-c",
        "from accounts.models import Person; from billing.services import reserve\n"
        f"reserve(person=Person.objects.get(email={email_of(person)!r}), amount=50, reference='all')",
    )
    page = open_page("/", person)
    expect(page.locator("#prompt-cost")).to_contain_text("15 free credits come on")
    shoot(page, "nothing-left")
    found = violations(page)
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
    shoot(page, "nothing-left-phone")
    page.locator("#prompt-cost").get_by_role("link", name="Credits for artists").click()
    page.wait_for_url("**/credits/artists")
    assert found == []


def test_pages_of_operators(site: Site, person: Visitor, open_page: Open, shoot: Shoot, watch: Watch) -> None:
    watch.expect("favicon.ico")  # the admin's pages name none
    live(site, person, requests=25)
    page = open_page("/accounts/login/?next=/admin/billing/account/")
    page.locator("#id_login").fill(OPERATOR)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Revenue and credits").click()
    expect(page.locator("svg .bar").first).to_be_visible()
    found = [each for each in violations(page) if "#content-main" in each or "plot" in each]
    shoot(page, "figures")
    for path in ("account/patterns/", "adjustment/add/", "application/"):
        page.goto(f"/admin/billing/{path}")
        shoot(page, f"admin-{path.strip('/').replace('/', '-')}")
    page.clock.install()
    page.goto("/admin/")
    page.get_by_role("link", name="Health of the site").click()
    sum_of = page.locator(".health__sum")
    expect(sum_of).to_contain_text("every ten seconds")
    found += [each for each in violations(page) if "health__" in each]
    shoot(page, "health")
    page.locator("#health").evaluate("element => element.dataset.old = 'yes'")
    page.clock.run_for(11_000)
    expect(page.locator("#health[data-old]")).to_have_count(0)
    page.get_by_role("link", name="Hold still").click()
    expect(sum_of).to_contain_text("held still")
    assert found == []
