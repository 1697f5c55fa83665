"""A canvas by the names that a person would use, and by what of it can be seen."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.site import Visitor, wait_until

Point = tuple[float, float]


class Canvas:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.stage = page.locator("#stage")
        self.saved = page.locator("#saved")
        self.trouble = page.locator("#trouble")
        self.frame = page.locator("#frame .frame-box__handle")
        self.sentence = page.get_by_label("What the whole frame is to show")
        self.wrong = page.locator("#sentence-wrong")
        self.asked = page.locator(".frame-box--asked")
        self.which = page.locator(".asked__which")

    @classmethod
    def of(cls, page: Page, person: Visitor) -> "Canvas":
        """A new one, as the list makes it."""
        answer = person.post("/canvases/new", allow_redirects=False)
        page.goto(answer.headers["Location"])
        return cls(page).opened()

    def opened(self) -> "Canvas":
        expect(self.page.locator("#canvas[data-ready]")).to_be_attached()
        return self

    def reload(self) -> "Canvas":
        self.page.reload()
        return self.opened()

    @property
    def path(self) -> str:
        return "/canvases/" + self.page.url.rsplit("/", 1)[1]

    # What is known of it

    def marks(self) -> list[Any]:
        """The marks of all layers, as this page has them."""
        return list(self.page.evaluate("canvas.studio.session.document.layers.flatMap((layer) => layer.marks)"))

    def versions(self) -> tuple[int, int]:
        """What this page has, and what it knows the site to have."""
        here, there = self.page.evaluate("[canvas.studio.session.version, canvas.studio.session.queue.base]")
        return here, there

    def expect_saved(self, marks: int | None = None) -> None:
        def all_there() -> bool:
            here, there = self.versions()
            return here == there and (marks is None or len(self.marks()) == marks)

        wait_until(all_there, what=f"the saving of {marks} marks")
        expect(self.saved).to_have_text("Saved")

    def colour(self, x: float, y: float) -> tuple[int, ...]:
        """What the page shows at a place of the canvas."""
        look = "([x, y]) => { const {stage} = canvas.studio; stage.now(); return [...stage.colourAt(x, y)]; }"
        return tuple(self.page.evaluate(look, [x, y]))

    def expect_colour(self, x: float, y: float, *, alpha: int) -> None:
        self.page.evaluate("canvas.studio.actions.run('fit')")
        wait_until(
            lambda: self.colour(x, y)[3] == alpha, what=f"alpha {alpha} at {x}, {y}, where {self.colour(x, y)} is"
        )

    def on_screen(self, x: float, y: float) -> Point:
        return tuple(
            self.page.evaluate(
                """([x, y]) => {
                    const {camera} = canvas.studio.stage, {left, top} = stage.getBoundingClientRect();
                    return [(x - camera.x) * camera.zoom + left, (y - camera.y) * camera.zoom + top];
                }""",
                [x, y],
            )
        )

    # What a hand does

    def tool(self, name: str) -> None:
        self.page.get_by_role("toolbar", name="Tools").get_by_role("button", name=name, exact=True).click()

    def drag(self, *points: Point, steps: int = 6) -> None:
        """With the mouse, through places of the canvas."""
        self.page.mouse.move(*self.on_screen(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.on_screen(*point), steps=steps)
        self.page.mouse.up()

    def touch(self, kind: str, *paths: Sequence[Point], pressure: float = 0.5, hold: bool = False) -> None:
        """Synthetic pointers, one for each path, in screen pixels of the stage: all down, moved together, up."""
        self.page.evaluate(
            """async ([kind, paths, pressure, hold]) => {
                const {left, top} = stage.getBoundingClientRect();
                const send = (type, id, [x, y]) => stage.dispatchEvent(new PointerEvent(type, {
                    pointerId: 100 + id, pointerType: kind, isPrimary: id === 0, bubbles: true, cancelable: true,
                    clientX: left + x, clientY: top + y, pressure, buttons: 1, button: 0}));
                paths.forEach((path, id) => send("pointerdown", id, path[0]));
                for (let at = 1; at < Math.max(...paths.map((path) => path.length)); at += 1) {
                    paths.forEach((path, id) => path[at] && send("pointermove", id, path[at]));
                    await new Promise(requestAnimationFrame);
                }
                if (!hold) paths.forEach((path, id) => send("pointerup", id, path.at(-1)));
            }""",
            [kind, [list(path) for path in paths], pressure, hold],
        )

    def ask(self, sentence: str) -> None:
        self.sentence.fill(sentence)
        self.page.get_by_role("button", name="Draw", exact=True).click()

    def candidates(self, count: int) -> Locator:
        expect(self.which).to_have_text(f"1 of {count}")
        return self.asked
