"""The operator's hand, inside a Django of its own: a JSON act a line in, its words out.

`python manage.py shell -c "from tests.conformance.operating import serve; serve()"` by tests.conformance.home: starting
Django once for all the keys of a run saves minutes.
"""

import io
import json
import sys
from datetime import timedelta

import time_machine
from django.core.management import call_command
from django.db import close_old_connections
from django.utils import timezone

from accounts.models import Person
from generation.models import ApiKey, Picture
from generation.services.api import key_of, revoke_key
from generation.services.api.answers import address_path
from moderation.models import Standing
from moderation.signals import person_deactivated


def make(*words: str) -> str:
    """What the operator's own command prints last."""
    out = io.StringIO()
    call_command("make_api_key", *words, stdout=out)
    return out.getvalue().strip().splitlines()[-1]


def revoked(secret: str) -> str:
    key = key_of(secret=secret)
    revoke_key(person=key.person, key_id=key.pk)
    return secret


def expired(secret: str) -> str:
    over = timezone.now() - timedelta(seconds=1)
    ApiKey.objects.filter(pk=key_of(secret=secret).pk).update(expires_at=over)
    return secret


def deactivated(secret: str) -> str:
    """As a decision of two moderators does it, without the case that leads there."""
    person = key_of(secret=secret).person
    Standing.objects.update_or_create(person=person, defaults={"deactivated_at": timezone.now()})
    Person.objects.filter(pk=person.pk).update(is_active=False)
    person_deactivated.send(sender=Standing, person=person)
    return secret


def dead(address: str) -> str:
    """The address of the newest picture as it was given out an hour and a minute ago; `address` is the site's own."""
    picture = Picture.objects.latest("created")
    with time_machine.travel(timezone.now() - timedelta(minutes=61)):
        return address + address_path(picture, finished=timezone.now())


ACTS = {act.__name__: act for act in (make, revoked, expired, deactivated, dead)}


def serve() -> None:
    for line in sys.stdin:
        act, *words = json.loads(line)
        said = ACTS[act](*words)
        close_old_connections()
        print(json.dumps(said), flush=True)
