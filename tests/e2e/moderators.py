"""Moderators of a running site, and things that wait for them, made past the forms."""

import json

from tests.signed_in import signed_in
from tests.site import Site, Visitor

# Runs in the site's own `manage.py shell`.
_PREPARE = """
from django.contrib.auth.models import Group
from accounts.models import Person
from moderation import services
from tests.generation.walls import hang, show
for name in {moderators!r}:
    Person.objects.filter(email=f"{{name}}@example.com").update(is_staff=True)
    Group.objects.get(name="moderators").user_set.add(Person.objects.get(email=f"{{name}}@example.com"))
owner = Person.objects.get(email="{owner}@example.com")
reasons = ["hate", "violence", "spam", "likeness", "sexual"]
for place, picture in enumerate(hang(owner, {pictures})):
    show(picture, public=place % 2 == 0)
    for voice in range(1 + place % 3):
        services.report(kind="picture", subject=picture.pk, reason=reasons[place % 5], words="Look at the flag.",
                        reporter=None, address=f"10.{{place}}.{{voice}}.1")
    services.flag(kind="picture", subject=picture.pk, person=owner, source="nudity-drawn", category="sexual",
                  score=0.62, detail="Seen in the lower left.")
"""


def prepare(site: Site, *, moderators: list[str], owner: str, pictures: int) -> dict[str, Visitor]:
    """Moderators who are signed in; an owner with so many pictures that were reported and flagged."""
    visitors = signed_in(site, [*moderators, owner])
    site.manage("shell", "-c", _PREPARE.format(moderators=moderators, owner=owner, pictures=pictures))
    return visitors


def logged(site: Site, actor: str) -> list[str]:
    """What this moderator did, as the audit log has it."""
    with site.query() as ask:
        rows = ask(
            "SELECT act, facts FROM moderation_auditentry WHERE actor_id ="
            " (SELECT id FROM accounts_person WHERE email = ?) ORDER BY number",
            f"{actor}@example.com",
        )
    facts = [json.loads(each) if isinstance(each, str) else each for _act, each in rows]
    return [" ".join([act, *each.get("acts", [])]) for (act, _facts), each in zip(rows, facts, strict=True)]
