import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

HELD_OUT = Path(__file__).resolve().parents[1] / "bench" / "moderation_held_out.jsonl"
SHA256 = "13430955eab9eb53235a5b0abbe237a7e5746d689b1b54c4d870db4d44957113"
CATEGORIES = {
    "hate",
    "harassment",
    "violence",
    "self-harm",
    "sexual",
    "shocking",
    "illegal activity",
    "deception",
    "political",
    "public and personal health",
    "spam",
    "likeness",
}


@pytest.fixture(scope="module")
def prompts() -> list[dict[str, str]]:
    return [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]


def test_the_prompts_are_those_committed_before_tuning() -> None:
    assert hashlib.sha256(HELD_OUT.read_bytes()).hexdigest() == SHA256


def test_each_prompt_has_its_keys(prompts: list[dict[str, str]]) -> None:
    for prompt in prompts:
        assert prompt.keys() == {"text", "label", "kind"}
        assert 0 < len(prompt["text"]) <= 400
        assert prompt["label"] in CATEGORIES | {"harmless"}
        assert prompt["kind"] in {"plain", "hard-negative", "everyday"}
        assert prompt["label"] == "harmless" or prompt["kind"] == "plain"


def test_there_are_enough_of_each_and_none_twice(prompts: list[dict[str, str]]) -> None:
    labels = Counter(prompt["label"] for prompt in prompts)
    kinds = Counter(prompt["kind"] for prompt in prompts)
    assert len({prompt["text"].casefold() for prompt in prompts}) == len(prompts) >= 800
    assert kinds["hard-negative"] >= 150
    assert kinds["everyday"] >= 200
    assert all(labels[category] >= 35 for category in CATEGORIES)
