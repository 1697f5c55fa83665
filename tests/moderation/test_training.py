"""What the filter learnt from, and that the weights which ship are what came of it."""

import hashlib
from collections import Counter

import numpy as np

from moderation.policy import CATEGORIES
from moderation.screener.meaning import WEIGHTS
from moderation.screener.windows import NARROW, WIDTH, parts_of
from moderation.screener.wordpiece import WordPieces
from moderation.training.__main__ import apart
from moderation.training.fitting import fitted
from moderation.training.prompts import HARMLESS, learning_prompts, styles, unfolded

# Found by words, names and hashes alone, not by meaning.
NOT_LEARNT = {"artists", "faces", "other", "language"}


def test_there_is_enough_of_every_category_and_much_that_is_harmless() -> None:
    found = Counter(prompt.category for prompt in learning_prompts())
    assert set(found) == {HARMLESS, *CATEGORIES} - NOT_LEARNT
    assert found.total() >= 2000
    assert found[HARMLESS] >= found.total() / 3
    assert min(found.values()) >= 50
    assert len(styles()) >= 30


def test_a_line_unfolds_the_same_each_time() -> None:
    assert unfolded("a {red|blue} {fox|owl|}", 9) == [
        "a red fox",
        "a red owl",
        "a red",
        "a blue fox",
        "a blue owl",
        "a blue",
    ]
    line = "{a|b|c|d} {e|f|g|h} {i|j|k|l}"
    assert unfolded(line, 5) == unfolded(line, 5)
    assert len(unfolded(line, 5)) == 5


def test_what_is_kept_apart_shares_no_line_with_what_is_learnt() -> None:
    kept, learnt = apart(learning_prompts())
    assert kept and learnt
    assert not {one.line for one in kept} & {one.line for one in learnt}


def test_the_weights_are_what_their_checksum_says_and_name_every_category() -> None:
    said = WEIGHTS.with_suffix(".sha256").read_text().split()[0]
    assert hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == said
    with np.load(WEIGHTS, allow_pickle=False) as held:
        assert list(held["categories"][:1]) == [HARMLESS]
        assert set(held["categories"][1:]) == set(CATEGORIES) - NOT_LEARNT
    assert WEIGHTS.stat().st_size < 500_000


def test_learning_twice_comes_to_the_same_and_tells_apart_what_can_be() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(300) % 3
    vectors = (random.normal(0, 0.3, (300, 16)) + np.eye(3, 16)[labels]).astype(np.float32)
    one, other = (fitted(vectors, labels, classes=3) for _ in range(2))
    assert np.array_equal(one.outer, other.outer) and np.array_equal(one.inner, other.inner)
    assert (one.chances(vectors).argmax(1) == labels).mean() > 0.95


def test_words_become_the_numbers_that_the_net_learnt_with() -> None:
    """As the published tokenizer gives them (tokenizers 0.23, all-MiniLM-L6-v2)."""
    ids, mask = WordPieces().rows(["A murder of crows, café! Ünïcode-word 日本 8k", "x"])
    assert ids[0].tolist() == [
        101,
        1037,
        4028,
        1997,
        21623,
        1010,
        7668,
        999,
        27260,
        1011,
        2773,
        1864,
        1876,
        1022,
        2243,
        102,
    ]
    assert mask[1].tolist() == [1, 1, 1] + [0] * 13


def test_every_word_of_a_sentence_stands_in_a_small_part_of_it() -> None:
    words = [f"word{number}" for number in range(60)]
    for text in (" ".join(words), ", ".join(words), " ".join(words[:30]) + ". " + ", ".join(words[30:])):
        parts = parts_of(text)
        assert parts[0] == text
        small = [part for part in parts[1:] if len(part.split()) <= WIDTH]
        assert {word for part in small for word in part.split()} == set(words)
    assert any(len(part.split()) == NARROW for part in parts_of(" ".join(words)))
    assert parts_of("") == []
