"""What the tests of training share: tiny tasks over shapes, and one small trained CLIP."""

from functools import cache

import pytest
import torch

from gpu_worker.configs.tiny import TINY
from gpu_worker.training.ar_prior import ArPriorTask
from gpu_worker.training.clip import ClipTask
from gpu_worker.training.decoder import DecoderTask
from gpu_worker.training.frozen import freeze
from gpu_worker.training.loop import Budget, Trainer
from gpu_worker.training.prior import PriorTask
from gpu_worker.training.setting import Setting
from gpu_worker.training.upsampler import UpsamplerTask
from tests.gpu_worker.shapes import Shapes

CPU = torch.device("cpu")


def setting(**fields):
    return Setting(**{"config": TINY, "source": Shapes(), "device": CPU, "batch": 8, "pool": 32, "check": 8, **fields})


def clip_task(**fields):
    return ClipTask(setting(**{"batch": 16, **fields}))


@cache
def clip():
    """Trained for a moment, so that z_i says something."""
    task = clip_task(batch=32, pool=64)
    optimiser = torch.optim.AdamW(task.net.parameters(), 3e-3)
    for step in range(40):
        optimiser.zero_grad()
        task.loss(step, 0).backward()
        optimiser.step()
    return freeze(task.net.text, task.net.image, CPU)


BUILDERS = {
    "clip": clip_task,
    "prior": lambda **fields: PriorTask(setting(**fields), clip()),
    "ar_prior": lambda **fields: ArPriorTask(setting(**fields), clip()),
    "decoder": lambda **fields: DecoderTask(setting(**fields), clip()),
    "first_upsampler": lambda **fields: UpsamplerTask(setting(batch=2, pool=4, **fields), clip(), 0, crop=64),
    "sharpened": lambda **fields: UpsamplerTask(
        setting(batch=2, pool=4, **fields), clip(), 0, crop=64, sharpen_from=0.0
    ),
    "second_upsampler": lambda **fields: UpsamplerTask(setting(batch=2, pool=2, **fields), clip(), 1, crop=64),
}


@pytest.fixture(autouse=True)
def one_thread():
    """Nets this small only wait for each other on more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def trainer(task, folder, **budget):
    fields = {"minutes": 5, "learning_rate": 2e-3, "warm_up": 2, "average": 0.9, **budget}
    return Trainer(task, folder, Budget(**fields), CPU, quiet=True)


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))
