import json
from pathlib import Path

import pytest

from generation.services import BadSentence, clean_sentence, normalise

LENGTHS = json.loads((Path(__file__).parents[1] / "fixtures" / "prompt_lengths.json").read_text())


@pytest.mark.parametrize("case", LENGTHS, ids=lambda case: repr(case["text"])[:30])
def test_both_sides_count_alike(case: dict[str, object]) -> None:
    assert len(normalise(str(case["text"]))) == case["length"]


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\u200b\u200d\ufeff", "\u00a0\u2003", "\u202e"])
def test_nothing_to_see_is_refused(text: str) -> None:
    with pytest.raises(BadSentence, match="Write what you want to see"):
        clean_sentence(text)


@pytest.mark.parametrize(("text", "code"), [("a\x00b", "U+0000"), ("a\x1b[31m", "U+001B"), ("a\ud800", "U+D800")])
def test_unreadable_characters_are_named(text: str, code: str) -> None:
    with pytest.raises(BadSentence, match=code.replace("+", r"\+")):
        clean_sentence(text)


def test_the_limit_counts_code_points() -> None:
    assert len(clean_sentence("🦑" * 400)) == 400
    with pytest.raises(BadSentence, match="1 character too long"):
        clean_sentence("🦑" * 401)


@pytest.mark.parametrize(
    "text", ["ציפור אדומה", "قطة زرقاء", "می‌خواهم", "👩‍🚀 on a skateboard", "two\nlines\tand a tab"]
)
def test_every_language_is_welcome(text: str) -> None:
    assert clean_sentence(text) == normalise(text)
