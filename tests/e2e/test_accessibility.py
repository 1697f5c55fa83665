"""axe-core finds nothing, on every page, by day and by night."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, Shoot
from tests.e2e.studio import Studio
from tests.e2e.watch import Watch
from tests.site import ROOT, Site, Visitor

AXE = Path(ROOT / "node_modules" / "axe-core" / "axe.min.js")


def violations(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url}: {one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_somebody_signed_out(open_page: Open, watch: Watch, scheme: str) -> None:
    watch.expect("404")
    page = open_page("/", color_scheme=scheme)
    found = violations(page)
    pages = ("login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/", "confirm-email/old/")
    for path in (*(f"/accounts/{name}" for name in pages), "/made-here", "/no/such/page"):
        page.goto(path)
        found += violations(page)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_somebody_signed_in(site: Site, person: Visitor, open_page: Open, shoot: Shoot, scheme: str) -> None:
    page = open_page("/", person, color_scheme=scheme)
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
    shoot(page, f"{scheme}-refused")
    found += violations(page)
    job = studio.ask("a sentence for axe")
    expect(page.locator("article.job")).to_have_count(2)
    found += violations(page)  # in the line, or already drawing
    expect(job.previews).to_have_count(4)
    shoot(page, f"{scheme}-drawing")
    found += violations(page)  # drawing
    job.expect_delivered()
    shoot(page, f"{scheme}-done")
    found += violations(page)

    page.goto(f"/jobs/{job.id()}")
    found += violations(page)
    page.locator(".frame__box").first.click()
    page.wait_for_url("**/pictures/*")
    shoot(page, f"{scheme}-picture")
    found += violations(page)
    page.locator("details.details summary").click()
    page.locator(".header .menu summary").click()
    found += violations(page)
    person.finished(person.start("another, seen by nobody"))
    page.goto("/history")
    expect(page.locator(".notice")).to_have_count(1)
    shoot(page, f"{scheme}-history-and-notice")
    found += violations(page)
    page.goto("/")
    expect(page.locator(".wall img")).to_have_count(4)
    shoot(page, f"{scheme}-wall")
    found += violations(page)
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"):
        page.goto(path)
        found += violations(page)
    assert found == []
