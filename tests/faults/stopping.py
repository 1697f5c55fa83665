"""Stopping a worker in the middle of a job without ending it: when it goes on, it must find that it is too late."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.account import assert_whole, entries, files_of, row
from tests.site import Site, Visitor, wait_until

TRIES = 20


@contextmanager
def stopped_while_drawing(
    site: Site, name: str, person: Visitor, *, well: Callable[[], bool] = lambda: True
) -> Iterator[str]:
    """A job of this person whose worker, the process `name`, stands still. `well` may ask for another moment."""

    def drawing(job_id: str) -> bool:
        found = row(site, job_id)
        assert found.status != "delivered", "the drawing was not slow enough to be stopped"
        return found.status == "running" and person.state(job_id)["step"] >= 1

    job_id = person.start("a clock that stands still")
    for _ in range(TRIES):
        wait_until(lambda: drawing(job_id), what="a drawing under way", pause=0.01)
        with _stopped(site, name):
            if row(site, job_id).status == "running" and well():
                yield job_id
                return
    raise AssertionError("no good moment to stop at was found")


@contextmanager
def stopped_while_storing(
    site: Site, name: str, person: Visitor, *, well: Callable[[], bool] = lambda: True
) -> Iterator[str]:
    """The same, with some of the job's files written and none of its pictures' rows."""
    for number in range(TRIES):
        job_id = person.start(f"a clock that stands still, number {number}")
        wait_until(lambda job_id=job_id: files_of(site, job_id), what="the first file", pause=0.001)
        with _stopped(site, name):
            if row(site, job_id).status == "screening_output" and len(files_of(site, job_id)) < 8 and well():
                yield job_id
                return
        person.finished(job_id)
    raise AssertionError("the storing of pictures was never caught")


STOPS = (stopped_while_drawing, stopped_while_storing)


@contextmanager
def _stopped(site: Site, name: str) -> Iterator[None]:
    site.stop(name)
    try:
        yield
    finally:
        site.go_on(name)


def assert_too_late(site: Site, person: Visitor, job_id: str, *, attempt: int) -> None:
    """The one worker of this site, which goes on now, left this job as `attempt` of another delivered it."""
    # A page that waited while the site stood still has lost its connection.
    person = person.twin()
    # That it draws the next job shows that it has done with the late one.
    assert person.finished(person.start("a clock that goes"))["status"] == "delivered"
    found = row(site, job_id)
    assert (found.status, found.attempt) == ("delivered", attempt)
    assert {name.split("-")[0] for name in files_of(site, job_id)} == {str(attempt)}
    assert entries(site, job_id) == ["reserve", "capture"]
    assert_whole(site)
