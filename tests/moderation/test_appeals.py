"""Appeals: of decisions and of refusals, once, by somebody else, and what an upheld one lets through."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from generation import services as studio
from generation.models import Job, Upload
from moderation import services
from moderation.models import Appeal, Case, Decision, Pardon
from moderation.services.access import ALONE_AFTER
from tests.generation.steps import brought, started
from tests.moderation.conftest import Told
from tests.moderation.review import acts_logged, answer, decide, moderator, picture_of, reported

SENTENCE = "a bowl of forbidden fruit"


def refused(person: Person, prompt: str = SENTENCE, key: str = "k") -> Job:
    settings.BLOCKED_WORDS_FILE.write_text("forbidden fruit\n")
    job = started(person, prompt=prompt, key=key)
    assert studio.screen_next()
    job.refresh_from_db()
    assert job.status == Job.Status.REFUSED
    return job


def upheld(job: Job, as_owner: Client) -> Appeal:
    as_owner.post(f"/appeals/job/{job.pk}")
    appeal = Appeal.objects.get(refused=job.pk)
    return answer(appeal.pk, moderator(), upheld=True)


def test_the_panel_says_what_it_was_about_and_one_press_appeals(alice: Person, as_alice: Client) -> None:
    job = refused(alice)
    page = as_alice.get(f"/jobs/{job.pk}").content.decode()
    assert "“forbidden fruit”. You were not charged" in page and "The operator&#x27;s own rules" in page
    assert f'action="/appeals/job/{job.pk}"' in page
    assert as_alice.post(f"/appeals/job/{job.pk}")["Location"] == f"/jobs/{job.pk}"
    as_alice.post(f"/appeals/job/{job.pk}", {"words": "Again."})
    case = Case.objects.get()
    assert (case.subject_kind, case.person, Appeal.objects.get().words) == ("job", alice, "")
    assert "Somebody will look at it" in as_alice.get(f"/jobs/{job.pk}").content.decode()
    assert acts_logged() == ["appeal"]


def test_upheld_exactly_this_passes_for_this_person_and_is_drawn_now(
    alice: Person, bob: Person, as_alice: Client, told: Told
) -> None:
    job = refused(alice)
    upheld(job, as_alice)
    assert told[0]["link"] == f"/jobs/{job.pk}" and "draw it now" in told[0]["body"]
    assert "Draw it now" in as_alice.get(f"/jobs/{job.pk}").content.decode()
    again = as_alice.post(f"/jobs/{job.pk}/again")["Location"].rsplit("/", 1)[1]
    assert studio.screen_next()
    assert Job.objects.get(pk=again).status == Job.Status.QUEUED and studio.claim_drawing()
    refused(alice, prompt=f"{SENTENCE}, ripe", key="other words")
    refused(bob, key="another person")


def test_not_upheld_it_stays_and_says_so(alice: Person, as_alice: Client) -> None:
    job = refused(alice)
    as_alice.post(f"/appeals/job/{job.pk}", {"words": "It is fruit."})
    answer(Appeal.objects.get().pk, moderator(), upheld=False, words="It is not.")
    page = as_alice.get(f"/jobs/{job.pk}").content.decode()
    assert "It stays refused" in page and "It is not." in page and "Draw it now" not in page
    assert not Pardon.objects.exists() and not Case.objects.get().is_open


def test_an_upload_is_kept_until_its_appeal_ends_and_usable_then(alice: Person, as_alice: Client) -> None:
    upload = brought(alice, ready=False)
    settings.BLOCKED_PICTURES_FILE.write_text(f"{upload.sha256}\n")
    assert studio.screen_next()
    assert "Ask a person to look" in as_alice.get(f"/uploads/{upload.pk}").content.decode()
    as_alice.post(f"/appeals/upload/{upload.pk}")
    Upload.objects.update(trashed_at=timezone.now() - timedelta(days=40))
    assert studio.purge() == 0 and Upload.objects.exists()
    answer(Appeal.objects.get().pk, moderator(), upheld=True)
    upload.refresh_from_db()
    assert upload.status == Upload.Status.READY
    assert services.is_pardoned(person_id=alice.pk, sha256=upload.sha256)
    assert studio.purge() == 1


def test_a_decision_is_appealed_by_its_person_and_judged_by_somebody_else(alice: Person, as_alice: Client) -> None:
    case, first, second = reported(alice), moderator("first"), moderator("second")
    decision = decide(case, first, "remove", "strike", points=2)
    page = as_alice.get(f"/appeals/decisions/{decision.pk}").content.decode()
    assert "Hate" in page and "Send the appeal" in page
    as_alice.post(f"/appeals/decisions/{decision.pk}", {"words": "Satire."})
    case.refresh_from_db()
    appeal = Appeal.objects.get()
    assert case.is_open and services.next_case(moderator=first) is None
    with pytest.raises(services.NotYours):
        answer(appeal.pk, first, upheld=False)
    answer(appeal.pk, second, upheld=True)
    picture = picture_of(case)
    assert picture.removed_at is None and services.points_of(person=alice) == 0
    services.check_not_suspended(person=alice)
    assert "You were right" in as_alice.get(f"/appeals/decisions/{decision.pk}").content.decode()


def test_nobody_elses_nor_too_late_nor_too_long(alice: Person, as_bob: Client, as_alice: Client) -> None:
    job, decision = refused(alice), decide(reported(alice), moderator(), "remove")
    paths = (f"/appeals/job/{job.pk}", f"/appeals/decisions/{decision.pk}", f"/appeals/picture/{decision.case.subject}")
    for path in paths:
        assert (as_bob.get(path).status_code, as_bob.post(path).status_code) == (404, 404)
    for path in paths[:2]:
        assert as_alice.post(path, {"words": "x" * 2001}).status_code == 422
    Decision.objects.update(created=timezone.now() - timedelta(days=21))
    Job.objects.update(finished_at=timezone.now() - timedelta(days=21))
    for path in paths[:2]:
        assert "They are over" in as_alice.post(path).content.decode()
    assert not Appeal.objects.exists()


def test_a_cleared_case_is_nothing_to_appeal(alice: Person, as_alice: Client) -> None:
    decision = decide(reported(alice), moderator(), "clear")
    assert as_alice.get(f"/appeals/decisions/{decision.pk}").status_code == 404


def test_a_lone_operator_answers_a_day_later_and_it_is_logged(alice: Person, as_alice: Client) -> None:
    operator = moderator("operator", operator=True)
    decision = decide(reported(alice), operator, "remove")
    as_alice.post(f"/appeals/decisions/{decision.pk}")
    appeal = Appeal.objects.get()
    with pytest.raises(services.NotYours):
        answer(appeal.pk, operator, upheld=True)
    Appeal.objects.update(created=timezone.now() - ALONE_AFTER)
    assert answer(appeal.pk, operator, upheld=True).alone
    from moderation.models import AuditEntry

    assert AuditEntry.objects.get(act="uphold").facts["alone"] is True


def test_who_is_deactivated_appeals_by_the_letters_link(
    alice: Person, as_stranger: Client, django_capture_on_commit_callbacks
) -> None:
    mods = [moderator(name) for name in ("first", "second", "third")]
    proposed = decide(reported(alice), mods[0], "deactivate")
    proposed.case.refresh_from_db()
    which = {"case_id": proposed.case_id, "decision_id": proposed.pk, "version": proposed.case.version}
    services.second(**which, moderator=mods[1], agrees=True)
    Decision.objects.update(created=timezone.now() - timedelta(minutes=2))
    with django_capture_on_commit_callbacks(execute=True):
        services.tell_due()
    link = next(letter.body for letter in mail.outbox if "/appeals/letter/" in letter.body)
    path = "/appeals/letter/" + link.split("/appeals/letter/")[1].split()[0]
    assert as_stranger.get(path).status_code == 200
    assert as_stranger.get(path[:-3] + "xyz").status_code == 404
    as_stranger.post(path, {"words": "It was my brother."})
    appeal = Appeal.objects.get()
    for mod in mods[:2]:
        with pytest.raises(services.NotYours):
            answer(appeal.pk, mod, upheld=True)
    answer(appeal.pk, mods[2], upheld=True)
    alice.refresh_from_db()
    assert alice.is_active


def test_an_open_appeal_is_answered_before_anything_else_is_decided(alice: Person, as_alice: Client) -> None:
    job = refused(alice)
    as_alice.post(f"/appeals/job/{job.pk}")
    with pytest.raises(services.BadDecision, match="appeal"):
        decide(Case.objects.get(), moderator(), "clear")
