"""How the site is, part by part, for whoever runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.template.defaultfilters import date as shown_date
from django.utils import timezone
from django.utils.timesince import timesince

from billing import services as billing
from dalle_site import probes
from generation import services as generation
from moderation import services as moderation

# Somebody has waited for so long before anything was done about it.
LONG_LINE = timedelta(minutes=5)
LATE_MESSAGE = timedelta(minutes=10)
SLOW_LAG_SECONDS = 300
SLOW_FILTERS_MILLISECONDS = 1000
SLOW_MILLISECONDS = 500
UNPROVEN = 2 * billing.CHECKED_EVERY


class State(StrEnum):
    WELL = "well"
    LOOK = "needs a look"
    DOWN = "down"
    OFF = "off"


@dataclass(frozen=True, kw_only=True)
class Part:
    title: str
    state: State
    says: str
    facts: Sequence[tuple[str, str]] = ()
    # The name of the page in the admin where one looks further, with what it is filtered by.
    page: str = ""
    filters: str = ""


def health() -> list[Part]:
    money = billing.money_figures()
    return [
        _line(generation.line_figures()),
        _workers(generation.workers_seen()),
        _filters(moderation.health()),
        _ledger(money.check),
        _stripe(money.stripe),
        _mail(money.letters_late),
        _storage(),
        _database(),
        _machine(),
    ]


def _line(line: generation.LineFigures) -> Part:
    since = line.waiting_since
    waits = line.to_screen + line.to_draw
    long = since is not None and since < timezone.now() - LONG_LINE
    says = f"{waits} waiting, the oldest for {_ago(since)}" if since else "Nobody waits"
    facts = [
        ("to be screened", str(line.to_screen)),
        ("to be drawn", str(line.to_draw)),
        ("being worked on", str(line.drawing)),
        ("uploads to be screened", str(line.uploads)),
        ("exports to be made", str(line.exports)),
        ("last hour", f"{line.delivered} delivered, {line.failed} failed"),
        ("one request takes", f"{line.seconds_a_job:.1f} s" if line.seconds_a_job else "not known yet"),
    ]
    state = State.LOOK if long or line.failed else State.WELL
    return Part(title="Queue", state=state, says=says, facts=facts, page="admin:generation_job_changelist")


def _workers(workers: Sequence[generation.Worker]) -> Part:
    missing = [worker.queue for worker in workers if not worker.there]
    if not any(worker.queue == "gpu" for worker in workers):
        missing.append("gpu")
    facts = [
        (worker.queue, f"{worker.words + ', ' if worker.words else ''}{_seen(worker.seen_at)}") for worker in workers
    ]
    says = f"Nobody answers at: {', '.join(missing)}" if missing else "Every queue answers"
    return Part(title="Workers", state=State.DOWN if missing else State.WELL, says=says, facts=facts)


def _filters(filters: moderation.Health) -> Part:
    facts = [
        ("last hour", f"{filters.screened} read, {filters.refused} refused"),
        ("time", f"{filters.median_milliseconds} ms usually, {filters.slowest_milliseconds} ms at most"),
        ("starts", str(filters.starts)),
    ]
    page = "admin:moderation_screening_changelist"
    if filters.mode == "lists":
        return Part(title="Filters", state=State.OFF, says="Lists of words alone are read", facts=facts[:1], page=page)
    if filters.problem:
        says = f"They do not answer, and nothing is let through. {filters.problem}"
        return Part(title="Filters", state=State.DOWN, says=says, facts=facts, page=page)
    slow = filters.median_milliseconds > SLOW_FILTERS_MILLISECONDS
    says = "They are slow" if slow else "They answer" if filters.screened else "Nothing was asked in the last hour"
    return Part(title="Filters", state=State.LOOK if slow else State.WELL, says=says, facts=facts, page=page)


def _ledger(check: billing.LedgerCheck | None) -> Part:
    page = "admin:billing_ledgercheck_changelist"
    if check is None:
        says = "It has not been proven yet; that comes by itself"
        return Part(title="Ledger", state=State.LOOK, says=says, page=page)
    late = check.finished < timezone.now() - UNPROVEN
    facts = [
        ("last proven", _seen(check.finished)),
        ("accounts", f"{check.accounts:,}"),
        ("entries", f"{check.entries:,}"),
        ("took", f"{check.seconds:.1f} s"),
    ]
    if check.differences:
        says = f"{check.differences} differences. {check.first}"
        return Part(title="Ledger", state=State.DOWN, says=says, facts=facts, page=page)
    says = "It has not been proven for long" if late else "Every balance is the sum of its entries"
    return Part(title="Ledger", state=State.LOOK if late else State.WELL, says=says, facts=facts, page=page)


def _stripe(stripe: billing.StripeFigures | None) -> Part:
    if stripe is None:
        return Part(title="Stripe", state=State.OFF, says="Nothing is sold here: no key is set")
    now = timezone.now()
    stuck = stripe.waiting_since is not None and stripe.waiting_since < now - LATE_MESSAGE
    troubles = [
        f"held payments wait for you: {stripe.held}" if stripe.held else "",
        f"messages wait since {_ago(stripe.waiting_since)}" if stuck else "",
        f"messages come {stripe.worst_lag:.0f} s late" if stripe.worst_lag > SLOW_LAG_SECONDS else "",
    ]
    facts = [
        ("last day", f"{stripe.heard} messages"),
        ("last message", _seen(stripe.last_heard)),
        ("lag", f"{stripe.lag:.0f} s usually, {stripe.worst_lag:.0f} s at most"),
        ("not acted upon", f"{stripe.waiting}{', the last: ' + stripe.problem if stripe.problem else ''}"),
        ("refunds without an answer", str(stripe.refunds_asked)),
        ("held payments", str(stripe.held)),
    ]
    said = "; ".join(filter(None, troubles))
    page, filters = (
        ("admin:billing_stripeevent_changelist", "")
        if stripe.waiting and not stripe.held
        else (
            "admin:billing_purchase_changelist",
            "?state__exact=held" if stripe.held else "",
        )
    )
    state = State.LOOK if said else State.WELL
    says = f"{said[:1].upper()}{said[1:]}" if said else "What it told was acted upon"
    return Part(title="Stripe", state=state, says=says, facts=facts, page=page, filters=filters)


def _mail(late: int) -> Part:
    probe = probes.mail()
    facts = [("receipts and answers not sent", str(late)), ("answered in", f"{probe.milliseconds:.0f} ms")]
    if probe.problem:
        return Part(title="Mail", state=State.DOWN, says=f"It cannot be sent. {probe.problem}", facts=facts)
    says = "Letters are late" if late else "Letters go out"
    return Part(title="Mail", state=State.LOOK if late else State.WELL, says=says, facts=facts)


def _storage() -> Part:
    return _probed("Storage", probes.storage(), "Pictures can be written and read")


def _database() -> Part:
    return _probed("Database", probes.database(), "It answers")


def _probed(title: str, probe: probes.Probe, well: str) -> Part:
    facts = [("answered in", f"{probe.milliseconds:.0f} ms")]
    if probe.problem:
        return Part(title=title, state=State.DOWN, says=probe.problem, facts=facts)
    slow = probe.milliseconds > SLOW_MILLISECONDS
    return Part(title=title, state=State.LOOK if slow else State.WELL, says="It is slow" if slow else well, facts=facts)


def _machine() -> Part:
    free, (held, most), broker = probes.disk_free(), probes.memory(), probes.broker()
    facts = [
        ("disk free", f"{free / 1e9:.1f} GB"),
        ("this web process", f"{held // probes.MB} MB, {most // probes.MB} MB at most"),
        ("broker", "in memory" if broker is None else broker.problem or f"answered in {broker.milliseconds:.0f} ms"),
    ]
    if broker is not None and broker.problem:
        return Part(title="Machine", state=State.DOWN, says="The broker does not answer", facts=facts)
    if free < probes.PLENTY_OF_DISK:
        state = State.DOWN if free < probes.LEAST_DISK else State.LOOK
        return Part(title="Machine", state=state, says="The disk is nearly full", facts=facts)
    return Part(title="Machine", state=State.WELL, says="There is room", facts=facts)


def _ago(moment: datetime | None) -> str:
    if moment is None:
        return ""
    seconds = int((timezone.now() - moment).total_seconds())
    return f"{max(seconds, 0)} s" if seconds < 120 else timesince(moment, depth=1)


def _seen(moment: datetime | None) -> str:
    if moment is None:
        return "never"
    long_ago = moment < timezone.now() - timedelta(hours=1)
    return f"{_ago(moment)} ago{shown_date(moment, ' (j M, H:i)') if long_ago else ''}"
