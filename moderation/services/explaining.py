"""A refusal in words for the person, as much of it as the policy wants to be said."""

from typing import Any

from django.utils.translation import gettext as _

from moderation.policy import LANGUAGE, OTHER, Detail
from moderation.services.categories import categories
from moderation.services.judging import Verdict


def explain(verdict: Verdict, *, picture: bool = False, drawn: bool = False) -> str:
    """Which part of the policy, and which words; of child safety nothing but the refusal.

    `picture`: of one that was brought; `drawn`: of one that the model drew, which says nothing about the person."""
    if drawn:
        return _("What was drawn went against this site's content policy, twice, and is not shown.")
    if verdict.detail == Detail.NOTHING:
        return _("This site does not draw this.") if not picture else _("This site does not take this picture.")
    category = categories().get(verdict.category)
    words = ", ".join(f"“{word}”" for word in verdict.words)
    if verdict.category == LANGUAGE and category:
        return str(category.text)
    if picture:
        first = _("This site does not take this picture.")
        first = _("This site does not take pictures with the words %(words)s.") % {"words": words} if words else first
    elif words:
        first = _("This site does not draw sentences with %(words)s.") % {"words": words}
    else:
        first = _("This site does not draw this.")
    sentences = [first]
    if category and verdict.category != OTHER:
        sentences.append(
            _("Our policy says under “%(category)s”: %(text)s") % {"category": category.name, "text": category.text}
        )
    if verdict.soft and not picture:
        sentences.append(_("If it means something else, try other words."))
    return " ".join(sentences)


def refusal_of(verdict: Verdict, *, drawn: bool = False) -> dict[str, Any]:
    """What is kept with a thing that was refused, for its page and for an appeal."""
    return {"category": verdict.category, "words": list(verdict.words), "soft": verdict.soft, "drawn": drawn}
