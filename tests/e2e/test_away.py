"""Finished while nobody looked: a notice that leads to the pictures, and goes away once they were seen."""

from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, PHONE, Open, Shoot
from tests.e2e.studio import Studio
from tests.e2e.wire import Wire
from tests.site import PASSWORD, Site, Visitor, wait_until

ELSEWHERE = "/accounts/password/change/"  # a page that shows no job


def test_elsewhere_on_the_site_a_notice_comes_by_itself(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    job = studio.ask("finished while elsewhere")
    page.goto(ELSEWHERE)
    notice = page.locator(".notice")
    expect(notice).to_contain_text("finished while elsewhere")
    expect(notice).to_contain_text("Your pictures are ready")
    # Still news on the next page, until it is looked at.
    page.goto(ELSEWHERE)
    expect(notice).to_have_count(1)
    notice.get_by_role("link").click()
    page.wait_for_url("**/jobs/*")
    job.expect_delivered()
    expect(notice).to_have_count(0)
    expect(page.locator("article.job")).to_have_attribute("data-finished", "true")
    page.goto(ELSEWHERE)
    expect(page.locator("#notices")).to_be_attached()
    expect(notice).to_have_count(0)


def test_on_the_history_a_drawing_goes_on_and_its_pictures_come(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    expect(studio.ask("watched from the wall").article).to_be_visible()
    page.goto("/history")
    tile = page.locator(".request")
    expect(tile.locator(".tile__words")).to_contain_text("Drawing,")
    expect(tile.locator(".tile__picture")).to_have_count(4)


def test_a_notice_is_dismissed_without_a_socket(person: Visitor, open_page: Open) -> None:
    job = person.start("dismissed at once")
    person.finished(job)
    page = open_page("/accounts/login/")
    Wire(page).cut()
    page.context.add_cookies(
        [{"name": "sessionid", "value": person.session.cookies["sessionid"], "url": person.address}]
    )
    page.goto(ELSEWHERE)
    with page.expect_response(f"**/jobs/{job}/seen") as answer:
        page.locator(".notice").get_by_role("button", name="Dismiss").click()
    assert answer.value.status == 204
    expect(page.locator(".notice")).to_have_count(0)
    page.reload()
    expect(page.locator("#notices")).to_be_attached()
    expect(page.locator(".notice")).to_have_count(0)


def test_signed_out_meanwhile(site: Site, open_page: Open, shoot: Shoot) -> None:
    email = "back.again@example.com"
    person = site.sign_up(email)
    page = open_page("/", person)
    studio = Studio(page)
    for sentence in ("the first while away", "the second while away"):
        expect(studio.ask(sentence).article).to_be_visible()
    page.locator(".header .menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    # The draft is gone too: the next person at this device finds nothing of the last.
    expect(studio.box).to_have_value("")
    with site.query() as query:
        drawn = "SELECT id FROM generation_job WHERE prompt LIKE 'the % while away' AND status = 'delivered'"
        wait_until(lambda: len(query(drawn)) == 2, seconds=60, what="the end of both drawings")

    page.goto("/accounts/login/?next=/history")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/history")
    expect(page.locator(".notice")).to_have_count(2)
    # A phone has room for one of them.
    more = page.get_by_role("link", name="More that finished while you were away")
    expect(more).to_be_hidden()
    page.set_viewport_size(PHONE)
    expect(page.locator(".notice").last).to_be_hidden()
    expect(page.locator(".notice").first).to_be_visible()
    expect(more).to_be_visible()
    shoot(page, "notices-on-a-phone")
    page.set_viewport_size(DESKTOP)
    page.locator(".notice", has_text="the first").get_by_role("button", name="Dismiss").click()
    expect(page.locator(".notice")).to_have_count(1)
    page.reload()
    expect(page.locator(".notice")).to_have_count(1)
    page.locator(".notice").get_by_role("link").click()
    expect(page.locator(".job__sentence")).to_have_text("the second while away")
    expect(page.locator(".notice")).to_have_count(0)
