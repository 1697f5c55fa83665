"""What is done with pictures on a wall: by the keys on a tile, by many at once, and when another tab was quicker."""

import re
import zipfile
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Open, Shoot
from tests.e2e.studio import Studio
from tests.e2e.test_accessibility import violations
from tests.e2e.test_builder import photo
from tests.e2e.watch import Watch, overflow
from tests.site import Visitor


def tiles(page: Page) -> Locator:
    return page.locator(".tile")


def drawn(person: Visitor, sentence: str = "a lighthouse") -> list[str]:
    return [picture["id"] for picture in person.finished(person.start(sentence))["pictures"]]


def choose(page: Page, *places: int) -> None:
    for place in places:
        tiles(page).nth(place).hover()
        tiles(page).nth(place).get_by_role("checkbox").check()


def test_keys_save_and_download_on_a_tile_and_on_a_result(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    job = Studio(page).ask("a lighthouse")
    job.expect_delivered()
    job.frames.nth(1).locator(".frame__box").focus()
    with page.expect_download() as result:
        page.keyboard.press("d")
    assert result.value.suggested_filename == "a-lighthouse-2.png"
    page.goto("/history")
    link = tiles(page).nth(2).locator(".tile__link")
    link.focus()
    with page.expect_download() as tile:
        page.keyboard.press("d")
    assert tile.value.suggested_filename == "a-lighthouse-3.png"
    expect(link).to_be_focused()
    address = str(link.get_attribute("href"))
    page.keyboard.press("s")
    page.wait_for_url(f"**{address}/collections")
    page.go_back()
    page.locator("h1").click()  # nothing has the focus now, and letters are no keys
    page.keyboard.press("s")
    assert page.url.endswith("/history")


def test_many_are_downloaded_as_one_file(person: Visitor, open_page: Open, tmp_path: Path) -> None:
    drawn(person)
    page = open_page("/history", person)
    choose(page, 0, 2, 3)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "pictures.zip"
    download.value.save_as(tmp_path / "pictures.zip")
    with zipfile.ZipFile(tmp_path / "pictures.zip") as packed:
        assert packed.testzip() is None
        assert packed.namelist() == [f"a-lighthouse-{n}.png" for n in (1, 3, 4)]
    # The selection stays, for what comes next.
    expect(page.locator(".selection__count")).to_have_text("3 selected")


def test_many_come_into_a_new_collection_without_leaving_the_wall(
    person: Visitor, open_page: Open, watch: Watch, shoot: Shoot
) -> None:
    watch.expect("422")
    pictures = drawn(person)
    for size in (DESKTOP, PHONE):
        page = open_page("/history", person, size=size, has_touch=size is PHONE)
        name = f"Towers {size['width']}"
        for place in (0, 1):
            tiles(page).nth(place).get_by_role("checkbox").check(force=True)
        page.get_by_role("button", name="Add to a collection").click()
        dialog = page.get_by_role("dialog", name="Add to a collection")
        expect(dialog.get_by_text("2 pictures")).to_be_visible()
        assert violations(page) == [] and overflow(page) == 0
        dialog.get_by_role("button", name="Add", exact=True).click()
        expect(dialog.get_by_text("Choose a collection, or name a new one.")).to_be_visible()
        dialog.get_by_role("textbox").fill(name)
        shoot(page, f"collect-{size['width']}")
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_contain_text(f"2 pictures are now in “{name}”.")
        expect(dialog).to_be_hidden()
        expect(page.locator(".selection__count")).to_be_hidden()
        expect(tiles(page).first.locator("a").first).to_be_focused()
        page.goto("/collections")
        page.get_by_role("link", name=re.compile(name)).click()
        expect(page.locator(".wall__picture")).to_have_count(2)
        shown = page.locator(".wall__picture").evaluate_all("all => all.map(link => link.pathname.split('/').pop())")
        assert shown == pictures[:2]


def test_escape_leaves_the_dialog_and_the_selection_as_they_were(person: Visitor, open_page: Open) -> None:
    drawn(person)
    page = open_page("/history", person)
    choose(page, 0)
    page.get_by_role("button", name="Add to a collection").click()
    expect(page.get_by_role("dialog", name="Add to a collection")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Add to a collection")).to_be_hidden()
    expect(page.locator(".selection__count")).to_have_text("1 selected")


def test_without_scripts_the_bar_is_forms(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("422")
    drawn(person)
    page = open_page("/history", person, java_script_enabled=False)
    tiles(page).nth(1).get_by_role("checkbox").check(force=True)
    page.get_by_role("button", name="Add to a collection").click()
    page.get_by_role("textbox").fill("By hand")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "by-hand.zip"
    page.goto("/history")
    page.get_by_role("button", name="Download").click()
    expect(page.get_by_text("No picture is chosen.")).to_be_visible()


def test_a_picture_that_another_tab_threw_away(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("404|409")
    first = drawn(person)[0]
    wall = open_page("/history", person)
    picture = open_page(f"/pictures/{first}?tool=vary", beside=wall)
    person.post("/pictures/trash", {"id": [first]})
    choose(wall, 0, 1)
    for act in ("Add to a collection", "Favourite"):
        wall.get_by_role("button", name=act).click()
        expect(wall.locator("#told")).to_contain_text("That did not go through.")
        choose(wall, 0, 1)
    # On its own page the tool says where it is now, and that can be undone there.
    picture.get_by_role("button", name="Draw three").click()
    expect(picture.get_by_text("This picture was thrown away meanwhile. Nothing was drawn")).to_be_visible()
    picture.get_by_role("button", name="Put it back").click()
    expect(picture.locator("summary", has_text="Vary")).to_be_visible()
    assert violations(picture) == []


def test_a_photo_of_fifty_megabytes_is_not_even_sent(person: Visitor, open_page: Open, tmp_path: Path) -> None:
    page = open_page("/", person)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/uploads") else None)
    page.get_by_role("link", name="Bring a picture").click()
    dialog = page.get_by_role("dialog", name="Bring a picture")
    (tmp_path / "photo.jpg").write_bytes(photo() + bytes(50_000_000))
    dialog.locator("input[name=file]").set_input_files(tmp_path / "photo.jpg")
    expect(dialog.get_by_text(re.compile(r"The picture is 50 MB; at most 20 MB\."))).to_be_visible()
    dialog.get_by_role("button", name="Use this picture").click()
    assert sent == []
