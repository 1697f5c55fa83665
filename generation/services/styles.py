"""Styles that one press puts into the sentence, each with a picture where one was made."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

STYLES_FILE = Path(__file__).parents[1] / "data" / "styles.json"


@cache
def styles() -> list[dict[str, Any]]:
    """`picture` is the static file of a sample, or empty: samples come with the weights that drew them."""
    return [{**style, "picture": _sample(style["slug"])} for style in json.loads(STYLES_FILE.read_text())]


def _sample(slug: str) -> str:
    name = f"samples/styles/{slug}.webp"
    return name if finders.find(name) else ""
