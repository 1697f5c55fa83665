"""Settings, the inbox, taking everything along and closing the account, as a person does them."""

import json
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Open, Shoot
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import Watch, overflow, refused_content
from tests.site import PASSWORD, Visitor

DARK_PAPER, LIGHT_PAPER = "rgb(20, 20, 19)", "rgb(251, 250, 247)"


def paper(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_settings_are_kept_and_seen(person: Visitor, open_page: Open) -> None:
    page = open_page("/account", person, color_scheme="light", timezone_id="Europe/Berlin")
    assert paper(page) == LIGHT_PAPER
    page.get_by_label("Display name").fill("Alice L.")
    page.get_by_label("Light or dark").select_option("Dark")
    page.get_by_label("Time zone").select_option("Asia/Kathmandu")
    page.get_by_label("Five squares").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Your settings are saved.")).to_be_visible()
    assert paper(page) == DARK_PAPER
    state = person.finished(person.start("a fox in its own time"))
    page.goto(state["pictures"][0]["url"])
    assert paper(page) == DARK_PAPER
    page.get_by_text("Choices for the download").locator("..").click()
    expect(page.get_by_label("Five squares in the corner")).not_to_be_checked()
    expect(page.get_by_label("Sentence and seed in the file")).to_be_checked()


def test_a_setting_that_cannot_be_is_said_at_its_field(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("422")
    page = open_page("/account", person)
    page.get_by_label("Display name").evaluate("field => { field.maxLength = 99; field.value = 'x'.repeat(41); }")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field--wrong .errorlist")).to_contain_text("at most 40 characters")
    assert violations(page) == []


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_everything_is_taken_along(person: Visitor, open_page: Open, size: dict[str, int]) -> None:
    state = person.finished(person.start("a fox to take along"))
    page = open_page("/account/data", person, size=size)
    badge = page.locator("#unread")
    expect(badge).to_be_hidden()
    page.get_by_role("button", name="Export everything").click()
    # By themselves, both: the page asks, and word of the message comes by the socket.
    expect(page.get_by_role("link", name="Fetch the ZIP")).to_be_visible()
    expect(badge).to_contain_text("1 unread message")
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name="Your export is ready").click()
    expect(page.locator("#unread")).to_be_hidden()
    page.get_by_role("link", name="Go to your data").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Fetch the ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        pictures = [name for name in archive.namelist() if name.startswith("pictures/")]
        told = json.loads(archive.read("pictures.json"))
    assert sorted(pictures) == sorted(one["file"] for one in told)
    assert {one["id"] for one in told} == {one["id"] for one in state["pictures"]}
    assert refused_content(page) == []


def test_closing_is_undone_by_signing_in(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("422")
    state = person.finished(person.start("a fox that stays"))
    picture = state["pictures"][0]["id"]
    person.post(f"/pictures/{picture}/share", {"visibility": "unlisted"})
    page = open_page("/account/data", person)
    shared = open_page(f"/pictures/{picture}", person).locator("input[value*='/s/']").first.input_value()
    page.get_by_role("link", name="Close the account").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    email = page.locator("form strong").inner_text()
    page.get_by_label("E-mail address").fill("not@mine.example")
    page.get_by_role("button", name="Close the account").click()
    expect(page.locator(".errorlist")).to_contain_text("Nothing was closed")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Close the account").click()
    expect(page.get_by_role("status").filter(has_text="sign in to keep it")).to_be_visible()
    expect(page.locator(".header").get_by_role("link", name="Sign in")).to_be_visible()
    assert page.request.get(shared).status == 404

    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your account closes on")).to_be_visible()
    page.goto("/history")
    expect(page.get_by_role("heading", name="Your account closes on")).to_be_visible()
    page.get_by_role("button", name="Keep my account").click()
    expect(page.get_by_role("status").filter(has_text="Your account stays")).to_be_visible()
    assert page.request.get(shared).status == 200
    page.goto("/history")
    expect(page.locator(".request")).to_have_count(1)


def test_axe_finds_nothing(person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/inbox", person)
    found = look(page, shoot, "inbox-empty")
    page.goto("/account/data")
    found += look(page, shoot, "data")
    page.get_by_role("button", name="Export everything").click()
    expect(page.get_by_role("link", name="Fetch the ZIP")).to_be_visible()
    found += look(page, shoot, "data-ready")
    for path in (
        "/account",
        "/account/security",
        "/accounts/email/",
        "/accounts/password/change/",
        "/inbox",
        "/rights",
    ):
        page.goto(path)
        found += look(page, shoot, f"{path.strip('/').replace('/', '-')}")
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name="Your export is ready").click()
    found += look(page, shoot, "message")
    page.goto("/account/close")
    found += look(page, shoot, "reauthenticate")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    found += look(page, shoot, "close")
    email = page.locator("form strong").inner_text()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Close the account").click()
    expect(page.get_by_role("status").filter(has_text="sign in to keep it")).to_be_visible()
    shoot(page, "closed")
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your account closes on")).to_be_visible()
    found += look(page, shoot, "closing")
    page.goto("/account/data")
    found += look(page, shoot, "closing-data")
    assert found == []


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_from_right_to_left(person: Visitor, open_page: Open, shoot: Shoot, size: dict[str, int]) -> None:
    person.post("/account/data/export")
    page = open_page("/account/data", person, size=size, locale="he-IL")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#export a")).to_be_visible()
    wide: list[str] = []
    for path in ("/account", "/account/security", "/account/data", "/inbox", "/rights"):
        page.goto(path)
        shoot(page, f"rtl-{size['width']}-{path.strip('/').replace('/', '-')}")
        if overflow(page) > 0:
            wide.append(path)
    assert wide == []


def look(page: Page, shoot: Shoot, name: str) -> list[str]:
    """What axe finds, and whether a phone would have to be pushed sideways."""
    page.wait_for_load_state("networkidle")
    found = violations(page)
    page.set_viewport_size(PHONE)
    if overflow(page) > 0:
        found.append(f"{name} is {overflow(page)} pixels wider than a phone")
    found += [one for one in violations(page) if one not in found]
    shoot(page, f"{name}-phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    shoot(page, name)
    return found
