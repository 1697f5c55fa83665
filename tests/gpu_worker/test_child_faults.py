"""A child that fails, babbles or is spoken to in nonsense."""

import struct
import sys
import time

import pytest

from gpu_worker.request import Failed, Result
from gpu_worker.runtime.child import ChildDied, ModelChild
from tests.gpu_worker.children import last, request


def serve(code):
    """A child whose start is wrapped in `code`, which sees `serve`."""

    class Wrapped(ModelChild):
        def _command(self):
            start = "import sys; from gpu_worker.runtime import serve\n"
            return [sys.executable, "-c", f"{start}{code}\nsys.exit(serve.main({super()._command()[4:]!r}))"]

    return Wrapped(engine="tiny")


def test_stray_prints_do_not_harm_the_frames(capfd):
    child = serve(
        "claim = serve.claim_streams\n"
        "def noisy():\n"
        "    streams = claim()\n"
        "    import os; print('chatter', flush=True); os.write(1, b'more chatter'); assert sys.stdin.read() == ''\n"
        "    return streams\n"
        "serve.claim_streams = noisy"
    )
    assert isinstance(last(child.submit(request("a"))), Result)
    child.close()
    assert "chattermore" in capfd.readouterr().err.replace("\n", "")


@pytest.mark.parametrize(
    "garbage",
    [
        b"Traceback (most recent call last):",
        struct.pack(">I", 2) + b"{}",
        struct.pack(">I", 30) + b'{"type":"poem","ticket":1,"blobs":[]}'[:30].ljust(30),
        struct.pack(">I", 42) + b'{"type": "result", "ticket": 1,"blobs":[]}',
        struct.pack(">I", 36) + b'{"type": "ready", "blobs": []}'.ljust(36),
    ],
)
def test_a_child_that_speaks_nonsense_is_killed_with_a_clear_word(garbage):
    child = serve(
        "import time\n"
        "def babble(desk, incoming):\n"
        f"    desk._outgoing.write({garbage!r}); desk._outgoing.flush(); time.sleep(600)\n"
        "serve.read_all = babble"
    )
    began = time.monotonic()
    with pytest.raises(ChildDied, match="no message"):
        last(child.submit(request("a")))
    assert time.monotonic() - began < 20
    child.close()


FAULTS = {
    "memory": ("MemoryError()", "out_of_memory"),
    "gpu": ("torch.OutOfMemoryError('CUDA out of memory.')", "out_of_memory"),
    "cpu": ('RuntimeError("DefaultCPUAllocator: can\'t allocate memory: 99 bytes")', "out_of_memory"),
    "other": ("ZeroDivisionError('by zero')", "error"),
}


def test_a_failure_is_told_with_its_reason_and_the_child_lives():
    faults = ", ".join(f"{prompt!r}: {raised}" for prompt, (raised, _) in FAULTS.items())
    child = serve(
        "from gpu_worker.engines.unclip import UnclipEngine\n"
        "import torch\n"
        "draw = UnclipEngine.draw\n"
        "def faulty(self, request, **how):\n"
        f"    fault = {{{faults}}}.get(request.prompt)\n"
        "    if fault is not None: raise fault\n"
        "    return draw(self, request, **how)\n"
        "UnclipEngine.draw = faulty"
    )
    for prompt, (_, reason) in FAULTS.items():
        answer = last(child.submit(request("a", prompt=prompt)))
        assert isinstance(answer, Failed)
        assert answer.reason == reason
    assert isinstance(last(child.submit(request("b"))), Result)
    child.close()


def test_a_request_the_child_cannot_read_ends_it_and_not_the_parent():
    child = ModelChild(engine="tiny")
    drawing = child.submit(request("a"))
    child._run._process.stdin.write(b"\xff" * 40)
    child._run._process.stdin.flush()
    with pytest.raises(ChildDied, match="exit status 4"):
        last(drawing)
    child.close()
