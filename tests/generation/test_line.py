from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import Job
from tests.generation.steps import claimed, job_of, screened, started


def test_the_oldest_comes_first(alice: Person, bob: Person) -> None:
    first, second = started(alice, key="1"), started(bob, key="2")
    services.screen_next()
    services.screen_next()
    claims = [services.claim_drawing(), services.claim_drawing(), services.claim_drawing()]
    assert [claim and claim.job_id for claim in claims] == [first.pk, second.pk, None]


@pytest.mark.django_db(transaction=True)
def test_ten_workers_woken_for_one_job_draw_it_once(alice: Person) -> None:
    screened(alice)

    def work(_: int) -> services.Claim | None:
        try:
            return services.claim_drawing()
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as workers:
        claims = [claim for claim in workers.map(work, range(10)) if claim]
    assert len(claims) == 1


def test_a_listed_word_is_refused_named_and_not_charged(alice: Person) -> None:
    settings.BLOCKED_WORDS_FILE.write_text("# the operator's list\nforbidden fruit\n")
    job = started(alice, prompt="a bowl of F\u200borbidden  FRUIT")
    assert services.screen_next()
    job.refresh_from_db()
    assert job.status == Job.Status.REFUSED
    assert "forbidden fruit" in job.detail
    assert "You were not charged" in job.detail
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS
    assert services.claim_drawing() is None


def test_a_filter_that_breaks_lets_nothing_through(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    job = started(alice)

    def broken(*, text: str, **_: object) -> None:
        raise RuntimeError("no filter")

    monkeypatch.setattr("moderation.services.screen_sentence", broken)
    with pytest.raises(RuntimeError):
        services.screen_next()
    job.refresh_from_db()
    assert job.status == Job.Status.SCREENING
    assert services.claim_drawing() is None


def test_position_and_wait(alice: Person, bob: Person) -> None:
    running = claimed(alice, key="1")
    services.keep(running, step=10, steps=20)
    services.report_engine(name=settings.ENGINE, trained=True, device="cpu", weights="none")
    services.report_speed(name=settings.ENGINE, seconds=20)
    second, third = started(bob, key="2"), started(bob, key="3")
    assert services.snapshot(second)["position"] == 1
    wait = services.wait_for(third)
    assert (wait["ahead"], wait["position"], wait["wait_seconds"]) == (2, 2, 30)
    assert wait["words"] == "2 ahead of you, about 30 s"
    assert services.snapshot(job_of(running))["words"] == "Drawing, 10 of 20"
