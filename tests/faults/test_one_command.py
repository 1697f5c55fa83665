"""What can only happen to a site that has its worker inside: a closed laptop, a paused machine."""

import os
import signal

from tests.faults.account import assert_whole, entries
from tests.faults.stopping import stopped_while_drawing
from tests.site import Site


def test_row_5_the_machine_sleeps(quick_site: Site) -> None:
    """Row 5: site and model stopped together, past the lease; on waking, sweeper and worker race for the job."""
    alice = quick_site.sign_up("asleep@example.com")
    with stopped_while_drawing(quick_site, alice) as job_id, quick_site.query() as run:
        (model,) = quick_site.models()
        os.kill(model, signal.SIGSTOP)
        try:
            run("UPDATE generation_job SET lease_until = '2020-01-01 00:00:00' WHERE status = 'running'")
        finally:
            os.kill(model, signal.SIGCONT)
    assert alice.twin().finished(job_id)["status"] == "delivered"
    assert entries(quick_site, job_id) == ["reserve", "capture"]
    assert_whole(quick_site)
