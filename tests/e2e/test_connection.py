"""The page goes on being told, whatever happens to its connection."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.studio import Studio
from tests.e2e.watch import Watch
from tests.e2e.wire import Wire
from tests.site import Site, Visitor


def test_the_socket_is_cut_in_mid_draw_and_polling_goes_on(person: Visitor, open_page: Open) -> None:
    page = open_page("/accounts/login/")  # the wire must lie before the first page with a socket opens
    wire = Wire(page)
    polled: list[str] = []
    page.on("request", lambda request: polled.append(request.url) if request.url.endswith("/state") else None)
    page = sign_in_here(page, person)
    studio = Studio(page)
    job = studio.ask("told without a socket")
    expect(job.previews).to_have_count(4)
    assert not polled
    wire.cut()
    job.expect_delivered()
    assert polled


def test_a_page_that_never_had_a_socket_shows_the_drawing(person: Visitor, open_page: Open) -> None:
    page = open_page("/accounts/login/")
    Wire(page).cut()
    page = sign_in_here(page, person)
    studio = Studio(page)
    job = studio.ask("polled from the beginning")
    expect(job.previews).to_have_count(4)
    assert job.steps_until_done()
    job.expect_delivered()
    # Its end was on the screen of somebody looking, so no page calls it news.
    page.goto("/accounts/password/change/")
    expect(page.locator(".notice")).to_have_count(0)


def test_offline_is_said_and_ends_by_itself(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED|WebSocket|htmx:(afterRequest|sendError)")
    page = open_page("/accounts/login/")
    wire = Wire(page)
    page = sign_in_here(page, person)
    studio = Studio(page)
    job = studio.ask("drawn behind a tunnel")
    expect(job.previews).to_have_count(4)
    page.context.set_offline(True)
    wire.cut()
    expect(page.locator("#connection")).to_be_visible()
    studio.box.fill("written in the tunnel")
    studio.draw()
    expect(studio.error).to_contain_text("No connection")
    expect(studio.box).to_have_value("written in the tunnel")
    wire.mend()
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_be_hidden()
    job.expect_delivered()
    studio.draw()
    expect(studio.job("written in the tunnel").article).to_be_visible()


def test_a_restart_of_the_site_in_mid_draw_is_outlived(
    site: Site, person: Visitor, open_page: Open, watch: Watch
) -> None:
    watch.expect("ERR_CONNECTION|ERR_EMPTY|ERR_INCOMPLETE|ERR_SOCKET|WebSocket")
    page = open_page("/", person)
    studio = Studio(page)
    job = studio.ask("begun before the restart")
    expect(job.previews).to_have_count(4)
    site.kill()
    site.start()
    job.expect_delivered()
    expect(page.locator("#connection")).to_be_hidden()
    expect(page.locator("#balance")).to_have_text("49 credits")


def sign_in_here(page: Page, person: Visitor) -> Page:
    address = page.url.split("/accounts")[0]
    page.context.add_cookies([{"name": "sessionid", "value": person.session.cookies["sessionid"], "url": address}])
    page.goto("/")
    return page
