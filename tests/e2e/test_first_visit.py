"""Somebody new: a sentence, an account, four pictures. On a desk and on a phone."""

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Open, Shoot
from tests.e2e.studio import Studio, frames_at
from tests.e2e.watch import Watch, overflow, refused_content, shifted
from tests.signed_in import signed_in
from tests.site import PASSWORD, Site, Visitor, wait_until

SENTENCE = "A heron made of brass, asleep in a rowing boat"


@pytest.mark.parametrize(("size", "name"), [(DESKTOP, "desktop"), (PHONE, "phone")], ids=["desktop", "phone"])
def test_the_whole_path(
    site: Site, person: Visitor, open_page: Open, watch: Watch, shoot: Shoot, size: Any, name: str, tmp_path: Path
) -> None:
    watch.expect("401")  # the answer that leads on to sign-up
    email = f"somebody.new.{name}@example.com"
    page = open_page("/", size=size)
    studio = Studio(page)
    shoot(page, f"{name}-1-first-visit")

    # Signed out, pressing Draw asks to sign up and keeps the sentence.
    studio.box.fill(SENTENCE)
    studio.draw()
    page.wait_for_url("**/accounts/signup/**")
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    shoot(page, f"{name}-2-sign-up")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/accounts/confirm-email/")
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    shoot(page, f"{name}-3-letter-sent")
    page.goto(urlsplit(wait_until(lambda: site.link_for(email), what="the letter")).path)
    shoot(page, f"{name}-4-confirm")
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(re.compile(r"/$"))
    expect(studio.box).to_have_value(SENTENCE)
    expect(page.locator("#balance")).to_have_text("50 credits")
    shoot(page, f"{name}-5-signed-up")

    # Somebody else is before us, so there is a place in the line to be told.
    person.start("somebody else's sentence")
    studio.draw()
    job = studio.job(SENTENCE)
    expect(job.sentence).to_be_visible()
    expect(job.words).to_have_text(re.compile(r"1 ahead of you, about \d+ (s|min)"))
    expect(page.locator("#balance")).to_have_text("49 credits")
    shoot(page, f"{name}-6-in-line")
    expect(job.previews).to_have_count(4)
    expect(job.words).to_have_text(re.compile(r"Drawing, \d+ of \d+"))
    shoot(page, f"{name}-7-drawing")
    steps = job.steps_until_done()
    assert len(steps) >= 3, f"seen of the progress: {steps}"
    assert steps == sorted(steps)
    job.expect_delivered()
    shoot(page, f"{name}-8-done")
    assert overflow(page) == 0
    assert refused_content(page) == []

    # One of them, large; its file.
    job.pictures.nth(1).click()
    page.wait_for_url("**/pictures/*")
    picture = page.locator("figure.picture img[fetchpriority]")
    expect(picture).to_be_visible()
    wait_until(lambda: picture.evaluate("image => image.complete && image.naturalWidth") == 1024, what="the picture")
    shoot(page, f"{name}-9-picture")
    assert overflow(page) == 0
    with page.expect_download() as download:
        page.locator("main").get_by_role("link", name="Download", exact=True).click()
    assert download.value.suggested_filename == "a-heron-made-of-brass-asleep-in-a-rowing-boat-2.png"
    file = tmp_path / "downloaded.png"
    download.value.save_as(file)
    with Image.open(io.BytesIO(file.read_bytes())) as image:
        image.load()
        assert (image.format, image.size) == ("PNG", (1024, 1024))

    page.goto("/history")
    tile = page.locator(".history .request")
    expect(tile).to_have_count(1)
    expect(tile).to_contain_text(SENTENCE)
    expect(tile.locator(".tile__picture")).to_have_count(4)
    shoot(page, f"{name}-10-history")
    assert overflow(page) == 0


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_jumps_when_pictures_arrive(person: Visitor, open_page: Open, size: Any) -> None:
    page = open_page("/", person, size=size)
    studio = Studio(page)
    job = studio.ask(SENTENCE)
    expect(job.frames).to_have_count(4)
    empty = frames_at(page)
    expect(job.previews).to_have_count(4)
    before = shifted(page)
    drawing = frames_at(page)
    job.expect_delivered()
    assert frames_at(page) == drawing == empty
    assert shifted(page) - before < 0.001


def test_the_path_by_keyboard_alone(site: Site, open_page: Open, watch: Watch) -> None:
    watch.expect("401")
    page = open_page("/")
    press = page.keyboard.press
    reach(page, "#id_prompt")
    page.keyboard.type(SENTENCE)
    press("Tab")
    expect(page.get_by_role("button", name="Draw")).to_be_focused()
    press("Enter")
    page.wait_for_url("**/accounts/signup/**")
    reach(page, "input[name=email]")
    page.keyboard.type("keyboard@example.com")
    reach(page, "input[name=password1]")
    page.keyboard.type(PASSWORD)
    press("Enter")
    page.wait_for_url("**/accounts/confirm-email/")
    page.goto(urlsplit(wait_until(lambda: site.link_for("keyboard@example.com"), what="the letter")).path)
    reach(page, "main button[type=submit]")
    press("Enter")
    page.wait_for_url(re.compile(r"/$"))
    studio = Studio(page)
    expect(studio.box).to_have_value(SENTENCE)
    reach(page, "#id_prompt")
    press("Control+Enter")
    job = studio.job(SENTENCE)
    job.expect_delivered()
    reach(page, ".frame__box[href]")
    press("ArrowRight")
    press("Enter")
    page.wait_for_url("**/pictures/*")
    reach(page, "main a[download]")
    with page.expect_download() as download:
        press("Enter")
    assert download.value.suggested_filename.endswith("-2.png")
    reach(page, "nav a[href='/history']")
    press("Enter")
    page.wait_for_url("**/history")
    reach(page, ".tile__link")
    press("Enter")
    page.wait_for_url("**/pictures/*")


# The box has its ring around its frame.
RING = """() => {
    const here = document.activeElement;
    return [here, here.closest(".prompt-box__frame") ?? here]
        .map(element => getComputedStyle(element)).flatMap(style => [style.outlineStyle, style.boxShadow]);
}"""


def reach(page: Page, selector: str) -> None:
    """Tab forward to it; a ring around it must be seen."""
    for _ in range(60):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            style = page.evaluate(RING)
            assert any(part != "none" for part in style), f"no focus ring on {selector}"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {selector}")


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
def test_without_javascript(person: Visitor, open_page: Open, watch: Watch, size: Any) -> None:
    watch.expect("422")
    page = open_page("/", person, size=size, java_script_enabled=False)
    page.locator("#id_prompt").fill("")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("#prompt-error")).to_contain_text("Write what you want to see")
    page.locator("#id_prompt").fill(SENTENCE)
    page.get_by_role("button", name="Draw").click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator(".job__sentence")).to_have_text(SENTENCE)
    for _ in range(200):
        if page.locator(".frame__picture").count() == 4:
            break
        page.reload()
    expect(page.locator(".frame__picture")).to_have_count(4)
    with page.expect_download() as download:
        page.locator("[data-act=download]").first.click()
    assert download.value.suggested_filename.endswith("-1.png")


def test_out_of_credits_says_so_and_keeps_the_sentence(site: Site, open_page: Open, watch: Watch) -> None:
    watch.expect("402")
    poor = signed_in(site, ["poor"], leave=0)["poor"]
    page = open_page("/", poor)
    studio = Studio(page)
    studio.box.fill(SENTENCE)
    studio.draw()
    expect(studio.error).to_contain_text("You have no credits left")
    expect(studio.box).to_have_value(SENTENCE)
    expect(page.locator("#balance")).to_have_text("0 credits")
    expect(page.locator("article.job")).to_have_count(0)
