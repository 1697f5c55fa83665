"""The live socket under faults, and whose it is."""

import os
import signal
from http import HTTPStatus

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.faults.account import assert_whole, jobs_of, row, settle
from tests.faults.page import Page
from tests.site import Site, Visitor, wait_until


def test_row_31_the_socket_is_cut_in_mid_draw(site: Site, alice: Visitor) -> None:
    """Row 31: the page that comes back is told what the database says, and then how it ends."""
    with Page(alice) as page:
        assert page.next()["type"] == "snapshot"
        job_id = alice.start("a bridge that is cut")
        page.until("progress", id=job_id, step=2)
        # The model rests while this test looks around, however long that takes on a loaded machine.
        (model,) = site.models()
        os.kill(model, signal.SIGSTOP)
        page.cut()
        with pytest.raises(ConnectionClosed):
            page.until("never")
    try:
        kept = wait_until(lambda: row(site, job_id).step, what="a heartbeat while nobody listens")
        with Page(alice) as page:
            snapshot = page.next()
            assert snapshot["type"] == "snapshot"
            (job,) = (job for job in snapshot["jobs"] if job["id"] == job_id)
            assert (job["status"], job["attempt"]) == ("running", row(site, job_id).attempt)
            assert kept <= job["step"] < job["steps"]
            os.kill(model, signal.SIGCONT)
            assert len(page.job(job_id, "delivered")["pictures"]) == 4
    finally:
        os.kill(model, signal.SIGCONT)
    assert_whole(site)


def test_row_31_the_end_comes_while_nobody_listens(site: Site, alice: Visitor) -> None:
    """Row 31: what ended meanwhile is told at the next opening, until the page has said that it was seen."""
    with Page(alice) as page:
        job_id = alice.start("a lonely finish")
        page.until("progress", id=job_id)
        page.cut()
    settle(site)
    for _ in range(2):
        with Page(alice) as page:
            (job,) = (job for job in page.next()["jobs"] if job["id"] == job_id)
            assert (job["status"], job["seen"], len(job["pictures"])) == ("delivered", False, 4)
    with Page(alice) as page:
        page.send({"type": "seen", "id": job_id})
        wait_until(lambda: alice.state(job_id)["seen"], what="the note that it was seen")
    with Page(alice) as page:
        assert job_id not in [job["id"] for job in page.next()["jobs"]]


def test_row_31_the_web_side_is_killed_in_mid_draw(site: Site, alice: Visitor) -> None:
    """Row 31: the page comes back to a site that was killed and started again, still signed in."""
    with Page(alice) as page:
        job_id = alice.start("a phoenix")
        page.until("progress", id=job_id)
        site.kill("site" if site.embedded else "web")
        with pytest.raises(ConnectionClosed):
            page.until("never")
    if site.embedded:
        site.start()
    else:
        site.start_web()
        site.wait_until_up()
    with Page(alice) as page:
        assert job_id in [job["id"] for job in page.next()["jobs"]]
        if row(site, job_id).status != "delivered":
            page.job(job_id, "delivered")
    assert_whole(site)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
def test_row_32_a_page_from_elsewhere_gets_no_socket(alice: Visitor, origin: str | None) -> None:
    """Row 32: the session cookie alone opens nothing; the handshake says from where it is asked."""
    with pytest.raises(InvalidStatus) as refusal, Page(alice, origin=origin):
        pass
    assert refusal.value.response.status_code == HTTPStatus.FORBIDDEN


def test_row_32_a_stranger_gets_no_socket_and_no_job(site: Site, alice: Visitor) -> None:
    """Row 32: nobody who is not signed in."""
    with pytest.raises(InvalidStatus) as refusal, Page(site.visitor()):
        pass
    assert refusal.value.response.status_code == HTTPStatus.FORBIDDEN
    job_id = alice.start("a private sketch")
    picture = alice.finished(job_id)["pictures"][0]
    stranger = site.visitor()
    for path in (f"/jobs/{job_id}/state", f"/jobs/{job_id}", picture["url"], picture["file"]):
        answer = stranger.get(path, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (HTTPStatus.FOUND, "/accounts/login/")
    assert stranger.get(_forged(picture["small"])).status_code == HTTPStatus.NOT_FOUND
    assert alice.get(picture["file"]).headers["Content-Type"] == "image/png"


def test_row_32_what_is_alices_is_not_there_for_bob(site: Site, alice: Visitor, bob: Visitor) -> None:
    """Row 32: her job over HTTP, before and after it is drawn; and his socket, through her job's whole life."""
    with Page(bob) as page:
        job_id = alice.start("a secret garden")
        assert _answers(bob, job_id) == {HTTPStatus.NOT_FOUND}
        page.send({"type": "seen", "id": job_id})
        state = alice.finished(job_id)
        assert (state["status"], state["seen"]) == ("delivered", False)
        assert _answers(bob, job_id) == {HTTPStatus.NOT_FOUND}
        for picture in state["pictures"]:
            for path in (picture["url"], picture["file"], _forged(picture["small"])):
                assert bob.get(path).status_code == HTTPStatus.NOT_FOUND
        own = bob.start("his own garden")
        heard = []
        while not heard or heard[-1].get("job", {}).get("status") != "delivered":
            heard.append(page.next())
        told = [message.get("id") or message.get("job", {}).get("id") for message in heard]
        told += [job["id"] for message in heard for job in message.get("jobs", [])]
        assert own in told
        assert job_id not in told
    assert (alice.state(job_id)["seen"], row(site, job_id).status) == (False, "delivered")
    assert_whole(site)


def test_row_32_a_form_from_elsewhere_starts_nothing(site: Site, alice: Visitor) -> None:
    """Row 32: another site's page that posts with Alice's cookies."""
    before = len(jobs_of(site, "alice"))
    for headers in ({"Origin": "http://evil.example"}, {"X-CSRFToken": "guessed"}):
        answer = alice.post("/jobs", {"prompt": "a forged order", "key": "forged"}, headers=headers)
        assert answer.status_code == HTTPStatus.FORBIDDEN
    assert len(jobs_of(site, "alice")) == before


def _answers(person: Visitor, job_id: str) -> set[int]:
    """What the addresses of a job say to this person, of reading and of acting."""
    read = {person.get(path).status_code for path in (f"/jobs/{job_id}", f"/jobs/{job_id}/state")}
    return read | {person.post(f"/jobs/{job_id}/{act}").status_code for act in ("cancel", "seen")}


def _forged(address: str) -> str:
    """Small pictures are shown to whoever holds their signature (tests/generation/test_addresses.py)."""
    start, stored, hour, signature, name = address.split("/", 4)
    return "/".join((start, stored, hour, signature[::-1], name))
