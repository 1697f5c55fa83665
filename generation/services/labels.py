"""The words that people give to what they keep and show: names, descriptions, titles, alt texts."""

import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generation.services.sentences import is_unreadable, is_visible
from moderation.services import screen_words

NAME_LIMIT = 120
TEXT_LIMIT = 1000


class BadLabel(ValueError):
    """The words of one field cannot be taken; the message says why, for the person who wrote them."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def clean_line(text: str, *, field: str, required: bool = False) -> str:
    """One line, with single spaces."""
    line = " ".join(_readable(text, field).split())
    if required and not any(is_visible(char) for char in line):
        raise BadLabel(field, _("Give it a name."))
    return _within(line, NAME_LIMIT, field)


def clean_lines(text: str, *, field: str) -> str:
    return _within(_readable(text, field).strip(), TEXT_LIMIT, field)


def screen_public(text: str, *, field: str) -> None:
    """What strangers will read keeps to the words that may be drawn."""
    verdict = screen_words(text=text)
    if not verdict.allowed:
        words = ", ".join(f"“{word}”" for word in verdict.words)
        raise BadLabel(field, _("Not allowed here, by the operator's rules: %(words)s.") % {"words": words})


def _readable(text: str, field: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    unreadable = next((char for char in text if is_unreadable(char)), None)
    if unreadable is not None:
        code = f"U+{ord(unreadable):04X}"
        raise BadLabel(field, _("It contains a character that cannot be read (%(code)s).") % {"code": code})
    return text


def _within(text: str, most: int, field: str) -> str:
    over = len(text) - most
    if over > 0:
        message = ngettext(
            "%(over)d character too long; at most %(most)d.", "%(over)d characters too long; at most %(most)d.", over
        )
        raise BadLabel(field, message % {"over": over, "most": most})
    return text
