"""Styles, by the words that the bundled model was taught (gpu_worker/corpus/styles.py): which one a sentence asks for,
and those that one press puts into it.
"""

import re
from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Code, name, words. The longest words that stand in a sentence decide; of equal ones the later, since people put the
# style last.
STYLES: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("oil", _("Oil"), ("oil painting", "oil on canvas", "oil paint", "in oils")),
    ("watercolour", _("Watercolour"), ("watercolor", "watercolour")),
    ("van_gogh", _("Van Gogh"), ("van gogh",)),
    ("impressionist", _("Impressionist"), ("impressionist", "impressionism", "monet")),
    ("pointillist", _("Pointillist"), ("pointillist", "pointillism", "seurat")),
    ("cubist", _("Cubist"), ("cubist", "cubism", "picasso")),
    ("pencil", _("Pencil"), ("pencil drawing", "pencil sketch", "in pencil")),
    ("crayon", _("Crayon"), ("crayon drawing", "with crayons", "in crayon", "wax crayon")),
    ("ink", _("Ink"), ("ink drawing", "in black ink", "brush and ink", "in ink")),
    ("chalk", _("Chalk"), ("chalk drawing", "in chalk", "on a blackboard")),
    ("ukiyo_e", _("Ukiyo-e"), ("ukiyo-e", "ukiyo e", "woodblock print", "hokusai")),
    ("poster", _("Poster"), ("poster", "bright lighting, vibrant colors")),
    ("pop_art", _("Pop art"), ("pop art", "lichtenstein", "warhol")),
    ("comic", _("Comic"), ("comic book", "comic", "comic strip")),
    ("stained_glass", _("Stained glass"), ("stained glass",)),
    ("mosaic", _("Mosaic"), ("mosaic",)),
    ("cutout", _("Paper cutout"), ("paper cutout", "paper cut-out", "paper collage")),
    ("cross_stitch", _("Cross-stitch"), ("cross-stitch", "cross stitch", "embroidery", "embroidered")),
    ("pixel_art", _("Pixel art"), ("pixel art", "8-bit")),
    ("low_poly", _("Low poly"), ("low poly", "low-poly")),
    ("render", _("3D render"), ("3d render", "3d rendering", "3d-render")),
    ("neon", _("Neon"), ("neon sign", "neon lights", "neon")),
    ("synthwave", _("Synthwave"), ("synthwave", "vaporwave")),
    ("blueprint", _("Blueprint"), ("blueprint", "technical drawing")),
    ("black_and_white", _("Black and white"), ("black-and-white", "black and white")),
    ("vintage", _("Vintage photo"), ("vintage photo", "vintage photograph", "sepia")),
    ("photo", _("Photo"), ("photo", "photograph")),
)
# What a chip puts at the end of a sentence, in the order of the chips.
CHIPS = {
    "photo": "photo",
    "oil": "oil painting",
    "watercolour": "as a watercolour painting",
    "pencil": "pencil drawing",
    "ink": "ink drawing",
    "crayon": "crayon drawing",
    "van_gogh": "in the style of Van Gogh",
    "impressionist": "in the style of Monet",
    "ukiyo_e": "Japanese woodblock print",
    "stained_glass": "as a stained glass window",
    "mosaic": "as a mosaic",
    "pixel_art": "as pixel art",
    "low_poly": "low poly",
    "render": "3D render",
    "comic": "comic book style",
    "pop_art": "pop art",
    "synthwave": "synthwave",
    "cutout": "paper cutout",
}
CODES = frozenset(code for code, _name, _words in STYLES)


def read_style(sentence: str) -> str:
    """The code of the style, or nothing."""
    codes, pattern = _known()
    found = [match.group(1) for match in pattern.finditer(" ".join(sentence.casefold().split()))]
    return codes[max(reversed(found), key=len)] if found else ""


def style_choices() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name, _words in STYLES]


def style_chips() -> list[dict[str, Any]]:
    names = {code: name for code, name, _words in STYLES}
    return [
        {"code": code, "name": names[code], "words": words, "picture": sample_of(code)} for code, words in CHIPS.items()
    ]


@cache
def sample_of(code: str) -> str:
    """The static file of a picture in this style, or nothing: samples come with the weights that drew them."""
    name = f"samples/styles/{code}.webp"
    return name if finders.find(name) else ""


@cache
def _known() -> tuple[dict[str, str], re.Pattern[str]]:
    codes = {word: code for code, _name, words in STYLES for word in words}
    words = "|".join(re.escape(word) for word in sorted(codes, key=len, reverse=True))
    return codes, re.compile(rf"(?<!\w)({words})(?!\w)")
