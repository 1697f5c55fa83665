"""Every net, in its tiny size, learns one batch by heart: what is wired wrong does not."""

import pytest
import torch

from tests.gpu_worker.trainings import BUILDERS, one_thread  # noqa: F401

# Steps, learning rate, and the share of the first loss that must be left at most.
ENOUGH = {
    "clip": (60, 3e-3, 0.35),
    "prior": (80, 5e-3, 0.35),
    "ar_prior": (40, 1e-2, 0.3),
    "decoder": (120, 5e-3, 0.65),
    "first_upsampler": (200, 1e-3, 0.75),
    "second_upsampler": (50, 1e-3, 0.75),
}


@pytest.mark.parametrize("name", ENOUGH)
def test_one_batch_is_learnt_by_heart(name):
    steps, rate, left = ENOUGH[name]
    task = BUILDERS[name](**({"batch": 4} if name == "decoder" else {}))
    if name == "ar_prior":
        task.fit()
    optimiser = torch.optim.AdamW(task.net.parameters(), rate, betas=(0.9, 0.98))
    losses = []
    for _ in range(steps):
        optimiser.zero_grad()
        loss = task.loss(1, 0.0)  # the same scenes, noise and moments every time
        loss.backward()
        torch.nn.utils.clip_grad_norm_(task.net.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < left * losses[0], losses[::10]
