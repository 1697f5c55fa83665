"""Where a picture comes from and what was made of it."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Person
from generation import services
from generation.models import Job, Picture
from tests.generation.steps import brought, pictures_of
from tests.pictures import png


def made(job: Job) -> Picture:
    """Its first picture, drawn."""
    assert services.screen_next()
    claim = services.claim_drawing()
    assert claim is not None and claim.job_id == job.pk
    assert services.deliver(claim, pictures=(png(),) * (7 if job.kind in Job.FRAME_KINDS else 3))
    picture = job.pictures.first()
    assert picture is not None
    return picture


def variation(person: Person, source: services.Source, key: str) -> Picture:
    return made(services.start_variation(person=person, source=source, strength=0.5, key=key))


def jobs(steps: list[services.Step]) -> list[Job]:
    return [step.job for step in steps]


def test_from_the_first_to_the_last(alice: Person) -> None:
    root, sibling, *_ = pictures_of(alice)
    child = variation(alice, root, "child")
    grandchild = variation(alice, child, "grandchild")
    cousin = variation(alice, sibling, "cousin")
    found = services.lineage(grandchild)
    assert (found.own.job, jobs(found.ancestors), found.descendants) == (grandchild.job, [child.job, root.job], [])
    assert [step.sources for step in [found.own, *found.ancestors]] == [[child], [root], []]
    found = services.lineage(root)
    assert (found.ancestors, jobs(found.descendants)) == ([], [child.job, grandchild.job])
    # What was made of a picture's sibling is not made of it.
    assert jobs(services.lineage(sibling).descendants) == [cousin.job]


def test_two_ways_to_one_picture_name_it_once(alice: Person) -> None:
    root, *_ = pictures_of(alice)
    one, two = variation(alice, root, "one"), variation(alice, root, "two")
    both = made(services.start_blend(person=alice, first=one, second=two, key="both"))
    assert jobs(services.lineage(both).ancestors) == [one.job, two.job, root.job]
    assert jobs(services.lineage(root).descendants) == [one.job, two.job, both.job]


def test_uploads_and_what_lies_in_the_trash(alice: Person, as_alice: Client) -> None:
    upload = brought(alice)
    child = variation(alice, upload, "child")
    facts = as_alice.get(f"/pictures/{child.pk}/lineage").json()
    assert [source["kind"] for source in facts["own"]["sources"]] == ["upload"]
    services.trash_upload(person=alice, upload_id=upload.pk)
    facts = as_alice.get(f"/pictures/{child.pk}/lineage").json()
    assert facts["own"]["sources"] == [{"kind": "gone", "job": None}]
    assert facts["own"]["title"] == "Variation of an upload"


def test_queries_grow_with_generations_and_not_with_pictures(
    alice: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    root, *_ = pictures_of(alice)
    for number in range(5):
        variation(alice, root, f"child {number}")
    with django_assert_max_num_queries(12):
        found = services.lineage(root)
    assert len(found.descendants) == 5


def test_a_very_long_one_is_cut_off(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.services.ancestry.MOST_JOBS", 3)
    picture, *_ = pictures_of(alice)
    for number in range(5):
        picture = variation(alice, picture, str(number))
    assert len(services.lineage(picture).ancestors) == 2
