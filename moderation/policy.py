"""The parts of the content policy: what each is called, what it asks of people, and how bad a breach is (1 to 4)."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
OTHER = "other"
CHILD_SAFETY = "child-safety"


@dataclass(frozen=True, kw_only=True)
class Category:
    slug: str
    name: Words
    text: Words
    severity: int
    action: Literal["block", "flag", "allow"] = "block"


_ALL = [
    Category(
        slug="hate",
        name=_("Hate"),
        text=_("Do not draw symbols of hate, or anything that makes less of people for what they are."),
        severity=3,
    ),
    Category(
        slug="harassment",
        name=_("Harassment"),
        text=_("Do not mock, threaten or bully anybody with pictures."),
        severity=3,
    ),
    Category(
        slug="violence",
        name=_("Violence"),
        text=_("Do not draw acts of violence, or the suffering of others."),
        severity=3,
    ),
    Category(
        slug="self-harm",
        name=_("Self-harm"),
        text=_("Do not draw suicide, cutting, eating disorders or other ways of hurting oneself."),
        severity=3,
    ),
    Category(
        slug="sexual",
        name=_("Sexual content"),
        text=_("Do not draw nudity, sexual acts or services, or anything meant to arouse."),
        severity=3,
    ),
    Category(
        slug="shocking",
        name=_("Shocking content"),
        text=_("Do not draw bodily fluids, obscene gestures, or other things meant to disgust."),
        severity=2,
    ),
    Category(
        slug="illegal",
        name=_("Illegal activity"),
        text=_("Do not draw drug use, theft, vandalism or other crimes as something to do."),
        severity=2,
    ),
    Category(
        slug="deception",
        name=_("Deception"),
        text=_("Do not draw major conspiracies, or events that are happening now as if photographed."),
        severity=3,
    ),
    Category(
        slug="political",
        name=_("Politics"),
        text=_("Do not draw politicians, ballot boxes or protests, or anything meant to sway an election."),
        severity=2,
    ),
    Category(
        slug="health",
        name=_("Health"),
        text=_("Do not draw false claims about treatment, prevention, or transmission of diseases."),
        severity=2,
    ),
    Category(
        slug="spam",
        name=_("Spam"),
        text=_("Do not share unsolicited advertising or the same thing many times."),
        severity=1,
    ),
    Category(
        slug="likeness",
        name=_("Public figures"),
        text=_("Do not draw celebrities or other people known to the public."),
        severity=2,
    ),
    Category(
        slug="faces",
        name=_("Faces of real people"),
        text=_("Bring pictures of people only with their consent."),
        severity=2,
    ),
    Category(
        slug="artists",
        name=_("Artists who opted out"),
        text=_("Some living artists asked that their names are not used in sentences here."),
        severity=1,
    ),
    Category(
        slug=CHILD_SAFETY,
        name=_("Child safety"),
        text=_("Nothing sexual with anybody who is, or seems to be, under 18. Such content is reported."),
        severity=4,
    ),
    Category(
        slug=OTHER,
        name=_("The operator's own rules"),
        text=_("What the operator of this site does not allow, beyond the other parts."),
        severity=1,
    ),
]
CATEGORIES = {each.slug: each for each in _ALL}


def category(slug: str) -> Category:
    """One that is not known is something else."""
    return CATEGORIES.get(slug) or CATEGORIES[OTHER]


def categories() -> list[Category]:
    return list(CATEGORIES.values())
