"""A worker that is stopped past its lease, and goes on when the job is another's."""

import pytest

from tests.faults.other_worker import OtherWorker
from tests.faults.stopping import (
    assert_delivered_by,
    assert_it_draws_again,
    stopped_while_drawing,
    stopped_while_storing,
)
from tests.site import Site


def test_row_5_it_goes_on_drawing_what_another_draws(quick_site: Site) -> None:
    """Row 5: its heartbeat is refused, and so are its pictures."""
    alice = quick_site.sign_up("drawing@example.com")
    with OtherWorker(quick_site) as other:
        with stopped_while_drawing(quick_site, alice) as job_id:
            attempt = other.claim(job_id)
        assert_it_draws_again(alice)
        other.store()
        other.deliver()
    assert_delivered_by(quick_site, job_id, attempt)


def test_row_5_it_goes_on_storing_what_another_stores(quick_site: Site) -> None:
    """Row 5: its rows are refused, and the files that it has written are gone."""
    alice = quick_site.sign_up("storing@example.com")
    with OtherWorker(quick_site) as other:
        with stopped_while_storing(quick_site, alice) as job_id:
            attempt = other.claim(job_id)
            other.store()
        assert_it_draws_again(alice)
        other.deliver()
    assert_delivered_by(quick_site, job_id, attempt)


@pytest.mark.parametrize("stopped", [stopped_while_drawing, stopped_while_storing])
def test_row_5_it_goes_on_after_another_delivered(quick_site: Site, stopped) -> None:
    """Row 5: four pictures and one capture, those of the other."""
    alice = quick_site.sign_up(f"{stopped.__name__}@example.com")
    with OtherWorker(quick_site) as other:
        with stopped(quick_site, alice) as job_id:
            attempt = other.claim(job_id)
            other.store()
            other.deliver()
        assert_it_draws_again(alice)
    assert_delivered_by(quick_site, job_id, attempt)
