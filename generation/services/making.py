"""How a picture was made, as its engine told it, in words for its person. An engine may leave out what it does not
know, and what it says is taken as it is found: a page must not break on it."""

from typing import Any, TypedDict

from generation.models import Job, Picture

# Of each sentence of a request, in the order in which pages show them.
SENTENCES = ("", "from_prompt_", "negative_")
MOST_REPLACED = 60


class Making(TypedDict):
    engine: str
    in_training: bool
    steps: int
    likeness: float | None
    nearest: bool
    replaced: list[tuple[str, str]]


def making_of(job: Job, picture: Picture | None = None) -> Making:
    """`likeness`: how near the model holds the picture to be to its sentence; 1 would be the same."""
    used = job.used
    rows = _likeness(used)
    mine = rows.get(picture.index) if picture is not None else None
    return {
        "engine": str(used.get("engine") or ""),
        "in_training": used.get("trained") is False,
        "steps": job.steps,
        "likeness": mine,
        "nearest": mine is not None and len(rows) > 1 and mine == max(rows.values()),
        "replaced": _replaced(used),
    }


def _likeness(used: dict[str, Any]) -> dict[int, float]:
    """Of each picture by its place. The prior tries several for each and keeps the best."""
    rows = used.get("likeness")
    best: dict[int, float] = {}
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        tries = [value for value in (row if isinstance(row, list) else [row]) if isinstance(value, int | float)]
        if tries:
            best[index] = float(max(tries))
    return best


def _replaced(used: dict[str, Any]) -> list[tuple[str, str]]:
    """What was said and what it was read as, each once; what was read as nothing has its own sign on the page."""
    found: list[tuple[str, str]] = []
    for name in SENTENCES:
        pairs = used.get(f"{name}replaced")
        found += [
            (str(pair[0]), str(pair[1]))
            for pair in (pairs if isinstance(pairs, list) else [])
            if isinstance(pair, list | tuple) and len(pair) == 2 and pair[0]
        ]
    return list(dict.fromkeys(found))[:MOST_REPLACED]
