"""The inbox: told once, read by its person alone, in their language, page by page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from accounts import services
from accounts.models import Message, Person
from accounts.signals import inbox_changed


def tell(person: Person, title: str = "Your export is ready", **more: object) -> Message:
    services.send_message(person=person, kind="export", title=title, **more)
    return Message.objects.filter(person=person).latest("id")


def test_told_and_read(alice: Person, as_alice: Client) -> None:
    tell(alice, body="Fetch it before %(day)s.", data={"day": "2026-12-04"}, link="/account/data")
    page = as_alice.get("/inbox").content.decode()
    assert "Your export is ready" in page and "Fetch it before Dec. 4, 2026." in page
    assert "1 unread message" in page
    message = Message.objects.get()
    opened = as_alice.get(f"/inbox/{message.pk}").content.decode()
    assert 'href="/account/data"' in opened and "0 unread messages" in opened
    message.refresh_from_db()
    first = message.read_at
    assert first is not None
    as_alice.get(f"/inbox/{message.pk}")
    message.refresh_from_db()
    assert message.read_at == first


def test_somebody_elses_is_not_there(alice: Person, as_bob: Client, as_stranger: Client) -> None:
    message = tell(alice)
    assert as_bob.get(f"/inbox/{message.pk}").status_code == 404
    assert as_bob.get(f"/inbox/{2**63 + 5}").status_code == 404
    assert "Your export" not in as_bob.get("/inbox").content.decode()
    as_bob.post("/inbox/read")
    for path in ("/inbox", f"/inbox/{message.pk}"):
        assert as_stranger.get(path)["Location"].startswith("/accounts/login/")
    assert as_stranger.post("/inbox/read")["Location"].startswith("/accounts/login/")
    message.refresh_from_db()
    assert message.read_at is None
    with pytest.raises(Http404):
        services.message_for(person=Person.objects.get(email="bob@example.com"), message_id=message.pk)


def test_all_are_read_at_once(alice: Person, bob: Person, as_alice: Client) -> None:
    for person in (alice, alice, bob):
        tell(person)
    assert as_alice.post("/inbox/read").status_code == 302
    assert (services.unread_count(person=alice), services.unread_count(person=bob)) == (0, 1)


def test_the_same_event_is_told_once(alice: Person, bob: Person) -> None:
    for person in (alice, alice, bob):
        services.send_message(person=person, kind="export", title="Ready", once="export:1")
    assert Message.objects.filter(person=alice).count() == Message.objects.filter(person=bob).count() == 1
    for _ in range(2):
        services.send_message(person=alice, kind="export", title="Ready")
    assert Message.objects.filter(person=alice).count() == 3


def test_the_rooms_above_hear_of_every_change_and_of_nothing_else(alice: Person) -> None:
    heard: list[int] = []

    def hear(*, person_id: int, **_: object) -> None:
        heard.append(person_id)

    inbox_changed.connect(hear)
    try:
        message = tell(alice, once="it")
        tell(alice, once="it")
        services.read(person=alice, message_id=message.pk)
        services.read(person=alice, message_id=message.pk)
        services.mark_all_read(person=alice)
    finally:
        inbox_changed.disconnect(hear)
    assert heard == [alice.pk, alice.pk]


def test_read_in_the_language_of_whoever_reads(alice: Person) -> None:
    message = tell(alice, title="Yes", body="No")
    with override("de"):
        assert (message.subject, message.text) == ("Ja", "Nein")
    assert message.subject == "Yes"


def test_per_cent_signs_and_markup_are_text(alice: Person, as_alice: Client) -> None:
    message = tell(alice, title="<b>100% wool</b>")
    page = as_alice.get(f"/inbox/{message.pk}").content.decode()
    assert "&lt;b&gt;100% wool&lt;/b&gt;" in page and "<b>100%" not in page


def test_page_by_page_nothing_is_missed_or_doubled(alice: Person) -> None:
    now = timezone.now()
    for number in range(7):
        tell(alice, title=f"{number}")
    # Three of the same moment, as of one transaction.
    Message.objects.filter(title__in=("2", "3", "4")).update(created=now - timedelta(hours=1))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = services.messages_page(person=alice, before=cursor, size=2)
        seen += [message.title for message in page.messages]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == [str(number) for number in range(7)]
    for nonsense in ("", "x", "2026_1", f"2026-01-01T00:00:00+00:00_{2**70}"):
        assert services.messages_page(person=alice, before=nonsense, size=2).messages[0].title == "6"


def test_a_full_inbox_costs_what_one_with_a_message_does(alice: Person, as_alice: Client) -> None:
    counts = []
    tell(alice)
    as_alice.get("/inbox")
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert as_alice.get("/inbox").status_code == 200
        counts.append(len(asked))
        for _message in range(40):
            tell(alice)
    assert counts[0] == counts[1]
    assert "Older messages" in as_alice.get("/inbox").content.decode()


@pytest.mark.parametrize("name", ["inbox", "unread"])
def test_its_index_is_used(alice: Person, name: str) -> None:
    rows = {
        "inbox": Message.objects.filter(person=alice, created__lte=timezone.now()).order_by("-created", "-id"),
        "unread": Message.objects.filter(person=alice, read_at=None).order_by("person").values("person"),
    }[name]
    old = [Message(person=alice, kind="account", title="Old", read_at=timezone.now()) for _ in range(2000)]
    Message.objects.bulk_create(old)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
    said = str(rows[:24].explain())
    assert f"INDEX {name} " in said or f"using {name} " in said, said
    assert "TEMP B-TREE" not in said
