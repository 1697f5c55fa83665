"""axe-core finds nothing on the pages of the studio, by day and by night; and nothing is wider than a phone."""

from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Open, Shoot
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import overflow
from tests.site import Visitor


def test_pages_of_the_studio(person: Visitor, open_page: Open, shoot: Shoot) -> None:
    state = person.finished(person.start("a lighthouse in a storm"))
    first, second = (picture["id"] for picture in state["pictures"][:2])
    person.post("/variations", {"source": f"picture:{first}", "strength": "0.5", "key": "v"})
    person.post("/pictures/trash", {"id": second})
    third = state["pictures"][2]["id"]
    pages = {
        "prompt": "/",
        "history": "/history",
        "favourites": "/history?favourites=on",
        "picture": f"/pictures/{first}?tool=vary",
        "trashed": f"/pictures/{second}",
        "tree": f"/pictures/{first}/tree",
        "blend": f"/blend?first=picture:{first}",
        "compare": f"/compare?ids={first},{third}",
        "trash": "/trash",
        "upload": "/uploads/new",
        "job": f"/jobs/{state['id']}",
        "buying-is-off": "/credits/buy",
        "made-here": "/made-here",
    }
    page = open_page("/", person)
    found: list[str] = []

    def look(name: str) -> None:
        page.wait_for_load_state("networkidle")
        # Unfolded, also where an open tool lies over them.
        page.locator("details.details").evaluate_all("all => all.forEach(one => (one.open = true))")
        found.extend(violations(page))
        page.set_viewport_size(PHONE)
        if overflow(page) > 0:
            found.append(f"{name} is {overflow(page)} pixels wider than a phone")
        shoot(page, f"{name}-phone")
        page.set_viewport_size({"width": 1440, "height": 900})
        shoot(page, name)

    for name, path in pages.items():
        page.goto(path)
        look(name)
    # What was recognised, and how it is reported.
    file = person.get(f"/pictures/{first}/download").content
    page.locator("main input[type=file]").set_input_files({"name": "seen.png", "mimeType": "image/png", "buffer": file})
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", name="Yes, this was made here")).to_be_visible()
    look("recognised")
    page.get_by_role("link", name="Report it").click()
    page.wait_for_url("**/made-here/report/*")
    look("report")
    page.get_by_label("Spam").check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    look("reported")
    assert found == []
