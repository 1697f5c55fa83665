"""A prompt's whole way through the nets, on the tiny engine."""

import io

import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from gpu_worker.engines import ENGINES, DrawingCancelled, NoSuchEngine, load_engine
from gpu_worker.pipeline.prior import best_candidates
from gpu_worker.request import BadRequest, DrawRequest


@pytest.fixture(scope="module")
def engine():
    return load_engine("tiny")


def draw(engine, prompt="a red cat on the moon", seeds=(1, 2), previews=None, **fields):
    previews = [] if previews is None else previews
    request = DrawRequest("job", "prompt", prompt, tuple(seeds), **{"size": 256, **fields})
    return engine.draw(request, progress=previews.append, cancelled=lambda: False)


def pixels(file):
    picture = Image.open(io.BytesIO(file))
    return torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).float().view(*picture.size, 3)


def difference(one, other):
    return float((pixels(one) - pixels(other)).abs().mean())


def test_a_seed_and_a_prompt_mean_one_picture(engine):
    assert difference(draw(engine).pictures[0], draw(engine).pictures[0]) < 0.5


def test_other_seeds_and_other_prompts_mean_other_pictures(engine):
    first = draw(engine).pictures
    assert difference(first[0], first[1]) > 4
    assert difference(first[0], draw(engine, "a blue lighthouse in a storm").pictures[0]) > 4


def test_a_picture_is_the_same_alone_and_among_four(engine):
    """By the mean: memory layout and the order of sums move single values."""
    together = draw(engine, seeds=(5, 6, 7, 8)).pictures
    alone = draw(engine, seeds=(7,)).pictures
    assert difference(together[2], alone[0]) < 0.5


def test_words_that_do_not_fit_change_nothing_but_the_count(engine):
    window = " cat" * 60
    long, longer = draw(engine, "red" + window), draw(engine, "red" + window + " and a dog")
    assert longer.used["tokens_dropped"] == long.used["tokens_dropped"] + 3 > 3
    assert difference(long.pictures[0], longer.pictures[0]) < 0.5


def test_what_was_used_is_told(engine):
    used = draw(engine, guidance=1.5, steps=3).used
    assert used["engine"] == "tiny"
    assert used["trained"] is False
    assert used["seeds"] == [1, 2]
    assert (used["steps"], used["guidance"], used["size"]) == (3, 1.5, 256)
    assert (used["tokens"], used["tokens_dropped"]) == (8, 0)
    assert used["weights"] == engine.facts.weights_hash
    assert len(used["weights"]) == 64


def test_defaults_are_told_too(engine):
    used = draw(engine).used
    assert used["steps"] > 1
    assert used["guidance"] > 1


@pytest.mark.parametrize("size", [256, 512, 1024])
def test_pictures_have_the_size_that_was_asked_for_and_colours(engine, size):
    (file,) = draw(engine, seeds=(3,), size=size).pictures
    picture = Image.open(io.BytesIO(file))
    assert (picture.format, picture.size, picture.mode) == ("PNG", (size, size), "RGB")
    values = pixels(file)
    assert values.std() > 15
    assert (values.amax(-1) - values.amin(-1)).mean() > 10


def test_every_step_has_a_preview_of_every_picture(engine):
    previews = []
    draw(engine, seeds=(1, 2, 3), steps=5, previews=previews, size=1024)
    assert [preview.step for preview in previews] == list(range(1, previews[0].steps + 1))
    assert previews[0].steps > 5
    for preview in previews:
        assert len(preview.images) == 3
        for image in preview.images:
            opened = Image.open(io.BytesIO(image))
            assert (opened.format, opened.size) == ("WEBP", (64, 64))


def test_a_drawing_ends_between_two_steps_when_cancelled(engine):
    previews = []
    with pytest.raises(DrawingCancelled):
        engine.draw(
            DrawRequest("job", "prompt", "a cat", (1,)),
            progress=previews.append,
            cancelled=lambda: len(previews) == 2,
        )
    assert len(previews) == 2


@pytest.mark.parametrize("guidance", [0.0, 1.0, 20.0])
def test_any_guidance_gives_a_picture(engine, guidance):
    assert pixels(draw(engine, guidance=guidance, seeds=(1,)).pictures[0]).isfinite().all()


def test_guidance_matters(engine):
    assert difference(draw(engine, guidance=1.0).pictures[0], draw(engine, guidance=8.0).pictures[0]) > 1


def test_one_step_is_enough_to_end(engine):
    assert len(draw(engine, steps=1).pictures) == 2


@pytest.mark.parametrize("prompt", ["🐈‍⬛", "مرحبا بالعالم", "\u200b\u202e?", "x" * 1000, "\ud800 cat"])
def test_any_prompt_gives_a_picture(engine, prompt):
    assert len(draw(engine, prompt, seeds=(1,)).pictures) == 1


def test_an_empty_prompt_is_a_bad_request(engine):
    with pytest.raises(BadRequest, match="empty"):
        draw(engine, " ")


def test_the_candidate_more_like_the_text_is_kept():
    torch.manual_seed(0)
    z_text = F.normalize(torch.randn(16), dim=0)
    other = torch.randn(2, 16)
    good = z_text * 4 + 0.1 * torch.randn(2, 16)
    candidates = torch.stack([torch.stack([good[0], other[0]]), torch.stack([other[1], good[1]])])
    kept, likeness = best_candidates(candidates, z_text)
    assert torch.equal(kept, good)
    assert likeness.shape == (2, 2)
    assert likeness.argmax(1).tolist() == [0, 1]


def test_a_longer_candidate_is_not_a_better_one():
    z_text = torch.tensor([1.0, 0.0])
    candidates = torch.tensor([[[1.0, 0.1], [9.0, 9.0]]])
    kept, _ = best_candidates(candidates, z_text)
    assert torch.equal(kept[0], candidates[0, 0])


def test_the_prior_draws_two_candidates_a_picture_and_keeps_the_better(engine):
    unclip = engine._unclip
    captions = unclip.reader.read(["a red cat"])
    kept, likeness = unclip.prior(captions, (1, 2, 3))
    assert likeness.shape == (3, 2)
    assert (likeness[:, 0] != likeness[:, 1]).all()
    assert torch.allclose(F.cosine_similarity(kept, captions.text.embedding), likeness.amax(1), atol=1e-5)


def test_an_engine_that_does_not_exist_is_named(engine):
    with pytest.raises(NoSuchEngine, match="bundled, tiny"):
        load_engine("dall-e")
    assert set(ENGINES) == {"bundled", "tiny"}


def test_the_same_engine_has_the_same_weights_every_time(engine):
    assert load_engine("tiny").facts == engine.facts


def test_the_bundled_engine_draws_too():
    used = draw(load_engine("bundled"), seeds=(1, 2), steps=2).used
    assert used["engine"] == "bundled"
