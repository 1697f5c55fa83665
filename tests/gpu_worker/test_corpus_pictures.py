"""The corpus in pictures: layouts, masks, styles, sizes, and that a seed is a scene."""

import json

import numpy as np
import pytest
import torch

from gpu_worker.corpus.atlas import Atlas, BrokenAtlas
from gpu_worker.corpus.colour import COLOUR_NAMES, cielab, from_oklab, gamma, linear, oklab
from gpu_worker.corpus.layout import OVERLAP, PAIRED, SEEN, SINGLE
from gpu_worker.corpus.pairs import KINDS, minimal_pairs
from gpu_worker.corpus.plan import Plan
from gpu_worker.corpus.styles import STYLE_NAMES, STYLES
from gpu_worker.corpus.vocabulary import RELATIONS
from tests.gpu_worker.drawings import one_thread, tiny_atlas, tiny_corpus


@pytest.fixture(autouse=True)
def alone():
    with one_thread():
        yield


def boxes(plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """(widths, heights) of the drawings' boxes; 0 where there is none."""
    facts = tiny_atlas().facts
    there = plan.sprite >= 0
    height = np.where(there, plan.height, 0)
    return height * facts["box_w"][plan.sprite] / facts["box_h"][plan.sprite], height


def test_a_seed_is_a_batch():
    corpus = tiny_corpus()
    first, second = corpus.batch(3, 32, 40), corpus.batch(3, 32, 40)
    assert torch.equal(first.pictures, second.pictures) and first.captions == second.captions
    assert first.facts == second.facts and torch.equal(first.masks, second.masks)
    assert not torch.equal(first.pictures, corpus.batch(4, 32, 40).pictures)


def test_a_scene_does_not_depend_on_its_neighbours():
    corpus = tiny_corpus()
    plan = corpus.plan(5, 48)
    whole = corpus.compose(plan, 32, chunk=48).pictures.int()
    parts = corpus.compose(plan, 32, chunk=5).pictures.int()
    assert (whole - parts).abs().max() <= 1


def test_a_scene_is_the_same_at_every_size():
    corpus = tiny_corpus()
    plan = corpus.plan(6, 24, simple=1.0)
    small, large = (corpus.compose(plan, size).pictures.float() for size in (32, 128))
    shrunk = torch.nn.functional.interpolate(large, size=32, mode="area")
    assert (small - shrunk).abs().mean() < 6


def test_layout_rules():
    corpus = tiny_corpus()
    plan = corpus.plan(8, 3000, split="all")
    width, height = boxes(plan)
    longest = np.maximum(width, height)
    single = (plan.relation < 0) & (plan.count == 1)
    assert (longest[single, 0] >= SINGLE).all()
    exempt = [RELATIONS.index(name) for name in ("wearing", "holding")]
    pair = (plan.relation >= 0) & ~np.isin(plan.relation, exempt)
    assert (longest[pair, :2] >= PAIRED - 1e-3).all()
    for count in (2, 3, 4, 5):
        rows = plan.count == count
        assert ((plan.sprite[rows] >= 0).sum(1) == count).all()
        for a in range(count):
            for b in range(a):
                over_x = (width[rows, a] + width[rows, b]) / 2 - abs(plan.x[rows, a] - plan.x[rows, b])
                over_y = (height[rows, a] + height[rows, b]) / 2 - abs(plan.y[rows, a] - plan.y[rows, b])
                shared = over_x.clip(0) * over_y.clip(0)
                least = np.minimum(width[rows, a] * height[rows, a], width[rows, b] * height[rows, b])
                assert (shared <= OVERLAP * least).all()


def test_left_is_left_and_on_top_is_on_top():
    plan = tiny_corpus().plan(9, 3000, split="all")
    subject, thing = ([np.argmax((plan.role == role) & (plan.sprite >= 0), axis=1)] for role in (0, 1))
    x, y = (np.take_along_axis(v, subject[0][:, None], 1)[:, 0] - np.take_along_axis(v, thing[0][:, None], 1)[:, 0]
            for v in (plan.x, plan.y))  # fmt: skip
    for name, right in (("left of", x < -0.3), ("right of", x > 0.3), ("on top of", y < -0.1), ("riding", y < -0.1)):
        rows = plan.relation == RELATIONS.index(name)
        assert rows.sum() > 40 and right[rows].all(), name


def test_everything_can_be_seen():
    scenes = tiny_corpus().batch(10, 32, 300, split="all")
    assert (scenes.seen >= SEEN - 0.03).float().mean() > 0.99


def test_masks_are_where_the_things_are():
    corpus = tiny_corpus()
    plan = corpus.plan(11, 200, split="all")
    rows = np.nonzero((plan.style == 0) & (plan.weather == 0) & (plan.relation >= 0))[0]
    scenes = corpus.compose(plan.rows(rows), 64)
    masks = scenes.masks.float() / 255
    assert (masks[:, :2].sum(1) <= 1.02).all(), "subject and object share no pixel"
    assert (masks[:, 0].mean((1, 2)) > 0.01).all() and (masks[:, 1].mean((1, 2)) > 0.004).all()
    centre = (masks[:, 0] * torch.linspace(0, 1, 64)).sum((1, 2)) / masks[:, 0].sum((1, 2))
    slot = np.argmax((scenes.plan.role == 0) & (scenes.plan.sprite >= 0), axis=1)
    assert np.abs(centre.numpy() - scenes.plan.x[np.arange(len(rows)), slot]).max() < 0.13


def test_things_have_shadows():
    corpus = tiny_corpus()
    plan = corpus.plan(12, 300, simple=1.0)
    white = np.nonzero(plan.place == 0)[0]
    scenes = corpus.compose(plan.rows(white), 64)
    shadow = scenes.masks[:, 2].float() / 255
    assert (shadow.amax((1, 2)) > 0.3).all()
    under = scenes.pictures.float().mean(1)[shadow > 0.6]
    assert under.mean() < 225, "darker than the white ground"


def test_every_style_is_far_from_plain():
    corpus = tiny_corpus()
    plan = corpus.plan(13, 8, split="all")
    plain = plan.with_(style=np.zeros(len(plan), dtype=int), weather=np.zeros(len(plan), dtype=int))
    before = corpus.compose(plain, 64).pictures.float()
    for number, style in enumerate(STYLES):
        if style.unnamed:
            continue
        after = corpus.compose(plain.with_(style=np.full(len(plan), number)), 64).pictures.float()
        assert (after - before).abs().mean() > 16, style.name


def test_no_two_styles_look_alike():
    corpus = tiny_corpus()
    plan = corpus.plan(14, 6, split="all")
    named = [n for n, style in enumerate(STYLES) if not style.unnamed]
    shown = [corpus.compose(plan.with_(style=np.full(len(plan), n)), 64).pictures.float() for n in named]
    for a in range(len(named)):
        for b in range(a):
            assert (shown[a] - shown[b]).abs().mean() > 14, (STYLE_NAMES[named[a]], STYLE_NAMES[named[b]])


def test_a_colour_is_the_colour_asked_for():
    """The moved region is nearest to the colour named, of all thirteen, in the middle of the thing."""
    corpus = tiny_corpus()
    plan = corpus.plan(15, 4000, split="all", simple=1.0)
    rows = np.nonzero((plan.colour >= 0) & (plan.material < 0) & (plan.place == 0))[0][:80]
    scenes = corpus.compose(plan.rows(rows), 48)
    from gpu_worker.corpus.colour import TARGETS

    right = 0
    for picture, mask, colour in zip(scenes.pictures, scenes.masks[:, 0], scenes.plan.colour, strict=True):
        inside = oklab(picture.float()[None] / 255)[0][:, mask > 250].median(1).values
        right += int((TARGETS - inside).square().sum(1).argmin()) == colour
    assert right / len(rows) > 0.9


def test_colour_spaces_return():
    ramp = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    assert (gamma(linear(ramp)) - ramp).abs().max() < 0.03
    assert (from_oklab(oklab(ramp)) - ramp).abs().max() < 0.03
    white = cielab(torch.ones(1, 3, 1, 1))[0, :, 0, 0]
    assert torch.allclose(white, torch.tensor([100.0, 0.0, 0.0]), atol=0.5)
    assert len(COLOUR_NAMES) == 13


def test_minimal_pairs_differ_in_one_thing():
    corpus = tiny_corpus()
    pairs = minimal_pairs(corpus, 3, 90)
    assert set(pairs.kind) == set(range(len(KINDS)))
    first, second = corpus.compose(pairs.first, 32), corpus.compose(pairs.second, 32)
    for a, b in zip(first.captions, second.captions, strict=True):
        assert a != b
    for name, kind in (("relation", 1), ("count", 2)):
        other = pairs.kind != kind
        assert (getattr(pairs.first, name)[other] == getattr(pairs.second, name)[other]).all()
    swap = pairs.kind == 0
    assert (pairs.first.colour[swap] == pairs.second.object_colour[swap]).all()
    assert (pairs.first.dice == pairs.second.dice).all()
    assert ((first.pictures.float() - second.pictures.float()).abs().mean((1, 2, 3)) > 0.5).all()


def test_a_broken_atlas_is_named(tmp_path):
    with pytest.raises(BrokenAtlas, match=r"atlas\.webp is missing"):
        Atlas.load(tmp_path / "atlas.webp")
    (tmp_path / "atlas.webp").write_bytes(b"RIFF")
    (tmp_path / "atlas.json").write_text("{")
    with pytest.raises(BrokenAtlas, match=r"atlas\.json cannot be read"):
        Atlas.load(tmp_path / "atlas.webp")
    (tmp_path / "atlas.json").write_text(json.dumps({"sprites": [], "cell": 64, "columns": 1, "sha256": "0"}))
    with pytest.raises(BrokenAtlas, match="is not the picture"):
        Atlas.load(tmp_path / "atlas.webp")
