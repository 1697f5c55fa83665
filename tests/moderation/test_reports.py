"""Reports of public things: signed in or not, one for each person, throttled, and read by operators."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from generation import services
from moderation.models import Report
from moderation.services import reports
from tests import people
from tests.generation.walls import hang, show

FORM = {"reason": "hate", "words": "Look at the flag\r\non the left."}


def test_a_report_of_a_stranger_and_of_a_person(
    as_stranger: Client, as_bob: Client, alice: Person, bob: Person
) -> None:
    picture = hang(alice)[0]
    share = show(picture)
    for client, reporter in ((as_stranger, None), (as_bob, bob)):
        answer = client.post(f"/s/{share.token}/report", FORM)
        assert answer.status_code == 200 and "Thank you" in answer.content.decode()
        report = Report.objects.get(reporter=reporter)
        assert (report.subject_kind, report.subject, report.reason) == ("picture", picture.pk, "hate")
        assert report.words == "Look at the flag\non the left."
        assert "127.0.0" not in report.network and len(report.network) == 64


def test_a_collection_is_reported_by_its_own_id(as_stranger: Client, alice: Person) -> None:
    collection = services.create_collection(person=alice, name="Some", pictures=[hang(alice)[0].pk])
    share = services.share_collection(collection=collection, public=False, show_sentence=True)
    as_stranger.post(f"/s/{share.token}/report", FORM)
    report = Report.objects.get()
    assert (report.subject_kind, report.subject) == ("collection", collection.pk)


@pytest.mark.parametrize("signed_in", [True, False])
def test_said_again_it_is_the_same_report(as_stranger: Client, as_bob: Client, alice: Person, signed_in: bool) -> None:
    picture = hang(alice)[0]
    client = as_bob if signed_in else as_stranger
    client.post(f"/s/{show(picture).token}/report", FORM)
    services.unshare(person=alice, thing=picture)
    client.post(f"/s/{show(picture).token}/report", {"reason": "spam"})  # at its new address too
    assert Report.objects.get().reason == "spam"
    Report.objects.update(closed_at=timezone.now())
    client.post(f"/s/{picture.share.token}/report", FORM)
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "Choose what is wrong"),
        ({"reason": "ugly"}, "Choose what is wrong"),
        ({**FORM, "words": "x" * 1001}, "at most 1000"),
    ],
)
def test_a_bad_report_is_explained_and_keeps_its_words(
    as_stranger: Client, alice: Person, form: dict[str, str], says: str
) -> None:
    share = show(hang(alice)[0])
    answer = as_stranger.post(f"/s/{share.token}/report", form)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert form.get("words", "") in answer.content.decode()
    assert not Report.objects.exists()


def test_a_flood_ends_and_the_next_hour_is_free(
    as_stranger: Client, as_bob: Client, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_OF_A_NETWORK", 3)
    monkeypatch.setattr(reports, "MOST_OF_A_PERSON", 2)
    paths = [f"/s/{show(picture).token}/report" for picture in hang(alice, 5)]
    assert [as_stranger.post(path, FORM).status_code for path in paths] == [200, 200, 200, 429, 429]
    # Somebody signed in is counted for themselves, and a report that stands can still be changed.
    assert [as_bob.post(path, FORM).status_code for path in paths] == [200, 200, 429, 429, 429]
    assert as_stranger.post(paths[0], {"reason": "spam"}).status_code == 200
    Report.objects.update(created=timezone.now() - timedelta(hours=2))
    assert as_stranger.post(paths[4], FORM).status_code == 200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("192.0.2.1", "192.0.2.99", True), ("192.0.2.1", "192.0.3.1", False), ("", "not an address", True),
     ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True), ("2001:db8:1:2::1", "2001:db8:1:3::1", False)],
)  # fmt: skip
def test_a_network_is_a_house_not_a_device(one: str, other: str, same: bool) -> None:
    assert (reports.network_of(one) == reports.network_of(other)) is same


def test_operators_read_and_close_them(as_stranger: Client, alice: Person) -> None:
    share = show(hang(alice)[0])
    as_stranger.post(f"/s/{share.token}/report", FORM)
    operator = people.browser_of(people.make("operator", staff=True))
    page = operator.get("/admin/moderation/report/").content.decode()
    assert f"/s/{share.token}" in page and "Look at the flag" in page
    operator.post("/admin/moderation/report/", {"action": "close", "_selected_action": [Report.objects.get().pk]})
    assert Report.objects.get().closed_at is not None
