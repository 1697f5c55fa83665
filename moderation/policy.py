"""The policy as data: what each category is called, what it asks of people, how bad a breach is, and what happens.

These are the defaults. A row of `CategoryChoice` in the database changes one for a site; nothing needs to be there.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHILD_SAFETY = "child-safety"
OTHER = "other"
# Of how a sentence is written, and not of what it shows: nobody has to look at it.
LANGUAGE = "language"


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
    slug: str
    name: str | Promise
    text: str | Promise
    # From 1 (a nuisance) to 4 (grave): the order of the review queue.
    severity: int
    action: Action = Action.BLOCK
    detail: Detail = Detail.WORDS


def _of(slug: str, severity: int, name: Promise, text: Promise, detail: Detail = Detail.WORDS) -> Category:
    return Category(slug=slug, severity=severity, name=name, text=text, detail=detail)


CATEGORIES = {
    category.slug: category
    for category in (
        _of(
            "hate",
            3,
            _("Hate"),
            _("Do not draw symbols of hate, or anything that makes less of people for what they are."),
        ),
        _of("harassment", 3, _("Harassment"), _("Do not mock, threaten or bully anybody with pictures.")),
        _of("violence", 3, _("Violence"), _("Do not draw acts of violence, or the suffering of others.")),
        _of(
            "self-harm",
            3,
            _("Self-harm"),
            _("Do not draw suicide, cutting, eating disorders or other ways of hurting oneself."),
        ),
        _of(
            "sexual",
            3,
            _("Sexual content"),
            _("Do not draw nudity, sexual acts or services, or anything meant to arouse."),
        ),
        _of(
            "shocking",
            2,
            _("Shocking content"),
            _("Do not draw bodily fluids, obscene gestures, or other things meant to disgust."),
        ),
        _of(
            "illegal",
            2,
            _("Illegal activity"),
            _("Do not draw drug use, theft, vandalism or other crimes as something to do."),
        ),
        _of(
            "deception",
            3,
            _("Deception"),
            _("Do not draw false news, forged papers, conspiracies or scams: nothing made to be taken for the truth."),
        ),
        _of(
            "political",
            2,
            _("Politics"),
            _("Do not draw politicians, ballot boxes or protests, or anything meant to sway an election."),
        ),
        _of(
            "health",
            2,
            _("Health"),
            _("Do not draw sickness as a spectacle, or false claims about the treatment and spread of diseases."),
        ),
        _of("spam", 1, _("Spam"), _("Do not share unsolicited advertising, or the same thing many times.")),
        _of(
            "likeness",
            2,
            _("Public figures"),
            _("Do not draw celebrities or other people known to the public."),
        ),
        _of("faces", 2, _("Faces of real people"), _("Bring pictures of people only with their consent.")),
        _of(
            "artists",
            1,
            _("Artists who opted out"),
            _("Some living artists asked that their names are not used in sentences here."),
        ),
        _of(
            CHILD_SAFETY,
            4,
            _("Child safety"),
            _("Nothing sexual with anybody who is, or seems to be, under 18. Such content is reported."),
            Detail.NOTHING,
        ),
        _of(
            OTHER,
            1,
            _("The operator's own rules"),
            _("What the operator of this site does not allow, beyond the other parts."),
        ),
        _of(
            LANGUAGE,
            1,
            _("Language"),
            _("Sentences are understood, and checked, in English. Please write in English."),
        ),
    )
}
