"""What a page complains of while a test uses it: errors, refused content, answers that failed, layout that jumped."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

# Kept by every document: what its Content-Security-Policy refused, and how far things moved without anybody's doing.
_NOTES = """
    window.noted = {refused: [], shifted: 0};
    addEventListener("securitypolicyviolation", (event) =>
        window.noted.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.noted.shifted += entry.value;
    }).observe({type: "layout-shift", buffered: true});
"""


class Watch:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []

    def prepare(self, context: BrowserContext) -> None:
        context.add_init_script(_NOTES)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"uncaught: {error}"))

    def expect(self, pattern: str) -> None:
        """A complaint that this test brings about on purpose."""
        self.expected.append(pattern)

    def assert_quiet(self) -> None:
        unexpected = [line for line in self.heard if not any(re.search(one, line) for one in self.expected)]
        assert not unexpected, "\n".join(unexpected)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")


def refused_content(page: Page) -> list[str]:
    return list(page.evaluate("window.noted.refused"))


def shifted(page: Page) -> float:
    """The browser's own measure of layout that moved by itself since the page was opened."""
    return float(page.evaluate("window.noted.shifted"))


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
