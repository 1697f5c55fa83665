"""The tools on a picture's page: vary, change by words, blend; scrubbing over a way; hearts and the trash."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Open, Shoot
from tests.e2e.studio import Studio
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import Watch, overflow, shifted
from tests.site import Visitor


def drawn(page: Page, person: Visitor, sentence: str = "a lighthouse") -> None:
    """A delivered request, and the page of its first picture."""
    job_id = person.start(sentence)
    state = person.finished(job_id)
    page.goto(state["pictures"][0]["url"])


def delivered(page: Page, pictures: int) -> None:
    page.wait_for_url("**/jobs/*")
    expect(page.locator("article.job")).to_have_attribute("data-status", "delivered")
    expect(page.locator(".frame .frame__picture")).to_have_count(pictures)


def test_three_variations_and_where_they_came_from(person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/history", person)
    drawn(page, person)
    source = page.url
    page.locator("summary", has_text="Vary").click()
    page.get_by_label("How far from this one").fill("0.8")
    page.get_by_role("button", name="Draw three").click()
    delivered(page, 3)
    shoot(page, "variations")
    assert shifted(page) < 0.02
    page.locator(".sources a").click()
    page.wait_for_url(source)
    page.get_by_text("Details", exact=True).click()
    page.get_by_text("What it came from and what came of it").click()
    expect(page.locator(".step")).to_have_count(2)
    assert violations(page) == []


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_a_way_is_scrubbed_by_key_and_by_drag_and_a_frame_is_kept(
    person: Visitor, open_page: Open, shoot: Shoot, size: dict[str, int] | None
) -> None:
    page = open_page("/history", person, **({"size": size} if size else {}))
    drawn(page, person)
    page.get_by_text("Change by words").click()
    page.get_by_label("From", exact=True).fill("winter")
    page.get_by_label("To", exact=True).fill("summer")
    assert violations(page) == []
    page.get_by_role("button", name="Draw seven frames").click()
    delivered(page, 7)
    slider, stage = page.get_by_label("Frame", exact=True), page.locator(".way__stage")
    expect(stage.locator("img.frame__picture")).to_have_count(7)
    assert shifted(page) < 0.02
    slider.focus()
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "Frame 5 of 7")
    expect(stage.locator("[data-on]")).to_have_count(1)
    box = stage.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + 50, steps=8)
    page.mouse.up()
    expect(slider).to_have_value("6")
    with page.expect_response("**/keep"):
        page.get_by_role("button", name="Keep this frame").click()
    expect(page.get_by_role("button", name="Kept. Let it go")).to_be_visible()
    shoot(page, f"way-{'phone' if size else 'desk'}")
    page.reload()
    page.get_by_label("Frame", exact=True).fill("6")
    expect(page.get_by_role("button", name="Kept. Let it go")).to_be_visible()
    assert violations(page) == []
    assert overflow(page) == 0


def test_two_pictures_are_blended(person: Visitor, open_page: Open, watch: Watch, shoot: Shoot) -> None:
    watch.expect("422")  # pressed before the second was chosen
    page = open_page("/history", person)
    drawn(page, person, "a red fox")
    page.get_by_role("link", name="Blend").click()
    assert violations(page) == []
    page.get_by_role("button", name="Draw seven frames").click()
    expect(page.get_by_text("Choose the second picture.")).to_be_visible()
    page.locator(".wall__choice").first.click()
    shoot(page, "blend")
    page.get_by_role("button", name="Draw seven frames").click()
    delivered(page, 7)
    expect(page.locator(".sources a")).to_have_count(2)


def test_hearts_and_the_trash_answer_at_once_and_can_be_undone(person: Visitor, open_page: Open) -> None:
    page = open_page("/history", person)
    drawn(page, person)
    heart = page.get_by_role("button", name="Favourite")
    page.locator("body").press("f")
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_text("In the trash. It can be had back")).to_be_visible()
    expect(page.get_by_role("button", name="Put it back")).to_be_focused()
    assert violations(page) == []
    page.locator("#told").get_by_role("button", name="Undo").click()
    expect(heart).to_be_visible()
    page.reload()
    expect(heart).to_be_visible()


def test_keys_vary_and_open_and_list_themselves(person: Visitor, open_page: Open) -> None:
    page = open_page("/history", person)
    drawn(page, person)
    page.locator("body").press("v")
    expect(page.get_by_role("button", name="Draw three")).to_be_visible()
    page.locator("body").press("s")
    expect(page.locator("#keep")).to_have_attribute("open", "")
    expect(page.locator("#keep summary")).to_be_focused()
    with page.expect_download() as download:
        page.locator("body").press("d")
    assert download.value.suggested_filename == "a-lighthouse-1.png"
    page.locator("body").press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Single letters are keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.locator("body").press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_again_is_a_card_of_its_own(person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    first = studio.ask("drawn twice")
    first.expect_delivered()
    first.article.get_by_role("button", name="Draw again").click()
    expect(page.locator("article.job")).to_have_count(2)
    expect(page.locator("article.job").first).to_have_attribute("data-status", re.compile("queued|screening|running"))
    shoot(page, "again")
    expect(page.locator("article.job").first).to_have_attribute("data-status", "delivered")
    expect(page.locator("#balance")).to_have_text("48 credits")


def test_without_scripts_the_tools_are_forms(person: Visitor, open_page: Open) -> None:
    page = open_page("/history", person, java_script_enabled=False)
    drawn(page, person)
    page.locator("summary", has_text="Vary").click()
    page.get_by_role("button", name="Draw three").click()
    page.wait_for_url("**/jobs/*")
    assert person.finished(page.url.rsplit("/", 1)[1])["status"] == "delivered"
    page.reload()
    expect(page.locator(".frame .frame__picture")).to_have_count(3)
