"""The broker is away, or has forgotten everything: the rows are the queue, so nothing is lost."""

import time
from collections.abc import Iterator

import pytest
import redis

from tests.faults.account import assert_whole, row, settle
from tests.faults.machine import Machine
from tests.site import Visitor, wait_until

QUICK_SECONDS = 3


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Machine(tmp_path_factory.mktemp("machine"), GPU_WORKER_STEP_SECONDS="0.1") as running:
        yield running


@pytest.fixture(scope="module")
def alice(machine: Machine) -> Visitor:
    return machine.sign_up("alice@example.com")


def test_row_8_the_broker_is_down_at_submit(machine: Machine, alice: Visitor) -> None:
    """Row 8: the submit is accepted as quickly as ever, and drawn once the broker is back."""
    machine.valkey.stop()
    jobs = []
    for number in range(2, 5):
        began = time.monotonic()
        jobs.append(alice.start(f"{number} bridges"))
        assert time.monotonic() - began < QUICK_SECONDS
    assert [alice.state(job_id)["status"] for job_id in jobs] == ["queued"] * 3
    assert alice.get("/").status_code == 200
    machine.valkey.start()
    settle(machine)
    assert {row(machine, job_id).status for job_id in jobs} == {"delivered"}
    assert_whole(machine)


@pytest.mark.parametrize("way", ["flushed", "killed and emptied"])
def test_row_9_the_broker_forgets_everything(machine: Machine, alice: Visitor, way: str) -> None:
    """Row 9: with one job in hand and others waiting, all that was sent is gone; all are drawn."""
    jobs = [alice.start(f"{number} tunnels") for number in range(2, 6)]
    wait_until(lambda: row(machine, jobs[0]).status == "running", what="a drawing under way")
    if way == "flushed":
        with redis.Redis.from_url(machine.valkey.url) as client:
            client.flushall()
    else:
        machine.valkey.lose_everything()
        machine.valkey.start()
    later = alice.start("a tunnel with light at its end")
    settle(machine)
    assert {row(machine, job_id).status for job_id in [*jobs, later]} == {"delivered"}
    assert_whole(machine)
