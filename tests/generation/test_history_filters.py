"""Which requests a history shows: by kind, favourite and date, and never somebody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Job
from tests.generation.steps import frames_of, pictures_of, started

NOW = timezone.now()


@pytest.fixture
def jobs(alice: Person, bob: Person) -> dict[str, Job]:
    """Two days old, one day old, now; and one of Bob's."""
    old = pictures_of(alice, key="old")[0].job
    blend = frames_of(alice)[0].job
    pictures_of(bob)
    found = {
        "old": old,
        "for frames": Job.objects.get(key="for frames"),
        "frames": blend,
        "new": started(alice, key="new"),
    }
    for days, name in ((2, "old"), (1, "for frames"), (1, "frames")):
        Job.objects.filter(pk=found[name].pk).update(created=NOW - timedelta(days=days))
    return found


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, {"old", "for frames", "frames", "new"}),
        ({"kind": "blend"}, {"frames"}),
        ({"kind": "edit"}, set()),
        ({"since": NOW - timedelta(hours=30)}, {"for frames", "frames", "new"}),
        ({"until": NOW - timedelta(hours=30)}, {"old"}),
        ({"kind": "prompt", "since": NOW - timedelta(hours=30), "until": NOW}, {"for frames"}),
    ],
)
def test_what_is_shown(alice: Person, jobs: dict[str, Job], asked: dict[str, object], shown: set[str]) -> None:
    assert {job.key for job in services.jobs_like(person=alice, **asked)} == shown


def test_favourites_are_requests_with_one_that_is_there(alice: Person, jobs: dict[str, Job]) -> None:
    assert not services.jobs_like(person=alice, favourite=True).exists()
    picture = jobs["old"].pictures.first()
    services.set_favourite(person=alice, picture_id=picture.pk, favourite=True)
    assert [job.key for job in services.jobs_like(person=alice, favourite=True)] == ["old"]
    services.trash_pictures(person=alice, picture_ids=[picture.pk])
    assert not services.jobs_like(person=alice, favourite=True).exists()
