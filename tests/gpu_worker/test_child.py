"""The child process, for real, with the tiny engine in it: its life from start to end."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from gpu_worker.request import Cancelled, Failed, Preview, Result
from gpu_worker.runtime.child import ChildDied, ModelChild
from tests.gpu_worker.children import PATIENCE, ROOT, gone, last, request, wait_for


@pytest.fixture(scope="module")
def child():
    child = ModelChild(engine="tiny")
    child.start()
    yield child
    child.close()


@pytest.fixture
def slow():
    """A child that takes half a minute over every step, so that there is always a middle to interrupt."""
    child = ModelChild(engine="tiny", environment={"GPU_WORKER_STEP_SECONDS": "30"})
    yield child
    child.close()


def test_it_says_what_engine_it_is(child):
    facts = child.ready(PATIENCE)
    assert (facts.engine, facts.trained, facts.device) == ("tiny", False, "cpu")
    assert child.problem is None


def test_it_draws_with_previews_and_then_the_result(child):
    drawing = child.submit(request("one", seeds=(1, 2), size=1024))
    messages = []
    while not drawing.finished:
        message = drawing.next(PATIENCE)
        assert message is not None
        messages.append(message)
    *previews, result = messages
    assert isinstance(result, Result)
    assert [picture[:4] for picture in result.pictures] == [b"\x89PNG"] * 2
    assert result.used["seeds"] == [1, 2]
    assert all(isinstance(preview, Preview) and preview.id == "one" for preview in previews)
    assert [preview.step for preview in previews] == list(range(1, previews[0].steps + 1))
    assert drawing.next(0) is None


def test_many_wait_and_each_gets_its_own(child):
    drawings = [child.submit(request(f"n{n}", seeds=(n,))) for n in range(6)]
    results = [last(drawing) for drawing in drawings]
    assert [result.used["seeds"] for result in results] == [[n] for n in range(6)]
    assert [result.id for result in results] == [f"n{n}" for n in range(6)]


def test_two_with_one_id_are_not_mixed_up(child):
    """A job's second attempt may be submitted while its first still waits here."""
    first, second = (child.submit(request("same", seeds=(seed,))) for seed in (11, 12))
    assert last(second).used["seeds"] == [12]
    assert last(first).used["seeds"] == [11]


def test_threads_may_submit_at_once(child):
    results = {}

    def work(n):
        results[n] = last(child.submit(request(str(n), seeds=(n,))))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert {n: result.used["seeds"] for n, result in results.items()} == {n: [n] for n in range(8)}


@pytest.mark.parametrize("wrong", [{"prompt": " "}, {"seeds": ()}, {"size": 7}, {"kind": "edit"}, {"seeds": ("x",)}])
def test_a_bad_request_fails_and_the_child_lives(child, wrong):
    child.ready(PATIENCE)
    before = child.pid
    answer = last(child.submit(request("bad", **wrong)))
    assert isinstance(answer, Failed)
    assert answer.reason == "bad_request"
    assert answer.message
    assert isinstance(last(child.submit(request("good"))), Result)
    assert child.pid == before


def test_cancel_after_the_end_is_harmless(child):
    drawing = child.submit(request("done"))
    assert isinstance(last(drawing), Result)
    drawing.cancel()
    assert isinstance(last(child.submit(request("next"))), Result)
    assert drawing.next(0) is None


def test_next_gives_up_after_its_time(slow):
    drawing = slow.submit(request("slow"))
    assert isinstance(drawing.next(PATIENCE), Preview)
    began = time.monotonic()
    assert drawing.next(0.1) is None
    assert time.monotonic() - began < 20


def test_cancel_ends_one_that_runs_and_one_that_waits(slow):
    running, waiting, third = (slow.submit(request(name)) for name in ("running", "waiting", "third"))
    assert isinstance(running.next(PATIENCE), Preview)
    began = time.monotonic()
    waiting.cancel()
    assert waiting.next(20) == Cancelled("waiting")
    running.cancel()
    assert last(running) == Cancelled("running")
    assert isinstance(third.next(20), Preview)
    assert time.monotonic() - began < 25
    third.cancel()
    third.cancel()
    assert last(third) == Cancelled("third")


def test_killed_in_mid_draw_everyone_waiting_is_told_and_the_next_gets_a_new_child(slow):
    running, waiting = slow.submit(request("running")), slow.submit(request("waiting"))
    assert isinstance(running.next(PATIENCE), Preview)
    old = slow.pid
    os.kill(old, signal.SIGKILL)
    for drawing in (running, waiting):
        with pytest.raises(ChildDied, match="SIGKILL"):
            drawing.next(20)
        with pytest.raises(ChildDied):
            drawing.next(0)
        assert drawing.finished
        drawing.cancel()
    assert isinstance(slow.submit(request("again")).next(PATIENCE), Preview)
    assert slow.pid != old


def test_kill_wakes_a_thread_that_waits(slow):
    drawing = slow.submit(request("waiting"))
    assert isinstance(drawing.next(PATIENCE), Preview)
    threading.Timer(0.2, slow.kill).start()
    began = time.monotonic()
    with pytest.raises(ChildDied):
        drawing.next(PATIENCE)
    assert time.monotonic() - began < 25


def test_killed_while_it_loads(slow):
    drawing = slow.submit(request("early"))
    slow.kill()
    with pytest.raises(ChildDied):
        drawing.next(20)


def test_a_child_that_says_nothing_is_killed(slow):
    slow.start()
    assert slow.ready(PATIENCE) is not None
    slow._run._stall_seconds = 2  # only now, so that a machine under load has its time to start it
    drawing = slow.submit(request("stalled"))
    began = time.monotonic()
    with pytest.raises(ChildDied, match="said nothing for 2 s"):
        last(drawing)
    assert time.monotonic() - began < 25
    assert slow.pid is None


def test_answers_about_others_do_not_hide_a_stall(slow):
    running = slow.submit(request("stalled"))
    assert isinstance(running.next(PATIENCE), Preview)
    slow._run._stall_seconds = 3
    deadline = time.monotonic() + 20

    def chatter():
        while time.monotonic() < deadline:
            other = slow.submit(request("other"))
            other.cancel()
            other.next(20)
            running.next(0.1)

    with pytest.raises(ChildDied, match="said nothing"):
        chatter()


def test_a_long_silence_while_idle_is_no_stall(child):
    assert child.ready(PATIENCE) is not None
    before = child.pid
    child._run._heard -= 10 * child.stall_seconds
    with child._run._changed:
        child._run._changed.notify_all()
    assert isinstance(last(child.submit(request("later"))), Result)
    assert child.pid == before


def test_a_stopped_child_does_not_hold_up_who_submits(slow):
    slow.start()
    slow.ready(PATIENCE)
    os.kill(slow.pid, signal.SIGSTOP)
    began = time.monotonic()
    drawings = [slow.submit(request(str(n), prompt="x" * 1000)) for n in range(200)]
    assert time.monotonic() - began < 20
    slow.kill()
    for drawing in drawings:
        with pytest.raises(ChildDied):
            drawing.next(20)


def test_close_ends_the_child_and_nothing_can_be_submitted(slow):
    drawing = slow.submit(request("last"))
    assert isinstance(drawing.next(PATIENCE), Preview)
    pid = slow.pid
    slow.close()
    assert gone(pid)
    with pytest.raises(ChildDied):
        drawing.next(20)
    with pytest.raises(RuntimeError):
        slow.submit(request("too late"))


def test_an_engine_that_does_not_exist_is_never_ready_and_says_why():
    child = ModelChild(engine="dall-e")
    child.start()
    assert child.ready(PATIENCE) is None
    assert "dall-e" in child.problem
    assert "bundled, tiny" in child.problem
    with pytest.raises(ChildDied, match="dall-e"):
        child.submit(request("a")).next(PATIENCE)
    child.close()


def test_nothing_is_ready_that_was_not_started():
    child = ModelChild(engine="tiny")
    assert child.ready(0) is None
    assert child.pid is None
    child.close()


PARENT = """
import sys, time
from gpu_worker.request import DrawRequest
from gpu_worker.runtime.child import ModelChild
child = ModelChild(engine="tiny", environment={"GPU_WORKER_STEP_SECONDS": "30"})
drawing = child.submit(DrawRequest("a", "prompt", "a cat", (1,), size=256))
assert drawing.next(60) is not None
print(child.pid, flush=True)
time.sleep(600)
"""


def test_the_child_ends_with_its_parent_even_in_mid_draw():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        parent.kill()
        parent.wait()
        wait_for(lambda: gone(pid), 25)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()


def test_the_child_ends_with_its_parent_even_if_a_sister_holds_the_pipe():
    forked = "import os\nif os.fork() == 0:\n    os.close(1)\n    time.sleep(600)\nprint("
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.replace("print(", forked)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        wait_for(lambda: gone(pid), 25)
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.stdout.close()


def test_the_child_gives_way_to_the_web_and_keeps_to_its_threads():
    child = ModelChild(engine="tiny", environment={"GPU_WORKER_THREADS": "1"})
    child.start()
    assert child.ready(PATIENCE) is not None
    assert os.getpriority(os.PRIO_PROCESS, child.pid) == os.getpriority(os.PRIO_PROCESS, 0) + 5
    child.close()


def test_the_parents_side_never_loads_torch():
    code = "import sys, gpu_worker.request, gpu_worker.runtime.child; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "gpu_worker.runtime.child" in loaded
    assert "'torch'" not in loaded
    assert "'numpy'" not in loaded
