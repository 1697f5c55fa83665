"""The corpus in words: subjects, grammar, captions, facts, and the rule for what is held out."""

import re

import numpy as np
import pytest

from gpu_worker.corpus.captions import captions, facts
from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.grammar import article, noun_phrase, plural_of
from gpu_worker.corpus.heldout import STORY_PROMPTS, STORY_RELATIONS, held_out, word_number
from gpu_worker.corpus.mitigations import unwanted_words
from gpu_worker.corpus.places import PLACES
from gpu_worker.corpus.plan import VISIBLE_CHANGE
from gpu_worker.corpus.plan import held_out as holds_pair
from gpu_worker.corpus.shares import people
from gpu_worker.corpus.styles import STYLE_NAMES, STYLES
from gpu_worker.corpus.subjects import read, subjects
from gpu_worker.corpus.vocabulary import RELATIONS
from gpu_worker.corpus.weather import HOURS, WEATHERS
from tests.gpu_worker.drawings import tiny_corpus


def test_there_is_enough_to_draw():
    assert len(subjects()) >= 400
    assert sum(subject.core for subject in subjects()) == 150
    assert len(COLOUR_NAMES) == 13 and len(RELATIONS) == 10
    assert sum(not place.plain for place in PLACES) >= 13 and sum(place.plain for place in PLACES) >= 8
    assert sum(not style.unnamed for style in STYLES) >= 16
    assert {"van_gogh", "oil", "watercolor", "pencil", "pop_art", "stained_glass", "pixel_art", "ukiyo_e", "neon",
            "bw_photo", "3d_render"} <= set(STYLE_NAMES)  # fmt: skip
    assert len(HOURS) >= 4 and len(WEATHERS) >= 5


def test_nothing_unwanted_is_drawn():
    assert not [subject.name for subject in subjects() if unwanted_words(subject.name)]


def test_a_name_means_one_drawing():
    """A head is never sold as the whole animal: whoever has a face in the list has a name that says so."""
    heads = {subject.name for subject in subjects() if subject.kind == "head"}
    assert all(name.endswith((" face", " head")) for name in heads)
    with pytest.raises(ValueError, match="named twice"):
        read("[animal]\ncat\ncat\n")


@pytest.mark.parametrize(
    ("name", "plural"),
    [
        ("cat", "cats"), ("fox", "foxes"), ("bus", "buses"), ("cherry", "cherries"), ("toy", "toys"),
        ("slice of pizza", "slices of pizza"), ("box of French fries", "boxes of French fries"), ("church", "churches"),
    ],
)  # fmt: skip
def test_plurals(name, plural):
    assert plural_of(name) == plural


def test_irregular_plurals_are_written_down():
    written = {subject.name: subject.plural for subject in subjects()}
    assert written["mouse"] == "mice" and written["sheep"] == "sheep" and written["snowman"] == "snowmen"
    assert written["wolf"] == "wolves" and written["child"] == "children" and written["person"] == "people"
    for name, plural in written.items():
        bad = re.search(r"(mans|womans|mouses|sheeps|fishs|foxs|boxs|[^aeiou]ys|childs|wolfs|loafs|leafs)\b", plural)
        assert not bad, (name, plural)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("apple", "an"), ("unicorn head", "a"), ("orange cat", "an"), ("hourglass", "an"), ("T-shirt", "a"),
        ("eagle", "an"), ("uniform", "a"), ("umbrella", "an"), ("owl", "an"), ("one-eyed cat", "a"), ("ice car", "an"),
    ],
)  # fmt: skip
def test_articles(words, wanted):
    assert article(words) == wanted


def test_noun_phrases():
    assert noun_phrase("apple", "apples", adjectives="red") == "a red apple"
    assert noun_phrase("apple", "apples", count=3, adjectives="red") == "three red apples"
    assert noun_phrase("Santa Claus", "Santa Clauses") == "Santa Claus"
    assert noun_phrase("Santa Claus", "Santa Clauses", adjectives="blue") == "a blue Santa Claus"
    assert noun_phrase("Statue of Liberty", "Statues of Liberty") == "the Statue of Liberty"


def test_captions_are_english():
    corpus = tiny_corpus()
    said = captions(corpus.plan(3, 4000, split="all"), corpus.atlas.known)
    for caption in said:
        assert "  " not in caption and caption == caption.strip() and not caption.endswith(",")
        assert not re.search(r"\b(of|as|by) (in|on|at|under|above|among|against)\b", caption), caption
        for a, word in re.findall(r"\b(an?) ([\w-]+)", caption):
            assert a == article(word), caption
        for number, words in re.findall(r"\b(two|three|four|five) ([\w '-]+)", caption):
            assert re.search(r"(s|people|men|mice|sheep)\b", words), (number, caption)
    assert len(set(said)) > 3500, "hardly any two say the same"
    assert any(caption.startswith("a photo of") for caption in said)
    assert any(re.search(r"poster of .*, bright lighting, vibrant colou?rs$", caption) for caption in said)


def test_a_caption_says_what_is_there_and_no_more():
    corpus = tiny_corpus()
    plan = corpus.plan(5, 4000, split="all")
    by_name = {style.name: style for style in STYLES}
    for caption, fact in zip(captions(plan, corpus.atlas.known), facts(plan, corpus.atlas.known), strict=True):
        style = by_name.get(fact.style or "plain")
        if style.colour == 0:
            assert fact.colour is None and fact.object_colour is None
        if not style.count:
            assert fact.count is None
        if not style.place:
            assert fact.place is None
        if not style.hour:
            assert fact.hour is None and fact.weather is None
        for colour in (fact.colour, fact.object_colour):
            assert colour is None or colour in caption or (colour == "gray" and "grey" in caption)


def test_no_colour_word_where_the_eye_would_not_see_it():
    corpus = tiny_corpus()
    plan = corpus.plan(6, 3000, split="all")
    left = np.array([style.colour for style in STYLES])[plan.style]
    one = (plan.count == 1) & (plan.relation < 0) & (plan.colour >= 0)
    change = corpus.atlas.facts["change"][plan.sprite[one, 0], plan.colour[one]] * left[one]
    assert one.sum() > 100 and change.min() >= VISIBLE_CHANGE
    banana = [fact.colour for fact in facts(plan, corpus.atlas.known) if fact.subject == "banana"]
    assert "yellow" not in banana and "blue" in banana


def test_the_rule_is_of_words_and_takes_a_twentieth():
    names = np.array([word_number(f"subject:{subject.name}") for subject in subjects()])
    colours = np.array([word_number(f"colour:{name}") for name in COLOUR_NAMES])
    held = held_out(names[:, None], colours[None])
    assert 0.035 < held.mean() < 0.065
    assert (held == held_out(names[:, None], colours[None])).all()
    assert (held != held_out(colours[None], names[:, None])).any(), "order matters"


def test_training_never_meets_a_held_out_pair_and_evaluation_always_does():
    corpus = tiny_corpus()
    train, heldout = corpus.plan(1, 5000), corpus.plan(1, 800, split="heldout")
    assert not holds_pair(train, corpus.vocabulary).any()
    assert holds_pair(heldout, corpus.vocabulary).all()
    names, rule = corpus.vocabulary.names, corpus.vocabulary.rule
    for row in range(len(train)):
        if train.relation[row] >= 0:
            triple = (names[train.subject[row]], RELATIONS[train.relation[row]], names[train.object[row]])
            assert triple not in STORY_RELATIONS
        assert train.colour[row] < 0 or not rule.colour[train.subject[row], train.colour[row]]


def test_the_story_is_held_out():
    corpus = tiny_corpus()
    assert len(STORY_PROMPTS) == 3
    said = captions(corpus.plan(2, 3000), corpus.atlas.known)
    assert not set(said) & set(STORY_PROMPTS)
    assert not any("banana riding" in caption and "skateboard" in caption for caption in said)


def test_heldout_prompts_are_fixed():
    corpus = tiny_corpus()
    prompts = corpus.heldout_prompts(60, seed=4)
    assert prompts == corpus.heldout_prompts(60, seed=4) and len(prompts) == 60
    assert prompts != corpus.heldout_prompts(60, seed=5)


def test_people_are_drawn_in_even_shares():
    corpus = tiny_corpus()
    shares = people(corpus, corpus.plan(7, 60_000, split="all"))
    assert len(shares) == 10, "women and men, five skin tones"
    assert all(abs(share - 0.1) < 0.02 for share in shares.values())
