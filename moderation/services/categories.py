"""The policy as it holds on this site: what ships, with what the operator decided otherwise."""

from dataclasses import replace

from moderation.models import CategoryChoice
from moderation.policy import CATEGORIES, OTHER, Action, Category, Detail


def categories() -> dict[str, Category]:
    found = dict(CATEGORIES)
    for choice in CategoryChoice.objects.all():
        ours = found[choice.slug]
        found[choice.slug] = replace(
            ours,
            severity=choice.severity,
            action=Action(choice.action),
            detail=Detail(choice.detail),
            text=choice.text or ours.text,
        )
    return found


def category(slug: str) -> Category:
    """One that is not known is something else."""
    found = categories()
    return found.get(slug) or found[OTHER]


def policy_shown() -> list[Category]:
    """What people are asked to keep to: not what this site allows."""
    return [each for each in categories().values() if each.action != Action.ALLOW]
