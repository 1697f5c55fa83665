"""What a person says of themselves, and how they want the site."""

from collections.abc import Callable, Mapping
from itertools import groupby
from zoneinfo import available_timezones

from allauth.usersessions.models import UserSession
from django.db.models import F

from accounts.models import Person

# Those that are named for a place: the others are older names for the same, or not for people.
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


_name_checks: list[Callable[[str], bool]] = []


class BadName(ValueError):
    """Not a name that may stand on public pages. Nothing was changed."""


def register_name_check(check: Callable[[str], bool]) -> None:
    """A room above knows what may be shown to everybody; it says so here."""
    _name_checks.append(check)


def change_profile(
    *, person: Person, display_name: str, time_zone: str, theme: str, squares: bool, words: bool
) -> None:
    """All of it at once, as the form has it."""
    if display_name and not all(check(display_name) for check in _name_checks):
        raise BadName
    person.display_name, person.time_zone, person.theme = display_name, time_zone, theme
    person.squares, person.words = squares, words
    person.save(update_fields=["display_name", "time_zone", "theme", "squares", "words"])


def change_downloads(*, person: Person, squares: bool, words: bool) -> None:
    """What was chosen for a download is chosen for the next."""
    if (person.squares, person.words) != (squares, words):
        Person.objects.filter(pk=person.pk).update(squares=squares, words=words)
        person.squares, person.words = squares, words


def sign_out_everywhere(*, person: Person) -> None:
    """Every session ends with its next request. Who is to stay signed in says so to Django with this person."""
    UserSession.objects.filter(user=person).delete()
    Person.objects.filter(pk=person.pk).update(signed_out=F("signed_out") + 1)
    person.refresh_from_db()


def time_zones() -> Mapping[str, list[str]]:
    """By region, as a form offers them."""
    places = sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS)
    return {region: list(names) for region, names in groupby(places, lambda name: name.partition("/")[0])}
