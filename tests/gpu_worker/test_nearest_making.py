"""How the table of near words is made, without the embeddings: a stand-in says what is like what."""

import json

import numpy as np
import pytest

from gpu_worker.nets.nearest import table
from gpu_worker.nets.tokenizer import known_words
from gpu_worker.training import nearest
from gpu_worker.training.nearest import ENGLISH, LANGUAGES, Emoji, build, by_hand, readable, spellings, typed_plainly

KNOWN = frozenset(known_words())


class StandIn:
    """Everything is like "river" if it begins with b, else like nothing."""

    vocabulary = (*["[unused]"] * nearest.RAREST, "bank", "bayou", "creeklike", "dog")

    def nearest(self, words, targets):
        assert "the" not in targets
        return [("river", 0.9 if word.startswith("b") else 0.1) for word in words]

    def likeness(self, these, those):
        return np.array([0.9 if this == "barker" else 0.1 for this in these])


def entry(hexcode, unicode, label, tags=(), group=3):
    return {"hexcode": hexcode, "unicode": unicode, "label": label, "tags": list(tags), "group": group}


@pytest.fixture
def emoji(tmp_path):
    said = {
        "en": [
            entry("A", "🐕️", "dog", ["barker", "loud", "tail"]),
            entry("B", "🐶", "dog face", ["barker"]),
            entry("C", "🐈", "cat", ["tail"]),
            entry("D", "🧑‍🚀", "astronaut"),
            entry("E", "🛹", "skateboard", group=6),
        ],
        "de": [entry("A", "🐕️", "Quelf"), entry("D", "🧑‍🚀", "Zastronaut(in)")],
        "fr": [entry("A", "🐕️", "gift"), entry("C", "🐈", "quâlf"), entry("E", "🛹", "plonche à roues")],
        "es": [entry("A", "🐕️", "dobo"), entry("C", "🐈", "xatón")],
        "it": [entry("C", "🐈", "dobo")],
    }
    for language in (*nearest.SPOKEN, "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "compact.json").write_text(json.dumps(said.get(language, [])), encoding="utf-8")
    return Emoji(tmp_path)


@pytest.fixture
def made(emoji):
    return build(emoji, StandIn())


def test_names_in_other_languages_are_read_as_our_subjects(made):
    assert made["quelf"] == "dog"
    assert made["zastronaut"] == made["zastronautin"] == "astronaut"
    assert made["plonche à roues"] == "skateboard"
    assert made["xatón"] == made["xaton"] == "cat"


def test_where_languages_do_not_agree_nothing_is_read(made):
    assert "dobo" not in made


def test_known_english_words_win_over_other_languages(made):
    assert "gift" not in made


def test_only_tags_of_one_thing_that_are_like_it_are_taken(made):
    assert made["barker"] == "dog"
    assert "tail" not in made and "loud" not in made


def test_neighbours_are_taken_where_near_and_not_refused_by_hand(made):
    assert made["bayou"] == "river"
    assert "bank" not in made and "creeklike" not in made and "dog" not in made


def test_emoji_are_read_without_variation_and_an_animals_face_is_the_animal(made):
    assert made["🐕"] == made["🐶"] == "dog"
    assert made["🧑 \u200d 🚀"] == "astronaut"


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("Astronaut(in)", {"Astronaut", "Astronautin"}),
        ("Arzt/Ärztin", {"Arzt", "Ärztin"}),
        ("Feuerwehrmann/-frau", {"Feuerwehrmann"}),
        ("fermier (tous genres)", {"fermier"}),
        ("Hund", {"Hund"}),
    ],
)
def test_a_label_may_hold_two_names(label, names):
    assert set(spellings(label)) == names


def test_words_are_typed_without_marks_too():
    assert set(typed_plainly("gâteau")) == {"gateau", "gâteau"}
    assert set(typed_plainly("löwe")) == {"lowe", "loewe"}
    assert "slon" in typed_plainly("słoń")
    assert set(typed_plainly("котёнок")) == {"котенок"}
    assert set(typed_plainly("синий")) == {"синий"}


@pytest.mark.parametrize("file", [ENGLISH, LANGUAGES])
def test_what_stands_in_the_lists_by_hand_is_sound_and_is_in_the_shipped_table(file):
    seen = {}
    refused = {word for word, target in by_hand(ENGLISH.read_text(encoding="utf-8")) if target is None}
    for word, target in by_hand(file.read_text(encoding="utf-8")):
        if target is None:
            assert word not in table().words, word
            continue
        assert readable(target, KNOWN), (word, target)
        assert seen.setdefault(word, target) == target, word
        assert word not in refused, word
        assert not KNOWN.issuperset(word.split()), word
        if file == ENGLISH:
            assert table().words.get(word) == target, word
        else:
            assert word in table().words, word  # English wins where both have it


def test_a_wrong_target_by_hand_is_refused_aloud(emoji, tmp_path, monkeypatch):
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("zyxst = kitten\n", encoding="utf-8")
    monkeypatch.setattr(nearest, "ENGLISH", wrong)
    with pytest.raises(ValueError, match="zyxst"):
        build(emoji, StandIn())
