from collections.abc import Iterator

import pytest

from tests.faults.machine import FULL_MODE
from tests.site import Site, Visitor

# A fault that a mode cannot have is not collected there: a test that is skipped counts as one that failed.
collect_ignore = ["test_one_command.py"] if FULL_MODE else ["test_broker.py", "test_workers.py"]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all tests whose faults leave it whole. Nine steps of 0.2 s: time to hit one."""
    # A lease that outlasts a loaded machine's pauses: what these faults need of it is none of its length.
    patient = {"TESSERA_LEASE_SECONDS": "15", "GPU_WORKER_STEP_SECONDS": "0.2"}
    with Site(tmp_path_factory.mktemp("site"), **patient) as running:
        yield running


@pytest.fixture(scope="session")
def quick_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same with a lease of three seconds, for tests that wait until it has run out."""
    with Site(tmp_path_factory.mktemp("quick"), GPU_WORKER_STEP_SECONDS="0.1") as running:
        yield running


@pytest.fixture(scope="session")
def alice(site: Site) -> Visitor:
    return site.sign_up("alice@example.com")


@pytest.fixture(scope="session")
def bob(site: Site) -> Visitor:
    return site.sign_up("bob@example.com")
