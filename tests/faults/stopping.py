"""Stopping a worker in the middle of a job without ending it: when it goes on, it must find that it is too late."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.faults.account import assert_whole, entries, files_of, row
from tests.site import Site, Visitor, wait_until

TRIES = 20


@contextmanager
def stopped_while_drawing(site: Site, person: Visitor) -> Iterator[str]:
    """A job of this person whose worker stands still in the middle of the steps."""

    def drawing(job_id: str) -> bool:
        found = row(site, job_id)
        assert found.status != "delivered", "the drawing was not slow enough to be stopped"
        return found.status == "running" and person.state(job_id)["step"] >= 1

    job_id = person.start("a clock that stands still")
    for _ in range(TRIES):
        wait_until(lambda: drawing(job_id), what="a drawing under way", pause=0.01)
        with _stopped(site):
            if row(site, job_id).status == "running" and _unlocked(site):
                yield job_id
                return
    raise AssertionError("no good moment to stop at was found")


@contextmanager
def stopped_while_storing(site: Site, person: Visitor) -> Iterator[str]:
    """The same, with some of the job's files written and none of its pictures' rows."""
    for number in range(TRIES):
        job_id = person.start(f"a clock that stands still, number {number}")
        wait_until(lambda job_id=job_id: files_of(site, job_id), what="the first file", pause=0.001)
        with _stopped(site):
            storing = row(site, job_id).status == "screening_output" and len(files_of(site, job_id)) < 8
            if storing and _unlocked(site):
                yield job_id
                return
        person.finished(job_id)
    raise AssertionError("the storing of pictures was never caught")


@contextmanager
def _stopped(site: Site) -> Iterator[None]:
    name = "site" if site.embedded else "gpu"
    site.stop(name)
    try:
        yield
    finally:
        site.go_on(name)


def _unlocked(site: Site) -> bool:
    """Stopped in the middle of a write, it holds SQLite's one lock, and there is nothing that could go wrong yet."""
    if not site.embedded:
        return True
    database = Path(site.environment["TESSERA_DATA"]) / "tessera.sqlite3"
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
        return True


def assert_it_draws_again(person: Visitor) -> None:
    """The site's one worker, which goes on now, draws the next job: so it has done with the late one."""
    # A page that was open while the site stood still has lost its connection.
    person = person.twin()
    assert person.finished(person.start("a clock that goes"))["status"] == "delivered"


def assert_delivered_by(site: Site, job_id: str, attempt: int) -> None:
    """Whatever another attempt did of this job, it left no trace."""
    found = row(site, job_id)
    assert (found.status, found.attempt) == ("delivered", attempt)
    assert {name.split("-")[0] for name in files_of(site, job_id)} == {str(attempt)}
    assert entries(site, job_id) == ["reserve", "capture"]
    assert_whole(site)
