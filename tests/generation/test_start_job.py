import pytest
from django.conf import settings

from accounts.models import Person
from billing import services as billing
from generation import queue, services
from generation.models import Job
from tests import people
from tests.generation.steps import started


@pytest.mark.django_db(transaction=True)
def test_takes_one_credit_and_wakes_the_screening(alice: Person, woken: list[str]) -> None:
    job = started(alice)
    assert (job.status, job.attempt, len(set(job.seeds))) == (Job.Status.QUEUED, 0, 4)
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS - 1
    assert woken == [queue.SCREEN]


def test_same_key_gives_the_same_job_and_costs_once(alice: Person) -> None:
    assert started(alice, key="same").pk == started(alice, key="same").pk
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS - 1


def test_same_key_for_another_sentence_is_refused(alice: Person) -> None:
    started(alice, key="same")
    with pytest.raises(services.KeyUsed):
        started(alice, prompt="something else", key="same")
    assert Job.objects.count() == 1


def test_keys_of_two_people_do_not_meet(alice: Person, bob: Person) -> None:
    assert started(alice, key="same").pk != started(bob, key="same").pk


def test_without_credits_nothing_is_kept(alice: Person) -> None:
    billing.reserve(person=alice, amount=settings.FIRST_MONTH_CREDITS, reference="all of it")
    with pytest.raises(billing.OutOfCredits):
        started(alice)
    assert not Job.objects.exists()


def test_without_a_proven_address_nothing_starts(db: None) -> None:
    with pytest.raises(services.NotVerified):
        started(people.make_unverified("carol"))
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_costs_nothing(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(queue.current_app, "send_task", refuse, raising=False)
    assert started(alice).status == Job.Status.QUEUED
