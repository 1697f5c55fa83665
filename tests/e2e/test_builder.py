"""What helps to write a sentence: chips, the builder, sentences that are kept, a picture of one's own."""

import io

from PIL import Image
from playwright.sync_api import Route, expect

from tests.e2e.conftest import PHONE, Open, Shoot
from tests.e2e.studio import Studio
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import Watch, overflow
from tests.site import Site, Visitor


def photo(width: int = 640, height: int = 400) -> bytes:
    out = io.BytesIO()
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image.save(out, "JPEG")
    return out.getvalue()


def test_a_chip_puts_its_words_in_and_takes_them_out(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    studio.box.fill("a fox")
    page.get_by_role("button", name="Pixel art").click()
    expect(studio.box).to_have_value("a fox, as pixel art")
    expect(studio.count).to_have_text("19 of 400")
    page.get_by_role("button", name="Mosaic").click()
    expect(studio.box).to_have_value("a fox, as a mosaic")
    expect(page.get_by_role("button", name="Pixel art")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Mosaic").click()
    expect(studio.box).to_have_value("a fox")
    studio.box.fill("a fox, low poly")
    expect(page.get_by_role("button", name="Low poly")).to_have_attribute("aria-pressed", "true")


def test_the_builder_writes_reads_and_says_what_does_not_fit(
    site: Site, person: Visitor, open_page: Open, shoot: Shoot
) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    page.get_by_text("Build the sentence").click()
    page.get_by_label("Main idea").fill("a fox reading a map")
    page.get_by_label("What else is there").fill("a red scarf\na lantern")
    page.get_by_label("Medium").select_option("oil painting")
    page.get_by_label("Light").fill("soft morning light")
    page.get_by_label("View").select_option("Wide")
    page.get_by_label("What should not be in it").fill("people")
    sentence = (
        "an oil painting of a fox reading a map, with a red scarf, with a lantern, lit by soft morning light, wide view"
    )
    expect(studio.box).to_have_value(sentence)
    shoot(page, "builder")
    assert violations(page) == []
    page.get_by_label("Colours").fill("x" * 400)
    expect(page.get_by_text("No room for: Colours")).to_be_visible()
    expect(studio.box).to_have_value(sentence)
    # Closed and opened again, and after a reload, the fields are read from the sentence.
    page.reload()
    page.get_by_text("Build the sentence").click()
    expect(page.get_by_label("What else is there")).to_have_value("a red scarf\na lantern")
    expect(page.get_by_label("Medium")).to_have_value("oil painting")
    expect(page.get_by_label("View")).to_have_value("wide")
    page.get_by_label("What should not be in it").fill("people")
    page.get_by_text("Build the sentence").click()
    expect(page.get_by_text("Without: people")).to_be_visible()
    studio.draw()
    expect(page.locator("article.job")).to_have_count(1)
    with site.query() as query:
        ((options,),) = query("SELECT options FROM generation_job WHERE prompt = ?", sentence)
    assert "people" in str(options)


def test_sentences_are_saved_deleted_and_had_back(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    studio = Studio(page)
    studio.box.fill("to be kept")
    page.locator("#sentences summary").click()
    page.get_by_role("button", name="Save what stands in the box").click()
    saved = page.locator("#saved-prompts")
    expect(saved.get_by_role("link", name="to be kept")).to_be_visible()
    assert violations(page) == []
    studio.box.fill("another")
    saved.get_by_role("link", name="to be kept").click()
    expect(studio.box).to_have_value("to be kept")
    saved.get_by_role("button", name="Delete “to be kept”").click()
    expect(saved.get_by_role("link", name="to be kept")).to_have_count(0)
    page.locator("#told").get_by_role("button", name="Undo").click()
    expect(saved.get_by_role("link", name="to be kept")).to_be_visible()
    page.reload()
    page.locator("#sentences summary").click()
    expect(saved.get_by_role("link", name="to be kept")).to_be_visible()


def test_a_picture_is_cut_by_key_sent_checked_and_varied(
    site: Site, person: Visitor, open_page: Open, shoot: Shoot
) -> None:
    page = open_page("/", person)
    page.get_by_role("link", name="Bring a picture").click()
    dialog = page.get_by_role("dialog", name="Bring a picture")
    dialog.locator("input[name=file]").set_input_files({"name": "own.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    crop = dialog.locator(".crop")
    expect(crop).to_have_attribute("aria-description", "Square of 400 pixels, 120 from the left, 0 from the top")
    crop.press("-")
    crop.press("ArrowLeft")
    expect(crop).to_have_attribute("aria-description", "Square of 392 pixels, 120 from the left, 4 from the top")
    assert violations(page) == []
    shoot(page, "crop")
    dialog.get_by_role("button", name="Use this picture").click()
    expect(dialog.get_by_text("Confirm the rights first.")).to_be_visible()
    dialog.get_by_label("I hold the rights").check()
    dialog.get_by_role("button", name="Use this picture").click()
    page.wait_for_url("**/uploads/*")
    with site.query() as query:
        ((crop_of_it,),) = query("SELECT crop FROM generation_upload")
    assert crop_of_it == "120,4,392"
    expect(page.locator("summary", has_text="Vary")).to_be_visible()
    assert violations(page) == []
    page.locator("summary", has_text="Vary").click()
    page.get_by_role("button", name="Draw three").click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator(".frame .frame__picture")).to_have_count(3)


def test_what_is_no_picture_is_told_in_words(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("422")
    page = open_page("/", person)
    page.get_by_role("link", name="Bring a picture").click()
    dialog = page.get_by_role("dialog", name="Bring a picture")
    file = dialog.locator("input[name=file]")
    file.set_input_files({"name": "huge.png", "mimeType": "image/png", "buffer": b"x" * 20_500_000})
    expect(dialog.get_by_text("The picture is 20.5 MB; at most 20 MB.")).to_be_visible()
    file.set_input_files({"name": "no.heic", "mimeType": "image/heic", "buffer": b"ftypheic" * 100})
    expect(dialog.get_by_text("This browser cannot show that file.")).to_be_visible()
    dialog.get_by_label("I hold the rights").check()
    dialog.get_by_role("button", name="Use this picture").click()
    expect(dialog.locator(".uploader__error")).to_contain_text("PNG")
    expect(dialog.get_by_role("button", name="Use this picture")).to_be_enabled()


def test_sending_can_be_cancelled_and_a_broken_line_is_told(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("Failed to load resource")
    page = open_page("/", person)
    held: list[Route] = []
    page.route("**/uploads", lambda route: held.append(route))
    page.get_by_role("link", name="Bring a picture").click()
    dialog = page.get_by_role("dialog", name="Bring a picture")
    dialog.locator("input[name=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    dialog.get_by_label("I hold the rights").check()
    dialog.get_by_role("button", name="Use this picture").click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog.get_by_text("Cancelled. Nothing was kept.")).to_be_visible()
    page.unroute_all()
    page.route("**/uploads", lambda route: route.abort())
    dialog.get_by_role("button", name="Use this picture").click()
    expect(dialog.get_by_text("The connection broke.")).to_be_visible()


def test_on_a_phone_nothing_is_wider_than_the_window(person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/", person, size=PHONE)
    for name in ("Build the sentence", "Sentences"):
        page.locator("summary", has_text=name).click()
        assert overflow(page) == 0
    shoot(page, "phone-builder")


def test_the_scripts_of_the_page_are_small(person: Visitor, open_page: Open) -> None:
    page = open_page("/history", person)
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: int(answer.headers.get("content-length", 0))}))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    scripts = {url: size for url, size in sizes.items() if ".js" in url}
    print(f"JavaScript of the prompt page: {sum(scripts.values()) / 1000:.1f} kB compressed in {len(scripts)} files")
    assert len(scripts) > 20 and all(scripts.values())
    assert sum(scripts.values()) <= 100_000
