"""The policy as data: what each category means to people, how bad it is, and what happens.

These are the defaults. A row of `CategoryChoice` in the database changes one for a site; nothing needs to be there.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Action(StrEnum):
    BLOCK = "block"
    FLAG = "flag"
    ALLOW = "allow"


class Detail(StrEnum):
    """How much a refusal says: the words found, the category alone, or nothing but that it was refused."""

    WORDS = "words"
    CATEGORY = "category"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Category:
    code: str
    title: str | Promise
    text: str | Promise
    # From 1 (a nuisance) to 4 (grave): the order of the review queue.
    severity: int
    action: Action = Action.BLOCK
    detail: Detail = Detail.WORDS


def _of(code: str, severity: int, title: Promise, text: Promise, detail: Detail = Detail.WORDS) -> Category:
    return Category(code=code, severity=severity, title=title, text=text, detail=detail)


CATEGORIES = {
    category.code: category
    for category in (
        _of(
            "children",
            4,
            _("Child safety"),
            _("Nothing sexual with anybody who is, or looks, under 18. There is no exception for drawings."),
            Detail.NOTHING,
        ),
        _of(
            "hate",
            3,
            _("Hate"),
            _("No symbols of hate, no stereotypes, nobody likened to animals or things for who they are."),
        ),
        _of("harassment", 3, _("Harassment"), _("Nothing that mocks, threatens or bullies a person.")),
        _of("violence", 3, _("Violence"), _("No violent acts, and no suffering or humiliation of others.")),
        _of(
            "self_harm",
            3,
            _("Self-harm"),
            _("No suicide, cutting, disordered eating or other harm to oneself, and nothing that encourages it."),
        ),
        _of("sexual", 3, _("Sexual"), _("No nudity, sexual acts or services, and nothing meant to arouse.")),
        _of("shocking", 2, _("Shocking"), _("No bodily fluids, obscene gestures or other things made to disgust.")),
        _of("illegal", 3, _("Illegal activity"), _("No drugs being used, theft, vandalism or help with a crime.")),
        _of(
            "deception",
            3,
            _("Deception"),
            _("No false news, forged papers, conspiracies or scams: nothing made to be taken for the truth."),
        ),
        _of("political", 2, _("Political"), _("No politicians, campaigns or propaganda, for or against anything.")),
        _of("health", 2, _("Health"), _("No sickness as a spectacle, no diagnosis, no cures that are none.")),
        _of("spam", 1, _("Spam"), _("No bulk advertising and no bait to click on.")),
        _of("likeness", 3, _("Likeness"), _("No public figures, and no real people who did not agree.")),
        _of("rights", 2, _("Artists' wishes"), _("No names of artists who asked that their style is not drawn.")),
        _of("operator", 1, _("This site's own rules"), _("Words and pictures that this site does not take.")),
        _of(
            "language",
            1,
            _("Language"),
            _("Sentences are understood, and checked, in English. Please write in English."),
        ),
    )
}
