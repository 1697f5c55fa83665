"""The broker is away, or has forgotten everything: the rows are the queue, so nothing is lost."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from tests.faults.account import assert_whole, row, settle
from tests.faults.machine import Machine
from tests.servers.valkey import Valkey
from tests.site import Visitor, wait_until

# A refused connection costs nothing, one that hangs its time-out of 2 s; the rest is for a loaded machine.
QUICK_SECONDS = {"ended": 3, "hanging": 5}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Machine(tmp_path_factory.mktemp("machine"), GPU_WORKER_STEP_SECONDS="0.1") as running:
        yield running


@pytest.fixture(scope="module")
def alice(machine: Machine) -> Visitor:
    return machine.sign_up("alice@example.com")


@pytest.mark.parametrize("way", QUICK_SECONDS)
def test_row_8_the_broker_is_down_at_submit(machine: Machine, alice: Visitor, way: str) -> None:
    """Row 8: submits are accepted without much waiting, and drawn once the broker is back."""
    jobs = []
    with _away(machine.valkey, hanging=way == "hanging"):
        for number in range(2, 4):
            began = time.monotonic()
            jobs.append(alice.start(f"{number} bridges"))
            assert time.monotonic() - began < QUICK_SECONDS[way]
        assert [alice.state(job_id)["status"] for job_id in jobs] == ["queued"] * 2
        began = time.monotonic()
        assert alice.get("/").status_code == 200
        assert time.monotonic() - began < QUICK_SECONDS[way]
    settle(machine)
    assert {row(machine, job_id).status for job_id in jobs} == {"delivered"}
    assert_whole(machine)


@contextmanager
def _away(broker: Valkey, *, hanging: bool) -> Iterator[None]:
    """Ended: connections are refused. Hanging: they are taken, and nothing is answered."""
    assert broker.process is not None
    if hanging:
        broker.process.send_signal(signal.SIGSTOP)
    else:
        broker.stop()
    try:
        yield
    finally:
        if hanging:
            broker.process.send_signal(signal.SIGCONT)
        else:
            broker.start()


@pytest.mark.parametrize("way", ["flushed", "killed and emptied"])
def test_row_9_the_broker_forgets_everything(machine: Machine, alice: Visitor, way: str) -> None:
    """Row 9: with one job in hand and others waiting, all that was sent is gone; all are drawn."""
    jobs = [alice.start(f"{number} tunnels") for number in range(2, 5)]
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
