"""Workers as processes of their own, killed or stopped while others are alive."""

import time
from pathlib import Path

import pytest

from tests.faults.account import assert_whole, row
from tests.faults.stopping import STOPS, assert_too_late
from tests.site import Site, Visitor, wait_until

PROMISED_SECONDS = 10
# Once, the transaction that delivers takes a second, so that a worker can be stopped in its middle.
SLOW_TRANSACTION = """
CREATE SEQUENCE pauses;
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF nextval('pauses') = 1 THEN PERFORM pg_sleep(1); END IF; RETURN NULL; END $$;
CREATE TRIGGER pause AFTER INSERT ON generation_picture FOR EACH STATEMENT EXECUTE FUNCTION pause();
"""


def test_row_4_a_worker_is_killed_while_another_lives(tmp_path: Path) -> None:
    """Row 4: the group is killed in mid-draw; within 10 s, by the product's own settings, the other has the job."""
    product = {"TESSERA_LEASE_SECONDS": "", "TESSERA_SWEEP_SECONDS": ""}
    with Site(tmp_path, GPU_WORKER_STEP_SECONDS="5", **product) as site:
        alice, bob = site.sign_up("alice@example.com"), site.sign_up("bob@example.com")
        job_id = alice.start("a long painting")
        wait_until(lambda: alice.state(job_id)["step"] >= 1, what="a drawing under way")
        site.start_worker("gpu", name="gpu-2", GPU_WORKER_STEP_SECONDS="0.1")
        assert bob.finished(bob.start("a short painting"))["status"] == "delivered"
        held = row(site, job_id)
        assert held.status == "running"
        began = time.monotonic()
        site.kill("gpu")
        # Two more: one of the sweeper, which fences the dead worker off, and one of the other's claim.
        wait_until(lambda: row(site, job_id).attempt == held.attempt + 2, what="the other's claim", pause=0.02)
        assert time.monotonic() - began < PROMISED_SECONDS
        assert alice.finished(job_id)["status"] == "delivered"
        assert row(site, job_id).failures == 1
        assert_whole(site)


@pytest.mark.parametrize("stopped", STOPS)
def test_row_5_a_worker_is_stopped_past_its_lease(quick_site: Site, stopped) -> None:
    """Row 5: another worker delivers the job; what the stopped one writes when it goes on is refused."""
    alice = quick_site.sign_up(f"{stopped.__name__}@example.com")
    with stopped(quick_site, "gpu", alice) as job_id:
        attempt = _delivered_by_another(quick_site, alice, job_id)
    assert_too_late(quick_site, alice, job_id, attempt=attempt)


def test_row_5_a_worker_is_stopped_inside_a_transaction(quick_site: Site) -> None:
    """Row 5: it holds the row's lock; the database ends its transaction, and another worker delivers."""
    alice = quick_site.sign_up("inside@example.com")
    with quick_site.query() as run:
        run(SLOW_TRANSACTION)
        job_id = alice.start("a clock that stands still")
        wait_until(
            lambda: run("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
            what="the slow transaction",
            pause=0.01,
        )
        quick_site.stop("gpu")
    try:
        assert row(quick_site, job_id).status == "screening_output"
        attempt = _delivered_by_another(quick_site, alice, job_id)
    finally:
        quick_site.go_on("gpu")
    assert_too_late(quick_site, alice, job_id, attempt=attempt)


def _delivered_by_another(site: Site, person: Visitor, job_id: str) -> int:
    """A second worker comes, takes the job over and goes again; the number of its attempt."""
    site.start_worker("gpu", name="gpu-2", GPU_WORKER_STEP_SECONDS="0")
    try:
        assert person.finished(job_id)["status"] == "delivered"
    finally:
        site.kill("gpu-2")
    return row(site, job_id).attempt
