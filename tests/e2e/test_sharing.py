"""Collections, public pages and the gallery in a browser: by mouse, by touch, by keyboard alone, without scripts."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Open, Shoot
from tests.e2e.studio import Studio
from tests.e2e.test_accessibility import violations
from tests.e2e.test_first_visit import reach
from tests.e2e.watch import Watch, overflow, refused_content
from tests.site import Site, Visitor, wait_until

TABLET = {"width": 834, "height": 1112}
NAME = "ציפורים של נייר"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 2
# Runs in the site's own `manage.py shell`.
_HANG = """
import json
from django.contrib.sessions.models import Session
from accounts.models import Person
from generation import services
from tests.generation.walls import hang, show
person = Person.objects.get(pk=Session.objects.get(pk={session!r}).get_decoded()["_auth_user_id"])
pictures = hang(person, {count}, prompt={prompt!r})
collection = services.create_collection(person=person, name={name!r}, pictures=[one.pk for one in pictures])
tokens = [show(one).token for one in pictures] if {listed} else []
if {listed}:
    tokens.append(services.share_collection(collection=collection, public=True, show_sentence=True).token)
ids = [str(one.pk) for one in pictures]
print("made " + json.dumps(dict(pictures=ids, collection=str(collection.pk), tokens=tokens)))
"""


def hung(
    site: Site, person: Visitor, count: int, *, name: str = "Foxes", prompt: str = "a red fox", listed: bool = False
) -> Any:
    session = person.session.cookies["sessionid"]
    words = _HANG.format(session=session, count=count, name=name.strip(), prompt=prompt, listed=listed)
    printed = site.manage("shell", "-c", words)
    line = next(line for line in printed.splitlines() if line.startswith("made "))
    return json.loads(line.removeprefix("made "))


def order(page: Page) -> list[str]:
    return [str(one) for one in page.locator("[data-id].movable").evaluate_all("all => all.map(li => li.dataset.id)")]


def kept_order(person: Visitor, collection: str) -> list[str]:
    return re.findall(r'id="p-([0-9a-f-]{36})"', person.get(f"/collections/{collection}").text)


def fold(page: Page, words: str) -> Locator:
    return page.locator("details.fold").filter(has=page.locator("summary", has_text=words))


def test_by_keyboard_alone_from_the_sentence_to_the_public_page(person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/", person)
    press = page.keyboard.press
    studio = Studio(page)
    reach(page, "#id_prompt")
    page.keyboard.type("A heron made of brass")
    press("Control+Enter")
    studio.job("A heron made of brass").expect_delivered()
    reach(page, ".frame__box[href]")
    press("ArrowRight")
    press("Enter")
    page.wait_for_url("**/pictures/*")

    # Into a first collection.
    reach(page, "#keep > summary")
    press("Enter")
    reach(page, "#new-collection")
    page.keyboard.type("Birds of metal")
    press("Enter")
    page.wait_for_url("**/pictures/*?kept*")
    expect(page.get_by_label("Birds of metal")).to_be_checked()

    # A second picture into the same one, then their order.
    page.goto("/collections")
    reach(page, ".shelf")
    press("Enter")
    page.wait_for_url("**/collections/*")
    reach(page, "main .acts a[href$='/add']")
    press("Enter")
    page.wait_for_url("**/add")
    reach(page, "main input[type=checkbox]")
    press("Space")
    expect(page.get_by_role("button", name="Add 1 picture")).to_be_visible()
    page.get_by_role("button", name="Add 1 picture").press("Enter")
    expect(page.locator(".wall__picture")).to_have_count(2)
    reach(page, "main .acts a[href$='?edit']")
    press("Enter")
    page.wait_for_url("**?edit")
    before = order(page)
    reach(page, ".movable__handle")
    press("ArrowRight")
    expect(page.locator("#announcer")).to_have_text("Place 2 of 2.")
    assert order(page) == before[::-1]
    assert page.evaluate("document.activeElement.className") == "movable__act movable__handle"
    press("ArrowRight")
    expect(page.locator("#announcer")).to_have_text("It is at the end already.")
    page.reload()
    assert order(page) == before[::-1]

    # Out to others.
    reach(page, "main .acts a.button")
    press("Enter")
    page.wait_for_url(re.compile(r"/collections/[0-9a-f-]+$"))
    reach(page, "#share > summary")
    press("Enter")
    reach(page, "#share-private")
    press("ArrowDown")
    press("Enter")
    page.wait_for_url("**?shared*")
    expect(page.locator("#share-unlisted")).to_be_checked()
    address = page.locator("#share-address").input_value()
    shoot(page, "sharing-keyboard")
    stranger = open_page(address)
    expect(stranger.get_by_role("heading", name="Birds of metal")).to_be_visible()
    expect(stranger.locator(".wall__picture")).to_have_count(2)
    # Private again, the address is dead at once.
    reach(page, "#share-unlisted")
    press("ArrowUp")
    press("Enter")
    page.wait_for_url("**?shared*")
    expect(page.locator("#share-private")).to_be_checked()
    answer = stranger.request.get(address)
    assert answer.status == 404


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_order_by_dragging_and_by_buttons(site: Site, person: Visitor, open_page: Open, size: Any) -> None:
    made = hung(site, person, 4)
    page = open_page(f"/collections/{made['collection']}?edit", person, size=size)
    a, b, c, d = made["pictures"]
    handle = page.locator(f"#p-{d} .movable__handle")
    target = page.locator(f"#p-{a} img")
    handle.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    handle.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 60, steps=8)
    page.mouse.up()
    assert order(page) == [d, a, b, c]
    wait_until(lambda: kept_order(person, made["collection"]) == [d, a, b, c], what="the order")
    # Escape puts it back.
    handle = page.locator(f"#p-{c} .movable__handle")
    handle.scroll_into_view_if_needed()
    handle.hover()
    page.mouse.down()
    box = page.locator(f"#p-{a} img").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40, steps=8)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order(page) == [d, a, b, c]
    page.locator(f"#p-{a}").get_by_role("button", name="Move earlier").click()
    expect(page.locator("#announcer")).to_have_text("Place 1 of 4.")
    wait_until(lambda: kept_order(person, made["collection"]) == [a, d, b, c], what="the order")


def test_an_order_that_was_not_kept_is_put_back_and_said(
    site: Site, person: Visitor, open_page: Open, watch: Watch
) -> None:
    watch.expect("Failed to load resource|ERR_FAILED")
    made = hung(site, person, 3)
    page = open_page(f"/collections/{made['collection']}?edit", person)
    page.route("**/move", lambda route: route.abort())
    page.locator(f"#p-{made['pictures'][0]}").get_by_role("button", name="Move later").click()
    expect(page.locator("#announcer")).to_have_text(re.compile("did not go through"))
    assert order(page) == made["pictures"]


def test_taking_out_with_undo_and_many_by_shift(site: Site, person: Visitor, open_page: Open) -> None:
    made = hung(site, person, 6)
    page = open_page(f"/collections/{made['collection']}?edit", person)
    boxes = page.locator("main input[type=checkbox]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    page.get_by_role("button", name="Take out of the collection").click()
    expect(page.get_by_role("status").filter(has_text="4 pictures are taken out")).to_be_visible()
    assert order(page) == [made["pictures"][0], made["pictures"][5]]
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**?edit")
    assert order(page) == made["pictures"]
    page.get_by_role("button", name="Delete the collection").click()
    page.wait_for_url("**/collections?deleted=*")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".wall__picture")).to_have_count(6)


def test_the_gallery_scrolls_on_and_comes_back_where_one_was(site: Site, person: Visitor, open_page: Open) -> None:
    hung(site, person, 60, listed=True)
    page = open_page("/gallery")
    pictures = page.locator(".wall__picture")
    expect(pictures).to_have_count(24)
    page.locator(".wall__more").scroll_into_view_if_needed()
    expect(pictures).to_have_count(48)
    page.wait_for_url("**/gallery?shown=48")
    chosen = pictures.nth(40)
    chosen.scroll_into_view_if_needed()
    address = chosen.get_attribute("href")
    chosen.click()
    page.wait_for_url("**/s/*")
    page.go_back()
    page.wait_for_url("**/gallery?shown=*")
    again = page.locator(f".wall__picture[href='{address}']")
    expect(again).to_be_in_viewport()
    assert page.evaluate("scrollY") > 400
    # And anew, without what the browser may have kept.
    page.goto("/gallery?shown=48")
    assert pictures.count() >= 48


def test_liking_twice_quickly_is_liking_once(site: Site, person: Visitor, open_page: Open) -> None:
    made = hung(site, person, 1, listed=True)
    page = open_page(f"/s/{made['tokens'][0]}", person)
    button = page.get_by_role("button", name="Like")
    button.dblclick()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#announcer")).to_have_text("You like it.")
    page.reload()
    expect(page.locator(".like__count")).to_have_text("1")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".like__count")).to_have_text("0")
    stranger = open_page(f"/s/{made['tokens'][0]}")
    stranger.get_by_role("button", name="Like").click()
    stranger.wait_for_url(f"**/accounts/login/?next=*{made['tokens'][0]}")


def test_continue_from_here_signed_out_keeps_the_sentence_on_the_way(
    site: Site, person: Visitor, open_page: Open
) -> None:
    made = hung(site, person, 1, prompt="a fox to go on from", listed=True)
    page = open_page(f"/s/{made['tokens'][0]}")
    page.get_by_role("link", name="Continue from here").click()
    page.wait_for_url("**/accounts/signup/")
    expect(page.locator(".account__kept")).to_contain_text("a fox to go on from")
    page.goto("/")
    expect(page.locator("#id_prompt")).to_have_value("a fox to go on from")
    mine = open_page(f"/s/{made['tokens'][0]}", person)
    mine.get_by_role("link", name="Continue from here").click()
    mine.wait_for_url(re.compile(r"/$"))
    expect(mine.locator("#id_prompt")).to_have_value("a fox to go on from")


def test_surprise_me_fills_the_box_and_undo_brings_back_what_stood_there(person: Visitor, open_page: Open) -> None:
    page = open_page("/", person)
    box = page.locator("#id_prompt")
    box.fill("what I had written")
    page.get_by_role("link", name="Surprise me").click()
    expect(box).not_to_have_value("what I had written")
    first = box.input_value()
    assert len(first) > 8
    page.get_by_role("link", name="Surprise me").click()
    expect(box).not_to_have_value(first)


def test_without_javascript(site: Site, person: Visitor, open_page: Open) -> None:
    made = hung(site, person, 3)
    page = open_page(f"/pictures/{made['pictures'][0]}", person, size=PHONE, java_script_enabled=False)
    fold(page, "Collections").locator("summary").click()
    page.locator("#new-collection").fill(NAME)
    page.locator("#keep").get_by_role("button", name="Save").click()
    expect(page.get_by_label(NAME)).to_be_checked()
    fold(page, "Share").locator("summary").click()
    page.get_by_label("Everybody, in the gallery").check()
    page.get_by_label("Title").fill("Seen by all")
    page.locator("#share").get_by_role("button", name="Save").click()
    expect(page.get_by_text("It stands in the gallery.")).to_be_visible()
    page.get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", name="Seen by all")).to_be_visible()
    page.get_by_role("button", name="Like").click()
    expect(page.locator(".like__count")).to_have_text("1")
    page.get_by_role("link", name="Report").click()
    page.get_by_label("Spam").check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.goto(f"/collections/{made['collection']}?edit")
    expect(page.locator(".movable__handle").first).to_be_hidden()
    page.locator(f"#p-{made['pictures'][0]}").get_by_role("button", name="Move later").click()
    expect(page.locator(".movable").nth(1)).to_have_id(f"p-{made['pictures'][0]}")


def test_axe_finds_nothing(site: Site, person: Visitor, open_page: Open, shoot: Shoot) -> None:
    page = open_page("/collections", person)
    found = violations(page)
    made = hung(site, person, 5, name=LONG, listed=True)
    collection, picture, token, group = (
        made["collection"], made["pictures"][0], made["tokens"][0], made["tokens"][-1],
    )  # fmt: skip
    for path in (
        "/collections", f"/collections/{collection}?shared", f"/collections/{collection}?edit",
        f"/collections/{collection}/add", f"/pictures/{picture}?kept&shared", f"/pictures/{picture}/share",
        f"/pictures/{picture}/collections", f"/s/{token}", f"/s/{token}/report", f"/s/{group}", f"/s/{group}/{picture}",
        "/gallery", "/gallery?order=liked&style=neon",
    ):  # fmt: skip
        page.goto(path)
        for summary in page.locator("details.fold:not([open]) > summary").all():
            summary.click()
        shoot(page, f"sharing-{re.sub(r'[^a-z]+', '-', path)[:40]}")
        found += violations(page)
    signed_out = open_page(f"/s/{token}")
    for path in (f"/s/{token}", f"/s/{group}", f"/s/{token}/report", "/gallery", "/"):
        signed_out.goto(path)
        found += violations(signed_out)
    page.goto(f"/collections/{collection}?edit")
    page.locator("main input[type=checkbox]").first.check()
    page.get_by_role("button", name="Take out of the collection").click()
    page.wait_for_url("**removed=**")
    found += violations(page)
    assert found == []


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_long_names_and_rtl_stay_within_the_window(site: Site, person: Visitor, open_page: Open, size: Any) -> None:
    for name in (LONG, NAME, "W" * 120):
        made = hung(site, person, 3, name=name, prompt="W" * 300, listed=True)
        page = open_page("/collections", person, size=size)
        for path in (
            "/collections", f"/collections/{made['collection']}?shared", f"/collections/{made['collection']}?edit",
            f"/collections/{made['collection']}/add", f"/pictures/{made['pictures'][0]}?kept&shared",
            f"/s/{made['tokens'][0]}", f"/s/{made['tokens'][-1]}", f"/s/{made['tokens'][0]}/report", "/gallery", "/",
        ):  # fmt: skip
            page.goto(path)
            assert overflow(page) == 0, f"{path} is wider than its window"
            assert refused_content(page) == []


def test_on_a_phone_the_chosen_style_is_seen(open_page: Open) -> None:
    page = open_page("/gallery?style=vintage", size=PHONE)
    chosen = page.locator(".styles [aria-current]")
    expect(chosen).to_have_text("Vintage photo")
    expect(chosen).to_be_in_viewport(ratio=1)
    assert overflow(page) == 0
