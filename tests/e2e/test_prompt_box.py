"""The one box: what it counts, what it sends, and that it never loses a sentence."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import Open
from tests.e2e.studio import Studio
from tests.e2e.watch import Watch
from tests.site import Site, Visitor, wait_until

LENGTHS = json.loads((Path(__file__).parents[1] / "fixtures" / "prompt_lengths.json").read_text())
ASTRONAUT = "\U0001f469‍\U0001f680"  # one figure on the screen, three code points


def jobs_in(site: Site, prompt: str) -> int:
    with site.query() as query:
        ((count,),) = query("SELECT count(*) FROM generation_job WHERE prompt = ?", prompt)
    return int(count)


def test_the_count_is_the_server_s_own(person: Visitor, open_page: Open) -> None:
    studio = Studio(open_page("/", person))
    for case in LENGTHS:
        studio.box.fill(case["text"])
        over = case["length"] - 400
        if over <= 0:
            said = f"{case['length']} of 400"
        else:
            said = "1 character too many" if over == 1 else f"{over} characters too many"
        expect(studio.count, f"of {case['text'][:20]!r}").to_have_text(said)


@pytest.mark.parametrize(
    "text",
    ["x" * 400, "e\u0301" * 400, ASTRONAUT * 133 + "x", "line\n" * 80],
    ids=["letters", "combining marks", "emoji", "line breaks"],
)
def test_four_hundred_are_taken_and_one_more_is_not_sent(
    site: Site, person: Visitor, open_page: Open, text: str
) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    studio.box.fill(text + "!")
    studio.draw()
    expect(studio.error).to_contain_text("too long")
    expect(studio.box).to_have_value(text + "!")
    expect(studio.box).to_have_attribute("aria-invalid", "true")
    assert posted == []
    # The end was one too many; without it the same sentence goes through.
    studio.box.press("Control+End")
    studio.box.press("Backspace")
    expect(studio.count).to_have_text("400 of 400")
    expect(studio.error).to_be_empty()
    studio.box.press("Control+Enter")
    expect(page.locator("article.job")).to_have_count(1)
    page.locator("article.job").get_by_role("button", name="Cancel").click()
    expect(page.locator(".job__words")).to_contain_text("Cancelled")
    assert len([url for url in posted if url.endswith("/jobs")]) == 1


def test_a_double_click_is_one_job(site: Site, person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    studio.box.fill("pressed twice")
    studio.button.dblclick()
    job = studio.job("pressed twice")
    expect(page.locator("#balance")).to_have_text("49 credits")
    job.expect_delivered()
    expect(page.locator("article.job")).to_have_count(1)
    assert jobs_in(site, "pressed twice") == 1
    expect(page.locator("#balance")).to_have_text("49 credits")


def test_two_tabs_draw_two_and_show_both(site: Site, person: Visitor, open_page: Open) -> None:
    first = open_page("/", person)
    second = open_page("/", beside=first)
    one, two = Studio(first), Studio(second)
    one.box.fill("from the first tab")
    two.box.fill("from the second tab")
    one.draw()
    two.draw()
    for page in (first, second):
        expect(page.locator("article.job")).to_have_count(2)
        expect(page.locator(".job__sentence", has_text="from the first tab")).to_be_visible()
        expect(page.locator(".job__sentence", has_text="from the second tab")).to_be_visible()
        expect(page.locator("#balance")).to_have_text("48 credits")
    for page in (first, second):
        expect(page.locator("article.job[data-status=delivered]")).to_have_count(2)
    assert jobs_in(site, "from the first tab") == jobs_in(site, "from the second tab") == 1


def test_the_sentence_outlives_back_and_reload(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    studio.box.fill("half a sentence")
    page.get_by_role("link", name="History").click()
    page.wait_for_url("**/history")
    page.go_back()
    expect(studio.box).to_have_value("half a sentence")
    page.reload()
    expect(studio.box).to_have_value("half a sentence")
    expect(studio.count).to_have_text("15 of 400")


def test_what_is_typed_before_the_scripts_come_is_kept(person: Visitor, open_page: Open) -> None:
    page = open_page("/accounts/password/change/", person)
    held: list[Route] = []
    page.route("**/js/app.*.js", lambda route: held.append(route))
    page.goto("/", wait_until="commit")
    studio = Studio(page)
    studio.box.fill("typed on a slow line")
    wait_until(lambda: studio.box.is_visible() and held, what="the request for the script")
    held[0].continue_()
    page.unroute_all()
    expect(studio.count).to_have_text("20 of 400")
    expect(studio.box).to_have_value("typed on a slow line")
    page.reload()
    expect(studio.box).to_have_value("typed on a slow line")


def test_reload_in_mid_draw_goes_on(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    job = studio.ask("looked at again")
    expect(job.previews).to_have_count(4)
    page.reload()
    expect(job.previews).to_have_count(4)
    assert job.steps_until_done()
    job.expect_delivered()


def test_cancel_in_mid_draw_gives_the_credit_back(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    job = studio.ask("not after all")
    expect(job.previews).to_have_count(4)
    expect(page.locator("#balance")).to_have_text("49 credits")
    job.cancel.click()
    expect(job.words).to_have_text("Cancelled. You were not charged.")
    expect(page.locator("#balance")).to_have_text("50 credits")
    expect(job.cancel).to_be_hidden()
    # What was cancelled stays so, also when the model had nearly finished.
    page.reload()
    expect(job.words).to_have_text("Cancelled. You were not charged.")


def test_a_refusal_explains_itself(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    job = studio.ask("A bowl of F\u200borbidden  FRUIT on a table")
    expect(job.article).to_have_attribute("data-status", "refused")
    expect(job.detail).to_contain_text("forbidden fruit")
    expect(job.detail).to_contain_text("You were not charged")
    expect(page.locator("#balance")).to_have_text("50 credits")
    studio.box.fill("something else")
    job.article.get_by_role("link", name="Change the sentence").click()
    expect(studio.box).to_have_value("A bowl of F\u200borbidden  FRUIT on a table")


def test_an_answer_overtaken_by_the_refusal_takes_no_credit(site: Site, person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    sentence = "forbidden fruit, answered late"

    def answer_late(route: Route) -> None:
        answer = route.fetch()
        with site.query() as query:
            status = "SELECT status FROM generation_job WHERE prompt = ?"
            wait_until(lambda: query(status, sentence) == [("refused",)], what="the refusal")
        expect(page.locator(".notice")).to_have_count(1)  # the page has been told by its socket
        route.fulfill(response=answer)

    page.route("**/jobs", answer_late)
    job = Studio(page).ask(sentence)
    expect(job.detail).to_contain_text("You were not charged")
    expect(page.locator("#balance")).to_have_text("50 credits")
    expect(page.locator(".notice")).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "Write a sentence first"), (" \n\t ", "Write a sentence first"), ("\u200b\u200d\ufeff", "Write what you")],
    ids=["empty", "spaces", "zero width"],
)
def test_nothing_to_draw_is_said(person: Visitor, open_page: Open, watch: Watch, text: str, said: str) -> None:
    watch.expect("422")
    page = open_page("/", person)
    studio = Studio(page)
    studio.box.fill(text)
    studio.draw()
    expect(studio.error).to_contain_text(said)
    expect(studio.box).to_have_value(text)
    expect(page.locator("article.job")).to_have_count(0)


def test_a_control_character_is_named(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("422")
    page = open_page("/", person)
    studio = Studio(page)
    studio.box.fill("a bell\u0007rings")
    studio.draw()
    expect(studio.error).to_contain_text("U+0007")
    expect(studio.box).to_have_value("a bell\u0007rings")
    # The box that came with the error is as good as the first one.
    studio.box.fill("a bell rings")
    expect(studio.count).to_have_text("12 of 400")
    studio.draw()
    expect(studio.job("a bell rings").article).to_be_visible()


def test_signed_out_in_another_tab_the_sentence_is_kept(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("401|403")
    page = open_page("/", person)
    studio = Studio(page)
    studio.box.fill("written before signing out")
    page.context.clear_cookies(name="sessionid")
    studio.draw()
    page.wait_for_url("**/accounts/signup/**")
    expect(page.get_by_text("written before signing out")).to_be_visible()
