"""Sentences in every script, long ones and hostile ones; people who want nothing to move."""

from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Open
from tests.e2e.studio import Studio
from tests.e2e.watch import overflow
from tests.site import Visitor

HEBREW = "ציפור של נייר מעל הים, בסגנון Bauhaus"


def test_a_sentence_from_right_to_left_stands_on_the_right(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    studio.box.fill(HEBREW)
    direction = "element => getComputedStyle(element).direction"
    assert studio.box.evaluate(direction) == "rtl"
    studio.draw()
    job = studio.job(HEBREW)
    expect(job.sentence).to_be_visible()
    assert job.sentence.evaluate(direction) == "rtl"
    # The page around it stays as it was.
    assert page.locator("main").evaluate(direction) == "ltr"
    job.expect_delivered()
    address = f"/jobs/{job.id()}"
    page.goto("/history")
    sentence = page.locator(".request__sentence a")
    expect(sentence).to_have_text(HEBREW)
    assert sentence.evaluate(direction) == "rtl"
    page.goto(address)
    assert page.locator(".job__sentence").evaluate(direction) == "rtl"
    page.locator(".frame__box").first.click()
    page.wait_for_url("**/pictures/*")
    assert page.locator(".picture__sentence").evaluate(direction) == "rtl"


def test_long_words_and_markup_stay_what_they_are(person: Visitor, open_page: Open) -> None:
    said: list[str] = []
    for text in ("W" * 400, "<img src=x onerror=alert(1)><script>alert(2)</script> & {{ prompt }} %s"):
        page = open_page("/", person, size=PHONE)
        page.on("dialog", lambda dialog: said.append(dialog.message))
        studio = Studio(page)
        studio.box.fill(text)
        studio.draw()
        job = studio.job(text)
        expect(job.sentence).to_be_visible()
        assert overflow(page) == 0
        job.cancel.click()
        expect(job.words).to_contain_text("Cancelled")
        for path in (f"/jobs/{job.id()}", "/history"):
            page.goto(path)
            expect(page.locator("main")).to_contain_text(text)
            assert overflow(page) == 0, f"{path} is wider than a phone"
    assert said == []


def test_nothing_moves_for_who_asked_for_less_motion(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person, reduced_motion="reduce")
    studio = Studio(page)
    job = studio.ask("nothing moves")
    expect(job.previews).to_have_count(4)
    longest = """() => Math.max(...[...document.querySelectorAll("*")].flatMap(element =>
        [null, "::before", "::after"].flatMap(part => {
            const style = getComputedStyle(element, part);
            return `${style.transitionDuration},${style.animationDuration}`.split(",").map(parseFloat);
        })))"""
    assert page.evaluate(longest) <= 0.01
    job.expect_delivered()
    assert page.evaluate(longest) <= 0.01
    assert page.evaluate("document.getAnimations().length") == 0
