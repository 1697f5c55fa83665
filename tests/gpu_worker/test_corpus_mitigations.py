"""The DALL·E 2 report's mitigations, and that only the pinned archives are unpacked."""

import numpy as np
import pytest
import torch

from gpu_worker.corpus.curation import kept, reweighted, skew
from gpu_worker.corpus.fetch import FetchFailed, check_npm, check_sha256
from gpu_worker.corpus.mitigations import (
    caption_duplicates,
    filtered,
    fingerprints,
    learned_weights,
    near_duplicates,
    unwanted_words,
    weights_after_filter,
)
from gpu_worker.corpus.plan import NONE, candidates, choose, unwanted
from gpu_worker.corpus.vocabulary import RELATIONS, Vocabulary
from tests.gpu_worker.drawings import one_thread, tiny_atlas, tiny_corpus


@pytest.fixture(autouse=True)
def alone():
    with one_thread():
        yield


def test_a_filter_is_set_for_recall():
    rng = np.random.default_rng(1)
    unwanted = rng.random(2000) < 0.1
    scores = rng.normal(unwanted * 2.0, 1.0)
    result = filtered(scores, unwanted, recall=0.95)
    assert result.recall >= 0.95
    assert unwanted[result.kept].mean() < 0.01 < unwanted.mean()
    assert len(filtered(scores, np.zeros(2000, dtype=bool)).kept) == 2000


def test_weights_undo_what_the_filter_skews():
    before = np.array(["woman", "man"] * 500)
    after = np.concatenate([before[before == "man"], before[before == "woman"][:200]])
    weight = weights_after_filter(before, after)
    assert weight.mean() == pytest.approx(1)
    assert weight[after == "woman"].sum() / weight.sum() == pytest.approx(0.5)


def test_weights_can_be_learned_without_groups():
    rng = np.random.default_rng(2)
    group = rng.random(2000) < 0.5
    features = np.stack([group + rng.normal(0, 0.3, 2000), rng.normal(0, 1, 2000)], 1)
    keep = ~group | (rng.random(2000) < 0.3)
    weight = learned_weights(np.concatenate([features, features[keep]]), np.arange(2000 + keep.sum()) < 2000)
    share = weight[group[keep]].sum() / weight.sum()
    assert group[keep].mean() < 0.26 and 0.38 < share < 0.6


def test_near_duplicates_are_found_and_the_first_stays():
    scenes = tiny_corpus().batch(21, 32, 60, split="all").pictures
    noisy = (scenes[:10].float() + torch.randint(-3, 4, scenes[:10].shape)).clamp(0, 255).byte()
    prints = fingerprints(torch.cat([scenes, noisy]))
    dropped = near_duplicates(prints)
    assert set(range(60, 70)) <= set(dropped.tolist())
    assert len([row for row in dropped if row < 60]) <= 4
    clustered = near_duplicates(prints, clusters=4, views=5)
    assert len(set(range(60, 70)) & set(clustered.tolist())) >= 9


def test_words():
    assert unwanted_words("a man with a Gun") == {"gun"}
    assert not unwanted_words("a water balloon in the city")
    assert caption_duplicates(["a cat", "a dog", "A cat!", "a  dog"]).tolist() == [2, 3]


def test_an_archive_that_is_not_the_pinned_one_is_refused(tmp_path):
    archive = tmp_path / "drawings.tgz"
    archive.write_bytes(b"something else")
    with pytest.raises(FetchFailed, match=r"drawings\.tgz"):
        check_npm(archive, "sha512-AAAA")
    with pytest.raises(FetchFailed, match=r"drawings\.tgz"):
        check_sha256(archive, ("sha256:00",))


def test_no_scene_puts_a_blade_into_a_childs_hands():
    vocabulary = Vocabulary.of(tiny_atlas())
    child, blade = vocabulary.names.index("astronaut"), vocabulary.names.index("banana")
    vocabulary.minor[child] = vocabulary.for_adults[blade] = True
    plan = candidates(np.random.default_rng(1), 20_000, vocabulary, tiny_atlas(), simple=0.0)
    bad = unwanted(plan, vocabulary)
    held = (plan.relation == RELATIONS.index("holding")) & (plan.subject == child) & (plan.object == blade)
    assert held.any() and bad[held].all()
    beside = (plan.relation == RELATIONS.index("next to")) & (plan.subject == child) & (plan.object == blade)
    assert beside.any() and not bad[beside].any()
    for split in ("train", "heldout", "all"):
        chosen = choose(np.random.default_rng(2), 3000, vocabulary, tiny_atlas(), split=split, simple=0.0)
        assert not unwanted(chosen, vocabulary).any(), split


def test_a_name_on_the_list_is_never_drawn():
    vocabulary = Vocabulary.of(tiny_atlas())
    cat = vocabulary.names.index("cat")
    vocabulary.unwanted[cat] = True
    chosen = choose(np.random.default_rng(3), 3000, vocabulary, tiny_atlas(), split="train", simple=0.0)
    assert not (chosen.subject == cat).any() and not (chosen.object == cat).any()
    assert (chosen.object == NONE).any()


def test_training_draws_with_weights_that_undo_the_filters_skew():
    corpus = tiny_corpus()
    vocabulary, balanced = corpus.vocabulary, corpus.balanced
    before = candidates(np.random.default_rng(4), 60_000, vocabulary, corpus.atlas, simple=0.0)
    after = before.rows(kept(before, vocabulary))
    weight = (balanced.weight / vocabulary.weight)[after.subject]
    skewed = skew(before.subject, after.subject, len(vocabulary.names))
    mended = skew(before.subject, after.subject, len(vocabulary.names), weight)
    assert mended[0] < 0.6 * skewed[0], (skewed, mended)
    again = reweighted(vocabulary, corpus.atlas)
    assert (again.weight == balanced.weight).all(), "a corpus has one set of weights"
    drawn = choose(np.random.default_rng([5, 4711]), 500, balanced, corpus.atlas, split="train", simple=0.0)
    assert (corpus.plan(5, 500).subject == drawn.subject).all(), "and plans for training use it"
