"""The wall: search, selection by mouse, key and finger, the trash and its way back, coming back to where one was."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Open, Shoot, name_of
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import Watch, overflow
from tests.site import Site, Visitor

# Made past the queue: a wall needs many requests, and drawing them is what other tests are about.
_FILL = """
from accounts.models import Person
from django.utils import timezone
from datetime import timedelta
from generation.models import Job, Picture
person = Person.objects.get(email={email!r})
now = timezone.now()
for number in range({count}):
    kind = "variation" if number % 5 == 0 else "prompt"
    job = Job.objects.create(person=person, prompt=f"{{'fox' if number % 2 else 'lighthouse'}} number {{number}}",
        kind=kind, key=f"wall-{{number}}", status="delivered", created=now - timedelta(hours=number),
        finished_at=now, seen_at=now, screened_at=now)
    Picture.objects.bulk_create([Picture(job=job, person=person, index=index, seed=1, size=1, created=job.created,
        file="none", small="pictures/00/none.webp") for index in range(4)])
"""


@pytest.fixture
def wall(site: Site, person: Visitor, open_page: Open, watch: Watch, request: pytest.FixtureRequest) -> Page:
    watch.expect("404")  # the files of these pictures were never drawn
    site.manage("shell", "-c", _FILL.format(email=f"{name_of(request.node)}@example.com", count=60))
    return open_page("/history", person)


def test_searching_narrows_the_wall_and_the_address(wall: Page, shoot: Shoot) -> None:
    expect(wall.locator(".request")).to_have_count(24)
    wall.get_by_label("Search by words").fill("lighthouse")
    expect(wall.locator(".request__sentence").get_by_text("fox")).to_have_count(0)
    expect(wall.locator(".request__sentence").first).to_contain_text("lighthouse")
    assert "q=lighthouse" in wall.url
    wall.get_by_label("Kind").select_option("Variations")
    expect(wall.locator(".request")).to_have_count(6)
    shoot(wall, "search")
    wall.reload()
    expect(wall.locator(".request")).to_have_count(6)
    expect(wall.get_by_label("Search by words")).to_have_value("lighthouse")
    wall.get_by_label("Search by words").fill("submarine")
    expect(wall.get_by_text("Nothing was found")).to_be_visible()
    assert violations(wall) == []


def test_choosing_by_mouse_key_and_range(wall: Page, shoot: Shoot) -> None:
    tiles, count = wall.locator(".tile"), wall.locator(".selection__count")
    tiles.nth(1).hover()
    tiles.nth(1).get_by_role("checkbox").check()
    expect(count).to_have_text("1 selected")
    tiles.nth(5).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(count).to_have_text("5 selected")
    tiles.nth(2).locator("a").first.click()  # while choosing, a click chooses
    expect(count).to_have_text("4 selected")
    shoot(wall, "selection")
    assert violations(wall) == []
    wall.keyboard.press("Escape")
    expect(count).to_be_hidden()
    tiles.nth(0).locator("a").first.focus()
    wall.keyboard.press(" ")
    wall.keyboard.press("ArrowRight")
    wall.keyboard.press(" ")
    expect(count).to_have_text("2 selected")
    wall.get_by_role("button", name="Compare").click()
    wall.wait_for_url("**/compare?ids=*")
    expect(wall.locator(".compare li")).to_have_count(2)
    assert violations(wall) == []


def test_a_long_press_begins_choosing(site: Site, person: Visitor, wall: Page, open_page: Open) -> None:
    page = open_page("/history", person, size=PHONE, has_touch=True)
    tile = page.locator(".tile").nth(2)
    tile.dispatch_event("pointerdown", {"pointerType": "touch", "pointerId": 5, "bubbles": True})
    expect(page.locator(".selection__count")).to_have_text("1 selected")
    tile.dispatch_event("pointerup", {"pointerType": "touch", "pointerId": 5, "bubbles": True})
    assert overflow(page) == 0


def test_the_trash_takes_and_gives_back(wall: Page, shoot: Shoot) -> None:
    first = wall.locator(".tile").first
    picture = first.get_attribute("data-id")
    first.hover()
    first.get_by_role("checkbox").check()
    wall.get_by_role("button", name="Move to the trash").click()
    expect(wall.locator(f'.tile[data-id="{picture}"]')).to_be_hidden()
    wall.locator("#told").get_by_role("button", name="Undo").click()
    expect(wall.locator(f'.tile[data-id="{picture}"]')).to_be_visible()
    first.hover()
    first.get_by_role("checkbox").check()
    wall.get_by_role("button", name="Move to the trash").click()
    expect(wall.locator("#told")).to_contain_text("1 picture in the trash.")
    wall.get_by_role("link", name="Trash").click()
    expect(wall.get_by_text("30 days left")).to_have_count(1)
    assert violations(wall) == []
    wall.locator(".wall__choice").click()
    wall.get_by_role("button", name="Put the selected back").click()
    wall.wait_for_url("**/history")
    expect(wall.locator(f'.tile[data-id="{picture}"]')).to_be_visible()


def test_coming_back_finds_the_wall_as_far_as_it_was_unrolled(wall: Page) -> None:
    wall.locator(".history__older a").scroll_into_view_if_needed()
    expect(wall.locator(".request").nth(47)).to_be_attached()
    target = wall.locator(".request__sentence a").nth(40)
    sentence = str(target.text_content())
    target.click()
    wall.wait_for_url("**/jobs/*")
    wall.go_back()
    expect(wall.locator(".request__sentence").get_by_text(sentence, exact=True)).to_be_visible()
    expect(wall.locator(".request").nth(47)).to_be_attached()
