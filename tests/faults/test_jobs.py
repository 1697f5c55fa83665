"""Jobs under faults, in both modes: every acknowledged job ends once, and the money agrees with it."""

import os
import signal
import time
from pathlib import Path
from random import Random

from tests.faults.account import assert_whole, entries, row, rows, settle
from tests.faults.crowd import Crowd
from tests.faults.machine import Machine
from tests.site import Site, Visitor, wait_until

SEED = 2
SLICE, WHOLE = 3, 15
# Where a job may be when the power goes; "" is wherever things stand.
POINTS = ("running", "screening_output", "queued", "")


def test_row_1_the_power_goes_again_and_again(tmp_path: Path, full: bool) -> None:
    """Row 1: kill -9 of everything in the middle of jobs, with people submitting all along."""
    chance = Random(SEED)
    # No job may fail for having been hit often: here every one must arrive.
    endless = {"TESSERA_MOST_ATTEMPTS": "20", "TESSERA_FIRST_MONTH_CREDITS": "1000"}
    with Machine(tmp_path, GPU_WORKER_STEP_SECONDS="0.05", **endless) as machine:
        people = [machine.sign_up(f"{name}@example.com") for name in ("alice", "bob", "carol")]
        crowd = Crowd(people, seed=SEED)
        for number in range(WHOLE if full else SLICE):
            _catch(machine, POINTS[number % len(POINTS)], chance)
            machine.cut_power()
            machine.restore_power()
        crowd.go_home()
        settle(machine, seconds=300)
        assert len(crowd.acknowledged) >= 2 * len(people)
        jobs = rows(machine)
        # Nothing lost, and nothing twice for a submit that was repeated because its answer was lost.
        assert sorted(crowd.acknowledged.values()) == sorted(jobs)
        assert {job.status for job in jobs.values()} == {"delivered"}
        hits = sum(job.failures for job in jobs.values())
        print(f"{number + 1} kills, {len(jobs)} jobs, hit {hits} times")
        assert hits > 0, "no kill hit a job"
        assert_whole(machine)


def _catch(machine: Machine, point: str, chance: Random) -> None:
    """Wait until the power may go: a job has been delivered since the last time, and another is at this point."""
    before = sum(job.status == "delivered" for job in rows(machine).values())
    wait_until(
        lambda: sum(job.status == "delivered" for job in rows(machine).values()) > before,
        seconds=120,
        what="one more delivery",
    )
    with machine.query() as run:
        if point:
            wait_until(
                lambda: run("SELECT 1 FROM generation_job WHERE status = ? LIMIT 1", point),
                seconds=60,
                what=f"a job that is {point}",
                pause=0.002,
            )
        else:
            time.sleep(chance.uniform(0, 2))


def test_row_2_the_model_dies_while_it_draws(site: Site, alice: Visitor) -> None:
    """Row 2: the model's process is killed, as for memory, in mid-draw; the job is drawn again."""
    job_id = alice.start("a teapot in a storm")
    _kill_the_model(site, alice, job_id)
    assert alice.finished(job_id)["status"] == "delivered"
    assert row(site, job_id).failures == 1
    assert entries(site, job_id) == ["reserve", "capture"]
    assert_whole(site)


def test_row_3_a_job_that_kills_the_model_every_time(site: Site, alice: Visitor, bob: Visitor) -> None:
    """Row 3: it fails after three tries and is refunded; the next person's job is drawn."""
    job_id = alice.start("a poisoned apple")
    other = bob.start("an apple")
    killed = [_kill_the_model(site, alice, job_id) for _ in range(3)]
    state = alice.finished(job_id)
    assert state["status"] == "failed"
    assert state["detail"] == "The pictures could not be drawn, after 3 tries. You were not charged."
    assert len(set(killed)) == 3
    assert entries(site, job_id) == ["reserve", "release"]
    assert bob.finished(other)["status"] == "delivered"
    assert_whole(site)


def _kill_the_model(site: Site, person: Visitor, job_id: str) -> int:
    """Kill the child in the middle of this job's drawing, once; returns the attempt that it hit."""

    def drawing() -> dict[str, int] | None:
        state = person.state(job_id)
        assert not state["finished"], state
        return state if state["status"] == "running" and state["step"] >= 1 else None

    attempt = wait_until(drawing, what="a drawing under way")["attempt"]
    (model,) = site.models()
    os.kill(model, signal.SIGKILL)

    def taken_back() -> bool:
        found = row(site, job_id)
        return found.attempt > attempt or found.status == "failed"

    wait_until(taken_back, what="the sweep that takes the job back")
    return attempt


class Tenfold(Site):
    """Every process of it sends each message ten times."""

    def launch(self, name: str, *words: str, **settings: str) -> None:
        super().launch(name, "-m", "tests.faults.tenfold", *words[1:], **settings)


def test_row_6_every_message_comes_ten_times(tmp_path: Path) -> None:
    """Row 6: ten wake-ups for each one that is meant, to several workers at once: one capture, one set of pictures."""
    many = {"TESSERA_GPU_SLOTS": "4", "TESSERA_SCREENING_SLOTS": "4", "TESSERA_LEASE_SECONDS": "60"}
    with Tenfold(tmp_path, **many) as site:
        if not site.embedded:
            site.start_worker("gpu", name="gpu-2", slots=3)
        alice = site.sign_up("alice@example.com")
        jobs = [alice.start(f"{number} lighthouses") for number in range(2, 6)]
        settle(site)
        sent = (Path(site.environment["TESSERA_DATA"]) / "tenfold.log").read_text().split()
        for name in ("generation.tasks.screen", "gpu_worker.tasks.draw"):
            assert sent.count(name) >= len(jobs), "the wake-ups were not multiplied"
        for job_id in jobs:
            # Attempt 1 screened it, attempt 2 drew it; every change of the row counts, and six are what it takes.
            found = row(site, job_id)
            assert (found.status, found.attempt, found.failures, found.revision) == ("delivered", 2, 0, 6)
        assert_whole(site)
