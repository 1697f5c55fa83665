"""Lines of a statement as tests read them."""

from collections.abc import Iterator

from accounts.models import Person
from billing import services
from billing.services import Line


def told(line: Line) -> tuple[str, int, int | None]:
    return line.what.title, line.amount, line.balance


def pages(person: Person, *, size: int, **asked: str) -> Iterator[list[Line]]:
    """Every page, as somebody who presses Older comes by them."""
    cursor = ""
    while True:
        page = services.statement_page(person=person, size=size, cursor=cursor, **asked)
        yield list(page.lines)
        if page.older is None:
            return
        cursor = page.older


def whole(person: Person, *, size: int = 50, **asked: str) -> list[Line]:
    return [line for page in pages(person, size=size, **asked) for line in page]
