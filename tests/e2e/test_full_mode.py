"""The same page before Postgres, Valkey and workers as processes: what they draw reaches the page by its socket."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import STEP_SECONDS, Open
from tests.e2e.studio import Studio
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
from tests.signed_in import signed_in
from tests.site import Site


@pytest.fixture
def full_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    postgres, valkey = Postgres(), Valkey()
    try:
        addresses = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
        with Site(tmp_path_factory.mktemp("full"), GPU_WORKER_STEP_SECONDS=STEP_SECONDS, **addresses) as running:
            yield running
    finally:
        for server in (postgres, valkey):
            server.stop()
            server.remove()


def test_a_worker_s_progress_reaches_the_page(full_site: Site, open_page: Open) -> None:
    person = signed_in(full_site, ["elsewhere"])["elsewhere"]
    page = open_page(full_site.address, person, base_url=full_site.address)
    polled: list[str] = []
    page.on("request", lambda request: polled.append(request.url) if request.url.endswith("/state") else None)
    studio = Studio(page)
    job = studio.ask("drawn by another process")
    expect(job.previews).to_have_count(4)
    steps = job.steps_until_done()
    assert len(steps) >= 3
    assert steps == sorted(steps)
    job.expect_delivered()
    expect(page.locator("#balance")).to_have_text("49 credits")
    assert polled == []
    # What a worker of the slow queue makes, too, and its message is told as it comes.
    page.goto("/account/data")
    page.get_by_role("button", name="Export everything").click()
    expect(page.get_by_role("link", name="Fetch the ZIP")).to_be_visible()
    expect(page.locator("#unread")).to_contain_text("1 unread message")
