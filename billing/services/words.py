"""What a person is told when there is nothing to spend."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from billing.services.grants import free_credits_refusal
from billing.services.reading import debt_of


def why_none(*, person: Person) -> str:
    """Why a request was refused for want of credits, and why none will come by themselves if so."""
    debt = debt_of(person=person)
    if debt:
        return ngettext(
            "You owe %(count)d credit: it was spent, and its money went back to you. What comes in pays it first. "
            "Nothing was taken.",
            "You owe %(count)d credits: they were spent, and their money went back to you. What comes in pays them "
            "first. Nothing was taken.",
            debt,
        ) % {"count": debt}
    sentences = (_("You have no credits left. Nothing was taken."), free_credits_refusal(person=person))
    return " ".join(sentence for sentence in sentences if sentence)
