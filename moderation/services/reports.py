"""Reports of public things, signed in or not. Each joins the case of its thing."""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Person
from moderation.models import Report
from moderation.services.audit import record
from moderation.services.cases import gather_report

MOST_WORDS = 1000
# A person who means it reports a handful; a network may be a school.
WITHIN = timedelta(hours=1)
MOST_OF_A_PERSON = 20
MOST_OF_A_NETWORK = 20


class BadReport(ValueError):
    """It cannot be taken as it is; the message says why, for the person who wrote it."""


class TooManyReports(Exception):
    """This person, or somebody signed out on this network, has reported too much within the hour."""


def reasons() -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in Report.Reason.choices]


def report(*, kind: str, subject: UUID, reason: str, words: str, reporter: Person | None, address: str) -> Report:
    """One open report for each person and thing: said again, it is the same one with what was said last."""
    if reason not in Report.Reason.values:
        raise BadReport(_("Choose what is wrong."))
    text = _clean(words)
    network = network_of(address)
    whose = {"reporter": reporter} if reporter else {"reporter": None, "network": network}
    mine = Report.objects.filter(**whose)
    same = mine.filter(subject=subject, closed_at=None)
    if same.update(reason=reason, words=text):
        again = same.get()
        gather_report(again)  # what is wrong may be something worse now
        return again
    most = MOST_OF_A_PERSON if reporter else MOST_OF_A_NETWORK
    if mine.filter(created__gt=timezone.now() - WITHIN).count() >= most:
        raise TooManyReports
    facts = {"subject_kind": kind, "subject": subject, "reason": reason, "words": text}
    try:
        with transaction.atomic():
            made = Report.objects.create(**facts, reporter=reporter, network=network)
            gather_report(made)
            return made
    except IntegrityError:
        return same.get()  # the other click of a double click


@transaction.atomic
def close_reports(*, ids: Iterable[int], moderator: Person | None = None) -> int:
    wanted = list(ids)
    closed = Report.objects.filter(pk__in=wanted, closed_at=None).update(closed_at=timezone.now())
    if closed:
        record(actor=moderator, act="close reports", reports=wanted)
    return closed


def _clean(words: str) -> str:
    text = unicodedata.normalize("NFC", words.replace("\r\n", "\n").replace("\0", "")).strip()
    if len(text) > MOST_WORDS:
        raise BadReport(
            _("The text is %(length)d characters long; at most %(most)d.") % {"length": len(text), "most": MOST_WORDS}
        )
    return text


def network_of(address: str) -> str:
    """The house, not the device: what one line of a provider shares. Keyed, so that nobody can try addresses out."""
    try:
        size = 24 if ip_address(address).version == 4 else 64
        network = str(ip_network(f"{address}/{size}", strict=False))
    except ValueError:
        network = ""  # a socket without an address: all of them share one throttle
    return salted_hmac("moderation.network", network, algorithm="sha256").hexdigest()
