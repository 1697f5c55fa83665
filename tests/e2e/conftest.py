"""One running site and one Chromium for all browser tests; people who are signed in; pages that are watched."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.watch import Watch
from tests.servers.chromium import FLAGS, chromium
from tests.signed_in import signed_in
from tests.site import Site, Visitor

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Nothing here waits for a fixed time; this is how long something may take on a machine that is busy elsewhere.
PATIENCE = 30_000
# Slow enough that every step of a drawing is seen, quick enough for a test.
STEP_SECONDS = "0.25"
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with Site(folder, GPU_WORKER_STEP_SECONDS=STEP_SECONDS) as running:
        (folder / "data" / "blocked-words.txt").write_text("forbidden fruit\n")
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=os.environ.get("TESSERA_CHROMIUM") or chromium(), args=list(FLAGS)
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def _everybody(site: Site, request: pytest.FixtureRequest) -> dict[str, Visitor]:
    """A person for every test, made at once: a start of `manage.py` for each would take most of the time."""
    names = [name_of(item) for item in request.session.items if Path(__file__).parent in item.path.parents]
    return signed_in(site, sorted(set(names)))


@pytest.fixture
def person(_everybody: dict[str, Visitor], request: pytest.FixtureRequest) -> Visitor:
    """Somebody with fifty credits who has done nothing yet, and whom no other test knows."""
    return _everybody[name_of(request.node)]


def name_of(item: pytest.Item) -> str:
    """Its module's too: tests of two pages may be called alike, and what one does to its person is not the other's."""
    return re.sub(r"\W+", "-", f"{item.path.stem} {item.name}".lower()).strip("-")


@pytest.fixture
def watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Hears what pages complain of. A test that brings about a complaint says so: `watch.expect("402")`."""
    watching = Watch()
    yield watching
    if not getattr(request.node, "failed", False):
        watching.assert_quiet()


Open = Callable[..., Page]
Shoot = Callable[[Page, str], None]


@pytest.fixture
def open_page(site: Site, browser: Browser, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Open]:
    """`open_page("/", person, width=390)`: a page of a browser of its own, or, by `beside`, another tab of one."""
    contexts: list[BrowserContext] = []

    def opened(
        path: str = "/", person: Visitor | None = None, *, size: Any = DESKTOP, beside: Page | None = None, **more: Any
    ) -> Page:
        if beside is not None:
            context = beside.context
        else:
            context = browser.new_context(**{"base_url": site.address, "viewport": size, **more})
            context.set_default_timeout(PATIENCE)
            contexts.append(context)
            watch.prepare(context)
        if person is not None:
            value = person.session.cookies["sessionid"]
            context.add_cookies([{"name": "sessionid", "value": value, "url": person.address}])
        page = context.new_page()
        watch.listen(page)
        page.goto(path)
        return page

    yield opened
    if getattr(request.node, "failed", False):
        for context in contexts:
            for page in context.pages:
                file = site.folder / f"{name_of(request.node)}-{context.pages.index(page)}.png"
                page.screenshot(path=file, full_page=True)
                print(f"at {page.url}, seen in {file}")
        print("\n".join(watch.heard), site.log()[-3000:], sep="\n")
    for context in contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.failed = report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Shoot:
    """Keeps a picture of the page, by day and by night, where TESSERA_SHOTS names a folder."""

    def shot(page: Page, name: str) -> None:
        folder = os.environ.get("TESSERA_SHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            for scheme in ("dark", "light"):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=Path(folder) / f"{name}-{scheme}.png", full_page=True)

    return shot
