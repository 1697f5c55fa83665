"""Migrations with rows in the tables: what was there is there afterwards, both ways."""

import importlib
import uuid
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import Person
from tests import people

BEFORE, NOW = [("generation", "0002_line_of_the_unfinished")], [("generation", "0005_pictures_have_a_person")]


def migrate(to: list[tuple[str, str]]):
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return MigrationExecutor(connection).loader.project_state(to).apps


@pytest.fixture
def back_again(transactional_db: None) -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.usefixtures("back_again")
def test_pictures_get_their_person(monkeypatch: pytest.MonkeyPatch) -> None:
    filling = importlib.import_module("generation.migrations.0004_pictures_know_their_person")
    monkeypatch.setattr(filling, "PORTION", 2)
    alice, bob = (people.make(name) for name in ("alice", "bob"))
    old = migrate(BEFORE)
    Job, Picture = old.get_model("generation", "Job"), old.get_model("generation", "Picture")
    owners: dict[uuid.UUID, Person] = {}
    for number, person in enumerate((alice, bob, alice)):
        now = timezone.now()
        job = Job.objects.create(
            person_id=person.pk, prompt="a fox", key=str(number), status="delivered", finished_at=now
        )
        for index in range(3):
            picture = Picture.objects.create(job=job, index=index, seed=1, file="f", small="s", size=1)
            owners[picture.pk] = person
    new = migrate(NOW)
    pictures = new.get_model("generation", "Picture").objects.all()
    assert {picture.pk: picture.person_id for picture in pictures} == {pk: who.pk for pk, who in owners.items()}
    assert {(picture.kept, picture.thumb, picture.trashed_at) for picture in pictures} == {(True, "", None)}
    jobs = new.get_model("generation", "Job").objects.all()
    assert {(job.kind, job.tidied_at == job.finished_at) for job in jobs} == {("prompt", True)}
    assert [job.options for job in jobs] == [{}, {}, {}]
    back = migrate(BEFORE)
    assert back.get_model("generation", "Picture").objects.count() == 9
