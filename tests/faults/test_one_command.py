"""The one command is stopped with its worker inside, and goes on later: a closed laptop, a paused machine."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.account import assert_whole, entries, row
from tests.faults.stopping import STOPS, assert_too_late, stopped_while_drawing
from tests.site import Site, Visitor

# Another worker on the same SQLite, which nobody stopped: it waits for the lease to run out and delivers.
ANOTHER_WORKER = """
import time
from generation import services
from tests.pictures import png
for _ in range(300):
    services.sweep()
    if claim := services.claim_drawing():
        break
    time.sleep(0.1)
assert services.deliver(claim, pictures=tuple(png(1024, (40 * index, 90, 90)) for index in range(4)))
print("delivered", claim.job_id, claim.attempt)
"""


@pytest.mark.parametrize("stopped", STOPS)
def test_row_5_the_site_is_stopped_past_its_lease(quick_site: Site, stopped) -> None:
    """Row 5: another worker took the job over and delivered; what the stopped one writes later is refused."""
    alice = quick_site.sign_up(f"{stopped.__name__}@example.com")
    with stopped(quick_site, "site", alice, well=lambda: _unlocked(quick_site)) as job_id:
        # The sweeper's own step fences the stopped worker off, the other's claim is one more.
        attempt = row(quick_site, job_id).attempt + 2
        assert f"delivered {job_id} {attempt}" in quick_site.manage("shell", "-c", ANOTHER_WORKER)
    assert_too_late(quick_site, alice, job_id, attempt=attempt)


def test_row_5_the_machine_sleeps(quick_site: Site) -> None:
    """Row 5: site and model stopped together, past the lease; on waking, sweeper and worker race for the job."""
    alice = quick_site.sign_up("asleep@example.com")
    with _asleep(quick_site, alice) as job_id, quick_site.query() as run:
        run("UPDATE generation_job SET lease_until = '2020-01-01 00:00:00' WHERE status = 'running'")
    assert alice.finished(job_id)["status"] == "delivered"
    assert entries(quick_site, job_id) == ["reserve", "capture"]
    assert_whole(quick_site)


@contextmanager
def _asleep(site: Site, person: Visitor) -> Iterator[str]:
    with stopped_while_drawing(site, "site", person, well=lambda: _unlocked(site)) as job_id:
        (model,) = site.models()
        os.kill(model, signal.SIGSTOP)
        try:
            yield job_id
        finally:
            os.kill(model, signal.SIGCONT)


def _unlocked(site: Site) -> bool:
    """Stopped in the middle of a write, it holds SQLite's one lock, and there is nothing that could go wrong yet."""
    database = Path(site.environment["TESSERA_DATA"]) / "tessera.sqlite3"
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
        return True
