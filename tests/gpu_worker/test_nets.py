import pytest
import torch

from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.configs.paper import PAPER
from gpu_worker.configs.tiny import TINY
from gpu_worker.nets.tokenizer import Tokenizer, known_words
from gpu_worker.nets.untrained import dream_
from gpu_worker.nets.upsampler import Upsampler
from gpu_worker.pipeline.nets import Nets, counted

ROWS = 3


@pytest.fixture(scope="module")
def nets():
    nets = Nets(TINY).eval().requires_grad_(False)
    dream_(nets, 1)
    return nets


@pytest.fixture
def text(nets):
    tokens = [Tokenizer(known_words(), TINY.text.window).encode(words) for words in ("a red cat", "moon", "a dog")]
    return nets.text(torch.tensor([t.ids for t in tokens]), torch.tensor([t.length for t in tokens]))


def test_text_states_and_embedding_do_not_depend_on_padding(nets):
    tokens = Tokenizer(known_words(), TINY.text.window).encode("a red cat")
    length = torch.tensor([tokens.length])
    long = nets.text(torch.tensor([tokens.ids]), length)
    short = nets.text(torch.tensor([tokens.ids[: tokens.length]]), length)
    assert torch.allclose(long.embedding, short.embedding, atol=1e-5)
    assert torch.allclose(long.states[:, : tokens.length], short.states, atol=1e-5)
    assert long.states[:, tokens.length :].abs().max() == 0
    assert long.present.sum() == tokens.length


def test_a_sentence_may_begin_later_in_the_window(nets):
    ids, length = torch.tensor([[1, 300, 301, 2], [1, 300, 301, 2]]), torch.tensor([4, 4])
    plain, moved = nets.text(ids, length), nets.text(ids, length, torch.tensor([0, 7]))
    assert torch.allclose(moved.embedding[0], plain.embedding[0], atol=1e-6)
    assert not torch.allclose(moved.embedding[1], plain.embedding[1], atol=1e-6)


def test_text_is_read_causally(nets):
    one, other = (torch.tensor([[1, 300, last, 2]]) for last in (301, 302))
    length = torch.tensor([4])
    assert torch.allclose(nets.text(one, length).states[:, :2], nets.text(other, length).states[:, :2], atol=1e-6)
    assert not torch.allclose(nets.text(one, length).states[:, 3], nets.text(other, length).states[:, 3])


def test_embeddings_have_length_one(nets, text):
    assert torch.allclose(text.embedding.norm(dim=-1), torch.ones(ROWS), atol=1e-5)
    z = nets.image(torch.rand(ROWS, 3, 64, 64) * 2 - 1)
    assert z.shape == (ROWS, TINY.image.embedding)
    assert torch.allclose(z.norm(dim=-1), torch.ones(ROWS), atol=1e-5)


def prior(nets, text, keep, z_text=None):
    torch.manual_seed(0)
    noised = torch.randn(ROWS, TINY.prior.embedding)
    keep = torch.full((ROWS,), keep)
    z_text = text.embedding if z_text is None else z_text
    return nets.prior(noised, torch.full((ROWS,), 0.5), text.states, text.present, z_text, keep)


def test_the_prior_without_text_knows_nothing_of_it(nets, text):
    other = text._replace(states=torch.randn_like(text.states), embedding=torch.randn_like(text.embedding))
    assert torch.equal(prior(nets, text, False), prior(nets, other, False))
    assert not torch.allclose(prior(nets, text, True), prior(nets, other, True))


def test_the_prior_sees_the_words_and_z_t_each(nets, text):
    plain = prior(nets, text, True)
    assert not torch.allclose(plain, prior(nets, text, True, z_text=torch.randn_like(text.embedding)))
    assert not torch.allclose(plain, prior(nets, text._replace(states=torch.randn_like(text.states)), True))


def decode(nets, text, *, z=None, keep_image=True, keep_text=True, masked=None, t=0.5):
    torch.manual_seed(0)
    x = torch.randn(ROWS, 3, 64, 64)
    first_z = torch.randn(ROWS, TINY.decoder.embedding)
    return nets.decoder(
        x,
        torch.full((ROWS,), t),
        first_z if z is None else z,
        text.states,
        text.present,
        torch.full((ROWS,), keep_image),
        torch.full((ROWS,), keep_text),
        masked,
    )


def test_the_decoder_drops_z_and_caption_independently(nets, text):
    other_z = torch.full((ROWS, TINY.decoder.embedding), 2.0)
    other_text = text._replace(states=torch.randn_like(text.states))
    assert decode(nets, text).shape == (ROWS, 3, 64, 64)
    assert torch.equal(decode(nets, text, keep_image=False), decode(nets, text, z=other_z, keep_image=False))
    assert torch.equal(decode(nets, text, keep_text=False), decode(nets, other_text, keep_text=False))
    assert not torch.allclose(decode(nets, text, keep_text=False), decode(nets, text, z=other_z, keep_text=False))
    assert not torch.allclose(decode(nets, text, keep_image=False), decode(nets, other_text, keep_image=False))
    assert not torch.allclose(decode(nets, text, t=0.5), decode(nets, text, t=0.6))


def test_rows_may_be_at_different_moments(nets, text):
    """So that requests at different steps can share a pass."""
    torch.manual_seed(0)
    x, z = torch.randn(2, 3, 64, 64), torch.randn(2, TINY.decoder.embedding)
    states, present, keep = text.states[:2], text.present[:2], torch.ones(2, dtype=torch.bool)
    together = nets.decoder(x, torch.tensor([0.2, 0.9]), z, states, present, keep, keep)
    alone = nets.decoder(x[1:], torch.tensor([0.9]), z[1:], states[1:], present[1:], keep[1:], keep[1:])
    assert torch.allclose(together[1:], alone, atol=1e-4)


def test_padding_says_nothing_to_prior_and_decoder(nets, text):
    """So that a caption means the same in training, in a batch, and in serving, alone."""
    longest = int(text.present.sum(1).max())
    short = text._replace(states=text.states[:, :longest], present=text.present[:, :longest])
    for keep in (True, False):
        assert torch.allclose(prior(nets, text, keep), prior(nets, short, keep), atol=1e-5)
        assert torch.allclose(decode(nets, text, keep_text=keep), decode(nets, short, keep_text=keep), atol=1e-4)


def test_mask_channels_begin_silent(nets, text):
    fresh = Nets(TINY)
    for net in (fresh.decoder, fresh.first_upsampler, fresh.second_upsampler):
        assert net.enter_mask.weight.abs().max() == 0
    assert torch.equal(decode(nets, text), decode(nets, text, masked=torch.rand(ROWS, 4, 64, 64)))


def test_a_fresh_upsampler_adds_nothing():
    enlarged = torch.rand(1, 3, 32, 32)
    fresh = Upsampler(TINY.upsamplers[1])
    assert torch.equal(fresh(torch.randn(1, 3, 32, 32), torch.tensor([0.4]), enlarged), enlarged)


@pytest.mark.parametrize("stage", [0, 1])
def test_an_upsampler_is_the_same_on_a_tile_and_on_the_whole(stage):
    config = BUNDLED.upsamplers[stage]
    net = Upsampler(config).eval().requires_grad_(False)
    dream_(net, 3)
    net.leave.weight.normal_(std=0.05)  # loud enough to be seen
    torch.manual_seed(0)
    side, halo, multiple = 384, 128, net.multiple
    assert halo % multiple == 0
    x, enlarged = torch.randn(1, 3, side, side), torch.rand(1, 3, side, side) * 2 - 1
    z = None if config.embedding is None else torch.randn(1, config.embedding)
    t = torch.tensor([0.4])
    whole = net(x, t, enlarged, z)
    tile = net(x[..., :320, 64:], t, enlarged[..., :320, 64:], z)
    assert (whole - enlarged).abs().mean() > 0.05
    # Away from the cut by more than it sees: the same to rounding. Statistics over space would change it all.
    assert torch.allclose(whole[..., : 320 - halo, 64 + halo :], tile[..., : 320 - halo, halo:], atol=1e-4)
    assert not torch.allclose(whole[..., :320, 64:], tile, atol=1e-4)


def test_an_upsampler_takes_sides_that_are_not_square(nets):
    multiple = nets.second_upsampler.multiple
    enlarged = torch.rand(1, 3, multiple * 3, multiple * 5)
    assert nets.second_upsampler(enlarged, torch.tensor([0.4]), enlarged).shape == enlarged.shape


def test_sizes_are_those_of_the_plan():
    bundled = counted(BUNDLED)
    assert sum(bundled.values()) < 32e6  # a byte each, in 32 MB
    assert bundled["decoder"] > max(size for name, size in bundled.items() if name != "decoder")
    assert sum(counted(TINY).values()) < 1e6


def test_the_papers_sizes_are_the_papers():
    paper = counted(PAPER)
    assert paper["prior"] == pytest.approx(1.2e9, rel=0.1)
    assert paper["decoder"] == pytest.approx(3.5e9, rel=0.1)
    assert paper["first_upsampler"] == pytest.approx(0.7e9, rel=0.1)
    assert paper["second_upsampler"] == pytest.approx(0.3e9, rel=0.1)


def test_every_net_carries_its_config(nets):
    assert nets.config == TINY
    parts = (nets.text, nets.image, nets.prior, nets.decoder, nets.first_upsampler, nets.second_upsampler)
    assert [part.config for part in parts] == [
        TINY.text,
        TINY.image,
        TINY.prior,
        TINY.decoder,
        *TINY.upsamplers,
    ]


def test_nothing_that_is_learned_is_left_out_of_a_pass(nets):
    """A parameter that no output depends on would be dead weight in every checkpoint."""
    live = Nets(TINY)
    dream_(live, 1)
    ids, length = torch.tensor([[1, 300, 2]]), torch.tensor([3])
    text = live.text(ids, length)
    keep = torch.tensor([True])
    drop = torch.tensor([False])
    t = torch.tensor([0.5])
    z = torch.randn(1, 32)
    total = (live.text.log_scale * text.embedding).sum() + live.image(torch.rand(1, 3, 64, 64)).sum()
    masked, x = torch.rand(1, 4, 64, 64), torch.randn(1, 3, 64, 64)
    for kept in (keep, drop):
        total = total + live.prior(z, t, text.states, text.present, text.embedding, kept).square().sum()
        total = total + live.decoder(x, t, z, text.states, text.present, kept, kept, masked).square().sum()
    for upsampler in (live.first_upsampler, live.second_upsampler):
        total = total + upsampler(x, t, x, z, masked).square().sum()
    total.backward()
    unused = [name for name, p in live.named_parameters() if p.grad is None]
    assert unused == []
