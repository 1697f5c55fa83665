"""Workers as processes of their own, killed or stopped while others are alive."""

import time
from pathlib import Path

from tests.faults.account import assert_whole, row
from tests.faults.stopping import assert_delivered_by, assert_it_draws_again
from tests.site import Site, wait_until

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
    with Site(tmp_path, GPU_WORKER_STEP_SECONDS="20", **product) as site:
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
        took = time.monotonic() - began
        print(f"taken over after {took:.1f} s")
        assert took < PROMISED_SECONDS
        assert alice.finished(job_id)["status"] == "delivered"
        assert row(site, job_id).failures == 1
        assert_whole(site)


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
    quick_site.start_worker("gpu", name="gpu-2")
    try:
        assert alice.finished(job_id)["status"] == "delivered"
        attempt = row(quick_site, job_id).attempt
    finally:
        quick_site.kill("gpu-2")
        quick_site.go_on("gpu")
    assert_it_draws_again(alice)
    assert_delivered_by(quick_site, job_id, attempt)
