from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Person
from billing import services as billing
from generation import queue, services
from generation.models import Job
from tests.generation.steps import FOUR, claimed, job_of, lose_lease, screened, started


def test_a_job_whose_worker_died_waits_again(alice: Person) -> None:
    claim = claimed(alice)
    services.sweep()
    assert job_of(claim).status == Job.Status.RUNNING
    lose_lease(claim)
    services.sweep()
    job = job_of(claim)
    assert (job.status, job.failures) == (Job.Status.QUEUED, 1)
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS - 1


def test_a_poison_job_fails_and_is_refunded(alice: Person, settings: Settings) -> None:
    settings.MOST_ATTEMPTS = 3
    claim = claimed(alice)
    for _ in range(3):
        services.give_back(claim, error="the model's process ended")
        services.sweep()
        claim = services.claim_drawing() or claim
    job = job_of(claim)
    assert (job.status, job.failures) == (Job.Status.FAILED, 2)
    assert "You were not charged" in job.detail
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS
    assert services.claim_drawing() is None


def test_a_heartbeat_in_time_keeps_the_job(alice: Person) -> None:
    claim = claimed(alice)
    lose_lease(claim)
    assert services.keep(claim, step=1, steps=20)
    services.sweep()
    assert job_of(claim).status == Job.Status.RUNNING


def test_a_late_heartbeat_is_told_so(alice: Person) -> None:
    claim = claimed(alice)
    lose_lease(claim)
    services.sweep()
    assert not services.keep(claim, step=1, steps=20)
    assert not services.end(claim, status=Job.Status.FAILED, detail="late")
    assert job_of(claim).status == Job.Status.QUEUED


@pytest.mark.django_db(transaction=True)
def test_rows_that_nobody_woke_for_are_woken_for(alice: Person, woken: list[str]) -> None:
    waiting = started(alice, key="1")
    ready = screened(alice, key="2")  # screens the older one, `waiting`
    waiting.refresh_from_db()
    earlier = timezone.now() - timedelta(seconds=5)
    Job.objects.filter(pk=waiting.pk).update(screened_at=earlier)
    Job.objects.filter(pk=ready.pk).update(created=earlier)
    woken.clear()
    services.sweep()
    assert sorted(woken) == [queue.SCREEN, queue.DRAW]


@pytest.mark.django_db(transaction=True)
def test_rows_that_just_came_are_left_to_their_own_wake_up(alice: Person, woken: list[str]) -> None:
    started(alice)
    woken.clear()
    services.sweep()
    assert woken == []


def test_a_finished_job_is_never_swept(alice: Person) -> None:
    claim = claimed(alice)
    services.deliver(claim, pictures=FOUR)
    Job.objects.update(lease_until=timezone.now() - timedelta(hours=1))
    services.sweep()
    assert job_of(claim).status == Job.Status.DELIVERED
