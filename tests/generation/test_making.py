"""How a picture was made, on its page and on its request's: what the engine told, in words, whatever shape it has."""

import pytest
from django.test import Client

from accounts.models import Person
from generation import services
from generation.models import Job, Picture
from tests.generation.steps import pictures_of

TOLD = {
    "engine": "bundled",
    "trained": False,
    "likeness": [[0.21, 0.274], [0.31, 0.1], [0.3], [0.05]],
    "replaced": [["Astronautin", "astronaut"], ["<b>", ""]],
    "negative_replaced": [["Leute", "people"]],
    "unread": "and so on <i>",
}


@pytest.fixture
def pictures(alice: Person) -> list[Picture]:
    return pictures_of(alice)


def told(picture: Picture, **used: object) -> services.Making:
    Job.objects.filter(pk=picture.job_id).update(used=used)
    picture.refresh_from_db()
    return services.making_of(picture.job, picture)


def test_each_picture_has_its_own_likeness_and_one_is_the_nearest(pictures: list[Picture]) -> None:
    found = [told(picture, **TOLD) for picture in pictures]
    assert [one["likeness"] for one in found] == [0.274, 0.31, 0.3, 0.05]
    assert [one["nearest"] for one in found] == [False, True, False, False]
    assert found[0]["replaced"] == [("Astronautin", "astronaut"), ("<b>", ""), ("Leute", "people")]


@pytest.mark.parametrize(
    "used",
    [{}, {"likeness": None, "replaced": None}, {"likeness": "x", "replaced": [["one"], "two", 3]}, {"likeness": [[]]}],
)
def test_an_engine_that_tells_less_or_strangely_breaks_no_page(
    as_alice: Client, pictures: list[Picture], used: dict[str, object]
) -> None:
    found = told(pictures[0], **used)
    assert (found["engine"], found["likeness"], found["replaced"]) == ("", None, [])
    for path in (f"/pictures/{pictures[0].pk}", f"/jobs/{pictures[0].job_id}"):
        page = as_alice.get(path)
        assert page.status_code == 200 and "Read as" not in page.content.decode()


def test_the_page_says_it_in_words(as_alice: Client, pictures: list[Picture]) -> None:
    told(pictures[1], **TOLD)
    page = " ".join(as_alice.get(f"/pictures/{pictures[1].pk}").content.decode().split())
    assert "<bdi>bundled</bdi>, in training" in page
    assert "0.31 <span" in page and "the nearest of its request" in page
    read = '<bdi>Astronautin</bdi> <span aria-hidden="true">→</span><span class="visually-hidden">was read as</span>'
    assert f"{read} <bdi>astronaut</bdi>" in page
    assert "<bdi>&lt;b&gt;</bdi>" in page and "and so on &lt;i&gt;" in page and "<b>" not in page
    job = as_alice.get(f"/jobs/{pictures[1].job_id}").content.decode()
    assert "Astronautin" in job and "in training" in job and "Likeness" not in job
