"""Taking a picture along, and asking where one came from, as people do it: desktop, phone, keyboard, no script."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Open, Shoot
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import overflow
from tests.site import Visitor


def picture_page(open_page: Open, person: Visitor, **more: Any) -> Page:
    job = person.finished(person.start("a heron made of brass"))
    return open_page(job["pictures"][0]["url"], person, **more)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_choose_take_and_ask(person: Visitor, open_page: Open, shoot: Shoot, tmp_path: Path, size: Any) -> None:
    page = picture_page(open_page, person, size=size)
    page.locator(".split summary").click()
    panel = page.locator(".download")
    expect(panel).to_be_in_viewport(ratio=1)
    page.get_by_role("radio", name="JPEG").check(force=True)
    page.get_by_role("checkbox", name="Sentence and seed").uncheck()
    shoot(page, f"download-{size['width']}")
    assert violations(page) == []
    assert overflow(page) == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this way").click()
    assert download.value.suggested_filename.endswith("-1.jpg")
    assert "heron" not in download.value.suggested_filename
    file = tmp_path / "taken.jpg"
    download.value.save_as(file)
    page.reload()
    with page.expect_download() as again:
        page.locator("main").get_by_role("link", name="Download", exact=True).click()
    assert Path(again.value.path()).read_bytes() == file.read_bytes()

    smaller = tmp_path / "smaller.jpg"
    with Image.open(file) as taken:
        taken.resize((512, 512)).save(smaller, quality=50)
    page.get_by_role("link", name="Was this made here?").click()
    page.get_by_label("Picture").set_input_files(smaller)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", name="Yes, this was made here")).to_be_visible()
    shoot(page, f"made-here-{size['width']}")
    assert violations(page) == []
    assert overflow(page) == 0


def test_by_keyboard(person: Visitor, open_page: Open) -> None:
    page = picture_page(open_page, person)
    page.locator(".split > a").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".split details")).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="WebP")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.locator(".split summary")).to_be_focused()
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this way").press("Enter")
    assert download.value.suggested_filename == "a-heron-made-of-brass-1.webp"


def test_without_a_script(person: Visitor, open_page: Open) -> None:
    page = picture_page(open_page, person, java_script_enabled=False)
    page.locator(".split summary").click()
    page.get_by_role("checkbox", name="Five squares").uncheck()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this way").click()
    assert download.value.suggested_filename == "a-heron-made-of-brass-1.png"
