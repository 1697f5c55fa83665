"""Stopping a worker in the middle of a job without ending it: when it goes on, it must find that it is too late."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from tests.faults.account import assert_whole, entries, files_of, row
from tests.site import Site, Visitor, wait_until

TRIES = 20


@contextmanager
def stopped_while_drawing(site: Site, person: Visitor) -> Iterator[str]:
    """A job of this person whose worker stands still in the middle of the steps."""

    def reached(job_id: str) -> bool:
        state = person.state(job_id)
        return bool(state["finished"] or (state["status"] == "running" and state["step"] >= 1))

    with _stopped_once(site, person, reached, lambda job_id: row(site, job_id).status == "running") as job_id:
        yield job_id


@contextmanager
def stopped_while_storing(site: Site, person: Visitor) -> Iterator[str]:
    """The same, with some of the job's files written and none of its pictures' rows."""

    def storing(job_id: str) -> bool:
        return row(site, job_id).status == "screening_output" and 0 < len(files_of(site, job_id)) < 12

    with _stopped_once(site, person, lambda job_id: bool(files_of(site, job_id)), storing) as job_id:
        yield job_id


@contextmanager
def _stopped_once(
    site: Site, person: Visitor, reached: Callable[[str], bool], caught: Callable[[str], bool]
) -> Iterator[str]:
    """Stops the worker when a job has come this far; another job has its turn where that was a moment too late."""
    # The model loads in a process of its own after the site is up: that time is none of the job's.
    wait_until(partial(_can_draw, site), seconds=60.0, what="the model")
    for number in range(TRIES):
        job_id = person.start(f"a clock that stands still, number {number}")
        wait_until(partial(reached, job_id), what="the moment to stop at", pause=0.002)
        with _stopped(site):
            if caught(job_id) and _unlocked(site):
                yield job_id
                return
        person.finished(job_id)
    raise AssertionError("no good moment to stop at was found")


def _can_draw(site: Site) -> bool:
    """Its worker has said what it draws with."""
    with site.query() as run:
        return bool(run("SELECT 1 FROM generation_engine"))


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
