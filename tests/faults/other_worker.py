"""A worker that nobody stops, one step at a time: the product's own code in a process beside the site's.

As a module it is that process: it takes a step for every line that it reads, and says what it did.
"""

import os
import subprocess
import sys
import time
from types import TracebackType
from typing import Any, Self

import django

from tests.pictures import png
from tests.site import ROOT, Site


class OtherWorker:
    """`claim`, `store` and `deliver`, in this order. Its lease outlasts any test."""

    def __init__(self, site: Site) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.other_worker"],
            cwd=ROOT,
            env={**site.environment, "TESSERA_LEASE_SECONDS": "300"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def claim(self, job_id: str) -> int:
        """Waits until this job's lease has run out, and takes it over; the number of its attempt."""
        said = self._step()
        assert said[:2] == ["claimed", job_id], said
        return int(said[2])

    def store(self) -> None:
        """Writes all the files and no row."""
        assert self._step() == ["stored"]

    def deliver(self) -> None:
        assert self._step() == ["delivered"], "the other worker lost the job that was its own"

    def _step(self) -> list[str]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dalle_site.settings")
    django.setup()
    from generation import services
    from generation.services import pictures

    def claimed() -> services.Claim:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            services.sweep()
            if claim := services.claim_drawing():
                return claim
            time.sleep(0.1)
        raise SystemExit("no job became free")

    record = pictures._record

    def record_when_told(*args: Any, **facts: Any) -> bool:
        _done("stored")
        return record(*args, **facts)

    setattr(pictures, "_record", record_when_told)  # noqa: B010 (plainly, the type checker takes it for a mistake)
    input()
    claim = claimed()
    _done("claimed", claim.job_id, claim.attempt)
    four = tuple(png(1024, (40 * index, 90, 90)) for index in range(4))
    delivered = services.deliver(claim, pictures=four)
    print("delivered" if delivered else "refused", flush=True)


def _done(*what: object) -> None:
    """Says what was done, and waits for leave to go on."""
    print(*what, flush=True)
    input()


if __name__ == "__main__":
    main()
