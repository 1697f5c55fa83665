import pytest
from django.conf import settings
from django.http import Http404

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import Job
from tests.generation.steps import FOUR, claimed, job_of, started


def test_gives_the_credit_back_once(alice: Person) -> None:
    job = started(alice)
    for _ in range(2):
        assert services.cancel_job(person=alice, job_id=job.pk).status == Job.Status.CANCELLED
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS
    assert not services.screen_next()


def test_a_worker_that_draws_it_hears_so_and_delivers_nothing(alice: Person) -> None:
    claim = claimed(alice)
    services.cancel_job(person=alice, job_id=claim.job_id)
    assert not services.keep(claim, step=3, steps=20)
    assert not services.deliver(claim, pictures=FOUR)
    assert job_of(claim).status == Job.Status.CANCELLED
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS


def test_too_late_changes_nothing(alice: Person) -> None:
    claim = claimed(alice)
    assert services.deliver(claim, pictures=FOUR)
    assert services.cancel_job(person=alice, job_id=claim.job_id).status == Job.Status.DELIVERED
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS - 1


def test_is_not_for_others(alice: Person, bob: Person) -> None:
    job = started(alice)
    with pytest.raises(Http404):
        services.cancel_job(person=bob, job_id=job.pk)
    job.refresh_from_db()
    assert job.status == Job.Status.QUEUED
