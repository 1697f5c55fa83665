"""The statement as a file for a spreadsheet, a line at a time. Nothing in it is a formula."""

import csv
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Person
from billing.models import Unit
from billing.services.lines import Line, statement_lines
from billing.services.money import MICRO

# What a spreadsheet takes for the beginning of a formula, spaces before it or not.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Echo:
    """What the writer writes is what we send."""

    def write(self, row: str) -> str:
        return row


def statement_csv(*, person: Person, unit: Unit, choice: str, zone: tzinfo) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # The mark by which spreadsheets know that this is UTF-8.
    yield "\ufeff"
    yield writer.writerow(_head(unit))
    for line in statement_lines(person=person, unit=unit, choice=choice):
        yield writer.writerow(list(_cells(line, unit, zone)))


def defused(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def _head(unit: Unit) -> list[str]:
    amounts = [_("Amount in US dollars"), _("Balance in US dollars")]
    if unit == Unit.CREDIT:
        amounts = [_("Credits"), _("Balance")]
    return [_("Date"), _("Time"), _("From UTC"), _("Kind"), _("What"), *amounts, _("State"), _("Reference")]


def _cells(line: Line, unit: Unit, zone: tzinfo) -> Iterable[str]:
    when = line.entry.created.astimezone(zone)
    assert line.balance is not None  # the file knows every balance
    yield f"{when:%Y-%m-%d}"
    yield f"{when:%H:%M:%S}"
    yield f"UTC{when.isoformat()[-6:]}"
    yield line.entry.kind
    yield defused(line.what.title)
    yield _number(line.amount, unit)
    yield _number(line.balance, unit)
    yield _("in progress") if line.pending else _("not charged") if line.given_back else ""
    yield defused(line.entry.reference)


def _number(amount: int, unit: Unit) -> str:
    return str(amount) if unit == Unit.CREDIT else f"{Decimal(amount) / MICRO:.6f}"
