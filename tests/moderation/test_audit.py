"""The audit log: every act is in it, and nothing that is in it changes."""

import csv
import io
from collections.abc import Callable

import pytest
from django.db import Error, connection, transaction

from accounts.models import Person
from moderation import services
from moderation.models import AuditEntry
from tests.moderation.review import acts_logged, browser, decide, moderator, reported


def test_every_act_is_logged_with_who_and_what(alice: Person) -> None:
    case, mod = reported(alice), moderator()
    decide(case, mod, "clear")
    case.refresh_from_db()
    services.reverse(decision_id=case.decisions.get().pk, moderator=mod)
    services.add_note(case=case, author=mod, text="Look at the flag.", shown=False)
    decision = decide(case, mod, "remove", "strike", points=2, words="The flag.")
    services.reverse(decision_id=decision.pk, moderator=mod, why="undo")
    assert acts_logged() == ["decide", "undo", "note", "decide", "undo"]
    entry = AuditEntry.objects.get(number=4)
    assert (entry.actor, entry.person, entry.case_number, entry.subject) == (mod, alice, case.pk, case.subject)
    assert entry.facts["acts"] == ["remove", "strike"] and entry.facts["words"] == "The flag."
    assert services.first_broken() is None


def by_hand() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE moderation_auditentry SET act = 'x' WHERE number = 1")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda: AuditEntry.objects.update(act="something else"),
        lambda: AuditEntry.objects.get().delete(),
        lambda: AuditEntry.objects.all().delete(),
        by_hand,
    ],
    ids=["update", "delete one", "delete all", "by hand"],
)
def test_the_database_refuses_to_change_it(change: Callable[[], None]) -> None:
    services.record(actor=None, act="try")
    with pytest.raises(Error, match="only grows"), transaction.atomic():
        change()
    assert AuditEntry.objects.get().act == "try"


@pytest.mark.django_db
@pytest.mark.parametrize(("statement", "broken"), [
    ("UPDATE moderation_auditentry SET act = 'x' WHERE number = 2", 2),
    ("DELETE FROM moderation_auditentry WHERE number = 2", 2),
    ("DELETE FROM moderation_auditentry WHERE number = 3", 3),
])  # fmt: skip
def test_what_is_changed_all_the_same_is_noticed(statement: str, broken: int) -> None:
    for act in ("one", "two", "three"):
        services.record(actor=None, act=act)
    assert services.first_broken() is None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_no_update")
            cursor.execute("DROP TRIGGER audit_no_delete")
        else:
            cursor.execute("ALTER TABLE moderation_auditentry DISABLE TRIGGER audit_only_grows")
        cursor.execute(statement)
    assert services.first_broken() == broken


def test_it_is_searched_and_exported_and_formulas_are_harmless(alice: Person) -> None:
    case, mod = reported(alice), moderator()
    decide(case, mod, "remove", words="=1+1", note="Quietly.")
    client = browser(mod)
    for query, found in (
        ({}, True), ({"text": str(case.pk)}, True), ({"text": str(case.subject)}, True), ({"text": "alice"}, True),
        ({"act": "decide", "actor": "mod@"}, True), ({"text": "nothing of this"}, False), ({"act": "appeal"}, False),
        ({"text": "9" * 30}, False),
    ):  # fmt: skip
        page = client.get("/admin/review/log", query).content.decode()
        assert ("Nothing is found" not in page) is found, query
    assert "Every entry is there" in client.get("/admin/review/log?check").content.decode()
    answer = client.get("/admin/review/log.csv", {"act": "decide"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["act"] for row in rows] == ["decide"] and rows[0]["actor"] == "mod@example.com"
    assert all(not cell.startswith("=") for row in rows for cell in row.values())
    assert acts_logged()[-1] == "export log"
