"""What a line of the statement was for, in words. Of what the rooms above made, they say it themselves: generation
describes its jobs, and billing never hears what a job is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Person
from billing.models import Adjustment, Entry, Lot

Kind = Entry.Kind


@dataclass(frozen=True, kw_only=True)
class Described:
    title: str
    address: str = ""
    picture: str = ""


Describer = Callable[[Person, Sequence[str]], Mapping[str, Described]]
_describers: list[Describer] = []


def register_describer(*, describe: Describer) -> None:
    """`describe` is given a person and the references of a page's requests, and answers for those that it knows, with
    as many queries for fifty as for one."""
    if describe not in _describers:
        _describers.append(describe)


def described(person: Person, entries: Iterable[Entry]) -> dict[int, Described]:
    """What to write beside each entry, by its key."""
    entries = list(entries)
    asked = [entry.reference for entry in entries if entry.kind == Kind.RESERVE]
    of_jobs: dict[str, Described] = {}
    for describe in _describers:
        of_jobs.update(describe(person, asked) if asked else {})
    reasons = _reasons(entries)
    return {entry.pk: of_jobs.get(entry.reference) or _in_words(entry, reasons) for entry in entries}


def source_in_words(source: str) -> str:
    return {
        Lot.Source.FREE: _("Free credits"),
        Lot.Source.BOUGHT: _("Bought"),
        Lot.Source.SUBSIDISED: _("Credits for artists"),
        Lot.Source.ADJUSTED: _("Given by the people who run this site"),
    }[Lot.Source(source)]


def _in_words(entry: Entry, reasons: Mapping[str, str]) -> Described:
    match entry.kind:
        case Kind.PURCHASE:
            return Described(title=_("Bought"), address=_purchase(entry))
        case Kind.GRANT:
            return Described(title=source_in_words(_opened(entry)))
        case Kind.ADJUSTMENT:
            return Described(title=reasons.get(entry.effect) or _("Changed by the people who run this site"))
        case Kind.EXPIRY:
            return Described(title=_("Expired: %(what)s") % {"what": source_in_words(entry.closed.source)})
        case Kind.CLAWBACK:
            return Described(title=_("Taken back, because the money went back"), address=_purchase(entry))
        case Kind.DEBT:
            return Described(title=_("Owed: the money went back for credits that were spent"), address=_purchase(entry))
        case Kind.REPAYMENT:
            return Described(title=_("Paid what was owed"))
        case Kind.RESTORE:
            return Described(title=_("Given back, because the money came after all"), address=_purchase(entry))
    return Described(title=_("A request for pictures"))


def _opened(entry: Entry) -> str:
    """The source of the lot that came with it."""
    return next((lot.source for lot in entry.opened.all()), Lot.Source.FREE)


def _reasons(entries: Iterable[Entry]) -> dict[str, str]:
    keys = [entry.effect.partition(":")[2] for entry in entries if entry.kind == Kind.ADJUSTMENT]
    known = Adjustment.objects.filter(pk__in=[key for key in keys if key.isdigit()]) if keys else ()
    return {each.effect: each.reason for each in known}


def _purchase(entry: Entry) -> str:
    """Money that went back refers to the purchase that it came with."""
    try:
        return reverse("purchase", args=[UUID(entry.reference)])
    except ValueError:
        return ""
