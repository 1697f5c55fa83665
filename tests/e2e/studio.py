"""The prompt page and its jobs by the names that a person would use."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.site import wait_until


class ShownJob:
    """One request on a page."""

    def __init__(self, article: Locator) -> None:
        self.article = article
        self.sentence = article.locator(".job__sentence")
        self.words = article.locator(".job__words")
        self.detail = article.locator(".job__detail")
        self.bar = article.locator("progress")
        self.frames = article.locator(".frame")
        self.previews = article.locator(".frame__preview")
        self.pictures = article.locator(".frame__picture")
        self.cancel = article.get_by_role("button", name="Cancel")

    def id(self) -> str:
        return str(self.article.get_attribute("data-id"))

    def expect_delivered(self) -> None:
        expect(self.article).to_have_attribute("data-status", "delivered")
        expect(self.pictures).to_have_count(4)
        # Arrived means painted, not merely asked for.
        loaded = "images => images.every(image => image.complete && image.naturalWidth === 512)"
        wait_until(lambda: self.pictures.evaluate_all(loaded), what="the loading of four pictures")
        expect(self.words).to_have_text("Done")

    def steps_until_done(self) -> list[int]:
        """Every step that the words told, in their order, until the drawing was over."""
        return [
            int(found.group(1))
            for words in self.article.evaluate(
                """article => new Promise(done => {
                    const words = article.querySelector(".job__words"), said = [words.textContent];
                    const look = new MutationObserver(() => {
                        if (said.at(-1) !== words.textContent) said.push(words.textContent);
                        if (article.dataset.finished === "true") { look.disconnect(); done(said); }
                    });
                    if (article.dataset.finished === "true") done(said);
                    look.observe(article, {subtree: true, childList: true, characterData: true, attributes: true});
                })"""
            )
            if (found := re.match(r"Drawing, (\d+) of \d+", words))
        ]


class Studio:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator("#id_prompt")
        self.count = page.locator("#prompt-count")
        self.error = page.locator("#prompt-error")
        self.button = page.get_by_role("button", name="Draw", exact=True)

    def draw(self) -> None:
        self.button.click()

    def ask(self, sentence: str) -> ShownJob:
        self.box.fill(sentence)
        self.draw()
        return self.job(sentence)

    def job(self, sentence: str) -> ShownJob:
        """The request for this sentence, on this page or a later one."""
        of_it = self.page.locator(".job__sentence").get_by_text(sentence, exact=True)
        return ShownJob(self.page.locator("article.job").filter(has=of_it))


def frames_at(page: Page) -> list[Any]:
    """Where on the page the frames stand, to the tenth of a pixel."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll(".frame__box")].map(box => {
                const {x, y, width, height} = box.getBoundingClientRect();
                return [x + scrollX, y + scrollY, width, height].map(value => Math.round(10 * value) / 10);
            })"""
        )
    )
