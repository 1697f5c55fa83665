"""A moderator at work with the keyboard alone; a refusal that is appealed; and axe on every page of the two."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Open, Shoot
from tests.e2e.moderators import logged, prepare
from tests.e2e.studio import Studio
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import Watch, overflow
from tests.site import Site, Visitor


def waiting(page: Page) -> int:
    return int(re.match(r"\d+", page.locator("#list-title").inner_text())[0])


def told(count: int) -> re.Pattern[str]:
    return re.compile(rf"\b{count} wait")


def test_twenty_cases_with_the_keyboard_alone(site: Site, open_page: Open, shoot: Shoot) -> None:
    mod = prepare(site, moderators=["keys-mod"], owner="keys-owner", pictures=23)["keys-mod"]
    page = open_page("/admin/review/", mod)
    before = waiting(page)
    assert before >= 23
    shoot(page, "queue")
    for done in range(1, 21):
        page.keyboard.press("c")
        expect(page.locator("#list-title")).to_have_text(told(before - done))
        page.wait_for_load_state()  # before that, nothing listens to keys
    assert logged(site, "keys-mod") == ["decide clear"] * 20

    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("#list-title")).to_have_text(told(before - 19))
    page.wait_for_load_state()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    # A frame later the focus leaves what is hidden now; before that, a key is still the list's.
    page.wait_for_function("document.activeElement === document.body")
    page.keyboard.press("b")
    expect(page.locator("#show-pictures")).to_be_checked()
    page.keyboard.press("x")
    page.keyboard.press("s")
    page.keyboard.press("t")
    page.keyboard.type("A flag of hate. c u x")  # in a field letters are letters
    shoot(page, "deciding")
    page.keyboard.press("Escape")
    page.locator("#ruling-words").evaluate("field => field.blur()")
    page.keyboard.press("e")
    expect(page.locator("#list-title")).to_have_text(told(before - 20))
    assert logged(site, "keys-mod")[-2:] == ["undo clear", "decide remove strike"]
    page.keyboard.press("j")
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.wait_for_load_state()
    assert waiting(page) == before - 20


def test_a_refusal_is_appealed_in_one_press_upheld_and_drawn(
    site: Site, person: Visitor, open_page: Open, shoot: Shoot
) -> None:
    mod = prepare(site, moderators=["appeal-mod"], owner="appeal-owner", pictures=1)["appeal-mod"]
    page = open_page("/", person)
    refused = Studio(page).ask("a bowl of forbidden fruit")
    panel = refused.article.locator(".refusal")
    expect(panel).to_contain_text("The operator's own rules")
    expect(refused.detail).to_contain_text("“forbidden fruit”. You were not charged")
    shoot(page, "refused")
    found = violations(page)
    panel.get_by_role("button", name="Ask a person to look").click()
    expect(page.get_by_text("Somebody will look at it")).to_be_visible()

    queue = open_page("/admin/review/?kind=appeals", mod)
    queue.locator(".row", has_text="appeal").first.click()
    expect(queue.locator(".case__appeal")).to_be_visible()
    found += violations(queue)
    shoot(queue, "appeal")
    queue.keyboard.press("y")
    expect(queue.locator(".case__appeal")).to_have_count(0)

    page.reload()
    page.get_by_role("button", name="Draw it now").click()
    expect(page.locator("article.job")).to_have_attribute("data-status", "delivered")
    assert found == []


def test_axe_on_every_page(site: Site, open_page: Open, watch: Watch, shoot: Shoot) -> None:
    """By day and by night, and nothing is wider than a phone."""
    watch.expect("404")
    mod = prepare(site, moderators=["axe-mod"], owner="axe-owner", pictures=3)["axe-mod"]
    with site.query() as ask:
        case, decided = ask("SELECT max(id), min(id) FROM moderation_case WHERE closed_at IS NULL")[0]
    found: list[str] = []
    pages = {
        "queue": f"/admin/review/{case}",
        "together": f"/admin/review/{case}/together?by=person",
        "preferences": "/admin/review/preferences",
        "second": "/admin/review/second",
        "log": "/admin/review/log?check",
        "figures": "/admin/review/figures",
        "policy": "/policy",
        "opt-out": "/artists/opt-out",
        "opt-out-sent": "/artists/opt-out?sent",
        "confirm": "/artists/opt-out/a-token",
    }
    assert case != decided
    page = open_page("/", mod)
    for name, path in pages.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found += violations(page)
        shoot(page, name)
        page.set_viewport_size(PHONE)
        if overflow(page) > 0:
            found.append(f"{name} is {overflow(page)} pixels wider than a phone")
        shoot(page, f"{name}-phone")
    assert found == []
