"""The judge of patches, and an upsampler that learns from it."""

import torch
from torch.nn import functional as F

from gpu_worker.training.sampling import enlarge
from gpu_worker.training.sharpen import PatchJudge
from tests.gpu_worker.trainings import BUILDERS, one_thread  # noqa: F401


def test_the_judge_looks_at_patches():
    torch.manual_seed(0)
    judge = PatchJudge()
    picture, other = torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 64)
    other[..., :32] = picture[..., :32]
    one, two = judge(picture, picture), judge(other, picture)
    assert one.shape == (1, 1, 8, 8)
    assert torch.allclose(one[..., 0], two[..., 0], atol=1e-6)
    assert not torch.allclose(one[..., 7], two[..., 7])


def test_the_judge_learns_to_tell_smooth_from_real():
    task = BUILDERS["sharpened"]()
    torch.manual_seed(0)
    real = torch.rand(4, 3, 32, 32) * 2 - 1
    smooth = F.interpolate(F.avg_pool2d(real, 4), scale_factor=4, mode="bicubic")
    judge = task.sharpener.judge
    for _ in range(40):
        task.sharpener._teach(smooth, real, smooth)
    assert judge(real, smooth).mean() > judge(smooth, smooth).mean() + 0.5


def test_what_is_learnt_from_is_what_the_sampler_ships():
    task = BUILDERS["sharpened"]()
    torch.nn.init.normal_(task.net.leave.weight, std=0.1)
    small, noise, z = torch.rand(2, 3, 16, 16) * 2 - 1, torch.randn(2, 3, 64, 64), torch.randn(2, 32)
    enlarged = F.interpolate(small, scale_factor=4, mode="bicubic").clamp(-1, 1)
    for steps in (1, 3):
        task.sharpener.steps = steps
        drawn = task.sharpener.shipped(task.net, noise, enlarged, z, torch.zeros(2, 4, 64, 64)).clamp(-1, 1)
        with torch.no_grad():
            shipped = enlarge(task.net, small, noise, z, steps=steps, start=task.start)
        assert torch.allclose(drawn, shipped, atol=1e-4)
        assert drawn.requires_grad


def test_it_begins_where_the_plan_says_and_moves_both():
    task = BUILDERS["first_upsampler"]()
    before = [parameter.clone() for parameter in task.sharpener.judge.parameters()]
    task.loss(0, 0.79).backward()
    assert all(torch.equal(a, b) for a, b in zip(before, task.sharpener.judge.parameters(), strict=True))
    task.net.zero_grad()
    torch.nn.init.normal_(task.net.leave.weight, std=0.1)
    # As in training: autocast keeps casts of weights, and one made without gradients would lose them.
    with torch.autocast("cpu", torch.bfloat16):
        loss = task.loss(0, 0.81)
    loss.backward()
    assert not all(torch.equal(a, b) for a, b in zip(before, task.sharpener.judge.parameters(), strict=True))
    assert all(parameter.grad.abs().max() > 0 for name, parameter in task.net.named_parameters())
    assert all(parameter.grad is None for parameter in task.clip.image.parameters())
