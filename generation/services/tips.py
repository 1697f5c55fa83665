"""What to write, said while one waits, each with a picture that shows it. Pictures come with the weights that drew
them; a tip without its picture is not given."""

import random
from typing import TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generation.services.styles import CHIPS, sample_of

TIPS: tuple[tuple[str, Promise], ...] = (
    ("photo", _("Say where the camera is: close up, seen from above, from far away.")),
    ("oil", _("Say where the light comes from: a window, a candle, the low sun.")),
    ("watercolour", _("Say what it is drawn with, and the whole picture changes.")),
    ("pencil", _("Few words are enough: one thing, one place, one way of drawing.")),
    ("van_gogh", _("Name a painter, and the brush is theirs.")),
    ("stained_glass", _("Say what it is made of: glass, felt, paper, stone.")),
    ("cutout", _("Colours that you name are colours that you get.")),
    ("render", _("Say what it is doing, not only what it is.")),
    ("comic", _("Try the same sentence again: each time gives four others.")),
)


class Tip(TypedDict):
    words: str
    example: str
    picture: str


def tip() -> Tip | None:
    """One of them by chance; none where no picture is there."""
    there = [(code, words, picture) for code, words in TIPS if (picture := sample_of(code))]
    if not there:
        return None
    code, words, picture = random.SystemRandom().choice(there)
    return {"words": str(words), "example": CHIPS[code], "picture": picture}
