"""The operators' health page: who sees it, and that each part says what is wrong with it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage
from django.core.mail.backends.smtp import EmailBackend
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Person
from billing import services as billing
from billing.models import Account, LedgerCheck, Lot, Purchase, StripeEvent
from dalle_site import probes
from dalle_site.health import State, health
from generation import services as generation
from generation.models import Engine, Job
from generation.tasks import pulse
from moderation.gateway import State as Gateway
from moderation.gateway import screener
from tests import people
from tests.generation.steps import started

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


def state_of(title: str) -> tuple[State, str]:
    part = next(part for part in health() if part.title == title)
    return part.state, f"{part.says} {' '.join(' '.join(fact) for fact in part.facts)}"


def test_a_site_that_is_well(alice: Person) -> None:
    office = people.browser_of(people.make("operator", staff=True))
    generation.report_engine(name="tiny", trained=True, device="cpu", weights="none")
    for queue in ("screening", "slow"):
        pulse(queue)
    billing.check_ledger()
    page = office.get("/admin/health/").content.decode()
    assert "All is well." in page and 'data-state="down"' not in page and 'data-state="look"' not in page
    titles = re.findall(r"<h2[^>]*>(\w+) ", page)
    assert titles == ["Queue", "Workers", "Filters", "Ledger", "Stripe", "Mail", "Storage", "Database", "Machine"]
    assert 'hx-trigger="every 10s"' in page
    assert "hx-trigger" not in office.get("/admin/health/?still").content.decode()
    assert "/admin/health/" in office.get("/admin/").content.decode()


def test_who_may(as_alice: Client, as_stranger: Client) -> None:
    for client in (as_alice, as_stranger):
        answer = client.get("/admin/health/")
        assert (answer.status_code, "/admin/login/" in answer["Location"]) == (302, True)
    clerk = people.make("clerk", staff=True)
    Person.objects.filter(pk=clerk.pk).update(is_superuser=False)
    clerk = Person.objects.get(pk=clerk.pk)
    assert people.browser_of(clerk).get("/admin/health/").status_code == 403
    assert "/admin/health/" not in people.browser_of(clerk).get("/admin/").content.decode()


def test_the_ledger(alice: Person) -> None:
    assert state_of("Ledger")[0] == State.LOOK  # nobody has looked yet
    assert billing.check_ledger_if_due() and not billing.check_ledger_if_due()
    assert state_of("Ledger")[0] == State.WELL
    Lot.objects.update(left=0)
    Account.objects.update(balance=0)
    billing.check_ledger()
    state, words = state_of("Ledger")
    assert state == State.DOWN and "differences. account" in words
    LedgerCheck.objects.update(differences=0, finished=timezone.now() - timedelta(days=1))
    assert state_of("Ledger")[0] == State.LOOK


def test_the_queue(alice: Person) -> None:
    assert state_of("Queue")[0] == State.WELL
    job = started(alice)
    state, words = state_of("Queue")
    assert (state, "1 waiting" in words, "to be screened 1" in words) == (State.WELL, True, True)
    Job.objects.update(created=timezone.now() - timedelta(minutes=7))
    state, words = state_of("Queue")
    assert state == State.LOOK and "the oldest for 7" in words
    Job.objects.filter(pk=job.pk).update(status=Job.Status.FAILED, finished_at=timezone.now())
    assert "0 delivered, 1 failed" in state_of("Queue")[1]


def test_workers() -> None:
    state, words = state_of("Workers")
    assert state == State.DOWN and "screening, slow, gpu" in words
    generation.report_engine(name="tiny", trained=False, device="cpu", weights="none")
    pulse("screening")
    state, words = state_of("Workers")
    assert "Nobody answers at: slow" in words and "tiny on cpu, in training" in words
    pulse("slow")
    assert state_of("Workers")[0] == State.WELL
    Engine.objects.update(seen_at=timezone.now() - timedelta(minutes=3))
    assert "Nobody answers at: gpu" in state_of("Workers")[1]


def test_filters(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_of("Filters")[0] == State.OFF
    settings.SCREENER = "full"
    assert state_of("Filters")[0] == State.WELL
    monkeypatch.setattr(type(screener), "state", Gateway(False, 3, "it ended by itself"))
    state, words = state_of("Filters")
    assert state == State.DOWN and "nothing is let through" in words and "starts 3" in words


def test_stripe(settings: Settings, alice: Person) -> None:
    assert state_of("Stripe")[0] == State.OFF
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    assert state_of("Stripe")[0] == State.WELL
    now = timezone.now()
    StripeEvent.objects.create(pk="evt_1", kind="charge.refunded", created=now - timedelta(seconds=30))
    StripeEvent.objects.update(received=now - timedelta(minutes=11))
    state, words = state_of("Stripe")
    assert state == State.LOOK and "essages wait since 11" in words and "not acted upon 1" in words
    StripeEvent.objects.update(created=now - timedelta(minutes=20), acted_at=now)
    assert "essages come 540 s late" in state_of("Stripe")[1]
    StripeEvent.objects.all().delete()
    pack = {"name": "115", "unit": "credit", "gives": 115, "amount": 1500, "currency": "usd"}
    pack_id = billing.packs_for_sale()[0].pk
    Purchase.objects.create(person=alice, pack_id=pack_id, key="k", email=alice.email, page="/", state="held", **pack)
    part = next(part for part in health() if part.title == "Stripe")
    assert part.says == "Held payments wait for you: 1" and part.filters == "?state__exact=held"


def broken(*_: Any, **__: Any) -> Any:
    raise OSError("no route")


@pytest.mark.parametrize(
    ("title", "break_it"),
    [
        ("Storage", lambda patch, settings: patch.setattr(FileSystemStorage, "_save", broken)),
        ("Mail", lambda patch, settings: mail_server_gone(patch, settings)),
        ("Machine", lambda patch, settings: patch.setattr(probes, "disk_free", lambda: 10)),
    ],
)
def test_what_it_stands_on(
    title: str, break_it: Callable[..., None], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    assert state_of(title)[0] == State.WELL
    cache.clear()
    break_it(monkeypatch, settings)
    assert state_of(title)[0] == State.DOWN


def mail_server_gone(patch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    patch.setattr(EmailBackend, "open", broken)


def test_late_letters(alice: Person) -> None:
    pack = {"name": "115", "unit": "credit", "gives": 115, "amount": 1500, "currency": "usd", "email": alice.email}
    paid = {"state": "paid", "paid_at": timezone.now() - timedelta(minutes=6), "page": "/", "key": "k"}
    Purchase.objects.create(person=alice, pack_id=billing.packs_for_sale()[0].pk, **pack, **paid)
    assert state_of("Mail") == (State.LOOK, state_of("Mail")[1])
    assert "receipts and answers not sent 1" in state_of("Mail")[1]


def test_a_probe_is_made_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def saved(_: Any, name: str, content: Any) -> str:
        tried.append(name)
        return name

    monkeypatch.setattr(FileSystemStorage, "_save", saved)
    for _ in range(3):
        probes.storage()
    assert len(tried) == 1
