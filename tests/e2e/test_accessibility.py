"""axe-core finds nothing, on every page, by day and by night."""

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, Shoot
from tests.e2e.studio import Studio
from tests.e2e.watch import Watch
from tests.site import ROOT, Site, Visitor

AXE = Path(ROOT / "node_modules" / "axe-core" / "axe.min.js")


def violations(page: Page) -> list[str]:
    """By day all rules; by night those of colour again, on the same page: nothing else of it changes."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = _run(page, "dark", {"runOnly": ["color-contrast"]}) + _run(page, "light", {})
    return [
        f"{page.url}, {scheme}: {one['id']} ({one['impact']}): {one['help']}: "
        f"{node['html'][:200]} {node['failureSummary']}"
        for scheme, one in found
        for node in one["nodes"]
    ]


def _run(page: Page, scheme: Literal["light", "dark"], options: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    # Colours on their way to the other scheme are in neither; with reduced motion they are there at once.
    page.emulate_media(reduced_motion="reduce")
    page.emulate_media(color_scheme=scheme)
    found = page.evaluate("options => axe.run(document, options)", {**options, "resultTypes": ["violations"]})
    return [(scheme, one) for one in found["violations"]]


def test_pages_of_somebody_signed_out(open_page: Open, watch: Watch) -> None:
    watch.expect("404")
    page = open_page("/")
    found = violations(page)
    pages = ("login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/", "confirm-email/old/")
    for path in (*(f"/accounts/{name}" for name in pages), "/made-here", "/no/such/page"):
        page.goto(path)
        found += violations(page)
    assert found == []


def test_pages_of_somebody_signed_in(site: Site, person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/", person)
    found = violations(page)
    page.goto("/history")
    expect(page.get_by_text("Nothing on the wall yet")).to_be_visible()
    found += violations(page)

    page.goto("/")
    studio = Studio(page)
    studio.box.fill("x" * 401)
    studio.draw()
    expect(studio.error).to_contain_text("too long")
    found += violations(page)
    refused = studio.ask("a bowl of forbidden fruit")
    expect(refused.article).to_have_attribute("data-status", "refused")
    shoot(page, "refused")
    found += violations(page)
    job = studio.ask("a sentence for axe")
    expect(page.locator("article.job")).to_have_count(2)
    found += violations(page)  # in the line, or already drawing
    expect(job.previews).to_have_count(4)
    shoot(page, "drawing")
    found += violations(page)  # drawing
    job.expect_delivered()
    shoot(page, "done")
    found += violations(page)

    page.goto(f"/jobs/{job.id()}")
    found += violations(page)
    page.locator(".frame__box").first.click()
    page.wait_for_url("**/pictures/*")
    shoot(page, "picture")
    found += violations(page)
    page.locator("details.details summary").click()
    page.locator(".header .menu summary").click()
    found += violations(page)
    person.finished(person.start("another, seen by nobody"))
    page.goto("/history")
    expect(page.locator(".notice")).to_have_count(1)
    shoot(page, "history-and-notice")
    found += violations(page)
    page.goto("/")
    expect(page.locator(".wall img")).to_have_count(4)
    shoot(page, "wall")
    found += violations(page)
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"):
        page.goto(path)
        found += violations(page)
    assert found == []
