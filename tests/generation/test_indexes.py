"""Lists that people page through are read along an index in their order: quick at a million pictures as at ten."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Person
from generation import services
from generation.models import Canvas, Job, Picture, Upload


@pytest.fixture
def many_jobs(alice: Person) -> None:
    """Of two indexes that would do, Postgres takes the better one only where it has seen that there is a better one."""
    kinds = ("prompt",) * 19 + ("blend",)
    Job.objects.bulk_create(Job(person=alice, kind=kinds[n % 20], prompt="an owl", key=str(n)) for n in range(600))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE generation_job")


def plan(rows: QuerySet) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # An empty table is quicker to read whole and to sort; what matters is whether the index would do.
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
    return str(rows[:24].explain())


def lists(person: Person) -> dict[str, QuerySet]:
    pictures, now = Picture.objects.filter(person=person), timezone.now()
    jobs = Job.objects.filter(person=person, emptied_at=None)
    canvases = Canvas.objects.filter(person=person, trashed_at=None, changed__lte=now)
    return {
        "canvases_of_a_person": canvases.order_by("-changed", "-id"),
        "canvases_to_purge": Canvas.objects.filter(trashed_at__isnull=False, trashed_at__lt=now).order_by("trashed_at"),
        "history_of_a_person": jobs.filter(created__lte=now).order_by("-created", "-id"),
        "history_of_a_kind": jobs.filter(kind="blend", created__lte=now).order_by("-created", "-id"),
        "wall": pictures.filter(trashed_at=None, kept=True, created__lte=now).order_by("-created", "-id"),
        "favourites": pictures.filter(trashed_at=None, favourite_at__isnull=False).order_by("-favourite_at", "-id"),
        "trash": services.trash_page(person=person),
        "purge": Picture.objects.filter(trashed_at__isnull=False, trashed_at__lt=now).order_by("trashed_at"),
        "to_be_tidied": Job.objects.filter(finished_at__isnull=False, finished_at__lt=now, tidied_at=None).order_by(
            "finished_at"
        ),
        "uploads_of_a_person": Upload.objects.filter(person=person, trashed_at=None).order_by("-created", "-id"),
        "uploads_to_purge": Upload.objects.filter(trashed_at__isnull=False, trashed_at__lt=now).order_by("trashed_at"),
        "uploads_to_screen": Upload.objects.filter(screened_at=None, created__lt=now),
    }


@pytest.mark.usefixtures("many_jobs")
@pytest.mark.parametrize("name", list(lists(Person(pk=1))))
def test_its_index_is_used_in_its_order(alice: Person, name: str) -> None:
    said = plan(lists(alice)[name])
    assert f"INDEX {name} " in said or f"using {name} " in said, said
    assert "SCAN generation" not in said and "TEMP B-TREE" not in said and "Sort" not in said, said
