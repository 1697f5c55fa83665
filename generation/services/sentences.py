"""What counts as a sentence: the same rule on both sides of the wire (static/js/lib/count.js)."""

import unicodedata

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class BadSentence(ValueError):
    """The sentence cannot be drawn; the message says why, for the person who typed it."""


def normalise(text: str) -> str:
    """NFC, with every line break as one character. Length is counted on this, in code points."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_sentence(text: str, *, limit: int | None = None) -> str:
    most = limit or settings.PROMPT_LIMIT
    sentence = normalise(text)
    if len(sentence) > most:
        over = len(sentence) - most
        raise BadSentence(
            ngettext(
                "The sentence is %(over)d character too long; at most %(most)d.",
                "The sentence is %(over)d characters too long; at most %(most)d.",
                over,
            )
            % {"over": over, "most": most}
        )
    unreadable = next((char for char in sentence if is_unreadable(char)), None)
    if unreadable is not None:
        code = f"U+{ord(unreadable):04X}"
        raise BadSentence(_("The sentence contains a character that cannot be read (%(code)s).") % {"code": code})
    if not any(is_visible(char) for char in sentence):
        raise BadSentence(_("Write what you want to see."))
    return sentence.strip()


def is_unreadable(char: str) -> bool:
    """Control characters and halves of a pair; tabs and line breaks are ordinary white space."""
    return unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"


def is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] not in "ZC"
