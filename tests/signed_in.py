"""People of a running site, made past its forms: many at once, signed in, where a test is not about signing up."""

import json
from collections.abc import Sequence

from tests.site import PASSWORD, Site, Visitor

# Runs in the site's own `manage.py shell`: the product's services make the people, Django signs them in.
_MAKE = """
import json
from django.contrib.auth import base_user
from django.contrib.auth.hashers import make_password
from django.test import Client
from accounts.services import make_person
from billing.services import balance_of, reserve
hashed = make_password({password!r})
base_user.make_password = lambda password: hashed  # hashing for each anew would take most of the time
made = {{}}
for name, leave in {wanted!r}:
    person = make_person(email=f"{{name}}@example.com", password={password!r})
    if leave is not None:
        reserve(person=person, amount=balance_of(person=person) - leave, reference=f"spent by {{name}}")
    client = Client()
    client.force_login(person)
    made[name] = client.cookies["sessionid"].value
print("made " + json.dumps(made))
"""


def signed_in(site: Site, names: Sequence[str], *, leave: int | None = None) -> dict[str, Visitor]:
    """Verified people with their first credits; `leave` spends all but so many."""
    printed = site.manage("shell", "-c", _MAKE.format(wanted=[(name, leave) for name in names], password=PASSWORD))
    line = next(line for line in printed.splitlines() if line.startswith("made "))
    visitors: dict[str, Visitor] = {}
    for name, session in json.loads(line.removeprefix("made ")).items():
        visitors[name] = site.visitor()
        visitors[name].session.cookies.set("sessionid", session, domain="127.0.0.1", path="/")
    return visitors
