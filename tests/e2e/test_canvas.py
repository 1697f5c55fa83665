"""A canvas in a browser: extended by frames, drawn on by mouse, pen, fingers and keys, and never lost."""

from playwright.sync_api import Page, expect

from tests.e2e.canvas import Canvas
from tests.e2e.conftest import PHONE, Open, Shoot
from tests.e2e.test_accessibility import violations
from tests.e2e.watch import Watch, overflow, refused_content
from tests.site import Site, Visitor, wait_until

OFFLINE = "ERR_INTERNET_DISCONNECTED|WebSocket|ERR_CONNECTION|ERR_EMPTY|ERR_SOCKET"


def edited(page: Page, person: Visitor, sentence: str = "a lighthouse above the sea") -> Canvas:
    """A picture, opened on a canvas by its own button."""
    state = person.finished(person.start(sentence))
    page.goto(state["pictures"][0]["url"])
    page.get_by_role("button", name="Edit", exact=True).click()
    return Canvas(page).opened()


def test_a_picture_is_extended_by_two_frames_with_reloads_between(
    person: Visitor, open_page: Open, shoot: Shoot
) -> None:
    page = open_page("/history", person)
    canvas = edited(page, person)
    canvas.expect_saved(1)
    canvas.expect_colour(512, 512, alpha=255)
    canvas.expect_colour(1100, 512, alpha=0)
    for number, frame in enumerate(["512, 0", "512, 512"], 1):
        canvas.tool("Frame")
        canvas.frame.focus()
        canvas.frame.press("Shift+ArrowRight" if number == 1 else "Shift+ArrowDown")
        expect(canvas.frame).to_contain_text(frame)
        canvas.ask(f"the sea, part {number}")
        expect(canvas.asked).to_be_visible()
        canvas = canvas.reload()  # at any moment
        expect(canvas.frame).to_contain_text(frame)
        canvas.candidates(3)
        shoot(page, f"canvas-candidates-{number}")
        page.get_by_role("button", name="Previous").click()
        expect(canvas.which).to_have_text("Original")
        expect(page.get_by_role("button", name="Accept")).to_be_disabled()
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Accept").click()
        expect(canvas.asked).to_have_count(0)
        canvas.expect_saved(1 + number)
    canvas = canvas.reload()
    expect(canvas.asked).to_have_count(0)
    for place in ((512, 512), (1400, 200), (1400, 1400), (600, 1400)):
        canvas.expect_colour(*place, alpha=255)
    canvas.expect_colour(200, 1200, alpha=0)
    assert refused_content(page) == []
    # Another device: nothing of it is this browser's alone.
    elsewhere = Canvas(open_page(canvas.path, person)).opened()
    assert elsewhere.marks() == canvas.marks()
    elsewhere.expect_colour(1400, 1400, alpha=255)


def test_more_stand_beside_the_first_and_a_refusal_says_why(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect("422")
    page = open_page("/", person)
    canvas = Canvas.of(page, person)
    canvas.ask("a bowl of forbidden fruit")
    expect(page.locator(".asked__not")).to_contain_text("not charged")
    page.locator(".asked__not").get_by_role("button", name="Close").click()
    canvas.ask("a bowl of fruit")
    canvas.candidates(4)  # an empty frame is a prompt
    page.get_by_role("button", name="More").click()
    expect(canvas.which).to_have_text("1 of 8")
    page.get_by_role("button", name="Discard").click()
    page.locator("#told").get_by_role("button", name="Undo").click()
    expect(canvas.which).to_have_text("1 of 8")
    page.get_by_role("button", name="Accept").click()
    canvas.expect_saved(1)
    # Everything in the frame is kept now.
    canvas.ask("the same again")
    expect(canvas.wrong).to_contain_text("nothing to draw")
    expect(page.locator("#balance")).to_have_text("48 credits")


def test_offline_and_back_and_a_tab_that_closes_lose_nothing(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect(OFFLINE)
    page = open_page("/", person)
    canvas = Canvas.of(page, person)
    canvas.tool("Paint")
    page.get_by_label("As a hint").uncheck()
    canvas.drag((100, 100), (400, 100))
    canvas.expect_saved(1)
    canvas.tool("Paint")
    # Torn off in the middle of a stroke.
    page.mouse.move(*canvas.on_screen(100, 300))
    page.mouse.down()
    page.mouse.move(*canvas.on_screen(250, 300), steps=4)
    page.context.set_offline(True)
    page.mouse.move(*canvas.on_screen(400, 300), steps=4)
    page.mouse.up()
    canvas.drag((100, 500), (400, 500))
    expect(canvas.saved).to_contain_text("kept here")
    page.keyboard.press("Control+z")
    canvas.expect_colour(250, 500, alpha=0)
    page.keyboard.press("Control+Shift+z")
    canvas.expect_colour(250, 500, alpha=255)
    canvas.ask("a sentence that waits")
    expect(canvas.wrong).to_contain_text("Not everything is on the site yet")
    assert canvas.versions() == (5, 1)
    # The tab is closed; the network is back in another one, which finds what was left.
    path = canvas.path
    context = page.context
    page.close()
    context.set_offline(False)
    second = context.new_page()
    watch.listen(second)
    second.goto(path)
    canvas = Canvas(second).opened()
    canvas.expect_saved(3)
    assert canvas.versions() == (5, 5)
    for y in (100, 300, 500):
        canvas.expect_colour(250, y, alpha=255)


def test_the_second_of_two_tabs_is_told_and_branches_or_follows(person: Visitor, open_page: Open, watch: Watch) -> None:
    watch.expect(OFFLINE + "|409")
    first = Canvas.of(open_page("/", person), person)
    second = Canvas(open_page(first.path, person)).opened()
    first.tool("Eraser")
    first.drag((100, 100), (300, 100))
    first.expect_saved(1)
    wait_until(lambda: len(second.marks()) == 1, what="the news in the other tab")
    # Both at once: the second has not heard.
    second.page.context.set_offline(True)
    second.tool("Eraser")
    second.drag((100, 300), (300, 300))
    first.drag((100, 500), (300, 500))
    first.expect_saved(2)
    second.page.context.set_offline(False)
    expect(second.trouble).to_contain_text("Another tab or device drew here first")
    shown = second.path
    second.page.get_by_role("button", name="Go on in a branch").click()
    second.page.wait_for_url(lambda address: not address.endswith(shown))
    second.opened().expect_saved(2)
    assert first.marks() == [1, 2] and second.marks() == [1, 2]
    # And the other way: what was drawn goes into a branch, and the page follows.
    third = Canvas(open_page(first.path, person)).opened()
    third.page.context.set_offline(True)
    third.tool("Eraser")
    third.drag((100, 700), (300, 700))
    first.drag((100, 900), (300, 900))
    first.expect_saved(3)
    third.page.context.set_offline(False)
    with third.page.expect_navigation():
        third.page.get_by_role("button", name="Follow the other").click()
    third.opened()
    assert third.versions() == (3, 3)
    found = person.get("/canvases", headers={"Accept": "application/json"}).json()["canvases"]
    assert sorted(each["version"] for each in found) == [2, 3, 3]


def test_the_site_is_killed_in_mid_session_and_nothing_is_lost(
    site: Site, person: Visitor, open_page: Open, watch: Watch
) -> None:
    watch.expect(OFFLINE + "|ERR_INCOMPLETE|50[234]")
    canvas = Canvas.of(open_page("/", person), person)
    canvas.tool("Eraser")
    canvas.drag((100, 100), (300, 100))
    site.kill()
    for y in (200, 300, 400):
        canvas.drag((100, y), (300, y))
    site.start()
    canvas.expect_saved(4)
    canvas.reload().expect_saved(4)


def test_by_keys_alone(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    canvas = edited(page, person)
    keys = page.keyboard
    said = page.locator("#announcer")
    page.locator("body").press("f")
    expect(canvas.frame).to_be_focused()
    keys.press("Shift+ArrowRight")
    expect(said).to_contain_text("Frame at 512, 0")
    keys.press("Enter")
    expect(canvas.sentence).to_be_focused()
    keys.type("the coast")
    keys.press("Enter")
    canvas.candidates(3)
    keys.press("Escape")
    expect(canvas.frame).to_be_focused()
    keys.press("c")
    expect(canvas.asked).to_be_focused()
    keys.press("ArrowRight")
    expect(canvas.which).to_have_text("2 of 3")
    keys.press("Enter")
    canvas.expect_saved(2)
    expect(said).to_contain_text("Accepted")
    # A mask in numbers, from the frame's corner.
    page.locator("body").press("n")
    page.get_by_label("From the left").fill("64")
    page.get_by_label("Width").fill("128")
    page.get_by_label("Height").fill("1024")
    keys.press("Enter")
    expect(said).to_contain_text("Selected.")
    keys.press("Delete")
    canvas.expect_saved(3)
    canvas.expect_colour(512 + 100, 500, alpha=0)
    canvas.expect_colour(512 + 30, 500, alpha=255)
    keys.press("Control+z")
    canvas.expect_colour(512 + 100, 500, alpha=255)
    keys.press("Control+k")
    keys.type("new layer")
    keys.press("Enter")
    wait_until(lambda: page.evaluate("canvas.studio.session.document.layers.length") == 2, what="a second layer")
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_fingers_pinch_and_a_pen_draws_as_hard_as_it_is_pressed(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person, size=PHONE, has_touch=True)
    canvas = Canvas.of(page, person)
    zoom = "canvas.studio.stage.camera.zoom"
    before = page.evaluate(zoom)
    canvas.touch("touch", [(150, 300), (120, 300), (90, 300)], [(250, 300), (280, 300), (310, 300)])
    assert page.evaluate(zoom) > 1.8 * before
    assert canvas.marks() == []  # two fingers are no stroke
    page.evaluate("canvas.studio.actions.run('fit')")
    canvas.tool("Paint")
    page.get_by_label("As a hint").uncheck()
    canvas.touch("touch", [(100, 200), (200, 200), (300, 200)])
    canvas.expect_saved(1)
    widths = []
    for number, pressure in enumerate((0.1, 1.0), 2):
        y = 150 + 60 * number
        canvas.touch("pen", [(100, y), (200, y), (300, y)], pressure=pressure)
        canvas.expect_saved(number)
        command = page.evaluate(f"canvas.studio.session.commandOf({number})")
        widths.append(max(height for _, _, _, _, height in command["patches"]))
    assert widths[1] > 2 * widths[0]
    # Where a pen is, the hand beside it does not draw.
    canvas.touch("touch", [(100, 400), (200, 400)])
    assert len(canvas.marks()) == 3
    assert overflow(page) == 0


def test_the_list_of_canvases(person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/canvases", person)
    found = violations(page)
    page.get_by_role("button", name="New canvas").click()
    Canvas(page).opened()
    page.get_by_role("button", name="Untitled").click()
    page.get_by_role("textbox", name="Name").fill("Coast")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#canvas-name")).to_have_text("Coast")
    page.get_by_role("link", name="All canvases").click()
    page.get_by_role("button", name="Duplicate Coast").click()
    expect(page.locator(".canvas-card")).to_have_count(2)
    found += violations(page)
    shoot(page, "canvases")
    page.get_by_role("button", name="Move Coast, branch to the trash").click()
    page.locator("#told").get_by_role("button", name="Undo").click()
    expect(page.locator(".canvas-card:visible")).to_have_count(2)
    # Shown before it is answered: who leaves the page at once has not asked.
    with page.expect_response("**/trash"):
        page.get_by_role("button", name="Move Coast to the trash").click()
    expect(page.locator(".canvas-card:visible")).to_have_count(1)
    page.goto("/canvases?trash")
    with page.expect_response("**/restore"):
        page.get_by_role("button", name="Put it back").click()
    page.goto("/canvases")
    expect(page.locator(".canvas-card")).to_have_count(2)
    assert found == [], "\n".join(found)


def test_axe_by_day_and_by_night(person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/", person)
    canvas = Canvas.of(page, person)
    canvas.ask("a bowl of fruit")
    canvas.candidates(4)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for tool in ("Paint", "Rectangle"):
            canvas.tool(tool)
            found += violations(page)
        for panel in ("Layers", "History"):
            page.get_by_role("toolbar", name="Canvas").get_by_role("button", name=panel).click()
            expect(page.locator(f"#{'layers' if panel == 'Layers' else 'steps'} li").first).to_be_visible()
            found += violations(page)
            shoot(page, f"canvas-{scheme}-{panel.lower()}")
        page.locator("#stage").focus()
        for key, dialog in (("Control+k", "palette"), ("?", "keys"), ("p", "placing"), ("n", "numbers")):
            page.keyboard.press(key)
            expect(page.locator(f"#{dialog}")).to_be_visible()
            found += violations(page)
            page.keyboard.press("Escape")
            expect(page.locator(f"#{dialog}")).to_be_hidden()
    assert found == [], "\n".join(found)
