import pytest

from accounts.models import Person
from generation.services import make_origin
from tests.generation.api.caller import Program, make_program


@pytest.fixture
def program(alice: Person, woken: list[str]) -> Program:
    """Alice's, with five dollars."""
    make_origin()
    return make_program(alice)
