"""Credits under faults: what is taken is taken once, whoever asks however often."""

import socket
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import Barrier
from urllib.parse import urlencode

import pytest
import requests

from tests.faults.account import assert_whole, balance, entries, jobs_of, rows, settle
from tests.signed_in import signed_in
from tests.site import Site, Visitor, wait_until

MANY = 16


@pytest.fixture(scope="module")
def people(site: Site) -> dict[str, Visitor]:
    """Each with one last credit."""
    return signed_in(site, ["carol", "dave", "erin", "frank", "grace"], leave=1)


def test_row_19_the_last_credit(site: Site, people: dict[str, Visitor]) -> None:
    """Row 19: sixteen submits at once; one gets it, the others are told that there is none."""
    answers = _at_once([lambda tab, n=n: tab.submit(f"{n} apples") for n in range(2, 2 + MANY)], people["carol"])
    assert Counter(answer.status_code for answer in answers) == {
        HTTPStatus.FOUND: 1,
        HTTPStatus.PAYMENT_REQUIRED: MANY - 1,
    }
    assert balance(site, "carol") == 0
    (winner,) = {_job_of(answer) for answer in answers if answer.status_code == HTTPStatus.FOUND}
    assert jobs_of(site, "carol") == [winner]
    settle(site)
    assert entries(site, winner) == ["reserve", "capture"]
    assert_whole(site)


def test_row_20_one_key_at_once(site: Site, people: dict[str, Visitor]) -> None:
    """Row 20: sixteen times the same submit with one credit left is one job, and everybody gets its address."""
    answers = _at_once([lambda tab: tab.submit("one pear", "dave-1")] * MANY, people["dave"])
    assert {answer.status_code for answer in answers} == {HTTPStatus.FOUND}
    assert {_job_of(answer) for answer in answers} == set(jobs_of(site, "dave"))
    assert len(jobs_of(site, "dave")) == 1
    # Later too, with no credit left; and for another sentence the key is spent.
    assert _job_of(people["dave"].submit("one pear", "dave-1")) == jobs_of(site, "dave")[0]
    assert people["dave"].submit("two pears", "dave-1").status_code == HTTPStatus.CONFLICT
    settle(site)
    assert_whole(site)


def test_row_20_one_key_for_two_sentences_at_once(site: Site, people: dict[str, Visitor]) -> None:
    """Row 20: whichever sentence comes first has the key; every submit of the other is refused."""
    sentences = ["one plum", "one quince"]
    acts = [lambda tab, n=n: tab.submit(sentences[n % 2], "erin-1") for n in range(MANY)]
    answers = _at_once(acts, people["erin"])
    codes = [{answer.status_code for answer in answers[half::2]} for half in (0, 1)]
    assert sorted(codes, key=min) == [{HTTPStatus.FOUND}, {HTTPStatus.CONFLICT}]
    (job_id,) = jobs_of(site, "erin")
    assert rows(site)[job_id].prompt == sentences[codes.index({HTTPStatus.FOUND})]
    settle(site)
    assert_whole(site)


def test_row_21_the_answer_is_lost_after_the_commit(site: Site, people: dict[str, Visitor]) -> None:
    """Row 21: the job is saved and the connection gone; the retry gets that job, for the one credit there was."""
    frank = people["frank"]
    with _unanswered(frank, "one fig", "frank-1") as lost:
        wait_until(lambda: jobs_of(site, "frank"), what="the job of the lost answer")
        _reset(lost)
    assert [_job_of(frank.submit("one fig", "frank-1"))] == jobs_of(site, "frank")
    assert balance(site, "frank") == 0
    settle(site)
    assert_whole(site)


def test_row_21_the_connection_is_gone_at_once(site: Site, people: dict[str, Visitor]) -> None:
    """Row 21: whether the first one was still read or not, there is one job after the retry."""
    grace = people["grace"]
    with _unanswered(grace, "one lime", "grace-1") as lost:
        _reset(lost)
    answer = grace.submit("one lime", "grace-1")
    assert [_job_of(answer)] == jobs_of(site, "grace")
    assert balance(site, "grace") == 0
    settle(site)
    assert_whole(site)


def _at_once(acts: Sequence[Callable[[Visitor], requests.Response]], person: Visitor) -> list[requests.Response]:
    """Every act in a tab of its own, all let go together; answers in the order of the acts."""
    person.get("/")  # the token that every tab's form has
    gate = Barrier(len(acts))

    def run(act: Callable[[Visitor], requests.Response]) -> requests.Response:
        tab = person.twin()
        gate.wait()
        return act(tab)

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def _job_of(answer: requests.Response) -> str:
    assert answer.status_code == HTTPStatus.FOUND, (answer.status_code, answer.text[:500])
    return answer.headers["Location"].rsplit("/", 1)[1]


def _unanswered(person: Visitor, prompt: str, key: str) -> socket.socket:
    """A submit whose answer nobody has read."""
    person.get("/")
    token = person.session.cookies["csrftoken"]
    body = urlencode({"prompt": prompt, "key": key, "csrfmiddlewaretoken": token})
    host = person.address.removeprefix("http://")
    lines = ["POST /jobs HTTP/1.1", f"Host: {host}", f"Cookie: {person.cookie}", f"Origin: {person.address}"]
    lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}", "", body]
    name, port = host.split(":")
    connection = socket.create_connection((name, int(port)), timeout=20)
    connection.sendall("\r\n".join(lines).encode())
    return connection


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
