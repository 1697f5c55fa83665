"""The OpenAPI document: it names every address, and answers are as it says."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from generation.api.application import ENDPOINTS
from generation.api.document import document
from generation.models import Job
from tests.generation.api.caller import Program, Reply, working

pytestmark = pytest.mark.django_db(transaction=True)

# What is no act of a program, but belongs to the answers.
BESIDE = ("/v1/openapi.json", "/v1/images/files/")


def test_every_endpoint_is_in_it() -> None:
    told = {(method.upper(), f"/v1{path}") for path, acts in document(address="")["paths"].items() for method in acts}
    ours = {(endpoint.method, _plain(endpoint.path.pattern)) for endpoint in ENDPOINTS}
    assert told == {(method, path) for method, path in ours if not path.startswith(BESIDE)}


def _plain(pattern: str) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern).replace("\\", "")


async def test_it_needs_no_key(program: Program) -> None:
    reply = await program.ask("/v1/openapi.json", method="GET", headers={"authorization": ""})
    assert (reply.status, reply.body["openapi"]) == (200, "3.1.0")
    assert reply.body["servers"] == [{"url": "http://127.0.0.1/v1"}]


async def test_answers_are_as_it_says(program: Program) -> None:
    fields = {"prompt": "x", "size": "256x256"}
    async with working():
        begun = await program.ask("/v1/images/jobs", {"kind": "generation", **fields})
        path = f"/images/jobs/{begun.body['id']}"
        answers = {
            ("POST", "/images/generations"): await program.draw(size="256x256", n=2),
            ("POST", "/images/jobs"): begun,
            ("GET", "/models"): await program.ask("/v1/models", method="GET"),
            ("GET", "/models/{name}"): await program.ask("/v1/models/tiny", method="GET"),
            ("GET", "/images/jobs/{job}"): await program.ask(f"/v1{path}", method="GET"),
            ("POST", "/images/jobs/{job}/cancel"): await program.ask(f"/v1{path}/cancel"),
            ("GET", "/usage"): await program.ask("/v1/usage", method="GET"),
        }
    refused = await program.draw(n=11)
    for (method, path), reply in {**answers, ("POST", "/images/edits"): refused}.items():
        _check(method, path, reply)
    assert await Job.objects.acount() == 2


def _check(method: str, path: str, reply: Reply) -> None:
    whole = document(address="")
    answers = whole["paths"][path][method.lower()]["responses"]
    told = answers.get(str(reply.status)) or answers["default"]
    schema = told["content"][reply.headers["content-type"]]["schema"]
    assert fits(reply.body, schema, whole["components"]["schemas"]), (path, reply.body)


TYPES = {"string": str, "integer": int, "object": dict, "array": list, "null": type(None)}


def fits(value: Any, schema: Mapping[str, Any], named: Mapping[str, Any]) -> bool:
    """Of JSON Schema what the document uses; a word that is not known here fails aloud."""
    for word, said in schema.items():
        match word:
            case "$ref":
                good = fits(value, named[said.rpartition("/")[2]], named)
            case "type":
                good = isinstance(value, TYPES[said]) and not isinstance(value, bool)
            case "const" | "enum":
                good = value in (said if word == "enum" else [said])
            case "anyOf":
                good = any(fits(value, each, named) for each in said)
            case "required":
                good = set(said) <= set(value)
            case "properties":
                good = set(value) <= set(said) and all(fits(value[name], said[name], named) for name in value)
            case "items":
                good = all(fits(each, said, named) for each in value)
            case "format":
                good = True
            case _:
                raise AssertionError(f"no test knows the word {word}")
        if not good:
            return False
    return True


def test_what_does_not_fit_is_seen() -> None:
    named = document(address="")["components"]["schemas"]
    good = {"error": {"code": None, "message": "x", "param": None, "type": "y"}}
    assert fits(good, named["Error"], named)
    for wrong in ({}, {"error": "text"}, {"error": {"code": 5, "message": "x", "param": None, "type": "y"}}, []):
        assert not fits(wrong, named["Error"], named)
