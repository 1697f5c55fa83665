"""Sentences one and many: batches with a sentence a row, what is not wanted, and what stands in for the prior."""

import dataclasses

import pytest
import torch
from torch.nn import functional as F

from gpu_worker.configs.ar_prior import ar_prior_for
from gpu_worker.nets.ar_prior import ArPrior
from gpu_worker.pipeline.pictures import png, to_bytes
from gpu_worker.pipeline.prior import AutoregressivePrior, DiffusionPrior, TextAsImage
from tests.gpu_worker.asked import ask, difference, draw, tiny_walker

SENTENCES = ("a red cat", "a lighthouse in a storm at night, watercolour", "an xylophone")


@pytest.fixture(scope="module")
def engine():
    with tiny_walker() as engine:
        yield engine


@pytest.fixture(scope="module")
def unclip(engine):
    return engine._unclip


@pytest.mark.parametrize("size", [64, 256])
@pytest.mark.parametrize("negative", ["", "a dog in the rain on a sunny day"])
def test_a_row_is_the_same_alone_and_among_other_sentences(unclip, size, negative):
    together = unclip.sketch(SENTENCES, (4, 5, 6), size=size, negative=negative)
    assert together.pictures.shape == (3, 3, size, size)
    for row, sentence in enumerate(SENTENCES):
        alone = unclip.sketch([sentence], (4 + row,), size=size, negative=negative)
        assert torch.allclose(together.z_image[row], alone.z_image[0], atol=4e-3)
        assert torch.allclose(together.pictures[row], alone.pictures[0], atol=4e-3)
        assert torch.allclose(together.likeness[row], alone.likeness[0], atol=1e-4)


def test_a_sketch_is_what_a_drawing_is(engine, unclip):
    request = ask("prompt", seeds=(8,))
    (file,) = draw(engine, request).pictures
    sketch = unclip.sketch([request.prompt], (8,), size=256).pictures[0]
    assert difference(file, png(to_bytes(sketch))) < 0.01


def test_one_sentence_serves_all_rows_and_other_numbers_do_not(unclip):
    assert unclip.sketch(["a cat"], (1, 2, 3)).pictures.shape[0] == 3
    with pytest.raises(ValueError, match="2 sentences for 3"):
        unclip.sketch(["a cat", "a dog"], (1, 2, 3))
    with pytest.raises(ValueError, match="100"):
        unclip.sketch(["a cat"], (1,), size=100)


def test_what_is_not_wanted_leads_the_prior_away(unclip):
    """Away from the sentence itself there is nowhere to go: both branches say the same."""
    captions = unclip.reader.read(["a red cat"], "a red cat")
    plain, _ = unclip.prior(unclip.reader.read(["a red cat"]), (1, 2))
    away, _ = unclip.prior(captions, (1, 2))
    other, _ = unclip.prior(unclip.reader.read(["a red cat"], "a storm"), (1, 2))
    unguided = DiffusionPrior(unclip.nets.prior, dataclasses.replace(unclip.config.sampling, prior_guidance=1.0))
    with_itself, _ = unguided(captions, (1, 2))
    assert torch.allclose(away, with_itself, atol=1e-4)
    assert (plain - other).abs().mean() > 1e-3


def test_what_is_not_wanted_is_seen_by_the_decoder_without_the_picture(unclip):
    """With the condition's own branch untouched, so that at guidance 1 nothing changes."""
    z_image = unclip.see(torch.zeros(1, 3, 64, 64))
    words = unclip.reader.read(["a cat"], "a storm").branches(1)
    assert words.read.tolist() == [True, True]
    assert unclip.reader.read(["a cat"]).branches(1).read.tolist() == [True, False]
    assert unclip.empty_captions("a storm").branches(2).read.tolist() == [False, False, True, True]

    def drawn(negative, scale):
        return unclip.sketch(["a cat"], (1,), negative=negative, z_image=z_image, guidance_scale=scale).pictures

    assert torch.allclose(drawn("", 1.0), drawn("a storm", 1.0), atol=1e-5)
    assert (drawn("", 3.0) - drawn("a storm", 3.0)).abs().mean() > 1e-3


def test_the_prior_can_be_exchanged(unclip):
    text = unclip.reader.read(SENTENCES).text
    two = unclip.sketch(SENTENCES, (1, 2, 3))
    single = DiffusionPrior(unclip.nets.prior, unclip.config.sampling, candidates=1)
    one = unclip.sketch(SENTENCES, (1, 2, 3), prior=single)
    assert (two.likeness.shape, one.likeness.shape) == ((3, 2), (3, 1))
    # The first of two candidates is the only one of one.
    assert torch.allclose(two.likeness[:, :1], one.likeness, atol=1e-4)
    itself = unclip.sketch(SENTENCES, (1, 2, 3), prior=TextAsImage())
    assert torch.allclose(F.cosine_similarity(itself.z_image, text.embedding), torch.ones(3), atol=1e-4)
    torch.manual_seed(0)
    net = ArPrior(ar_prior_for(unclip.config)).eval()
    words = unclip.sketch(SENTENCES, (1, 2, 3), prior=AutoregressivePrior(net))
    assert words.z_image.shape == two.z_image.shape
    assert torch.isfinite(words.pictures).all()
    alone = unclip.sketch(SENTENCES[1:2], (2,), prior=AutoregressivePrior(net))
    assert torch.allclose(words.z_image[1], alone.z_image[0], atol=4e-3)


def test_z_can_be_handed_in_and_either_condition_left_out(unclip):
    z_image = unclip.see(torch.zeros(3, 3, 64, 64))
    handed = unclip.sketch(SENTENCES, (1, 2, 3), z_image=z_image)
    assert handed.likeness is None
    assert torch.equal(handed.z_image, z_image)

    def drawn(sentences, **fields):
        return unclip.sketch(sentences, (1, 2, 3), z_image=z_image, **fields).pictures

    others = SENTENCES[::-1]
    assert torch.allclose(drawn(SENTENCES, captioned=False), drawn(others, captioned=False), atol=1e-5)
    assert (drawn(SENTENCES) - drawn(others))[0].abs().mean() > 1e-3
    blind = {"sees_image": False}
    assert torch.allclose(
        drawn(SENTENCES, **blind), unclip.sketch(SENTENCES, (1, 2, 3), z_image=-z_image, **blind).pictures, atol=1e-5
    )


def test_words_that_were_not_read_are_named_as_they_were_typed(engine):
    prompt = "Red " + "cat " * 45 + "wearing  a HAT, please! "
    used = draw(engine, ask("prompt", prompt=prompt, seeds=(1,))).used
    assert used["unread"] == "wearing  a HAT, please!"
    assert used["tokens_dropped"] > 0
    short = draw(engine, ask("prompt", prompt="a cat", negative="dog " * 60 + "Fox", seeds=(1,))).used
    assert (short["unread"], short["tokens_dropped"]) == ("", 0)
    assert short["negative_unread"].endswith("dog Fox")


def test_words_that_were_read_as_others_are_named(engine):
    used = draw(engine, ask("prompt", prompt="a kitten on a sofa", seeds=(1,))).used
    assert ["kitten", "cat"] in used["replaced"]
    assert draw(engine, ask("prompt", prompt="a red cat", seeds=(1,))).used["replaced"] == []
