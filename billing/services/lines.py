"""The statement: the ledger as a bank would print it. What was set aside for a request and what became of that is one
line, so amounts and balances add up from line to line, whatever came in between."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.core import signing
from django.db.models import Max, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from billing.models import Account, Entry, Lot, Unit
from billing.services.describing import Described, described

Kind = Entry.Kind
PAGE = 50
# Of what is sent as a file.
AT_ONCE = 500
# What somebody may ask for alone: a name for the address, words for the page, the kinds that it is.
CHOICES = (
    ("requests", _("Pictures"), (Kind.RESERVE,)),
    ("free", _("Given"), (Kind.GRANT, Kind.ADJUSTMENT)),
    ("bought", _("Bought"), (Kind.PURCHASE,)),
    ("expired", _("Expired"), (Kind.EXPIRY,)),
    ("back", _("Money back"), (Kind.CLAWBACK, Kind.DEBT, Kind.REPAYMENT, Kind.RESTORE)),
)
_KINDS = {name: kinds for name, _words, kinds in CHOICES}
# What settles a request stands in the request's own line.
_LINES = tuple(kind for kind in Kind if kind not in (Kind.CAPTURE, Kind.RELEASE))


class NoSuchPage(Exception):
    """The cursor was made for another account, or by nobody."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """`balance` is the one after it; None where lines in between are left out, for then nothing would add up."""

    entry: Entry
    amount: int
    balance: int | None
    what: Described
    lot: Lot | None

    @property
    def pending(self) -> bool:
        return self.entry.kind == Kind.RESERVE and _settled_by(self.entry) is None

    @property
    def given_back(self) -> bool:
        return self.entry.kind == Kind.RESERVE and not self.pending and self.amount == 0


@dataclass(frozen=True, kw_only=True)
class LinesPage:
    lines: Sequence[Line]
    older: str | None
    newest: bool


@dataclass(frozen=True)
class _Place:
    """Where a page begins, and how it stood when the page before it was read: all entries up to `seen`."""

    before: int
    balance: int
    seen: int


def statement_page(
    *, person: Person, unit: Unit = Unit.CREDIT, choice: str = "", cursor: str = "", size: int = PAGE
) -> LinesPage:
    """Newest first, by keys: the last page of a million lines costs what the first one does."""
    account = Account.objects.filter(person=person, unit=unit).values_list("pk", flat=True).first()
    if account is None:
        return LinesPage(lines=(), older=None, newest=True)
    place = _place(account, cursor)
    found = _entries(account, _KINDS.get(choice, _LINES), place.before, size + 1)
    shown = found[:size]
    words = described(person, shown)
    lines = list(_lines(shown, place, words, whole=choice not in _KINDS))
    older = None
    if len(found) > size:
        rest = place.balance - sum(line.amount for line in lines)
        older = cursor_of(account, before=shown[-1].pk, balance=rest, seen=place.seen)
    return LinesPage(lines=lines, older=older, newest=not cursor)


def statement_lines(*, person: Person, unit: Unit = Unit.CREDIT, choice: str = "") -> Iterator[Line]:
    """All of it, a few hundred at a time. The balance is right also where other kinds are left out."""
    account = Account.objects.filter(person=person, unit=unit).values_list("pk", flat=True).first()
    if account is None:
        return
    place, kinds = _place(account, ""), _KINDS.get(choice)
    while found := _entries(account, _LINES, place.before, AT_ONCE):
        wanted = [entry for entry in found if kinds is None or entry.kind in kinds]
        words = described(person, wanted)
        balance = place.balance
        for entry in found:
            amount = _amount(entry, place.seen)
            if entry.pk in words:
                yield Line(entry=entry, amount=amount, balance=balance, what=words[entry.pk], lot=_lot(entry))
            balance -= amount
        place = _Place(found[-1].pk, balance, place.seen)


def cursor_of(account: int, *, before: int, balance: int, seen: int) -> str:
    """Signed, since the balance in it is believed; and of no use to another account."""
    return signing.dumps([before, balance, seen], salt=_salt(account), compress=True)


def has_account(*, person: Person, unit: Unit) -> bool:
    return Account.objects.filter(person=person, unit=unit).exists()


def _lines(entries: Iterable[Entry], place: _Place, words: dict[int, Described], *, whole: bool) -> Iterator[Line]:
    balance = place.balance
    for entry in entries:
        amount = _amount(entry, place.seen)
        shown = balance if whole else None
        yield Line(entry=entry, amount=amount, balance=shown, what=words[entry.pk], lot=_lot(entry))
        balance -= amount


def _amount(entry: Entry, seen: int) -> int:
    """What the line comes to. What was settled while we read is as it was when we began."""
    settled = _settled_by(entry)
    return entry.amount + (settled.amount if settled is not None and settled.pk <= seen else 0)


def _settled_by(entry: Entry) -> Entry | None:
    return getattr(entry, "settled_by", None)


def _lot(entry: Entry) -> Lot | None:
    return next(iter(entry.opened.all()), None)


def _entries(account: int, kinds: Sequence[Kind], before: int, size: int) -> list[Entry]:
    """The newest before a key. Each kind is looked up by itself, so that one index answers, and however many others
    lie between two of a kind, none of them is read."""
    entries = Entry.objects.filter(account=account, pk__lt=before).order_by("-pk").values_list("pk", flat=True)
    each = [entries.filter(kind=kind)[:size] for kind in kinds]
    newest = list(islice(heapq.merge(*each, reverse=True), size))
    found = Entry.objects.filter(pk__in=newest).select_related("settled_by", "closed").prefetch_related("opened")
    return list(found.order_by("-pk"))


def _place(account: int, cursor: str) -> _Place:
    """Where to read on. What older requests got back since the page before was read belongs to the balance now."""
    entries = Entry.objects.filter(account=account)
    if not cursor:
        newest = entries.order_by("-pk").values_list("pk", "balance").first()
        pk, balance = newest or (0, 0)
        return _Place(pk + 1, balance, pk)
    try:
        before, balance, seen = signing.loads(cursor, salt=_salt(account))
    except signing.BadSignature:
        raise NoSuchPage from None
    newest_pk = entries.aggregate(newest=Max("pk"))["newest"]
    since = entries.filter(pk__gt=seen, pk__lte=newest_pk, settles__lt=before)
    return _Place(before, balance + (since.aggregate(sum=Sum("amount"))["sum"] or 0), newest_pk)


def _salt(account: int) -> str:
    return f"billing.statement:{account}"
