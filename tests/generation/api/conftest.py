from collections.abc import Iterator

import pytest

from accounts.models import Person
from generation.services import make_origin
from tests.generation.api.caller import Program, end_apis, make_program


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    end_apis()


@pytest.fixture
def program(alice: Person, woken: list[str]) -> Program:
    """Alice's, with five dollars."""
    make_origin()
    return make_program(alice)
