"""Muon: what it turns, what it leaves to AdamW, and that it learns."""

import torch
from torch import nn

from gpu_worker.configs.tiny import TINY
from gpu_worker.muon import make_muon, orthogonal
from gpu_worker.nets.clip import TextEncoder


def test_an_update_has_singular_values_near_one_whatever_its_shape():
    for shape in ((64, 256), (256, 64), (96, 96)):
        matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1)) @ torch.diag(
            torch.linspace(0.05, 3, shape[1])
        )
        values = torch.linalg.svdvals(orthogonal(matrix).float())
        assert values.max() < 1.4
        assert values.median() > 0.6
        # The directions stay what they were.
        assert nn.functional.cosine_similarity(orthogonal(matrix).float().flatten(), matrix.flatten(), dim=0) > 0.5


def test_embeddings_and_thin_layers_are_left_to_adamw():
    net = nn.ModuleDict(
        {
            "words": nn.Embedding(100, 64),
            "wide": nn.Linear(64, 128),
            "conv": nn.Conv2d(64, 64, 3),
            "thin": nn.Linear(64, 3),
        }
    )
    turned = {id(p) for group in make_muon(net).param_groups if group.get("orthogonal") for p in group["params"]}
    assert turned == {id(net["wide"].weight), id(net["conv"].weight)}
    listed = [p for group in make_muon(net).param_groups for p in group["params"]]
    assert len(listed) == len({id(p) for p in listed}) == len(list(net.parameters()))


def test_every_parameter_of_a_real_net_moves():
    net = TextEncoder(TINY.text)
    before = {name: value.clone() for name, value in net.named_parameters()}
    optimiser = make_muon(net)
    ids = torch.randint(5, 50, (4, 12), generator=torch.Generator().manual_seed(1))
    net(ids, torch.full((4,), 12)).states.square().sum().backward()
    with_gradient = {name for name, value in net.named_parameters() if value.grad is not None}
    optimiser.step()
    moved = {name for name, value in net.named_parameters() if not torch.equal(value, before[name])}
    assert moved == with_gradient


def test_it_learns():
    source = torch.Generator().manual_seed(3)
    x = torch.randn(256, 64, generator=source)
    wanted = x @ torch.randn(64, 64, generator=source)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        net = nn.Linear(64, 64)
    optimiser = make_muon(net, decay=0.0)
    errors = []
    for step in range(100):
        for group in optimiser.param_groups:
            group["lr"] = 0.3 * (1 - step / 100)
        optimiser.zero_grad()
        loss = (net(x) - wanted).square().mean()
        loss.backward()
        optimiser.step()
        errors.append(loss.item())
    assert errors[-1] < 0.02 * errors[0]
