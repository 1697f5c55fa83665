import pytest
import torch
from torch.nn import functional as F

from gpu_worker.configs.ar_prior import ar_prior_for
from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.configs.tiny import TINY
from gpu_worker.nets.ar_prior import ArPrior
from gpu_worker.nets.clip import EncodedText
from gpu_worker.pipeline.ar_prior import draw_ar_prior

CONFIG = ar_prior_for(TINY)


@pytest.fixture
def net():
    torch.manual_seed(0)
    net = ArPrior(CONFIG).eval().requires_grad_(False)
    net.predict.weight.normal_(std=0.3)
    return net


@pytest.fixture
def text():
    torch.manual_seed(1)
    return EncodedText(
        torch.randn(3, 5, 32), torch.ones(3, 5, dtype=torch.bool), F.normalize(torch.randn(3, 32), dim=-1)
    )


def forward(net, text, bins, *, likeness=0, keep=True, states=None):
    rows = len(bins)
    return net(
        text.states[:rows] if states is None else states,
        text.present[:rows],
        text.embedding[:rows],
        torch.full((rows,), likeness),
        bins,
        torch.full((rows,), keep),
    )


def test_components_come_by_their_variance_and_bins_keep_them(net):
    torch.manual_seed(2)
    directions = torch.linalg.qr(torch.randn(32, 32)).Q
    spread = torch.logspace(1, -2, 32)
    z = torch.randn(5000, 32) * spread @ directions.T + 3
    kept = net.fit(z, torch.rand(5000))
    assert kept > 0.9
    assert (net.spread.diff() <= 0).all()
    assert torch.allclose(net.spread, spread[: CONFIG.components], rtol=0.1)
    bins = net.to_bins(z)
    assert bins.shape == (5000, CONFIG.components)
    assert bins.min() >= 0 and bins.max() < CONFIG.bins
    back = net.from_bins(bins)
    assert F.cosine_similarity(back - 3, z - 3).mean() > 0.97
    assert torch.equal(net.to_bins(back), bins)


def test_likeness_has_bins_of_equal_mass(net):
    likeness = torch.randn(8000).sigmoid()
    net.fit(torch.randn(8000, 32), likeness)
    counts = net.likeness_bin(likeness).bincount(minlength=CONFIG.likeness_bins)
    assert len(counts) == CONFIG.likeness_bins
    assert counts.min() > 0.9 * 8000 / CONFIG.likeness_bins


def test_a_component_is_told_by_those_before_it_alone(net, text):
    one = torch.randint(CONFIG.bins, (2, CONFIG.components - 1))
    other = one.clone()
    other[:, 4] = (other[:, 4] + 7) % CONFIG.bins
    a, b = forward(net, text, one), forward(net, text, other)
    assert a.shape == (2, CONFIG.components, CONFIG.bins)
    assert torch.allclose(a[:, :5], b[:, :5], atol=1e-5)
    assert not torch.allclose(a[:, 5:], b[:, 5:])


def test_caption_and_likeness_matter_unless_dropped(net, text):
    bins = torch.zeros(2, 3, dtype=torch.long)
    other = torch.randn(2, 5, 32)
    assert not torch.allclose(forward(net, text, bins), forward(net, text, bins, states=other))
    assert not torch.allclose(forward(net, text, bins), forward(net, text, bins, likeness=3))
    dropped = forward(net, text, bins, keep=False)
    assert torch.equal(dropped, forward(net, text, bins, likeness=3, keep=False, states=other))


def test_a_seed_means_one_z_alone_and_in_a_batch(net, text):
    together = draw_ar_prior(net, text, (1, 2, 3))
    alone = EncodedText(*(part[1:2] for part in text))
    assert together.shape == (3, 32)
    assert torch.allclose(draw_ar_prior(net, alone, (2,)), together[1:2], atol=1e-4)
    assert not torch.allclose(draw_ar_prior(net, alone, (5,)), together[1:2])


def test_the_bundled_size_is_that_of_the_plan():
    config = ar_prior_for(BUNDLED)
    assert (config.components, config.bins, config.width, config.layers) == (64, 256, 192, 4)
    with torch.device("meta"):
        assert sum(p.numel() for p in ArPrior(config).parameters()) < 3e6
