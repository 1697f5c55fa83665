"""Where there is nothing, and where too much is sent."""

import threading
import time

import requests
from playwright.sync_api import expect

from tests.e2e.conftest import Open, Shoot
from tests.e2e.watch import Watch, overflow, refused_content
from tests.site import Site, Visitor


def test_nothing_there(site: Site, person: Visitor, open_page: Open, watch: Watch, shoot: Shoot) -> None:
    watch.expect("404")
    page = open_page("/no/such/page")
    expect(page.locator("h1")).to_be_visible()
    shoot(page, "error-404")
    assert overflow(page) == 0
    assert refused_content(page) == []
    page.locator("main").get_by_role("link").first.click()
    page.wait_for_url(f"{site.address}/")


def test_somebody_else_s_job_is_not_there(site: Site, person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("404")
    stranger = site.sign_up("a.stranger@example.com")
    theirs = stranger.start("none of your business")
    page = open_page(f"/jobs/{theirs}", person)
    expect(page.locator("h1")).to_be_visible()
    assert "none of your business" not in page.content()
    stranger.post(f"/jobs/{theirs}/cancel")


def test_ten_megabytes_are_refused_at_the_door(site: Site, person: Visitor) -> None:
    person.get("/")
    slowest: list[float] = []
    over = threading.Event()

    def others() -> None:
        while not over.is_set():
            began = time.monotonic()
            assert requests.get(f"{site.address}/healthz", timeout=10).status_code == 200
            slowest.append(time.monotonic() - began)

    looking = threading.Thread(target=others)
    looking.start()
    try:
        began = time.monotonic()
        answer = person.post("/jobs", {"prompt": "x" * 10_000_000, "key": "large"})
        took = time.monotonic() - began
    finally:
        over.set()
        looking.join()
    assert answer.status_code == 413
    assert "too large" in answer.text
    assert "nothing was charged" in answer.text
    assert took < 1
    assert slowest
    assert max(slowest) < 1
